//! The second pair of eyes: which campaigns wait for another user, and what that user decides.

use super::departure::{To, depart};
use crate::{
    db::{
        Tx,
        approvals::{self, StoredApproval, StoredRule},
        businesses, campaigns,
        checkouts::{self, OfferedLink},
        control, payment_links, reminders, users,
    },
    facts::{ApprovalRuleSet, CampaignEvent, Controlled, Decided, Decision, Fact},
    reminders::too_late,
    service::Service,
};
use app::{
    account::Access,
    approval::{ApprovalForm, ApprovalRule, Awaited},
    backend::Approvals,
    change::{Change, Release},
    error::{Error, FieldErrors, Result},
    id::{BusinessId, CampaignId, PaymentLinkId},
    money::{AmountProblem, Money},
};
use async_trait::async_trait;
use sqlx::AnyConnection;

/// What is said of each message that waits.
pub(crate) const WAITS: &str = "Waits for approval.";
/// The longest reason.
const REASON_CHARS: usize = 300;
/// More people than one campaign can have.
const MOST_PEOPLE: i64 = 50;

#[async_trait]
impl Approvals for Service {
    async fn forecast_approval(&self, access: &Access, link: PaymentLinkId, people: u32) -> Result<Option<String>> {
        let mut connection = self.db.read().await?;
        let link = checkouts::find_by_id(&mut connection, access.business(), &link).await?.ok_or(Error::NotFound)?;
        wanted(&mut connection, access.business(), link.details.total()?, people.into()).await
    }

    async fn save_approval(&self, access: &Access, form: ApprovalForm) -> Result<()> {
        access.owner()?;
        let mut tx = self.db.begin().await?;
        let business = businesses::find(&mut *tx, access.business()).await?.ok_or(Error::NotFound)?;
        let mut errors = FieldErrors::default();
        let (people, amount) = (form.people.trim(), form.amount.as_str());
        let limit = match Money::read(amount, business.currency) {
            Ok(limit) => Some(limit),
            Err(AmountProblem::Empty) => None,
            Err(problem) => {
                errors.push("amount", problem.sentence(business.currency));
                None
            }
        };
        let rule = StoredRule {
            people: people.parse().ok().filter(|people| (0..MOST_PEOPLE).contains(people)),
            minor: limit.map(|limit| limit.minor),
        };
        if !people.is_empty() && rule.people.is_none() {
            errors.push("people", format!("Write a number from 0 to {}, or nothing.", MOST_PEOPLE - 1));
        }
        let is_on = rule != StoredRule::default();
        if is_on && users::list_team(&mut *tx, access.business()).await?.len() < 2 {
            let field = if rule.people.is_some() { "people" } else { "amount" };
            errors.push(field, "Nobody else could approve. Invite a second user first.");
        }
        errors.check()?;
        approvals::update_rule(&mut *tx, access.business(), rule).await?;
        let amount = rule.minor.map(|minor| Money::new(minor, business.currency).to_string());
        let set = ApprovalRuleSet { user: access.user(), people: rule.people, amount };
        tx.note(access.business(), &Fact::ApprovalRule(set), self.clock.now())?;
        tx.commit().await?;
        Ok(())
    }

    async fn approve_campaign(&self, access: &Access, id: CampaignId, sum: String) -> Result<Change> {
        let mut tx = self.db.begin().await?;
        let waiting = Waiting::find(&mut tx, access.business(), id).await?;
        if waiting.is_of(access) {
            return Err(Error::NotAllowed);
        }
        waiting.check_sum(&sum)?;
        self.let_go(tx, access, waiting, &APPROVED).await
    }

    async fn release_campaign(&self, access: &Access, id: CampaignId, sum: String) -> Result<Change> {
        access.owner()?;
        let mut tx = self.db.begin().await?;
        let waiting = Waiting::find(&mut tx, access.business(), id).await?;
        if waiting.wanted(&mut tx, access.business()).await?.is_some() {
            return Err(Error::Conflict("The settings still ask for an approval of this campaign.".to_owned()));
        }
        waiting.check_sum(&sum)?;
        self.let_go(tx, access, waiting, &RELEASED).await
    }

    async fn decline_campaign(&self, access: &Access, id: CampaignId, reason: String) -> Result<Change> {
        let reason = reason.trim();
        if reason.chars().count() > REASON_CHARS {
            return Err(Error::invalid("reason", format!("Use at most {REASON_CHARS} characters.")));
        }
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if Waiting::find(&mut tx, access.business(), id.clone()).await?.is_of(access) {
            return Err(Error::NotAllowed);
        }
        control::cancel_waiting(&mut *tx, access.business(), &id, None, now).await?;
        if !approvals::update_declined(&mut tx, access.business(), &id, access.user(), now).await? {
            tx.roll_back().await?;
            return Err(Error::Conflict(TOO_LATE.to_owned()));
        }
        reminders::cancel_planned(&mut *tx, access.business(), &id, now).await?;
        let change = Change::Declined { reason: reason.to_owned() };
        let reason = Some(reason).filter(|reason| !reason.is_empty());
        let (decision, amount, people) = (Decision::Declined, None, None);
        let decided = Decided { campaign: &id, user: access.user(), decision, reason, amount, people };
        tx.note(access.business(), &Fact::Approval(decided), now)?;
        let (user, what, words) = (Some(access.user()), CampaignEvent::Declined, change.to_string());
        tx.note(access.business(), &Fact::Control(Controlled { campaign: &id, user, what, words: &words }), now)?;
        tx.commit().await?;
        Ok(change)
    }
}

const TOO_LATE: &str = "It is too late: this was decided or taken back already.";
const CLOSED: &str = "The payment link takes no payments any more, so nothing is sent.";
const OVERTAKEN: &str = "A later reminder was made meanwhile, and nobody is reminded twice at once. Decline this one.";

/// A way out of the wait.
struct WayOut {
    event: CampaignEvent,
    /// In the ledger.
    decision: Decision,
    /// Why nobody else was needed.
    reason: Option<&'static str>,
    /// What it comes to.
    change: fn(Release) -> Change,
}

const APPROVED: WayOut =
    WayOut { event: CampaignEvent::Approved, decision: Decision::Approved, reason: None, change: Change::Approved };
const RELEASED: WayOut = WayOut {
    event: CampaignEvent::Released,
    decision: Decision::Released,
    reason: Some("The settings ask for no approval of this campaign any more."),
    change: Change::Released,
};

impl Service {
    /// Lets a campaign leave that waits.
    async fn let_go(&self, mut tx: Tx, access: &Access, waiting: Waiting, way: &WayOut) -> Result<Change> {
        let (business, id, now) = (access.business(), &waiting.campaign, self.clock.now());
        if reminders::has_later(&mut *tx, business, id).await? {
            tx.roll_back().await?;
            return Err(Error::Conflict(OVERTAKEN.to_owned()));
        }
        let starts_at = waiting.approval.starts_at;
        let due_at = starts_at.filter(|at| *at > now).unwrap_or(now);
        // The messages first and the campaign then, as whoever takes back does it: two at once wait, neither fails.
        let to = To { at: due_at, in_quiet_hours: false, messengers: &self.messengers };
        let departure = depart(&mut tx, business, id, to, now).await?;
        // The link last, as "Send" takes it: a user who switches it off or changes its price was there before this, or comes after it.
        payment_links::take_turn(&mut *tx, business, &waiting.link.id).await?;
        let link = checkouts::find_by_id(&mut tx, business, &waiting.link.id).await?.ok_or(Error::NotFound)?;
        if !link.is_open(now) {
            tx.roll_back().await?;
            return Err(Error::Conflict(CLOSED.to_owned()));
        }
        let each = link.details.total()?;
        if each != waiting.each()? {
            tx.roll_back().await?;
            return Err(waiting.price_has_changed(each));
        }
        if !approvals::update_approved(&mut tx, business, id, access.user(), now).await? {
            tx.roll_back().await?;
            return Err(Error::Conflict(TOO_LATE.to_owned()));
        }
        super::leaves_later(&mut tx, business, id, due_at - starts_at.unwrap_or(waiting.approval.wanted_at)).await?;
        let late = too_late(&mut tx, business, id, &waiting.link, 0).await?;
        let change = (way.change)(Release { departure: departure.told(), is_now: due_at <= now, late });
        let decided = Decided {
            campaign: id,
            user: access.user(),
            decision: way.decision,
            reason: way.reason,
            amount: Some(waiting.each()?.to_string()),
            people: u32::try_from(waiting.people).ok(),
        };
        tx.note(business, &Fact::Approval(decided), now)?;
        let (user, what, words) = (Some(access.user()), way.event, change.to_string());
        tx.note(business, &Fact::Control(Controlled { campaign: id, user, what, words: &words }), now)?;
        tx.commit().await?;
        Ok(change)
    }
}

/// A campaign that waits, and what it asks for as things stand.
struct Waiting {
    campaign: CampaignId,
    approval: StoredApproval,
    link: OfferedLink,
    people: i64,
}

impl Waiting {
    async fn find(connection: &mut AnyConnection, business: &BusinessId, id: CampaignId) -> Result<Self> {
        let campaign = campaigns::find(&mut *connection, business, &id).await?.ok_or(Error::NotFound)?;
        let Some(approval) = approvals::find(&mut *connection, business, &id).await? else {
            return Err(Error::Conflict("This campaign needs no approval.".to_owned()));
        };
        if approval.approved_at.is_some() || approval.declined_at.is_some() {
            return Err(Error::Conflict(TOO_LATE.to_owned()));
        }
        let link = checkouts::find_by_id(connection, business, &campaign.payment_link).await?;
        let people = approvals::count_people(&mut *connection, business, &id).await?;
        Ok(Self { campaign: id, approval, link: link.ok_or(Error::NotFound)?, people })
    }

    fn is_of(&self, access: &Access) -> bool {
        self.approval.sender == *access.user()
    }

    fn each(&self) -> Result<Money> {
        Ok(self.link.details.total()?)
    }

    /// What it asked each person for when it began to wait, if that is not what it asks for now.
    fn asked_before(&self) -> Result<Option<Money>> {
        let each = self.each()?;
        Ok(Some(self.approval.asked).filter(|asked| *asked != each))
    }

    /// Refuses when each person would be asked for another sum than the user saw, or without one than what waited.
    fn check_sum(&self, seen: &str) -> Result<()> {
        let is_same = if seen.is_empty() { self.asked_before()?.is_none() } else { seen == self.each()?.to_string() };
        if is_same { Ok(()) } else { Err(self.price_has_changed(self.each()?)) }
    }

    fn price_has_changed(&self, each: Money) -> Error {
        let before = Some(self.approval.asked).filter(|asked| *asked != each);
        let before = before.map(|before| format!(", not for {before}")).unwrap_or_default();
        Error::Conflict(format!(
            "The price has changed: each person would be asked for {each} now{before}. Nothing has left. \
             Press again if the new sum is right."
        ))
    }

    /// Why it would still wait if "Send" were pressed now.
    async fn wanted(&self, connection: &mut AnyConnection, business: &BusinessId) -> Result<Option<String>> {
        wanted(connection, business, self.each()?, self.people).await
    }
}

/// What a campaign that waits says; none when it does not.
pub(super) async fn awaited(
    connection: &mut AnyConnection,
    access: &Access,
    id: &CampaignId,
) -> Result<Option<Awaited>> {
    let business = access.business();
    let campaign = campaigns::find(&mut *connection, business, id).await?;
    if !campaign.is_some_and(|campaign| campaign.awaits_approval) {
        return Ok(None);
    }
    let waiting = Waiting::find(connection, business, id.clone()).await?;
    let team = users::list_team(&mut *connection, business).await?;
    let (each, is_yours) = (waiting.each()?, waiting.is_of(access));
    Ok(Some(Awaited {
        is_yours,
        people: u32::try_from(waiting.people).unwrap_or(u32::MAX),
        each: each.to_string(),
        total: each.times(waiting.people)?.to_string(),
        asked_before: waiting.asked_before()?.map(|asked| asked.to_string()),
        is_nobody_else: team.iter().all(|user| user.id == waiting.approval.sender),
        can_release: is_yours && access.owner().is_ok() && waiting.wanted(&mut *connection, business).await?.is_none(),
        sender: waiting.approval.sender_email,
    }))
}

/// Why a campaign to so many people waits; none when it does not.
pub(crate) async fn wanted(
    connection: &mut AnyConnection,
    business: &BusinessId,
    each: Money,
    people: i64,
) -> Result<Option<String>> {
    let rule = approvals::find_rule(&mut *connection, business).await?;
    if let Some(most) = rule.people.filter(|most| people > *most) {
        return Ok(Some(format!("Waits for approval: {people} people are more than {most}.")));
    }
    let Some(most) = rule.minor else { return Ok(None) };
    let currency = businesses::find(connection, business).await?.ok_or(Error::NotFound)?.currency;
    let (total, most) = (each.times(people)?, Money::new(most, currency));
    match total.is_more_than(most) {
        Ok(false) => Ok(None),
        Ok(true) => Ok(Some(format!("Waits for approval: {total} in total are more than {most}."))),
        Err(_) => Ok(Some(format!("Waits for approval: it asks in {}.", each.currency))),
    }
}

/// Refuses a price that would let a campaign on its way ask for more than may leave without another user's yes.
pub(crate) async fn refuse_raise(
    connection: &mut AnyConnection,
    business: &BusinessId,
    link: &PaymentLinkId,
    before: Money,
    after: Money,
) -> Result<()> {
    if after.is_more_than(before) == Ok(false) {
        return Ok(());
    }
    for people in approvals::list_leaving(&mut *connection, business, link).await? {
        if wanted(&mut *connection, business, after, people).await?.is_some() {
            let whom = if people == 1 { "1 person".to_owned() } else { format!("{people} people") };
            return Err(Error::Conflict(format!(
                "A campaign with this link is on its way to {whom}, and at {after} it would need another user's approval. \
                 Take the campaign back first, or wait until it has left. Nothing was saved."
            )));
        }
    }
    Ok(())
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
