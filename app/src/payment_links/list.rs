//! The page of payment links: search, filter, the table with its row menus.

use std::time::Duration;

use leptos::{leptos_dom::helpers::debounce, prelude::*};
use leptos_router::{components::Form, hooks::use_query_map, params::ParamsMap};
use wasm_bindgen::JsCast;

use super::{
    Closed, LinkStatus, PaymentLink, PaymentLinkList, PaymentLinkQuery,
    calls::{DeletePaymentLink, SetPaymentLinkStatus, find_payment_link, list_payment_links},
};
use crate::{
    form::{action, refusal},
    id::PaymentLinkId,
    page::PAGE_SIZE,
    paths,
    ui::{
        Act, AskFirst, Asking, Button, Cell, Column, ConfirmDialog, ConfirmPage, CopyButton, EmptyState, Failure,
        LinkButton, Loaded, Menu, MenuItem, MenuLink, PageHead, Pagination, Question, RelativeTime, Row, SearchField,
        Select, Status, Table, Tone, Toolbar, Variant,
    },
};

/// How long typing pauses before the list follows.
const PAUSE: Duration = Duration::from_millis(200);

/// What the rows can do.
#[derive(Clone, Copy)]
struct RowActions {
    set_status: ServerAction<SetPaymentLinkStatus>,
    /// The link that "Delete" was pressed for.
    asking: Asking<PaymentLinkId>,
}

/// `/payments/links`
#[component]
pub fn PaymentLinksPage() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(read_query));
    let delete = action::<DeletePaymentLink>();
    let actions = RowActions { set_status: action(), asking: Asking::default() };
    let links = Resource::new_blocking(
        move || (query.get(), actions.set_status.version().get(), delete.version().get()),
        |(query, ..)| list_payment_links(query),
    );
    let (not_set, not_deleted) = (refusal(actions.set_status), refusal(delete));
    let failed = move || not_set.get().or_else(|| not_deleted.get());
    view! {
        <PageHead title="Payment Links">
            <LinkButton href=paths::NEW_PAYMENT_LINK variant=Variant::Primary>"New payment link"</LinkButton>
        </PageHead>
        {move || failed().map(|error| view! { <Failure error/> })}
        <Filters query=query.get_untracked()/>
        <Loaded from=links let:list><Links list query=query.get_untracked() actions/></Loaded>
        <ConfirmDialog
            id="delete-link"
            asking=actions.asking
            on_confirm=move |id| {
                delete.dispatch(DeletePaymentLink { id });
            }
        />
    }
}

/// What is asked before a payment link is deleted.
fn question(link: &PaymentLink) -> Question {
    Question {
        title: format!("Delete “{}”?", link.details.name),
        text:
            "Customers who open this link will see that it does not exist. You cannot undo this. Its payments stay in \
               Transactions."
                .to_owned(),
        confirm: "Delete".to_owned(),
    }
}

/// `/payments/links/confirm`
#[component]
pub fn ConfirmPaymentLinkPage() -> impl IntoView {
    let query = use_query_map();
    let id = move || query.with(|query| query.get("id").unwrap_or_default());
    let link = Resource::new_blocking(id, |id| async move { find_payment_link(id.parse()?).await });
    let parent = (paths::PAYMENT_LINKS, "Payment Links");
    view! {
        <Loaded from=link page=("Payment link", parent) let:link>
            <ConfirmPage
                question=question(&link)
                parent=(parent.0.to_owned(), parent.1)
                act={Act::of::<DeletePaymentLink>([("id", link.id.to_string())])}
            />
        </Loaded>
    }
}

fn read_query(params: &ParamsMap) -> PaymentLinkQuery {
    PaymentLinkQuery {
        search: params.get("q").unwrap_or_default(),
        status: params.get("status").and_then(|status| status.parse().ok()),
        page: params.get("page").and_then(|page| page.parse().ok()).unwrap_or(1),
    }
}

/// The address of this list, on one of its pages.
fn address(query: &PaymentLinkQuery, page: u32) -> String {
    let mut params = ParamsMap::new();
    if !query.search.is_empty() {
        params.insert("q", query.search.clone());
    }
    if let Some(status) = query.status {
        params.insert("status", status.as_str().to_owned());
    }
    if page > 1 {
        params.insert("page", page.to_string());
    }
    format!("{}{}", paths::PAYMENT_LINKS, params.to_query_string())
}

/// A form that works by its button, and by itself once scripts are there.
#[component]
fn Filters(query: PaymentLinkQuery) -> impl IntoView {
    let mut follow = debounce(PAUSE, |form: web_sys::HtmlFormElement| {
        // A browser that cannot submit it leaves the button.
        let _ = form.request_submit();
    });
    let statuses =
        [("", "Any status"), (LinkStatus::Active.as_str(), "Active"), (LinkStatus::Inactive.as_str(), "Inactive")];
    let statuses: Vec<_> = statuses.map(|(value, text)| (value.to_owned(), text.to_owned())).into();
    view! {
        <Form
            method="GET"
            action=paths::PAYMENT_LINKS
            noscroll=true
            replace=true
            on:input=move |event| {
                let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                let form = element.and_then(|element| element.closest("form").ok().flatten());
                if let Some(form) = form.and_then(|form| form.dyn_into().ok()) {
                    follow(form);
                }
            }
        >
            <Toolbar>
                <SearchField label="Search payment links" value=query.search placeholder="Search by name"/>
                <Select
                    name="status"
                    label="Status"
                    bare=true
                    options=statuses
                    value=query.status.map(LinkStatus::as_str).unwrap_or_default()
                />
                <Button kind="submit">"Search"</Button>
            </Toolbar>
        </Form>
    }
}

#[component]
fn Links(list: PaymentLinkList, query: PaymentLinkQuery, actions: RowActions) -> impl IntoView {
    let PaymentLinkList { page, now } = list;
    if page.rows.is_empty() {
        return view! { <NoLinks query=query/> }.into_any();
    }
    let (number, count) = (page.number, page.count());
    let first = u64::from(number - 1) * u64::from(PAGE_SIZE) + 1;
    let last = first + page.rows.len() as u64 - 1;
    let columns = vec![
        Column::new("Name"),
        Column::number("Price"),
        Column::new("Status"),
        Column::new("Created"),
        Column::hidden("Actions"),
    ];
    view! {
        <Table caption="Payment links" columns=columns>
            {page.rows.into_iter().map(|link| view! { <LinkRow link=link now=now actions=actions/> }).collect_view()}
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
fn NoLinks(query: PaymentLinkQuery) -> impl IntoView {
    if query.search.is_empty() && query.status.is_none() && query.page <= 1 {
        return view! {
            <EmptyState
                title="No payment links yet"
                text="Make one, then copy it for everybody or send it to your contacts."
            >
                <LinkButton href=paths::NEW_PAYMENT_LINK variant=Variant::Primary>"New payment link"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState title="No payment link found" text="Try other words, or another status.">
            <LinkButton href=paths::PAYMENT_LINKS>"Show all payment links"</LinkButton>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn LinkRow(link: PaymentLink, now: i64, actions: RowActions) -> impl IntoView {
    let href = paths::payment_link(&link.id);
    let name = link.details.name.clone();
    let describes = format!("of {name}");
    let price = link.details.price().unwrap_or_else(|_| "–".to_owned());
    let (tone, status) = status_of(&link, now);
    let (url, created_at, quiet) = (link.url.clone(), link.created_at, link.status == LinkStatus::Inactive);
    view! {
        <Row quiet=quiet>
            <Cell head=true label="Name"><a href=href>{name}</a></Cell>
            <Cell number=true label="Price">{price}</Cell>
            <Cell label="Status"><Status tone=tone label=status/></Cell>
            <Cell label="Created"><RelativeTime at=created_at now=now/></Cell>
            <Cell actions=true>
                <CopyButton text=url label="Copy link" describes=describes small=true/>
                <RowMenu link=link actions=actions/>
            </Cell>
        </Row>
    }
}

#[component]
fn RowMenu(link: PaymentLink, actions: RowActions) -> impl IntoView {
    let edit = paths::payment_link(&link.id);
    let send = format!("{edit}?send=1");
    let label = format!("Actions for {}", link.details.name);
    let id = link.id.to_string();
    let (change, next) = match link.status {
        LinkStatus::Active => ("Deactivate", LinkStatus::Inactive),
        LinkStatus::Inactive => ("Activate", LinkStatus::Active),
    };
    let changed = id.clone();
    let doomed = vec![("id", id.clone())];
    view! {
        <Menu id=id label=label>
            <MenuLink href=edit>"Edit"</MenuLink>
            <MenuLink href=send>"Copy / Send"</MenuLink>
            <ActionForm action=actions.set_status>
                <input type="hidden" name="id" value=changed/>
                <input type="hidden" name="status" value=next.as_str()/>
                <MenuItem kind="submit">{change}</MenuItem>
            </ActionForm>
            <AskFirst
                asking=actions.asking
                question=question(&link)
                page=paths::confirm(paths::PAYMENT_LINKS)
                fields=doomed
                about=link.id
            >
                <MenuItem kind="submit" danger=true>"Delete"</MenuItem>
            </AskFirst>
        </Menu>
    }
}

/// The status in a word; a link that has ended says so.
fn status_of(link: &PaymentLink, now: i64) -> (Tone, &'static str) {
    match link.closed(now) {
        Some(Closed::Inactive) => (Tone::Neutral, "Inactive"),
        Some(Closed::Expired) => (Tone::Warn, "Expired"),
        None => (Tone::Good, "Active"),
    }
}
