//! What is sold and how.

use crate::service::Service;
use app::{
    account::Access,
    backend::PaymentLinks,
    error::{Error, Result},
    id::{ContactId, PaymentLinkId},
    payment_links::{PaymentLink, PersonalLinkAddress},
};
use async_trait::async_trait;

#[async_trait]
impl PaymentLinks for Service {
    async fn payment_link(&self, _access: &Access, _id: PaymentLinkId) -> Result<PaymentLink> {
        Err(Error::Unavailable)
    }

    async fn copy_personal_link(
        &self,
        _access: &Access,
        _payment_link: PaymentLinkId,
        _contact: ContactId,
    ) -> Result<PersonalLinkAddress> {
        Err(Error::Unavailable)
    }
}
