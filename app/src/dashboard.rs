//! The signed-in part: the document around every page, and the table of routes.

use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

/// The document that the server sends, and the browser then brings to life.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <HydrationScripts options/>
                <MetaTags/>
            </head>
            <body>
                <Dashboard/>
            </body>
        </html>
    }
}

/// Every screen of the signed-in part by its address.
#[component]
pub fn Dashboard() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Handbill".to_owned() } else { format!("{title} · Handbill") }/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/") view=NotFound ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

/// The page for an address that leads nowhere.
#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found"/>
        <main>
            <h1>"This page does not exist"</h1>
            <p><a href="/payments/links">"Go to Payment Links"</a></p>
        </main>
    }
}
