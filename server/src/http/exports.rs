//! What became of a campaign and of a payment link, as files: plain addresses and not server functions.

use super::{Policy, Routes, SignedIn, pages::plain_error};
use crate::service::Service;
use app::error::{Error, Result};
use axum::{
    body::Body,
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse as _, Response},
    routing::get,
};
use futures::TryStreamExt as _;

/// What "Export CSV" leads to on both pages.
pub(super) fn routes() -> Routes {
    Routes::new().get("/payments/campaigns/{id}/export.csv", Policy::SignedIn, get(campaign)).get(
        "/payments/links/{id}/export.csv",
        Policy::SignedIn,
        get(payment_link),
    )
}

async fn campaign(State(service): State<Service>, SignedIn(access): SignedIn, Path(id): Path<String>) -> Response {
    let file: Result<Body> = async { Ok(Body::from(service.export_campaign(&access, &id.parse()?).await?)) }.await;
    answer("attachment; filename=\"campaign.csv\"", file)
}

async fn payment_link(State(service): State<Service>, SignedIn(access): SignedIn, Path(id): Path<String>) -> Response {
    let file: Result<Body> = async {
        let parts = service.export_payment_link(&access, id.parse()?).await?;
        Ok(Body::from_stream(parts.map_err(|error: Error| error.to_string())))
    }
    .await;
    answer("attachment; filename=\"payment-link.csv\"", file)
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
