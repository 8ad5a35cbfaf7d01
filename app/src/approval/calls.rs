//! The second pair of eyes, as pages ask the server for it.

use super::ApprovalForm;
#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    change::Change,
    error::Error,
    id::{CampaignId, PaymentLinkId},
};
use leptos::prelude::*;

/// Changes when a campaign waits for another user.
#[server(prefix = "/api/fn", endpoint = "save_approval")]
pub async fn save_approval(
    /// The form.
    form: ApprovalForm,
) -> Result<(), Error> {
    respond(backend()?.save_approval(&signed_in()?, form).await)
}

/// Why a campaign with this link to so many people would wait for another user; none when it would not.
#[server(prefix = "/api/fn", endpoint = "forecast_approval")]
pub async fn forecast_approval(
    /// What is sent.
    payment_link: PaymentLinkId,
    /// How many people would get something.
    people: u32,
) -> Result<Option<String>, Error> {
    respond(backend()?.forecast_approval(&signed_in()?, payment_link, people).await)
}

/// Lets a campaign leave that another user sent.
#[server(prefix = "/api/fn", endpoint = "approve_campaign")]
pub async fn approve_campaign(
    /// Which campaign.
    id: CampaignId,
    /// What each person is asked for, as the user saw it; empty for what it was when the campaign began to wait.
    #[server(default)]
    sum: String,
) -> Result<Change, Error> {
    respond(backend()?.approve_campaign(&signed_in()?, id, sum).await)
}

/// Lets a campaign leave that the settings ask for no approval of any more.
#[server(prefix = "/api/fn", endpoint = "release_campaign")]
pub async fn release_campaign(
    /// Which campaign.
    id: CampaignId,
    /// What each person is asked for, as the user saw it; empty for what it was when the campaign began to wait.
    #[server(default)]
    sum: String,
) -> Result<Change, Error> {
    respond(backend()?.release_campaign(&signed_in()?, id, sum).await)
}

/// Takes back a campaign that another user sent.
#[server(prefix = "/api/fn", endpoint = "decline_campaign")]
pub async fn decline_campaign(
    /// Which campaign.
    id: CampaignId,
    /// Why, in the user's words; may be empty.
    #[server(default)]
    reason: String,
) -> Result<Change, Error> {
    respond(backend()?.decline_campaign(&signed_in()?, id, reason).await)
}
