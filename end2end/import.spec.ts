// A file of contacts: what would come in is seen first, with scripts and without.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { seedBusiness } from './seed.ts';

/** Each letter as one byte. */
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');

test('contacts are shown as they will be, in the encoding that was chosen, and nothing is left out in silence', async ({
  owner,
  handbill,
}) => {
  await seedBusiness(owner);
  const file = path.join(handbill.folder, 'people.csv');
  const rows = [
    'First name,Last name,Email,Phone,Do Not Sms,Privacy note,Shoe size',
    'Zo\u00eb,M\u00fcller,zoe@example.net,+1 212 555 0142,Yes,asked in May,38',
    'Ann,Lee,ann@example.net,+1 212 555 0143,perhaps,,39',
    'Bob,Ray,,+1 212 555 0144,,,40',
  ];
  await writeFile(file, latin(`${rows.join('\r\n')}\r\n`));
  await owner.goto('/contacts/import');
  await owner.locator('input[type=file]').setInputFiles(file);
  await owner.getByRole('button', { name: 'Upload' }).click();

  const looks = owner.getByRole('table', { name: 'How contacts will look' });
  await expect(looks.getByRole('row').nth(1)).toContainText(/Zo\u00eb.*M\u00fcller.*\+12125550142.*No SMS/);
  await expect(owner.getByLabel('Do Not Sms')).toHaveValue('no_sms');
  await expect(owner.getByText('Left out, although the name speaks of consent')).toBeVisible();
  await expect(owner.getByText('\u201cPrivacy note\u201d')).toBeVisible();
  await expect(owner.getByText('Left out: \u201cShoe size\u201d.')).toBeVisible();
  await expect(owner.getByText('is neither yes nor no')).toBeVisible();
  await expect(owner.getByText('1 of 3 contacts cannot be sent a payment link: 1 without an email.')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);

  await owner.getByLabel('Text encoding').selectOption('windows-1253');
  await owner.getByLabel('Privacy note').selectOption('do_not_disturb');
  await owner.getByRole('button', { name: 'Check again' }).click();
  await expect(looks.getByRole('row').nth(1)).toContainText('M\u03ccller');
  await expect(owner.getByLabel('Privacy note')).toHaveValue('do_not_disturb');
  await owner.getByLabel('Text encoding').selectOption('windows-1252');
  await owner.getByRole('button', { name: 'Check again' }).click();
  await expect(looks.getByRole('row').nth(1)).toContainText('M\u00fcller');
  await owner.getByRole('button', { name: 'Import 3 contacts' }).click();
  await expect(owner.getByText('3 new contacts')).toBeVisible();
});

test('a file without an email and a phone says what to do', async ({ owner, handbill }) => {
  await seedBusiness(owner);
  const file = path.join(handbill.folder, 'people.csv');
  await writeFile(file, 'Name,alpha\nAnn Lee,ann(at)example.net\n');
  await owner.goto('/contacts/import');
  await owner.locator('input[type=file]').setInputFiles(file);
  await owner.getByRole('button', { name: 'Upload' }).click();
  await expect(owner.getByText('No email and no phone was found')).toBeVisible();
  await expect(owner.getByRole('button', { name: /^Import/ })).toHaveCount(0);
  await owner.getByLabel('alpha').selectOption('email');
  await owner.getByRole('button', { name: 'Check again' }).click();
  await expect(owner.getByRole('button', { name: 'Import 1 contact' })).toBeVisible();
});
