//! Templates, previews and tests, as pages ask the server for them.

use super::{
    MessageTemplate, Preview, PreviewRequest, TemplateForm, TestAnswer, TestReceiver, TestRequest, WordingReport,
    WordingReportRequest,
};
#[cfg(feature = "ssr")]
use crate::{
    backend::{backend, respond, signed_in},
    paths,
};
use crate::{channel::Channel, error::Error, id::TemplateId};
use leptos::{prelude::*, server_fn::codec::Json};

/// The templates of one channel: the default first, then the business's own by name.
#[server(prefix = "/api/fn", endpoint = "list_templates")]
pub async fn list_templates(
    /// Email or SMS.
    channel: Channel,
) -> Result<Vec<MessageTemplate>, Error> {
    respond(backend()?.list_templates(&signed_in()?, channel).await)
}

/// One template, as addresses call it.
#[server(prefix = "/api/fn", endpoint = "find_template")]
pub async fn find_template(
    /// Its id, or the name of a built-in one.
    id: String,
) -> Result<MessageTemplate, Error> {
    respond(backend()?.find_template(&signed_in()?, id).await)
}

/// Saves a new or changed template and goes back to the list.
#[server(prefix = "/api/fn", endpoint = "save_template")]
pub async fn save_template(
    /// The editor's form.
    form: TemplateForm,
) -> Result<(), Error> {
    respond(backend()?.save_template(&signed_in()?, form).await)?;
    leptos_axum::redirect(paths::TEMPLATES);
    Ok(())
}

/// Deletes a template; what was sent with it stays as it is.
#[server(prefix = "/api/fn", endpoint = "delete_template")]
pub async fn delete_template(
    /// Which one.
    id: TemplateId,
) -> Result<(), Error> {
    respond(backend()?.delete_template(&signed_in()?, id).await)
}

/// The message that this wording makes.
#[server(prefix = "/api/fn", endpoint = "preview_message", input = Json)]
pub async fn preview_message(
    /// What to show.
    request: PreviewRequest,
) -> Result<Preview, Error> {
    respond(backend()?.preview_message(&signed_in()?, request).await)
}

/// How long a wording becomes for a selection, and what is missing for whom.
#[server(prefix = "/api/fn", endpoint = "report_wording", input = Json)]
pub async fn report_wording(
    /// The selection and the wording.
    request: WordingReportRequest,
) -> Result<WordingReport, Error> {
    respond(backend()?.wording_report(&signed_in()?, request).await)
}

/// Where the user's own tests go.
#[server(prefix = "/api/fn", endpoint = "find_test_receiver")]
pub async fn find_test_receiver() -> Result<TestReceiver, Error> {
    respond(backend()?.test_receiver(&signed_in()?).await)
}

/// Sends a wording to the user alone.
#[server(prefix = "/api/fn", endpoint = "send_test_message", input = Json)]
pub async fn send_test_message(
    /// What is sent.
    request: TestRequest,
) -> Result<TestAnswer, Error> {
    respond(backend()?.send_test_message(&signed_in()?, request).await)
}
