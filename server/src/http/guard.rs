//! Refuses requests that another site made a browser send (Fetch Metadata first, then `Origin`).

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, COOKIE, HeaderValue, ORIGIN, VARY};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::config::PublicUrl;
use crate::session;

const REFUSED: &str = "This request did not come from this site, so nothing was done. Open the page again and retry.";

/// What a request is measured against.
#[derive(Debug, Clone)]
pub struct Policy {
    origin: String,
}

impl Policy {
    /// The configured address, never the `Host` header, which the sender chooses.
    pub fn new(public_url: &PublicUrl) -> Self {
        Self { origin: public_url.as_str().to_owned() }
    }

    fn allows(&self, path: &str, headers: &HeaderMap) -> bool {
        if is_exempt(path, headers) {
            return true;
        }
        if let Some(site) = headers.get("sec-fetch-site") {
            return site == "same-origin";
        }
        match headers.get(ORIGIN) {
            Some(origin) if origin.as_bytes() == self.origin.as_bytes() => true,
            // A checkout sends no referrer, and without TLS its form then comes with nothing but `Origin: null`. It reads
            // no cookie, so there is nobody's session to misuse.
            Some(origin) if path.starts_with("/pay/") => origin == "null" && !session::is_in(headers),
            Some(_) => false,
            None => !session::is_in(headers),
        }
    }
}

/// Middleware: runs before everything that could change something.
pub async fn check(State(policy): State<Policy>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let mut response = if policy.allows(request.uri().path(), request.headers()) {
        next.run(request).await
    } else {
        (StatusCode::FORBIDDEN, REFUSED).into_response()
    };
    response.headers_mut().append(VARY, HeaderValue::from_static("Sec-Fetch-Site, Origin"));
    response
}

/// Callers that are no browser of ours and prove themselves otherwise: a signature, a code, a key.
fn is_exempt(path: &str, headers: &HeaderMap) -> bool {
    if path.starts_with("/webhooks/") || path.starts_with("/u/") || path == "/csp-report" {
        return true;
    }
    path.starts_with("/api/v1/") && headers.contains_key(AUTHORIZATION) && !headers.contains_key(COOKIE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(path: &str, pairs: &[(&'static str, &'static str)]) -> bool {
        let policy = Policy::new(&PublicUrl::parse("https://pay.example.com").unwrap());
        let headers = pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        policy.allows(path, &headers)
    }

    #[test]
    fn only_our_own_pages_may_change_something() {
        let path = "/api/fn/save_contact";
        for (site, expected) in [("same-origin", true), ("same-site", false), ("cross-site", false), ("none", false)] {
            assert_eq!(allowed(path, &[("sec-fetch-site", site)]), expected, "{site}");
        }
        for (origin, expected) in [
            ("https://pay.example.com", true),
            ("https://pay.example.com.evil.org", false),
            ("http://pay.example.com", false),
            ("null", false),
        ] {
            assert_eq!(allowed(path, &[("origin", origin)]), expected, "{origin}");
        }
    }

    #[test]
    fn fetch_metadata_outranks_a_good_origin() {
        let headers = [("sec-fetch-site", "cross-site"), ("origin", "https://pay.example.com")];
        assert!(!allowed("/api/fn/save_contact", &headers));
    }

    #[test]
    fn without_both_a_session_cookie_is_refused_and_none_is_let_through() {
        assert!(!allowed("/api/fn/save_contact", &[("cookie", "a=1; sid=x")]));
        assert!(!allowed("/api/fn/save_contact", &[("cookie", "__Host-sid=x")]));
        assert!(allowed("/api/fn/log_in", &[]));
    }

    #[test]
    fn a_checkout_without_tls_can_be_submitted() {
        let hidden = ("origin", "null");
        assert!(allowed("/pay/tea", &[hidden]));
        assert!(!allowed("/pay/tea", &[hidden, ("cookie", "sid=x")]));
        assert!(!allowed("/pay/tea", &[("sec-fetch-site", "cross-site")]));
        assert!(!allowed("/pay/tea", &[("origin", "https://evil.org")]));
    }

    #[test]
    fn callers_with_their_own_proof_are_exempt() {
        let evil = ("sec-fetch-site", "cross-site");
        assert!(allowed("/u/abc", &[evil]));
        assert!(allowed("/webhooks/twilio/status", &[evil]));
        assert!(allowed("/api/v1/contacts", &[evil, ("authorization", "Bearer x")]));
        let with_cookie = [evil, ("authorization", "Bearer x"), ("cookie", "sid=x")];
        assert!(!allowed("/api/v1/contacts", &with_cookie));
        assert!(!allowed("/update", &[evil]));
    }
}
