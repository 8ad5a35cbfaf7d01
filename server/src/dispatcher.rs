//! Sends what is queued: claim, render, send, record.

pub mod series;
