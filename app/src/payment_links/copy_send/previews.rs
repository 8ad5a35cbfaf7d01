//! How the messages read for any chosen contact.

use leptos::{html, prelude::*};
use wasm_bindgen::JsCast;

use super::{selection::Selection, wording::Wordings};
use crate::{
    channel::Channel,
    error::Error,
    id::{ContactId, PaymentLinkId},
    templates::{
        Preview, PreviewRequest,
        preview::{MessagePreview, follow},
        send_test::SendTest,
    },
    ui::{Failure, Scope, Select},
};

/// The messages as one of the chosen contacts would get them.
#[component]
pub fn Previews(payment_link: PaymentLinkId, selection: Selection, wording: Wordings) -> impl IntoView {
    let wanted = RwSignal::new(String::new());
    let options = Signal::derive(move || {
        let chosen: Vec<_> =
            selection.chosen.with(|all| all.iter().map(|one| (one.id.to_string(), one.name())).collect());
        if chosen.is_empty() { vec![(String::new(), "An example".to_owned())] } else { chosen }
    });
    // The contact that was looked at may have been taken out of the selection.
    let contact = Memo::new(move |_| {
        let wanted = wanted.get();
        selection.chosen.with(|all| {
            let found = all.iter().find(|one| one.id.as_str() == wanted).or_else(|| all.first());
            found.map(|one| one.id.clone())
        })
    });
    // It opens below everything else: what was asked for is brought before the eye.
    let section = NodeRef::<html::Section>::new();
    let scope = Scope::here();
    Effect::new(move |_| {
        if let Some(section) = section.get() {
            scope.next_frame(move || section.scroll_into_view());
        }
    });
    view! {
        <section node_ref=section class="previews stack" aria-label="Preview">
            <Select
                name="send-preview-for"
                label="Preview for"
                options=options
                on:change=move |event| {
                    if let Some(to) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
                        wanted.set(to.value());
                    }
                }
            />
            {move || {
                let one = |channel| view! {
                    <OnePreview payment_link=payment_link.clone() wording=wording channel=channel contact=contact/>
                };
                wording.channels().into_iter().map(one).collect_view()
            }}
        </section>
    }
}

#[component]
fn OnePreview(
    payment_link: PaymentLinkId,
    wording: Wordings,
    channel: Channel,
    contact: Memo<Option<ContactId>>,
) -> impl IntoView {
    let shown = RwSignal::new(None::<Preview>);
    let fault = RwSignal::new(None::<Error>);
    let link = StoredValue::new(payment_link);
    let request = move || {
        let (wording, contact) = (wording.says(channel)?, contact.get());
        Some(PreviewRequest { channel, wording, contact, payment_link: Some(link.get_value()) })
    };
    follow(request, shown, fault);
    let preview = Signal::derive(move || shown.get().unwrap_or_default());
    view! {
        <article class="message" aria-label=channel.label()>
            <h3 class="message-title">{channel.label()}</h3>
            {move || fault.get().map(|error| view! { <Failure error/> })}
            <Show
                when=move || shown.with(Option::is_some)
                fallback=move || fault.with(Option::is_none).then(|| view! { <p class="muted">"Making the preview …"</p> })
            >
                <MessagePreview channel=channel preview=preview/>
            </Show>
            <SendTest channel=channel message=Signal::derive(request)/>
        </article>
    }
}
