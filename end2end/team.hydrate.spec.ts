// Colleagues: invited, allowed what members may, and the second pair of eyes over a campaign.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { addContact, makeLink, sendAtAnyHour, sendTo, setUp, type Person } from './steps.ts';

const PASSWORD = 'another quiet harbour at dusk';
const ZOE: Person = { first: 'Zoë', last: "O'Neil", email: 'zoe@example.net', phone: '+1 212 555 0142' };
const MARTA: Person = { first: 'Marta', last: 'Núñez', email: 'marta@example.com', phone: '+1 415 555 2671' };

test('a member joins by a link, changes no settings, and sends only what an owner approves', async ({
  owner,
  visitor,
  mail,
  sms,
}) => {
  test.slow();
  await setUp(owner);
  await sendAtAnyHour(owner);
  for (const person of [ZOE, MARTA]) await addContact(owner, person);
  await makeLink(owner, 'Spring workshop', 'Seat', '90.00');
  const link = owner.url();

  await owner.goto('/settings');
  const team = owner.getByRole('region', { name: 'Team' }).or(owner.locator('.card').filter({ hasText: 'Invite a member' }));
  await team.first().getByLabel('Email', { exact: true }).fill('mina@studio-nord.example');
  await owner.getByRole('button', { name: 'Invite', exact: true }).click();
  const field = owner.getByLabel('Invitation link');
  await expect(field).toHaveValue(/\/invite\//);
  const invitation = await field.inputValue();
  await expectAccessible(owner);
  await expectToFit(owner);

  const member = await visitor();
  await member.goto(invitation);
  await expect(member.getByRole('heading', { level: 1, name: 'Join Studio Nord' })).toBeVisible();
  await expectAccessible(member);
  await member.getByLabel('Password').fill(PASSWORD);
  await member.getByRole('button', { name: 'Create account' }).click();
  await expect(member.getByRole('heading', { level: 1, name: 'Payment Links' })).toBeVisible();
  await member.goto('/settings');
  await expect(member.getByLabel('Business name')).toBeDisabled();
  await expectAccessible(member);
  const again = await visitor();
  expect((await again.goto(invitation))?.status()).toBe(404);

  await owner.reload();
  await owner.getByLabel('More people than').fill('1');
  await owner.getByRole('button', { name: 'Save approval' }).click();
  await expect(owner.getByText(/approval is saved|Saved/i).first()).toBeVisible();

  await member.goto(link);
  await sendTo(member, [ZOE, MARTA]);
  await expect(member.getByText(/Waits for approval/).first()).toBeVisible();
  await expect(member.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  expect([mail.received.length, sms.received.length]).toEqual([1, 0]);
  await owner.goto(member.url());
  await expect(owner.getByText('2 people are asked for $90.00 each, $180.00 in total.')).toBeVisible();
  await expectAccessible(owner);

  // What was seen is not what would be asked for any more.
  await member.goto(link);
  await member.getByLabel('Price', { exact: true }).fill('95.00');
  await member.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(member.getByText('$95.00').first()).toBeVisible();
  await member.reload();
  await expect(member.getByLabel('Price', { exact: true })).toHaveValue('95.00');
  await owner.getByRole('button', { name: 'Approve' }).click();
  await expect(owner.getByText('each person would be asked for $95.00 now, not for $90.00')).toBeVisible();
  await expect(owner.getByText('2 people are asked for $95.00 each, $190.00 in total.')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  expect([mail.received.length, sms.received.length]).toEqual([1, 0]);
  await owner.getByRole('button', { name: 'Approve' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([3, 2]);
});
