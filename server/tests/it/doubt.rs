//! Messages that nobody knows the end of: handed over, and then no answer came or nobody lived to write it down.

use crate::{
    both_engines,
    fakes::{smtp::Answer as Mail, twilio::Answer as Sms},
    webhooks::with_bounces,
    world::{World, address, number, phone, run},
};
use app::{
    backend::Campaigns as _,
    channel::Channel,
    deliveries::{DeliveryState, DeliveryStatus},
    eligibility::Reason,
    id::{CampaignId, ContactId},
};
use server::{dispatcher::Dispatcher, halt::After};
use std::time::Duration;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;

impl World {
    /// So many contacts, each with a mail that the mail server holds, and the campaign to them.
    async fn held(&self, n: usize) -> (Vec<ContactId>, CampaignId) {
        let mut people = Vec::new();
        for n in 0..n {
            people.push(self.valid(n).await);
            self.smtp.script(&address(n), [Mail::Hold]);
        }
        let id = self.press_send(&people, &[Channel::Email]).await;
        (people, id)
    }

    /// The dispatcher dies with as many mails at the mail server as there are connections, and the server takes them. Whose
    /// they are.
    async fn die(&self, n: usize) -> Vec<usize> {
        let dying = Dispatcher::new(self.app.service.clone());
        tokio::select! {
            _ = dying.run_until_idle() => panic!("every message is held"),
            () = self.smtp.wait_for_held(4) => {}
        }
        drop(dying);
        self.smtp.open_gate();
        let taken = async {
            while self.smtp.mails().len() < 4 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), taken).await.expect("four mails are taken");
        (0..n).filter(|n| self.smtp.is_held(&address(*n))).collect()
    }

    /// Where what is marked as handed over goes.
    async fn with_provider(&self) -> Vec<String> {
        let mut db = self.app.service.db.read().await.unwrap();
        let marked = "select address from deliveries where handed_at is not null";
        sqlx::query_scalar(marked).fetch_all(&mut *db).await.unwrap()
    }

    async fn email(&self, id: &CampaignId, contact: &ContactId) -> DeliveryState {
        let recipients = self.report(id).await.recipients;
        recipients.into_iter().find(|recipient| recipient.contact == *contact).unwrap().email.unwrap()
    }

    /// The outcomes that the ledger has of one kind.
    async fn outcomes(&self, kind: &str) -> Vec<String> {
        let bodies = self.bodies(kind).await;
        bodies.iter().map(|body| body["outcome"].as_str().unwrap().to_owned()).collect()
    }
}

both_engines! {
    async fn a_message_that_cannot_be_read_has_failed_and_keeps_no_other_from_leaving(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(0).await, world.valid(1).await];
        let id = world.press_send(&people, &[Channel::Email]).await;
        let broken = format!("update deliveries set recipient = '{{' where address = '{}'", address(0));
        assert_eq!(run(&world.app, &broken).await, 1);
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 1);
        let waiting = "select count(*) from deliveries where due_at is not null or worker is not null";
        assert_eq!(number(&world.app, waiting).await, 0, "it does not come again for ever");
        assert_eq!(number(&world.app, "select count(*) from deliveries where status = 'failed'").await, 1);
        let tried = "select count(*) from delivery_attempts where outcome = 'failed' and words like '%cannot be read%'";
        assert_eq!(number(&world.app, tried).await, 1);
        assert!(world.app.service.campaign_progress(&world.access, id).await.unwrap().is_done());
    }

    async fn what_nobody_tried_to_send_in_a_day_without_sending_still_leaves(store: TestStore) {
        let world = World::start(store).await;
        let person = world.valid(0).await;
        world.press_send(std::slice::from_ref(&person), &[Channel::Email]).await;
        // Claimed once and given back untried, and then nothing leaves for two days.
        run(&world.app, "update deliveries set composed_at = created_at").await;
        world.app.service.begin_halt(world.access.business()).await.unwrap();
        world.after(48 * HOUR).await;
        assert!(world.smtp.mails().is_empty());
        world.app.service.end_halt(world.access.business(), None, After::Send).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails().len(), 1);
    }

    async fn what_was_with_the_mail_server_when_the_program_died_is_never_called_unsent(store: TestStore) {
        let world = World::start(store).await;
        let (people, id) = world.held(20).await;
        let taken = world.die(20).await;
        // Those that ended may have let others before the gate, who ended there.
        let marked = world.with_provider().await;
        let waiting: Vec<usize> = (0..20).filter(|n| !marked.contains(&address(*n))).collect();
        assert!(taken.len() == 4 && waiting.len() > 1, "{taken:?} {waiting:?}");
        for n in [taken[0], waiting[0]] {
            world.switch(&people[n], |form| form.do_not_disturb = true).await;
        }
        let service = &world.app.service;
        service.take_out_recipient(&world.access, id.clone(), people[taken[1]].clone()).await.unwrap();
        world.after(2 * MINUTE).await;
        world.after(2 * MINUTE).await;

        let quiet = world.email(&id, &people[taken[0]]).await;
        assert_eq!((quiet.status, quiet.due_at, quiet.reasons), (DeliveryStatus::Unknown, None, vec![]));
        assert_eq!(quiet.words.unwrap(), "It may have arrived. It is not sent again: do not disturb.");
        let taken_out = world.email(&id, &people[taken[1]]).await;
        assert_eq!((taken_out.status, taken_out.due_at), (DeliveryStatus::Unknown, None));
        assert_eq!(taken_out.words.unwrap(), "It may have arrived. It is not sent again: it was taken back meanwhile.");
        let never = world.email(&id, &people[waiting[0]]).await;
        assert_eq!((never.status, never.reasons), (DeliveryStatus::Suppressed, vec![Reason::DoNotDisturb]));
        for n in [taken[2], taken[3], waiting[1]] {
            assert_eq!(world.email(&id, &people[n]).await.status, DeliveryStatus::Sent);
        }
        assert!(world.report(&id).await.progress.is_done());

        // A repeat is the same mail, and the record says so.
        for (n, mails) in [(taken[0], 1), (taken[1], 1), (taken[2], 2), (taken[3], 2), (waiting[0], 0), (waiting[1], 1)] {
            let received = world.smtp.mails_to(&address(n));
            assert_eq!(received.len(), mails, "{n}");
            assert!(received.iter().all(|mail| mail.bytes == received[0].bytes));
        }
        let repeated = world.timeline(&id, &people[taken[2]]).await;
        assert!(repeated.iter().any(|words| words.starts_with("The program stopped")), "{repeated:?}");
        assert!(repeated.iter().any(|words| words.contains("it may have arrived twice")), "{repeated:?}");
        let once = world.timeline(&id, &people[waiting[1]]).await;
        assert!(!once.iter().any(|words| words.contains("may have")), "{once:?}");
        let attempts = world.outcomes("attempt").await;
        assert_eq!(attempts.iter().filter(|outcome| *outcome == "unknown").count(), marked.len(), "{attempts:?}");
        assert_eq!(attempts.iter().filter(|outcome| *outcome == "sent").count(), 17, "{attempts:?}");
        let mut stopped = world.outcomes("stopped").await;
        stopped.sort();
        assert_eq!(stopped, ["suppressed", "unknown", "unknown"]);
        let csv = service.export_campaign(&world.access, &id).await.unwrap();
        let line = csv.lines().find(|line| line.contains(people[taken[0]].as_str())).unwrap();
        assert!(line.contains("unknown") && line.contains("It may have arrived"), "{line}");
    }

    async fn an_unconfirmed_mail_is_sent_again_until_it_is_known_and_never_said_to_have_stayed(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(1).await, world.valid(2).await, world.valid(3).await, world.valid(4).await];
        world.smtp.script(&address(1), [Mail::DropAfterDot, Mail::Rcpt("450 4.2.0 later")]);
        world.smtp.script(&address(2), [Mail::DropAfterDot, Mail::Data("554 5.7.1 looks like spam")]);
        world.smtp.script(&address(3), [Mail::DropAfterDot, Mail::Rcpt("550 5.1.1 no such user")]);
        world.smtp.script(&address(4), (0..20).map(|_| Mail::DropAfterDot));
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.unknown, progress.queued, progress.is_done()), (4, 0, false));
        world.after(MINUTE).await;
        let status = async |n: usize| world.email(&id, &people[n]).await;
        assert_eq!(status(0).await.status, DeliveryStatus::Unknown, "a no to the repeat says nothing of the first");
        let refused = status(1).await;
        assert_eq!((refused.status, refused.due_at), (DeliveryStatus::Unknown, None));
        assert!(refused.words.unwrap().starts_with("An earlier try may have arrived. "));
        assert_eq!(status(2).await.status, DeliveryStatus::Failed, "where there is no mailbox nothing arrived");
        world.after(5 * MINUTE).await;
        assert_eq!(status(0).await.status, DeliveryStatus::Sent);
        for _ in 0..8 {
            world.after(13 * HOUR).await;
        }
        let endless = status(3).await;
        assert_eq!((endless.status, endless.due_at), (DeliveryStatus::Unknown, None));
        assert!(world.report(&id).await.progress.is_done());
    }

    async fn an_opened_link_or_a_bounce_settles_what_nobody_knew(store: TestStore) {
        let world = with_bounces(store).await;
        let people = [world.valid(1).await, world.valid(2).await, world.valid(3).await];
        for n in 1..=3 {
            world.smtp.script(&address(n), [Mail::DropAfterDot]);
        }
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        for person in &people[1..] {
            world.switch(person, |form| form.no_email = true).await;
        }
        let open = async |n: usize| {
            world.app.clock.advance(SECOND);
            let address = world.address(&people[n]).await;
            world.look(&address).await;
            world.app.service.write_openings().await.unwrap();
        };
        open(0).await;
        let first = world.email(&id, &people[0]).await;
        assert_eq!((first.status, first.due_at), (DeliveryStatus::Delivered, None), "before it was sent again");
        world.after(5 * MINUTE).await;
        assert_eq!(world.smtp.mails_to(&address(1)).len(), 1);
        assert!(world.report(&id).await.progress.is_done());
        open(1).await;
        assert_eq!(world.email(&id, &people[1]).await.status, DeliveryStatus::Delivered);
        let timeline = world.timeline(&id, &people[1]).await;
        assert!(timeline.contains(&"The person opened the link in it, so it arrived.".to_owned()), "{timeline:?}");
        assert_eq!(world.bounce_of(&address(3), "failed", "5.2.2").await, 200);
        assert_eq!(world.email(&id, &people[2]).await.status, DeliveryStatus::Undelivered);
        assert_eq!(world.outcomes("report").await, ["delivered", "delivered", "undelivered"]);
    }

    async fn a_link_that_was_opened_before_anybody_knew_of_the_doubt_is_proof_as_well(store: TestStore) {
        let world = World::start(store).await;
        let (people, id) = world.held(4).await;
        world.die(4).await;
        world.app.clock.advance(20 * SECOND);
        let address = world.address(&people[0]).await;
        world.look(&address).await;
        world.app.service.write_openings().await.unwrap();
        world.after(2 * MINUTE).await;
        let statuses: Vec<_> = world.report(&id).await.recipients.into_iter().map(|r| r.email.unwrap().status).collect();
        let sent = DeliveryStatus::Sent;
        assert_eq!(statuses, [DeliveryStatus::Delivered, sent, sent, sent]);
        assert_eq!(world.smtp.mails().len(), 7);
    }

    async fn an_opening_proves_nothing_where_another_message_had_the_same_link(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(1).await];
        world.smtp.script(&address(1), [Mail::DropAfterDot]);
        let id = world.press_send(&people, &Channel::ALL).await;
        world.send_what_is_due().await;
        world.switch(&people[0], |form| form.no_email = true).await;
        world.app.clock.advance(SECOND);
        let address = world.address(&people[0]).await;
        world.look(&address).await;
        world.app.service.write_openings().await.unwrap();
        world.after(5 * MINUTE).await;
        let recipient = world.only(&id).await;
        assert_eq!(recipient.email.unwrap().status, DeliveryStatus::Unknown);
        assert_eq!(recipient.sms.unwrap().status, DeliveryStatus::Sent);
    }

    async fn only_what_was_handed_over_is_in_doubt_after_a_death(store: TestStore) {
        let world = World::start(store).await;
        let mut people = Vec::new();
        for n in 0..20 {
            people.push(world.valid(n).await);
            world.twilio.script(&phone(n), [Sms::Hold]);
        }
        let id = world.press_send(&people, &[Channel::Sms]).await;
        let dying = Dispatcher::new(world.app.service.clone());
        tokio::select! {
            _ = dying.run_until_idle() => panic!("every text is held"),
            () = world.twilio.wait_for_held(8) => {}
        }
        let marked = "select count(*) from deliveries where handed_at is not null and status = 'queued'";
        assert_eq!(number(&world.app, marked).await, 8, "marked before they were handed over");
        assert_eq!(number(&world.app, "select count(*) from deliveries where worker is not null").await, 20);
        drop(dying);
        world.twilio.open_gate();
        world.twilio.wait_for(8).await;
        for _ in 0..4 {
            world.after(45 * SECOND).await;
        }
        let progress = world.report(&id).await.progress;
        assert_eq!((progress.sent, progress.unknown), (20, 0), "the eight were found, the twelve were never in doubt");
        assert_eq!(number(&world.app, "select count(*) from deliveries where handed_at is not null").await, 0);
        assert_eq!(world.twilio.texts().len(), 20);
    }
}
