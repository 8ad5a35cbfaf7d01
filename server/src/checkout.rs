//! The checkout: what a customer sees, what is owed, and what became of a payment.

pub mod opener;
mod openings;
mod opt_out;
mod pace;
mod receipt;
mod submission;

pub use openings::Openings;
pub use pace::Pace;
pub use submission::Submission;

use crate::{
    db::{
        checkouts::{self, LinkHolder, OfferedLink},
        new_id,
        openings::NewOpening,
        payments::{self, Payment},
        personal_links,
    },
    names,
    providers::{gateway::Order, test_gateway::TestGateway},
    rate::RetryAfter,
    service::Service,
    tokens::{PersonalizationToken, random_code},
};
use app::{
    account::RECALL_TEXT,
    checkout::{
        CalmView, CheckoutValues, CheckoutView, Notice, OptOutView, PostalAddress, ReceiptView, Stopping,
        TestGatewayView,
    },
    error::{Error, FieldError, Result},
    id::{BusinessId, PaymentId, PersonalLinkId},
    money::Money,
    order::Quote,
    payment_links::LinkStatus,
    transactions::PaymentStatus,
};
use opener::Sign;
use sqlx::AnyConnection;
use std::net::IpAddr;
use subtle::ConstantTimeEq as _;

/// How long a payment can be finished.
const PAYMENT_LIFE_MS: i64 = 24 * 60 * 60 * 1000;
/// The same words for every token that is refused.
const NOT_VALID: &str = "This personal link is no longer valid. You can still pay by filling in your details.";

/// What a customer gets to see.
#[derive(Clone, PartialEq, Eq)]
pub enum CheckoutPage {
    /// The form.
    Form {
        /// All that it knows.
        view: Box<CheckoutView>,
        /// The business's colour, as `#rrggbb`.
        brand_color: Option<String>,
        /// The HTTP status.
        status: u16,
        /// After how many seconds it may be sent again, where it may not be now.
        retry_after_s: Option<u32>,
    },
    /// Nothing to pay here.
    Calm {
        /// Why, and what to do.
        view: CalmView,
        /// The HTTP status.
        status: u16,
    },
    /// It is paid, or on its way.
    Receipt {
        /// What it says.
        view: Box<ReceiptView>,
        /// The business's colour, as `#rrggbb`.
        brand_color: Option<String>,
    },
    /// The test gateway's own page.
    TestGateway(TestGatewayView),
    /// The opt-out page.
    OptOut(OptOutView),
    /// Go on there.
    Redirect(String),
}

/// How a checkout was opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The token in the address, whatever it holds.
    pub token: Option<String>,
    /// The receipt's "Pay again" was followed.
    pub again: bool,
    /// The payment that did not go through, and its key.
    pub retry: Option<(String, String)>,
    /// By whom.
    pub by: By,
}

/// Who opened a checkout, as far as the request says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct By {
    /// What told a machine from a person.
    pub why: Sign,
    /// The business whose user is logged in there: its own look is not counted.
    pub insider: Option<BusinessId>,
}

/// Who opened a checkout, as far as the token says.
enum Visitor {
    Anyone,
    /// A person, and whether they can still stop messages.
    Known(Box<LinkHolder>, bool),
    /// There was a token, and it was refused.
    Refused,
    /// The campaign that brought them here was recalled.
    Recalled(CalmView),
}

impl Visitor {
    const fn person(&self) -> Option<&LinkHolder> {
        match self {
            Self::Known(person, _) => Some(person),
            Self::Anyone | Self::Refused | Self::Recalled(_) => None,
        }
    }

    const fn can_stop_messages(&self) -> bool {
        matches!(self, Self::Known(_, true))
    }
}

/// What opening a personal link leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenedLink {
    /// The address of the checkout with a fresh token.
    Checkout(String),
    /// Its campaign was recalled: the business's words.
    Recalled(CalmView),
}

/// A form before it is filled from a link: what differs from one showing to the next.
#[derive(Default)]
struct Draft {
    values: Option<CheckoutValues>,
    quantities: Option<Vec<u32>>,
    notice: Option<Notice>,
    errors: Vec<FieldError>,
    token: Option<String>,
    status: Option<u16>,
    retry_after_s: Option<u32>,
}

impl Service {
    /// Opens a personal link. Unknown, revoked and expired codes are all not found; only one whose campaign was recalled says so.
    pub async fn open_personal_link(&self, code: &str) -> Result<OpenedLink> {
        let now = self.clock.now();
        let mut db = self.db.read().await?;
        let link = personal_links::find_by_code(&mut db, code).await?.ok_or(Error::NotFound)?;
        if let Some(view) = recalled(&mut db, &link).await? {
            return Ok(OpenedLink::Recalled(view));
        }
        let link = Some(link).filter(|link| link.is_live(now)).ok_or(Error::NotFound)?;
        let offered =
            checkouts::find_by_id(&mut db, &link.business, &link.payment_link).await?.ok_or(Error::NotFound)?;
        Ok(OpenedLink::Checkout(format!("/pay/{}?t={}", offered.slug, self.fresh_token(&link, now)?)))
    }

    fn fresh_token(&self, link: &personal_links::PersonalLink, now: i64) -> Result<String> {
        let token = PersonalizationToken {
            personal_link: link.id.to_string(),
            payment_link: link.payment_link.to_string(),
            version: link.version,
        };
        Ok(self.tokens.issue(&token, now, link.expires_at)?)
    }

    /// Shows a checkout. Nothing changes but that the opening is kept.
    pub async fn open_checkout(&self, slug: &str, opening: &Opening) -> Result<CheckoutPage> {
        let now = self.clock.now();
        let mut db = self.db.read().await?;
        let link = checkouts::find_by_slug(&mut db, slug).await?.ok_or(Error::NotFound)?;
        let visitor = self.visitor(&mut db, &link, opening.token.as_deref(), now).await?;
        if let Visitor::Recalled(view) = visitor {
            return Ok(gone(view));
        }
        self.count(&link, &visitor, &opening.by, now);
        if let Some(person) = visitor.person().filter(|_| !(opening.again && link.details.can_pay_again))
            && let Some(paid) = payments::find_succeeded(&mut db, &person.link.id).await?
        {
            return Self::paid_before(&link, &paid, opening.token.as_deref(), now);
        }
        if let Some(page) = closed(&link, now) {
            return Ok(page);
        }
        let mut draft = Draft { token: opening.token.clone(), ..Draft::default() };
        if let Some(failed) = find_retry(&mut db, &link, opening.retry.as_ref(), now).await? {
            draft.notice = Some(bad(format!(
                "The payment was declined: {} You were not charged. Check your details or try again.",
                failed.reason
            )));
            draft.quantities = Some(failed.items.iter().map(|item| item.quantity).collect());
            draft.values = Some(failed.customer);
        }
        Ok(self.form(&link, &visitor, draft))
    }

    fn count(&self, link: &OfferedLink, visitor: &Visitor, by: &By, now: i64) {
        if by.insider.as_ref() == Some(&link.business) {
            return;
        }
        self.count_opening(NewOpening {
            business: link.business.clone(),
            payment_link: link.id.clone(),
            origin: visitor.person().map(|person| person.link.origin()),
            why: by.why,
            at: now,
        });
    }

    /// The page came alive in a browser: a person is looking at it.
    pub async fn record_signal(&self, slug: &str, token: Option<&str>, by: &By) -> Result<()> {
        let now = self.clock.now();
        let mut db = self.db.read().await?;
        let link = checkouts::find_by_slug(&mut db, slug).await?.ok_or(Error::NotFound)?;
        let visitor = self.visitor(&mut db, &link, token, now).await?;
        if matches!(visitor, Visitor::Recalled(_)) {
            return Ok(());
        }
        self.count(&link, &visitor, by, now);
        Ok(())
    }

    /// Takes the form: one payment for each form, however often it is sent, and one open payment for each personal link.
    pub async fn submit_checkout(&self, slug: &str, submission: &Submission, from: IpAddr) -> Result<CheckoutPage> {
        let now = self.clock.now();
        let mut db = self.db.read().await?;
        let link = checkouts::find_by_slug(&mut db, slug).await?.ok_or(Error::NotFound)?;
        if let Some(page) = closed(&link, now) {
            return Ok(page);
        }
        let visitor = self.visitor(&mut db, &link, submission.token.as_deref(), now).await?;
        drop(db);
        if let Visitor::Recalled(view) = visitor {
            return Ok(gone(view));
        }
        let mut draft = Draft {
            values: Some(submission.values.clone()),
            quantities: Some(submission.shown_quantities(&link.details)),
            token: submission.token.clone(),
            ..Draft::default()
        };
        let customer = submission.customer(&link);
        let order = submission.order(&link.details);
        let (customer, order) = match (customer, order) {
            (Ok(customer), Ok(order)) => (customer, order),
            (customer, order) => {
                draft.errors = order.err().into_iter().chain(customer.err()).flatten().collect();
                draft.status = Some(422);
                return Ok(self.form(&link, &visitor, draft));
            }
        };
        if submission.version.is_some_and(|version| version != link.version) {
            draft.notice = Some(info(
                "The offer has changed since you opened this page. Check the new amount, then press the button again.",
            ));
            draft.status = Some(409);
            return Ok(self.form(&link, &visitor, draft));
        }
        let person = visitor.person().map(|person| &person.link.id);
        if let Err(RetryAfter(seconds)) = self.checkout_pace.take(from, &link.id, person, now) {
            draft.notice = Some(bad(format!(
                "More people are paying here than can be served at once. You were not charged. Wait {seconds} seconds, then \
                 press the button again."
            )));
            draft.status = Some(429);
            draft.retry_after_s = Some(seconds);
            return Ok(self.form(&link, &visitor, draft));
        }
        let Some(payment) = self.place(&link, &visitor, submission, customer, order, now).await? else {
            let mut db = self.db.read().await?;
            return match self.visitor(&mut db, &link, submission.token.as_deref(), now).await? {
                Visitor::Recalled(view) => Ok(gone(view)),
                visitor => Ok(self.form(&link, &visitor, draft)),
            };
        };
        match payment.status_at(now) {
            PaymentStatus::Pending => self.go_to_gateway(&link, &visitor, &payment, draft).await,
            PaymentStatus::Succeeded | PaymentStatus::Refunded => {
                Ok(CheckoutPage::Redirect(receipt::address(&payment)))
            }
            PaymentStatus::Failed | PaymentStatus::Canceled | PaymentStatus::Expired => {
                draft.notice =
                    Some(bad("That attempt to pay has ended and you were not charged. Press the button to try again."));
                draft.status = Some(409);
                Ok(self.form(&link, &visitor, draft))
            }
        }
    }

    /// Writes the payment, or finds the one that this form or personal link already has. None when the personal link was
    /// revoked since the form was read.
    async fn place(
        &self,
        link: &OfferedLink,
        visitor: &Visitor,
        submission: &Submission,
        customer: CheckoutValues,
        order: Quote,
        now: i64,
    ) -> Result<Option<Payment>> {
        let search = names::fold(&[&customer.name, &customer.email, &link.details.name].map(String::as_str).join(" "));
        let payment = Payment {
            id: new_id(now),
            business: link.business.clone(),
            payment_link: link.id.clone(),
            origin: visitor.person().map(|person| person.link.origin()),
            attempt: submission.attempt.clone(),
            status: PaymentStatus::Pending,
            amount: Money::new(order.total, link.details.currency),
            items: order.into_lines(),
            customer,
            gateway: self.gateway.name().to_owned(),
            key: random_code(22),
            reason: String::new(),
            created_at: now,
            expires_at: now + PAYMENT_LIFE_MS,
            settled_at: None,
        };
        let mut tx = self.db.begin().await?;
        if let Some(person) = visitor.person() {
            let known = personal_links::find(&mut tx, &link.business, &link.id, &person.link.id).await?;
            if !known.is_some_and(|known| known.is_live(now) && known.version == person.link.version) {
                return Ok(None);
            }
        }
        // A second round sees what another submit wrote meanwhile.
        for _ in 0..3 {
            if let Some(same) = payments::find_by_attempt(&mut tx, &link.id, &payment.attempt).await? {
                tx.commit().await?;
                return Ok(Some(same));
            }
            if let Some(origin) = &payment.origin {
                if let Some(open) = payments::find_open(&mut tx, &origin.personal_link).await? {
                    let timely = open.status_at(now) == PaymentStatus::Pending;
                    if timely && open.amount == payment.amount && open.items == payment.items {
                        payments::update_customer(&mut tx, &open.id, &payment.customer, &search, payment.expires_at)
                            .await?;
                        tx.commit().await?;
                        return Ok(Some(open));
                    }
                    let ended = if timely { PaymentStatus::Canceled } else { PaymentStatus::Expired };
                    payments::settle(&mut tx, &open.id, ended, "", now).await?;
                }
                let paid = payments::find_succeeded(&mut tx, &origin.personal_link).await?;
                if let Some(paid) = paid.filter(|_| !link.details.can_pay_again) {
                    tx.commit().await?;
                    return Ok(Some(paid));
                }
            }
            if payments::insert(&mut tx, &payment, &search).await? {
                tx.commit().await?;
                return Ok(Some(payment));
            }
        }
        Err(Error::Unavailable)
    }

    async fn go_to_gateway(
        &self,
        link: &OfferedLink,
        visitor: &Visitor,
        payment: &Payment,
        mut draft: Draft,
    ) -> Result<CheckoutPage> {
        let order = Order { payment: payment.id.clone(), key: payment.key.clone(), amount: payment.amount };
        match self.gateway.open(&order).await {
            Ok(address) => Ok(CheckoutPage::Redirect(address)),
            Err(cause) => {
                tracing::warn!(payment = %payment.id, %cause, "a payment was not opened");
                self.settle_payment(&payment.id, PaymentStatus::Failed, "The payment provider did not answer.").await?;
                draft.notice = Some(bad(
                    "The payment provider does not answer just now. You were not charged. Try again in a few minutes.",
                ));
                draft.status = Some(503);
                Ok(self.form(link, visitor, draft))
            }
        }
    }

    /// Records the gateway's final word; the same word twice, or an older one late, changes nothing.
    async fn settle_payment(&self, id: &PaymentId, status: PaymentStatus, reason: &str) -> Result<bool> {
        let mut tx = self.db.begin().await?;
        let changed = payments::settle(&mut tx, id, status, reason, self.clock.now()).await?;
        tx.commit().await?;
        Ok(changed)
    }

    /// The test gateway's page for a payment, or the way on when it is decided.
    pub async fn test_gateway(&self, id: &str, key: &str) -> Result<CheckoutPage> {
        let now = self.clock.now();
        let mut db = self.db.read().await?;
        let (payment, link) = find_with_key(&mut db, id, key).await?;
        if payment.gateway != TestGateway::NAME {
            return Err(Error::NotFound);
        }
        if payment.status_at(now) != PaymentStatus::Pending {
            return self.way_on(&mut db, &link, &payment, now).await;
        }
        if let Some(page) = ended(&mut db, &link, &payment, now).await? {
            return Ok(page);
        }
        Ok(CheckoutPage::TestGateway(TestGatewayView {
            business: link.business_name,
            title: link.details.name,
            amount: payment.amount.to_string(),
            action: format!("/pay/test/{}?k={}", payment.id, payment.key),
        }))
    }

    /// "Approve" or "Decline" was pressed. Only a payment that still waits is decided.
    pub async fn decide_test_payment(&self, id: &str, key: &str, approved: bool) -> Result<CheckoutPage> {
        let now = self.clock.now();
        let mut db = self.db.read().await?;
        let (payment, link) = find_with_key(&mut db, id, key).await?;
        if payment.gateway != TestGateway::NAME {
            return Err(Error::NotFound);
        }
        if payment.status_at(now) == PaymentStatus::Pending {
            if approved && let Some(page) = ended(&mut db, &link, &payment, now).await? {
                return Ok(page);
            }
            drop(db);
            let (status, reason) =
                if approved { (PaymentStatus::Succeeded, "") } else { (PaymentStatus::Failed, TestGateway::DECLINED) };
            self.settle_payment(&payment.id, status, reason).await?;
            db = self.db.read().await?;
        }
        let (payment, _) = find_with_key(&mut db, id, key).await?;
        self.way_on(&mut db, &link, &payment, now).await
    }

    /// Where the gateway sends the customer: the receipt, or the form again with everything that was typed.
    async fn way_on(
        &self,
        db: &mut AnyConnection,
        link: &OfferedLink,
        payment: &Payment,
        now: i64,
    ) -> Result<CheckoutPage> {
        if payment.status_at(now) != PaymentStatus::Failed {
            return Ok(CheckoutPage::Redirect(receipt::address(payment)));
        }
        let mut address = format!("/pay/{}?retry={}&k={}", link.slug, payment.id, payment.key);
        if let Some(origin) = &payment.origin {
            let personal =
                personal_links::find(db, &payment.business, &payment.payment_link, &origin.personal_link).await?;
            if let Some(personal) = personal.filter(|personal| personal.is_live(now)) {
                address.push_str("&t=");
                address.push_str(&self.fresh_token(&personal, now)?);
            }
        }
        Ok(CheckoutPage::Redirect(address))
    }

    /// A payment's receipt.
    pub async fn receipt(&self, id: &str, key: &str) -> Result<CheckoutPage> {
        let now = self.clock.now();
        let mut db = self.db.read().await?;
        let (payment, link) = find_with_key(&mut db, id, key).await?;
        let view = Box::new(receipt::view(&link, &payment, now)?);
        Ok(CheckoutPage::Receipt { view, brand_color: link.details.brand_color })
    }

    /// The receipt in the place of a form that was paid before.
    fn paid_before(link: &OfferedLink, paid: &Payment, token: Option<&str>, now: i64) -> Result<CheckoutPage> {
        let mut view = receipt::view(link, paid, now)?;
        "Already paid".clone_into(&mut view.heading);
        "This has been paid. There is nothing more to do.".clone_into(&mut view.text);
        if link.details.can_pay_again && closed(link, now).is_none() {
            let token = token.map(|token| ["&t=", token].concat()).unwrap_or_default();
            view.next.push(("Pay again".to_owned(), format!("/pay/{}?again=1{token}", link.slug)));
        }
        Ok(CheckoutPage::Receipt { view: Box::new(view), brand_color: link.details.brand_color.clone() })
    }

    /// Who the token stands for. Every cause of a refusal looks the same from outside.
    async fn visitor(
        &self,
        db: &mut AnyConnection,
        link: &OfferedLink,
        token: Option<&str>,
        now: i64,
    ) -> Result<Visitor> {
        let Some(token) = token else { return Ok(Visitor::Anyone) };
        let Ok(token) = self.tokens.verify(token, now) else { return Ok(Visitor::Refused) };
        let Ok(id) = token.personal_link.parse::<PersonalLinkId>() else { return Ok(Visitor::Refused) };
        if token.payment_link != link.id.as_str() {
            return Ok(Visitor::Refused);
        }
        let person = checkouts::find_person(db, &link.business, &link.id, &id).await?;
        if let Some(person) = &person
            && let Some(view) = recalled(db, &person.link).await?
        {
            return Ok(Visitor::Recalled(view));
        }
        let live = person.filter(|person| person.link.is_live(now) && person.link.version == token.version);
        let Some(person) = live else { return Ok(Visitor::Refused) };
        let can_stop = opt_out::can_stop(db, &person.link).await?;
        Ok(Visitor::Known(Box::new(person), can_stop))
    }

    fn form(&self, link: &OfferedLink, visitor: &Visitor, draft: Draft) -> CheckoutPage {
        let mut blank = CheckoutView::blank(&link.business_name, &link.details);
        for (item, chosen) in blank.items.iter_mut().zip(draft.quantities.unwrap_or_default()) {
            if let Some(range) = item.range {
                item.quantity = chosen.clamp(range.minimum, range.maximum);
            }
        }
        let person = visitor.person();
        let prefill = || {
            let of_person = person.map(|person| CheckoutValues {
                name: person.name.clone(),
                email: person.email.clone(),
                phone: person.phone.clone(),
                ..CheckoutValues::default()
            });
            // Most customers live where the business is.
            let address = PostalAddress { country: link.country.clone(), ..PostalAddress::default() };
            CheckoutValues { address, ..of_person.unwrap_or_default() }
        };
        let refused = matches!(visitor, Visitor::Refused);
        let view = CheckoutView {
            values: draft.values.unwrap_or_else(prefill),
            paying_as: person.map(|person| person.name.clone()).filter(|name| !name.is_empty()),
            standard_url: format!("/pay/{}", link.slug),
            opt_out_url: person
                .filter(|_| visitor.can_stop_messages())
                .map(|person| format!("/u/{}?stop={}", person.link.code, Stopping::All.as_str())),
            is_stopped: person.is_some() && !visitor.can_stop_messages(),
            notice: draft.notice.or_else(|| refused.then(|| info(NOT_VALID))),
            errors: draft.errors,
            attempt: random_code(22),
            version: link.version,
            token: draft.token.filter(|_| person.is_some()),
            small_print: self.gateway.small_print().to_owned(),
            ..blank
        };
        CheckoutPage::Form {
            view: Box::new(view),
            brand_color: link.details.brand_color.clone(),
            status: draft.status.unwrap_or(200),
            retry_after_s: draft.retry_after_s,
        }
    }
}

/// The business's words on a personal link whose campaign was recalled; nothing of the contact is in them.
async fn recalled(db: &mut AnyConnection, link: &personal_links::PersonalLink) -> Result<Option<CalmView>> {
    // A link that was never revoked needs no second look.
    if link.revoked_at.is_none() {
        return Ok(None);
    }
    let found = personal_links::find_recall(db, &link.business, &link.id).await?;
    Ok(found.map(|(business, words)| CalmView {
        business: Some(business),
        heading: "This payment request was taken back".to_owned(),
        text: if words.is_empty() { RECALL_TEXT.to_owned() } else { words },
        next: None,
    }))
}

const fn gone(view: CalmView) -> CheckoutPage {
    CheckoutPage::Calm { view, status: 410 }
}

/// A link that takes no payments now, said calmly.
fn closed(link: &OfferedLink, now: i64) -> Option<CheckoutPage> {
    let (heading, text) = if link.details.has_ended(now) {
        ("This payment link has expired", "It takes no more payments. Ask the business for a new one.")
    } else if link.status == LinkStatus::Inactive || link.is_deleted {
        (
            "This payment link is not active",
            "This link does not take payments at the moment. If you expected to pay here, ask the business.",
        )
    } else {
        return None;
    };
    let view = CalmView {
        business: Some(link.business_name.clone()),
        heading: heading.to_owned(),
        text: text.to_owned(),
        next: None,
    };
    Some(CheckoutPage::Calm { view, status: 410 })
}

/// Why no money is taken any more for a payment that was begun: its link takes none, or the personal link that led to it was taken
/// back meanwhile.
async fn ended(
    db: &mut AnyConnection,
    link: &OfferedLink,
    payment: &Payment,
    now: i64,
) -> Result<Option<CheckoutPage>> {
    let not_charged = |mut view: CalmView| {
        view.text.push_str(" You were not charged.");
        gone(view)
    };
    if let Some(CheckoutPage::Calm { view, .. }) = closed(link, now) {
        return Ok(Some(not_charged(view)));
    }
    let Some(origin) = &payment.origin else { return Ok(None) };
    let found = personal_links::find(db, &link.business, &link.id, &origin.personal_link).await?;
    let Some(personal) = found.filter(|personal| !personal.is_live(now)) else { return Ok(None) };
    let view = recalled(db, &personal).await?.unwrap_or_else(|| CalmView {
        business: Some(link.business_name.clone()),
        heading: "This link is no longer valid".to_owned(),
        text: "It may have been replaced, or its time is over. Ask the sender for a new one.".to_owned(),
        next: None,
    });
    Ok(Some(not_charged(view)))
}

/// A payment and its link, for the holder of its key; without it there is no such payment.
async fn find_with_key(db: &mut AnyConnection, id: &str, key: &str) -> Result<(Payment, OfferedLink)> {
    let id: PaymentId = id.parse()?;
    let payment = payments::find(db, &id).await?.ok_or(Error::NotFound)?;
    if !bool::from(payment.key.as_bytes().ct_eq(key.as_bytes())) {
        return Err(Error::NotFound);
    }
    let link = checkouts::find_by_id(db, &payment.business, &payment.payment_link).await?.ok_or(Error::NotFound)?;
    Ok((payment, link))
}

/// The payment that did not go through, while its data may still be shown to the holder of its key.
async fn find_retry(
    db: &mut AnyConnection,
    link: &OfferedLink,
    retry: Option<&(String, String)>,
    now: i64,
) -> Result<Option<Payment>> {
    let Some((id, key)) = retry else { return Ok(None) };
    match find_with_key(db, id, key).await {
        Ok((payment, _)) => Ok(Some(payment).filter(|payment| {
            payment.payment_link == link.id && payment.status == PaymentStatus::Failed && now < payment.expires_at
        })),
        Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn info(text: impl Into<String>) -> Notice {
    Notice { bad: false, text: text.into() }
}

fn bad(text: impl Into<String>) -> Notice {
    Notice { bad: true, text: text.into() }
}
