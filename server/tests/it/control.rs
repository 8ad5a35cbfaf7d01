//! Holding, scheduling, pausing, taking back, recalling and trying again, with real servers outside and a clock that moves.

use crate::{
    both_engines,
    fakes::{
        smtp::{Answer as Mail, Manner},
        twilio::Answer as Sms,
    },
    store::TestStore,
    world::{World, address, phone},
};
use app::{
    account::{Access, Role, SendingForm},
    backend::{Accounts as _, Campaigns as _, Contacts as _, PaymentLinks as _},
    campaigns::NewCampaign,
    channel::Channel,
    deliveries::{DeliveryStatus, Doubt},
    error::Error,
    id::{CampaignId, ContactId},
};
use server::{clock::Clock as _, db::deliveries, dispatcher::Dispatcher};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
const OWNER: &str = "owner@shop.example";
const WORDS: &str = "That was our mistake. Please ignore it.";

/// The text to one person of a campaign.
fn text(campaign: &CampaignId, contact: ContactId) -> Doubt {
    Doubt { campaign: campaign.clone(), contact, channel: Channel::Sms }
}

/// A business in Berlin, which sends at once, whatever speaks against it.
async fn berlin(store: TestStore) -> World {
    let world = World::choose(store).send_anyway().start().await;
    world.hold(0).await;
    world
}

impl World {
    /// So many minutes for every campaign that is made from now on.
    async fn hold(&self, minutes: u32) {
        let form = SendingForm {
            hold_minutes: minutes.to_string(),
            time_zone: "Europe/Berlin".to_owned(),
            recall_text: WORDS.to_owned(),
        };
        self.app.service.save_sending(&self.access, form).await.unwrap();
    }

    /// Contacts number 1 to n.
    async fn people(&self, n: usize) -> Vec<ContactId> {
        let mut people = Vec::new();
        for n in 1..=n {
            people.push(self.valid(n).await);
        }
        people
    }

    async fn schedule(&self, contacts: &[ContactId], starts_at: &str) -> Result<CampaignId, Error> {
        let wanted = NewCampaign { starts_at: Some(starts_at.to_owned()), ..self.wanted(contacts, &[Channel::Email]) };
        self.app.service.create_campaign(&self.access, wanted).await
    }

    async fn emails(&self, id: &CampaignId) -> Vec<DeliveryStatus> {
        let recipients = self.report(id).await.recipients;
        recipients.into_iter().filter_map(|recipient| Some(recipient.email?.status)).collect()
    }

    async fn count(&self, id: &CampaignId, status: DeliveryStatus) -> usize {
        self.emails(id).await.into_iter().filter(|one| *one == status).count()
    }

    /// What was done, oldest first.
    async fn history(&self, id: &CampaignId) -> Vec<String> {
        let mut history = self.report(id).await.standing.history;
        history.reverse();
        history.into_iter().map(|entry| entry.words).collect()
    }

    /// The code of a contact's personal link from a campaign.
    async fn code(&self, id: &CampaignId, contact: &ContactId) -> String {
        let mut db = self.app.service.db.read().await.unwrap();
        sqlx::query_scalar("select code from personal_links where campaign_id = $1 and contact_id = $2")
            .bind(id.as_str())
            .bind(contact.as_str())
            .fetch_one(&mut *db)
            .await
            .unwrap()
    }

    async fn get(&self, path: &str) -> (u16, String, String) {
        let answer = self.app.client.get(self.app.at(path)).send().await.unwrap();
        let location = answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned()).unwrap_or_default();
        (answer.status().as_u16(), location, answer.text().await.unwrap())
    }

    /// A dispatcher that has four mails under way and the rest in its hands.
    async fn sending(&self, people: usize) -> tokio::task::JoinHandle<()> {
        for n in 1..=people {
            self.smtp.script(&address(n), [Mail::Hold]);
        }
        let service = self.app.service.clone();
        let running = tokio::spawn(async move { Dispatcher::new(service).run_until_idle().await.unwrap() });
        self.smtp.wait_for_held(4).await;
        running
    }
}

fn is_conflict<T>(result: Result<T, Error>) -> bool {
    matches!(result, Err(Error::Conflict(_)))
}

both_engines! {
    async fn what_is_held_counts_down_and_leaves_at_its_time(store: TestStore) {
        let world = berlin(store).await;
        world.hold(10).await;
        let people = world.people(1).await;
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let report = world.report(&id).await;
        assert_eq!((report.progress.held, report.progress.people_done, report.progress.is_done()), (1, 0, false));
        assert_eq!(report.standing.leaves.as_deref(), Some("11:10"), "an hour ahead of UTC");
        let cookie = world.app.log_in(OWNER).await;
        let page = world.app.open(&cookie, &format!("/payments/campaigns/{id}")).await.text().await.unwrap();
        for seen in ["Held until 11:10", "Leaves in 10 min", "Send now", "Remove", "Held for 10 minutes.", "Made", OWNER] {
            assert!(page.contains(seen), "{seen}");
        }
        assert!(!page.contains("Resume") && !page.contains("Recall</button>"));

        world.after(10 * MINUTE - SECOND).await;
        assert!(world.smtp.mails().is_empty());
        world.after(SECOND).await;
        assert_eq!(world.smtp.mails().len(), 1);
        assert!(world.report(&id).await.progress.is_done());
        assert_eq!(world.timeline(&id, &people[0]).await[0], "Held.");
        let page = world.app.open(&cookie, &format!("/payments/campaigns/{id}")).await.text().await.unwrap();
        assert!(page.contains("Recall") && !page.contains("Held until") && !page.contains("Remove"));
    }

    async fn one_person_who_is_taken_out_gets_nothing_and_the_others_do(store: TestStore) {
        let world = berlin(store).await;
        world.hold(5).await;
        let people = world.people(3).await;
        let id = world.press_send(&people, &Channel::ALL).await;
        let service = &world.app.service;
        world.app.clock.advance(SECOND);
        let said = service.take_out_recipient(&world.access, id.clone(), people[1].clone()).await.unwrap().to_string();
        assert_eq!(said, "Person2 was removed: 2 messages were taken back before leaving.");
        let again = service.take_out_recipient(&world.access, id.clone(), people[1].clone()).await.unwrap().to_string();
        assert!(again.contains("already"), "{again}");
        world.after(5 * MINUTE).await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (2, 2));
        assert!(world.smtp.mails_to(&address(2)).is_empty() && world.twilio.texts_to(&phone(2)).is_empty());
        let late = service.take_out_recipient(&world.access, id.clone(), people[0].clone()).await;
        assert!(is_conflict(late));
        assert_eq!(world.history(&id).await, ["Held for 5 minutes.", said.as_str()]);
        assert!(world.timeline(&id, &people[1]).await.contains(&"Taken back before it left.".to_owned()));
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.canceled, progress.sent, progress.is_done()), (2, 4, true));
    }

    async fn send_now_ends_the_wait_once(store: TestStore) {
        let world = berlin(store).await;
        world.hold(60).await;
        let people = world.people(2).await;
        let id = world.press_send(&people, &[Channel::Email]).await;
        for _ in 0..2 {
            world.app.clock.advance(SECOND);
            world.app.service.send_campaign_now(&world.access, id.clone(), false).await.unwrap();
        }
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 2);
        assert_eq!(world.history(&id).await, ["Held for 60 minutes.", "2 messages are sent now."]);
    }

    async fn a_canceled_campaign_never_leaves(store: TestStore) {
        let world = berlin(store).await;
        world.hold(5).await;
        let people = world.people(3).await;
        let id = world.press_send(&people, &Channel::ALL).await;
        let service = &world.app.service;
        service.cancel_campaign(&world.access, id.clone()).await.unwrap();
        service.cancel_campaign(&world.access, id.clone()).await.unwrap();
        world.after(HOUR).await;
        assert_eq!((world.smtp.mails().len(), world.twilio.posted()), (0, 0));
        let report = world.report(&id).await;
        assert_eq!((report.progress.canceled, report.progress.is_done()), (6, true));
        assert_eq!(report.standing.history.len(), 2);
        assert!(is_conflict(service.send_campaign_now(&world.access, id.clone(), false).await));
        assert!(is_conflict(service.pause_campaign(&world.access, id).await));

        world.hold(0).await;
        let sent = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert!(is_conflict(service.cancel_campaign(&world.access, sent).await), "nothing waits");
    }

    async fn a_campaign_starts_at_its_time_in_the_zone_of_the_business(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(1).await;
        // It is 2026-03-04 11:00 in Berlin, and the clocks are set forward on 2026-03-29 at 02:00.
        for (local, sentence) in [
            ("2026-03-29T02:30", "does not exist"),
            ("2026-03-04T11:00", "is over"),
            ("2026-03-04T10:30", "is over"),
            ("2026-06-30T10:00", "within 90 days"),
            ("soon", "such as"),
        ] {
            let refused = world.schedule(&people, local).await.unwrap_err();
            assert!(refused.message_for("starts_at").unwrap().contains(sentence), "{local}: {refused}");
        }
        let id = world.schedule(&people, "2026-03-30T09:00").await.unwrap();
        let report = world.report(&id).await;
        assert_eq!(report.standing.leaves.as_deref(), Some("Mar 30, 2026, 09:00"));
        let cookie = world.app.log_in(OWNER).await;
        let list = world.app.open(&cookie, "/payments/campaigns").await.text().await.unwrap();
        assert!(list.contains("Scheduled"));
        // 07:00 UTC: summer time.
        let wait = 25 * DAY + 21 * HOUR;
        world.after(wait - SECOND).await;
        assert!(world.smtp.mails().is_empty());
        world.after(SECOND).await;
        assert_eq!(world.smtp.mails().len(), 1);
        // Its personal link lives as long as one that is sent today.
        world.app.clock.advance(89 * DAY);
        assert_eq!(world.get(&format!("/l/{}", world.code(&id, &people[0]).await)).await.0, 303);
    }

    async fn a_scheduled_campaign_that_is_refused_at_first_is_tried_as_long_as_any_other(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(1).await;
        world.smtp.script(&address(1), [Mail::Rcpt("450 4.2.0 later")]);
        let id = world.schedule(&people, "2026-03-10T09:00").await.unwrap();
        world.after(6 * DAY).await;
        world.after(MINUTE).await;
        assert_eq!(world.emails(&id).await, [DeliveryStatus::Sent]);
    }

    async fn the_time_can_be_changed_until_it_starts_and_not_after(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(1).await;
        let id = world.schedule(&people, "2026-03-05T09:00").await.unwrap();
        let service = &world.app.service;
        world.app.clock.advance(SECOND);
        let said = service.reschedule_campaign(&world.access, id.clone(), "2026-03-04T12:00".to_owned()).await.unwrap().to_string();
        assert_eq!(said, "Scheduled for 12:00 (Europe/Berlin).");
        service.reschedule_campaign(&world.access, id.clone(), "2026-03-04T12:00".to_owned()).await.unwrap();
        let refused = service.reschedule_campaign(&world.access, id.clone(), "2026-03-04T09:00".to_owned()).await;
        assert!(refused.unwrap_err().message_for("starts_at").is_some());
        world.app.clock.advance(HOUR);
        let late = service.reschedule_campaign(&world.access, id.clone(), "2026-03-06T09:00".to_owned()).await;
        assert!(is_conflict(late));
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 1);
        assert_eq!(world.history(&id).await, ["Scheduled for Mar 5, 2026, 09:00 (Europe/Berlin).", said.as_str()]);
        let unscheduled = world.press_send(&people, &[Channel::Email]).await;
        assert!(is_conflict(service.reschedule_campaign(&world.access, unscheduled, "2026-03-06T09:00".to_owned()).await));
    }

    async fn a_pause_in_the_middle_keeps_what_has_not_begun_and_resume_sends_it(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(12).await;
        let id = world.press_send(&people, &[Channel::Email]).await;
        let running = world.sending(12).await;
        let service = &world.app.service;
        service.pause_campaign(&world.access, id.clone()).await.unwrap();
        service.pause_campaign(&world.access, id.clone()).await.unwrap();
        world.smtp.open_gate();
        running.await.unwrap();
        assert_eq!(world.smtp.mails().len(), 4, "what was under way has left, the rest has not");
        world.after(2 * DAY).await;
        let report = world.report(&id).await;
        assert_eq!((world.smtp.mails().len(), report.progress.sent, report.progress.queued), (4, 4, 8));
        assert!(report.progress.is_paused && !report.progress.is_done());
        assert_eq!(deliveries::next_due_at(&mut *service.db.read().await.unwrap(), Channel::Email).await.unwrap(), None);
        // Another campaign is not kept.
        let other = world.press_send(&people[..1], &[Channel::Sms]).await;
        world.send_what_is_due().await;
        assert!(world.report(&other).await.progress.is_done());

        service.resume_campaign(&world.access, id.clone()).await.unwrap();
        service.resume_campaign(&world.access, id.clone()).await.unwrap();
        world.send_what_is_due().await;
        for n in 1..=12 {
            assert_eq!(world.smtp.mails_to(&address(n)).len(), 1, "{n}");
        }
        assert_eq!(world.history(&id).await, ["Paused. Messages that are not sent yet wait.", "Resumed."]);
    }

    async fn a_long_pause_does_not_use_up_the_time_of_trying(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(1).await;
        world.smtp.script(&address(1), [Mail::Rcpt("450 4.2.0 later")]);
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.app.service.pause_campaign(&world.access, id.clone()).await.unwrap();
        world.after(3 * DAY).await;
        world.app.service.resume_campaign(&world.access, id.clone()).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.emails(&id).await, [DeliveryStatus::Sent]);
    }

    async fn a_recall_while_sending_ends_its_links_and_nothing_else(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(12).await;
        let other = world.press_send(&people, &[Channel::Sms]).await;
        world.send_what_is_due().await;
        let id = world.press_send(&people, &[Channel::Email]).await;
        let running = world.sending(12).await;
        let code = world.code(&id, &people[0]).await;
        let (_, checkout, _) = world.get(&format!("/l/{code}")).await;
        assert_eq!(world.get(&checkout).await.0, 200);

        let service = &world.app.service;
        service.recall_campaign(&world.access, id.clone()).await.unwrap();
        service.recall_campaign(&world.access, id.clone()).await.unwrap();
        world.smtp.open_gate();
        running.await.unwrap();
        world.after(DAY).await;
        assert_eq!(world.smtp.mails().len(), 4, "what was under way could not be stopped");
        assert_eq!(world.count(&id, DeliveryStatus::Sent).await, 4);
        assert_eq!(world.count(&id, DeliveryStatus::Canceled).await, 8);
        assert_eq!(world.history(&id).await, [
            "Recalled: 12 personal links are no longer valid. 8 messages were taken back before leaving."
        ]);

        for path in [format!("/l/{code}"), checkout.clone()] {
            let (status, _, page) = world.get(&path).await;
            assert_eq!(status, 410, "{path}");
            assert!(page.contains(WORDS) && page.contains("Studio Nord"), "{page}");
            assert!(!page.contains("Person1") && !page.contains("person1@") && !page.contains("Pottery"), "{page}");
        }
        let standard = checkout.split('?').next().unwrap();
        assert_eq!(world.get(standard).await.0, 200);
        let theirs = world.code(&other, &people[0]).await;
        assert_eq!(world.get(&format!("/l/{theirs}")).await.0, 303, "another campaign's link to the same person");
        assert_eq!(world.get("/l/AAAAAAAAAAAAAAAA").await.0, 404);
        let (status, ..) = world.get(&format!("/u/{code}")).await;
        assert_eq!(status, 200, "who was written to can still opt out");
    }

    async fn nobody_pays_by_a_recalled_link(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(2).await;
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let mut forms = Vec::new();
        for person in &people {
            let (_, checkout, _) = world.get(&format!("/l/{}", world.code(&id, person).await)).await;
            let (path, token) = checkout.split_once("?t=").unwrap();
            forms.push((path.to_owned(), token.to_owned()));
        }
        let submit = |n: usize, attempt: &'static str| {
            let (path, token) = &forms[n];
            let form = [("name", "Ada"), ("email", "ada@example.com"), ("phone", ""), ("attempt", attempt), ("t", token)];
            world.app.client.post(world.app.at(path)).header("origin", &world.app.url).form(&form).send()
        };
        // One is at the gateway already, one has the form open.
        let begun = submit(0, "attempt1attempt1attempt1").await.unwrap();
        assert_eq!(begun.status(), 303);
        let gateway = begun.headers()["location"].to_str().unwrap().to_owned();
        world.app.service.recall_campaign(&world.access, id).await.unwrap();
        let refused = submit(1, "attempt2attempt2attempt2").await.unwrap();
        assert_eq!(refused.status(), 410);
        assert!(refused.text().await.unwrap().contains(WORDS));
        let approve = world.app.client.post(world.app.at(&gateway)).header("origin", &world.app.url);
        approve.form(&[("outcome", "approve")]).send().await.unwrap();
        let mut db = world.app.service.db.read().await.unwrap();
        let payments: Vec<String> = sqlx::query_scalar("select status from payments").fetch_all(&mut *db).await.unwrap();
        assert_eq!(payments, ["canceled"]);
    }

    async fn retry_failed_sends_what_failed_to_whoever_may_be_written_to(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(5).await;
        for n in 2..=5 {
            world.smtp.script(&address(n), [Mail::Rcpt("554 5.7.1 refused by policy")]);
        }
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert_eq!(world.count(&id, DeliveryStatus::Failed).await, 4);
        // Two are mended in different ways, one asks for quiet, one is archived.
        world.switch(&people[1], |form| "mended@example.com".clone_into(&mut form.email)).await;
        world.switch(&people[3], |form| form.do_not_disturb = true).await;
        world.app.service.archive_contact(&world.access, people[4].clone(), true).await.unwrap();
        world.app.clock.advance(2 * DAY);

        let service = &world.app.service;
        let said = service.retry_failed(&world.access, id.clone()).await.unwrap().to_string();
        assert_eq!(said, "2 messages are queued again. 2 left out: do not disturb 1, archived 1.");
        let again = service.retry_failed(&world.access, id.clone()).await.unwrap().to_string();
        assert_eq!(again, "Nothing is sent again. 2 left out: do not disturb 1, archived 1.");
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 3);
        let mended = world.smtp.mails_to("mended@example.com");
        assert_eq!((mended.len(), world.smtp.mails_to(&address(3)).len()), (1, 1));
        assert_eq!(world.smtp.mails_to(&address(1)).len(), 1, "what had arrived is not sent again");
        assert_eq!(world.history(&id).await, [said]);
        assert!(world.report(&id).await.progress.is_done());
    }

    async fn a_campaign_pauses_itself_after_ten_failures_in_a_row_of_the_provider(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(12).await;
        for n in 1..=12 {
            world.smtp.script(&address(n), [Mail::Data("451 4.3.0 our disk is full")]);
        }
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let report = world.report(&id).await;
        assert!(report.progress.is_paused && !report.progress.is_done());
        assert!(report.standing.pause_reason.starts_with("10 failures in a row. "), "{}", report.standing.pause_reason);
        assert_eq!(report.standing.history.len(), 1);
        assert_eq!(report.standing.history[0].who, None, "it paused by itself");
        world.after(DAY).await;
        assert!(world.smtp.mails().is_empty());
        world.app.service.resume_campaign(&world.access, id.clone()).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 12);
        assert!(world.report(&id).await.progress.is_done());
    }

    async fn what_one_provider_takes_does_not_excuse_the_other(store: TestStore) {
        let world = World::start(store).await;
        let people = world.people(12).await;
        for n in 1..=12 {
            world.smtp.script(&address(n), [Mail::Data("451 4.3.0 our disk is full")]);
        }
        let id = world.press_send(&people, &Channel::ALL).await;
        world.send_what_is_due().await;
        assert!(world.report(&id).await.progress.is_paused, "the texts were taken, the mails were not");
    }

    async fn a_relay_that_refuses_everything_by_policy_is_not_asked_fifty_times(store: TestStore) {
        let world = World::start(store).await;
        let people = world.people(50).await;
        for n in 1..=50 {
            world.smtp.script(&address(n), [Mail::Data("554 5.7.1 not from you")]);
        }
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let progress = world.report(&id).await.progress;
        assert!(progress.is_paused && progress.queued > 0, "{progress:?}");
    }

    async fn what_happens_while_a_message_waits_for_its_turn_is_in_force(store: TestStore) {
        let world = World::start(store).await;
        let people = world.people(16).await;
        let id = world.press_send(&people, &[Channel::Email]).await;
        let running = world.sending(16).await;
        let held: Vec<usize> = (1..=16).filter(|n| world.smtp.is_held(&address(*n))).collect();
        // One of those who are under way, and every second one of the others, says no; the last one pays.
        let (no, others): (Vec<usize>, Vec<usize>) = (1..=16).partition(|n| *n == held[0] || (!held.contains(n) && n % 2 == 1));
        for n in &no {
            world.switch(&people[n - 1], |form| form.no_email = true).await;
        }
        world.smtp.open_gate();
        running.await.unwrap();
        assert_eq!(world.smtp.mails_to(&address(held[0])).len(), 1, "it had left");
        for n in &no[..] {
            let expected = usize::from(held.contains(n));
            assert_eq!(world.smtp.mails_to(&address(*n)).len(), expected, "{n}");
        }
        for n in &others {
            assert_eq!(world.smtp.mails_to(&address(*n)).len(), 1, "{n}");
        }
        let suppressed = no.iter().filter(|n| !held.contains(n)).count();
        assert!(suppressed > 3);
        assert_eq!(world.count(&id, DeliveryStatus::Suppressed).await, suppressed);
    }

    async fn a_message_that_waits_for_its_turn_until_the_evening_waits_for_the_morning(store: TestStore) {
        let world = World::start(store).await;
        let people = world.people(8).await;
        let id = world.press_send(&people, &[Channel::Email]).await;
        let running = world.sending(8).await;
        let mut tx = world.app.service.db.begin().await.unwrap();
        sqlx::query("update businesses set quiet_from_minute = 0, quiet_until_minute = 1439").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        world.smtp.open_gate();
        running.await.unwrap();
        assert_eq!(world.smtp.mails().len(), 4);
        assert_eq!(world.count(&id, DeliveryStatus::Held).await, 4);
    }

    async fn a_message_that_is_taken_begins_the_count_anew(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(9).await;
        for n in 1..=9 {
            let failures = if n == 1 { 1 } else { 2 };
            world.smtp.script(&address(n), std::iter::repeat_n(Mail::Data("451 4.3.0 our disk is full"), failures));
        }
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let mut tx = world.app.service.db.begin().await.unwrap();
        sqlx::query("update deliveries set due_at = $1 where contact_id = $2")
            .bind(world.app.clock.now())
            .bind(people[0].as_str())
            .execute(&mut *tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 1);
        world.after(40 * SECOND).await;
        assert!(!world.report(&id).await.progress.is_paused, "nine, one that was taken, and eight more");
        world.after(5 * MINUTE).await;
        assert_eq!(world.smtp.mails().len(), 9);
    }

    async fn the_address_is_not_the_providers_fault(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(12).await;
        for n in 1..=11 {
            world.smtp.script(&address(n), [Mail::Rcpt("550 5.1.1 no such user")]);
        }
        world.smtp.script(&address(12), [Mail::Rcpt("450 4.2.0 later")]);
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.failed, progress.queued, progress.is_paused), (11, 1, false));
    }

    async fn a_refused_account_is_counted_once_for_each_try_and_pauses_in_the_end(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(10).await;
        world.smtp.behave(Manner::RefusesSender);
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        // A minute of rest, then a try.
        for minute in 1..=9 {
            assert!(!world.report(&id).await.progress.is_paused, "minute {minute}");
            world.after(MINUTE).await;
        }
        assert!(world.report(&id).await.progress.is_paused);
    }

    async fn what_is_canceled_is_never_sent_whichever_comes_first(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(3).await;
        let service = &world.app.service;
        let claim = || async {
            let claim = deliveries::Claim { channel: Channel::Email, worker: "w1", limit: 10, lease_ms: MINUTE };
            let mut tx = service.db.begin().await.unwrap();
            let claimed =
                deliveries::claim(&mut tx, service.db.engine(), claim, world.app.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
            claimed
        };
        // The cancel first: there is nothing to claim.
        let id = world.press_send(&people[..1], &[Channel::Email]).await;
        service.cancel_campaign(&world.access, id.clone()).await.unwrap();
        assert!(claim().await.is_empty());
        assert_eq!(world.emails(&id).await, [DeliveryStatus::Canceled]);

        // The claim first: it is taken out of the worker's hands, who cannot hand it over any more.
        let id = world.press_send(&people[1..2], &[Channel::Email]).await;
        let claimed = claim().await.remove(0);
        let said = service.cancel_campaign(&world.access, id.clone()).await.unwrap().to_string();
        assert_eq!(said, "Canceled: 1 message was taken back before leaving.");
        assert_eq!(world.emails(&id).await, [DeliveryStatus::Canceled]);
        let mark = async |claimed: &deliveries::Claimed| {
            let mut tx = service.db.begin().await.unwrap();
            let is_marked = deliveries::mark_handed(&mut *tx, claimed, world.app.clock.now()).await.unwrap();
            tx.commit().await.unwrap();
            is_marked
        };
        assert!(!mark(&claimed).await);

        // The hand-over first: it is not called canceled while a worker may be sending it …
        let id = world.press_send(&people[2..], &[Channel::Email]).await;
        assert!(mark(&claim().await.remove(0)).await);
        let said = service.cancel_campaign(&world.access, id.clone()).await.unwrap().to_string();
        assert!(said.ends_with("1 message was leaving at that moment."), "{said}");
        assert_eq!(world.emails(&id).await, [DeliveryStatus::Queued]);
        // … and when that worker has died, nobody sends it again and nobody calls it unsent.
        world.after(2 * MINUTE).await;
        assert_eq!(world.emails(&id).await, [DeliveryStatus::Unknown]);
        assert!(world.smtp.mails().is_empty());
    }

    async fn cancels_and_claims_at_the_same_moment_agree(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(8).await;
        for _ in 0..5 {
            let before = world.smtp.mails().len();
            let id = world.press_send(&people, &[Channel::Email]).await;
            let ((), canceled) = tokio::join!(
                world.send_what_is_due(),
                world.app.service.cancel_campaign(&world.access, id.clone()),
            );
            world.send_what_is_due().await;
            if let Err(error) = canceled {
                assert!(matches!(error, Error::Conflict(_)), "{error}");
            }
            let (sent, canceled) =
                (world.count(&id, DeliveryStatus::Sent).await, world.count(&id, DeliveryStatus::Canceled).await);
            assert_eq!((sent + canceled, world.smtp.mails().len() - before), (8, sent));
        }
    }

    async fn a_running_send_can_be_paused_and_goes_on_where_it_was(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(20).await;
        for n in 1..=20 {
            world.smtp.script(&address(n), [Mail::Hold]);
        }
        let id = world.press_send(&people, &[Channel::Email]).await;
        let service = world.app.service.clone();
        let running = tokio::spawn(async move { Dispatcher::new(service).run_until_idle().await });
        world.smtp.wait_for_held(4).await;
        let standing = world.report(&id).await.standing;
        assert_eq!((standing.waiting, standing.left), (16, 4), "whatever a worker holds, until it is handed over");
        assert!(standing.can_pause() && standing.can_cancel() && standing.has_started());
        let cookie = world.app.log_in(OWNER).await;
        let page = world.app.open(&cookie, &format!("/payments/campaigns/{id}")).await.text().await.unwrap();
        assert!(page.contains("Pause") && page.contains("Cancel the rest"));
        world.app.service.pause_campaign(&world.access, id.clone()).await.unwrap();
        world.smtp.open_gate();
        running.await.unwrap().unwrap();
        assert_eq!(world.smtp.mails().len(), 4);
        assert_eq!(world.count(&id, DeliveryStatus::Queued).await, 16);
        world.app.service.resume_campaign(&world.access, id.clone()).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 20);
    }

    async fn the_rest_of_a_running_send_can_be_canceled(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(20).await;
        for n in 1..=20 {
            world.smtp.script(&address(n), [Mail::Hold]);
        }
        let id = world.press_send(&people, &[Channel::Email]).await;
        let service = world.app.service.clone();
        let running = tokio::spawn(async move { Dispatcher::new(service).run_until_idle().await });
        world.smtp.wait_for_held(4).await;
        let said = world.app.service.cancel_campaign(&world.access, id.clone()).await.unwrap().to_string();
        assert_eq!(
            said,
            "Canceled: 16 messages were taken back before leaving. 4 messages were leaving at that moment."
        );
        assert_eq!(world.count(&id, DeliveryStatus::Canceled).await, 16, "at once, not when their turn comes");
        world.smtp.open_gate();
        running.await.unwrap().unwrap();
        let counts = (world.count(&id, DeliveryStatus::Sent).await, world.count(&id, DeliveryStatus::Canceled).await);
        assert_eq!((counts, world.smtp.mails().len()), ((4, 16), 4));
    }

    async fn what_is_in_doubt_can_be_kept_from_leaving_again(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(1).await;
        world.smtp.script(&address(1), [Mail::DropAfterDot]);
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let standing = world.report(&id).await.standing;
        assert!(standing.can_pause() && standing.can_cancel());
        world.app.service.cancel_campaign(&world.access, id.clone()).await.unwrap();
        world.after(HOUR).await;
        assert_eq!((world.emails(&id).await, world.smtp.mails().len()), (vec![DeliveryStatus::Unknown], 1));
    }

    async fn a_person_taken_out_while_their_message_is_leaving_is_not_sent_it_again(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(1).await;
        world.smtp.script(&address(1), [Mail::Hold]);
        let id = world.press_send(&people, &[Channel::Email]).await;
        let service = world.app.service.clone();
        let dying = tokio::spawn(async move { Dispatcher::new(service).run_until_idle().await });
        world.smtp.wait_for_held(1).await;
        let said = world.app.service.take_out_recipient(&world.access, id.clone(), people[0].clone()).await.unwrap().to_string();
        assert!(said.contains("1 message was leaving"), "{said}");
        dying.abort();
        let _ = dying.await;
        world.after(2 * MINUTE).await;
        assert_eq!(world.emails(&id).await, [DeliveryStatus::Unknown], "it may have left");
        assert!(world.smtp.mails().is_empty());
    }

    async fn a_text_that_nobody_can_be_asked_about_is_decided_by_a_person(store: TestStore) {
        let world = berlin(store).await;
        world.twilio.cannot_list();
        let people = world.people(2).await;
        for n in [1, 2] {
            world.twilio.script(&phone(n), [Sms::Fault]);
        }
        let id = world.press_send(&people, &[Channel::Sms]).await;
        world.send_what_is_due().await;
        let service = &world.app.service;
        let early = service.send_again(&world.access, text(&id, people[0].clone())).await;
        assert!(is_conflict(early), "it is asked about first");
        world.after(HOUR).await;
        let cookie = world.app.log_in(OWNER).await;
        let page = world.app.open(&cookie, &format!("/payments/campaigns/{id}")).await.text().await.unwrap();
        assert!(page.contains("It arrived") && page.contains("Send again"));

        service.confirm_arrival(&world.access, text(&id, people[0].clone())).await.unwrap();
        world.app.clock.advance(SECOND);
        service.send_again(&world.access, text(&id, people[1].clone())).await.unwrap();
        assert!(is_conflict(service.confirm_arrival(&world.access, text(&id, people[0].clone())).await));
        world.send_what_is_due().await;
        assert_eq!((world.twilio.texts_to(&phone(1)).len(), world.twilio.texts_to(&phone(2)).len()), (0, 1));
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.delivered, progress.sent, progress.unknown), (1, 1, 0));
        assert!(world.timeline(&id, &people[0]).await.contains(&"Someone confirmed that it arrived.".to_owned()));
        assert_eq!(
            world.history(&id).await,
            ["The text to Person1 was confirmed as arrived.", "The text to Person2 is sent again."]
        );
    }

    async fn a_text_that_is_sent_again_and_then_stopped_is_never_said_to_have_stayed_here(store: TestStore) {
        let world = berlin(store).await;
        world.twilio.cannot_list();
        let people = world.people(1).await;
        world.twilio.script(&phone(1), [Sms::Fault]);
        let id = world.press_send(&people, &[Channel::Sms]).await;
        world.send_what_is_due().await;
        world.after(HOUR).await;
        let service = &world.app.service;
        service.send_again(&world.access, text(&id, people[0].clone())).await.unwrap();
        world.switch(&people[0], |form| form.no_sms = true).await;
        world.send_what_is_due().await;
        let message = world.only(&id).await.sms.unwrap();
        assert_eq!((message.status, message.due_at), (DeliveryStatus::Unknown, None));
        assert_eq!(message.words.unwrap(), "It may have arrived. It is not sent again: no SMS: do not disturb.");
        assert!(!world.timeline(&id, &people[0]).await.iter().any(|words| words.starts_with("Not sent")));
        assert!(world.twilio.texts_to(&phone(1)).is_empty());
        service.confirm_arrival(&world.access, text(&id, people[0].clone())).await.unwrap();
        assert_eq!(world.only(&id).await.sms.unwrap().status, DeliveryStatus::Delivered);
    }

    async fn an_email_in_doubt_is_decided_by_a_person_and_stays_in_doubt_when_it_may_not_be_sent_again(store: TestStore) {
        let world = berlin(store).await;
        let people = world.people(3).await;
        for n in 1..=3 {
            world.smtp.script(&address(n), [Mail::DropAfterDot]);
        }
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        for person in &people {
            world.switch(person, |form| form.no_email = true).await;
        }
        world.after(HOUR).await;
        let cookie = world.app.log_in(OWNER).await;
        let page = world.app.open(&cookie, &format!("/payments/campaigns/{id}")).await.text().await.unwrap();
        assert!(page.contains("It arrived") && page.contains("Send again"));
        let service = &world.app.service;
        let email = |n: usize| Doubt { channel: Channel::Email, ..text(&id, people[n].clone()) };
        service.confirm_arrival(&world.access, email(0)).await.unwrap();
        world.switch(&people[1], |form| form.no_email = false).await;
        world.app.clock.advance(SECOND);
        service.send_again(&world.access, email(1)).await.unwrap();
        service.send_again(&world.access, email(2)).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(
            world.emails(&id).await,
            [DeliveryStatus::Delivered, DeliveryStatus::Sent, DeliveryStatus::Unknown],
            "the third has opted out and may have it"
        );
        assert_eq!(world.smtp.mails().len(), 4);
        let history = world.history(&id).await;
        assert!(history.contains(&"The email to Person1 was confirmed as arrived.".to_owned()), "{history:?}");
    }

    async fn nobody_controls_the_campaign_of_another_business(store: TestStore) {
        let world = berlin(store).await;
        world.hold(5).await;
        let people = world.people(1).await;
        let id = world.press_send(&people, &Channel::ALL).await;
        let stranger = world.app.owner("Other", "other@shop.example").await;
        let service = &world.app.service;
        let person = || people[0].clone();
        for refused in [
            service.send_campaign_now(&stranger, id.clone(), false).await,
            service.cancel_campaign(&stranger, id.clone()).await,
            service.take_out_recipient(&stranger, id.clone(), person()).await,
            service.reschedule_campaign(&stranger, id.clone(), "2026-03-30T09:00".to_owned()).await,
            service.pause_campaign(&stranger, id.clone()).await,
            service.resume_campaign(&stranger, id.clone()).await,
            service.retry_failed(&stranger, id.clone()).await,
            service.recall_campaign(&stranger, id.clone()).await,
            service.confirm_arrival(&stranger, text(&id, person())).await,
            service.send_again(&stranger, text(&id, person())).await,
        ] {
            assert_eq!(refused, Err(Error::NotFound));
        }
        world.after(5 * MINUTE).await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (1, 1));
    }

    async fn a_plain_form_controls_and_whoever_watches_sees_it(store: TestStore) {
        let world = berlin(store).await;
        world.hold(5).await;
        let people = world.people(2).await;
        let id = world.press_send(&people, &[Channel::Email]).await;
        let cookie = world.app.log_in(OWNER).await;
        let watch = world.app.client.get(world.app.at(&format!("/events/campaigns/{id}")));
        let mut events = watch.header("cookie", &cookie).send().await.unwrap();
        let first = events.chunk().await.unwrap().unwrap();
        assert!(String::from_utf8_lossy(&first).contains("\"is_paused\":false"), "{first:?}");
        let press = |name: &str, contact: Option<&ContactId>| {
            let mut form = vec![("id", id.to_string())];
            form.extend(contact.map(|contact| ("contact", contact.to_string())));
            let request = world.app.client.post(world.app.at(&format!("/api/fn/{name}"))).header("cookie", &cookie);
            let page = world.app.at(&format!("/payments/campaigns/{id}"));
            request.header("origin", &world.app.url).header("accept", "text/html").header("referer", page).form(&form).send()
        };
        let answer = press("pause_campaign", None).await.unwrap();
        assert_eq!(answer.status(), 303);
        assert!(answer.headers()["location"].to_str().unwrap().starts_with(&format!("/payments/campaigns/{id}")));
        let mut seen = String::new();
        while !seen.contains("\"is_paused\":true") {
            seen.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
        // What changes no count is news all the same.
        assert_eq!(press("resume_campaign", None).await.unwrap().status(), 303);
        assert_eq!(press("take_out_recipient", Some(&people[0])).await.unwrap().status(), 303);
        while !seen.contains("\"canceled\":1") {
            seen.push_str(&String::from_utf8_lossy(&events.chunk().await.unwrap().unwrap()));
        }
        let page = world.app.open(&cookie, &format!("/payments/campaigns/{id}")).await.text().await.unwrap();
        assert!(page.contains("Person1 was removed") && page.contains("Resumed."));
        // What is too late is told on the page that the form came from.
        world.after(5 * MINUTE).await;
        let late = press("take_out_recipient", Some(&people[1])).await.unwrap();
        let back = late.headers()["location"].to_str().unwrap().to_owned();
        let page = world.app.open(&cookie, &back).await.text().await.unwrap();
        assert!(page.contains("It is too late: nothing waits any more."), "{back}");
    }

    async fn how_a_business_sends_is_set_by_its_owner(store: TestStore) {
        let world = berlin(store).await;
        let service = &world.app.service;
        let form = |hold: &str, zone: &str| SendingForm {
            hold_minutes: hold.to_owned(),
            time_zone: zone.to_owned(),
            recall_text: String::new(),
        };
        for (hold, zone, field) in
            [("61", "UTC", "hold_minutes"), ("-1", "UTC", "hold_minutes"), ("5", "Mars/Base", "time_zone")]
        {
            let refused = service.save_sending(&world.access, form(hold, zone)).await.unwrap_err();
            assert!(refused.message_for(field).is_some(), "{hold} {zone}");
        }
        let member = Access::checked(world.access.business().clone(), world.access.user().clone(), Role::Member);
        assert_eq!(service.save_sending(&member, form("5", "UTC")).await, Err(Error::NotAllowed));
        service.save_sending(&world.access, form(" 7 ", "asia/tokyo")).await.unwrap();
        let business = service.business(&world.access).await.unwrap();
        assert_eq!((business.hold_minutes, business.time_zone.as_str()), (7, "Asia/Tokyo"));
        let cookie = world.app.log_in(OWNER).await;
        let page = world.app.open(&cookie, "/settings").await.text().await.unwrap();
        for seen in ["Hold before sending (minutes)", "Time zone", "What people read when a link was recalled", "sent by mistake"] {
            assert!(page.contains(seen), "{seen}");
        }
        // Another country's business has another zone until it chooses one.
        let other = world.app.owner("Other", "other@shop.example").await;
        assert_eq!(service.business(&other).await.unwrap().time_zone, "America/New_York");
        assert!(service.payment_link(&other, world.link.clone()).await.is_err());
    }
}
