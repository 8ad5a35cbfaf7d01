//! The message that a wording makes for a contact or an example, with an example in the place of the personal link.

use super::check_syntax;
use crate::{
    db::{self, deliveries::Recipient},
    render::{self, Layout, Values},
    service::Service,
};
use app::{
    account::Access,
    channel::Channel,
    error::{Error, FieldErrors, Result},
    money::{Currency, Money},
    payment_links::{ButtonText, PaymentLinkDetails},
    templates::{Preview, PreviewRequest},
};

/// Stands where the contact's own code will be, and is as long.
const EXAMPLE_CODE: &str = "YourPersonalLink";
/// What is asked for where there is no link, in the smallest unit.
const EXAMPLE_MINOR: i64 = 9000;

/// The message as its receiver would see it.
pub(super) async fn preview(service: &Service, access: &Access, request: &PreviewRequest) -> Result<Preview> {
    let mut errors = FieldErrors::default();
    check_syntax(request.channel, &request.wording, &mut errors);
    errors.check()?;
    let business = access.business();
    let mut connection = service.db.read().await?;
    let contact = match &request.contact {
        Some(id) => Some(db::contacts::find(&mut connection, business, id).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    let link = match &request.payment_link {
        Some(id) => Some(db::payment_links::find(&mut *connection, business, id).await?.ok_or(Error::NotFound)?),
        None => None,
    };
    let business = db::businesses::find(&mut *connection, business).await?.ok_or(Error::NotFound)?;
    drop(connection);
    let offer = match &link {
        Some(link) => Offer::of(service, &business.name, &link.details),
        None => Offer::example(service, &business.name, business.currency),
    };
    let recipient = contact.as_ref().map_or_else(example, Recipient::of);
    let (values, layout) = (offer.values(&recipient), offer.layout());
    let wording = render::Wording::from(&request.wording);
    let refused = |error: render::Error| Error::invalid("body", error.to_string());
    Ok(match request.channel {
        Channel::Email => {
            let mail = render::email(wording, &values, &layout).map_err(refused)?;
            Preview {
                from: service.config.mail_from.to_string(),
                to: match &recipient {
                    Recipient { name, email, .. } if name.is_empty() => email.clone(),
                    Recipient { name, email, .. } if email.is_empty() => name.clone(),
                    Recipient { name, email, .. } => format!("{name} <{email}>"),
                },
                subject: mail.subject,
                text: mail.text,
                html: mail.html,
            }
        }
        Channel::Sms => Preview {
            from: service.config.twilio.as_ref().map(|twilio| twilio.from.clone()).unwrap_or_default(),
            text: render::sms(wording, &values).map_err(refused)?,
            to: recipient.phone,
            ..Preview::default()
        },
    })
}

fn example() -> Recipient {
    Recipient {
        first_name: "Alex".to_owned(),
        last_name: "Example".to_owned(),
        name: "Alex Example".to_owned(),
        email: "alex@example.com".to_owned(),
        phone: "+12025550142".to_owned(),
    }
}

/// What is asked for, by whom, with addresses that lead nowhere.
pub(super) struct Offer {
    business: String,
    link_name: String,
    amount: String,
    button: String,
    color: String,
    url: String,
    opt_out_url: String,
}

impl Offer {
    /// A link of the business.
    pub(super) fn of(service: &Service, business: &str, details: &PaymentLinkDetails) -> Self {
        let color = details.brand_color.clone().unwrap_or_default();
        Self::new(service, business, &details.name, details.total(), details.button_text.label(), color)
    }

    fn example(service: &Service, business: &str, currency: Currency) -> Self {
        let amount = Money::new(EXAMPLE_MINOR, currency);
        Self::new(service, business, "Example payment link", amount, ButtonText::Pay.label(), String::new())
    }

    fn new(service: &Service, business: &str, link_name: &str, amount: Money, button: &str, color: String) -> Self {
        let address = &service.config.http.public_url;
        Self {
            business: business.to_owned(),
            link_name: link_name.to_owned(),
            amount: amount.to_string(),
            button: format!("{button} {amount}"),
            color,
            url: format!("{address}/l/{EXAMPLE_CODE}"),
            opt_out_url: format!("{address}/u/{EXAMPLE_CODE}"),
        }
    }

    /// What the merge fields stand for, for this person.
    pub(super) fn values<'a>(&'a self, recipient: &'a Recipient) -> Values<'a> {
        Values {
            first_name: &recipient.first_name,
            last_name: &recipient.last_name,
            name: &recipient.name,
            email: &recipient.email,
            phone: &recipient.phone,
            link_name: &self.link_name,
            url: &self.url,
            amount: &self.amount,
            business: &self.business,
        }
    }

    /// What stands around an email's wording.
    pub(super) fn layout(&self) -> Layout<'_> {
        Layout { button: &self.button, color: &self.color, opt_out_url: &self.opt_out_url }
    }
}
