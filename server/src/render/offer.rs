//! What a payment link asks for, as messages say it: the values of the merge fields, what stands around an email's wording, and
//! the whole message of a delivery.

use super::{Error, Layout, Values, Wording, email, sms};
use crate::{
    db::deliveries::Recipient,
    providers::{EmailMessage, Message, SmsMessage},
};
use app::{channel::Channel, id::DeliveryId, order::Problem, payment_links::PaymentLinkDetails, sms::in_letters};

/// Stands where the code of a personal link will be, and is as long.
const EXAMPLE_CODE: &str = "YourPersonalLink";

/// What is asked for, by whom, and where it can be paid.
pub struct Offer<'a> {
    business: &'a str,
    details: &'a PaymentLinkDetails,
    code: &'a str,
    amount: String,
    amount_plain: String,
    button: String,
    url: String,
    opt_out_url: String,
}

/// To whom a message goes, and as which delivery.
pub struct Envelope<'a> {
    /// The delivery.
    pub id: &'a DeliveryId,
    /// Email or SMS.
    pub channel: Channel,
    /// Where it goes.
    pub address: &'a str,
    /// Whom it names.
    pub recipient: &'a Recipient,
    /// When it was put together.
    pub dated_at: i64,
}

impl<'a> Offer<'a> {
    /// The offer that the personal link with this code leads to.
    pub fn new(
        public_url: &str,
        business: &'a str,
        details: &'a PaymentLinkDetails,
        code: &'a str,
    ) -> Result<Self, Problem> {
        let amount = details.total()?.to_string();
        Ok(Self {
            business,
            details,
            code,
            button: format!("{} {amount}", details.button_text.label()),
            amount_plain: in_letters(&amount),
            amount,
            url: format!("{public_url}/l/{code}"),
            opt_out_url: format!("{public_url}/u/{code}"),
        })
    }

    /// The offer before there is a personal link: its addresses lead nowhere.
    pub fn example(public_url: &str, business: &'a str, details: &'a PaymentLinkDetails) -> Result<Self, Problem> {
        Self::new(public_url, business, details, EXAMPLE_CODE)
    }

    /// What the merge fields stand for, for this person.
    pub fn values<'v>(&'v self, recipient: &'v Recipient) -> Values<'v> {
        Values {
            first_name: &recipient.first_name,
            last_name: &recipient.last_name,
            name: &recipient.name,
            email: &recipient.email,
            phone: &recipient.phone,
            link_name: &self.details.name,
            url: &self.url,
            amount: &self.amount,
            amount_plain: &self.amount_plain,
            business: self.business,
        }
    }

    /// What stands around an email's wording.
    pub fn layout(&self) -> Layout<'_> {
        let color = self.details.brand_color.as_deref().unwrap_or_default();
        Layout { button: &self.button, color, opt_out_url: &self.opt_out_url }
    }

    /// The message that this wording makes for one delivery.
    pub fn message(&self, envelope: &Envelope<'_>, wording: Wording<'_>) -> Result<Message, Error> {
        let values = self.values(envelope.recipient);
        let (id, to) = (envelope.id.to_string(), envelope.address.to_owned());
        Ok(match envelope.channel {
            Channel::Email => {
                let mail = email(wording, &values, &self.layout())?;
                Message::Email(EmailMessage {
                    id,
                    to_name: envelope.recipient.name.clone(),
                    to,
                    subject: mail.subject,
                    text: mail.text,
                    html: mail.html,
                    unsubscribe_url: Some(self.opt_out_url.clone()),
                    dated_at: envelope.dated_at,
                })
            }
            Channel::Sms => Message::Sms(SmsMessage {
                id,
                to,
                body: sms(wording, &values)?,
                link_code: self.code.to_owned(),
                dated_at: envelope.dated_at,
            }),
        })
    }
}
