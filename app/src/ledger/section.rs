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
            text="What was sent to whom, with which words and why, is kept in a chain that shows when an entry was changed or taken out."
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
