//! Before it leaves: what speaks against sending a link to someone, and ways to find whom to send it to.

mod paste;

use crate::{
    care,
    contacts::rows,
    db::{
        self, businesses,
        checkouts::{self, OfferedLink},
        contacts::{self, Filter},
        preflight::{self, Before},
    },
    phone,
    service::Service,
};
use app::{
    account::Access,
    backend::Preflight,
    campaigns::MAX_CONTACTS,
    contacts::Contact,
    eligibility,
    error::{Error, Result},
    id::{BusinessId, ContactId, PaymentLinkId},
    preflight::{
        Ambiguous, Group, MAX_ENTRIES, MAX_LIST_BYTES, Matches, Selected, ToSelect, Warned, Warning, keeping_out,
    },
    ui::relative_time,
};
use async_trait::async_trait;
use sqlx::AnyConnection;
use std::collections::HashSet;

/// How long ago a message counts as sent recently.
const RECENT_MS: i64 = 24 * 3_600_000;
/// The most contacts among whom one entry of a list lets the user choose.
const MAX_MEANINGS: u32 = 20;
/// Contacts of a group that are looked at for those who can be sent to, in steps of one campaign.
const MAX_LOOKED_AT: u64 = 10_000;

/// What speaks against sending a link to these contacts, in the order in which warnings are said.
pub(crate) async fn warnings(
    connection: &mut AnyConnection,
    access: &Access,
    link: &OfferedLink,
    chosen: &[ContactId],
    now: i64,
) -> Result<Vec<Warned>> {
    let before = preflight::list_before(connection, access.business(), &link.id, access.user(), chosen).await?;
    let can_pay_again = link.details.can_pay_again;
    let mut warned = Vec::new();
    for id in chosen {
        let before = before.iter().find(|before| before.contact == *id).ok_or(Error::NotFound)?;
        let words =
            Warning::ALL.into_iter().filter_map(|warning| Some((warning, said(warning, before, can_pay_again, now)?)));
        warned.extend(words.map(|(warning, words)| Warned { contact: id.clone(), warning, words }));
    }
    Ok(warned)
}

/// A warning in words, where it applies.
fn said(warning: Warning, before: &Before, can_pay_again: bool, now: i64) -> Option<String> {
    match warning {
        Warning::AlreadyPaid => before.paid_at.filter(|_| !can_pay_again).map(|_| "Already paid this link".to_owned()),
        Warning::SentRecently => {
            let sent_at = before.sent_at.filter(|at| *at > now - RECENT_MS)?;
            Some(format!("Was sent this link {}", relative_time(sent_at, now)))
        }
        Warning::BeingSent if before.waiting_of_others > 0 => Some("A colleague is sending this to them".to_owned()),
        Warning::BeingSent if before.waiting > 0 => Some("You are sending this to them already".to_owned()),
        Warning::BeingSent => None,
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
        warnings(&mut connection, access, &link, &chosen, self.clock.now()).await
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
        let (business, now) = (access.business(), self.clock.now());
        let mut connection = self.db.read().await?;
        let link = find_link(&mut connection, business, &wanted.payment_link).await?;
        if let Group::NotPaid(other) = &wanted.group {
            find_link(&mut connection, business, other).await?;
        }
        let stored = care::of_business(&mut connection, business).await?;
        let total = count(&mut connection, business, &wanted.group).await?;
        let mut taken: Vec<Contact> = Vec::new();
        for offset in (0..total.min(MAX_LOOKED_AT)).step_by(MAX_CONTACTS as usize) {
            let mut step = list(&mut connection, business, &wanted.group, MAX_CONTACTS, offset).await?;
            step.retain(|contact| eligibility::check(contact, &wanted.channels).is_sent_to());
            let ids: Vec<_> = step.iter().map(|contact| contact.id.clone()).collect();
            let warned = warnings(&mut connection, access, &link, &ids, now).await?;
            let mut asked =
                care::asked(&mut connection, business, &stored, ids.iter(), care::Request::at_once(now)).await?;
            asked.warned = keeping_out(&warned, &[]);
            // Whoever was taken before is sent to, and keeps a later one with the same address out.
            let before = taken.len();
            let judged: Vec<_> = taken.into_iter().chain(step).collect();
            let verdicts = eligibility::review_with(&judged, &wanted.channels, &asked);
            let is_taken = verdicts.iter().enumerate().map(|(place, verdict)| place < before || verdict.is_sent_to());
            taken = judged
                .into_iter()
                .zip(is_taken)
                .filter_map(|(contact, is_taken)| is_taken.then_some(contact))
                .collect();
            if taken.len() >= MAX_CONTACTS as usize {
                break;
            }
        }
        taken.truncate(MAX_CONTACTS as usize);
        Ok(Selected { contacts: taken, total })
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
