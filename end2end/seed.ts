// What a story finds when it begins. It comes in by the product's own doors, the forms that its pages send, and nobody clicks.
import { expect, type Page } from '@playwright/test';
import { OWNER, type Person } from './people.ts';

export interface Habits {
  /** So many minutes pass between "Send" and the first message. */
  hold?: number;
  /** A contact gets no more requests in a week. */
  weeklyCap?: number;
  /** Quiet hours stand as they do in a new business: what is sent may have to wait for the morning. */
  keepsQuiet?: boolean;
}

/** Sends a form as a page of ours would, in the name of the person with this browser; hands back the answer. */
async function send(page: Page, name: string, fields: Record<string, string | number | boolean>): Promise<string> {
  const form = Object.fromEntries(Object.entries(fields).map(([field, value]) => [`form${field}`, String(value)]));
  const answer = await page.request.post(`/api/fn/${name}`, { form, headers: { 'sec-fetch-site': 'same-origin' } });
  const said = await answer.text();
  expect(answer.ok(), `${name}: ${answer.status()} ${said}`).toBe(true);
  return said;
}

/** A business whose owner is logged in. Stories are told at any hour: unless they are about quiet hours, messages leave at once. */
export async function seedBusiness(page: Page, habits: Habits = {}): Promise<void> {
  const { email, password } = OWNER;
  const business = { '[business_name]': 'Studio Nord', '[country]': 'US', '[currency]': 'USD' };
  await send(page, 'create_account', { ...business, '[email]': email, '[password]': password });
  await seedCare(page, habits);
  const sending = { '[time_zone]': 'America/New_York', '[recall_text]': '' };
  if (habits.hold) await send(page, 'save_sending', { '[hold_minutes]': habits.hold, ...sending });
}

export async function seedCare(page: Page, { keepsQuiet, weeklyCap }: Habits): Promise<void> {
  const hours = { '[keep_quiet_hours]': keepsQuiet ?? false, '[quiet_from]': '21:00', '[quiet_until]': '08:00' };
  await send(page, 'save_care', { ...hours, '[weekly_cap]': weeklyCap ?? '' });
}

export async function seedContacts(page: Page, people: Person[]): Promise<void> {
  for (const { first, last, email, phone } of people) {
    await send(page, 'create_contact', { '[first_name]': first, '[last_name]': last, '[email]': email, '[phone]': phone });
  }
}

/** A payment link with one item; hands back the path of its editor. */
export async function seedLink(page: Page, name: string, item: string, price: string): Promise<string> {
  const line = { '[items][0][item]': item, '[items][0][price]': price, '[items][0][quantity]': 1 };
  const rest = { '[currency]': 'USD', '[after_payment]': 'message', '[button_text]': 'pay', '[personal_link_days]': 30 };
  const saved = await send(page, 'save_payment_link', { '[name]': name, ...line, ...rest });
  return `/payments/links/${(JSON.parse(saved) as { id: string }).id}`;
}
