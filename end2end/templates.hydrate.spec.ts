// The business's own words: written, refused with a reason, corrected, previewed, sent.
import { expect, expectAccessible, expectHydrated, expectToFit, test } from './fixtures.ts';
import { ZOE, nameOf } from './people.ts';
import { seedBusiness } from './seed.ts';
import { openCopySend, openShop } from './steps.ts';

test('a template without the link or with an unknown field is refused, and nothing typed is lost', async ({ owner }) => {
  const link = await openShop(owner, [ZOE]);
  await owner.goto('/templates/new?channel=email');
  await expectHydrated(owner);
  const body = owner.getByLabel('Body');
  await owner.getByLabel('Name', { exact: true }).fill('Spring words');
  await body.fill('Dear {{ contact.nickname }},\nplease pay.');
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(owner.getByText(/Line 1/).first()).toBeVisible();
  await expect(body).toHaveValue('Dear {{ contact.nickname }},\nplease pay.');

  await body.fill('Dear {{ contact.first_name | default: "friend" }},\nplease pay.');
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(owner.getByText(/payment_link\.url/).first()).toBeVisible();
  await expect(owner.getByLabel('Name', { exact: true })).toHaveValue('Spring words');

  // The chip puts the field where the cursor is, and the preview knows a real contact.
  await body.press('End');
  await owner.getByRole('button', { name: 'Personal link', exact: true }).click();
  await expect(body).toHaveValue(/\{\{ payment_link\.url \}\}/);
  await owner.getByRole('combobox', { name: 'Preview for' }).fill('Zoë');
  await owner.getByRole('option', { name: /Zoë/ }).click();
  // No script may run in the frame, not even the test's: what is in it is read from outside.
  await expect(owner.getByTitle('Email preview')).toHaveAttribute('srcdoc', /Dear Zoë,/);
  await expectAccessible(owner);
  await expectToFit(owner);
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(owner.getByRole('heading', { level: 1, name: 'Templates' })).toBeVisible();

  await owner.goto(link);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByLabel('Email template').selectOption('Spring words');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE) }).check();
  await dialog.getByRole('button', { name: 'Preview', exact: true }).click();
  const email = dialog.getByRole('article', { name: 'Email' });
  await expect(email).toContainText('Dear Zoë');
  await email.getByRole('tab', { name: 'Text' }).click();
  await expect(email.getByText('Dear Zoë')).toBeVisible();
  await expect(email.getByText("Zoë O'Neil <zoe@example.net>")).toBeVisible();
  await dialog.getByLabel('Subject', { exact: true }).fill('For {{ contact.nickname }}');
  await expect(dialog.getByText(/Subject, column 8/).first()).toBeVisible();
});

test('a test reaches the user and counts nowhere, and the character that makes a text dear is named', async ({ owner }) => {
  await seedBusiness(owner);
  await owner.goto('/templates/new?channel=email');
  await expectHydrated(owner);
  await owner.getByRole('button', { name: 'Send a test to me' }).click();
  await expect(owner.getByText(/The test is (on its way|kept in the Outbox)/)).toBeVisible();

  await owner.goto('/templates/new?channel=sms');
  await expectHydrated(owner);
  await owner.getByLabel('Body').fill('Győző: {{ payment_link.url }}');
  await expect(owner.getByText(/“ő” \(character 3\) is not in the SMS alphabet/)).toBeVisible();
  // A currency sign is dear, too, and there is a way to write it.
  await owner.getByLabel('Body').fill('₹500: {{ payment_link.url }} Reply STOP to opt out.');
  await expect(owner.getByText(/“₹” \(character 1\) is not in the SMS alphabet.* Write “Rs” instead\./)).toBeVisible();
  await owner.getByRole('button', { name: 'Use “Rs”' }).click();
  await expect(owner.getByLabel('Body')).toHaveValue('Rs 500: {{ payment_link.url }} Reply STOP to opt out.');
  await expect(owner.getByText(/1 segment · GSM-7/)).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  await owner.goto('/payments/campaigns');
  await expect(owner.getByText('No campaigns yet')).toBeVisible();
});

test('the default wording is duplicated, changed and deleted', async ({ owner }) => {
  await seedBusiness(owner);
  await owner.goto('/templates/default-sms');
  await owner.getByRole('link', { name: 'Duplicate' }).click();
  await expectHydrated(owner);
  await owner.getByLabel('Name', { exact: true }).fill('Short');
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  const row = owner.getByRole('row').filter({ hasText: 'Short' });
  await expect(row).toBeVisible();
  await row.locator('.menu-button').click();
  await owner.getByRole('menuitem', { name: 'Delete' }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
});
