// What was typed is not lost by the next click, and what was done is told where the eye is.
import { expect, expectAccessible, expectHydrated, expectToFit, test } from './fixtures.ts';
import { ADA, nameOf } from './people.ts';
import { seedBusiness } from './seed.ts';
import { addContact, makeLink } from './steps.ts';

test('who leaves an edit is asked, can stay, and sees "Saved." however far the page is scrolled', async ({ owner }) => {
  await seedBusiness(owner);
  await makeLink(owner, 'Spring workshop', 'Seat', '90.00');
  await expect(owner.getByText('Saved. You can copy this link or send it now.')).toBeInViewport();
  const contacts = owner.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Contacts' });
  const question = owner.getByRole('dialog', { name: 'Leave without saving?' });

  await owner.getByLabel('Message', { exact: true }).fill('See you on Saturday.');
  await contacts.click();
  await expect(question.getByText('your changes to the payment link “Spring workshop” are lost')).toBeVisible();
  await expectAccessible(owner);
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(owner.getByLabel('Message', { exact: true })).toHaveValue('See you on Saturday.');
  await owner.getByLabel('Allow paying again').scrollIntoViewIfNeeded();
  await owner.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(owner.getByText('Saved.', { exact: true })).toBeInViewport();
  await contacts.click();
  await expect(owner.getByRole('heading', { level: 1, name: 'Contacts' })).toBeVisible();

  await addContact(owner, ADA);
  await owner.getByLabel('Last name').fill('Lovelace');
  await contacts.click();
  await expect(question.getByText('your changes to the contact Ada Okafor are lost')).toBeVisible();
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(owner.getByLabel('Last name')).toHaveValue('Lovelace');
  await contacts.click();
  await question.getByRole('button', { name: 'Leave without saving' }).click();
  await expect(owner.getByRole('link', { name: nameOf(ADA) })).toBeVisible();

  await owner.goto('/settings');
  await owner.getByLabel('Business name').click();
  await owner.keyboard.type(' Süd');
  let asked = '';
  owner.once('dialog', (dialog) => {
    asked = dialog.type();
    void dialog.dismiss();
  });
  await owner.close({ runBeforeUnload: true });
  await expect.poll(() => asked).toBe('beforeunload');
});

test('"Back" from a contact that was just made asks while something is not saved', async ({ owner }) => {
  await seedBusiness(owner);
  await owner.goto('/contacts/new');
  // Saved by scripts, the contact's page is the same document: the browser itself would not ask.
  await expectHydrated(owner);
  await owner.getByLabel('First name').fill(ADA.first);
  await owner.getByLabel('Last name').fill(ADA.last);
  await owner.getByLabel('Email', { exact: true }).fill(ADA.email);
  await owner.getByLabel('Phone', { exact: true }).fill(ADA.phone);
  await owner.getByRole('button', { name: 'Save' }).click();
  await expect(owner.getByText('Saved.', { exact: true })).toBeInViewport();
  const contact = owner.url();
  const question = owner.getByRole('dialog', { name: 'Leave without saving?' });
  await owner.getByLabel('Last name').fill('Lovelace');
  for (const time of ['first', 'second']) {
    await owner.evaluate(() => history.back());
    await expect(question.getByText('your changes to the contact Ada Okafor are lost'), `the ${time} time`).toBeVisible();
    await question.getByRole('button', { name: 'Stay' }).click();
    await expect(owner.getByLabel('Last name')).toHaveValue('Lovelace');
    expect(owner.url()).toBe(contact);
  }
  await owner.evaluate(() => history.back());
  await question.getByRole('button', { name: 'Leave without saving' }).click();
  await expect(owner.getByRole('heading', { level: 1, name: 'New contact' })).toBeVisible();
});

test('a password, an invitation and a reminder that were typed are not lost by the next click', async ({ owner }) => {
  await seedBusiness(owner);
  const contacts = owner.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Contacts' });
  const question = owner.getByRole('dialog', { name: 'Leave without saving?' });
  await owner.goto('/settings');
  await owner.getByLabel('New password').fill('a third quiet harbour');
  await owner.locator('.card').filter({ hasText: 'Invite a member' }).getByLabel('Email', { exact: true }).fill('mina@studio-nord.example');
  await contacts.click();
  await expect(question.getByText(/your password/)).toBeVisible();
  await expect(question.getByText(/the invitation/)).toBeVisible();
  await question.getByRole('button', { name: 'Stay' }).click();
  await expect(owner.getByLabel('New password')).toHaveValue('a third quiet harbour');
});

test('a contact that cannot be sent to is saved, and says what to correct', async ({ owner }) => {
  await seedBusiness(owner);
  await addContact(owner, { ...ADA, email: `${'a'.repeat(60)}.${'b'.repeat(60)}@@example.org`, phone: '12' });
  await expect(owner.getByText('Saved.', { exact: true })).toBeInViewport();
  await expect(owner.getByText('Correct the email and the phone below.')).toBeVisible();
  await owner.goto('/contacts');
  await expect(owner.getByRole('link', { name: nameOf(ADA) })).toBeVisible();
  await expectToFit(owner);
});
