//! The frame around every signed-in page: a side bar on a desktop, a bottom bar on a phone.

use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    account::{
        calls::{EndSession, current_business},
        current::CurrentBusiness,
    },
    channel::Channel,
    form::provide_plain_answer,
    halt::page::HaltBanner,
    paths,
    ui::{Button, Glyph, Icon, LeaveGuard, NextPage, Notice, Told, Tone, Unsaved, Variant},
};

/// The frame; pages find the business in the context and may ask for it again when they changed it.
#[component]
pub fn SignedIn() -> impl IntoView {
    let business: CurrentBusiness = Resource::new_blocking(|| (), |()| current_business());
    provide_context(business);
    let unsaved = Unsaved::provide();
    let next = NextPage::provide();
    provide_plain_answer();
    view! {
        <div class="layout">
            <a class="skip" href="#main" rel="external">"Skip to content"</a>
            <header class="side">
                <Brand business=business/>
                <Navigation business=business/>
                <div class="side-foot">
                    <Notices business=business/>
                    // A plain form: the whole page is left behind, with all that it knew.
                    <form method="post" action=EndSession::url()>
                        <Button kind="submit" variant=Variant::Quiet><Icon glyph=Glyph::LogOut/>"Log out"</Button>
                    </form>
                </div>
            </header>
            <SectionPages/>
            <main
                class="main"
                id="main"
                tabindex="-1"
                on:input=move |_| next.forget()
                on:submit=move |_| next.forget()
            >
                <DamagedStore business=business/>
                <HaltBanner business/>
                <Told said=next.said()/>
                <Outlet/>
            </main>
            <LeaveGuard unsaved/>
        </div>
    }
}

#[component]
fn Brand(business: CurrentBusiness) -> impl IntoView {
    let brand = move || {
        Suspend::new(async move {
            let name = business.await.map_or_else(|_| "Handbill".to_owned(), |business| business.name);
            let initial = name.chars().next().map(|letter| letter.to_uppercase().to_string());
            view! {
                <span class="mark" aria-hidden="true">{initial}</span>
                <span class="brand-name">{name}</span>
            }
        })
    };
    view! { <a class="brand" href=paths::HOME><Transition>{brand}</Transition></a> }
}

/// Says where messages go while a channel has no provider.
#[component]
fn Notices(business: CurrentBusiness) -> impl IntoView {
    let sentence = move || {
        Suspend::new(async move {
            let channels = business.await.map(|business| business.outbox_channels).unwrap_or_default();
            let missing = match (channels.contains(&Channel::Email), channels.contains(&Channel::Sms)) {
                (true, true) => Some("No email server is set. Messages go to the Outbox."),
                (true, false) => Some("No email server is set. Emails go to the Outbox."),
                (false, true) => Some("No SMS provider is set. Texts go to the Outbox."),
                (false, false) => None,
            };
            missing.map(|text| view! { <p class="side-notice">{text}</p> })
        })
    };
    view! { <Transition>{sentence}</Transition> }
}

/// Tells an owner on every page that the data is in danger.
#[component]
fn DamagedStore(business: CurrentBusiness) -> impl IntoView {
    let notice = move || {
        Suspend::new(async move {
            business.await.is_ok_and(|business| business.has_damaged_store).then(|| {
                view! {
                    <Notice tone=Tone::Bad title="The database file is damaged">
                        "Some data may be lost or wrong. Ask your administrator to stop the server, keep a copy of the file, \
                        and restore the last good backup. The server's log says what was found."
                    </Notice>
                }
            })
        })
    };
    view! { <Transition>{notice}</Transition> }
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
fn Navigation(business: CurrentBusiness) -> impl IntoView {
    let outbox = move || {
        Suspend::new(async move {
            business.await.is_ok_and(|business| !business.outbox_channels.is_empty()).then(|| {
                view! { <NavItem href=paths::OUTBOX section=paths::OUTBOX glyph=Glyph::Tray text="Outbox"/> }
            })
        })
    };
    view! {
        <nav class="nav" aria-label="Main">
            <ul class="nav-list">
                <li class="nav-item">
                    <NavLink href=paths::PAYMENT_LINKS section=paths::PAYMENTS glyph=Glyph::Card text="Payments"/>
                    <PaymentPages class="nav-sub"/>
                </li>
                <NavItem href=paths::CONTACTS section=paths::CONTACTS glyph=Glyph::People text="Contacts"/>
                <NavItem href=paths::TEMPLATES section=paths::TEMPLATES glyph=Glyph::Page text="Templates"/>
                <Transition>{outbox}</Transition>
                <NavItem href=paths::SETTINGS section=paths::SETTINGS glyph=Glyph::Gear text="Settings"/>
            </ul>
        </nav>
    }
}

#[component]
fn NavItem(href: &'static str, section: &'static str, glyph: Glyph, text: &'static str) -> impl IntoView {
    view! { <li class="nav-item"><NavLink href=href section=section glyph=glyph text=text/></li> }
}

/// On a phone the pages of the section stand below the head, because the bar has no room for them.
#[component]
fn SectionPages() -> impl IntoView {
    let inside = here(paths::PAYMENTS);
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
            <li><SubLink href=paths::PAYMENT_LINKS text="Payment Links"/></li>
            <li><SubLink href=paths::CAMPAIGNS text="Campaigns"/></li>
            <li><SubLink href=paths::TRANSACTIONS text="Transactions"/></li>
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
