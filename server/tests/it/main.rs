//! Every test that needs the whole product, in one binary.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a test says what it expects")]

mod app;
mod checkout;
mod contacts;
mod db;
mod demo;
mod fakes;
mod payment_links;
mod providers;
mod start;
mod store;
mod templates;
