//! The editor: the form on the left, the checkout as it will look on the right, and "Copy / Send" once it is saved.

mod editing;
mod fields;
mod items;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use self::{editing::Editing, fields::Fields};
use super::{
    Closed, LinkStatus, PaymentLinkEditor,
    calls::{SetPaymentLinkStatus, edit_payment_link, new_payment_link},
    copy_send::CopySend,
    preview::Preview,
    results::Results,
};
use crate::{
    error::Error,
    form::{action, problems, refusal, tell_next_page},
    paths,
    ui::{
        Button, ErrorSummary, Failure, FormActions, InView, Loaded, Notice, PageHead, SaveBar, Told, Tone,
        warn_of_unsaved,
    },
};

const PARENT: (&str, &str) = (paths::PAYMENT_LINKS, "Payment Links");

/// `/payments/links/new`
#[component]
pub fn NewPaymentLinkPage() -> impl IntoView {
    let editor = Resource::new_blocking(|| (), |()| new_payment_link());
    view! { <Page editor=editor/> }
}

/// `/payments/links/{id}`
#[component]
pub fn EditPaymentLinkPage() -> impl IntoView {
    let params = use_params_map();
    let id = move || params.with(|params| params.get("id").unwrap_or_default());
    let editor = Resource::new_blocking(id, edit_payment_link);
    view! { <Page editor=editor/> }
}

#[component]
fn Page(editor: Resource<Result<PaymentLinkEditor, Error>>) -> impl IntoView {
    view! { <Loaded from=editor page=("Payment link", PARENT) let:editor><Editor editor/></Loaded> }
}

#[component]
fn Editor(editor: PaymentLinkEditor) -> impl IntoView {
    let editing = Editing::new(&editor);
    let sent = StoredValue::new(editor.form.clone());
    let is_dirty = Memo::new(move |_| editing.is_dirty());
    let edited = Signal::derive(move || {
        match editing.saved.with(|saved| saved.as_ref().map(|link| link.details.name.clone())) {
            Some(name) => format!("the payment link “{name}”"),
            None => "the new payment link".to_owned(),
        }
    });
    warn_of_unsaved(edited, is_dirty);
    if editor.saved.is_none() {
        tell_next_page(editing.save, "Saved. You can copy this link or send it now.");
    }
    let sending = RwSignal::new(false);
    let save_first = RwSignal::new(false);
    let params = use_query_map();
    // What was typed before the scripts arrived counts.
    Effect::new(move |_| {
        editing.read();
        editing.is_alive.set(true);
        if params.with_untracked(|params| params.get("send").is_some()) {
            sending.set(editing.saved.with_untracked(Option::is_some));
        }
    });
    Effect::new(move |_| {
        if let Some(Ok(link)) = editing.save.value().get() {
            // A new link has its own page, which the answer leads to: nothing here may change under its feet.
            if editing.saved.with_untracked(Option::is_none) {
                return;
            }
            save_first.set(false);
            editing.adopt(link, sent.get_value());
        }
    });
    let name = move || editing.saved.with(|saved| saved.as_ref().map(|link| link.details.name.clone()));
    let copy_send = move |_| {
        let can_send = editing.saved.with_untracked(Option::is_some) && !is_dirty.get_untracked();
        save_first.set(!can_send);
        sending.set(can_send);
    };
    let subject =
        Memo::new(move |_| editing.saved.with(|saved| saved.as_ref().map(|link| (link.id.clone(), link.url.clone()))));
    let now = editor.now;
    let closed = Memo::new(move |_| editing.saved.with(|saved| saved.as_ref().and_then(|link| link.closed(now))));
    let activate = action::<SetPaymentLinkStatus>();
    Effect::new(move |_| {
        if let Some(Ok(())) = activate.value().get() {
            editing.saved.update(|saved| {
                if let Some(link) = saved {
                    link.status = LinkStatus::Active;
                }
            });
        }
    });
    let answer = refusal(editing.save);
    // What someone else saved has a notice of its own.
    let refused = move || answer.get().filter(|error| !matches!(error, Error::Conflict(_)));
    let results = editor.saved.zip(editor.results).map(|(link, results)| view! { <Results id=link.id results/> });
    view! {
        <PageHead title=Signal::derive(move || name().unwrap_or_else(|| "New payment link".to_owned())) parent=PARENT>
            <Button on:click=copy_send disabled=Signal::derive(move || !editing.is_alive.get())>"Copy / Send"</Button>
        </PageHead>
        <Told said=Signal::derive(move || {
            save_first.get().then(|| (Tone::Warn, "Save the link first".to_owned()))
        })/>
        <State editing is_dirty closed activate/>
        <div class="link-editor">
            <ActionForm
                action=editing.save
                node_ref=editing.element
                attr:class="form link-form"
                attr:novalidate=true
                on:input=move |_| editing.read()
                on:change=move |_| editing.read()
                on:submit=move |_| {
                    editing.read();
                    sent.set_value(editing.draft.get_untracked());
                }
            >
                <ErrorSummary errors=problems(Signal::derive(refused))/>
                <input type="hidden" name="form[id]" value=editor.form.id.clone()/>
                <input type="hidden" name="form[version]" value=move || editing.version.get().to_string()/>
                <For each=move || [editing.round.get()] key=|round| *round let:_round>
                    <Fields editing=editing form=editing.draft.get_untracked()/>
                </For>
                <SaveBar
                    dirty=is_dirty
                    saving=editing.save.pending()
                    on_discard=move |()| editing.show(editing.baseline.get_untracked())
                />
            </ActionForm>
            <section class="link-preview-side" aria-labelledby="preview-title">
                <h2 class="card-title" id="preview-title">"Preview"</h2>
                <Preview form=editing.draft business=editor.business/>
            </section>
        </div>
        {results}
        {move || subject.get().map(|(id, url)| view! { <CopySend payment_link=id url closed activate open=sending/> })}
    }
}

/// What became of the last save, and whether the link can be paid.
#[component]
fn State(
    editing: Editing,
    is_dirty: Memo<bool>,
    closed: Memo<Option<Closed>>,
    activate: ServerAction<SetPaymentLinkStatus>,
) -> impl IntoView {
    let is_saved = move || editing.save.value().with(|value| matches!(value, Some(Ok(_)))) && !is_dirty.get();
    let said = Signal::derive(move || match editing.trouble.get() {
        Some(trouble) => Some((Tone::Bad, trouble)),
        None => is_saved().then(|| (Tone::Good, "Saved.".to_owned())),
    });
    let conflict = Memo::new(move |_| editing.conflict());
    let refused = refusal(activate);
    view! {
        <Show when=move || conflict.with(Option::is_some)>
            <InView>
                <Notice tone=Tone::Bad title="Changed meanwhile">
                    <p>{move || conflict.get()}</p>
                    <FormActions>
                        <Button on:click=move |_| editing.load_other()>"Load the other version"</Button>
                        <Button on:click=move |_| editing.save_over()>"Save mine over it"</Button>
                    </FormActions>
                </Notice>
            </InView>
        </Show>
        <Told said/>
        {move || refused.get().map(|error| view! { <Failure error/> })}
        {move || closed.get().map(|closed| view! { <ClosedNotice closed editing activate/> })}
    }
}

/// Why nobody can pay with the link, and the way to change that; works without scripts as well.
#[component]
fn ClosedNotice(closed: Closed, editing: Editing, activate: ServerAction<SetPaymentLinkStatus>) -> impl IntoView {
    let id = editing.saved.with_untracked(|saved| saved.as_ref().map(|link| link.id.to_string()));
    let button = (closed == Closed::Inactive).then(|| {
        view! {
            <ActionForm action=activate>
                <input type="hidden" name="id" value=id/>
                <input type="hidden" name="status" value=LinkStatus::Active.as_str()/>
                <Button kind="submit" small=true busy=activate.pending()>"Activate"</Button>
            </ActionForm>
        }
    });
    view! {
        <Notice tone=Tone::Warn title=closed.title()>
            <p>{closed.text()}</p>
            {button}
        </Notice>
    }
}
