//! Every test that needs the whole product, in one binary.
#![expect(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "a test says what it expects")]

mod account;
mod app;
mod care;
mod checkout;
mod consent;
mod contacts;
mod control;
mod crash;
mod db;
mod demo;
mod doubt;
mod fakes;
mod log;
mod markup;
mod outage;
mod payment_links;
mod preflight;
mod providers;
mod questions;
mod record;
mod refusals;
mod reminders;
mod restored;
mod security;
mod sending;
mod serving;
mod start;
mod store;
mod team;
mod templates;
mod tenants;
mod turns;
mod webhooks;
mod wording;
mod world;
