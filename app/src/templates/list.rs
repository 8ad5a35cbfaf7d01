//! The templates of the business by channel, the built-in ones first.

use super::{DeleteTemplate, MessageTemplate, list_templates};
use crate::{
    channel::Channel,
    error::Error,
    form::refusal,
    ui::{
        Cell, Column, ConfirmDialog, EmptyState, Failure, LinkButton, Loaded, Menu, MenuItem, MenuLink, PageHead, Row,
        Status, Table, Tone,
    },
};
use leptos::prelude::*;

const SUBJECT: &str = "Subject";
const TEXT: &str = "Text";

/// The page `/templates`.
#[component]
pub fn TemplatesPage() -> impl IntoView {
    let delete = ServerAction::<DeleteTemplate>::new();
    let templates = Resource::new_blocking(
        move || delete.version().get(),
        |_| async move { Ok::<_, Error>([list_templates(Channel::Email).await?, list_templates(Channel::Sms).await?]) },
    );
    let refused = refusal(delete);
    view! {
        <PageHead title="Templates">
            <LinkButton href="/templates/new?channel=email">"New email template"</LinkButton>
            <LinkButton href="/templates/new?channel=sms">"New SMS template"</LinkButton>
        </PageHead>
        {move || refused.get().map(|error| view! { <Failure error/> })}
        <Loaded from=templates let:lists><TemplateLists lists delete/></Loaded>
    }
}

/// Both lists, and the question before a template is deleted.
#[component]
fn TemplateLists(lists: [Vec<MessageTemplate>; 2], delete: ServerAction<DeleteTemplate>) -> impl IntoView {
    let [email, sms] = lists;
    let doomed = RwSignal::new(None::<MessageTemplate>);
    let open = RwSignal::new(false);
    let title = move || doomed.get().map(|template| format!("Delete “{}”?", template.name)).unwrap_or_default();
    let on_confirm = move |()| {
        if let Some(id) = doomed.get_untracked().and_then(|template| template.id) {
            delete.dispatch(DeleteTemplate { id });
        }
    };
    let ask = Callback::new(move |template| {
        doomed.set(Some(template));
        open.set(true);
    });
    view! {
        <div class="template-lists">
            <TemplateList channel=Channel::Email templates=email ask=ask/>
            <TemplateList channel=Channel::Sms templates=sms ask=ask/>
        </div>
        <ConfirmDialog
            id="delete-template"
            title=Signal::derive(title)
            text="Messages that were sent with it stay as they are. This cannot be undone."
            confirm="Delete template"
            open=open
            on_confirm=on_confirm
        />
    }
}

#[component]
fn TemplateList(channel: Channel, templates: Vec<MessageTemplate>, ask: Callback<MessageTemplate>) -> impl IntoView {
    let is_empty = templates.iter().all(|template| template.id.is_none());
    let rows = templates.into_iter().map(|template| view! { <TemplateRow template=template ask=ask/> }).collect_view();
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
fn TemplateRow(template: MessageTemplate, ask: Callback<MessageTemplate>) -> impl IntoView {
    let key = template.key();
    let edit = format!("/templates/{key}");
    let duplicate = format!("/templates/new?channel={}&from={key}", template.channel);
    let (column, says) = match template.channel {
        Channel::Email => (SUBJECT, template.wording.subject.clone()),
        Channel::Sms => (TEXT, template.wording.body.clone()),
    };
    let is_own = template.id.is_some();
    let lacks_way_out = template.lacks_way_out();
    let name = template.name.clone();
    let label = format!("Actions for {name}");
    let actions = if is_own {
        let edit = edit.clone();
        view! {
            <Menu id=key label=label>
                <MenuLink href=edit>"Edit"</MenuLink>
                <MenuLink href=duplicate>"Duplicate"</MenuLink>
                <MenuItem danger=true on:click=move |_| ask.run(template.clone())>"Delete"</MenuItem>
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
