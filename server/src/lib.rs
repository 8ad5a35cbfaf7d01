//! What actually happens: storage, sending, tokens, payments, HTTP.
#![recursion_limit = "256"]

pub mod account;
pub mod campaigns;
pub mod checkout;
pub mod cli;
pub mod clock;
pub mod config;
pub mod contacts;
pub mod csv_file;
pub mod db;
pub mod dispatcher;
pub mod email;
pub mod error;
pub mod http;
pub mod names;
pub mod outbox;
pub mod payment_links;
pub mod phone;
pub mod providers;
pub mod rate;
pub mod render;
pub mod service;
pub mod session;
pub mod templates;
pub mod tokens;
pub mod transactions;
