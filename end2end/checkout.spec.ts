// Anybody pays by the standard link, with scripts or without.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ZOE, nameOf } from './people.ts';
import { openShop, personalLink, prefillOf, standardLink } from './steps.ts';

test('the standard link is filled in, declined, paid, and its receipt is kept', async ({ owner, visitor }) => {
  await openShop(owner, []);
  const address = await standardLink(owner);

  const customer = await visitor();
  await customer.goto(address);
  await expect(customer.getByRole('heading', { level: 1, name: 'Spring workshop' })).toBeVisible();
  await expect(customer.getByText('Studio Nord').first()).toBeVisible();
  expect(await prefillOf(customer)).toEqual({ name: '', email: '', phone: '' });
  for (const [label, token] of [['Full name', 'name'], ['Email', 'email'], ['Phone', 'tel']]) {
    await expect(customer.getByLabel(label)).toHaveAttribute('autocomplete', token);
  }
  await expectAccessible(customer);
  await expectToFit(customer);

  await customer.getByLabel('Full name').fill('Ada Byron');
  await customer.getByLabel('Email').fill('ada@example.org');
  await customer.getByLabel('Phone').fill('+1 212 555 0199');
  await customer.getByRole('button', { name: 'Pay $90.00' }).click();
  await expectAccessible(customer);
  await customer.getByRole('button', { name: 'Decline' }).click();

  // Declined: the reason, and everything that was typed.
  await expect(customer.getByText(/declined/i).first()).toBeVisible();
  await expectAccessible(customer);
  const again = customer.getByRole('link', { name: /try again/i });
  if (await again.count()) await again.click();
  expect(await prefillOf(customer)).toMatchObject({ name: 'Ada Byron', email: 'ada@example.org' });

  await customer.getByRole('button', { name: 'Pay $90.00' }).click();
  await customer.getByRole('button', { name: 'Approve' }).click();
  await expect(customer).toHaveURL(/\/pay\/receipt\//);
  await expect(customer.getByText('$90.00').first()).toBeVisible();
  await expectAccessible(customer);
  await expectToFit(customer);

  await owner.goto('/payments/transactions');
  await expect(owner.getByRole('row').filter({ hasText: 'Ada Byron' }).filter({ hasText: 'Succeeded' })).toHaveCount(1);
});

test('what is missing is said at the field, and nothing typed is lost', async ({ owner, visitor }) => {
  await openShop(owner, []);
  const customer = await visitor();
  await customer.goto(await standardLink(owner));
  await customer.getByLabel('Full name').fill('Ada Byron');
  await customer.getByLabel('Email').fill('ada@nowhere');
  await customer.locator('form').first().evaluate((form: HTMLFormElement) => form.setAttribute('novalidate', ''));
  await customer.getByRole('button', { name: 'Pay $90.00' }).click();
  await expect(customer.getByLabel('Email')).toHaveAttribute('aria-invalid', 'true');
  await expect(customer.getByLabel('Full name')).toHaveValue('Ada Byron');
  await expect(customer.getByLabel('Email')).toHaveValue('ada@nowhere');
  await expectAccessible(customer);
});

test('somebody else than the contact clears the details', async ({ owner, visitor }) => {
  await openShop(owner, [ZOE]);
  const customer = await visitor();
  await customer.goto(await personalLink(owner, ZOE.first));
  expect(await prefillOf(customer)).toMatchObject({ name: nameOf(ZOE) });
  await customer.getByText('Not you?').click();
  await expect(customer.getByLabel('Full name')).toHaveValue('');
  expect(await prefillOf(customer)).toEqual({ name: '', email: '', phone: '' });
});

test('an address without a postal code is taken where there are none', async ({ owner, visitor }) => {
  await openShop(owner, []);
  await owner.getByLabel('Collect address').check();
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(owner.getByText('Saved').first()).toBeVisible();
  const customer = await visitor();
  await customer.goto(await standardLink(owner));
  await expect(customer.getByLabel('Country')).toHaveValue('US');
  await expectAccessible(customer);
  await expectToFit(customer);
  await customer.getByLabel('Full name').fill('Ada Byron');
  await customer.getByLabel('Email').fill('ada@example.org');
  await customer.getByLabel('Street address').fill('1 Nathan Road');
  await customer.getByRole('button', { name: 'Pay $90.00' }).click();
  await expect(customer.getByLabel('Postal code')).toHaveAttribute('aria-invalid', 'true');
  await expect(customer.getByLabel('Street address')).toHaveValue('1 Nathan Road');
  await customer.getByLabel('Country').selectOption({ label: 'Hong Kong' });
  await customer.getByRole('button', { name: 'Pay $90.00' }).click();
  await expect(customer.getByRole('button', { name: 'Approve' })).toBeVisible();
});

test('a link that was switched off says so calmly', async ({ owner, visitor }) => {
  await openShop(owner, []);
  const address = await standardLink(owner);
  await owner.goto('/payments/links');
  const row = owner.getByRole('row').filter({ hasText: 'Spring workshop' });
  await row.locator('.menu-button').click();
  await owner.getByRole('menuitem', { name: 'Deactivate' }).click();
  await expect(row).toContainText('Inactive');
  const customer = await visitor();
  await customer.goto(address);
  await expect(customer.getByRole('button', { name: 'Pay $90.00' })).toHaveCount(0);
  await expect(customer.getByRole('heading', { level: 1 })).toBeVisible();
  await expectAccessible(customer);
});
