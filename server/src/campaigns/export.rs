//! A campaign as CSV: one line for each person and channel, or one for each thing that happened to somebody.

use super::report::Timelines;
use app::{
    account::Access,
    channel::Channel,
    deliveries::reasons_in_words,
    error::{Error, Result},
    id::CampaignId,
    money::Money,
    results::{Recipient, TimelineEntry},
    ui::exact_time,
};
use futures::{Stream, StreamExt as _, future::ready, stream};

use crate::{
    csv_file::{begin, write_row},
    db::{
        campaigns,
        results::{self, MessageLine, Received},
    },
    service::Service,
};

const COLUMNS: [&str; 17] = [
    "Contact",
    "Name",
    "Channel",
    "Address",
    "Status",
    "Reason",
    "Attempts",
    "Provider",
    "Code",
    "Provider's words",
    "Queued",
    "Sent",
    "Delivered",
    "First opened",
    "Paid",
    "Currency",
    "Paid at",
];

impl Service {
    /// The file. A campaign has at most 50 people, so it is one part.
    pub async fn export_campaign(&self, access: &Access, id: &CampaignId) -> Result<String> {
        let business = access.business();
        let mut db = self.db.read().await?;
        let campaign = campaigns::find(&mut *db, business, id).await?.ok_or(Error::NotFound)?;
        let received = results::list_received(&mut db, business, id).await?;
        let mut csv = begin(COLUMNS);
        for line in results::list_messages(&mut db, business, id).await? {
            write(&mut csv, &line, campaign.created_at, received.get(&line.contact));
        }
        Ok(csv)
    }
}

const TIMELINE_COLUMNS: [&str; 6] = ["Contact", "Name", "When", "Channel", "What", "Provider's words"];

impl Service {
    /// Everyone's timeline, in the order of the selection, a person at a time.
    pub async fn export_timelines(
        &self,
        access: &Access,
        id: &CampaignId,
    ) -> Result<impl Stream<Item = Result<String>> + Send + use<>> {
        let (service, business) = (self.clone(), access.business().clone());
        let timelines = Timelines::read(&mut *self.db.read().await?, &business, id, self.clock.now()).await?;
        let people = stream::try_unfold(timelines, move |mut timelines| {
            let (service, business) = (service.clone(), business.clone());
            async move {
                let next = timelines.next(&mut *service.db.read().await?, &business).await?;
                Ok(next.map(|(person, entries)| (write_timeline(&person, &entries), timelines)))
            }
        });
        Ok(stream::once(ready(Ok(begin(TIMELINE_COLUMNS)))).chain(people))
    }
}

fn write_timeline(person: &Recipient, entries: &[TimelineEntry]) -> String {
    let mut csv = String::new();
    for entry in entries {
        let (at, detail) = (exact_time(entry.at), entry.detail.as_deref().unwrap_or_default());
        let channel = entry.channel.map_or("", Channel::as_str);
        write_row(&mut csv, [person.contact.as_str(), &person.name, &at, channel, &entry.words, detail]);
    }
    csv
}

fn write(csv: &mut String, line: &MessageLine, created_at: i64, received: Option<&Received>) {
    let reason = if line.reasons.is_empty() { line.words.clone() } else { reasons_in_words(&line.reasons) };
    let attempts = line.attempts.to_string();
    let queued = exact_time(created_at);
    let [sent, delivered, opened, paid_at] =
        [line.sent_at, line.delivered_at, line.opened_at, received.map(|received| received.first_at)].map(time_cell);
    let (paid, currency) = money_cells(received);
    let name = line.recipient.shown_name();
    write_row(
        csv,
        [
            line.contact.as_str(),
            &name,
            line.channel.as_str(),
            &line.address,
            line.status.as_str(),
            &reason,
            &attempts,
            &line.provider,
            &line.code,
            &line.said,
            &queued,
            &sent,
            &delivered,
            &opened,
            &paid,
            &currency,
            &paid_at,
        ],
    );
}

/// A time as other exports write it, or nothing.
pub(crate) fn time_cell(at: Option<i64>) -> String {
    at.map(exact_time).unwrap_or_default()
}

/// What was paid and in which currency; several of both where somebody paid in several currencies.
pub(crate) fn money_cells(received: Option<&Received>) -> (String, String) {
    let amounts = received.map_or(&[][..], |received| received.amounts.as_slice());
    let join = |text: fn(Money) -> String| amounts.iter().copied().map(text).collect::<Vec<_>>().join(" + ");
    (join(Money::to_input), join(|amount| amount.currency.to_string()))
}
