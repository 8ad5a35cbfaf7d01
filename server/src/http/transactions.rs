//! The export of payments: a file, so a plain address and not a server function.

use crate::{
    http::{Policy, Routes},
    service::Service,
};
use app::{
    account::Access,
    error::{Error, Result},
    transactions::TransactionQuery,
};
use axum::{
    Extension,
    extract::{Query, State},
    http::{
        StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde::Deserialize;

/// The filters of the list, as its address writes them.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Filters {
    q: String,
    status: String,
}

/// What the list's "Export CSV" leads to.
pub fn routes() -> Routes {
    Routes::new().get("/payments/transactions/export.csv", Policy::SignedIn, get(export))
}

async fn export(
    State(service): State<Service>,
    access: Option<Extension<Access>>,
    Query(filters): Query<Filters>,
) -> Response {
    let csv = csv(&service, access.map(|Extension(access)| access), filters).await;
    match csv {
        Ok(csv) => {
            let head = [
                (CONTENT_TYPE, "text/csv; charset=utf-8"),
                (CONTENT_DISPOSITION, "attachment; filename=\"transactions.csv\""),
            ];
            (head, csv).into_response()
        }
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, error.to_string()).into_response()
        }
    }
}

async fn csv(service: &Service, access: Option<Access>, filters: Filters) -> Result<String> {
    let access = access.ok_or(Error::NotSignedIn)?;
    let query = TransactionQuery { search: filters.q, status: filters.status.parse().ok(), page: 1 };
    service.export_transactions(&access, query).await
}
