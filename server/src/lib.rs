//! server

pub mod config;
pub mod csv_file;
pub mod email;
pub mod http;
pub mod names;
pub mod phone;
pub mod render;
pub mod session;
pub mod tokens;
