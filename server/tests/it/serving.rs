//! Serving under trouble: a log that cannot be written, crowds of connections and requests, a database that does not answer.

use crate::{
    app::{PASSWORD, TestApp},
    both_engines,
    store::TestStore,
};
use reqwest::StatusCode;
use sqlx::Connection as _;
use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// Nothing that is right takes this long.
const PATIENCE: Duration = Duration::from_mins(1);
const SITE: &str = r#"{"dashboard": {"script": "/pkg/a.js", "wasm": "/pkg/a.wasm"},
    "checkout": {"script": "/pkg/b.js", "wasm": "/pkg/b.wasm"}, "style": "/pkg/a.css", "checkout_style": ""}"#;

/// The real binary, which nobody can ask for its port: it was told one.
struct Binary {
    process: Child,
    url: String,
    client: reqwest::Client,
    _folder: TempDir,
}

impl Drop for Binary {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Binary {
    fn start(settings: &[(&str, &str)], out: Stdio, log: Stdio) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        for file in ["a.js", "a.wasm", "b.js", "b.wasm", "a.css"] {
            fs::write(folder.path().join("site/pkg").join(file), "").unwrap();
        }
        fs::write(folder.path().join("site/manifest.json"), SITE).unwrap();
        let address: SocketAddr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
        command.arg("serve").current_dir(folder.path()).env_clear().envs(settings.iter().copied());
        command.env("LEPTOS_SITE_ADDR", address.to_string()).env("LEPTOS_SITE_ROOT", folder.path().join("site"));
        let process = command.stdin(Stdio::null()).stdout(out).stderr(log).spawn().unwrap();
        Self { process, url: format!("http://{address}"), client: reqwest::Client::new(), _folder: folder }
    }

    async fn is_up(&mut self) {
        let asked = async {
            while self.client.get(format!("{}/ready", self.url)).send().await.is_err() {
                assert!(self.process.try_wait().unwrap().is_none(), "it ended");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, asked).await.expect("a server that starts");
    }

    /// Resident memory in megabytes.
    fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
    }
}

fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

/// A pipe whose reader is gone.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_cannot_be_written_stops_nothing() {
    for (out, log) in [(full(), full()), (closed(), closed())] {
        // Everything is logged, so that every request tries to.
        let mut server = Binary::start(&[("RUST_LOG", "debug")], out, log);
        server.is_up().await;
        for path in ["/health", "/login", "/nowhere", "/pay/nowhere"] {
            let answer = server.client.get(format!("{}{path}", server.url)).send().await.unwrap();
            assert!(!answer.status().is_server_error(), "{path}: {}", answer.status());
        }
        assert!(server.process.try_wait().unwrap().is_none(), "it still serves");
    }
}

#[test]
fn a_command_whose_reader_has_gone_does_its_work() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], out: Stdio| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
        let output =
            command.args(arguments).current_dir(folder.path()).env_clear().stdout(out).stderr(Stdio::piped()).output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    for command in [["migrate"].as_slice(), &["config", "check"], &["--help"]] {
        let (code, said) = run(command, closed());
        assert!(code == Some(0) && !said.contains("handbill:"), "{command:?}: {code:?} {said}");
    }
    let (code, said) = run(&["config", "check"], full());
    assert_eq!(code, Some(1), "what was asked for could not be said");
    assert!(said.starts_with("handbill: nothing can be written") && said.lines().count() == 1, "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anonymous_requests_are_counted_in_the_log_and_not_written_there() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut server = Binary::start(&[], Stdio::null(), log.reopen().unwrap().into());
    server.is_up().await;
    for n in 0..500 {
        server.client.get(format!("{}/pay/nowhere{n}", server.url)).send().await.unwrap();
    }
    let lines = fs::read_to_string(log.path()).unwrap().lines().count();
    assert!(lines < 50, "{lines} lines");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn memory_that_a_flood_of_log_ins_took_is_given_back() {
    let mut server = Binary::start(&[("TRUSTED_PROXIES", "127.0.0.1")], Stdio::null(), Stdio::null());
    server.is_up().await;
    let try_from = |n: usize| {
        let request = server.client.post(format!("{}/api/fn/start_session", server.url));
        let request = request.header("x-forwarded-for", format!("198.51.{}.{}", n / 250, n % 250));
        // An email that no mail server would take, as a key that must not be kept.
        let email = format!("{}{n}@example.com", "a".repeat(200_000));
        request.form(&[("form[email]", email.as_str()), ("form[password]", PASSWORD)]).send()
    };
    try_from(0).await.unwrap();
    let before = server.memory();
    for round in 0..12 {
        let crowd = futures::future::join_all((1..=24).map(|n| try_from(round * 24 + n))).await;
        assert!(crowd.into_iter().all(|answer| answer.is_ok()));
    }
    let after = server.memory();
    assert!(after < before + 120, "{before} MB before, {after} MB after");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_of_one_address_keep_nobody_out_of_the_whole_product() {
    let app = TestApp::start(TestStore::sqlite(), &[]).await;
    let address = app.url.strip_prefix("http://").unwrap().to_owned();
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(TcpStream::connect(&address).await.unwrap());
    }
    assert_eq!(app.client.get(app.at("/health")).send().await.unwrap().status(), StatusCode::OK);
    let mut said = Vec::new();
    let ended = tokio::time::timeout(PATIENCE, idle[0].read_to_end(&mut said)).await;
    assert!(ended.is_ok() && said.is_empty(), "the one that was idle longest made room");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_could_be_smuggled_past_a_proxy_is_refused() {
    let app = TestApp::start(TestStore::sqlite(), &[]).await;
    let address = app.url.strip_prefix("http://").unwrap().to_owned();
    for head in [
        "POST /csp-report HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /health HTTP/1.1\r\n\r\n",
        "GET /health HTTP/1.1\nHost: a\n\n",
    ] {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut said = String::new();
        tokio::time::timeout(PATIENCE, stream.read_to_string(&mut said)).await.unwrap().unwrap();
        assert!(said.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{head:?}: {said}");
    }
}

both_engines! {
    async fn health_is_told_without_the_database_and_readiness_is_not(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        app.service.db.close().await;
        assert_eq!(app.open(&session, "/health").await.status(), StatusCode::OK);
        assert_eq!(app.open(&session, "/ready").await.status(), StatusCode::SERVICE_UNAVAILABLE);
        let page = app.open(&session, "/contacts").await;
        assert_eq!((page.status(), page.headers().contains_key("retry-after")), (StatusCode::SERVICE_UNAVAILABLE, true));
    }

    async fn reports_of_violations_are_few_and_must_be_reports(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let report = r#"{"csp-report":{"violated-directive":"img-src 'self'"}}"#;
        let send = |body: &'static str| app.client.post(app.at("/csp-report")).body(body).send();
        assert_eq!(send("violation").await.unwrap().status(), StatusCode::BAD_REQUEST);
        for _ in 0..9 {
            assert_eq!(send(report).await.unwrap().status(), StatusCode::NO_CONTENT);
        }
        let refused = send(report).await.unwrap();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(refused.headers().contains_key("retry-after"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_another_program_holds_is_a_reason_to_come_back_and_not_a_fault() {
    let store = TestStore::sqlite();
    let file = store.url().strip_prefix("sqlite://").unwrap().to_owned();
    let app = TestApp::start(store, &[]).await;
    app.owner("Studio Nord", "owner@example.com").await;
    let session = app.log_in("owner@example.com").await;
    let mut holder = sqlx::SqliteConnection::connect(Path::new(&file).to_str().unwrap()).await.unwrap();
    sqlx::query("begin immediate").execute(&mut holder).await.unwrap();
    let answer = app.call(&session, "end_session", &[]).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.headers().contains_key("retry-after"));
    sqlx::query("rollback").execute(&mut holder).await.unwrap();
    assert_eq!(app.call(&session, "end_session", &[]).await.status(), StatusCode::OK);
}
