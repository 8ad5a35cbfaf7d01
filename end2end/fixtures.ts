// What every story starts with: the product, a mail server, an SMS provider, and people with browsers.
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type BrowserContext, type Page } from '@playwright/test';
import { Handbill } from './fixtures/handbill.ts';
import { MailServer } from './fixtures/mail.ts';
import { SmsProvider } from './fixtures/sms.ts';

interface People {
  mail: MailServer;
  sms: SmsProvider;
  /** The product, with mail and SMS providers set. */
  handbill: Handbill;
  /** Somebody with a browser of the project's kind and nothing in it; each call is another person. */
  visitor: () => Promise<Page>;
  /** The business's owner: always with scripts, never yet signed in. */
  owner: Page;
}

/** Settings that a story wants different: `test.use({ settings: { SMTP_URL: '' } })`; an empty one is left out. */
interface Choices {
  settings: Record<string, string>;
}

export const test = base.extend<People & Choices>({
  settings: [{}, { option: true }],

  mail: async ({}, use) => {
    const mail = await MailServer.start();
    await use(mail);
    await mail.stop();
  },

  sms: async ({}, use) => {
    const sms = await SmsProvider.start();
    await use(sms);
    await sms.stop();
    expect(sms.refused, 'requests that Twilio would not take').toEqual([]);
  },

  handbill: async ({ mail, sms, settings }, use, info) => {
    const all = {
      SMTP_URL: `smtp://127.0.0.1:${mail.port}`,
      MAIL_FROM: 'Studio Nord <payments@studio-nord.example>',
      TWILIO_ACCOUNT_SID: sms.accountSid,
      TWILIO_AUTH_TOKEN: sms.authToken,
      TWILIO_FROM: sms.from,
      TWILIO_API_BASE: sms.address,
      ...settings,
    };
    const handbill = await Handbill.prepare(Object.fromEntries(Object.entries(all).filter(([, value]) => value)));
    await handbill.start();
    await use(handbill);
    await handbill.remove();
    if (info.status !== info.expectedStatus) {
      await info.attach('handbill.log', { body: handbill.log, contentType: 'text/plain' });
    }
    expect(handbill.log, 'the log').not.toMatch(/panicked/);
  },

  baseURL: async ({ handbill }, use) => {
    await use(handbill.url);
  },

  context: async ({ context }, use) => {
    const complaints = listen(context);
    await use(context);
    expect(complaints, 'what the browser complained about').toEqual([]);
  },

  visitor: async ({ browser, baseURL, viewport, hasTouch, isMobile, javaScriptEnabled, locale, timezoneId }, use) => {
    const contexts: BrowserContext[] = [];
    const complaints: string[][] = [];
    await use(async () => {
      const options = { baseURL, viewport, hasTouch, isMobile, javaScriptEnabled, locale, timezoneId };
      const context = await browser.newContext(options);
      contexts.push(context);
      complaints.push(listen(context));
      return context.newPage();
    });
    for (const context of contexts) await context.close();
    expect(complaints.flat(), "what a visitor's browser complained about").toEqual([]);
  },

  owner: async ({ browser, baseURL, viewport, hasTouch, isMobile, locale, timezoneId }, use, info) => {
    const options = { baseURL, viewport, hasTouch, isMobile, javaScriptEnabled: true, locale, timezoneId };
    const context = await browser.newContext(options);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const complaints = listen(context);
    const page = await context.newPage();
    await use(page);
    if (info.status !== info.expectedStatus) {
      await info.attach('owner.png', { body: await page.screenshot(), contentType: 'image/png' });
    }
    await context.close();
    expect(complaints, "what the owner's browser complained about").toEqual([]);
  },
});

/** Everything a browser complains about: hydration, blocked scripts, exceptions, answers of the wrong kind. */
function listen(context: BrowserContext): string[] {
  const complaints: string[] = [];
  context.on('console', (message) => {
    const text = message.text();
    // A page that is rightly 404 or 422 is no fault of the page; everything else is.
    const refusal = /Failed to load resource: the server responded with a status of 4\d\d/.test(text);
    // Without scripts, or on a busy machine, what was loaded early is used late or never.
    const early = /was preloaded using link preload but not used within a few seconds/.test(text);
    if ((message.type() === 'error' || message.type() === 'warning') && !refusal && !early) {
      complaints.push(`${message.type()}: ${text} (${message.location().url})`);
    }
  });
  context.on('weberror', (error) => complaints.push(`exception: ${error.error()}`));
  return complaints;
}

/** No axe violation, in light and in dark. axe is a script: it looks where scripts run, and not into the frames of mails, where none may. */
export async function expectAccessible(page: Page): Promise<void> {
  if (test.info().project.use.javaScriptEnabled === false) {
    return;
  }
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
    const found = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map((node) => node.html) }));
    expect(found, `axe on ${page.url()} (${colorScheme})`).toEqual([]);
  }
  await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  await expect(page.locator('iframe:not([title])')).toHaveCount(0);
}

/** Nothing on the page is wider than the window, and no table wider than its place. */
export async function expectToFit(page: Page): Promise<void> {
  const widths = await page.evaluate(() => {
    const places = [document.documentElement, ...Array.from(document.querySelectorAll('table')).map((table) => table.parentElement!)];
    return places.map(({ tagName, className, scrollWidth, clientWidth }) => ({ tagName, className, scrollWidth, clientWidth }));
  });
  const tooWide = widths.filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth);
  expect(tooWide, `what is too wide on ${page.url()}`).toEqual([]);
}

/** Waits until the page's scripts are in charge. */
export async function expectHydrated(page: Page): Promise<void> {
  await expect(page.locator('body[data-hydrated]')).toBeAttached();
}

export { expect };
