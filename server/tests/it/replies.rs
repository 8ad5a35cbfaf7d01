//! What people answer in any language, in the business's own words, and what only a person understands.

use crate::{
    both_engines,
    webhooks::{business, with_bounces},
    world::{World, contact, number, phone, run, send_anyway},
};
use app::{
    account::{Access, Role},
    backend::{Accounts as _, Contacts as _},
    channel::Channel,
    contacts::ContactDetails,
    error::Error,
    history::ReplyDecision,
    id::ContactId,
};

const DAY: i64 = 86_400_000;

impl World {
    /// The words of each reply that a contact's page shows, newest first, with what was decided.
    async fn replies(&self, contact: &ContactId) -> Vec<(String, Option<ReplyDecision>)> {
        words(self.details(contact).await)
    }

    async fn decide(&self, contact: &ContactId, decision: ReplyDecision) {
        let now = self.details(contact).await.now;
        self.app.service.decide_replies(&self.access, contact.clone(), now, decision).await.unwrap();
    }

    async fn texted(&self, n: usize, name: &str) -> ContactId {
        let contact = self.named(n, name).await;
        self.press_send(std::slice::from_ref(&contact), &[Channel::Sms]).await;
        self.send_what_is_due().await;
        contact
    }
}

fn words(details: ContactDetails) -> Vec<(String, Option<ReplyDecision>)> {
    details.replies.into_iter().map(|reply| (reply.words, reply.decision)).collect()
}

async fn details(world: &World, access: &Access, contact: &ContactId) -> ContactDetails {
    world.app.service.read_contact(access, contact.clone()).await.unwrap()
}

both_engines! {
    async fn a_refusal_stops_texts_in_whatever_language_and_script(store: TestStore) {
        let world = with_bounces(store).await;
        let refusals = [
            "СТОП", "🛑", "AFMELDEN", "Não quero mais receber mensagens", "退订", "수신거부", "إلغاء", "הסר", "यह मैसेज बंद करें", "หยุดส่ง",
        ];
        for (n, refusal) in refusals.into_iter().enumerate() {
            let ada = world.named(n, "Ada").await;
            let said = world.answer(&format!("SM{n}"), &phone(n), refusal).await;
            assert!(said.contains("You will get no more texts"), "{refusal}: {said}");
            let details = world.details(&ada).await;
            assert!(details.contact.dnd.sms && details.replies.is_empty(), "{refusal}");
        }
    }

    async fn a_reply_that_no_rule_understands_waits_for_a_person_who_stops_the_texts(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.texted(1, "Ada").await;
        let other = world.texted(2, "Bo").await;
        let asked = "Is this <b>\u{202e}really</b> </title>\nfrom you?\u{0}";
        assert_eq!(world.answer("SM1", &phone(1), asked).await, "");
        world.app.clock.advance(60_000);
        world.answer("SM2", &phone(1), "pfff, that's it").await;
        world.answer("SM2", &phone(1), "pfff, that's it").await;
        world.answer("SM3", &phone(1), "  ").await;
        let seen = ["pfff, that's it", "Is this <b>really</b> </title>\nfrom you?"];
        let open = seen.map(|words| (words.to_owned(), None));
        assert_eq!(world.replies(&ada).await, open);
        assert!(world.replies(&other).await.is_empty() && !world.find(&ada).await.dnd.sms);

        let cookie = world.app.log_in("owner@shop.example").await;
        let page = world.app.open(&cookie, &format!("/contacts/{ada}")).await.text().await.unwrap();
        for words in ["Replies", "Stop texting", "Keep texting", "pfff, that", "Not decided"] {
            assert!(page.contains(words), "{words} is not in {page}");
        }
        assert!(!page.contains("<b>really") && !page.contains("</title>\n"));

        // By the form of the page, without scripts.
        let until = world.details(&ada).await.now.to_string();
        let form = [("id", ada.as_str()), ("until", until.as_str()), ("decision", "stop")];
        for _ in 0..2 {
            assert_eq!(world.app.call(&cookie, "decide_replies", &form).await.status(), 200);
        }
        assert_eq!(world.replies(&ada).await, seen.map(|words| (words.to_owned(), Some(ReplyDecision::Stop))));
        let details = world.details(&ada).await;
        assert!(details.contact.dnd.sms && details.asked_for.sms, "it is the contact's wish");
        assert_eq!(details.replies[0].who, "owner@shop.example");
        let entry = &details.consents[0];
        let how = "By answering a text, as somebody of your team read it";
        assert_eq!((entry.how.as_str(), entry.who.as_str(), details.consents.len()), (how, "owner@shop.example", 1));
        let record = world.bodies("consent").await.pop().unwrap();
        assert_eq!((record["source"].as_str(), record["evidence"].as_str()), (Some("sms_reply"), Some("read")));
        assert!(record["user"].is_string(), "the ledger says who decided: {record}");
        // The number's owner decides anew.
        world.app.clock.advance(1_000);
        world.answer("SM4", &phone(1), "START").await;
        assert!(!world.find(&ada).await.dnd.sms);
    }

    async fn a_reply_that_is_left_changes_nothing_and_a_later_one_is_open_again(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.texted(1, "Ada").await;
        world.answer("SM1", &phone(1), "When do you open?").await;
        world.app.clock.advance(1_000);
        let read_at = world.details(&ada).await.now;
        world.app.clock.advance(1_000);
        // It came after the page was opened: nobody has decided on it.
        world.answer("SM2", &phone(1), "And on Sunday?").await;
        let service = &world.app.service;
        service.decide_replies(&world.access, ada.clone(), read_at, ReplyDecision::Leave).await.unwrap();
        let left = ("When do you open?".to_owned(), Some(ReplyDecision::Leave));
        assert_eq!(world.replies(&ada).await, [("And on Sunday?".to_owned(), None), left]);
        assert!(!world.find(&ada).await.dnd.sms);
        assert_eq!(number(&world.app, "select count(*) from consents").await, 0);
    }

    async fn a_reply_from_a_shared_number_is_on_each_page_and_one_decision_is_for_all(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.texted(1, "Ada").await;
        let pair = world.contact("Pair", "pair@example.com", &phone(1)).await;
        world.answer("SM1", &phone(1), "hmm").await;
        assert_eq!(world.replies(&ada).await, world.replies(&pair).await);
        world.decide(&pair, ReplyDecision::Stop).await;
        assert!(world.find(&ada).await.dnd.sms && world.find(&pair).await.dnd.sms);
        let later = world.contact("Later", "later@example.com", &phone(1)).await;
        assert!(world.find(&later).await.dnd.sms, "it is remembered by the number");
        assert_eq!(world.replies(&ada).await, [("hmm".to_owned(), Some(ReplyDecision::Stop))]);
    }

    async fn a_reply_from_a_number_that_nobody_has_is_there_for_whoever_comes_with_it(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.texted(1, "Ada").await;
        world.edit(&ada, |form| form.phone = phone(2)).await.unwrap();
        world.answer("SM1", &phone(1), "who are you").await;
        world.answer("SM2", &phone(9), "a stranger whom nobody knows").await;
        assert!(world.replies(&ada).await.is_empty());
        let bo = world.contact("Bo", "bo@example.com", &phone(1)).await;
        assert_eq!(world.replies(&bo).await.len(), 1);
        assert_eq!(number(&world.app, "select count(*) from replies").await, 1);
    }

    async fn a_reply_is_read_by_the_business_that_wrote_last_and_decided_by_it_alone(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.texted(1, "Ada").await;
        let (second, link) = business(&world.app, "Second", "second@shop.example").await;
        let theirs = contact(&world.app, &second, "Ada", "ada@example.com", &phone(1)).await;
        world.answer("SM1", &phone(1), "to the first").await;
        world.app.clock.advance(1_000);
        send_anyway(&world.app.service, &second, &link, std::slice::from_ref(&theirs), &[Channel::Sms]).await;
        world.send_what_is_due().await;
        world.answer("SM2", &phone(1), "to the second").await;
        assert_eq!(world.replies(&ada).await, [("to the first".to_owned(), None)]);
        assert_eq!(words(details(&world, &second, &theirs).await), [("to the second".to_owned(), None)]);
        let service = &world.app.service;
        let stop = ReplyDecision::Stop;
        let foreign = service.decide_replies(&second, ada.clone(), i64::MAX, stop).await;
        assert_eq!(foreign, Err(Error::NotFound));
        service.decide_replies(&second, theirs.clone(), i64::MAX, stop).await.unwrap();
        assert!(details(&world, &second, &theirs).await.contact.dnd.sms);
        assert!(!world.find(&ada).await.dnd.sms, "another business decides for itself");
        assert_eq!(world.replies(&ada).await, [("to the first".to_owned(), None)]);
    }

    async fn replies_are_forgotten_after_ninety_days(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.texted(1, "Ada").await;
        world.answer("SM1", &phone(1), "old").await;
        world.after(50 * DAY).await;
        world.answer("SM2", &phone(1), "new").await;
        assert_eq!(world.replies(&ada).await.len(), 2);
        world.app.clock.advance(41 * DAY);
        assert_eq!(world.replies(&ada).await, [("new".to_owned(), None)], "not shown, although it is still there");
        for n in 0..1_203 {
            let old = format!("insert into inbound_texts (provider_id, meaning, created_at) values ('SMOLD{n}', 'other', {n})");
            run(&world.app, &old).await;
        }
        world.app.service.forget_now().await.unwrap();
        assert_eq!(number(&world.app, "select count(*) from replies").await, 1);
        assert_eq!(number(&world.app, "select count(*) from inbound_texts").await, 1, "also what is more than one part");
        for n in 0..70 {
            world.answer(&format!("SMX{n}"), &phone(1), "hello again").await;
        }
        assert_eq!(world.replies(&ada).await.len(), 50, "one number fills no store");
    }

    async fn a_word_of_the_business_stops_its_texts_and_no_other_businesss(store: TestStore) {
        let world = with_bounces(store).await;
        let ada = world.texted(1, "Ada").await;
        let (second, link) = business(&world.app, "Second", "second@shop.example").await;
        let theirs = contact(&world.app, &second, "Ada", "ada@example.com", &phone(1)).await;
        send_anyway(&world.app.service, &second, &link, std::slice::from_ref(&theirs), &[Channel::Sms]).await;
        world.send_what_is_due().await;
        let service = &world.app.service;
        let cookie = world.app.log_in("owner@shop.example").await;
        let answer = world.app.call(&cookie, "save_opt_out_words", &[("words", "  Finito \r\n\r\nno gracias\nFINITO!")]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(service.settings(&world.access).await.unwrap().opt_out_words, "Finito\nno gracias");
        let settings = world.app.open(&cookie, "/settings").await.text().await.unwrap();
        assert!(settings.contains("Replies to texts") && settings.contains("Finito"));
        let record = world.bodies("change").await.pop().unwrap();
        assert_eq!((record["what"].as_str(), record["left"][0].as_str()), (Some("opt_out_words"), Some("Finito")));

        world.answer("SM1", &phone(1), "finito please!").await;
        assert!(world.find(&ada).await.dnd.sms && !details(&world, &second, &theirs).await.contact.dnd.sms);
        assert_eq!(world.details(&ada).await.consents[0].how, "By answering a text with a word from your settings");
        let bo = world.texted(2, "Bo").await;
        assert_eq!(
            world.answer("SM2", &phone(2), "No, gracias").await,
            "<Message>You will get no more texts from Studio Nord. Reply START to get them again.</Message>"
        );
        assert!(world.find(&bo).await.dnd.sms && world.replies(&bo).await.is_empty());
        let cy = world.texted(3, "Cy").await;
        world.answer("SM3", &phone(3), "finito is a nice word").await;
        assert!(!world.find(&cy).await.dnd.sms && world.replies(&cy).await.len() == 1);
    }

    async fn words_of_the_business_that_cannot_be_are_refused_with_the_reason(store: TestStore) {
        let world = with_bounces(store).await;
        let service = &world.app.service;
        let too_many = (0..51).map(|n| format!("word{n}")).collect::<Vec<_>>().join("\n");
        for (words, told) in [
            ("ok\n!!!", "has no letter"),
            ("START", "has another meaning"),
            ("help", "has another meaning"),
            ("a word that is far too long to be one that anybody types", "at most 40 characters"),
            (too_many.as_str(), "at most 50 words"),
        ] {
            let refused = service.save_opt_out_words(&world.access, words.to_owned()).await.unwrap_err();
            assert!(refused.message_for("words").is_some_and(|said| said.contains(told)), "{words}: {refused}");
        }
        assert_eq!(service.settings(&world.access).await.unwrap().opt_out_words, "");
        let member = Access::checked(world.access.business().clone(), world.access.user().clone(), Role::Member);
        assert_eq!(service.save_opt_out_words(&member, "ciao".to_owned()).await, Err(Error::NotAllowed));
    }
}
