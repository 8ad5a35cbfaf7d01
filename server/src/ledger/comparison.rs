//! What the tables say beside what the record says: a message, a payment or a switch of consent that one of them does not know.

use crate::{
    db::{
        self,
        ledger::{self, Switch, WrittenPayment},
    },
    facts::{Kind, chain::Entry},
};
use app::{
    id::BusinessId,
    ledger::{Difference, Differing},
};
use serde::Deserialize;
use sqlx::AnyConnection;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// More differences than anyone reads one by one.
const MOST: usize = 100;

/// The tables as they stood before the walk, and what the record has said of them so far. Entries and rows are written in one
/// transaction: what was on record before the tables were read stands in them, and what stands in them comes up in the walk.
pub(super) struct Comparison {
    /// Entries up to here were on record before the tables were read.
    known: i64,
    /// Messages that have left by the table and not yet by the record.
    unsaid: BTreeSet<String>,
    payments: HashMap<String, PaymentState>,
    switches: BTreeMap<Switch, SwitchCounts>,
    found: Vec<Difference>,
}

#[derive(Default)]
struct PaymentState {
    row: Option<WrittenPayment>,
    /// What the last entry says that was on record before the tables were read …
    said: Option<WrittenPayment>,
    /// … and every later one.
    said_later: Vec<WrittenPayment>,
}

#[derive(Default)]
struct SwitchCounts {
    rows: i64,
    said: i64,
    said_later: i64,
}

/// An attempt, or what was reported of it later: a message that was in doubt is proven by having arrived.
#[derive(Deserialize)]
struct Message {
    delivery: String,
}

#[derive(Deserialize)]
struct SettledPayment {
    payment: String,
    status: String,
    amount_minor: i64,
    currency: String,
}

impl Comparison {
    /// Reads the tables.
    pub(super) async fn read(connection: &mut AnyConnection, business: &BusinessId) -> db::Result<Self> {
        let known = ledger::find_end(connection, business).await?.entries;
        let unsaid = ledger::list_left(connection, business).await?.into_iter().collect();
        let mut payments: HashMap<String, PaymentState> = HashMap::new();
        for (id, row) in ledger::list_payments(connection, business).await? {
            payments.entry(id).or_default().row = Some(row);
        }
        let mut switches: BTreeMap<Switch, SwitchCounts> = BTreeMap::new();
        for (switch, rows) in ledger::list_switches(connection, business).await? {
            switches.entry(switch).or_default().rows = rows;
        }
        Ok(Self { known, unsaid, payments, switches, found: Vec::new() })
    }

    /// Takes in what a page of the record says, in its order.
    pub(super) async fn take(
        &mut self,
        connection: &mut AnyConnection,
        business: &BusinessId,
        page: &[Entry],
    ) -> db::Result<()> {
        let mut messages = BTreeSet::new();
        for entry in page {
            let is_known = entry.seq <= self.known;
            if entry.kind == Kind::Attempt.as_str() || entry.kind == Kind::Report.as_str() {
                if let Ok(Message { delivery }) = serde_json::from_str(&entry.body) {
                    self.unsaid.remove(&delivery);
                    messages.insert(delivery);
                }
            } else if entry.kind == Kind::Payment.as_str() {
                if let Ok(settled) = serde_json::from_str(&entry.body) {
                    self.take_payment(settled, is_known);
                }
            } else if entry.kind == Kind::Consent.as_str()
                && let Ok(switch) = serde_json::from_str::<Switch>(&entry.body)
            {
                let counts = self.switches.entry(switch).or_default();
                *(if is_known { &mut counts.said } else { &mut counts.said_later }) += 1;
            }
        }
        let there = ledger::list_existing_deliveries(connection, business, &messages).await?;
        for delivery in messages.into_iter().filter(|delivery| !there.contains(delivery)) {
            self.find(Differing::DeliveryMissing, delivery);
        }
        Ok(())
    }

    fn take_payment(&mut self, settled: SettledPayment, is_known: bool) {
        let SettledPayment { payment, status, amount_minor, currency } = settled;
        let (state, said) =
            (self.payments.entry(payment).or_default(), WrittenPayment { status, amount_minor, currency });
        if is_known {
            state.said = Some(said);
        } else {
            state.said_later.push(said);
        }
    }

    fn find(&mut self, what: Differing, id: String) {
        if self.found.len() < MOST {
            self.found.push(Difference { what, id });
        }
    }

    /// What is different, once the whole record was walked through.
    pub(super) fn differences(mut self) -> Vec<Difference> {
        for delivery in std::mem::take(&mut self.unsaid) {
            self.find(Differing::DeliveryUnrecorded, delivery);
        }
        let mut payments: Vec<_> = std::mem::take(&mut self.payments).into_iter().collect();
        payments.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (id, state) in payments {
            let PaymentState { row, said, said_later } = state;
            let agrees = row.as_ref() == said.as_ref() || row.as_ref().is_some_and(|row| said_later.contains(row));
            if row.is_some() && said.is_none() && said_later.is_empty() {
                self.find(Differing::PaymentUnrecorded, id);
            } else if !agrees {
                self.find(Differing::PaymentChanged, id);
            }
        }
        for (switch, counts) in std::mem::take(&mut self.switches) {
            if counts.rows < counts.said {
                self.find(Differing::ConsentMissing, switch.contact);
            } else if counts.rows > counts.said + counts.said_later {
                self.find(Differing::ConsentUnrecorded, switch.contact);
            }
        }
        self.found
    }
}
