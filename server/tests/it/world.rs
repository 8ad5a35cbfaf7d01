//! The business that most stories are about, with real servers outside; a story chooses what is special about it.

use crate::{
    app::TestApp,
    fakes::{
        smtp::SmtpReceiver,
        twilio::{ACCOUNT, FROM, PASSWORD, TwilioServer},
    },
    store::TestStore,
};
use app::{
    account::Access,
    backend::{Campaigns as _, Contacts as _},
    campaigns::{CampaignReport, NewCampaign},
    channel::Channel,
    contacts::{ContactDetails, ContactForm},
    eligibility::Warning,
    id::{CampaignId, ContactId, PaymentLinkId},
    money::Currency,
    payment_links::{LineItem, PaymentLinkDetails},
    results::{Recipient, TimelineEntry},
};
use server::{db::new_id, dispatcher::Dispatcher, service::Service};
use sqlx::AssertSqlSafe;

/// A business with one payment link, its mail server and its SMS provider.
pub struct World {
    pub app: TestApp,
    pub access: Access,
    pub smtp: SmtpReceiver,
    pub twilio: TwilioServer,
    pub link: PaymentLinkId,
    /// What every press of "Send" waives unless it says otherwise.
    pub send_anyway: Vec<Warning>,
}

/// What is special about a world before it starts.
pub struct Choices {
    store: TestStore,
    settings: Vec<(&'static str, &'static str)>,
    send_anyway: Vec<Warning>,
    can_pay_again: bool,
}

impl Choices {
    /// One more setting of the operator.
    pub fn setting(mut self, name: &'static str, value: &'static str) -> Self {
        self.settings.push((name, value));
        self
    }

    /// No warning keeps anyone out: for stories that send again and again to the same people.
    pub fn send_anyway(self) -> Self {
        Self { send_anyway: Warning::ALL.to_vec(), ..self }
    }

    /// Who has paid the link may pay it again.
    pub fn can_pay_again(self) -> Self {
        Self { can_pay_again: true, ..self }
    }

    pub async fn start(self) -> World {
        let (smtp, twilio) = (SmtpReceiver::start().await, TwilioServer::start().await);
        let (smtp_url, twilio_url) = (smtp.url(), twilio.url());
        let mut settings = vec![
            ("SMTP_URL", smtp_url.as_str()),
            ("MAIL_FROM", "Studio <payments@shop.example>"),
            ("TWILIO_ACCOUNT_SID", ACCOUNT),
            ("TWILIO_AUTH_TOKEN", PASSWORD),
            ("TWILIO_FROM", FROM),
            ("TWILIO_API_BASE", twilio_url.as_str()),
        ];
        settings.extend(self.settings);
        let app = TestApp::start(self.store, &settings).await;
        let access = app.owner("Studio Nord", "owner@shop.example").await;
        let details = PaymentLinkDetails { can_pay_again: self.can_pay_again, ..details() };
        let link = insert_link(&app.service, &access, &details).await;
        World { app, access, smtp, twilio, link, send_anyway: self.send_anyway }
    }
}

impl World {
    pub async fn start(store: TestStore) -> Self {
        Self::choose(store).start().await
    }

    pub const fn choose(store: TestStore) -> Choices {
        Choices { store, settings: Vec::new(), send_anyway: Vec::new(), can_pay_again: false }
    }

    pub async fn contact(&self, first_name: &str, email: &str, phone: &str) -> ContactId {
        contact(&self.app, &self.access, first_name, email, phone).await
    }

    /// Contact number n: a valid email and a valid phone that nobody else has.
    pub async fn valid(&self, n: usize) -> ContactId {
        self.named(n, &format!("Person{n}")).await
    }

    /// The same, by another name.
    pub async fn named(&self, n: usize, first_name: &str) -> ContactId {
        self.contact(first_name, &address(n), &phone(n)).await
    }

    pub fn wanted(&self, contacts: &[ContactId], channels: &[Channel]) -> NewCampaign {
        NewCampaign { send_anyway: self.send_anyway.clone(), ..wanted(&self.link, contacts, channels) }
    }

    pub async fn press_send(&self, contacts: &[ContactId], channels: &[Channel]) -> CampaignId {
        self.app.service.create_campaign(&self.access, self.wanted(contacts, channels)).await.unwrap()
    }

    /// The same, also to people who have paid the link, was sent it a short time ago or is being sent it.
    pub async fn press_send_anyway(&self, contacts: &[ContactId], channels: &[Channel]) -> CampaignId {
        send_anyway(&self.app.service, &self.access, &self.link, contacts, channels).await
    }

    pub async fn send_what_is_due(&self) {
        Dispatcher::new(self.app.service.clone()).run_until_idle().await.unwrap();
    }

    /// Moves the clock and sends what became due.
    pub async fn after(&self, ms: i64) {
        self.app.clock.advance(ms);
        self.send_what_is_due().await;
    }

    pub async fn report(&self, id: &CampaignId) -> CampaignReport {
        self.app.service.campaign_report(&self.access, id.clone(), None).await.unwrap()
    }

    pub async fn only(&self, id: &CampaignId) -> Recipient {
        self.report(id).await.recipients.remove(0)
    }

    /// What happened to one person of a campaign, in order.
    pub async fn entries(&self, id: &CampaignId, contact: &ContactId) -> Vec<TimelineEntry> {
        self.app.service.write_openings().await.unwrap();
        let open = Some(contact.clone());
        self.app.service.campaign_report(&self.access, id.clone(), open).await.unwrap().timeline.unwrap().1
    }

    /// The same, in words.
    pub async fn timeline(&self, id: &CampaignId, contact: &ContactId) -> Vec<String> {
        self.entries(id, contact).await.into_iter().map(|entry| entry.words).collect()
    }

    pub async fn details(&self, contact: &ContactId) -> ContactDetails {
        self.app.service.read_contact(&self.access, contact.clone()).await.unwrap()
    }

    /// Saves the contact with a change in its form.
    pub async fn edit(&self, contact: &ContactId, change: impl FnOnce(&mut ContactForm)) -> app::error::Result<()> {
        let known = self.details(contact).await.contact;
        let mut form = ContactForm {
            first_name: known.first_name,
            last_name: known.last_name,
            email: known.email.to_string(),
            phone: known.phone.to_string(),
            do_not_disturb: known.dnd.all,
            no_email: known.dnd.email,
            no_sms: known.dnd.sms,
            version: known.version,
            ..ContactForm::default()
        };
        change(&mut form);
        self.app.service.update_contact(&self.access, contact.clone(), form).await
    }

    /// The same, where nothing speaks against it.
    pub async fn switch(&self, contact: &ContactId, change: impl FnOnce(&mut ContactForm)) {
        self.edit(contact, change).await.unwrap();
    }

    /// The link's public name.
    pub fn slug(&self) -> &str {
        slug(&self.link)
    }

    /// Where everybody pays.
    pub fn standard_link(&self) -> String {
        format!("/pay/{}", self.slug())
    }
}

pub fn address(n: usize) -> String {
    format!("person{n}@example.com")
}

pub fn phone(n: usize) -> String {
    format!("+1415555{:04}", 2000 + n)
}

pub async fn contact(app: &TestApp, access: &Access, first_name: &str, email: &str, phone: &str) -> ContactId {
    let [first_name, email, phone] = [first_name, email, phone].map(str::to_owned);
    let form = ContactForm { first_name, email, phone, ..ContactForm::default() };
    app.service.create_contact(access, form).await.unwrap()
}

/// A press of "Send" that waives no warning, in the default wording, at once.
pub fn wanted(link: &PaymentLinkId, contacts: &[ContactId], channels: &[Channel]) -> NewCampaign {
    NewCampaign {
        key: server::tokens::random_code(22),
        payment_link: link.clone(),
        contacts: contacts.to_vec(),
        channels: channels.to_vec(),
        email_template: None,
        sms_template: None,
        subject: String::new(),
        reminders: Vec::new(),
        starts_at: None,
        send_anyway: Vec::new(),
    }
}

/// Presses "Send" and waives every warning.
pub async fn send_anyway(
    service: &Service,
    access: &Access,
    link: &PaymentLinkId,
    contacts: &[ContactId],
    channels: &[Channel],
) -> CampaignId {
    let wanted = NewCampaign { send_anyway: Warning::ALL.to_vec(), ..wanted(link, contacts, channels) };
    service.create_campaign(access, wanted).await.unwrap()
}

fn slug(link: &PaymentLinkId) -> &str {
    &link.as_str()[30..]
}

fn details() -> PaymentLinkDetails {
    let item = LineItem {
        item: "Pottery, 6 evenings".to_owned(),
        description: String::new(),
        price_minor: 9000,
        quantity: 1,
        range: None,
    };
    PaymentLinkDetails {
        name: "Pottery, spring class".to_owned(),
        items: vec![item],
        ..PaymentLinkDetails::blank(Currency::USD)
    }
}

pub async fn payment_link(service: &Service, access: &Access) -> PaymentLinkId {
    insert_link(service, access, &details()).await
}

pub async fn insert_link(service: &Service, access: &Access, details: &PaymentLinkDetails) -> PaymentLinkId {
    let id: PaymentLinkId = new_id(service.clock.now());
    let mut tx = service.db.begin().await.unwrap();
    sqlx::query(
        "insert into payment_links (id, business_id, slug, status, name, search, details, version, created_at, updated_at) \
         values ($1, $2, $3, 'active', $4, '', $5, 1, $6, $6)",
    )
    .bind(id.as_str())
    .bind(access.business().as_str())
    .bind(slug(&id))
    .bind(details.name.as_str())
    .bind(serde_json::to_string(details).unwrap())
    .bind(service.clock.now())
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// Runs a statement; how many rows it changed.
pub async fn run(app: &TestApp, sql: &str) -> u64 {
    let mut tx = app.service.db.begin().await.unwrap();
    let done = sqlx::query(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    done.rows_affected()
}

pub async fn number(app: &TestApp, sql: &'static str) -> i64 {
    let mut db = app.service.db.read().await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut *db).await.unwrap()
}
