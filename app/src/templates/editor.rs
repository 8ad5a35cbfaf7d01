//! The editor of one template: its words on the left, the message they make on the right.

use super::{
    MessageTemplate, Preview, PreviewRequest, Wording,
    calls::{SaveTemplate, find_template, preview_message},
    list::SAVED,
    preview::{MessagePreview, follow},
    send_test::SendTest,
};
use crate::{
    channel::Channel,
    contacts::{ContactQuery, calls::list_contacts},
    error::Error,
    form::{action, problem_with, problems, refusal, tell_next_page},
    merge_field::MergeField,
    paths,
    sms::wording_in_letters,
    ui::{
        Card, Choice, Choices, Combobox, ErrorSummary, Field, LinkButton, Loaded, Notice, PageHead, SaveBar, TextArea,
        Tone, Variant, warn_of_unsaved,
    },
    way_out::has_opt_out_words,
};
use leptos::{form::ActionForm, html, prelude::*};
use leptos_router::hooks::{use_params_map, use_query_map};
use wasm_bindgen::JsCast;

/// What the editor begins with.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
struct Draft {
    template: MessageTemplate,
    preview: Result<Preview, Error>,
}

/// The page `/templates/new`, from the default or from one of the business's own.
#[component]
pub fn NewTemplatePage() -> impl IntoView {
    let query = use_query_map();
    let asked =
        move || query.with(|query| (query.get("channel").unwrap_or_default(), query.get("from").unwrap_or_default()));
    let draft = Resource::new_blocking(asked, |(channel, from)| async move {
        if from.is_empty() {
            let channel = channel.parse().unwrap_or(Channel::Email);
            let source = find_template(MessageTemplate::default_key(channel).to_owned()).await?;
            return draft(MessageTemplate { name: String::new(), ..source }).await;
        }
        let source = find_template(from).await?;
        let name = format!("{} (copy)", source.name);
        draft(MessageTemplate { id: None, name, version: 0, ..source }).await
    });
    view! { <DraftPage draft=draft is_new=true/> }
}

/// The page `/templates/{id}`; the built-in templates are shown, not edited.
#[component]
pub fn EditTemplatePage() -> impl IntoView {
    let params = use_params_map();
    let asked = move || params.with(|params| params.get("id").unwrap_or_default());
    let found = Resource::new_blocking(asked, |id| async move { draft(find_template(id).await?).await });
    view! { <DraftPage draft=found is_new=false/> }
}

async fn draft(template: MessageTemplate) -> Result<Draft, Error> {
    let request = PreviewRequest {
        channel: template.channel,
        wording: template.wording.clone(),
        contact: None,
        payment_link: None,
    };
    Ok(Draft { preview: preview_message(request).await, template })
}

#[component]
fn DraftPage(draft: Resource<Result<Draft, Error>>, is_new: bool) -> impl IntoView {
    view! {
        <Loaded from=draft page=("Template", (paths::TEMPLATES, "Templates")) let:draft>
            {if is_new || draft.template.id.is_some() {
                view! { <Editor draft/> }.into_any()
            } else {
                view! { <BuiltIn draft/> }.into_any()
            }}
        </Loaded>
    }
}

/// A built-in template: to be read and duplicated.
#[component]
fn BuiltIn(draft: Draft) -> impl IntoView {
    let Draft { template, preview } = draft;
    let channel = template.channel;
    let duplicate = paths::template_copy(channel, template.key());
    let wording = RwSignal::new(template.wording.clone());
    view! {
        <PageHead title=template.name parent=(paths::TEMPLATES, "Templates")>
            <LinkButton href=duplicate variant=Variant::Primary>"Duplicate"</LinkButton>
        </PageHead>
        <div class="template-editor">
            <Card title="Wording" text="This template is built in and cannot be changed. Duplicate it to say it in your own words.">
                <dl class="template-wording">
                    {(channel == Channel::Email).then(|| view! {
                        <dt>"Subject"</dt>
                        <dd>{template.wording.subject}</dd>
                    })}
                    <dt>"Body"</dt>
                    <dd class="template-body">{template.wording.body}</dd>
                </dl>
            </Card>
            <LivePreview channel=channel wording=wording first=preview fault=RwSignal::new(None)/>
        </div>
    }
}

/// The form and its preview.
#[component]
fn Editor(draft: Draft) -> impl IntoView {
    let Draft { template, preview } = draft;
    let channel = template.channel;
    let save = action::<SaveTemplate>();
    let saved = StoredValue::new((template.name.clone(), template.wording.clone()));
    let name = RwSignal::new(template.name.clone());
    let wording = RwSignal::new(template.wording.clone());
    let fault = RwSignal::new(preview.as_ref().err().cloned());
    // What the last save refused is out of date once the words change.
    let touched = RwSignal::new(false);
    Effect::new(move |_| {
        save.version().track();
        touched.set(false);
    });
    let answer = refusal(save);
    let refused = Signal::derive(move || answer.get().filter(|_| !touched.get()));
    let problem = move |field: &'static str| {
        let (refused, faulty) = (problem_with(refused, field), problem_with(fault, field));
        Signal::derive(move || refused.get().or_else(|| faulty.get()))
    };
    let dirty = Signal::derive(move || saved.with_value(|saved| name.get() != saved.0 || wording.get() != saved.1));
    let edited = if template.id.is_some() {
        format!("the template “{}”", template.name)
    } else {
        "the new template".to_owned()
    };
    warn_of_unsaved(edited, dirty);
    tell_next_page(save, SAVED);
    let subject_input = NodeRef::<html::Input>::new();
    let name_input = NodeRef::<html::Input>::new();
    let body_input = NodeRef::<html::Textarea>::new();
    let read = move || {
        touched.set(true);
        if let Some(input) = name_input.get_untracked() {
            name.set(input.value());
        }
        let mut words = wording.get_untracked();
        if let Some(input) = subject_input.get_untracked() {
            words.subject = input.value();
        }
        if let Some(input) = body_input.get_untracked() {
            words.body = input.value();
        }
        if wording.with_untracked(|wording| *wording != words) {
            wording.set(words);
        }
    };
    // What was typed before the page came alive counts too.
    Effect::new(move |before: Option<()>| {
        if before.is_none() {
            read();
        }
    });
    let discard = move |()| {
        saved.with_value(|(name, wording)| {
            if let Some(input) = name_input.get_untracked() {
                input.set_value(name);
            }
            if let Some(input) = subject_input.get_untracked() {
                input.set_value(&wording.subject);
            }
            if let Some(input) = body_input.get_untracked() {
                input.set_value(&wording.body);
            }
        });
        read();
    };
    let in_subject = RwSignal::new(false);
    let insert = Callback::new(move |field: MergeField| {
        let is_done = match subject_input.get_untracked().filter(|_| in_subject.get_untracked()) {
            Some(input) => insert_at_cursor(&input, &field.to_string()),
            None => body_input.get_untracked().and_then(|input| insert_at_cursor(&input, &field.to_string())),
        };
        if is_done.is_some() {
            read();
        }
    });
    let on_letters = Callback::new(move |()| {
        if let Some(input) = body_input.get_untracked() {
            input.set_value(&wording_in_letters(&input.value()));
            read();
        }
    });
    let heading = if template.id.is_some() { template.name.clone() } else { format!("New {} template", noun(channel)) };
    let is_email = channel == Channel::Email;
    let lacks_way_out = move || !is_email && wording.with(|wording| !has_opt_out_words(&wording.body));
    view! {
        <PageHead title=heading parent=(paths::TEMPLATES, "Templates")/>
        <div class="template-editor">
            <ActionForm action=save attr:class="stack" attr:novalidate=true on:input=move |_| read()>
                <ErrorSummary errors=problems(refused)/>
                <Card>
                    {template.id.as_ref().map(|id| view! { <input type="hidden" name="form[id]" value=id.to_string()/> })}
                    <input type="hidden" name="form[channel]" value=channel.as_str()/>
                    <input type="hidden" name="form[version]" value=template.version.to_string()/>
                    <Field
                        name="form[name]"
                        id="name"
                        label="Name"
                        hint="Only you see it."
                        value=template.name
                        error=problem("name")
                        required=true
                        node_ref=name_input
                    />
                    {is_email.then(|| view! {
                        <Field
                            name="form[subject]"
                            id="subject"
                            label="Subject"
                            value=template.wording.subject
                            error=problem("subject")
                            required=true
                            node_ref=subject_input
                            on:focusin=move |_| in_subject.set(true)
                        />
                    })}
                    <TextArea
                        name="form[body]"
                        id="body"
                        label="Body"
                        hint=hint(channel)
                        value=template.wording.body
                        error=problem("body")
                        rows=if is_email { 14 } else { 6 }
                        required=true
                        node_ref=body_input
                        on:focusin=move |_| in_subject.set(false)
                    />
                    <Show when=lacks_way_out>
                        <Notice tone=Tone::Warn>
                            "This text does not say how to opt out. You can save it, but many carriers block such texts: add “Reply STOP to opt out.”"
                        </Notice>
                    </Show>
                    <FieldChips insert=insert/>
                </Card>
                <SaveBar dirty=dirty saving=save.pending() on_discard=discard/>
            </ActionForm>
            <LivePreview channel=channel wording=wording first=preview fault=fault on_letters=Some(on_letters)/>
        </div>
    }
}

const fn noun(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Sms => "SMS",
    }
}

const fn hint(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => {
            "Plain text. An empty line begins a new paragraph; a personal link on a line of its own becomes the button. How to opt out is added below."
        }
        Channel::Sms => "Tell people how to opt out, as in “Reply STOP to opt out.”",
    }
}

/// A button for each merge field.
#[component]
fn FieldChips(insert: Callback<MergeField>) -> impl IntoView {
    let chips = MergeField::ALL
        .into_iter()
        .map(|field| {
            view! {
                <button type="button" class="chip" title=field.to_string() on:click=move |_| insert.run(field)>
                    {field.label()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="chips" role="group" aria-labelledby="chips-label">
            <p class="field-label" id="chips-label">"Insert a field"</p>
            <div class="chip-list">{chips}</div>
            <p class="field-hint">
                "To show other words where a field is empty, write " <code>"{{ contact.first_name | default: \"there\" }}"</code>
            </p>
        </div>
    }
}

/// Puts text in the place of the selection and leaves the cursor behind it.
fn insert_at_cursor(field: &web_sys::HtmlElement, text: &str) -> Option<()> {
    let end = |start: u32| start + u32::try_from(text.encode_utf16().count()).unwrap_or_default();
    if let Some(area) = field.dyn_ref::<web_sys::HtmlTextAreaElement>() {
        let start = area.selection_start().ok()??;
        area.set_range_text(text).ok()?;
        area.set_selection_range(end(start), end(start)).ok()?;
    } else {
        let input = field.dyn_ref::<web_sys::HtmlInputElement>()?;
        let start = input.selection_start().ok()??;
        input.set_range_text(text).ok()?;
        input.set_selection_range(end(start), end(start)).ok()?;
    }
    field.focus().ok()
}

/// The message that the words make for a contact. While the words cannot be understood, the last good one stays.
#[component]
fn LivePreview(
    channel: Channel,
    wording: RwSignal<Wording>,
    first: Result<Preview, Error>,
    fault: RwSignal<Option<Error>>,
    /// Writes letters for a currency sign that makes an SMS dearer.
    #[prop(optional_no_strip)]
    on_letters: Option<Callback<()>>,
) -> impl IntoView {
    let shown = RwSignal::new(first.ok());
    let contact = RwSignal::new(None::<Choice>);
    let request = move || {
        let contact = contact.get().and_then(|choice| choice.value.parse().ok());
        Some(PreviewRequest { channel, wording: wording.get(), contact, payment_link: None })
    };
    follow(request, shown, fault);
    let preview = Signal::derive(move || shown.get().unwrap_or_default());
    view! {
        <section class="card template-preview" aria-label="Preview">
            <h2 class="card-title">"Preview"</h2>
            <Combobox
                id="preview-contact"
                label="Preview for"
                placeholder="An example; type to find a contact"
                load=find_contacts
                chosen=contact
            />
            {move || fault.get().map(|error| view! { <Notice tone=Tone::Warn>{error.to_string()}</Notice> })}
            <div class="template-message" class:stale=move || fault.get().is_some()>
                <MessagePreview channel=channel preview=preview on_letters=on_letters/>
            </div>
            <SendTest channel=channel message=Signal::derive(request)/>
        </section>
    }
}

async fn find_contacts(search: String) -> Result<Choices, String> {
    let page =
        list_contacts(ContactQuery { search, ..ContactQuery::default() }).await.map_err(|error| error.to_string())?;
    let more = page.total > u64::try_from(page.rows.len()).unwrap_or_default();
    let found = page
        .rows
        .into_iter()
        .map(|contact| Choice {
            value: contact.id.to_string(),
            label: contact.name(),
            detail: [contact.email.to_string(), contact.phone.to_string()].join(" · "),
        })
        .collect();
    Ok(Choices { found, more })
}
