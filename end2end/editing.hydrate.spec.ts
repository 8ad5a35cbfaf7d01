// The editor: what is not saved is not sent, the preview is the checkout, and two people do not overwrite each other.
import { expect, expectHydrated, test } from './fixtures.ts';
import { seedBusiness } from './seed.ts';
import { makeLink, openShop } from './steps.ts';

test('a changed link is saved before it is sent, and discarding brings the saved one back', async ({ owner }) => {
  await seedBusiness(owner);
  await owner.goto('/payments/links/new');
  await expectHydrated(owner);
  await owner.getByRole('button', { name: 'Copy / Send' }).click();
  await expect(owner.getByText('Save the link first')).toBeVisible();
  await expect(owner.getByRole('dialog', { name: 'Copy / Send' })).toBeHidden();

  await makeLink(owner, 'Spring workshop', 'Seat', '90.00');
  const preview = owner.getByRole('region', { name: 'Preview' });
  await expect(preview).toContainText('Pay $90.00');
  await owner.getByLabel('Price', { exact: true }).fill('120');
  await expect(preview).toContainText('Pay $120.00');
  await owner.getByRole('button', { name: 'Copy / Send' }).click();
  await expect(owner.getByText('Save the link first')).toBeVisible();
  await owner.getByRole('button', { name: 'Discard' }).click();
  await expect(owner.getByLabel('Price', { exact: true })).toHaveValue('90.00');
  await expect(preview).toContainText('Pay $90.00');
});

test('the second of two editors is told, and loses nothing', async ({ owner, context }) => {
  await openShop(owner, []);
  await context.addCookies(await owner.context().cookies());
  const second = await context.newPage();
  await second.goto(owner.url());
  await expectHydrated(second);
  await owner.getByLabel('Name', { exact: true }).fill('Summer workshop');
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(owner.getByRole('heading', { level: 1, name: 'Summer workshop' })).toBeVisible();

  await second.getByLabel('Item', { exact: true }).fill('Chair');
  await second.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(second.getByText('Changed meanwhile', { exact: true })).toBeVisible();
  await expect(second.getByLabel('Item', { exact: true })).toHaveValue('Chair');
  await second.getByRole('button', { name: 'Save mine over it' }).click();
  await expect(second.getByText('Saved.')).toBeVisible();
  await owner.reload();
  await expect(owner.getByLabel('Item', { exact: true })).toHaveValue('Chair');
});
