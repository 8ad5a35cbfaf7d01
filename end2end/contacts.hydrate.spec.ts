// Contacts from a file: what is in it is told by line before anything changes; the same file again changes nothing.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { seedBusiness } from './seed.ts';

test('a file with a byte order mark, semicolons and faults is reported, imported, and known the second time', async ({
  owner,
  handbill,
}) => {
  await seedBusiness(owner);
  const file = path.join(handbill.folder, 'people.csv');
  const rows = [
    'First name;Last name;E-mail;Mobile',
    'Zoë;"O\'Neil; Jr.";zoe@example.net;+1 212 555 0142',
    'Bad;Mail;bad@;+1 212 555 0143',
    'Bad;Phone;bp@example.net;12',
  ];
  await writeFile(file, `\uFEFF${rows.join('\r\n')}\r\n`);
  const upload = async () => {
    await owner.goto('/contacts/import');
    await owner.locator('input[type=file]').setInputFiles(file);
    await owner.getByRole('button', { name: 'Upload' }).click();
    await expect(owner.getByText('What would happen')).toBeVisible();
  };
  await upload();
  await expect(owner.getByLabel('E-mail')).toHaveValue('email');
  await expect(owner.getByLabel('Mobile')).toHaveValue('phone');
  const faults = owner.getByRole('table', { name: 'Rows to look at' }).getByRole('row');
  await expect(faults.filter({ hasText: '3' }).first()).toContainText(/email/i);
  await expect(faults.filter({ hasText: '4' }).first()).toContainText(/phone/i);
  await expectAccessible(owner);
  await expectToFit(owner);
  await owner.getByRole('button', { name: 'Import 3 contacts' }).click();
  await expect(owner.getByText('3 new contacts')).toBeVisible();

  await upload();
  await expect(owner.getByText('There is nothing to import')).toBeVisible();
  await owner.goto('/contacts?q=212555');
  await owner.goto('/contacts');
  await expect(owner.getByRole('link', { name: "Zoë O'Neil; Jr." })).toBeVisible();
});
