//! The list of contacts to choose from; who cannot be sent to stays in it, with the reason in words.

use std::{cell::RefCell, rc::Rc, time::Duration};

use leptos::{leptos_dom::helpers::debounce, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    fix::Fixing,
    listing::Listing,
    outlook::Outlook,
    person::Person,
    selection::Selection,
    ways::{OpenWay, Way, WayButton, Ways},
};
use crate::{
    campaigns::MAX_CONTACTS,
    contacts::Contact,
    paths,
    ui::{Button, Failure, Notice, SearchField, Tone, Variant, on_escape},
};

/// How long typing pauses before the list follows.
const PAUSE: Duration = Duration::from_millis(200);

/// The search, the count, the list.
#[component]
pub fn People(listing: Listing, selection: Selection, outlook: Outlook, ways: Ways, fixing: Fixing) -> impl IntoView {
    // What is typed and what Escape clears go through one pause: the last one counts.
    let find = Rc::new(RefCell::new(debounce(PAUSE, move |search: String| listing.find(search))));
    let count = move || selection.count();
    let nobody = move || listing.total.get() == Some(0);
    let clear = move |_| {
        selection.clear();
        ways.forget();
    };
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
    view! {
        <div class="people-head">
            <SearchField
                label="Search contacts"
                name="search-contacts"
                placeholder="Name, email or phone"
                value=listing.search.get_untracked()
                on:keydown=clear_search
                on:input=move |event| {
                    if let Some(input) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlInputElement>().ok()) {
                        (find.borrow_mut())(input.value());
                    }
                }
            />
            <WayButton ways=ways way=Way::Paste label="Paste a list"/>
            <WayButton ways=ways way=Way::Pick label="Select…"/>
            <div class="people-chosen">
                <p class="people-count" role="status">
                    <strong>{count}" of "{MAX_CONTACTS}</strong>
                    " selected"
                </p>
                <Show when=move || { count() > 0 }>
                    <Button variant=Variant::Quiet small=true on:click=clear>"Clear"</Button>
                </Show>
            </div>
        </div>
        <OpenWay ways=ways/>
        {move || selection.is_full().then(|| {
            // Said louder when one more is tried.
            let tone = if selection.is_over.get() { Tone::Bad } else { Tone::Warn };
            view! {
                <Notice tone=tone>
                    {format!(
                        "You can send to at most {MAX_CONTACTS} contacts at once. Send to these first, or take someone out.",
                    )}
                </Notice>
            }
        })}
        {move || listing.error.get().map(|error| view! { <Failure error/> })}
        <div class="people-box">
            <ul class="people" aria-label="Contacts">
                <For
                    each=move || listing.rows.get()
                    key=|row| {
                        let Contact { id, version, dnd, email_undeliverable, phone_undeliverable, .. } = &row.contact;
                        let undeliverable = (email_undeliverable.is_some(), phone_undeliverable.is_some());
                        (id.clone(), *version, dnd.all, undeliverable, row.requests_this_week)
                    }
                    let:row
                >
                    <Person row=row selection=selection outlook=outlook fixing=fixing/>
                </For>
            </ul>
            <Show when=nobody>
                <p class="people-empty muted">
                    {move || if listing.search.with(String::is_empty) {
                        view! { "There are no contacts yet. " <a href=paths::NEW_CONTACT>"New contact"</a> }.into_any()
                    } else {
                        view! { "No contact found. Try a part of the name, the email or the phone." }.into_any()
                    }}
                </p>
            </Show>
            <Show when=move || listing.has_more()>
                <div class="people-more">
                    <Button small=true on:click=move |_| listing.load_more()>"Show more contacts"</Button>
                </div>
            </Show>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            drawn::{contact, link, row, words_of},
            paste::Pasting,
            pick::Picking,
            plan::Plan,
            wording::Wordings,
        },
        *,
    };
    use crate::{
        address::Typed,
        eligibility::Warning,
        error::Error,
        id::{ContactId, Id},
        preflight::Warned,
    };

    fn drawn(arrange: impl FnOnce(Listing, Selection, Outlook)) -> String {
        words_of(|| {
            let (selection, wording) = (Selection::new(), Wordings::new());
            let listing = Listing::new(selection);
            let outlook = Outlook::new(link(), selection, wording, Plan::new());
            arrange(listing, selection, outlook);
            let picking = Picking::new(link(), listing, selection, wording);
            let ways = Ways::new(Pasting::new(selection), picking);
            view! { <People listing selection outlook ways fixing=Fixing::new(listing)/> }
        })
    }

    #[test]
    fn the_list_knows_its_warnings_and_who_is_barred_without_the_foot() {
        let (warned, mut barred, mut broken) = (contact(1, "Ada"), contact(2, "Bea"), contact(3, "Cy"));
        barred.dnd.all = true;
        broken.email = Typed::Missing;
        let words = drawn(|listing, selection, outlook| {
            listing.rows.set([&warned, &barred, &broken].map(row).to_vec());
            listing.total.set(Some(3));
            selection.choose(warned.clone(), true);
            let words = "Was sent this link 2 hours ago".to_owned();
            let warning = Warned { contact: warned.id.clone(), warning: Warning::SentRecently, words };
            outlook.warnings.take(outlook.warnings.begin(), Ok(vec![warning]));
        });
        for said in [
            "1 of 50 selected",
            "Ada ada@example.com +14155552671 Was sent this link 2 hours ago",
            "Bea bea@example.com +14155552672 Do not disturb",
            "Open contact Bea",
            "Cy No email address",
            "Fix Cy",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        assert!(!words.contains("Fix Ada") && !words.contains("Fix Bea") && !words.contains("Show more"), "{words}");
    }

    #[test]
    fn the_list_says_why_it_could_not_be_read_and_that_it_is_full() {
        let words = drawn(|listing, _, _| listing.error.set(Some(Error::Unavailable)));
        assert!(words.contains(&Error::Unavailable.to_string()), "{words}");
        let words = drawn(|_, selection, _| {
            let many = (0..51_u128).map(|number| Contact { id: ContactId::from_bits(number), ..contact(1, "Ada") });
            assert_eq!(selection.choose_all(many.collect()), (50, 1));
        });
        assert!(words.contains("50 of 50 selected") && words.contains("You can send to at most 50"), "{words}");
    }
}
