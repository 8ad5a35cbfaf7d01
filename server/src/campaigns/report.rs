//! Puts together what a campaign's page shows.

use crate::{
    care,
    db::{
        campaign_events,
        campaigns::{self, StoredCampaign},
        control::TAKEN_BACK,
        deliveries::{self, Attempt, Hold, StoredDelivery},
        delivery_reports::{self, StoredReport},
        results::{self, Received},
    },
    facts::CampaignEvent,
    local_time,
    providers::{Messengers, outbox},
    reminders, zones,
};
use app::{
    campaigns::{CampaignReport, HistoryEntry, Standing},
    channel::Channel,
    deliveries::{DeliveryState, DeliveryStatus, reasons_in_words},
    error::{Error, Result},
    id::{BusinessId, CampaignId, ContactId},
    results::{Mark, Paid, Recipient, TimelineEntry},
};
use sqlx::AnyConnection;
use std::collections::HashMap;

/// Reads one campaign with everyone in it, and the timeline of one of them.
pub(super) async fn read(
    connection: &mut AnyConnection,
    business: &BusinessId,
    id: &CampaignId,
    open: Option<ContactId>,
    (messengers, now): (&Messengers, i64),
) -> Result<CampaignReport> {
    let campaign = campaigns::find(&mut *connection, business, id).await?.ok_or(Error::NotFound)?;
    let deliveries = deliveries::list(&mut *connection, business, id).await?;
    let opened = results::list_opened(&mut *connection, business, id).await?;
    let progress = super::progress(&mut *connection, business, id).await?.unwrap_or_default();
    let reminders = reminders::plan(&mut *connection, business, id, messengers, now).await?;
    let words = campaigns::list_wording(&mut *connection, business, id).await?;
    let received = results::list_received(&mut *connection, business, id).await?;
    let totals = super::totals(results::campaign_figures(&mut *connection, business, id).await?);
    let (standing, was_held) = standing(&mut *connection, business, &campaign, &deliveries, now).await?;
    let timeline = match open {
        Some(contact) => {
            let entries = timeline(connection, business, &campaign, &deliveries, &contact, (was_held, now)).await?;
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
        standing,
        words,
        recipients: recipients(&deliveries, &opened, &received),
        timeline,
        reminders,
        now,
    })
}

/// What the timelines of everyone in a campaign are read from, one after the other.
pub(super) struct Timelines {
    campaign: StoredCampaign,
    deliveries: Vec<StoredDelivery>,
    times: (bool, i64),
    people: std::vec::IntoIter<Recipient>,
}

impl Timelines {
    /// The people of a campaign, in the order of the selection.
    pub(super) async fn read(
        connection: &mut AnyConnection,
        business: &BusinessId,
        id: &CampaignId,
        now: i64,
    ) -> Result<Self> {
        let campaign = campaigns::find(&mut *connection, business, id).await?.ok_or(Error::NotFound)?;
        let deliveries = deliveries::list(&mut *connection, business, id).await?;
        let (_, was_held) = standing(&mut *connection, business, &campaign, &deliveries, now).await?;
        let people = recipients(&deliveries, &HashMap::new(), &HashMap::new()).into_iter();
        Ok(Self { campaign, deliveries, times: (was_held, now), people })
    }

    /// The next of them: who, and what happened.
    pub(super) async fn next(
        &mut self,
        connection: &mut AnyConnection,
        business: &BusinessId,
    ) -> Result<Option<(Recipient, Vec<TimelineEntry>)>> {
        let Some(person) = self.people.next() else { return Ok(None) };
        let Self { campaign, deliveries, times, .. } = self;
        let entries = timeline(connection, business, campaign, deliveries, &person.contact, *times).await?;
        Ok(Some((person, entries)))
    }
}

fn recipients(
    deliveries: &[StoredDelivery],
    opened: &HashMap<ContactId, i64>,
    received: &HashMap<ContactId, Received>,
) -> Vec<Recipient> {
    let mut recipients: Vec<Recipient> = Vec::new();
    for delivery in deliveries {
        // They come in the order of the selection, so one person's stand together.
        if recipients.last().is_none_or(|last| last.contact != delivery.contact) {
            recipients.push(Recipient {
                contact: delivery.contact.clone(),
                name: delivery.recipient.shown_name(),
                email: None,
                sms: None,
                opened_at: opened.get(&delivery.contact).copied(),
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
        in_outbox: delivery.provider.as_deref() == Some(outbox::NAME),
        attempts: u32::try_from(delivery.attempts).unwrap_or_default(),
        reasons: delivery.reasons.clone(),
        words: delivery.words.clone(),
        at: delivery.updated_at,
        due_at: delivery.due_at,
        is_waiting: is_waiting(delivery),
    }
}

/// It can still be taken back.
fn is_waiting(delivery: &StoredDelivery) -> bool {
    matches!(delivery.status, DeliveryStatus::Held | DeliveryStatus::Queued) && !delivery.is_leaving
}

/// It may have left, and may leave once more.
pub(super) fn is_in_doubt(delivery: &StoredDelivery) -> bool {
    delivery.status == DeliveryStatus::Unknown && delivery.due_at.is_some()
}

/// Where the campaign stands and what was done to it; and whether it began with a wait.
async fn standing(
    connection: &mut AnyConnection,
    business: &BusinessId,
    campaign: &StoredCampaign,
    deliveries: &[StoredDelivery],
    now: i64,
) -> Result<(Standing, bool)> {
    let zone = care::of_business(&mut *connection, business).await?.zone();
    let count = |counted: &dyn Fn(&StoredDelivery) -> bool| {
        u32::try_from(deliveries.iter().filter(|delivery| counted(delivery)).count()).unwrap_or(u32::MAX)
    };
    let is_held = |delivery: &StoredDelivery| {
        delivery.status == DeliveryStatus::Held && !delivery.in_hand && delivery.due_at.is_some()
    };
    let leaves_at = deliveries.iter().filter(|delivery| is_held(delivery)).filter_map(|delivery| delivery.due_at).min();
    let stored = care::of_business(&mut *connection, business).await?;
    let is_quiet = |delivery: &StoredDelivery| {
        let wait = stored.wait(delivery.phone().as_ref(), now);
        is_held(delivery) && wait.is_some_and(|wait| delivery.due_at == Some(wait.until))
    };
    let events = campaign_events::list(connection, business, &campaign.id).await?;
    let was_held = events.last().is_some_and(|first| {
        [CampaignEvent::Held, CampaignEvent::Scheduled, CampaignEvent::ApprovalWanted]
            .map(CampaignEvent::as_str)
            .contains(&&*first.kind)
    });
    let standing = Standing {
        starts_at: campaign.starts_at,
        starts_field: campaign.starts_at.map(|at| local_time::field(at, &zone)).unwrap_or_default(),
        leaves: leaves_at.map(|at| local_time::shown(at, now, &zone)),
        time_zone: zones::name(&zone).to_owned(),
        paused_at: campaign.paused_at,
        pause_reason: campaign.pause_reason.clone().unwrap_or_default(),
        canceled_at: campaign.canceled_at,
        declined_at: campaign.declined_at,
        recalled_at: campaign.recalled_at,
        is_reminder: campaign.reminder_of.is_some(),
        awaited: None,
        held: count(&is_held),
        quiet: count(&is_quiet),
        waiting: count(&|delivery| is_waiting(delivery) || is_in_doubt(delivery)),
        failed: count(&|delivery| matches!(delivery.status, DeliveryStatus::Failed | DeliveryStatus::Undelivered)),
        left: count(&|delivery| {
            delivery.is_leaving
                || matches!(
                    delivery.status,
                    DeliveryStatus::Unknown
                        | DeliveryStatus::Sent
                        | DeliveryStatus::Delivered
                        | DeliveryStatus::Undelivered
                )
        }),
        history: events
            .into_iter()
            .map(|event| HistoryEntry { at: event.created_at, who: event.user_email, words: event.words })
            .collect(),
    };
    Ok((standing, was_held))
}

/// Everything that happened to one person, in order.
async fn timeline(
    connection: &mut AnyConnection,
    business: &BusinessId,
    campaign: &StoredCampaign,
    deliveries: &[StoredDelivery],
    contact: &ContactId,
    (was_held, now): (bool, i64),
) -> Result<Vec<TimelineEntry>> {
    let mut entries = Vec::new();
    for delivery in deliveries.iter().filter(|delivery| delivery.contact == *contact) {
        let holds = deliveries::list_holds(&mut *connection, business, &delivery.id).await?;
        let attempts = deliveries::list_attempts(&mut *connection, business, &delivery.id).await?;
        let is_told = attempts.iter().any(|attempt| attempt.outcome == "canceled");
        entries.extend(on_its_way(delivery, &holds, attempts, was_held));
        for report in delivery_reports::list(&mut *connection, business, &delivery.id).await? {
            entries.push(report_entry(delivery.channel, report));
        }
        let is_taken_back = delivery.status == DeliveryStatus::Canceled && !is_told;
        entries.extend(is_taken_back.then(|| TimelineEntry {
            at: delivery.updated_at,
            channel: Some(delivery.channel),
            mark: Mark::Neutral,
            words: delivery.words.clone().unwrap_or_else(|| TAKEN_BACK.to_owned()),
            detail: None,
        }));
    }
    if !entries.is_empty() {
        // A reminder carries the links of its campaign: what was done with them before it left is told there.
        let theirs = deliveries.iter().filter(|delivery| delivery.contact == *contact);
        let left_at = match &campaign.reminder_of {
            Some(_) => theirs.filter_map(|delivery| delivery.sent_at).min().unwrap_or(i64::MAX),
            None => campaign.created_at,
        };
        let times = (campaign.created_at, left_at, now);
        entries.extend(super::timeline::of_person(connection, business, campaign.root(), contact, times).await?);
    }
    entries.sort_by_key(|entry| entry.at);
    Ok(entries)
}

/// From the press of "Send" to the last attempt: what held the message, when it was let go, and what came of it.
fn on_its_way(delivery: &StoredDelivery, holds: &[Hold], attempts: Vec<Attempt>, was_held: bool) -> Vec<TimelineEntry> {
    let entry = |at, words: String| {
        let channel = Some(delivery.channel);
        TimelineEntry { at, channel, mark: Mark::Neutral, words, detail: None }
    };
    let not_sent = || format!("Not sent: {}.", reasons_in_words(&delivery.reasons));
    let (begun_at, is_untried) = (delivery.created_at, delivery.attempts == 0);
    let is_left_out = delivery.status == DeliveryStatus::Suppressed && is_untried;
    if is_left_out && delivery.updated_at == begun_at {
        return vec![entry(begun_at, not_sent())];
    }
    let mut holds = holds.iter().peekable();
    let mut entries = Vec::new();
    // Until when the message is held; none while it is queued.
    let mut held_until = None;
    if holds.peek().is_none_or(|hold| hold.created_at > begun_at) {
        let is_held = delivery.status == DeliveryStatus::Held && is_untried;
        held_until = (is_held || was_held).then_some(i64::MAX);
        let words = match held_until {
            Some(_) => delivery.words.clone().filter(|_| is_held).unwrap_or_else(|| "Held.".to_owned()),
            None => "Queued.".to_owned(),
        };
        entries.push(entry(begun_at, words));
    }
    for attempt in attempts {
        while let Some(hold) = holds.next_if(|hold| hold.created_at <= attempt.created_at) {
            held_until = Some(hold.until_at);
            entries.push(entry(hold.created_at, hold.words.clone()));
        }
        if let Some(until) = held_until.take().filter(|_| !matches!(&*attempt.outcome, "canceled" | "suppressed")) {
            entries.push(entry(until.min(attempt.created_at), "Queued.".to_owned()));
        }
        entries.push(attempt_entry(delivery.channel, attempt));
    }
    for hold in holds {
        held_until = Some(hold.until_at);
        entries.push(entry(hold.created_at, hold.words.clone()));
    }
    if held_until.is_some() && delivery.status == DeliveryStatus::Queued {
        entries.push(entry(delivery.updated_at, "Queued.".to_owned()));
    }
    entries.extend(is_left_out.then(|| entry(delivery.updated_at, not_sent())));
    entries
}

fn report_entry(channel: Channel, report: StoredReport) -> TimelineEntry {
    let mark = if report.outcome == DeliveryStatus::Delivered { Mark::Good } else { Mark::Bad };
    let answer = [Some(report.status), report.code, report.said].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let detail = Some(format!("{}: {answer}", report.provider));
    TimelineEntry { at: report.created_at, channel: Some(channel), mark, words: report.words, detail }
}

fn attempt_entry(channel: Channel, attempt: Attempt) -> TimelineEntry {
    let mark = match attempt.outcome.as_str() {
        "sent" | "confirmed" => Mark::Good,
        "failed" => Mark::Bad,
        "canceled" | "suppressed" | "again" => Mark::Neutral,
        _ => Mark::Warn,
    };
    let answer = [attempt.code, attempt.said].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let detail = (!answer.is_empty()).then(|| format!("{}: {answer}", attempt.provider));
    TimelineEntry { at: attempt.created_at, channel: Some(channel), mark, words: attempt.words, detail }
}
