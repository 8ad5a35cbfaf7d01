//! The business's payments: the list and its export.

use crate::{
    csv_file,
    db::payments::{self, Place},
    names,
    service::Service,
};
use app::{
    account::Access,
    backend::Transactions,
    error::Result,
    page::{PAGE_SIZE, Page},
    transactions::{Transaction, TransactionList, TransactionQuery},
    ui::exact_time,
};
use async_trait::async_trait;
use futures::{Stream, stream};

/// Rows read at once for an export.
const EXPORT_STEP: i64 = 500;

const COLUMNS: [&str; 12] = [
    "Payment",
    "Date",
    "Status",
    "Amount",
    "Currency",
    "Payment link",
    "Name",
    "Email",
    "Phone",
    "Contact",
    "Campaign",
    "Reason",
];

#[async_trait]
impl Transactions for Service {
    async fn list_transactions(&self, access: &Access, query: TransactionQuery) -> Result<TransactionList> {
        let now = self.clock.now();
        let query = folded(query);
        let number = query.page.max(1);
        let offset = i64::from(number - 1) * i64::from(PAGE_SIZE);
        let mut db = self.db.read().await?;
        let part = (&Place::Offset(offset), PAGE_SIZE.into());
        let rows = payments::list(&mut db, access.business(), &query, part, now).await?;
        let total = payments::count(&mut db, access.business(), &query, now).await?;
        Ok(TransactionList { page: Page { rows, total, number }, now })
    }
}

impl Service {
    /// The same payments as a CSV file, all of them, a part at a time.
    pub fn export_transactions(
        &self,
        access: Access,
        query: TransactionQuery,
    ) -> impl Stream<Item = Result<String>> + Send + use<> {
        let (service, now, query) = (self.clone(), self.clock.now(), folded(query));
        let head = csv_file::begin(COLUMNS);
        stream::try_unfold((Some(Place::Newest), head), move |(place, mut out)| {
            let (service, access, query) = (service.clone(), access.clone(), query.clone());
            async move {
                let Some(place) = place else { return Ok(None) };
                let mut db = service.db.read().await?;
                let rows = payments::list(&mut db, access.business(), &query, (&place, EXPORT_STEP), now).await?;
                for payment in &rows {
                    write(&mut out, payment);
                }
                let is_last = i64::try_from(rows.len()).is_ok_and(|rows| rows < EXPORT_STEP);
                let last = rows.last().filter(|_| !is_last);
                let next = last.map(|last| Place::Behind { at: last.created_at, id: last.id.clone() });
                Ok(Some((out, (next, String::new()))))
            }
        })
    }
}

fn write(csv: &mut String, payment: &Transaction) {
    let date = exact_time(payment.created_at);
    let amount = payment.amount.to_input();
    csv_file::write_row(
        csv,
        [
            payment.id.as_str(),
            &date,
            payment.status.as_str(),
            &amount,
            payment.amount.currency.code(),
            &payment.payment_link_name,
            &payment.customer_name,
            &payment.customer_email,
            &payment.customer_phone,
            payment.contact.as_ref().map_or("", |id| id.as_str()),
            payment.campaign.as_ref().map_or("", |id| id.as_str()),
            &payment.reason,
        ],
    );
}

fn folded(query: TransactionQuery) -> TransactionQuery {
    TransactionQuery { search: names::fold(query.search.trim()), ..query }
}
