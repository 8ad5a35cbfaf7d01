// What a business user does in many stories, told once.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, type Page } from '@playwright/test';
import { expectHydrated } from './fixtures.ts';
import type { Handbill } from './fixtures/handbill.ts';
import { MEMBER, nameOf, OWNER, type Person } from './people.ts';
import { seedBusiness, seedContacts, seedLink, type Habits } from './seed.ts';

/** The first visit of all: the business and its owner. */
export async function setUp(page: Page, business = 'Studio Nord'): Promise<void> {
  await page.goto('/setup');
  await page.getByLabel('Business name').fill(business);
  await page.getByLabel('Country').selectOption('US');
  await page.getByLabel('Currency').selectOption('USD');
  await page.getByLabel('Email').fill(OWNER.email);
  await page.getByLabel('Password').fill(OWNER.password);
  await page.getByRole('button', { name: 'Create account' }).click();
  await expect(page.getByRole('navigation').getByRole('link', { name: 'Contacts' })).toBeVisible();
}

/** How most stories begin: a business, its contacts, and one payment link, which the page is left on; hands back its address. */
export async function openShop(page: Page, people: Person[], habits: Habits = {}): Promise<string> {
  await seedBusiness(page, habits);
  await seedContacts(page, people);
  await page.goto(await seedLink(page, 'Spring workshop', 'Seat', '90.00'));
  await expectHydrated(page);
  return page.url();
}

/** Sends the link on the page to these contacts, and goes to the campaign. */
export async function sendTo(page: Page, people: Person[]): Promise<void> {
  const dialog = await openCopySend(page, 'Send to contacts');
  for (const person of people) await dialog.getByRole('checkbox', { name: nameOf(person), exact: true }).check();
  await dialog.getByRole('button', { name: /^Send to \d+ (person|people)$/ }).click();
  await dialog.getByRole('link', { name: /campaign/i }).click();
  await expect(page).toHaveURL(/\/payments\/campaigns\/cmp_/);
}

/** A contact through its form; `switches` are the labels of those to turn on. */
export async function addContact(page: Page, person: Person, switches: string[] = []): Promise<void> {
  await page.goto('/contacts/new');
  await page.getByLabel('First name').fill(person.first);
  await page.getByLabel('Last name').fill(person.last);
  await page.getByLabel('Email', { exact: true }).fill(person.email);
  await page.getByLabel('Phone', { exact: true }).fill(person.phone);
  for (const label of switches) await page.getByRole('switch', { name: label }).check();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page).not.toHaveURL(/\/contacts\/new/);
}

/** So many contacts, from a file: Ann 1, Ann 2, … */
export async function addMany(handbill: Handbill, count: number, business = 'Studio Nord'): Promise<Person[]> {
  const people = Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const digits = String(number).padStart(2, '0');
    return { first: 'Ann', last: digits, email: `ann${number}@example.net`, phone: `+121255501${digits}` };
  });
  const rows = people.map(({ first, last, email, phone }) => [first, last, email, phone].join(','));
  const file = path.join(handbill.folder, 'people.csv');
  await writeFile(file, ['First name,Last name,Email,Phone', ...rows, ''].join('\n'));
  await handbill.command(['contacts', 'import', file, '--business', business]);
  return people;
}

/** A payment link through the editor; leaves the page on the saved link. */
export async function makeLink(page: Page, name: string, item: string, price: string): Promise<void> {
  await page.goto('/payments/links/new');
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Item', { exact: true }).fill(item);
  await page.getByLabel('Price', { exact: true }).fill(price);
  await page.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(page).toHaveURL(/\/payments\/links\/plink_/);
  await expect(page.getByRole('heading', { level: 1, name })).toBeVisible();
}

/** The dialog that this product is about, on the tab that is wanted. */
export async function openCopySend(page: Page, tab: string) {
  await page.getByRole('button', { name: 'Copy / Send' }).click();
  const dialog = page.getByRole('dialog', { name: 'Copy / Send' });
  await expect(dialog).toBeVisible();
  await dialog.getByRole('tab', { name: tab }).click();
  return dialog;
}

/** The address of a link that everybody may use. */
export async function standardLink(page: Page): Promise<string> {
  const dialog = await openCopySend(page, 'Standard link');
  const address = await dialog.getByLabel('Standard link', { exact: true }).inputValue();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  return address;
}

/** The address that one contact is given. */
export async function personalLink(page: Page, contact: string): Promise<string> {
  const dialog = await openCopySend(page, 'One contact');
  await dialog.getByRole('combobox', { name: 'Contact' }).fill(contact);
  await dialog.getByRole('option', { name: new RegExp(contact) }).first().click();
  const field = dialog.getByLabel('Personal link');
  await expect(field).toHaveValue(/\/l\//);
  const address = await field.inputValue();
  await page.keyboard.press('Escape');
  await expect(dialog).toBeHidden();
  return address;
}

/** Every address of a personal link in a text. */
export function personalLinksIn(text: string, origin: string): string[] {
  return [...new Set(text.match(new RegExp(`${origin}/l/[0-9A-Za-z]+`, 'g')) ?? [])];
}

/** What the checkout's fields hold. */
export async function prefillOf(page: Page) {
  return {
    name: await page.getByLabel('Full name').inputValue(),
    email: await page.getByLabel('Email').inputValue(),
    phone: await page.getByLabel('Phone').inputValue(),
  };
}

/** The owner invites a member; hands back the link that is to be given to them. */
export async function invite(owner: Page): Promise<string> {
  await owner.goto('/settings');
  const team = owner.locator('.card').filter({ hasText: 'Invite a member' });
  await team.getByLabel('Email', { exact: true }).fill(MEMBER.email);
  await owner.getByRole('button', { name: 'Invite', exact: true }).click();
  const field = owner.getByLabel('Invitation link');
  await expect(field).toHaveValue(/\/invite\//);
  return field.inputValue();
}

/** Takes the invitation. */
export async function join(member: Page, invitation: string): Promise<void> {
  await member.goto(invitation);
  await expect(member.getByRole('heading', { level: 1, name: 'Join Studio Nord' })).toBeVisible();
  await member.getByLabel('Password').fill(MEMBER.password);
  await member.getByRole('button', { name: 'Create account' }).click();
  await expect(member.getByRole('heading', { level: 1, name: 'Payment Links' })).toBeVisible();
}

/** Logs in anew, as a person who was away for long. */
export async function logIn(page: Page, { email, password } = OWNER): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Payment Links' })).toBeVisible();
}

/** Logs in as the owner of the demo business, which this makes; it is another tenant than the one of `setUp`. */
export async function enterDemo(page: Page, told: string): Promise<void> {
  const email = told.match(/[\w.+-]+@[\w.-]+\w/)?.[0];
  const password = told.match(/password:?\s+(.+)/i)?.[1].trim();
  if (!email || !password) throw new Error(`handbill demo printed no login:\n${told}`);
  await logIn(page, { email, password });
}
