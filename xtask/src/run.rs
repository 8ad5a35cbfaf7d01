//! `cargo xtask run`: the product with demo data, from nothing to an address and a login.

use crate::house::{House, Result, perform};
use crate::site::{self, Grade};

pub fn run(house: &House) -> Result {
    let site = site::build(house, Grade::Quick)?;
    house.cargo(["build", "--package", "app", "--package", "server"])?;
    let server = |command: &str| {
        let mut server = house.program(house.server());
        server.arg(command).env("LEPTOS_SITE_ROOT", &site);
        server
    };
    perform(&mut server("demo"))?;
    perform(&mut server("serve"))
}
