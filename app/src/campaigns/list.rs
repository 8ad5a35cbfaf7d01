//! The list of campaigns with what became of each.

use super::{CampaignList, CampaignState, CampaignSummary, calls::list_campaigns};
use crate::{
    page::PAGE_SIZE,
    paths,
    ui::{
        Cell, Column, EmptyState, LinkButton, Loaded, PageHead, Pagination, RelativeTime, Row, Status, Table, Tone,
        Variant,
    },
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// `/payments/campaigns`
#[component]
pub fn CampaignsPage() -> impl IntoView {
    let query = use_query_map();
    let number = move || query.read().get("page").and_then(|page| page.parse().ok()).unwrap_or(1);
    let campaigns = Resource::new_blocking(number, list_campaigns);
    view! {
        <PageHead title="Campaigns"/>
        <Loaded from=campaigns let:list><List list/></Loaded>
    }
}

#[component]
fn List(list: CampaignList) -> impl IntoView {
    let CampaignList { page, now } = list;
    if page.total == 0 {
        return view! {
            <EmptyState
                title="No campaigns yet"
                text="Open a payment link and press Copy / Send to send it to up to 50 contacts at once."
            >
                <LinkButton href=paths::PAYMENT_LINKS variant=Variant::Primary>"Go to Payment Links"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let columns = vec![
        Column::new("Payment link"),
        Column::new("When"),
        Column::number("Sent"),
        Column::number("Delivered"),
        Column::number("Opened"),
        Column::number("Paid"),
        Column::number("Failed"),
        Column::number("Skipped"),
    ];
    let address = |number: u32| paths::numbered(paths::CAMPAIGNS, number);
    let previous = (page.number > 1).then(|| address(page.number - 1));
    let next = (page.number < page.count()).then(|| address(page.number + 1));
    let first = u64::from(page.number.saturating_sub(1)) * u64::from(PAGE_SIZE);
    let shown = u64::try_from(page.rows.len()).unwrap_or_default();
    let summary = format!("{} to {} of {}", first + 1, first + shown, page.total);
    view! {
        <Table caption="Campaigns" columns=columns>
            {page.rows.into_iter().map(|campaign| view! { <CampaignRow campaign now/> }).collect_view()}
        </Table>
        <Pagination summary=summary previous=previous next=next/>
    }
    .into_any()
}

#[component]
fn CampaignRow(campaign: CampaignSummary, now: i64) -> impl IntoView {
    let people = if campaign.people == 1 { "1 person".to_owned() } else { format!("{} people", campaign.people) };
    let people = match campaign.reminder_number {
        Some(number) => format!("Reminder {number}, {people}"),
        None => people,
    };
    view! {
        <Row>
            <Cell head=true label="Payment link">
                <a href=paths::campaign(&campaign.id)>{campaign.payment_link_name}</a>
                <span class="muted campaign-people">{people}</span>
                {campaign.state.map(|state| view! { <Status tone=tone(state) label=state.label()/> })}
            </Cell>
            <Cell label="When"><RelativeTime at=campaign.created_at now/></Cell>
            <Cell number=true label="Sent">{campaign.sent}</Cell>
            <Cell number=true label="Delivered">{campaign.delivered}</Cell>
            <Cell number=true label="Opened">{campaign.opened}</Cell>
            <Cell number=true label="Paid">{campaign.paid}</Cell>
            <Cell number=true label="Failed">{campaign.failed}</Cell>
            <Cell number=true label="Skipped">{campaign.skipped}</Cell>
        </Row>
    }
}

const fn tone(state: CampaignState) -> Tone {
    match state {
        CampaignState::Scheduled => Tone::Accent,
        CampaignState::AwaitsApproval
        | CampaignState::Declined
        | CampaignState::Paused
        | CampaignState::Canceled
        | CampaignState::Recalled => Tone::Warn,
    }
}
