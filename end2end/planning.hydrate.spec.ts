// Planned ahead: a later time, a reminder, a cap; and the record that shows it all is whole.
import { readFile } from 'node:fs/promises';
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ZOE, nameOf, numberOf } from './people.ts';
import { openCopySend, openShop, sendTo } from './steps.ts';

/** A date-time field's value, so many days from now. */
const inDays = (days: number) => `${new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10)}T12:00`;

test('a campaign is planned for later with a reminder, given another time, and sent by hand after all', async ({
  owner,
  mail,
  sms,
}) => {
  test.slow();
  await openShop(owner, [ZOE]);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  await dialog.getByLabel('When').selectOption('Later');
  await dialog.getByLabel('Date and time').fill(inDays(3));
  await dialog.getByRole('button', { name: 'Add a reminder' }).click();
  await dialog.getByLabel('Reminder 1: days after sending').fill('4');
  await expect(dialog.getByText(/^Leaves on/)).toBeVisible();
  await expectAccessible(owner);
  await dialog.getByRole('button', { name: 'Send to 1 person' }).click();
  await dialog.getByRole('link', { name: 'Open the campaign' }).click();

  await expect(owner.getByText(/Scheduled for/).first()).toBeVisible();
  await expect(owner.getByRole('heading', { name: 'Reminder 1, after 4 days' })).toBeVisible();
  await owner.getByText('Change time').click();
  await owner.getByLabel('Date and time').fill(inDays(5));
  await owner.getByRole('button', { name: 'Save time' }).click();
  await expect(owner.getByText(/^Scheduled for/).nth(1)).toBeVisible();
  await owner.getByRole('button', { name: 'Cancel reminder 1' }).click();
  await owner.getByRole('dialog', { name: 'Cancel reminder 1?' }).getByRole('button', { name: 'Cancel reminder' }).click();
  await expect(owner.getByText('The reminder is canceled.')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  expect([mail.received.length, sms.received.length]).toEqual([0, 0]);
  await owner.getByRole('button', { name: 'Send now' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 1]);

  // All of it can be taken away as a file, and the record of it is whole.
  const download = owner.waitForEvent('download');
  await owner.getByRole('link', { name: 'Export CSV' }).click();
  const lines = (await readFile(await (await download).path(), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(3);
  expect(lines.join()).toContain(ZOE.email);
  await owner.goto('/settings');
  await owner.getByRole('button', { name: 'Check the record' }).click();
  await expect(owner.getByText(/^All \d+ entries are complete and unchanged/)).toBeVisible();
});

test('nobody is asked more often than the business allows, and a refused address can be tried again', async ({
  owner,
  mail,
  sms,
}) => {
  test.slow();
  const link = await openShop(owner, [ZOE], { weeklyCap: 1 });
  sms.unreachable.set(numberOf(ZOE), 21612);
  await sendTo(owner, [ZOE]);
  await expect.poll(() => mail.received.length).toBe(1);
  const row = owner.getByRole('row').filter({ hasText: nameOf(ZOE) });
  await expect(owner.getByRole('button', { name: 'Retry failed' })).toBeVisible();
  await row.getByRole('link', { name: nameOf(ZOE) }).click();
  await expect(owner.getByText('What the provider said').first()).toBeVisible();
  sms.unreachable.clear();
  await owner.getByRole('button', { name: 'Retry failed' }).click();
  await owner.getByRole('button', { name: 'Retry failed messages' }).click();
  await expect.poll(() => sms.received.length).toBe(1);
  expect(mail.received.length, 'what had arrived is not sent again').toBe(1);

  await owner.goto(link);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  await expect(dialog.getByText(/asked enough this week/i).first()).toBeVisible();
  await expect(dialog.getByText('Will be sent to 0 people')).toBeVisible();
});
