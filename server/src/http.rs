//! The router: pages, server functions, health, files, and what surrounds them all.

pub mod checkout;
pub mod contacts;
mod csp_reports;
pub mod events;
mod exports;
pub mod files;
pub mod guard;
pub mod headers;
pub mod limits;
mod pages;
mod plain_forms;
pub mod serve;
pub mod webhooks;

use std::any::Any;
use std::iter;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use app::account::Access;
use app::backend::Accounts as _;
use app::error::{Error, Result};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, MatchedPath, Request, State};
use axum::http::{Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get, post};
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::{CompressionLayer, CompressionLevel};

pub use crate::http::pages::SignedIn;

use crate::http::files::Site;
use crate::http::limits::ClientAddress;
use crate::rate::{self, AddressRate};
use crate::service::Service;

/// Quick, and good enough for text that is made anew each time.
const COMPRESSION: CompressionLevel = CompressionLevel::Precise(4);

/// What every handler can reach.
#[derive(Clone, FromRef)]
pub struct Http {
    /// The product.
    pub service: Service,
    /// The built front end.
    pub site: Site,
    /// Ends what would otherwise be open for ever.
    pub stop: CancellationToken,
    /// How often an address may report that our policy was violated.
    csp_pace: Arc<AddressRate>,
    /// What was answered to people who are not logged in.
    pub answered: Arc<Answered>,
    /// Set once the first user exists: it never has to be asked again.
    is_set_up: Arc<AtomicBool>,
}

impl Http {
    /// Everything that handlers reach.
    pub fn new(service: Service, site: Site, stop: CancellationToken) -> Self {
        Self { service, site, stop, csp_pace: csp_reports::pace(), answered: Arc::default(), is_set_up: Arc::default() }
    }

    async fn needs_setup(&self) -> Result<bool> {
        if self.is_set_up.load(Ordering::Relaxed) {
            return Ok(false);
        }
        let needed = self.service.needs_setup().await?;
        self.is_set_up.store(!needed, Ordering::Relaxed);
        Ok(needed)
    }
}

/// Who may use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Anyone: what is answered does not depend on a session.
    Public,
    /// Only someone who is logged in; others are answered 401, or sent to log in when they ask for a page.
    SignedIn,
}

/// A route as it was declared: what the tests walk through.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The method, where only one is answered.
    pub method: Method,
    /// The address, with `{parameters}`.
    pub path: String,
    /// Who may use it.
    pub policy: Policy,
}

/// Routes that cannot be added without saying who may use them.
#[derive(Default)]
pub struct Routes {
    router: Router<Http>,
    declared: Vec<Declared>,
}

impl Routes {
    /// No routes yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A route that reads.
    #[must_use]
    pub fn get(self, path: &str, policy: Policy, handler: MethodRouter<Http>) -> Self {
        self.add(Method::GET, path, policy, handler)
    }

    /// A route that changes something.
    #[must_use]
    pub fn post(self, path: &str, policy: Policy, handler: MethodRouter<Http>) -> Self {
        self.add(Method::POST, path, policy, handler)
    }

    /// A page, which sends a visitor without a session to where it starts by itself.
    #[must_use]
    fn page(mut self, path: &str, policy: Policy, handler: MethodRouter<Http>) -> Self {
        self.router = self.router.route(path, handler);
        self.declared.push(Declared { method: Method::GET, path: path.to_owned(), policy });
        self
    }

    fn add(mut self, method: Method, path: &str, policy: Policy, handler: MethodRouter<Http>) -> Self {
        let handler = match policy {
            Policy::Public => handler,
            Policy::SignedIn => handler.layer(from_fn(pages::require_session)),
        };
        self.router = self.router.route(path, handler);
        self.declared.push(Declared { method, path: path.to_owned(), policy });
        self
    }

    /// Both.
    #[must_use]
    pub fn merge(mut self, other: Self) -> Self {
        self.router = self.router.merge(other.router);
        self.declared.extend(other.declared);
        self
    }

    /// Every route that was declared.
    pub fn declared(&self) -> &[Declared] {
        &self.declared
    }
}

/// Every address that is answered, and who may use it.
pub fn declared() -> Vec<Declared> {
    of_people().merge(of_machines()).declared
}

fn of_people() -> Routes {
    pages::routes()
        .merge(checkout::routes())
        .merge(contacts::routes())
        .merge(events::routes())
        .merge(exports::routes())
        .merge(webhooks::routes())
}

/// What a machine asks or tells: nobody's session is looked for, so that `/health` answers when the database does not.
fn of_machines() -> Routes {
    Routes::new().get("/health", Policy::Public, get(|| async { "ok" })).get("/ready", Policy::Public, get(ready)).post(
        csp_reports::PATH,
        Policy::Public,
        post(csp_reports::take),
    )
}

/// The whole web server, as one service.
pub fn router(http: Http) -> Router {
    let config = &http.service.config.http;
    let headers = headers::Policy::new(&config.public_url);
    let guard = guard::Policy::new(&config.public_url);
    let proxies = Arc::new(limits::Proxies::new(config.trusted_proxies.clone().into()));
    let files = http.site.router();
    of_people()
        .router
        .fallback(pages::not_found)
        .method_not_allowed_fallback(|| async {
            (StatusCode::METHOD_NOT_ALLOWED, "This address cannot be used in this way.")
        })
        .layer(from_fn_with_state(http.clone(), pages::limit_tries))
        .layer(from_fn_with_state(http.clone(), pages::session))
        .layer(CompressionLayer::new().quality(COMPRESSION))
        .merge(of_machines().router)
        // Compressed when they were built, the same for everybody: outside of both.
        .merge(files)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn(limits::body))
        .layer(from_fn_with_state(guard, guard::check))
        .layer(CatchPanicLayer::custom(after_panic))
        .layer(from_fn_with_state(headers, headers::add))
        .layer(from_fn_with_state(Arc::clone(&http.answered), log))
        .layer(from_fn_with_state(proxies, limits::client_address))
        .with_state(http)
}

/// What waits for a person comes with 200, a line each: the pages on which it is decided must be reached.
async fn ready(State(service): State<Service>) -> (StatusCode, String) {
    if let Err(unready) = service.db.check().await {
        return (StatusCode::SERVICE_UNAVAILABLE, unready.to_string());
    }
    let notes = service.waiting_decisions().await.unwrap_or_default();
    (StatusCode::OK, iter::once("ready".to_owned()).chain(notes).collect::<Vec<_>>().join("\n"))
}

/// One line for each answer: the route as declared, never the address, which can hold a code or a token. Answers to somebody who
/// is not logged in are counted instead, or anyone could fill the disk.
async fn log(State(answered): State<Arc<Answered>>, address: ClientAddress, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let begun = tokio::time::Instant::now();
    let response = next.run(request).await;
    let ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let (status, from) = (response.status(), rate::block(address.0));
    if response.extensions().get::<Access>().is_some() {
        tracing::info!(%method, route, status = status.as_u16(), ms, %from, "answered");
    } else {
        tracing::debug!(%method, route, status = status.as_u16(), ms, %from, "answered");
        answered.count(status);
    }
    response
}

/// Answers to people who are not logged in, since they were last told of: by the first digit of their status.
#[derive(Debug, Default)]
pub struct Answered([AtomicU64; 4]);

impl Answered {
    fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).clamp(2, 5) - 2;
        if let Some(count) = self.0.get(class) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Logs how many they were, where there were any.
    pub fn tell(&self) {
        let [done, elsewhere, refused, failed] = self.0.each_ref().map(|count| count.swap(0, Ordering::Relaxed));
        if done + elsewhere + refused + failed > 0 {
            tracing::info!(done, elsewhere, refused, failed, "answered without a session");
        }
    }
}

/// A handler broke: the place was logged when it happened, the asker gets a plain sentence.
fn after_panic(_payload: Box<dyn Any + Send>) -> Response {
    pages::plain_error(&Error::Internal).into_response()
}
