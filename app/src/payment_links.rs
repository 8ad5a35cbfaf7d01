//! Payment links: what is sold and how.

pub mod calls;
mod copy_send;
pub(crate) mod editor;
pub(crate) mod list;
mod preview;
mod results;

use crate::{
    error::Error,
    id::PaymentLinkId,
    money::{Currency, Money},
    order::{self, Line, Problem, Quote},
    page::Page,
    results::Totals,
};
use serde::{Deserialize, Serialize};

/// Whether the link takes payments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkStatus {
    /// Customers can pay.
    #[default]
    Active,
    /// Customers see a calm page that says it takes no payments now.
    Inactive,
}

impl LinkStatus {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Inactive => "inactive",
        }
    }
}

impl std::str::FromStr for LinkStatus {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        [Self::Active, Self::Inactive].into_iter().find(|status| status.as_str() == text).ok_or(Error::Malformed)
    }
}

/// How many a customer may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuantityRange {
    /// At least.
    pub minimum: u32,
    /// At most.
    pub maximum: u32,
}

/// One line of what is sold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineItem {
    /// What it is.
    pub item: String,
    /// More about it, may be empty.
    pub description: String,
    /// Price of one, in minor units of the link's currency.
    pub price_minor: i64,
    /// How many, or how many to begin with.
    pub quantity: u32,
    /// Set when the customer can change the quantity.
    pub range: Option<QuantityRange>,
}

impl LineItem {
    /// So many of it, as a line of an order.
    pub fn line(&self, quantity: u32) -> Line {
        Line { item: self.item.clone(), quantity, price_minor: self.price_minor }
    }

    /// The fewest that can be bought.
    pub fn least(&self) -> u32 {
        self.range.map_or(self.quantity, |range| range.minimum)
    }

    /// The most that can be bought.
    pub fn most(&self) -> u32 {
        self.range.map_or(self.quantity, |range| range.maximum)
    }
}

/// What is sold as the lines of an order, each so many times.
pub fn lines(items: &[LineItem], quantity: fn(&LineItem) -> u32) -> impl Iterator<Item = Line> {
    items.iter().map(move |item| item.line(quantity(item)))
}

/// What happens after a payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AfterPayment {
    /// The receipt shows these words, may be empty.
    Message(String),
    /// The receipt leads on to this https address.
    Redirect(String),
}

/// The word on the checkout's button.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonText {
    /// "Pay $90.00"
    #[default]
    Pay,
    /// "Book $90.00"
    Book,
    /// "Donate $90.00"
    Donate,
}

impl ButtonText {
    /// The word on the button.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pay => "Pay",
            Self::Book => "Book",
            Self::Donate => "Donate",
        }
    }
}

/// Everything the editor edits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLinkDetails {
    /// The link's name, shown to customers.
    pub name: String,
    /// What is sold: 1 to 20 lines.
    pub items: Vec<LineItem>,
    /// The currency of all prices.
    pub currency: Currency,
    /// The checkout asks for a phone number and insists.
    pub require_phone: bool,
    /// The checkout asks for a postal address.
    pub collect_address: bool,
    /// What happens after a payment.
    pub after_payment: AfterPayment,
    /// The word on the button.
    pub button_text: ButtonText,
    /// `#rrggbb` with enough contrast to white text, or the product's accent.
    pub brand_color: Option<String>,
    /// When the link stops taking payments, epoch milliseconds.
    pub expires_at: Option<i64>,
    /// Who has paid by a personal link may pay again.
    pub can_pay_again: bool,
    /// How many days a personal link of it lives, 1 to 365.
    pub personal_link_days: u32,
}

impl PaymentLinkDetails {
    /// How many days a personal link lives unless the payment link says otherwise.
    pub const DEFAULT_PERSONAL_LINK_DAYS: u32 = 90;

    /// A new link as the editor begins it.
    pub fn blank(currency: Currency) -> Self {
        let item =
            LineItem { item: String::new(), description: String::new(), price_minor: 0, quantity: 1, range: None };
        Self {
            name: String::new(),
            items: vec![item],
            currency,
            require_phone: false,
            collect_address: false,
            after_payment: AfterPayment::Message(String::new()),
            button_text: ButtonText::Pay,
            brand_color: None,
            expires_at: None,
            can_pay_again: false,
            personal_link_days: Self::DEFAULT_PERSONAL_LINK_DAYS,
        }
    }

    /// Whether the link has ended by a time: it takes no payments from then on.
    pub fn has_ended(&self, by: i64) -> bool {
        self.expires_at.is_some_and(|end| end <= by)
    }

    /// The order with the quantities as they stand.
    pub fn quote(&self) -> Result<Quote, Problem> {
        order::quote(lines(&self.items, |item| item.quantity))
    }

    /// What is owed with the quantities as they stand.
    pub fn total(&self) -> Result<Money, Problem> {
        Ok(Money::new(self.quote()?.total, self.currency))
    }

    /// The price as a list shows it: one amount, or the range that quantities span.
    pub fn price(&self) -> Result<String, Problem> {
        let at = |quantity| Ok(Money::new(order::quote(lines(&self.items, quantity))?.total, self.currency));
        let (least, most) = (at(LineItem::least)?, at(LineItem::most)?);
        Ok(if least == most { least.to_string() } else { format!("{least}–{most}") })
    }
}

/// A saved payment link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLink {
    /// The link.
    pub id: PaymentLinkId,
    /// The public part of its address.
    pub slug: String,
    /// The whole public address, the standard link.
    pub url: String,
    /// Whether it takes payments.
    pub status: LinkStatus,
    /// What is sold and how.
    pub details: PaymentLinkDetails,
    /// Rises by one with each save; a save that names an older one is told "changed meanwhile".
    pub version: i64,
    /// Epoch milliseconds.
    pub created_at: i64,
}

impl PaymentLink {
    /// Why it takes no payments now, if it takes none.
    pub fn closed(&self, now: i64) -> Option<Closed> {
        match self.status {
            LinkStatus::Inactive => Some(Closed::Inactive),
            LinkStatus::Active => self.details.has_ended(now).then_some(Closed::Expired),
        }
    }
}

/// Why a payment link takes no payments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Closed {
    /// A user has switched it off.
    Inactive,
    /// Its last day is over.
    Expired,
}

impl Closed {
    /// In a few words.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Inactive => "This link is inactive",
            Self::Expired => "This link has expired",
        }
    }

    /// What customers see, and what to do.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Inactive => {
                "Customers who open it see “This payment link is not active” and cannot pay. Activate it before you share it."
            }
            Self::Expired => {
                "Customers who open it see “This payment link has expired” and cannot pay. Choose a later day under “Expires” \
                 and save before you share it."
            }
        }
    }
}

/// What became of a payment link, across its campaigns, its copied personal links and its standard link.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkResults {
    /// The people who were sent it or have a personal link; the amounts are of everyone who paid.
    pub totals: Totals,
    /// How often a human opened the standard link.
    pub standard_opened: u32,
    /// How often it was paid by the standard link.
    pub standard_paid: u32,
}

/// A contact's own address for a payment link, to be copied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonalLinkAddress {
    /// The whole address.
    pub url: String,
    /// When it stops working, epoch milliseconds.
    pub expires_at: i64,
}

/// Which payment links are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct PaymentLinkQuery {
    /// Any part of the name.
    pub search: String,
    /// Only with this status.
    pub status: Option<LinkStatus>,
    /// Page number from 1; 0 counts as 1.
    pub page: u32,
}

/// One page of the list, with the time that its times are told against.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLinkList {
    /// The links, newest first.
    pub page: Page<PaymentLink>,
    /// The server's time, epoch milliseconds.
    pub now: i64,
}

/// The editor's fields as they were typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PaymentLinkForm {
    /// The saved link, or nothing for a new one.
    pub id: String,
    /// The version that the editor was opened with.
    pub version: i64,
    /// "Name"
    pub name: String,
    /// The lines of what is sold.
    pub items: Vec<LineItemForm>,
    /// "Currency"
    pub currency: String,
    /// "Require phone number"
    pub require_phone: bool,
    /// "Collect address"
    pub collect_address: bool,
    /// "After payment": `message` or `redirect`.
    pub after_payment: String,
    /// The words on the receipt.
    pub message: String,
    /// Where the receipt leads on to.
    pub redirect: String,
    /// "Button text": `pay`, `book` or `donate`.
    pub button_text: String,
    /// "Brand color"
    pub brand_color: String,
    /// "Expires": the last day, as `2026-12-31`.
    pub expires: String,
    /// Who has paid by a personal link may pay again.
    pub can_pay_again: bool,
    /// How many days a personal link lives.
    pub personal_link_days: String,
}

/// One line of what is sold, as it was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineItemForm {
    /// Which line of the form it is: errors name the field `item-{row}-price`, and lines may have been taken out.
    pub row: u32,
    /// "Item"
    pub item: String,
    /// "Description"
    pub description: String,
    /// "Price"
    pub price: String,
    /// "Quantity"
    pub quantity: String,
    /// "Customer can change quantity"
    pub changeable: bool,
    /// "Minimum"
    pub minimum: String,
    /// "Maximum"
    pub maximum: String,
}

/// What the editor opens with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentLinkEditor {
    /// The saved link, when there is one.
    pub saved: Option<PaymentLink>,
    /// Its fields.
    pub form: PaymentLinkForm,
    /// The fields as they were typed before they were refused, where no script has kept them.
    pub typed: Option<PaymentLinkForm>,
    /// Who is paid, for the preview.
    pub business: String,
    /// What became of the saved link.
    pub results: Option<LinkResults>,
    /// The server's time, epoch milliseconds.
    pub now: i64,
}

/// A QR code as the outline of its dark squares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QrCode {
    /// Squares on a side, the quiet zone included.
    pub size: u32,
    /// The `d` of an SVG path, one unit for a square.
    pub path: String,
}
