// Two businesses on one server: neither learns that the other's things exist.
import { expect, test } from './fixtures.ts';
import { addContact, enterDemo, makeLink, setUp } from './steps.ts';

test("another business's addresses answer like addresses that never were", async ({ owner, visitor, handbill }) => {
  await setUp(owner);
  await addContact(owner, { first: 'Canary', last: 'Bird', email: 'canary@example.com', phone: '+1 212 555 0142' });
  await owner.goto('/contacts');
  const contact = (await owner.getByRole('link', { name: 'Canary Bird' }).first().getAttribute('href'))!;
  await makeLink(owner, 'Canary workshop', 'Seat', '90.00');
  const link = new URL(owner.url()).pathname;

  const stranger = await visitor();
  await enterDemo(stranger, await handbill.command(['demo']));
  for (const path of [contact, link]) {
    const never = path.replace(/.{6}$/, '000000');
    const answers = [];
    for (const address of [path, never]) {
      const answer = await stranger.goto(address);
      const text = await stranger.locator('main').innerText();
      answers.push([answer?.status(), text]);
      expect(await stranger.content()).not.toContain('Canary');
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0][0]).toBe(404);
  }
  for (const list of ['/contacts', '/contacts?q=canary', '/payments/links', '/payments/transactions']) {
    await stranger.goto(list);
    await expect(stranger.getByRole('heading', { level: 1 })).toBeVisible();
    await expect(stranger.locator('main')).not.toContainText('Canary Bird');
    await expect(stranger.locator('main')).not.toContainText('Canary workshop');
  }
});
