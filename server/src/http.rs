//! The router: pages, server functions, health, files, and what surrounds them all.
pub mod files;
pub mod guard;
pub mod headers;
pub mod limits;
