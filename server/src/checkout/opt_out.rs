//! Opting out of email: what the link in each message leads to.

use crate::{
    checkout::CheckoutPage,
    consent::{self, Asked},
    contacts::rows,
    db::{checkouts, consents::Source, contacts, deliveries, personal_links},
    service::Service,
};
use app::{
    channel::Channel,
    checkout::OptOutView,
    error::{Error, Result},
};

impl Service {
    /// Asks before anything changes: link scanners open this address too.
    pub async fn opt_out_page(&self, code: &str) -> Result<CheckoutPage> {
        let mut db = self.db.read().await?;
        // A link that has ended still tells who may not be written to any more.
        let link = personal_links::find_by_code(&mut db, code).await?.ok_or(Error::NotFound)?;
        let offered =
            checkouts::find_by_id(&mut db, &link.business, &link.payment_link).await?.ok_or(Error::NotFound)?;
        Ok(CheckoutPage::OptOut(OptOutView {
            business: offered.business_name,
            action: format!("/u/{code}"),
            done: false,
        }))
    }

    /// Stops email to the person behind the link, with a record of it; in force before the answer. Twice is the same as once.
    pub async fn opt_out(&self, code: &str) -> Result<CheckoutPage> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let link = personal_links::find_by_code(&mut tx, code).await?.ok_or(Error::NotFound)?;
        let offered =
            checkouts::find_by_id(&mut tx, &link.business, &link.payment_link).await?.ok_or(Error::NotFound)?;
        let contact = contacts::find(&mut tx, &link.business, &link.contact).await?.ok_or(Error::NotFound)?;
        // The wish is about the addresses that this link was sent to and the one that the person has now.
        let mut addresses = deliveries::list_emailed(&mut *tx, &link.business, &link.id).await?;
        addresses.push(rows::person_of(&contact).key(Channel::Email));
        addresses.retain(|address| !address.is_empty());
        let asked = Asked::by(Source::OptOutLink);
        let to = (&link.business, &link.contact);
        consent::opt_out_of(&mut tx, to, Channel::Email, &addresses, asked, now).await?;
        tx.commit().await?;
        Ok(CheckoutPage::OptOut(OptOutView { business: offered.business_name, action: String::new(), done: true }))
    }
}
