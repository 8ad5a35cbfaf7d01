//! What no visitor may do, tried on every address that the router knows.

use crate::{
    app::{TestApp, cookie},
    both_engines, log,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use server::http::{Declared, Policy, declared};
use sqlx::{Connection as _, Row as _};

/// Addresses that anyone may use; adding to this list is a decision.
const PUBLIC: [&str; 17] = [
    "GET /health",
    "GET /ready",
    "GET /login",
    "GET /setup",
    "GET /invite/{code}",
    "POST /csp-report",
    "POST /api/fn/start_session",
    "POST /api/fn/create_account",
    "POST /api/fn/find_invite",
    "POST /api/fn/accept_invite",
    "GET /l/{code}",
    "GET /pay/{slug}",
    "POST /pay/{slug}",
    "POST /pay/{slug}/view",
    "GET /pay/receipt/{id}",
    "GET /pay/test/{id}",
    "POST /pay/test/{id}",
];
/// Callers there bring their own proof, so another site may send them.
const EXEMPT: [&str; 3] = ["/csp-report", "/u/", "/webhooks/"];
/// Words that only our insides know.
const INSIDES: [&str; 8] = ["sqlx", "sqlite", "postgres", "no such table", "panicked", "/src/", ".rs:", "relation \""];

/// The address with something in the place of each parameter.
fn filled(route: &Declared, value: &str) -> String {
    let parts = route.path.split('/').map(|part| if part.starts_with('{') { value } else { part });
    parts.collect::<Vec<_>>().join("/")
}

fn ask(app: &TestApp, route: &Declared, cookie: &str) -> RequestBuilder {
    let address = app.at(&filled(route, "con_00000000000000000000000000000001"));
    let request = app.client.request(route.method.clone(), address).header("cookie", cookie);
    if route.method == Method::POST { request.header("origin", &app.url) } else { request }
}

async fn send(request: RequestBuilder) -> Response {
    request.send().await.expect("an answer")
}

#[test]
fn every_public_address_is_a_decision() {
    let public: Vec<String> = declared()
        .iter()
        .filter(|route| route.policy == Policy::Public)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    for route in &public {
        let known = PUBLIC.contains(&route.as_str()) || route.contains(" /u/") || route.contains(" /webhooks/");
        assert!(known, "{route} is public without anyone having said so here");
    }
    assert!(declared().len() > PUBLIC.len() + 10, "the router knows its addresses");
}

both_engines! {
    async fn nobody_gets_past_an_address_that_needs_a_session(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Canary-7f3a", "canary-7f3a@example.com").await;
        let expired = app.log_in("canary-7f3a@example.com").await;
        let ended = app.log_in("canary-7f3a@example.com").await;
        app.call(&ended, "end_session", &[]).await;
        app.clock.advance(61 * 60 * 1000);
        let forged = format!("sid={}", "A".repeat(43));
        for route in declared().iter().filter(|route| route.policy == Policy::SignedIn) {
            for cookie in ["", "sid=", &forged, &expired, &ended] {
                let answer = send(ask(&app, route, cookie)).await;
                let sent_to_log_in = answer.status() == StatusCode::SEE_OTHER && answer.headers()["location"] == "/login";
                let refused = answer.status() == StatusCode::UNAUTHORIZED || (route.method == Method::GET && sent_to_log_in);
                assert!(refused, "{} {}: {}", route.method, route.path, answer.status());
                assert!(!answer.text().await.unwrap().contains("anary-7f3a"), "{}", route.path);
            }
        }
    }

    async fn another_site_changes_nothing(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        let tricks: [&[(&str, &str)]; 8] = [
            &[("origin", "https://evil.example")],
            &[("origin", "null")],
            &[],
            &[("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "none")],
            &[("origin", "https://evil.example"), ("content-type", "text/plain")],
            &[("origin", "https://evil.example"), ("x-http-method-override", "GET")],
        ];
        for route in declared().iter().filter(|route| route.method == Method::POST) {
            if EXEMPT.iter().any(|exempt| route.path.starts_with(exempt)) {
                continue;
            }
            for headers in tricks {
                let address = app.at(&filled(route, "x"));
                let mut request = app.client.post(address).header("cookie", &session).body("a=1");
                for (name, value) in headers {
                    request = request.header(*name, *value);
                }
                let answer = send(request).await;
                assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{} with {headers:?}", route.path);
                assert_eq!(answer.headers()["vary"], "Sec-Fetch-Site, Origin");
            }
            // No function can be reached by a link or an image.
            if route.path.starts_with("/api/fn/") {
                let answer = app.open(&session, &route.path).await;
                assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{}", route.path);
            }
        }
        assert_eq!(app.call(&session, "current_business", &[]).await.status(), 200, "the session is still there");
    }

    async fn no_answer_leads_to_another_site(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        for route in declared().iter().filter(|route| route.path.starts_with("/api/fn/")) {
            for referer in ["https://evil.example/a", "https://evil.example//evil.example/", "//evil.example", "\\\\evil"] {
                let request = ask(&app, route, &session).header("accept", "text/html").header("referer", referer);
                let answer = send(request.form(&[("a", "1")])).await;
                if let Some(location) = answer.headers().get("location") {
                    let location = location.to_str().unwrap();
                    let at_home = location.starts_with('/') && !location.starts_with("//") && !location.contains('\\');
                    assert!(at_home, "{} with {referer} leads to {location}", route.path);
                }
            }
        }
    }

    async fn a_body_over_its_limit_is_refused_everywhere(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        for route in declared().iter().filter(|route| route.method == Method::POST) {
            if route.path == app::paths::UPLOAD {
                continue;
            }
            let answer = send(ask(&app, route, &session).body(vec![b'a'; 257 * 1024])).await;
            assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{}", route.path);
            let chunk = || Ok::<_, std::io::Error>(http_body::Frame::data(bytes::Bytes::from(vec![b'a'; 16 * 1024])));
            let chunks = futures::StreamExt::take(futures::stream::repeat_with(chunk), 4096);
            let endless = reqwest::Body::wrap(http_body_util::StreamBody::new(chunks));
            // The server may hang up on such a sender before it has read the answer.
            if let Ok(answer) = ask(&app, route, &session).body(endless).send().await {
                assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE, "{}", route.path);
            }
        }
        let csv = ask(&app, &Declared {
            method: Method::POST,
            path: app::paths::UPLOAD.to_owned(),
            policy: Policy::SignedIn,
        }, &session);
        let answer = send(csv.body(vec![b'a'; 51 * 1024 * 1024])).await;
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn bad_requests_get_the_status_that_says_so(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        let malformed = app.call(&session, "save_business", &[("form", "x")]).await;
        assert_eq!(malformed.status(), StatusCode::BAD_REQUEST);
        assert_eq!(app.open(&session, "/nowhere").await.status(), StatusCode::NOT_FOUND);
        assert_eq!(app.call(&session, "nowhere", &[]).await.status(), StatusCode::NOT_FOUND);
        let method = app.client.delete(app.at("/settings")).header("origin", &app.url);
        assert_eq!(send(method).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    async fn a_store_that_fails_is_not_described(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        let mut tx = app.service.db.begin().await.unwrap();
        for table in ["businesses", "contacts", "payment_links", "message_templates", "campaigns", "payments"] {
            let rename = format!("alter table {table} rename to gone_{table}");
            sqlx::query(sqlx::AssertSqlSafe(rename)).execute(&mut *tx).await.unwrap();
        }
        tx.commit().await.unwrap();
        for route in &declared() {
            for accept in ["*/*", "text/html"] {
                let answer = send(ask(&app, route, &session).header("accept", accept).body("id=1")).await;
                let headers = format!("{:?}", answer.headers()).to_lowercase();
                let body = answer.text().await.unwrap().to_lowercase();
                for word in INSIDES {
                    assert!(!body.contains(word) && !headers.contains(word), "{} says {word}: {body}", route.path);
                }
            }
        }
    }

    async fn markup_in_data_and_addresses_stays_text(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let attack = "</script><script>alert(1)</script>";
        app.owner(attack, "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        let encoded = "%3C/script%3E%3Cscript%3Ealert(1)%3C/script%3E";
        for route in declared().iter().filter(|route| route.method == Method::GET) {
            for path in [filled(route, encoded), format!("{}?q={encoded}&__err={encoded}&page={encoded}", filled(route, "x"))] {
                for cookie in ["", &session] {
                    let body = app.open(cookie, &path).await.text().await.unwrap();
                    assert!(!body.contains("<script>alert(1)"), "{path}: {body}");
                }
            }
        }
        let missing = app.open(&session, &format!("/{encoded}")).await.text().await.unwrap();
        assert!(!missing.contains("<script>alert(1)"));
    }
}

/// Every row as one text, but not the openings, nor what `/ready` writes to see whether writing works.
async fn everything(app: &TestApp) -> String {
    let file = app.service.config.store.sqlite_file().unwrap();
    let mut connection = sqlx::SqliteConnection::connect(file.to_str().unwrap()).await.unwrap();
    let tables = "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not in ('openings', 'write_checks')";
    let mut all = String::new();
    for table in sqlx::query(tables).fetch_all(&mut connection).await.unwrap() {
        let table: String = table.get(0);
        let columns = sqlx::query(sqlx::AssertSqlSafe(format!("pragma table_info({table})")));
        let columns: Vec<String> = columns
            .fetch_all(&mut connection)
            .await
            .unwrap()
            .iter()
            .map(|column| format!("quote({})", column.get::<String, _>("name")))
            .collect();
        let rows = format!("select {} from {table} order by 1", columns.join(" || ',' || "));
        for row in sqlx::query(sqlx::AssertSqlSafe(rows)).fetch_all(&mut connection).await.unwrap() {
            all += table.as_ref();
            all += ": ";
            all += &row.get::<String, _>(0);
            all += "\n";
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn opening_any_address_changes_nothing() {
    let app = TestApp::start(crate::store::TestStore::sqlite(), &[]).await;
    app.owner("Studio Nord", "owner@example.com").await;
    let session = app.log_in("owner@example.com").await;
    let before = everything(&app).await;
    assert!(before.contains("Studio Nord"));
    for _ in 0..2 {
        for route in declared().iter().filter(|route| route.method == Method::GET) {
            for method in [Method::GET, Method::HEAD] {
                let address = app.at(&filled(route, "con_00000000000000000000000000000001"));
                send(app.client.request(method, address).header("cookie", &session)).await;
            }
        }
    }
    assert_eq!(before, everything(&app).await);
}

/// What hardening.md §2.2 demands of one answer.
fn check_headers(answer: &Response, private: bool, https: bool) {
    let headers = answer.headers();
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let policy = text("content-security-policy");
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap_or_default();
    assert!(nonce.len() >= 22, "{policy}");
    for part in [
        "default-src 'none'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "'wasm-unsafe-eval'",
        "report-to csp",
    ] {
        assert!(policy.contains(part), "{part} is not in {policy}");
    }
    assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{policy}");
    for (name, value) in [
        ("reporting-endpoints", "csp=\"/csp-report\""),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ] {
        assert_eq!(text(name), value, "{name} of {}", answer.url());
    }
    let hsts = if https { "max-age=63072000; includeSubDomains" } else { "" };
    assert_eq!(text("strict-transport-security"), hsts);
    assert_eq!(text("server"), "");
    assert_eq!(text("cache-control"), "no-store", "{}", answer.url());
    let (referrer, robots) =
        if private { ("no-referrer", "noindex, nofollow, noarchive") } else { ("strict-origin-when-cross-origin", "") };
    assert_eq!(text("referrer-policy"), referrer, "{}", answer.url());
    assert_eq!(text("x-robots-tag"), robots, "{}", answer.url());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_headers() {
    for https in [false, true] {
        let settings: &[_] = if https { &[("PUBLIC_URL", "https://pay.example.com")] } else { &[] };
        let app = TestApp::start(crate::store::TestStore::sqlite(), settings).await;
        app.owner("Studio Nord", "owner@example.com").await;
        for route in &declared() {
            let private = !matches!(route.path.as_str(), "/health" | "/ready" | "/login" | "/setup");
            let answer = send(ask(&app, route, "")).await;
            check_headers(&answer, private, https);
            let wrong_method =
                send(app.client.patch(app.at(&filled(route, "x"))).header("sec-fetch-site", "same-origin"));
            let wrong_method = wrong_method.await;
            assert_eq!(wrong_method.status(), StatusCode::METHOD_NOT_ALLOWED, "{}", route.path);
            check_headers(&wrong_method, private, https);
        }
        let missing = app.open("", "/nowhere").await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
        check_headers(&missing, true, https);
        let large = send(app.client.post(app.at("/nowhere")).body(vec![0; 300_000])).await;
        assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
        check_headers(&large, true, https);
        let foreign = send(app.client.post(app.at("/nowhere")).header("origin", "https://evil.example")).await;
        assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
        check_headers(&foreign, true, https);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_line_of_the_log_names_a_person_or_holds_a_secret() {
    let log = log::record();
    let app = TestApp::start(crate::store::TestStore::sqlite(), &[]).await;
    app.owner("Quokka Studio", "quokka@example.com").await;
    let session = app.log_in("quokka@example.com").await;
    let wrong = [("form[email]", "quokka@example.com"), ("form[password]", "quokka-guess-1")];
    app.call("", "start_session", &wrong).await;
    app.open(&session, "/pay/quokka-slug?t=eyJquokka.token.here").await;
    app.open(&session, "/l/quokkacode12").await;
    let odd = app.client.get(app.at("/login")).header("user-agent", "quokka agent");
    let answer = send(odd).await;
    assert!(cookie(&answer).is_none());
    let secret = session.split('=').nth(1).unwrap();
    let written = log.text();
    assert!(written.contains("a log-in was refused"), "the log is recorded");
    for word in ["quokka", "Quokka", secret, crate::app::PASSWORD] {
        let line = written.lines().find(|line| line.contains(word));
        assert!(line.is_none(), "{word} is in: {line:?}");
    }
}
