//! The table `contacts`: a row for each person a business may ask for money.

use app::{
    address::{Email, Phone, Typed},
    channel::Channel,
    contacts::{Contact, Dnd, Undeliverable},
    id::{BusinessId, ContactId, PaymentLinkId},
};
use sqlx::{AnyConnection, AssertSqlSafe, Row as _, any::AnyRow};
use std::collections::{BTreeSet, HashSet};

use super::{Error, Result, parameters, payments::paid_by, rows_of_parameters, stored, stored_json};
use crate::names;

/// What a person is called and reached by: everything of a contact that people type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Email, valid or as typed.
    pub email: Typed<Email>,
    /// Phone, valid or as typed.
    pub phone: Typed<Phone>,
    /// Labels.
    pub tags: Vec<String>,
}

impl Person {
    /// The name that orders the list; without one, what the list shows in its place.
    pub fn name_key(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        let shown = [name.trim(), &self.email.to_string(), &self.phone.to_string()]
            .into_iter()
            .find(|text| !text.is_empty())
            .map(names::fold);
        shown.unwrap_or_default()
    }

    /// What a search looks through; no part of it runs into the next.
    fn search(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        names::fold(&format!("{}\n{}\n{}", name.trim(), self.email, self.phone))
    }

    /// The form in which the address of a channel is compared with others; empty without one.
    pub fn key(&self, channel: Channel) -> String {
        match channel {
            Channel::Email => email_key(&self.email),
            Channel::Sms => self.phone.to_string(),
        }
    }

    fn tags_json(&self) -> String {
        serde_json::to_string(&self.tags).unwrap_or_default()
    }

    /// From `first_name` to `search`, in the order of the table.
    fn columns(&self) -> [Option<String>; COLUMNS] {
        [
            Some(self.first_name.clone()),
            Some(self.last_name.clone()),
            Some(self.name_key()),
            self.email.valid().map(|email| email.as_str().to_owned()),
            Some(self.email.to_string()),
            Some(email_key(&self.email)),
            self.phone.valid().map(|phone| phone.as_str().to_owned()),
            Some(self.phone.to_string()),
            Some(self.tags_json()),
            Some(self.search()),
        ]
    }
}

/// How many columns hold what people type.
const COLUMNS: usize = 10;

/// The form in which two emails are compared, valid or not.
pub fn email_key(email: &Typed<Email>) -> String {
    email.to_string().to_lowercase()
}

/// A text as part of a `like` pattern: its signs stand for themselves.
fn containing(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

/// Which contacts of a business are meant, in the form that SQL takes.
pub struct Filter {
    search: String,
    tag: String,
    archived: i64,
}

impl Filter {
    /// Any part of name, email or phone; with a tag when it is not empty; in use or archived.
    pub fn new(search: &str, tag: &str, archived: bool) -> Self {
        let tag = if tag.is_empty() { String::new() } else { serde_json::to_string(tag).unwrap_or_default() };
        Self { search: containing(&searched(search)), tag: containing(&tag), archived: i64::from(archived) }
    }
}

/// A number is searched by its digits, however it is grouped.
fn searched(search: &str) -> String {
    let folded = names::fold(search.trim());
    let digits = folded.chars().filter(char::is_ascii_digit).count();
    let is_number = digits >= 3 && folded.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    if is_number { folded.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect() } else { folded }
}

/// The columns of the row `k` of `contacts` that a contact is read from.
macro_rules! columns {
    () => {
        "k.id as contact_id, k.first_name, k.last_name, k.email, k.email_typed, k.phone, k.phone_typed, k.tags, \
         k.email_undeliverable_at, k.email_undeliverable, k.phone_undeliverable_at, k.phone_undeliverable, \
         k.dnd_at, k.email_dnd_at, k.sms_dnd_at, k.archived_at, k.version, k.created_at as contact_created_at"
    };
}
pub(super) use columns;

macro_rules! select {
    ($rest:literal) => {
        concat!("select ", $crate::db::contacts::columns!(), " from contacts k where business_id = $1 ", $rest)
    };
}

/// What the [`columns!`] of a row say.
pub(super) fn contact(row: &AnyRow) -> Result<Contact> {
    let corrupt = |column| Error::Stored { table: "contacts", column };
    let email_typed: String = row.try_get("email_typed")?;
    let phone_typed: String = row.try_get("phone_typed")?;
    let is_set = |column| Ok::<_, Error>(row.try_get::<Option<i64>, _>(column)?.is_some());
    let undeliverable = |since, words| {
        let at: Option<i64> = row.try_get(since)?;
        let words: Option<String> = row.try_get(words)?;
        Ok::<_, Error>(at.map(|at| Undeliverable { words: words.unwrap_or_default(), at }))
    };
    Ok(Contact {
        id: stored(row, "contacts", "contact_id")?,
        first_name: row.try_get("first_name")?,
        last_name: row.try_get("last_name")?,
        email: match row.try_get::<Option<String>, _>("email")? {
            Some(email) => Typed::Valid(Email::parse(&email).map_err(|_| corrupt("email"))?),
            None if email_typed.is_empty() => Typed::Missing,
            None => Typed::Invalid(email_typed),
        },
        phone: match row.try_get::<Option<String>, _>("phone")? {
            Some(phone) => Typed::Valid(Phone::from_e164(&phone).map_err(|_| corrupt("phone"))?),
            None if phone_typed.is_empty() => Typed::Missing,
            None => Typed::Invalid(phone_typed),
        },
        tags: stored_json(row, "contacts", "tags")?,
        email_undeliverable: undeliverable("email_undeliverable_at", "email_undeliverable")?,
        phone_undeliverable: undeliverable("phone_undeliverable_at", "phone_undeliverable")?,
        dnd: Dnd { all: is_set("dnd_at")?, email: is_set("email_dnd_at")?, sms: is_set("sms_dnd_at")? },
        archived: is_set("archived_at")?,
        version: row.try_get("version")?,
        created_at: row.try_get("contact_created_at")?,
    })
}

fn optional(row: Option<AnyRow>) -> Result<Option<Contact>> {
    row.as_ref().map(contact).transpose()
}

/// Adds a contact, without do-not-disturb.
pub async fn insert(
    conn: &mut AnyConnection,
    business: &BusinessId,
    id: &ContactId,
    person: &Person,
    now: i64,
) -> Result<()> {
    insert_all(conn, business, &[(id.clone(), person.clone())], now).await
}

/// Adds contacts, without do-not-disturb.
pub async fn insert_all(
    conn: &mut AnyConnection,
    business: &BusinessId,
    people: &[(ContactId, Person)],
    now: i64,
) -> Result<()> {
    if people.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "insert into contacts (business_id, created_at, updated_at, version, id, first_name, last_name, name_key, email, \
         email_typed, email_key, phone, phone_typed, tags, search) \
         select $1, $2, $2, 1, n.* from (values {}) n",
        rows_of_parameters(3, people.len(), COLUMNS + 1),
    );
    let mut insert = sqlx::query(AssertSqlSafe(sql)).bind(business.as_str()).bind(now);
    for (id, person) in people {
        insert = insert.bind(id.as_str());
        for column in person.columns() {
            insert = insert.bind(column);
        }
    }
    insert.persistent(people.len() == 1).execute(conn).await?;
    Ok(())
}

/// Changes contacts that still have the version that is given; how many had it. What was known of an address does not hold for
/// another one.
pub async fn update_people(
    conn: &mut AnyConnection,
    business: &BusinessId,
    people: &[(ContactId, i64, Person)],
    now: i64,
) -> Result<u64> {
    if people.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "with n (id, version, first_name, last_name, name_key, email, email_typed, email_key, phone, phone_typed, tags, \
         search) as (values {}) update contacts set first_name = n.first_name, last_name = n.last_name, \
         name_key = n.name_key, email = n.email, email_typed = n.email_typed, email_key = n.email_key, phone = n.phone, \
         phone_typed = n.phone_typed, tags = n.tags, search = n.search, version = contacts.version + 1, \
         email_undeliverable_at = case when contacts.email_key = n.email_key then email_undeliverable_at end, \
         email_undeliverable = case when contacts.email_key = n.email_key then email_undeliverable end, \
         phone_undeliverable_at = case when contacts.phone_typed = n.phone_typed then phone_undeliverable_at end, \
         phone_undeliverable = case when contacts.phone_typed = n.phone_typed then phone_undeliverable end, \
         updated_at = $2 from n where contacts.business_id = $1 and contacts.id = n.id and contacts.version = n.version",
        rows_of_parameters(3, people.len(), COLUMNS + 2),
    );
    let mut update = sqlx::query(AssertSqlSafe(sql)).bind(business.as_str()).bind(now);
    for (id, version, person) in people {
        update = update.bind(id.as_str()).bind(*version);
        for column in person.columns() {
            update = update.bind(column);
        }
    }
    Ok(update.persistent(people.len() == 1).execute(conn).await?.rows_affected())
}

/// The same for one; false when it has another version or is not there.
pub async fn update_person(
    conn: &mut AnyConnection,
    business: &BusinessId,
    id: &ContactId,
    version: i64,
    person: &Person,
    now: i64,
) -> Result<bool> {
    Ok(update_people(conn, business, &[(id.clone(), version, person.clone())], now).await? == 1)
}

/// Switches do-not-disturb; a switch that stands already keeps the time it was set.
pub async fn update_dnd(
    conn: &mut AnyConnection,
    business: &BusinessId,
    id: &ContactId,
    dnd: Dnd,
    now: i64,
) -> Result<()> {
    sqlx::query(
        "update contacts set \
         dnd_at = case when $3 = 1 then coalesce(dnd_at, $6) end, \
         email_dnd_at = case when $4 = 1 then coalesce(email_dnd_at, $6) end, \
         sms_dnd_at = case when $5 = 1 then coalesce(sms_dnd_at, $6) end \
         where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(i64::from(dnd.all))
    .bind(i64::from(dnd.email))
    .bind(i64::from(dnd.sms))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Of which of these addresses, as [`Person::key`] writes them, something is known: their owners asked for no more messages, or
/// something was said of them.
pub async fn list_known_addresses(
    conn: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    keys: &[String],
) -> Result<HashSet<String>> {
    if keys.is_empty() {
        return Ok(HashSet::new());
    }
    let places = parameters(3, keys.len());
    let sql = format!(
        "select address from opt_outs where business_id = $1 and channel = $2 and address in ({places}) union \
         select lower(address) from address_reports where business_id = $1 and channel = $2 and lower(address) in ({places})",
    );
    let mut select = sqlx::query_scalar(AssertSqlSafe(sql)).bind(business.as_str()).bind(channel.as_str());
    for key in keys {
        select = select.bind(key.as_str());
    }
    Ok(select.persistent(false).fetch_all(conn).await?.into_iter().collect())
}

/// Every contact with this address, as [`Person::key`] writes it, archived ones too.
pub async fn list_ids_by_address(
    conn: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    key: &str,
) -> Result<Vec<ContactId>> {
    let sql = match channel {
        Channel::Email => "select id from contacts where business_id = $1 and email_key = $2 and email_key <> ''",
        Channel::Sms => "select id from contacts where business_id = $1 and phone = $2",
    };
    let rows = sqlx::query(sql).bind(business.as_str()).bind(key).fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, "contacts", "id")).collect()
}

/// Switches do-not-disturb on for one channel; a user who edits the contact at this moment is told.
pub async fn switch_dnd_on(
    conn: &mut AnyConnection,
    business: &BusinessId,
    id: &ContactId,
    channel: Channel,
    now: i64,
) -> Result<()> {
    let sql = match channel {
        Channel::Email => {
            "update contacts set email_dnd_at = coalesce(email_dnd_at, $3), version = version + 1, updated_at = $3 \
             where business_id = $1 and id = $2"
        }
        Channel::Sms => {
            "update contacts set sms_dnd_at = coalesce(sms_dnd_at, $3), version = version + 1, updated_at = $3 \
             where business_id = $1 and id = $2"
        }
    };
    sqlx::query(sql).bind(business.as_str()).bind(id.as_str()).bind(now).execute(conn).await?;
    Ok(())
}

/// Lifts do-not-disturb for SMS.
pub async fn lift_sms_dnd(conn: &mut AnyConnection, business: &BusinessId, id: &ContactId, now: i64) -> Result<()> {
    sqlx::query(
        "update contacts set sms_dnd_at = null, version = version + 1, updated_at = $3 where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Marks an address, as [`Person::key`] writes it, as one that takes no messages; whose address it is, if not marked already.
pub async fn mark_undeliverable(
    conn: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    key: &str,
    words: &str,
    now: i64,
) -> Result<Vec<ContactId>> {
    let sql = match channel {
        Channel::Email => {
            "update contacts set email_undeliverable_at = $3, email_undeliverable = $4 \
             where business_id = $1 and email_key = $2 and email is not null and email_undeliverable_at is null returning id"
        }
        Channel::Sms => {
            "update contacts set phone_undeliverable_at = $3, phone_undeliverable = $4 \
             where business_id = $1 and phone_typed = $2 and phone is not null and phone_undeliverable_at is null returning id"
        }
    };
    let rows = sqlx::query(sql).bind(business.as_str()).bind(key).bind(now).bind(words).fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, "contacts", "id")).collect()
}

/// Lifts the mark from an address; whose address it is, where it was marked.
pub async fn confirm_deliverable(
    conn: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    key: &str,
) -> Result<Vec<ContactId>> {
    let sql = match channel {
        Channel::Email => {
            "update contacts set email_undeliverable_at = null, email_undeliverable = null \
             where business_id = $1 and email_key = $2 and email_undeliverable_at is not null returning id"
        }
        Channel::Sms => {
            "update contacts set phone_undeliverable_at = null, phone_undeliverable = null \
             where business_id = $1 and phone_typed = $2 and phone_undeliverable_at is not null returning id"
        }
    };
    let rows = sqlx::query(sql).bind(business.as_str()).bind(key).fetch_all(conn).await?;
    rows.iter().map(|row| stored(row, "contacts", "id")).collect()
}

/// Takes a contact out of use, or back into it; false when there is none.
pub async fn update_archived(
    conn: &mut AnyConnection,
    business: &BusinessId,
    id: &ContactId,
    archived: bool,
    now: i64,
) -> Result<bool> {
    let done = sqlx::query(
        "update contacts set archived_at = case when $3 = 1 then coalesce(archived_at, $4) end, \
         version = version + 1, updated_at = $4 where business_id = $1 and id = $2",
    )
    .bind(business.as_str())
    .bind(id.as_str())
    .bind(i64::from(archived))
    .bind(now)
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// One contact of the business.
pub async fn find(conn: &mut AnyConnection, business: &BusinessId, id: &ContactId) -> Result<Option<Contact>> {
    let row =
        sqlx::query(select!("and id = $2")).bind(business.as_str()).bind(id.as_str()).fetch_optional(conn).await?;
    optional(row)
}

/// The contact with this email, typed or valid; one in use before an archived one, then the oldest.
pub async fn find_by_email(
    conn: &mut AnyConnection,
    business: &BusinessId,
    email: &Typed<Email>,
) -> Result<Option<Contact>> {
    let row = sqlx::query(select!(
        "and email_key = $2 order by case when archived_at is null then 0 else 1 end, created_at, id limit 1"
    ))
    .bind(business.as_str())
    .bind(email_key(email))
    .fetch_optional(conn)
    .await?;
    optional(row)
}

/// Every contact that has one of these emails, one of these phones, or one of these names and no address: all that the rows of
/// a file may be about.
pub async fn list_matching(
    conn: &mut AnyConnection,
    business: &BusinessId,
    people: &[&Person],
) -> Result<Vec<Contact>> {
    let mut keys = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
    let [emails, phones, names] = &mut keys;
    for person in people {
        let (email, phone) = (email_key(&person.email), person.phone.to_string());
        if email.is_empty() && phone.is_empty() {
            names.insert(person.name_key());
        }
        emails.extend(Some(email).filter(|email| !email.is_empty()));
        phones.extend(Some(phone).filter(|phone| !phone.is_empty()));
    }
    let columns = ["email_key", "phone_typed", "email_key = '' and phone_typed = '' and name_key"];
    let mut found = Vec::new();
    for (column, keys) in columns.into_iter().zip(keys) {
        if keys.is_empty() {
            continue;
        }
        let sql = format!(concat!(select!("and "), "{} in ({})"), column, parameters(2, keys.len()));
        let mut select = sqlx::query(AssertSqlSafe(sql)).bind(business.as_str());
        for key in keys {
            select = select.bind(key);
        }
        let rows = select.persistent(false).fetch_all(&mut *conn).await?;
        for row in &rows {
            found.push(contact(row)?);
        }
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found.dedup_by(|a, b| a.id == b.id);
    Ok(found)
}

/// The contact with this phone, one without an email first; with `without_email` only such a one.
pub async fn find_by_phone(
    conn: &mut AnyConnection,
    business: &BusinessId,
    phone: &Typed<Phone>,
    without_email: bool,
) -> Result<Option<Contact>> {
    let row = sqlx::query(select!(
        "and phone_typed = $2 and (email_key = '' or $3 = 0) \
         order by case when email_key = '' then 0 else 1 end, case when archived_at is null then 0 else 1 end, \
         created_at, id limit 1"
    ))
    .bind(business.as_str())
    .bind(phone.to_string())
    .bind(i64::from(without_email))
    .fetch_optional(conn)
    .await?;
    optional(row)
}

/// Some contacts by name.
pub async fn list(
    conn: &mut AnyConnection,
    business: &BusinessId,
    filter: &Filter,
    limit: u32,
    offset: u64,
) -> Result<Vec<Contact>> {
    let rows = sqlx::query(select!(
        r"and search like $2 escape '\' and tags like $3 escape '\'
          and (case when archived_at is null then 0 else 1 end) = $4
          order by name_key, id limit $5 offset $6"
    ))
    .bind(business.as_str())
    .bind(filter.search.as_str())
    .bind(filter.tag.as_str())
    .bind(filter.archived)
    .bind(i64::from(limit))
    .bind(i64::try_from(offset).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?;
    rows.iter().map(contact).collect()
}

/// The contacts in use with this email, typed or valid, by name.
pub async fn list_by_email(
    conn: &mut AnyConnection,
    business: &BusinessId,
    email: &Typed<Email>,
    limit: u32,
) -> Result<Vec<Contact>> {
    let rows = sqlx::query(select!("and email_key = $2 and archived_at is null order by name_key, id limit $3"))
        .bind(business.as_str())
        .bind(email_key(email))
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(contact).collect()
}

/// The contacts in use with this phone, typed or valid, by name.
pub async fn list_by_phone(
    conn: &mut AnyConnection,
    business: &BusinessId,
    phone: &Typed<Phone>,
    limit: u32,
) -> Result<Vec<Contact>> {
    let rows = sqlx::query(select!("and phone_typed = $2 and archived_at is null order by name_key, id limit $3"))
        .bind(business.as_str())
        .bind(phone.to_string())
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(contact).collect()
}

/// Picks the contacts in use of the business `$1` who have a personal link of the payment link `$2` and have not paid it.
macro_rules! not_paid {
    () => {
        concat!(
            "archived_at is null and id in (select l.contact_id from personal_links l \
             where l.business_id = $1 and l.payment_link_id = $2) and not exists (select 1 from ",
            paid_by!("k", "$2"),
            ")"
        )
    };
}

/// Some of the contacts in use who have a personal link of a payment link and have not paid it, by name.
pub async fn list_not_paid(
    conn: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
    limit: u32,
    offset: u64,
) -> Result<Vec<Contact>> {
    let rows = sqlx::query(concat!(select!("and "), not_paid!(), " order by name_key, id limit $3 offset $4"))
        .bind(business.as_str())
        .bind(payment_link.as_str())
        .bind(i64::from(limit))
        .bind(i64::try_from(offset).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await?;
    rows.iter().map(contact).collect()
}

/// How many there are.
pub async fn count_not_paid(
    conn: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
) -> Result<u64> {
    let count: i64 =
        sqlx::query_scalar(concat!("select count(*) from contacts k where business_id = $1 and ", not_paid!()))
            .bind(business.as_str())
            .bind(payment_link.as_str())
            .fetch_one(conn)
            .await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// How many there are.
pub async fn count(conn: &mut AnyConnection, business: &BusinessId, filter: &Filter) -> Result<u64> {
    let count: i64 = sqlx::query_scalar(
        r"select count(*) from contacts where business_id = $1 and search like $2 escape '\'
          and tags like $3 escape '\' and (case when archived_at is null then 0 else 1 end) = $4",
    )
    .bind(business.as_str())
    .bind(filter.search.as_str())
    .bind(filter.tag.as_str())
    .bind(filter.archived)
    .fetch_one(conn)
    .await?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// The contacts in use that come after this one, by id: for going through all of them.
pub async fn list_after(
    conn: &mut AnyConnection,
    business: &BusinessId,
    after: &str,
    limit: u32,
) -> Result<Vec<Contact>> {
    let rows = sqlx::query(select!("and archived_at is null and id > $2 order by id limit $3"))
        .bind(business.as_str())
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(conn)
        .await?;
    rows.iter().map(contact).collect()
}

/// Every tag in use, in the order of the alphabet.
pub async fn list_tags(conn: &mut AnyConnection, business: &BusinessId) -> Result<Vec<String>> {
    let rows: Vec<String> = sqlx::query_scalar(
        "select distinct tags from contacts where business_id = $1 and archived_at is null and tags <> '[]' limit 2000",
    )
    .bind(business.as_str())
    .fetch_all(conn)
    .await?;
    let mut tags = Vec::new();
    for row in rows {
        let corrupt = |_| Error::Stored { table: "contacts", column: "tags" };
        tags.extend(serde_json::from_str::<Vec<String>>(&row).map_err(corrupt)?);
    }
    tags.sort_by_cached_key(|tag| names::fold(tag));
    tags.dedup();
    Ok(tags)
}
