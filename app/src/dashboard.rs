//! The signed-in part: the document around every page, and the table of routes.

use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    account::{login::LogInPage, settings::SettingsPage, setup::SetUpPage},
    assets::Assets,
    campaigns::{confirm::ConfirmCampaignPage, list::CampaignsPage, report::CampaignPage},
    contacts::{
        form::{ContactPage, NewContactPage},
        list::ContactsPage,
    },
    halt::page::HaltPage,
    imports::page::ImportPage,
    layout::{Gate, SignedIn},
    markup::raw_content,
    outbox::{list::OutboxPage, message::OutboxMessagePage},
    paths,
    payment_links::{
        editor::{EditPaymentLinkPage, NewPaymentLinkPage},
        list::{ConfirmPaymentLinkPage, PaymentLinksPage},
    },
    team::{invite_page::InvitePage, section::ConfirmTeamPage},
    templates::{
        editor::{EditTemplatePage, NewTemplatePage},
        list::{ConfirmTemplatePage, TemplatesPage},
    },
    transactions::list::TransactionsPage,
    ui::PageHead,
};

/// The document that the server sends, and the browser then brings to life.
pub fn shell(assets: &Assets) -> impl IntoView + use<> {
    let Assets { style, dashboard: code, .. } = assets.clone();
    let start =
        format!("import start from '{}'; (await start({{ module_or_path: '{}' }})).hydrate();", code.script, code.wasm);
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                // Nothing leaves this address; the forms need it to come back to their page when scripts are off.
                <meta name="referrer" content="same-origin"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=style/>
                <link rel="modulepreload" href=code.script/>
                <link rel="preload" href=code.wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script type="module" nonce=use_nonce()>{start}</script>
                <MetaTags/>
            </head>
            <body>
                <Dashboard/>
            </body>
        </html>
    }
}

/// Brings the page to life in the browser.
#[cfg(all(feature = "hydrate", feature = "dashboard"))]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    hydrate_body(Dashboard);
    // Says that the page answers now, to styles and to tests.
    if let Some(body) = document().body() {
        let _ = body.set_attribute("data-hydrated", "");
    }
}

/// Every screen of the signed-in part by its address.
#[component]
pub fn Dashboard() -> impl IntoView {
    provide_meta_context();
    view! {
        <Title formatter=page_title/>
        <Router>
            <Routes fallback=NotFound>
                <Route path=path!("/setup") view=SetUpPage ssr=SsrMode::Async/>
                <Route path=path!("/login") view=LogInPage ssr=SsrMode::Async/>
                <Route path=path!("/invite/:code") view=InvitePage ssr=SsrMode::Async/>
                <ParentRoute path=path!("") view=SignedIn ssr=SsrMode::Async>
                    <Route path=path!("/payments/links") view=PaymentLinksPage ssr=SsrMode::Async/>
                    <Route path=path!("/payments/links/new") view=NewPaymentLinkPage ssr=SsrMode::Async/>
                    <Route path=path!("/payments/links/confirm") view=ConfirmPaymentLinkPage ssr=SsrMode::Async/>
                    <Route path=path!("/payments/links/:id") view=EditPaymentLinkPage ssr=SsrMode::Async/>
                    <Route path=path!("/payments/transactions") view=TransactionsPage ssr=SsrMode::Async/>
                    <Route path=path!("/payments/campaigns") view=CampaignsPage ssr=SsrMode::Async/>
                    <Route path=path!("/payments/campaigns/:id") view=CampaignPage ssr=SsrMode::Async/>
                    <Route path=path!("/payments/campaigns/:id/confirm") view=ConfirmCampaignPage ssr=SsrMode::Async/>
                    <Route path=path!("/outbox") view=OutboxPage ssr=SsrMode::Async/>
                    <Route path=path!("/outbox/:id") view=OutboxMessagePage ssr=SsrMode::Async/>
                    <Route path=path!("/templates") view=TemplatesPage ssr=SsrMode::Async/>
                    <Route path=path!("/templates/new") view=NewTemplatePage ssr=SsrMode::Async/>
                    <Route path=path!("/templates/confirm") view=ConfirmTemplatePage ssr=SsrMode::Async/>
                    <Route path=path!("/templates/:id") view=EditTemplatePage ssr=SsrMode::Async/>
                    <Route path=path!("/settings") view=SettingsPage ssr=SsrMode::Async/>
                    <Route path=path!("/sending") view=HaltPage ssr=SsrMode::Async/>
                    <Route path=path!("/settings/confirm") view=ConfirmTeamPage ssr=SsrMode::Async/>
                    <Route path=path!("/contacts") view=ContactsPage ssr=SsrMode::Async/>
                    <Route path=path!("/contacts/new") view=NewContactPage ssr=SsrMode::Async/>
                    <Route path=path!("/contacts/import") view=ImportPage ssr=SsrMode::Async/>
                    <Route path=path!("/contacts/:id") view=ContactPage ssr=SsrMode::Async/>
                </ParentRoute>
            </Routes>
        </Router>
    }
}

/// What the browser's tab says: every page's title goes through here.
fn page_title(title: String) -> String {
    raw_content(if title.is_empty() { "Handbill".to_owned() } else { format!("{title} · Handbill") })
}

/// The page for an address that leads nowhere.
#[component]
fn NotFound() -> impl IntoView {
    view! {
        <Gate>
            <PageHead title="This page does not exist"/>
            <p><a href=paths::PAYMENT_LINKS>"Go to Payment Links"</a></p>
        </Gate>
    }
}
