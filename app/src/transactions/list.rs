//! The list of payments, with its filters and its export.

use super::{PaymentStatus, Transaction, TransactionList, TransactionQuery, calls::list_transactions};
use crate::{
    page::PAGE_SIZE,
    paths,
    ui::{
        Button, Cell, Column, EmptyState, LinkButton, Loaded, PageHead, Pagination, RelativeTime, Row, SearchField,
        Select, Status, Table, Tone, Toolbar,
    },
};
use leptos::prelude::*;
use leptos_router::{hooks::use_query_map, params::ParamsMap};

/// `/payments/transactions`.
#[component]
pub fn TransactionsPage() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(query_of));
    let list = Resource::new_blocking(move || query.get(), list_transactions);
    view! {
        <PageHead title="Transactions">
            {move || {
                let export = address(paths::TRANSACTIONS_EXPORT, &query.get());
                view! { <a class="button" href=export download="transactions.csv" rel="external">"Export CSV"</a> }
            }}
        </PageHead>
        <Loaded from=list let:found>
            <Filters filter=query.get_untracked()/>
            <Payments found filter=query.get_untracked()/>
        </Loaded>
    }
}

/// A plain form that asks again with other filters: it works without scripts.
#[component]
fn Filters(filter: TransactionQuery) -> impl IntoView {
    let chosen = filter.status.map(PaymentStatus::as_str).unwrap_or_default();
    let mut options = vec![(String::new(), "All".to_owned())];
    options.extend(PaymentStatus::ALL.map(|status| (status.as_str().to_owned(), status.label().to_owned())));
    view! {
        <Toolbar>
            <form method="GET" action=paths::TRANSACTIONS role="search">
                <SearchField label="Search transactions" value=filter.search/>
                <Select name="status" label="Status" bare=true options=options value=chosen/>
                <Button kind="submit">"Apply"</Button>
            </form>
        </Toolbar>
    }
}

#[component]
fn Payments(found: TransactionList, filter: TransactionQuery) -> impl IntoView {
    let TransactionList { page, now } = found;
    if page.rows.is_empty() {
        let filtered = !filter.search.is_empty() || filter.status.is_some();
        let (title, text) = if filtered {
            ("No payment matches", "Try another name or status.")
        } else {
            ("No payments yet", "Send a payment link to your contacts: what they pay shows up here.")
        };
        return view! {
            <EmptyState title text>
                <LinkButton href=paths::PAYMENT_LINKS>"Go to Payment Links"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let first = u64::from(page.number.saturating_sub(1)) * u64::from(PAGE_SIZE) + 1;
    let last = first + page.rows.len() as u64 - 1;
    let to = |number: u32| address(paths::TRANSACTIONS, &TransactionQuery { page: number, ..filter.clone() });
    let previous = (page.number > 1).then(|| to(page.number - 1));
    let next = (page.number < page.count()).then(|| to(page.number + 1));
    let summary = format!("{first} to {last} of {}", page.total);
    view! {
        <Table
            caption="Transactions"
            columns=vec![
                Column::new("Customer"),
                Column::new("Status"),
                Column::new("Payment link"),
                Column::new("Date"),
                Column::number("Amount"),
            ]
        >
            {page.rows.into_iter().map(|payment| view! { <Payment payment now/> }).collect_view()}
        </Table>
        <Pagination summary previous next/>
    }
    .into_any()
}

#[component]
fn Payment(payment: Transaction, now: i64) -> impl IntoView {
    let tone = match payment.status {
        PaymentStatus::Succeeded => Tone::Good,
        PaymentStatus::Pending => Tone::Accent,
        PaymentStatus::Failed => Tone::Bad,
        PaymentStatus::Canceled | PaymentStatus::Expired | PaymentStatus::Refunded => Tone::Neutral,
    };
    let name = match payment.contact {
        Some(contact) => view! { <a href=paths::contact(&contact)>{payment.customer_name}</a> }.into_any(),
        None => payment.customer_name.into_any(),
    };
    let link = paths::payment_link(&payment.payment_link);
    let campaign = payment.campaign.map(|id| {
        view! { <a class="transaction-note" href=paths::campaign(&id)>"From a campaign"</a> }
    });
    let reason = (!payment.reason.is_empty()).then(|| view! { <span class="transaction-note">{payment.reason}</span> });
    view! {
        <Row>
            <Cell head=true label="Customer">
                {name}
                <span class="transaction-note">{payment.customer_email}</span>
            </Cell>
            <Cell label="Status"><Status tone label=payment.status.label()/> {reason}</Cell>
            <Cell label="Payment link"><a href=link>{payment.payment_link_name}</a> {campaign}</Cell>
            <Cell label="Date"><RelativeTime at=payment.created_at now/></Cell>
            <Cell number=true label="Amount">{payment.amount.to_string()}</Cell>
        </Row>
    }
}

fn query_of(params: &ParamsMap) -> TransactionQuery {
    let text = |name| params.get_str(name).unwrap_or_default();
    TransactionQuery {
        search: text("q").trim().to_owned(),
        status: text("status").parse().ok(),
        page: text("page").parse().unwrap_or(1),
    }
}

/// An address that asks for these payments.
fn address(path: &str, query: &TransactionQuery) -> String {
    let mut params = ParamsMap::new();
    if !query.search.is_empty() {
        params.insert("q", query.search.clone());
    }
    if let Some(status) = query.status {
        params.insert("status", status.as_str().to_owned());
    }
    if query.page > 1 {
        params.insert("page", query.page.to_string());
    }
    [path, &params.to_query_string()].concat()
}
