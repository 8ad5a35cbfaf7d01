//! The dialog "Copy / Send": the link for everybody, the link of one contact, or a campaign to up to 50.

mod contact;
#[cfg(test)]
mod drawn;
mod fix;
mod forecast;
mod foretold;
mod latest;
mod listing;
mod not_foretold;
mod outlook;
mod paste;
mod people;
mod person;
mod pick;
mod plan;
mod press;
mod previews;
mod reminders;
mod review;
mod selection;
mod send;
mod send_anyway;
mod standard;
mod ways;
mod when;
mod wording;
mod wording_fields;

use std::time::Duration;

use leptos::prelude::*;

use super::{
    Closed, LinkStatus,
    calls::SetPaymentLinkStatus,
    copy_send::{
        contact::OneContact,
        review::{Review, Sent},
        send::{SendToContacts, Sending},
        standard::StandardLink,
    },
};
use crate::{
    form::refusal,
    id::PaymentLinkId,
    ui::{Button, Dialog, Failure, Notice, Scope, TabPanel, Tabs, Tone},
};
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// The browser gives the focus back when the dialog closes; what wants it waits for that.
const AFTER_CLOSING: Duration = Duration::from_millis(50);
const STANDARD: &str = "standard";
const CONTACT: &str = "contact";
const SEND: &str = "send";

/// The dialog for one saved link.
#[component]
pub fn CopySend(
    payment_link: PaymentLinkId,
    #[prop(into)] url: String,
    /// Why the link takes no payments, if it takes none.
    #[prop(into)]
    closed: Signal<Option<Closed>>,
    /// Makes it take payments again.
    activate: ServerAction<SetPaymentLinkStatus>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let tab = RwSignal::new(STANDARD);
    let sending = Sending::new(payment_link.clone());
    let press = sending.press;
    Effect::new(move |_| {
        if open.get() {
            sending.begin();
        }
    });
    // A contact that was mended in another window is found mended on coming back.
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::focus, move |_| {
            if open.get_untracked() {
                sending.read_again();
            }
        });
        on_cleanup(move || listener.remove());
    });
    let link = StoredValue::new((payment_link, url));
    view! {
        <Dialog
            id="copy-send"
            title="Copy / Send"
            open=open
            wide=true
            footer=move || {
                if tab.get() == SEND && press.campaign.with(Option::is_none) {
                    view! {
                        <Review
                            selection=sending.selection
                            wording=sending.wording
                            plan=sending.plan
                            outlook=sending.outlook
                            press
                            closed
                        />
                    }
                    .into_any()
                } else {
                    view! { <Button on:click=move |_| open.set(false)>"Done"</Button> }.into_any()
                }
            }
        >
            <Tabs
                id="copy-send"
                label="Copy / Send"
                tabs=vec![(STANDARD, "Standard link"), (CONTACT, "One contact"), (SEND, "Send to contacts")]
                current=tab
            />
            {move || closed.get().map(|closed| view! {
                <ClosedLink closed payment_link=link.with_value(|link| link.0.clone()) activate open/>
            })}
            <TabPanel tabs="copy-send" tab=STANDARD current=tab>
                <StandardLink payment_link=link.with_value(|link| link.0.clone()) url=link.with_value(|link| link.1.clone())/>
            </TabPanel>
            <TabPanel tabs="copy-send" tab=CONTACT current=tab>
                <OneContact payment_link=link.with_value(|link| link.0.clone())/>
            </TabPanel>
            <TabPanel tabs="copy-send" tab=SEND current=tab>
                {move || match press.campaign.get() {
                    Some(campaign) => view! { <Sent campaign=campaign/> }.into_any(),
                    None => view! { <SendToContacts sending=sending/> }.into_any(),
                }}
            </TabPanel>
        </Dialog>
    }
}

/// Says in the dialog that nobody can pay with the link, and offers what changes that.
#[component]
fn ClosedLink(
    closed: Closed,
    payment_link: PaymentLinkId,
    activate: ServerAction<SetPaymentLinkStatus>,
    open: RwSignal<bool>,
) -> impl IntoView {
    let refused = refusal(activate);
    let scope = Scope::here();
    let change = move |_| match closed {
        Closed::Inactive => {
            activate.dispatch(SetPaymentLinkStatus { id: payment_link.clone(), status: LinkStatus::Active });
        }
        Closed::Expired => {
            open.set(false);
            scope.after(AFTER_CLOSING, || {
                if let Some(field) =
                    document().get_element_by_id("expires").and_then(|field| field.dyn_into::<HtmlElement>().ok())
                {
                    let _ = field.focus();
                }
            });
        }
    };
    view! {
        <Notice tone=Tone::Warn title=closed.title()>
            <div class="stack">
                <p>{closed.text()}</p>
                {move || refused.get().map(|error| view! { <Failure error/> })}
                <div>
                    <Button small=true busy=activate.pending() on:click=change>
                        {match closed {
                            Closed::Inactive => "Activate",
                            Closed::Expired => "Change the day",
                        }}
                    </Button>
                </div>
            </div>
        </Notice>
    }
}
