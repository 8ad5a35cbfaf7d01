//! The settings' section with the button that checks the record.

use leptos::prelude::*;

use super::calls::CheckLedger;
use crate::{
    form::action,
    ui::{Button, Card, FormActions, Notice, Tone},
};

/// "Record"
#[component]
pub fn RecordSection() -> impl IntoView {
    let check = action::<CheckLedger>();
    let found = move || {
        check.value().get().map(|found| {
            let (tone, text) = match found {
                Ok(found) if !found.is_whole() => (Tone::Bad, found.to_string()),
                Ok(found) => (Tone::Good, found.to_string()),
                Err(error) => (Tone::Bad, error.to_string()),
            };
            view! { <Notice tone=tone>{text}</Notice> }
        })
    };
    view! {
        <Card
            title="Record"
            text="Handbill records what was sent to whom, in which words and why. Each entry is linked to the one before it, so a changed or missing entry is found."
        >
            <ActionForm action=check attr:class="stack">
                {found}
                <FormActions>
                    <Button kind="submit" busy=check.pending()>"Check the record"</Button>
                </FormActions>
            </ActionForm>
        </Card>
    }
}
