//! The command `demo`: fills a business with realistic data, so that every screen has something to show.

mod crowd;
mod people;
mod story;

use crate::{
    checkout::opener::Sign,
    config::Config,
    db::{
        self, Tx,
        businesses::BusinessFields,
        campaigns::NewCampaign,
        consents::{self, Consent, Source},
        contacts::Person,
        deliveries::{Attempt, NewDelivery, Recipient},
        delivery_reports::{Reported, StoredReport},
        demo::Past,
        openings::NewOpening,
        outbox::Purpose,
        payment_links::StoredLink,
        payments::Payment,
        personal_links::{Origin, PersonalLink},
        reminders::StoredReminder,
        users::StoredUser,
    },
    email,
    facts::{Attempted, CampaignEvent, Chosen, Controlled, Ended, Fact, FrozenWording, Pressed, Stopped},
    local_time, names, outbox, phone,
    providers::{Message, Messenger, outbox::OutboxMessenger},
    render::{Envelope, Offer},
    service::Service,
    templates::built_in,
    tokens::random_code,
    zones,
};
use app::{
    account::Role,
    address::{Email, EmailProblem, Phone, PhoneProblem, Typed},
    care::Care,
    change::Change,
    channel::Channel,
    checkout::CheckoutValues,
    contacts::{Contact, Dnd},
    deliveries::DeliveryStatus,
    eligibility::{self, Facts, Ruling, Verdict},
    error::{Error, Result},
    id::{BusinessId, CampaignId, PaymentId, UserId},
    money::{Currency, Money},
    payment_links::PaymentLinkDetails,
    templates::Wording,
    transactions::PaymentStatus,
};
use people::{PEOPLE, Wish};
use story::{Course, Ending, FIRST_SLUG, FRIENDLY, Link, SENDINGS, STRANGERS, Sending, Stage, TEMPLATES};

const BUSINESS: &str = "Studio Nord";
const COUNTRY: &str = "US";
const EMAIL: &str = "demo@example.com";
const PASSWORD: &str = "clay-wheel-kiln-glaze";
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// A sending that was paused had come so far.
const SENT_BEFORE_PAUSE: usize = 4;
/// Contacts in one transaction.
const CHUNK: usize = 5_000;

/// How to look at the demo.
pub struct Login {
    /// Who logs in.
    pub email: &'static str,
    /// Their password: known to all, for data that belongs to nobody.
    pub password: &'static str,
    /// A checkout that can be opened at once.
    pub checkout_url: String,
}

/// Fills the demo's business, unless it is there; `contacts` is how many it has in the end, if that is more than the people
/// of its story.
pub async fn fill(service: &Service, contacts: usize) -> Result<Login> {
    let login = Login {
        email: EMAIL,
        password: PASSWORD,
        checkout_url: format!("{}/pay/{FIRST_SLUG}", service.config.http.public_url),
    };
    let mut connection = service.db.read().await?;
    let existing = db::users::find_by_email(&mut *connection, EMAIL).await?;
    drop(connection);
    if existing.is_some() {
        return Ok(login);
    }
    let password_hash = service.passwords.hash(PASSWORD.to_owned()).await?;
    let now = service.clock.now();
    let mut tx = service.db.begin().await?;
    let mut demo = Demo { config: &service.config, business: db::new_id(now), user: db::new_id(now), now };
    demo.add_business(&mut tx, password_hash).await?;
    let people = demo.add_people(&mut tx).await?;
    let links = demo.add_links(&mut tx).await?;
    demo.add_templates(&mut tx).await?;
    for sending in &SENDINGS {
        demo.add_campaign(&mut tx, sending, &links[sending.link], &people).await?;
    }
    for stranger in &STRANGERS {
        demo.add_stranger(&mut tx, &links, stranger).await?;
    }
    tx.commit().await?;
    demo.add_crowd(service, PEOPLE.len()..contacts).await?;
    Ok(login)
}

/// The business that is being filled.
struct Demo<'a> {
    config: &'a Config,
    business: BusinessId,
    user: UserId,
    now: i64,
}

/// Somebody's personal link, what leads there and when it was sent.
struct Visit<'a> {
    link: &'a StoredLink,
    personal_link: &'a PersonalLink,
    contact: &'a Contact,
    turn: usize,
    sent_at: i64,
    /// What it still waits as, and until when.
    waits: Option<(DeliveryStatus, i64)>,
}

impl Demo<'_> {
    async fn add_business(&self, tx: &mut Tx, password_hash: String) -> Result<()> {
        let created_at = self.now - 120 * DAY;
        let fields = BusinessFields { name: BUSINESS, country: COUNTRY, currency: Currency::USD };
        db::businesses::insert(&mut **tx, &self.business, fields, created_at).await?;
        // A person who tries the demo at night sees what it sends.
        db::care::update(&mut **tx, &self.business, Care { quiet: None, weekly_cap: None }).await?;
        let user = StoredUser {
            id: self.user.clone(),
            business: self.business.clone(),
            email: EMAIL.to_owned(),
            password_hash,
            role: Role::Owner,
            disabled_at: None,
        };
        db::users::insert(&mut **tx, &user, created_at).await?;
        // The first business is there: nobody else may set one up.
        db::businesses::claim_setup(&mut **tx, created_at).await?;
        Ok(())
    }

    async fn add_people(&self, tx: &mut Tx) -> Result<Vec<Contact>> {
        let mut contacts = Vec::with_capacity(PEOPLE.len());
        for (turn, someone) in (0_i64..).zip(&PEOPLE) {
            let created_at = self.now - 100 * DAY + turn * 2 * DAY;
            let id = db::new_id(created_at);
            let person = Person {
                first_name: names::clean(someone.first_name),
                last_name: names::clean(someone.last_name),
                email: typed_email(someone.email),
                phone: typed_phone(someone.phone),
                tags: someone.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            };
            db::contacts::insert(tx, &self.business, &id, &person, created_at).await?;
            let (channel, dnd) = match someone.wish {
                Wish::NoMessages => ("all", Dnd { all: true, ..Dnd::default() }),
                Wish::NoEmail => ("email", Dnd { email: true, ..Dnd::default() }),
                Wish::NoSms => ("sms", Dnd { sms: true, ..Dnd::default() }),
                Wish::Nothing | Wish::Archived => ("", Dnd::default()),
            };
            if dnd != Dnd::default() {
                let asked_at = self.now - 30 * DAY;
                db::contacts::update_dnd(tx, &self.business, &id, dnd, asked_at).await?;
                let consent = db::new_id(asked_at);
                let user = Some(&self.user);
                let switched = Consent {
                    contact: &id,
                    channel,
                    dnd: true,
                    source: Source::Form,
                    user,
                    reason: None,
                    evidence: None,
                };
                consents::insert(tx, &consent, &self.business, switched, asked_at).await?;
            }
            if someone.wish == Wish::Archived {
                db::contacts::update_archived(tx, &self.business, &id, true, self.now - 10 * DAY).await?;
            }
            contacts.extend(db::contacts::find(tx, &self.business, &id).await?);
        }
        Ok(contacts)
    }

    async fn add_links(&self, tx: &mut Tx) -> Result<Vec<StoredLink>> {
        let mut links = Vec::new();
        for Link { slug, status, age_ms, details } in story::links() {
            let created_at = self.now - age_ms;
            let link = StoredLink {
                id: db::new_id(created_at),
                slug: slug.to_owned(),
                status,
                details,
                version: 1,
                created_at,
            };
            db::payment_links::insert(&mut **tx, &self.business, &link, created_at).await?;
            links.push(link);
        }
        Ok(links)
    }

    async fn add_templates(&self, tx: &mut Tx) -> Result<()> {
        for (turn, (channel, name, ..)) in (1_i64..).zip(&TEMPLATES) {
            let saved_at = self.now - (30 - turn) * DAY;
            let wording = wording_of(*channel, usize::try_from(turn - 1).ok());
            let id = db::new_id(saved_at);
            db::templates::insert(tx, &self.business, &id, *channel, name, &wording, saved_at).await?;
        }
        Ok(())
    }

    async fn add_campaign(&self, tx: &mut Tx, sending: &Sending, link: &StoredLink, people: &[Contact]) -> Result<()> {
        let sent_at = self.now - sending.age_ms;
        let selection: Vec<Contact> =
            people.iter().filter(|contact| contact.tags.iter().any(|tag| tag == sending.tag)).cloned().collect();
        let email = wording_of(Channel::Email, sending.email_template);
        let sms = wording_of(Channel::Sms, sending.sms_template);
        let has = |channel| sending.channels.contains(&channel);
        let id: CampaignId = db::new_id(sent_at);
        let campaign = NewCampaign {
            id: &id,
            payment_link: &link.id,
            user: &self.user,
            key: id.as_str(),
            request_hash: "",
            email_subject: has(Channel::Email).then_some(email.subject.as_str()),
            email_body: has(Channel::Email).then_some(email.body.as_str()),
            sms_body: has(Channel::Sms).then_some(sms.body.as_str()),
            starts_at: (sending.stage == Stage::Scheduled).then_some(self.now + 3 * DAY),
            paid_waived: false,
        };
        db::campaigns::insert(&mut **tx, &self.business, campaign, sent_at).await?;
        if let Some(after_days) = sending.reminder_after_days {
            let reminder = StoredReminder {
                number: 1,
                after_days,
                email: Some(wording_of(Channel::Email, Some(FRIENDLY))),
                sms: None,
                due_at: sent_at + i64::from(after_days) * DAY,
                made_at: None,
                created_campaign: None,
                link_closed_at: None,
                canceled_at: None,
                added_by: None,
                created_at: sent_at,
            };
            db::reminders::insert(&mut **tx, &self.business, &id, &reminder).await?;
        }
        let verdicts = eligibility::review(&selection.iter().map(Facts::of).collect::<Vec<_>>(), sending.channels);
        let pressed = Pressed {
            campaign: &id,
            user: &self.user,
            payment_link: &link.id,
            payment_link_name: &link.details.name,
            amount: link.details.total()?.to_string(),
            email: has(Channel::Email).then(|| FrozenWording::from(&email)),
            sms: has(Channel::Sms).then(|| FrozenWording::from(&sms)),
            send_anyway: &[],
            people: selection.iter().zip(&verdicts).map(|(one, verdict)| Chosen::new(one, verdict)).collect(),
        };
        tx.note(&self.business, &Fact::Campaign(pressed), sent_at)?;
        for (place, (contact, verdict)) in selection.iter().zip(&verdicts).enumerate() {
            let personal_link = PersonalLink {
                id: db::new_id(sent_at),
                business: self.business.clone(),
                payment_link: link.id.clone(),
                contact: contact.id.clone(),
                campaign: Some(id.clone()),
                code: random_code(16),
                version: 1,
                expires_at: sent_at + i64::from(link.details.personal_link_days) * DAY,
                revoked_at: None,
            };
            if verdict.is_sent_to() {
                db::personal_links::insert(tx, &personal_link, sent_at).await?;
            }
            let waits = match sending.stage {
                Stage::Scheduled => Some((DeliveryStatus::Held, self.now + 3 * DAY)),
                Stage::Paused if place >= SENT_BEFORE_PAUSE => Some((DeliveryStatus::Queued, sent_at)),
                Stage::Paused | Stage::Over => None,
            };
            let mut visit = Visit { link, personal_link: &personal_link, contact, turn: place, sent_at, waits };
            let mut has_arrived = false;
            for channel in sending.channels {
                let wording = if *channel == Channel::Email { &email } else { &sms };
                has_arrived |= self.add_delivery(tx, &id, &visit, *channel, verdict, wording).await?;
            }
            if has_arrived {
                visit.turn += sending.link;
                self.add_use(tx, &visit).await?;
            }
        }
        self.add_events(tx, &id, sending.stage, sent_at).await
    }

    /// What was done to a campaign that is not over.
    async fn add_events(&self, tx: &mut Tx, campaign: &CampaignId, stage: Stage, sent_at: i64) -> Result<()> {
        let user = Some(&self.user);
        match stage {
            Stage::Over => {}
            Stage::Scheduled => {
                let zone = zones::of_business("", COUNTRY);
                let words = format!(
                    "Scheduled for {} ({}).",
                    local_time::shown(self.now + 3 * DAY, sent_at, &zone),
                    zones::name(&zone)
                );
                let (what, words) = (CampaignEvent::Scheduled, words.as_str());
                tx.note(&self.business, &Fact::Control(Controlled { campaign, user, what, words }), sent_at)?;
            }
            Stage::Paused => {
                let (reason, at) = ("", sent_at + MINUTE);
                db::control::update_paused(&mut **tx, &self.business, campaign, reason, at).await?;
                let (what, words) = (CampaignEvent::Paused, &Change::Paused.to_string());
                tx.note(&self.business, &Fact::Control(Controlled { campaign, user, what, words }), at)?;
            }
        }
        Ok(())
    }

    /// Writes one delivery with its past; whether the receiver has got it.
    async fn add_delivery(
        &self,
        tx: &mut Tx,
        campaign: &CampaignId,
        visit: &Visit<'_>,
        channel: Channel,
        verdict: &Verdict,
        wording: &Wording,
    ) -> Result<bool> {
        let contact = visit.contact;
        let outcome = story::outcome_of(channel, visit.turn);
        let is_chosen = verdict.channels.contains(&channel);
        let reasons = match verdict.on(channel) {
            Ruling::AskFirst(reasons) | Ruling::Skip(reasons) => reasons,
            Ruling::Send | Ruling::Wait(_) => Vec::new(),
        };
        let recipient = Recipient::of(contact);
        let address = if channel == Channel::Email { recipient.email.clone() } else { recipient.phone.clone() };
        let delivery = NewDelivery {
            id: db::new_id(visit.sent_at),
            contact: contact.id.clone(),
            personal_link: verdict.is_sent_to().then(|| visit.personal_link.id.clone()),
            place: i64::try_from(visit.turn).unwrap_or_default(),
            channel,
            address,
            recipient,
            status: match (is_chosen, visit.waits) {
                (false, _) => DeliveryStatus::Suppressed,
                (true, Some((status, _))) => status,
                (true, None) => outcome.status,
            },
            reasons,
            due_at: visit.waits.filter(|_| is_chosen).map(|(_, due_at)| due_at),
            words: None,
        };
        db::deliveries::insert(&mut **tx, &self.business, campaign, &delivery, visit.sent_at).await?;
        if !is_chosen || visit.waits.is_some() {
            return Ok(false);
        }
        let at = visit.sent_at + 900 * (delivery.place + 1);
        let message = self.compose(visit, &delivery, wording, at)?;
        self.add_past(tx, (campaign, contact.dnd), &delivery, &outcome, &message, at).await?;
        let has_arrived = matches!(outcome.status, DeliveryStatus::Sent | DeliveryStatus::Delivered);
        if has_arrived {
            self.add_to_outbox(tx, &delivery, message, at).await?;
        }
        Ok(has_arrived)
    }

    async fn add_past(
        &self,
        tx: &mut Tx,
        (campaign, dnd): (&CampaignId, Dnd),
        delivery: &NewDelivery,
        outcome: &Course,
        message: &Message,
        at: i64,
    ) -> Result<()> {
        let receiver = delivery.receiver(campaign, dnd);
        let provider = if delivery.channel == Channel::Email { "SMTP" } else { "Twilio" };
        let message_id = match delivery.channel {
            Channel::Email => format!("<{}@localhost>", delivery.id),
            Channel::Sms => format!("SM{}", &delivery.id.as_str()[4..]),
        };
        let past = Past { provider, provider_id: Some(&message_id), words: outcome.words, at };
        db::demo::update_past(tx, &self.business, delivery, &past).await?;
        if matches!(outcome.status, DeliveryStatus::Held | DeliveryStatus::Canceled) {
            let stopped = Stopped { receiver, outcome: outcome.status.as_str(), reasons: &[], words: outcome.words };
            tx.note(&self.business, &Fact::Stopped(stopped), at)?;
            return Ok(());
        }
        let (code, said) = (outcome.code.map(str::to_owned), outcome.said.map(str::to_owned));
        let mut attempt = Attempt {
            attempt: 1,
            outcome: outcome.status.as_str().to_owned(),
            provider: provider.to_owned(),
            words: outcome.words.to_owned(),
            code,
            said,
            created_at: at,
        };
        let mut ended = None;
        let is_reported = matches!(outcome.status, DeliveryStatus::Delivered | DeliveryStatus::Undelivered);
        if is_reported {
            // The provider took it, and told later what became of it.
            let (code, said) = (attempt.code.take(), attempt.said.take());
            DeliveryStatus::Sent.as_str().clone_into(&mut attempt.outcome);
            "The provider took the message.".clone_into(&mut attempt.words);
            let reported = Reported {
                id: delivery.id.clone(),
                business: self.business.clone(),
                campaign: campaign.clone(),
                contact: delivery.contact.clone(),
                channel: delivery.channel,
                address: delivery.address.clone(),
                status: outcome.status,
            };
            let report = StoredReport {
                outcome: outcome.status,
                provider: provider.to_owned(),
                status: outcome.status.as_str().to_owned(),
                words: outcome.words.to_owned(),
                code,
                said,
                created_at: at + 4_000,
            };
            db::delivery_reports::insert(&mut **tx, &reported, &report).await?;
            ended = Some(report);
        }
        db::deliveries::insert_attempt(&mut **tx, &self.business, &delivery.id, &attempt).await?;
        let attempted = Attempted {
            receiver,
            attempt: attempt.attempt,
            outcome: &attempt.outcome,
            provider,
            provider_id: (attempt.outcome == DeliveryStatus::Sent.as_str()).then_some(message_id.as_str()),
            handed: &message.handed(),
            words: &attempt.words,
            code: attempt.code.as_deref(),
        };
        tx.note(&self.business, &Fact::Attempt(attempted), at)?;
        if let Some(report) = ended {
            let ended = Ended {
                delivery: &delivery.id,
                contact: &delivery.contact,
                channel: delivery.channel,
                address: &delivery.address,
                outcome: report.outcome.as_str(),
                provider,
                status: &report.status,
                words: &report.words,
                code: report.code.as_deref(),
            };
            tx.note(&self.business, &Fact::Report(ended), report.created_at)?;
        }
        Ok(())
    }

    /// The message as it left.
    fn compose(&self, visit: &Visit<'_>, delivery: &NewDelivery, wording: &Wording, at: i64) -> Result<Message> {
        let address = self.config.http.public_url.as_str();
        let offer = Offer::new(address, BUSINESS, &visit.link.details, &visit.personal_link.code)?;
        let envelope = Envelope {
            id: &delivery.id,
            channel: delivery.channel,
            address: &delivery.address,
            recipient: &delivery.recipient,
            dated_at: at,
        };
        offer.message(&envelope, wording.into()).map_err(|_| Error::Internal)
    }

    /// Keeps the message as the outbox would have, where the channel has no provider.
    async fn add_to_outbox(&self, tx: &mut Tx, delivery: &NewDelivery, message: Message, at: i64) -> Result<()> {
        let has_provider = match delivery.channel {
            Channel::Email => self.config.smtp.is_some(),
            Channel::Sms => self.config.twilio.is_some(),
        };
        if has_provider {
            return Ok(());
        }
        let messenger = OutboxMessenger::new(self.config.mail_from.clone());
        let sent = messenger.send(&message).await.map_err(|_| Error::Internal)?;
        if let Some(kept) = sent.kept {
            let message = outbox::keep(message, kept, at);
            db::outbox::insert(&mut **tx, &self.business, Purpose::Delivery(&delivery.id), &message).await?;
        }
        Ok(())
    }

    /// What the receiver did with the link.
    async fn add_use(&self, tx: &mut Tx, visit: &Visit<'_>) -> Result<()> {
        let (times, ending) = story::use_of(visit.turn);
        let opened_at = visit.sent_at + story::delay_of(visit.turn);
        if times == 0 || opened_at > self.now {
            return Ok(());
        }
        let origin = visit.personal_link.origin();
        if visit.turn.is_multiple_of(2) {
            self.add_opening(tx, visit.link, Some(&origin), Sign::Scanner, visit.sent_at + 2_000).await?;
        }
        for time in 0..times {
            let at = (opened_at + time * 17 * MINUTE).min(self.now);
            self.add_opening(tx, visit.link, Some(&origin), Sign::Plain, at).await?;
            self.add_opening(tx, visit.link, Some(&origin), Sign::Signal, at + 800).await?;
        }
        if let Some(ending) = ending {
            let customer = CheckoutValues {
                name: visit.contact.name(),
                email: visit.contact.email.to_string(),
                phone: visit.contact.phone.to_string(),
                ..CheckoutValues::default()
            };
            let quantity = u32::try_from(visit.turn % 5).unwrap_or_default() + 1;
            self.add_payment(tx, visit.link, Some(origin), customer, quantity, ending, opened_at + 4 * MINUTE).await?;
        }
        Ok(())
    }

    async fn add_opening(
        &self,
        tx: &mut Tx,
        link: &StoredLink,
        origin: Option<&Origin>,
        why: Sign,
        at: i64,
    ) -> Result<()> {
        let (business, payment_link) = (self.business.clone(), link.id.clone());
        db::openings::add(tx, &NewOpening { business, payment_link, origin: origin.cloned(), why, at }, 1, at).await?;
        Ok(())
    }

    async fn add_stranger(
        &self,
        tx: &mut Tx,
        links: &[StoredLink],
        (name, email, phone, link, quantity, age_ms): &(&str, &str, &str, usize, u32, i64),
    ) -> Result<()> {
        let (link, paid_at) = (&links[*link], self.now - age_ms);
        for minutes in [9, 3, 2] {
            self.add_opening(tx, link, None, Sign::Signal, paid_at - minutes * MINUTE).await?;
        }
        let customer = CheckoutValues {
            name: (*name).to_owned(),
            email: (*email).to_owned(),
            phone: (*phone).to_owned(),
            ..CheckoutValues::default()
        };
        let ending = Ending { status: PaymentStatus::Succeeded, reason: "" };
        self.add_payment(tx, link, None, customer, *quantity, ending, paid_at).await
    }

    #[expect(clippy::too_many_arguments, reason = "a payment is made of them")]
    async fn add_payment(
        &self,
        tx: &mut Tx,
        link: &StoredLink,
        origin: Option<Origin>,
        customer: CheckoutValues,
        quantity: u32,
        ending: Ending,
        at: i64,
    ) -> Result<()> {
        let order = with_quantity(&link.details, quantity).quote()?;
        let search = names::fold(&format!("{}\n{}\n{}", customer.name, customer.email, customer.phone));
        let id: PaymentId = db::new_id(at);
        let payment = Payment {
            id: id.clone(),
            business: self.business.clone(),
            payment_link: link.id.clone(),
            origin,
            attempt: random_code(16),
            status: PaymentStatus::Pending,
            amount: Money::new(order.total, link.details.currency),
            items: order.into_lines(),
            customer,
            gateway: "test".to_owned(),
            key: random_code(32),
            reason: String::new(),
            created_at: at,
            expires_at: at + 30 * MINUTE,
            settled_at: None,
        };
        db::payments::insert(tx, &payment, &search).await?;
        db::payments::settle(tx, &id, ending.status, ending.reason, at + MINUTE).await?;
        Ok(())
    }

    async fn add_crowd(&mut self, service: &Service, range: std::ops::Range<usize>) -> Result<()> {
        for start in range.clone().step_by(CHUNK) {
            let mut tx = service.db.begin().await?;
            for n in start..range.end.min(start + CHUNK) {
                let id = db::new_id(self.now);
                db::contacts::insert(&mut tx, &self.business, &id, &crowd::person(n), self.now).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }
}

fn typed_email(typed: &str) -> Typed<Email> {
    match email::parse(typed) {
        Ok(email) => Typed::Valid(email),
        Err(EmailProblem::Empty) => Typed::Missing,
        Err(_) => Typed::Invalid(typed.to_owned()),
    }
}

fn typed_phone(typed: &str) -> Typed<Phone> {
    match phone::parse(typed, COUNTRY) {
        Ok(phone) => Typed::Valid(phone),
        Err(PhoneProblem::Empty) => Typed::Missing,
        Err(_) => Typed::Invalid(typed.to_owned()),
    }
}

/// The wording of one of the business's templates, or the built-in one.
fn wording_of(channel: Channel, template: Option<usize>) -> Wording {
    match template.and_then(|index| TEMPLATES.get(index)) {
        Some((_, _, subject, body)) => Wording { subject: (*subject).to_owned(), body: (*body).to_owned() },
        None => built_in(channel).wording,
    }
}

/// What is owed for so many, as far as the customer can choose.
fn with_quantity(details: &PaymentLinkDetails, quantity: u32) -> PaymentLinkDetails {
    let mut details = details.clone();
    for item in &mut details.items {
        if let Some(range) = item.range {
            item.quantity = quantity.clamp(range.minimum, range.maximum);
        }
    }
    details
}
