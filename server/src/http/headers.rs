//! The headers that every answer carries, errors, redirects and files included.

use app::paths;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, REFERRER_POLICY, SERVER,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use axum::middleware::Next;
use axum::response::Response;
/// The one-time word of a response, in its policy and on its scripts and styles; a request extension.
pub use leptos::nonce::Nonce;

use crate::config::PublicUrl;

const REPORTING_ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// What depends on the public address.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    hsts: bool,
}

impl Policy {
    /// TLS is demanded of browsers only where the world reaches us by TLS.
    pub fn new(public_url: &PublicUrl) -> Self {
        Self { hsts: public_url.is_https() }
    }
}

/// Middleware: gives the request its nonce and the response its headers.
pub async fn add(State(policy): State<Policy>, mut request: Request, next: Next) -> Response {
    let nonce = Nonce::new();
    let page_for_anyone = is_page_for_anyone(request.uri().path());
    request.extensions_mut().insert(nonce.clone());
    let mut response = next.run(request).await;
    let file = response.status().is_success() && is_public_file(response.headers());
    let headers = response.headers_mut();
    headers.remove(SERVER);
    headers.insert(CONTENT_SECURITY_POLICY, content_security_policy(&nonce));
    for (name, value) in [
        (REPORTING_ENDPOINTS, "csp=\"/csp-report\""),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (OPENER_POLICY, "same-origin"),
        (RESOURCE_POLICY, "same-origin"),
        (PERMISSIONS_POLICY, "camera=(), microphone=(), geolocation=(), payment=(), usb=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if policy.hsts {
        headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=63072000; includeSubDomains"));
    }
    let referrer = if file || page_for_anyone { "strict-origin-when-cross-origin" } else { "no-referrer" };
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    if !file {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if !file && !page_for_anyone {
        headers.insert(ROBOTS, HeaderValue::from_static("noindex, nofollow, noarchive"));
    }
    response
}

/// Pages that hold nobody's data; their forms without scripts need the referrer to come back to.
fn is_page_for_anyone(path: &str) -> bool {
    matches!(path, paths::LOG_IN | paths::SET_UP | "/health" | "/ready")
}

/// Only the static files say that anyone may keep them.
fn is_public_file(headers: &HeaderMap) -> bool {
    headers.get(CACHE_CONTROL).is_some_and(|value| value.as_bytes().starts_with(b"public"))
}

fn content_security_policy(nonce: &Nonce) -> HeaderValue {
    let text = format!(
        "default-src 'none'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; \
         style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; \
         base-uri 'none'; object-src 'none'; report-to csp"
    );
    // The nonce is base64url, so the text is always a header; the fallback allows nothing at all.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(public_url: &str, path: &str) -> Response {
        let policy = Policy::new(&PublicUrl::parse(public_url).unwrap());
        Router::new()
            .route(
                "/page",
                get(|request: Request| async move { request.extensions().get::<Nonce>().unwrap().to_string() }),
            )
            .route("/login", get(|| async { "log in" }))
            .route("/pkg/app.js", get(|| async { ([(CACHE_CONTROL, "public, max-age=31536000, immutable")], "") }))
            .layer(from_fn_with_state(policy, add))
            .oneshot(Request::get(path).body(Body::empty()).unwrap())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn the_page_and_its_policy_share_one_nonce() {
        let response = answer("http://localhost:3000", "/page").await;
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let body = axum::body::to_bytes(response.into_body(), 1024).await.unwrap();
        let nonce = std::str::from_utf8(&body).unwrap();
        assert_eq!(policy.matches(&format!("'nonce-{nonce}'")).count(), 2);
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
    }

    #[tokio::test]
    async fn an_unknown_address_is_covered_too() {
        for path in ["/nowhere", "/page"] {
            let response = answer("http://localhost:3000", path).await;
            assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
            assert_eq!(response.headers()[REFERRER_POLICY], "no-referrer");
            assert_eq!(response.headers()[ROBOTS], "noindex, nofollow, noarchive");
        }
        let missing = answer("http://localhost:3000", "/nowhere").await;
        assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn tls_is_demanded_only_where_the_public_address_has_it() {
        let plain = answer("http://localhost:3000", "/page").await;
        assert!(!plain.headers().contains_key(STRICT_TRANSPORT_SECURITY));
        let encrypted = answer("https://pay.example.com", "/page").await;
        assert!(encrypted.headers().contains_key(STRICT_TRANSPORT_SECURITY));
    }

    #[tokio::test]
    async fn files_stay_cacheable_and_the_log_in_page_keeps_its_referrer() {
        let file = answer("http://localhost:3000", "/pkg/app.js").await;
        assert_eq!(file.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert!(!file.headers().contains_key(ROBOTS));
        let page = answer("http://localhost:3000", "/login").await;
        assert_eq!(page.headers()[REFERRER_POLICY], "strict-origin-when-cross-origin");
        assert_eq!(page.headers()[CACHE_CONTROL], "no-store");
    }
}
