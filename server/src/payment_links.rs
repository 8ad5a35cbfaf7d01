//! What is sold and how.

use app::{
    account::Access,
    backend::PaymentLinks,
    error::{Error, Result},
    id::{BusinessId, ContactId, PaymentLinkId},
    page::{PAGE_SIZE, Page},
    payment_links::{
        LinkResults, LinkStatus, PaymentLink, PaymentLinkDetails, PaymentLinkEditor, PaymentLinkForm, PaymentLinkList,
        PaymentLinkQuery, PersonalLinkAddress, QrCode,
    },
};
use async_trait::async_trait;
use serde_json::json;
use sqlx::AnyConnection;

use crate::{
    campaigns::{approval, totals},
    clock::DAY_MS,
    db::{
        self, businesses, contacts,
        payment_links::{self, Filter, StoredLink},
        personal_links::{self, PersonalLink},
        results::{self, LinkFigures},
    },
    facts::{Changed, Fact, Subject},
    service::Service,
    tokens::random_code,
};

pub mod export;
mod form;
mod qr;

const CHANGED_MEANWHILE: &str =
    "This payment link was changed meanwhile by someone else. What you typed is still here and is not saved yet.";

#[async_trait]
impl PaymentLinks for Service {
    async fn list_payment_links(&self, access: &Access, query: PaymentLinkQuery) -> Result<PaymentLinkList> {
        let filter = Filter::new(&query.search, query.status);
        let number = query.page.max(1);
        let offset = u64::from(number - 1) * u64::from(PAGE_SIZE);
        let mut conn = self.db.read().await?;
        let total = payment_links::count(&mut *conn, access.business(), &filter).await?;
        let links = payment_links::list(&mut *conn, access.business(), &filter, PAGE_SIZE, offset).await?;
        let rows = links.into_iter().map(|link| self.shown(link)).collect();
        Ok(PaymentLinkList { page: Page { rows, total, number }, now: self.clock.now() })
    }

    async fn new_payment_link(&self, access: &Access) -> Result<PaymentLinkEditor> {
        let mut conn = self.db.read().await?;
        let business = businesses::find(&mut *conn, access.business()).await?.ok_or(Error::NotFound)?;
        let form = form::write(&PaymentLinkDetails::blank(business.currency));
        Ok(PaymentLinkEditor {
            saved: None,
            form,
            typed: None,
            business: business.name,
            results: None,
            now: self.clock.now(),
        })
    }

    async fn edit_payment_link(&self, access: &Access, id: &str) -> Result<PaymentLinkEditor> {
        let mut conn = self.db.read().await?;
        let link = find(&mut conn, access.business(), &id.parse()?).await?;
        let business = businesses::find(&mut *conn, access.business()).await?.ok_or(Error::NotFound)?;
        let form = PaymentLinkForm { id: link.id.to_string(), version: link.version, ..form::write(&link.details) };
        let results = Some(link_results(results::link_figures(&mut conn, access.business(), &link.id).await?));
        let saved = Some(self.shown(link));
        Ok(PaymentLinkEditor { saved, form, typed: None, business: business.name, results, now: self.clock.now() })
    }

    async fn save_payment_link(&self, access: &Access, form: PaymentLinkForm) -> Result<PaymentLink> {
        let details = form::read(&form)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let link = if form.id.is_empty() {
            let link = StoredLink {
                id: db::new_id(now),
                slug: random_code(16),
                status: LinkStatus::Active,
                details,
                version: 1,
                created_at: now,
            };
            payment_links::insert(&mut *tx, access.business(), &link, now).await?;
            link
        } else {
            let id: PaymentLinkId = form.id.parse()?;
            payment_links::take_turn(&mut *tx, access.business(), &id).await?;
            let before = find(&mut tx, access.business(), &id).await?.details.total()?;
            approval::refuse_raise(&mut tx, access.business(), &id, before, details.total()?).await?;
            if !payment_links::update_details(&mut *tx, access.business(), &id, form.version, &details, now).await? {
                return Err(Error::Conflict(CHANGED_MEANWHILE.to_owned()));
            }
            find(&mut tx, access.business(), &id).await?
        };
        let id = Some(link.id.as_str());
        let changed = Changed { user: Some(access.user()), what: Subject::PaymentLink, id, left: json!(link.details) };
        tx.note(access.business(), &Fact::Change(changed), now)?;
        tx.commit().await?;
        Ok(self.shown(link))
    }

    async fn set_payment_link_status(&self, access: &Access, id: PaymentLinkId, status: LinkStatus) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let now = self.clock.now();
        if !payment_links::update_status(&mut *tx, access.business(), &id, status, now).await? {
            return Err(Error::NotFound);
        }
        let left = json!(status.as_str());
        let changed = Changed { user: Some(access.user()), what: Subject::PaymentLink, id: Some(id.as_str()), left };
        tx.note(access.business(), &Fact::Change(changed), now)?;
        Ok(tx.commit().await?)
    }

    async fn delete_payment_link(&self, access: &Access, id: PaymentLinkId) -> Result<()> {
        let mut tx = self.db.begin().await?;
        let now = self.clock.now();
        if !payment_links::delete(&mut *tx, access.business(), &id, now).await? {
            return Err(Error::NotFound);
        }
        let left = json!("deleted");
        let changed = Changed { user: Some(access.user()), what: Subject::PaymentLink, id: Some(id.as_str()), left };
        tx.note(access.business(), &Fact::Change(changed), now)?;
        Ok(tx.commit().await?)
    }

    async fn standard_link_code(&self, access: &Access, id: PaymentLinkId) -> Result<QrCode> {
        let link = self.payment_link(access, id).await?;
        qr::code(&link.url).ok_or(Error::Internal)
    }

    async fn payment_link(&self, access: &Access, id: PaymentLinkId) -> Result<PaymentLink> {
        let mut conn = self.db.read().await?;
        Ok(self.shown(find(&mut conn, access.business(), &id).await?))
    }

    async fn copy_personal_link(
        &self,
        access: &Access,
        payment_link: PaymentLinkId,
        contact: ContactId,
    ) -> Result<PersonalLinkAddress> {
        let business = access.business();
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let link = find(&mut tx, business, &payment_link).await?;
        contacts::find(&mut tx, business, &contact).await?.ok_or(Error::NotFound)?;
        let found = personal_links::find_for_copying(&mut tx, business, &payment_link, &contact).await?;
        let personal = if let Some(live) = found.clone().filter(|personal| personal.is_live(now)) {
            live
        } else {
            if let Some(ended) = found {
                personal_links::update_revoked(&mut tx, business, &ended.id, now).await?;
            }
            let personal = PersonalLink {
                id: db::new_id(now),
                business: business.clone(),
                payment_link: payment_link.clone(),
                contact: contact.clone(),
                campaign: None,
                code: random_code(16),
                version: 1,
                expires_at: now + i64::from(link.details.personal_link_days) * DAY_MS,
                revoked_at: None,
            };
            personal_links::insert(&mut tx, &personal, now).await?;
            // On PostgreSQL someone else may have been first; their link counts.
            personal_links::find_for_copying(&mut tx, business, &payment_link, &contact)
                .await?
                .ok_or(Error::Internal)?
        };
        tx.commit().await?;
        Ok(PersonalLinkAddress {
            url: format!("{}/l/{}", self.config.http.public_url, personal.code),
            expires_at: personal.expires_at,
        })
    }
}

impl Service {
    fn shown(&self, link: StoredLink) -> PaymentLink {
        PaymentLink {
            id: link.id,
            url: format!("{}/pay/{}", self.config.http.public_url, link.slug),
            slug: link.slug,
            status: link.status,
            details: link.details,
            version: link.version,
            created_at: link.created_at,
        }
    }
}

fn link_results(found: LinkFigures) -> LinkResults {
    let number = |count: i64| u32::try_from(count).unwrap_or_default();
    LinkResults {
        totals: totals(found.figures),
        standard_opened: number(found.standard_opened),
        standard_paid: number(found.standard_paid),
    }
}

async fn find(conn: &mut AnyConnection, business: &BusinessId, id: &PaymentLinkId) -> Result<StoredLink> {
    payment_links::find(conn, business, id).await?.ok_or(Error::NotFound)
}
