//! Servers that stand in for the world outside: they speak the real protocols and misbehave on request.

pub mod smtp;
pub mod twilio;
