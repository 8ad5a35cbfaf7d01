// A low window, as at 200 % zoom or on a phone that is held sideways; and a link that takes no payments.
import { expect, expectAccessible, expectToFit, test } from './fixtures.ts';
import { ADA, nameOf, ZOE } from './people.ts';
import { openCopySend, openShop } from './steps.ts';

for (const viewport of [
  { width: 640, height: 360 },
  { width: 844, height: 390 },
]) {
  test(`in a window of ${viewport.width} by ${viewport.height} people can be seen, chosen, and sent to`, async ({ owner, mail }) => {
    await openShop(owner, [ADA, ZOE]);
    await owner.setViewportSize(viewport);
    const dialog = await openCopySend(owner, 'Send to contacts');
    const people = dialog.getByRole('list', { name: 'Contacts' });
    const send = dialog.getByRole('button', { name: /^Send to \d/ });
    await expect(people.getByRole('listitem')).toHaveCount(2);
    await people.scrollIntoViewIfNeeded();
    await dialog.getByRole('checkbox', { name: nameOf(ZOE), exact: true }).check();
    for (const part of [people.getByRole('listitem').first(), send]) await expect(part).toBeInViewport({ ratio: 0.9 });
    expect((await people.boundingBox())?.height).toBeGreaterThanOrEqual(88);
    await dialog.getByRole('button', { name: 'Preview', exact: true }).click();
    await expect(dialog.getByRole('combobox', { name: 'Preview for' })).toBeInViewport();
    await expectToFit(owner);
    await send.click();
    await expect.poll(() => mail.received.length).toBe(1);
  });
}

test('the dialog of an inactive link says so, sends nothing, and activates it', async ({ owner, mail }) => {
  const link = await openShop(owner, [ADA]);
  await owner.goto('/payments/links');
  await owner.getByRole('button', { name: 'Actions for Spring workshop' }).click();
  await owner.getByRole('menuitem', { name: 'Deactivate' }).click();
  await expect(owner.getByRole('cell', { name: 'Inactive' })).toBeVisible();
  await owner.goto(link);
  const dialog = await openCopySend(owner, 'Send to contacts');
  await expect(dialog.getByText('Customers who open it see “This payment link is not active”')).toBeVisible();
  await expectAccessible(owner);
  await dialog.getByRole('checkbox', { name: nameOf(ADA), exact: true }).check();
  await expect(dialog.getByRole('button', { name: 'Send to 1 person' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Activate' }).click();
  await expect(dialog.getByText('This payment link is not active')).toHaveCount(0);

  // Escape leaves what is open inside first.
  await dialog.getByRole('button', { name: 'Paste a list' }).click();
  await dialog.getByLabel('Emails or phones').fill('ada@example.org');
  await owner.keyboard.press('Escape');
  await expect(dialog.getByLabel('Emails or phones')).toHaveCount(0);
  // What was typed a moment before Escape is not searched for after it.
  const searches: string[] = [];
  owner.on('request', (request) => {
    if (request.url().includes('list_contact_rows')) searches.push(request.postData() ?? '');
  });
  await dialog.getByLabel('Search contacts').fill('nobody');
  await owner.keyboard.press('Escape');
  await expect(dialog.getByLabel('Search contacts')).toHaveValue('');
  await expect.poll(() => searches.length).toBe(1);
  expect(searches.join()).not.toContain('nobody');
  await expect(dialog.getByRole('checkbox', { name: nameOf(ADA), exact: true })).toBeChecked();
  await dialog.getByRole('button', { name: 'Send to 1 person' }).click();
  await expect.poll(() => mail.received.length).toBe(1);
});
