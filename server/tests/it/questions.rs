//! What cannot be undone is asked first, also where no script is there to ask.

use crate::{app::PASSWORD, both_engines, world::World};
use app::{
    backend::{Campaigns as _, Reminders as _, Templates as _},
    channel::Channel,
    reminders::ReminderForm,
    templates::TemplateForm,
};
use reqwest::Response;

/// Nothing brings back what these did.
const FINAL: [&str; 12] = [
    "recall_campaign",
    "cancel_campaign",
    "take_out_recipient",
    "confirm_arrival",
    "send_again",
    "cancel_reminder",
    "delete_payment_link",
    "delete_template",
    "remove_member",
    "retry_failed",
    "approve_campaign",
    "release_campaign",
];

async fn read(world: &World, session: &str, path: &str) -> String {
    let answer = world.app.open(session, path).await;
    assert_eq!(answer.status(), 200, "{path}");
    answer.text().await.unwrap()
}

/// Sends the form of a page that asks, as a browser without scripts does.
async fn press(world: &World, session: &str, page: &str, function: &str, form: &[(&str, &str)]) -> Response {
    let post = world.app.client.post(world.app.at(&format!("/api/fn/{function}"))).header("origin", &world.app.url);
    let post = post.header("accept", "text/html").header("referer", world.app.at(page)).header("cookie", session);
    post.form(form).send().await.unwrap()
}

both_engines! {
    async fn no_page_but_the_one_that_asks_does_what_cannot_be_undone(store: TestStore) {
        let world = World::start(store).await;
        let session = world.app.log_in("owner@shop.example").await;
        let (access, service) = (&world.access, &world.app.service);
        let contacts = [world.valid(1).await, world.valid(2).await];
        let template = TemplateForm {
            id: None,
            channel: Channel::Sms,
            version: 0,
            name: "Short".to_owned(),
            subject: String::new(),
            body: "{{ payment_link.url }} Reply STOP to opt out.".to_owned(),
        };
        service.save_template(access, template).await.unwrap();
        world.app.call(&session, "invite_member", &[("email", "mia@example.com")]).await;
        let invited = world.app.call(&session, "invite_member", &[("email", "leo@example.com")]).await;
        let url = invited.json::<app::team::InviteLink>().await.unwrap().url;
        let code = url.split_once("/invite/").unwrap().1;
        world.app.call("", "accept_invite", &[("form[code]", code), ("form[password]", PASSWORD)]).await;
        let mut later = world.wanted(&contacts, &Channel::ALL);
        later.starts_at = Some("2026-03-09T10:00".to_owned());
        let later = service.create_campaign(access, later).await.unwrap();
        let sent = world.press_send_anyway(&contacts, &Channel::ALL).await;
        world.send_what_is_due().await;
        let reminder = ReminderForm {
            campaign: sent.clone(),
            after_days: "3".to_owned(),
            email_template: String::new(),
            sms_template: String::new(),
        };
        service.add_reminder(access, reminder).await.unwrap();
        let (later, sent) = (format!("/payments/campaigns/{later}"), format!("/payments/campaigns/{sent}"));
        let mut asked = 0;
        for page in [&later, &sent, "/payments/links", "/templates", "/settings"] {
            let html = read(&world, &session, page).await;
            for function in FINAL.iter().chain(&["withdraw_invite"]) {
                assert!(!html.contains(&format!("action=\"/api/fn/{function}")), "{page} calls {function} unasked");
            }
            asked += html.matches("/confirm\"").count();
        }
        assert!(asked >= 9, "the buttons are there, and lead to pages that ask: {asked}");
    }

    async fn a_recall_without_scripts_is_asked_and_leads_back_to_its_campaign(store: TestStore) {
        let world = World::start(store).await;
        let session = world.app.log_in("owner@shop.example").await;
        let ada = world.named(1, "Ada").await;
        let id = world.press_send(std::slice::from_ref(&ada), &[Channel::Email]).await;
        world.send_what_is_due().await;
        let campaign = format!("/payments/campaigns/{id}");
        let page = format!("{campaign}/confirm?step=recall");
        let html = read(&world, &session, &page).await;
        assert!(html.contains("<h1>Recall this campaign?") && html.contains("You cannot undo this."), "{html}");
        assert!(html.contains("action=\"/api/fn/recall_campaign\"") && html.contains(&format!("href=\"{campaign}\"")));
        assert!(world.report(&id).await.standing.recalled_at.is_none(), "looking at the question does nothing");

        let answer = press(&world, &session, &page, "recall_campaign", &[("id", id.to_string().as_str())]).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["location"]), (303, &campaign.parse().unwrap()));
        assert!(world.report(&id).await.standing.recalled_at.is_some());
        let html = read(&world, &session, &page).await;
        assert!(html.contains("This is not possible any more") && !html.contains("recall_campaign"), "{html}");
    }

    async fn a_save_without_scripts_is_said_once_on_the_page_that_it_leads_to(store: TestStore) {
        let world = World::start(store).await;
        let session = world.app.log_in("owner@shop.example").await;
        let contact = [
            ("form[first_name]", "Ada"), ("form[last_name]", ""), ("form[email]", "ada@example.com"), ("form[phone]", ""),
            ("form[tags]", ""), ("form[version]", "0"),
        ];
        let words = [("words", "enough")];
        let ada = world.named(1, "Ada").await;
        let id = world.press_send(&[ada], &[Channel::Email]).await.to_string();
        let campaign = format!("/payments/campaigns/{id}");
        for (page, function, form, said) in [
            ("/settings", "save_opt_out_words", &words[..], "Your words are saved."),
            ("/contacts/new", "create_contact", &contact[..], "Saved."),
            (&campaign, "pause_campaign", &[("id", &*id)][..], "Paused. Messages that are not sent yet wait."),
        ] {
            let answer = press(&world, &session, page, function, form).await;
            assert_eq!(answer.status(), 303, "{page}");
            let next = answer.headers()["location"].to_str().unwrap().to_owned();
            assert!(!next.contains('?'), "nothing is said in the address: {next}");
            let told = crate::app::cookie(&answer).unwrap();
            let page = world.app.open(&format!("{session}; {told}"), &next).await;
            assert_eq!(crate::app::cookie(&page).as_deref(), Some("answered="), "{next}: it is said once");
            let html = page.text().await.unwrap();
            assert!(html.contains(&format!("data-tone=\"good\" class=\"notice\">{said}")), "{next}: {html}");
        }
        let too_many = (0..60).map(|n| format!("word{n}")).collect::<Vec<_>>().join("\n");
        let refused = press(&world, &session, "/settings", "save_opt_out_words", &[("words", &too_many)]).await;
        assert!(refused.headers()["location"].to_str().unwrap().contains("__err"), "it is refused");
        assert!(refused.headers().get("set-cookie").is_none(), "a refusal is no save");
    }

    async fn a_question_about_what_is_no_more_does_nothing(store: TestStore) {
        let world = World::start(store).await;
        let session = world.app.log_in("owner@shop.example").await;
        let id = world.press_send(&[world.valid(1).await], &[Channel::Email]).await;
        world.send_what_is_due().await;
        let nobody = "con_00000000000000000000000000000001";
        for step in ["", "step=cancel", "step=what", "step=cancel_reminder&number=1", &format!("step=take_out&contact={nobody}")] {
            let html = read(&world, &session, &format!("/payments/campaigns/{id}/confirm?{step}")).await;
            assert!(html.contains("This is not possible any more") && !html.contains("method=\"post\" action=\"/api/fn/c"), "{step}");
        }
        for page in ["/payments/links/confirm?id=plink_00000000000000000000000000000001", "/templates/confirm?id=tpl_00000000000000000000000000000001"] {
            assert_eq!(world.app.open(&session, page).await.status(), 404, "{page}");
        }
    }
}
