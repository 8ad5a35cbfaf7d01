//! What providers call back with, signed and forged, once, twice and in any order.

use crate::{
    app::TestApp,
    both_engines,
    fakes::{
        smtp::Answer as Mail,
        twilio::{ACCOUNT, Answer as Sms, PASSWORD, Text, call_back, inbound, sign},
    },
    log,
    store::TestStore,
    world::{World, contact, number, payment_link, phone, send_anyway},
};
use app::{
    account::Access,
    backend::{Campaigns as _, Contacts as _},
    channel::Channel,
    contacts::Contact,
    deliveries::{DeliveryState, DeliveryStatus},
    eligibility::Reason,
    id::{CampaignId, ContactId, PaymentLinkId},
    ui::exact_time,
};
use server::{clock::Clock as _, dispatcher::Dispatcher, ledger};
use std::collections::HashMap;

pub const SECRET: &str = "a-secret-of-the-mail-server";
const DAY: i64 = 86_400_000;
type Fields = Vec<(String, String)>;

/// A business whose mail server hands on bounces, which sends whatever speaks against it.
pub async fn with_bounces(store: TestStore) -> World {
    World::choose(store).setting("BOUNCE_SECRET", SECRET).send_anyway().start().await
}

impl World {
    /// Sends one text to one new contact.
    async fn text(&self, n: usize) -> (ContactId, CampaignId, Text) {
        let contact = self.contact("Ada", &format!("ada{n}@example.com"), &phone(n)).await;
        let campaign = self.press_send(std::slice::from_ref(&contact), &[Channel::Sms]).await;
        self.send_what_is_due().await;
        (contact, campaign, self.twilio.texts_to(&phone(n)).pop().unwrap())
    }

    pub async fn find(&self, contact: &ContactId) -> Contact {
        self.details(contact).await.contact
    }

    /// The states of the only recipient's email and SMS.
    pub async fn states(&self, campaign: &CampaignId) -> (Option<DeliveryState>, Option<DeliveryState>) {
        let report = self.app.service.campaign_report(&self.access, campaign.clone(), None).await.unwrap();
        let recipient = report.recipients.into_iter().next().unwrap();
        (recipient.email, recipient.sms)
    }

    async fn status(&self, fields: &Fields) -> u16 {
        call_back(&self.app.at("/webhooks/twilio/status"), fields).await.status().as_u16()
    }

    /// Somebody answers a text; gives what they are answered.
    pub async fn answer(&self, sid: &str, from: &str, body: &str) -> String {
        let answer = call_back(&self.app.at("/webhooks/twilio/inbound"), &inbound(sid, from, body)).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/xml; charset=utf-8");
        let twiml = answer.text().await.unwrap();
        let inside = twiml.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>").unwrap();
        inside.strip_suffix("</Response>").unwrap().to_owned()
    }

    async fn bounce(&self, secret: &str, raw: impl Into<reqwest::Body>) -> u16 {
        let request = self.app.client.post(self.app.at("/webhooks/email/bounce")).header("authorization", secret);
        request.header("content-type", "message/rfc822").body(raw).send().await.unwrap().status().as_u16()
    }

    /// The bounce of the last mail to this address, with this status and action.
    pub async fn bounce_of(&self, to: &str, action: &str, status: &str) -> u16 {
        let original = self.smtp.mails_to(to).pop().unwrap().header("Message-ID").unwrap();
        self.bounce(&format!("Bearer {SECRET}"), notification(&original, to, action, status)).await
    }
}

pub async fn business(app: &TestApp, name: &str, email: &str) -> (Access, PaymentLinkId) {
    let access = app.owner(name, email).await;
    let id = payment_link(&app.service, &access).await;
    (access, id)
}

fn notification(message_id: &str, to: &str, action: &str, status: &str) -> String {
    let diagnostic = format!("550 {status} mailbox\r\n unavailable");
    report(&format!("Message-ID: {message_id}"), to, action, status, &diagnostic)
}

/// A delivery report that brings back these headers of the message.
fn report(headers: &str, to: &str, action: &str, status: &str, diagnostic: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mx.example\r\nTo: payments@shop.example\r\nSubject: Delivery report\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"next\"\r\n\r\n\
         --next\r\nContent-Type: text/plain\r\n\r\nThis is the mail system.\r\n\
         --next\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mx.example\r\n\r\n\
         Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; {diagnostic}\r\n\r\n\
         --next\r\nContent-Type: message/rfc822\r\n\r\n{headers}\r\nSubject: Your link\r\n\r\nHello\r\n\
         --next--\r\n"
    )
}

/// A report of the person's mail provider that they marked a mail as unwanted.
fn complaint(kind: &str, headers: &str) -> String {
    format!(
        "From: feedback@mx.example\r\nTo: payments@shop.example\r\nSubject: Abuse report\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=feedback-report; boundary=\"next\"\r\n\r\n\
         --next\r\nContent-Type: text/plain\r\n\r\nThis is an email abuse report.\r\n\
         --next\r\nContent-Type: message/feedback-report\r\n\r\n\
         Feedback-Type: {kind}\r\nUser-Agent: Feedback/1.0\r\nVersion: 1\r\nOriginal-Rcpt-To: <redacted>\r\n\r\n\
         --next\r\nContent-Type: text/rfc822-headers\r\n\r\n{headers}\r\nSubject: Your link\r\n\r\n\
         --next--\r\n"
    )
}

both_engines! {
    async fn a_text_that_arrived_says_so_in_whatever_order_its_callbacks_come(store: TestStore) {
        let world = with_bounces(store).await;
        let orders: [&[&str]; 4] = [
            &["queued", "sending", "sent", "delivered"],
            &["delivered", "sent", "queued", "sending"],
            &["sent", "delivered", "delivered", "queued", "queued"],
            &["delivered", "undelivered", "failed", "delivered"],
        ];
        for (n, order) in orders.into_iter().enumerate() {
            let (contact, campaign, text) = world.text(n).await;
            assert_eq!(text.status_callback, Some(world.app.at("/webhooks/twilio/status")));
            world.app.clock.advance(DAY);
            for status in order {
                assert_eq!(world.status(&text.status(status, "")).await, 200);
                world.app.clock.advance(1_000);
            }
            let sms = world.states(&campaign).await.1.unwrap();
            assert_eq!((sms.status, sms.label().as_str()), (DeliveryStatus::Delivered, "Delivered"), "{order:?}");
            let timeline = world.entries(&campaign, &contact).await;
            let words: Vec<_> = timeline.iter().map(|entry| entry.words.as_str()).collect();
            assert_eq!(words, ["Queued.", "The provider took the message.", "The text arrived."], "{order:?}");
            assert_eq!(timeline[2].detail.as_deref(), Some("Twilio: delivered"));
        }
        let row = world.app.service.list_campaigns(&world.access, 1).await.unwrap().page.rows.remove(0);
        assert_eq!((row.sent, row.delivered, row.failed), (1, 1, 0));
    }

    async fn a_callback_that_is_forged_or_about_something_else_has_no_effect(store: TestStore) {
        let world = with_bounces(store).await;
        let (_, campaign, text) = world.text(1).await;
        let (address, fields) = (world.app.at("/webhooks/twilio/status"), text.status("delivered", ""));
        let mut foreign = fields.clone();
        "ACbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb".clone_into(&mut foreign[0].1);
        let mut altered = fields.clone();
        altered[7].1 = phone(2);
        let right = sign(PASSWORD, &address, &fields);
        let inbound_address = world.app.at("/webhooks/twilio/inbound");
        let stop = inbound("SM1", &phone(1), "STOP");
        for (address, fields, signature) in [
            (&address, &fields, String::new()),
            (&address, &fields, "x".to_owned()),
            (&address, &fields, sign("another-token", &address, &fields)),
            (&address, &fields, sign(PASSWORD, &inbound_address, &fields)),
            (&address, &altered, right.clone()),
            (&address, &foreign, sign(PASSWORD, &address, &foreign)),
            (&format!("{address}?x=1"), &fields, right),
            (&inbound_address, &stop, sign("another-token", &inbound_address, &stop)),
        ] {
            let request = world.app.client.post(address).header("x-twilio-signature", signature).form(fields);
            assert_eq!(request.send().await.unwrap().status(), 403);
        }
        assert_eq!(world.app.client.post(&address).form(&fields).send().await.unwrap().status(), 403);
        let mut unknown = fields.clone();
        "SMffffffffffffffffffffffffffffffff".clone_into(&mut unknown[3].1);
        for (fields, status) in [
            (unknown, 200),
            (text.status("a new word", ""), 200),
            (vec![("AccountSid".to_owned(), ACCOUNT.to_owned())], 400),
        ] {
            assert_eq!(world.status(&fields).await, status);
        }
        assert_eq!(world.states(&campaign).await.1.unwrap().status, DeliveryStatus::Sent);
        assert_eq!(number(&world.app, "select count(*) from consents").await, 0);

        // A proxy that names the port or leaves it out signs another address.
        let port = world.app.url.rsplit(':').next().unwrap();
        let without = address.replace(&format!(":{port}"), "");
        let signature = sign(PASSWORD, &without, &fields);
        let request = world.app.client.post(&address).header("x-twilio-signature", signature).form(&fields);
        assert_eq!(request.send().await.unwrap().status(), 200);
        assert_eq!(world.states(&campaign).await.1.unwrap().status, DeliveryStatus::Delivered);
    }

    async fn without_a_provider_nobody_can_call_back(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        for path in ["/webhooks/twilio/status", "/webhooks/twilio/inbound", "/webhooks/email/bounce"] {
            let request = app.client.post(app.at(path)).header("authorization", "Bearer ").form(&[("AccountSid", "")]);
            assert_eq!(request.send().await.unwrap().status(), 404, "{path}");
            assert_eq!(app.client.get(app.at(path)).send().await.unwrap().status(), 405, "{path}");
        }
    }

    async fn a_text_that_came_back_says_why_and_the_number_is_left_out_until_somebody_confirms_it(store: TestStore) {
        let world = with_bounces(store).await;
        let (ada, campaign, text) = world.text(1).await;
        for _ in 0..2 {
            assert_eq!(world.status(&text.status("undelivered", "30005")).await, 200);
        }
        assert_eq!(world.status(&text.status("sent", "")).await, 200);
        let sms = world.states(&campaign).await.1.unwrap();
        assert_eq!((sms.status, sms.label().as_str()), (DeliveryStatus::Undelivered, "The number is not in use."));
        let timeline = world.entries(&campaign, &ada).await;
        assert_eq!(timeline.len(), 3);
        assert_eq!(timeline[2].detail.as_deref(), Some("Twilio: undelivered 30005"));

        let contact = world.find(&ada).await;
        assert_eq!(contact.phone_undeliverable.as_ref().unwrap().words, "The number is not in use.");
        assert!(contact.email_undeliverable.is_none());
        let bob = world.contact("Bob", "bob@example.com", &phone(2)).await;
        let next = world.press_send(&[ada.clone(), bob.clone()], &Channel::ALL).await;
        let (email, sms) = world.states(&next).await;
        assert_eq!(sms.unwrap().reasons, [Reason::PhoneInvalid]);
        assert_eq!(email.unwrap().status, DeliveryStatus::Suppressed, "both addresses have to be valid");

        world.app.clock.advance(1_000);
        let stranger = world.app.owner("Other", "other@shop.example").await;
        let service = &world.app.service;
        let refused = service.confirm_address(&stranger, ada.clone(), Channel::Sms).await;
        assert_eq!(refused, Err(app::error::Error::NotFound));
        for _ in 0..2 {
            service.confirm_address(&world.access, ada.clone(), Channel::Sms).await.unwrap();
        }
        world.status(&text.status("failed", "30005")).await;
        let details = world.details(&ada).await;
        assert!(details.contact.phone_undeliverable.is_none(), "the old report does not come back");
        let record: Vec<_> =
            details.address_reports.iter().map(|entry| (entry.works, entry.words.as_str(), entry.who.as_str())).collect();
        assert_eq!(record, [(true, "", "owner@shop.example"), (false, "The number is not in use.", "The SMS provider")]);
        world.press_send(&[ada], &[Channel::Sms]).await;
        world.send_what_is_due().await;
        assert_eq!(world.twilio.texts_to(&phone(1)).len(), 2);
    }

    async fn causes_that_are_not_the_numbers_mark_nothing(store: TestStore) {
        let world = with_bounces(store).await;
        for (n, code, words) in [
            (0, "30003", "The phone is switched off or out of reach."),
            (1, "30004", "The receiver's carrier blocked the text."),
            (2, "30007", "The carrier filtered the text as unwanted."),
            (3, "30008", "The carrier did not say why the text did not arrive."),
            (4, "", "The text did not arrive."),
            (5, "garbage", "The text did not arrive."),
        ] {
            let (contact, campaign, text) = world.text(n).await;
            assert_eq!(world.status(&text.status("undelivered", code)).await, 200);
            assert_eq!(world.states(&campaign).await.1.unwrap().label(), words);
            assert!(world.find(&contact).await.phone_undeliverable.is_none(), "{code}");
        }
        let (contact, _, text) = world.text(6).await;
        world.status(&text.status("undelivered", "21610")).await;
        assert!(world.find(&contact).await.dnd.sms);
        assert_eq!(number(&world.app, "select count(*) from consents where source = 'provider'").await, 1);
    }

    async fn what_providers_say_later_is_on_record_in_the_timeline_and_in_the_export(store: TestStore) {
        let world = with_bounces(store).await;
        let (ada, campaign, text) = world.text(1).await;
        world.app.clock.advance(DAY);
        for status in ["sent", "delivered", "delivered", "undelivered"] {
            world.status(&text.status(status, "")).await;
        }
        let arrived_at = exact_time(world.app.clock.now());
        world.app.clock.advance(DAY);
        world.answer("SM1", &phone(1), "STOP").await;
        let words: Vec<_> = world.entries(&campaign, &ada).await.into_iter().map(|entry| entry.words).collect();
        let told = ["Queued.", "The provider took the message.", "The text arrived.", "Opted out of SMS, by answering a text."];
        assert_eq!(words, told);
        let (bob, lost, text) = world.text(2).await;
        world.status(&text.status("undelivered", "30005")).await;

        let cookie = world.app.log_in("owner@shop.example").await;
        let mut cells = Vec::new();
        for campaign in [campaign, lost] {
            let answer = world.app.open(&cookie, &format!("/payments/campaigns/{campaign}/export.csv")).await;
            let csv = answer.text().await.unwrap();
            let mut reader = csv::Reader::from_reader(csv.strip_prefix('\u{feff}').unwrap().as_bytes());
            let row: HashMap<String, String> = reader.deserialize().next().unwrap().unwrap();
            cells.push(["Status", "Delivered", "Reason", "Code"].map(|column| row[column].clone()));
        }
        assert_eq!(cells[0], ["delivered", &arrived_at, "", ""]);
        assert_eq!(cells[1], ["undelivered", "", "The number is not in use.", "30005"]);

        let mut db = world.app.service.db.read().await.unwrap();
        let entries: Vec<String> =
            sqlx::query_scalar("select body from ledger_entries where kind in ('report', 'consent') order by seq")
                .fetch_all(&mut *db)
                .await
                .unwrap();
        let entries: Vec<serde_json::Value> = entries.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
        assert_eq!(entries.len(), 3, "each once, however often they were told: {entries:?}");
        let fields = |entry: usize, names: [&str; 4]| names.map(|name| entries[entry][name].as_str().unwrap_or("none").to_owned());
        let report = ["contact", "outcome", "words", "code"];
        assert_eq!(fields(0, report), [ada.as_str(), "delivered", "The text arrived.", "none"]);
        assert_eq!(fields(1, ["contact", "channel", "source", "evidence"]), [ada.as_str(), "sms", "sms_reply", "provider_word"]);
        assert_eq!(fields(2, report), [bob.as_str(), "undelivered", "The number is not in use.", "30005"]);
        assert_eq!(ledger::verify(&world.app.service.db, world.access.business()).await.unwrap().broken, None);
    }

    async fn a_callback_that_overtakes_the_answer_is_not_lost(store: TestStore) {
        let world = with_bounces(store).await;
        world.twilio.script(&phone(1), [Sms::DeliverBeforeAnswering]);
        let (contact, campaign, _) = world.text(1).await;
        assert_eq!(world.states(&campaign).await.1.unwrap().status, DeliveryStatus::Delivered);
        assert_eq!(world.entries(&campaign, &contact).await.last().unwrap().words, "The text arrived.");
        assert_eq!(number(&world.app, "select count(*) from early_reports").await, 0);
    }

    async fn stop_is_in_force_for_texts_that_are_queued_already(store: TestStore) {
        let world = with_bounces(store).await;
        let (ada, _, _) = world.text(1).await;
        let bob = world.contact("Bob", "bob@example.com", &phone(2)).await;
        let campaign = world.press_send(&[ada.clone(), bob], &Channel::ALL).await;
        assert_eq!(world.answer("SM1", &phone(1), "Stop.").await, "", "the provider confirms it");
        world.send_what_is_due().await;
        let (email, sms) = world.states(&campaign).await;
        assert_eq!(email.unwrap().status, DeliveryStatus::Sent);
        let sms = sms.unwrap();
        assert_eq!((sms.status, sms.reasons), (DeliveryStatus::Suppressed, vec![Reason::SmsDoNotDisturb]));
        assert_eq!((world.twilio.texts_to(&phone(1)).len(), world.twilio.texts_to(&phone(2)).len()), (1, 1));
        let dnd = world.find(&ada).await.dnd;
        assert!(dnd.sms && !dnd.email && !dnd.all);
    }

    async fn stop_reaches_a_text_on_its_way_to_a_number_that_the_contact_had(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Sms]).await;
        world.edit(&ada, |form| form.phone = phone(2)).await.unwrap();
        world.answer("SM1", &phone(1), "STOP").await;
        world.send_what_is_due().await;
        assert_eq!(world.states(&campaign).await.1.unwrap().status, DeliveryStatus::Suppressed);
        assert!(world.twilio.texts().is_empty());
    }

    async fn a_refusal_in_own_words_counts_and_is_confirmed_once(store: TestStore) {
        let world = with_bounces(store).await;
        let (ada, _, _) = world.text(1).await;
        assert_eq!(world.answer("SM1", &phone(1), "When do you open?").await, "");
        assert!(!world.find(&ada).await.dnd.sms);
        let said = world.answer("SM2", &phone(1), "please don’t text me again!").await;
        assert_eq!(said, "<Message>You will get no more texts from Studio Nord. Reply START to get them again.</Message>");
        assert!(world.find(&ada).await.dnd.sms);
        for sid in ["SM2", "SM3"] {
            assert_eq!(world.answer(sid, &phone(1), "please don't text me again!").await, "", "said once");
        }
        let evidence: Vec<(String, i64, String, String)> = {
            let mut db = world.app.service.db.read().await.unwrap();
            let sql = "select channel, dnd, source, evidence from consents";
            sqlx::query_as(sql).fetch_all(&mut *db).await.unwrap()
        };
        assert_eq!(evidence, [("sms".to_owned(), 1, "sms_reply".to_owned(), "sentence".to_owned())]);
    }

    async fn start_lifts_what_a_stop_set_and_nothing_that_the_business_did(store: TestStore) {
        let world = with_bounces(store).await;
        let (ada, _, _) = world.text(1).await;
        let (bob, _, _) = world.text(2).await;
        world.edit(&bob, |form| form.no_sms = true).await.unwrap();
        world.edit(&ada, |form| (form.do_not_disturb, form.no_email) = (true, true)).await.unwrap();
        for (sid, from, body) in [
            ("SM1", 1, "STOP"),
            ("SM2", 2, "STOP"),
            ("SM3", 1, "start"),
            ("SM4", 2, "UNSTOP"),
            ("SM1", 1, "STOP"),
            ("SM5", 3, "START"),
        ] {
            assert_eq!(world.answer(sid, &phone(from), body).await, "");
            world.app.clock.advance(1_000);
        }
        let dnd = world.find(&ada).await.dnd;
        assert!(!dnd.sms && dnd.email && dnd.all, "{dnd:?}");
        assert!(world.find(&bob).await.dnd.sms, "the business had switched it on before");

        // What was said at the provider counts as said to us, in both directions.
        let (cy, _, text) = world.text(3).await;
        world.status(&text.status("undelivered", "21610")).await;
        assert!(world.find(&cy).await.dnd.sms);
        world.answer("SM6", &phone(3), "YES").await;
        assert!(!world.find(&cy).await.dnd.sms);
        let how: Vec<_> = world.details(&cy).await.consents.into_iter().map(|entry| (entry.is_on, entry.how)).collect();
        let expected = [(false, "By answering START to a text"), (true, "The SMS provider says that they answered STOP")];
        assert_eq!(how, expected.map(|(on, how)| (on, how.to_owned())));
    }

    async fn help_names_the_business_that_wrote_last(store: TestStore) {
        let world = with_bounces(store).await;
        let unknown = world.answer("SM1", &phone(1), "help").await;
        assert!(unknown.starts_with("<Message>A business sent you a payment link.") && unknown.contains("Reply STOP"), "{unknown}");
        world.text(1).await;
        let (other, link) = business(&world.app, "Ohm & <Söhne>", "other@shop.example").await;
        let guest = contact(&world.app, &other, "Gus", "gus@example.com", &phone(1)).await;
        world.app.clock.advance(1_000);
        send_anyway(&world.app.service, &other, &link, &[guest], &[Channel::Sms]).await;
        world.send_what_is_due().await;
        for _ in 0..2 {
            let known = world.answer("SM2", &phone(1), "INFO").await;
            assert!(known.starts_with("<Message>Ohm &amp; &lt;Söhne&gt; sent you"), "{known}");
        }
        assert_eq!(number(&world.app, "select count(*) from consents").await, 0);
    }

    async fn stop_concerns_every_business_that_texted_the_number_and_no_other(store: TestStore) {
        let world = with_bounces(store).await;
        let (ada, _, _) = world.text(1).await;
        let (second, link) = business(&world.app, "Second", "second@shop.example").await;
        let theirs = contact(&world.app, &second, "Ada", "ada@example.com", &phone(1)).await;
        send_anyway(&world.app.service, &second, &link, std::slice::from_ref(&theirs), &[Channel::Sms]).await;
        world.send_what_is_due().await;
        let (third, _) = business(&world.app, "Third", "third@shop.example").await;
        let silent = contact(&world.app, &third, "Ada", "ada@example.com", &phone(1)).await;
        let never = contact(&world.app, &third, "Bob", "bob@example.com", &phone(2)).await;
        let also_never = world.contact("Bob", "bob@example.com", &phone(2)).await;
        let is_off = async |access: &Access, contact: &ContactId| {
            world.app.service.read_contact(access, contact.clone()).await.unwrap().contact.dnd.sms
        };
        world.answer("SM1", &phone(1), "STOP").await;
        assert!(is_off(&world.access, &ada).await && is_off(&second, &theirs).await);
        assert!(!is_off(&third, &silent).await && !is_off(&third, &never).await);
        world.answer("SM2", &phone(2), "STOP").await;
        assert!(is_off(&third, &never).await && is_off(&world.access, &also_never).await, "nobody has texted it");
    }

    async fn a_mailbox_that_is_not_there_marks_the_address_at_once(store: TestStore) {
        let world = with_bounces(store).await;
        let (gone, busy) = ("gone@example.com", "busy@example.com");
        world.smtp.script(gone, [Mail::Rcpt("550 5.1.1 no such user")]);
        let policy = [Mail::Rcpt("550 5.7.1 not from you"), Mail::Data("554 5.6.0 odd"), Mail::Data("550 5.7.1 looks like spam")];
        world.smtp.script(busy, policy);
        let contacts = [world.contact("Ada", gone, &phone(1)).await, world.contact("Bob", busy, &phone(2)).await];
        let waiting = world.press_send(&contacts[..1], &[Channel::Email]).await;
        let campaign = world.press_send(&contacts, &[Channel::Email]).await;
        world.send_what_is_due().await;
        // One of both was refused by the server; the other, claimed with it or after it, was refused as well or not sent.
        let states = [world.states(&waiting).await.0.unwrap(), world.states(&campaign).await.0.unwrap()];
        assert!(states.iter().any(|state| state.label() == "The mailbox does not exist."), "{states:?}");
        assert_eq!(world.find(&contacts[0]).await.email_undeliverable.unwrap().words, "The mailbox does not exist.");
        for _ in 0..2 {
            world.press_send(&contacts[1..], &[Channel::Email]).await;
            world.send_what_is_due().await;
        }
        assert!(world.find(&contacts[1]).await.email_undeliverable.is_none());
    }

    async fn an_address_that_was_found_wrong_meanwhile_gets_no_queued_message(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.smtp.script("ada@example.com", [Mail::Rcpt("450 4.2.0 later")]);
        let queued = world.press_send(std::slice::from_ref(&ada), &Channel::ALL).await;
        world.send_what_is_due().await;
        assert_eq!(world.bounce_of("ada@example.com", "failed", "5.1.1").await, 200);
        world.app.clock.advance(3_600_000);
        world.send_what_is_due().await;
        let (email, sms) = world.states(&queued).await;
        let email = email.unwrap();
        assert_eq!((email.status, email.reasons), (DeliveryStatus::Suppressed, vec![Reason::EmailInvalid]));
        assert_eq!(sms.unwrap().status, DeliveryStatus::Sent);
        assert_eq!(world.smtp.mails().len(), 1);
    }

    async fn a_bounce_that_overtakes_our_record_marks_the_address_and_is_taken_when_it_comes_again(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        world.smtp.script("ada@example.com", [Mail::Hold]);
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        let service = world.app.service.clone();
        let running = tokio::spawn(async move { Dispatcher::new(service).run_until_idle().await.unwrap() });
        world.smtp.wait_for_held(1).await;
        let mut conn = world.app.service.db.read().await.unwrap();
        let id: String = sqlx::query_scalar("select id from deliveries").fetch_one(&mut *conn).await.unwrap();
        drop(conn);
        let bounce = || notification(&format!("<{id}@world.example>"), "ada@example.com", "failed", "5.1.1");
        let secret = format!("Bearer {SECRET}");
        assert_eq!(world.bounce(&secret, bounce()).await, 503);
        assert!(world.find(&ada).await.email_undeliverable.is_some());
        world.smtp.open_gate();
        running.await.unwrap();
        assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Sent);
        assert_eq!(world.bounce(&secret, bounce()).await, 200);
        assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Undelivered);
    }

    async fn a_bounce_marks_the_message_and_the_address(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        for (action, status) in [("delayed", "4.4.1"), ("relayed", "2.0.0"), ("failed?", "5.1.1")] {
            assert_eq!(world.bounce_of("ada@example.com", action, status).await, 200);
            assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Sent, "{action}");
        }
        assert!(world.find(&ada).await.email_undeliverable.is_none());
        for _ in 0..2 {
            assert_eq!(world.bounce_of("ada@example.com", "failed", "5.1.1").await, 200);
        }
        assert_eq!(world.bounce_of("ada@example.com", "delivered", "2.0.0").await, 200);
        let email = world.states(&campaign).await.0.unwrap();
        assert_eq!((email.status, email.label().as_str()), (DeliveryStatus::Undelivered, "The mailbox does not exist."));
        let timeline = world.entries(&campaign, &ada).await;
        let said = timeline.last().unwrap().detail.as_deref();
        assert_eq!(said, Some("Bounce: failed 5.1.1 smtp; 550 5.1.1 mailbox unavailable"));
        assert_eq!(timeline.len(), 3);
        let contact = world.find(&ada).await;
        assert_eq!(contact.email_undeliverable.unwrap().words, "The mailbox does not exist.");

        // A file says the same address again and lifts nothing; so does a save that changes its case only.
        let file = tempfile::NamedTempFile::new().unwrap();
        let import = async |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            world.app.service.import_contacts(world.access.business(), "US", file.path(), true).await.unwrap()
        };
        import("First name,Email\nAdele,ADA@example.com\n").await;
        let contact = world.find(&ada).await;
        assert!(contact.first_name == "Adele" && contact.email_undeliverable.is_some());
        world.edit(&ada, |form| "Ada@example.com".clone_into(&mut form.email)).await.unwrap();
        assert!(world.find(&ada).await.email_undeliverable.is_some());
        world.edit(&ada, |form| "ada.new@example.com".clone_into(&mut form.email)).await.unwrap();
        assert!(world.find(&ada).await.email_undeliverable.is_none(), "it is another address");
    }

    async fn a_report_marks_an_address_only_where_its_words_are_about_it(store: TestStore) {
        let world = with_bounces(store).await;
        let to = "ada@example.com";
        let ada = world.contact("Ada", to, &phone(1)).await;
        let secret = format!("Bearer {SECRET}");
        for (status, said, is_marked) in [
            ("5.0.0", "550 SPF record of the sender does not allow 192.0.2.7", false),
            ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", false),
            ("5.1.0", "550 #5.1.0 Address rejected.", false),
            ("5.2.1", "550-5.2.1 The user you are trying to contact is receiving mail at a rate that prevents more", false),
            ("5.2.2", "552 5.2.2 Mailbox full", false),
            ("5.4.316", "550 5.4.316 Message expired, connection refused", false),
            ("5.0.0", "554 5.7.1 <ada@example.com>: Relay access denied", false),
            ("5.2.1", "550 5.2.1 The email account that you tried to reach is disabled", true),
            ("5.5.0", "550 Requested action not taken: mailbox unavailable", true),
            ("5.0.0", "550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown", true),
        ] {
            let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
            world.send_what_is_due().await;
            let original = world.smtp.mails_to(to).pop().unwrap().header("Message-ID").unwrap();
            let raw = report(&format!("Message-ID: {original}"), to, "failed", status, said);
            assert_eq!(world.bounce(&secret, raw).await, 200);
            assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Undelivered, "{said}");
            assert_eq!(world.find(&ada).await.email_undeliverable.is_some(), is_marked, "{said}");
            world.app.clock.advance(1_000);
            if is_marked {
                world.app.service.confirm_address(&world.access, ada.clone(), Channel::Email).await.unwrap();
            }
        }
    }

    async fn a_message_is_found_by_our_header_by_its_links_or_by_its_receiver(store: TestStore) {
        let world = with_bounces(store).await;
        let to = "ada@example.com";
        let ada = world.contact("Ada", to, &phone(1)).await;
        let secret = format!("Bearer {SECRET}");
        let gone = "550 5.1.1 user unknown";
        for sign in ["X-Handbill-Delivery", "List-Unsubscribe", "receiver"] {
            world.app.clock.advance(1_000);
            let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
            world.send_what_is_due().await;
            let mail = world.smtp.mails_to(to).pop().unwrap();
            let headers = match mail.header(sign) {
                Some(value) => format!("Message-ID: <another@relay.example>\r\n{sign}: {value}"),
                None => "X-Nothing: of it".to_owned(),
            };
            let foreign = report("Message-ID: <another@relay.example>", to, "failed", "5.1.1", gone);
            assert_eq!(world.bounce(&secret, foreign).await, 400, "it is about somebody else's message");
            assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Sent, "{sign}");
            assert_eq!(world.bounce(&secret, report(&headers, to, "failed", "5.1.1", gone)).await, 200);
            assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Undelivered, "{sign}");
            assert!(world.find(&ada).await.email_undeliverable.is_some(), "{sign}");
            world.app.clock.advance(1_000);
            world.app.service.confirm_address(&world.access, ada.clone(), Channel::Email).await.unwrap();
        }

        // The receiver alone tells nothing where two businesses write to them, and nothing after a week.
        let nothing = report("X-Nothing: of it", to, "failed", "5.1.1", gone);
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.app.clock.advance(8 * DAY);
        assert_eq!(world.bounce(&secret, nothing.clone()).await, 200);
        assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Sent);
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        let (second, link) = business(&world.app, "Second", "second@shop.example").await;
        let theirs = contact(&world.app, &second, "Ada", to, &phone(1)).await;
        send_anyway(&world.app.service, &second, &link, &[theirs], &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert_eq!(world.bounce(&secret, nothing).await, 200);
        assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Sent);
        assert!(world.find(&ada).await.email_undeliverable.is_none());
    }

    async fn whoever_reports_a_mail_as_spam_gets_no_more_of_them(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let pair = world.contact("Ada's other half", "ADA@example.com", &phone(2)).await;
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        let mail = world.smtp.mails().pop().unwrap();
        let headers = format!("Message-ID: {}", mail.header("Message-ID").unwrap());
        let secret = format!("Bearer {SECRET}");
        assert_eq!(world.bounce("Bearer wrong", complaint("abuse", &headers)).await, 403);
        for kind in ["not-spam", "auth-failure"] {
            assert_eq!(world.bounce(&secret, complaint(kind, &headers)).await, 200);
        }
        assert_eq!(world.bounce(&secret, complaint("abuse", "Message-ID: <another@relay.example>")).await, 400);
        assert!(!world.find(&ada).await.dnd.email);

        // It comes after the mail has arrived, and more than once.
        assert_eq!(world.bounce_of("ada@example.com", "delivered", "2.0.0").await, 200);
        for _ in 0..2 {
            world.app.clock.advance(1_000);
            assert_eq!(world.bounce(&secret, complaint("abuse", &headers)).await, 200);
        }
        for contact in [&ada, &pair] {
            let known = world.find(contact).await;
            assert!(known.dnd.email && !known.dnd.sms && known.email_undeliverable.is_none());
        }
        assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Delivered);
        let details = world.details(&ada).await;
        assert_eq!(details.consents.len(), 1);
        assert_eq!(details.consents[0].how, "They reported an email as spam to their mail provider");
        assert!(world.timeline(&campaign, &ada).await.iter().any(|words| words.starts_with("Opted out of email")));
        let body = "select count(*) from ledger_entries where kind = 'consent' and body like '%\"evidence\":\"complaint\"%'";
        assert_eq!(number(&world.app, body).await, 1);
        let later = world.contact("Later", "ada@example.com", &phone(3)).await;
        assert!(world.find(&later).await.dnd.email, "the wish is about the address");
    }

    async fn an_address_that_takes_no_messages_is_marked_for_whoever_has_it_until_one_of_them_confirms_it(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let pair = world.contact("Ada's other half", "Ada@example.com", &phone(2)).await;
        let (stranger, _) = business(&world.app, "Second", "second@shop.example").await;
        let theirs = contact(&world.app, &stranger, "Ada", "ada@example.com", &phone(1)).await;
        let bad = async |id: &ContactId| world.find(id).await.email_undeliverable.is_some();
        world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert_eq!(world.bounce_of("ada@example.com", "failed", "5.1.1").await, 200);
        assert!(bad(&ada).await && bad(&pair).await);
        let other = world.app.service.read_contact(&stranger, theirs).await.unwrap().contact;
        assert!(other.email_undeliverable.is_none(), "another business learns nothing");

        world.app.clock.advance(1_000);
        // Nobody has it for a while, then it comes back in every way.
        for id in [&ada, &pair] {
            world.edit(id, |form| form.email = format!("{id}@example.com")).await.unwrap();
            assert!(!bad(id).await);
        }
        let made = world.contact("Bea", "ADA@example.com", &phone(3)).await;
        assert!(bad(&made).await);
        world.edit(&ada, |form| "ada@example.com".clone_into(&mut form.email)).await.unwrap();
        assert!(bad(&ada).await);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("First name,Email,Phone\nCy,,{}\n", phone(4))).unwrap();
        world.app.service.import_contacts(world.access.business(), "US", file.path(), true).await.unwrap();
        std::fs::write(file.path(), format!("First name,Email,Phone\nPair,ada@example.com,{}\n", phone(4))).unwrap();
        world.edit(&made, |form| "bea@example.com".clone_into(&mut form.email)).await.unwrap();
        world.edit(&ada, |form| "ada.new@example.com".clone_into(&mut form.email)).await.unwrap();
        world.app.service.import_contacts(world.access.business(), "US", file.path(), true).await.unwrap();
        let marked = "select count(*) from contacts where email_key = 'ada@example.com' and email_undeliverable_at is not null";
        assert_eq!(number(&world.app, marked).await, 1);

        // Confirmed for one, it works for all, and stays so.
        world.edit(&pair, |form| "ada@example.com".clone_into(&mut form.email)).await.unwrap();
        world.app.clock.advance(1_000);
        world.app.service.confirm_address(&world.access, pair.clone(), Channel::Email).await.unwrap();
        assert_eq!(number(&world.app, marked).await, 0);
        let again = world.contact("Dee", "ada@example.com", &phone(5)).await;
        assert!(!bad(&again).await);
    }

    async fn only_the_operators_mail_server_hands_on_bounces_and_what_is_none_has_no_effect(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let campaign = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        let original = world.smtp.mails().pop().unwrap().header("Message-ID").unwrap();
        let right = notification(&original, "ada@example.com", "failed", "5.1.1");
        for secret in ["", "Bearer", "Bearer ", SECRET, "Bearer wrong", &format!("Bearer {SECRET}x"), &format!("Basic {SECRET}")] {
            assert_eq!(world.bounce(secret, right.clone()).await, 403, "{secret}");
        }
        let bearer = format!("Bearer {SECRET}");
        let unknown = right.replace("dlv_0", "dlv_f");
        assert_ne!(unknown, right);
        for (raw, status) in [
            (unknown, 200),
            (right.replace(original.as_str(), "<someone-elses@mx.example>"), 400),
            (right.replace("message/delivery-status", "text/plain"), 400),
            (right[..right.len() / 2].to_owned(), 400),
            (String::new(), 400),
            ("x".repeat(300 * 1024), 413),
        ] {
            assert_eq!(world.bounce(&bearer, raw).await, status);
        }
        assert_eq!(world.bounce(&bearer, vec![0xff; 1000]).await, 400);
        assert_eq!(world.states(&campaign).await.0.unwrap().status, DeliveryStatus::Sent);
        assert!(world.find(&ada).await.email_undeliverable.is_none());
        assert_eq!(world.bounce(&bearer, right).await, 200);
        assert!(world.find(&ada).await.email_undeliverable.is_some());
    }

    async fn the_screens_say_why_an_address_takes_no_messages_and_how_to_confirm_it(store: TestStore) {
        let world = with_bounces(store).await;
        let (ada, _, text) = world.text(1).await;
        world.status(&text.status("undelivered", "30006")).await;
        let cookie = world.app.log_in("owner@shop.example").await;
        let page = format!("/contacts/{ada}");
        let html = world.app.open(&cookie, &page).await.text().await.unwrap();
        let why = "This is a landline or a number that cannot receive texts.";
        assert!(html.contains("Texts to this contact do not arrive") && html.contains(why), "{html}");
        assert_eq!(html.matches("This address works<").count(), 1, "{html}");
        let list = world.app.open(&cookie, "/contacts").await.text().await.unwrap();
        assert!(list.contains(why.trim_end_matches('.')) && !list.contains("Not valid"), "{list}");
        let form = [("id", ada.as_str()), ("channel", "sms")];
        assert_eq!(world.app.call(&cookie, "confirm_address", &form).await.status(), 200);
        let html = world.app.open(&cookie, &page).await.text().await.unwrap();
        assert!(!html.contains("do not arrive") && html.contains("Addresses: record"), "{html}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_answer_and_no_bounce_leaves_a_person_in_the_log() {
    let log = log::record();
    let world = with_bounces(TestStore::sqlite()).await;
    let ada = world.contact("Quagga", "quagga@example.com", &phone(77)).await;
    world.press_send(&[ada], &Channel::ALL).await;
    world.send_what_is_due().await;
    world.answer("SM1", &phone(77), "quagga says stop").await;
    world.answer("SM2", &phone(77), "start quagga").await;
    world.bounce_of("quagga@example.com", "failed", "5.1.1").await;
    let text = world.twilio.texts_to(&phone(77)).pop().unwrap();
    world.status(&text.status("undelivered", "30005")).await;
    world.bounce("Bearer quagga", "quagga").await;
    let written = log.text();
    assert!(written.contains("an answer to a text") && written.contains("a bounce was refused"), "the log is recorded");
    for word in ["quagga", "Quagga", &phone(77), SECRET] {
        let line = written.lines().find(|line| line.contains(word));
        assert!(line.is_none(), "{word} is in: {line:?}");
    }
}
