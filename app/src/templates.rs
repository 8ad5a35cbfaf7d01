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

mod editor;
mod list;
mod preview;

pub use editor::{EditTemplatePage, NewTemplatePage};
pub use list::TemplatesPage;
pub use preview::{MessagePreview, SegmentCount};

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

impl MessageTemplate {
    /// What addresses call the built-in template of a channel.
    pub const fn default_key(channel: Channel) -> &'static str {
        match channel {
            Channel::Email => "default-email",
            Channel::Sms => "default-sms",
        }
    }

    /// What addresses call it: its id, or the built-in's name.
    pub fn key(&self) -> String {
        self.id.as_ref().map_or_else(|| Self::default_key(self.channel).to_owned(), ToString::to_string)
    }
}

/// What the editor saves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TemplateForm {
    /// The template that is edited; none for a new one.
    pub id: Option<TemplateId>,
    /// What it is for.
    pub channel: Channel,
    /// The version that was edited.
    pub version: i64,
    /// Its name in lists.
    pub name: String,
    /// The email's subject.
    #[serde(default)]
    pub subject: String,
    /// Plain text with merge fields.
    pub body: String,
}

/// Whether a text tells people how to get no more of them.
pub fn has_opt_out_words(body: &str) -> bool {
    let words: Vec<String> =
        body.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let is_said = |word: &String| {
        matches!(word.as_str(), "stop" | "stopp" | "unsubscribe" | "optout" | "arret" | "arrêt" | "baja" | "cancel")
    };
    words.iter().any(is_said) || words.windows(2).any(|pair| pair[0] == "opt" && pair[1] == "out")
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    leptos_axum::redirect("/templates");
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

#[cfg(test)]
mod tests {
    use super::has_opt_out_words;

    #[test]
    fn a_text_says_how_to_get_no_more_of_them_or_it_does_not() {
        for body in
            ["Pay here: x Reply STOP to opt out.", "Txt stop", "Opt-out: reply OUT", "STOP=arrêt", "Unsubscribe: x"]
        {
            assert!(has_opt_out_words(body), "{body}");
        }
        for body in ["", "Pay here: x", "Nonstop yoga, unstoppable: x", "You can opt in or go out"] {
            assert!(!has_opt_out_words(body), "{body}");
        }
    }
}
