//! The people a business may ask for money.

use crate::service::Service;
use app::{
    account::Access,
    backend::Contacts,
    contacts::{Contact, ContactQuery},
    error::{Error, Result},
    page::Page,
};
use async_trait::async_trait;

#[async_trait]
impl Contacts for Service {
    async fn list_contacts(&self, _access: &Access, _query: ContactQuery) -> Result<Page<Contact>> {
        Err(Error::Unavailable)
    }
}
