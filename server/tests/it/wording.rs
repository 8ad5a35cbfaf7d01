//! A wording before it is sent: looked through for a selection, and tried on the user alone.

use crate::{
    app::TestApp,
    both_engines,
    fakes::{smtp::Answer as Mail, twilio::Answer as Sms},
    world::{World, address, contact, number, payment_link, phone, run},
};
use app::{
    backend::{Accounts as _, Contacts as _, Outbox as _, Templates as _},
    channel::Channel,
    contacts::ContactForm,
    error::Error,
    id::ContactId,
    merge_field::MergeField,
    single_messages::{SingleOutcome, SinglePurpose},
    sms::Alphabet,
    templates::{NamedContact, PreviewRequest, TestAnswer, TestReceiver, TestRequest, Wording, WordingReportRequest},
};

/// A mobile number that no contact of these tests has.
const OWN_PHONE: &str = "+12125550199";
const LINK: &str = "{{ payment_link.url }}";

fn wording(subject: &str, body: &str) -> Wording {
    Wording { subject: subject.to_owned(), body: body.to_owned() }
}

fn asked(world: &World, contacts: &[ContactId], email: Option<Wording>, sms: Option<Wording>) -> WordingReportRequest {
    WordingReportRequest { payment_link: world.link.clone(), contacts: contacts.to_vec(), email, sms }
}

fn test_of(channel: Channel, subject: &str, body: &str, phone: &str) -> TestRequest {
    let message = PreviewRequest { channel, wording: wording(subject, body), contact: None, payment_link: None };
    TestRequest { message, phone: phone.to_owned() }
}

/// Everything that sending for real would have written.
async fn rows(app: &TestApp) -> i64 {
    number(
        app,
        "select (select count(*) from campaigns) + (select count(*) from deliveries) + (select count(*) from personal_links) \
         + (select count(*) from delivery_attempts) + (select count(*) from openings) \
         + (select count(*) from ledger_entries where kind <> 'test')",
    )
    .await
}

both_engines! {
    async fn a_test_email_reaches_the_user_once_and_counts_as_no_delivery(store: TestStore) {
        let world = World::start(store).await;
        let zoe = world.contact("Zoë", "zoe@example.net", &phone(1)).await;
        let mut request = test_of(Channel::Email, "Hi {{ contact.first_name }}", "For {{ contact.email }}\n{{ payment_link.url }}", "");
        request.message.contact = Some(zoe);
        request.message.payment_link = Some(world.link.clone());
        let before = rows(&world.app).await;
        let answer = world.app.service.send_test_message(&world.access, request).await;
        assert_eq!(answer, Ok(TestAnswer::Sent("owner@shop.example".to_owned())));
        world.send_what_is_due().await;
        let mails = world.smtp.mails();
        assert_eq!(mails.iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), ["owner@shop.example"]);
        let mail = &mails[0];
        assert_eq!(mail.header("To").as_deref(), Some("owner@shop.example"));
        let subject = mail.header("Subject").unwrap();
        assert!(subject.starts_with("[Test] Hi ") || subject.starts_with("=?utf-8?"), "{subject}");
        assert!(mail.text().contains("zoe@example.net") && mail.text().contains("/l/YourPersonalLink"), "{}", mail.text());
        assert_eq!(mail.header("List-Unsubscribe"), None, "there is nobody to opt out");
        assert_eq!(world.app.open("", "/l/YourPersonalLink").await.status(), 404);
        assert_eq!(rows(&world.app).await, before);
        assert_eq!(number(&world.app, "select count(*) from outbox_messages").await, 0);
    }

    async fn a_test_text_reaches_the_typed_phone_once_and_the_phone_is_remembered(store: TestStore) {
        let world = World::start(store).await;
        let service = &world.app.service;
        let nothing = TestReceiver { email: "owner@shop.example".to_owned(), phone: String::new() };
        assert_eq!(service.test_receiver(&world.access).await, Ok(nothing));
        let request = test_of(Channel::Sms, "", "Hi {{ contact.first_name }}: {{ payment_link.url }}", "(212) 555-0199");
        let answer = service.send_test_message(&world.access, request).await;
        assert_eq!(answer, Ok(TestAnswer::Sent("+1 212-555-0199".to_owned())));
        world.send_what_is_due().await;
        let texts = world.twilio.texts();
        assert_eq!(texts.iter().map(|text| text.to.as_str()).collect::<Vec<_>>(), [OWN_PHONE]);
        assert_eq!(texts[0].body, format!("Hi Alex: {}/l/YourPersonalLink", world.app.url));
        assert_eq!(service.test_receiver(&world.access).await.unwrap().phone, OWN_PHONE);
        assert_eq!(rows(&world.app).await, 0);
        let colleague = world.app.owner("Elsewhere", "other@example.com").await;
        assert_eq!(service.test_receiver(&colleague).await.unwrap().phone, "");
    }

    async fn a_test_never_reaches_a_contact(store: TestStore) {
        let world = World::start(store).await;
        let service = &world.app.service;
        let archived = world.contact("Old", "old@example.com", "+1 212 555 0188").await;
        service.archive_contact(&world.access, archived, true).await.unwrap();
        world.contact("Mine", "Owner@Shop.example", &phone(1)).await;
        // A number that could not be read in the business's country stands as it was typed.
        world.contact("Far", "far@example.com", "0151 12345678").await;
        run(&world.app, "update businesses set country = 'DE'").await;
        for typed in [phone(1).as_str(), "+1 (212) 555-0188", "0151 12345678"] {
            let error = service.send_test_message(&world.access, test_of(Channel::Sms, "", LINK, typed)).await.unwrap_err();
            let told = error.message_for("phone");
            assert_eq!(told.as_deref(), Some("This number belongs to a contact: a test must not reach one."), "{typed}");
        }
        let error = service.send_test_message(&world.access, test_of(Channel::Email, "Hello", LINK, "")).await.unwrap_err();
        assert!(matches!(&error, Error::Conflict(told) if told.contains("a test must not reach one")), "{error}");
        assert!(world.smtp.mails().is_empty() && world.twilio.posted() == 0);
        assert_eq!(service.test_receiver(&world.access).await.unwrap().phone, "", "a refused number is not remembered");

        let elsewhere = world.app.owner("Elsewhere", "zoe@example.net").await;
        world.contact("Zoë", "zoe@example.net", &phone(2)).await;
        let answer = service.send_test_message(&elsewhere, test_of(Channel::Email, "Hello", LINK, "")).await;
        assert_eq!(answer, Ok(TestAnswer::Sent("zoe@example.net".to_owned())), "another business's contacts tell nothing");
    }

    async fn the_tests_of_the_settings_keep_to_the_same_rule(store: TestStore) {
        let world = World::start(store).await;
        let cookie = world.app.log_in("owner@shop.example").await;
        let email = || world.app.call(&cookie, "send_test_email", &[]);
        let sms = |phone: &str| {
            let form = [("phone", phone.to_owned())];
            async { let [(name, phone)] = form; world.app.call(&cookie, "send_test_sms", &[(name, &phone)]).await }
        };
        let contact = world.contact("Mine", "Owner@Shop.example", &phone(1)).await;
        let told = email().await;
        assert_eq!(told.status(), 409);
        assert!(told.text().await.unwrap().contains("a test must not reach one"));
        let told = sms(&phone(1)).await;
        assert_eq!(told.status(), 422);
        assert!(told.text().await.unwrap().contains("This number belongs to a contact: a test must not reach one."));
        assert!(world.smtp.mails().is_empty() && world.twilio.posted() == 0);

        world.switch(&contact, |form| "other@example.com".clone_into(&mut form.email)).await;
        let service = &world.app.service;
        service.send_test_message(&world.access, test_of(Channel::Email, "Hello", LINK, "")).await.unwrap();
        for _ in 0..3 {
            assert_eq!(email().await.status(), 200);
        }
        assert_eq!(sms(OWN_PHONE).await.status(), 200);
        for told in [email().await, sms(OWN_PHONE).await] {
            assert_eq!((told.status().as_u16(), told.headers()["retry-after"].to_str().unwrap()), (429, "12"));
        }
        assert_eq!((world.smtp.mails().len(), world.twilio.posted()), (4, 1));
    }

    async fn a_test_says_what_the_provider_said_and_what_is_wrong_with_the_words(store: TestStore) {
        let world = World::start(store).await;
        let send = |request| world.app.service.send_test_message(&world.access, request);
        world.smtp.script("owner@shop.example", [Mail::Rcpt("550 5.1.1 no such user here")]);
        let error = send(test_of(Channel::Email, "Hello", LINK, "")).await.unwrap_err().to_string();
        assert!(error.starts_with("The test was not sent: ") && error.contains("no such user here"), "{error}");
        world.twilio.script(OWN_PHONE, [Sms::Refuse(400, 21614)]);
        let error = send(test_of(Channel::Sms, "", LINK, OWN_PHONE)).await.unwrap_err().to_string();
        assert!(error.starts_with("The test was not sent: ") && error.contains("21614"), "{error}");
        let error = send(test_of(Channel::Email, "{{ contact.nam }}", LINK, "")).await.unwrap_err();
        assert!(error.message_for("subject").is_some_and(|told| told.contains("column 4")), "{error}");
        let error = send(test_of(Channel::Sms, "", LINK, "12")).await.unwrap_err();
        assert!(error.message_for("phone").is_some(), "{error}");
        assert!(world.smtp.mails().is_empty() && world.twilio.texts().is_empty());
    }

    async fn a_test_is_on_record_with_its_words_and_what_came_of_it(store: TestStore) {
        let world = World::start(store).await;
        let send = |request| world.app.service.send_test_message(&world.access, request);
        send(test_of(Channel::Sms, "", "Any words: {{ payment_link.url }}", OWN_PHONE)).await.unwrap();
        world.app.clock.advance(1_000);
        world.smtp.script("owner@shop.example", [Mail::Rcpt("550 5.1.1 no such user here")]);
        send(test_of(Channel::Email, "Hello", LINK, "")).await.unwrap_err();
        let record = world.bodies("test").await;
        let word = |entry: usize, name: &str| record[entry][name].as_str().unwrap_or_default().to_owned();
        assert_eq!((record.len(), word(0, "channel"), word(0, "address")), (2, "sms".to_owned(), OWN_PHONE.to_owned()));
        assert_eq!(word(0, "text"), format!("Any words: {}/l/YourPersonalLink", world.app.url));
        assert_eq!((word(1, "address"), word(1, "subject")), ("owner@shop.example".to_owned(), "[Test] Hello".to_owned()));
        let shown = world.app.service.settings(&world.access).await.unwrap().single_messages;
        let shown: Vec<_> = shown.iter().map(|one| (one.purpose, one.address.as_str(), one.outcome, one.user.as_str())).collect();
        let (test, me) = (SinglePurpose::Test, "owner@shop.example");
        assert_eq!(shown, [(test, me, Some(SingleOutcome::Failed), me), (test, OWN_PHONE, Some(SingleOutcome::Sent), me)]);
        let cookie = world.app.log_in("owner@shop.example").await;
        let page = world.app.open(&cookie, "/settings").await.text().await.unwrap();
        for words in ["Tests and invitations", "Test SMS", OWN_PHONE, "Not sent", "no such user here"] {
            assert!(page.contains(words), "{words} is not in {page}");
        }
        let other = world.app.owner("Elsewhere", "other@example.com").await;
        assert!(world.app.service.settings(&other).await.unwrap().single_messages.is_empty());
        world.app.clock.advance(91 * 86_400_000);
        world.app.service.forget_now().await.unwrap();
        assert_eq!(number(&world.app, "select count(*) from single_messages").await, 0);
        assert_eq!(world.bodies("test").await.len(), 2, "the ledger keeps it");
    }

    async fn no_test_goes_to_who_asked_for_no_more_messages(store: TestStore) {
        let world = World::start(store).await;
        let service = &world.app.service;
        let ada = world.contact("Ada", "ada@example.com", OWN_PHONE).await;
        world.press_send(std::slice::from_ref(&ada), &[Channel::Sms]).await;
        world.send_what_is_due().await;
        world.answer("SM1", OWN_PHONE, "STOP").await;
        // Nobody has the number any more: its owner is remembered.
        world.edit(&ada, |form| form.phone = phone(2)).await.unwrap();
        let texted = world.twilio.posted();
        let cookie = world.app.log_in("owner@shop.example").await;
        let error = service.send_test_message(&world.access, test_of(Channel::Sms, "", LINK, OWN_PHONE)).await.unwrap_err();
        let told = "The owner of this number asked for no more texts. Use another number, or text START from this one.";
        assert_eq!(error.message_for("phone").as_deref(), Some(told));
        assert_eq!(world.app.call(&cookie, "send_test_sms", &[("phone", OWN_PHONE)]).await.status(), 422);
        assert_eq!(service.test_receiver(&world.access).await.unwrap().phone, "", "a refused number is not remembered");
        assert_eq!(world.twilio.posted(), texted);

        let mine = world.contact("Mine", "Owner@Shop.example", &phone(3)).await;
        world.press_send(std::slice::from_ref(&mine), &[Channel::Email]).await;
        world.send_what_is_due().await;
        let link = world.smtp.mails().pop().unwrap().header("List-Unsubscribe").unwrap();
        world.app.client.post(link.trim_matches(['<', '>'])).send().await.unwrap();
        world.edit(&mine, |form| "else@example.com".clone_into(&mut form.email)).await.unwrap();
        let error = service.send_test_message(&world.access, test_of(Channel::Email, "Hello", LINK, "")).await.unwrap_err();
        assert!(matches!(&error, Error::Conflict(told) if told.contains("asked for no more email")), "{error}");
        assert_eq!(world.app.call(&cookie, "send_test_email", &[]).await.status(), 409);
        assert_eq!(world.smtp.mails().len(), 1);
        assert_eq!(number(&world.app, "select count(*) from single_messages").await, 0);
    }

    async fn only_so_many_tests_leave_in_a_day(store: TestStore) {
        let world = World::start(store).await;
        let send = || world.app.service.send_test_message(&world.access, test_of(Channel::Email, "Hello", LINK, ""));
        for _ in 0..20 {
            send().await.unwrap();
            world.app.clock.advance(60_000);
        }
        let error = send().await.unwrap_err();
        assert_eq!(error, Error::TooMany { retry_after_s: 86_400 - 20 * 60 });
        assert_eq!(error.to_string(), "Too many attempts. Wait 24 hours and try again.");
        assert_eq!((world.smtp.mails().len(), world.bodies("test").await.len()), (20, 20));
        world.app.clock.advance(86_400_000 - 20 * 60_000);
        send().await.unwrap();
        assert!(send().await.is_err(), "one left when the first of them was a day old");
    }

    async fn the_sixth_test_in_a_minute_has_to_wait(store: TestStore) {
        let world = World::start(store).await;
        let send = || world.app.service.send_test_message(&world.access, test_of(Channel::Email, "Hello", LINK, ""));
        for _ in 0..5 {
            send().await.unwrap();
        }
        assert_eq!(send().await, Err(Error::TooMany { retry_after_s: 12 }));
        assert_eq!(world.smtp.mails().len(), 5);
        world.app.clock.advance(12_000);
        send().await.unwrap();
    }

    async fn without_a_provider_a_test_is_kept_in_the_outbox(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@shop.example").await;
        for request in [test_of(Channel::Email, "Hello", LINK, ""), test_of(Channel::Sms, "", LINK, OWN_PHONE)] {
            assert_eq!(app.service.send_test_message(&access, request).await, Ok(TestAnswer::Kept));
        }
        let kept = app.service.list_outbox(&access, 1).await.unwrap().page.rows;
        let mut receivers: Vec<_> = kept.into_iter().map(|message| message.receiver).collect();
        receivers.sort();
        assert_eq!(receivers, [OWN_PHONE, "owner@shop.example"]);
        assert_eq!(rows(&app).await, 0);
    }

    async fn the_report_names_the_longest_text_and_who_gets_it(store: TestStore) {
        let world = World::start(store).await;
        let short = world.contact("Al", &address(1), &phone(1)).await;
        let long = world.contact(&"Maximilian-Alexander ".repeat(4), &address(2), &phone(2)).await;
        let quiet = world.contact(&"Christopher-Sebastian ".repeat(4), &address(3), &phone(3)).await;
        world.switch(&quiet, |form| form.no_sms = true).await;
        let unreachable = world.contact(&"Bartholomew-Constantine ".repeat(4), "nowhere", &phone(4)).await;
        let everyone = [short.clone(), long.clone(), quiet, unreachable, short.clone()];
        let written = rows(&world.app).await;
        let body = format!("{} {{{{ contact.first_name }}}} {LINK}", "x".repeat(70));
        let report = |sms: &str, contacts: &[ContactId]| {
            let request = asked(&world, contacts, None, Some(wording("", sms)));
            world.app.service.wording_report(&world.access, request)
        };
        let longest = report(&body, &everyone).await.unwrap().longest_sms.unwrap();
        assert_eq!((longest.segments.segments, longest.people), (2, 2), "{longest:?}");
        assert_eq!((longest.segments.alphabet, longest.contact.id), (Alphabet::Gsm7, long));
        let longest = report(&body, std::slice::from_ref(&short)).await.unwrap().longest_sms.unwrap();
        assert_eq!((longest.segments.segments, longest.people), (1, 1));
        let foreign = report("Győző: {{ payment_link.url }}", std::slice::from_ref(&short)).await.unwrap().longest_sms.unwrap();
        let foreign = foreign.segments.foreign.unwrap();
        assert_eq!((foreign.character, foreign.position), ('ő', 3));

        // The text is as long as the one that leaves.
        let before = report(&body, std::slice::from_ref(&short)).await.unwrap().longest_sms.unwrap().segments;
        assert_eq!(rows(&world.app).await, written, "looking writes nothing");
        let template = app::templates::TemplateForm {
            id: None, channel: Channel::Sms, version: 0, name: "Long".to_owned(), subject: String::new(), body,
        };
        let template = world.app.service.save_template(&world.access, template).await.unwrap();
        let mut wanted = world.wanted(&[short], &[Channel::Sms]);
        wanted.sms_template = Some(template);
        app::backend::Campaigns::create_campaign(&world.app.service, &world.access, wanted).await.unwrap();
        world.send_what_is_due().await;
        assert_eq!(app::sms::Segments::of(&world.twilio.texts()[0].body), before);
    }

    async fn the_report_names_whom_a_field_is_empty_for(store: TestStore) {
        let world = World::start(store).await;
        let full = world.valid(1).await;
        let nameless = world.contact("", &address(2), &phone(2)).await;
        let form = ContactForm {
            last_name: "Lee".to_owned(), email: address(3), phone: phone(3), ..ContactForm::default()
        };
        let last_only = world.app.service.create_contact(&world.access, form).await.unwrap();
        let quiet = world.contact("", &address(4), &phone(4)).await;
        world.switch(&quiet, |form| form.do_not_disturb = true).await;
        let email = wording("For {{ contact.name }}", "Good day,\nHi {{ contact.first_name }},\n{{ payment_link.url }}");
        let sms = wording("", "Hi {{ contact.first_name | default: \"there\" }} {{ contact.last_name }}! {{ payment_link.url }}");
        let everyone = [full.clone(), nameless.clone(), last_only.clone(), quiet];
        let report = |email, sms| world.app.service.wording_report(&world.access, asked(&world, &everyone, email, sms));
        let found = report(Some(email.clone()), Some(sms.clone())).await.unwrap();
        let named = |id: &ContactId, name: &str| NamedContact { id: id.clone(), name: name.to_owned() };
        let (nobody, lee) = (named(&nameless, &address(2)), named(&last_only, "Lee"));
        let mut told: Vec<_> =
            found.empty_fields.into_iter().map(|empty| (empty.field, empty.reads, empty.contacts)).collect();
        told.sort_by_key(|(field, ..)| field.name());
        assert_eq!(
            told,
            [
                (MergeField::ContactFirstName, "Hi ,".to_owned(), vec![nobody.clone(), lee]),
                (MergeField::ContactLastName, told[1].1.clone(), vec![named(&full, "Person1"), nobody.clone()]),
                (MergeField::ContactName, "For".to_owned(), vec![nobody]),
            ]
        );
        assert!(told[1].1.starts_with("Hi Person1 ! http"), "{}", told[1].1);
        // A channel that is off asks for nothing.
        let by_email = report(Some(email), None).await.unwrap();
        assert!(by_email.longest_sms.is_none());
        assert!(by_email.empty_fields.iter().all(|empty| empty.field != MergeField::ContactLastName));
        assert_eq!(report(None, None).await.unwrap().empty_fields, []);
    }

    async fn the_report_tells_each_field_of_the_dialog_what_is_wrong(store: TestStore) {
        let world = World::start(store).await;
        let person = world.valid(1).await;
        let request = |contacts: &[ContactId], email, sms| {
            world.app.service.wording_report(&world.access, asked(&world, contacts, email, sms))
        };
        let bad = Some(wording("For {{ contact.nam }}", "{{ payment_link.url }} {{"));
        let error = request(&[], bad, Some(wording("", "{{ contact.name | upper }}"))).await.unwrap_err();
        let subject = error.message_for("subject").unwrap();
        assert!(subject.starts_with("Subject, column 8: “contact.nam” is not a field."), "{subject}");
        assert!(error.message_for("email_template").unwrap().starts_with("Line 1, column 24: "), "{error}");
        assert!(error.message_for("sms_template").unwrap().starts_with("Line 1, column 19: "), "{error}");
        let long = Some(wording("", &LINK.repeat(60)));
        let error = request(std::slice::from_ref(&person), None, long.clone()).await.unwrap_err();
        assert!(error.message_for("sms_template").unwrap().starts_with("The message is too long"), "{error}");
        let other = world.app.owner("Elsewhere", "other@example.com").await;
        let foreign = contact(&world.app, &other, "Far", "far@example.com", &phone(9)).await;
        let foreign_link = payment_link(&world.app.service, &other).await;
        assert_eq!(request(&[person.clone(), foreign], None, None).await, Err(Error::NotFound));
        let mut elsewhere = asked(&world, std::slice::from_ref(&person), None, None);
        elsewhere.payment_link = foreign_link;
        assert_eq!(world.app.service.wording_report(&world.access, elsewhere).await, Err(Error::NotFound));
        let too_many: Vec<ContactId> = (0..51).map(app::id::Id::from_bits).collect();
        assert_eq!(request(&too_many, None, None).await, Err(Error::Malformed));
    }

    async fn a_campaign_has_its_own_subject_and_without_one_the_template_s(store: TestStore) {
        let world = World::start(store).await;
        let (one, two) = (world.valid(1).await, world.valid(2).await);
        for (person, subject) in [(one, "Only for {{ contact.first_name }}"), (two, "  ")] {
            let mut wanted = world.wanted(&[person], &[Channel::Email]);
            subject.clone_into(&mut wanted.subject);
            app::backend::Campaigns::create_campaign(&world.app.service, &world.access, wanted).await.unwrap();
        }
        world.send_what_is_due().await;
        let subject = |n: usize| world.smtp.mails_to(&address(n))[0].header("Subject");
        assert_eq!(subject(1).as_deref(), Some("Only for Person1"));
        assert_eq!(subject(2).as_deref(), Some("Your payment link from Studio Nord"));
    }

    async fn a_preview_names_sender_and_receiver_and_reads_as_the_message_will(store: TestStore) {
        let world = World::start(store).await;
        let nameless = world.contact("", "zoe@example.net", &phone(1)).await;
        let preview = |channel, contact, body: &str| {
            let request = PreviewRequest {
                channel, wording: wording("Hello", body), contact, payment_link: Some(world.link.clone()),
            };
            world.app.service.preview_message(&world.access, request)
        };
        let email = preview(Channel::Email, None, LINK).await.unwrap();
        assert_eq!(email.from, "Studio <payments@shop.example>");
        assert_eq!(email.to, "Alex Example <alex@example.com>");
        let email = preview(Channel::Email, Some(nameless.clone()), "Dear {{ contact.name | default: \"customer\" }}").await.unwrap();
        assert_eq!(email.to, "zoe@example.net");
        assert!(email.text.starts_with("Dear customer"), "an address is not a name: {}", email.text);
        let sms = preview(Channel::Sms, Some(nameless), LINK).await.unwrap();
        assert_eq!((sms.from.as_str(), sms.to), (crate::fakes::twilio::FROM, phone(1)));

        let cookie = world.app.log_in("owner@shop.example").await;
        let page = world.app.open(&cookie, "/templates/default-email").await.text().await.unwrap();
        for part in ["Studio &lt;payments@shop.example&gt;", "Alex Example &lt;alex@example.com&gt;", ">HTML<", ">Text<", "Email preview"] {
            assert!(page.contains(part), "{part}: {page}");
        }
        let page = world.app.open(&cookie, "/templates/default-sms").await.text().await.unwrap();
        assert!(page.contains(crate::fakes::twilio::FROM) && page.contains("GSM-7"), "{page}");
    }
}
