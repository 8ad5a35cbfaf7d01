// A price is what was meant, or it is asked about; nothing that was typed is lost, with scripts and without.
import { expect, expectAccessible, test } from './fixtures.ts';
import { seedBusiness } from './seed.ts';
import { makeLink } from './steps.ts';

test('a price that can be read in two ways is asked about and stays as it was typed', async ({ owner }) => {
  await seedBusiness(owner);
  await owner.goto('/payments/links/new');
  const price = owner.getByLabel('Price', { exact: true });
  const save = owner.getByRole('button', { name: 'Save', exact: true }).first();
  await owner.getByLabel('Name', { exact: true }).fill('Spring workshop');
  await owner.getByLabel('Item', { exact: true }).fill('Seat & lunch');
  await price.fill('1.234');
  await save.click();
  const sentence = 'This can mean $1,234.00 or $1.234. Type 1234 or 1.23 to say which.';
  await expect(owner.getByText(sentence).first()).toBeVisible();
  await expect(price).toHaveAccessibleDescription(sentence);
  await expect(price).toHaveValue('1.234');
  await expect(owner.getByLabel('Name', { exact: true })).toHaveValue('Spring workshop');
  await expect(owner.getByLabel('Item', { exact: true })).toHaveValue('Seat & lunch');
  await expectAccessible(owner);

  await price.fill('1.234,50');
  await save.click();
  await expect(owner).toHaveURL(/\/payments\/links\/plink_/);
  await expect(price).toHaveValue('1234.50');
});

test('a saved link keeps its price until another one is understood', async ({ owner }) => {
  await seedBusiness(owner);
  await makeLink(owner, 'Spring workshop', 'Seat', '12,50');
  const price = owner.getByLabel('Price', { exact: true });
  await expect(price).toHaveValue('12.50');
  await price.fill('1.234');
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(owner.getByText('Type 1234 or 1.23 to say which.').first()).toBeVisible();
  await expect(price).toHaveValue('1.234');
  // What was refused is not the link's: a fresh look shows what customers pay.
  await owner.goto(new URL(owner.url()).pathname);
  await expect(price).toHaveValue('12.50');
});
