//! Reminders: what a campaign says again, some days later, to people who have not paid. Each becomes a campaign of its own.

mod days;

use crate::{
    campaigns::approval,
    care,
    clock::DAY_MS,
    db::{
        self, approvals, campaigns,
        checkouts::{self, OfferedLink},
        deliveries::{self, NewDelivery, Recipient},
        reminders::{self, Due, Reminded, StoredReminder},
        templates,
    },
    eligibility::{Again, Person, Question},
    facts::{self, CampaignEvent, Controlled, Fact, FrozenWording, switched_on},
    providers::Messengers,
    service::Service,
    templates::built_in,
    zones,
};
use app::{
    account::Access,
    backend::Reminders,
    channel::Channel,
    contacts::Contact,
    deliveries::DeliveryStatus,
    eligibility::{Facts, Reason, Ruling, Verdict, judge},
    error::{Error, Result},
    id::{BusinessId, CampaignId, ContactId, PersonalLinkId},
    reminders::{
        MAX_AFTER_DAYS, MAX_REMINDERS, NewReminder, Reminder, ReminderForm, ReminderPerson, ReminderPlan, ReminderSkip,
        ReminderState,
    },
    templates::{MessageTemplate, Wording},
};
use async_trait::async_trait;
use days::Days;
use sqlx::AnyConnection;
use std::collections::HashSet;

/// Someone whom the campaign has reached.
struct Addressee {
    contact: Contact,
    personal_link: PersonalLinkId,
    place: i64,
    /// What a reminder would go out on if neither this week's requests nor a user kept it from them.
    channels: Vec<Channel>,
    verdict: Verdict,
    /// Left out of this reminder on purpose.
    skipped: bool,
}

/// Writes a campaign for each reminder whose time has come. Each is one transaction, which either happened or did not: a server
/// that dies in between, and a second one on the same store, make none of them twice.
pub async fn make_due(service: &Service, now: i64) -> db::Result<()> {
    let due = reminders::list_due(&mut *service.db.read().await?, now).await?;
    for due in due {
        // One that cannot be made must not keep the others from being made.
        if let Err(error) = make(service, &due, now).await {
            tracing::error!(%error, campaign = %due.campaign, number = due.number, "a reminder could not be made");
        }
    }
    Ok(())
}

async fn make(service: &Service, due: &Due, now: i64) -> Result<()> {
    let mut tx = service.db.begin().await?;
    if reminders::is_overtaken(&mut *tx, due, now).await? {
        reminders::update_canceled(&mut *tx, &due.business, &due.campaign, due.number, now).await?;
    } else if reminders::update_made(&mut *tx, due, now).await? {
        write(&mut tx, &service.messengers, due, now).await?;
    }
    Ok(tx.commit().await?)
}

/// The campaign and its deliveries, unless nobody is left; and the entry in the ledger.
async fn write(tx: &mut db::Tx, messengers: &Messengers, due: &Due, now: i64) -> Result<()> {
    let business = &due.business;
    let reminded = reminders::find_reminded(&mut **tx, business, &due.campaign).await?.ok_or(Error::NotFound)?;
    let link = checkouts::find_by_id(tx, business, &reminded.payment_link).await?.ok_or(Error::NotFound)?;
    if !link.is_open(now) {
        reminders::update_link_closed(&mut **tx, due, now).await?;
    }
    let stored = care::of_business_in_turn(tx, business).await?;
    let question = Question { link: &link, care: &stored, messengers, user: None, at: now, now, again: None };
    let reached = addressees(tx, question, (&due.campaign, due.number), &reminded).await?;
    // The report names people who were asked often enough this week.
    let is_left = |addressee: &&Addressee| !addressee.skipped && !addressee.channels.is_empty();
    let all = reminders::list(&mut **tx, business, &due.campaign).await?;
    let own = all.iter().find(|reminder| reminder.number == due.number).ok_or(Error::NotFound)?;
    let people = reached.iter().filter(|one| one.verdict.is_sent_to()).count();
    let awaited = approval(tx, business, (own, &reminded, &link), people).await?;
    let created = reached.iter().any(|one| is_left(&one)).then(|| db::new_id::<CampaignId>(now));
    if let Some(id) = &created {
        reminders::insert_campaign(&mut **tx, due, id, now).await?;
        if let Some(words) = &awaited {
            approvals::insert(&mut **tx, business, id, link.details.total()?, now).await?;
            let (user, what) = (own.added_by.as_ref(), CampaignEvent::ApprovalWanted);
            tx.note(business, &Fact::Control(Controlled { campaign: id, user, what, words }), now)?;
        }
        for addressee in reached.iter().filter(is_left) {
            for channel in &addressee.channels {
                let ruling = addressee.verdict.on(*channel);
                let delivery = addressee.delivery(*channel, &ruling, awaited.is_some(), now);
                deliveries::insert(&mut **tx, business, id, &delivery, now).await?;
                if let (Ruling::Wait(wait), None) = (&ruling, &awaited) {
                    deliveries::insert_hold(&mut **tx, business, &delivery.id, wait.until, &wait.held(), now).await?;
                }
            }
        }
        reminders::update_created(&mut **tx, due, id).await?;
        let is_awaited = awaited.is_some();
        tracing::info!(campaign = %due.campaign, number = due.number, people, is_awaited, "a reminder is made");
    }
    note(tx, due, (own, &reminded, &link), (created.as_ref(), awaited.as_deref()), &reached, now)
}

/// Why a reminder to so many people waits for another user's approval: one that nobody else has seen, as a campaign would.
async fn approval(
    connection: &mut AnyConnection,
    business: &BusinessId,
    (own, reminded, link): (&StoredReminder, &Reminded, &OfferedLink),
    people: usize,
) -> Result<Option<String>> {
    if !own.is_unseen(reminded) || people == 0 {
        return Ok(None);
    }
    let people = i64::try_from(people).unwrap_or(i64::MAX);
    approval::wanted(connection, business, link.details.total()?, people).await
}

/// Puts on record whom a reminder goes to, in which words, and why not to the others.
fn note(
    tx: &mut db::Tx,
    due: &Due,
    (own, reminded, link): (&StoredReminder, &Reminded, &OfferedLink),
    (created, awaited): (Option<&CampaignId>, Option<&str>),
    reached: &[Addressee],
    now: i64,
) -> Result<()> {
    let (email, sms) = own.wording_after(reminded);
    let entry = facts::Reminder {
        reminder_of: &due.campaign,
        number: due.number,
        campaign: created,
        awaited,
        payment_link: &link.id,
        payment_link_name: &link.details.name,
        takes_payments: link.is_open(now),
        amount: link.details.total()?.to_string(),
        email: email.map(FrozenWording::from),
        sms: sms.map(FrozenWording::from),
        people: reached.iter().map(Addressee::on_record).collect(),
    };
    Ok(tx.note(&due.business, &Fact::Reminder(entry), now)?)
}

impl Addressee {
    fn on_record(&self) -> facts::Reminded<'_> {
        let is_told = |reason: &Reason| *reason != Reason::LeftOut || !self.skipped;
        facts::Reminded {
            contact: &self.contact.id,
            email: self.contact.email.to_string(),
            phone: self.contact.phone.to_string(),
            allowed: &self.verdict.channels,
            reasons: self.verdict.reasons.iter().copied().filter(is_told).collect(),
            skipped: self.skipped,
            do_not_disturb: switched_on(self.contact.dnd),
        }
    }

    fn delivery(&self, channel: Channel, ruling: &Ruling, is_awaited: bool, now: i64) -> NewDelivery {
        let (status, due_at, words, reasons) = match ruling {
            Ruling::AskFirst(reasons) | Ruling::Skip(reasons) => {
                (DeliveryStatus::Suppressed, None, None, reasons.clone())
            }
            _ if is_awaited => (DeliveryStatus::Held, None, Some(approval::WAITS.to_owned()), Vec::new()),
            Ruling::Wait(wait) => (DeliveryStatus::Held, Some(wait.until), Some(wait.words()), Vec::new()),
            Ruling::Send => (DeliveryStatus::Queued, Some(now), None, Vec::new()),
        };
        NewDelivery {
            id: db::new_id(now),
            contact: self.contact.id.clone(),
            personal_link: Some(self.personal_link.clone()),
            place: self.place,
            channel,
            address: match channel {
                Channel::Email => self.contact.email.to_string(),
                Channel::Sms => self.contact.phone.to_string(),
            },
            recipient: Recipient::of(&self.contact),
            status,
            reasons,
            due_at,
            words,
        }
    }
}

/// Everyone whom this campaign has reached, with the verdict on reminding them.
async fn addressees(
    connection: &mut AnyConnection,
    question: Question<'_>,
    (campaign, reminder): (&CampaignId, u32),
    reminded: &Reminded,
) -> Result<Vec<Addressee>> {
    let reached = reminders::list_reached(&mut *connection, &question.link.business, campaign).await?;
    let mut chosen: Vec<ContactId> = reached.iter().map(|reached| reached.contact.clone()).collect();
    chosen.dedup();
    let again = Again { root: campaign, reminder: Some(reminder), besides: None, asked_at: reminded.created_at };
    let question = Question { again: Some(again), ..question };
    let people = question.look(connection, &chosen).await?;
    let addressee = |person: Person| {
        let mut theirs = reached.iter().filter(|reached| reached.contact == person.contact().id);
        let first = theirs.next()?;
        let channels: Vec<Channel> = std::iter::once(first).chain(theirs).map(|reached| reached.channel).collect();
        let facts = question.facts(&person, &[]);
        let verdict = judge(&facts, &channels);
        let known = &person.candidate.known;
        let unhindered = Facts { weekly_cap: None, left_out: known.taken_out, ..facts };
        Some(Addressee {
            channels: judge(&unhindered, &channels).channels,
            personal_link: first.personal_link.clone(),
            place: first.place,
            skipped: known.skipped && !known.taken_out,
            contact: known.contact.clone(),
            verdict,
        })
    };
    Ok(people.into_iter().filter_map(addressee).collect())
}

/// The reminders that come with a new campaign, with their wording frozen.
pub(crate) async fn freeze(
    connection: &mut AnyConnection,
    business: &BusinessId,
    wanted: &[NewReminder],
    link: &OfferedLink,
    (leaves_at, now): (i64, i64),
) -> Result<Vec<StoredReminder>> {
    if wanted.len() > MAX_REMINDERS {
        return Err(Error::invalid("reminders", format!("Plan at most {MAX_REMINDERS} reminders.")));
    }
    let days = Days::of_new(leaves_at, link);
    let mut frozen: Vec<StoredReminder> = Vec::new();
    for (number, one) in (1..).zip(wanted) {
        let earlier = frozen.last().map_or(0, |last| last.after_days);
        days.check("reminders", one.after_days, earlier).map_err(|error| about(number, &error))?;
        frozen.push(freeze_one(connection, business, number, one, (leaves_at, now)).await?);
    }
    Ok(frozen)
}

/// The same error, with the reminder that it is about.
fn about(number: u32, error: &Error) -> Error {
    let words = error.message_for("reminders").unwrap_or_default();
    Error::invalid("reminders", format!("Reminder {number}: {words}"))
}

async fn freeze_one(
    connection: &mut AnyConnection,
    business: &BusinessId,
    number: u32,
    wanted: &NewReminder,
    (leaves_at, now): (i64, i64),
) -> Result<StoredReminder> {
    Ok(StoredReminder {
        number,
        after_days: wanted.after_days,
        email: wording(connection, business, Channel::Email, wanted.email_template.as_deref()).await?,
        sms: wording(connection, business, Channel::Sms, wanted.sms_template.as_deref()).await?,
        due_at: leaves_at + i64::from(wanted.after_days) * DAY_MS,
        made_at: None,
        created_campaign: None,
        link_closed_at: None,
        canceled_at: None,
        added_by: None,
        created_at: now,
    })
}

/// What the chosen template says now; none keeps the campaign's own wording.
async fn wording(
    connection: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    key: Option<&str>,
) -> Result<Option<Wording>> {
    match key {
        None => Ok(None),
        Some(key) if key == MessageTemplate::default_key(channel) => Ok(Some(built_in(channel).wording)),
        Some(key) => {
            let found = templates::find(connection, business, &key.parse()?).await?.ok_or(Error::NotFound)?;
            if found.channel == channel { Ok(Some(found.wording)) } else { Err(Error::NotFound) }
        }
    }
}

#[async_trait]
impl Reminders for Service {
    async fn add_reminder(&self, access: &Access, form: ReminderForm) -> Result<()> {
        let (business, now) = (access.business(), self.clock.now());
        let after_days =
            form.after_days.trim().parse().map_err(|_| {
                Error::invalid("after_days", format!("Write a number of days from 1 to {MAX_AFTER_DAYS}."))
            })?;
        let template = |key: String| Some(key).filter(|key| !key.is_empty());
        let wanted = NewReminder {
            after_days,
            email_template: template(form.email_template),
            sms_template: template(form.sms_template),
        };
        let mut tx = self.db.begin().await?;
        let reminded = reminders::find_reminded(&mut *tx, business, &form.campaign).await?.ok_or(Error::NotFound)?;
        if reminded.reminder_of.is_some() {
            return Err(Error::Conflict(
                "This is a reminder itself. Add one to the campaign that it belongs to.".to_owned(),
            ));
        }
        if reminded.has_ended {
            return Err(Error::Conflict("This campaign was taken back, so nothing more is sent.".to_owned()));
        }
        let link = checkouts::find_by_id(&mut tx, business, &reminded.payment_link).await?.ok_or(Error::NotFound)?;
        let known = reminders::list(&mut *tx, business, &form.campaign).await?;
        let kept = || known.iter().filter(|reminder| reminder.canceled_at.is_none());
        if kept().count() >= MAX_REMINDERS {
            return Err(Error::Conflict(format!("A campaign has at most {MAX_REMINDERS} reminders.")));
        }
        let number = known.last().map_or(1, |last| last.number + 1);
        let since = counted_from(&reminded, kept());
        let links_end = reminders::find_links_end(&mut *tx, business, &form.campaign).await?.unwrap_or_default();
        let earlier = kept().map(|reminder| reminder.after_days).max().unwrap_or_default();
        // It moves with the others once the campaign goes on.
        let still_ms = reminded.standstill_ms(since, now);
        Days::new(since + still_ms, &link, links_end + still_ms).check("after_days", after_days, earlier)?;
        let mut reminder = freeze_one(&mut tx, business, number, &wanted, (since, now)).await?;
        reminder.added_by = Some(access.user().clone());
        if reminder.due_at + still_ms <= now {
            let days = (now - since - still_ms) / DAY_MS;
            return Err(Error::invalid(
                "after_days",
                format!("Choose more than {days} days: so long ago the campaign was sent."),
            ));
        }
        reminders::insert(&mut *tx, business, &form.campaign, &reminder).await?;
        let words = match after_days {
            1 => format!("Reminder {number} was planned, 1 day after the campaign."),
            _ => format!("Reminder {number} was planned, {after_days} days after the campaign."),
        };
        self.end(tx, access, &form.campaign, (CampaignEvent::ReminderAdded, &words)).await
    }

    async fn cancel_reminder(&self, access: &Access, campaign: CampaignId, number: u32) -> Result<()> {
        let (business, now) = (access.business(), self.clock.now());
        let mut tx = self.db.begin().await?;
        reminders::find_reminded(&mut *tx, business, &campaign).await?.ok_or(Error::NotFound)?;
        let known = reminders::list(&mut *tx, business, &campaign).await?;
        if known.iter().any(|reminder| reminder.number == number && reminder.canceled_at.is_some()) {
            return Ok(());
        }
        if !reminders::update_canceled(&mut *tx, business, &campaign, number, now).await? {
            return Err(Error::Conflict(GONE_OUT.to_owned()));
        }
        let words = format!("Reminder {number} was canceled.");
        self.end(tx, access, &campaign, (CampaignEvent::ReminderCanceled, &words)).await
    }

    async fn skip_reminder(&self, access: &Access, skip: ReminderSkip) -> Result<()> {
        let (business, now) = (access.business(), self.clock.now());
        let ReminderSkip { campaign, number, contact, skipped } = skip;
        let mut tx = self.db.begin().await?;
        let deliveries = deliveries::list(&mut *tx, business, &campaign).await?;
        let theirs = deliveries.iter().find(|delivery| delivery.contact == contact).ok_or(Error::NotFound)?;
        let known = reminders::list(&mut *tx, business, &campaign).await?;
        if !known.iter().any(|reminder| reminder.number == number && reminder.is_planned()) {
            return Err(Error::Conflict(GONE_OUT.to_owned()));
        }
        let (name, of) = (theirs.recipient.shown_name(), (&campaign, number));
        let (is_new, kind, words) = if skipped {
            let is_new = reminders::insert_skip(&mut *tx, business, of, &contact, now).await?;
            (is_new, CampaignEvent::ReminderSkipped, format!("{name} is left out of reminder {number}."))
        } else {
            let is_new = reminders::delete_skip(&mut *tx, business, of, &contact).await?;
            (is_new, CampaignEvent::ReminderUnskipped, format!("{name} gets reminder {number} after all."))
        };
        // Pressed twice it is done once.
        if is_new { self.end(tx, access, &campaign, (kind, &words)).await } else { Ok(()) }
    }
}

const GONE_OUT: &str = "This reminder has gone out already, or was canceled.";

impl Service {
    /// Notes what was done, and makes it so.
    async fn end(
        &self,
        mut tx: db::Tx,
        access: &Access,
        campaign: &CampaignId,
        (what, words): (CampaignEvent, &str),
    ) -> Result<()> {
        let (business, user) = (access.business(), Some(access.user()));
        tx.note(business, &Fact::Control(Controlled { campaign, user, what, words }), self.clock.now())?;
        Ok(tx.commit().await?)
    }
}

/// The moment that the days of a further reminder are counted from: when the campaign left, later by the pauses that have moved
/// the reminders that are kept.
fn counted_from<'a>(reminded: &Reminded, kept: impl Iterator<Item = &'a StoredReminder>) -> i64 {
    kept.last().map_or(reminded.leaves_at, |last| last.due_at - i64::from(last.after_days) * DAY_MS)
}

/// When the payment link ends, if that is before a reminder that is planned and goes out so much later.
fn ends_before(link: &OfferedLink, reminder: &StoredReminder, later_ms: i64) -> Option<i64> {
    link.details.expires_at.filter(|end| reminder.is_planned() && *end <= reminder.due_at + later_ms)
}

/// The planned reminders that come after the end of the payment link once they are so much later.
pub(crate) async fn too_late(
    connection: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    link: &OfferedLink,
    later_ms: i64,
) -> db::Result<Vec<u32>> {
    let planned = reminders::list(connection, business, campaign).await?;
    let late = planned.iter().filter(|reminder| ends_before(link, reminder, later_ms).is_some());
    Ok(late.map(|reminder| reminder.number).collect())
}

/// What the page of a campaign shows about its reminders.
pub(crate) async fn plan(
    connection: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    messengers: &Messengers,
    now: i64,
) -> Result<ReminderPlan> {
    let reminded = reminders::find_reminded(&mut *connection, business, campaign).await?.ok_or(Error::NotFound)?;
    if reminded.reminder_of.is_some() {
        return Ok(ReminderPlan { reminder_of: reminded.reminder_of, ..ReminderPlan::default() });
    }
    let link = checkouts::find_by_id(connection, business, &reminded.payment_link).await?.ok_or(Error::NotFound)?;
    let stored = care::of_business(connection, business).await?;
    let known = reminders::list(&mut *connection, business, campaign).await?;
    let next = known.iter().find(|reminder| reminder.is_planned());
    let people = match next {
        Some(next) => {
            let question = Question { link: &link, care: &stored, messengers, user: None, at: now, now, again: None };
            addressees(connection, question, (campaign, next.number), &reminded).await?
        }
        None => Vec::new(),
    };
    let people = people.into_iter().filter(|addressee| !addressee.channels.is_empty());
    let people = people.map(|addressee| ReminderPerson {
        name: addressee.contact.name(),
        contact: addressee.contact.id,
        channels: addressee.channels,
        skipped: addressee.skipped,
    });
    let people: Vec<_> = people.collect();
    let statuses = deliveries::list_statuses(&mut *connection, business, campaign).await?;
    let is_leaving = |status: &DeliveryStatus| matches!(status, DeliveryStatus::Held | DeliveryStatus::Queued);
    let leaving: HashSet<_> =
        statuses.iter().filter(|(_, status, _)| is_leaving(status)).map(|(who, ..)| who).collect();
    let is_counted =
        |person: &&ReminderPerson| !person.skipped && !leaving.iter().any(|who| **who == person.contact.as_str());
    let count = leaving.len() + people.iter().filter(is_counted).count();
    let awaited = match next {
        Some(next) => approval(connection, business, (next, &reminded, &link), count).await?.map(|_| next.number),
        None => None,
    };
    let kept: Vec<&StoredReminder> = known.iter().filter(|reminder| reminder.canceled_at.is_none()).collect();
    let since = counted_from(&reminded, kept.iter().copied());
    let still_ms = reminded.standstill_ms(since, now);
    let days_ago = u32::try_from((now - since - still_ms) / DAY_MS).unwrap_or_default();
    let earliest = kept.last().map_or(0, |last| last.after_days).max(days_ago) + 1;
    let links_end = reminders::find_links_end(&mut *connection, business, campaign).await?.unwrap_or_default();
    let latest = Days::new(since + still_ms, &link, links_end + still_ms).last().min(MAX_AFTER_DAYS);
    let can_add = kept.len() < MAX_REMINDERS && earliest <= latest && !reminded.has_ended;
    let zone = stored.zone();
    let shown = |at: i64| {
        let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
        format!("{} in {}", at.to_zoned(zone.clone()).strftime("%A, %B %-d, %H:%M"), zones::place(&zone))
    };
    let (mut awaiting, mut declined) = (HashSet::new(), HashSet::new());
    for created in known.iter().filter_map(|reminder| reminder.created_campaign.as_ref()) {
        let made = campaigns::find(&mut *connection, business, created).await?.ok_or(Error::NotFound)?;
        if made.awaits_approval {
            awaiting.insert(created);
        } else if made.declined_at.is_some() {
            declined.insert(created);
        }
    }
    let reminders = known.iter().map(|reminder| Reminder {
        number: reminder.number,
        after_days: reminder.after_days,
        due_at: reminder.due_at,
        due: shown(reminder.due_at),
        email: reminder.wording_after(&reminded).0.cloned(),
        sms: reminder.wording_after(&reminded).1.cloned(),
        doubt: match ends_before(&link, reminder, still_ms) {
            Some(end) => {
                Some(format!("As things stand it is not sent: the payment link ends before, on {}.", shown(end)))
            }
            None if reminder.is_planned() && !link.is_open(now) => {
                Some("As things stand it is not sent: the payment link takes no payments.".to_owned())
            }
            None if awaited == Some(reminder.number) => {
                Some("As things stand it waits for another user's approval when its time comes.".to_owned())
            }
            None => None,
        },
        state: match (&reminder.created_campaign, reminder.made_at, reminder.canceled_at) {
            (Some(created), ..) if awaiting.contains(created) => ReminderState::AwaitsApproval(created.clone()),
            (Some(created), ..) if declined.contains(created) => ReminderState::Declined(created.clone()),
            (Some(created), ..) => ReminderState::Made(created.clone()),
            (None, Some(_), _) if reminder.link_closed_at.is_some() => ReminderState::LinkClosed,
            (None, Some(_), _) => ReminderState::NobodyLeft,
            (None, None, Some(_)) => ReminderState::Canceled,
            (None, None, None) => ReminderState::Planned,
        },
    });
    Ok(ReminderPlan {
        reminder_of: None,
        is_leaving: !leaving.is_empty(),
        awaits_approval: reminded.awaits_approval,
        reminders: reminders.collect(),
        people,
        earliest: can_add.then_some(earliest),
        email_templates: choices(connection, business, Channel::Email, reminded.email.is_some() && can_add).await?,
        sms_templates: choices(connection, business, Channel::Sms, reminded.sms.is_some() && can_add).await?,
    })
}

/// The templates to choose from, by key and name; none where the channel is not used.
async fn choices(
    connection: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    is_used: bool,
) -> db::Result<Vec<(String, String)>> {
    if !is_used {
        return Ok(Vec::new());
    }
    let own = templates::list(connection, business, channel).await?;
    let all = std::iter::once(built_in(channel)).chain(own);
    Ok(all.map(|template| template.choice()).collect())
}
