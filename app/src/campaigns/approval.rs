//! A campaign that waits for a second pair of eyes: what is said, and the two answers.

use super::controls::Actions;
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    error::Error,
    id::CampaignId,
    ui::{Button, Field, FormActions, Variant},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a campaign that waits for approval says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// The address of who pressed "Send".
    pub sender: String,
    /// The asker is the sender, and cannot approve.
    pub is_yours: bool,
}

/// Lets a campaign leave that another user sent.
#[server(prefix = "/api/fn", endpoint = "approve_campaign")]
pub async fn approve_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<String, Error> {
    respond(backend()?.approve_campaign(&signed_in()?, id).await)
}

/// Takes back a campaign that another user sent.
#[server(prefix = "/api/fn", endpoint = "decline_campaign")]
pub async fn decline_campaign(
    /// Which campaign.
    id: CampaignId,
    /// Why, in the user's words; may be empty.
    #[server(default)]
    reason: String,
) -> Result<String, Error> {
    respond(backend()?.decline_campaign(&signed_in()?, id, reason).await)
}

/// The two answers, for everyone but the sender.
#[component]
pub(super) fn Decision(id: CampaignId, actions: Actions) -> impl IntoView {
    let (approved, declined) = (id.to_string(), id.to_string());
    view! {
        <ActionForm action=actions.approve>
            <input type="hidden" name="id" value=approved/>
            <Button kind="submit" variant=Variant::Primary busy=actions.approve.pending()>"Approve"</Button>
        </ActionForm>
        <ActionForm action=actions.decline attr:class="stack campaign-decline">
            <input type="hidden" name="id" value=declined/>
            <Field name="reason" label="Reason for declining (optional)" maxlength=300/>
            <FormActions>
                <Button kind="submit" variant=Variant::Danger busy=actions.decline.pending()>"Decline"</Button>
            </FormActions>
        </ActionForm>
    }
}
