//! What browser and server share: the types and rules both must agree on, the contract, and the screens.
#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod backend;

pub mod account;
pub mod address;
pub mod approval;
pub mod assets;
pub mod brand_color;
pub mod campaigns;
pub mod care;
pub mod channel;
pub mod checkout;
pub mod contacts;
pub mod countries;
pub mod deliveries;
pub mod digits;
pub mod eligibility;
pub mod error;
mod form;
pub mod halt;
pub mod history;
pub mod id;
pub mod imports;
pub mod ledger;
pub mod markup;
pub mod merge_field;
pub mod money;
pub mod order;
pub mod outbox;
pub mod page;
pub mod paths;
pub mod payment_links;
pub mod preflight;
pub mod reminders;
pub mod results;
pub mod single_messages;
pub mod sms;
pub mod team;
pub mod templates;
pub mod text_encoding;
pub mod transactions;
pub mod way_out;

pub mod dashboard;
pub mod layout;
pub mod ui;
