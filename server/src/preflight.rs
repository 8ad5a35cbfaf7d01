//! Before it leaves: what speaks against sending a link to someone, and ways to find whom to send it to.

mod paste;

use crate::{
    care,
    contacts::rows,
    db::{
        self, businesses,
        care::StoredCare,
        checkouts::{self, OfferedLink},
        contacts::{self, Filter},
        eligibility::Candidate,
    },
    eligibility::{Person, Question},
    phone,
    service::Service,
};
use app::{
    account::Access,
    backend::Preflight,
    campaigns::MAX_CONTACTS,
    contacts::Contact,
    eligibility::{self, Warning},
    error::{Error, Result},
    id::{BusinessId, ContactId, PaymentLinkId},
    preflight::{Ambiguous, Group, MAX_ENTRIES, MAX_LIST_BYTES, Matches, Selected, ToSelect, Warned},
    ui::relative_time,
};
use async_trait::async_trait;
use sqlx::AnyConnection;
use std::collections::HashSet;

/// The most contacts among whom one entry of a list lets the user choose.
const MAX_MEANINGS: u32 = 20;
/// Contacts of a group that are looked at for those who can be sent to, in steps of one campaign.
const MAX_LOOKED_AT: u64 = 10_000;

/// A warning in words.
fn said(warning: Warning, about: &Candidate, now: i64) -> String {
    match warning {
        Warning::AlreadyPaid => "Already paid this link".to_owned(),
        Warning::SentRecently => format!("Was sent this link {}", relative_time(about.sent_at.unwrap_or(now), now)),
        Warning::BeingSent if about.waiting_of_others > 0 => "A colleague is sending this to them".to_owned(),
        Warning::BeingSent => "You are sending this to them already".to_owned(),
    }
}

#[async_trait]
impl Preflight for Service {
    async fn list_warnings(
        &self,
        access: &Access,
        payment_link: PaymentLinkId,
        chosen: Vec<ContactId>,
    ) -> Result<Vec<Warned>> {
        if chosen.len() > MAX_CONTACTS as usize {
            return Err(Error::Malformed);
        }
        let mut connection = self.db.read().await?;
        let link = find_link(&mut connection, access.business(), &payment_link).await?;
        let care = care::of_business(&mut connection, access.business()).await?;
        let question = self.question(access, &link, &care);
        let people = question.look(&mut connection, &chosen).await?;
        let of = |person: &Person| {
            let warned = |warning| Warned {
                contact: person.contact().id.clone(),
                warning,
                words: said(warning, &person.candidate, question.now),
            };
            question.facts(person, &[]).warned.into_iter().map(warned).collect::<Vec<_>>()
        };
        Ok(people.iter().flat_map(of).collect())
    }

    async fn match_contacts(&self, access: &Access, text: String) -> Result<Matches> {
        if text.len() > MAX_LIST_BYTES as usize {
            return Err(Error::invalid("list", "This list is too long. Paste a part of it at a time."));
        }
        let business = access.business();
        let mut connection = self.db.read().await?;
        let country = businesses::find(&mut *connection, business).await?.ok_or(Error::NotFound)?.country;
        let entries = paste::entries(&text, |part| phone::parse(part, &country).is_ok());
        let (mut matches, mut known) = (Matches::default(), HashSet::new());
        matches.left_out = u32::try_from(entries.len()).unwrap_or(u32::MAX).saturating_sub(MAX_ENTRIES);
        for entry in entries.into_iter().take(MAX_ENTRIES as usize) {
            let mut meant = if entry.contains('@') {
                let email = rows::read_email(&entry).0;
                contacts::list_by_email(&mut connection, business, &email, MAX_MEANINGS).await?
            } else {
                let phone = rows::read_phone(&entry, &country).0;
                contacts::list_by_phone(&mut connection, business, &phone, MAX_MEANINGS).await?
            };
            match meant.len() {
                0 => matches.not_found.push(entry),
                1 => matches.found.extend(meant.pop().filter(|contact| known.insert(contact.id.clone()))),
                _ => matches.ambiguous.push(Ambiguous { entry, contacts: meant }),
            }
        }
        Ok(matches)
    }

    async fn find_contacts_to_select(&self, access: &Access, wanted: ToSelect) -> Result<Selected> {
        let business = access.business();
        let mut connection = self.db.read().await?;
        let link = find_link(&mut connection, business, &wanted.payment_link).await?;
        if let Group::NotPaid(other) = &wanted.group {
            find_link(&mut connection, business, other).await?;
        }
        let care = care::of_business(&mut connection, business).await?;
        let question = self.question(access, &link, &care);
        let total = count(&mut connection, business, &wanted.group).await?;
        // A contact that was taken is sent to, and keeps a later one with the same address out.
        let mut taken: Vec<Person> = Vec::new();
        for offset in (0..total.min(MAX_LOOKED_AT)).step_by(MAX_CONTACTS as usize) {
            let step = list(&mut connection, business, &wanted.group, MAX_CONTACTS, offset).await?;
            let step: Vec<ContactId> = step.into_iter().map(|contact| contact.id).collect();
            taken.extend(question.look(&mut connection, &step).await?);
            let mut verdicts = eligibility::review(&question.all_facts(&taken, &[]), &wanted.channels).into_iter();
            taken.retain(|_| verdicts.next().is_some_and(|verdict| verdict.is_sent_to()));
            if taken.len() >= MAX_CONTACTS as usize {
                break;
            }
        }
        taken.truncate(MAX_CONTACTS as usize);
        let contacts = taken.into_iter().map(|person| person.candidate.known.contact).collect();
        Ok(Selected { contacts, total })
    }
}

impl Service {
    /// What is to be known of those who are chosen, before "Send" is pressed.
    fn question<'a>(&'a self, access: &'a Access, link: &'a OfferedLink, care: &'a StoredCare) -> Question<'a> {
        let now = self.clock.now();
        let user = Some(access.user());
        Question { link, care, messengers: &self.messengers, user, at: now, now, again: None }
    }
}

async fn find_link(
    connection: &mut AnyConnection,
    business: &BusinessId,
    payment_link: &PaymentLinkId,
) -> Result<OfferedLink> {
    checkouts::find_by_id(connection, business, payment_link).await?.ok_or(Error::NotFound)
}

/// The contacts in use whom a search finds or who have a tag.
fn filter(group: &Group) -> Option<Filter> {
    match group {
        Group::Shown(search) => Some(Filter::new(search, "", false)),
        Group::Tagged(tag) => Some(Filter::new("", tag, false)),
        Group::NotPaid(_) => None,
    }
}

async fn list(
    connection: &mut AnyConnection,
    business: &BusinessId,
    group: &Group,
    limit: u32,
    offset: u64,
) -> db::Result<Vec<Contact>> {
    match (group, filter(group)) {
        (Group::NotPaid(link), _) => contacts::list_not_paid(connection, business, link, limit, offset).await,
        (_, Some(filter)) => contacts::list(connection, business, &filter, limit, offset).await,
        (_, None) => Ok(Vec::new()),
    }
}

async fn count(connection: &mut AnyConnection, business: &BusinessId, group: &Group) -> db::Result<u64> {
    match (group, filter(group)) {
        (Group::NotPaid(link), _) => contacts::count_not_paid(connection, business, link).await,
        (_, Some(filter)) => contacts::count(connection, business, &filter).await,
        (_, None) => Ok(0),
    }
}
