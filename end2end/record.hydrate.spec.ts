// What is kept: who opened, who said no, who allowed it again and why; and a record in which no byte can be changed.
import { readFile, writeFile } from 'node:fs/promises';
import type { Locator, Page } from '@playwright/test';
import type { Handbill } from './fixtures/handbill.ts';
import type { MailServer } from './fixtures/mail.ts';
import { expect, expectAccessible, expectHydrated, expectToFit, test } from './fixtures.ts';
import { ZOE, nameOf, numberOf } from './people.ts';
import { openShop, personalLinksIn, sendTo } from './steps.ts';

/** Sends her the link: the campaign's page, the address that she got, and her row on that page. */
async function sendToZoe(owner: Page, handbill: Handbill, mail: MailServer) {
  await openShop(owner, [ZOE]);
  await sendTo(owner, [ZOE]);
  await expect.poll(() => mail.received.length).toBe(1);
  const [address] = personalLinksIn(mail.received[0].text ?? '', handbill.url);
  return { campaign: owner.url(), address, row: owner.getByRole('row').filter({ hasText: nameOf(ZOE) }) };
}

/** Openings are gathered for a moment before they are written, so the page may have to be read again. */
async function expectOpened(owner: Page, campaign: string, row: Locator): Promise<void> {
  await expect(async () => {
    await owner.goto(campaign);
    await expect(row).toContainText('Opened', { timeout: 1_000 });
  }).toPass();
  await expect(row).not.toContainText('Not opened');
}

test("machines and people who open a link are told apart, and the business's own look is not counted", async ({
  owner,
  visitor,
  handbill,
  mail,
}) => {
  test.slow();
  const { campaign, address, row } = await sendToZoe(owner, handbill, mail);

  await owner.goto(address);
  await expect(owner.getByLabel('Full name')).toHaveValue(nameOf(ZOE));
  await owner.goto(campaign);
  await expect(row).toContainText('Not opened');

  const scanned = await fetch(address, { headers: { 'user-agent': 'Barracuda Sentinel (EE)' } });
  expect(scanned.status).toBe(200);
  const ahead = await fetch(address, { headers: { 'user-agent': 'Mozilla/5.0', 'sec-purpose': 'prefetch;prerender' } });
  expect(ahead.status).toBe(200);
  await owner.goto(campaign);
  await expect(row).toContainText('Not opened');

  const zoe = await visitor();
  const signal = zoe.waitForResponse((response) => response.request().method() === 'POST' && response.ok());
  await zoe.goto(address);
  await signal;
  await expectOpened(owner, campaign, row);
  await row.getByRole('link', { name: nameOf(ZOE) }).click();
  const timeline = owner.locator('.timeline').first();
  await expect(timeline.getByText('Opened by a mail scanner.')).toHaveCount(1);
  await expect(timeline.getByText('Opened ahead of a click, by a browser or mail program.')).toHaveCount(1);
  await expect(timeline.getByText('Opened by a person.')).toHaveCount(1);
  await expectAccessible(owner);
  await expectToFit(owner);
});

test('a page that a browser made ahead counts as opened by a person once it is shown', async ({
  owner,
  visitor,
  handbill,
  mail,
}) => {
  test.slow();
  const { campaign, address, row } = await sendToZoe(owner, handbill, mail);

  // What a browser says of a page that nobody sees yet.
  const zoe = await visitor();
  await zoe.setExtraHTTPHeaders({ 'sec-purpose': 'prefetch;prerender' });
  await zoe.addInitScript(() => {
    Object.defineProperty(document, 'prerendering', { configurable: true, value: true });
  });
  await zoe.goto(address);
  await expectHydrated(zoe);
  await owner.goto(campaign);
  await expect(row).toContainText('Not opened');

  await zoe.setExtraHTTPHeaders({});
  const signal = zoe.waitForResponse((response) => response.request().method() === 'POST' && response.ok());
  await zoe.evaluate(() => {
    Object.defineProperty(document, 'prerendering', { configurable: true, value: false });
    document.dispatchEvent(new Event('prerenderingchange'));
  });
  await signal;
  await expectOpened(owner, campaign, row);
  await row.getByRole('link', { name: nameOf(ZOE) }).click();
  const timeline = owner.locator('.timeline').first();
  await expect(timeline.getByText('Opened ahead of a click, by a browser or mail program.')).toHaveCount(1);
  await expect(timeline.getByText('Opened by a person.')).toHaveCount(1);
});

test('a no by the link in an email shows on the contact, and staff lift it only with a reason', async ({
  owner,
  visitor,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  const link = await openShop(owner, [ZOE]);
  await sendTo(owner, [ZOE]);
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 1]);
  const unsubscribe = personalLinksIn(mail.received[0].text ?? '', handbill.url)[0].replace('/l/', '/u/');

  const zoe = await visitor();
  await zoe.goto(unsubscribe);
  await expect(zoe.getByRole('heading', { name: 'Stop email messages?' })).toBeVisible();
  await expectAccessible(zoe);
  await owner.goto('/contacts');
  await owner.getByRole('link', { name: nameOf(ZOE) }).click();
  const noEmail = owner.getByRole('switch', { name: 'No email' });
  await expect(noEmail, 'a look at the page opts nobody out').not.toBeChecked();
  await zoe.getByRole('button', { name: 'Stop email messages' }).click();
  await expect(zoe.getByText('You will get no more email')).toBeVisible();

  await owner.reload();
  await expect(noEmail).toBeChecked();
  const record = owner.getByRole('table', { name: 'Switches of do not disturb' });
  await expect(record.getByRole('row').nth(1)).toContainText('Email stopped');
  await expectAccessible(owner);
  await expectToFit(owner);
  await noEmail.uncheck();
  await owner.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(owner.getByLabel('Reason')).toHaveAttribute('aria-invalid', 'true');
  await expect(noEmail, 'what was chosen is kept').not.toBeChecked();
  await owner.getByLabel('Reason').fill('She called and asked for the link by email.');
  await owner.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(record.getByRole('row').nth(1)).toContainText('Email allowed again');
  await expect(record.getByRole('row').nth(1)).toContainText('She called and asked for the link by email.');

  // What she wrote by SMS holds, whatever was said about email.
  expect(await sms.reply(handbill.url, numberOf(ZOE), 'STOP')).toBe(200);
  await owner.goto(link);
  await owner.getByRole('button', { name: 'Copy / Send' }).click();
  const dialog = owner.getByRole('dialog', { name: 'Copy / Send' });
  await dialog.getByRole('tab', { name: 'Send to contacts' }).click();
  await expect(dialog.getByRole('listitem').filter({ hasText: nameOf(ZOE) })).toContainText('No SMS: do not disturb');
});

test('one changed byte of the record is found, by the button and by the command', async ({ owner, handbill, mail }) => {
  test.slow();
  await openShop(owner, [ZOE]);
  await sendTo(owner, [ZOE]);
  await expect.poll(() => mail.received.length).toBe(1);
  await owner.goto('/settings');
  await owner.getByRole('button', { name: 'Check the record' }).click();
  await expect(owner.getByText(/entries are complete and unchanged/)).toBeVisible();
  await handbill.end('SIGTERM');
  expect(await handbill.command(['verify-ledger'])).toContain('all whole');

  const bytes = await readFile(handbill.database);
  const at = bytes.lastIndexOf('"payment_link_name"');
  expect(at, 'an entry says what was sent').toBeGreaterThan(0);
  bytes[at + 1] ^= 1;
  await writeFile(handbill.database, bytes);

  await expect(handbill.command(['verify-ledger'])).rejects.toThrow(/was changed after it was written/);
  await handbill.start();
  await owner.goto('/settings');
  await owner.getByRole('button', { name: 'Check the record' }).click();
  await expect(owner.getByText(/The record is broken: entry \d+ was changed after it was written/)).toBeVisible();
  await expectAccessible(owner);
});
