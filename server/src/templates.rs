//! The wording of messages.

use crate::service::Service;
use app::{
    account::Access,
    backend::Templates,
    channel::Channel,
    error::{Error, Result},
    templates::{MessageTemplate, Preview, PreviewRequest},
};
use async_trait::async_trait;

#[async_trait]
impl Templates for Service {
    async fn list_templates(&self, _access: &Access, _channel: Channel) -> Result<Vec<MessageTemplate>> {
        Err(Error::Unavailable)
    }

    async fn preview_message(&self, _access: &Access, _request: PreviewRequest) -> Result<Preview> {
        Err(Error::Unavailable)
    }
}
