// What cannot be undone is asked first: in a dialog with scripts, on a page of its own without them.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ADA, numberOf, OWNER, ZOE } from './people.ts';
import { invite, join, openShop, sendTo } from './steps.ts';

test('a recall and the deletion of a link are asked first, and "Cancel" leads back', async ({ owner, visitor, mail }) => {
  test.slow();
  const link = await openShop(owner, [ADA]);
  await sendTo(owner, [ADA]);
  await expect.poll(() => mail.received.length).toBe(1);
  const campaign = new URL(owner.url()).pathname;

  const user = await visitor();
  await user.goto('/login');
  await user.getByLabel('Email').fill(OWNER.email);
  await user.getByLabel('Password').fill(OWNER.password);
  await user.getByRole('button', { name: 'Log in' }).click();
  await expect(user.getByRole('heading', { level: 1, name: 'Payment Links' })).toBeVisible();

  await user.goto(campaign);
  await user.getByRole('button', { name: 'Recall', exact: true }).click();
  await expect(user.getByRole('heading', { name: 'Recall this campaign?' })).toBeVisible();
  await expect(user.getByText('You cannot undo this.')).toBeVisible();
  await expectAccessible(user);
  await expectToFit(user);
  const cancel = { name: 'Cancel', exact: true };
  await user.getByRole('button', cancel).or(user.getByRole('link', cancel)).click();
  await expect(user.getByText(/^Recalled/)).toHaveCount(0);
  await user.getByRole('button', { name: 'Recall', exact: true }).click();
  await user.getByRole('button', { name: 'Recall campaign' }).click();
  await expect(user.getByText(/^Recalled/).first()).toBeVisible();
  expect(new URL(user.url()).pathname).toBe(campaign);

  await user.goto('/payments/links');
  await user.getByRole('button', { name: 'Actions for Spring workshop' }).click();
  await user.getByRole('menuitem', { name: 'Delete' }).click();
  await expect(user.getByRole('heading', { name: 'Delete “Spring workshop”?' })).toBeVisible();
  await user.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(user.getByText('No payment links yet')).toBeVisible();
  expect((await owner.goto(link))?.status()).toBe(404);
});

test('an approval and a retry say what they send before they send it', async ({ owner, visitor, mail, sms }) => {
  test.slow();
  const link = await openShop(owner, [ADA, ZOE]);
  const member = await visitor();
  await join(member, await invite(owner));
  await owner.goto('/settings');
  await owner.getByLabel('More people than').fill('1');
  await owner.getByRole('button', { name: 'Save approval' }).click();
  await expect(owner.getByText('Approval is saved.')).toBeVisible();
  sms.unreachable.set(numberOf(ZOE), 21612);
  await owner.goto(link);
  await sendTo(owner, [ADA, ZOE]);
  const campaign = new URL(owner.url()).pathname;

  await member.goto(campaign);
  await member.getByRole('button', { name: 'Approve', exact: true }).click();
  await expect(member.getByRole('heading', { name: 'Approve this campaign?' })).toBeVisible();
  await expect(member.getByText('Once you approve, 2 emails and 2 texts to 2 people can leave.')).toBeVisible();
  await expect(member.getByText('2 people are asked for $90.00 each, $180.00 in total. Once')).toBeVisible();
  await expectAccessible(member);
  await expectToFit(member);
  expect([mail.to(ADA.email).length, mail.to(ZOE.email).length, sms.received.length]).toEqual([0, 0, 0]);
  await member.getByRole('button', { name: 'Approve campaign' }).click();
  await expect(member.getByText(/^Approved: 4 messages leave now/).first()).toBeVisible();
  await expect.poll(() => [mail.to(ADA.email).length, mail.to(ZOE.email).length, sms.received.length]).toEqual([1, 1, 1]);

  const retry = member.getByRole('button', { name: 'Retry failed', exact: true });
  await expect(async () => {
    await member.goto(campaign);
    await expect(retry).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await retry.click();
  await expect(member.getByRole('heading', { name: 'Send what failed again?' })).toBeVisible();
  await expect(member.getByText('1 text to 1 person failed.')).toBeVisible();
  sms.unreachable.clear();
  await member.getByRole('button', { name: 'Retry failed messages' }).click();
  await expect(member.getByText(/^1 message is queued again/).first()).toBeVisible();
  await expect.poll(() => sms.received.length).toBe(2);
});
