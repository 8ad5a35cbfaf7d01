//! What speaks against sending to someone without forbidding it, and the boxes that send anyway.

use leptos::prelude::*;

use super::sending::Sending;
use crate::{
    id::ContactId,
    preflight::{Warning, calls::list_warnings},
    ui::Checkbox,
};

impl Sending {
    /// Asks the server who of the selection has paid the link, was sent it or is being sent it.
    pub fn look_for_warnings(self, contacts: Vec<ContactId>) {
        self.scope.spawn(async move {
            let answer = list_warnings(self.payment_link(), contacts.clone()).await;
            // Someone else may have been chosen meanwhile.
            if self.chosen.with_untracked(|now| now.iter().map(|contact| &contact.id).eq(&contacts))
                && let Ok(warned) = answer
            {
                // What was waived for nobody is not waived for whoever is chosen later.
                self.send_anyway.update(|waived| {
                    waived.retain(|warning| warned.iter().any(|one| one.warning == *warning));
                });
                self.warned.set(warned);
            }
        });
    }

    /// The warnings about a chosen contact, in words.
    pub fn warnings_of(self, contact: ContactId) -> Memo<Vec<String>> {
        Memo::new(move |_| {
            let is_of = |other: &ContactId| *other == contact && self.has(other);
            self.warned.with(|all| all.iter().filter(|one| is_of(&one.contact)).map(|one| one.words.clone()).collect())
        })
    }
}

/// One box for each kind of warning that the selection has.
#[component]
pub fn SendAnyway(sending: Sending) -> impl IntoView {
    let kinds = Memo::new(move |_| {
        let count = |warning| sending.warned.with(|all| all.iter().filter(|one| one.warning == warning).count());
        let counted = Warning::ALL.into_iter().map(|warning| (warning, count(warning)));
        counted.filter(|(_, count)| *count > 0 && !sending.chosen.with(Vec::is_empty)).collect::<Vec<_>>()
    });
    let one = move |(warning, count): (Warning, usize)| {
        let ticked = move |event: web_sys::Event| {
            let is_waived = event_target_checked(&event);
            sending.send_anyway.update(|waived| {
                waived.retain(|other| *other != warning);
                if is_waived {
                    waived.push(warning);
                }
            });
        };
        let people = if count == 1 { "1 person".to_owned() } else { format!("{count} people") };
        view! {
            <Checkbox
                name=format!("send-anyway-{}", warning.reason().as_str())
                label=warning.send_anyway()
                detail=people
                checked=sending.send_anyway.with_untracked(|waived| waived.contains(&warning))
                on:change=ticked
            />
        }
    };
    view! {
        <Show when=move || !kinds.with(Vec::is_empty)>
            <div class="send-anyway" role="group" aria-label="Warnings">
                <For each=move || kinds.get() key=|kind| *kind let:kind>{one(kind)}</For>
            </div>
        </Show>
    }
}
