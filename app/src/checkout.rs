//! The public page where a customer pays: its plain data, its screens and the browser's entry to it.

pub mod form;
pub mod opt_out;
pub mod page;
pub mod receipt;

#[cfg(all(feature = "hydrate", feature = "checkout"))]
mod entry;

use crate::{
    channel::Channel,
    error::FieldError,
    money::MoneyFormat,
    payment_links::{LineItem, PaymentLinkDetails},
};
use serde::{Deserialize, Serialize};

/// All that the checkout knows: the server fills and renders it, and so does the editor's preview.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckoutView {
    /// Who is paid.
    pub business: String,
    /// What the payment link is called.
    pub title: String,
    /// What is bought.
    pub items: Vec<LineItem>,
    /// How amounts are written.
    pub currency: MoneyFormat,
    /// What the button says before the amount: Pay, Book or Donate.
    pub verb: String,
    /// The phone number must be given.
    pub phone_required: bool,
    /// The postal address must be given.
    pub collect_address: bool,
    /// What the fields hold: the contact's prefill, or what was typed before.
    pub values: CheckoutValues,
    /// Whose details were filled in, when they were.
    pub paying_as: Option<String>,
    /// The checkout without anybody's details, behind "Not you?".
    pub standard_url: String,
    /// Where a person behind a personal link can stop messages; none when they have.
    pub opt_out_url: Option<String>,
    /// The person behind the personal link has stopped every message.
    pub is_stopped: bool,
    /// Something to know before paying.
    pub notice: Option<Notice>,
    /// What was wrong with the last try, by field.
    pub errors: Vec<FieldError>,
    /// One try to pay, made by the server with the form: two submits of it are one payment.
    pub attempt: String,
    /// The state of the payment link that these prices come from.
    pub version: i64,
    /// The token that the page was opened with, kept for the form's post.
    pub token: Option<String>,
    /// Who moves the money, in a few words under the button.
    pub small_print: String,
}

/// What the fields hold. Empty text is an empty field.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckoutValues {
    /// "Full name".
    pub name: String,
    /// "Email".
    pub email: String,
    /// "Phone".
    pub phone: String,
    /// The postal address, where the link asks for it.
    #[serde(default)]
    pub address: PostalAddress,
}

/// Where something is sent or billed to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostalAddress {
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// State or region.
    pub region: String,
    /// Postal code.
    pub postal_code: String,
    /// The country by its code (ISO 3166).
    pub country: String,
}

/// Something to know before paying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// A payment did not go through.
    pub bad: bool,
    /// The sentence.
    pub text: String,
}

impl CheckoutView {
    /// A link's checkout before anybody has filled it in: what the editor previews, and what the server goes on from.
    pub fn blank(business: &str, details: &PaymentLinkDetails) -> Self {
        Self {
            business: business.to_owned(),
            title: details.name.clone(),
            items: details.items.clone(),
            currency: MoneyFormat::from(details.currency),
            verb: details.button_text.label().to_owned(),
            phone_required: details.require_phone,
            collect_address: details.collect_address,
            ..Self::default()
        }
    }
}

/// A page that says one thing and what to do next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CalmView {
    /// Who is asking for money, where that may be said.
    pub business: Option<String>,
    /// The heading.
    pub heading: String,
    /// What happened and what to do.
    pub text: String,
    /// A way on: what it is called, and where it leads.
    pub next: Option<(String, String)>,
}

/// What the test gateway shows: it plays the part of a payment provider's own page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TestGatewayView {
    /// Who is paid.
    pub business: String,
    /// What is paid for.
    pub title: String,
    /// How much, written out.
    pub amount: String,
    /// Where the decision is posted.
    pub action: String,
}

/// What a receipt says. It holds no address and no full email: its link can be passed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceiptView {
    /// Who was paid.
    pub business: String,
    /// Where the payment stands, as a heading.
    pub heading: String,
    /// The same in a sentence.
    pub text: String,
    /// The payment went through.
    pub paid: bool,
    /// How much, written out.
    pub amount: String,
    /// What was bought and the facts of the payment: a label and a value each.
    pub lines: Vec<(String, String)>,
    /// What the business says after a payment.
    pub message: Option<String>,
    /// Ways on: what each is called, and where it leads.
    pub next: Vec<(String, String)>,
}

/// What a person wants to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stopping {
    /// Email: what the link in an email and its one click (RFC 8058) are about.
    #[default]
    Email,
    /// Every message.
    All,
}

impl Stopping {
    /// The word in addresses and forms; another one means email alone.
    pub fn named(word: &str) -> Self {
        if word == Self::All.as_str() { Self::All } else { Self::Email }
    }

    /// The word in addresses and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::All => "all",
        }
    }

    /// The channels that it names.
    pub const fn channels(self) -> &'static [Channel] {
        match self {
            Self::Email => &[Channel::Email],
            Self::All => &Channel::ALL,
        }
    }
}

/// What the opt-out page knows. It never says whose address it is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OptOutView {
    /// Who sent the messages.
    pub business: String,
    /// Where the buttons post to.
    pub action: String,
    /// What the person came to stop.
    pub wanted: Stopping,
    /// Email can still reach the person.
    pub email: bool,
    /// Texts can still reach the person.
    pub texts: bool,
}

impl OptOutView {
    /// The page's title.
    pub const fn title(&self) -> &'static str {
        match (self.is_done(), self.wanted) {
            (true, _) => "Messages are stopped",
            (false, Stopping::Email) => "Stop email messages",
            (false, Stopping::All) => "Stop messages",
        }
    }

    /// Nothing is left of what the person came to stop.
    const fn is_done(&self) -> bool {
        !self.email && (!self.texts || matches!(self.wanted, Stopping::Email))
    }
}
