//! Every test that needs the whole product, in one binary.

mod fakes;
mod providers;
