//! Asks before something that cannot be taken back.

use leptos::prelude::*;

use super::{
    button::{Button, Variant},
    dialog::Dialog,
};

/// A question with "Cancel" and one named answer, which runs `on_confirm` and closes.
#[component]
pub fn ConfirmDialog(
    #[prop(into)] id: String,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] text: Signal<String>,
    #[prop(into)] confirm: Signal<String>,
    open: RwSignal<bool>,
    #[prop(into)] on_confirm: Callback<()>,
) -> impl IntoView {
    let answer = move || {
        open.set(false);
        on_confirm.run(());
    };
    view! {
        <Dialog
            id=id
            title=title
            open=open
            footer=move || {
                view! {
                    <Button on:click=move |_| open.set(false)>"Cancel"</Button>
                    <Button variant=Variant::Danger on:click=move |_| answer()>{move || confirm.get()}</Button>
                }
            }
        >
            <p>{move || text.get()}</p>
        </Dialog>
    }
}
