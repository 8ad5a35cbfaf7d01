//! The real binary is killed in the middle of a campaign and started again; nothing it writes to its log names a person.

use crate::{
    fakes::{
        smtp::{Answer as Mail, SmtpReceiver},
        twilio::{ACCOUNT, Answer as Sms, FROM, PASSWORD, TwilioServer},
    },
    world::{payment_link, wanted},
};
use app::{
    account::{Access, Role},
    backend::{Campaigns as _, Contacts as _},
    channel::Channel,
    contacts::ContactForm,
    deliveries::DeliveryStatus,
    id::{BusinessId, CampaignId, ContactId, UserId},
};
use server::{clock::SystemClock, config::Config, db::new_id, service::Service};
use std::{
    collections::HashMap,
    fs::{self, File},
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

const PEOPLE: usize = 20;
pub const SITE: &str = r#"{"dashboard": {"script": "/pkg/a.js", "wasm": "/pkg/a.wasm"},
    "checkout": {"script": "/pkg/b.js", "wasm": "/pkg/b.wasm"}, "style": "/pkg/a.css", "checkout_style": ""}"#;

/// Every lease runs out: only while no server runs.
const FOR_ALL: &str = "update deliveries set due_at = due_at - 120000 where due_at is not null";
/// What waits for its next attempt or question is due.
const FOR_WHAT_WAITS: &str = "update deliveries set due_at = due_at - 120000, unknown_at = unknown_at - 120000 \
    where due_at is not null and worker is null";

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct World {
    folder: TempDir,
    settings: HashMap<String, String>,
    service: Service,
    access: Access,
    smtp: SmtpReceiver,
    twilio: TwilioServer,
}

fn address(n: usize) -> String {
    format!("secretive{n}@example.com")
}

fn phone(n: usize) -> String {
    format!("+1415555{:04}", 3000 + n)
}

impl World {
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (smtp, twilio) = (SmtpReceiver::start().await, TwilioServer::start().await);
        fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        for file in ["a.js", "a.wasm", "b.js", "b.wasm", "a.css"] {
            fs::write(folder.path().join("site/pkg").join(file), "").unwrap();
        }
        fs::write(folder.path().join("site/manifest.json"), SITE).unwrap();
        let settings: HashMap<String, String> = [
            ("DATABASE_URL", format!("sqlite://{}", folder.path().join("handbill.db").display())),
            ("LEPTOS_SITE_ADDR", "127.0.0.1:0".to_owned()),
            ("LEPTOS_SITE_ROOT", folder.path().join("site").display().to_string()),
            ("SIGNING_KEYS", "test0001:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHkgMDEyMzQ1Njc=".to_owned()),
            ("SMTP_URL", smtp.url()),
            ("TWILIO_ACCOUNT_SID", ACCOUNT.to_owned()),
            ("TWILIO_AUTH_TOKEN", PASSWORD.to_owned()),
            ("TWILIO_FROM", FROM.to_owned()),
            ("TWILIO_API_BASE", twilio.url()),
            ("RUST_LOG", "debug".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        let config = Config::read(&|name| settings.get(name).cloned()).unwrap();
        let service = Service::open(config, Arc::new(SystemClock::default())).await.unwrap();
        let access = owner(&service).await;
        Self { folder, settings, service, access, smtp, twilio }
    }

    /// Writes a campaign to everyone, both channels.
    async fn press_send(&self) -> CampaignId {
        let mut contacts: Vec<ContactId> = Vec::new();
        for n in 0..PEOPLE {
            let form = ContactForm {
                first_name: format!("Quellcrist{n}"),
                email: address(n),
                phone: phone(n),
                ..ContactForm::default()
            };
            contacts.push(self.service.create_contact(&self.access, form).await.unwrap());
        }
        let link = payment_link(&self.service, &self.access).await;
        let campaign = wanted(&link, &contacts, &Channel::ALL);
        self.service.create_campaign(&self.access, campaign).await.unwrap()
    }

    fn serve(&self) -> Running {
        let log = File::options().append(true).create(true).open(self.folder.path().join("log")).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
        command.arg("serve").current_dir(self.folder.path()).env_clear().envs(&self.settings);
        command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log);
        Running(command.spawn().unwrap())
    }

    fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// As if two minutes had passed for these deliveries.
    async fn time_passes(&self, sql: &'static str) {
        let mut tx = self.service.db.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn wait_until_done(&self, id: &CampaignId) {
        let done = async {
            while !self.service.campaign_progress(&self.access, id.clone()).await.unwrap().is_done() {
                self.time_passes(FOR_WHAT_WAITS).await;
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), done).await.expect("the campaign ends");
    }
}

async fn owner(service: &Service) -> Access {
    let now = service.clock.now();
    let (business, user): (BusinessId, UserId) = (new_id(now), new_id(now));
    let mut tx = service.db.begin().await.unwrap();
    sqlx::query(
        "insert into businesses (id, name, country, currency, quiet_from_minute, quiet_until_minute, created_at) \
         values ($1, 'Studio', 'US', 'USD', null, null, 0)",
    )
    .bind(business.as_str())
    .execute(&mut *tx)
    .await
    .unwrap();
    sqlx::query(
        "insert into users (id, business_id, email, password_hash, role, created_at) \
         values ($1, $2, 'boss@shop.example', 'x', 'owner', 0)",
    )
    .bind(user.as_str())
    .bind(business.as_str())
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    Access::checked(business, user, Role::Owner)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_in_the_middle_of_a_campaign_it_goes_on_where_it_was() {
    let world = World::start().await;
    for n in 0..PEOPLE {
        world.smtp.script(&address(n), [Mail::Hold]);
        world.twilio.script(&phone(n), [Sms::Hold]);
    }
    let id = world.press_send().await;
    let first = world.serve();
    world.smtp.wait_for_held(4).await;
    world.twilio.wait_for_held(8).await;
    drop(first);
    world.smtp.open_gate();
    world.twilio.open_gate();
    world.twilio.wait_for(8).await;

    world.time_passes(FOR_ALL).await;
    let _second = world.serve();
    world.wait_until_done(&id).await;
    let progress = world.service.campaign_progress(&world.access, id).await.unwrap();
    assert_eq!((progress.sent, progress.failed, progress.unknown), (40, 0, 0));
    for n in 0..PEOPLE {
        assert_eq!(world.twilio.texts_to(&phone(n)).len(), 1, "a text is never repeated");
        let mails = world.smtp.mails_to(&address(n));
        assert!((1..=2).contains(&mails.len()), "{n}: {}", mails.len());
        assert!(mails.iter().all(|mail| mail.bytes == mails[0].bytes), "a repeat is byte-identical");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_mails_on_the_wire_it_never_calls_them_unsent_and_repeats_no_others() {
    let world = World::start().await;
    for n in 0..PEOPLE {
        world.smtp.script(&address(n), [Mail::Hold]);
    }
    let id = world.press_send().await;
    let first = world.serve();
    world.smtp.wait_for_held(4).await;
    drop(first);
    world.smtp.open_gate();
    let taken = async {
        while world.smtp.mails().len() < 4 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), taken).await.expect("the mail server takes what it had");
    let on_the_wire: Vec<usize> = (0..PEOPLE).filter(|n| world.smtp.is_held(&address(*n))).collect();
    assert_eq!(on_the_wire.len(), 4);
    // Half of them want no more mail.
    world
        .time_passes("update contacts set email_dnd_at = 1 where phone like '%0' or phone like '%1' or phone like '%2'")
        .await;
    world.time_passes(FOR_ALL).await;
    let _second = world.serve();
    world.wait_until_done(&id).await;

    let report = world.service.campaign_report(&world.access, id, None).await.unwrap();
    for (n, recipient) in report.recipients.iter().enumerate() {
        let (mails, email) = (world.smtp.mails_to(&address(n)).len(), recipient.email.as_ref().unwrap());
        let expected = match (n % 10 < 3, on_the_wire.contains(&n)) {
            (true, true) => (DeliveryStatus::Unknown, 1),
            (true, false) => (DeliveryStatus::Suppressed, 0),
            (false, true) => (DeliveryStatus::Sent, 2),
            (false, false) => (DeliveryStatus::Sent, 1),
        };
        assert_eq!((email.status, mails), expected, "{n}: {email:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_whole_campaign_writes_no_person_and_no_secret_into_the_log() {
    let world = World::start().await;
    // Every kind of trouble, whose answers name the receiver.
    world.smtp.script(&address(0), [Mail::Rcpt("550 5.1.1 <secretive0@example.com> unknown")]);
    world.smtp.script(&address(1), [Mail::Rcpt("450 4.2.0 <secretive1@example.com> later")]);
    world.smtp.script(&address(2), [Mail::DropAfterDot]);
    world.twilio.script(&phone(0), [Sms::Refuse(400, 21_211)]);
    world.twilio.script(&phone(1), [Sms::Fault]);
    world.twilio.script(&phone(2), [Sms::CloseAfterSending]);
    let id = world.press_send().await;
    let _running = world.serve();
    world.wait_until_done(&id).await;

    let code = world.twilio.texts()[0].body.split("/l/").nth(1).unwrap().to_owned();
    let code: String = code.chars().take_while(char::is_ascii_alphanumeric).collect();
    let log = world.log();
    assert!(log.contains("attempt"), "something was written");
    for secret in ["secretive", "Quellcrist", "+14155553", "%2B1415555", "14155553", PASSWORD, &code, "dGhpcyBrZXkg"] {
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{secret}: {line:?}");
    }
}
