//! What one person of a campaign did with it, as entries of their timeline: openings, payments, opt-outs.

use crate::{
    care,
    checkout::opener::Sign,
    db::{
        consents::{self, Source, StoredConsent},
        openings::{self, DayOfOpenings},
        payments::{self, Payment},
    },
    local_time,
};
use app::{
    error::Result,
    id::{BusinessId, CampaignId, ContactId},
    results::{Mark, TimelineEntry},
    transactions::PaymentStatus,
};
use sqlx::AnyConnection;

/// Days that are told one by one for each sign of an opening; what comes after is summed up in one entry.
const DAYS: usize = 7;

/// Everything that the person did since the campaign was made, and with its links since a message left, in no order.
pub(super) async fn of_person(
    connection: &mut AnyConnection,
    business: &BusinessId,
    campaign: &CampaignId,
    contact: &ContactId,
    (made_at, left_at, now): (i64, i64, i64),
) -> Result<Vec<TimelineEntry>> {
    let zone = care::of_business(&mut *connection, business).await?.zone();
    let day_of = |at| local_time::day(at, &zone);
    let days = openings::list_days(connection, business, campaign, contact, left_at, day_of).await?;
    let mut entries = of_openings(&days);
    for payment in payments::list_of_campaign(connection, business, campaign, contact, left_at).await? {
        entries.extend(of_payment(&payment, now));
    }
    let consents = consents::list_since(connection, business, contact, made_at).await?;
    entries.extend(consents.iter().map(of_consent));
    Ok(entries)
}

fn entry(at: i64, mark: Mark, words: impl Into<String>) -> TimelineEntry {
    TimelineEntry { at, channel: None, mark, words: words.into(), detail: None }
}

/// For each sign, each day's first with how often it was that day.
fn of_openings(days: &[DayOfOpenings]) -> Vec<TimelineEntry> {
    let mut entries = Vec::new();
    for why in Sign::ALL {
        let told: Vec<DayOfOpenings> =
            days.iter().filter(|day| day.why == why).filter_map(|day| without_a_person(day, days)).collect();
        let words = words_of(why);
        entries.extend(told.iter().take(DAYS).map(|day| match day.times {
            1 => entry(day.first_at, Mark::Neutral, format!("{words}.")),
            times => entry(day.first_at, Mark::Neutral, format!("{words}, {times} times that day.")),
        }));
        let later = told.get(DAYS..).unwrap_or_default();
        if let Some(last) = later.last() {
            let times: i64 = later.iter().map(|day| day.times).sum();
            let often = if times == 1 { "once more".to_owned() } else { format!("{times} more times until then") };
            entries.push(entry(last.last_at, Mark::Neutral, format!("{words}, {often}.")));
        }
    }
    entries
}

/// Every opening by a person began with a request that showed no sign of one: those are not told a second time.
fn without_a_person(day: &DayOfOpenings, days: &[DayOfOpenings]) -> Option<DayOfOpenings> {
    let times_of = |why: Sign| -> i64 {
        let same = days.iter().filter(|other| other.day == day.day && other.why == why);
        same.map(|other| other.times).sum()
    };
    let people = times_of(Sign::Signal);
    let followed = match day.why {
        Sign::Plain => people,
        Sign::Soon => people - times_of(Sign::Plain),
        _ => 0,
    };
    let times = day.times - followed.clamp(0, day.times);
    (times > 0).then(|| DayOfOpenings { times, ..day.clone() })
}

const fn words_of(why: Sign) -> &'static str {
    match why {
        Sign::Signal => "Opened by a person",
        Sign::Head => "Looked at by a link checker, without opening it",
        Sign::Prefetch => "Opened ahead of a click, by a browser or mail program",
        Sign::Scanner => "Opened by a mail scanner",
        Sign::Preview => "Opened by a chat program, for its preview",
        Sign::Soon => "Opened within seconds of sending, as mail scanners do",
        Sign::Plain => "Opened, without a sign of a person",
    }
}

/// The beginning of a payment, and its end once there is one.
fn of_payment(payment: &Payment, now: i64) -> Vec<TimelineEntry> {
    let amount = payment.amount;
    let mut entries = vec![entry(payment.created_at, Mark::Neutral, format!("Checkout started: {amount}."))];
    let ended_at = payment.settled_at.unwrap_or(payment.expires_at);
    entries.extend(match payment.status_at(now) {
        PaymentStatus::Succeeded => Some(entry(ended_at, Mark::Good, format!("Paid {amount}."))),
        PaymentStatus::Refunded => Some(entry(ended_at, Mark::Neutral, format!("Paid {amount}, and refunded since."))),
        PaymentStatus::Failed => {
            let words = format!("Declined: {}", payment.reason);
            Some(entry(ended_at, Mark::Warn, words.trim_end_matches(": ").to_owned()))
        }
        PaymentStatus::Expired => Some(entry(ended_at, Mark::Neutral, "The checkout was not finished in time.")),
        // A newer one has taken its place, or nothing has come of it yet.
        PaymentStatus::Canceled | PaymentStatus::Pending => None,
    });
    entries
}

fn of_consent(consent: &StoredConsent) -> TimelineEntry {
    let what = match consent.channel.as_str() {
        "email" => "email",
        "sms" => "SMS",
        _ => "all messages",
    };
    let how = match consent.source {
        Source::Form => ", entered by your team",
        Source::Import => ", by an import",
        Source::OptOutLink if consent.channel == "sms" => ", by the opt-out page",
        Source::OptOutLink => ", by the link in an email",
        Source::SmsReply => ", by answering a text",
        Source::Provider => ", as the provider says",
        Source::SameAddress => ", as another contact with the same address",
    };
    if consent.dnd {
        entry(consent.created_at, Mark::Warn, format!("Opted out of {what}{how}."))
    } else {
        entry(consent.created_at, Mark::Neutral, format!("May be written to again by {what}{how}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    const DAY: i64 = 86_400_000;

    fn day(day: i64, why: Sign, times: i64) -> DayOfOpenings {
        DayOfOpenings { day, why, first_at: day * DAY + 1_000, last_at: day * DAY + 2_000, times }
    }

    fn words(days: &[DayOfOpenings]) -> Vec<String> {
        of_openings(days).into_iter().map(|entry| entry.words).collect()
    }

    #[test]
    fn every_way_to_opt_out_is_told_in_its_own_words() {
        let told = |source, dnd| {
            let channel = "sms".to_owned();
            of_consent(&StoredConsent { channel, dnd, source, user: None, reason: None, evidence: None, created_at: 0 })
                .words
        };
        let all: BTreeSet<String> = Source::ALL.into_iter().map(|source| told(source, true)).collect();
        assert_eq!(all.len(), Source::ALL.len());
        assert_eq!(told(Source::SameAddress, true), "Opted out of SMS, as another contact with the same address.");
        assert_eq!(told(Source::SmsReply, false), "May be written to again by SMS, by answering a text.");
    }

    #[test]
    fn each_day_tells_its_first_opening_and_how_many_there_were() {
        let days = [day(1, Sign::Scanner, 1), day(1, Sign::Plain, 4), day(1, Sign::Signal, 3), day(2, Sign::Signal, 1)];
        assert_eq!(
            words(&days),
            [
                "Opened by a person, 3 times that day.",
                "Opened by a person.",
                "Opened by a mail scanner.",
                "Opened, without a sign of a person."
            ]
        );
    }

    #[test]
    fn the_request_behind_a_persons_look_is_not_told_again() {
        assert_eq!(
            words(&[day(1, Sign::Plain, 2), day(1, Sign::Signal, 2)]),
            ["Opened by a person, 2 times that day."]
        );
        assert_eq!(words(&[day(1, Sign::Soon, 1), day(1, Sign::Signal, 1)]), ["Opened by a person."]);
        assert_eq!(words(&[day(1, Sign::Plain, 1), day(2, Sign::Signal, 1)]).len(), 2);
    }

    proptest! {
        #[test]
        fn a_timeline_never_has_hundreds_of_openings(
            openings in proptest::collection::vec((0_i64..365, prop::sample::select(Sign::ALL.to_vec()), 1_i64..1_000), 0..600),
        ) {
            let days: Vec<_> = openings.into_iter().map(|(number, why, times)| day(number, why, times)).collect();
            prop_assert!(of_openings(&days).len() <= Sign::ALL.len() * (DAYS + 1));
        }
    }
}
