//! What browsers report when they refused something by our content policy. Anyone can send a report, so few are read.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::http::Http;
use crate::http::limits::ClientAddress;
use crate::rate::AddressRate;

/// Where they are sent.
pub const PATH: &str = "/csp-report";
/// A page that violates the policy does so a few times.
const PER_MINUTE: i64 = 10;
/// A report holds a few addresses.
const BYTES: usize = 32 * 1024;
/// The longest name of a directive is shorter.
const NAME_BYTES: usize = 40;

/// How often an address may report.
pub fn pace() -> Arc<AddressRate> {
    Arc::new(AddressRate::new(PER_MINUTE, 60_000))
}

/// A report as browsers send it now (one or several, by the Reporting API), or as they sent it before (`report-uri`).
#[derive(Deserialize)]
#[serde(untagged)]
enum Report {
    Several(Vec<One>),
    One(One),
    Older {
        #[serde(rename = "csp-report")]
        report: Violation,
    },
}

#[derive(Deserialize)]
struct One {
    body: Violation,
}

#[derive(Deserialize)]
struct Violation {
    #[serde(rename = "effectiveDirective", alias = "effective-directive", alias = "violated-directive")]
    directive: String,
}

/// Worth a look, but the addresses in a report may hold tokens: only the directive is told.
pub async fn take(State(http): State<Http>, address: ClientAddress, body: Bytes) -> Response {
    if let Err(wait) = http.csp_pace.take(address.0, http.service.clock.now()) {
        return (StatusCode::TOO_MANY_REQUESTS, [(RETRY_AFTER, HeaderValue::from(wait.0))]).into_response();
    }
    if body.len() > BYTES {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let Some(directives) = directives(&body) else { return StatusCode::BAD_REQUEST.into_response() };
    for directive in directives.iter().take(3) {
        tracing::warn!(directive, "a browser reported that the content policy was violated");
    }
    StatusCode::NO_CONTENT.into_response()
}

/// The directives that were violated; none when this is no report.
fn directives(body: &[u8]) -> Option<Vec<String>> {
    let violations = match serde_json::from_slice(body).ok()? {
        Report::Several(several) => several.into_iter().map(|one| one.body).collect(),
        Report::One(one) => vec![one.body],
        Report::Older { report } => vec![report],
    };
    let name = |violation: Violation| {
        // An older report repeats the whole directive: its first word is the name.
        let name = violation.directive.split(' ').next().unwrap_or_default().to_owned();
        let is_name = name.len() < NAME_BYTES && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        if is_name { name } else { "unknown".to_owned() }
    };
    Some(violations.into_iter().map(name).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directive_is_read_from_what_browsers_send_and_nothing_else_is() {
        let one = |directive: &str| {
            format!(
                r#"{{"type":"csp-violation","url":"https://a/pay/x?t=secret","body":{{"effectiveDirective":"{directive}","blockedURL":"inline"}}}}"#
            )
        };
        let read = |text: &str| directives(text.as_bytes());
        let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(read(&one("script-src-elem")), names(&["script-src-elem"]));
        assert_eq!(read(&format!("[{},{}]", one("img-src"), one("Secret 1\\n2"))), names(&["img-src", "unknown"]));
        let older = r#"{"csp-report":{"document-uri":"https://a","violated-directive":"style-src 'self'"}}"#;
        assert_eq!(read(older), names(&["style-src"]));
        for junk in ["", "{}", "[1]", "\"effectiveDirective\":\"script-src\"", &"[".repeat(10_000)] {
            assert_eq!(read(junk), None, "{junk}");
        }
        assert_eq!(read("[]"), names(&[]));
    }
}
