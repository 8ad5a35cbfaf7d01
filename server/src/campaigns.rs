//! Sending, and what became of it.

use crate::service::Service;
use app::{
    account::Access,
    backend::Campaigns,
    campaigns::{NewCampaign, Progress},
    error::{Error, Result},
    id::CampaignId,
};
use async_trait::async_trait;

#[async_trait]
impl Campaigns for Service {
    async fn new_campaign_key(&self) -> Result<String> {
        Err(Error::Unavailable)
    }

    async fn create_campaign(&self, _access: &Access, _campaign: NewCampaign) -> Result<CampaignId> {
        Err(Error::Unavailable)
    }

    async fn campaign_progress(&self, _access: &Access, _id: CampaignId) -> Result<Progress> {
        Err(Error::Unavailable)
    }
}
