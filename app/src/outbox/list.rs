//! The list of kept messages.

use super::{OutboxList, calls::list_outbox};
use crate::{
    page::PAGE_SIZE,
    paths,
    ui::{Cell, Column, EmptyState, LinkButton, Loaded, PageHead, Pagination, RelativeTime, Row, Table, Variant},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/outbox`
#[component]
pub fn OutboxPage() -> impl IntoView {
    let query = use_query_map();
    let number = move || query.read().get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let messages = Resource::new_blocking(number, list_outbox);
    view! {
        <PageHead title="Outbox"/>
        <Loaded from=messages let:list><List list/></Loaded>
    }
}

#[component]
fn List(list: OutboxList) -> impl IntoView {
    let OutboxList { page, now } = list;
    if page.total == 0 {
        return view! {
            <EmptyState
                title="Nothing here yet"
                text="While email or SMS has no provider, messages are kept here instead of being sent."
            >
                <LinkButton href=paths::PAYMENT_LINKS variant=Variant::Primary>"Go to Payment Links"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let columns = vec![Column::new("To"), Column::new("Message"), Column::new("Channel"), Column::new("When")];
    let address = |number: u32| paths::numbered(paths::OUTBOX, number);
    let previous = (page.number > 1).then(|| address(page.number - 1));
    let next = (page.number < page.count()).then(|| address(page.number + 1));
    let first = u64::from(page.number.saturating_sub(1)) * u64::from(PAGE_SIZE);
    let shown = u64::try_from(page.rows.len()).unwrap_or_default();
    let summary = format!("{} to {} of {}", first + 1, first + shown, page.total);
    view! {
        <p class="muted outbox-about">"These messages were not sent, because no provider is set for their channel. The links in them work."</p>
        <Table caption="Messages" columns=columns>
            {page
                .rows
                .into_iter()
                .map(|message| {
                    view! {
                        <Row>
                            <Cell head=true label="To">
                                <a href=paths::outbox_message(&message.id)>{message.receiver}</a>
                            </Cell>
                            <Cell label="Message">{message.about}</Cell>
                            <Cell label="Channel">{message.channel.label()}</Cell>
                            <Cell label="When"><RelativeTime at=message.created_at now/></Cell>
                        </Row>
                    }
                })
                .collect_view()}
        </Table>
        <Pagination summary=summary previous=previous next=next/>
    }
    .into_any()
}
