// A personal link is a bearer's secret: altered, foreign and worn-out ones open nobody's details.
import { expect, expectAccessible, expectHydrated, test } from './fixtures.ts';
import { nameOf, ZOE } from './people.ts';
import { seedLink } from './seed.ts';
import { openShop, personalLink, prefillOf, standardLink } from './steps.ts';

const NOTICE = 'This personal link is no longer valid. You can still pay by filling in your details.';
const NOBODY = { name: '', email: '', phone: '' };

test('altered, foreign and unknown tokens show the empty checkout with one notice', async ({ owner, visitor }) => {
  await openShop(owner, [ZOE]);
  const workshop = new URL(await standardLink(owner));
  const personal = await personalLink(owner, ZOE.first);
  await owner.goto(await seedLink(owner, 'Summer workshop', 'Seat', '120.00'));
  await expectHydrated(owner);
  const summer = new URL(await standardLink(owner));

  const customer = await visitor();
  await customer.goto(personal);
  expect(await prefillOf(customer)).toMatchObject({ name: nameOf(ZOE), email: ZOE.email });
  // A reload keeps the prefill; the address itself holds nobody.
  const opened = new URL(customer.url());
  const token = opened.searchParams.get('t') ?? '';
  expect(token.split('.')).toHaveLength(3);
  const claims = Buffer.from(token.split('.')[1], 'base64url').toString();
  for (const secret of ['zoe', 'Zoë', '212', '90']) expect(claims).not.toContain(`"${secret}`);

  const [head, body, signature] = token.split('.');
  const flipped = `${signature.slice(0, 10)}${signature[10] === 'A' ? 'B' : 'A'}${signature.slice(11)}`;
  const nothing = Buffer.from('{"alg":"none","typ":"paylink+jwt"}').toString('base64url');
  const bad = [
    `${workshop.pathname}?t=${head}.${body}.${flipped}`,
    `${workshop.pathname}?t=${nothing}.${body}.`,
    `${workshop.pathname}?t=${head}.${body}`,
    `${workshop.pathname}?t=not-a-token`,
    `${summer.pathname}?t=${token}`,
  ];
  for (const address of bad) {
    await customer.goto(address);
    await expect(customer.getByText(NOTICE)).toBeVisible();
    expect(await prefillOf(customer)).toEqual(NOBODY);
    expect(await customer.content()).not.toContain('zoe@');
  }
  await expectAccessible(customer);

  const unknown = await customer.goto('/l/0123456789abcdef');
  expect(unknown?.status()).toBe(404);
  const missing = await customer.goto('/pay/no-such-link');
  expect(missing?.status()).toBe(404);
  await expectAccessible(customer);
});
