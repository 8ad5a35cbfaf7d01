//! What people asked for is shown, obeyed, and lifted by nobody without a reason.

use crate::{
    app::TestApp,
    both_engines,
    webhooks::with_bounces,
    world::{World, number, phone},
};
use app::{
    backend::{Contacts as _, Templates as _},
    channel::Channel,
    contacts::{ContactQuery, Dnd},
    deliveries::DeliveryStatus,
    eligibility::Reason,
    error::Error,
    history::ConsentEntry,
    templates::TemplateForm,
};

/// The address that one click on the last mail to this address opts out with.
fn way_out(world: &World, to: &str) -> String {
    let header = world.smtp.mails_to(to).pop().unwrap().header("List-Unsubscribe").unwrap();
    header.trim_matches(['<', '>']).to_owned()
}

async fn one_click(world: &World, address: &str) -> String {
    let answer = world.app.client.post(address).form(&[("List-Unsubscribe", "One-Click")]).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.headers().get("set-cookie").is_none() && answer.headers().get("location").is_none());
    answer.text().await.unwrap()
}

/// What the ledger says of addresses that nobody has: channel, address, on or off, and how it was said.
async fn wishes(world: &World) -> Vec<(String, String, bool, Option<String>)> {
    let entries = world.bodies("consent").await.into_iter().filter(|entry| entry.get("address").is_some());
    let text = |value: &serde_json::Value| value.as_str().map(ToOwned::to_owned);
    entries
        .map(|entry| {
            let is_on = entry["do_not_disturb"].as_bool().unwrap();
            (text(&entry["channel"]).unwrap(), text(&entry["address"]).unwrap(), is_on, text(&entry["evidence"]))
        })
        .collect()
}

both_engines! {
    async fn one_click_is_in_force_for_mail_that_is_queued_and_shown_on_the_contact(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        let queued = world.press_send(std::slice::from_ref(&ada), &Channel::ALL).await;
        let address = way_out(&world, "ada@example.com");
        for _ in 0..50 {
            let page = world.app.client.get(&address).send().await.unwrap().text().await.unwrap();
            assert!(page.contains("Stop email messages?") && page.contains("method=\"post\"") && !page.contains("ada@"));
        }
        assert_eq!(number(&world.app, "select count(*) from consents").await, 0);
        for _ in 0..2 {
            assert!(one_click(&world, &address).await.contains("You will get no more email"));
            world.app.clock.advance(60_000);
        }
        world.send_what_is_due().await;
        let (email, sms) = world.states(&queued).await;
        let email = email.unwrap();
        assert_eq!((email.status, email.reasons), (DeliveryStatus::Suppressed, vec![Reason::EmailDoNotDisturb]));
        assert_eq!(sms.unwrap().status, DeliveryStatus::Sent);

        let details = world.details(&ada).await;
        assert_eq!(details.asked_for, Dnd { email: true, ..Dnd::default() });
        let entry = ConsentEntry {
            channel: Some(Channel::Email),
            is_on: true,
            how: "By the link in an email".to_owned(),
            who: "The contact".to_owned(),
            reason: String::new(),
            at: details.now - 120_000,
        };
        assert_eq!(details.consents, [entry]);
        let cookie = world.app.log_in("owner@shop.example").await;
        let html = world.app.open(&cookie, &format!("/contacts/{ada}")).await.text().await.unwrap();
        for words in ["Do not disturb: record", "Email stopped", "By the link in an email", "2 minutes ago", "form[reason]"] {
            assert!(html.contains(words), "{words} is not in {html}");
        }
    }

    async fn stop_messages_on_the_checkout_stops_email_and_texts_and_is_not_offered_again(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        world.press_send(std::slice::from_ref(&ada), &Channel::ALL).await;
        world.send_what_is_due().await;
        let queued = world.press_send(std::slice::from_ref(&ada), &Channel::ALL).await;
        let code = way_out(&world, "ada@example.com").rsplit_once('/').unwrap().1.to_owned();
        let get = async |path: &str| world.app.client.get(world.app.at(path)).send().await.unwrap().text().await.unwrap();
        let opened = world.app.client.get(world.app.at(&format!("/l/{code}"))).send().await.unwrap();
        let checkout = opened.headers()["location"].to_str().unwrap().to_owned();
        let way = format!("/u/{code}?stop=all");
        assert!(get(&checkout).await.contains(&format!("href=\"{way}\"")));
        for _ in 0..2 {
            let page = get(&way).await;
            assert!(page.contains("Stop email and texts?") && page.contains("no more email and no more texts"), "{page}");
            assert!(!page.contains("ada@"));
        }
        assert_eq!(number(&world.app, "select count(*) from consents").await, 0, "opening changes nothing");
        for _ in 0..2 {
            let answer = world.app.client.post(world.app.at(&format!("/u/{code}"))).form(&[("stop", "all")]).send().await.unwrap();
            assert_eq!(answer.status(), 200);
            let done = answer.text().await.unwrap();
            assert!(done.contains("You will get no more messages") && !done.contains("<button"), "{done}");
        }
        for page in [get(&way).await, get(&format!("/u/{code}")).await] {
            assert!(page.contains("You will get no more") && !page.contains("<button"), "{page}");
        }
        let page = get(&checkout).await;
        assert!(page.contains("You get no messages any more.") && !page.contains("Stop messages"), "{page}");
        world.send_what_is_due().await;
        let (email, sms) = world.states(&queued).await;
        assert_eq!([email.unwrap().status, sms.unwrap().status], [DeliveryStatus::Suppressed; 2]);
        let details = world.details(&ada).await;
        assert_eq!(details.asked_for, Dnd { email: true, sms: true, ..Dnd::default() });
        let hows: Vec<_> = details.consents.iter().rev().map(|entry| entry.how.as_str()).collect();
        assert_eq!(hows, ["By the link in an email", "By the opt-out page"]);
        let later = world.contact("Later", "later@example.com", &phone(1)).await;
        assert!(world.find(&later).await.dnd.sms, "it is remembered by the number");
        // Lifted with a reason, it is offered again.
        world.app.clock.advance(1_000);
        world.edit(&ada, |form| (form.no_email, form.reason) = (false, "asked for it".to_owned())).await.unwrap();
        assert!(get(&checkout).await.contains("Stop messages"));
        assert!(get(&way).await.contains("Stop email messages?"));
        // START ends what was said of texts.
        world.answer("SM1", &phone(1), "START").await;
        assert!(!world.find(&ada).await.dnd.sms);
        assert!(get(&way).await.contains("Stop email and texts?"));
    }

    async fn stopping_email_leaves_the_texts_and_says_so(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        world.press_send(std::slice::from_ref(&ada), &Channel::ALL).await;
        world.send_what_is_due().await;
        let address = way_out(&world, "ada@example.com");
        let get = async |address: &str| world.app.client.get(address).send().await.unwrap().text().await.unwrap();
        let page = get(&address).await;
        for words in ["Stop email messages?", "Texts are not stopped by it.", "Stop email and texts"] {
            assert!(page.contains(words), "{words} is not in {page}");
        }
        let done = one_click(&world, &address).await;
        for words in ["You will get no more email", "You still get texts.", "Stop texts, too"] {
            assert!(done.contains(words), "{words} is not in {done}");
        }
        assert_eq!(world.find(&ada).await.dnd, Dnd { email: true, ..Dnd::default() });
        let again = get(&address).await;
        assert!(!again.contains("Stop email"), "what was stopped is not offered again: {again}");
        assert!(get(&format!("{address}?stop=all")).await.contains("Stop texts?"));
        let answer = world.app.client.post(&address).form(&[("stop", "all")]).send().await.unwrap();
        assert!(answer.text().await.unwrap().contains("You will get no more messages"));
        assert_eq!(world.find(&ada).await.dnd, Dnd { email: true, sms: true, ..Dnd::default() });
    }

    async fn what_a_contact_asked_for_is_lifted_only_with_a_reason_that_is_kept(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.answer("SM1", &phone(1), "STOP").await;
        world.app.clock.advance(1_000);
        one_click(&world, &way_out(&world, "ada@example.com")).await;
        world.edit(&ada, |form| form.do_not_disturb = true).await.unwrap();
        world.app.clock.advance(1_000);
        // What the business itself switched on is lifted without a word.
        world.edit(&ada, |form| form.do_not_disturb = false).await.unwrap();
        world.app.clock.advance(1_000);
        for reason in ["", "  \n "] {
            for lift in [Channel::Email, Channel::Sms] {
                let saved = world.edit(&ada, |form| {
                    reason.clone_into(&mut form.reason);
                    "Adele".clone_into(&mut form.first_name);
                    match lift {
                        Channel::Email => form.no_email = false,
                        Channel::Sms => form.no_sms = false,
                    }
                });
                let refused = saved.await.unwrap_err();
                assert!(refused.message_for("reason").unwrap().contains("Write down why"), "{refused}");
            }
        }
        let contact = world.find(&ada).await;
        assert!(contact.dnd.email && contact.dnd.sms && contact.first_name == "Ada", "nothing of the save was kept");

        let by_phone = "Called on 4 March and\r\nasked for texts again";
        world.edit(&ada, |form| (form.no_sms, form.reason) = (false, by_phone.to_owned())).await.unwrap();
        let details = world.details(&ada).await;
        assert_eq!(details.contact.dnd, Dnd { email: true, ..Dnd::default() });
        let last = &details.consents[0];
        assert_eq!((last.channel, last.is_on, last.who.as_str()), (Some(Channel::Sms), false, "owner@shop.example"));
        assert_eq!(last.reason, "Called on 4 March and asked for texts again");
        // Once lifted, a switch of the business is the business's again.
        world.edit(&ada, |form| form.no_sms = true).await.unwrap();
        world.app.clock.advance(1_000);
        world.edit(&ada, |form| form.no_sms = false).await.unwrap();
    }

    async fn a_wish_that_comes_while_the_form_is_open_is_not_saved_over(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let open = world.find(&ada).await.version;
        world.answer("SM1", &phone(1), "STOP").await;
        let saved = world.edit(&ada, |form| {
            form.version = open;
            form.no_sms = false;
            "a reason for something else".clone_into(&mut form.reason);
        });
        assert!(matches!(saved.await, Err(Error::Conflict(_))));
        assert!(world.find(&ada).await.dnd.sms);
    }

    async fn no_file_lifts_what_a_contact_asked_for(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        world.answer("SM1", &phone(1), "STOP").await;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "First name,Email,No SMS,DND\nAdele,ada@example.com,no,no\n").unwrap();
        let access = &world.access;
        let done = world.app.service.import_contacts(access.business(), "US", file.path(), true).await.unwrap().report;
        assert_eq!((done.updated, done.new), (1, 0));
        let contact = world.find(&ada).await;
        assert!(contact.first_name == "Adele" && contact.dnd.sms);
        assert_eq!(number(&world.app, "select count(*) from consents where dnd = 0").await, 0);
    }

    async fn a_person_who_comes_back_under_another_name_is_still_left_alone(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let pair = world.contact("Ada's other half", "Ada@example.com", &phone(4)).await;
        let quiet = world.contact("Quiet", "quiet@example.com", &phone(2)).await;
        world.edit(&quiet, |form| form.no_sms = true).await.unwrap();
        world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        world.answer("SM1", &phone(1), "STOP").await;
        one_click(&world, &way_out(&world, "ada@example.com")).await;
        assert_eq!(world.find(&pair).await.dnd, Dnd { email: true, ..Dnd::default() });
        world.app.clock.advance(1_000);

        let again = world.contact("A. Lovelace", "ADA@example.com", &phone(1)).await;
        assert_eq!(world.find(&again).await.dnd, Dnd { email: true, sms: true, ..Dnd::default() });
        let how = world.details(&again).await.consents.pop().unwrap().how;
        assert_eq!(how, "Another contact with this address asked for it");
        let other = world.contact("Bea", "bea@example.com", &phone(3)).await;
        assert_eq!(world.find(&other).await.dnd, Dnd::default());
        world.edit(&other, |form| form.phone = phone(1)).await.unwrap();
        assert_eq!(world.find(&other).await.dnd, Dnd { sms: true, ..Dnd::default() });
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("First name,Email,Phone\nCy,cy@example.com,{}\n", phone(1))).unwrap();
        let access = &world.access;
        world.app.service.import_contacts(access.business(), "US", file.path(), true).await.unwrap();
        let query = ContactQuery { search: "cy@".to_owned(), ..ContactQuery::default() };
        let listed = world.app.service.list_contacts(access, query).await.unwrap().rows;
        assert_eq!(listed[0].dnd, Dnd { sms: true, ..Dnd::default() });
        // What the business itself decided of one contact says nothing of another.
        let twin = world.contact("Twin", "twin@example.com", &phone(2)).await;
        assert_eq!(world.find(&twin).await.dnd, Dnd::default());

        world.app.clock.advance(1_000);
        world.answer("SM2", &phone(1), "START").await;
        for contact in [&ada, &again, &other, &listed[0].id] {
            assert!(!world.find(contact).await.dnd.sms);
        }
        // Lifted once with a reason, it stays lifted while the address is the same.
        world.edit(&again, |form| (form.no_email, form.reason) = (false, "asked for it".to_owned())).await.unwrap();
        world.edit(&again, |form| "Ada L.".clone_into(&mut form.first_name)).await.unwrap();
        assert_eq!(world.find(&again).await.dnd, Dnd::default());
    }

    async fn a_stop_is_remembered_by_its_number_whoever_has_that_later(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        world.press_send(std::slice::from_ref(&ada), &[Channel::Sms]).await;
        world.send_what_is_due().await;
        // Edited since: nobody has the number when its owner answers.
        world.edit(&ada, |form| form.phone = phone(2)).await.unwrap();
        world.answer("SM1", &phone(1), "please stop texting me").await;
        assert!(!world.find(&ada).await.dnd.sms, "her new number has not asked for anything");
        world.answer("SM9", &phone(1), "STOP").await;
        assert_eq!(wishes(&world).await, [("sms".to_owned(), phone(1), true, Some("sentence".to_owned()))]);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("First name,Email,Phone\nBo,bo@example.com,{}\n", phone(1))).unwrap();
        let access = &world.access;
        world.app.service.import_contacts(access.business(), "US", file.path(), true).await.unwrap();
        let query = ContactQuery { search: "bo@".to_owned(), ..ContactQuery::default() };
        let bo = world.app.service.list_contacts(access, query).await.unwrap().rows.remove(0);
        assert_eq!(bo.dnd, Dnd { sms: true, ..Dnd::default() });
        world.edit(&ada, |form| form.phone = phone(1)).await.unwrap();
        assert!(world.find(&ada).await.dnd.sms);
        // A number that was given up keeps its wish; START ends it.
        world.edit(&ada, |form| form.phone = phone(3)).await.unwrap();
        world.edit(&bo.id, |form| form.phone = phone(4)).await.unwrap();
        let cy = world.contact("Cy", "cy@example.com", &phone(1)).await;
        assert!(world.find(&cy).await.dnd.sms);
        world.app.clock.advance(1_000);
        world.answer("SM2", &phone(1), "START").await;
        assert!(!world.find(&cy).await.dnd.sms);
        assert_eq!(wishes(&world).await.len(), 1, "a contact's own switches say so where one has the number");
        let dee = world.contact("Dee", "dee@example.com", &phone(1)).await;
        assert_eq!(world.find(&dee).await.dnd, Dnd::default());
        // Nobody has it again, and its owner changes their mind twice.
        for contact in [&cy, &dee] {
            world.edit(contact, |form| form.phone = phone(5)).await.unwrap();
        }
        world.answer("SM3", &phone(1), "STOP").await;
        world.answer("SM4", &phone(1), "START").await;
        let kept = [true, false].map(|is_on| ("sms".to_owned(), phone(1), is_on, is_on.then(|| "provider_word".to_owned())));
        assert_eq!(wishes(&world).await[1..], kept);
    }

    async fn one_click_is_about_the_address_that_was_written_to_and_the_one_the_person_has(store: TestStore) {
        let world = World::start(store).await;
        let ada = world.contact("Ada", "ada@example.com", &phone(1)).await;
        let gone = world.contact("Gone", "gone@example.com", &phone(2)).await;
        world.press_send(&[ada.clone(), gone.clone()], &[Channel::Email]).await;
        world.send_what_is_due().await;
        // Edited since: somebody else has her address now, and nobody has the other.
        world.edit(&ada, |form| "Ada.New@example.com".clone_into(&mut form.email)).await.unwrap();
        world.edit(&gone, |form| "gone.new@example.com".clone_into(&mut form.email)).await.unwrap();
        let bo = world.contact("Bo", "ADA@example.com", &phone(3)).await;
        for address in ["ada@example.com", "gone@example.com"] {
            one_click(&world, &way_out(&world, address)).await;
        }
        let email = Dnd { email: true, ..Dnd::default() };
        for contact in [&ada, &gone, &bo] {
            assert_eq!(world.find(contact).await.dnd, email);
        }
        let later = ["ada@example.com", "ada.new@example.com", "gone@example.com", "gone.new@example.com"];
        for (n, address) in (4..).zip(later) {
            let one = world.contact("Later", address, &phone(n)).await;
            assert_eq!(world.find(&one).await.dnd, email, "{address}");
        }
        assert_eq!(wishes(&world).await, [("email".to_owned(), "gone@example.com".to_owned(), true, None)]);
    }

    async fn a_template_that_names_no_way_out_is_saved_with_a_warning(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let cookie = app.log_in("owner@example.com").await;
        let list = app.open(&cookie, "/templates").await.text().await.unwrap();
        assert!(!list.contains("Does not say how to opt out"), "the default says it");
        let form = |name: &str, body: &str| TemplateForm {
            id: None,
            channel: Channel::Sms,
            version: 0,
            name: name.to_owned(),
            subject: String::new(),
            body: body.to_owned(),
        };
        let bare = app.service.save_template(&access, form("Bare", "Pay: {{ payment_link.url }}")).await.unwrap();
        let whole = form("Whole", "Pay: {{ payment_link.url }} Text STOP to stop.");
        let whole = app.service.save_template(&access, whole).await.unwrap();
        let list = app.open(&cookie, "/templates").await.text().await.unwrap();
        assert_eq!(list.matches("Does not say how to opt out").count(), 1);
        let warning = "This text does not say how to opt out.";
        for (id, expected) in [(bare, true), (whole, false)] {
            let editor = app.open(&cookie, &format!("/templates/{id}")).await.text().await.unwrap();
            assert_eq!(editor.contains(warning), expected);
        }
    }
}
