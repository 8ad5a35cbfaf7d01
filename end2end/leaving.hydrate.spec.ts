// What a page asked for may come after the page was left, or drawn anew: nothing breaks, here or on the next page.
// Any exception in the browser fails these stories; that is what most of them are about.
import type { Page } from '@playwright/test';
import { expect, expectHydrated, test } from './fixtures.ts';
import { ZOE, nameOf } from './people.ts';
import { seedBusiness, seedContacts } from './seed.ts';
import { openCopySend, openShop } from './steps.ts';

/** Holds back what the server answers until the given function is called; then waits until the page has it all. */
async function holdAnswers(page: Page, pattern: string): Promise<() => Promise<void>> {
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const answered: Promise<void>[] = [];
  await page.route(pattern, (route) => {
    answered.push(gate.then(() => route.continue()));
    return answered.at(-1);
  });
  return async () => {
    expect(answered.length, 'something was asked').toBeGreaterThan(0);
    open();
    await Promise.all(answered);
    await page.unroute(pattern);
    await page.waitForLoadState('networkidle');
  };
}

/** Frames and timers stand still until the test moves them. */
async function stopTheClock(page: Page): Promise<void> {
  await page.clock.install();
  await page.clock.pauseAt(Date.now() + 60_000);
}

/** Leaves by the navigation, as the page does it itself. */
async function leaveForContacts(page: Page): Promise<void> {
  await page.getByRole('navigation').getByRole('link', { name: 'Contacts' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();
}

/** The page still does what it is told. */
async function expectAlive(page: Page): Promise<void> {
  await page.getByRole('link', { name: nameOf(ZOE) }).click();
  await expect(page.getByRole('heading', { level: 1, name: nameOf(ZOE) })).toBeVisible();
}

test('a refused contact keeps what was typed, and a colleague’s change is not written over', async ({ owner, context }) => {
  await seedBusiness(owner);
  await seedContacts(owner, [ZOE]);
  await owner.goto('/contacts');
  await owner.getByRole('link', { name: nameOf(ZOE) }).click();
  await expect(owner.getByRole('heading', { level: 1, name: nameOf(ZOE) })).toBeVisible();
  await context.addCookies(await owner.context().cookies());
  const second = await context.newPage();
  await second.goto(owner.url());
  await expectHydrated(second);
  await owner.getByLabel('Last name').fill('Lind');
  await owner.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(owner.getByText('Saved.')).toBeVisible();

  await second.getByLabel('Tags').fill('spring');
  for (const time of ['first', 'second']) {
    const answer = second.waitForResponse('**/api/fn/update_contact');
    await second.getByRole('button', { name: 'Save', exact: true }).click();
    await answer;
    await expect(second.getByText('Someone else changed this contact meanwhile.'), `the ${time} time`).toBeVisible();
    await expect(second.getByLabel('Tags')).toHaveValue('spring');
    await expect(second.getByRole('alert'), 'people who hear the page are told').toBeFocused();
  }
  await owner.reload();
  await expect(owner.getByLabel('Last name')).toHaveValue('Lind');
  await expect(owner.getByLabel('Tags')).toHaveValue('');
});

test('a refusal whose page is left in the same moment', async ({ owner }) => {
  await seedBusiness(owner);
  await seedContacts(owner, [ZOE]);
  await owner.goto('/contacts/new');
  await expectHydrated(owner);
  await stopTheClock(owner);
  await owner.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('Please check the following')).toBeVisible();
  await leaveForContacts(owner);
  await owner.clock.runFor(5_000);
  await expectAlive(owner);
});

test('Copy / Send that is left while it reads', async ({ owner }) => {
  await openShop(owner, [ZOE]);
  const release = await holdAnswers(owner, '**/api/fn/*');
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('button', { name: 'Select…' }).click();
  await owner.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  await owner.getByRole('navigation').getByRole('link', { name: 'Contacts' }).click();
  await release();
  await expect(owner.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();
  await expectAlive(owner);
});

test('Copy / Send that is left while a choice waits for a pause', async ({ owner }) => {
  await openShop(owner, [ZOE]);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await expect(dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true })).toBeVisible();
  await stopTheClock(owner);
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  await dialog.getByRole('tab', { name: 'One contact' }).click();
  await dialog.getByRole('combobox', { name: 'Contact' }).fill('zoe');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await owner.clock.runFor(20);
  await expect(dialog).toBeHidden();
  await leaveForContacts(owner);
  await owner.clock.runFor(5_000);
  await expectAlive(owner);
});

test('a repair in Copy / Send that is answered after it was left', async ({ owner }) => {
  const broken = { first: 'Ivo', last: 'Brandt', email: 'ivo@', phone: '+1 212 555 0143' };
  await openShop(owner, [ZOE, broken]);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('button', { name: `Fix ${nameOf(broken)}` }).click();
  const fix = dialog.getByRole('form', { name: `Fix ${nameOf(broken)}` });
  await fix.getByLabel('Email').fill('ivo@example.org');
  const release = await holdAnswers(owner, '**/api/fn/fix_addresses');
  await fix.getByRole('button', { name: 'Save' }).click();
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toBeHidden();
  await leaveForContacts(owner);
  await release();
  await expectAlive(owner);
});

test('the editor that is left before it has read its fields', async ({ owner }) => {
  await seedBusiness(owner);
  await seedContacts(owner, [ZOE]);
  await owner.goto('/payments/links/new');
  await expectHydrated(owner);
  await stopTheClock(owner);
  await owner.getByRole('button', { name: 'Add item' }).click();
  await owner.getByRole('button', { name: /^Remove/ }).last().click();
  await leaveForContacts(owner);
  await owner.clock.runFor(5_000);
  await expectAlive(owner);
});

test('a list that is left while it reads', async ({ owner }) => {
  await openShop(owner, [ZOE]);
  for (const section of ['Payments', 'Templates']) {
    const release = await holdAnswers(owner, '**/api/fn/*');
    await owner.getByRole('navigation').getByRole('link', { name: section, exact: true }).click();
    await owner.getByRole('navigation').getByRole('link', { name: 'Contacts' }).click();
    await release();
    await expect(owner.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();
    await expectAlive(owner);
  }
});
