//! The list of contacts to choose from; whoever cannot be sent to stays in it, with the reason in words.

use std::{cell::RefCell, collections::HashMap, rc::Rc, time::Duration};

use leptos::{leptos_dom::helpers::debounce, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    fix::{FixButton, FixPanel, is_for_the_page},
    paste::PastePanel,
    select::SelectPanel,
    sending::Sending,
};
use crate::{
    campaigns::MAX_CONTACTS,
    contacts::{Contact, ContactRow},
    eligibility::{Asked, Reason, Verdict, check_with, review_with},
    preflight::Warning,
    ui::{Button, Notice, SearchField, Tone, Variant, on_escape},
};

/// How long typing pauses before the list follows.
const PAUSE: Duration = Duration::from_millis(200);

/// What is wrong with an email.
pub const EMAIL: [Reason; 2] = [Reason::EmailMissing, Reason::EmailInvalid];
/// What is wrong with a phone.
pub const PHONE: [Reason; 2] = [Reason::PhoneMissing, Reason::PhoneInvalid];

/// Another way to choose, opened below the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    /// From a pasted list.
    Paste,
    /// Many at once.
    Select,
}

impl Panel {
    /// The id of the button that opens it.
    const fn button(self) -> &'static str {
        match self {
            Self::Paste => "people-paste",
            Self::Select => "people-select",
        }
    }
}

/// The search, the count, the list.
#[component]
pub fn People(sending: Sending) -> impl IntoView {
    // What is typed and what Escape clears go through one pause: the last one counts.
    let find = Rc::new(RefCell::new(debounce(PAUSE, move |search: String| sending.find(search))));
    let count = move || sending.chosen.with(Vec::len);
    let nobody = move || sending.total.get() == Some(0);
    let has_more =
        move || sending.total.get().is_some_and(|total| sending.rows.with(|rows| (rows.len() as u64) < total));
    let find_all = Rc::clone(&find);
    let clear_search = on_escape(move || {
        let field = document().get_element_by_id("search-contacts").and_then(|field| field.dyn_into().ok());
        let field = field.filter(|field: &web_sys::HtmlInputElement| !field.value().is_empty());
        if let Some(field) = &field {
            field.set_value("");
            (find_all.borrow_mut())(String::new());
        }
        field.is_some()
    });
    let close_panel = on_escape(move || {
        let button = sending.panel.get_untracked().and_then(|panel| document().get_element_by_id(panel.button()));
        sending.panel.set(None);
        if let Some(button) = button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
        true
    });
    view! {
        <div class="people-head">
            <SearchField
                label="Search contacts"
                name="search-contacts"
                placeholder="Name, email or phone"
                value=sending.search.get_untracked()
                on:keydown=clear_search
                on:input=move |event| {
                    if let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) {
                        (find.borrow_mut())(input.value());
                    }
                }
            />
            <PanelButton sending=sending panel=Panel::Paste label="Paste a list"/>
            <PanelButton sending=sending panel=Panel::Select label="Select…"/>
            <div class="people-chosen">
                <p class="people-count" role="status">
                    <strong>{count}" of "{MAX_CONTACTS}</strong>
                    " selected"
                </p>
                <Show when=move || { count() > 0 }>
                    <Button variant=Variant::Quiet small=true on:click=move |_| sending.clear()>"Clear"</Button>
                </Show>
            </div>
        </div>
        {move || {
            let close_panel = close_panel.clone();
            sending.panel.get().map(|panel| view! {
                <div on:keydown=close_panel>
                    {match panel {
                        Panel::Paste => view! { <PastePanel sending=sending/> }.into_any(),
                        Panel::Select => view! { <SelectPanel sending=sending/> }.into_any(),
                    }}
                </div>
            })
        }}
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
                    key=|row| {
                        let Contact { id, version, dnd, email_undeliverable, phone_undeliverable, .. } = &row.contact;
                        let undeliverable = (email_undeliverable.is_some(), phone_undeliverable.is_some());
                        (id.clone(), *version, dnd.all, undeliverable, row.requests_this_week)
                    }
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

/// Opens a panel, or closes it again.
#[component]
fn PanelButton(sending: Sending, panel: Panel, label: &'static str) -> impl IntoView {
    let is_open = move || sending.panel.get() == Some(panel);
    let toggle = move |_| sending.panel.update(|open| *open = if *open == Some(panel) { None } else { Some(panel) });
    view! {
        <Button
            small=true
            attr:id=panel.button()
            attr:aria-expanded=move || is_open().to_string()
            on:click=toggle
        >
            {label}
        </Button>
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
    let page = format!("/contacts/{id}");
    let (this, judged, told) = (contact.id.clone(), contact.clone(), StoredValue::new(contact.clone()));
    let verdict = Memo::new(move |_| {
        let channels = sending.channels();
        let in_selection = sending.chosen.with(|chosen| {
            let at = chosen.iter().position(|other| other.id == judged.id)?;
            sending.asked_before.with(|asked| review_with(chosen, &channels, asked).into_iter().nth(at))
        });
        in_selection.unwrap_or_else(|| {
            let weekly_cap = sending.care.with(|care| care.asked.weekly_cap);
            check_with(&judged, &channels, &Asked { weekly_cap, requests: requests.clone(), ..Asked::default() })
        })
    });
    // What is wrong with an address stands in its place.
    let shown = move |address: String, reasons: [Reason; 2]| {
        move || {
            let wrong = verdict.with(|verdict| reasons.into_iter().find(|reason| verdict.reasons.contains(reason)));
            match wrong {
                Some(reason) => {
                    let words = told.with_value(|contact| reason.in_words(contact));
                    view! { <span class="person-reason">{words}</span> }.into_any()
                }
                None => address.clone().into_any(),
            }
        }
    };
    let email = shown(email, EMAIL);
    let phone = shown(phone, PHONE);
    let words = sending.warnings_of(contact.id.clone());
    let note = move || verdict.with(|verdict| words.with(|words| note(verdict, words)));
    let is_wrong = |reason: &Reason| EMAIL.contains(reason) || PHONE.contains(reason);
    let can_fix = Memo::new(move |_| verdict.with(|verdict| verdict.reasons.iter().any(is_wrong)));
    let fixed = StoredValue::new(contact.clone());
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
            <span class="person-note" id=note_id>{note}</span>
            <div class="person-fix">
                <Show when=move || can_fix.get()>
                    <FixButton sending=sending contact=fixed.get_value() reasons=verdict/>
                </Show>
                <Show when=move || is_left_out() && verdict.with(|verdict| verdict.reasons.iter().copied().any(is_for_the_page))>
                    <a class="button quiet small" href=page.clone() target="_blank" rel="noopener">
                        "Open contact"<span class="visually-hidden">" "{name.clone()}" (opens a new window)"</span>
                    </a>
                </Show>
            </div>
            <FixPanel sending=sending contact=fixed.get_value()/>
        </li>
    }
}

/// The reasons that concern the whole contact or one channel, and the warnings, waived or not.
fn note(verdict: &Verdict, warnings: &[String]) -> String {
    let stands_elsewhere = |reason: &Reason| EMAIL.contains(reason) || PHONE.contains(reason) || Warning::is(*reason);
    let reasons = verdict.reasons.iter().filter(|reason| !stands_elsewhere(reason)).map(|reason| reason.label());
    reasons.chain(warnings.iter().map(String::as_str)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channel::Channel;

    #[test]
    fn a_row_says_every_reason_and_every_warning_in_words() {
        let reasons = vec![Reason::EmailMissing, Reason::DoNotDisturb, Reason::WeeklyCap, Reason::SentRecently];
        let verdict = Verdict { channels: Vec::new(), reasons };
        let words = ["Was sent this link 2 hours ago".to_owned()];
        assert_eq!(note(&verdict, &words), "Do not disturb, Asked enough this week, Was sent this link 2 hours ago");
        let waived = Verdict { channels: Channel::ALL.to_vec(), reasons: Vec::new() };
        assert_eq!(note(&waived, &words), "Was sent this link 2 hours ago", "a waived warning is still seen");
    }
}
