// The job: from a saved link to messages, prefilled checkouts and payments that the business sees.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import * as people from './people.ts';
import { ZOE, nameOf, type Person } from './people.ts';
import { addContact, openCopySend, openShop, personalLinksIn, prefillOf } from './steps.ts';

/** As she writes it at home. */
const MARTA: Person = { ...people.MARTA, phone: '(415) 555-2671' };
const NO_EMAIL: Person = { first: 'Noah', last: 'Mail', email: '', phone: '+1 415 555 2672' };
const BAD_PHONE: Person = { first: 'Bea', last: 'Phone', email: 'bea@example.com', phone: '12345' };
const SILENT: Person = { first: 'Dee', last: 'Endy', email: 'dee@example.com', phone: '+1 415 555 2674' };
const TWIN: Person = { first: 'Twin', last: 'Zoë', email: ZOE.email, phone: '+1 212 555 0143' };

test('a mixed list is sent by both channels, opened, prefilled, paid, and the business sees it', async ({
  owner,
  visitor,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  const link = await openShop(owner, [ZOE, MARTA, NO_EMAIL, BAD_PHONE, TWIN]);
  await addContact(owner, SILENT, ['Do not disturb']);
  await owner.goto(link);

  const dialog = await openCopySend(owner, 'Send to contacts');
  // Everybody is chosen; people who cannot be sent to stay in the list, with the reason.
  for (const person of [ZOE, MARTA, NO_EMAIL, BAD_PHONE, SILENT, TWIN]) {
    await dialog.getByRole('checkbox', { name: nameOf(person), exact: true }).check();
  }
  const listed = (person: Person) => dialog.getByRole('listitem').filter({ hasText: nameOf(person) });
  await expect(listed(NO_EMAIL)).toContainText('No email address');
  await expect(listed(BAD_PHONE)).toContainText('Phone number is not valid');
  await expect(listed(SILENT)).toContainText('Do not disturb');
  await expect(listed(TWIN)).toContainText('Same email or phone as another chosen contact');
  await expect(dialog.getByText('6 of 50 selected')).toBeVisible();
  await expect(dialog.getByText('Will be sent to 2 people')).toBeVisible();
  await expect(dialog.getByText('4 skipped')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  await dialog.getByRole('button', { name: 'Send to 2 people' }).click();

  // Each has one message on each channel, with an address of their own; nobody else has any.
  await expect.poll(() => mail.received.length).toBe(2);
  await expect.poll(() => sms.received.length).toBe(2);
  const checkouts = new Map<string, { person: Person; phone: string; address: string }>();
  for (const [person, phone] of [
    [ZOE, '+12125550142'],
    [MARTA, '+14155552671'],
  ] as const) {
    const [letter] = mail.to(person.email);
    expect(letter.from?.text).toContain('payments@studio-nord.example');
    expect(letter.headers.get('message-id')).toBeTruthy();
    expect(letter.headers.has('list')).toBeTruthy();
    const [address, ...others] = personalLinksIn(`${letter.text} ${letter.html || ''}`, handbill.url);
    expect(address, `the link in the mail to ${person.email}`).toBeTruthy();
    expect(others).toEqual([]);
    const [text] = sms.to(phone);
    expect(personalLinksIn(text.body, handbill.url)).toEqual([address]);
    expect(text.from).toBe(sms.from);
    checkouts.set(address, { person, phone, address });
  }
  expect(checkouts.size).toBe(2);

  for (const { person, phone, address } of checkouts.values()) {
    const customer = await visitor();
    await customer.goto(address);
    await expect(customer).toHaveURL(/\/pay\/[^?]+\?t=/);
    const prefill = await prefillOf(customer);
    expect(prefill.name).toBe(nameOf(person));
    expect(prefill.email).toBe(person.email);
    expect(prefill.phone.replace(/[^+\d]/g, '')).toBe(phone);
    await expectAccessible(customer);
    await expectToFit(customer);

    await customer.getByRole('button', { name: 'Pay $90.00' }).click();
    await customer.getByRole('button', { name: 'Approve' }).click();
    await expect(customer).toHaveURL(/\/pay\/receipt\//);
    await expect(customer.getByText('$90.00').first()).toBeVisible();
    await expectAccessible(customer);
    await expectToFit(customer);

    // Opening it again shows that it is paid.
    await customer.goto(address);
    await expect(customer.getByText(/paid/i).first()).toBeVisible();
    await expect(customer.getByRole('button', { name: 'Pay $90.00' })).toHaveCount(0);
  }

  await owner.goto('/payments/transactions');
  for (const person of [ZOE, MARTA]) {
    const row = owner.getByRole('row').filter({ hasText: nameOf(person) });
    await expect(row).toContainText('$90.00');
    await expect(row).toContainText('Succeeded');
  }
  await expectAccessible(owner);
  await expectToFit(owner);

  await owner.goto('/payments/campaigns');
  await expect(owner.getByRole('heading', { level: 1, name: 'Campaigns' })).toBeVisible();
  await expect(owner.getByText('Spring workshop').first()).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  expect(mail.received.length, 'nothing was sent twice').toBe(2);
  expect(sms.received.length, 'nothing was sent twice').toBe(2);
});

test('what nobody may read is not in the log', async ({ owner, handbill, mail, sms }) => {
  await openShop(owner, [ZOE]);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE) }).check();
  await dialog.getByRole('button', { name: 'Send to 1 person' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 1]);
  const [address] = personalLinksIn(mail.received[0].text ?? '', handbill.url);
  for (const secret of [ZOE.email, "O'Neil", '+12125550142', address.split('/l/')[1], sms.authToken]) {
    expect(handbill.log).not.toContain(secret);
  }
});
