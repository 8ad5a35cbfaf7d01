//! Campaigns and what is done to them, as pages ask the server for it.

use super::{CampaignList, CampaignReport, NewCampaign, Progress};
#[cfg(feature = "ssr")]
use crate::{
    backend::{backend, respond, signed_in},
    deliveries::Doubt,
};
use crate::{
    change::Change,
    channel::Channel,
    error::Error,
    id::{CampaignId, ContactId},
};
use leptos::{prelude::*, server_fn::codec::Json};

/// One page of the business's campaigns, newest first.
#[server(prefix = "/api/fn", endpoint = "list_campaigns")]
pub async fn list_campaigns(
    /// Page number from 1; 0 counts as 1.
    page: u32,
) -> Result<CampaignList, Error> {
    respond(backend()?.list_campaigns(&signed_in()?, page).await)
}

/// Everything about one campaign, with the timeline of the person whose row is open.
#[server(prefix = "/api/fn", endpoint = "find_campaign")]
pub async fn find_campaign(
    /// Which campaign, as its address says it.
    id: String,
    /// Whose row is open.
    open: Option<ContactId>,
) -> Result<CampaignReport, Error> {
    let id = respond(id.parse())?;
    respond(backend()?.campaign_report(&signed_in()?, id, open).await)
}

/// A new key for one use of the dialog.
#[server(prefix = "/api/fn", endpoint = "new_campaign_key")]
pub async fn new_campaign_key() -> Result<String, Error> {
    signed_in()?;
    respond(backend()?.new_campaign_key().await)
}

/// Sends: writes the campaign and all its deliveries, or nothing.
#[server(prefix = "/api/fn", endpoint = "create_campaign", input = Json)]
pub async fn create_campaign(
    /// What to send to whom.
    campaign: NewCampaign,
) -> Result<CampaignId, Error> {
    respond(backend()?.create_campaign(&signed_in()?, campaign).await)
}

/// How far the campaign is.
#[server(prefix = "/api/fn", endpoint = "campaign_progress")]
pub async fn campaign_progress(
    /// Which campaign.
    id: CampaignId,
) -> Result<Progress, Error> {
    respond(backend()?.campaign_progress(&signed_in()?, id).await)
}

/// Ends the wait of everything that is held.
#[server(prefix = "/api/fn", endpoint = "send_campaign_now")]
pub async fn send_campaign_now(
    /// Which campaign.
    id: CampaignId,
    /// Also what waits for the end of quiet hours.
    #[server(default)]
    in_quiet_hours: bool,
) -> Result<Change, Error> {
    respond(backend()?.send_campaign_now(&signed_in()?, id, in_quiet_hours).await)
}

/// Takes back everything that has not left.
#[server(prefix = "/api/fn", endpoint = "cancel_campaign")]
pub async fn cancel_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<Change, Error> {
    respond(backend()?.cancel_campaign(&signed_in()?, id).await)
}

/// Takes one person out, as far as nothing has left.
#[server(prefix = "/api/fn", endpoint = "take_out_recipient")]
pub async fn take_out_recipient(
    /// Which campaign.
    id: CampaignId,
    /// Who.
    contact: ContactId,
) -> Result<Change, Error> {
    respond(backend()?.take_out_recipient(&signed_in()?, id, contact).await)
}

/// Gives a scheduled campaign another time.
#[server(prefix = "/api/fn", endpoint = "reschedule_campaign")]
pub async fn reschedule_campaign(
    /// Which campaign.
    id: CampaignId,
    /// A date and time in the business's time zone.
    starts_at: String,
) -> Result<Change, Error> {
    respond(backend()?.reschedule_campaign(&signed_in()?, id, starts_at).await)
}

/// Keeps everything that waits from leaving.
#[server(prefix = "/api/fn", endpoint = "pause_campaign")]
pub async fn pause_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<Change, Error> {
    respond(backend()?.pause_campaign(&signed_in()?, id).await)
}

/// Lets a paused campaign go on.
#[server(prefix = "/api/fn", endpoint = "resume_campaign")]
pub async fn resume_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<Change, Error> {
    respond(backend()?.resume_campaign(&signed_in()?, id).await)
}

/// Sends once more what failed, to people who may be written to.
#[server(prefix = "/api/fn", endpoint = "retry_failed")]
pub async fn retry_failed(
    /// Which campaign.
    id: CampaignId,
) -> Result<Change, Error> {
    respond(backend()?.retry_failed(&signed_in()?, id).await)
}

/// Revokes the campaign's personal links, and takes back what has not left.
#[server(prefix = "/api/fn", endpoint = "recall_campaign")]
pub async fn recall_campaign(
    /// Which campaign.
    id: CampaignId,
) -> Result<Change, Error> {
    respond(backend()?.recall_campaign(&signed_in()?, id).await)
}

/// Says that a message that nobody can be asked about arrived.
#[server(prefix = "/api/fn", endpoint = "confirm_arrival")]
pub async fn confirm_arrival(
    /// Which campaign.
    id: CampaignId,
    /// To whom.
    contact: ContactId,
    /// The email or the text.
    channel: Channel,
) -> Result<Change, Error> {
    respond(backend()?.confirm_arrival(&signed_in()?, Doubt { campaign: id, contact, channel }).await)
}

/// Sends a message that nobody can be asked about once more.
#[server(prefix = "/api/fn", endpoint = "send_again")]
pub async fn send_again(
    /// Which campaign.
    id: CampaignId,
    /// To whom.
    contact: ContactId,
    /// The email or the text.
    channel: Channel,
) -> Result<Change, Error> {
    respond(backend()?.send_again(&signed_in()?, Doubt { campaign: id, contact, channel }).await)
}
