//! Sending, from the press of "Send" to the last recorded answer, with real servers outside.

use crate::{
    app::TestApp,
    both_engines,
    fakes::{
        smtp::{Answer as Mail, Manner},
        twilio::{Answer as Sms, PASSWORD},
    },
    world::{World, address, contact, insert_link, number, payment_link, phone, run, wanted},
};
use app::{
    backend::{Campaigns as _, Contacts as _, Outbox as _},
    campaigns::NewCampaign,
    channel::Channel,
    deliveries::DeliveryStatus,
    eligibility::Reason,
    error::Error,
    money::Currency,
    payment_links::PaymentLinkDetails,
    results::Recipient,
};
use server::dispatcher::Dispatcher;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

fn status_of(recipient: &Recipient) -> (Option<DeliveryStatus>, Option<DeliveryStatus>) {
    (recipient.email.as_ref().map(|email| email.status), recipient.sms.as_ref().map(|sms| sms.status))
}

both_engines! {
    async fn a_link_that_takes_no_payments_is_sent_to_nobody(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        let ended = PaymentLinkDetails { expires_at: Some(1), ..PaymentLinkDetails::blank(Currency::USD) };
        let ended = insert_link(&world.app.service, &world.access, &ended).await;
        let press = NewCampaign { payment_link: ended, ..world.wanted(std::slice::from_ref(&ada), &[Channel::Email]) };
        let refused = world.app.service.create_campaign(&world.access, press).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        assert_eq!(run(&world.app, &format!("update payment_links set status = 'inactive' where id = '{}'", world.link)).await, 1);
        let press = world.wanted(std::slice::from_ref(&ada), &[Channel::Email]);
        let refused = world.app.service.create_campaign(&world.access, press).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        assert_eq!(number(&world.app, "select count(*) from deliveries").await, 0);
    }

    async fn a_mixed_list_is_sent_to_whoever_may_be_written_to_and_says_why_not_to_the_rest(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let no_email = world.contact("Ben", "", &phone(2)).await;
        let bad_phone = world.contact("Cy", "cy@example.com", "12").await;
        let quiet = world.contact("Dee", "dee@example.com", &phone(4)).await;
        world.switch(&quiet, |form| form.do_not_disturb = true).await;
        let no_sms = world.contact("Eve", "eve@example.com", &phone(5)).await;
        world.switch(&no_sms, |form| form.no_sms = true).await;
        let twin = world.contact("Fay", "ada@example.com", &phone(6)).await;

        let all = [ada, no_email, bad_phone, quiet, no_sms, twin];
        let id = world.press_send(&all, &Channel::ALL).await;
        world.send_what_is_due().await;

        let report = world.report(&id).await;
        let names: Vec<_> = report.recipients.iter().map(|recipient| recipient.name.as_str()).collect();
        assert_eq!(names, ["Ada", "Ben", "Cy", "Dee", "Eve", "Fay"]);
        let sent = Some(DeliveryStatus::Sent);
        let skipped = Some(DeliveryStatus::Suppressed);
        let statuses: Vec<_> = report.recipients.iter().map(status_of).collect();
        assert_eq!(
            statuses,
            [(sent, sent), (skipped, skipped), (skipped, skipped), (skipped, skipped), (sent, skipped), (skipped, skipped)]
        );
        let reasons = |n: usize| report.recipients[n].sms.as_ref().unwrap().reasons.clone();
        assert_eq!(reasons(1), [Reason::EmailMissing]);
        assert_eq!(reasons(2), [Reason::PhoneInvalid]);
        assert_eq!(reasons(3), [Reason::DoNotDisturb]);
        assert_eq!(reasons(4), [Reason::SmsDoNotDisturb]);
        assert_eq!(reasons(5), [Reason::Duplicate]);
        assert!(report.progress.is_done());
        assert_eq!((report.progress.people, report.progress.people_skipped, report.progress.sent), (6, 4, 3));

        let receivers: Vec<_> = world.smtp.mails().into_iter().map(|mail| mail.to).collect();
        assert_eq!(receivers.len(), 2);
        assert!(receivers.contains(&"ada@example.com".to_owned()) && receivers.contains(&"eve@example.com".to_owned()));
        assert_eq!(world.twilio.texts().len(), 1);
        assert_eq!(world.twilio.texts_to(&phone(1)).len(), 1);

        let row = world.app.service.list_campaigns(&world.access, 1).await.unwrap().page.rows.remove(0);
        assert_eq!((row.people, row.sent, row.failed, row.skipped), (6, 2, 0, 4));
    }

    async fn every_message_carries_the_persons_own_link_and_a_way_out(store: TestStore) {
        let world = World::start(store).await;
        let contacts = [world.valid(1).await, world.valid(2).await];
        world.press_send(&contacts, &Channel::ALL).await;
        world.send_what_is_due().await;

        let mut codes = Vec::new();
        for n in [1, 2] {
            let mail = world.smtp.mails_to(&address(n)).remove(0);
            let parsed = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
            let text = parsed.body_text(0).unwrap().into_owned();
            let code = text.split("/l/").nth(1).unwrap().chars().take_while(char::is_ascii_alphanumeric).collect::<String>();
            assert!(parsed.body_html(0).unwrap().contains(&format!("/l/{code}")));
            assert!(text.contains(&format!("Person{n}")), "{text}");
            let way_out = format!("<{}/u/{code}>", world.app.url);
            assert_eq!(mail.header("List-Unsubscribe"), Some(way_out));
            assert_eq!(mail.header("List-Unsubscribe-Post").as_deref(), Some("List-Unsubscribe=One-Click"));
            let message_id = mail.header("Message-ID").unwrap();
            assert!(message_id.starts_with("<dlv_") && message_id.ends_with("@shop.example>"), "{message_id}");
            assert!(world.twilio.texts_to(&phone(n))[0].body.contains(&format!("{}/l/{code}", world.app.url)));
            let opened = world.app.client.get(world.app.at(&format!("/l/{code}"))).send().await.unwrap();
            assert_eq!(opened.status(), 303);
            codes.push(code);
        }
        assert_ne!(codes[0], codes[1]);
    }

    async fn pressing_send_twice_sends_once_and_a_key_with_other_choices_is_refused(store: TestStore) {
        let world = World::start(store).await;
        let (ada, bob) = (world.valid(1).await, world.valid(2).await);
        let wanted = world.wanted(std::slice::from_ref(&ada), &[Channel::Email]);
        let presses = (0..8).map(|_| world.app.service.create_campaign(&world.access, wanted.clone()));
        let ids: Vec<_> = futures::future::join_all(presses).await.into_iter().map(Result::unwrap).collect();
        assert!(ids.iter().all(|id| *id == ids[0]));
        world.send_what_is_due().await;
        let again = world.app.service.create_campaign(&world.access, wanted.clone()).await.unwrap();
        assert_eq!(again, ids[0]);
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 1);

        let other = NewCampaign { contacts: vec![ada, bob], ..wanted.clone() };
        assert!(matches!(world.app.service.create_campaign(&world.access, other).await, Err(Error::Conflict(_))));

        // The key of one business means nothing to another.
        let stranger = world.app.owner("Other", "other@shop.example").await;
        let theirs = payment_link(&world.app.service, &stranger).await;
        let guest = contact(&world.app, &stranger, "Gus", "gus@example.com", &phone(9)).await;
        let wanted = NewCampaign { payment_link: theirs, contacts: vec![guest], ..wanted };
        let id = world.app.service.create_campaign(&stranger, wanted).await.unwrap();
        assert_ne!(id, ids[0]);
    }

    async fn fifty_are_sent_to_and_fifty_one_are_refused_whole(store: TestStore) {
        let world = World::start(store).await;
        let mut contacts = Vec::new();
        for n in 0..51 {
            contacts.push(world.valid(n).await);
        }
        let wanted = world.wanted(&contacts, &Channel::ALL);
        let refused = world.app.service.create_campaign(&world.access, wanted).await.unwrap_err();
        assert!(refused.message_for("contacts").unwrap().contains("at most 50"), "{refused}");
        assert_eq!(number(&world.app, "select count(*) from deliveries").await, 0);

        // Chosen twice counts once.
        contacts[50] = contacts[0].clone();
        let id = world.press_send(&contacts, &Channel::ALL).await;
        world.send_what_is_due().await;
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.people, progress.sent), (50, 100));
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (50, 50));
        assert!(world.smtp.connections() <= 4);
    }

    async fn what_belongs_to_another_business_is_not_found_and_nothing_is_sent(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        let stranger = world.app.owner("Other", "other@shop.example").await;
        let theirs = payment_link(&world.app.service, &stranger).await;
        let guest = contact(&world.app, &stranger, "Gus", "gus@example.com", &phone(9)).await;
        for wanted in [
            world.wanted(&[ada.clone(), guest], &Channel::ALL),
            NewCampaign { payment_link: theirs, ..world.wanted(std::slice::from_ref(&ada), &Channel::ALL) },
        ] {
            assert_eq!(world.app.service.create_campaign(&world.access, wanted).await, Err(Error::NotFound));
        }
        assert_eq!(number(&world.app, "select count(*) from campaigns").await, 0);
        let id = world.press_send(&[ada], &[Channel::Email]).await;
        let service = &world.app.service;
        assert_eq!(service.campaign_progress(&stranger, id.clone()).await, Err(Error::NotFound));
        assert_eq!(service.campaign_report(&stranger, id, None).await.unwrap_err(), Error::NotFound);
        assert_eq!(service.list_campaigns(&stranger, 1).await.unwrap().page.total, 0);
    }

    async fn a_mail_server_that_asks_to_wait_is_tried_again_by_the_series(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        world.smtp.script(&address(1), [Mail::Rcpt("450 4.2.0 greylisted"), Mail::Data("451 4.3.0 not now")]);
        let id = world.press_send(&[ada], &[Channel::Email]).await;
        world.send_what_is_due().await;
        let email = world.only(&id).await.email.unwrap();
        assert_eq!((email.status, email.attempts), (DeliveryStatus::Queued, 1));
        assert!(email.label().starts_with("Trying again"), "{}", email.label());

        world.after(23 * SECOND).await;
        assert_eq!(world.only(&id).await.email.unwrap().attempts, 1, "not before 24 seconds");
        world.after(14 * SECOND).await;
        assert_eq!(world.only(&id).await.email.unwrap().attempts, 2, "not after 36 seconds");
        world.after(95 * SECOND).await;
        assert_eq!(world.only(&id).await.email.unwrap().attempts, 2);
        world.after(50 * SECOND).await;
        let email = world.only(&id).await.email.unwrap();
        assert_eq!((email.status, email.attempts), (DeliveryStatus::Sent, 3));
        assert_eq!(world.smtp.mails().len(), 1);
    }

    async fn a_mailbox_that_is_not_there_fails_at_once_and_harms_nobody_else(store: TestStore) {
        let world = World::start(store).await;
        let contacts = [world.valid(1).await, world.valid(2).await, world.valid(3).await];
        world.smtp.script(&address(2), [Mail::Rcpt("550 5.1.1 no such user")]);
        let id = world.press_send(&contacts, &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.after(24 * HOUR).await;
        let report = world.report(&id).await;
        let labels: Vec<_> = report.recipients.iter().map(|r| r.email.as_ref().unwrap().label()).collect();
        assert_eq!(labels, ["Sent", "The mailbox does not exist.", "Sent"]);
        assert_eq!(world.smtp.mails().len(), 2);
        let open = Some(contacts[1].clone());
        let timeline = world.app.service.campaign_report(&world.access, id, open).await.unwrap().timeline.unwrap().1;
        assert!(timeline.iter().any(|entry| entry.detail.as_ref().is_some_and(|said| said.contains("550 5.1.1"))));
    }

    async fn after_the_whole_series_a_delivery_has_failed_with_the_last_reason(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        world.smtp.script(&address(1), std::iter::repeat_n(Mail::Rcpt("450 4.2.0 later"), 20));
        let id = world.press_send(&[ada], &[Channel::Email]).await;
        world.send_what_is_due().await;
        for _ in 0..8 {
            world.after(15 * HOUR).await;
        }
        let email = world.only(&id).await.email.unwrap();
        assert_eq!(email.status, DeliveryStatus::Failed);
        assert!(email.attempts <= 8 && email.label().contains("later"), "{}", email.label());
    }

    async fn a_slow_down_of_the_sms_provider_is_honoured(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        world.twilio.script(&phone(1), [Sms::TooMany("5"), Sms::TooMany("100000"), Sms::TooMany("7")]);
        let id = world.press_send(&[ada], &[Channel::Sms]).await;
        world.send_what_is_due().await;
        world.after(4 * SECOND).await;
        assert_eq!(world.twilio.posted(), 1);
        world.after(SECOND).await;
        assert_eq!(world.twilio.posted(), 2);
        world.after(HOUR - SECOND).await;
        assert_eq!(world.twilio.posted(), 2);
        world.after(SECOND).await;
        assert_eq!(world.twilio.posted(), 3, "never longer than an hour");
        world.after(7 * SECOND).await;
        assert_eq!(world.only(&id).await.sms.unwrap().status, DeliveryStatus::Sent);
        assert_eq!(world.twilio.texts().len(), 1);
    }

    async fn an_unanswered_text_is_asked_about_before_it_is_sent_again(store: TestStore) {
        let world = World::start(store).await;
        let contacts = [world.valid(1).await, world.valid(2).await, world.valid(3).await, world.valid(4).await];
        world.twilio.script(&phone(1), [Sms::FaultButSent]);
        world.twilio.script(&phone(2), [Sms::CloseAfterSending]);
        world.twilio.script(&phone(3), [Sms::Fault]);
        world.twilio.script(&phone(4), [Sms::Close]);
        let id = world.press_send(&contacts, &[Channel::Sms]).await;
        world.send_what_is_due().await;
        let report = world.report(&id).await;
        assert_eq!(report.progress.unknown, 4);
        assert!(!report.progress.is_done());

        world.after(30 * SECOND).await;
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.sent, progress.unknown), (2, 2), "what left is found, what did not is asked about once more");
        world.after(31 * SECOND).await;
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.sent, progress.unknown), (4, 0));
        for n in 1..=4 {
            assert_eq!(world.twilio.texts_to(&phone(n)).len(), 1, "{n}");
        }
    }

    async fn a_captive_portal_sends_nothing_and_doubles_nothing(store: TestStore) {
        const PORTAL: &str = "<!doctype html><title>Welcome to Hotel Wi-Fi</title>";
        let world = World::start(store).await;
        let contacts = [world.valid(1).await, world.valid(2).await, world.valid(3).await];
        world.twilio.script(&phone(1), [Sms::Page(200, "text/html", PORTAL)]);
        world.twilio.script(&phone(2), [Sms::PageAfterSending(200, "text/html", PORTAL)]);
        world.twilio.script(&phone(3), [Sms::BusyButSent("7")]);
        world.twilio.stand_between(Some((200, PORTAL)));
        let id = world.press_send(&contacts, &[Channel::Sms]).await;
        world.send_what_is_due().await;
        assert_eq!(world.report(&id).await.progress.unknown, 3);
        world.after(10 * MINUTE).await;
        world.after(10 * MINUTE).await;
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.unknown, progress.is_done()), (3, false), "a page is no answer: it is asked again");

        world.twilio.stand_between(None);
        for _ in 0..4 {
            world.after(MINUTE).await;
        }
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.sent, progress.unknown), (3, 0));
        for n in 1..=3 {
            assert_eq!(world.twilio.texts_to(&phone(n)).len(), 1, "{n}");
        }
    }

    async fn a_provider_that_cannot_be_asked_is_never_sent_to_twice(store: TestStore) {
        let world = World::start(store).await;
        world.twilio.cannot_list();
        let ada = world.valid(1).await;
        world.twilio.script(&phone(1), [Sms::Fault]);
        let id = world.press_send(&[ada], &[Channel::Sms]).await;
        world.send_what_is_due().await;
        for _ in 0..5 {
            world.after(6 * HOUR).await;
        }
        let report = world.report(&id).await;
        assert_eq!(report.recipients[0].sms.as_ref().unwrap().status, DeliveryStatus::Unknown);
        assert!(report.progress.is_done());
        assert_eq!((world.twilio.posted(), world.twilio.texts().len()), (1, 0));
    }

    async fn do_not_disturb_set_between_send_and_leaving_is_in_force(store: TestStore) {
        let world = World::start(store).await;
        let contacts = [world.valid(1).await, world.valid(2).await];
        world.smtp.script(&address(2), [Mail::Rcpt("450 4.2.0 later")]);
        let id = world.press_send(&contacts, &[Channel::Email]).await;
        world.switch(&contacts[0], |form| form.no_email = true).await;
        world.send_what_is_due().await;
        world.switch(&contacts[1], |form| form.do_not_disturb = true).await;
        world.after(HOUR).await;
        let report = world.report(&id).await;
        let reasons: Vec<_> = report.recipients.iter().map(|r| r.email.as_ref().unwrap().reasons.clone()).collect();
        assert_eq!(reasons, [[Reason::EmailDoNotDisturb], [Reason::DoNotDisturb]]);
        assert!(world.smtp.mails().is_empty());
    }

    async fn an_opt_out_at_the_provider_counts_as_told_to_us(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        world.twilio.script(&phone(1), [Sms::Refuse(400, 21_610)]);
        let id = world.press_send(std::slice::from_ref(&ada), &Channel::ALL).await;
        world.send_what_is_due().await;
        assert_eq!(world.only(&id).await.sms.unwrap().status, DeliveryStatus::Failed);
        let contact = world.app.service.read_contact(&world.access, ada).await.unwrap().contact;
        assert!(contact.dnd.sms && !contact.dnd.email && !contact.dnd.all);
        assert_eq!(number(&world.app, "select count(*) from consents where source = 'provider'").await, 1);
    }

    async fn a_wrong_password_pauses_the_channel_and_fails_nobody(store: TestStore) {
        let world = World::start(store).await;
        let mut contacts = Vec::new();
        for n in 0..10 {
            contacts.push(world.valid(n).await);
        }
        world.smtp.behave(Manner::RefusesSender);
        world.twilio.set_password("another");
        let id = world.press_send(&contacts, &Channel::ALL).await;
        world.send_what_is_due().await;
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.queued, progress.failed), (20, 0));
        world.smtp.behave(Manner::Usual);
        world.twilio.set_password(PASSWORD);
        world.after(MINUTE).await;
        world.after(MINUTE).await;
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.sent, progress.failed), (20, 0));
    }

    async fn a_link_that_closes_meanwhile_cancels_what_has_not_left(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        let id = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        run(&world.app, "update payment_links set status = 'inactive'").await;
        world.send_what_is_due().await;
        assert_eq!(world.only(&id).await.email.unwrap().status, DeliveryStatus::Canceled);
        assert!(world.smtp.mails().is_empty());
        let wanted = world.wanted(&[ada], &[Channel::Email]);
        assert!(matches!(world.app.service.create_campaign(&world.access, wanted).await, Err(Error::Conflict(_))));
    }

    async fn a_dispatcher_that_dies_in_the_middle_loses_nothing(store: TestStore) {
        let world = World::start(store).await;
        let mut contacts = Vec::new();
        for n in 0..20 {
            contacts.push(world.valid(n).await);
            world.smtp.script(&address(n), [Mail::Hold]);
            world.twilio.script(&phone(n), [Sms::Hold]);
        }
        let id = world.press_send(&contacts, &Channel::ALL).await;
        let dying = Dispatcher::new(world.app.service.clone());
        tokio::select! {
            _ = dying.run_until_idle() => panic!("every message is held"),
            () = async { tokio::join!(world.smtp.wait_for_held(4), world.twilio.wait_for_held(8)); } => {}
        }
        drop(dying);
        world.smtp.open_gate();
        world.twilio.open_gate();
        // Held texts left after all; held mails were cut off before the server took them or may repeat.
        world.twilio.wait_for(8).await;

        for _ in 0..6 {
            world.after(45 * SECOND).await;
        }
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.sent, progress.queued, progress.unknown), (40, 0, 0));
        for n in 0..20 {
            assert_eq!(world.twilio.texts_to(&phone(n)).len(), 1, "a text is never repeated");
            let mails = world.smtp.mails_to(&address(n));
            assert!((1..=2).contains(&mails.len()), "{n}: {}", mails.len());
            assert!(mails.iter().all(|mail| mail.bytes == mails[0].bytes), "a repeat is byte-identical");
        }
    }

    async fn two_dispatchers_on_one_store_send_each_message_once(store: TestStore) {
        let world = World::start(store).await;
        let mut contacts = Vec::new();
        for n in 0..50 {
            contacts.push(world.valid(n).await);
        }
        world.press_send(&contacts, &Channel::ALL).await;
        let (one, two) = (Dispatcher::new(world.app.service.clone()), Dispatcher::new(world.app.service.clone()));
        let (first, second) = tokio::join!(one.run_until_idle(), two.run_until_idle());
        first.unwrap();
        second.unwrap();
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (50, 50));
    }

    async fn a_stopping_dispatcher_ends_what_it_began_and_gives_the_rest_back(store: TestStore) {
        let world = World::start(store).await;
        let mut contacts = Vec::new();
        for n in 0..10 {
            contacts.push(world.valid(n).await);
            world.smtp.script(&address(n), [Mail::Hold]);
        }
        world.press_send(&contacts, &[Channel::Email]).await;
        let stop = tokio_util::sync::CancellationToken::new();
        let running = tokio::spawn({
            let (service, stop) = (world.app.service.clone(), stop.clone());
            async move { Dispatcher::new(service).run(stop).await }
        });
        world.smtp.wait_for_held(4).await;
        stop.cancel();
        world.smtp.open_gate();
        running.await.unwrap();
        assert_eq!(number(&world.app, "select count(*) from deliveries where worker is not null").await, 0);
        let sent = number(&world.app, "select count(*) from deliveries where status = 'sent'").await;
        assert_eq!(usize::try_from(sent).unwrap(), world.smtp.mails().len());
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 10);
    }

    async fn names_and_subjects_add_no_header_and_bodies_no_line(store: TestStore) {
        let world = World::start(store).await;
        let names = ["Zoë 👩‍👩‍👧", "\u{202e}evil", "Ann\r\nBcc: x@evil.example", "<script>alert(1)</script>", "{{ 7 * 7 }}", "'; drop table--"];
        let mut contacts = Vec::new();
        for (n, name) in names.iter().enumerate() {
            contacts.push(world.contact(name, &address(n), &phone(n)).await);
        }
        // Past the form's own cleaning, as an old row could be.
        let mut tx = world.app.service.db.begin().await.unwrap();
        let poison = "B\r\nBcc: y@evil.example";
        sqlx::query("update contacts set last_name = $1").bind(poison).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let mut wanted = world.wanted(&contacts, &[Channel::Email]);
        "For {{ contact.name }}\r\nBcc: z@evil.example".clone_into(&mut wanted.subject);
        let id = world.app.service.create_campaign(&world.access, wanted).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.report(&id).await.progress.sent, 6);
        for mail in world.smtp.mails() {
            let mut names = mail.header_names();
            names.sort();
            let expected = [
                "Content-Type",
                "Date",
                "From",
                "List-Unsubscribe",
                "List-Unsubscribe-Post",
                "MIME-Version",
                "Message-ID",
                "Subject",
                "To",
                "X-Handbill-Delivery",
            ];
            assert_eq!(names, expected);
            let stripped = String::from_utf8(mail.raw.clone()).unwrap().replace("\r\n", "");
            assert!(!stripped.contains(['\r', '\n']));
            let parsed = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
            assert!(!parsed.body_html(0).unwrap().contains("<script"));
        }
    }

    async fn progress_comes_as_events_to_whoever_may_see_it(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        let id = world.press_send(&[ada], &[Channel::Email]).await;
        let address = world.app.at(&format!("/events/campaigns/{id}"));
        let nobody = world.app.client.get(&address).send().await.unwrap();
        assert_eq!(nobody.status(), 401);
        let cookie = world.app.log_in("owner@shop.example").await;
        let mut events = world.app.client.get(&address).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(events.status(), 200);
        assert_eq!(events.headers()["content-type"], "text/event-stream");
        let first = events.chunk().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&first).contains("\"queued\":1"), "{first:?}");
        world.send_what_is_due().await;
        let mut rest = String::new();
        while let Some(chunk) = events.chunk().await.unwrap() {
            rest.push_str(&String::from_utf8_lossy(&chunk));
        }
        assert!(rest.contains("\"sent\":1"), "it ends when all is done: {rest}");
        world.app.owner("Other", "other@shop.example").await;
        let cookie = world.app.log_in("other@shop.example").await;
        let foreign = world.app.client.get(&address).header("cookie", &cookie).send().await.unwrap();
        assert_eq!(foreign.status(), 404);
    }

    async fn with_no_provider_everything_lands_in_the_outbox(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@shop.example").await;
        let ada = contact(&app, &access, "Ada", "ada@example.com", &phone(1)).await;
        let wanted = NewCampaign {
            subject: "Your spring class".to_owned(),
            ..wanted(&payment_link(&app.service, &access).await, &[ada], &Channel::ALL)
        };
        let id = app.service.create_campaign(&access, wanted).await.unwrap();
        Dispatcher::new(app.service.clone()).run_until_idle().await.unwrap();
        let report = app.service.campaign_report(&access, id, None).await.unwrap();
        assert_eq!(report.recipients[0].email.as_ref().unwrap().label(), "In the Outbox");

        let list = app.service.list_outbox(&access, 1).await.unwrap();
        assert_eq!(list.page.total, 2);
        for row in list.page.rows {
            let message = app.service.outbox_message(&access, row.id.clone()).await.unwrap();
            let code = message.text.split("/l/").nth(1).unwrap();
            let code: String = code.chars().take_while(char::is_ascii_alphanumeric).collect();
            let opened = app.client.get(app.at(&format!("/l/{code}"))).send().await.unwrap();
            assert_eq!(opened.status(), 303);
            if message.channel == Channel::Email {
                assert_eq!((message.subject.as_str(), message.receiver.as_str()), ("Your spring class", "Ada <ada@example.com>"));
                assert!(message.headers.contains("List-Unsubscribe: <") && message.html.contains(&code));
            }
            let stranger = app.owner("Other", &format!("{}@shop.example", row.id)).await;
            assert_eq!(app.service.outbox_message(&stranger, row.id).await.unwrap_err(), Error::NotFound);
        }
    }
}
