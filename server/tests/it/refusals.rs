//! What a mail server's refusals cost: a message, an address, or the whole campaign.

use crate::{
    both_engines,
    fakes::smtp::{Answer as Mail, Manner},
    world::{World, phone},
};
use app::{backend::Campaigns as _, channel::Channel, id::ContactId};

const HOUR: i64 = 3_600_000;

fn somewhere(n: usize) -> String {
    format!("person{n}@domain{n}.example")
}

impl World {
    /// People at domains of their own.
    async fn people_everywhere(&self, people: usize) -> Vec<ContactId> {
        let mut contacts = Vec::new();
        for n in 0..people {
            contacts.push(self.contact(&format!("Person{n}"), &somewhere(n), &phone(n)).await);
        }
        contacts
    }

    async fn marked(&self, people: &[ContactId]) -> usize {
        let mut marked = 0;
        for contact in people {
            marked += usize::from(self.details(contact).await.contact.email_undeliverable.is_some());
        }
        marked
    }
}

both_engines! {
    async fn one_wrong_setting_of_the_relay_costs_no_address_and_pauses_the_campaign(store: TestStore) {
        let world = World::choose(store).send_anyway().start().await;
        let people = world.people_everywhere(40).await;
        for (round, answer) in [
            "550 relay not permitted",
            "553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)",
            "550 5.1.1 user unknown",
            "550 no",
        ]
        .into_iter()
        .enumerate()
        {
            for n in 0..40 {
                world.smtp.script(&somewhere(n), [Mail::Rcpt(answer)]);
            }
            world.app.clock.advance(1_000);
            let id = world.press_send(&people, &[Channel::Email]).await;
            world.send_what_is_due().await;
            let report = world.report(&id).await;
            assert!(report.progress.is_paused, "{answer}");
            let reason = &report.standing.pause_reason;
            assert!(reason.starts_with("People at different domains were refused with the same words"), "{reason}");
            let failed = report.progress.failed;
            // What is in hand at that moment may be lost, and no more.
            assert!((2..=32).contains(&failed), "{answer}: {failed}");
            assert_eq!(world.marked(&people).await, 0, "{answer}");
            assert_eq!(report.standing.history.last().unwrap().who, None, "it paused by itself");

            // The setting is right again: the rest leaves, and what failed is tried once more.
            world.smtp.forget_scripts();
            world.app.clock.advance(1_000);
            world.app.service.resume_campaign(&world.access, id.clone()).await.unwrap();
            world.app.service.retry_failed(&world.access, id.clone()).await.unwrap();
            world.send_what_is_due().await;
            assert_eq!(world.smtp.mails().len(), 40 * (round + 1), "{answer}");
        }
    }

    async fn five_people_who_are_all_refused_keep_their_addresses_and_see_no_more_of_it(store: TestStore) {
        let world = World::choose(store).send_anyway().start().await;
        let people = world.people_everywhere(5).await;
        for n in 0..5 {
            world.smtp.script(&somewhere(n), [Mail::Rcpt("550 relay not permitted")]);
        }
        let id = world.press_send(&people, &Channel::ALL).await;
        world.send_what_is_due().await;
        assert!(world.report(&id).await.progress.is_paused, "its reminders would be refused as well");
        assert_eq!(world.marked(&people).await, 0);
        let cookie = world.app.log_in("owner@shop.example").await;
        let page = world.app.open(&cookie, &format!("/payments/campaigns/{id}")).await.text().await.unwrap();
        assert!(page.contains("Paused: People at different domains were refused with the same words") && page.contains("Resume"));
        let texts = world.twilio.posted();
        world.press_send(&people, &[Channel::Sms]).await;
        world.send_what_is_due().await;
        assert_eq!(world.twilio.posted(), texts + 5, "texts are not concerned");
    }

    async fn the_same_words_about_people_at_one_domain_are_about_them(store: TestStore) {
        let world = World::start(store).await;
        let mut people = Vec::new();
        for n in 0..3 {
            let address = format!("person{n}@example.com");
            world.smtp.script(&address, [Mail::Rcpt("550 5.1.1 user unknown")]);
            people.push(world.contact(&format!("Person{n}"), &address, &phone(n)).await);
        }
        world.smtp.script("slow@example.com", [Mail::Rcpt("450 4.2.0 later")]);
        people.push(world.contact("Slow", "slow@example.com", &phone(4)).await);
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert!(!world.report(&id).await.progress.is_paused);
        assert_eq!(world.marked(&people).await, 3);
    }

    async fn different_words_at_different_domains_are_about_the_people(store: TestStore) {
        let world = World::start(store).await;
        let answers = ["550 5.1.1 user unknown", "550 5.1.1 The email account that you tried to reach does not exist", "550 no"];
        let mut people = Vec::new();
        for (n, answer) in answers.into_iter().enumerate() {
            let address = format!("person{n}@domain{n}.example");
            world.smtp.script(&address, [Mail::Rcpt(answer)]);
            people.push(world.contact(&format!("Person{n}"), &address, &phone(n)).await);
        }
        world.smtp.script("slow@example.com", [Mail::Rcpt("450 4.2.0 later")]);
        people.push(world.contact("Slow", "slow@example.com", &phone(4)).await);
        let id = world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert!(!world.report(&id).await.progress.is_paused);
        assert_eq!(world.marked(&people).await, 2, "the last answer does not say what it is about");
    }

    async fn an_address_that_an_earlier_refusal_had_marked_is_given_back(store: TestStore) {
        let world = World::start(store).await;
        let people = world.people_everywhere(2).await;
        world.smtp.script(&somewhere(0), [Mail::Rcpt("550 5.1.1 user unknown")]);
        world.smtp.script(&somewhere(1), [Mail::Rcpt("450 4.2.0 later"), Mail::Rcpt("550 5.1.1 user unknown")]);
        world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert_eq!(world.marked(&people).await, 1);
        world.after(HOUR).await;
        assert_eq!(world.marked(&people).await, 0);
        let record = world.details(&people[0]).await.address_reports;
        let told: Vec<_> = record.iter().map(|entry| (entry.works, entry.words.as_str(), entry.who.as_str())).collect();
        assert_eq!(told, [(true, "", "Handbill"), (false, "The mailbox does not exist.", "The mail server")]);
    }

    async fn a_server_that_greets_with_blanks_costs_an_attempt_and_nothing_else(store: TestStore) {
        let world = World::start(store).await;
        let people = world.people_everywhere(2).await;
        world.smtp.behave(Manner::BlankEhlo);
        world.press_send(&people[..1], &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert!(world.smtp.connections() > 0 && world.smtp.mails().is_empty());
        world.smtp.behave(Manner::Usual);
        world.press_send(&people[1..], &[Channel::Email]).await;
        world.send_what_is_due().await;
        assert_eq!(world.smtp.mails_to(&somewhere(1)).len(), 1);
    }
}
