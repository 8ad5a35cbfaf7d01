//! Sending, and what became of it.

pub(crate) mod approval;
mod control;
mod create;
mod departure;
pub mod export;
mod report;
mod timeline;

use crate::{
    db::{
        self, campaign_events, campaigns, deliveries, personal_links, reminders,
        results::{self, Counts, Figures},
    },
    service::Service,
    tokens,
};
use app::{
    account::Access,
    backend::Campaigns,
    campaigns::{CampaignList, CampaignReport, CampaignState, CampaignSummary, NewCampaign, Progress},
    change::Change,
    deliveries::{DeliveryStatus, Doubt},
    error::{Error, Result},
    id::{BusinessId, CampaignId, ContactId},
    page::{PAGE_SIZE, Page},
    results::Totals,
};
use async_trait::async_trait;
use sqlx::AnyConnection;
use std::collections::HashMap;

#[async_trait]
impl Campaigns for Service {
    async fn new_campaign_key(&self) -> Result<String> {
        Ok(tokens::random_code(22))
    }

    async fn create_campaign(&self, access: &Access, campaign: NewCampaign) -> Result<CampaignId> {
        create::create(self, access, campaign).await
    }

    async fn list_campaigns(&self, access: &Access, page: u32) -> Result<CampaignList> {
        let business = access.business();
        let number = page.max(1);
        let offset = i64::from(number - 1) * i64::from(PAGE_SIZE);
        let mut connection = self.db.read().await?;
        let total = campaigns::count(&mut *connection, business).await?;
        let now = self.clock.now();
        let limit = i64::from(PAGE_SIZE);
        let counts = results::list_campaign_counts(&mut connection, business, limit, offset).await?;
        let rows = campaigns::list(&mut *connection, business, limit, offset).await?;
        let rows = rows.into_iter().map(|campaign| {
            // One that was made between the two has none yet.
            let counts = counts.get(&campaign.id).copied().unwrap_or_default();
            summary(campaign, counts, now)
        });
        let rows = rows.collect();
        let page = Page { rows, total: u64::try_from(total).unwrap_or_default(), number };
        Ok(CampaignList { page, now })
    }

    async fn campaign_report(
        &self,
        access: &Access,
        id: CampaignId,
        open: Option<ContactId>,
    ) -> Result<CampaignReport> {
        let mut connection = self.db.read().await?;
        let mut report =
            report::read(&mut connection, access.business(), &id, open, (&self.messengers, self.clock.now())).await?;
        report.standing.awaited = approval::awaited(&mut connection, access, &id).await?;
        Ok(report)
    }

    async fn campaign_progress(&self, access: &Access, id: CampaignId) -> Result<Progress> {
        let mut connection = self.db.read().await?;
        progress(&mut connection, access.business(), &id).await?.ok_or(Error::NotFound)
    }

    async fn send_campaign_now(&self, access: &Access, id: CampaignId, in_quiet_hours: bool) -> Result<Change> {
        control::send_now(self, access, &id, in_quiet_hours).await
    }

    async fn cancel_campaign(&self, access: &Access, id: CampaignId) -> Result<Change> {
        control::cancel(self, access, &id).await
    }

    async fn take_out_recipient(&self, access: &Access, id: CampaignId, contact: ContactId) -> Result<Change> {
        control::take_out(self, access, &id, &contact).await
    }

    async fn reschedule_campaign(&self, access: &Access, id: CampaignId, starts_at: String) -> Result<Change> {
        control::reschedule(self, access, &id, &starts_at).await
    }

    async fn pause_campaign(&self, access: &Access, id: CampaignId) -> Result<Change> {
        control::pause(self, access, &id).await
    }

    async fn resume_campaign(&self, access: &Access, id: CampaignId) -> Result<Change> {
        control::resume(self, access, &id).await
    }

    async fn retry_failed(&self, access: &Access, id: CampaignId) -> Result<Change> {
        control::retry_failed(self, access, &id).await
    }

    async fn recall_campaign(&self, access: &Access, id: CampaignId) -> Result<Change> {
        control::recall(self, access, &id).await
    }

    async fn confirm_arrival(&self, access: &Access, doubt: Doubt) -> Result<Change> {
        control::confirm(self, access, &doubt).await
    }

    async fn send_again(&self, access: &Access, doubt: Doubt) -> Result<Change> {
        control::send_again(self, access, &doubt).await
    }
}

/// Moves what is counted from the moment that a campaign leaves: its reminders, and the end of its personal links.
async fn leaves_later(
    connection: &mut AnyConnection,
    business: &BusinessId,
    id: &CampaignId,
    later_ms: i64,
) -> db::Result<()> {
    reminders::update_later(&mut *connection, business, id, later_ms).await?;
    personal_links::update_later(&mut *connection, business, id, later_ms).await
}

fn state(campaign: &campaigns::StoredCampaign, now: i64) -> Option<CampaignState> {
    if campaign.recalled_at.is_some() {
        Some(CampaignState::Recalled)
    } else if campaign.declined_at.is_some() {
        Some(CampaignState::Declined)
    } else if campaign.canceled_at.is_some() {
        Some(CampaignState::Canceled)
    } else if campaign.awaits_approval {
        Some(CampaignState::AwaitsApproval)
    } else if campaign.paused_at.is_some() {
        Some(CampaignState::Paused)
    } else {
        campaign.starts_at.filter(|at| *at > now).map(|_| CampaignState::Scheduled)
    }
}

/// The figures as a page shows them.
pub(crate) fn totals((counts, amounts): Figures) -> Totals {
    Totals {
        people: number(counts.people),
        sent: number(counts.sent),
        delivered: number(counts.delivered),
        opened: number(counts.opened),
        started: number(counts.started),
        paid: number(counts.paid),
        amounts,
        opted_out: number(counts.opted_out),
    }
}

fn number(count: i64) -> u32 {
    u32::try_from(count).unwrap_or_default()
}

fn summary(campaign: campaigns::StoredCampaign, counts: Counts, now: i64) -> CampaignSummary {
    CampaignSummary {
        state: state(&campaign, now),
        id: campaign.id,
        payment_link_name: campaign.payment_link_name,
        reminder_number: campaign.reminder_number,
        created_at: campaign.created_at,
        people: number(counts.people),
        sent: number(counts.sent),
        delivered: number(counts.delivered),
        opened: number(counts.opened),
        paid: number(counts.paid),
        failed: number(counts.failed),
        skipped: number(counts.skipped),
    }
}

/// How far a campaign is; none when the business has no such campaign.
async fn progress(
    connection: &mut AnyConnection,
    business: &BusinessId,
    id: &CampaignId,
) -> db::Result<Option<Progress>> {
    let Some(campaign) = campaigns::find(&mut *connection, business, id).await? else {
        return Ok(None);
    };
    let events = campaign_events::count(&mut *connection, business, id).await?;
    let statuses = deliveries::list_statuses(connection, business, id).await?;
    Ok(Some(Progress {
        is_paused: campaign.paused_at.is_some(),
        awaits_approval: campaign.awaits_approval,
        events: u32::try_from(events).unwrap_or(u32::MAX),
        ..count(&statuses)
    }))
}

fn count(statuses: &[(String, DeliveryStatus, bool)]) -> Progress {
    let mut progress = Progress::default();
    let mut people: HashMap<&str, (bool, bool)> = HashMap::new();
    for (contact, status, is_due) in statuses {
        let (is_done, is_skipped) = people.entry(contact.as_str()).or_insert((true, true));
        // One that the provider cannot be asked about stays unknown: nothing more happens by itself.
        *is_done &= status.is_final() || (*status == DeliveryStatus::Unknown && !is_due);
        *is_skipped &= *status == DeliveryStatus::Suppressed;
        *match status {
            DeliveryStatus::Held => &mut progress.held,
            DeliveryStatus::Queued => &mut progress.queued,
            DeliveryStatus::Unknown => &mut progress.unknown,
            DeliveryStatus::Sent => &mut progress.sent,
            DeliveryStatus::Delivered => &mut progress.delivered,
            DeliveryStatus::Undelivered | DeliveryStatus::Failed => &mut progress.failed,
            DeliveryStatus::Suppressed => &mut progress.suppressed,
            DeliveryStatus::Canceled => &mut progress.canceled,
        } += 1;
    }
    let size = |size: usize| u32::try_from(size).unwrap_or(u32::MAX);
    progress.people = size(people.len());
    progress.people_done = size(people.values().filter(|(is_done, _)| *is_done).count());
    progress.people_skipped = size(people.values().filter(|(_, is_skipped)| *is_skipped).count());
    progress
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_counts_people_and_messages() {
        let of = |contact: &str, status, is_due| (contact.to_owned(), status, is_due);
        let progress = count(&[
            of("a", DeliveryStatus::Sent, false),
            of("a", DeliveryStatus::Queued, true),
            of("b", DeliveryStatus::Failed, false),
            of("b", DeliveryStatus::Unknown, false),
            of("c", DeliveryStatus::Suppressed, false),
            of("c", DeliveryStatus::Suppressed, false),
        ]);
        assert_eq!((progress.people, progress.people_done, progress.people_skipped), (3, 2, 1));
        assert_eq!((progress.sent, progress.queued, progress.failed, progress.unknown), (1, 1, 1, 1));
        assert!(!progress.is_done());
    }

    #[test]
    fn nobody_is_done_while_a_message_of_theirs_waits_whether_or_not_its_time_is_known() {
        let of = |contact: &str, status, is_due| (contact.to_owned(), status, is_due);
        let progress = count(&[
            of("a", DeliveryStatus::Sent, false),
            of("a", DeliveryStatus::Held, false),
            of("b", DeliveryStatus::Queued, false),
            of("c", DeliveryStatus::Canceled, false),
        ]);
        assert_eq!((progress.people, progress.people_done), (3, 1));
        assert_eq!((progress.held, progress.queued, progress.canceled, progress.suppressed), (1, 1, 1, 0));
    }
}
