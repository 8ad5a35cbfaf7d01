//! Reminders: who is asked again, in which words, and everyone who must not be.

use crate::{
    app::BEGIN,
    both_engines,
    care::set_care,
    checkout::{get, post, press},
    fakes::{smtp::Answer as Mail, twilio::Answer as Sms},
    world::{World, address, number, phone, run},
};
use app::{
    backend::{Campaigns as _, Care as _, Contacts as _, PaymentLinks as _, Reminders as _, Templates as _},
    campaigns::NewCampaign,
    care::CareForm,
    channel::Channel,
    deliveries::DeliveryStatus,
    eligibility::{Reason, Warning},
    error::Error,
    id::{CampaignId, ContactId},
    reminders::{NewReminder, ReminderForm, ReminderSkip, ReminderState},
    templates::TemplateForm,
};
use server::{clock::Clock as _, db::reminders::Due, halt::After, reminders::make_due};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn after(after_days: u32) -> NewReminder {
    NewReminder { after_days, email_template: None, sms_template: None }
}

impl World {
    async fn send_with(&self, contacts: &[ContactId], reminders: Vec<NewReminder>) -> CampaignId {
        let mut wanted = self.wanted(contacts, &Channel::ALL);
        wanted.reminders = reminders;
        let id = self.app.service.create_campaign(&self.access, wanted).await.unwrap();
        self.send_what_is_due().await;
        id
    }

    /// Goes on to a time after the beginning, with a look every few hours, as a server that runs all the time would have.
    async fn until(&self, since_begin: i64) {
        while self.app.clock.now() < BEGIN + since_begin {
            let rest = BEGIN + since_begin - self.app.clock.now();
            self.after(rest.min(6 * HOUR)).await;
        }
    }

    /// The link that the last text to this phone carries.
    pub fn link_of(&self, phone: &str) -> String {
        let text = self.twilio.texts_to(phone).last().unwrap().body.clone();
        let code: String = text.split("/l/").nth(1).unwrap().chars().take_while(char::is_ascii_alphanumeric).collect();
        format!("/l/{code}")
    }

    /// Pays by the form that this address shows, with some fields typed over.
    pub async fn pay(&self, path: &str, typed: &[(&str, &str)]) {
        let opened = get(&self.app, path).await.location;
        let page = get(&self.app, if opened.is_empty() { path } else { &opened }).await;
        let path = self.standard_link();
        let gateway = post(&self.app, &path, &page.form(typed)).await;
        assert_eq!(gateway.status, 303, "{}", gateway.body);
        assert_eq!(press(&self.app, &gateway.location, "approve").await.status, 303);
    }

    /// Leaves a person out of one reminder, or lets them in again.
    async fn skip(&self, campaign: &CampaignId, number: u32, contact: &ContactId, skipped: bool) -> Result<(), Error> {
        let skip = ReminderSkip { campaign: campaign.clone(), number, contact: contact.clone(), skipped };
        self.app.service.skip_reminder(&self.access, skip).await
    }

    /// Emails and texts that person number n has got.
    fn got(&self, n: usize) -> (usize, usize) {
        (self.smtp.mails_to(&address(n)).len(), self.twilio.texts_to(&phone(n)).len())
    }

    async fn template(&self, channel: Channel, subject: &str, body: &str) -> String {
        let form = TemplateForm {
            id: None,
            channel,
            version: 0,
            name: "Last call".to_owned(),
            subject: subject.to_owned(),
            body: body.to_owned(),
        };
        self.app.service.save_template(&self.access, form).await.unwrap().to_string()
    }

    async fn reminder_states(&self, id: &CampaignId) -> Vec<ReminderState> {
        self.report(id).await.reminders.reminders.into_iter().map(|reminder| reminder.state).collect()
    }

    /// Why each reminder would not be sent.
    async fn doubts(&self, id: &CampaignId) -> Vec<Option<String>> {
        self.report(id).await.reminders.reminders.into_iter().map(|reminder| reminder.doubt).collect()
    }

    /// Gives the payment link an end.
    async fn link_ends(&self, at: i64) {
        let mut tx = self.app.service.db.begin().await.unwrap();
        let details: String =
            sqlx::query_scalar("select details from payment_links").fetch_one(&mut *tx).await.unwrap();
        let mut details: serde_json::Value = serde_json::from_str(&details).unwrap();
        details["expires_at"] = at.into();
        let sql = "update payment_links set details = $1";
        sqlx::query(sql).bind(details.to_string()).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn add_reminder(&self, campaign: &CampaignId, after_days: &str) -> Result<(), Error> {
        let form = ReminderForm {
            campaign: campaign.clone(),
            after_days: after_days.to_owned(),
            email_template: String::new(),
            sms_template: String::new(),
        };
        self.app.service.add_reminder(&self.access, form).await
    }
}

/// When the first reminder goes out.
async fn first_due(world: &World, id: &CampaignId) -> i64 {
    world.report(id).await.reminders.reminders[0].due_at
}

both_engines! {
    async fn a_reminder_of_a_business_whose_sending_is_stopped_is_made_once_it_goes_on(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        world.send_with(std::slice::from_ref(&ada), vec![after(2)]).await;
        assert_eq!(world.got(1), (1, 1));
        let service = &world.app.service;
        service.begin_halt(world.access.business()).await.unwrap();
        world.until(3 * DAY).await;
        assert_eq!(number(&world.app, "select count(*) from reminders where made_at is not null").await, 0);
        service.end_halt(world.access.business(), None, After::Send).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.got(1), (2, 2));
    }

    async fn the_days_are_counted_from_when_a_scheduled_campaign_really_leaves(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(1).await;
        let scheduled = |starts_at: &str| NewCampaign {
            starts_at: Some(starts_at.to_owned()),
            reminders: vec![after(2)],
            send_anyway: Warning::ALL.to_vec(),
            ..world.wanted(std::slice::from_ref(&ada), &[Channel::Email])
        };
        let service = &world.app.service;
        // The business is in New York: 10:00 UTC is 05:00 there.
        let later = service.create_campaign(&world.access, scheduled("2026-03-05T05:00")).await.unwrap();
        assert_eq!(first_due(&world, &later).await, BEGIN + 3 * DAY);
        service.reschedule_campaign(&world.access, later.clone(), "2026-03-06T05:00".to_owned()).await.unwrap();
        assert_eq!(first_due(&world, &later).await, BEGIN + 4 * DAY);
        service.send_campaign_now(&world.access, later.clone(), false).await.unwrap();
        assert_eq!(first_due(&world, &later).await, BEGIN + 2 * DAY);
        let again = service.create_campaign(&world.access, scheduled("2026-03-07T05:00")).await.unwrap();
        world.add_reminder(&again, "3").await.unwrap();
        let days: Vec<_> = world.report(&again).await.reminders.reminders.iter().map(|one| one.due_at - BEGIN).collect();
        assert_eq!(days, [5 * DAY, 6 * DAY], "one that is added is counted from the same moment");
    }

    async fn a_campaign_that_has_started_keeps_its_time_while_a_message_waits_for_the_morning(store: TestStore) {
        let world = World::start(store).await;
        let (awake, asleep) = (world.contact("Awake", "awake@example.com", "+4915112345678").await, world.valid(1).await);
        set_care(&world.app, &world.access, "").await;
        // 11:00 in Berlin, 02:00 in California.
        let wanted = NewCampaign {
            starts_at: Some("2026-03-05T05:00".to_owned()),
            reminders: vec![after(2)],
            ..world.wanted(&[awake, asleep], &[Channel::Email])
        };
        let service = &world.app.service;
        let id = service.create_campaign(&world.access, wanted).await.unwrap();
        world.until(DAY + HOUR).await;
        assert_eq!((world.smtp.mails().len(), world.report(&id).await.progress.held), (1, 1));
        let late = service.reschedule_campaign(&world.access, id.clone(), "2026-03-09T05:00".to_owned()).await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{late:?}");
        service.send_campaign_now(&world.access, id.clone(), false).await.unwrap();
        assert_eq!(first_due(&world, &id).await, BEGIN + 3 * DAY, "counted from when it started");
    }

    async fn nothing_more_is_sent_for_a_payment_link_that_was_deleted(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(0).await;
        world.smtp.script(&address(0), [Mail::Rcpt("554 5.7.1 refused by policy")]);
        let id = world.send_with(std::slice::from_ref(&ada), vec![after(2)]).await;
        world.app.service.delete_payment_link(&world.access, world.link.clone()).await.unwrap();
        assert!(world.report(&id).await.reminders.people.is_empty());
        let service = &world.app.service;
        assert!(matches!(service.retry_failed(&world.access, id.clone()).await, Err(Error::Conflict(_))));
        let again = service.create_campaign(&world.access, world.wanted(&[ada], &[Channel::Sms])).await;
        assert_eq!(again, Err(Error::NotFound));
        world.until(2 * DAY).await;
        assert_eq!(world.reminder_states(&id).await, [ReminderState::LinkClosed]);
        assert_eq!(world.got(0), (0, 1));
    }

    async fn a_pause_moves_the_reminders_by_its_length(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(0).await, world.valid(1).await];
        world.smtp.script(&address(1), [Mail::Rcpt("450 4.2.0 later")]);
        let mut wanted = world.wanted(&people, &[Channel::Email]);
        wanted.reminders = vec![after(2)];
        let service = &world.app.service;
        let id = service.create_campaign(&world.access, wanted).await.unwrap();
        world.send_what_is_due().await;
        service.pause_campaign(&world.access, id.clone()).await.unwrap();
        let got = || [world.smtp.mails_to(&address(0)).len(), world.smtp.mails_to(&address(1)).len()];
        world.until(3 * DAY).await;
        assert_eq!(got(), [1, 0]);
        service.resume_campaign(&world.access, id.clone()).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(got(), [1, 1], "nobody is reminded of what others have only just got");
        assert_eq!(first_due(&world, &id).await, BEGIN + 5 * DAY);
        world.add_reminder(&id, "3").await.unwrap();
        let days: Vec<_> = world.report(&id).await.reminders.reminders.iter().map(|one| one.due_at - BEGIN).collect();
        assert_eq!(days, [5 * DAY, 6 * DAY], "one that is added comes after the one before it");
        world.until(5 * DAY).await;
        assert_eq!(got(), [2, 2]);
    }

    async fn a_reminder_that_nobody_could_pay_any_more_is_refused(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(0).await;
        let service = &world.app.service;
        let refused = async |reminders| {
            let wanted = world.wanted(std::slice::from_ref(&ada), &[Channel::Email]);
            let wanted = NewCampaign { reminders, send_anyway: Warning::ALL.to_vec(), ..wanted };
            let refused = service.create_campaign(&world.access, wanted).await.unwrap_err();
            refused.message_for("reminders").unwrap()
        };
        run(&world.app, "update payment_links set details = replace(details, '\"personal_link_days\":90', '\"personal_link_days\":3')").await;
        assert_eq!(
            refused(vec![after(3)]).await,
            "Reminder 1: By then the personal links have expired. Choose at most 2 days. \
             The payment link's settings can let personal links live longer."
        );
        let id = world.send_with(std::slice::from_ref(&ada), vec![after(1)]).await;
        let late = world.add_reminder(&id, "3").await.unwrap_err();
        assert_eq!(late.message_for("after_days").unwrap(), "By then the personal links have expired. Choose at most 2 days.");
        world.add_reminder(&id, "2").await.unwrap();
        assert_eq!(world.report(&id).await.reminders.earliest, None, "there is no day left for one more");
        world.link_ends(BEGIN + 2 * DAY).await;
        assert_eq!(
            refused(vec![after(1), after(2)]).await,
            "Reminder 2: By then the payment link has expired. No reminder can go out before that. A later date under “Expires” helps."
        );
        assert!(!matches!(service.recall_campaign(&world.access, id.clone()).await, Err(Error::NotFound)));
        assert!(matches!(world.add_reminder(&id, "1").await, Err(Error::Conflict(_))), "nothing more is sent");
    }

    async fn a_reminder_that_comes_after_the_links_end_is_told_before_and_after(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(0).await, world.valid(1).await];
        let service = &world.app.service;
        let wanted = NewCampaign {
            starts_at: Some("2026-03-05T05:00".to_owned()),
            reminders: vec![after(1), after(2)],
            ..world.wanted(&people[..1], &[Channel::Email])
        };
        let id = service.create_campaign(&world.access, wanted).await.unwrap();
        world.link_ends(BEGIN + 3 * DAY + HOUR).await;
        let move_to = async |local: &str| service.reschedule_campaign(&world.access, id.clone(), local.to_owned()).await;
        let late = move_to("2026-03-06T05:00").await.unwrap_err();
        assert_eq!(
            late.message_for("starts_at").unwrap(),
            "Reminder 2 comes after the payment link's end then. Choose an earlier time, cancel what comes too late, or give \
             the payment link a later date under “Expires”. The time was not changed."
        );
        assert_eq!(first_due(&world, &id).await, BEGIN + 2 * DAY, "nothing was changed");
        assert_eq!(world.doubts(&id).await, [None, None]);
        service.cancel_reminder(&world.access, id.clone(), 2).await.unwrap();
        move_to("2026-03-06T05:00").await.unwrap();
        let late = world.add_reminder(&id, "2").await.unwrap_err();
        assert_eq!(
            late.message_for("after_days").unwrap(),
            "By then the payment link has expired. No reminder can go out before that. A later date under “Expires” helps."
        );
        // A pause moves what is left beyond the end, and its page says so before anybody resumes.
        service.pause_campaign(&world.access, id.clone()).await.unwrap();
        world.until(DAY).await;
        let said = "As things stand it is not sent: the payment link ends before, on Saturday, March 7, 06:00 in New York.";
        assert_eq!(world.doubts(&id).await, [Some(said.to_owned()), None]);
        let said = service.resume_campaign(&world.access, id.clone()).await.unwrap().to_string();
        assert_eq!(said, "Resumed. Reminder 1 comes after the payment link's end now and will not be sent.");
        world.until(5 * DAY).await;
        assert_eq!(world.reminder_states(&id).await, [ReminderState::LinkClosed, ReminderState::Canceled]);
        world.link_ends(BEGIN + 90 * DAY).await;
        assert_eq!(world.reminder_states(&id).await[0], ReminderState::LinkClosed, "a later date does not change what was");
        assert_eq!(world.got(0), (1, 0));
    }

    async fn a_reminder_of_what_has_not_left_goes_to_those_who_have_not_paid_by_then(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(0).await;
        let wanted = NewCampaign {
            starts_at: Some("2026-03-05T05:00".to_owned()),
            reminders: vec![after(2)],
            ..world.wanted(std::slice::from_ref(&ada), &[Channel::Email])
        };
        let id = world.app.service.create_campaign(&world.access, wanted).await.unwrap();
        let plan = async || world.report(&id).await.reminders;
        assert_eq!((plan().await.is_leaving, plan().await.people.len()), (true, 0));
        let session = world.app.log_in("owner@shop.example").await;
        let page = world.app.open(&session, &format!("/payments/campaigns/{id}")).await.text().await.unwrap();
        assert!(page.contains("The next reminder goes to those who have not paid by then."), "{page}");
        world.until(DAY).await;
        assert_eq!((plan().await.is_leaving, plan().await.people.len()), (false, 1));
    }

    async fn a_recall_covers_the_campaign_and_all_its_reminders_whichever_is_recalled(store: TestStore) {
        let world = World::start(store).await;
        let service = &world.app.service;
        for (recalls_reminder, n) in [(true, 0), (false, 1)] {
            let begin = world.app.clock.now() - BEGIN;
            let person = world.valid(n).await;
            let id = world.send_with(std::slice::from_ref(&person), vec![after(1), after(2), after(9)]).await;
            world.until(begin + DAY).await;
            // The second reminder is made at night, and waits for the morning.
            set_care(&world.app, &world.access, "").await;
            world.until(begin + 2 * DAY).await;
            let states = world.reminder_states(&id).await;
            let [ReminderState::Made(first), ReminderState::Made(second), ReminderState::Planned] = states.as_slice() else {
                panic!("{states:?}")
            };
            assert_eq!(world.report(second).await.progress.held, 2);
            let link = world.link_of(&phone(n));
            let recalled = if recalls_reminder { first } else { &id };
            assert!(world.report(recalled).await.standing.can_recall());
            let said = service.recall_campaign(&world.access, recalled.clone()).await.unwrap().to_string();
            assert_eq!(
                said,
                "Recalled: 1 personal link is no longer valid. 2 messages were taken back before leaving."
            );
            for member in [&id, first, second] {
                let report = world.report(member).await;
                assert!(report.standing.recalled_at.is_some() && !report.standing.can_recall());
                assert_eq!((report.progress.held, report.standing.leaves), (0, None));
                assert!(report.standing.history[0].words.starts_with("Recalled"), "{:?}", report.standing.history);
            }
            assert_eq!(world.reminder_states(&id).await[2], ReminderState::Canceled, "there is no next one");
            let again = service.recall_campaign(&world.access, second.clone()).await.unwrap().to_string();
            assert_eq!(again, "This campaign was recalled already.");
            let page = get(&world.app, &link).await;
            assert_eq!(page.status, 410, "the business's words, not a page that is not there");
            world.until(begin + 12 * DAY).await;
            assert_eq!(world.got(n), (2, 2));
            let form = CareForm::default();
            service.save_care(&world.access, form).await.unwrap();
        }
    }

    async fn a_skip_is_about_one_reminder_and_whoever_is_taken_out_gets_none(store: TestStore) {
        let world = World::start(store).await;
        let service = &world.app.service;
        let people = [world.valid(0).await, world.valid(1).await, world.valid(2).await];
        world.twilio.script(&phone(2), [Sms::Fault]);
        let id = world.send_with(&people, vec![after(2), after(4)]).await;
        // Her text is still on its way when she is taken out: the email that has left is no reason to remind her.
        let said = service.take_out_recipient(&world.access, id.clone(), people[2].clone()).await.unwrap().to_string();
        assert!(said.starts_with("Person2 was removed: 0 messages were taken back before leaving."), "{said}");
        world.skip(&id, 1, &people[0], true).await.unwrap();
        world.skip(&id, 1, &people[0], true).await.unwrap();
        world.skip(&id, 1, &people[1], true).await.unwrap();
        world.skip(&id, 1, &people[1], false).await.unwrap();
        let next = || async {
            let people = world.report(&id).await.reminders.people;
            people.into_iter().map(|person| (person.name, person.skipped)).collect::<Vec<_>>()
        };
        assert_eq!(next().await, [("Person0".to_owned(), true), ("Person1".to_owned(), false)]);
        world.until(2 * DAY).await;
        assert_eq!([world.got(0), world.got(1)], [(1, 1), (2, 2)]);
        assert_eq!(next().await, [("Person0".to_owned(), false), ("Person1".to_owned(), false)], "the next one is another");
        let said = service.take_out_recipient(&world.access, id.clone(), people[1].clone()).await.unwrap().to_string();
        assert_eq!(said, "Person1 gets no more reminders.");
        let again = service.take_out_recipient(&world.access, id.clone(), people[1].clone()).await.unwrap().to_string();
        assert_eq!(again, "Person1 was removed already.");
        world.until(4 * DAY).await;
        assert_eq!([world.got(0), world.got(1)], [(2, 2), (2, 2)]);
        assert_eq!(world.got(2).0, 1);
        let mut history: Vec<_> = world.report(&id).await.standing.history.into_iter().map(|entry| entry.words).collect();
        history.sort();
        let expected = [
            "Person0 is left out of reminder 1.",
            "Person1 gets no more reminders.",
            "Person1 gets reminder 1 after all.",
            "Person1 is left out of reminder 1.",
        ];
        assert_eq!(history[..4], expected);
    }

    async fn reminders_and_what_is_done_to_them_are_on_record(store: TestStore) {
        let world = World::start(store).await;
        let mut people = Vec::new();
        for n in 0..5 {
            people.push(world.valid(n).await);
        }
        let [_, pays, quiet, skipped, capped] = [0, 1, 2, 3, 4];
        let last_call = "Last call: {{ payment_link.url }}";
        let words = NewReminder { sms_template: Some(world.template(Channel::Sms, "", last_call).await), ..after(2) };
        let id = world.send_with(&people, vec![words]).await;
        world.add_reminder(&id, "5").await.unwrap();
        world.app.service.cancel_reminder(&world.access, id.clone(), 2).await.unwrap();
        world.skip(&id, 1, &people[skipped], true).await.unwrap();
        world.pay(&world.link_of(&phone(pays)), &[]).await;
        world.switch(&people[quiet], |form| form.no_sms = true).await;
        world.press_send_anyway(&people[capped..], &[Channel::Email]).await;
        world.send_what_is_due().await;
        let form = CareForm { weekly_cap: "2".to_owned(), ..CareForm::default() };
        world.app.service.save_care(&world.access, form).await.unwrap();
        world.until(2 * DAY).await;

        let bodies = async |kind: &'static str| {
            let mut db = world.app.service.db.read().await.unwrap();
            let bodies: Vec<String> = sqlx::query_scalar("select body from ledger_entries where kind = $1 order by seq")
                .bind(kind)
                .fetch_all(&mut *db)
                .await
                .unwrap();
            bodies.iter().map(|body| serde_json::from_str::<serde_json::Value>(body).unwrap()).collect::<Vec<_>>()
        };
        let made = bodies("reminder").await.remove(0);
        assert_eq!((made["reminder_of"].as_str(), made["number"].as_i64()), (Some(id.as_str()), Some(1)));
        assert!(made["campaign"].is_string() && made["email"]["body"].is_string(), "{made}");
        assert_eq!(made["sms"]["body"], last_call);
        let people: Vec<_> = made["people"].as_array().unwrap().iter().map(|person| {
            format!("{} {} {} {}", person["allowed"], person["reasons"], person["skipped"], person["do_not_disturb"])
        }).collect();
        assert_eq!(
            people,
            [
                r#"["email","sms"] [] false []"#,
                r#"[] ["already_paid"] false []"#,
                r#"["email"] ["sms_do_not_disturb"] false ["sms"]"#,
                "[] [] true []",
                r#"[] ["weekly_cap"] false []"#,
            ]
        );
        let done: Vec<_> = bodies("control").await.into_iter().map(|body| {
            assert_eq!(body["user"].as_str(), Some(world.access.user().as_str()));
            body["words"].as_str().unwrap().to_owned()
        }).collect();
        assert_eq!(
            done,
            [
                "Reminder 2 was planned, 5 days after the campaign.",
                "Reminder 2 was canceled.",
                "Person3 is left out of reminder 1.",
            ]
        );
        let history = world.report(&id).await.standing.history;
        assert!(history.iter().all(|entry| entry.who.as_deref() == Some("owner@shop.example")), "{history:?}");
        assert_eq!(history.len(), done.len());
    }

    async fn a_reminder_shows_what_happened_since_it_left(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(0).await, world.valid(1).await];
        let id = world.send_with(&people, vec![after(2)]).await;
        let service = &world.app.service;
        // Person 1 opens the first message only; person 0 the first and then the reminder, and pays.
        let look = async |n: usize| {
            let address = get(&world.app, &world.link_of(&phone(n))).await.location;
            let (path, token) = address.split_once("?t=").unwrap();
            let signal = world.app.client.post(world.app.at(&format!("{path}/view"))).body(token.to_owned());
            assert_eq!(signal.send().await.unwrap().status(), 204);
            service.write_openings().await.unwrap();
        };
        world.until(DAY).await;
        look(0).await;
        look(1).await;
        world.until(2 * DAY).await;
        let states = world.reminder_states(&id).await;
        let [ReminderState::Made(made)] = states.as_slice() else { panic!("{states:?}") };
        let figures = async |id: &CampaignId| {
            let report = world.report(id).await;
            let totals = report.totals;
            assert!(totals.amounts.len() <= 1);
            let amount = totals.amounts.first().map_or(0, |amount| amount.minor);
            let listed = service.list_campaigns(&world.access, 1).await.unwrap().page.rows;
            let row = listed.into_iter().find(|row| row.id == *id).unwrap();
            assert_eq!((row.opened, row.paid), (totals.opened, totals.paid));
            let opened = report.recipients.iter().filter(|one| one.opened_at.is_some()).count();
            assert_eq!(u32::try_from(opened).unwrap(), totals.opened);
            (totals.opened, totals.started, totals.paid, amount)
        };
        assert_eq!(figures(&id).await, (2, 0, 0, 0));
        assert_eq!(figures(made).await, (0, 0, 0, 0), "what happened before it left is not its doing");
        world.until(3 * DAY).await;
        look(0).await;
        world.pay(&world.link_of(&phone(0)), &[]).await;
        service.write_openings().await.unwrap();
        assert_eq!(figures(made).await, (1, 1, 1, 9_000));
        assert_eq!(figures(&id).await, (2, 1, 1, 9_000), "it is the same payment, seen from the campaign");
        let results = service.edit_payment_link(&world.access, world.link.as_str()).await.unwrap().results.unwrap();
        let sum: i64 = results.totals.amounts.iter().map(|amount| amount.minor).sum();
        assert_eq!((results.totals.paid, sum), (1, 9_000), "and the link counts it once");
        let timeline = async |contact: &ContactId| {
            let report = service.campaign_report(&world.access, made.clone(), Some(contact.clone())).await.unwrap();
            let words: Vec<_> = report.timeline.unwrap().1.into_iter().map(|entry| entry.words).collect();
            let is_of_the_link = |words: &String| ["Opened", "Checkout", "Paid"].iter().any(|word| words.starts_with(word));
            words.into_iter().filter(is_of_the_link).collect::<Vec<_>>()
        };
        assert_eq!(
            timeline(&people[0]).await,
            ["Opened by a person.", "Checkout started: $90.00.", "Paid $90.00."]
        );
        assert!(timeline(&people[1]).await.is_empty());
        let csv = service.export_campaign(&world.access, made).await.unwrap();
        let opened = |name: &str| csv.lines().filter(|line| line.contains(name) && line.contains("Mar 7, 2026")).count();
        assert_eq!((opened("Person0"), opened("Person1")), (2, 0));
    }

    async fn what_waits_does_not_leave_to_whoever_has_paid_meanwhile_by_any_link(store: TestStore) {
        let world = World::start(store).await;
        let service = &world.app.service;
        let [standard, copied, waits] = [0, 1, 2];
        let people = [world.valid(standard).await, world.valid(copied).await, world.valid(waits).await];
        let scheduled = |contacts: &[ContactId], send_anyway: Vec<Warning>| NewCampaign {
            starts_at: Some("2026-03-05T05:00".to_owned()),
            send_anyway,
            ..world.wanted(contacts, &[Channel::Email])
        };
        let careful = service.create_campaign(&world.access, scheduled(&people, Vec::new())).await.unwrap();
        let anyway = scheduled(&people, Warning::ALL.to_vec());
        let anyway = service.create_campaign(&world.access, anyway).await.unwrap();
        // A text that failed is not tried again either, once it was paid for.
        world.twilio.script(&phone(standard), [Sms::Refuse(400, 21612)]);
        let failed = NewCampaign { send_anyway: vec![Warning::BeingSent], ..world.wanted(&people[..1], &[Channel::Sms]) };
        let failed = service.create_campaign(&world.access, failed).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.report(&failed).await.progress.failed, 1);
        world.until(HOUR).await;
        let typed = [("name", "P"), ("email", "p@example.com"), ("phone", &phone(standard))];
        world.pay(&format!("/pay/{}", world.slug()), &typed).await;
        let link = service.copy_personal_link(&world.access, world.link.clone(), people[copied].clone()).await.unwrap().url;
        world.pay(&link[link.find("/l/").unwrap()..], &[]).await;
        let said = service.retry_failed(&world.access, failed).await.unwrap().to_string();
        assert_eq!(said, "Nothing is sent again. 1 left out: already paid 1.");

        world.until(DAY).await;
        let states = async |id: &CampaignId| {
            let recipients = world.report(id).await.recipients;
            recipients.into_iter().map(|one| (one.email.as_ref().unwrap().status, one.email.unwrap().reasons)).collect::<Vec<_>>()
        };
        let paid = (DeliveryStatus::Suppressed, vec![Reason::AlreadyPaid]);
        assert_eq!(states(&careful).await, [paid.clone(), paid, (DeliveryStatus::Sent, Vec::new())]);
        assert_eq!(world.report(&anyway).await.progress.sent, 3, "whom the user wanted to write to anyway");
    }

    async fn a_fortnight_of_reminders_reaches_whoever_has_not_paid_and_nobody_else(store: TestStore) {
        let world = World::start(store).await;
        let mut people = Vec::new();
        for n in 0..11 {
            people.push(world.valid(n).await);
        }
        let [silent, pays, pays_as_stranger, pays_later, no_email, dnd_later, skipped, refused, recalled, pays_copied, archived] =
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
        world.smtp.script(&address(refused), [Mail::Rcpt("554 5.7.1 refused by policy")]);
        let last_call = "Last call, {{ contact.first_name }}: {{ payment_link.url }}";
        let second = NewReminder {
            after_days: 7,
            email_template: Some(world.template(Channel::Email, "Last call", last_call).await),
            sms_template: Some(world.template(Channel::Sms, "", last_call).await),
        };
        let id = world.send_with(&people, vec![after(3), second]).await;
        for n in 0..11 {
            assert_eq!(world.got(n), (usize::from(n != refused), 1), "{n}");
        }
        // What is frozen stays: the template says something else afterwards.
        run(&world.app, "update message_templates set body = 'Another text {{ payment_link.url }}'").await;

        world.until(DAY).await;
        world.pay(&world.link_of(&phone(pays)), &[]).await;
        let copied = world.app.service.copy_personal_link(&world.access, world.link.clone(), people[pays_copied].clone()).await;
        let copied = copied.unwrap().url;
        world.pay(&copied[copied.find("/l/").unwrap()..], &[]).await;
        let standard = world.standard_link();
        let same_email = address(pays_as_stranger).to_uppercase();
        let typed = [("name", "Somebody"), ("email", same_email.as_str()), ("phone", "")];
        world.pay(&standard, &typed).await;
        let opt_out = world.link_of(&phone(no_email)).replace("/l/", "/u/");
        assert_eq!(post(&world.app, &opt_out, &[("List-Unsubscribe".to_owned(), "One-Click".to_owned())]).await.status, 200);
        world.app.service.take_out_recipient(&world.access, id.clone(), people[skipped].clone()).await.unwrap();
        let code = world.link_of(&phone(recalled)).replace("/l/", "");
        let mut tx = world.app.service.db.begin().await.unwrap();
        sqlx::query("update personal_links set revoked_at = created_at where code = $1").bind(code).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        world.app.service.archive_contact(&world.access, people[archived].clone(), true).await.unwrap();

        let plan = world.report(&id).await.reminders;
        let next: Vec<_> = plan.people.iter().map(|person| (person.name.as_str(), person.channels.as_slice(), person.skipped)).collect();
        let (both, sms) = (&Channel::ALL[..], &[Channel::Sms][..]);
        assert_eq!(
            next,
            [
                ("Person0", both, false),
                ("Person3", both, false),
                ("Person4", sms, false),
                ("Person5", both, false),
                ("Person7", sms, false),
            ]
        );
        assert_eq!(plan.reminders[0].due, "Saturday, March 7, 05:00 in New York");

        world.until(3 * DAY - MINUTE).await;
        assert_eq!(world.twilio.texts().len(), 11, "not a minute too early");
        world.until(3 * DAY).await;
        let first = |n: usize| match n {
            n if [silent, pays_later, dnd_later].contains(&n) => (2, 2),
            n if n == no_email => (1, 2),
            n if n == refused => (0, 2),
            _ => (1, 1),
        };
        for n in 0..11 {
            assert_eq!(world.got(n), first(n), "{n} after the first reminder");
        }
        let texts = world.twilio.texts_to(&phone(silent));
        assert_eq!(texts[0].body, texts[1].body, "the same words with the same personal link");

        // A restart, and two servers that look at once.
        let again = || make_due(&world.app.service, BEGIN + 3 * DAY);
        let (one, two) = tokio::join!(again(), again());
        one.unwrap();
        two.unwrap();
        world.until(4 * DAY).await;
        for n in 0..11 {
            assert_eq!(world.got(n), first(n), "{n} is not reminded twice");
        }
        world.pay(&world.link_of(&phone(pays_later)), &[]).await;
        world.switch(&people[dnd_later], |form| form.do_not_disturb = true).await;

        world.until(7 * DAY).await;
        let second = |n: usize| match n {
            n if n == silent => (3, 3),
            n if n == no_email => (1, 3),
            n if n == refused => (0, 3),
            n => first(n),
        };
        for n in 0..11 {
            assert_eq!(world.got(n), second(n), "{n} after the second reminder");
        }
        assert!(world.twilio.texts_to(&phone(silent))[2].body.starts_with("Last call, Person0: "));
        assert_eq!(world.smtp.mails_to(&address(silent))[2].header("Subject").unwrap(), "Last call");

        world.until(14 * DAY).await;
        for n in 0..11 {
            assert_eq!(world.got(n), second(n), "{n} after a fortnight");
        }
        assert_eq!(number(&world.app, "select count(*) from campaigns where reminder_of is not null").await, 2);
        let states = world.reminder_states(&id).await;
        let [ReminderState::Made(_), ReminderState::Made(made)] = states.as_slice() else { panic!("{states:?}") };
        let child = world.report(made).await;
        assert_eq!(child.reminders.reminder_of, Some((id, 2)));
        assert_eq!(child.progress.people, 3);
        // Who pays by the link of a reminder has paid, there too.
        world.pay(&world.link_of(&phone(silent)), &[]).await;
        assert!(world.report(made).await.recipients[0].paid.is_some());
    }

    async fn a_reminder_at_night_waits_and_is_canceled_for_whoever_pays_or_is_taken_out_meanwhile(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(0).await, world.valid(1).await, world.valid(2).await];
        let id = world.send_with(&people, vec![after(3)]).await;
        set_care(&world.app, &world.access, "").await;
        // Saturday, two in the morning in California.
        world.until(3 * DAY).await;
        let states = world.reminder_states(&id).await;
        let [ReminderState::Made(made)] = states.as_slice() else { panic!("{states:?}") };
        let report = world.report(made).await;
        for recipient in &report.recipients {
            assert_eq!(recipient.sms.as_ref().unwrap().label(), "Quiet hours: leaves at 08:00 in Los Angeles.");
        }
        world.pay(&format!("/pay/{}", world.slug()), &[("name", "P"), ("email", "p@example.com"), ("phone", &phone(1))]).await;
        assert!(matches!(world.skip(&id, 1, &people[2], true).await, Err(Error::Conflict(_))), "it has been made");
        world.app.service.take_out_recipient(&world.access, id, people[2].clone()).await.unwrap();
        world.until(3 * DAY + 6 * HOUR).await;
        assert_eq!([world.got(0), world.got(1), world.got(2)], [(2, 2), (1, 1), (1, 1)]);
        let report = world.report(made).await;
        let canceled = |n: usize| (report.recipients[n].sms.as_ref().unwrap().status, report.recipients[n].sms.as_ref().unwrap().label());
        assert_eq!(canceled(1), (DeliveryStatus::Suppressed, "Skipped: Already paid this link".to_owned()));
        assert_eq!(canceled(2).1, "Canceled: Taken back before it left.");
    }

    async fn a_reminder_counts_as_a_request(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(0).await, world.valid(1).await];
        world.send_with(&people, vec![after(3), after(12)]).await;
        let id = world.press_send_anyway(&people[..1], &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert!(world.report(&id).await.progress.is_done());
        let form = CareForm { weekly_cap: "2".to_owned(), ..CareForm::default() };
        world.app.service.save_care(&world.access, form).await.unwrap();
        world.until(3 * DAY).await;
        assert_eq!([world.got(0), world.got(1)], [(2, 1), (2, 2)], "the first was asked twice this week already");
        let made = "select count(*) from deliveries where status = 'suppressed' and reasons = '[\"weekly_cap\"]'";
        assert_eq!(number(&world.app, made).await, 2);
        assert_eq!(Reason::WeeklyCap.label(), "Asked enough this week");
        world.until(12 * DAY).await;
        assert_eq!([world.got(0), world.got(1)], [(3, 2), (3, 3)]);
    }

    async fn two_servers_make_one_reminder_and_a_long_outage_makes_one_of_two(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(0).await;
        let id = world.send_with(std::slice::from_ref(&ada), vec![after(2), after(5), after(9)]).await;
        // The server was off for a week: the second reminder overtakes the first.
        world.app.clock.advance(7 * DAY);
        let now = world.app.clock.now();
        let look = || make_due(&world.app.service, now);
        let (one, two, three) = tokio::join!(look(), look(), look());
        one.unwrap();
        two.unwrap();
        three.unwrap();
        let states = world.reminder_states(&id).await;
        assert!(matches!(states.as_slice(), [ReminderState::Canceled, ReminderState::Made(_), ReminderState::Planned]), "{states:?}");
        world.send_what_is_due().await;
        assert_eq!(world.got(0), (2, 2));
        // Whatever a server believes, the store takes no second one.
        let due = Due { business: world.access.business().clone(), campaign: id.clone(), number: 2 };
        let mut tx = world.app.service.db.begin().await.unwrap();
        let twice = server::db::reminders::insert_campaign(&mut *tx, &due, &server::db::new_id(now), now).await;
        assert!(twice.is_err());
        drop(tx);
        run(&world.app, "update payment_links set status = 'inactive'").await;
        world.until(9 * DAY).await;
        assert_eq!(world.reminder_states(&id).await[2], ReminderState::LinkClosed, "the link takes no payments any more");
        assert_eq!(world.got(0), (2, 2));
    }

    async fn reminders_that_cannot_be_are_refused_and_nothing_is_sent(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.valid(0).await;
        let own = world.template(Channel::Sms, "", "Pay {{ payment_link.url }}").await;
        let strange = NewReminder { email_template: Some(own), ..after(3) };
        let table = [
            vec![after(0)],
            vec![after(31)],
            vec![after(5), after(5)],
            vec![after(5), after(3)],
            vec![after(1), after(2), after(3), after(4)],
        ];
        for reminders in table {
            let mut wanted = world.wanted(std::slice::from_ref(&ada), &Channel::ALL);
            wanted.reminders.clone_from(&reminders);
            let refused = world.app.service.create_campaign(&world.access, wanted).await.unwrap_err();
            assert!(refused.message_for("reminders").is_some(), "{reminders:?}: {refused}");
        }
        let mut wanted = world.wanted(std::slice::from_ref(&ada), &Channel::ALL);
        wanted.reminders = vec![strange];
        assert_eq!(world.app.service.create_campaign(&world.access, wanted).await, Err(Error::NotFound), "a text is no email");
        for table in ["select count(*) from campaigns", "select count(*) from reminders", "select count(*) from deliveries"] {
            assert_eq!(number(&world.app, table).await, 0);
        }
    }

    async fn the_campaign_s_page_shows_the_next_reminder_and_plans_and_takes_back(store: TestStore) {
        let world = World::start(store).await;
        let (ada, bob) = (world.valid(0).await, world.valid(1).await);
        let id = world.send_with(&[ada, bob.clone()], Vec::new()).await;
        let cookie = world.app.log_in("owner@shop.example").await;
        let page = || async { world.app.open(&cookie, &format!("/payments/campaigns/{id}")).await.text().await.unwrap() };
        let html = page().await;
        assert!(html.contains("No reminder is planned.") && html.contains("Add a reminder") && html.contains("Default SMS"));
        let form = [("form[campaign]", id.as_str()), ("form[after_days]", "4"), ("form[email_template]", "default-email"), ("form[sms_template]", "")];
        assert_eq!(world.app.call(&cookie, "add_reminder", &form).await.status(), 200);
        let html = page().await;
        for words in ["Reminder 1, after 4 days", "Next: Sunday, March 8, 06:00 in New York", "Cancel reminder", "goes to 2 people", "Skip", "No more reminders"] {
            assert!(html.contains(words), "{words}");
        }
        let press = |skipped| {
            [("skip[campaign]", id.as_str()), ("skip[number]", "1"), ("skip[contact]", bob.as_str()), ("skip[skipped]", skipped)]
        };
        assert_eq!(world.app.call(&cookie, "skip_reminder", &press("true")).await.status(), 200);
        assert!(page().await.contains("goes to 1 person"));
        assert!(page().await.contains("Left out of reminder 1"));
        assert_eq!(world.app.call(&cookie, "skip_reminder", &press("false")).await.status(), 200);
        assert!(page().await.contains("goes to 2 people"));

        for (days, sentence) in [("4", "Choose more than 4 days"), ("0", "after 1 to 30 days"), ("x", "Write a number of days")] {
            let refused = world.add_reminder(&id, days).await.unwrap_err();
            assert!(refused.message_for("after_days").unwrap().contains(sentence), "{days}: {refused}");
        }
        let cancel = [("campaign", id.as_str()), ("number", "1")];
        assert_eq!(world.app.call(&cookie, "cancel_reminder", &cancel).await.status(), 200);
        assert_eq!(world.reminder_states(&id).await, [ReminderState::Canceled]);
        world.until(5 * DAY).await;
        assert_eq!([world.got(0), world.got(1)], [(1, 1), (1, 1)], "what was taken back does not go out");
        let late = world.add_reminder(&id, "5").await.unwrap_err();
        assert!(late.message_for("after_days").unwrap().contains("so long ago"), "{late}");
        world.add_reminder(&id, "6").await.unwrap();
        world.until(6 * DAY).await;
        assert_eq!([world.got(0), world.got(1)], [(2, 2), (2, 2)]);
        let states = world.reminder_states(&id).await;
        let [_, ReminderState::Made(made)] = states.as_slice() else { panic!("{states:?}") };
        assert!(matches!(world.add_reminder(made, "9").await, Err(Error::Conflict(_))), "a reminder has none of its own");
        assert!(matches!(
            world.app.service.cancel_reminder(&world.access, id.clone(), 2).await,
            Err(Error::Conflict(_))
        ));
        // A week later the session has ended.
        let cookie = world.app.log_in("owner@shop.example").await;
        let list = world.app.open(&cookie, "/payments/campaigns").await.text().await.unwrap();
        assert!(list.contains("Reminder 2, 2 people"));
        let html = world.app.open(&cookie, &format!("/payments/campaigns/{made}")).await.text().await.unwrap();
        assert!(html.contains("This is reminder 2 of"), "{html}");
        assert!(html.contains(&format!("href=\"/payments/campaigns/{id}\"")), "{html}");

        let stranger = world.app.owner("Other", "other@shop.example").await;
        let service = &world.app.service;
        assert_eq!(service.cancel_reminder(&stranger, id.clone(), 1).await, Err(Error::NotFound));
        let skip = ReminderSkip { campaign: id.clone(), number: 2, contact: bob, skipped: true };
        assert_eq!(service.skip_reminder(&stranger, skip).await, Err(Error::NotFound));
        let form = ReminderForm { campaign: id, after_days: "9".to_owned(), email_template: String::new(), sms_template: String::new() };
        assert_eq!(service.add_reminder(&stranger, form).await, Err(Error::NotFound));
    }
}
