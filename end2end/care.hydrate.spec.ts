// Quiet hours, by each contact's own clock: said before anything is sent, and kept.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ZOE, nameOf, type Person } from './people.ts';
import { openCopySend, openShop } from './steps.ts';

const KENJI: Person = { first: 'Kenji', last: 'Mori', email: 'kenji@example.jp', phone: '+81 90 1234 5678' };

/** The time of day there, so many hours from now. */
function clockIn(timeZone: string, hours: number): string {
  const at = new Date(Date.now() + hours * 3_600_000);
  return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(at);
}

test('whoever has quiet hours is sent to later, and the dialog says so before', async ({ owner, mail, sms }) => {
  test.slow();
  const link = await openShop(owner, [ZOE, KENJI], { keepsQuiet: true });
  // Quiet where Zoë is; where Kenji is it is thirteen or fourteen hours later.
  await owner.goto('/settings');
  await expect(owner.getByLabel('Keep quiet hours')).toBeChecked();
  await owner.getByLabel('Quiet hours from').fill(clockIn('America/New_York', -1));
  await owner.getByLabel('until', { exact: true }).fill(clockIn('America/New_York', 2));
  await owner.getByRole('button', { name: 'Save contact care' }).click();
  await expect(owner.getByText('Contact care is saved.')).toBeVisible();

  await owner.goto(link);
  const dialog = await openCopySend(owner, 'Send to contacts');
  for (const person of [ZOE, KENJI]) await dialog.getByRole('checkbox', { name: nameOf(person), exact: true }).check();
  await expect(dialog.getByText(/^1 will wait for quiet hours; the first leaves at .*New York/)).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  await dialog.getByRole('button', { name: 'Send to 2 people' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 1]);
  expect(mail.to(KENJI.email)).toHaveLength(1);
  await dialog.getByRole('link', { name: 'Open the campaign' }).click();
  const row = owner.getByRole('row').filter({ hasText: nameOf(ZOE) });
  await expect(row).toContainText(/Quiet hours: leaves at .* in New York, in \d/);
  await row.getByRole('link', { name: nameOf(ZOE) }).click();
  await expect(owner.locator('.timeline').first()).toContainText(/New York/);
  await expectAccessible(owner);
  await expectToFit(owner);
  expect([mail.received.length, sms.received.length], 'she is not woken').toEqual([1, 1]);

  // Unless somebody says so.
  await owner.getByRole('button', { name: 'Send now' }).click();
  const question = owner.getByRole('dialog', { name: /quiet hours/i });
  await expectAccessible(owner);
  await question.getByRole('button', { name: 'Send now' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([2, 2]);
  await expect(owner.getByText(/^2 messages are sent now, also where it is quiet hours\./).first()).toBeVisible();
});
