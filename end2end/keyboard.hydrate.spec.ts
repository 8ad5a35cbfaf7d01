// The whole job without a mouse; and progress that is seen also where the server's events do not come through.
import { expect, expectHydrated, test } from './fixtures.ts';
import { ZOE, nameOf } from './people.ts';
import { openShop } from './steps.ts';

test('a link is copied and sent by keyboard alone', async ({ owner, mail, sms, viewport }) => {
  test.skip((viewport?.width ?? 0) < 720, 'a phone has no keyboard');
  // Something on the way does not let the server's events through.
  await owner.route('**/events/**', (route) => route.fulfill({ status: 404 }));
  await openShop(owner, [ZOE]);
  await owner.reload();
  await expectHydrated(owner);
  const { keyboard } = owner;
  await owner.getByRole('button', { name: 'Copy / Send' }).focus();
  await keyboard.press('Enter');
  const dialog = owner.getByRole('dialog', { name: 'Copy / Send' });
  await expect(dialog).toBeVisible();

  await dialog.getByRole('tab', { name: 'Standard link' }).focus();
  await keyboard.press('ArrowRight');
  await expect(dialog.getByRole('tab', { name: 'One contact' })).toHaveAttribute('aria-selected', 'true');
  await keyboard.press('Tab');
  const contact = dialog.getByRole('combobox', { name: 'Contact' });
  await expect(contact).toBeFocused();
  // At one go: a pause between two keys would ask twice.
  await keyboard.insertText('zo');
  await expect(dialog.getByRole('option', { name: /Zoë/ })).toBeVisible();
  await keyboard.press('ArrowDown');
  await expect(contact).toHaveAttribute('aria-activedescendant', /./);
  // The first Escape closes the list alone.
  await keyboard.press('Escape');
  await expect(contact).toHaveAttribute('aria-expanded', 'false');
  await expect(dialog).toBeVisible();
  // Opened again, the list asks again: what is seen before is of the first time.
  const again = owner.waitForResponse('**/api/fn/list_contacts');
  await keyboard.press('ArrowDown');
  await again;
  await expect(dialog.getByRole('option', { name: /Zoë/ })).toBeVisible();
  await keyboard.press('ArrowDown');
  await expect(contact).toHaveAttribute('aria-activedescendant', /./);
  await keyboard.press('Enter');
  await expect(dialog.getByLabel('Personal link')).toHaveValue(/\/l\//);

  await dialog.getByRole('tab', { name: 'One contact' }).focus();
  await keyboard.press('ArrowRight');
  const box = dialog.getByRole('checkbox', { name: nameOf(ZOE) });
  await expect(box).toBeVisible();
  while (!(await box.evaluate((element) => element === document.activeElement))) await keyboard.press('Tab');
  await keyboard.press('Space');
  await expect(dialog.getByText('1 of 50 selected')).toBeVisible();
  const send = dialog.getByRole('button', { name: 'Send to 1 person' });
  while (!(await send.evaluate((element) => element === document.activeElement))) await keyboard.press('Tab');
  await keyboard.press('Enter');
  await expect.poll(() => [mail.received.length, sms.received.length]).toEqual([1, 1]);
  // The page asks instead.
  await expect(dialog.getByText('1 of 1 person done')).toBeVisible();
});
