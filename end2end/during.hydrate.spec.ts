// While it leaves: seen by everybody at once, stopped by hand or by itself, and called back in the middle.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ZOE, nameOf } from './people.ts';
import { addMany, openCopySend, openShop, personalLinksIn, sendTo } from './steps.ts';

test('what one person does to a campaign is seen in another window, and each row moves by itself', async ({
  owner,
  mail,
  sms,
}) => {
  test.slow();
  await openShop(owner, [ZOE], { hold: 30 });
  await sendTo(owner, [ZOE]);
  const other = await owner.context().newPage();
  await other.goto(owner.url());
  const row = other.getByRole('row').filter({ hasText: nameOf(ZOE) });
  await expect(row).toContainText(/Leaves in/);
  await owner.getByRole('button', { name: 'Pause' }).click();
  await expect(other.getByText(/^Paused/).first()).toBeVisible();
  await other.getByRole('button', { name: 'Resume' }).click();
  await expect(owner.getByRole('button', { name: 'Send now' })).toBeVisible();
  expect([mail.received.length, sms.received.length]).toEqual([0, 0]);

  await owner.getByRole('button', { name: 'Send now' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 1]);
  await expect(row.getByText('Sent', { exact: true })).toHaveCount(2);
  expect(await sms.report(sms.received[0], 'delivered')).toBe(200);
  await expect(row.getByText('Delivered', { exact: true })).toBeVisible();
});

test('the dialog follows its campaign to the end', async ({ owner, mail, sms }) => {
  await openShop(owner, [ZOE]);
  let answer = () => {};
  mail.answers = new Promise((resolve) => (answer = resolve));
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  await dialog.getByRole('button', { name: 'Send to 1 person' }).click();
  await expect(dialog.getByText('1 queued')).toBeVisible();
  await expect(dialog.getByText('1 sent')).toBeVisible();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 1]);
  answer();
  await expect(dialog.getByText('2 sent')).toBeVisible();
  await expect(dialog.getByText('1 of 1 person done')).toBeVisible();
  expect(await sms.report(sms.received[0], 'delivered')).toBe(200);
  await expect(dialog.getByText('1 delivered')).toBeVisible();
});

test('a campaign whose provider keeps failing pauses itself, says why, and goes on when told to', async ({
  owner,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  const link = await openShop(owner, []);
  await addMany(handbill, 40);
  await owner.goto(link);
  sms.isBroken = true;
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('button', { name: 'Select…' }).click();
  await dialog.getByRole('region', { name: 'Select contacts' }).getByRole('button', { name: 'Select them' }).click();
  await dialog.getByRole('checkbox', { name: 'Email', exact: true }).uncheck();
  await dialog.getByRole('button', { name: 'Send to 40 people' }).click();
  await dialog.getByRole('link', { name: 'Open the campaign' }).click();
  await expect(owner.getByText(/^Paused: 10 failures in a row/).first()).toBeVisible();
  await expect(owner.getByRole('region', { name: 'Controls' })).toContainText(/provider/i);
  await expectAccessible(owner);
  await expectToFit(owner);
  expect([mail.received.length, sms.received.length]).toEqual([0, 0]);

  sms.isBroken = false;
  await owner.getByRole('button', { name: 'Resume' }).click();
  await expect(owner.getByRole('button', { name: 'Resume' })).toHaveCount(0);
  // Those without an answer may have been sent to, so the provider is asked about them first; those not tried yet are sent to at once.
  await expect.poll(() => sms.received.length).toBeGreaterThan(0);
});

test('a recall in the middle of sending keeps back what has not left, and every link is dead', async ({
  owner,
  visitor,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  const link = await openShop(owner, []);
  const people = await addMany(handbill, 20);
  await owner.goto('/settings');
  await owner.getByLabel('What people read when a link was recalled').fill('We sent this too early. Sorry!');
  await owner.getByRole('button', { name: 'Save sending' }).click();
  await expect(owner.getByText('Saved. It holds for what is sent from now on.')).toBeVisible();
  await owner.goto(link);
  let answer = () => {};
  mail.answers = new Promise((resolve) => (answer = resolve));
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('button', { name: 'Select…' }).click();
  await dialog.getByRole('region', { name: 'Select contacts' }).getByRole('button', { name: 'Select them' }).click();
  await dialog.getByRole('button', { name: 'Send to 20 people' }).click();
  await dialog.getByRole('link', { name: 'Open the campaign' }).click();
  // All texts are gone; the first mails are with the server, which has not answered; the others wait for their turn.
  await expect.poll(() => [mail.received.length > 0, sms.received.length]).toEqual([true, 20]);
  await owner.getByRole('button', { name: 'Recall' }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Recall campaign' }).click();
  await expect(owner.getByText(/^Recalled/).first()).toBeVisible();
  answer();
  await expect(owner.getByText('20 of 20 people done')).toBeVisible();
  expect(mail.received.length, 'what had not left stayed').toBeLessThan(people.length);
  await owner.reload();
  const sent = owner.getByRole('table', { name: 'Recipients' }).getByText('Canceled', { exact: false });
  await expect(sent).toHaveCount(people.length - mail.received.length);
  await expectAccessible(owner);
  await expectToFit(owner);

  const customer = await visitor();
  for (const text of [sms.received[0], sms.received[19]]) {
    const [address] = personalLinksIn(text.body, handbill.url);
    expect((await customer.goto(address))?.status()).toBe(410);
    await expect(customer.getByText('We sent this too early. Sorry!')).toBeVisible();
  }
});
