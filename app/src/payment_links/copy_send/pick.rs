//! "Select…": many at once, by what is shown, by a tag, or by who has not paid. People who would be skipped are not taken.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use super::{listing::Listing, selection::Selection, wording::Wordings};
use crate::{
    campaigns::MAX_CONTACTS,
    contacts::calls::list_contact_tags,
    error::Error,
    id::PaymentLinkId,
    payment_links::{PaymentLinkQuery, calls::list_payment_links},
    preflight::{Group, Selected, ToSelect, calls::find_contacts_to_select},
    ui::{Button, Failure, Scope, Select, Variant},
};

const SHOWN: &str = "shown";
const TAGGED: &str = "tagged";
const NOT_PAID: &str = "not_paid";
/// So many pages of payment links are offered, the newest first.
const LINK_PAGES: u32 = 10;

/// What is chosen at once.
#[derive(Clone, Copy)]
pub struct Picking {
    scope: Scope,
    payment_link: StoredValue<PaymentLinkId>,
    listing: Listing,
    selection: Selection,
    wording: Wordings,
    group: RwSignal<String>,
    /// The tags that contacts have; none before they were asked for.
    tags: RwSignal<Option<Vec<String>>>,
    tag: RwSignal<String>,
    /// The business's links, by id and name.
    links: RwSignal<Vec<(String, String)>>,
    link: RwSignal<String>,
    is_pending: RwSignal<bool>,
    error: RwSignal<Option<Error>>,
    said: RwSignal<Option<String>>,
}

impl Picking {
    /// Everyone who is shown; else who has not paid this link.
    pub fn new(payment_link: PaymentLinkId, listing: Listing, selection: Selection, wording: Wordings) -> Self {
        Self {
            scope: Scope::here(),
            listing,
            selection,
            wording,
            group: RwSignal::new(SHOWN.to_owned()),
            tags: RwSignal::new(None),
            tag: RwSignal::new(String::new()),
            links: RwSignal::new(Vec::new()),
            link: RwSignal::new(payment_link.to_string()),
            payment_link: StoredValue::new(payment_link),
            is_pending: RwSignal::new(false),
            error: RwSignal::new(None),
            said: RwSignal::new(None),
        }
    }

    /// What was chosen by it is chosen no more.
    pub fn forget(self) {
        self.said.set(None);
    }

    /// Reads the tags and the links to choose from.
    fn load(self, scope: Scope) {
        scope.spawn(async move {
            match list_contact_tags().await {
                Ok(tags) => {
                    if self.tag.with_untracked(String::is_empty) {
                        self.tag.set(tags.first().cloned().unwrap_or_default());
                    }
                    self.tags.set(Some(tags));
                }
                Err(error) => self.error.set(Some(error)),
            }
            let mut links = Vec::new();
            for page in 1..=LINK_PAGES {
                match list_payment_links(PaymentLinkQuery { page, ..PaymentLinkQuery::default() }).await {
                    Ok(list) => {
                        let is_last = page >= list.page.count();
                        links.extend(list.page.rows.into_iter().map(|link| (link.id.to_string(), link.details.name)));
                        if is_last {
                            break;
                        }
                    }
                    Err(error) => return self.error.set(Some(error)),
                }
            }
            self.links.set(links);
        });
    }

    /// The group that is chosen; none while there is nothing to choose.
    fn group(self, search: String) -> Option<Group> {
        match self.group.get_untracked().as_str() {
            TAGGED => Some(self.tag.get_untracked()).filter(|tag| !tag.is_empty()).map(Group::Tagged),
            NOT_PAID => self.link.get_untracked().parse().ok().map(Group::NotPaid),
            _ => Some(Group::Shown(search)),
        }
    }

    /// Chooses the first ones of the group, as many as fit.
    fn select(self) {
        let search = self.listing.search.get_untracked();
        let Some(group) = self.group(search).filter(|_| !self.is_pending.get_untracked()) else { return };
        let channels = untrack(|| self.wording.channels());
        if channels.is_empty() {
            return self.said.set(Some("Choose Email, SMS or both first".to_owned()));
        }
        self.is_pending.set(true);
        self.error.set(None);
        let wanted = ToSelect { group, payment_link: self.payment_link.get_value(), channels };
        self.scope.spawn(async move {
            let answer = find_contacts_to_select(wanted).await;
            self.is_pending.set(false);
            match answer {
                Ok(Selected { contacts, total }) => {
                    let is_more = contacts.len() >= MAX_CONTACTS as usize;
                    let (taken, left) = self.selection.choose_all(contacts);
                    self.said.set(Some(in_words(taken, total, left > 0 || is_more)));
                }
                Err(error) => self.error.set(Some(error)),
            }
        });
    }
}

/// The group, and "Select them".
#[component]
pub fn PickPanel(picking: Picking) -> impl IntoView {
    // An effect, because only the browser asks.
    Effect::new(move |_| picking.load(Scope::here()));
    let chose = |signal: RwSignal<String>| {
        move |event: web_sys::Event| {
            if let Some(select) = event.target().and_then(|to| to.dyn_into::<web_sys::HtmlSelectElement>().ok()) {
                signal.set(select.value());
            }
        }
    };
    let groups = [(SHOWN, "All shown"), (TAGGED, "With tag"), (NOT_PAID, "Has not paid")];
    let groups: Vec<_> = groups.map(|(group, label)| (group.to_owned(), label.to_owned())).to_vec();
    let is = move |group: &'static str| move || picking.group.with(|chosen| chosen == group);
    let tags = Signal::derive(move || {
        let tags = picking.tags.get().unwrap_or_default();
        tags.into_iter().map(|tag| (tag.clone(), tag)).collect::<Vec<_>>()
    });
    let has_no_tags = move || is(TAGGED)() && picking.tags.with(|tags| tags.as_ref().is_some_and(Vec::is_empty));
    view! {
        <section class="panel stack" aria-label="Select contacts">
            <div class="wordings">
                <Select
                    name="select-group"
                    label="Which contacts"
                    options=groups
                    value=picking.group.get_untracked()
                    on:change=chose(picking.group)
                />
                <Show when=is(TAGGED)>
                    <Select
                        name="select-tag"
                        label="Tag"
                        options=tags
                        value=picking.tag.get_untracked()
                        on:change=chose(picking.tag)
                    />
                </Show>
                <Show when=is(NOT_PAID)>
                    <Select
                        name="select-link"
                        label="Payment link"
                        options=picking.links
                        value=picking.link.get_untracked()
                        hint="Contacts who were sent it, or for whom it was copied."
                        on:change=chose(picking.link)
                    />
                </Show>
            </div>
            <Show when=has_no_tags>
                <p class="muted">"No contact has a tag yet."</p>
            </Show>
            {move || picking.error.get().map(|error| view! { <Failure error/> })}
            <div class="panel-actions">
                <Button
                    variant=Variant::Primary
                    small=true
                    busy=picking.is_pending
                    on:click=move |_| picking.select()
                >
                    "Select them"
                </Button>
                <p class="panel-said" role="status">{move || picking.said.get()}</p>
            </div>
        </section>
    }
}

/// "50 of 120 selected: at most 50 at once"
fn in_words(taken: usize, total: u64, is_full: bool) -> String {
    let rest = total.saturating_sub(taken as u64);
    match rest {
        0 => format!("{taken} of {total} selected"),
        _ if is_full => format!("{taken} of {total} selected: at most {MAX_CONTACTS} at once"),
        rest => format!("{taken} of {total} selected: {rest} would be skipped"),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::drawn::{link, words_of},
        *,
    };

    fn drawn(arrange: impl FnOnce(Picking)) -> String {
        words_of(|| {
            let (selection, wording) = (Selection::new(), Wordings::new());
            let picking = Picking::new(link(), Listing::new(selection), selection, wording);
            arrange(picking);
            view! { <PickPanel picking/> }
        })
    }

    #[test]
    fn the_panel_offers_the_groups_and_asks_for_the_tag_only_where_it_counts() {
        let words = drawn(|picking| picking.tags.set(Some(vec!["regular".to_owned()])));
        assert!(words.contains("All shown With tag Has not paid") && !words.contains("regular"), "{words}");
        let words = drawn(|picking| {
            picking.tags.set(Some(vec!["regular".to_owned()]));
            picking.group.set(TAGGED.to_owned());
        });
        assert!(words.contains("Tag regular"), "{words}");
        let words = drawn(|picking| {
            picking.tags.set(Some(Vec::new()));
            picking.group.set(TAGGED.to_owned());
        });
        assert!(words.contains("No contact has a tag yet."), "{words}");
    }

    #[test]
    fn the_panel_says_what_was_chosen_and_what_did_not_work() {
        let words = drawn(|picking| {
            picking.said.set(Some(in_words(12, 15, false)));
            picking.error.set(Some(Error::Unavailable));
        });
        assert!(words.contains("12 of 15 selected: 3 would be skipped"), "{words}");
        assert!(words.contains(&Error::Unavailable.to_string()), "{words}");
    }

    #[test]
    fn what_was_chosen_and_why_not_more_is_said() {
        assert_eq!(in_words(50, 120, true), "50 of 120 selected: at most 50 at once");
        assert_eq!(in_words(12, 15, false), "12 of 15 selected: 3 would be skipped");
        assert_eq!(in_words(50, 50, true), "50 of 50 selected");
        assert_eq!(in_words(0, 0, false), "0 of 0 selected");
    }
}
