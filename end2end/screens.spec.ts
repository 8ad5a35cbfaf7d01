// Every screen of a business that is alive: no axe violation, nothing wider than the window, one heading, nothing on the console.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { enterDemo } from './steps.ts';

const SCREENS = [
  ['/payments/links', 'Payment Links'],
  ['/payments/links/new', 'New payment link'],
  ['/payments/campaigns', 'Campaigns'],
  ['/payments/transactions', 'Transactions'],
  ['/contacts', 'Contacts'],
  ['/contacts/new', 'New contact'],
  ['/contacts/import', 'Import contacts'],
  ['/templates', 'Templates'],
  ['/templates/new', /./],
  ['/settings', 'Settings'],
  ['/outbox', 'Outbox'],
] as const;

/** Lists, and the first thing that each leads to. */
const DETAILS = ['/payments/links', '/payments/campaigns', '/contacts', '/templates', '/outbox'];

test.use({ settings: { SMTP_URL: '', TWILIO_ACCOUNT_SID: '', TWILIO_AUTH_TOKEN: '', TWILIO_FROM: '', TWILIO_API_BASE: '' } });

test('every screen of a business with demo data is whole', async ({ handbill, page }) => {
  test.setTimeout(300_000);
  await enterDemo(page, await handbill.command(['demo']));

  const seen: string[] = [];
  const look = async (path: string, heading: string | RegExp) => {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(200);
    await expect(page.getByRole('heading', { level: 1 }), path).toHaveCount(1);
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible();
    await expect(page).toHaveTitle(/.+ · Handbill|Handbill/);
    await expectAccessible(page);
    await expectToFit(page);
    seen.push(path);
  };
  for (const [path, heading] of SCREENS) await look(path, heading);
  for (const list of DETAILS) {
    await page.goto(list);
    const first = page.locator(`main a[href^="${list}/"]:not([href$="/new"]):not([href$="/import"]):not([href*="export"])`);
    await expect(first.first(), `${list} leads somewhere`).toBeVisible();
    await look((await first.first().getAttribute('href'))!, /./);
  }
  expect(seen).toHaveLength(SCREENS.length + DETAILS.length);
});
