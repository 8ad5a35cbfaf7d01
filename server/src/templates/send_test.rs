//! "Send a test to me": a wording on its way to the user alone. It makes no personal link and no delivery, and never counts.

use super::sample;
use crate::{
    db::{self, contacts, users},
    outbox::Went,
    phone,
    providers::{EmailMessage, Message, SmsMessage},
    service::Service,
};
use app::{
    account::Access,
    address::{Email, Phone, Typed},
    channel::Channel,
    error::{Error, Result},
    id::DeliveryId,
    templates::{TestAnswer, TestReceiver, TestRequest},
};

/// Where the user's own tests go.
pub(super) async fn receiver(service: &Service, access: &Access) -> Result<TestReceiver> {
    let mut connection = service.db.read().await?;
    let (business, user) = (access.business(), access.user());
    let email = users::find(&mut *connection, business, user).await?.ok_or(Error::NotFound)?.email;
    let phone = users::phone(&mut *connection, business, user).await?.unwrap_or_default();
    Ok(TestReceiver { email, phone })
}

/// Sends it, or says why not.
pub(super) async fn send(service: &Service, access: &Access, request: TestRequest) -> Result<TestAnswer> {
    let preview = sample::preview(service, access, &request.message).await?;
    let now = service.clock.now();
    let id = db::new_id::<DeliveryId>(now).to_string();
    let (to, message) = match request.message.channel {
        Channel::Email => {
            let to = own_email(service, access).await?;
            let message = EmailMessage {
                id,
                to_name: String::new(),
                to: to.clone(),
                subject: format!("[Test] {}", preview.subject),
                text: preview.text,
                html: preview.html,
                unsubscribe_url: None,
                dated_at: now,
            };
            (to, Message::Email(message))
        }
        Channel::Sms => {
            let to = own_phone(service, access, &request.phone).await?;
            let message = SmsMessage {
                id,
                to: to.as_str().to_owned(),
                body: preview.text,
                link_code: String::new(),
                dated_at: now,
            };
            (phone::display(&to), Message::Sms(message))
        }
    };
    if let Err(wait) = service.test_rate.take(access.user().clone(), now) {
        return Err(Error::TooMany { retry_after_s: wait.0 });
    }
    Ok(match service.send_at_once(access.business(), message).await? {
        Went::Out => TestAnswer::Sent(to),
        Went::IntoOutbox => TestAnswer::Kept,
    })
}

/// The user's email, unless a contact has the same.
async fn own_email(service: &Service, access: &Access) -> Result<String> {
    let mut connection = service.db.read().await?;
    let user = users::find(&mut *connection, access.business(), access.user()).await?.ok_or(Error::NotFound)?;
    let typed = Email::parse(&user.email).map_or_else(|_| Typed::Invalid(user.email.clone()), Typed::Valid);
    if contacts::find_by_email(&mut connection, access.business(), &typed).await?.is_some() {
        return Err(Error::Conflict(
            "Your own email belongs to a contact, too: a test must not reach one. Nothing was sent.".to_owned(),
        ));
    }
    Ok(user.email)
}

/// The phone that was typed, remembered, unless it is a contact's.
async fn own_phone(service: &Service, access: &Access, typed: &str) -> Result<Phone> {
    let business = access.business();
    let mut tx = service.db.begin().await?;
    let country = db::businesses::find(&mut *tx, business).await?.ok_or(Error::NotFound)?.country;
    let phone = phone::parse(typed, &country).map_err(|problem| Error::invalid("phone", problem.to_string()))?;
    // A contact's number that was read in another country stands as it was typed.
    for number in [Typed::Valid(phone.clone()), Typed::Invalid(typed.trim().to_owned())] {
        if contacts::find_by_phone(&mut tx, business, &number, false).await?.is_some() {
            return Err(Error::invalid("phone", "This number belongs to a contact: a test must not reach one."));
        }
    }
    users::update_phone(&mut *tx, business, access.user(), phone.as_str()).await?;
    tx.commit().await?;
    Ok(phone)
}
