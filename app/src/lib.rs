//! app

pub mod address;
pub mod layout;
pub mod merge_field;
pub mod sms;
pub mod ui;
