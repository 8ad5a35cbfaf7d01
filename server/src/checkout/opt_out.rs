//! Opting out of email: what the link in each message leads to.

use crate::{
    checkout::CheckoutPage,
    consent,
    contacts::rows,
    db::{checkouts, consents::Source, contacts, deliveries, personal_links},
    ledger::Wish,
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
        let source = Source::OptOutLink;
        consent::opt_out(&mut tx, &link.business, &link.contact, Channel::Email, source, None, now).await?;
        // The wish is about the addresses that this link was sent to and the one that the person has now, under whatever names they
        // stand.
        let mut addresses = deliveries::list_emailed(&mut *tx, &link.business, &link.id).await?;
        addresses.push(rows::person_of(&contact).key(Channel::Email));
        addresses.retain(|address| !address.is_empty());
        for address in &addresses {
            let (channel, source) = (Channel::Email, source.as_str());
            let wish = Wish { channel, address, do_not_disturb: true, source, evidence: None };
            consent::remember(&mut tx, &link.business, wish, now).await?;
            for twin in contacts::list_ids_by_address(&mut tx, &link.business, channel, address).await? {
                consent::opt_out(&mut tx, &link.business, &twin, channel, Source::SameAddress, None, now).await?;
            }
        }
        tx.commit().await?;
        Ok(CheckoutPage::OptOut(OptOutView { business: offered.business_name, action: String::new(), done: true }))
    }
}
