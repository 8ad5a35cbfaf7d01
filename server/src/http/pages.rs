//! Pages and server functions: rendered and run with the product and who is asking at hand.

use std::sync::{Arc, LazyLock};

use app::account::Access;
use app::backend::{Backend, Caller, provide_backend};
use app::error::Error;
use app::paths;
use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::{get, post};
use leptos::prelude::*;
use leptos::server_fn::axum::server_fn_paths;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

use crate::http::headers::Nonce;
use crate::http::limits::ClientAddress;
use crate::http::{Http, Policy, Routes, plain_forms};
use crate::session::CookieStyle;

/// Server functions that a visitor without a session can call.
const PUBLIC_FUNCTIONS: [&str; 4] =
    ["/api/fn/start_session", "/api/fn/create_account", "/api/fn/find_invite", "/api/fn/accept_invite"];
/// Where a log-in is tried: counted where it is known at which account.
const LOG_IN: &str = "/api/fn/start_session";
/// An error of a server function is a sentence or a few.
const ERROR_BYTES: usize = 64 * 1024;

/// The addresses of all pages. Listed once, before anything is served: meanwhile Leptos lets no resource of the whole process
/// load, and a page that asks for one just then would never be answered (leptos-rs/leptos#4773).
static PAGES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let listings = leptos_axum::generate_route_list(app::dashboard::Dashboard);
    listings.iter().map(|listing| listing.path().to_owned()).collect()
});

/// The pages and server functions.
pub(super) fn routes() -> Routes {
    let mut routes = Routes::new();
    for (path, method) in server_fn_paths() {
        let policy = if PUBLIC_FUNCTIONS.contains(&path) { Policy::Public } else { Policy::SignedIn };
        // A function that can be called by GET would escape the guard: none is routed.
        if method == Method::POST {
            routes = routes.post(path, policy, post(server_function));
        }
    }
    for path in PAGES.iter() {
        let policy = if is_public(path) { Policy::Public } else { Policy::SignedIn };
        routes = routes.page(path, policy, get(page));
    }
    if !routes.declared().iter().any(|route| route.path == "/") {
        routes = routes.page("/", Policy::SignedIn, get(page));
    }
    routes
}

/// Whether a visitor without a session can see the page.
fn is_public(path: &str) -> bool {
    matches!(path, paths::LOG_IN | paths::SET_UP) || path.starts_with(paths::INVITATIONS)
}

/// One page, whole: every resource is waited for, so that the first HTML has everything and the right status.
async fn page(State(http): State<Http>, request: Request) -> Response {
    let path = request.uri().path();
    let signed_in = request.extensions().get::<Access>().is_some();
    let first_start = match http.needs_setup().await {
        Ok(first_start) => first_start,
        Err(error) => return plain_error(&error),
    };
    let elsewhere = match (path, signed_in, first_start) {
        (paths::SET_UP, _, true) | (paths::LOG_IN, false, false) => None,
        ("/" | paths::LOG_IN | paths::SET_UP, true, false) => Some(paths::HOME),
        (path, _, false) if path.starts_with(paths::INVITATIONS) => None,
        (_, _, true) => Some(paths::SET_UP),
        (_, false, false) => Some(paths::LOG_IN),
        (_, true, false) => None,
    };
    match elsewhere {
        Some(address) => Redirect::to(address).into_response(),
        None => render(http, request).await,
    }
}

/// The page for an address that leads nowhere.
pub(super) async fn not_found(State(http): State<Http>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) || !wants_html(request.headers()) {
        return plain_error(&Error::NotFound);
    }
    let mut response = render(http, request).await;
    if response.status().is_success() {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}

async fn render(http: Http, request: Request) -> Response {
    let shell = {
        let assets = Arc::clone(http.site.assets());
        move || app::dashboard::shell(&assets)
    };
    let cookies = http.service.cookie_style();
    let (page, was_answered) = (request.uri().path().to_owned(), plain_forms::read(request.headers()).is_some());
    let mut response = leptos_axum::render_app_async_with_context(context(http), shell)(request).await;
    if was_answered {
        plain_forms::forget(response.headers_mut(), &page, cookies);
    }
    response
}

/// What a page or a server function finds in its context, besides what Leptos puts there.
fn context(http: Http) -> impl Fn() + Clone + Send + Sync + 'static {
    let cookies = http.service.cookie_style();
    let backend: Arc<dyn Backend> = Arc::new(http.service);
    move || {
        let parts = use_context::<Parts>();
        let extensions = parts.as_ref().map(|parts| &parts.extensions);
        let access = extensions.and_then(|found| found.get::<Access>()).cloned();
        provide_backend(
            Arc::clone(&backend),
            access,
            parts.as_ref().map(|parts| caller(parts, cookies)).unwrap_or_default(),
        );
        if let Some(answer) = parts.as_ref().and_then(|parts| plain_forms::read(&parts.headers)) {
            provide_context(answer);
        }
        // In place of the one that Leptos made: the header already names this one.
        if let Some(nonce) = extensions.and_then(|found| found.get::<Nonce>()) {
            provide_context(nonce.clone());
        }
    }
}

fn caller(parts: &Parts, cookies: CookieStyle) -> Caller {
    let address = parts.extensions.get::<ClientAddress>().map_or(Caller::default().address, |known| known.0);
    Caller { address, device: cookies.read_device(&parts.headers) }
}

async fn server_function(State(http): State<Http>, request: Request) -> Response {
    let cookies = http.service.cookie_style();
    let function = request.uri().path().to_owned();
    let is_plain = wants_html(request.headers()) && request.extensions().get::<Access>().is_some();
    let response = leptos_axum::handle_server_fns_with_context(context(http), request).await.into_response();
    let response = settle(response).await;
    if is_plain { plain_forms::keep(response, function, cookies).await } else { response }
}

/// Gives an error its status (Leptos says 500 where the arguments were not understood), and keeps every redirect at home:
/// without scripts Leptos sends people back to whatever page the request says it came from.
async fn settle(mut response: Response) -> Response {
    if let Some(location) = response.headers().get(LOCATION) {
        let local = above_question(local_path(location.to_str().unwrap_or_default()));
        response.headers_mut().insert(LOCATION, HeaderValue::try_from(local).unwrap_or(HeaderValue::from_static("/")));
    }
    if response.status() == StatusCode::FOUND {
        *response.status_mut() = StatusCode::SEE_OTHER;
    }
    let unsettled = response.status() == StatusCode::INTERNAL_SERVER_ERROR
        && response.headers().contains_key(SERVER_FN_ERROR_HEADER);
    if !unsettled {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, ERROR_BYTES).await.unwrap_or_default();
    if let Ok(error) = serde_json::from_slice::<Error>(&body) {
        parts.status = status(&error);
    }
    Response::from_parts(parts, Body::from(body))
}

/// The path and query of an address of any site.
fn local_path(location: &str) -> String {
    let path = match location.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("/", |start| &rest[start..]),
        None => location,
    };
    // Leptos leaves the question mark of a query that it has emptied.
    let path = path.trim_start_matches(['/', '\\']).trim_end_matches('?');
    if path.chars().any(|c| c.is_control() || c == '\\') { "/".to_owned() } else { format!("/{path}") }
}

/// An answered question is over: from the page that asked, the way leads to the page above it, with what Leptos says there.
fn above_question(address: String) -> String {
    let (path, query) = address.split_once('?').unwrap_or((&address, ""));
    let Some(above) = paths::above_confirm(path) else { return address };
    let said = query.split('&').filter(|pair| pair.starts_with("__")).collect::<Vec<_>>().join("&");
    if said.is_empty() { above.to_owned() } else { format!("{above}?{said}") }
}

/// The answer to someone who may not: a sentence for a form, the error itself for the browser's code.
fn refusal(request: &Request, error: &Error) -> Response {
    if wants_html(request.headers()) {
        if *error == Error::NotSignedIn {
            return Redirect::to(paths::LOG_IN).into_response();
        }
        return plain_error(error);
    }
    let body = serde_json::to_string(error).unwrap_or_default();
    let mut response = plain_error(error);
    *response.body_mut() = Body::from(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Ok(path) = HeaderValue::from_str(request.uri().path()) {
        headers.insert(SERVER_FN_ERROR_HEADER, path);
    }
    response
}

/// An error as one sentence of plain text, with its status.
pub(super) fn plain_error(error: &Error) -> Response {
    let mut response = (status(error), error.to_string()).into_response();
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
}

/// Middleware: notes who is asking, where a live session came along, on the request and for the log on the answer.
pub(super) async fn session(State(http): State<Http>, mut request: Request, next: Next) -> Response {
    let access = match http.service.access(request.headers()).await {
        Ok(Some(access)) => access,
        Ok(None) => return next.run(request).await,
        Err(error) => return plain_error(&error),
    };
    request.extensions_mut().insert(access.clone());
    let mut response = next.run(request).await;
    response.extensions_mut().insert(access);
    response
}

/// Middleware of routes that only someone who is logged in may use.
pub(super) async fn require_session(request: Request, next: Next) -> Response {
    if request.extensions().get::<Access>().is_some() {
        next.run(request).await
    } else {
        refusal(&request, &Error::NotSignedIn)
    }
}

/// Middleware: so many tries a minute from one address at what anyone may call; one that let somebody in does not count.
pub(super) async fn limit_tries(
    State(http): State<Http>,
    address: ClientAddress,
    request: Request,
    next: Next,
) -> Response {
    let path = request.uri().path();
    if path == LOG_IN || request.method().is_safe() || !PUBLIC_FUNCTIONS.contains(&path) {
        return next.run(request).await;
    }
    let rate = &http.service.log_ins.of_address;
    if let Err(wait) = rate.take(address.0, http.service.clock.now()) {
        return refusal(&request, &Error::TooMany { retry_after_s: wait.0 });
    }
    let response = next.run(request).await;
    if response.headers().contains_key(SET_COOKIE) {
        rate.give_back(address.0);
    }
    response
}

/// Who is asking, as an argument of a handler; 401 without a live session.
pub struct SignedIn(pub Access);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        parts.extensions.get::<Access>().cloned().map(Self).ok_or_else(|| plain_error(&Error::NotSignedIn))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_page_of_the_address_book_has_a_route() {
        let lists = [
            paths::SET_UP,
            paths::LOG_IN,
            paths::HOME,
            paths::PAYMENT_LINKS,
            paths::NEW_PAYMENT_LINK,
            paths::CAMPAIGNS,
            paths::TRANSACTIONS,
            paths::CONTACTS,
            paths::NEW_CONTACT,
            paths::IMPORTS,
            paths::TEMPLATES,
            paths::OUTBOX,
            paths::SETTINGS,
            paths::SENDING,
        ];
        let one = [
            paths::invitation("{code}"),
            paths::payment_link("{id}"),
            paths::campaign("{id}"),
            paths::contact("{id}"),
            paths::template("{id}"),
            paths::outbox_message("{id}"),
            paths::confirm(paths::PAYMENT_LINKS),
            paths::confirm(&paths::campaign("{id}")),
            paths::confirm(paths::TEMPLATES),
            paths::confirm(paths::SETTINGS),
        ];
        for page in lists.into_iter().map(str::to_owned).chain(one) {
            assert!(PAGES.contains(&page), "{page} leads nowhere");
        }
    }

    #[test]
    fn an_answered_question_leads_to_the_page_above_it() {
        for (location, expected) in [
            ("/payments/campaigns/cmp_1/confirm?step=recall", "/payments/campaigns/cmp_1"),
            ("/settings/confirm?user=usr_1&__path=%2Fapi&__err=abc", "/settings?__path=%2Fapi&__err=abc"),
            ("/payments/links/confirm", "/payments/links"),
            ("/payments/links?confirm=1", "/payments/links?confirm=1"),
            ("/contacts/confirmed", "/contacts/confirmed"),
        ] {
            assert_eq!(above_question(location.to_owned()), expected, "{location}");
        }
    }

    #[test]
    fn no_redirect_leaves_this_site() {
        for (location, expected) in [
            ("https://pay.example.com/login?__err=x", "/login?__err=x"),
            ("https://evil.org", "/"),
            ("https://evil.org/a", "/a"),
            ("https://evil.org//evil.org/a", "/evil.org/a"),
            ("//evil.org", "/evil.org"),
            ("/\\evil.org", "/evil.org"),
            ("\\\\evil.org", "/evil.org"),
            ("/a\\b", "/"),
            ("javascript:alert(1)", "/javascript:alert(1)"),
            ("", "/"),
            ("/payments/links", "/payments/links"),
        ] {
            assert_eq!(local_path(location), expected, "{location}");
        }
    }
}
