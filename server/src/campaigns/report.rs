//! Puts together what a campaign's page shows.

use crate::{
    db::{
        campaigns::{self, LinkUse, StoredCampaign},
        deliveries::{self, Attempt, StoredDelivery},
        results::{self, Received},
    },
    reminders,
};
use app::{
    campaigns::{
        CampaignReport, DeliveryState, DeliveryStatus, Mark, Paid, Recipient, TimelineEntry, reasons_in_words,
    },
    channel::Channel,
    error::{Error, Result},
    id::{BusinessId, CampaignId, ContactId},
};
use sqlx::AnyConnection;
use std::collections::HashMap;

/// Reads one campaign with everyone in it, and the timeline of one of them.
pub(super) async fn read(
    connection: &mut AnyConnection,
    business: &BusinessId,
    id: &CampaignId,
    open: Option<ContactId>,
    now: i64,
) -> Result<CampaignReport> {
    let campaign = campaigns::find(&mut *connection, business, id).await?.ok_or(Error::NotFound)?;
    let deliveries = deliveries::list(&mut *connection, business, id).await?;
    let uses = campaigns::list_link_uses(&mut *connection, business, id).await?;
    let progress = super::progress(&mut *connection, business, id).await?.unwrap_or_default();
    let reminders = reminders::plan(&mut *connection, business, id, now).await?;
    let received = results::list_received(&mut *connection, business, id).await?;
    let totals = super::totals(results::campaign_figures(&mut *connection, business, id).await?);
    let timeline = match open {
        Some(contact) => {
            let entries = timeline(connection, business, &campaign, &deliveries, &contact, now).await?;
            (!entries.is_empty()).then_some((contact, entries))
        }
        None => None,
    };
    Ok(CampaignReport {
        id: campaign.id,
        payment_link: campaign.payment_link,
        payment_link_name: campaign.payment_link_name,
        created_at: campaign.created_at,
        progress,
        totals,
        recipients: recipients(&deliveries, &uses, &received),
        timeline,
        reminders,
        now,
    })
}

fn recipients(
    deliveries: &[StoredDelivery],
    uses: &[LinkUse],
    received: &HashMap<ContactId, Received>,
) -> Vec<Recipient> {
    let mut recipients: Vec<Recipient> = Vec::new();
    for delivery in deliveries {
        // They come in the order of the selection, so one person's stand together.
        if recipients.last().is_none_or(|last| last.contact != delivery.contact) {
            let used = uses.iter().find(|used| used.contact == delivery.contact);
            recipients.push(Recipient {
                contact: delivery.contact.clone(),
                name: delivery.recipient.shown_name(),
                email: None,
                sms: None,
                opened_at: used.and_then(|used| used.opened_at),
                paid: received.get(&delivery.contact).and_then(paid),
            });
        }
        if let Some(recipient) = recipients.last_mut() {
            let state = Some(state(delivery));
            match delivery.channel {
                Channel::Email => recipient.email = state,
                Channel::Sms => recipient.sms = state,
            }
        }
    }
    recipients
}

fn paid(received: &Received) -> Option<Paid> {
    Some(Paid { amount: *received.amounts.first()?, at: received.first_at })
}

fn state(delivery: &StoredDelivery) -> DeliveryState {
    DeliveryState {
        status: delivery.status,
        in_outbox: delivery.provider.as_deref() == Some("Outbox"),
        attempts: u32::try_from(delivery.attempts).unwrap_or_default(),
        reasons: delivery.reasons.clone(),
        words: delivery.words.clone(),
        at: delivery.updated_at,
    }
}

/// Everything that happened to one person, in order.
async fn timeline(
    connection: &mut AnyConnection,
    business: &BusinessId,
    campaign: &StoredCampaign,
    deliveries: &[StoredDelivery],
    contact: &ContactId,
    now: i64,
) -> Result<Vec<TimelineEntry>> {
    let mut entries = Vec::new();
    for delivery in deliveries.iter().filter(|delivery| delivery.contact == *contact) {
        let words = match delivery.status {
            DeliveryStatus::Suppressed if delivery.attempts == 0 => {
                format!("Not sent: {}.", reasons_in_words(&delivery.reasons))
            }
            DeliveryStatus::Held if delivery.attempts == 0 => {
                delivery.words.clone().unwrap_or_else(|| "Held.".to_owned())
            }
            _ => "Queued.".to_owned(),
        };
        entries.push(TimelineEntry {
            at: delivery.created_at,
            channel: Some(delivery.channel),
            mark: Mark::Neutral,
            words,
            detail: None,
        });
        for attempt in deliveries::list_attempts(&mut *connection, business, &delivery.id).await? {
            entries.push(attempt_entry(delivery.channel, attempt));
        }
        entries.extend(arrival(delivery));
    }
    if !entries.is_empty() {
        let period = (campaign.created_at, now);
        entries.extend(super::timeline::of_person(connection, business, &campaign.id, contact, period).await?);
    }
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}

/// The provider's word that the message arrived.
fn arrival(delivery: &StoredDelivery) -> Option<TimelineEntry> {
    (delivery.status == DeliveryStatus::Delivered).then(|| TimelineEntry {
        at: delivery.updated_at,
        channel: Some(delivery.channel),
        mark: Mark::Good,
        words: "Delivered.".to_owned(),
        detail: None,
    })
}

fn attempt_entry(channel: Channel, attempt: Attempt) -> TimelineEntry {
    let mark = match attempt.outcome.as_str() {
        "sent" => Mark::Good,
        "failed" => Mark::Bad,
        "canceled" | "suppressed" => Mark::Neutral,
        _ => Mark::Warn,
    };
    let answer = [attempt.code, attempt.said].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let detail = if answer.is_empty() { attempt.provider } else { format!("{}: {answer}", attempt.provider) };
    TimelineEntry { at: attempt.created_at, channel: Some(channel), mark, words: attempt.words, detail: Some(detail) }
}
