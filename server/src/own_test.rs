//! Tests that users send to themselves: never to a contact, and not too often.

use crate::{
    db::{self, contacts, outbox::Purpose, users},
    outbox::Went,
    phone,
    providers::Message,
    service::Service,
};
use app::{
    account::Access,
    address::{Email, Phone, Typed},
    error::{Error, Result},
};

/// Sends a test to whom [`own_email`] or [`own_phone`] named; a user may do so a few times in a minute.
pub(crate) async fn send(service: &Service, access: &Access, message: Message) -> Result<Went> {
    if let Err(wait) = service.test_rate.take(access.user().clone(), service.clock.now()) {
        return Err(Error::TooMany { retry_after_s: wait.0 });
    }
    let answer = service.try_at_once(access.business(), Purpose::Test, message).await?;
    answer.map_err(|why| Error::Conflict(format!("The test was not sent: {why}")))
}

/// The user's email, unless a contact has the same.
pub(crate) async fn own_email(service: &Service, access: &Access) -> Result<String> {
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
    users::update_phone(&mut *tx, business, access.user(), phone.as_str()).await?;
    tx.commit().await?;
    Ok(phone)
}
