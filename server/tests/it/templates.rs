//! Templates: the built-in ones, a business's own, and the message that a wording makes.

use crate::{app::TestApp, both_engines};
use app::{
    backend::Templates as _,
    channel::Channel,
    contacts::ContactForm,
    error::Error,
    templates::{MessageTemplate, PreviewRequest, TemplateForm, Wording},
};

const BODY: &str = "Hi {{ contact.first_name | default: \"there\" }}\n\n{{ payment_link.url }}";

fn form(channel: Channel, name: &str, subject: &str, body: &str) -> TemplateForm {
    TemplateForm {
        id: None,
        channel,
        version: 0,
        name: name.to_owned(),
        subject: subject.to_owned(),
        body: body.to_owned(),
    }
}

fn preview_of(channel: Channel, subject: &str, body: &str) -> PreviewRequest {
    let wording = Wording { subject: subject.to_owned(), body: body.to_owned() };
    PreviewRequest { channel, wording, contact: None, payment_link: None }
}

fn names(templates: &[MessageTemplate]) -> Vec<&str> {
    templates.iter().map(|template| template.name.as_str()).collect()
}

both_engines! {
    async fn the_built_in_template_comes_first_and_own_ones_follow_by_name(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        for name in ["winter", "Autumn"] {
            app.service.save_template(&access, form(Channel::Email, name, "Hello", BODY)).await.expect("saved");
        }
        app.service.save_template(&access, form(Channel::Sms, "Short", "ignored", BODY)).await.expect("saved");
        let email = app.service.list_templates(&access, Channel::Email).await.expect("a list");
        assert_eq!(names(&email), ["Default email", "Autumn", "winter"]);
        assert!(email[0].id.is_none() && email[1].id.is_some());
        let sms = app.service.list_templates(&access, Channel::Sms).await.expect("a list");
        assert_eq!(names(&sms), ["Default SMS", "Short"]);
        assert_eq!(sms[1].wording, Wording { subject: String::new(), body: BODY.to_owned() });
    }

    async fn a_template_that_cannot_be_sent_is_refused_with_every_reason(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let refused = |channel, name: &str, subject: &str, body: &str| {
            let form = form(channel, name, subject, body);
            async { app.service.save_template(&access, form).await.expect_err("refused") }
        };
        let error = refused(Channel::Email, " \u{200b}", "{{ contact.name", "Hi {{ contact.nickname }}").await;
        assert_eq!(error.message_for("name").as_deref(), Some("Give the template a name, so that you find it again."));
        assert_eq!(error.message_for("subject").as_deref(), Some("Subject, column 1: this field is not closed: end it with }}."));
        assert_eq!(
            error.message_for("body").as_deref(),
            Some("Line 1, column 7: “contact.nickname” is not a field. Choose one from the list of fields.")
        );
        let error = refused(Channel::Email, "No link", "Hello", "Hi {{ contact.name }}").await;
        assert_eq!(
            error.message_for("body").as_deref(),
            Some("Add {{ payment_link.url }} to the body: without it nobody can pay.")
        );
        let error = refused(Channel::Email, "No subject", "\r\n", BODY).await;
        assert!(error.message_for("subject").is_some() && error.message_for("body").is_none());
        let long = format!("{BODY}{}", "x".repeat(1600));
        let error = refused(Channel::Sms, "Long", "", &long).await;
        assert_eq!(error.message_for("body").as_deref(), Some("Shorten the body to 1600 characters."));
        let own = app.service.list_templates(&access, Channel::Email).await.expect("a list");
        assert_eq!(own.len(), 1, "nothing was saved");
    }

    async fn the_second_of_two_editors_is_told_and_changes_nothing(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let id = app.service.save_template(&access, form(Channel::Email, "Mine", "One", BODY)).await.expect("saved");
        let edit = |subject| TemplateForm { id: Some(id.clone()), version: 1, ..form(Channel::Email, "Mine", subject, BODY) };
        app.clock.advance(60_000);
        app.service.save_template(&access, edit("Two")).await.expect("saved");
        let error = app.service.save_template(&access, edit("Three")).await.expect_err("refused");
        assert!(matches!(error, Error::Conflict(_)), "{error}");
        let kept = app.service.find_template(&access, id.to_string()).await.expect("there");
        assert_eq!((kept.wording.subject.as_str(), kept.version), ("Two", 2));
    }

    async fn a_deleted_template_is_gone_and_cannot_be_deleted_twice(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let id = app.service.save_template(&access, form(Channel::Sms, "Mine", "", BODY)).await.expect("saved");
        app.service.delete_template(&access, id.clone()).await.expect("deleted");
        assert_eq!(app.service.delete_template(&access, id.clone()).await, Err(Error::NotFound));
        assert_eq!(app.service.find_template(&access, id.to_string()).await, Err(Error::NotFound));
        assert_eq!(app.service.find_template(&access, "anything".to_owned()).await, Err(Error::NotFound));
    }

    async fn another_business_has_no_way_to_a_template(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let other = app.owner("Elsewhere", "other@example.com").await;
        let id = app.service.save_template(&owner, form(Channel::Email, "Mine", "One", BODY)).await.expect("saved");
        let edit = TemplateForm { id: Some(id.clone()), version: 1, ..form(Channel::Email, "Yours", "Two", BODY) };
        assert_eq!(app.service.find_template(&other, id.to_string()).await, Err(Error::NotFound));
        assert_eq!(app.service.save_template(&other, edit).await, Err(Error::NotFound));
        assert_eq!(app.service.delete_template(&other, id.clone()).await, Err(Error::NotFound));
        assert_eq!(app.service.list_templates(&other, Channel::Email).await.expect("a list").len(), 1);
        assert_eq!(app.service.find_template(&owner, id.to_string()).await.expect("there").name, "Mine");
    }

    async fn what_a_form_sends_is_stored_with_plain_line_ends(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let typed = form(Channel::Email, "  My\twording ", "Two\r\nlines", "One\r\n\r\n{{ payment_link.url }}\rThree\0\r\n\n");
        let id = app.service.save_template(&access, typed).await.expect("saved");
        let saved = app.service.find_template(&access, id.to_string()).await.expect("there");
        assert_eq!(saved.name, "My wording");
        assert_eq!(saved.wording.subject, "Two lines");
        assert_eq!(saved.wording.body, "One\n\n{{ payment_link.url }}\nThree");
    }

    async fn a_preview_shows_an_example_the_business_and_its_addresses(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio <Nord>", "owner@example.com").await;
        let request = preview_of(Channel::Email, "From {{ business.name }}", "{{ contact.name }}: {{ payment_link.amount }}\n{{ payment_link.url }}");
        let preview = app.service.preview_message(&access, request).await.expect("a preview");
        assert_eq!(preview.subject, "From Studio <Nord>");
        assert!(preview.text.starts_with(&format!("Alex Example: $90.00\n{}/l/", app.url)), "{}", preview.text);
        assert!(preview.html.contains("Studio &lt;Nord&gt;") && !preview.html.contains("<Nord>"));
        let request = preview_of(Channel::Sms, "", "{{ contact.phone }} {{ payment_link.url }}");
        let preview = app.service.preview_message(&access, request).await.expect("a preview");
        assert!(preview.text.starts_with("+12025550142 http"));
        assert!(preview.subject.is_empty() && preview.html.is_empty());
    }

    async fn a_preview_is_for_any_contact_of_the_business_alone(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let other = app.owner("Elsewhere", "other@example.com").await;
        let contact = ContactForm {
            first_name: "<b>Zoë</b>".to_owned(),
            email: "zoe@example.net".to_owned(),
            ..ContactForm::default()
        };
        let contact = app::backend::Contacts::create_contact(&app.service, &access, contact).await.expect("a contact");
        let mut request = preview_of(Channel::Email, "Hi {{ contact.first_name }}", BODY);
        request.contact = Some(contact);
        let preview = app.service.preview_message(&access, request.clone()).await.expect("a preview");
        assert_eq!(preview.subject, "Hi <b>Zoë</b>");
        assert!(preview.html.contains("Hi &lt;b&gt;Zoë&lt;/b&gt;") && !preview.html.contains("<b>"));
        assert_eq!(app.service.preview_message(&other, request).await, Err(Error::NotFound));
    }

    async fn a_preview_of_a_wording_that_cannot_be_understood_says_where(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let request = preview_of(Channel::Email, "Hello", "One\nTwo {{ contact.name | upper }}");
        let error = app.service.preview_message(&access, request).await.expect_err("refused");
        assert!(error.message_for("body").expect("a reason").starts_with("Line 2, column 23: "), "{error}");
        let request = preview_of(Channel::Sms, "", &"{{ payment_link.url }}".repeat(60));
        let error = app.service.preview_message(&access, request).await.expect_err("refused");
        assert!(error.message_for("body").expect("a reason").starts_with("The message is too long"), "{error}");
    }
}
