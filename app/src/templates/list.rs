//! The templates of the business by channel, the built-in ones first.

use super::{
    MessageTemplate,
    calls::{DeleteTemplate, SaveTemplate, find_template, list_templates},
};
use crate::{
    channel::Channel,
    error::Error,
    form::{action, plain_answer, refusal},
    id::TemplateId,
    paths,
    ui::{
        Act, AskFirst, Asking, Cell, Column, ConfirmDialog, ConfirmPage, EmptyState, Failure, LinkButton, Loaded, Menu,
        MenuItem, MenuLink, PageHead, Question, Row, Status, Table, Told, Tone,
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

const SUBJECT: &str = "Subject";
const TEXT: &str = "Text";
/// What the editor of a template leads to.
pub(super) const SAVED: &str = "The template is saved.";

/// The page `/templates`.
#[component]
pub fn TemplatesPage() -> impl IntoView {
    let delete = action::<DeleteTemplate>();
    let templates = Resource::new_blocking(
        move || delete.version().get(),
        |_| async move { Ok::<_, Error>([list_templates(Channel::Email).await?, list_templates(Channel::Sms).await?]) },
    );
    let refused = refusal(delete);
    let is_saved = plain_answer::<SaveTemplate>().is_some();
    view! {
        <PageHead title="Templates">
            <LinkButton href=paths::new_template(Channel::Email)>"New email template"</LinkButton>
            <LinkButton href=paths::new_template(Channel::Sms)>"New SMS template"</LinkButton>
        </PageHead>
        {move || refused.get().map(|error| view! { <Failure error/> })}
        <Told said=Signal::stored(is_saved.then(|| (Tone::Good, SAVED.to_owned())))/>
        <Loaded from=templates let:lists><TemplateLists lists delete/></Loaded>
    }
}

/// Both lists, and the question before a template is deleted.
#[component]
fn TemplateLists(lists: [Vec<MessageTemplate>; 2], delete: ServerAction<DeleteTemplate>) -> impl IntoView {
    let [email, sms] = lists;
    let asking = Asking::default();
    view! {
        <div class="template-lists">
            <TemplateList channel=Channel::Email templates=email asking/>
            <TemplateList channel=Channel::Sms templates=sms asking/>
        </div>
        <ConfirmDialog
            id="delete-template"
            asking
            on_confirm=move |id| {
                delete.dispatch(DeleteTemplate { id });
            }
        />
    }
}

/// What is asked before a template is deleted.
fn question(template: &MessageTemplate) -> Question {
    Question {
        title: format!("Delete “{}”?", template.name),
        text: "Messages that were sent with it stay as they are. You cannot undo this.".to_owned(),
        confirm: "Delete template".to_owned(),
    }
}

/// `/templates/confirm`
#[component]
pub fn ConfirmTemplatePage() -> impl IntoView {
    let query = use_query_map();
    let id = move || query.with(|query| query.get("id").unwrap_or_default());
    let template = Resource::new_blocking(id, find_template);
    let parent = (paths::TEMPLATES, "Templates");
    view! {
        <Loaded from=template page=("Template", parent) let:template>
            <ConfirmPage
                question=question(&template)
                parent=(parent.0.to_owned(), parent.1)
                act={Act::of::<DeleteTemplate>([("id", template.key())])}
            />
        </Loaded>
    }
}

#[component]
fn TemplateList(channel: Channel, templates: Vec<MessageTemplate>, asking: Asking<TemplateId>) -> impl IntoView {
    let is_empty = templates.iter().all(|template| template.id.is_none());
    let rows = templates.into_iter().map(|template| view! { <TemplateRow template asking/> }).collect_view();
    let columns = vec![
        Column::new("Name"),
        Column::new(if channel == Channel::Email { SUBJECT } else { TEXT }),
        Column::hidden("Actions"),
    ];
    view! {
        <section class="template-list">
            <h2>{channel.label()}</h2>
            <Table caption=format!("{} templates", channel.label()) columns=columns>
                {rows}
            </Table>
            {is_empty.then(|| view! {
                <EmptyState
                    title="No template of your own yet"
                    text="Messages go out with the default wording. Duplicate it to say it in your own words."
                />
            })}
        </section>
    }
}

#[component]
fn TemplateRow(template: MessageTemplate, asking: Asking<TemplateId>) -> impl IntoView {
    let key = template.key();
    let edit = paths::template(&key);
    let duplicate = paths::template_copy(template.channel, &key);
    let (column, says) = match template.channel {
        Channel::Email => (SUBJECT, template.wording.subject.clone()),
        Channel::Sms => (TEXT, template.wording.body.clone()),
    };
    let is_own = template.id.is_some();
    let question = question(&template);
    let lacks_way_out = template.lacks_way_out();
    let name = template.name.clone();
    let label = format!("Actions for {name}");
    let actions = if let Some(id) = template.id {
        let edit = edit.clone();
        view! {
            <Menu id=key label=label>
                <MenuLink href=edit>"Edit"</MenuLink>
                <MenuLink href=duplicate>"Duplicate"</MenuLink>
                <AskFirst
                    asking
                    question
                    page=paths::confirm(paths::TEMPLATES)
                    fields=vec![("id", id.to_string())]
                    about=id
                >
                    <MenuItem kind="submit" danger=true>"Delete"</MenuItem>
                </AskFirst>
            </Menu>
        }
        .into_any()
    } else {
        view! { <LinkButton href=duplicate small=true>"Duplicate"</LinkButton> }.into_any()
    };
    view! {
        <Row>
            <Cell head=true>
                <a href=edit>{name}</a>
                {(!is_own).then(|| view! { " " <span class="tag">"Built in"</span> })}
            </Cell>
            <Cell label=column>
                <span class="template-says">{says}</span>
                {lacks_way_out.then(|| view! { <Status tone=Tone::Warn label="Does not say how to opt out"/> })}
            </Cell>
            <Cell actions=true>{actions}</Cell>
        </Row>
    }
}
