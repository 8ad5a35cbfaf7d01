//! The public addresses: the checkout, personal links, receipts, the test gateway and the opt-out page.

use crate::{
    checkout::{By, CheckoutPage, OpenedLink, Opening, Submission, opener::Traces},
    http::{Http, Policy, Routes, headers::Nonce, limits::ClientAddress},
    service::Service,
    tokens::code_in,
};
use app::{
    account::Access,
    assets::Assets,
    checkout::{
        CalmView, CheckoutView, Stopping,
        form::Checkout,
        opt_out::OptOut,
        page::{CalmPage, TestGateway},
        receipt::Receipt,
    },
    error::{Error, Result},
    id::BusinessId,
    markup::escaped,
};
use axum::{
    Extension, Form,
    body::Bytes,
    extract::{FromRef, Path, Query, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{LOCATION, RETRY_AFTER, USER_AGENT},
    },
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use leptos::prelude::*;
use std::{fmt::Write as _, sync::Arc};

/// The fields of a query or form, in their order.
type Pairs = Vec<(String, String)>;

/// What these addresses need.
#[derive(Clone)]
struct Public {
    service: Service,
    assets: Arc<Assets>,
}

impl FromRef<Http> for Public {
    fn from_ref(http: &Http) -> Self {
        Self { service: http.service.clone(), assets: Arc::clone(http.site.assets()) }
    }
}

/// Where customers come in.
pub fn routes() -> Routes {
    Routes::new()
        .get("/l/{code}", Policy::Public, get(open_personal_link))
        .get("/pay/{slug}", Policy::Public, get(open))
        .post("/pay/{slug}", Policy::Public, post(submit))
        .post("/pay/{slug}/view", Policy::Public, post(record_view))
        .get("/pay/receipt/{id}", Policy::Public, get(receipt))
        .get("/pay/test/{id}", Policy::Public, get(test_gateway))
        .post("/pay/test/{id}", Policy::Public, post(decide))
        .get("/u/{code}", Policy::Public, get(opt_out_page))
        .post("/u/{code}", Policy::Public, post(opt_out))
}

async fn open_personal_link(
    State(state): State<Public>,
    Extension(nonce): Extension<Nonce>,
    Path(code): Path<String>,
) -> Response {
    match state.service.open_personal_link(code_in(&code)).await {
        Ok(OpenedLink::Checkout(address)) => redirect(&address),
        Ok(OpenedLink::Recalled(view)) => calm(&state, &nonce, view, StatusCode::GONE),
        Err(Error::NotFound) => {
            let text = "It may have been replaced, or its time is over. Ask the sender for a new one.";
            let view = CalmView {
                heading: "This link is no longer valid".to_owned(),
                text: text.to_owned(),
                ..CalmView::default()
            };
            calm(&state, &nonce, view, StatusCode::NOT_FOUND)
        }
        Err(error) => failed(&state, &nonce, &error, Money::NotAsked),
    }
}

async fn open(
    State(state): State<Public>,
    Extension(nonce): Extension<Nonce>,
    Path(slug): Path<String>,
    Query(query): Query<Pairs>,
    method: Method,
    headers: HeaderMap,
    access: Option<Extension<Access>>,
) -> Response {
    let opening = Opening {
        token: only(&query, "t"),
        again: only(&query, "again").is_some(),
        retry: only(&query, "retry").zip(only(&query, "k")),
        by: By { why: traces(&method, &headers).of_opening(), insider: insider(access) },
    };
    // With an earlier attempt in its address, the customer comes back from the payment provider.
    let money = if opening.retry.is_some() { Money::MayHaveMoved } else { Money::NotAsked };
    answer(&state, &nonce, state.service.open_checkout(code_in(&slug), &opening).await, money)
}

async fn submit(
    State(state): State<Public>,
    Extension(nonce): Extension<Nonce>,
    Path(slug): Path<String>,
    address: ClientAddress,
    Form(fields): Form<Pairs>,
) -> Response {
    let slug = code_in(&slug);
    let page = state.service.submit_checkout(slug, &Submission::read(fields), address.0).await;
    answer(&state, &nonce, page, Money::MayHaveMoved)
}

/// The page's own signal that it came alive; its body is the token that it was opened with.
async fn record_view(
    State(state): State<Public>,
    Path(slug): Path<String>,
    method: Method,
    headers: HeaderMap,
    access: Option<Extension<Access>>,
    token: String,
) -> Response {
    let is_tls = state.service.config.http.public_url.is_https();
    let by = By { why: traces(&method, &headers).of_signal(is_tls), insider: insider(access) };
    let token = Some(token.as_str()).filter(|token| !token.is_empty());
    match state.service.record_signal(&slug, token, &by).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => status(&error).into_response(),
    }
}

async fn receipt(
    State(state): State<Public>,
    Extension(nonce): Extension<Nonce>,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Response {
    answer(
        &state,
        &nonce,
        state.service.receipt(&id, &only(&query, "k").unwrap_or_default()).await,
        Money::MayHaveMoved,
    )
}

async fn test_gateway(
    State(state): State<Public>,
    Extension(nonce): Extension<Nonce>,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
) -> Response {
    answer(
        &state,
        &nonce,
        state.service.test_gateway(&id, &only(&query, "k").unwrap_or_default()).await,
        Money::MayHaveMoved,
    )
}

async fn decide(
    State(state): State<Public>,
    Extension(nonce): Extension<Nonce>,
    Path(id): Path<String>,
    Query(query): Query<Pairs>,
    Form(fields): Form<Pairs>,
) -> Response {
    let approved = match only(&fields, "outcome").as_deref() {
        Some("approve") => true,
        Some("decline") => false,
        _ => return failed(&state, &nonce, &Error::Malformed, Money::None),
    };
    let key = only(&query, "k").unwrap_or_default();
    answer(&state, &nonce, state.service.decide_test_payment(&id, &key, approved).await, Money::MayHaveMoved)
}

async fn opt_out_page(
    State(state): State<Public>,
    Extension(nonce): Extension<Nonce>,
    Path(code): Path<String>,
    Query(query): Query<Pairs>,
) -> Response {
    let wanted = Stopping::named(&only(&query, "stop").unwrap_or_default());
    answer(&state, &nonce, state.service.opt_out_page(code_in(&code), wanted).await, Money::None)
}

/// One click (RFC 8058), which is about email, or a button of the page: no cookie, no redirect.
async fn opt_out(
    State(state): State<Public>,
    Extension(nonce): Extension<Nonce>,
    Path(code): Path<String>,
    body: Bytes,
) -> Response {
    let fields: Pairs = url::form_urlencoded::parse(&body).into_owned().collect();
    let wanted = Stopping::named(&only(&fields, "stop").unwrap_or_default());
    answer(&state, &nonce, state.service.opt_out(code_in(&code), wanted).await, Money::None)
}

/// What a request says of who sent it.
fn traces<'a>(method: &Method, headers: &'a HeaderMap) -> Traces<'a> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    Traces {
        is_head: *method == Method::HEAD,
        purpose: ["sec-purpose", "purpose", "x-purpose", "x-moz"].into_iter().find_map(text).unwrap_or_default(),
        user_agent: text(USER_AGENT.as_str()).unwrap_or_default(),
        fetch_site: text("sec-fetch-site").unwrap_or_default(),
    }
}

/// The business of a user who is logged in. Nothing but the count of openings depends on it.
fn insider(access: Option<Extension<Access>>) -> Option<BusinessId> {
    access.map(|Extension(access)| access.business().clone())
}

/// The value of a field that stands there once; a second one makes it worthless.
fn only(pairs: &Pairs, name: &str) -> Option<String> {
    let mut values = pairs.iter().filter(|(field, _)| field == name).map(|(_, value)| value);
    let first = values.next()?;
    Some(if values.next().is_some() { String::new() } else { first.clone() })
}

fn answer(state: &Public, nonce: &Nonce, page: Result<CheckoutPage>, money: Money) -> Response {
    match page {
        Ok(CheckoutPage::Form { view, brand_color, status, retry_after_s }) => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
            let mut response = form(state, nonce, *view, brand_color.as_deref(), status);
            if let Some(seconds) = retry_after_s {
                response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
        Ok(CheckoutPage::Calm { view, status }) => {
            calm(state, nonce, view, StatusCode::from_u16(status).unwrap_or(StatusCode::OK))
        }
        Ok(CheckoutPage::Receipt { view, brand_color }) => {
            let title = format!("{} · {}", view.heading, view.business);
            let view = *view;
            let html = rendered(|| view! { <Receipt view/> }.to_html());
            document(state, nonce, &title, brand_color.as_deref(), &html, "", StatusCode::OK)
        }
        Ok(CheckoutPage::TestGateway(view)) => {
            let html = rendered(|| view! { <TestGateway view/> }.to_html());
            document(state, nonce, "Test payment", None, &html, "", StatusCode::OK)
        }
        Ok(CheckoutPage::OptOut(view)) => {
            let title = view.title();
            let html = rendered(|| view! { <OptOut view/> }.to_html());
            document(state, nonce, title, None, &html, "", StatusCode::OK)
        }
        Ok(CheckoutPage::Redirect(address)) => redirect(&address),
        Err(error) => failed(state, nonce, &error, money),
    }
}

/// What is known of the customer's money when a page fails.
#[derive(Clone, Copy)]
enum Money {
    /// It was not asked for by this page.
    NotAsked,
    /// This or an earlier sending of the same form may have reached the payment provider.
    MayHaveMoved,
    /// The page is not about money.
    None,
}

impl Money {
    const fn in_words(self) -> &'static str {
        match self {
            Self::NotAsked => "You were not charged by opening this page. Try again in a few minutes.",
            Self::MayHaveMoved => {
                "We do not know yet whether you were charged. Do not pay twice: wait a few minutes, then reload this page. If it still \
                 does not work, look at your bank account, or ask the business whether your payment has arrived."
            }
            Self::None => "Try again in a few minutes.",
        }
    }
}

fn failed(state: &Public, nonce: &Nonce, error: &Error, money: Money) -> Response {
    let (heading, text) = match error {
        Error::NotFound => (
            "This page does not exist",
            "The address may be mistyped, or the business has taken it down. Ask the sender.".to_owned(),
        ),
        error if error.status() >= 500 => ("This does not work just now", money.in_words().to_owned()),
        error => ("This did not work", error.to_string()),
    };
    let view = CalmView { heading: heading.to_owned(), text, ..CalmView::default() };
    let mut response = calm(state, nonce, view, status(error));
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn status(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// 303: the next request is a GET, whatever this one was.
fn redirect(address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(LOCATION, address)]).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn calm(state: &Public, nonce: &Nonce, view: CalmView, status: StatusCode) -> Response {
    let title = view.heading.clone();
    let html = rendered(|| view! { <CalmPage view/> }.to_html());
    document(state, nonce, &title, None, &html, "", status)
}

/// The form and the scripts behind it: it can be read and sent before they arrive.
fn form(state: &Public, nonce: &Nonce, view: CheckoutView, brand_color: Option<&str>, status: StatusCode) -> Response {
    let title = format!("{} · {}", view.title, view.business);
    let html = rendered(|| view! { <Checkout view/> }.to_html());
    let entry = &state.assets.checkout;
    let mut after = String::with_capacity(512);
    let _ = write!(
        after,
        "<link rel=\"modulepreload\" href=\"{script}\">\
         <link rel=\"preload\" href=\"{wasm}\" as=\"fetch\" type=\"application/wasm\" crossorigin>\
         <script type=\"module\" nonce=\"{nonce}\">import init,{{hydrate_checkout}} from \"{script}\";\
         await init({{module_or_path:\"{wasm}\"}});hydrate_checkout()</script>",
        script = entry.script,
        wasm = entry.wasm,
    );
    document(state, nonce, &title, brand_color, &html, &after, status)
}

/// Renders plain data to HTML, and forgets the signals it took.
fn rendered(render: impl FnOnce() -> String) -> String {
    let owner = Owner::new();
    let html = owner.with(render);
    owner.cleanup();
    html
}

fn document(
    state: &Public,
    nonce: &Nonce,
    title: &str,
    brand_color: Option<&str>,
    html: &str,
    after: &str,
    status: StatusCode,
) -> Response {
    let css = &state.assets.checkout_style;
    let mut page = String::with_capacity(css.len() + html.len() + after.len() + 1024);
    let _ = write!(
        page,
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>{title}</title>\
         <link rel=\"icon\" href=\"/favicon.svg\"><style nonce=\"{nonce}\">{css}{brand}</style></head>\
         <body><main id=\"checkout\">{html}</main>{after}</body></html>",
        title = escaped(title),
        brand = brand_color
            .filter(|color| is_color(color))
            .map(|color| format!(".checkout{{--brand:{color};--on-brand:#fff}}"))
            .unwrap_or_default(),
    );
    (status, Html(page)).into_response()
}

fn is_color(text: &str) -> bool {
    text.len() == 7 && text.strip_prefix('#').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}
