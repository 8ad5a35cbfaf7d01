//! One contact in the list, with what is wrong in words.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{
    fix::{EMAIL, FixButton, FixPanel, Fixing, PHONE, is_for_the_page},
    outlook::Outlook,
    selection::Selection,
};
use crate::{
    contacts::ContactRow,
    eligibility::{Reason, Verdict, Warning},
    paths,
};

/// One contact. The reasons stand in the place of what is wrong, and are heard with the checkbox.
#[component]
pub fn Person(row: ContactRow, selection: Selection, outlook: Outlook, fixing: Fixing) -> impl IntoView {
    let contact = row.contact;
    let id = contact.id.to_string();
    let name = contact.name();
    let part = |part: &str| format!("{id}-{part}");
    let (email_id, phone_id, note_id) = (part("email"), part("phone"), part("note"));
    let described_by = format!("{email_id} {phone_id} {note_id}");
    let (email, phone) = (contact.email.to_string(), row.phone);
    let page = paths::contact(&id);
    let (this, told) = (contact.id.clone(), StoredValue::new(contact.clone()));
    let verdict = outlook.verdict(contact.clone(), row.requests_this_week);
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
    let words = outlook.warnings_about(contact.id.clone());
    let note = move || verdict.with(|verdict| words.with(|words| note(verdict, words)));
    let is_wrong = |reason: &Reason| EMAIL.contains(reason) || PHONE.contains(reason);
    let can_fix = Memo::new(move |_| verdict.with(|verdict| verdict.reasons.iter().any(is_wrong)));
    let is_left_out = move || verdict.with(|verdict| !verdict.reasons.is_empty() && !verdict.is_sent_to());
    let toggled = move |event: web_sys::Event| {
        let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) else { return };
        if !selection.choose(contact.clone(), input.checked()) {
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
                prop:checked=move || selection.has(&this)
                on:change=toggled
            />
            <label class="person-name" for=id.clone()>{name.clone()}</label>
            <span class="person-email" id=email_id>{email}</span>
            <span class="person-phone" id=phone_id>{phone}</span>
            <span class="person-note" id=note_id>{note}</span>
            <div class="person-fix">
                <Show when=move || can_fix.get()>
                    <FixButton fixing=fixing contact=told.get_value() reasons=verdict/>
                </Show>
                <Show when=move || is_left_out() && verdict.with(|verdict| verdict.reasons.iter().copied().any(is_for_the_page))>
                    <a class="button quiet small" href=page.clone() target="_blank" rel="noopener">
                        "Open contact"<span class="visually-hidden">" "{name.clone()}" (opens a new window)"</span>
                    </a>
                </Show>
            </div>
            <FixPanel fixing=fixing contact=told.get_value()/>
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
        let verdict = Verdict { reasons, ..Verdict::default() };
        let words = ["Was sent this link 2 hours ago".to_owned()];
        assert_eq!(note(&verdict, &words), "Do not disturb, Asked enough this week, Was sent this link 2 hours ago");
        let waived = Verdict { channels: Channel::ALL.to_vec(), ..Verdict::default() };
        assert_eq!(note(&waived, &words), "Was sent this link 2 hours ago", "a waived warning is still seen");
    }
}
