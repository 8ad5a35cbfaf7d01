//! What people type stays text on every screen: each page is read as a browser reads it.

use crate::{
    app::TestApp,
    store::TestStore,
    world::{insert_link, run, wanted},
};
use app::{
    account::Access,
    backend::{Campaigns as _, Contacts as _, Outbox as _, Team as _, Templates as _, Transactions as _},
    campaigns::NewCampaign,
    channel::Channel,
    contacts::ContactForm,
    id::{CampaignId, ContactId, ImportId, PaymentLinkId, TemplateId},
    money::Currency,
    payment_links::{AfterPayment, LineItem, PaymentLinkDetails},
    reminders::NewReminder,
    templates::TemplateForm,
    transactions::TransactionQuery,
};
use html5gum::{DefaultEmitter, StartTag, Token, Tokenizer};
use reqwest::{Method, Response};
use server::{dispatcher::Dispatcher, http::declared};
use std::collections::BTreeSet;

/// Ends attributes, texts and scripts, wherever they are not escaped; what it leaves behind is `canary` or a redirect.
const CANARY: &str =
    r#""' canary=1></title></textarea></script><canary><meta http-equiv=refresh content=0;url=//evil>"#;
/// How a person's eye finds it again in what a page shows.
const SHOWN: &str = "<canary><meta http-equiv=refresh";

/// Everything in a page that a browser took for markup of ours, and whether the page shows the canary as text.
#[derive(Default)]
struct Seen {
    broken: Vec<String>,
    shows: bool,
}

impl Seen {
    fn of(html: &str) -> Self {
        let mut seen = Self::default();
        seen.read(html);
        seen
    }

    fn read(&mut self, html: &str) {
        let mut emitter = DefaultEmitter::default();
        emitter.naively_switch_states(true);
        for token in Tokenizer::new_with_emitter(html, emitter).flatten() {
            match token {
                Token::StartTag(tag) => self.look_at(&tag),
                Token::String(text) => self.shows |= String::from_utf8_lossy(&text).contains(SHOWN),
                _ => {}
            }
        }
    }

    fn look_at<S: html5gum::SpanBound>(&mut self, tag: &StartTag<S>) {
        let name = String::from_utf8_lossy(&tag.name);
        let attributes = tag.attributes.iter();
        let attributes =
            attributes.map(|(name, value)| (String::from_utf8_lossy(name), String::from_utf8_lossy(value)));
        for (attribute, value) in attributes {
            let is_script_address =
                ["href", "src", "action"].contains(&attribute.as_ref()) && value.starts_with("javascript:");
            if attribute == "canary" || attribute == "http-equiv" || attribute.starts_with("on") || is_script_address {
                self.broken.push(format!("<{name} {attribute}=\"{value}\">"));
            }
            self.shows |= value.contains(SHOWN);
            // A document in a frame is markup again.
            if attribute == "srcdoc" {
                self.read(&value);
            }
        }
        if name == "canary" {
            self.broken.push("<canary>".to_owned());
        }
    }
}

#[test]
fn the_eye_of_these_tests_sees_what_a_browser_would() {
    for page in [
        format!("<title>{CANARY}</title>"),
        format!("<p>{CANARY}"),
        format!("<p title=\"{CANARY}\">"),
        format!("<p title='{CANARY}'>"),
        format!("<textarea>{CANARY}</textarea>"),
        format!("<script>let a = '{CANARY}'</script>"),
        format!("<iframe srcdoc=\"{}\"></iframe>", escaped(&format!("<p>{CANARY}"))),
        "<a href=\"javascript:alert(1)\">".to_owned(),
        "<img onerror=\"alert(1)\">".to_owned(),
    ] {
        assert!(!Seen::of(&page).broken.is_empty(), "{page}");
    }
    let whole = escaped(CANARY);
    let seen = Seen::of(&format!("<title>{whole}</title><p title=\"{whole}\">{whole}<textarea>{whole}</textarea>"));
    assert!(seen.broken.is_empty() && seen.shows, "{:?}", seen.broken);
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A business in which everything that can be typed holds the canary.
struct Studio {
    app: TestApp,
    access: Access,
    session: String,
    link: PaymentLinkId,
    contact: ContactId,
    templates: [TemplateId; 2],
    campaign: CampaignId,
    import: ImportId,
    invite: String,
    code: String,
    /// A payment that is made, and one at the test gateway.
    payments: [String; 2],
}

impl Studio {
    async fn start() -> Self {
        let app = TestApp::start(TestStore::sqlite(), &[]).await;
        let access = app.owner(CANARY, "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        let link = insert_link(&app.service, &access, &details()).await;
        let contact = contact(&app, &access, "ada@example.com", "+14155552671").await;
        self::contact(&app, &access, CANARY, CANARY).await;
        let email = template(&app, &access, Channel::Email).await;
        let sms = template(&app, &access, Channel::Sms).await;
        let press = NewCampaign {
            email_template: Some(email.clone()),
            sms_template: Some(sms.clone()),
            subject: CANARY.to_owned(),
            reminders: vec![NewReminder { after_days: 3, email_template: None, sms_template: None }],
            ..wanted(&link, std::slice::from_ref(&contact), &Channel::ALL)
        };
        let campaign = app.service.create_campaign(&access, press).await.unwrap();
        Dispatcher::new(app.service.clone()).run_until_idle().await.unwrap();
        let import = import(&app, &access).await;
        let invite = app.service.invite_member(&access, "new@example.com".to_owned()).await.unwrap();
        let invite = invite.url.split_once("/invite/").unwrap().1.to_owned();
        let mut db = app.service.db.read().await.unwrap();
        let code: String =
            sqlx::query_scalar("select code from personal_links limit 1").fetch_one(&mut *db).await.unwrap();
        drop(db);
        let [paid, begun] = [check_out(&app, &link).await, check_out(&app, &link).await];
        let paid = press_approve(&app, &paid).await;
        // These are checked where they are typed, so they come from elsewhere.
        for table in ["users", "invites"] {
            assert_eq!(run(&app, &format!("update {table} set email = '{}'", CANARY.replace('\'', "''"))).await, 1);
        }
        let (templates, payments) = ([email, sms], [paid, begun]);
        Self { app, access, session, link, contact, templates, campaign, import, invite, code, payments }
    }

    /// Where a page is, with everything that its address can ask for.
    async fn addresses(&self, path: &str) -> Vec<String> {
        let fill = |value: &str| {
            path.split('/').map(|part| if part.starts_with('{') { value } else { part }).collect::<Vec<_>>().join("/")
        };
        let slug = &self.link.as_str()[30..];
        match path {
            "/outbox/{id}" => {
                let messages = self.app.service.list_outbox(&self.access, 1).await.unwrap().page.rows;
                assert!(messages.len() > 2, "an email, a text and an invitation");
                messages.iter().map(|message| fill(message.id.as_str())).collect()
            }
            "/payments/links/{id}" => vec![fill(self.link.as_str())],
            "/payments/campaigns/{id}" => vec![format!("{}?recipient={}", fill(self.campaign.as_str()), self.contact)],
            "/contacts/{id}" => vec![fill(self.contact.as_str())],
            "/contacts/import" => vec![path.to_owned(), format!("{path}?id={}", self.import)],
            "/templates/{id}" => self.templates.iter().map(|id| fill(id.as_str())).collect(),
            "/invite/{code}" => vec![fill(&self.invite)],
            "/l/{code}" | "/u/{code}" => vec![fill(&self.code)],
            "/pay/{slug}" => vec![fill(slug), fill(slug) + "?t=x"],
            "/pay/receipt/{id}" => vec![self.payments[0].clone()],
            "/pay/test/{id}" => vec![self.payments[1].clone()],
            "/payments/campaigns/{id}/confirm" => {
                let steps = ["step=recall".to_owned(), format!("step=no_more_reminders&contact={}", self.contact)];
                steps.iter().map(|step| format!("{}?{step}", fill(self.campaign.as_str()))).collect()
            }
            "/payments/links/confirm" => vec![format!("{path}?id={}", self.link)],
            "/templates/confirm" => vec![format!("{path}?id={}", self.templates[0])],
            "/settings/confirm" => vec![format!("{path}?user={}", self.access.user())],
            // Files and events, which no browser reads as a page; they are asked for all the same.
            path if path.starts_with("/payments/campaigns/{id}/") || path.starts_with("/events/") => {
                vec![fill(self.campaign.as_str())]
            }
            "/payments/links/{id}/export.csv" => vec![fill(self.link.as_str())],
            path => {
                assert!(!path.contains('{'), "say here what {path} is about, so that it is looked at with real data");
                vec![
                    path.to_owned(),
                    format!(
                        "{path}?q={}&tag={0}&page=1",
                        url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect::<String>()
                    ),
                ]
            }
        }
    }
}

fn details() -> PaymentLinkDetails {
    let text = || CANARY.to_owned();
    let item = LineItem { item: text(), description: text(), price_minor: 9000, quantity: 1, range: None };
    PaymentLinkDetails {
        name: text(),
        items: vec![item],
        after_payment: AfterPayment::Message(text()),
        can_pay_again: true,
        ..PaymentLinkDetails::blank(Currency::USD)
    }
}

async fn contact(app: &TestApp, access: &Access, email: &str, phone: &str) -> ContactId {
    let [first_name, last_name, tags] = [CANARY; 3].map(str::to_owned);
    let [email, phone] = [email, phone].map(str::to_owned);
    let form = ContactForm { first_name, last_name, email, phone, tags, ..ContactForm::default() };
    app.service.create_contact(access, form).await.unwrap()
}

async fn template(app: &TestApp, access: &Access, channel: Channel) -> TemplateId {
    let form = TemplateForm {
        id: None,
        channel,
        version: 0,
        name: CANARY.to_owned(),
        subject: CANARY.to_owned(),
        body: format!("{CANARY}\n{{{{ contact.name }}}} {{{{ payment_link.url }}}}"),
    };
    app.service.save_template(access, form).await.unwrap()
}

async fn import(app: &TestApp, access: &Access) -> ImportId {
    let folder = app.service.import_folder();
    tokio::fs::create_dir_all(&folder).await.unwrap();
    let path = folder.join("canary.part");
    let cell = CANARY.replace('"', "\"\"");
    let text = format!("First name,Email,\"{cell}\"\n\"{cell}\",\"{cell}\",\"{cell}\"\n\"{cell}\",mia@example.com,x\n");
    tokio::fs::write(&path, text).await.unwrap();
    app.service.take_import(access, &path, CANARY).await.unwrap()
}

/// Fills in the checkout; the address of the test gateway.
async fn check_out(app: &TestApp, link: &PaymentLinkId) -> String {
    let path = format!("/pay/{}", &link.as_str()[30..]);
    let page = app.open("", &path).await.text().await.unwrap();
    let value =
        |name: &str| page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap();
    let form = [
        ("name", CANARY),
        ("email", "ada@example.com"),
        ("phone", ""),
        ("attempt", value("attempt")),
        ("version", value("version")),
        ("t", ""),
    ];
    location(&app.client.post(app.at(&path)).form(&form).send().await.unwrap())
}

async fn press_approve(app: &TestApp, gateway: &str) -> String {
    location(&app.client.post(app.at(gateway)).form(&[("outcome", "approve")]).send().await.unwrap())
}

fn location(answer: &Response) -> String {
    answer.headers()["location"].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_type_is_text_on_every_screen() {
    let studio = Studio::start().await;
    let mut shown = BTreeSet::new();
    for route in declared().iter().filter(|route| route.method == Method::GET) {
        for address in studio.addresses(&route.path).await {
            let mut answer = studio.app.open(&studio.session, &address).await;
            if matches!(route.path.as_str(), "/l/{code}") {
                answer = studio.app.open(&studio.session, &location(&answer)).await;
            }
            let is_page =
                answer.headers().get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
            if !is_page {
                continue;
            }
            let seen = Seen::of(&answer.text().await.unwrap());
            assert!(seen.broken.is_empty(), "{address} lets through {:?}", seen.broken);
            if seen.shows {
                shown.insert(route.path.clone());
            }
        }
    }
    for path in [
        "/contacts",
        "/contacts/import",
        "/contacts/{id}",
        "/invite/{code}",
        "/l/{code}",
        "/outbox",
        "/outbox/{id}",
        "/pay/receipt/{id}",
        "/pay/test/{id}",
        "/pay/{slug}",
        "/payments/campaigns",
        "/payments/campaigns/{id}",
        "/payments/campaigns/{id}/confirm",
        "/payments/links",
        "/payments/links/confirm",
        "/payments/links/{id}",
        "/payments/transactions",
        "/settings",
        "/settings/confirm",
        "/templates",
        "/templates/confirm",
        "/templates/{id}",
        "/u/{code}",
    ] {
        assert!(shown.contains(path), "{path} shows what was typed, so that this test looks at something");
    }
    let paid = studio.app.service.list_transactions(&studio.access, TransactionQuery::default()).await.unwrap();
    assert_eq!(paid.page.total, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_type_is_text_in_the_mail() {
    let studio = Studio::start().await;
    let outbox = studio.app.service.list_outbox(&studio.access, 1).await.unwrap().page.rows;
    let mut mails = 0;
    for message in outbox {
        let message = studio.app.service.outbox_message(&studio.access, message.id).await.unwrap();
        if message.channel == Channel::Email && !message.html.is_empty() {
            let seen = Seen::of(&message.html);
            assert!(seen.broken.is_empty() && seen.shows, "{:?} in {}", seen.broken, message.html);
            assert!(!message.headers.to_lowercase().contains("\ncanary"), "{}", message.headers);
            mails += 1;
        }
    }
    assert_eq!(mails, 2, "the request and the invitation");
}
