//! The business's payments: the list and its export.

use crate::{csv_file, db::payments, names, service::Service};
use app::{
    account::Access,
    backend::Transactions,
    error::Result,
    page::{PAGE_SIZE, Page},
    transactions::{Transaction, TransactionList, TransactionQuery},
    ui::exact_time,
};
use async_trait::async_trait;

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
        let rows = payments::list(&mut db, access.business(), &query, (offset, PAGE_SIZE.into()), now).await?;
        let total = payments::count(&mut db, access.business(), &query, now).await?;
        Ok(TransactionList { page: Page { rows, total, number }, now })
    }
}

impl Service {
    /// The same payments as a CSV file, all of them.
    pub async fn export_transactions(&self, access: &Access, query: TransactionQuery) -> Result<String> {
        let now = self.clock.now();
        let query = folded(query);
        let mut csv = csv_file::begin(COLUMNS);
        let mut db = self.db.read().await?;
        let mut offset = 0;
        loop {
            let rows = payments::list(&mut db, access.business(), &query, (offset, EXPORT_STEP), now).await?;
            for payment in &rows {
                write(&mut csv, payment);
            }
            if i64::try_from(rows.len()).is_ok_and(|rows| rows < EXPORT_STEP) {
                return Ok(csv);
            }
            offset += EXPORT_STEP;
        }
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
