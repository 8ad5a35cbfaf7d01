// At most 50 contacts, in the screen and behind it.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from './fixtures.ts';
import { makeLink, openCopySend, setUp } from './steps.ts';

test('the 51st contact is refused by the screen and by the server, and nothing is sent', async ({
  owner,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  await setUp(owner);
  const rows = Array.from({ length: 51 }, (_, n) => {
    const number = String(n).padStart(2, '0');
    return `Person,Number ${number},person${number}@example.com,+1212555${String(1000 + n)}`;
  });
  const file = path.join(handbill.folder, 'contacts.csv');
  await writeFile(file, ['First name,Last name,Email,Phone', ...rows].join('\n'));
  await owner.goto('/contacts/import');
  await owner.locator('input[type=file]').setInputFiles(file);
  await owner.getByRole('button', { name: /Upload|Continue|Check/ }).first().click();
  const start = owner.getByRole('button', { name: 'Import 51 contacts' });
  await expect(start).toBeVisible();
  await start.click();
  await expect(owner.getByText(/51 .*(imported|new|added)|imported 51/i).first()).toBeVisible();

  await makeLink(owner, 'Spring workshop', 'Seat', '90.00');
  const dialog = await openCopySend(owner, 'Send to contacts');
  const boxes = dialog.getByRole('checkbox', { name: /^Person Number/ });
  await dialog.getByLabel('Search contacts').fill('person');
  for (let n = 0; n < 50; n += 1) {
    const box = dialog.getByRole('checkbox', { name: `Person Number ${String(n).padStart(2, '0')}` });
    await box.check();
  }
  await expect(dialog.getByText('50 of 50 selected')).toBeVisible();
  await expect(dialog.getByRole('checkbox', { name: 'Person Number 50' })).toBeDisabled();
  expect(await boxes.count()).toBeGreaterThan(0);

  // Behind the screen: the very request that the dialog sends, with one more in it.
  const request = owner.waitForRequest((request) => request.method() === 'POST' && /campaign/.test(request.url()));
  await owner.route(/campaign/, async (route) => {
    const sent = route.request();
    if (sent.method() !== 'POST') return route.continue();
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
