//! The list of contacts to choose from; whoever cannot be sent to stays in it, with the reason in words.

use std::{collections::HashMap, time::Duration};

use leptos::{leptos_dom::helpers::debounce, prelude::*};
use wasm_bindgen::JsCast;

use super::sending::Sending;
use crate::{
    campaigns::MAX_CONTACTS,
    contacts::ContactRow,
    eligibility::{Asked, Reason, Verdict, check_with, review_with},
    ui::{Button, Notice, SearchField, Tone, Variant},
};

/// How long typing pauses before the list follows.
const PAUSE: Duration = Duration::from_millis(200);

const EMAIL: [Reason; 2] = [Reason::EmailMissing, Reason::EmailInvalid];
const PHONE: [Reason; 2] = [Reason::PhoneMissing, Reason::PhoneInvalid];

/// The search, the count, the list.
#[component]
pub fn People(sending: Sending) -> impl IntoView {
    let mut find = debounce(PAUSE, move |search: String| sending.find(search));
    let count = move || sending.chosen.with(Vec::len);
    let nobody = move || sending.total.get() == Some(0);
    let has_more =
        move || sending.total.get().is_some_and(|total| sending.rows.with(|rows| (rows.len() as u64) < total));
    view! {
        <div class="people-head">
            <SearchField
                label="Search contacts"
                name="search-contacts"
                placeholder="Search contacts by name, email or phone"
                value=sending.search.get_untracked()
                on:input=move |event| {
                    if let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) {
                        find(input.value());
                    }
                }
            />
            <p class="people-count" role="status">
                <strong>{count}" of "{MAX_CONTACTS}</strong>
                " selected"
            </p>
            <Show when=move || { count() > 0 }>
                <Button
                    variant=Variant::Quiet
                    small=true
                    on:click=move |_| {
                        sending.chosen.set(Vec::new());
                        sending.is_over.set(false);
                    }
                >
                    "Clear"
                </Button>
            </Show>
        </div>
        {move || sending.is_full().then(|| {
            // Said louder to whoever tries one more.
            let tone = if sending.is_over.get() { Tone::Bad } else { Tone::Warn };
            view! {
                <Notice tone=tone>
                    {format!(
                        "You can send to at most {MAX_CONTACTS} contacts at once. Send to these first, or take someone out.",
                    )}
                </Notice>
            }
        })}
        <div class="people-box">
            <ul class="people" aria-label="Contacts">
                <For
                    each=move || sending.rows.get()
                    key=|row| (row.contact.id.clone(), row.contact.version, row.contact.dnd.all, row.requests_this_week)
                    let:row
                >
                    <Person sending=sending row=row/>
                </For>
            </ul>
            <Show when=nobody>
                <p class="people-empty muted">
                    {move || if sending.search.with(String::is_empty) {
                        view! { "There are no contacts yet. " <a href="/contacts/new">"New contact"</a> }.into_any()
                    } else {
                        view! { "No contact found. Try a part of the name, the email or the phone." }.into_any()
                    }}
                </p>
            </Show>
            <Show when=has_more>
                <div class="people-more">
                    <Button small=true on:click=move |_| sending.load_more()>"Show more contacts"</Button>
                </div>
            </Show>
        </div>
    }
}

/// One contact. The reasons stand in the place of what is wrong, and are heard with the checkbox.
#[component]
fn Person(sending: Sending, row: ContactRow) -> impl IntoView {
    let contact = row.contact;
    let id = contact.id.to_string();
    let name = contact.name();
    let requests = HashMap::from([(contact.id.clone(), row.requests_this_week)]);
    let part = |part: &str| format!("{id}-{part}");
    let (email_id, phone_id, note_id) = (part("email"), part("phone"), part("note"));
    let described_by = format!("{email_id} {phone_id} {note_id}");
    let (email, phone) = (contact.email.to_string(), row.phone);
    let fix = format!("/contacts/{id}");
    let (this, judged) = (contact.id.clone(), contact.clone());
    let verdict = Memo::new(move |_| {
        let channels = sending.channels();
        let in_selection = sending.chosen.with(|chosen| {
            let at = chosen.iter().position(|other| other.id == judged.id)?;
            sending.care.with(|care| review_with(chosen, &channels, &care.asked).into_iter().nth(at))
        });
        in_selection.unwrap_or_else(|| {
            let weekly_cap = sending.care.with(|care| care.asked.weekly_cap);
            check_with(&judged, &channels, &Asked { weekly_cap, requests: requests.clone() })
        })
    });
    // What is wrong with an address stands in its place.
    let shown = move |address: String, reasons: [Reason; 2]| {
        move || {
            let wrong = verdict.with(|verdict| reasons.into_iter().find(|reason| verdict.reasons.contains(reason)));
            match wrong {
                Some(reason) => view! { <span class="person-reason">{reason.label()}</span> }.into_any(),
                None => address.clone().into_any(),
            }
        }
    };
    let email = shown(email, EMAIL);
    let phone = shown(phone, PHONE);
    let is_left_out = move || verdict.with(|verdict| !verdict.reasons.is_empty() && !verdict.is_sent_to());
    let toggled = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        if !sending.choose(contact.clone(), input.checked()) {
            input.set_checked(false);
        }
    };
    view! {
        <li class="person" class:quiet=is_left_out>
            <input
                class="checkbox-box"
                type="checkbox"
                id=id.clone()
                aria-describedby=described_by
                prop:checked=move || sending.has(&this)
                on:change=toggled
            />
            <label class="person-name" for=id.clone()>{name.clone()}</label>
            <span class="person-email" id=email_id>{email}</span>
            <span class="person-phone" id=phone_id>{phone}</span>
            <span class="person-note" id=note_id>{move || others(&verdict.get())}</span>
            <Show when=is_left_out>
                <a class="button small person-fix" href=fix.clone() target="_blank" rel="noopener">
                    "Fix"<span class="visually-hidden">" "{name.clone()}" (opens a new window)"</span>
                </a>
            </Show>
        </li>
    }
}

/// The reasons that concern the whole contact or one channel.
fn others(verdict: &Verdict) -> String {
    let reasons = verdict.reasons.iter().filter(|reason| !EMAIL.contains(reason) && !PHONE.contains(reason));
    reasons.map(|reason| reason.label()).collect::<Vec<_>>().join(", ")
}
