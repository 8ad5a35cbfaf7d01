//! The people a business may ask for money.

use app::{
    account::Access,
    address::{EmailProblem, Phone, PhoneProblem, Typed},
    backend::Contacts,
    channel::Channel,
    contacts::{AddressForm, Contact, ContactDetails, ContactForm, ContactQuery, ContactRow, Dnd},
    error::{Error, FieldErrors, Result},
    history::{AddressEntry, ReplyDecision, ReplyEntry},
    id::{BusinessId, ContactId, ImportId},
    imports::{Import, ImportField},
    page::{PAGE_SIZE, Page},
    text_encoding::TextEncoding,
};
use async_trait::async_trait;
use serde_json::{Value, json};
use sqlx::AnyConnection;

use crate::{
    care::{self, Request},
    consent::{self, Asked, By},
    db::{
        self, Tx,
        address_reports::{self, AddressReport},
        businesses,
        consents::{self, Source},
        contacts::{self, Filter, Person},
        history, opt_outs,
        replies::{self, StoredReply},
    },
    delivery_reports, email,
    facts::{Changed, Fact, Subject, Wish},
    local_time,
    opt_out_words::Said,
    phone, render, retention,
    service::Service,
};

pub mod columns;
mod consent_columns;
pub mod export;
mod header;
pub mod import;
mod import_folder;
mod known;
pub mod rows;

const CHANGED_MEANWHILE: &str =
    "Someone else changed this contact meanwhile. Copy what you typed, reload the page and save again.";
const FIXED_MEANWHILE: &str =
    "Someone else changed this contact meanwhile. The row shows it as it is now; look at it, then save again.";

const REASON_NEEDED: &str = "This contact asked to get no more messages. Write down why they may be written to again.";
/// The longest reason that is kept.
const MAX_REASON_CHARS: usize = 500;

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
        let ids: Vec<_> = rows.iter().map(|contact| contact.id.clone()).collect();
        let asked =
            care::asked(&mut conn, access.business(), &stored, &ids, Request::at_once(self.clock.now())).await?;
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
        let zone = care::of_business(&mut conn, access.business()).await?.zone();
        let history = history::list(&mut conn, access.business(), &id, |at| local_time::day(at, &zone)).await?;
        let consents = consents::list(&mut conn, access.business(), &id).await?;
        let address_reports = address_reports::list(&mut conn, access.business(), &id).await?;
        let since = self.clock.now() - retention::REPLIES_MS;
        let replies = replies::list(&mut conn, access.business(), &texted_phone(&contact), since).await?;
        let (email_problem, phone_problem) = problems(&contact, &country);
        Ok(ContactDetails {
            phone: shown_phone(&contact),
            asked_for: consent::asked_for(&consents, contact.dnd),
            contact,
            email_problem,
            phone_problem,
            now: self.clock.now(),
            consents: consents.into_iter().map(consent::entry).collect(),
            address_reports: address_reports.into_iter().map(address_entry).collect(),
            replies: replies.into_iter().map(reply_entry).collect(),
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
        note_person(&mut tx, access, &id, &Person::default(), &person, now)?;
        consent::switch(&mut tx, access.business(), &id, (Dnd::default(), dnd), by_form(access, None), now).await?;
        take_what_is_known(&mut tx, access.business(), &id, &person, now).await?;
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
        note_person(&mut tx, access, &id, &rows::person_of(&contact), &person, now)?;
        let reason: String = render::one_line(&form.reason).chars().take(MAX_REASON_CHARS).collect();
        let asked = consent::asked_for(&consents::list(&mut tx, access.business(), &id).await?, contact.dnd);
        if reason.is_empty() && (asked.all && !dnd.all || asked.email && !dnd.email || asked.sms && !dnd.sms) {
            return Err(Error::invalid("reason", REASON_NEEDED));
        }
        for (channel, is_lifted) in [(Channel::Email, asked.email && !dnd.email), (Channel::Sms, asked.sms && !dnd.sms)]
        {
            if is_lifted {
                let address = rows::person_of(&contact).key(channel);
                opt_outs::delete(&mut tx, access.business(), channel, &address).await?;
            }
        }
        let reason = Some(reason.as_str()).filter(|reason| !reason.is_empty());
        consent::switch(&mut tx, access.business(), &id, (contact.dnd, dnd), by_form(access, reason), now).await?;
        if has_other_address(&contact, &person) {
            take_what_is_known(&mut tx, access.business(), &id, &person, now).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn confirm_address(&self, access: &Access, id: ContactId, channel: Channel) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let contact = contacts::find(&mut tx, access.business(), &id).await?.ok_or(Error::NotFound)?;
        // A second press confirms nothing twice.
        let address = rows::person_of(&contact).key(channel);
        for whose in contacts::confirm_deliverable(&mut tx, access.business(), channel, &address).await? {
            let user = Some(access.user());
            let report = AddressReport { contact: &whose, channel, address: &address, works: true, words: "", user };
            address_reports::insert(&mut tx, &db::new_id(now), access.business(), report, now).await?;
            note(&mut tx, access, &whose, json!({"confirmed": {"channel": channel, "address": address}}), now)?;
        }
        tx.commit().await?;
        Ok(())
    }

    async fn decide_replies(&self, access: &Access, id: ContactId, until: i64, decision: ReplyDecision) -> Result<()> {
        let (business, now) = (access.business(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let contact = contacts::find(&mut tx, business, &id).await?.ok_or(Error::NotFound)?;
        let phone = texted_phone(&contact);
        let decided = replies::decide(&mut tx, business, &phone, until, (decision, access.user()), now).await?;
        // A second press decides nothing twice.
        if phone.is_empty() || decided == 0 {
            return Ok(());
        }
        if decision == ReplyDecision::Stop {
            let (source, evidence) = (Source::SmsReply, Some(Said::Read.as_str()));
            let wish = Wish {
                channel: Channel::Sms,
                address: &phone,
                do_not_disturb: true,
                source: source.as_str(),
                evidence,
            };
            consent::remember(&mut tx, business, wish, now).await?;
            for whose in contacts::list_ids_by_address(&mut tx, business, Channel::Sms, &phone).await? {
                let asked = Asked { source, evidence, read_by: Some(access.user()) };
                consent::opt_out(&mut tx, business, &whose, Channel::Sms, asked, now).await?;
            }
        }
        note(&mut tx, access, &id, json!({"replies": decision}), now)?;
        tx.commit().await?;
        Ok(())
    }

    async fn fix_addresses(&self, access: &Access, id: ContactId, form: AddressForm) -> Result<ContactRow> {
        let (business, now) = (access.business(), self.clock.now());
        let mut tx = self.db.begin().await?;
        let contact = contacts::find(&mut tx, business, &id).await?.ok_or(Error::NotFound)?;
        let country = country(&mut tx, business).await?;
        let mut person = rows::person_of(&contact);
        let mut errors = FieldErrors::default();
        if let Some(typed) = &form.email {
            match email::parse(typed) {
                Ok(email) => person.email = Typed::Valid(email),
                Err(problem) => errors.push("email", problem.to_string()),
            }
        }
        if let Some(typed) = &form.phone {
            match phone::parse(typed, &country) {
                Ok(phone) => person.phone = Typed::Valid(phone),
                Err(problem) => errors.push("phone", problem.to_string()),
            }
        }
        errors.check()?;
        if !contacts::update_person(&mut tx, business, &id, form.version, &person, now).await? {
            return Err(Error::Conflict(FIXED_MEANWHILE.into()));
        }
        note_person(&mut tx, access, &id, &rows::person_of(&contact), &person, now)?;
        if has_other_address(&contact, &person) {
            take_what_is_known(&mut tx, business, &id, &person, now).await?;
        }
        let contact = contacts::find(&mut tx, business, &id).await?.ok_or(Error::NotFound)?;
        let stored = care::of_business(&mut tx, business).await?;
        let asked = care::asked(&mut tx, business, &stored, std::slice::from_ref(&id), Request::at_once(now)).await?;
        tx.commit().await?;
        Ok(ContactRow {
            phone: shown_phone(&contact),
            requests_this_week: asked.requests.get(&id).copied().unwrap_or_default(),
            contact,
        })
    }

    async fn archive_contact(&self, access: &Access, id: ContactId, archived: bool) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let contact = contacts::find(&mut tx, access.business(), &id).await?.ok_or(Error::NotFound)?;
        // A second press changes nothing.
        if contact.archived == archived {
            return Ok(());
        }
        contacts::update_archived(&mut tx, access.business(), &id, archived, now).await?;
        note(&mut tx, access, &id, if archived { "archived" } else { "unarchived" }, now)?;
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
            encoding: row.encoding,
            status: row.status,
            found: row.found,
            done: row.done,
        })
    }

    async fn map_import(
        &self,
        access: &Access,
        id: ImportId,
        columns: Vec<String>,
        has_header: bool,
        encoding: Option<TextEncoding>,
    ) -> Result<()> {
        let mut row = self.find_import(access, &id).await?;
        let before: Vec<_> = row.columns.iter().map(|column| column.field).collect();
        if let Some(encoding) = encoding.filter(|encoding| *encoding != row.encoding) {
            self.read_columns_again(&mut row, encoding).await?;
        }
        let mut taken = Vec::new();
        for (index, column) in row.columns.iter_mut().enumerate() {
            let chosen = columns.get(index).and_then(|word| ImportField::find(word));
            // In another encoding a column can have another name: what nobody changed is guessed anew.
            if before.get(index) != Some(&chosen) || encoding.is_none() {
                column.field = chosen;
            }
            if let Some(field) = column.field {
                if taken.contains(&field) && !field.repeats() {
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

/// The number that the contact answers from, in E.164; empty where there is none.
fn texted_phone(contact: &Contact) -> String {
    match &contact.phone {
        Typed::Valid(phone) => phone.as_str().to_owned(),
        _ => String::new(),
    }
}

fn reply_entry(reply: StoredReply) -> ReplyEntry {
    ReplyEntry {
        words: reply.body,
        decision: reply.decision,
        who: reply.user.unwrap_or_default(),
        at: reply.created_at,
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

/// Whether the email or the phone is about to change.
fn has_other_address(contact: &Contact, person: &Person) -> bool {
    contacts::email_key(&contact.email) != contacts::email_key(&person.email) || contact.phone != person.phone
}

/// Puts on record which of a person's data were changed, from what to what; switches are on record as consent.
fn note_person(
    tx: &mut Tx,
    access: &Access,
    id: &ContactId,
    before: &Person,
    after: &Person,
    now: i64,
) -> db::Result<()> {
    let data = |person: &Person| {
        [
            ("first_name", json!(person.first_name)),
            ("last_name", json!(person.last_name)),
            ("email", json!(person.email.to_string())),
            ("phone", json!(person.phone.to_string())),
            ("tags", json!(person.tags)),
        ]
    };
    let both = data(before).into_iter().zip(data(after));
    let left: serde_json::Map<_, _> = both
        .filter(|((_, from), (_, to))| from != to)
        .map(|((name, from), (_, to))| (name.to_owned(), json!({"from": from, "to": to})))
        .collect();
    if left.is_empty() { Ok(()) } else { note(tx, access, id, left, now) }
}

/// Puts on record what a user did to a contact.
fn note(tx: &mut Tx, access: &Access, id: &ContactId, left: impl Into<Value>, now: i64) -> db::Result<()> {
    let (what, id, left) = (Subject::Contact, Some(id.as_str()), left.into());
    tx.note(access.business(), &Fact::Change(Changed { user: Some(access.user()), what, id, left }), now)
}

/// What people asked for and what providers said of an address holds for every contact that has it.
async fn take_what_is_known(
    tx: &mut Tx,
    business: &BusinessId,
    id: &ContactId,
    person: &Person,
    now: i64,
) -> db::Result<()> {
    consent::carry_over(tx, business, id, person, now).await?;
    delivery_reports::carry_over(tx, business, person, now).await
}

/// The same for many contacts, of whom few have an address of which something is known.
async fn take_all_that_is_known(
    tx: &mut Tx,
    business: &BusinessId,
    people: &[(ContactId, Person)],
    now: i64,
) -> db::Result<()> {
    for channel in Channel::ALL {
        let key = |(_, person): &(ContactId, Person)| person.key(channel);
        let keys: Vec<String> = people.iter().map(key).filter(|key| !key.is_empty()).collect();
        let known = contacts::list_known_addresses(tx, business, channel, &keys).await?;
        for (id, person) in people.iter().filter(|person| known.contains(&key(person))) {
            take_what_is_known(tx, business, id, person, now).await?;
        }
    }
    Ok(())
}

/// A user switches it, in the form.
fn by_form<'a>(access: &'a Access, reason: Option<&'a str>) -> By<'a> {
    By { source: Source::Form, user: Some(access.user()), reason, columns: None }
}

fn address_entry(report: address_reports::StoredAddressReport) -> AddressEntry {
    let (address, provider) = match (report.channel, Phone::from_e164(&report.address)) {
        (Channel::Sms, Ok(phone)) => (phone::display(&phone), "The SMS provider"),
        (Channel::Sms, Err(_)) => (report.address, "The SMS provider"),
        (Channel::Email, _) => (report.address, "The mail server"),
    };
    AddressEntry {
        address,
        works: report.works,
        words: report.words,
        // Without a user it is a mark that was lifted because the refusal behind it was not about the address.
        who: report.user.unwrap_or_else(|| if report.works { "Handbill" } else { provider }.to_owned()),
        at: report.created_at,
    }
}
