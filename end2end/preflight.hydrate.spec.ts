// Before it leaves: an address is fixed in its row, a pasted list and a tag choose people, and nobody is asked twice by mistake.
import { expect, expectAccessible, expectHydrated, expectToFit, test } from './fixtures.ts';
import { MARTA, ZOE, nameOf, type Person } from './people.ts';
import { openCopySend, openShop } from './steps.ts';

const BROKEN: Person = { first: 'Noah', last: 'Mail', email: '', phone: '12345' };

test('what is wrong with a contact is fixed in its row, without losing the selection', async ({ owner, viewport }) => {
  await openShop(owner, [ZOE, BROKEN]);
  await owner.reload();
  await expectHydrated(owner);
  const dialog = await openCopySend(owner, 'Send to contacts');
  const zoe = dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true });
  const noah = dialog.getByRole('checkbox', { name: nameOf(BROKEN), exact: true });
  await zoe.check();
  await noah.check();
  const row = dialog.getByRole('listitem').filter({ hasText: nameOf(BROKEN) });
  await expect(row).toContainText('No email address');
  await expect(row).toContainText('Phone number is not valid');
  await expect(dialog.getByRole('button', { name: 'Send to 1 person' })).toBeVisible();

  await row.getByRole('button', { name: `Fix ${nameOf(BROKEN)}` }).click();
  const fix = dialog.getByRole('form', { name: `Fix ${nameOf(BROKEN)}` });
  const email = fix.getByLabel('Email');
  await expect(email).toBeFocused();
  await expect(fix.getByLabel('Phone')).toHaveValue('12345');
  await email.fill('noah@example.com');
  await fix.getByRole('button', { name: 'Save' }).click();
  // What is still wrong is said beside its field, and what was typed stays.
  await expect(fix.getByText('This is not a valid phone number.', { exact: false })).toBeVisible();
  await expect(email).toHaveValue('noah@example.com');
  await expectAccessible(owner);
  if ((viewport?.width ?? 0) < 720) await expectToFit(owner);
  await fix.getByLabel('Phone').fill('(415) 555-2672');
  await fix.getByLabel('Phone').press('Enter');
  await expect(fix).toBeHidden();
  await expect(row).toContainText('noah@example.com');
  await expect(noah).toBeFocused();
  await expect(noah).toBeChecked();
  await expect(zoe).toBeChecked();
  await expect(dialog.getByRole('button', { name: 'Send to 2 people' })).toBeVisible();
});

test('a pasted list chooses whom it names, and a second sending asks before anybody gets it twice', async ({
  owner,
  mail,
  sms,
}) => {
  test.slow();
  await openShop(owner, [ZOE, MARTA]);
  await owner.reload();
  await expectHydrated(owner);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('button', { name: 'Paste a list' }).click();
  const paste = dialog.getByRole('region', { name: 'Paste a list' });
  await paste.getByLabel('Emails or phones').fill('Zoë <ZOE@example.net>; nobody@example.com\n415 555 2671');
  await paste.getByRole('button', { name: 'Find' }).click();
  await expect(paste.getByText('2 found, 1 not found')).toBeVisible();
  await expect(paste.getByLabel('Not found')).toHaveValue('nobody@example.com');
  await expectAccessible(owner);
  await expectToFit(owner);
  await paste.getByRole('button', { name: 'Select them' }).click();
  await expect(paste.getByText('2 selected', { exact: true })).toBeVisible();
  await dialog.getByRole('button', { name: 'Clear' }).click();
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  await dialog.getByRole('button', { name: 'Send to 1 person' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 1]);
  await dialog.getByRole('button', { name: 'Done' }).click();
  await expect(dialog).toBeHidden();

  // Chosen by hand she is skipped, until the user says otherwise.
  await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  await expect(dialog.getByRole('listitem').filter({ hasText: nameOf(ZOE) })).toContainText('Was sent this link');
  await expect(dialog.getByText('1 skipped: was sent this link within 24 hours 1')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Send to 0 people' })).toBeDisabled();
  // Chosen with all others she is not taken.
  await dialog.getByRole('button', { name: 'Clear' }).click();
  await dialog.getByRole('button', { name: 'Select…' }).click();
  const select = dialog.getByRole('region', { name: 'Select contacts' });
  await expect(select.getByLabel('Which contacts')).toHaveValue('shown');
  await select.getByRole('button', { name: 'Select them' }).click();
  await expect(select.getByText('1 of 2 selected: 1 would be skipped')).toBeVisible();
  await expect(dialog.getByRole('checkbox', { name: nameOf(MARTA), exact: true })).toBeChecked();
  await expectAccessible(owner);
  await expectToFit(owner);

  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  await dialog.getByRole('checkbox', { name: 'Send anyway to people who were sent this link within 24 hours' }).check();
  await dialog.getByRole('button', { name: 'Send to 2 people' }).click();
  await expect.poll(() => [mail.to(ZOE.email).length, mail.to(MARTA.email).length]).toEqual([2, 1]);
});

test('where the wording cannot be checked the dialog says so, and checks again', async ({ owner }) => {
  await openShop(owner, [ZOE]);
  await owner.reload();
  await expectHydrated(owner);
  await owner.route('**/api/fn/report_wording', (route) => route.fulfill({ status: 429, body: 'busy' }));
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  const told = dialog.getByRole('status').filter({ hasText: 'The wording could not be checked' });
  await expect(told).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Send to 1 person' })).toBeEnabled();
  await expectAccessible(owner);
  await expectToFit(owner);
  await owner.unroute('**/api/fn/report_wording');
  await told.getByRole('button', { name: 'Check again' }).click();
  await expect(told).toBeHidden();
  await expect(dialog.getByText(/SMS segment/).first()).toBeVisible();
});

test('where it cannot be foretold who would wait the dialog says so, and tries again', async ({ owner }) => {
  await openShop(owner, [ZOE]);
  await owner.reload();
  await expectHydrated(owner);
  await owner.route('**/api/fn/forecast_care', (route) => route.fulfill({ status: 429, body: 'busy' }));
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  const told = dialog.getByRole('status').filter({ hasText: 'Not everything could be checked' });
  await expect(told).toContainText('It is not known who has quiet hours or was asked enough this week.');
  await expect(dialog.getByRole('button', { name: 'Send to 1 person' })).toBeEnabled();
  await expectAccessible(owner);
  await expectToFit(owner);
  await owner.unroute('**/api/fn/forecast_care');
  await told.getByRole('button', { name: 'Try again' }).click();
  await expect(told).toBeHidden();
});
