// What cannot be undone is asked first: in a dialog with scripts, on a page of its own without them.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ADA, OWNER } from './people.ts';
import { openShop, sendTo } from './steps.ts';

test('a recall and the deletion of a link are asked first, and "Cancel" leads back', async ({ owner, visitor, mail }) => {
  test.slow();
  const link = await openShop(owner, [ADA]);
  await sendTo(owner, [ADA]);
  await expect.poll(() => mail.received.length).toBe(1);
  const campaign = new URL(owner.url()).pathname;

  const user = await visitor();
  await user.goto('/login');
  await user.getByLabel('Email').fill(OWNER.email);
  await user.getByLabel('Password').fill(OWNER.password);
  await user.getByRole('button', { name: 'Log in' }).click();
  await expect(user.getByRole('heading', { level: 1, name: 'Payment Links' })).toBeVisible();

  await user.goto(campaign);
  await user.getByRole('button', { name: 'Recall', exact: true }).click();
  await expect(user.getByRole('heading', { name: 'Recall this campaign?' })).toBeVisible();
  await expect(user.getByText('You cannot undo this.')).toBeVisible();
  await expectAccessible(user);
  await expectToFit(user);
  const cancel = { name: 'Cancel', exact: true };
  await user.getByRole('button', cancel).or(user.getByRole('link', cancel)).click();
  await expect(user.getByText(/^Recalled/)).toHaveCount(0);
  await user.getByRole('button', { name: 'Recall', exact: true }).click();
  await user.getByRole('button', { name: 'Recall campaign' }).click();
  await expect(user.getByText(/^Recalled/).first()).toBeVisible();
  expect(new URL(user.url()).pathname).toBe(campaign);

  await user.goto('/payments/links');
  await user.getByRole('button', { name: 'Actions for Spring workshop' }).click();
  await user.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(user.getByRole('heading', { name: 'Delete “Spring workshop”?' })).toBeVisible();
  await user.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(user.getByText('No payment links yet')).toBeVisible();
  expect((await owner.goto(link))?.status()).toBe(404);
});
