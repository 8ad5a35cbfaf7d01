// The first person comes in, goes out and comes back.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ADA, OWNER } from './people.ts';
import { addContact, setUp } from './steps.ts';

test('the first visit sets up the business, and later ones log in', async ({ page }) => {
  await page.goto('/');
  await expect(page).toHaveURL(/\/setup$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Set up your business' })).toBeVisible();
  await expectAccessible(page);
  await expectToFit(page);

  await setUp(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Payment Links' })).toBeVisible();

  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();
  await expectAccessible(page);
  await expectToFit(page);

  // There is a user now: nobody sets the business up twice.
  await page.goto('/setup');
  await expect(page.getByLabel('Business name')).toHaveCount(0);

  await page.goto('/login');
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Payment Links' })).toBeVisible();
});

test('a business in Germany begins with euros', async ({ page }) => {
  await page.goto('/setup');
  await page.getByLabel('Business name').fill('Studio Süd');
  await page.getByLabel('Country').selectOption('DE');
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Payment Links' })).toBeVisible();
  await page.goto('/payments/links/new');
  await expect(page.getByLabel('Currency')).toHaveValue('EUR');
});

test('a wrong password and an unknown email get the same answer', async ({ page }) => {
  await setUp(page);
  await page.getByRole('button', { name: 'Log out' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();

  const answers: string[] = [];
  for (const email of [OWNER.email, 'nobody@studio-nord.example']) {
    await page.goto('/login');
    await page.getByLabel('Email').fill(email);
    await page.getByLabel('Password').fill('not the right password');
    await page.getByRole('button', { name: 'Log in' }).click();
    const notice = page.getByRole('alert').first();
    await expect(notice).toBeVisible();
    answers.push(await notice.innerText());
  }
  expect(answers[0]).toBe(answers[1]);
  expect(answers[0]).not.toContain('@');
});

test('every signed-in page sends a stranger to log in', async ({ owner, visitor }) => {
  await setUp(owner);
  const stranger = await visitor();
  for (const path of ['/payments/links', '/payments/campaigns', '/payments/transactions', '/contacts', '/templates']) {
    await stranger.goto(path);
    await expect(stranger.getByRole('heading', { level: 1, name: 'Log in' })).toBeVisible();
  }
});

test('a save is said on the page that it leads to, and only once', async ({ page }) => {
  await setUp(page);
  await page.goto('/settings');
  await page.getByLabel('Business name').fill('Studio Süd');
  await page.getByRole('button', { name: 'Save business' }).click();
  await expect(page.getByText('The business is saved.')).toBeVisible();
  await page.goto('/settings');
  await expect(page.getByLabel('Business name')).toHaveValue('Studio Süd');
  await expect(page.getByText('The business is saved.')).toHaveCount(0);

  await addContact(page, ADA);
  await expect(page.getByText('Saved.', { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByText('Saved.', { exact: true })).toHaveCount(0);
});
