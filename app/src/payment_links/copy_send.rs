//! The dialog "Copy / Send": the link for everybody, the link of one contact, or a campaign to up to 50.

mod contact;
mod fix;
mod paste;
mod people;
mod reminders;
mod review;
mod select;
mod send;
mod sending;
mod standard;
mod warnings;
mod when;
mod wording;

use leptos::prelude::*;

use self::{
    contact::OneContact,
    review::{Review, Sent},
    send::SendToContacts,
    sending::Sending,
    standard::StandardLink,
};
use crate::{
    id::PaymentLinkId,
    ui::{Button, Dialog, TabPanel, Tabs},
};

const STANDARD: &str = "standard";
const CONTACT: &str = "contact";
const SEND: &str = "send";

/// The dialog for one saved link.
#[component]
pub fn CopySend(payment_link: PaymentLinkId, #[prop(into)] url: String, open: RwSignal<bool>) -> impl IntoView {
    let tab = RwSignal::new(STANDARD);
    let sending = Sending::new(payment_link.clone());
    Effect::new(move |_| {
        if open.get() {
            sending.begin();
        }
    });
    // Whoever mends a contact in another window finds it mended on coming back.
    Effect::new(move |_| {
        let listener = window_event_listener(leptos::ev::focus, move |_| {
            if open.get_untracked() {
                sending.load();
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
                if tab.get() == SEND && sending.campaign.with(Option::is_none) {
                    view! { <Review sending=sending/> }.into_any()
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
            <TabPanel tabs="copy-send" tab=STANDARD current=tab>
                <StandardLink payment_link=link.with_value(|link| link.0.clone()) url=link.with_value(|link| link.1.clone())/>
            </TabPanel>
            <TabPanel tabs="copy-send" tab=CONTACT current=tab>
                <OneContact payment_link=link.with_value(|link| link.0.clone())/>
            </TabPanel>
            <TabPanel tabs="copy-send" tab=SEND current=tab>
                {move || match sending.campaign.get() {
                    Some(campaign) => view! { <Sent campaign=campaign/> }.into_any(),
                    None => view! { <SendToContacts sending=sending/> }.into_any(),
                }}
            </TabPanel>
        </Dialog>
    }
}
