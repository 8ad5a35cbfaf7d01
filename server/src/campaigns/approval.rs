//! The second pair of eyes: which campaigns wait for another user, and what that user decides.

use crate::{
    care,
    db::{
        approvals::{self, StoredApproval, StoredRule},
        businesses, campaign_events, campaigns,
        checkouts::OfferedLink,
        control, reminders, users,
    },
    ledger::{self, Decided},
    service::Service,
};
use app::{
    account::{
        Access,
        approval::{ApprovalForm, ApprovalRule},
    },
    backend::Approvals,
    campaigns::Awaited,
    error::{Error, FieldErrors, Result},
    id::{BusinessId, CampaignId},
    money::Money,
};
use async_trait::async_trait;
use sqlx::AnyConnection;

/// The longest reason.
const REASON_CHARS: usize = 300;
/// More people than one campaign can have.
const MOST_PEOPLE: i64 = 50;

#[async_trait]
impl Approvals for Service {
    async fn save_approval(&self, access: &Access, form: ApprovalForm) -> Result<()> {
        access.owner()?;
        let mut tx = self.db.begin().await?;
        let business = businesses::find(&mut *tx, access.business()).await?.ok_or(Error::NotFound)?;
        let mut errors = FieldErrors::default();
        let (people, amount) = (form.people.trim(), form.amount.trim());
        let rule = StoredRule {
            people: people.parse().ok().filter(|people| (0..MOST_PEOPLE).contains(people)),
            minor: Money::read(amount, business.currency).map(|money| money.minor),
        };
        if !people.is_empty() && rule.people.is_none() {
            errors.push("people", format!("Write a number from 0 to {}, or nothing.", MOST_PEOPLE - 1));
        }
        if !amount.is_empty() && rule.minor.is_none() {
            errors.push("amount", "Write an amount such as 500.00, or nothing.");
        }
        let is_on = rule != StoredRule::default();
        if is_on && users::list_team(&mut *tx, access.business()).await?.len() < 2 {
            let field = if rule.people.is_some() { "people" } else { "amount" };
            errors.push(field, "Nobody else could approve. Invite a second user first.");
        }
        errors.check()?;
        approvals::update_rule(&mut *tx, access.business(), rule).await?;
        tx.commit().await?;
        Ok(())
    }

    async fn approve_campaign(&self, access: &Access, id: CampaignId) -> Result<String> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let approval = waiting(&mut tx, access, &id).await?;
        let due_at = approval.starts_at.filter(|at| *at > now).unwrap_or(now);
        // The messages first and the campaign then, as whoever takes back does it: two at once wait, neither fails.
        let count = approvals::update_due(&mut *tx, access.business(), &id, due_at, now).await?;
        let left_out = care::leave_out_asked(&mut tx, access.business(), &id, now).await?;
        let count = count.saturating_sub(left_out.messages);
        if !approvals::update_approved(&mut *tx, access.business(), &id, access.user(), now).await? {
            return Err(Error::Conflict(TOO_LATE.to_owned()));
        }
        let later_ms = due_at - approval.starts_at.unwrap_or(approval.wanted_at);
        reminders::update_later(&mut *tx, access.business(), &id, later_ms).await?;
        let leave = if due_at > now { "will leave at their time" } else { "leave now" };
        let messages = if count == 1 { "message" } else { "messages" };
        let words = format!("Approved: {count} {messages} {leave}.{}", left_out.words());
        let decided = Decided { campaign: &id, user: access.user(), decision: "approved", reason: None };
        tx.note(access.business(), ledger::Kind::Approval, &decided, now)?;
        let (business, user, kind) = (access.business(), Some(access.user()), campaign_events::Kind::Approved);
        campaign_events::insert(&mut tx, business, &id, user, kind, &words, now).await?;
        tx.commit().await?;
        self.moved();
        Ok(words)
    }

    async fn decline_campaign(&self, access: &Access, id: CampaignId, reason: String) -> Result<String> {
        let reason = reason.trim();
        if reason.chars().count() > REASON_CHARS {
            return Err(Error::invalid("reason", format!("Use at most {REASON_CHARS} characters.")));
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        waiting(&mut tx, access, &id).await?;
        control::cancel_waiting(&mut *tx, access.business(), &id, None, now).await?;
        if !approvals::update_declined(&mut *tx, access.business(), &id, access.user(), now).await? {
            return Err(Error::Conflict(TOO_LATE.to_owned()));
        }
        reminders::cancel_planned(&mut *tx, access.business(), &id, now).await?;
        let words = if reason.is_empty() { "Declined.".to_owned() } else { format!("Declined: {reason}") };
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        let decided = Decided { campaign: &id, user: access.user(), decision: "declined", reason };
        tx.note(access.business(), ledger::Kind::Approval, &decided, now)?;
        let (business, user, kind) = (access.business(), Some(access.user()), campaign_events::Kind::Declined);
        campaign_events::insert(&mut tx, business, &id, user, kind, &words, now).await?;
        tx.commit().await?;
        self.moved();
        Ok(words)
    }
}

const TOO_LATE: &str = "It is too late: this was decided or taken back already.";

impl Service {
    fn moved(&self) {
        self.queued.notify_one();
        self.progressed.send_modify(|changes| *changes += 1);
    }
}

/// The approval of a campaign that waits for someone like the asker.
async fn waiting(connection: &mut AnyConnection, access: &Access, id: &CampaignId) -> Result<StoredApproval> {
    campaigns::find(&mut *connection, access.business(), id).await?.ok_or(Error::NotFound)?;
    let Some(approval) = approvals::find(&mut *connection, access.business(), id).await? else {
        return Err(Error::Conflict("This campaign needs no approval.".to_owned()));
    };
    if approval.approved_at.is_some() || approval.declined_at.is_some() {
        return Err(Error::Conflict(TOO_LATE.to_owned()));
    }
    if approval.sender == *access.user() {
        return Err(Error::NotAllowed);
    }
    Ok(approval)
}

/// Who sent a campaign that waits; none when it does not.
pub(super) async fn awaited(
    connection: &mut AnyConnection,
    access: &Access,
    id: &CampaignId,
) -> Result<Option<Awaited>> {
    let campaign = campaigns::find(&mut *connection, access.business(), id).await?;
    if !campaign.is_some_and(|campaign| campaign.awaits_approval) {
        return Ok(None);
    }
    let approval = approvals::find(connection, access.business(), id).await?;
    Ok(approval.map(|approval| Awaited { is_yours: approval.sender == *access.user(), sender: approval.sender_email }))
}

/// Why a campaign to so many people waits; none when it does not.
pub(super) async fn wanted(
    connection: &mut AnyConnection,
    business: &BusinessId,
    link: &OfferedLink,
    people: usize,
) -> Result<Option<String>> {
    let rule = approvals::find_rule(&mut *connection, business).await?;
    let people = i64::try_from(people).unwrap_or(i64::MAX);
    if let Some(most) = rule.people.filter(|most| people > *most) {
        return Ok(Some(format!("Waits for approval: {people} people are more than {most}.")));
    }
    let Some(most) = rule.minor else { return Ok(None) };
    let currency = businesses::find(connection, business).await?.ok_or(Error::NotFound)?.currency;
    let each = link.details.total();
    if each.currency != currency {
        return Ok(Some(format!("Waits for approval: it asks in {}.", each.currency.code())));
    }
    let total = each.minor.saturating_mul(people);
    Ok((total > most).then(|| {
        let (total, most) = (Money::new(total, currency), Money::new(most, currency));
        format!("Waits for approval: {total} in total are more than {most}.")
    }))
}

/// The rule as the settings show it.
pub(crate) async fn rule(connection: &mut AnyConnection, business: &BusinessId) -> Result<ApprovalRule> {
    let rule = approvals::find_rule(&mut *connection, business).await?;
    let currency = businesses::find(connection, business).await?.ok_or(Error::NotFound)?.currency;
    Ok(ApprovalRule {
        people: rule.people.map(|people| people.to_string()).unwrap_or_default(),
        amount: rule.minor.map(|minor| Money::new(minor, currency).to_input()).unwrap_or_default(),
    })
}
