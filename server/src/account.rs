//! Businesses, users and sessions.

use crate::service::Service;
use app::{
    account::{Access, Business, BusinessForm, LogIn, SessionCookie, SetUp, Settings},
    backend::Accounts,
    error::{Error, Result},
};
use async_trait::async_trait;

#[async_trait]
impl Accounts for Service {
    async fn needs_setup(&self) -> Result<bool> {
        Err(Error::Unavailable)
    }

    async fn set_up(&self, _form: SetUp) -> Result<SessionCookie> {
        Err(Error::Unavailable)
    }

    async fn log_in(&self, _form: LogIn) -> Result<SessionCookie> {
        Err(Error::Unavailable)
    }

    async fn log_out(&self, _access: &Access) -> Result<SessionCookie> {
        Err(Error::Unavailable)
    }

    async fn business(&self, _access: &Access) -> Result<Business> {
        Err(Error::Unavailable)
    }

    async fn settings(&self, _access: &Access) -> Result<Settings> {
        Err(Error::Unavailable)
    }

    async fn save_business(&self, _access: &Access, _form: BusinessForm) -> Result<()> {
        Err(Error::Unavailable)
    }

    async fn send_test_email(&self, _access: &Access) -> Result<()> {
        Err(Error::Unavailable)
    }

    async fn send_test_sms(&self, _access: &Access, _phone: String) -> Result<()> {
        Err(Error::Unavailable)
    }
}
