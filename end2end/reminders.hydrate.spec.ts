// A fortnight of reminders: they go to people who have not paid, and to nobody who paid, said stop, or was left out.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ADA, MARTA, ZOE, nameOf, numberOf } from './people.ts';
import { logIn, openCopySend, openShop, personalLinksIn } from './steps.ts';

const PEOPLE = [ZOE, MARTA, ADA];

test('three reminders in a fortnight stop for whoever pays, opts out or is skipped', async ({
  owner,
  visitor,
  handbill,
  mail,
  sms,
}) => {
  test.slow();
  const sleepUntilDay = async (day: number) => {
    await owner.goto('about:blank');
    await handbill.wakeAfter(day);
  };
  const got = () => PEOPLE.map((person) => [mail.to(person.email).length, sms.to(numberOf(person)).length]);
  const link = await openShop(owner, PEOPLE);
  await owner.goto('/templates/new?channel=sms');
  await owner.getByLabel('Name', { exact: true }).fill('Last call');
  await owner.getByLabel('Body').fill('Last call, {{ contact.first_name }}: {{ payment_link.url }} Reply STOP to opt out');
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(owner.getByRole('heading', { level: 1, name: 'Templates' })).toBeVisible();
  await owner.goto(link);
  const dialog = await openCopySend(owner, 'Send to contacts');
  for (const person of PEOPLE) await dialog.getByRole('checkbox', { name: nameOf(person), exact: true }).check();
  for (const [number, days] of [[1, 3], [2, 7], [3, 14]] as const) {
    await dialog.getByRole('button', { name: 'Add a reminder' }).click();
    await dialog.getByLabel(`Reminder ${number}: days after sending`).fill(String(days));
  }
  await expect(dialog.getByRole('button', { name: 'Add a reminder' })).toHaveCount(0);
  await dialog.getByLabel('Reminder 3: SMS template').selectOption('Last call');
  await expectAccessible(owner);
  await expectToFit(owner);
  await dialog.getByRole('button', { name: 'Send to 3 people' }).click();
  await dialog.getByRole('link', { name: 'Open the campaign' }).click();
  await expect.poll(got).toEqual([[1, 1], [1, 1], [1, 1]]);
  const campaign = owner.url();
  const next = owner.getByRole('list', { name: 'Next reminder' });
  await expect(next.getByRole('listitem')).toHaveText([/Zoë/, /Marta/, /Ada/]);

  // Zoë pays with her personal link: she is no longer listed, and nothing more goes to her.
  const [address] = personalLinksIn(mail.to(ZOE.email)[0].text ?? '', handbill.url);
  const zoe = await visitor();
  await zoe.goto(address);
  await zoe.getByRole('button', { name: 'Pay $90.00' }).click();
  await zoe.getByRole('button', { name: 'Approve' }).click();
  await expect(zoe).toHaveURL(/\/pay\/receipt\//);
  await owner.reload();
  await expect(next.getByRole('listitem')).toHaveCount(2);
  await expect(next).not.toContainText('Zoë');

  await sleepUntilDay(4);
  await expect.poll(got).toEqual([[1, 1], [2, 2], [2, 2]]);
  const [again] = personalLinksIn(mail.to(MARTA.email)[1].text ?? '', handbill.url);
  expect(again, 'the reminder has her own link').toBe(personalLinksIn(mail.to(MARTA.email)[0].text ?? '', handbill.url)[0]);

  // Ada says stop by both ways; Marta is left out of what comes next, and of nothing else.
  expect(await sms.reply(handbill.url, numberOf(ADA), 'Please stop texting me')).toBe(200);
  const ada = await visitor();
  await ada.goto(personalLinksIn(mail.to(ADA.email)[0].text ?? '', handbill.url)[0].replace('/l/', '/u/'));
  await ada.getByRole('button', { name: 'Stop email messages' }).click();
  await expect(ada.getByText('You will get no more email')).toBeVisible();
  await logIn(owner);
  await owner.goto(campaign);
  await expect(owner.getByText('Gone out')).toHaveCount(1);
  await expect(owner.getByText(/^Next:/)).toHaveCount(1);
  await expect(next.getByRole('listitem')).toHaveCount(1);
  await next.getByRole('button', { name: `Skip ${nameOf(MARTA)}` }).click();
  await expect(owner.getByText('As things stand nobody gets the next reminder.')).toBeVisible();
  await next.getByRole('button', { name: `Undo skip ${nameOf(MARTA)}` }).click();
  await expect(owner.getByText('As things stand the next reminder goes to 1 person.')).toBeVisible();
  await next.getByRole('button', { name: `Skip ${nameOf(MARTA)}`, exact: true }).click();
  await expect(next.getByText('Left out of reminder 2')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);

  await sleepUntilDay(8);
  await logIn(owner);
  await owner.goto(campaign);
  await expect(owner.getByText('Nobody was left to remind')).toBeVisible();
  await expect(next.getByRole('button', { name: `Skip ${nameOf(MARTA)}`, exact: true })).toBeVisible();

  await sleepUntilDay(15);
  await expect.poll(got).toEqual([[1, 1], [3, 3], [2, 2]]);
  expect(sms.to(numberOf(MARTA))[2].body).toContain('Last call, Marta');
  await logIn(owner);
  await owner.goto(campaign);
  await expect(owner.getByText('Gone out')).toHaveCount(2);
  await owner.getByRole('link', { name: 'Open reminder 3' }).click();
  await expect(owner.getByText('This is reminder 3 of')).toBeVisible();
  await expect(owner.getByRole('row').filter({ hasText: nameOf(MARTA) })).toContainText('Sent');
  expect(got(), 'nobody got more').toEqual([[1, 1], [3, 3], [2, 2]]);
});

test('a reminder after the end of its link is refused, and a link that is gone reminds nobody', async ({
  owner,
  handbill,
  mail,
}) => {
  test.slow();
  await openShop(owner, [ZOE]);
  const inFiveDays = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
  await owner.getByLabel('Expires').fill(inFiveDays);
  await owner.getByRole('button', { name: 'Save', exact: true }).first().click();
  await expect(owner.getByText('Saved.')).toBeVisible();
  const dialog = await openCopySend(owner, 'Send to contacts');
  await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
  await dialog.getByRole('button', { name: 'Add a reminder' }).click();
  await dialog.getByLabel('Reminder 1: days after sending').fill('7');
  await dialog.getByRole('button', { name: 'Send to 1 person' }).click();
  await expect(dialog.getByText(/Reminder 1: By then the payment link has expired/)).toBeVisible();
  await expectAccessible(owner);
  await expect(dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }), 'nothing is lost').toBeChecked();
  await dialog.getByLabel('Reminder 1: days after sending').fill('3');
  await dialog.getByRole('button', { name: 'Send to 1 person' }).click();
  await dialog.getByRole('link', { name: 'Open the campaign' }).click();
  await expect.poll(() => mail.to(ZOE.email).length).toBe(1);
  const campaign = owner.url();

  await owner.goto('/payments/links');
  await owner.getByRole('button', { name: 'Actions for Spring workshop' }).click();
  await owner.getByRole('menuitem', { name: 'Delete' }).click();
  await owner.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await expect(owner.getByRole('link', { name: 'Spring workshop' })).toHaveCount(0);
  await owner.goto(campaign);
  await expect(owner.getByText('As things stand it is not sent')).toBeVisible();
  await expectAccessible(owner);
  await expectToFit(owner);

  await owner.goto('about:blank');
  await handbill.wakeAfter(4);
  await logIn(owner);
  await owner.goto(campaign);
  await expect(owner.getByText('Not sent: the payment link took no payments any more')).toBeVisible();
  expect(mail.to(ZOE.email).length).toBe(1);
});
