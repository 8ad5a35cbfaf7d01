//! Contact care: at which hours messages leave, and how often one contact is asked.

pub mod quiet;

use crate::{
    clock::DAY_MS,
    db::{
        self, businesses,
        care::{self, StoredCare},
        contacts, control,
        deliveries::{self, StoredDelivery},
        eligibility,
    },
    facts::{Changed, Fact, Stopped, Subject},
    local_time,
    providers::Messengers,
    service::Service,
    zones,
};
use app::{
    account::Access,
    address::Phone,
    backend,
    campaigns::MAX_CONTACTS,
    care::{CareForecast, CareForm, MAX_WEEKLY_CAP, QuietHours, Waiting, minute_of_day},
    channel::Channel,
    deliveries::DeliveryStatus,
    eligibility::{Asked, Reason, Wait},
    error::{Error, FieldErrors, Result},
    id::{BusinessId, CampaignId, ContactId, DeliveryId},
};
use async_trait::async_trait;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::json;
use sqlx::AnyConnection;
use std::collections::HashSet;

const MINUTE_MS: i64 = 60_000;
const WEEK_MS: i64 = 7 * DAY_MS;

/// Until when a message waits that would leave at a moment; none when it may leave then.
///
/// A number that may be in several zones is written to when none of them is quiet. Where there is no such hour, and where
/// nothing is known of the number, the business's zone counts.
pub fn wait(quiet: Option<QuietHours>, phone: Option<&Phone>, business_zone: &TimeZone, at: i64) -> Option<Wait> {
    let quiet = quiet?;
    let zones = phone.map(zones::of_phone).unwrap_or_default();
    let own = std::slice::from_ref(business_zone);
    let known = if zones.is_empty() { own } else { zones };
    let permitted = quiet::permitted_at(quiet, known, at).or_else(|| quiet::permitted_at(quiet, own, at))?;
    let zone = permitted.zone?;
    let local = zone.to_datetime(Timestamp::from_millisecond(permitted.at).ok()?);
    let ends = format!("{} in {}", local.strftime("%H:%M"), zones::place(zone));
    Some(Wait { until: permitted.at, ends })
}

impl StoredCare {
    /// The business's own zone.
    pub fn zone(&self) -> TimeZone {
        zones::of_business(&self.time_zone, &self.country)
    }

    /// Until when a message to this number waits that would leave at a moment.
    pub fn wait(&self, phone: Option<&Phone>, at: i64) -> Option<Wait> {
        wait(self.care.quiet, phone, &self.zone(), at)
    }

    /// The same on one channel: what stays in the Outbox wakes nobody.
    pub(crate) fn wait_on(
        &self,
        messengers: &Messengers,
        channel: Channel,
        phone: Option<&Phone>,
        at: i64,
    ) -> Option<Wait> {
        self.wait(phone, at).filter(|_| messengers.reach_people(channel))
    }
}

/// The request that others are counted beside.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request<'a> {
    /// Its campaign, once there is one.
    pub(crate) campaign: Option<&'a CampaignId>,
    /// When it leaves.
    pub(crate) at: i64,
    /// What the clock says.
    pub(crate) now: i64,
}

impl Request<'_> {
    /// A new one that leaves at once.
    pub(crate) const fn at_once(now: i64) -> Self {
        Self { campaign: None, at: now, now }
    }
}

/// How often each of these contacts is asked in the week of a request; nobody is looked up where that does not matter.
pub(crate) async fn asked(
    connection: &mut AnyConnection,
    business: &BusinessId,
    stored: &StoredCare,
    chosen: &[ContactId],
    Request { campaign, at, now }: Request<'_>,
) -> db::Result<Asked> {
    let mut asked = Asked { weekly_cap: stored.care.weekly_cap, ..Asked::default() };
    if asked.weekly_cap.is_some() {
        let around = (at - WEEK_MS, at + WEEK_MS);
        for chosen in chosen.chunks(MAX_CONTACTS as usize) {
            let times =
                eligibility::list_request_times(&mut *connection, business, chosen, campaign, around, now).await?;
            let busiest = |contact: &ContactId| busiest_week(&times.get(contact).cloned().unwrap_or_default(), at);
            asked.requests.extend(chosen.iter().map(|contact| (contact.clone(), busiest(contact))));
        }
    }
    Ok(asked)
}

/// The most requests that lie in one week with a moment. They come in order.
fn busiest_week(times: &[i64], moment: i64) -> u32 {
    let begins = times.iter().copied().filter(|time| *time <= moment).chain([moment]);
    let count = |begin: i64| times.iter().filter(|time| (begin..begin + WEEK_MS).contains(time)).count();
    let most = begins.filter(|begin| begin + WEEK_MS > moment).map(count).max();
    most.and_then(|most| u32::try_from(most).ok()).unwrap_or_default()
}

/// Who was left out when the time of leaving came nearer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    /// Messages that are not sent.
    pub(crate) deliveries: HashSet<DeliveryId>,
    people: HashSet<ContactId>,
}

impl LeftOut {
    /// How many people.
    pub(crate) fn people(&self) -> u32 {
        u32::try_from(self.people.len()).unwrap_or(u32::MAX)
    }
}

/// Looks at the weekly cap once more when a campaign gets another time of leaving: whoever was asked often enough by then gets
/// nothing of what waits. Who was written to by the campaign already gets the rest of it.
pub(crate) async fn leave_out_asked(
    tx: &mut db::Tx,
    business: &BusinessId,
    campaign: &CampaignId,
    now: i64,
) -> Result<LeftOut> {
    let stored = of_business(tx, business).await?;
    let mut left_out = LeftOut::default();
    if stored.care.weekly_cap.is_none() {
        return Ok(left_out);
    }
    control::touch_waiting(&mut **tx, business, campaign).await?;
    businesses::touch(&mut **tx, business).await?;
    let all = deliveries::list(&mut **tx, business, campaign).await?;
    let reached: HashSet<&ContactId> =
        all.iter().filter(|delivery| has_left(delivery)).map(|delivery| &delivery.contact).collect();
    let is_waiting = |delivery: &StoredDelivery| {
        let waits = matches!(delivery.status, DeliveryStatus::Held | DeliveryStatus::Queued);
        waits && !delivery.in_hand && !reached.contains(&delivery.contact)
    };
    for delivery in all.iter().filter(|delivery| is_waiting(delivery)) {
        let contact = &delivery.contact;
        let at = delivery.due_at.unwrap_or(now).max(now);
        let request = Request { campaign: Some(campaign), at, now };
        let asked = asked(tx, business, &stored, std::slice::from_ref(contact), request).await?;
        if asked.is_enough(contact) && leave_out(tx, business, campaign, delivery, now).await? {
            left_out.deliveries.insert(delivery.id.clone());
            left_out.people.insert(contact.clone());
        }
    }
    Ok(left_out)
}

const fn has_left(delivery: &StoredDelivery) -> bool {
    matches!(delivery.status, DeliveryStatus::Unknown | DeliveryStatus::Sent | DeliveryStatus::Delivered)
}

async fn leave_out(
    tx: &mut db::Tx,
    business: &BusinessId,
    campaign: &CampaignId,
    delivery: &StoredDelivery,
    now: i64,
) -> Result<bool> {
    let reasons = [Reason::WeeklyCap];
    if !care::suppress_waiting(&mut **tx, business, &delivery.id, &reasons, now).await? {
        return Ok(false);
    }
    let contact = contacts::find(tx, business, &delivery.contact).await?.ok_or(Error::NotFound)?;
    let words = format!("Not sent: {}.", Reason::WeeklyCap.label());
    let receiver = delivery.receiver(campaign, contact.dnd);
    let stopped = Stopped { receiver, outcome: "suppressed", reasons: &reasons, words: &words };
    tx.note(business, &Fact::Stopped(stopped), now)?;
    Ok(true)
}

#[async_trait]
impl backend::Care for Service {
    async fn save_care(&self, access: &Access, form: CareForm) -> Result<()> {
        access.owner()?;
        let checked = check(&form)?;
        let mut tx = self.db.begin().await?;
        care::update(&mut *tx, access.business(), checked).await?;
        let changed = Changed { user: Some(access.user()), what: Subject::Care, id: None, left: json!(checked) };
        tx.note(access.business(), &Fact::Change(changed), self.clock.now())?;
        tx.commit().await?;
        Ok(())
    }

    async fn forecast_care(
        &self,
        access: &Access,
        chosen: Vec<ContactId>,
        channels: Vec<Channel>,
        starts_at: Option<String>,
    ) -> Result<CareForecast> {
        if chosen.len() > MAX_CONTACTS as usize {
            return Err(Error::Malformed);
        }
        let (business, now) = (access.business(), self.clock.now());
        let mut connection = self.db.read().await?;
        let stored = care::find(&mut *connection, business).await?.ok_or(Error::NotFound)?;
        let at = leaves_at(&mut connection, business, starts_at.as_deref(), now).await?;
        let request = Request { campaign: None, at, now };
        let asked = asked(&mut connection, business, &stored, &chosen, request).await?;
        let mut waiting = Vec::new();
        for id in chosen {
            let contact = contacts::find(&mut connection, business, &id).await?.ok_or(Error::NotFound)?;
            let on = |channel: &Channel| stored.wait_on(&self.messengers, *channel, contact.phone.valid(), at);
            let wait = channels.iter().find_map(on);
            waiting.extend(wait.map(|wait| Waiting { contact: id, until: wait.until, ends: wait.ends }));
        }
        Ok(CareForecast { asked, waiting })
    }
}

/// When a campaign leaves that is sent now: at the chosen time, if that can be one, or after the business's hold.
async fn leaves_at(
    connection: &mut AnyConnection,
    business: &BusinessId,
    starts_at: Option<&str>,
    now: i64,
) -> Result<i64> {
    let business = businesses::find(connection, business).await?.ok_or(Error::NotFound)?;
    let zone = zones::of_business(&business.sending.time_zone, &business.country);
    let chosen = starts_at.and_then(|local| local_time::moment(local, &zone).ok()).filter(|at| *at > now);
    Ok(chosen.unwrap_or(now + business.sending.hold_minutes * MINUTE_MS))
}

/// What the form means, or every sentence about what is wrong with it.
fn check(form: &CareForm) -> Result<app::care::Care> {
    let mut errors = FieldErrors::default();
    let mut time = |field: &str, text: &str| {
        let minute = minute_of_day(text);
        if minute.is_none() {
            errors.push(field, "Write a time such as 21:00.");
        }
        minute
    };
    let quiet = if form.keep_quiet_hours {
        let (from, until) = (time("quiet_from", &form.quiet_from), time("quiet_until", &form.quiet_until));
        let quiet = from.zip(until).and_then(|(from, until)| QuietHours::new(from, until));
        if from.is_some() && until.is_some() && quiet.is_none() {
            errors.push("quiet_until", "Choose two different times, or do not keep quiet hours.");
        }
        quiet
    } else {
        None
    };
    let typed = form.weekly_cap.trim();
    let weekly_cap = typed.parse().ok().filter(|cap| (1..=MAX_WEEKLY_CAP).contains(cap));
    if weekly_cap.is_none() && !typed.is_empty() {
        errors.push("weekly_cap", format!("Write a number from 1 to {MAX_WEEKLY_CAP}, or nothing for no limit."));
    }
    errors.check()?;
    Ok(app::care::Care { quiet, weekly_cap })
}

/// What the business has set.
pub(crate) async fn of_business(connection: &mut AnyConnection, business: &BusinessId) -> Result<StoredCare> {
    care::find(&mut *connection, business).await?.ok_or(Error::NotFound)
}

/// What the business has set, for a transaction that writes requests. With a cap, such transactions take turns.
pub(crate) async fn of_business_in_turn(tx: &mut db::Tx, business: &BusinessId) -> Result<StoredCare> {
    let stored = of_business(tx, business).await?;
    if stored.care.weekly_cap.is_some() {
        businesses::touch(&mut **tx, business).await?;
    }
    Ok(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-04 10:00 UTC, a Wednesday.
    const NOW: i64 = 1_772_618_400_000;
    const HOUR: i64 = 3_600_000;

    fn waits(phone: &str, at: i64) -> Option<Wait> {
        let berlin = zones::of_business("", "DE");
        wait(Some(QuietHours::USUAL), Phone::from_e164(phone).ok().as_ref(), &berlin, at)
    }

    #[test]
    fn a_message_waits_for_the_morning_where_its_receiver_is_and_says_so() {
        let wait = waits("+14155552671", NOW).expect("a night in California");
        assert_eq!(wait, Wait { until: NOW + 6 * HOUR, ends: "08:00 in Los Angeles".to_owned() });
        assert_eq!(wait.words(), "Quiet hours: leaves at 08:00 in Los Angeles.");
        assert_eq!(wait.held(), "Held for quiet hours until 08:00 in Los Angeles.");
        assert_eq!(waits("+4915112345678", NOW), None, "eleven in Berlin");
        let wait = waits("+4915112345678", NOW + 10 * HOUR).expect("nine in the evening in Berlin");
        assert_eq!(wait, Wait { until: NOW + 21 * HOUR, ends: "08:00 in Berlin".to_owned() });
    }

    #[test]
    fn a_number_that_may_be_in_several_zones_is_written_to_when_none_of_them_is_quiet() {
        // A mobile of Australia: Sydney is three hours ahead of Perth in March.
        let wait = waits("+61412345678", NOW).expect("nine in the evening in Sydney");
        assert_eq!(wait, Wait { until: NOW + 14 * HOUR, ends: "08:00 in Perth".to_owned() });
        // The same for Russia, from Kaliningrad to Kamchatka.
        let wait = waits("+79161234567", NOW).expect("ten in the evening in Kamchatka");
        assert_eq!(wait, Wait { until: NOW + 20 * HOUR, ends: "08:00 in Kaliningrad".to_owned() });
    }

    #[test]
    fn where_nothing_is_known_of_the_number_the_business_s_zone_counts() {
        let berlin = zones::of_business("", "DE");
        let quiet = Some(QuietHours::USUAL);
        let evening = NOW + 10 * HOUR;
        let wait_of = |phone: Option<&Phone>| wait(quiet, phone, &berlin, evening);
        let unknown = Phone::from_e164("+9991234567").expect("E.164");
        for phone in [None, Some(&unknown)] {
            assert_eq!(wait_of(phone).expect("a wait").ends, "08:00 in Berlin");
            assert_eq!(wait(quiet, phone, &berlin, NOW), None);
        }
        assert_eq!(wait(None, None, &berlin, evening), None, "quiet hours are off");
        // No hour is right for all of Russia at once when quiet hours are this long.
        let long = QuietHours::new(12 * 60, 10 * 60);
        let moscow = Phone::from_e164("+79161234567").expect("E.164");
        let wait = wait(long, Some(&moscow), &berlin, evening).expect("a wait");
        assert_eq!(wait.ends, "10:00 in Berlin");
    }

    #[test]
    fn the_week_of_a_request_is_the_busiest_that_it_lies_in() {
        const DAY: i64 = 24 * HOUR;
        let table: &[(&[i64], u32)] = &[
            (&[], 0),
            (&[-7 * DAY], 0),
            (&[-7 * DAY + 1], 1),
            (&[7 * DAY - 1], 1),
            (&[7 * DAY], 0),
            (&[0, 0], 2),
            // No week holds both.
            (&[-6 * DAY, 6 * DAY], 1),
            (&[-3 * DAY, 3 * DAY], 2),
            (&[-5 * DAY, -4 * DAY, DAY, 2 * DAY], 3),
        ];
        for (days, expected) in table {
            let times: Vec<i64> = days.iter().map(|day| NOW + day).collect();
            assert_eq!(busiest_week(&times, NOW), *expected, "{days:?}");
        }
    }

    #[test]
    fn the_form_is_checked_field_by_field() {
        let form = |keep, from: &str, until: &str, cap: &str| CareForm {
            keep_quiet_hours: keep,
            quiet_from: from.to_owned(),
            quiet_until: until.to_owned(),
            weekly_cap: cap.to_owned(),
        };
        let care = check(&form(true, "22:30", "07:00", " 3 ")).expect("a form that is right");
        assert_eq!(care, app::care::Care { quiet: QuietHours::new(1350, 420), weekly_cap: Some(3) });
        let off = check(&form(false, "", "", "")).expect("a form that is right");
        assert_eq!(off, app::care::Care { quiet: None, weekly_cap: None });
        let table = [
            (form(true, "late", "08:00", ""), "quiet_from"),
            (form(true, "21:00", "", ""), "quiet_until"),
            (form(true, "08:00", "08:00", ""), "quiet_until"),
            (form(false, "", "", "0"), "weekly_cap"),
            (form(false, "", "", "51"), "weekly_cap"),
            (form(false, "", "", "two"), "weekly_cap"),
        ];
        for (form, field) in table {
            assert!(check(&form).expect_err("a form that is wrong").message_for(field).is_some(), "{form:?}");
        }
    }
}
