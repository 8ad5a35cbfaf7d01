//! Where providers call back. They bring their own proof and no session.

use app::{
    error::{Error, Result},
    markup::escaped,
};
use axum::{
    body::Bytes,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{AUTHORIZATION, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
    routing::post,
};

use crate::{
    http::{Policy, Routes},
    providers::twilio::{INBOUND_PATH, STATUS_PATH},
    service::Service,
    webhooks::Callback,
};

/// The addresses that providers are told.
pub fn routes() -> Routes {
    Routes::new()
        .post(STATUS_PATH, Policy::Public, post(text_status))
        .post(INBOUND_PATH, Policy::Public, post(inbound_text))
        .post("/webhooks/email/bounce", Policy::Public, post(email_bounce))
}

async fn text_status(State(service): State<Service>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    answer(service.take_text_status(callback(&uri, &headers, &body)).await.map(|()| String::new()))
}

async fn inbound_text(State(service): State<Service>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let reply = service.take_inbound_text(callback(&uri, &headers, &body)).await;
    let mut response = answer(reply.map(|text| twiml(text.as_deref())));
    if response.status() == StatusCode::OK {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/xml; charset=utf-8"));
    }
    response
}

async fn email_bounce(State(service): State<Service>, headers: HeaderMap, body: Bytes) -> Response {
    let secret = text(&headers, AUTHORIZATION.as_str()).strip_prefix("Bearer ").unwrap_or_default();
    answer(service.take_bounce(secret, &body).await.map(|()| String::new()))
}

fn callback<'a>(uri: &'a Uri, headers: &'a HeaderMap, body: &'a Bytes) -> Callback<'a> {
    let address = uri.path_and_query().map_or("", |address| address.as_str());
    Callback { address, signature: text(headers, "x-twilio-signature"), body }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// A machine reads it: the status says it all.
fn answer(result: Result<String>) -> Response {
    match result {
        Ok(body) => (StatusCode::OK, body).into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let words = match error {
                Error::NotFound => "This is not set up here.".to_owned(),
                Error::NotAllowed => "This call is not signed by whom it should be.".to_owned(),
                error => error.to_string(),
            };
            (status, words).into_response()
        }
    }
}

/// What the SMS provider is to answer, in its own language; nothing when there is no text.
fn twiml(text: Option<&str>) -> String {
    let message = text.map(|text| format!("<Message>{}</Message>", escaped(text)));
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>{}</Response>", message.unwrap_or_default())
}
