//! "Export CSV": files, so plain addresses and not server functions.

use super::{Policy, Routes, SignedIn, pages::plain_error};
use crate::service::Service;
use app::{
    error::{Error, Result},
    paths,
    transactions::TransactionQuery,
};
use axum::{
    body::Body,
    extract::{Path, Query, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::get,
};
use futures::{Stream, TryStreamExt as _};
use serde::Deserialize;

/// What the buttons lead to.
pub(super) fn routes() -> Routes {
    Routes::new()
        .get(paths::CONTACTS_EXPORT, Policy::SignedIn, get(contacts))
        .get(&paths::campaign_export("{id}"), Policy::SignedIn, get(campaign))
        .get(&paths::campaign_timeline("{id}"), Policy::SignedIn, get(timelines))
        .get(&paths::payment_link_export("{id}"), Policy::SignedIn, get(payment_link))
        .get(paths::TRANSACTIONS_EXPORT, Policy::SignedIn, get(transactions))
}

async fn contacts(State(service): State<Service>, SignedIn(access): SignedIn) -> Response {
    answer("attachment; filename=\"contacts.csv\"", Ok(parts(service.export_contacts(access))))
}

async fn campaign(State(service): State<Service>, SignedIn(access): SignedIn, Path(id): Path<String>) -> Response {
    let file: Result<Body> = async { Ok(Body::from(service.export_campaign(&access, &id.parse()?).await?)) }.await;
    answer("attachment; filename=\"campaign.csv\"", file)
}

async fn timelines(State(service): State<Service>, SignedIn(access): SignedIn, Path(id): Path<String>) -> Response {
    let file: Result<Body> = async { Ok(parts(service.export_timelines(&access, &id.parse()?).await?)) }.await;
    answer("attachment; filename=\"timeline.csv\"", file)
}

async fn payment_link(State(service): State<Service>, SignedIn(access): SignedIn, Path(id): Path<String>) -> Response {
    let file: Result<Body> = async { Ok(parts(service.export_payment_link(&access, id.parse()?).await?)) }.await;
    answer("attachment; filename=\"payment-link.csv\"", file)
}

/// The filters of the list, as its address writes them.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Filters {
    q: String,
    status: String,
}

async fn transactions(
    State(service): State<Service>,
    SignedIn(access): SignedIn,
    Query(filters): Query<Filters>,
) -> Response {
    let query = TransactionQuery { search: filters.q, status: filters.status.parse().ok(), page: 1 };
    answer("attachment; filename=\"transactions.csv\"", Ok(parts(service.export_transactions(access, query))))
}

fn parts(parts: impl Stream<Item = Result<String>> + Send + 'static) -> Body {
    Body::from_stream(parts.map_err(|error: Error| error.to_string()))
}

fn answer(disposition: &'static str, file: Result<Body>) -> Response {
    match file {
        Ok(body) => {
            let headers = [
                (CONTENT_TYPE, "text/csv; charset=utf-8"),
                (CONTENT_DISPOSITION, disposition),
                (CACHE_CONTROL, "no-store"),
            ];
            (headers, body).into_response()
        }
        Err(error) => plain_error(&error),
    }
}
