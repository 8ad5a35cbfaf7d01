//! Contact care: nothing leaves at night where its receiver is, and nobody is asked more often than the business allows.

use crate::{
    app::{BEGIN, TestApp},
    both_engines,
    fakes::{
        smtp::Answer as Mail,
        twilio::{ACCOUNT, Answer as Sms, FROM, PASSWORD, TwilioServer},
    },
    world::{World, address, contact, number, payment_link, phone, wanted},
};
use app::{
    account::{Access, Role},
    backend::{Campaigns as _, Care as _, Contacts as _, Outbox as _},
    campaigns::NewCampaign,
    care::CareForm,
    channel::Channel,
    contacts::ContactQuery,
    deliveries::{DeliveryState, DeliveryStatus},
    eligibility::{Reason, Warning},
    error::Error,
    id::{CampaignId, ContactId},
};
use server::{clock::Clock as _, dispatcher::Dispatcher};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const BERLIN: &str = "+4915112345678";

/// Nine in the evening to eight in the morning, and this cap.
pub async fn set_care(app: &TestApp, access: &Access, weekly_cap: &str) {
    let form = CareForm {
        keep_quiet_hours: true,
        quiet_from: "21:00".to_owned(),
        quiet_until: "08:00".to_owned(),
        weekly_cap: weekly_cap.to_owned(),
    };
    app.service.save_care(access, form).await.unwrap();
}

/// No quiet hours, and this cap.
async fn set_cap(app: &TestApp, access: &Access, weekly_cap: &str) {
    let form = CareForm { weekly_cap: weekly_cap.to_owned(), ..CareForm::default() };
    app.service.save_care(access, form).await.unwrap();
}

/// A hold of so many minutes.
async fn hold(app: &TestApp, minutes: i64) {
    let mut db = app.service.db.begin().await.unwrap();
    sqlx::query("update businesses set hold_minutes = $1").bind(minutes).execute(&mut *db).await.unwrap();
    db.commit().await.unwrap();
}

fn held(delivery: Option<&DeliveryState>) -> String {
    let delivery = delivery.unwrap();
    assert_eq!(delivery.status, DeliveryStatus::Held, "{delivery:?}");
    delivery.label()
}

both_engines! {
    async fn messages_wait_for_the_morning_where_their_receivers_are(store: TestStore) {
        let world = World::start(store).await;
        set_care(&world.app, &world.access, "").await;
        // At ten o'clock UTC on a Wednesday.
        let california = world.valid(1).await;
        let berlin = world.contact("Bea", "bea@example.com", BERLIN).await;
        let kolkata = world.contact("Kal", "kal@example.com", "+919876543210").await;
        let auckland = world.contact("Ari", "ari@example.com", "+64211234567").await;
        let id = world.press_send(&[california, berlin, kolkata, auckland], &Channel::ALL).await;
        let before = world.report(&id).await;
        assert_eq!(held(before.recipients[0].email.as_ref()), "Quiet hours: leaves at 08:00 in Los Angeles.");
        assert_eq!(held(before.recipients[0].sms.as_ref()), "Quiet hours: leaves at 08:00 in Los Angeles.");
        assert_eq!(held(before.recipients[3].sms.as_ref()), "Quiet hours: leaves at 08:00 in Auckland.");
        world.send_what_is_due().await;
        let receivers = || {
            let mut receivers: Vec<_> = world.smtp.mails().into_iter().map(|mail| mail.to).collect();
            receivers.sort();
            receivers
        };
        assert_eq!(receivers(), ["bea@example.com", "kal@example.com"]);
        assert_eq!(world.twilio.texts().len(), 2);
        assert!(!world.report(&id).await.progress.is_done());

        world.after(6 * HOUR - SECOND).await;
        assert_eq!(world.twilio.texts().len(), 2, "a second to eight in California");
        world.after(SECOND).await;
        assert_eq!((world.twilio.texts_to(&phone(1)).len(), world.smtp.mails_to(&address(1)).len()), (1, 1));
        let date = world.smtp.mails_to(&address(1))[0].header("Date").unwrap();
        assert!(date.contains("4 Mar 2026 16:00:00"), "an email is dated when it leaves: {date}");
        world.after(3 * HOUR - SECOND).await;
        assert_eq!(world.twilio.texts_to("+64211234567").len(), 0);
        world.after(SECOND).await;
        assert_eq!(world.twilio.texts_to("+64211234567").len(), 1);
        let progress = world.report(&id).await.progress;
        assert!(progress.is_done() && progress.sent == 8 && progress.failed == 0);
        assert_eq!(number(&world.app, "select count(*) from delivery_attempts").await, 8, "waiting is no attempt");
        assert_eq!(number(&world.app, "select max(attempts) from deliveries").await, 1);
    }

    async fn what_becomes_due_at_night_goes_back_without_a_failure_and_leaves_by_summer_time(store: TestStore) {
        let world = World::start(store).await;
        set_care(&world.app, &world.access, "").await;
        let bea = world.contact("Bea", "bea@example.com", BERLIN).await;
        world.smtp.script("bea@example.com", [Mail::Rcpt("450 4.2.0 later")]);
        // Twenty seconds to nine on the evening before the clocks are set forward: 2026-03-28 20:59:40 in Berlin.
        world.app.clock.advance(24 * DAY + 9 * HOUR + 59 * MINUTE + 40 * SECOND);
        let id = world.press_send(&[bea], &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert_eq!(world.only(&id).await.email.unwrap().status, DeliveryStatus::Queued);
        for _ in 0..3 {
            world.after(MINUTE).await;
            let email = world.only(&id).await.email;
            assert_eq!(held(email.as_ref()), "Quiet hours: leaves at 08:00 in Berlin.");
        }
        assert_eq!(number(&world.app, "select failures from deliveries").await, 1);
        assert_eq!(number(&world.app, "select count(*) from delivery_attempts").await, 1);
        assert_eq!(number(&world.app, "select due_at from deliveries").await, BEGIN + 24 * DAY + 20 * HOUR);
        let six = BEGIN + 24 * DAY + 20 * HOUR;
        world.after(six - SECOND - world.app.clock.now()).await;
        assert!(world.smtp.mails().is_empty());
        world.after(SECOND).await;
        assert_eq!(world.smtp.mails_to("bea@example.com").len(), 1, "at six UTC it is eight in Berlin");
        assert_eq!(world.only(&id).await.email.unwrap().status, DeliveryStatus::Sent);
        assert_eq!(number(&world.app, "select attempts from deliveries").await, 2);
    }

    async fn send_now_says_what_waits_for_quiet_hours_and_sends_that_only_when_told_so_again(store: TestStore) {
        let world = World::start(store).await;
        set_care(&world.app, &world.access, "").await;
        hold(&world.app, 60).await;
        let (california, berlin) = (world.valid(1).await, world.contact("Bea", "bea@example.com", BERLIN).await);
        let service = &world.app.service;
        let id = world.press_send(&[california, berlin], &Channel::ALL).await;
        assert!(world.report(&id).await.standing.can_send_now());
        world.app.clock.advance(SECOND);
        let said = service.send_campaign_now(&world.access, id.clone(), false).await.unwrap().to_string();
        let quiet = "2 messages wait for quiet hours until 08:00 in Los Angeles.";
        assert_eq!(said, format!("2 messages are sent now. {quiet}"));
        world.send_what_is_due().await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (1, 1));
        let standing = world.report(&id).await.standing;
        assert!(standing.held == 2 && standing.can_send_now() && standing.is_quiet() && standing.can_cancel());
        assert_eq!(standing.history[0].words, said);
        // A user who presses it all the same is told, and nothing is put on record.
        let again = service.send_campaign_now(&world.access, id.clone(), false).await.unwrap().to_string();
        assert_eq!(again, format!("Nothing can leave now: {quiet}"));
        assert_eq!(world.report(&id).await.standing.history.len(), 2);
        world.app.clock.advance(SECOND);
        let told = service.send_campaign_now(&world.access, id.clone(), true).await.unwrap().to_string();
        assert_eq!(told, "2 messages are sent now, also where it is quiet hours.");
        world.send_what_is_due().await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (2, 2));
        assert_eq!(world.report(&id).await.standing.history[0].words, told);
        let entry = "select count(*) from ledger_entries where body like '%2 messages wait for quiet hours%'";
        assert_eq!(number(&world.app, entry).await, 1);
    }

    async fn a_timeline_tells_each_hold_and_when_it_ended(store: TestStore) {
        let world = World::start(store).await;
        set_care(&world.app, &world.access, "").await;
        let told = async |id: &CampaignId, contact: &ContactId| {
            let report = world.app.service.campaign_report(&world.access, id.clone(), Some(contact.clone())).await;
            let entries = report.unwrap().timeline.unwrap().1;
            entries.into_iter().map(|entry| (entry.at - BEGIN, entry.words)).collect::<Vec<_>>()
        };
        let at = |at: i64, words: &str| (at, words.to_owned());
        let ada = world.valid(1).await;
        let id = world.press_send(std::slice::from_ref(&ada), &[Channel::Sms]).await;
        let held = at(0, "Held for quiet hours until 08:00 in Los Angeles.");
        assert_eq!(told(&id, &ada).await, std::slice::from_ref(&held));
        world.after(6 * HOUR).await;
        let (queued, taken) = (at(6 * HOUR, "Queued."), at(6 * HOUR, "The provider took the message."));
        assert_eq!(told(&id, &ada).await, [held, queued, taken]);

        // Refused in the evening, it is held between two attempts.
        let bea = world.contact("Bea", "bea@example.com", BERLIN).await;
        world.smtp.script("bea@example.com", [Mail::Rcpt("450 4.2.0 later")]);
        world.app.clock.advance(3 * HOUR + 59 * MINUTE + 50 * SECOND);
        let id = world.press_send(std::slice::from_ref(&bea), &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.after(MINUTE).await;
        world.after(12 * HOUR).await;
        let words: Vec<_> = told(&id, &bea).await.into_iter().map(|(_, words)| words).collect();
        let held = "Held for quiet hours until 08:00 in Berlin.";
        assert_eq!([&*words[0], &*words[2], &*words[3]], ["Queued.", held, "Queued."], "{words:?}");
        assert_eq!(words.len(), 5);

        // What the business itself holds is queued after it, too.
        hold(&world.app, 10).await;
        let kal = world.contact("Kal", "kal@example.com", "+919876543210").await;
        let id = world.press_send(std::slice::from_ref(&kal), &[Channel::Email]).await;
        world.after(10 * MINUTE).await;
        let words: Vec<_> = told(&id, &kal).await.into_iter().map(|(_, words)| words).collect();
        assert_eq!(words, ["Held.", "Queued.", "The provider took the message."]);
    }

    async fn a_night_is_no_time_of_trying(store: TestStore) {
        let world = World::start(store).await;
        set_care(&world.app, &world.access, "").await;
        let bea = world.contact("Bea", "bea@example.com", BERLIN).await;
        world.smtp.script("bea@example.com", (0..7).map(|_| Mail::Rcpt("450 4.2.0 later")));
        // Ten seconds to nine in Berlin: eleven quiet hours lie between the first attempt and the second.
        world.app.clock.advance(9 * HOUR + 59 * MINUTE + 50 * SECOND);
        let id = world.press_send(&[bea], &[Channel::Email]).await;
        world.send_what_is_due().await;
        while let Some(due_at) = world.only(&id).await.email.unwrap().due_at {
            world.after(due_at - world.app.clock.now()).await;
        }
        let email = world.only(&id).await.email.unwrap();
        assert_eq!((email.status, email.attempts), (DeliveryStatus::Sent, 8), "{email:?}");
    }

    async fn at_night_an_unanswered_text_is_asked_about_and_only_sent_again_in_the_morning(store: TestStore) {
        let world = World::start(store).await;
        set_care(&world.app, &world.access, "").await;
        let lost = world.contact("Bea", "bea@example.com", BERLIN).await;
        let taken = world.contact("Tom", "tom@example.com", "+4915112345679").await;
        world.twilio.script(BERLIN, [Sms::Fault]);
        world.twilio.script("+4915112345679", [Sms::FaultButSent]);
        // Ten seconds to nine in Berlin.
        world.app.clock.advance(9 * HOUR + 59 * MINUTE + 50 * SECOND);
        let id = world.press_send(&[lost, taken], &[Channel::Sms]).await;
        world.send_what_is_due().await;
        assert_eq!(world.report(&id).await.progress.unknown, 2);
        world.after(30 * SECOND).await;
        let report = world.report(&id).await;
        assert_eq!(report.recipients[1].sms.as_ref().unwrap().status, DeliveryStatus::Sent, "the provider had it");
        world.after(31 * SECOND).await;
        assert_eq!(held(world.report(&id).await.recipients[0].sms.as_ref()), "Quiet hours: leaves at 08:00 in Berlin.");
        assert_eq!(world.twilio.posted(), 2, "nothing is sent at night");
        world.after(11 * HOUR).await;
        assert_eq!((world.twilio.posted(), world.twilio.texts_to(BERLIN).len()), (3, 1));
        assert_eq!(world.report(&id).await.progress.sent, 2);
    }

    async fn more_sleepers_than_one_claim_takes_all_go_back_and_who_opts_out_meanwhile_gets_nothing(store: TestStore) {
        let world = World::start(store).await;
        let mut contacts = Vec::new();
        for n in 0..50 {
            contacts.push(world.valid(n).await);
        }
        // Quiet hours are set after "Send" was pressed, and before anything has left.
        let id = world.press_send(&contacts, &Channel::ALL).await;
        set_care(&world.app, &world.access, "").await;
        world.send_what_is_due().await;
        assert!(world.smtp.mails().is_empty() && world.twilio.texts().is_empty());
        assert_eq!(number(&world.app, "select count(*) from deliveries where status = 'held' and attempts = 0").await, 100);
        world.switch(&contacts[7], |form| form.do_not_disturb = true).await;
        world.after(6 * HOUR).await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (49, 49));
        let seventh = &world.report(&id).await.recipients[7];
        assert_eq!(seventh.sms.as_ref().unwrap().reasons, [Reason::DoNotDisturb]);
    }

    async fn what_is_sent_in_quiet_hours_after_all_waits_again_in_the_next_ones(store: TestStore) {
        let world = World::start(store).await;
        set_care(&world.app, &world.access, "").await;
        let bea = world.contact("Bea", "bea@example.com", BERLIN).await;
        world.smtp.script("bea@example.com", (0..7).map(|_| Mail::Rcpt("450 4.2.0 later")));
        // Nine in the evening in Berlin.
        world.app.clock.advance(10 * HOUR);
        let id = world.press_send(&[bea], &[Channel::Email]).await;
        world.app.service.send_campaign_now(&world.access, id.clone(), true).await.unwrap();
        for _ in 0..5 {
            world.after(3 * HOUR).await;
        }
        let tried = world.only(&id).await.email.unwrap().attempts;
        assert!(tried > 4, "it is tried again in the same night: {tried}");
        world.after(9 * HOUR).await;
        let email = world.only(&id).await.email.unwrap();
        assert_eq!((email.status, email.attempts), (DeliveryStatus::Held, tried), "{email:?}");
    }

    async fn what_stays_in_the_outbox_does_not_wait_for_quiet_hours(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@shop.example").await;
        set_care(&app, &access, "").await;
        let ada = contact(&app, &access, "Ada", "ada@example.com", &phone(1)).await;
        let link = payment_link(&app.service, &access).await;
        let wanted = wanted(&link, std::slice::from_ref(&ada), &Channel::ALL);
        app.service.create_campaign(&access, wanted).await.unwrap();
        let forecast = app.service.forecast_care(&access, vec![ada], Channel::ALL.to_vec(), None).await.unwrap();
        assert!(forecast.waiting.is_empty(), "{forecast:?}");
        Dispatcher::new(app.service.clone()).run_until_idle().await.unwrap();
        assert_eq!(app.service.list_outbox(&access, 1).await.unwrap().page.total, 2);
    }

    async fn only_the_chosen_channels_wait_for_quiet_hours_in_the_forecast(store: TestStore) {
        let twilio = TwilioServer::start().await;
        let url = twilio.url();
        let settings = [
            ("TWILIO_ACCOUNT_SID", ACCOUNT),
            ("TWILIO_AUTH_TOKEN", PASSWORD),
            ("TWILIO_FROM", FROM),
            ("TWILIO_API_BASE", url.as_str()),
        ];
        // Texts leave, emails stay in the Outbox.
        let app = TestApp::start(store, &settings).await;
        let access = app.owner("Studio Nord", "owner@shop.example").await;
        set_care(&app, &access, "").await;
        let ada = contact(&app, &access, "Ada", "ada@example.com", &phone(1)).await;
        let waiting = async |channels: &[Channel]| {
            let forecast = app.service.forecast_care(&access, vec![ada.clone()], channels.to_vec(), None).await;
            forecast.unwrap().waiting.into_iter().map(|waiting| waiting.ends).collect::<Vec<_>>()
        };
        assert_eq!(waiting(&[Channel::Sms]).await, ["08:00 in Los Angeles"]);
        assert_eq!(waiting(&Channel::ALL).await, ["08:00 in Los Angeles"]);
        assert!(waiting(&[Channel::Email]).await.is_empty(), "the email alone leaves at once");
        assert!(waiting(&[]).await.is_empty(), "nothing leaves");
    }

    async fn the_settings_say_what_is_kept_and_only_the_owner_changes_it(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@shop.example").await;
        let cookie = app.log_in("owner@shop.example").await;
        let page = || async { app.open(&cookie, "/settings").await.text().await.unwrap() };
        let tag = |html: &str, id: &str| {
            let at = html.find(&format!("id=\"{id}\"")).unwrap();
            html[html[..at].rfind('<').unwrap()..at + html[at..].find('>').unwrap()].to_owned()
        };
        let html = page().await;
        assert!(html.contains("Contact care") && html.contains("Keep quiet hours") && html.contains("Quiet hours from"));
        assert!(!tag(&html, "keep_quiet_hours").contains("checked"), "the tests' business has them off");
        let form = [
            ("form[keep_quiet_hours]", "true"),
            ("form[quiet_from]", "22:30"),
            ("form[quiet_until]", "07:15"),
            ("form[weekly_cap]", "3"),
        ];
        assert_eq!(app.call(&cookie, "save_care", &form).await.status(), 200);
        let html = page().await;
        assert!(tag(&html, "keep_quiet_hours").contains("checked"));
        assert!(tag(&html, "quiet_from").contains("value=\"22:30\"") && tag(&html, "quiet_until").contains("value=\"07:15\""));
        assert!(tag(&html, "weekly_cap").contains("value=\"3\""));
        let refused = app.call(&cookie, "save_care", &[("form[weekly_cap]", "99")]).await;
        assert_eq!(refused.status(), 422);
        assert!(refused.text().await.unwrap().contains("Write a number from 1 to 50"));
        let off = [("form[quiet_from]", "22:30"), ("form[quiet_until]", "07:15"), ("form[weekly_cap]", "")];
        assert_eq!(app.call(&cookie, "save_care", &off).await.status(), 200);
        assert!(!tag(&page().await, "keep_quiet_hours").contains("checked"));
        let member = Access::checked(access.business().clone(), access.user().clone(), Role::Member);
        assert_eq!(app.service.save_care(&member, CareForm::default()).await, Err(Error::NotAllowed));
    }

    async fn a_new_business_keeps_quiet_hours_and_has_no_cap(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let form = [
            ("form[business_name]", "Studio Nord"),
            ("form[country]", "DE"),
            ("form[currency]", "EUR"),
            ("form[email]", "ana@example.com"),
            ("form[password]", "a long enough password"),
        ];
        assert_eq!(app.call("", "create_account", &form).await.status(), 200);
        let found = "select count(*) from businesses where quiet_from_minute = 1260 and quiet_until_minute = 480 and weekly_cap is null";
        assert_eq!(number(&app, found).await, 1);
    }

    async fn nobody_is_asked_more_often_than_the_business_allows(store: TestStore) {
        let world = World::start(store).await;
        set_cap(&world.app, &world.access, "2").await;
        let people = [world.valid(1).await, world.valid(2).await];
        world.smtp.script(&address(2), [Mail::Rcpt("554 5.7.1 refused by policy")]);
        world.press_send_anyway(&people, &Channel::ALL).await;
        world.send_what_is_due().await;
        // Only the email, which fails: it has not reached the second person.
        world.smtp.script(&address(2), [Mail::Rcpt("554 5.7.1 refused by policy")]);
        world.press_send_anyway(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;

        let forecast = world.app.service.forecast_care(&world.access, people.to_vec(), Channel::ALL.to_vec(), None).await.unwrap();
        assert_eq!(forecast.asked.weekly_cap, Some(2));
        assert_eq!((forecast.asked.requests[&people[0]], forecast.asked.requests[&people[1]]), (2, 1));
        let rows = world.app.service.list_contact_rows(&world.access, ContactQuery::default()).await.unwrap().rows;
        assert_eq!(rows.iter().map(|row| row.requests_this_week).collect::<Vec<_>>(), [2, 1]);

        let third = world.press_send_anyway(&people, &Channel::ALL).await;
        world.send_what_is_due().await;
        let report = world.report(&third).await;
        let (email, sms) = (report.recipients[0].email.as_ref().unwrap(), report.recipients[0].sms.as_ref().unwrap());
        assert_eq!((email.reasons.as_slice(), sms.reasons.as_slice()), (&[Reason::WeeklyCap][..], &[Reason::WeeklyCap][..]));
        assert_eq!(email.label(), "Skipped: Asked enough this week");
        assert_eq!(report.recipients[1].sms.as_ref().unwrap().status, DeliveryStatus::Sent);
        assert_eq!(world.twilio.texts_to(&phone(1)).len(), 1);
        let wanted = NewCampaign { send_anyway: Warning::ALL.to_vec(), ..world.wanted(&people, &Channel::ALL) };
        let refused = world.app.service.create_campaign(&world.access, wanted).await.unwrap_err();
        assert!(refused.message_for("contacts").unwrap().contains("Nothing was sent"), "now both were asked twice");

        world.after(7 * DAY).await;
        let later = world.press_send_anyway(&people, &Channel::ALL).await;
        world.send_what_is_due().await;
        assert_eq!(world.report(&later).await.progress.sent, 4, "a week later the counting begins anew");
    }

    async fn the_cap_counts_when_messages_leave_and_not_when_send_was_pressed(store: TestStore) {
        let world = World::start(store).await;
        set_cap(&world.app, &world.access, "1").await;
        let ada = [world.valid(1).await];
        let at = |local: Option<&str>| NewCampaign {
            send_anyway: Warning::ALL.to_vec(),
            starts_at: local.map(ToOwned::to_owned),
            ..world.wanted(&ada, &[Channel::Email])
        };
        let press = |local: Option<&'static str>| {
            let wanted = at(local);
            async { world.app.service.create_campaign(&world.access, wanted).await }
        };
        let far = press(Some("2026-05-03T12:00")).await.unwrap();
        let refused = press(Some("2026-05-09T12:00")).await.unwrap_err();
        assert!(refused.message_for("contacts").is_some(), "two in one week of May: {refused}");
        press(Some("2026-05-10T13:00")).await.unwrap();
        // What leaves in May leaves this week free.
        let now = press(None).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.report(&now).await.progress.sent, 1);
        assert!(press(None).await.is_err());
        // Brought forward, it comes too soon after all.
        world.app.clock.advance(SECOND);
        let said = world.app.service.send_campaign_now(&world.access, far.clone(), false).await.unwrap().to_string();
        assert_eq!(said, "0 messages are sent now. 1 person is left out: asked enough this week.");
        world.send_what_is_due().await;
        assert_eq!(world.only(&far).await.email.unwrap().reasons, [Reason::WeeklyCap]);
        assert_eq!(world.smtp.mails().len(), 1);
        let stopped = "select count(*) from ledger_entries where kind = 'stopped' and body like '%weekly_cap%'";
        assert_eq!(number(&world.app, stopped).await, 1);
    }

    async fn a_paused_campaign_is_forgotten_after_a_week_and_looked_at_again_when_it_goes_on(store: TestStore) {
        let world = World::start(store).await;
        set_cap(&world.app, &world.access, "1").await;
        let ada = [world.valid(1).await];
        let service = &world.app.service;
        let paused = world.press_send(&ada, &Channel::ALL).await;
        service.pause_campaign(&world.access, paused.clone()).await.unwrap();
        let again = || NewCampaign { send_anyway: Warning::ALL.to_vec(), ..world.wanted(&ada, &Channel::ALL) };
        assert!(service.create_campaign(&world.access, again()).await.is_err(), "it may go on any moment");
        world.app.clock.advance(8 * DAY);
        service.create_campaign(&world.access, again()).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 1);
        let said = service.resume_campaign(&world.access, paused.clone()).await.unwrap().to_string();
        assert_eq!(said, "Resumed. 1 person is left out: asked enough this week.");
        world.send_what_is_due().await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (1, 1));
        let sms = world.only(&paused).await.sms.unwrap();
        assert_eq!((sms.status, sms.reasons), (DeliveryStatus::Suppressed, vec![Reason::WeeklyCap]));
    }

    async fn retry_failed_keeps_to_the_cap(store: TestStore) {
        let world = World::start(store).await;
        set_cap(&world.app, &world.access, "1").await;
        let ada = [world.valid(1).await];
        world.smtp.script(&address(1), [Mail::Rcpt("554 5.7.1 refused by policy")]);
        let failed = world.press_send(&ada, &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.press_send_anyway(&ada, &[Channel::Sms]).await;
        world.send_what_is_due().await;
        let said = world.app.service.retry_failed(&world.access, failed.clone()).await.unwrap().to_string();
        assert_eq!(said, "Nothing is sent again. 1 left out: asked enough this week 1.");
        world.app.clock.advance(8 * DAY);
        let said = world.app.service.retry_failed(&world.access, failed).await.unwrap().to_string();
        assert_eq!(said, "1 message is queued again.");
    }

    async fn two_campaigns_at_once_do_not_both_take_the_last_place(store: TestStore) {
        let world = World::start(store).await;
        set_cap(&world.app, &world.access, "1").await;
        let ada = world.valid(1).await;
        let send = || world.app.service.create_campaign(&world.access, world.wanted(std::slice::from_ref(&ada), &[Channel::Sms]));
        let (one, two, three) = tokio::join!(send(), send(), send());
        let bob = world.wanted(&[world.valid(2).await], &[Channel::Sms]);
        let again = || world.app.service.create_campaign(&world.access, bob.clone());
        let (first, second) = tokio::join!(again(), again());
        assert_eq!(first, second, "pressing twice is one campaign, and not one too many");
        assert!(first.is_ok());
        assert_eq!([one, two, three].iter().filter(|made| made.is_ok()).count(), 1);
        world.send_what_is_due().await;
        assert_eq!(world.twilio.texts_to(&phone(1)).len(), 1);
    }

    async fn the_review_is_told_who_would_wait(store: TestStore) {
        let world = World::start(store).await;
        set_care(&world.app, &world.access, "").await;
        let ada = world.valid(1).await;
        let bea = world.contact("Bea", "bea@example.com", BERLIN).await;
        let all = || Channel::ALL.to_vec();
        let both = vec![bea.clone(), ada.clone()];
        let forecast = world.app.service.forecast_care(&world.access, both, all(), None).await.unwrap();
        assert_eq!(forecast.waiting.len(), 1);
        assert_eq!((&forecast.waiting[0].contact, forecast.waiting[0].until), (&ada, BEGIN + 6 * HOUR));
        assert_eq!(forecast.waiting[0].ends, "08:00 in Los Angeles");
        assert_eq!(forecast.asked.weekly_cap, None);
        // What counts is when it leaves: the business's clock is New York's, the night is California's.
        let at = async |local: &str| {
            let (chosen, starts_at) = (vec![bea.clone(), ada.clone()], Some(local.to_owned()));
            let forecast = world.app.service.forecast_care(&world.access, chosen, all(), starts_at).await.unwrap();
            forecast.waiting.into_iter().map(|waiting| waiting.ends).collect::<Vec<_>>()
        };
        assert!(at("2026-03-05T14:00").await.is_empty(), "noon there, eight in the evening in Berlin");
        assert_eq!(at("2026-03-05T18:00").await, ["08:00 in Berlin"]);
        for wrong in ["?", "2026-03-01T18:00"] {
            assert_eq!(at(wrong).await, ["08:00 in Los Angeles"]);
        }
        // A hold can begin in the day and end in the night.
        hold(&world.app, 60).await;
        world.app.clock.advance(9 * HOUR + 30 * MINUTE);
        let late = world.app.service.forecast_care(&world.access, vec![bea.clone()], all(), None).await.unwrap();
        assert_eq!(late.waiting[0].ends, "08:00 in Berlin");
        hold(&world.app, 0).await;
        world.app.clock.advance(-(9 * HOUR + 30 * MINUTE));
        // The same as the dialog asks for it.
        set_care(&world.app, &world.access, "4").await;
        let cookie = world.app.log_in("owner@shop.example").await;
        let request = world.app.client.post(world.app.at("/api/fn/forecast_care")).header("origin", &world.app.url);
        let asked = serde_json::json!({ "contacts": [&ada, &bea], "channels": all() });
        let answer = request.header("cookie", cookie).json(&asked).send().await.unwrap();
        let answer: app::care::CareForecast = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!((answer.waiting, answer.asked.weekly_cap), (forecast.waiting, Some(4)));
        assert_eq!(answer.asked.requests, [(ada.clone(), 0), (bea, 0)].into());
        let stranger = world.app.owner("Other", "other@shop.example").await;
        assert_eq!(world.app.service.forecast_care(&stranger, vec![ada], all(), None).await, Err(Error::NotFound));
    }
}
