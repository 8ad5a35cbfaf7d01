//! What stays of a sending: openings told apart, timelines, totals, exports, and the ledger that shows when it was tampered with.

use crate::{
    app::TestApp,
    both_engines,
    fakes::{smtp::Answer as Mail, twilio::Answer as Sms},
    store::TestStore,
    world::{World, address, contact, number, payment_link, phone, run, send_anyway, wanted},
};
use app::{
    account::Access,
    backend::{Campaigns as _, Contacts as _, Ledger as _, PaymentLinks as _},
    campaigns::NewCampaign,
    channel::Channel,
    contacts::ContactForm,
    eligibility::Warning,
    history::HistoryKind,
    id::ContactId,
    ledger::{BrokenEntry, Difference, Differing, Fault, LedgerCheck},
    money::{Currency, Money},
};
use proptest::{
    prelude::*,
    test_runner::{Config as Cases, TestRunner},
};
use server::{
    checkout::OpenedLink,
    clock::Clock,
    config::Secret,
    dispatcher::Dispatcher,
    facts::{
        Changed, Fact, Subject,
        chain::{BEGINNING, hash},
    },
    ledger::{
        self,
        seal::{self, HeadFault, KeptHead},
    },
    service::{Service, StartError},
};
use sqlx::{AssertSqlSafe, ConnectOptions as _};
use std::{
    collections::HashMap,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
    str::FromStr as _,
    sync::Arc,
};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;
const BROWSER: &str =
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// A business whose link can be paid again, which sends whatever speaks against it.
async fn studio(store: TestStore) -> World {
    World::choose(store).send_anyway().can_pay_again().start().await
}

impl World {
    /// The personal address of a contact's link of a campaign, with a fresh token.
    pub async fn address(&self, contact: &ContactId) -> String {
        let mut db = self.app.service.db.read().await.unwrap();
        let code: String =
            sqlx::query_scalar("select code from personal_links where contact_id = $1 order by created_at desc")
                .bind(contact.as_str())
                .fetch_one(&mut *db)
                .await
                .unwrap();
        drop(db);
        match self.app.service.open_personal_link(&code).await.unwrap() {
            OpenedLink::Checkout(address) => address,
            OpenedLink::Recalled(_) => panic!("it was not recalled"),
        }
    }

    async fn open(&self, address: &str, headers: &[(&str, &str)]) {
        let mut request = self.app.client.get(self.app.at(address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assert_eq!(request.send().await.unwrap().status(), 200);
    }

    /// The signal that a page sends after it came alive.
    async fn come_alive(&self, address: &str, headers: &[(&str, &str)]) {
        let token = address.split_once("t=").map(|(_, token)| token.to_owned()).unwrap_or_default();
        let path = address.split('?').next().unwrap();
        let mut request = self.app.client.post(self.app.at(&format!("{path}/view"))).body(token);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        assert_eq!(request.send().await.unwrap().status(), 204);
    }

    /// A person opens the checkout in a browser.
    pub async fn look(&self, address: &str) {
        self.open(address, &[("user-agent", BROWSER)]).await;
        self.come_alive(address, &[("user-agent", BROWSER)]).await;
    }

    /// How many openings there are with this sign.
    async fn openings(&self, why: &str) -> i64 {
        self.app.service.write_openings().await.unwrap();
        let mut db = self.app.service.db.read().await.unwrap();
        sqlx::query_scalar("select cast(coalesce(sum(times), 0) as bigint) from openings where why = $1")
            .bind(why)
            .fetch_one(&mut *db)
            .await
            .unwrap()
    }

    /// Fills in the form and decides at the gateway.
    async fn check_out(&self, address: &str, outcome: &str) {
        let page = self.app.client.get(self.app.at(address)).send().await.unwrap().text().await.unwrap();
        let value = |name: &str| {
            let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap();
            from.split('"').next().unwrap().to_owned()
        };
        let token = address.split_once("t=").map(|(_, token)| token.to_owned()).unwrap_or_default();
        let form = [
            ("name", "Ada".to_owned()),
            ("email", "ada@example.com".to_owned()),
            ("phone", String::new()),
            ("attempt", value("attempt")),
            ("version", value("version")),
            ("t", token),
        ];
        let path = address.split('?').next().unwrap();
        let sent = self.app.client.post(self.app.at(path)).form(&form).send().await.unwrap();
        assert_eq!(sent.status(), 303);
        let gateway = sent.headers()["location"].to_str().unwrap().to_owned();
        let decided = self.app.client.post(self.app.at(&gateway)).form(&[("outcome", outcome)]).send().await.unwrap();
        assert_eq!(decided.status(), 303);
    }

    /// What the ledger says of one kind.
    pub async fn bodies(&self, kind: &str) -> Vec<serde_json::Value> {
        let mut db = self.app.service.db.read().await.unwrap();
        let bodies: Vec<String> = sqlx::query_scalar("select body from ledger_entries where kind = $1 order by seq")
            .bind(kind)
            .fetch_all(&mut *db)
            .await
            .unwrap();
        bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect()
    }

    async fn check(&self) -> LedgerCheck {
        ledger::verify(&self.app.service.db, self.access.business()).await.unwrap()
    }

    async fn first_broken(&self) -> Option<BrokenEntry> {
        self.check().await.broken
    }

    async fn assert_no_differences(&self, when: &str) {
        let differences = self.differences().await;
        assert!(differences.is_empty(), "{when}: {differences:?}");
    }

    async fn differences(&self) -> Vec<Difference> {
        let check = self.check().await;
        assert_eq!(check.broken, None);
        check.differences
    }
}

/// A second server on the same database.
async fn second_server(app: &TestApp) -> Service {
    let config = app.service.config.clone();
    Service::open(config, Arc::clone(&app.clock) as Arc<dyn Clock>).await.unwrap()
}

both_engines! {
    async fn a_payment_proves_that_the_link_was_opened_also_without_scripts(store: TestStore) {
        let world = studio(store).await;
        let (ada, bob) = (world.named(1, "Ada").await, world.named(2, "Bob").await);
        let id = world.press_send(&[ada.clone(), bob], &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.app.clock.advance(MINUTE);
        let address = world.address(&ada).await;
        world.check_out(&address, "approve").await;
        world.check_out(&world.standard_link(), "approve").await;
        let report = world.report(&id).await;
        assert_eq!((report.totals.opened, report.totals.paid), (1, 1));
        let opened: Vec<_> = report.recipients.iter().map(|one| one.opened_at.is_some()).collect();
        assert_eq!(opened, [true, false]);
        let row = &world.app.service.list_campaigns(&world.access, 1).await.unwrap().page.rows[0];
        assert_eq!((row.opened, row.paid), (1, 1));
        let results = world.app.service.edit_payment_link(&world.access, world.link.as_str()).await.unwrap().results.unwrap();
        assert_eq!((results.totals.opened, results.totals.paid), (1, 1));
        assert_eq!((results.standard_opened, results.standard_paid), (1, 1));
    }

    async fn scanners_open_and_change_nothing_and_only_the_pages_signal_is_a_person(store: TestStore) {
        let world = studio(store).await;
        let ada = world.named(1, "Ada").await;
        world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.app.clock.advance(MINUTE);
        let address = world.address(&ada).await;
        for _ in 0..4 {
            let head = world.app.client.head(world.app.at(&address)).header("user-agent", BROWSER).send().await.unwrap();
            assert_eq!(head.status(), 200);
            world.open(&address, &[("user-agent", "Mozilla/5.0 (compatible; Barracuda Sentinel)")]).await;
            world.open(&address, &[("user-agent", BROWSER), ("sec-purpose", "prefetch;prerender")]).await;
            world.open(&address, &[("user-agent", "WhatsApp/2.23.20.0")]).await;
            // A scanner that runs the page in a browser without a screen.
            let headless = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36")];
            world.open(&address, &headless).await;
            world.come_alive(&address, &headless).await;
        }
        let signs = ["head", "scanner", "prefetch", "preview", "plain", "soon", "signal"];
        let mut counts = Vec::new();
        for why in signs {
            counts.push(world.openings(why).await);
        }
        assert_eq!(counts, [4, 12, 4, 4, 0, 0, 0]);
        assert_eq!(number(&world.app, "select count(*) from openings where kind = 'human'").await, 0);
        assert_eq!(number(&world.app, "select count(*) from payments").await, 0);
        assert_eq!(number(&world.app, "select count(*) from contacts where email_dnd_at is not null").await, 0);

        world.look(&address).await;
        assert_eq!((world.openings("plain").await, world.openings("signal").await), (1, 1));
        let of_campaign = "select cast(sum(times) as bigint) from openings where kind = 'human' and campaign_id is not null and personal_link_id is not null";
        assert_eq!(number(&world.app, of_campaign).await, 1);
    }

    async fn an_opening_within_ten_seconds_of_sending_is_a_scanners(store: TestStore) {
        let world = studio(store).await;
        let ada = world.named(1, "Ada").await;
        world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        let address = world.address(&ada).await;
        world.app.clock.advance(9 * SECOND);
        world.open(&address, &[("user-agent", BROWSER)]).await;
        assert_eq!((world.openings("soon").await, world.openings("plain").await), (1, 0));
        world.app.clock.advance(2 * SECOND);
        world.open(&address, &[("user-agent", BROWSER)]).await;
        world.open(&world.standard_link(), &[("user-agent", BROWSER)]).await;
        assert_eq!((world.openings("soon").await, world.openings("plain").await), (1, 2));
    }

    async fn the_businesss_own_look_is_not_counted(store: TestStore) {
        let world = studio(store).await;
        world.app.owner("Other", "other@shop.example").await;
        let own = world.app.log_in("owner@shop.example").await;
        let others = world.app.log_in("other@shop.example").await;
        for (cookie, origin) in [(&own, &world.app.url), (&others, &world.app.url)] {
            let headers = [("cookie", cookie.as_str()), ("origin", origin.as_str())];
            world.open(&world.standard_link(), &headers).await;
            world.come_alive(&world.standard_link(), &headers).await;
        }
        assert_eq!((world.openings("plain").await, world.openings("signal").await), (1, 1), "the other business's alone");
        world.look(&world.standard_link()).await;
        world.open(&world.standard_link(), &[("cookie", "sid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]).await;
        assert_eq!((world.openings("plain").await, world.openings("signal").await), (3, 2));
    }

    async fn a_persons_timeline_tells_everything_in_order_and_not_too_much(store: TestStore) {
        let world = studio(store).await;
        let ada = world.named(1, "Ada").await;
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.app.clock.advance(SECOND);
        world.send_what_is_due().await;
        let address = world.address(&ada).await;
        world.app.clock.advance(2 * SECOND);
        world.open(&address, &[("user-agent", "Mimecast Scan")]).await;
        world.app.clock.advance(MINUTE);
        world.look(&address).await;
        world.app.clock.advance(MINUTE);
        world.check_out(&address, "decline").await;
        world.app.clock.advance(MINUTE);
        world.check_out(&address, "approve").await;
        world.app.clock.advance(DAY);
        let address = world.address(&ada).await;
        for _ in 0..40 {
            world.look(&address).await;
        }
        world.app.clock.advance(MINUTE);
        let code = code_of(&world, &ada).await;
        assert_eq!(world.app.client.post(world.app.at(&format!("/u/{code}"))).send().await.unwrap().status(), 200);

        let words = world.timeline(&campaign, &ada).await;
        assert_eq!(
            words,
            [
                "Queued.",
                "The provider took the message.",
                "Opened by a mail scanner.",
                "Opened by a person.",
                // Filling in the form without scripts asks for the page as well.
                "Opened, without a sign of a person, 2 times that day.",
                "Checkout started: $90.00.",
                "Declined: The test gateway was told to decline.",
                "Checkout started: $90.00.",
                "Paid $90.00.",
                "Opened by a person, 40 times that day.",
                "Opted out of email, by the link in an email.",
            ]
        );
        assert_eq!(days_of_openings(&world, &ada).await, [40, 1], "the same on the contact's page, newest first");

        let cookie = world.app.log_in("owner@shop.example").await;
        let page = world.app.open(&cookie, &format!("/contacts/{ada}")).await.text().await.unwrap();
        assert!(page.contains("Opened 40 times within a day"), "{page}");
        let page = world.app.open(&cookie, &format!("/payments/campaigns/{campaign}?recipient={ada}")).await;
        let html = page.text().await.unwrap();
        assert!(html.contains("Opened by a mail scanner.") && html.contains("Opted out of email"), "{html}");
    }

    async fn totals_count_each_person_once_and_the_link_sums_up_its_campaigns(store: TestStore) {
        let world = studio(store).await;
        let (ada, bob, cy) = (world.named(1, "Ada").await, world.named(2, "Bob").await, world.named(3, "Cy").await);
        world.smtp.script("person3@example.com", [Mail::Rcpt("550 5.1.1 no such user")]);
        let first = world.press_send(&[ada.clone(), bob.clone(), cy], &[Channel::Email]).await;
        world.send_what_is_due().await;
        run(&world.app, "update deliveries set status = 'delivered' where address = 'person2@example.com'").await;
        world.app.clock.advance(MINUTE);
        let to_ada = world.address(&ada).await;
        world.look(&to_ada).await;
        world.look(&to_ada).await;
        world.check_out(&to_ada, "approve").await;
        // This link may be paid again, and is: one person, two payments.
        let again = format!("{}?again=1&t={}", world.standard_link(), to_ada.split_once("t=").unwrap().1);
        world.check_out(&again, "approve").await;
        let to_bob = world.address(&bob).await;
        world.look(&to_bob).await;
        world.check_out(&to_bob, "decline").await;
        let code = code_of(&world, &bob).await;
        world.app.client.post(world.app.at(&format!("/u/{code}"))).send().await.unwrap();
        // By the standard link, nobody in particular.
        world.look(&world.standard_link()).await;
        world.check_out(&world.standard_link(), "approve").await;
        world.app.service.write_openings().await.unwrap();

        let service = &world.app.service;
        let report = service.campaign_report(&world.access, first.clone(), None).await.unwrap();
        let totals = report.totals;
        let usd = |minor| vec![Money::new(minor, Currency::USD)];
        assert_eq!((totals.people, totals.sent, totals.delivered, totals.opened), (3, 2, 1, 2));
        assert_eq!((totals.started, totals.paid, totals.opted_out), (2, 1, 1));
        assert_eq!(totals.amounts, usd(18_000));
        assert_eq!(report.recipients[0].paid.unwrap().amount, totals.amounts[0], "both payments of one person");

        let second = world.press_send(&[ada], &[Channel::Sms]).await;
        world.send_what_is_due().await;
        let rows = service.list_campaigns(&world.access, 1).await.unwrap().page.rows;
        let shown: Vec<_> =
            rows.iter().map(|row| (row.id.clone(), row.people, row.sent, row.opened, row.paid, row.failed)).collect();
        assert_eq!(shown, [(second.clone(), 1, 1, 0, 0, 0), (first, 3, 2, 2, 1, 1)]);
        let fresh = service.campaign_report(&world.access, second, None).await.unwrap();
        assert_eq!((fresh.totals.opened, fresh.totals.paid, fresh.totals.amounts), (0, 0, Vec::new()));

        let results = service.edit_payment_link(&world.access, world.link.as_str()).await.unwrap().results.unwrap();
        assert_eq!((results.totals.people, results.totals.sent, results.totals.opened, results.totals.paid), (3, 2, 2, 1));
        assert_eq!((results.standard_opened, results.standard_paid), (1, 1));
        assert_eq!(results.totals.amounts, usd(27_000));
        assert_eq!(service.new_payment_link(&world.access).await.unwrap().results, None);

        let cookie = world.app.log_in("owner@shop.example").await;
        let html = world.app.open(&cookie, &format!("/payments/links/{}", world.link)).await.text().await.unwrap();
        assert!(html.contains("Results") && html.contains("$270.00") && html.contains("/export.csv"), "{html}");
    }

    async fn exports_tell_all_of_it_and_run_nothing_in_a_spreadsheet(store: TestStore) {
        let world = studio(store).await;
        let (ada, bob) = (world.named(1, "=1+1").await, world.named(2, "Bob").await);
        world.smtp.script("person2@example.com", [Mail::Rcpt("550 5.1.1 =cmd no such user")]);
        let campaign = world.press_send(&[ada.clone(), bob], &Channel::ALL).await;
        world.send_what_is_due().await;
        world.app.clock.advance(MINUTE);
        let address = world.address(&ada).await;
        world.look(&address).await;
        world.check_out(&address, "approve").await;
        let standard = world.standard_link();
        world.look(&standard).await;
        world.check_out(&standard, "approve").await;
        world.app.service.write_openings().await.unwrap();

        let cookie = world.app.log_in("owner@shop.example").await;
        let answer = world.app.open(&cookie, &format!("/payments/campaigns/{campaign}/export.csv")).await;
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        assert!(answer.headers()["content-disposition"].to_str().unwrap().contains("campaign.csv"));
        let rows = rows(&answer.text().await.unwrap());
        assert_eq!(rows.len(), 4, "one line for each person and channel");
        let cell = |row: usize, column: &str| rows[row][column].clone();
        assert_eq!((cell(0, "Name").as_str(), cell(0, "Channel").as_str(), cell(0, "Status").as_str()), ("'=1+1", "email", "sent"));
        assert_eq!((cell(1, "Channel").as_str(), cell(1, "Address").as_str()), ("sms", "'+14155552001"));
        assert_eq!((cell(0, "Paid").as_str(), cell(0, "Currency").as_str()), ("90.00", "USD"));
        assert!(cell(0, "First opened").contains("2026") && cell(0, "Sent").contains("2026") && cell(0, "Delivered").is_empty());
        assert_eq!((cell(2, "Status").as_str(), cell(2, "Code").as_str()), ("failed", "550 5.1.1"));
        assert!(cell(2, "Provider's words").contains("no such user") && cell(2, "Reason").contains("mailbox"));
        assert!(cell(2, "Paid").is_empty() && cell(2, "First opened").is_empty());

        let answer = world.app.open(&cookie, &format!("/payments/campaigns/{campaign}/timeline.csv")).await;
        let events = self::rows(&answer.text().await.unwrap());
        let theirs = |name: &str| {
            let rows = events.iter().filter(|row| row["Name"] == name);
            rows.map(|row| (row["Channel"].as_str(), row["What"].as_str())).collect::<Vec<_>>()
        };
        let adas = theirs("'=1+1");
        for happened in [
            ("email", "The provider took the message."),
            ("sms", "The provider took the message."),
            ("", "Opened by a person."),
            ("", "Checkout started: $90.00."),
            ("", "Paid $90.00."),
        ] {
            assert!(adas.contains(&happened), "{happened:?} in {adas:?}");
        }
        assert!(theirs("Bob").contains(&("email", "The mailbox does not exist.")), "{events:?}");

        let answer = world.app.open(&cookie, &format!("/payments/links/{}/export.csv", world.link)).await;
        let mut people = self::rows(&answer.text().await.unwrap());
        people.sort_by(|a, b| a["First name"].cmp(&b["First name"]));
        let standard = people.iter().position(|row| row["First name"] == "Standard link").unwrap();
        assert_eq!(standard, people.len() - 1, "the last one");
        let standard = people.remove(standard);
        let cells = ["Contact", "Times opened", "Times paid", "Paid", "Currency"].map(|column| standard[column].as_str());
        assert_eq!(cells, ["", "1", "1", "90.00", "USD"]);
        assert!(standard["First opened"].contains("2026") && standard["Paid at"].contains("2026"));
        assert_eq!((people[0]["Times opened"].as_str(), people[0]["Times paid"].as_str()), ("1", "1"));
        assert_eq!(people.len(), 2, "one line for each person");
        assert_eq!((people[0]["First name"].as_str(), people[0]["Campaigns"].as_str()), ("'=1+1", "1"));
        assert_eq!((people[0]["Messages sent"].as_str(), people[0]["Paid"].as_str()), ("2", "90.00"));
        assert_eq!((people[1]["Messages failed"].as_str(), people[1]["Paid at"].as_str()), ("1", ""));

        world.app.owner("Other", "other@shop.example").await;
        let strangers = world.app.log_in("other@shop.example").await;
        for path in [
            format!("/payments/campaigns/{campaign}/export.csv"),
            format!("/payments/campaigns/{campaign}/timeline.csv"),
            format!("/payments/links/{}/export.csv", world.link),
            "/payments/campaigns/x/export.csv".to_owned(),
        ] {
            let answer = world.app.open(&strangers, &path).await;
            assert_eq!(answer.status(), 404, "{path}");
            assert!(!answer.text().await.unwrap().contains("person1"));
        }
    }

    async fn the_ledger_holds_what_was_sent_to_whom_and_why(store: TestStore) {
        let world = studio(store).await;
        let (ada, bob, cy) = (world.named(1, "Ada").await, world.named(2, "Bob").await, world.named(3, "Cy").await);
        let dee = world.named(4, "Dee").await;
        set_dnd(&world.app.service, &world.access, &dee).await;
        world.smtp.script("person2@example.com", [Mail::Rcpt("550 5.1.1 no such user")]);
        world.twilio.script(&phone(2), [Sms::Refuse(400, 21_610)]);
        let chosen = [ada.clone(), bob.clone(), cy.clone(), dee.clone()];
        let campaign = world.press_send(&chosen, &Channel::ALL).await;
        // Between the press and the leaving.
        set_dnd(&world.app.service, &world.access, &cy).await;
        world.send_what_is_due().await;
        world.app.clock.advance(MINUTE);
        world.check_out(&world.address(&ada).await, "approve").await;

        let pressed = world.bodies("campaign").await.remove(0);
        assert_eq!(pressed["campaign"], campaign.as_str());
        assert_eq!(pressed["user"], world.access.user().as_str());
        assert!(pressed["email"]["body"].as_str().unwrap().contains("{{ payment_link.url }}"));
        assert_eq!(pressed["sms"]["sha256"].as_str().unwrap().len(), 64);
        let people = pressed["people"].as_array().unwrap();
        assert_eq!((people.len(), people[0]["allowed"].to_string().as_str()), (4, r#"["email","sms"]"#));
        assert_eq!(people[3]["allowed"].as_array().unwrap().len(), 0);
        assert_eq!(people[3]["reasons"].to_string(), r#"["do_not_disturb"]"#);
        assert_eq!(people[3]["do_not_disturb"].to_string(), r#"["all"]"#);

        let attempts = world.bodies("attempt").await;
        let find = |channel: &str, who: &ContactId| {
            attempts.iter().find(|body| body["channel"] == channel && body["contact"] == who.as_str()).unwrap()
        };
        assert_eq!(attempts.len(), 4, "two for each of the two whose messages left or were refused");
        let text = find("sms", &ada);
        assert_eq!((text["outcome"].as_str(), text["address"].as_str()), (Some("sent"), Some(phone(1).as_str())));
        assert_eq!(text["text"].as_str().unwrap(), world.twilio.texts_to(&phone(1))[0].body);
        assert_eq!(text["provider_id"].as_str().unwrap(), world.twilio.texts_to(&phone(1))[0].sid);
        let email = find("email", &ada);
        assert!(email["text"].as_str().unwrap().contains("/l/") && email["html_sha256"].as_str().unwrap().len() == 64);
        let refused = find("email", &bob);
        assert_eq!((refused["outcome"].as_str(), refused["code"].as_str()), (Some("failed"), Some("550 5.1.1")));

        let stopped = world.bodies("stopped").await;
        assert_eq!(stopped.len(), 2);
        assert!(stopped.iter().all(|body| body["contact"] == cy.as_str() && body["reasons"][0] == "do_not_disturb"));
        let consents = world.bodies("consent").await;
        let sources: Vec<_> = consents.iter().map(|body| body["source"].as_str().unwrap()).collect();
        assert_eq!(sources, ["form", "form", "provider"]);
        assert_eq!(consents[2]["contact"], bob.as_str());
        let payments = world.bodies("payment").await;
        assert_eq!((payments.len(), payments[0]["amount_minor"].as_i64()), (1, Some(9000)));

        let check = world.app.service.check_ledger(&world.access).await.unwrap();
        assert_eq!((check.entries, check.broken), (15, None));
        assert_eq!(check.to_string(), "All 15 entries are complete and unchanged.");
    }

    async fn the_ledger_says_which_warnings_were_waived_and_for_whom(store: TestStore) {
        let world = studio(store).await;
        let (ada, bob) = (world.named(1, "Ada").await, world.named(2, "Bob").await);
        let careful = |contact: &ContactId| NewCampaign {
            send_anyway: Vec::new(),
            ..wanted(&world.link, std::slice::from_ref(contact), &[Channel::Email])
        };
        world.app.service.create_campaign(&world.access, careful(&ada)).await.unwrap();
        world.send_what_is_due().await;
        let anyway = NewCampaign {
            send_anyway: vec![Warning::SentRecently, Warning::AlreadyPaid],
            ..wanted(&world.link, &[ada.clone(), bob.clone()], &[Channel::Email])
        };
        world.app.service.create_campaign(&world.access, anyway).await.unwrap();

        let pressed = world.bodies("campaign").await;
        let keys = |body: &serde_json::Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        assert!(!keys(&pressed[0]).contains(&"send_anyway".to_owned()), "{}", pressed[0]);
        assert!(!keys(&pressed[0]["people"][0]).contains(&"waived".to_owned()), "{}", pressed[0]);
        assert_eq!(pressed[1]["send_anyway"].to_string(), r#"["already_paid","sent_recently"]"#);
        let people = pressed[1]["people"].as_array().unwrap();
        assert_eq!(people[0]["waived"].to_string(), r#"["sent_recently"]"#, "what spoke against Ada");
        assert!(!keys(&people[1]).contains(&"waived".to_owned()), "nothing spoke against Bob");
        assert_eq!(world.first_broken().await, None);
    }

    async fn openings_are_told_by_the_days_of_the_business(store: TestStore) {
        let world = studio(store).await;
        let ada = world.named(1, "Ada").await;
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        // In New York it is 18:00 and 22:00 of one day, then 01:00 of the next; in London the last two share a day.
        for hours in [13, 4, 3] {
            world.app.clock.advance(hours * 60 * MINUTE);
            let address = world.address(&ada).await;
            world.look(&address).await;
        }
        let opened = |words: Vec<String>| words.into_iter().filter(|words| words.starts_with("Opened")).collect::<Vec<_>>();
        assert_eq!(
            opened(world.timeline(&campaign, &ada).await),
            ["Opened by a person, 2 times that day.", "Opened by a person."]
        );
        assert_eq!(days_of_openings(&world, &ada).await, [1, 2], "newest first");
        run(&world.app, "update businesses set time_zone = 'Europe/London'").await;
        assert_eq!(
            opened(world.timeline(&campaign, &ada).await),
            ["Opened by a person.", "Opened by a person, 2 times that day."]
        );
        assert_eq!(days_of_openings(&world, &ada).await, [2, 1]);
    }

    async fn a_message_that_left_is_on_record_even_when_its_answer_came_too_late(store: TestStore) {
        let world = studio(store).await;
        let ada = world.named(1, "Ada").await;
        world.smtp.script("person1@example.com", [Mail::Hold]);
        world.press_send(&[ada], &[Channel::Email]).await;
        let service = world.app.service.clone();
        let slow = tokio::spawn(async move { Dispatcher::new(service).run_until_idle().await.unwrap() });
        world.smtp.wait_for_held(1).await;
        // Its lease is over, and another server sends the same message.
        world.app.clock.advance(MINUTE);
        world.send_what_is_due().await;
        world.smtp.open_gate();
        slow.await.unwrap();
        assert_eq!(world.smtp.mails().len(), 2);
        // The first was in doubt when the other server took it over; its late answer is on record beside that.
        assert_eq!(number(&world.app, "select count(*) from delivery_attempts").await, 2);
        let outcome = |body: &serde_json::Value| (body["attempt"].as_i64().unwrap(), body["outcome"].as_str().unwrap().to_owned());
        let mut outcomes: Vec<_> = world.bodies("attempt").await.iter().map(outcome).collect();
        outcomes.sort();
        assert_eq!(outcomes, [(1, "sent".to_owned()), (1, "unknown".to_owned()), (2, "sent".to_owned())]);
        assert_eq!(world.first_broken().await, None);
    }

    async fn two_servers_and_many_writers_keep_every_chain_whole(store: TestStore) {
        let world = studio(store).await;
        let other = world.app.owner("Other", "other@shop.example").await;
        let other_link = payment_link(&world.app.service, &other).await;
        let second = second_server(&world.app).await;
        let services = [&world.app.service, &second];
        let mut contacts = Vec::new();
        for n in 0..12 {
            contacts.push((world.named(n, "Ada").await, contact(&world.app, &other, "Eve", &address(n), &phone(n)).await));
        }
        let presses = contacts.iter().enumerate().map(|(n, (ours, theirs))| {
            let service = services[n % 2];
            let (world, other, other_link) = (&world, &other, &other_link);
            async move {
                send_anyway(service, &world.access, &world.link, std::slice::from_ref(ours), &Channel::ALL).await;
                send_anyway(service, other, other_link, std::slice::from_ref(theirs), &Channel::ALL).await;
                set_dnd(services[(n + 1) % 2], &world.access, ours).await;
            }
        });
        // Both send, across both businesses, while more is queued and switched.
        let sending = services.map(|service| async move {
            for _ in 0..6 {
                Dispatcher::new(service.clone()).run_until_idle().await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        });
        // A check meets a chain that grows, and finds it whole.
        let checking = async {
            for _ in 0..20 {
                assert_eq!(world.first_broken().await, None);
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let [first, last] = sending;
        tokio::join!(futures::future::join_all(presses), first, last, checking);
        world.send_what_is_due().await;
        let (mut total, mut chains) = (0, 0);
        for access in [&world.access, &other] {
            let check = world.app.service.check_ledger(access).await.unwrap();
            assert_eq!(check.broken, None);
            total += check.entries;
            chains += 1;
        }
        assert_eq!(chains, 2);
        // 24 people, 24 presses, 48 messages that left or were stopped, 12 switches.
        assert_eq!(total, 24 + 24 + 48 + 12);
        assert_eq!(number(&world.app, "select count(*) from ledger_entries").await, total);
    }

    async fn a_changed_missing_or_moved_entry_is_found(store: TestStore) {
        let world = studio(store).await;
        for n in 0..2 {
            let contact = world.named(n, "Ada").await;
            set_dnd(&world.app.service, &world.access, &contact).await;
        }
        world.named(2, "Bea").await;
        assert_eq!(world.first_broken().await, None);
        let app = &world.app;
        let broken = |seq, fault| Some(BrokenEntry { seq, fault });
        for (tamper, undo, expected) in [
            ("update ledger_entries set body = body || ' ' where seq = 3", "update ledger_entries set body = substr(body, 1, length(body) - 1) where seq = 3", broken(3, Fault::Changed)),
            ("update ledger_entries set at = at + 1 where seq = 1", "update ledger_entries set at = at - 1 where seq = 1", broken(1, Fault::Changed)),
            ("update ledger_entries set seq = 9 where seq = 5", "update ledger_entries set seq = 5 where seq = 9", broken(5, Fault::Missing)),
            ("update ledger_entries set seq = -2 where seq = 2", "update ledger_entries set seq = 2 where seq = -2", broken(1, Fault::OutOfOrder)),
            ("update ledger_heads set entries = 4", "update ledger_heads set entries = 5", broken(5, Fault::Added)),
            ("update ledger_heads set entries = 6", "update ledger_heads set entries = 5", broken(6, Fault::Missing)),
            ("update ledger_heads set last_hash = 'a' || last_hash", "update ledger_heads set last_hash = substr(last_hash, 2)", broken(5, Fault::Changed)),
        ] {
            assert_eq!(run(app, tamper).await, 1);
            assert_eq!(world.first_broken().await, expected, "{tamper}");
            run(app, undo).await;
            assert_eq!(world.first_broken().await, None, "{undo}");
        }
        // Two change places.
        for (from, to) in [(2, 12), (3, 2), (12, 3)] {
            run(app, &format!("update ledger_entries set seq = {to} where seq = {from}")).await;
        }
        assert_eq!(world.first_broken().await, broken(2, Fault::OutOfOrder));
        for (from, to) in [(2, 12), (3, 2), (12, 3)] {
            run(app, &format!("update ledger_entries set seq = {to} where seq = {from}")).await;
        }
        assert_eq!(world.first_broken().await, None);
        // An entry is rewritten with a hash that fits it: the next one tells.
        let mut db = app.service.db.read().await.unwrap();
        let mut entry = server::db::ledger::list_after(&mut db, world.access.business(), 2, 1).await.unwrap().remove(0);
        drop(db);
        "{}".clone_into(&mut entry.body);
        run(app, &format!("update ledger_entries set body = '{{}}', hash = '{}' where seq = 3", hash(&entry))).await;
        assert_eq!(world.first_broken().await, broken(4, Fault::OutOfOrder));

        run(app, "delete from ledger_entries where seq = 3").await;
        assert_eq!(world.first_broken().await, broken(3, Fault::Missing));
        run(app, "delete from ledger_entries where seq > 2").await;
        assert_eq!(world.first_broken().await, broken(3, Fault::Missing), "an end that was cut off");

        // What is broken is not forgotten, and does not keep the business from working.
        let contact = world.named(9, "Zoe").await;
        set_dnd(&app.service, &world.access, &contact).await;
        assert_eq!(world.first_broken().await, broken(3, Fault::Missing));
        run(app, "delete from ledger_heads").await;
        let contact = world.named(10, "Yan").await;
        set_dnd(&app.service, &world.access, &contact).await;
        assert_eq!(world.first_broken().await, broken(3, Fault::Missing));
    }

    async fn a_transaction_that_never_was_leaves_nothing_on_record(store: TestStore) {
        let world = studio(store).await;
        let mut tx = world.app.service.db.begin().await.unwrap();
        let left = serde_json::json!("never");
        let changed = Changed { user: Some(world.access.user()), what: Subject::Contact, id: None, left };
        tx.note(world.access.business(), &Fact::Change(changed), 1).unwrap();
        drop(tx);
        assert_eq!(number(&world.app, "select count(*) from ledger_entries").await, 0);
        let check = world.app.service.check_ledger(&world.access).await.unwrap();
        assert_eq!(check.to_string(), "Nothing is on record yet.");
    }

    async fn the_settings_check_the_record_and_say_what_was_found(store: TestStore) {
        let world = studio(store).await;
        let ada = world.named(1, "Ada").await;
        set_dnd(&world.app.service, &world.access, &ada).await;
        let cookie = world.app.log_in("owner@shop.example").await;
        let page = world.app.open(&cookie, "/settings").await.text().await.unwrap();
        assert!(page.contains(">Record<") && page.contains("Check the record"), "{page}");
        let whole = world.app.call(&cookie, "check_ledger", &[]).await.text().await.unwrap();
        assert_eq!(whole, r#"{"entries":2,"broken":null}"#);
        run(&world.app, "update ledger_entries set body = '{}'").await;
        let broken = world.app.call(&cookie, "check_ledger", &[]).await.text().await.unwrap();
        assert_eq!(broken, r#"{"entries":0,"broken":{"seq":1,"fault":"changed"}}"#);
        // Another business's record is another one.
        world.app.owner("Other", "other@shop.example").await;
        let others = world.app.log_in("other@shop.example").await;
        let nothing = world.app.call(&others, "check_ledger", &[]).await.text().await.unwrap();
        assert_eq!(nothing, r#"{"entries":0,"broken":null}"#);
    }
}

both_engines! {
    async fn an_end_that_was_cut_off_together_with_its_head_is_found_and_never_forgotten(store: TestStore) {
        let world = studio(store).await;
        for n in 0..3 {
            let contact = world.named(n, "Ada").await;
            set_dnd(&world.app.service, &world.access, &contact).await;
        }
        assert_eq!(number(&world.app, "select count(*) from ledger_entries").await, 6);
        assert_eq!(world.first_broken().await, None);
        run(&world.app, "delete from ledger_entries where seq > 3").await;
        let fit = "update ledger_heads set entries = 3, last_hash = (select hash from ledger_entries where seq = 3)";
        run(&world.app, fit).await;
        assert_eq!(world.first_broken().await, Some(BrokenEntry { seq: 3, fault: Fault::Unsigned }));
        // The next act of the business ties nothing up again, and a start signs nothing that it should not.
        world.named(4, "Bea").await;
        assert_eq!(world.first_broken().await, Some(BrokenEntry { seq: 4, fault: Fault::Rebuilt }));
        second_server(&world.app).await;
        world.named(5, "Cy").await;
        assert_eq!(world.first_broken().await, Some(BrokenEntry { seq: 4, fault: Fault::Rebuilt }));
        assert_eq!(world.bodies("tampered").await.len(), 1, "once");
        assert_eq!(world.bodies("tampered").await[0]["is_signed"], false);
    }

    async fn a_signature_that_was_taken_away_is_found(store: TestStore) {
        let world = studio(store).await;
        let other = world.app.owner("Other", "other@shop.example").await;
        world.named(1, "Ada").await;
        contact(&world.app, &other, "Eve", &address(7), &phone(7)).await;
        let unsign = format!("update ledger_heads set kid = null, signature = null where business_id = '{}'", world.access.business());
        run(&world.app, &unsign).await;
        assert_eq!(world.first_broken().await, Some(BrokenEntry { seq: 1, fault: Fault::Unsigned }));
        second_server(&world.app).await;
        assert_eq!(world.first_broken().await, Some(BrokenEntry { seq: 1, fault: Fault::Unsigned }));
        // A key that is not here proves nothing: the record is not called whole, and no server starts on it.
        run(&world.app, "update ledger_heads set kid = 'other', signature = 'x'").await;
        let check = world.check().await;
        assert_eq!((check.broken, check.missing_key.as_deref(), check.is_whole()), (None, Some("other"), false));
        let (config, clock) = (world.app.service.config.clone(), Arc::clone(&world.app.clock) as Arc<dyn Clock>);
        assert!(matches!(Service::open(config, clock).await, Err(StartError::LostKey { kid, .. }) if kid == "other"));
    }

    async fn a_head_that_was_kept_elsewhere_shows_a_record_that_was_set_back_or_written_anew(store: TestStore) {
        let world = studio(store).await;
        let db = &world.app.service.db;
        let seal = db.seal().unwrap();
        world.named(1, "Ada").await;
        let early = kept_head(&world).await;
        for n in 2..5 {
            world.named(n, "Ada").await;
        }
        let late = kept_head(&world).await;
        let log = crate::log::record();
        seal::log_heads(db).await.unwrap();
        let logged = KeptHead::read_all(&log.text()).unwrap();
        assert!(logged.contains(&late), "the log has it too: {late}");
        for kept in [&early, &late] {
            assert_eq!(seal::compare_head(db, seal, kept).await.unwrap(), None);
        }
        // An end that was once signed, put back whole: by itself it cannot be told.
        run(&world.app, "delete from ledger_entries where seq > 1").await;
        let signature = early.head.signature.clone().unwrap();
        let set_back = format!(
            "update ledger_heads set entries = 1, last_hash = '{}', signed_at = {}, kid = '{}', signature = '{}'",
            early.head.last_hash, early.head.signed_at, signature.kid, signature.mac
        );
        run(&world.app, &set_back).await;
        assert_eq!(world.first_broken().await, None);
        assert_eq!(seal::compare_head(db, seal, &early).await.unwrap(), None);
        let cut = HeadFault::Cut { counted: 4, found: 1 };
        assert_eq!(seal::compare_head(db, seal, &late).await.unwrap(), Some(cut));
        for n in 5..9 {
            world.named(n, "Bea").await;
        }
        assert_eq!(world.first_broken().await, None);
        assert_eq!(seal::compare_head(db, seal, &late).await.unwrap(), Some(HeadFault::Rewritten(4)));
        let mut forged = late.clone();
        BEGINNING.clone_into(&mut forged.head.last_hash);
        assert_eq!(seal::compare_head(db, seal, &forged).await.unwrap(), Some(HeadFault::NotOurs));
    }

    async fn messages_payments_and_consents_that_the_record_does_not_know_are_named(store: TestStore) {
        let world = studio(store).await;
        let (ada, bob, cy) = (world.named(1, "Ada").await, world.named(2, "Bob").await, world.named(3, "Cy").await);
        set_dnd(&world.app.service, &world.access, &cy).await;
        world.press_send(&[ada.clone(), bob, cy.clone()], &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.check_out(&world.address(&ada).await, "approve").await;
        world.assert_no_differences("before").await;
        let text = async |sql: &'static str| -> String {
            sqlx::query_scalar(sql).fetch_one(&mut *world.app.service.db.read().await.unwrap()).await.unwrap()
        };
        let silent = text("select id from deliveries where status = 'suppressed'").await;
        let payment = text("select id from payments").await;
        for (tamper, undo, what, id) in [
            ("update deliveries set status = 'sent' where status = 'suppressed'", format!("update deliveries set status = 'suppressed' where id = '{silent}'"), Differing::DeliveryUnrecorded, silent.as_str()),
            ("update payments set amount_minor = amount_minor + 1", "update payments set amount_minor = amount_minor - 1".to_owned(), Differing::PaymentChanged, payment.as_str()),
            ("update payments set status = 'failed'", "update payments set status = 'succeeded'".to_owned(), Differing::PaymentChanged, payment.as_str()),
            ("update payments set status = 'pending'", "update payments set status = 'succeeded'".to_owned(), Differing::PaymentChanged, payment.as_str()),
            ("update payments set currency = 'EUR'", "update payments set currency = 'USD'".to_owned(), Differing::PaymentChanged, payment.as_str()),
            ("update consents set dnd = 0", "update consents set dnd = 1".to_owned(), Differing::ConsentUnrecorded, cy.as_str()),
        ] {
            assert_eq!(run(&world.app, tamper).await, 1, "{tamper}");
            let found = world.differences().await;
            assert!(found.contains(&Difference { what, id: id.to_owned() }), "{tamper}: {found:?}");
            run(&world.app, &undo).await;
            world.assert_no_differences(&undo).await;
        }
        run(&world.app, "delete from consents").await;
        let removed = Difference { what: Differing::ConsentMissing, id: cy.to_string() };
        assert_eq!(world.differences().await, [removed]);
        let check = world.app.service.check_ledger(&world.access).await.unwrap();
        assert_eq!((check.is_whole(), check.broken), (false, None));
        assert!(check.to_string().contains("do-not-disturb of contact con_"), "{check}");
    }

    async fn a_message_whose_row_was_removed_is_named(store: TestStore) {
        let world = studio(store).await;
        let ada = world.named(1, "Ada").await;
        world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        run(&world.app, "delete from delivery_attempts").await;
        run(&world.app, "delete from deliveries").await;
        let found = world.differences().await;
        assert_eq!(found.iter().map(|found| found.what).collect::<Vec<_>>(), [Differing::DeliveryMissing]);
    }

    async fn honest_records_are_whole_after_an_upgrade_new_keys_and_everything_that_can_happen_to_a_message(store: TestStore) {
        const OLD: &str = "test0001:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHkgMDEyMzQ1Njc=";
        const NEW: &str = "new:bmV3IGtleSBmb3IgdGVzdHMgb25seSAwMTIzNDU2Nzg5MDE=";
        let world = studio(store).await;
        let people = [world.named(1, "Ada").await, world.named(2, "Bob").await, world.named(3, "Cy").await];
        world.smtp.script("person2@example.com", [Mail::Rcpt("550 5.1.1 no such user")]);
        world.twilio.script(&phone(1), [Sms::CloseAfterSending]);
        world.twilio.script(&phone(2), [Sms::Refuse(400, 21_610)]);
        let campaign = world.press_send(&people, &Channel::ALL).await;
        world.send_what_is_due().await;
        for _ in 0..4 {
            world.app.clock.advance(MINUTE);
            world.send_what_is_due().await;
        }
        world.check_out(&world.address(&people[0]).await, "decline").await;
        world.check_out(&world.address(&people[0]).await, "approve").await;
        world.app.service.retry_failed(&world.access, campaign.clone()).await.ok();
        world.send_what_is_due().await;
        world.app.service.recall_campaign(&world.access, campaign).await.unwrap();
        assert!(world.check().await.is_whole(), "{}", world.check().await);

        // As an earlier version left it.
        run(&world.app, "update ledger_heads set signed_at = null, kid = null, signature = null").await;
        let mut config = world.app.service.config.clone();
        for keys in [OLD.to_owned(), format!("{NEW},{OLD}"), NEW.to_owned()] {
            config.signing.keys = Some(Secret::new(keys));
            let service = Service::open(config.clone(), Arc::clone(&world.app.clock) as Arc<dyn Clock>).await.unwrap();
            let check = service.check_ledger(&world.access).await.unwrap();
            assert!(check.is_whole(), "{check}");
        }
        let service = Service::open(config, Arc::clone(&world.app.clock) as Arc<dyn Clock>).await.unwrap();
        let form = ContactForm { first_name: "Dee".to_owned(), ..ContactForm::default() };
        service.create_contact(&world.access, form).await.unwrap();
        let check = service.check_ledger(&world.access).await.unwrap();
        assert!(check.is_whole(), "{check}");
    }
}

/// The end of the record as `ledger-head` writes it down.
async fn kept_head(world: &World) -> KeptHead {
    let business = world.access.business();
    let mut reader = world.app.service.db.read().await.unwrap();
    let head = server::db::ledger::find_head(&mut reader, business).await.unwrap().unwrap();
    let kept = KeptHead { business: business.to_string(), head };
    assert_eq!(KeptHead::read_all(&kept.to_string()), Some(vec![kept.clone()]));
    kept
}

/// How often the contact opened the link on each day, as the contact's page says, newest first.
async fn days_of_openings(world: &World, contact: &ContactId) -> Vec<u32> {
    let history = world.app.service.read_contact(&world.access, contact.clone()).await.unwrap().history;
    let times = history.iter().filter_map(|item| match &item.kind {
        HistoryKind::Opening(link, times) if *link == world.link => Some(*times),
        _ => None,
    });
    times.collect()
}

async fn code_of(world: &World, contact: &ContactId) -> String {
    let mut db = world.app.service.db.read().await.unwrap();
    sqlx::query_scalar("select code from personal_links where contact_id = $1 order by created_at desc")
        .bind(contact.as_str())
        .fetch_one(&mut *db)
        .await
        .unwrap()
}

async fn set_dnd(service: &Service, access: &Access, contact: &ContactId) {
    let known = service.read_contact(access, contact.clone()).await.unwrap().contact;
    let form = ContactForm {
        first_name: known.first_name,
        email: known.email.to_string(),
        phone: known.phone.to_string(),
        version: known.version,
        do_not_disturb: true,
        ..ContactForm::default()
    };
    service.update_contact(access, contact.clone(), form).await.unwrap();
}

/// The lines of a CSV file by the names of their columns.
fn rows(csv: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(csv.strip_prefix('\u{feff}').unwrap().as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// A connection that may write what the product never would.
async fn tamperer(app: &TestApp) -> sqlx::SqliteConnection {
    let file = app.service.config.store.sqlite_file().unwrap();
    let options = sqlx::sqlite::SqliteConnectOptions::from_str(file.to_str().unwrap()).unwrap();
    options.foreign_keys(false).connect().await.unwrap()
}

#[test]
fn one_changed_byte_of_any_column_of_any_entry_is_found() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let (world, raw) = runtime.block_on(async {
        let world = studio(TestStore::sqlite()).await;
        let (ada, bob) = (world.named(1, "Ada").await, world.named(2, "Bob").await);
        world.press_send(&[ada.clone(), bob], &Channel::ALL).await;
        world.send_what_is_due().await;
        world.check_out(&world.address(&ada).await, "approve").await;
        let raw = tamperer(&world.app).await;
        (world, raw)
    });
    let texts = ["business_id", "kind", "body", "previous_hash", "hash"];
    let numbers = ["seq", "at"];
    let entries = 8_i64;
    let strategy = (1..=entries, 0..texts.len() + numbers.len(), any::<prop::sample::Index>(), 1_u8..=255);
    let raw = std::cell::RefCell::new(raw);
    let mut runner = TestRunner::new(Cases { cases: 400, failure_persistence: None, ..Cases::default() });
    let outcome = runner.run(&strategy, |(seq, column, place, flip)| {
        let mut raw = raw.borrow_mut();
        runtime.block_on(async {
            let (rowid, column) = (seq, *texts.iter().chain(&numbers).nth(column).unwrap());
            let select = format!("select cast({column} as blob) from ledger_entries where rowid = {rowid}");
            let before: Vec<u8> = sqlx::query_scalar(AssertSqlSafe(select)).fetch_one(&mut *raw).await.unwrap();
            let mut after = before.clone();
            let value = |bytes: &[u8]| {
                let hex = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
                format!("cast(x'{hex}' as text)")
            };
            let (changed, restored) = if numbers.contains(&column) {
                let number: i64 = String::from_utf8(before.clone()).unwrap().parse().unwrap();
                let mut bytes = number.to_be_bytes();
                bytes[place.index(8)] ^= flip;
                (i64::from_be_bytes(bytes).to_string(), number.to_string())
            } else {
                let at = place.index(after.len());
                after[at] ^= flip;
                (value(&after), value(&before))
            };
            let write = |value: String| format!("update ledger_entries set {column} = {value} where rowid = {rowid}");
            // A place that is taken cannot be taken a second time.
            let written = sqlx::query(AssertSqlSafe(write(changed))).execute(&mut *raw).await;
            if written.is_ok() {
                let broken = world.first_broken().await;
                sqlx::query(AssertSqlSafe(write(restored))).execute(&mut *raw).await.unwrap();
                prop_assert!(broken.is_some(), "{column} of entry {seq}");
            }
            prop_assert_eq!(world.first_broken().await, None);
            Ok(())
        })
    });
    outcome.unwrap();
    assert_eq!(runtime.block_on(number(&world.app, "select count(*) from ledger_entries")), entries);
    runtime.block_on(async move { drop((world, raw)) });
}

fn verify_ledger(folder: &Path, arguments: &[&str]) -> (bool, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
    command.arg("verify-ledger").args(arguments).current_dir(folder).env_clear();
    let output = command.env("DATABASE_URL", "sqlite://handbill.db").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.success(), text(output.stdout), text(output.stderr))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_walks_every_chain_and_names_the_first_broken_entry_of_each() {
    let world = studio(TestStore::sqlite()).await;
    let other = world.app.owner("Other", "other@shop.example").await;
    for n in 0..3 {
        let ours = world.named(n, "Ada").await;
        set_dnd(&world.app.service, &world.access, &ours).await;
    }
    let theirs = contact(&world.app, &other, "Eve", &address(7), &phone(7)).await;
    set_dnd(&world.app.service, &other, &theirs).await;
    let file = world.app.service.config.store.sqlite_file().unwrap();
    let folder = file.parent().unwrap();

    let (is_whole, said, _) = verify_ledger(folder, &[]);
    assert!(is_whole);
    assert_eq!(said, "8 entries of 2 businesses, all whole\n");
    run(&world.app, "update ledger_entries set kind = 'attempt' where seq = 4").await;
    let (is_whole, said, complaint) = verify_ledger(folder, &[]);
    assert!(!is_whole);
    assert_eq!(said, format!("{}: entry 4 was changed after it was written\n", world.access.business()));
    assert_eq!(complaint.lines().count(), 1);
    assert!(!complaint.contains("person") && !said.contains("person"), "nobody is named");
    assert_eq!(verify_ledger(folder, &["--business", "Other"]).1, "2 entries of 1 businesses, all whole\n");
    assert!(!verify_ledger(folder, &["--business", "Studio Nord"]).0);
    assert!(verify_ledger(folder, &["--business", "Nobody"]).2.contains("there is no business Nobody"));

    run(&world.app, "update ledger_entries set kind = 'consent' where seq = 4").await;
    let mut raw = tamperer(&world.app).await;
    sqlx::query("update ledger_entries set business_id = 'biz_x' where seq = 3").execute(&mut raw).await.unwrap();
    let (is_whole, said, _) = verify_ledger(folder, &[]);
    assert!(
        !is_whole && said.contains("entry 3 is missing") && said.contains("1 rows belong to no business"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_prints_the_signed_end_and_later_compares_with_it() {
    const KEYS: &str = "test0001:dGhpcyBrZXkgaXMgZm9yIHRlc3RzIG9ubHkgMDEyMzQ1Njc=";
    let world = studio(TestStore::sqlite()).await;
    for n in 0..4 {
        world.named(n, "Ada").await;
    }
    let file = world.app.service.config.store.sqlite_file().unwrap();
    let folder = file.parent().unwrap();
    let handbill = |arguments: &[&str], input: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
        command.args(arguments).current_dir(folder).env_clear().env("SIGNING_KEYS", KEYS);
        command.env("DATABASE_URL", "sqlite://handbill.db").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout), text(output.stderr))
    };
    let (is_printed, head, complaint) = handbill(&["ledger-head"], "");
    assert!(is_printed && complaint.is_empty(), "{complaint}");
    assert!(head.starts_with("handbill-head-1 biz_") && head.contains(" 4 "), "{head}");
    std::fs::write(folder.join("head.txt"), &head).unwrap();
    world.named(5, "Ada").await;
    let whole = "5 entries of 1 businesses, all whole, with all of 1 kept heads\n";
    assert_eq!(handbill(&["verify-ledger", "--head", "head.txt"], "").1, whole);
    assert_eq!(handbill(&["verify-ledger", "--head", "-"], &head).1, whole);
    for (input, words) in [("hello", "there is no head"), (&head[..90], "is not whole")] {
        let (is_whole, _, complaint) = handbill(&["verify-ledger", "--head", "-"], input);
        assert!(!is_whole && complaint.contains(words), "{complaint}");
    }
    let (is_whole, said, _) = handbill(&["verify-ledger", "--head", "-"], &head.replace(" 4 ", " 3 "));
    assert!(!is_whole && said.contains("not one that this server signed"), "{said}");

    run(&world.app, "delete from ledger_entries where seq > 2").await;
    run(&world.app, "update ledger_heads set entries = 2, last_hash = (select hash from ledger_entries where seq = 2)")
        .await;
    let (is_whole, said, _) = handbill(&["verify-ledger", "--head", "head.txt"], "");
    assert!(!is_whole && said.contains("the record was cut: the head counts 4 entries, and there are 2"), "{said}");
    assert!(said.contains("entry 2 is not the end that was signed"), "{said}");
    let (is_printed, _, complaint) = handbill(&["ledger-head"], "");
    assert!(!is_printed && complaint.contains("run verify-ledger"), "{complaint}");
}
