//! "Paste a list": whom the emails and phones of a pasted list mean, and who of them is chosen.

use std::collections::HashMap;

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::selection::Selection;
use crate::{
    campaigns::MAX_CONTACTS,
    contacts::Contact,
    error::Error,
    preflight::{Ambiguous, MAX_ENTRIES, Matches, calls::match_contacts},
    ui::{Button, Notice, Scope, Select, TextArea, Tone, Variant},
};

/// The list, and what was found by it.
#[derive(Clone, Copy)]
pub struct Pasting {
    scope: Scope,
    selection: Selection,
    text: RwSignal<String>,
    answer: RwSignal<Option<Result<Matches, Error>>>,
    /// For each entry that may mean several contacts, by its place: the id of the chosen one.
    meant: RwSignal<HashMap<usize, String>>,
    is_pending: RwSignal<bool>,
    said: RwSignal<Option<String>>,
}

impl Pasting {
    /// Nothing pasted yet.
    pub fn new(selection: Selection) -> Self {
        Self {
            scope: Scope::here(),
            selection,
            text: RwSignal::new(String::new()),
            answer: RwSignal::new(None),
            meant: RwSignal::new(HashMap::new()),
            is_pending: RwSignal::new(false),
            said: RwSignal::new(None),
        }
    }

    /// What was chosen by it is chosen no more.
    pub fn forget(self) {
        self.said.set(None);
    }

    fn find(self) {
        if self.is_pending.get_untracked() {
            return;
        }
        self.is_pending.set(true);
        let text = self.text.get_untracked();
        self.scope.spawn(async move {
            let answer = match_contacts(text).await;
            self.is_pending.set(false);
            self.said.set(None);
            self.meant.set(HashMap::new());
            self.answer.set(Some(answer));
        });
    }

    /// Who was found, and who was chosen where several were meant.
    fn contacts(self) -> Vec<Contact> {
        let meant = self.meant.get_untracked();
        let chosen = |(place, ambiguous): (usize, &Ambiguous)| {
            let id = meant.get(&place)?;
            ambiguous.contacts.iter().find(|contact| contact.id.as_str() == id).cloned()
        };
        let mut contacts: Vec<Contact> = self.answer.with_untracked(|answer| match answer {
            Some(Ok(matches)) => {
                let chosen = matches.ambiguous.iter().enumerate().filter_map(chosen);
                matches.found.iter().cloned().chain(chosen).collect()
            }
            _ => Vec::new(),
        });
        let mut known = Vec::new();
        contacts.retain(|contact| {
            let is_new = !known.contains(&contact.id);
            known.push(contact.id.clone());
            is_new
        });
        contacts
    }
}

/// The field, what was found, and "Select them".
#[component]
pub fn PastePanel(pasting: Pasting) -> impl IntoView {
    let typed = move |event: web_sys::Event| {
        if let Some(area) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlTextAreaElement>().ok()) {
            pasting.text.set(area.value());
        }
    };
    let found = move || pasting.answer.with(|answer| answer.as_ref()?.as_ref().ok().map(in_words));
    let failed = move || pasting.answer.with(|answer| answer.as_ref()?.as_ref().err().map(ToString::to_string));
    let select = move |_| {
        let (taken, left) = pasting.selection.choose_all(pasting.contacts());
        pasting.said.set(Some(selected(taken, left)));
    };
    let can_select = move || {
        let has_any = |matches: &Matches| !matches.found.is_empty() || !matches.ambiguous.is_empty();
        pasting.answer.with(|answer| matches!(answer, Some(Ok(matches)) if has_any(matches)))
    };
    view! {
        <section class="panel stack" aria-label="Paste a list">
            <TextArea
                name="paste-list"
                label="Emails or phones"
                hint="Copy them from an email, a table or a list. Names and commas in between do no harm."
                rows=4
                value=pasting.text.get_untracked()
                on:input=typed
            />
            <div class="panel-actions">
                <Button small=true busy=pasting.is_pending on:click=move |_| pasting.find()>"Find"</Button>
            </div>
            {move || failed().map(|text| view! { <Notice tone=Tone::Bad>{text}</Notice> })}
            <p class="panel-said" role="status">{found}</p>
            {move || pasting.answer.with(|answer| match answer {
                Some(Ok(matches)) => Some(view! { <Rest pasting=pasting matches=matches.clone()/> }),
                _ => None,
            })}
            <div class="panel-actions">
                <Show when=can_select>
                    <Button variant=Variant::Primary small=true on:click=select>"Select them"</Button>
                </Show>
                <p class="panel-said" role="status">{move || pasting.said.get()}</p>
            </div>
        </section>
    }
}

/// What was not found, and what may mean several contacts.
#[component]
fn Rest(pasting: Pasting, matches: Matches) -> impl IntoView {
    let rows = u32::try_from(matches.not_found.len().clamp(1, 4)).unwrap_or(1);
    let not_found = (!matches.not_found.is_empty()).then(|| {
        let text = matches.not_found.join("\n");
        view! { <TextArea name="paste-not-found" label="Not found" rows=rows readonly=true value=text/> }
    });
    let choices = matches.ambiguous.into_iter().enumerate().map(move |(place, ambiguous)| {
        let nobody = (String::new(), "Nobody".to_owned());
        let contacts = ambiguous.contacts.iter().map(|contact| (contact.id.to_string(), told_apart(contact)));
        let options: Vec<_> = std::iter::once(nobody).chain(contacts).collect();
        let chose = move |event: web_sys::Event| {
            if let Some(select) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
                pasting.meant.update(|meant| drop(meant.insert(place, select.value())));
            }
        };
        view! {
            <Select
                name=format!("paste-meant-{place}")
                label=format!("Who is {}?", ambiguous.entry)
                options=options
                on:change=chose
            />
        }
    });
    view! {
        {not_found}
        {choices.collect_view()}
    }
}

/// Everything by which contacts with the same address differ.
fn told_apart(contact: &Contact) -> String {
    let parts = [contact.name(), contact.email.to_string(), contact.phone.to_string()];
    let mut told: Vec<String> = Vec::new();
    for part in parts {
        if !part.is_empty() && !told.contains(&part) {
            told.push(part);
        }
    }
    told.join(" · ")
}

fn in_words(matches: &Matches) -> String {
    let words = matches.in_words();
    match matches.left_out {
        0 => words,
        left_out => format!("{words}; {left_out} more were not looked up: at most {MAX_ENTRIES} at once"),
    }
}

fn selected(taken: usize, left: usize) -> String {
    match left {
        0 => format!("{taken} selected"),
        left => format!("{taken} selected, {left} did not fit: at most {MAX_CONTACTS} at once"),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::drawn::{contact, words_of},
        *,
    };

    #[test]
    fn the_panel_says_whom_the_list_means_and_asks_who_is_meant() {
        let words = words_of(|| {
            let pasting = Pasting::new(Selection::new());
            let contacts = vec![contact(1, "Ada"), contact(2, "Bea")];
            let twins = Ambiguous { entry: "shop@example.com".to_owned(), contacts };
            let not_found = vec!["nobody@example.com".to_owned()];
            let matches =
                Matches { found: vec![contact(3, "Cy")], not_found, ambiguous: vec![twins], ..Matches::default() };
            pasting.answer.set(Some(Ok(matches)));
            view! { <PastePanel pasting/> }
        });
        for said in [
            "1 found, 1 not found, 1 fits several contacts",
            "nobody@example.com",
            "Who is shop@example.com? Nobody Ada",
            "Select them",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
    }

    #[test]
    fn the_panel_says_why_nothing_was_found_out() {
        let words = words_of(|| {
            let pasting = Pasting::new(Selection::new());
            pasting.answer.set(Some(Err(Error::Unavailable)));
            view! { <PastePanel pasting/> }
        });
        assert!(words.contains(&Error::Unavailable.to_string()) && !words.contains("Select them"), "{words}");
    }

    #[test]
    fn what_did_not_fit_or_was_not_looked_up_is_said() {
        assert_eq!(selected(41, 0), "41 selected");
        assert_eq!(selected(50, 3), "50 selected, 3 did not fit: at most 50 at once");
        let matches = Matches { not_found: vec!["x".to_owned()], ..Matches::default() };
        assert_eq!(in_words(&matches), "0 found, 1 not found");
        let long = Matches { left_out: 12, ..matches };
        assert_eq!(in_words(&long), "0 found, 1 not found; 12 more were not looked up: at most 500 at once");
    }
}
