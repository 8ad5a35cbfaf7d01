//! The page that asks before a step is taken, where no script does.

use super::{CampaignReport, calls::find_campaign, step::Step};
use crate::{
    id::CampaignId,
    paths,
    ui::{ConfirmPage, LinkButton, Loaded, PageHead},
};
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

/// `/payments/campaigns/{id}/confirm`
#[component]
pub fn ConfirmCampaignPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let report = Resource::new_blocking(
        move || params.read().get("id").unwrap_or_default(),
        |id| async move { find_campaign(id, None).await },
    );
    view! {
        <Loaded from=report page=("Campaign", (paths::CAMPAIGNS, "Campaigns")) let:report>
            {query.with_untracked(Step::read).map_or_else(
                || view! { <Nothing id=report.id.clone()/> }.into_any(),
                |step| view! { <Ask step report=report.clone()/> }.into_any(),
            )}
        </Loaded>
    }
}

#[component]
fn Ask(step: Step, report: CampaignReport) -> impl IntoView {
    let Some(question) = step.question_in(&report) else {
        return view! { <Nothing id=report.id/> }.into_any();
    };
    let act = step.act(&report.id);
    let parent = (paths::campaign(&report.id), "Campaign");
    view! { <ConfirmPage question parent act/> }.into_any()
}

/// It was done meanwhile, or the campaign has gone on.
#[component]
fn Nothing(id: CampaignId) -> impl IntoView {
    let campaign = paths::campaign(&id);
    view! {
        <PageHead title="This is not possible any more" parent=(campaign.clone(), "Campaign")/>
        <p>"The campaign has changed since you opened its page. Nothing was done."</p>
        <div><LinkButton href=campaign>"Back to the campaign"</LinkButton></div>
    }
}
