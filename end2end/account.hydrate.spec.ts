// What scripts add to the forms of account pages.
import { expect, expectHydrated, test } from './fixtures.ts';

test('a set-up that lacks something keeps what was typed and says what to do', async ({ page }) => {
  await page.goto('/setup');
  await expectHydrated(page);
  await page.getByLabel('Business name').fill('Studio Nord');
  await page.getByLabel('Email').fill('not an address');
  await page.getByLabel('Password').fill('short');
  await page.locator('form').first().evaluate((form: HTMLFormElement) => form.setAttribute('novalidate', ''));
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByLabel('Email')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Business name')).toHaveValue('Studio Nord');
});
