//! app

pub mod address;
pub mod layout;
pub mod ui;
