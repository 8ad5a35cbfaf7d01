// After "Send": what arrives, what comes back, who says stop, and the way back when it was a mistake.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ADA, MARTA, ZOE, nameOf, numberOf, type Person } from './people.ts';
import { openCopySend, openShop, personalLinksIn, sendTo } from './steps.ts';

const SECRET = 'bounces-come-with-this';

test.use({ settings: { BOUNCE_SECRET: SECRET } });

test('what arrives and what comes back is seen, and an address that takes no messages waits for a person', async ({
  owner,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  await openShop(owner, [ZOE, MARTA]);
  await sendTo(owner, [ZOE, MARTA]);
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([2, 2]);
  const row = (person: Person) => owner.getByRole('row').filter({ hasText: nameOf(person) });
  await expect(row(MARTA)).toContainText('Sent');

  expect(await sms.report(sms.to(numberOf(ZOE))[0], 'delivered')).toBe(200);
  expect(await sms.report(sms.to(numberOf(ZOE))[0], 'sent'), 'a late one changes nothing').toBe(200);
  expect(await sms.report(sms.to(numberOf(MARTA))[0], 'undelivered', '30005')).toBe(200);
  const [letter] = mail.to(ZOE.email);
  const bounce = [
    'From: MAILER-DAEMON@mx.example', 'To: payments@studio-nord.example', 'Subject: Delivery report', 'MIME-Version: 1.0',
    'Content-Type: multipart/report; report-type=delivery-status; boundary="next"', '',
    '--next', 'Content-Type: text/plain', '', 'This is the mail system.',
    '--next', 'Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example', '',
    `Final-Recipient: rfc822; ${ZOE.email}`, 'Action: failed', 'Status: 5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 unknown', '',
    '--next', 'Content-Type: message/rfc822', '', `Message-ID: ${letter.messageId}`, 'Subject: Your link', '', 'Hello', '--next--', '',
  ].join('\r\n');
  const post = (secret: string) =>
    fetch(`${handbill.url}/webhooks/email/bounce`, { method: 'POST', headers: { authorization: `Bearer ${secret}` }, body: bounce });
  expect((await post('somebody-elses-secret')).status).toBe(403);
  expect((await post(SECRET)).status).toBe(200);

  await owner.reload();
  await expect(row(ZOE)).toContainText('Delivered');
  await expect(row(MARTA)).toContainText(/not in use|unknown|does not exist|not valid/i);
  await row(ZOE).getByRole('link', { name: nameOf(ZOE) }).click();
  await expect(owner.locator('.timeline').first()).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);

  await owner.getByRole('link', { name: 'Open the contact' }).click();
  const works = owner.getByRole('button', { name: /This address works/ });
  await expect(works).toBeVisible();
  await expectAccessible(owner);
  await works.click();
  await expect(works).toHaveCount(0);
});

test('STOP while a campaign is held keeps one person out, and a recall shows everybody else a calm page', async ({
  owner,
  visitor,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  await openShop(owner, [ZOE, MARTA, ADA], { hold: 30 });
  await sendTo(owner, [ZOE, MARTA, ADA]);
  const row = (person: Person) => owner.getByRole('row').filter({ hasText: nameOf(person) });
  await expect(row(ZOE)).toContainText(/Leaves in \d+ min/);
  await expectAccessible(owner);
  await expectToFit(owner);

  expect(await sms.reply(handbill.url, numberOf(ZOE), 'Please stop texting me!')).toBe(200);
  await row(ADA).getByRole('button', { name: /Remove/ }).click();
  await owner.getByRole('dialog', { name: /^Remove Ada/ }).getByRole('button', { name: 'Remove from campaign' }).click();
  await expect(row(ADA)).toContainText('Canceled');
  await owner.getByRole('button', { name: 'Send now' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([2, 1]);
  await expect(row(ZOE)).toContainText('No SMS: do not disturb');
  expect(sms.to(numberOf(ZOE))).toEqual([]);

  const [address] = personalLinksIn(mail.to(MARTA.email)[0].text ?? '', handbill.url);
  await owner.getByRole('button', { name: 'Recall' }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Recall campaign' }).click();
  await expect(owner.getByText(/^Recalled/).first()).toBeVisible();
  const customer = await visitor();
  const answer = await customer.goto(address);
  expect(answer?.status()).toBe(410);
  await expect(customer.getByText('sent by mistake')).toBeVisible();
  expect(await customer.content()).not.toContain('marta@');
  await expectAccessible(customer);
  expect([mail.received.length, sms.received.length], 'nobody got more').toEqual([2, 1]);
});

test('a mailbox that is not there is known after one try, HELP is answered, and START lifts what STOP set', async ({
  owner,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  const link = await openShop(owner, [ZOE, MARTA]);
  mail.missing.add(ZOE.email);
  await sendTo(owner, [ZOE, MARTA]);
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 2]);
  const row = owner.getByRole('row').filter({ hasText: nameOf(ZOE) });
  await expect(row).toContainText('The mailbox does not exist.');
  await row.getByRole('link', { name: nameOf(ZOE) }).click();
  await owner.getByText('What the provider said').first().click();
  await expect(owner.getByText(/550 5\.1\.1 .*no such user here/)).toBeVisible();
  await owner.getByRole('link', { name: 'Open the contact' }).click();
  await expect(owner.getByText('Email to this contact comes back')).toBeVisible();

  expect(await sms.ask(handbill.url, numberOf(MARTA), 'HELP')).toContain('Studio Nord');
  expect(await sms.reply(handbill.url, numberOf(MARTA), 'STOP')).toBe(200);
  await owner.goto('/contacts');
  await owner.getByRole('link', { name: nameOf(MARTA) }).click();
  const noSms = owner.getByRole('switch', { name: 'No SMS' });
  await expect(noSms).toBeChecked();
  expect(await sms.reply(handbill.url, numberOf(MARTA), 'START')).toBe(200);
  await owner.reload();
  await expect(noSms).not.toBeChecked();
  await owner.getByLabel('Tags').fill('regulars');
  await owner.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(owner.getByText('Saved.')).toBeVisible();

  // Of those who have not paid one was written to just now and the other cannot be: neither is taken, and each row says why.
  await owner.goto(link);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('button', { name: 'Select…' }).click();
  const select = dialog.getByRole('region', { name: 'Select contacts' });
  await select.getByLabel('Which contacts').selectOption('Has not paid');
  await select.getByRole('button', { name: 'Select them' }).click();
  await expect(select.getByText('0 of 2 selected: 2 would be skipped')).toBeVisible();
  await select.getByLabel('Which contacts').selectOption('With tag');
  await select.getByLabel('Tag', { exact: true }).selectOption('regulars');
  await select.getByRole('button', { name: 'Select them' }).click();
  await expect(select.getByText('0 of 1 selected: 1 would be skipped')).toBeVisible();
  await expect(dialog.getByRole('listitem').filter({ hasText: nameOf(ZOE) })).toContainText('The mailbox does not exist');
});
