//! Pressing "Send": checks everything on the server, then writes a campaign with all its deliveries, or nothing.

use super::approval::WAITS;
use crate::{
    care,
    clock::DAY_MS,
    db::{
        self, approvals, businesses,
        campaigns::{self, NewCampaign as StoredCampaign},
        checkouts::{self, OfferedLink},
        deliveries::{self, NewDelivery, Recipient},
        payment_links,
        personal_links::{self, PersonalLink},
        templates,
    },
    eligibility::Question,
    facts::{CampaignEvent, Chosen, Controlled, Fact, FrozenWording, Pressed},
    local_time, reminders,
    render::{self, Offer},
    service::Service,
    templates::built_in,
    tokens, zones,
};
use app::{
    account::Access,
    campaigns::{MAX_CONTACTS, NewCampaign},
    channel::Channel,
    contacts::Contact,
    deliveries::DeliveryStatus,
    eligibility::{self, Ruling, Verdict, Wait, Warning},
    error::{Error, FieldErrors, Result},
    id::{BusinessId, CampaignId, PersonalLinkId, TemplateId},
    payment_links::LinkStatus,
    templates::Wording,
};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use std::collections::HashSet;

const MINUTE_MS: i64 = 60_000;
/// A campaign can be scheduled so far ahead.
const MOST_DAYS_AHEAD: i64 = 90;

/// The wording of the chosen channels, frozen.
struct Frozen {
    email: Option<Wording>,
    sms: Option<Wording>,
}

/// Writes the campaign; the same key with the same request is the same campaign.
pub(super) async fn create(service: &Service, access: &Access, mut wanted: NewCampaign) -> Result<CampaignId> {
    // A contact that was chosen twice counts once.
    let mut seen = HashSet::new();
    wanted.contacts.retain(|contact| seen.insert(contact.clone()));
    wanted.channels.sort_unstable();
    wanted.channels.dedup();
    wanted.send_anyway.sort_unstable();
    wanted.send_anyway.dedup();
    check(&wanted)?;
    let request_hash = hash(&wanted)?;
    let now = service.clock.now();

    let mut tx = service.db.begin().await?;
    let stored = care::of_business_in_turn(&mut tx, access.business()).await?;
    payment_links::take_turn(&mut *tx, access.business(), &wanted.payment_link).await?;
    if let Some(known) = same_again(&mut tx, access.business(), &wanted.key, &request_hash).await? {
        return Ok(known);
    }
    let link = open_link(&mut tx, access.business(), &wanted, now).await?;
    let frozen = freeze(&mut tx, access.business(), &wanted).await?;
    let mut leaving = Leaving::of(&mut tx, access.business(), &wanted, &link, now).await?;
    let (messengers, user) = (&service.messengers, Some(access.user()));
    let question = Question { link: &link, care: &stored, messengers, user, at: leaving.at, now, again: None };
    let people = question.look(&mut tx, &wanted.contacts).await?;
    let verdicts = eligibility::review(&question.all_facts(&people, &wanted.send_anyway), &wanted.channels);
    let selection: Vec<Contact> = people.into_iter().map(|person| person.candidate.known.contact).collect();
    if !verdicts.iter().any(Verdict::is_sent_to) {
        return Err(Error::invalid("contacts", "None of the chosen contacts can be sent to. Nothing was sent."));
    }
    check_wording(service, &link, &frozen, &selection, &verdicts)?;
    let count = i64::try_from(verdicts.iter().filter(|verdict| verdict.is_sent_to()).count()).unwrap_or(i64::MAX);
    if let Some(words) = super::approval::wanted(&mut tx, access.business(), link.details.total()?, count).await? {
        leaving.await_approval(words, now);
    }
    let planned = reminders::freeze(&mut tx, access.business(), &wanted.reminders, &link, (leaving.at, now)).await?;
    for reminder in &planned {
        let said = Frozen { email: reminder.email.clone(), sms: reminder.sms.clone() };
        check_wording(service, &link, &said, &selection, &verdicts)?;
    }

    let id = db::new_id::<CampaignId>(now);
    let campaign = StoredCampaign {
        id: &id,
        payment_link: &link.id,
        user: access.user(),
        key: &wanted.key,
        request_hash: &request_hash,
        email_subject: frozen.email.as_ref().map(|wording| wording.subject.as_str()),
        email_body: frozen.email.as_ref().map(|wording| wording.body.as_str()),
        sms_body: frozen.sms.as_ref().map(|wording| wording.body.as_str()),
        starts_at: leaving.is_scheduled().then_some(leaving.at),
        paid_waived: wanted.send_anyway.contains(&Warning::AlreadyPaid),
    };
    if let Err(error) = campaigns::insert(&mut *tx, access.business(), campaign, now).await {
        // Another server took the same key between our look and our write.
        if is_taken(&error) {
            drop(tx);
            let mut connection = service.db.read().await?;
            let known = same_again(&mut connection, access.business(), &wanted.key, &request_hash).await?;
            return known.ok_or(Error::Unavailable);
        }
        return Err(error.into());
    }
    let pressed = Press { link: &link, frozen: &frozen, send_anyway: &wanted.send_anyway };
    pressed.note(&mut tx, access, &id, selection.iter().zip(&verdicts), now)?;
    for (place, (contact, verdict)) in (0..).zip(selection.iter().zip(&verdicts)) {
        let person = Receiver { place, contact, verdict, leaving: &leaving };
        person.write(&mut tx, access.business(), &id, &link, &wanted.channels, now).await?;
    }
    for reminder in &planned {
        db::reminders::insert(&mut *tx, access.business(), &id, reminder).await?;
    }
    if leaving.awaits_approval() {
        approvals::insert(&mut *tx, access.business(), &id, link.details.total()?, now).await?;
    }
    for (what, words) in &leaving.waits {
        let controlled = Controlled { campaign: &id, user: Some(access.user()), what: *what, words };
        tx.note(access.business(), &Fact::Control(controlled), now)?;
    }
    tx.commit().await?;
    Ok(id)
}

/// What a press of "Send" asked for.
struct Press<'a> {
    link: &'a OfferedLink,
    frozen: &'a Frozen,
    send_anyway: &'a [Warning],
}

impl<'a> Press<'a> {
    /// Puts on record who pressed "Send", with which words, and what was allowed for whom in spite of which warnings.
    fn note(
        &self,
        tx: &mut db::Tx,
        access: &Access,
        campaign: &CampaignId,
        people: impl Iterator<Item = (&'a Contact, &'a Verdict)>,
        now: i64,
    ) -> Result<()> {
        let pressed = Pressed {
            campaign,
            user: access.user(),
            payment_link: &self.link.id,
            payment_link_name: &self.link.details.name,
            amount: self.link.details.total()?.to_string(),
            email: self.frozen.email.as_ref().map(FrozenWording::from),
            sms: self.frozen.sms.as_ref().map(FrozenWording::from),
            send_anyway: self.send_anyway,
            people: people.map(|(contact, verdict)| Chosen::new(contact, verdict)).collect(),
        };
        Ok(tx.note(access.business(), &Fact::Campaign(pressed), now)?)
    }
}

/// When a campaign leaves, and what it waits for.
struct Leaving {
    at: i64,
    waits: Vec<(CampaignEvent, String)>,
}

impl Leaving {
    /// At the time that was asked for; without one, after the business's hold.
    async fn of(
        connection: &mut AnyConnection,
        business: &BusinessId,
        wanted: &NewCampaign,
        link: &OfferedLink,
        now: i64,
    ) -> Result<Self> {
        let business = businesses::find(connection, business).await?.ok_or(Error::NotFound)?;
        let zone = zones::of_business(&business.sending.time_zone, &business.country);
        if let Some(local) = wanted.starts_at.as_deref().filter(|local| !local.trim().is_empty()) {
            let at = start(local, &zone, now)?;
            refuse_after_end(link, at)?;
            let words = format!("Scheduled for {} ({}).", local_time::shown(at, now, &zone), zones::name(&zone));
            return Ok(Self { at, waits: vec![(CampaignEvent::Scheduled, words)] });
        }
        let minutes = business.sending.hold_minutes;
        let at = now + minutes * MINUTE_MS;
        let words = format!("Held for {minutes} {}.", if minutes == 1 { "minute" } else { "minutes" });
        Ok(Self { at, waits: (minutes > 0).then_some((CampaignEvent::Held, words)).into_iter().collect() })
    }

    /// What waits for approval is not held besides.
    fn await_approval(&mut self, words: String, now: i64) {
        if !self.is_scheduled() {
            self.at = now;
            self.waits.clear();
        }
        self.waits.push((CampaignEvent::ApprovalWanted, words));
    }

    fn is_scheduled(&self) -> bool {
        self.waits.iter().any(|(kind, _)| *kind == CampaignEvent::Scheduled)
    }

    fn awaits_approval(&self) -> bool {
        self.waits.iter().any(|(kind, _)| *kind == CampaignEvent::ApprovalWanted)
    }
}

/// The moment that a campaign was scheduled for.
pub(super) fn start(local: &str, zone: &TimeZone, now: i64) -> Result<i64> {
    let at = local_time::moment(local, zone).map_err(|problem| Error::invalid("starts_at", problem.to_string()))?;
    if at <= now {
        return Err(Error::invalid(
            "starts_at",
            format!("This time is over in {}. Choose one in the future.", zones::name(zone)),
        ));
    }
    if at - now > MOST_DAYS_AHEAD * DAY_MS {
        return Err(Error::invalid("starts_at", format!("Choose a time within {MOST_DAYS_AHEAD} days.")));
    }
    Ok(at)
}

/// A link that has ended by then is not worth sending.
pub(super) fn refuse_after_end(link: &OfferedLink, at: i64) -> Result<()> {
    if link.details.has_ended(at) {
        return Err(Error::invalid("starts_at", "The payment link expires before that time."));
    }
    Ok(())
}

/// What can be told without looking anything up.
fn check(wanted: &NewCampaign) -> Result<()> {
    let mut errors = FieldErrors::default();
    let is_key = (8..=64).contains(&wanted.key.len()) && wanted.key.bytes().all(|byte| byte.is_ascii_graphic());
    if !is_key {
        return Err(Error::Malformed);
    }
    let chosen = wanted.contacts.len();
    if chosen == 0 {
        errors.push("contacts", "Choose at least one contact.");
    }
    if u32::try_from(chosen).is_ok_and(|chosen| chosen > MAX_CONTACTS) {
        errors.push(
            "contacts",
            format!("Choose at most {MAX_CONTACTS} contacts. {chosen} are chosen, so nothing was sent."),
        );
    }
    if wanted.channels.is_empty() {
        errors.push("channels", "Choose email, SMS or both.");
    }
    errors.check()
}

/// What was asked for, so that a key that comes again with something else is told.
fn hash(wanted: &NewCampaign) -> Result<String> {
    let text = serde_json::to_vec(wanted).map_err(|_| Error::Malformed)?;
    Ok(hex::encode(Sha256::digest(&text)))
}

async fn same_again(
    connection: &mut AnyConnection,
    business: &BusinessId,
    key: &str,
    request_hash: &str,
) -> Result<Option<CampaignId>> {
    match campaigns::find_by_key(connection, business, key).await? {
        Some((id, known)) if known == request_hash => Ok(Some(id)),
        Some(_) => Err(Error::Conflict(
            "This was already sent with other choices. Close the dialog and open it again to send once more."
                .to_owned(),
        )),
        None => Ok(None),
    }
}

fn is_taken(error: &db::Error) -> bool {
    matches!(error, db::Error::Sql(sqlx::Error::Database(cause)) if cause.is_unique_violation())
}

/// The link, when it is saved and takes payments.
async fn open_link(
    connection: &mut AnyConnection,
    business: &BusinessId,
    wanted: &NewCampaign,
    now: i64,
) -> Result<OfferedLink> {
    let link = checkouts::find_by_id(connection, business, &wanted.payment_link).await?.ok_or(Error::NotFound)?;
    if link.is_deleted {
        return Err(Error::NotFound);
    }
    if link.status == LinkStatus::Inactive {
        return Err(Error::Conflict("This payment link is inactive. Activate it, then send it.".to_owned()));
    }
    if link.details.has_ended(now) {
        return Err(Error::Conflict("This payment link has expired. Change its date, then send it.".to_owned()));
    }
    Ok(link)
}

/// The wording of the chosen channels as it stands now.
async fn freeze(connection: &mut AnyConnection, business: &BusinessId, wanted: &NewCampaign) -> Result<Frozen> {
    let mut frozen = Frozen { email: None, sms: None };
    for channel in &wanted.channels {
        match channel {
            Channel::Email => {
                let mut wording = wording(connection, business, *channel, wanted.email_template.as_ref()).await?;
                let subject = render::one_line(&wanted.subject);
                if !subject.is_empty() {
                    wording.subject = subject.into_owned();
                }
                frozen.email = Some(wording);
            }
            Channel::Sms => {
                frozen.sms = Some(wording(connection, business, *channel, wanted.sms_template.as_ref()).await?);
            }
        }
    }
    Ok(frozen)
}

async fn wording(
    connection: &mut AnyConnection,
    business: &BusinessId,
    channel: Channel,
    template: Option<&TemplateId>,
) -> Result<Wording> {
    let Some(id) = template else {
        return Ok(built_in(channel).wording);
    };
    let found = templates::find(connection, business, id).await?.ok_or(Error::NotFound)?;
    if found.channel == channel { Ok(found.wording) } else { Err(Error::NotFound) }
}

/// Fills the wording for everyone before anything is written: what cannot be said is told now, not later one by one.
fn check_wording(
    service: &Service,
    link: &OfferedLink,
    frozen: &Frozen,
    selection: &[Contact],
    verdicts: &[Verdict],
) -> Result<()> {
    let offer = Offer::example(service.config.http.public_url.as_str(), &link.business_name, &link.details)?;
    for (contact, verdict) in selection.iter().zip(verdicts) {
        let recipient = Recipient::of(contact);
        let values = offer.values(&recipient);
        for channel in &verdict.channels {
            match (channel, &frozen.email, &frozen.sms) {
                (Channel::Email, Some(wording), _) => {
                    render::Template::parse(&wording.subject)
                        .map_err(|error| Error::invalid("subject", error.to_string()))?;
                    render::email(wording.into(), &values, &offer.layout())
                        .map_err(|error| Error::invalid("email_template", error.to_string()))?;
                }
                (Channel::Sms, _, Some(wording)) => {
                    render::sms(wording.into(), &values)
                        .map_err(|error| Error::invalid("sms_template", error.to_string()))?;
                }
                _ => {}
            }
        }
    }
    Ok(())
}

/// One chosen contact and the verdict on it.
#[derive(Clone, Copy)]
struct Receiver<'a> {
    place: i64,
    contact: &'a Contact,
    verdict: &'a Verdict,
    leaving: &'a Leaving,
}

impl Receiver<'_> {
    /// Writes a delivery for each chosen channel, suppressed ones with every reason, and the personal link if one is sent.
    async fn write(
        self,
        tx: &mut db::Tx,
        business: &BusinessId,
        campaign: &CampaignId,
        link: &OfferedLink,
        channels: &[Channel],
        now: i64,
    ) -> db::Result<()> {
        let personal_link = if self.verdict.is_sent_to() {
            Some(self.write_personal_link(tx, business, campaign, link, now).await?)
        } else {
            None
        };
        let (leaves_at, awaits_approval) = (self.leaving.at, self.leaving.awaits_approval());
        for channel in channels {
            let ruling = self.verdict.on(*channel);
            let wait = if let Ruling::Wait(wait) = &ruling { Some(wait) } else { None };
            let (status, due_at, reasons) = match &ruling {
                Ruling::AskFirst(reasons) | Ruling::Skip(reasons) => {
                    (DeliveryStatus::Suppressed, None, reasons.clone())
                }
                Ruling::Wait(wait) => (DeliveryStatus::Held, Some(wait.until), Vec::new()),
                Ruling::Send if self.leaving.waits.is_empty() => (DeliveryStatus::Queued, Some(leaves_at), Vec::new()),
                Ruling::Send => (DeliveryStatus::Held, Some(leaves_at), Vec::new()),
            };
            let is_sent = status != DeliveryStatus::Suppressed;
            let words = if awaits_approval { Some(WAITS.to_owned()) } else { wait.map(Wait::words) };
            let delivery = NewDelivery {
                id: db::new_id(now),
                contact: self.contact.id.clone(),
                personal_link: personal_link.clone().filter(|_| is_sent),
                place: self.place,
                channel: *channel,
                address: match channel {
                    Channel::Email => self.contact.email.to_string(),
                    Channel::Sms => self.contact.phone.to_string(),
                },
                recipient: Recipient::of(self.contact),
                status,
                reasons,
                due_at: due_at.filter(|_| !awaits_approval),
                words: words.filter(|_| is_sent),
            };
            deliveries::insert(&mut **tx, business, campaign, &delivery, now).await?;
            if let Some(wait) = wait.filter(|_| !awaits_approval) {
                deliveries::insert_hold(&mut **tx, business, &delivery.id, wait.until, &wait.held(), now).await?;
            }
        }
        Ok(())
    }

    async fn write_personal_link(
        self,
        tx: &mut db::Tx,
        business: &BusinessId,
        campaign: &CampaignId,
        link: &OfferedLink,
        now: i64,
    ) -> db::Result<PersonalLinkId> {
        let personal_link = PersonalLink {
            id: db::new_id(now),
            business: business.clone(),
            payment_link: link.id.clone(),
            contact: self.contact.id.clone(),
            campaign: Some(campaign.clone()),
            code: tokens::random_code(16),
            version: 1,
            expires_at: self.leaving.at + i64::from(link.details.personal_link_days) * DAY_MS,
            revoked_at: None,
        };
        personal_links::insert(tx, &personal_link, now).await?;
        Ok(personal_link.id)
    }
}
