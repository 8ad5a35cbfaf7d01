//! Opting out: what the link in each message leads to, and "Stop messages" on the checkout.

use crate::{
    checkout::CheckoutPage,
    consent::{self, Asked},
    contacts::rows,
    db::{
        self, checkouts,
        consents::Source,
        contacts, deliveries, opt_outs,
        personal_links::{self, PersonalLink},
    },
    service::Service,
};
use app::{
    channel::Channel,
    checkout::{OptOutView, Stopping},
    contacts::Contact,
    error::{Error, Result},
};
use sqlx::AnyConnection;

/// Who is behind a personal link.
struct LinkContact {
    link: PersonalLink,
    contact: Contact,
    business: String,
}

impl Service {
    /// Asks before anything changes: link scanners open this address too. What was stopped is not offered again.
    pub async fn opt_out_page(&self, code: &str, wanted: Stopping) -> Result<CheckoutPage> {
        let mut db = self.db.read().await?;
        let person = find(&mut db, code).await?;
        Ok(page(&mut db, &person, code, wanted).await?)
    }

    /// Stops messages to the person behind the link, with a record of it; in force before the answer. Twice is the same as once.
    pub async fn opt_out(&self, code: &str, wanted: Stopping) -> Result<CheckoutPage> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let person = find(&mut tx, code).await?;
        let LinkContact { link, contact, .. } = &person;
        for &channel in wanted.channels() {
            let addresses = addresses(&mut tx, link, contact, channel).await?;
            // Email is stopped also for a contact without an email: one may be written down later.
            if channel == Channel::Email || !addresses.is_empty() {
                let asked = Asked::by(Source::OptOutLink);
                consent::opt_out_of(&mut tx, (&link.business, &contact.id), channel, &addresses, asked, now).await?;
            }
        }
        // As it is now.
        let person = find(&mut tx, code).await?;
        let page = page(&mut tx, &person, code, wanted).await?;
        tx.commit().await?;
        Ok(page)
    }
}

/// A link that has ended still tells who may not be written to any more.
async fn find(conn: &mut AnyConnection, code: &str) -> Result<LinkContact> {
    let link = personal_links::find_by_code(conn, code).await?.ok_or(Error::NotFound)?;
    let offered = checkouts::find_by_id(conn, &link.business, &link.payment_link).await?.ok_or(Error::NotFound)?;
    let contact = contacts::find(conn, &link.business, &link.contact).await?.ok_or(Error::NotFound)?;
    Ok(LinkContact { link, contact, business: offered.business_name })
}

/// The wish is about the addresses that this link was sent to and the one that the person has now, under whatever names they
/// stand.
async fn addresses(
    conn: &mut AnyConnection,
    link: &PersonalLink,
    contact: &Contact,
    channel: Channel,
) -> db::Result<Vec<String>> {
    let mut addresses = deliveries::list_addresses(&mut *conn, &link.business, &link.id, channel).await?;
    addresses.push(rows::person_of(contact).key(channel));
    addresses.retain(|address| !address.is_empty());
    Ok(addresses)
}

/// Whether the person has not stopped a channel yet.
async fn is_open(
    conn: &mut AnyConnection,
    link: &PersonalLink,
    contact: &Contact,
    channel: Channel,
) -> db::Result<bool> {
    let addresses = addresses(conn, link, contact, channel).await?;
    if addresses.is_empty() {
        return Ok(channel == Channel::Email && !contact.dnd.email);
    }
    for address in addresses {
        if !opt_outs::exists(conn, &link.business, channel, &address).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

async fn page(
    conn: &mut AnyConnection,
    person: &LinkContact,
    code: &str,
    wanted: Stopping,
) -> db::Result<CheckoutPage> {
    let LinkContact { link, contact, business } = person;
    Ok(CheckoutPage::OptOut(OptOutView {
        business: business.clone(),
        action: format!("/u/{code}"),
        wanted,
        email: is_open(conn, link, contact, Channel::Email).await?,
        texts: is_open(conn, link, contact, Channel::Sms).await?,
    }))
}

/// Whether anything is left that "Stop messages" could stop.
pub(super) async fn can_stop(conn: &mut AnyConnection, link: &PersonalLink) -> db::Result<bool> {
    let Some(contact) = contacts::find(conn, &link.business, &link.contact).await? else { return Ok(false) };
    Ok(is_open(conn, link, &contact, Channel::Email).await? || is_open(conn, link, &contact, Channel::Sms).await?)
}
