//! `cargo xtask run`: the product with demo data, from nothing to an address and a login.

use crate::house::{House, Result, perform};
use crate::site::{self, Grade};

pub fn run(house: &House) -> Result {
    let site = site::build(house, Grade::Quick)?;
    house.build_server()?;
    let server = |command: &str| {
        let mut server = house.program(house.server());
        server.arg(command).env("LEPTOS_SITE_ROOT", &site);
        server
    };
    perform(&mut server("demo"))?;
    let address = std::env::var("LEPTOS_SITE_ADDR").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    println!("\nOpen http://{address} and log in with the above. Ctrl-C stops the server.\n");
    perform(&mut server("serve"))
}
