//! Message templates: the wording of emails and texts, with merge fields.

#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    channel::Channel,
    error::Error,
    id::{ContactId, PaymentLinkId, TemplateId},
};
use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

/// The merge fields a template may use, as they stand between `{{` and `}}`.
pub const MERGE_FIELDS: [&str; 9] = [
    "contact.first_name",
    "contact.last_name",
    "contact.name",
    "contact.email",
    "contact.phone",
    "payment_link.name",
    "payment_link.url",
    "payment_link.amount",
    "business.name",
];

/// What is said: a subject (email only, else empty) and a body, both with merge fields.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// The email's subject; empty for SMS.
    pub subject: String,
    /// Plain text with merge fields.
    pub body: String,
}

/// A template that can be chosen: the built-in default has no id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageTemplate {
    /// The business's own one, or none for the built-in default.
    pub id: Option<TemplateId>,
    /// What it is for.
    pub channel: Channel,
    /// Its name in lists.
    pub name: String,
    /// What it says.
    pub wording: Wording,
    /// Rises by one with each save; 0 for the default.
    pub version: i64,
    /// Epoch milliseconds of the last save; 0 for the default.
    pub updated_at: i64,
}

/// What a preview is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewRequest {
    /// Email or SMS.
    pub channel: Channel,
    /// The wording as it stands in the editor or in the chosen template.
    pub wording: Wording,
    /// For this contact; without one, for an example.
    pub contact: Option<ContactId>,
    /// For this payment link; without one, for an example.
    pub payment_link: Option<PaymentLinkId>,
}

/// A message as its receiver would see it, with an example address in the place of the personal link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// The subject; empty for SMS.
    pub subject: String,
    /// The text part, or the SMS.
    pub text: String,
    /// The HTML part; empty for SMS.
    pub html: String,
}

/// The templates of one channel: the default first, then the business's own by name.
#[server(prefix = "/api/fn", endpoint = "list_templates")]
pub async fn list_templates(
    /// Email or SMS.
    channel: Channel,
) -> Result<Vec<MessageTemplate>, Error> {
    respond(backend()?.list_templates(&signed_in()?, channel).await)
}

/// The message that this wording makes.
#[server(prefix = "/api/fn", endpoint = "preview_message", input = Json)]
pub async fn preview_message(
    /// What to show.
    request: PreviewRequest,
) -> Result<Preview, Error> {
    respond(backend()?.preview_message(&signed_in()?, request).await)
}
