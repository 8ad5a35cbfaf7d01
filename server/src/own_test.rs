//! Tests that users send to themselves: on record, never to a contact or to who asked for no more messages, and not too often.

use crate::{
    db::{self, contacts, opt_outs, outbox::Purpose, users},
    facts::{Fact, Tested},
    outbox::Went,
    phone,
    providers::Message,
    service::Service,
    single_messages,
};
use app::{
    account::Access,
    address::{Email, Phone, Typed},
    channel::Channel,
    error::{Error, Result},
    single_messages::SinglePurpose,
};

/// Sends a test to whom [`own_email`] or [`own_phone`] named; a user may do so a few times in a minute, and so often in a day.
pub(crate) async fn send(service: &Service, access: &Access, message: Message) -> Result<Went> {
    let now = service.clock.now();
    if let Err(wait) = service.test_rate.take(access.user().clone(), now) {
        return Err(Error::TooMany { retry_after_s: wait.0 });
    }
    let (channel, address, subject, text) = match &message {
        Message::Email(email) => (Channel::Email, email.to.as_str(), email.subject.as_str(), email.text.as_str()),
        Message::Sms(sms) => (Channel::Sms, sms.to.as_str(), "", sms.body.as_str()),
    };
    let mut tx = service.db.begin().await?;
    let id = single_messages::register(&mut tx, access, SinglePurpose::Test, (channel, address), now).await?;
    let tested = Tested { user: access.user(), channel, address, subject, text };
    tx.note(access.business(), &Fact::Test(tested), now)?;
    tx.commit().await?;
    let answer = service.try_at_once(access.business(), &id, Purpose::Test, message).await?;
    answer.map_err(|why| Error::Conflict(format!("The test was not sent: {why}")))
}

/// The user's email, unless a contact has the same.
pub(crate) async fn own_email(service: &Service, access: &Access) -> Result<String> {
    let mut connection = service.db.read().await?;
    let user = users::find(&mut *connection, access.business(), access.user()).await?.ok_or(Error::NotFound)?;
    if opt_outs::exists(&mut connection, access.business(), Channel::Email, &user.email.to_lowercase()).await? {
        return Err(Error::Conflict(
            "Somebody at your own email asked for no more email from your business. Nothing was sent. Look at the preview, \
             or log in with another email."
                .to_owned(),
        ));
    }
    let typed = Email::parse(&user.email).map_or_else(|_| Typed::Invalid(user.email.clone()), Typed::Valid);
    if contacts::find_by_email(&mut connection, access.business(), &typed).await?.is_some() {
        return Err(Error::Conflict(
            "Your own email belongs to a contact, too: a test must not reach one. Nothing was sent.".to_owned(),
        ));
    }
    Ok(user.email)
}

/// The phone that was typed, remembered, unless it is a contact's.
pub(crate) async fn own_phone(service: &Service, access: &Access, typed: &str) -> Result<Phone> {
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
    if opt_outs::exists(&mut tx, business, Channel::Sms, phone.as_str()).await? {
        let told = "The owner of this number asked for no more texts. Use another number, or text START from this one.";
        return Err(Error::invalid("phone", told));
    }
    users::update_phone(&mut *tx, business, access.user(), phone.as_str()).await?;
    tx.commit().await?;
    Ok(phone)
}
