//! "Send a test to me": a wording on its way to the user alone. It makes no personal link and no delivery, and never counts.

use super::sample;
use crate::{
    db::{self, users},
    outbox::Went,
    own_test, phone,
    providers::{EmailMessage, Message, SmsMessage},
    service::Service,
};
use app::{
    account::Access,
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
            let to = own_test::own_email(service, access).await?;
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
            let to = own_test::own_phone(service, access, &request.phone).await?;
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
    Ok(match own_test::send(service, access, message).await? {
        Went::Out => TestAnswer::Sent(to),
        Went::IntoOutbox => TestAnswer::Kept,
    })
}
