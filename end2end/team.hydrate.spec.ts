// Colleagues: invited, allowed what members may, and the second pair of eyes over a campaign.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { MARTA, ZOE, nameOf } from './people.ts';
import { invite, join, openCopySend, openShop, sendTo } from './steps.ts';

test('a member joins by a link, changes no settings, and sends only what an owner approves', async ({
  owner,
  visitor,
  mail,
  sms,
}) => {
  test.slow();
  const link = await openShop(owner, [ZOE, MARTA]);

  const invitation = await invite(owner);
  await expectAccessible(owner);
  await expectToFit(owner);

  const member = await visitor();
  await member.goto(invitation);
  await expectAccessible(member);
  await expectToFit(member);
  await join(member, invitation);
  await member.goto('/settings');
  await expect(member.getByLabel('Business name')).toBeDisabled();
  await expectAccessible(member);
  const again = await visitor();
  expect((await again.goto(invitation))?.status()).toBe(404);

  await owner.reload();
  await owner.getByLabel('More people than').fill('1');
  await owner.getByRole('button', { name: 'Save approval' }).click();
  await expect(owner.getByText('Approval is saved.')).toBeVisible();

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
  await expect(member.getByText('Saved.')).toBeVisible();
  await member.reload();
  await expect(member.getByLabel('Price', { exact: true })).toHaveValue('95.00');
  await owner.getByRole('button', { name: 'Approve' }).click();
  await owner.getByRole('button', { name: 'Approve campaign' }).click();
  await expect(owner.getByText('each person would be asked for $95.00 now, not for $90.00')).toBeVisible();
  await expect(owner.getByText('2 people are asked for $95.00 each, $190.00 in total.')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  expect([mail.received.length, sms.received.length]).toEqual([1, 0]);
  await owner.getByRole('button', { name: 'Approve' }).click();
  await owner.getByRole('button', { name: 'Approve campaign' }).click();
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([3, 2]);
});

test('whom a colleague is sending to is said before they are sent to again', async ({ owner, visitor, mail, sms }) => {
  test.slow();
  const link = await openShop(owner, [ZOE, MARTA], { hold: 30 });
  const member = await visitor();
  await join(member, await invite(owner));
  await member.goto(link);
  await sendTo(member, [ZOE]);
  await expect(member.getByRole('row').filter({ hasText: nameOf(ZOE) })).toContainText(/Leaves in/);

  await owner.goto(link);
  const dialog = await openCopySend(owner, 'Send to contacts');
  for (const person of [ZOE, MARTA]) await dialog.getByRole('checkbox', { name: nameOf(person), exact: true }).check();
  await expect(dialog.getByRole('listitem').filter({ hasText: nameOf(ZOE) })).toContainText('A colleague is sending this to them');
  await expect(dialog.getByText('Will be sent to 1 person')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  await dialog.getByRole('button', { name: 'Send to 1 person' }).click();
  await dialog.getByRole('link', { name: 'Open the campaign' }).click();
  await expect(owner.getByRole('row').filter({ hasText: nameOf(ZOE) })).toContainText(/Skipped: .*being sent/i);
  expect([mail.to(ZOE.email).length, sms.received.length], 'nothing but the invitation has left').toEqual([0, 0]);
});
