//! The message that a wording makes for a contact or an example, with an example in the place of the personal link.

use super::check_syntax;
use crate::{
    db::{self, deliveries::Recipient},
    render::{self, Offer},
    service::Service,
};
use app::{
    account::Access,
    channel::Channel,
    error::{Error, FieldErrors, Result},
    money::Currency,
    payment_links::PaymentLinkDetails,
    templates::{Preview, PreviewRequest},
};

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
    let details = link.map_or_else(|| example_link(business.currency), |link| link.details);
    let offer = Offer::example(service.config.http.public_url.as_str(), &business.name, &details)?;
    let recipient = contact.as_ref().map_or_else(example_recipient, Recipient::of);
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

fn example_recipient() -> Recipient {
    Recipient {
        first_name: "Alex".to_owned(),
        last_name: "Example".to_owned(),
        name: "Alex Example".to_owned(),
        email: "alex@example.com".to_owned(),
        phone: "+12025550142".to_owned(),
    }
}

/// What is asked for where there is no link.
fn example_link(currency: Currency) -> PaymentLinkDetails {
    let mut details = PaymentLinkDetails::blank(currency);
    "Example payment link".clone_into(&mut details.name);
    for item in &mut details.items {
        item.price_minor = EXAMPLE_MINOR;
    }
    details
}
