//! The people a business may ask for money.

use app::{
    account::Access,
    address::{EmailProblem, PhoneProblem, Typed},
    backend::Contacts,
    contacts::{Contact, ContactDetails, ContactForm, ContactQuery, ContactRow, Dnd, Import, ImportField},
    error::{Error, Result},
    id::{BusinessId, ContactId, ImportId, UserId},
    page::{PAGE_SIZE, Page},
};
use async_trait::async_trait;
use sqlx::AnyConnection;

use crate::{
    care,
    db::{
        self, Tx, businesses,
        consents::{self, Source},
        contacts::{self, Filter, Person},
        history,
    },
    phone,
    service::Service,
};

pub mod columns;
pub mod export;
pub mod import;
pub mod rows;

const CHANGED_MEANWHILE: &str =
    "Someone else changed this contact meanwhile. Copy what you typed, reload the page and save again.";

#[async_trait]
impl Contacts for Service {
    async fn list_contacts(&self, access: &Access, query: ContactQuery) -> Result<Page<Contact>> {
        let mut conn = self.db.read().await?;
        Ok(list(&mut conn, access.business(), &query).await?)
    }

    async fn list_contact_rows(&self, access: &Access, query: ContactQuery) -> Result<Page<ContactRow>> {
        let mut conn = self.db.read().await?;
        let Page { rows, total, number } = list(&mut conn, access.business(), &query).await?;
        let stored = care::of_business(&mut conn, access.business()).await?;
        let ids = rows.iter().map(|contact| &contact.id);
        let asked = care::asked(&mut conn, access.business(), &stored, ids, self.clock.now()).await?;
        let row = |contact: Contact| ContactRow {
            phone: shown_phone(&contact),
            requests_this_week: asked.requests.get(&contact.id).copied().unwrap_or_default(),
            contact,
        };
        let rows = rows.into_iter().map(row).collect();
        Ok(Page { rows, total, number })
    }

    async fn list_contact_tags(&self, access: &Access) -> Result<Vec<String>> {
        let mut conn = self.db.read().await?;
        Ok(contacts::list_tags(&mut conn, access.business()).await?)
    }

    async fn read_contact(&self, access: &Access, id: ContactId) -> Result<ContactDetails> {
        let mut conn = self.db.read().await?;
        let contact = contacts::find(&mut conn, access.business(), &id).await?.ok_or(Error::NotFound)?;
        let country = country(&mut conn, access.business()).await?;
        let history = history::list(&mut conn, access.business(), &id).await?;
        let (email_problem, phone_problem) = problems(&contact, &country);
        Ok(ContactDetails {
            phone: shown_phone(&contact),
            contact,
            email_problem,
            phone_problem,
            now: self.clock.now(),
            history,
        })
    }

    async fn create_contact(&self, access: &Access, form: ContactForm) -> Result<ContactId> {
        let now = self.clock.now();
        let id: ContactId = db::new_id(now);
        let mut tx = self.db.begin().await?;
        let (person, dnd) = rows::from_form(&form, &country(&mut tx, access.business()).await?);
        refuse_nobody(&person)?;
        contacts::insert(&mut tx, access.business(), &id, &person, now).await?;
        record_first_dnd(&mut tx, access.business(), &id, dnd, Source::Form, Some(access.user()), now).await?;
        tx.commit().await?;
        Ok(id)
    }

    async fn update_contact(&self, access: &Access, id: ContactId, form: ContactForm) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let contact = contacts::find(&mut tx, access.business(), &id).await?.ok_or(Error::NotFound)?;
        let (person, dnd) = rows::from_form(&form, &country(&mut tx, access.business()).await?);
        refuse_nobody(&person)?;
        if !contacts::update_person(&mut tx, access.business(), &id, form.version, &person, now).await? {
            return Err(Error::Conflict(CHANGED_MEANWHILE.into()));
        }
        record_dnd(&mut tx, access.business(), &contact, dnd, Source::Form, Some(access.user()), now).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn archive_contact(&self, access: &Access, id: ContactId, archived: bool) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if !contacts::update_archived(&mut tx, access.business(), &id, archived, now).await? {
            return Err(Error::NotFound);
        }
        tx.commit().await?;
        Ok(())
    }

    async fn read_import(&self, access: &Access, id: ImportId) -> Result<Import> {
        let row = self.find_import(access, &id).await?;
        Ok(Import {
            id: row.id,
            file_name: row.file_name,
            columns: row.columns,
            has_header: row.has_header,
            status: row.status,
            found: row.found,
            done: row.done,
        })
    }

    async fn map_import(&self, access: &Access, id: ImportId, columns: Vec<String>, has_header: bool) -> Result<()> {
        let mut row = self.find_import(access, &id).await?;
        let mut taken = Vec::new();
        for (index, column) in row.columns.iter_mut().enumerate() {
            column.field = columns.get(index).and_then(|word| ImportField::find(word));
            if let Some(field) = column.field {
                if taken.contains(&field) {
                    let sentence = format!("Two columns cannot both be \u{201c}{}\u{201d}.", field.label());
                    return Err(Error::invalid(format!("columns[{index}]"), sentence));
                }
                taken.push(field);
            }
        }
        row.has_header = has_header;
        self.check_import(access, row).await
    }

    async fn start_import(&self, access: &Access, id: ImportId) -> Result<()> {
        let row = self.find_import(access, &id).await?;
        self.write_import(access, row).await
    }
}

async fn list(conn: &mut AnyConnection, business: &BusinessId, query: &ContactQuery) -> db::Result<Page<Contact>> {
    let filter = Filter::new(&query.search, &query.tag, query.archived);
    let number = query.page.max(1);
    let total = contacts::count(conn, business, &filter).await?;
    let offset = u64::from(number - 1) * u64::from(PAGE_SIZE);
    let rows = contacts::list(conn, business, &filter, PAGE_SIZE, offset).await?;
    Ok(Page { rows, total, number })
}

async fn country(conn: &mut AnyConnection, business: &BusinessId) -> Result<String> {
    Ok(businesses::find(&mut *conn, business).await?.ok_or(Error::NotFound)?.country)
}

/// A contact has at least a name or an address.
fn refuse_nobody(person: &Person) -> Result<()> {
    if *person == (Person { tags: person.tags.clone(), ..Person::default() }) {
        return Err(Error::invalid("first_name", "Enter a name, an email or a phone number."));
    }
    Ok(())
}

/// The phone in groups, or what was typed in its place.
fn shown_phone(contact: &Contact) -> String {
    match &contact.phone {
        Typed::Valid(phone) => phone::display(phone),
        other => other.to_string(),
    }
}

/// Why the contact's addresses cannot be used, said anew from what was typed.
fn problems(contact: &Contact, country: &str) -> (Option<EmailProblem>, Option<PhoneProblem>) {
    let email = match &contact.email {
        Typed::Invalid(typed) => rows::read_email(typed).1.or(Some(EmailProblem::NotAnAddress)),
        _ => None,
    };
    let phone = match &contact.phone {
        Typed::Invalid(typed) => rows::read_phone(typed, country).1.or(Some(PhoneProblem::NotANumber)),
        _ => None,
    };
    (email, phone)
}

/// Switches do-not-disturb to what it is to be, with the evidence beside it.
async fn record_dnd(
    tx: &mut Tx,
    business: &BusinessId,
    contact: &Contact,
    dnd: Dnd,
    source: Source,
    user: Option<&UserId>,
    now: i64,
) -> db::Result<()> {
    if dnd == contact.dnd {
        return Ok(());
    }
    contacts::update_dnd(tx, business, &contact.id, dnd, now).await?;
    for (channel, on) in consents::changes(contact.dnd, dnd) {
        let id = db::new_id(now);
        consents::insert(tx, &id, business, &contact.id, channel, on, source, user, now).await?;
    }
    Ok(())
}

/// The same for a contact that was just made.
async fn record_first_dnd(
    tx: &mut Tx,
    business: &BusinessId,
    id: &ContactId,
    dnd: Dnd,
    source: Source,
    user: Option<&UserId>,
    now: i64,
) -> db::Result<()> {
    if dnd == Dnd::default() {
        return Ok(());
    }
    match contacts::find(tx, business, id).await? {
        Some(contact) => record_dnd(tx, business, &contact, dnd, source, user, now).await,
        None => Ok(()),
    }
}
