//! The answer to a form that no script sent, on its way to the page that says it. It travels in a cookie: an address would be
//! kept and shown by others, and a stranger could write one.

use app::form::PlainAnswer;
use axum::body::Body;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

use crate::session::{self, CookieStyle};

const COOKIE: &str = "answered";
/// What a browser keeps in a cookie at least, with its name.
const COOKIE_BYTES: usize = 4_000;
/// The page is asked for right after the answer.
const SECONDS: u32 = 60;

/// Lets the page that a plain form leads to know what this function answered. What is too long for a cookie is not said; a
/// refusal travels in the address, as Leptos has it.
pub(super) async fn keep(response: Response, function: String, style: CookieStyle) -> Response {
    let is_refused = response.headers().contains_key(SERVER_FN_ERROR_HEADER);
    let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
    let page = location.and_then(|location| location.split('?').next()).unwrap_or("/").to_owned();
    if response.status() != StatusCode::SEE_OTHER || is_refused || page == "/" {
        return response;
    }
    let (parts, body) = response.into_parts();
    let answer =
        axum::body::to_bytes(body, COOKIE_BYTES).await.ok().and_then(|body| String::from_utf8(body.into()).ok());
    let mut response = Response::from_parts(parts, Body::empty());
    let answer = answer.and_then(|answer| serde_json::to_vec(&PlainAnswer { function, answer }).ok());
    if let Some(value) =
        answer.map(|answer| BASE64_URL_SAFE_NO_PAD.encode(answer)).filter(|value| value.len() <= COOKIE_BYTES)
    {
        set(response.headers_mut(), &page, &value, SECONDS, style);
    }
    response
}

/// What was kept for the page of this request.
pub(super) fn read(headers: &HeaderMap) -> Option<PlainAnswer> {
    let (_, value) = session::cookies(headers).find(|(name, _)| *name == COOKIE)?;
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(value).ok()?).ok()
}

/// The page has said it: once is enough.
pub(super) fn forget(headers: &mut HeaderMap, page: &str, style: CookieStyle) {
    set(headers, page, "", 0, style);
}

fn set(headers: &mut HeaderMap, page: &str, value: &str, seconds: u32, style: CookieStyle) {
    let secure = if style.is_secure() { "; Secure" } else { "" };
    let line = format!("{COOKIE}={value}; Path={page}; Max-Age={seconds}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(line) = HeaderValue::try_from(line) {
        headers.append(SET_COOKIE, line);
    }
}
