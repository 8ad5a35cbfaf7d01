// The second pair of eyes: what waits for it, what it finds changed, and what needs it no more.
import type { Page } from '@playwright/test';
import { expect, expectAccessible, expectHydrated, expectToFit, test } from './fixtures.ts';
import { MARTA, MEMBER, nameOf, ZOE } from './people.ts';
import { seedCare, seedLink } from './seed.ts';
import { invite, join, logIn, openShop, sendTo } from './steps.ts';

/** More people than this need another user's yes; nobody does when it is empty. */
async function approveOver(owner: Page, people: string): Promise<void> {
  await owner.goto('/settings');
  await owner.getByLabel('More people than').fill(people);
  await owner.getByRole('button', { name: 'Save approval' }).click();
  await expect(owner.getByText('Approval is saved.')).toBeVisible();
}

/** A shop with a colleague, in which more than one person is asked only with another user's yes. */
async function openOffice(owner: Page, visitor: () => Promise<Page>) {
  const link = await openShop(owner, [ZOE, MARTA]);
  const member = await visitor();
  await join(member, await invite(owner));
  await approveOver(owner, '1');
  return { link, member };
}

test('a campaign that waits is released by its sender once the rule is gone', async ({ owner, visitor, mail, sms }) => {
  test.slow();
  const { link } = await openOffice(owner, visitor);
  await owner.goto(link);
  await sendTo(owner, [ZOE, MARTA]);
  const campaign = owner.url();
  await expect(owner.getByText('Another user approves it.')).toBeVisible();
  await expect(owner.getByRole('button', { name: 'Release' })).toHaveCount(0);

  await approveOver(owner, '');
  await owner.goto(campaign);
  await expect(owner.getByText('Can leave without approval')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);
  expect(mail.to(ZOE.email).length + sms.received.length).toBe(0);
  await owner.getByRole('button', { name: 'Release' }).click();
  await owner.getByRole('button', { name: 'Release campaign' }).click();
  await expect.poll(() => [mail.to(ZOE.email).length, mail.to(MARTA.email).length, sms.received.length]).toEqual([1, 1, 2]);
  await expect(owner.getByRole('button', { name: 'Release' })).toHaveCount(0);
});

test('who was asked often enough meanwhile is left out by the approval', async ({ owner, visitor, mail }) => {
  test.slow();
  const { link, member } = await openOffice(owner, visitor);
  await member.goto(link);
  await sendTo(member, [ZOE, MARTA]);
  await owner.goto(await seedLink(owner, 'Summer workshop', 'Seat', '120.00'));
  await expectHydrated(owner);
  await sendTo(owner, [ZOE]);
  await expect.poll(() => mail.to(ZOE.email).length).toBe(1);
  await seedCare(owner, { weeklyCap: 1 });

  await owner.goto(member.url());
  await owner.getByRole('button', { name: 'Approve' }).click();
  await owner.getByRole('button', { name: 'Approve campaign' }).click();
  await expect.poll(() => mail.to(MARTA.email).length).toBe(1);
  await expect(owner.getByRole('row').filter({ hasText: nameOf(ZOE) })).toContainText(/Skipped: .*(week|asked)/i);
  await expectAccessible(owner);
  expect(mail.to(ZOE.email).length, 'nothing more than the other link').toBe(1);
});

test('a reminder that nobody else has seen waits for their yes when its time comes', async ({
  owner,
  visitor,
  handbill,
  mail,
}) => {
  test.slow();
  const { link, member } = await openOffice(owner, visitor);
  await owner.goto(link);
  await sendTo(owner, [ZOE, MARTA]);
  const campaign = owner.url();
  await member.goto(campaign);
  await member.getByRole('button', { name: 'Approve' }).click();
  await member.getByRole('button', { name: 'Approve campaign' }).click();
  await expect.poll(() => mail.to(ZOE.email).length).toBe(1);
  await owner.reload();
  await owner.getByText('Add a reminder').click();
  await owner.getByLabel('Days after the campaign').fill('3');
  await owner.getByRole('button', { name: 'Add reminder' }).click();
  await expect(owner.getByText("it waits for another user's approval when its time comes")).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);

  for (const page of [owner, member]) await page.goto('about:blank');
  await handbill.wakeAfter(4);
  await logIn(owner);
  await owner.goto(campaign);
  await expect(owner.getByText("Waits for another user's approval")).toBeVisible();
  expect(mail.to(ZOE.email).length).toBe(1);
  await logIn(member, MEMBER);
  await member.goto(campaign);
  await member.getByRole('link', { name: 'Open reminder 1' }).click();
  await member.getByRole('button', { name: 'Approve' }).click();
  await member.getByRole('button', { name: 'Approve campaign' }).click();
  await expect.poll(() => [mail.to(ZOE.email).length, mail.to(MARTA.email).length]).toEqual([2, 2]);
});
