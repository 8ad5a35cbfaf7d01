//! `cargo xtask size`: the bytes of a customer's first visit to the checkout, as the server sends them, against a budget.

use crate::house::{Doing, House, Result, failed, output, remove_folder};
use crate::site::{self, Grade};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;
use std::{fs, thread};

/// Everything that the hydrated page needs, brotli.
const SCRIPTS: usize = 80 * 1024;
/// What can be read and submitted before any script has come, brotli.
const READABLE: usize = 6 * 1024;

pub fn size(house: &House) -> Result {
    let site = site::build(house, Grade::Release)?;
    house.build_server()?;

    let folder = house.target.join("size");
    remove_folder(&folder)?;
    fs::create_dir_all(&folder).doing("making target/size")?;
    let address = free_address()?;
    let handbill = |command: &str| {
        let mut program = house.program(house.server());
        program.arg(command).current_dir(&folder).env("RUST_LOG", "error").env("LEPTOS_SITE_ROOT", &site);
        program.env("DATABASE_URL", "sqlite://size.db").env("LEPTOS_SITE_ADDR", &address).env_remove("PUBLIC_URL");
        program
    };
    let told = output(&mut handbill("demo"))?;
    let Some(page) = told.split_whitespace().find_map(|word| Some(&word[word.find("/pay/")?..])) else {
        return failed("`handbill demo` printed no address of a checkout (…/pay/…)");
    };

    let mut server = handbill("serve").stdout(Stdio::null()).spawn().doing("starting the server")?;
    let visit = first_visit(&mut server, &address, page);
    server.kill().and_then(|()| server.wait()).doing("stopping the server")?;
    judge(&visit?)
}

/// One thing that the browser fetched.
struct Fetched {
    path: String,
    raw: usize,
    sent: usize,
}

impl Fetched {
    fn is(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, found)| found == extension)
    }
}

fn first_visit(server: &mut Child, address: &str, page: &str) -> Result<Vec<Fetched>> {
    wait_until_up(server, address)?;
    let html = get(address, page, "identity")?;
    let mut visit = vec![Fetched { path: page.into(), raw: html.len(), sent: get(address, page, "br")?.len() }];
    for path in packages_named_in(&String::from_utf8_lossy(&html)) {
        let raw = get(address, &path, "identity")?.len();
        visit.push(Fetched { raw, sent: get(address, &path, "br")?.len(), path });
    }
    Ok(visit)
}

fn judge(visit: &[Fetched]) -> Result {
    println!("{:>10} {:>10}  a customer's first visit to the checkout", "raw", "brotli");
    for Fetched { path, raw, sent } in visit {
        println!("{raw:>10} {sent:>10}  {path}");
    }
    let scripts: usize = visit.iter().filter(|it| it.is("js") || it.is("wasm")).map(|it| it.sent).sum();
    let readable: usize = visit.iter().filter(|it| !it.is("js") && !it.is("wasm")).map(|it| it.sent).sum();
    println!(
        "JS and wasm: {scripts} of at most {SCRIPTS} bytes; to read and submit: {readable} of at most {READABLE} bytes"
    );
    if scripts == 0 {
        return failed("the checkout names no script at all: nothing was measured");
    }
    if scripts > SCRIPTS || readable > READABLE {
        return failed("the checkout is over its budget");
    }
    Ok(())
}

/// Every address below `/pkg/` that the page names, once.
fn packages_named_in(html: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for (at, _) in html.match_indices("/pkg/") {
        let rest = &html[at..];
        let end = rest.find(['"', '\'', '<', '>', ' ', ')', '\\', '&']).unwrap_or(rest.len());
        let path = &rest[..end];
        if !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }
    paths
}

fn free_address() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").doing("finding a free port")?;
    Ok(listener.local_addr().doing("finding a free port")?.to_string())
}

fn wait_until_up(server: &mut Child, address: &str) -> Result {
    for _ in 0..600 {
        if TcpStream::connect(address).is_ok() {
            return Ok(());
        }
        if let Some(status) = server.try_wait().doing("watching the server")? {
            return failed(format!("the server stopped before it answered ({status})"));
        }
        thread::sleep(Duration::from_millis(50));
    }
    failed(format!("nothing answered at {address} within 30 seconds"))
}

/// The body of one answer, as it was sent.
fn get(address: &str, path: &str, encoding: &str) -> Result<Vec<u8>> {
    let what = format!("fetching {path}");
    let mut stream = TcpStream::connect(address).doing(&what)?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).doing(&what)?;
    let ask = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: text/html,*/*\r\nAccept-Encoding: {encoding}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(ask.as_bytes()).doing(&what)?;

    let mut answer = BufReader::new(stream);
    let mut head = String::new();
    while answer.read_line(&mut head).doing(&what)? > 2 {}
    if !head.starts_with("HTTP/1.1 200") {
        return failed(format!("{what}: {}", head.lines().next().unwrap_or("no answer")));
    }
    let mut body = Vec::new();
    if head.to_ascii_lowercase().contains("transfer-encoding: chunked") {
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).doing(&what)?;
            let length = usize::from_str_radix(line.trim(), 16).doing(&what)?;
            let start = body.len();
            body.resize(start + length, 0);
            answer.read_exact(&mut body[start..]).doing(&what)?;
            answer.read_line(&mut line).doing(&what)?;
            if length == 0 {
                return Ok(body);
            }
        }
    }
    answer.read_to_end(&mut body).doing(&what)?;
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::packages_named_in;

    #[test]
    fn a_page_names_each_of_its_packages_once() {
        let html =
            r#"<link href="/pkg/a.js"><script>import x from "/pkg/a.js"; y({module_or_path:'/pkg/b.wasm'})</script>"#;
        assert_eq!(packages_named_in(html), ["/pkg/a.js", "/pkg/b.wasm"]);
    }
}
