//! Set-up, log-in and settings, as pages ask the server for them.

use super::{Business, BusinessForm, LogIn, PasswordForm, SendingForm, SetUp, Settings};
use crate::error::Error;
#[cfg(feature = "ssr")]
use crate::{
    backend::{backend, caller, clear_browser, redirect, respond, send_cookie, signed_in},
    paths,
};
use leptos::prelude::*;

/// Makes the first business and its owner, and logs the owner in.
#[server(prefix = "/api/fn", endpoint = "create_account")]
pub async fn create_account(
    /// The form.
    form: SetUp,
) -> Result<(), Error> {
    send_cookie(respond(backend()?.set_up(form).await)?)?;
    redirect(paths::HOME);
    Ok(())
}

/// Logs a user in.
#[server(prefix = "/api/fn", endpoint = "start_session")]
pub async fn start_session(
    /// The form.
    form: LogIn,
) -> Result<(), Error> {
    send_cookie(respond(backend()?.log_in(form, caller()).await)?)?;
    redirect(paths::HOME);
    Ok(())
}

/// Logs the user out.
#[server(prefix = "/api/fn", endpoint = "end_session")]
pub async fn end_session() -> Result<(), Error> {
    send_cookie(respond(backend()?.log_out(&signed_in()?).await)?)?;
    clear_browser();
    redirect(paths::LOG_IN);
    Ok(())
}

/// What the settings page shows.
#[server(prefix = "/api/fn", endpoint = "current_settings")]
pub async fn current_settings() -> Result<Settings, Error> {
    respond(backend()?.settings(&signed_in()?).await)
}

/// Changes the business.
#[server(prefix = "/api/fn", endpoint = "save_business")]
pub async fn save_business(
    /// The form.
    form: BusinessForm,
) -> Result<(), Error> {
    respond(backend()?.save_business(&signed_in()?, form).await)
}

/// Changes the user's own password, and ends their other sessions.
#[server(prefix = "/api/fn", endpoint = "save_password")]
pub async fn save_password(
    /// The form.
    form: PasswordForm,
) -> Result<(), Error> {
    respond(backend()?.save_password(&signed_in()?, form).await)
}

/// Changes how the business sends.
#[server(prefix = "/api/fn", endpoint = "save_sending")]
pub async fn save_sending(
    /// The form.
    form: SendingForm,
) -> Result<(), Error> {
    respond(backend()?.save_sending(&signed_in()?, form).await)
}

/// Changes the words of the business's own that refuse.
#[server(prefix = "/api/fn", endpoint = "save_opt_out_words")]
pub async fn save_opt_out_words(
    /// One on each line.
    words: String,
) -> Result<(), Error> {
    respond(backend()?.save_opt_out_words(&signed_in()?, words).await)
}

/// Sends an email to the user, as a campaign would.
#[server(prefix = "/api/fn", endpoint = "send_test_email")]
pub async fn send_test_email() -> Result<(), Error> {
    respond(backend()?.send_test_email(&signed_in()?).await)
}

/// Sends a text to a phone, as a campaign would.
#[server(prefix = "/api/fn", endpoint = "send_test_sms")]
pub async fn send_test_sms(
    /// As typed.
    phone: String,
) -> Result<(), Error> {
    respond(backend()?.send_test_sms(&signed_in()?, phone).await)
}

/// The business of who is asking.
#[server(prefix = "/api/fn", endpoint = "current_business")]
pub async fn current_business() -> Result<Business, Error> {
    respond(backend()?.business(&signed_in()?).await)
}
