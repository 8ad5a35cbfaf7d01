//! The warnings of the selection, as boxes that send anyway.

use leptos::prelude::*;

use super::{outlook::Outlook, selection::Selection};
use crate::{eligibility::Warning, ui::Checkbox};

/// One box for each kind of warning that the selection has.
#[component]
pub fn SendAnyway(selection: Selection, outlook: Outlook) -> impl IntoView {
    let kinds = Memo::new(move |_| {
        let count = |warning| outlook.warnings.known(|all| all.iter().filter(|one| one.warning == warning).count());
        let counted = Warning::ALL.into_iter().map(|warning| (warning, count(warning)));
        counted.filter(|(_, count)| *count > 0 && !selection.chosen.with(Vec::is_empty)).collect::<Vec<_>>()
    });
    let one = move |(warning, count): (Warning, usize)| {
        let ticked = move |event: web_sys::Event| {
            let is_waived = event_target_checked(&event);
            outlook.send_anyway.update(|waived| {
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
                checked=outlook.send_anyway.with_untracked(|waived| waived.contains(&warning))
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
