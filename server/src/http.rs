//! The router: pages, server functions, health, files, and what surrounds them all.
pub mod checkout;
pub mod contacts;
pub mod files;
pub mod guard;
pub mod headers;
pub mod limits;
pub mod transactions;

use crate::{http::files::Site, service::Service};
use app::{account::Access, backend::provide_backend, dashboard};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
    routing::get,
};
use leptos::{nonce::Nonce, prelude::*};
use leptos_axum::{LeptosRoutes, generate_route_list, handle_server_fns_with_context};
use std::sync::Arc;

/// Everything that is answered.
pub fn router(service: Service, site: &Site) -> Router {
    let options = LeptosOptions::builder().output_name("dashboard").build();
    let pages = generate_route_list(dashboard::Dashboard);
    let provide = {
        let service = service.clone();
        move || provide_request(&service)
    };
    let assets = Arc::clone(site.assets());
    Router::new()
        .leptos_routes_with_context(&options, pages, provide, move || dashboard::shell(&assets))
        .with_state(options)
        .route("/api/fn/{*name}", axum::routing::post(server_function).with_state(service.clone()))
        .merge(contacts::router(service.clone()))
        .route("/health", get(|| async { StatusCode::OK }))
        .route("/ready", get(ready).with_state(service.clone()))
        .merge(checkout::router(service.clone(), Arc::clone(site.assets())))
        .merge(transactions::router(service))
        .merge(site.router())
}

async fn server_function(State(service): State<Service>, request: Request) -> Response {
    handle_server_fns_with_context(move || provide_request(&service), request).await.into_response()
}

/// Hands to Leptos what the layers around it found out about the request: who is asking, and the response's nonce.
fn provide_request(service: &Service) {
    let extensions = use_context::<Parts>().map(|parts| parts.extensions).unwrap_or_default();
    if let Some(nonce) = extensions.get::<Nonce>() {
        provide_context(nonce.clone());
    }
    provide_backend(Arc::new(service.clone()), extensions.get::<Access>().cloned());
}

async fn ready(State(service): State<Service>) -> StatusCode {
    if service.db.is_ready().await { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}
