//! The frame around every signed-in page: a side bar on a desktop, a bottom bar on a phone.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::ui::{Glyph, Icon};

/// The frame; the Outbox is there while a channel has no provider.
#[component]
pub fn Layout(
    /// Whose pages these are.
    #[prop(into)]
    business_name: String,
    /// A channel has no provider.
    outbox: bool,
    /// Sentences for the foot of the side bar.
    notices: Vec<String>,
    /// The form with the button "Log out".
    #[prop(into)]
    log_out: ViewFnOnce,
    /// The page.
    children: Children,
) -> impl IntoView {
    let initial = business_name.chars().next().map(|letter| letter.to_uppercase().to_string());
    view! {
        <div class="layout">
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <header class="side">
                <a class="brand" href="/payments/links">
                    <span class="mark" aria-hidden="true">{initial}</span>
                    <span class="brand-name">{business_name}</span>
                </a>
                <Navigation outbox=outbox/>
                <div class="side-foot">
                    {notices.into_iter().map(|text| view! { <p class="side-notice">{text}</p> }).collect_view()}
                    {log_out.run()}
                </div>
            </header>
            <SectionPages/>
            <main class="main" id="main" tabindex="-1">{children()}</main>
        </div>
    }
}

/// The frame of the pages before somebody is known.
#[component]
pub fn Gate(
    /// The page.
    children: Children,
) -> impl IntoView {
    view! {
        <main class="gate" id="main">
            <p class="brand">
                <span class="mark" aria-hidden="true">"H"</span>
                <span class="brand-name">"Handbill"</span>
            </p>
            <div>{children()}</div>
        </main>
    }
}

#[component]
fn Navigation(outbox: bool) -> impl IntoView {
    view! {
        <nav class="nav" aria-label="Main">
            <ul class="nav-list">
                <li class="nav-item">
                    <NavLink href="/payments/links" section="/payments" glyph=Glyph::Card text="Payments"/>
                    <PaymentPages class="nav-sub"/>
                </li>
                <li class="nav-item"><NavLink href="/contacts" section="/contacts" glyph=Glyph::People text="Contacts"/></li>
                <li class="nav-item"><NavLink href="/templates" section="/templates" glyph=Glyph::Page text="Templates"/></li>
                {outbox.then(|| view! {
                    <li class="nav-item"><NavLink href="/outbox" section="/outbox" glyph=Glyph::Tray text="Outbox"/></li>
                })}
                <li class="nav-item"><NavLink href="/settings" section="/settings" glyph=Glyph::Gear text="Settings"/></li>
            </ul>
        </nav>
    }
}

/// On a phone the pages of the section stand below the head, because the bar has no room for them.
#[component]
fn SectionPages() -> impl IntoView {
    let inside = here("/payments");
    view! {
        <Show when=inside>
            <nav class="section-nav" aria-label="Payments">
                <PaymentPages class="section-list"/>
            </nav>
        </Show>
    }
}

#[component]
fn PaymentPages(class: &'static str) -> impl IntoView {
    view! {
        <ul class=class>
            <li><SubLink href="/payments/links" text="Payment Links"/></li>
            <li><SubLink href="/payments/campaigns" text="Campaigns"/></li>
            <li><SubLink href="/payments/transactions" text="Transactions"/></li>
        </ul>
    }
}

#[component]
fn NavLink(href: &'static str, section: &'static str, glyph: Glyph, text: &'static str) -> impl IntoView {
    let inside = here(section);
    let current = move || inside().then_some(if section == href { "page" } else { "true" });
    view! {
        <a class="nav-link" href=href aria-current=current>
            <Icon glyph=glyph/>
            <span>{text}</span>
        </a>
    }
}

#[component]
fn SubLink(href: &'static str, text: &'static str) -> impl IntoView {
    let inside = here(href);
    view! { <a class="nav-sub-link" href=href aria-current=move || inside().then_some("page")>{text}</a> }
}

/// Whether the page is this one or below it.
fn here(section: &'static str) -> impl Fn() -> bool + Copy + Send + Sync + 'static {
    let path = use_location().pathname;
    move || path.with(|path| path.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
}
