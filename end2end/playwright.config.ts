import { existsSync } from 'node:fs';
import { defineConfig, type PlaywrightTestOptions } from '@playwright/test';

// The browser that is named, else the system's, else Playwright's own.
const executablePath = process.env.CHROMIUM_PATH ?? ['/usr/bin/chromium'].find((path) => existsSync(path));

const desktop: Partial<PlaywrightTestOptions> = { viewport: { width: 1280, height: 800 } };
const phone: Partial<PlaywrightTestOptions> = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

export default defineConfig({
  testDir: '.',
  outputDir: 'test-results',
  // Each test has a server, a mail receiver and an SMS provider of its own.
  fullyParallel: true,
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  forbidOnly: !!process.env.CI,
  retries: 0,
  reporter: [['list']],
  use: {
    actionTimeout: 15_000,
    locale: 'en-US',
    timezoneId: 'UTC',
    // What a person's browser says: one without a screen counts as a machine.
    userAgent:
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    // Snapshots would run a script in every frame, and in those of mails none may run.
    trace: { mode: 'retain-on-failure', snapshots: false, screenshots: true, sources: true },
    launchOptions: {
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'desktop', use: desktop },
    { name: 'phone', use: phone },
    // The same stories for visitors whose scripts never arrive.
    { name: 'desktop, no scripts', use: { ...desktop, javaScriptEnabled: false }, testIgnore: '**/*.hydrate.spec.ts' },
    { name: 'phone, no scripts', use: { ...phone, javaScriptEnabled: false }, testIgnore: '**/*.hydrate.spec.ts' },
  ],
});
