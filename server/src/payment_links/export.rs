//! A payment link as CSV, a part at a time: one line for each person who was sent it or has a personal link of it, and a last one
//! for the standard link.

use app::{
    account::Access,
    error::{Error, Result},
    id::PaymentLinkId,
};
use futures::{Stream, stream};

use crate::{
    campaigns::export::{money_cells, time_cell},
    csv_file::{begin, write_row},
    db::{
        payment_links,
        results::{self, PersonLine, Received, StandardLine},
    },
    service::Service,
};

/// People in one part.
const PART: i64 = 500;

const COLUMNS: [&str; 19] = [
    "Contact",
    "First name",
    "Last name",
    "Email",
    "Phone",
    "Campaigns",
    "Messages sent",
    "Messages delivered",
    "Messages failed",
    "Messages skipped",
    "First sent",
    "First opened",
    "Checkout started",
    "Paid",
    "Currency",
    "Paid at",
    "Opted out",
    "Times opened",
    "Times paid",
];

impl Service {
    /// The file.
    pub async fn export_payment_link(
        &self,
        access: &Access,
        id: PaymentLinkId,
    ) -> Result<impl Stream<Item = Result<String>> + Send + use<>> {
        let mut db = self.db.read().await?;
        payment_links::find(&mut *db, access.business(), &id).await?.ok_or(Error::NotFound)?;
        drop(db);
        let head = begin(COLUMNS);
        let (service, business) = (self.clone(), access.business().clone());
        Ok(stream::try_unfold((Some(String::new()), head), move |(after, mut out)| {
            let (service, business, id) = (service.clone(), business.clone(), id.clone());
            async move {
                let Some(after) = after else { return Ok(None) };
                let mut db = service.db.read().await?;
                let people = results::list_people_after(&mut db, &business, &id, &after, PART).await?;
                let last = people.last().map(|person| person.contact.to_string());
                if let Some(last) = &last {
                    let received = results::list_received_for(&mut db, &business, &id, (&after, last)).await?;
                    for person in &people {
                        write(&mut out, person, received.get(&person.contact));
                    }
                } else {
                    write_standard(&mut out, &results::find_standard(&mut db, &business, &id).await?);
                }
                Ok(Some((out, (last, String::new()))))
            }
        }))
    }
}

fn write(csv: &mut String, person: &PersonLine, received: Option<&Received>) {
    let counts = [person.campaigns, person.sent, person.delivered, person.failed, person.skipped];
    let [campaigns, sent, delivered, failed, skipped] = counts.map(|count| count.to_string());
    let [openings, payments] = [person.openings, person.payments].map(|count| count.to_string());
    let paid_at = received.map(|received| received.first_at);
    let times = [person.sent_at, person.opened_at, person.started_at, paid_at, person.opted_out_at];
    let [sent_at, opened_at, started_at, paid_at, opted_out_at] = times.map(time_cell);
    let (paid, currency) = money_cells(received);
    write_row(
        csv,
        [
            person.contact.as_str(),
            &person.first_name,
            &person.last_name,
            &person.email,
            &person.phone,
            &campaigns,
            &sent,
            &delivered,
            &failed,
            &skipped,
            &sent_at,
            &opened_at,
            &started_at,
            &paid,
            &currency,
            &paid_at,
            &opted_out_at,
            &openings,
            &payments,
        ],
    );
}

/// Nobody in particular: where a person's data would stand it is empty.
fn write_standard(csv: &mut String, standard: &StandardLine) {
    let received = standard.received.as_ref();
    let paid_at = received.map(|received| received.first_at);
    let [opened_at, started_at, paid_at] = [standard.opened_at, standard.started_at, paid_at].map(time_cell);
    let [openings, payments] = [standard.openings, standard.payments].map(|count| count.to_string());
    let (paid, currency) = money_cells(received);
    let cell = |column| match column {
        "First name" => "Standard link",
        "First opened" => &opened_at,
        "Checkout started" => &started_at,
        "Paid" => &paid,
        "Currency" => &currency,
        "Paid at" => &paid_at,
        "Times opened" => &openings,
        "Times paid" => &payments,
        _ => "",
    };
    write_row(csv, COLUMNS.map(cell));
}
