//! What becomes of a message after a provider took it, and what is known of an address from then on.

use app::{
    channel::Channel,
    id::{BusinessId, ContactId},
};
use sqlx::AnyConnection;

use crate::{
    clock::DAY_MS,
    consent::{self, Asked},
    db::{
        self, Db, Tx,
        address_reports::{self, AddressReport},
        consents::Source,
        contacts::{self, Person},
        deliveries::Claimed,
        delivery_reports::{self, Reported, StoredReport},
        personal_links::Origin,
    },
    facts::{Ended, Fact},
    providers::{Fault, Report, Why, twilio},
    refusals::{self, Refused},
};

/// Reports on texts that were not ours are forgotten after two days.
const EARLY_MS: i64 = 2 * DAY_MS;

/// Where a message went.
#[derive(Clone, Copy, Debug)]
pub struct Address<'a> {
    business: &'a BusinessId,
    contact: &'a ContactId,
    channel: Channel,
    written: &'a str,
}

impl<'a> Address<'a> {
    /// Of a message that is leaving.
    pub fn of(claimed: &'a Claimed) -> Self {
        let Claimed { business, known, channel, address, .. } = claimed;
        Self { business, contact: &known.contact.id, channel: *channel, written: address }
    }

    /// Of a message that a report is about.
    pub fn of_reported(delivery: &'a Reported) -> Self {
        let Reported { business, contact, channel, address, .. } = delivery;
        Self { business, contact, channel: *channel, written: address }
    }
}

/// Writes where a message ended, with its line in the timeline, its entry in the ledger and what follows from it. False when it had ended before: the
/// first word counts, however often and in whatever order they come.
pub async fn settle(tx: &mut Tx, delivery: &Reported, report: &Report, now: i64) -> db::Result<bool> {
    use app::deliveries::DeliveryStatus::Undelivered;
    let words = (report.outcome == Undelivered).then_some(report.why.words.as_str());
    if !delivery_reports::settle(&mut **tx, delivery, report.outcome, words, now).await? {
        return Ok(false);
    }
    let stored = StoredReport {
        outcome: report.outcome,
        provider: report.provider.to_owned(),
        status: report.status.clone(),
        words: report.why.words.clone(),
        code: report.why.code.clone(),
        said: report.why.said.clone(),
        created_at: now,
    };
    delivery_reports::insert(&mut **tx, delivery, &stored).await?;
    let ended = Fact::Report(Ended {
        delivery: &delivery.id,
        contact: &delivery.contact,
        channel: delivery.channel,
        address: &delivery.address,
        outcome: report.outcome.as_str(),
        provider: report.provider,
        status: &report.status,
        words: &report.why.words,
        code: report.why.code.as_deref(),
    });
    tx.note(&delivery.business, &ended, now)?;
    let fault = match report.fault {
        // The reports on two people come from two servers: what is clear of one of them holds.
        Fault::Account if delivery.channel == Channel::Email => {
            let refused = Refused {
                business: &delivery.business,
                campaign: &delivery.campaign,
                delivery: &delivery.id,
                address: &delivery.address,
                code: report.why.code.as_deref(),
                said: report.why.said.as_deref(),
                words: &report.why.words,
                is_report: true,
            };
            refusals::weigh(tx, refused, report.fault, now).await?
        }
        fault => fault,
    };
    learn(tx, Address::of_reported(delivery), fault, &report.why.words, now).await?;
    tracing::info!(delivery = %delivery.id, status = report.outcome.as_str(), "report");
    Ok(true)
}

/// The opening of a personal link is the proof that a message arrived which nobody else could have shown the link.
pub async fn settle_proven(tx: &mut Tx, business: &BusinessId, origin: &Origin, opened_at: i64) -> db::Result<()> {
    let Origin { personal_link, contact, .. } = origin;
    for delivery in delivery_reports::list_proven(&mut **tx, business, contact, personal_link, opened_at).await? {
        settle(tx, &delivery, &opened(), opened_at).await?;
    }
    Ok(())
}

/// The same for a message that is about to be sent again: its link may have been opened before anybody knew that it is in doubt.
pub async fn settle_opened(tx: &mut Tx, claimed: &Claimed, now: i64) -> db::Result<bool> {
    let Some((link, opened_at)) = delivery_reports::find_opened_at(&mut **tx, &claimed.id).await? else {
        return Ok(false);
    };
    let (business, contact) = (&claimed.business, &claimed.known.contact.id);
    let proven = delivery_reports::list_proven(&mut **tx, business, contact, &link, opened_at).await?;
    let Some(delivery) = proven.into_iter().find(|delivery| delivery.id == claimed.id) else { return Ok(false) };
    settle(tx, &delivery, &opened(), now).await
}

fn opened() -> Report {
    Report {
        outcome: app::deliveries::DeliveryStatus::Delivered,
        provider: "Personal link",
        status: "opened".to_owned(),
        why: Why::new("The person opened the link in it, so it arrived."),
        fault: Fault::Message,
    }
}

/// The receiver of an email has reported it as unwanted: no business email to them from now on, under whatever names the address stands.
pub async fn complain(tx: &mut Tx, delivery: &Reported, now: i64) -> db::Result<()> {
    let Reported { business, contact, address, .. } = delivery;
    let asked = Asked { evidence: Some(consent::COMPLAINT), ..Asked::by(Source::Provider) };
    let addresses = [address.to_lowercase()];
    consent::opt_out_of(tx, (business, contact), Channel::Email, &addresses, asked, now).await?;
    tracing::info!(delivery = %delivery.id, "a complaint");
    Ok(())
}

/// What a refusal teaches about the address and its owner. Told to the provider, an opt-out counts as if told to us.
pub async fn learn(tx: &mut Tx, at: Address<'_>, fault: Fault, words: &str, now: i64) -> db::Result<()> {
    match fault {
        Fault::Message | Fault::Account => Ok(()),
        Fault::Address => mark_undeliverable(tx, at, words, now).await,
        Fault::OptOut => {
            consent::opt_out(tx, at.business, at.contact, at.channel, Asked::by(Source::Provider), now).await?;
            Ok(())
        }
    }
}

/// From now on the address counts as invalid, for every contact of the business that has it now or later.
async fn mark_undeliverable(conn: &mut AnyConnection, at: Address<'_>, words: &str, now: i64) -> db::Result<()> {
    let Address { business, contact, channel, written: address } = at;
    let key = address.to_lowercase();
    let mut marked = contacts::mark_undeliverable(conn, business, channel, &key, words, now).await?;
    if marked.is_empty() && address_reports::find_undeliverable(conn, business, channel, &key).await?.is_none() {
        // Nobody has it any more: it is remembered with whom it was written to.
        marked.push(contact.clone());
    }
    for contact in &marked {
        let report = AddressReport { contact, channel, address, works: false, words, user: None };
        address_reports::insert(conn, &db::new_id(now), business, report, now).await?;
    }
    Ok(())
}

/// A contact who comes with an address that takes no messages has one that counts as invalid.
pub async fn carry_over(conn: &mut AnyConnection, business: &BusinessId, person: &Person, now: i64) -> db::Result<()> {
    for channel in Channel::ALL {
        let key = person.key(channel);
        let Some(words) = address_reports::find_undeliverable(conn, business, channel, &key).await? else { continue };
        for contact in contacts::mark_undeliverable(conn, business, channel, &key, &words, now).await? {
            let report =
                AddressReport { contact: &contact, channel, address: &key, works: false, words: &words, user: None };
            address_reports::insert(conn, &db::new_id(now), business, report, now).await?;
        }
    }
    Ok(())
}

/// Applies a status callback of the SMS provider; one that comes before our own record of the text waits for it.
pub async fn settle_text(db: &Db, provider_id: &str, report: &Report, now: i64) -> db::Result<()> {
    let mut tx = db.begin().await?;
    if let Some(delivery) = delivery_reports::find_by_provider_id(&mut *tx, provider_id).await? {
        settle(&mut tx, &delivery, report, now).await?;
        return tx.commit().await;
    }
    let code = report.why.code.as_deref();
    delivery_reports::insert_early(&mut *tx, provider_id, &report.status, code, now).await?;
    delivery_reports::delete_early_before(&mut *tx, now - EARLY_MS).await?;
    tx.commit().await?;
    // The record may have been written between the look and the note.
    settle_early(db, &[provider_id.to_owned()], now).await
}

/// Applies the callbacks that came before our own record of these texts.
pub async fn settle_early(db: &Db, provider_ids: &[String], now: i64) -> db::Result<()> {
    let mut found = Vec::new();
    {
        let mut conn = db.read().await?;
        for provider_id in provider_ids {
            if delivery_reports::has_early(&mut conn, provider_id).await? {
                found.push(provider_id);
            }
        }
    }
    for provider_id in found {
        let mut tx = db.begin().await?;
        let Some(delivery) = delivery_reports::find_by_provider_id(&mut *tx, provider_id).await? else { continue };
        let Some((status, code)) = delivery_reports::take_early(&mut tx, provider_id).await? else { continue };
        if let Some(report) = twilio::report(&status, code.as_deref(), None) {
            settle(&mut tx, &delivery, &report, now).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
