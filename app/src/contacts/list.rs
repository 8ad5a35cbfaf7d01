//! The page of contacts: search, filters, the table.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*};
use leptos_router::{components::Form, hooks::use_query_map, params::ParamsMap};

use super::{
    ContactQuery, ContactRow, Undeliverable,
    calls::{list_contact_rows, list_contact_tags},
};
use crate::{
    address::Typed,
    page::{PAGE_SIZE, Page},
    paths,
    ui::{
        Button, Cell, Column, EmptyState, LinkButton, Loaded, PageHead, Pagination, Row, SearchField, Select, Status,
        Table, Tone, Toolbar, Variant,
    },
};

/// How long typing pauses before the list follows.
const PAUSE: Duration = Duration::from_millis(200);

/// `/contacts`
#[component]
pub fn ContactsPage() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(read_query));
    let rows = Resource::new_blocking(move || query.get(), list_contact_rows);
    view! {
        <PageHead title="Contacts">
            <a class="button" href=paths::CONTACTS_EXPORT rel="external">"Export CSV"</a>
            <LinkButton href=paths::IMPORTS>"Import CSV"</LinkButton>
            <LinkButton href=paths::NEW_CONTACT variant=Variant::Primary>"New contact"</LinkButton>
        </PageHead>
        <Filters query=query.get_untracked()/>
        <Loaded from=rows let:page><ContactTable page query=query.get_untracked()/></Loaded>
    }
}

fn read_query(params: &ParamsMap) -> ContactQuery {
    ContactQuery {
        search: params.get("q").unwrap_or_default(),
        tag: params.get("tag").unwrap_or_default(),
        archived: params.get("status").as_deref() == Some("archived"),
        page: params.get("page").and_then(|page| page.parse().ok()).unwrap_or(1),
    }
}

/// The address of this list, on one of its pages.
fn address(query: &ContactQuery, page: u32) -> String {
    let mut params = ParamsMap::new();
    for (name, value) in [("q", query.search.clone()), ("tag", query.tag.clone())] {
        if !value.is_empty() {
            params.insert(name, value);
        }
    }
    if query.archived {
        params.insert("status", "archived".to_owned());
    }
    if page > 1 {
        params.insert("page", page.to_string());
    }
    format!("{}{}", paths::CONTACTS, params.to_query_string())
}

/// A form that works by its button, and by itself once scripts are there.
#[component]
fn Filters(query: ContactQuery) -> impl IntoView {
    let mut follow = debounce(PAUSE, |form: web_sys::HtmlFormElement| {
        // A browser that cannot submit it leaves the button.
        let _ = form.request_submit();
    });
    let tags = Resource::new_blocking(|| (), |()| list_contact_tags());
    let tag = query.tag.clone();
    let statuses = vec![(String::new(), "In use".to_owned()), ("archived".to_owned(), "Archived".to_owned())];
    view! {
        <Toolbar>
            <Form
                method="GET"
                action=paths::CONTACTS
                noscroll=true
                replace=true
                on:input=move |event| {
                    if let Some(form) = form_around(&event) {
                        follow(form);
                    }
                }
            >
                <SearchField label="Search contacts" value=query.search placeholder="Search name, email or phone"/>
                <Transition>
                    {move || {
                        let tag = tag.clone();
                        Suspend::new(async move {
                            let options = std::iter::once((String::new(), "All tags".to_owned()))
                                .chain(tags.await.unwrap_or_default().into_iter().map(|tag| (tag.clone(), tag)))
                                .collect::<Vec<_>>();
                            view! { <Select name="tag" label="Tag" bare=true options=options value=tag/> }
                        })
                    }}
                </Transition>
                <Select
                    name="status"
                    label="Status"
                    bare=true
                    options=statuses
                    value=if query.archived { "archived" } else { "" }
                />
                <Button kind="submit">"Search"</Button>
            </Form>
        </Toolbar>
    }
}

fn form_around(event: &web_sys::Event) -> Option<web_sys::HtmlFormElement> {
    use wasm_bindgen::JsCast as _;
    let element = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    element.closest("form").ok().flatten()?.dyn_into().ok()
}

#[component]
fn ContactTable(page: Page<ContactRow>, query: ContactQuery) -> impl IntoView {
    if page.rows.is_empty() {
        return view! { <NoContacts query=query/> }.into_any();
    }
    let (number, count) = (page.number, page.count());
    let first = u64::from(number - 1) * u64::from(PAGE_SIZE) + 1;
    let last = first + page.rows.len() as u64 - 1;
    let columns = ["Name", "Email", "Phone", "Tags", "DND"].map(Column::new).to_vec();
    view! {
        <Table caption="Contacts" columns=columns>
            {page.rows.into_iter().map(|row| view! { <ContactLine row=row/> }).collect_view()}
        </Table>
        <Pagination
            summary=format!("{first} to {last} of {}", page.total)
            previous=(number > 1).then(|| address(&query, number - 1))
            next=(number < count).then(|| address(&query, number + 1))
        />
    }
    .into_any()
}

#[component]
fn ContactLine(row: ContactRow) -> impl IntoView {
    let ContactRow { contact, phone, .. } = row;
    let (name, address) = (contact.name(), paths::contact(&contact.id));
    let email_is_wrong = wrong(&contact.email, contact.email_undeliverable.as_ref());
    let phone_is_wrong = wrong(&contact.phone, contact.phone_undeliverable.as_ref());
    let (email, tags, dnd) = (contact.email.to_string(), contact.tags, contact.dnd.label());
    view! {
        <Row quiet=contact.archived>
            <Cell head=true label="Name">
                <a href=address><bdi>{name}</bdi></a>
            </Cell>
            <Cell label="Email"><Address text=email wrong=email_is_wrong/></Cell>
            <Cell label="Phone"><Address text=phone wrong=phone_is_wrong/></Cell>
            <Cell label="Tags">
                {tags.into_iter().map(|tag| view! { <span class="tag">{tag}</span>" " }).collect_view()}
            </Cell>
            <Cell label="DND">{dnd.map(|label| view! { <Status tone=Tone::Warn label=label/> })}</Cell>
        </Row>
    }
}

/// Why an address cannot be used, in few words.
fn wrong<T>(typed: &Typed<T>, undeliverable: Option<&Undeliverable>) -> Option<String> {
    match typed {
        Typed::Missing => None,
        Typed::Invalid(_) => Some("Not valid".to_owned()),
        Typed::Valid(_) => undeliverable.map(|undeliverable| undeliverable.words.trim_end_matches('.').to_owned()),
    }
}

/// An email or a phone; one that cannot be used says so in words.
#[component]
fn Address(text: String, #[prop(optional_no_strip)] wrong: Option<String>) -> impl IntoView {
    if text.is_empty() {
        return view! { <span class="muted">"None"</span> }.into_any();
    }
    view! {
        <span class="address">
            <bdi class:muted=wrong.is_some()>{text}</bdi>
            {wrong.map(|words| view! { <Status tone=Tone::Bad label=words/> })}
        </span>
    }
    .into_any()
}

#[component]
fn NoContacts(query: ContactQuery) -> impl IntoView {
    if query == (ContactQuery { page: query.page, ..ContactQuery::default() }) {
        view! {
            <EmptyState title="No contacts yet" text="Add the people you ask for money, or bring them from a CSV file.">
                <LinkButton href=paths::NEW_CONTACT variant=Variant::Primary>"Add a contact"</LinkButton>
            </EmptyState>
        }
        .into_any()
    } else {
        view! {
            <EmptyState title="Nobody found" text="No contact matches this search and these filters.">
                // A whole new page: the filters empty themselves.
                <a class="button" href=paths::CONTACTS rel="external">"Show all contacts"</a>
            </EmptyState>
        }
        .into_any()
    }
}
