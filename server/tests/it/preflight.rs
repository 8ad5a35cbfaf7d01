//! Before it leaves: warnings, repairs in place, pasted lists, and many chosen at once.

use crate::{
    both_engines,
    fakes::smtp::Answer as Mail,
    world::{World, address, contact, payment_link, phone, run},
};
use app::{
    account::{Access, Role},
    address::Typed,
    backend::{Campaigns as _, Contacts as _, Preflight as _},
    campaigns::NewCampaign,
    channel::Channel,
    contacts::{AddressForm, ContactForm, ContactRow, Dnd},
    deliveries::DeliveryStatus,
    eligibility::{Reason, Warning},
    error::Error,
    id::{ContactId, UserId},
    preflight::{Group, Selected, ToSelect},
    reminders::NewReminder,
};
use server::{clock::Clock as _, db::new_id};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

impl World {
    /// Somebody else of the same business.
    async fn colleague(&self) -> Access {
        let id: UserId = new_id(self.app.clock.now());
        let mut tx = self.app.service.db.begin().await.unwrap();
        sqlx::query(
            "insert into users (id, business_id, email, password_hash, role, created_at) \
             values ($1, $2, 'colleague@shop.example', '', 'member', 0)",
        )
        .bind(id.as_str())
        .bind(self.access.business().as_str())
        .execute(&mut *tx)
        .await
        .unwrap();
        tx.commit().await.unwrap();
        Access::checked(self.access.business().clone(), id, Role::Member)
    }

    /// What is said about each of them, in words.
    async fn warnings(&self, access: &Access, contacts: &[ContactId]) -> Vec<Vec<String>> {
        let service = &self.app.service;
        let warned = service.list_warnings(access, self.link.clone(), contacts.to_vec()).await.unwrap();
        let of = |contact: &ContactId| {
            warned.iter().filter(|one| one.contact == *contact).map(|one| one.words.clone()).collect()
        };
        contacts.iter().map(of).collect()
    }

    async fn press_send_in_spite_of(&self, contacts: &[ContactId], send_anyway: &[Warning]) -> app::id::CampaignId {
        let wanted = NewCampaign { send_anyway: send_anyway.to_vec(), ..self.wanted(contacts, &Channel::ALL) };
        self.app.service.create_campaign(&self.access, wanted).await.unwrap()
    }

    async fn tagged(&self, n: usize, tags: &str) -> ContactId {
        let form = ContactForm {
            first_name: format!("Person{n:03}"),
            email: address(n),
            phone: phone(n),
            tags: tags.to_owned(),
            ..ContactForm::default()
        };
        self.app.service.create_contact(&self.access, form).await.unwrap()
    }

    async fn select(&self, group: Group) -> Selected {
        let wanted = ToSelect { group, payment_link: self.link.clone(), channels: Channel::ALL.to_vec() };
        self.app.service.find_contacts_to_select(&self.access, wanted).await.unwrap()
    }

    fn texts(&self, n: usize) -> usize {
        self.twilio.texts_to(&phone(n)).len()
    }
}

fn ids(selected: &Selected) -> Vec<ContactId> {
    selected.contacts.iter().map(|contact| contact.id.clone()).collect()
}

both_engines! {
    async fn whoever_paid_was_sent_or_is_being_sent_the_link_is_left_out_unless_the_user_says_so(store: TestStore) {
        let world = World::start(store).await;
        let mut people = Vec::new();
        for n in 0..5 {
            people.push(world.valid(n).await);
        }
        let [paid, old, recent, waiting, fresh] = [0, 1, 2, 3, 4];
        world.press_send(&[people[paid].clone(), people[old].clone()], &Channel::ALL).await;
        world.send_what_is_due().await;
        world.pay(&world.link_of(&phone(paid)), &[]).await;
        world.after(3 * DAY).await;
        world.press_send(&people[recent..=recent], &Channel::ALL).await;
        world.send_what_is_due().await;
        world.after(2 * HOUR).await;
        let colleague = world.colleague().await;
        let theirs = world.wanted(&people[waiting..=waiting], &Channel::ALL);
        world.app.service.create_campaign(&colleague, theirs).await.unwrap();

        let said = world.warnings(&world.access, &people).await;
        let nothing: Vec<String> = Vec::new();
        assert_eq!(said[paid], ["Already paid this link"]);
        assert_eq!((&said[old], &said[fresh]), (&nothing, &nothing));
        assert_eq!(said[recent], ["Was sent this link 2 hours ago"]);
        assert_eq!(said[waiting], ["A colleague is sending this to them"]);
        assert_eq!(world.warnings(&colleague, &people).await[waiting], ["You are sending this to them already"]);

        // By default they are left out.
        let id = world.press_send(&people, &Channel::ALL).await;
        world.send_what_is_due().await;
        let report = world.report(&id).await;
        let sms = |n: usize| report.recipients[n].sms.as_ref().unwrap();
        for (n, reason) in [(paid, Reason::AlreadyPaid), (recent, Reason::SentRecently), (waiting, Reason::BeingSent)] {
            assert_eq!((sms(n).status, sms(n).reasons.as_slice()), (DeliveryStatus::Suppressed, &[reason][..]));
            assert_eq!(report.recipients[n].email.as_ref().unwrap().reasons, [reason]);
            assert_eq!(world.texts(n), 1, "{n}");
        }
        assert_eq!(sms(paid).label(), "Skipped: Already paid this link");
        assert_eq!((world.texts(old), world.texts(fresh)), (2, 1));

        // What is waived for one kind is waived for no other.
        let both = [people[paid].clone(), people[recent].clone()];
        let id = world.press_send_in_spite_of(&both, &[Warning::AlreadyPaid]).await;
        world.send_what_is_due().await;
        assert_eq!((world.texts(paid), world.texts(recent)), (2, 1));
        assert_eq!(world.report(&id).await.recipients[1].sms.as_ref().unwrap().reasons, [Reason::SentRecently]);
        // Two warnings at once are both said, and both must be waived.
        assert_eq!(
            world.warnings(&world.access, &both).await[0],
            ["Already paid this link", "Was sent this link just now"]
        );
        let refused = world.app.service.create_campaign(&world.access, world.wanted(&both, &Channel::ALL)).await;
        assert!(refused.unwrap_err().message_for("contacts").unwrap().contains("Nothing was sent"));
        world.press_send_in_spite_of(&both, &[Warning::SentRecently, Warning::AlreadyPaid]).await;
        world.send_what_is_due().await;
        assert_eq!((world.texts(paid), world.texts(recent)), (3, 2));
    }

    async fn a_message_that_failed_a_day_that_passed_and_another_link_warn_of_nothing(store: TestStore) {
        let world = World::start(store).await;
        let people = [world.valid(0).await, world.valid(1).await];
        world.smtp.script(&address(0), [Mail::Rcpt("554 5.7.1 refused by policy")]);
        world.press_send(&people, &[Channel::Email]).await;
        world.send_what_is_due().await;
        let said = world.warnings(&world.access, &people).await;
        assert_eq!((said[0].len(), said[1].len()), (0, 1), "{said:?}");
        let other = World { link: payment_link(&world.app.service, &world.access).await, ..world };
        assert_eq!(other.warnings(&other.access, &people).await.concat(), Vec::<String>::new());
        let id = other.press_send(&people, &[Channel::Email]).await;
        other.send_what_is_due().await;
        assert_eq!(other.report(&id).await.progress.sent, 2, "another link may be sent");
        other.after(DAY).await;
        assert_eq!(other.warnings(&other.access, &people).await.concat(), Vec::<String>::new());
    }

    async fn a_link_that_can_be_paid_again_may_be_sent_to_whoever_paid(store: TestStore) {
        let world = World::start(store).await;
        let ada = [world.valid(0).await];
        world.press_send(&ada, &Channel::ALL).await;
        world.send_what_is_due().await;
        // By the standard link: known by the email.
        world.pay(&format!("/pay/{}", world.slug()), &[
            ("name", "Ada"), ("email", "PERSON0@example.com"), ("phone", "+1 415 555 2999"),
        ]).await;
        world.after(2 * DAY).await;
        assert_eq!(world.warnings(&world.access, &ada).await[0], ["Already paid this link"]);
        run(&world.app, r#"update payment_links set details = replace(details, '"can_pay_again":false', '"can_pay_again":true')"#).await;
        assert_eq!(world.warnings(&world.access, &ada).await[0], Vec::<String>::new());
        world.press_send(&ada, &Channel::ALL).await;
        world.send_what_is_due().await;
        assert_eq!(world.texts(0), 2);
    }

    async fn two_colleagues_who_press_send_at_the_same_moment_write_to_nobody_twice(store: TestStore) {
        let world = World::start(store).await;
        let colleague = world.colleague().await;
        let both = [world.valid(0).await, world.valid(1).await];
        let (mine, theirs) = (world.wanted(&both, &Channel::ALL), world.wanted(&both, &Channel::ALL));
        let service = &world.app.service;
        let (mine, theirs) =
            tokio::join!(service.create_campaign(&world.access, mine), service.create_campaign(&colleague, theirs));
        assert!(mine.is_ok() != theirs.is_ok(), "{mine:?} {theirs:?}");
        world.send_what_is_due().await;
        assert_eq!((world.texts(0), world.texts(1)), (1, 1));
    }

    async fn a_reminder_goes_out_though_the_link_was_sent_by_hand_a_short_time_ago(store: TestStore) {
        let world = World::start(store).await;
        let ada = [world.valid(0).await];
        let reminders = vec![NewReminder { after_days: 1, email_template: None, sms_template: None }];
        let wanted = NewCampaign { reminders, ..world.wanted(&ada, &Channel::ALL) };
        world.app.service.create_campaign(&world.access, wanted).await.unwrap();
        world.send_what_is_due().await;
        world.after(20 * HOUR).await;
        world.press_send_in_spite_of(&ada, &[Warning::SentRecently]).await;
        world.send_what_is_due().await;
        assert_eq!(world.texts(0), 2);
        world.after(4 * HOUR).await;
        assert_eq!(world.texts(0), 3);
    }

    async fn an_address_is_fixed_in_place_and_nothing_else_of_the_contact_changes(store: TestStore) {
        let world = World::start(store).await;
        let service = &world.app.service;
        let form = ContactForm {
            first_name: "Ben".to_owned(),
            last_name: "Okafor".to_owned(),
            phone: "12".to_owned(),
            tags: "Spring, vip".to_owned(),
            no_email: true,
            ..ContactForm::default()
        };
        let id = service.create_contact(&world.access, form).await.unwrap();
        let fix = |email: &str, phone: &str, version: i64| AddressForm {
            email: Some(email.to_owned()),
            phone: Some(phone.to_owned()),
            version,
        };
        // Both fields say what is wrong, and nothing is saved while one of them is.
        let refused = service.fix_addresses(&world.access, id.clone(), fix("ben@", "", 1)).await.unwrap_err();
        assert_eq!(refused.message_for("email").unwrap(), "An email address looks like name@example.com.");
        assert_eq!(refused.message_for("phone").unwrap(), "Enter a phone number.");
        let half = service.fix_addresses(&world.access, id.clone(), fix("ben@example.com", "12", 1)).await.unwrap_err();
        assert!(half.message_for("phone").is_some() && half.message_for("email").is_none());

        // As the dialog sends it: a national number is read with the business's country.
        let cookie = world.app.log_in("owner@shop.example").await;
        let request = world.app.client.post(world.app.at("/api/fn/fix_addresses")).header("origin", &world.app.url);
        let sent = serde_json::json!({ "id": &id, "form": fix(" ben@EXAMPLE.com ", "(415) 555-2671", 1) });
        let answer = request.header("cookie", cookie).json(&sent).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let row: ContactRow = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!((row.contact.email.to_string().as_str(), row.phone.as_str()), ("ben@example.com", "+1 415-555-2671"));
        let known = service.read_contact(&world.access, id.clone()).await.unwrap().contact;
        assert_eq!(known, row.contact);
        assert_eq!((known.name().as_str(), known.version), ("Ben Okafor", 2));
        assert_eq!((known.tags, known.dnd), (vec!["Spring".to_owned(), "vip".to_owned()], Dnd { email: true, ..Dnd::default() }));

        // Someone else was faster.
        let only_email = |version| AddressForm { email: Some("b@example.com".to_owned()), phone: None, version };
        let conflict = service.fix_addresses(&world.access, id.clone(), only_email(1)).await.unwrap_err();
        assert!(matches!(conflict, Error::Conflict(_)));
        let row = service.fix_addresses(&world.access, id, only_email(2)).await.unwrap();
        assert_eq!(row.contact.email.to_string(), "b@example.com");
        assert!(matches!(row.contact.phone, Typed::Valid(_)));
    }

    async fn a_pasted_list_names_who_was_found_who_was_not_and_who_may_be_meant(store: TestStore) {
        let world = World::start(store).await;
        let service = &world.app.service;
        let (ada, bob) = (world.valid(1).await, world.valid(2).await);
        let twins = [
            world.contact("Cy", "shared@example.com", &phone(3)).await,
            world.contact("Dee", "Shared@example.com", &phone(4)).await,
        ];
        let broken = world.contact("Eve", "eve@", &phone(5)).await;
        let gone = world.valid(6).await;
        service.archive_contact(&world.access, gone, true).await.unwrap();
        let stranger = world.app.owner("Other", "other@shop.example").await;
        contact(&world.app, &stranger, "Gus", "gus@example.com", &phone(9)).await;

        let text = "Ada <PERSON1@Example.com>; (415) 555-2002, person2@example.com\n\
            shared@example.com | eve@\tperson6@example.com gus@example.com\r\n+1 415 555 2999, Nobody";
        let matches = service.match_contacts(&world.access, text.to_owned()).await.unwrap();
        assert_eq!(matches.in_words(), "3 found, 4 not found, 1 fits several contacts");
        assert_eq!(matches.found.iter().map(|contact| &contact.id).collect::<Vec<_>>(), [&ada, &bob, &broken]);
        assert_eq!(matches.not_found, ["person6@example.com", "gus@example.com", "+1 415 555 2999", "Nobody"]);
        assert_eq!(matches.ambiguous[0].entry, "shared@example.com");
        assert_eq!(matches.ambiguous[0].contacts.iter().map(|contact| contact.id.clone()).collect::<Vec<_>>(), twins);
        assert_eq!(matches.left_out, 0);

        let long = (0..512).map(address).collect::<Vec<_>>().join("\n");
        let matches = service.match_contacts(&world.access, long).await.unwrap();
        assert_eq!((matches.found.len(), matches.not_found.len(), matches.left_out), (2, 498, 12));
        let refused = service.match_contacts(&world.access, "a".repeat(100_001)).await.unwrap_err();
        assert!(refused.message_for("list").is_some());
        let nothing = service.match_contacts(&world.access, String::new()).await.unwrap();
        assert_eq!(nothing.in_words(), "0 found, 0 not found");
    }

    async fn many_are_chosen_at_once_but_never_over_fifty_and_nobody_who_would_be_skipped(store: TestStore) {
        let world = World::start(store).await;
        let mut people = Vec::new();
        for n in 0..58 {
            people.push(world.tagged(n, if n % 2 == 0 { "Even" } else { "Odd \"1\"" }).await);
        }
        world.switch(&people[0], |form| { form.do_not_disturb = true; "Even".clone_into(&mut form.tags); }).await;
        let twin = world.contact("Person001 twin", &address(1), &phone(99)).await;
        world.contact("Zed", "", &phone(98)).await;

        let all = world.select(Group::Shown(String::new())).await;
        assert_eq!((all.contacts.len(), all.total), (50, 60));
        assert_eq!(ids(&all), people[1..51], "in the list's order, without do-not-disturb and without a second of one address");
        let found = world.select(Group::Shown("person001".to_owned())).await;
        assert_eq!((ids(&found), found.total), (vec![people[1].clone()], 2));
        let even = world.select(Group::Tagged("Even".to_owned())).await;
        assert_eq!((even.contacts.len(), even.total), (28, 29));
        assert_eq!(world.select(Group::Tagged("Odd \"1\"".to_owned())).await.total, 29);
        assert_eq!(world.select(Group::Tagged("none".to_owned())).await, Selected::default());

        // Who was sent the link, or has a copied one, and has not paid it.
        let not_paid = || world.select(Group::NotPaid(world.link.clone()));
        assert_eq!(not_paid().await, Selected::default());
        world.press_send(&people[1..4], &Channel::ALL).await;
        world.send_what_is_due().await;
        app::backend::PaymentLinks::copy_personal_link(&world.app.service, &world.access, world.link.clone(), people[7].clone())
            .await
            .unwrap();
        world.pay(&world.link_of(&phone(2)), &[]).await;
        let soon = not_paid().await;
        assert_eq!((ids(&soon), soon.total), (vec![people[7].clone()], 3), "an hour later nobody is asked again by mistake");
        world.after(2 * DAY).await;
        assert_eq!(ids(&not_paid().await), [people[1].clone(), people[3].clone(), people[7].clone()]);

        // Another channel less, and somebody else's link.
        world.switch(&people[3], |form| form.no_sms = true).await;
        let by_text = ToSelect { group: Group::NotPaid(world.link.clone()), payment_link: world.link.clone(), channels: vec![Channel::Sms] };
        let by_text = world.app.service.find_contacts_to_select(&world.access, by_text).await.unwrap();
        assert_eq!((ids(&by_text), by_text.total), (vec![people[1].clone(), people[7].clone()], 3));
        let stranger = world.app.owner("Other", "other@shop.example").await;
        let theirs = payment_link(&world.app.service, &stranger).await;
        let wanted = ToSelect { group: Group::NotPaid(theirs), payment_link: world.link.clone(), channels: Channel::ALL.to_vec() };
        assert_eq!(world.app.service.find_contacts_to_select(&world.access, wanted).await, Err(Error::NotFound));
        assert_eq!(
            world.app.service.list_warnings(&stranger, world.link.clone(), vec![twin.clone()]).await,
            Err(Error::NotFound)
        );
        let theirs = payment_link(&world.app.service, &stranger).await;
        assert_eq!(world.app.service.list_warnings(&stranger, theirs, vec![twin]).await, Err(Error::NotFound));
    }
}
