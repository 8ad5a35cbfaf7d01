//! What people do to a campaign on its way: hold, pause, take back, recall, try again. Each is one transaction and leaves an
//! event; what is too late is told.

use super::{
    departure::{To, depart},
    report::is_in_doubt,
};
use crate::{
    care,
    db::{
        self, Tx,
        campaigns::{self, StoredCampaign},
        checkouts::{self, OfferedLink},
        control,
        deliveries::{self, Attempt, Recipient, StoredDelivery},
        payments, personal_links,
        reminders::{self, StoredReminder},
    },
    eligibility::{Again, Question},
    facts::{CampaignEvent, Controlled, Fact},
    local_time,
    reminders::too_late,
    service::Service,
    zones,
};
use app::{
    account::Access,
    change::{Change, TakenBack, late_in_words},
    channel::Channel,
    deliveries::{DeliveryStatus, Doubt},
    eligibility::{self, Facts, Reason, Ruling, Warning},
    error::{Error, Result},
    id::{CampaignId, ContactId},
    transactions::PaymentStatus,
};

const ENDED: &str = "This campaign was taken back, so nothing more is sent.";
const STARTED: &str = "It is too late: this campaign has started.";
const NOTHING_WAITS: &str = "It is too late: nothing waits any more.";

/// One action of a user on one campaign.
struct Action<'a> {
    access: &'a Access,
    tx: Tx,
    campaign: StoredCampaign,
    now: i64,
}

impl<'a> Action<'a> {
    async fn begin(service: &Service, access: &'a Access, id: &CampaignId) -> Result<Self> {
        let now = service.clock.now();
        let mut tx = service.db.begin().await?;
        let campaign = campaigns::find(&mut *tx, access.business(), id).await?.ok_or(Error::NotFound)?;
        Ok(Self { access, tx, campaign, now })
    }

    fn refuse_ended(&self) -> Result<()> {
        if self.campaign.canceled_at.is_some() || self.campaign.recalled_at.is_some() {
            return Err(Error::Conflict(ENDED.to_owned()));
        }
        if self.campaign.awaits_approval {
            return Err(Error::Conflict("This campaign waits for another user's approval.".to_owned()));
        }
        Ok(())
    }

    /// Notes what was done, and makes it so.
    async fn end(mut self, what: CampaignEvent, change: Change) -> Result<Change> {
        let (business, user, words) = (self.access.business(), Some(self.access.user()), change.to_string());
        let controlled = Controlled { campaign: &self.campaign.id, user, what, words: &words };
        self.tx.note(business, &Fact::Control(controlled), self.now)?;
        self.tx.commit().await?;
        Ok(change)
    }

    async fn link(&mut self) -> Result<OfferedLink> {
        let (business, id) = (self.access.business(), &self.campaign.payment_link);
        checkouts::find_by_id(&mut self.tx, business, id).await?.ok_or(Error::NotFound)
    }

    async fn deliveries(&mut self) -> db::Result<Vec<StoredDelivery>> {
        deliveries::list(&mut *self.tx, self.access.business(), &self.campaign.id).await
    }
}

/// Ends the wait of everything that is held; what quiet hours hold as well, where that was asked for.
pub(super) async fn send_now(
    service: &Service,
    access: &Access,
    id: &CampaignId,
    in_quiet_hours: bool,
) -> Result<Change> {
    let mut action = Action::begin(service, access, id).await?;
    action.refuse_ended()?;
    if action.campaign.paused_at.is_some() {
        return Err(Error::Conflict("This campaign is paused. Resume it first.".to_owned()));
    }
    let to = To { at: action.now, in_quiet_hours, messengers: &service.messengers };
    let departure = depart(&mut action.tx, access.business(), id, to, action.now).await?;
    if departure.is_of_nothing() {
        // Pressed twice, or its time has come: what was wanted happens.
        return Ok(Change::LeavingAlready);
    }
    let change = Change::SentNow { departure: departure.told(), in_quiet_hours };
    if !departure.is_changed {
        return Ok(change);
    }
    // What has started keeps its time: only what quiet hours held of it leaves now.
    if let Some(starts_at) = action.campaign.starts_at.filter(|at| *at > action.now) {
        control::update_starts(&mut *action.tx, access.business(), id, action.now).await?;
        super::leaves_later(&mut action.tx, access.business(), id, action.now - starts_at).await?;
    }
    action.end(CampaignEvent::SentNow, change).await
}

/// Gives a scheduled campaign another time.
pub(super) async fn reschedule(service: &Service, access: &Access, id: &CampaignId, local: &str) -> Result<Change> {
    let mut action = Action::begin(service, access, id).await?;
    action.refuse_ended()?;
    let Some(before) = action.campaign.starts_at else {
        return Err(Error::Conflict("This campaign was not scheduled, so it has no time to change.".to_owned()));
    };
    // Its messages may still wait for the end of quiet hours.
    if before <= action.now {
        return Err(Error::Conflict(STARTED.to_owned()));
    }
    let zone = care::of_business(&mut action.tx, access.business()).await?.zone();
    let starts_at = super::create::start(local, &zone, action.now)?;
    let link = action.link().await?;
    super::create::refuse_after_end(&link, starts_at)?;
    if before == starts_at {
        return Ok(Change::ScheduledAlready);
    }
    let later_ms = starts_at - before;
    let late = too_late(&mut action.tx, access.business(), id, &link, later_ms).await?;
    if let Some(late) = late_in_words(&late).filter(|_| later_ms > 0) {
        return Err(Error::invalid(
            "starts_at",
            format!(
                "{late} then. Choose an earlier time, cancel what comes too late, or give the payment link a later date \
                 under “Expires”. The time was not changed."
            ),
        ));
    }
    let to = To { at: starts_at, in_quiet_hours: false, messengers: &service.messengers };
    let departure = depart(&mut action.tx, access.business(), id, to, action.now).await?;
    if departure.is_of_nothing() {
        return Err(Error::Conflict(STARTED.to_owned()));
    }
    control::update_starts(&mut *action.tx, access.business(), id, starts_at).await?;
    super::leaves_later(&mut action.tx, access.business(), id, later_ms).await?;
    let at = local_time::shown(starts_at, action.now, &zone);
    let change = Change::Rescheduled { departure: departure.told(), at, time_zone: zones::name(&zone).to_owned() };
    action.end(CampaignEvent::Rescheduled, change).await
}

/// Takes back everything that has not left.
pub(super) async fn cancel(service: &Service, access: &Access, id: &CampaignId) -> Result<Change> {
    let mut action = Action::begin(service, access, id).await?;
    if action.campaign.canceled_at.is_some() {
        return Ok(Change::CanceledAlready);
    }
    let count = control::cancel_waiting(&mut *action.tx, access.business(), id, None, action.now).await?;
    let all = action.deliveries().await?;
    let (in_hand, in_doubt) = (leaving(&all), all.iter().any(is_in_doubt));
    if count + in_hand == 0 && !in_doubt {
        return Err(Error::Conflict(NOTHING_WAITS.to_owned()));
    }
    if !control::update_canceled(&mut *action.tx, access.business(), id, action.now).await? {
        return Ok(Change::CanceledAlready);
    }
    reminders::cancel_planned(&mut *action.tx, access.business(), id, action.now).await?;
    action.end(CampaignEvent::Canceled, Change::Canceled(taken_back(count, in_hand))).await
}

/// Takes one person out of a campaign and its reminders, as far as nothing has left.
pub(super) async fn take_out(
    service: &Service,
    access: &Access,
    id: &CampaignId,
    contact: &ContactId,
) -> Result<Change> {
    let mut action = Action::begin(service, access, id).await?;
    let (business, now) = (access.business(), action.now);
    let theirs: Vec<_> =
        action.deliveries().await?.into_iter().filter(|delivery| delivery.contact == *contact).collect();
    let name = theirs.first().ok_or(Error::NotFound)?.recipient.shown_name();
    let root = action.campaign.root().clone();
    let is_new = reminders::insert_taken_out(&mut *action.tx, business, &root, contact, now).await?;
    let (mut count, mut in_hand) = (0, 0);
    for member in campaigns::list_family(&mut *action.tx, business, id).await? {
        count += control::cancel_waiting(&mut *action.tx, business, &member, Some(contact), now).await?;
        in_hand += control::cancel_in_hand(&mut *action.tx, business, &member, contact, now).await?;
    }
    let is_reminded = reminders::list(&mut *action.tx, business, &root).await?.iter().any(StoredReminder::is_planned);
    if count + in_hand > 0 {
        let change = Change::TakenOut { name, taken_back: taken_back(count, in_hand) };
        return action.end(CampaignEvent::TakenOut, change).await;
    }
    if is_new && is_reminded {
        return action.end(CampaignEvent::TakenOut, Change::NoMoreReminders { name }).await;
    }
    if !is_new || theirs.iter().any(|delivery| delivery.status == DeliveryStatus::Canceled) {
        return Ok(Change::TakenOutAlready { name });
    }
    Err(Error::Conflict(NOTHING_WAITS.to_owned()))
}

/// Keeps everything that waits from leaving.
pub(super) async fn pause(service: &Service, access: &Access, id: &CampaignId) -> Result<Change> {
    let mut action = Action::begin(service, access, id).await?;
    action.refuse_ended()?;
    if action.campaign.paused_at.is_some() {
        return Ok(Change::PausedAlready);
    }
    if !action.deliveries().await?.iter().any(|delivery| delivery.due_at.is_some()) {
        return Err(Error::Conflict(NOTHING_WAITS.to_owned()));
    }
    // A user needs no reason; the history says who it was.
    if !control::update_paused(&mut *action.tx, access.business(), id, "", action.now).await? {
        return Ok(Change::PausedAlready);
    }
    action.end(CampaignEvent::Paused, Change::Paused).await
}

/// Lets a paused campaign go on.
pub(super) async fn resume(service: &Service, access: &Access, id: &CampaignId) -> Result<Change> {
    let mut action = Action::begin(service, access, id).await?;
    action.refuse_ended()?;
    let left_out = care::leave_out_asked(&mut action.tx, access.business(), id, action.now).await?;
    if !control::update_resumed(&mut *action.tx, access.business(), id).await? {
        return Ok(Change::NotPaused);
    }
    // Whoever is reached only now is reminded as many days later as the others.
    let paused_ms = action.campaign.paused_at.map_or(0, |paused_at| action.now - paused_at);
    super::leaves_later(&mut action.tx, access.business(), id, paused_ms).await?;
    control::forget_composed(&mut *action.tx, access.business(), id).await?;
    let link = action.link().await?;
    let late = too_late(&mut action.tx, access.business(), id, &link, 0).await?;
    action.end(CampaignEvent::Resumed, Change::Resumed { left_out: left_out.people(), late }).await
}

/// Revokes the campaign's personal links with every payment that was begun by them, and takes back what has not left. A campaign
/// and its reminders carry the same links: whichever is recalled, all of them are.
pub(super) async fn recall(service: &Service, access: &Access, id: &CampaignId) -> Result<Change> {
    let mut action = Action::begin(service, access, id).await?;
    let (business, now) = (access.business(), action.now);
    // First, so that a reminder that is being made at this moment is one of the family.
    let root = action.campaign.root().clone();
    reminders::cancel_planned(&mut *action.tx, business, &root, now).await?;
    let family = campaigns::list_family(&mut *action.tx, business, id).await?;
    let (mut count, mut links, mut recalled) = (0, 0, Vec::new());
    for member in &family {
        count += control::cancel_waiting(&mut *action.tx, business, member, None, now).await?;
    }
    for member in &family {
        control::update_canceled(&mut *action.tx, business, member, now).await?;
        if control::update_recalled(&mut *action.tx, business, member, now).await? {
            recalled.push(member);
        }
        links += personal_links::update_revoked_of_campaign(&mut action.tx, business, member, now).await?;
        for payment in control::list_open_payments(&mut *action.tx, business, member).await? {
            payments::settle(&mut action.tx, &payment, PaymentStatus::Canceled, "", now).await?;
        }
    }
    if recalled.is_empty() {
        return Ok(Change::RecalledAlready);
    }
    for member in recalled.into_iter().filter(|member| *member != id) {
        let with = if *member == root { "with a reminder of it" } else { "with the campaign that it reminds of" };
        let (user, words) = (Some(access.user()), format!("Recalled, together {with}."));
        let controlled = Controlled { campaign: member, user, what: CampaignEvent::Recalled, words: &words };
        action.tx.note(business, &Fact::Control(controlled), now)?;
    }
    let change = Change::Recalled { links: small(links), taken_back: small(count) };
    action.end(CampaignEvent::Recalled, change).await
}

/// Queues once more what failed, to whoever may be written to now, and says who is left out and why.
pub(super) async fn retry_failed(service: &Service, access: &Access, id: &CampaignId) -> Result<Change> {
    let mut action = Action::begin(service, access, id).await?;
    action.refuse_ended()?;
    let business = access.business();
    let link = action.link().await?;
    if !link.is_open(action.now) {
        return Err(Error::Conflict(
            "The payment link takes no payments any more, so nothing is sent again.".to_owned(),
        ));
    }
    let all = action.deliveries().await?;
    let mut chosen: Vec<ContactId> = all.iter().map(|delivery| delivery.contact.clone()).collect();
    chosen.dedup();
    let stored = care::of_business_in_turn(&mut action.tx, business).await?;
    let again = Again {
        root: action.campaign.root(),
        reminder: action.campaign.reminder_number,
        besides: Some(id),
        asked_at: action.campaign.created_at,
    };
    let (messengers, now) = (&service.messengers, action.now);
    let question = Question { link: &link, care: &stored, messengers, user: None, at: now, now, again: Some(again) };
    let people = question.look(&mut action.tx, &chosen).await?;
    let waived: &[Warning] = if action.campaign.paid_waived { &[Warning::AlreadyPaid] } else { &[] };
    let facts = question.all_facts(&people, waived);
    let (mut queued, mut left_out) = (0, LeftOut::default());
    for channel in Channel::ALL {
        let verdicts = eligibility::review(&facts, &[channel]);
        for delivery in all.iter().filter(|delivery| delivery.channel == channel && has_failed(delivery.status)) {
            let found = facts.iter().zip(&verdicts).find(|(facts, _)| facts.contact.id == delivery.contact);
            let Some((Facts { contact, .. }, verdict)) = found else { continue };
            if let Ruling::AskFirst(reasons) | Ruling::Skip(reasons) = verdict.on(channel) {
                left_out.because_of(&reasons);
                continue;
            }
            let now_reached = Recipient::of(contact);
            let address = if channel == Channel::Email { &now_reached.email } else { &now_reached.phone };
            // The name stays as it was; where the person is reached may have been mended.
            let mut named = delivery.recipient.clone();
            (named.email, named.phone) = (now_reached.email.clone(), now_reached.phone.clone());
            if control::update_retried(&mut *action.tx, business, &delivery.id, (address, &named), action.now).await? {
                queued += 1;
            } else {
                left_out.add("removed");
            }
        }
    }
    let change = Change::Retried { queued, left_out: left_out.0 };
    if queued == 0 { Ok(change) } else { action.end(CampaignEvent::Retried, change).await }
}

const fn has_failed(status: DeliveryStatus) -> bool {
    matches!(status, DeliveryStatus::Failed | DeliveryStatus::Undelivered)
}

/// Who is left out of a retry, by reason.
#[derive(Debug, Default)]
struct LeftOut(Vec<(String, u32)>);

impl LeftOut {
    fn because_of(&mut self, reasons: &[Reason]) {
        // The first says enough: the contact's page has them all.
        let label = match reasons.first() {
            Some(Reason::AlreadyPaid) => "already paid",
            Some(Reason::PersonalLinkClosed) => "the personal link has expired",
            first => first.map_or("not reachable", |reason| reason.label()),
        };
        let (first, rest) = label.split_at(1);
        self.add(&format!("{}{rest}", first.to_lowercase()));
    }

    fn add(&mut self, why: &str) {
        match self.0.iter_mut().find(|(known, _)| known == why) {
            Some((_, count)) => *count += 1,
            None => self.0.push((why.to_owned(), 1)),
        }
    }
}

/// Records that a message nobody can be asked about arrived.
pub(super) async fn confirm(service: &Service, access: &Access, doubt: &Doubt) -> Result<Change> {
    let (mut action, message) = undecided(service, access, doubt).await?;
    if !control::update_confirmed(&mut *action.tx, access.business(), &message.id, action.now).await? {
        return Err(Error::Conflict(DECIDED.to_owned()));
    }
    decide(action, &message, CampaignEvent::Confirmed, "confirmed", "Someone confirmed that it arrived.").await
}

/// Queues a message nobody can be asked about once more.
pub(super) async fn send_again(service: &Service, access: &Access, doubt: &Doubt) -> Result<Change> {
    let (mut action, message) = undecided(service, access, doubt).await?;
    action.refuse_ended()?;
    if !control::update_sent_again(&mut *action.tx, access.business(), &message.id, action.now).await? {
        return Err(Error::Conflict(DECIDED.to_owned()));
    }
    decide(action, &message, CampaignEvent::SentAgain, "again", "Someone decided to send it again.").await
}

const DECIDED: &str = "It is too late: what became of this message is known by now.";

async fn undecided<'a>(
    service: &'a Service,
    access: &'a Access,
    doubt: &Doubt,
) -> Result<(Action<'a>, StoredDelivery)> {
    let mut action = Action::begin(service, access, &doubt.campaign).await?;
    let message = action
        .deliveries()
        .await?
        .into_iter()
        .find(|delivery| delivery.contact == doubt.contact && delivery.channel == doubt.channel)
        .ok_or(Error::NotFound)?;
    Ok((action, message))
}

/// Writes a person's decision on a message into its timeline and the campaign's history.
async fn decide(
    mut action: Action<'_>,
    message: &StoredDelivery,
    kind: CampaignEvent,
    outcome: &str,
    words: &str,
) -> Result<Change> {
    let attempt = Attempt {
        attempt: message.attempts + 1,
        outcome: outcome.to_owned(),
        provider: String::new(),
        words: words.to_owned(),
        code: None,
        said: None,
        created_at: action.now,
    };
    deliveries::insert_attempt(&mut *action.tx, action.access.business(), &message.id, &attempt).await?;
    let (name, channel) = (message.recipient.shown_name(), message.channel);
    let change = match kind {
        CampaignEvent::SentAgain => Change::SentAgain { name, channel },
        _ => Change::Confirmed { name, channel },
    };
    action.end(kind, change).await
}

/// Deliveries that were handed over, with no answer yet.
fn leaving(deliveries: &[StoredDelivery]) -> u64 {
    deliveries.iter().map(|delivery| u64::from(delivery.is_leaving)).sum()
}

fn taken_back(messages: u64, leaving: u64) -> TakenBack {
    TakenBack { messages: small(messages), leaving: small(leaving) }
}

fn small(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_left_out_is_counted_by_reason() {
        let mut left_out = LeftOut::default();
        left_out.because_of(&[Reason::DoNotDisturb, Reason::Archived]);
        left_out.because_of(&[Reason::DoNotDisturb]);
        left_out.because_of(&[Reason::AlreadyPaid]);
        assert_eq!(left_out.0, [("do not disturb".to_owned(), 2), ("already paid".to_owned(), 1)]);
    }
}
