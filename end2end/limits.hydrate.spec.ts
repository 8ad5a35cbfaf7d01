// At most 50 contacts, in the screen and behind it.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, expectHydrated, test } from './fixtures.ts';
import { seedBusiness, seedLink } from './seed.ts';
import { openCopySend } from './steps.ts';

test('the 51st contact is refused by the screen and by the server, and nothing is sent', async ({
  owner,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  await seedBusiness(owner);
  const rows = Array.from({ length: 51 }, (_, n) => {
    const number = String(n).padStart(2, '0');
    return `Person,Number ${number},person${number}@example.com,+1212555${String(1000 + n)}`;
  });
  const file = path.join(handbill.folder, 'contacts.csv');
  await writeFile(file, ['First name,Last name,Email,Phone', ...rows].join('\n'));
  await owner.goto('/contacts/import');
  await owner.locator('input[type=file]').setInputFiles(file);
  await owner.getByRole('button', { name: 'Upload' }).click();
  const start = owner.getByRole('button', { name: 'Import 51 contacts' });
  await expect(start).toBeVisible();
  await start.click();
  await expect(owner.getByText('51 new contacts')).toBeVisible();

  await owner.goto(await seedLink(owner, 'Spring workshop', 'Seat', '90.00'));
  await expectHydrated(owner);
  const dialog = await openCopySend(owner, 'Send to contacts');
  const box = (n: number) => dialog.getByRole('checkbox', { name: `Person Number ${String(n).padStart(2, '0')}` });
  await expect(dialog.getByRole('checkbox', { name: /^Person Number/ })).toHaveCount(51);
  for (let n = 0; n < 50; n += 1) await box(n).check();
  await expect(dialog.getByText('50 of 50 selected')).toBeVisible();
  await box(50).click();
  await expect(dialog.getByText('You can send to at most 50 contacts at once.')).toBeVisible();
  await expect(box(50)).not.toBeChecked();
  await expect(dialog.getByText('50 of 50 selected')).toBeVisible();

  // Behind the screen: the very request that the dialog sends, with one more in it.
  const request = owner.waitForRequest('**/api/fn/create_campaign');
  await owner.route('**/api/fn/create_campaign', async (route) => {
    const sent = route.request();
    const ids = [...new Set(sent.postData()?.match(/con_[0-9a-zA-Z-]+/g) ?? [])];
    if (ids.length !== 50) return route.continue();
    const last = ids[49];
    const doubled = sent.postData()!.replace(last, `${last}","con_01890000-0000-7000-8000-000000000000`);
    return route.continue({ postData: doubled });
  });
  await dialog.getByRole('button', { name: 'Send to 50 people' }).click();
  await request;
  await expect(dialog.getByRole('alert').first()).toBeVisible();
  expect(mail.received).toEqual([]);
  expect(sms.received).toEqual([]);
});
