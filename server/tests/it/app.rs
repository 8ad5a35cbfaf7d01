//! The whole product on a fresh database and a free port, with a clock that the test moves.

use crate::store::TestStore;
use app::{
    account::{Access, Role},
    id::{BusinessId, UserId},
};
use server::{
    clock::{Clock, MovableClock},
    config::Config,
    db::{new_id, users},
    http::{
        Http,
        files::Site,
        router,
        serve::{Limits, serve},
    },
    service::Service,
};
use std::{collections::HashMap, sync::Arc, time::Duration};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};

/// 2026-03-04 10:00 UTC, a Wednesday: where every test's clock begins.
pub const BEGIN: i64 = 1_772_618_400_000;
/// The password of every user that a test makes.
pub const PASSWORD: &str = "correct horse battery staple";

/// One running product.
pub struct TestApp {
    pub service: Service,
    pub clock: Arc<MovableClock>,
    /// `http://127.0.0.1:port`, no slash at the end.
    pub url: String,
    /// Follows no redirects and keeps no cookies.
    pub client: reqwest::Client,
    server: JoinHandle<()>,
    _store: TestStore,
    _data: TempDir,
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl TestApp {
    /// Starts it with these settings besides the test's own (`("SMTP_URL", "smtp://127.0.0.1:2525")`).
    pub async fn start(store: TestStore, settings: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let mut all: HashMap<&str, String> = HashMap::from([
            ("DATABASE_URL", store.url().to_owned()),
            ("LEPTOS_SITE_ADDR", address.to_string()),
            ("SIGNING_KEYS", "test0001:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHkgMDEyMzQ1Njc=".to_owned()),
        ]);
        all.extend(settings.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let mut config = Config::read(&|name| all.get(name).cloned()).expect("settings that are right");
        // With PostgreSQL, files lie beside the keys: each product has a folder of its own, or one would tidy up for another.
        let data = tempfile::tempdir().expect("a folder");
        if config.store.folder().is_none() {
            config.signing.file = data.path().join("signing-keys");
        }
        let clock = Arc::new(MovableClock::at(BEGIN));
        let service = Service::open(config, Arc::clone(&clock) as Arc<dyn Clock>).await.expect("a product that starts");
        let stop = tokio_util::sync::CancellationToken::new();
        let http = Http::new(service.clone(), Site::without_files(), stop.clone());
        let proxies = service.config.http.trusted_proxies.clone().into();
        let server = tokio::spawn(serve(listener, router(http), Limits::within(4096), proxies, stop));
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().expect("an HTTP client");
        Self { service, clock, url: format!("http://{address}"), client, server, _store: store, _data: data }
    }

    /// A new business and its owner, who logs in as `email` with [`PASSWORD`]. The clock begins at night in America, where tests
    /// have their contacts: quiet hours are off until a test sets them.
    pub async fn owner(&self, business_name: &str, email: &str) -> Access {
        let now = self.clock.now();
        let (business, user): (BusinessId, UserId) = (new_id(now), new_id(now));
        let password_hash = self.service.passwords.hash(PASSWORD.to_owned()).await.expect("a hash");
        let mut tx = self.service.db.begin().await.expect("a transaction");
        sqlx::query(
            "insert into businesses (id, name, country, currency, quiet_from_minute, quiet_until_minute, created_at) \
             values ($1, $2, 'US', 'USD', null, null, $3)",
        )
        .bind(business.as_str())
        .bind(business_name)
        .bind(now)
        .execute(&mut *tx)
        .await
        .expect("a business");
        sqlx::query(
            "insert into users (id, business_id, email, password_hash, role, created_at) \
             values ($1, $2, $3, $4, 'owner', $5)",
        )
        .bind(user.as_str())
        .bind(business.as_str())
        .bind(email)
        .bind(password_hash)
        .bind(now)
        .execute(&mut *tx)
        .await
        .expect("a user");
        tx.commit().await.expect("a commit");
        Access::checked(business, user, Role::Owner)
    }

    /// The access of a user who is there already.
    pub async fn access(&self, email: &str) -> Access {
        let mut reader = self.service.db.read().await.expect("a connection");
        let user = users::find_by_email(&mut *reader, email).await.expect("an answer").expect("a user");
        Access::checked(user.business, user.id, user.role)
    }

    /// Logs in as a browser with scripts would, and keeps the cookie.
    pub async fn log_in(&self, email: &str) -> String {
        let form = [("form[email]", email), ("form[password]", PASSWORD)];
        let answer = self.call("", "start_session", &form).await;
        assert_eq!(answer.status(), 200, "{}", answer.text().await.expect("a text"));
        cookie(&answer).expect("a session cookie")
    }

    /// Calls a server function with a form, as our own pages do.
    pub async fn call(&self, cookie: &str, name: &str, form: &[(&str, &str)]) -> reqwest::Response {
        let request = self.client.post(self.at(&format!("/api/fn/{name}"))).header("origin", &self.url);
        request.header("cookie", cookie).form(form).send().await.expect("an answer")
    }

    /// Opens a page, which is there within a minute, also on a busy machine.
    pub async fn open(&self, cookie: &str, path: &str) -> reqwest::Response {
        let request = self.client.get(self.at(path)).header("accept", "text/html").header("cookie", cookie);
        request.timeout(Duration::from_mins(1)).send().await.expect("an answer")
    }

    /// The whole address of a path.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }
}

/// The session cookie that an answer sets, as a request sends it back.
pub fn cookie(answer: &reqwest::Response) -> Option<String> {
    let set = answer.headers().get("set-cookie")?.to_str().expect("a text");
    set.split(';').next().map(ToOwned::to_owned)
}
