// What scripts add to the checkout, and what they must not take away.
import { expect, expectHydrated, test } from './fixtures.ts';
import { openShop, standardLink } from './steps.ts';

test('text that was typed before the scripts arrived survives them', async ({ owner, visitor }) => {
  await openShop(owner, []);
  const address = await standardLink(owner);
  const customer = await visitor();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await customer.route(/\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  await customer.goto(address, { waitUntil: 'commit' });
  await customer.getByLabel('Full name').fill('Ada Byron');
  await customer.getByLabel('Email').fill('ada@example.org');
  release();
  await expectHydrated(customer);
  await expect(customer.getByLabel('Full name')).toHaveValue('Ada Byron');
  await expect(customer.getByLabel('Email')).toHaveValue('ada@example.org');
});

test('two quick submits make one payment', async ({ owner, visitor }) => {
  await openShop(owner, []);
  const customer = await visitor();
  await customer.goto(await standardLink(owner));
  await expectHydrated(customer);
  await customer.getByLabel('Full name').fill('Ada Byron');
  await customer.getByLabel('Email').fill('ada@example.org');
  await customer.getByLabel('Phone').fill('+1 212 555 0199');
  await customer.getByRole('button', { name: 'Pay $90.00' }).dblclick();
  await customer.getByRole('button', { name: 'Approve' }).click();
  await expect(customer).toHaveURL(/\/pay\/receipt\//);
  await owner.goto('/payments/transactions');
  await expect(owner.getByRole('row').filter({ hasText: 'Ada Byron' })).toHaveCount(1);
});
