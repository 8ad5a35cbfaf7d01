//! app

pub mod address;
pub mod assets;
pub mod checkout;
pub mod layout;
pub mod merge_field;
pub mod sms;
pub mod ui;
