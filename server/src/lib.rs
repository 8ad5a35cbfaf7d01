//! server

pub mod config;
pub mod csv_file;
pub mod dispatcher;
pub mod email;
pub mod http;
pub mod names;
pub mod phone;
pub mod providers;
pub mod render;
pub mod session;
pub mod tokens;
