//! Two businesses on one server: every address of the router, asked with another business's ids, answers as if they had never been.

use crate::{
    app::{PASSWORD, TestApp},
    both_engines,
    world::wanted,
};
use app::{
    account::Access,
    backend::{Campaigns as _, Contacts as _, Outbox as _, PaymentLinks as _, Team as _, Templates as _},
    campaigns::NewCampaign,
    channel::Channel,
    contacts::ContactForm,
    error::Error,
    id::{ImportId, UserId},
    payment_links::{LineItemForm, PaymentLinkForm},
    templates::TemplateForm,
};
use reqwest::{Method, StatusCode};
use server::{
    clock::Clock as _,
    db::new_id,
    dispatcher::Dispatcher,
    http::{Policy, declared},
};
use std::time::Duration;

/// What the victim's data is called, and nothing else.
const CANARY: &str = "Canary7f3a";

/// How an address is asked.
enum Ask {
    /// A form, as our pages send it.
    Form(&'static [(&'static str, &'static str)]),
    /// JSON.
    Json(&'static str),
}

/// What each server function is asked with; `{contact}` and the like stand for ids. One without an entry fails the test.
/// The last ones take something away.
const CALLS: &[(&str, Ask)] = &[
    ("current_business", Ask::Form(&[])),
    ("current_settings", Ask::Form(&[])),
    ("list_team", Ask::Form(&[])),
    ("new_campaign_key", Ask::Form(&[])),
    ("check_ledger", Ask::Form(&[])),
    ("new_payment_link", Ask::Form(&[])),
    ("list_contact_tags", Ask::Form(&[])),
    ("list_contacts", Ask::Form(&[("query[search]", "Canary7f3a")])),
    ("list_contact_rows", Ask::Form(&[("query[search]", "Canary7f3a")])),
    ("list_payment_links", Ask::Form(&[("query[search]", "Canary7f3a")])),
    ("list_transactions", Ask::Form(&[("query[search]", "Canary7f3a")])),
    ("list_templates", Ask::Form(&[("channel", "email")])),
    ("list_campaigns", Ask::Form(&[("page", "1")])),
    ("list_outbox", Ask::Form(&[("page", "1")])),
    ("find_template", Ask::Form(&[("id", "{template}")])),
    ("find_campaign", Ask::Form(&[("id", "{campaign}"), ("open", "{contact}")])),
    ("campaign_progress", Ask::Form(&[("id", "{campaign}")])),
    ("outbox_message", Ask::Form(&[("id", "{message}")])),
    ("read_contact", Ask::Form(&[("id", "{contact}")])),
    ("read_import", Ask::Form(&[("id", "{import}")])),
    ("find_payment_link", Ask::Form(&[("id", "{payment_link}")])),
    ("edit_payment_link", Ask::Form(&[("id", "{payment_link}")])),
    ("standard_link_code", Ask::Form(&[("id", "{payment_link}")])),
    ("copy_personal_link", Ask::Form(&[("payment_link", "{payment_link}"), ("contact", "{contact}")])),
    (
        "preview_message",
        Ask::Json(
            r#"{"request":{"channel":"email","wording":{"subject":"s","body":"{{ contact.name }} {{ payment_link.url }}"},
            "contact":"{contact}","payment_link":"{payment_link}"}}"#,
        ),
    ),
    (
        "report_wording",
        Ask::Json(
            r#"{"request":{"payment_link":"{payment_link}","contacts":["{contact}"],
            "email":{"subject":"s","body":"{{ contact.name }}"},"sms":null}}"#,
        ),
    ),
    ("find_test_receiver", Ask::Form(&[])),
    (
        "send_test_message",
        Ask::Json(
            r#"{"request":{"message":{"channel":"email","wording":{"subject":"s","body":"{{ contact.name }}"},
            "contact":"{contact}","payment_link":"{payment_link}"},"phone":""}}"#,
        ),
    ),
    (
        "create_campaign",
        Ask::Json(
            r#"{"campaign":{"key":"tenants-{contact}","payment_link":"{payment_link}","contacts":["{contact}"],
            "channels":["email"],"email_template":"{template}","sms_template":null,"subject":"s",
            "send_anyway":["sent_recently"]}}"#,
        ),
    ),
    ("forecast_care", Ask::Json(r#"{"contacts":["{contact}"],"channels":["email"],"starts_at":null}"#)),
    ("list_warnings", Ask::Json(r#"{"payment_link":"{payment_link}","contacts":["{contact}"]}"#)),
    ("match_contacts", Ask::Form(&[("text", "+1 415 555 2671")])),
    (
        "find_contacts_to_select",
        Ask::Json(
            r#"{"wanted":{"group":{"not_paid":"{payment_link}"},"payment_link":"{payment_link}","channels":["email"]}}"#,
        ),
    ),
    ("add_reminder", Ask::Form(&[("form[campaign]", "{campaign}"), ("form[after_days]", "3")])),
    (
        "skip_reminder",
        Ask::Form(&[
            ("skip[campaign]", "{campaign}"),
            ("skip[number]", "1"),
            ("skip[contact]", "{contact}"),
            ("skip[skipped]", "true"),
        ]),
    ),
    ("cancel_reminder", Ask::Form(&[("campaign", "{campaign}"), ("number", "1")])),
    (
        "save_care",
        Ask::Form(&[
            ("form[keep_quiet_hours]", "false"),
            ("form[quiet_from]", "21:00"),
            ("form[quiet_until]", "08:00"),
            ("form[weekly_cap]", ""),
        ]),
    ),
    ("approve_campaign", Ask::Form(&[("id", "{campaign}")])),
    ("release_campaign", Ask::Form(&[("id", "{campaign}")])),
    ("forecast_approval", Ask::Form(&[("payment_link", "{payment_link}"), ("people", "3")])),
    ("decline_campaign", Ask::Form(&[("id", "{campaign}"), ("reason", "no")])),
    ("save_approval", Ask::Form(&[("form[people]", "5"), ("form[amount]", "")])),
    ("find_halt", Ask::Form(&[])),
    ("start_sending", Ask::Form(&[])),
    ("cancel_stopped", Ask::Form(&[])),
    ("pause_campaign", Ask::Form(&[("id", "{campaign}")])),
    ("resume_campaign", Ask::Form(&[("id", "{campaign}")])),
    ("send_campaign_now", Ask::Form(&[("id", "{campaign}")])),
    ("reschedule_campaign", Ask::Form(&[("id", "{campaign}"), ("starts_at", "2026-03-20T12:00")])),
    ("take_out_recipient", Ask::Form(&[("id", "{campaign}"), ("contact", "{contact}")])),
    ("confirm_arrival", Ask::Form(&[("id", "{campaign}"), ("contact", "{contact}"), ("channel", "sms")])),
    ("send_again", Ask::Form(&[("id", "{campaign}"), ("contact", "{contact}"), ("channel", "sms")])),
    ("retry_failed", Ask::Form(&[("id", "{campaign}")])),
    ("cancel_campaign", Ask::Form(&[("id", "{campaign}")])),
    ("recall_campaign", Ask::Form(&[("id", "{campaign}")])),
    (
        "save_sending",
        Ask::Form(&[("form[hold_minutes]", "0"), ("form[time_zone]", "UTC"), ("form[recall_text]", "Taken back.")]),
    ),
    ("create_contact", Ask::Form(&[("form[first_name]", "New")])),
    ("update_contact", Ask::Form(&[("id", "{contact}"), ("form[first_name]", "Changed"), ("form[version]", "1")])),
    ("confirm_address", Ask::Form(&[("id", "{contact}"), ("channel", "email")])),
    ("decide_replies", Ask::Form(&[("id", "{contact}"), ("until", "9000000000000"), ("decision", "leave")])),
    ("save_opt_out_words", Ask::Form(&[("words", "finito")])),
    ("fix_addresses", Ask::Json(r#"{"id":"{contact}","form":{"email":"fixed@example.com","version":2}}"#)),
    ("archive_contact", Ask::Form(&[("id", "{contact}"), ("archived", "true")])),
    ("map_import", Ask::Form(&[("id", "{import}"), ("columns[0]", "email"), ("has_header", "true")])),
    ("start_import", Ask::Form(&[("id", "{import}")])),
    (
        "save_template",
        Ask::Form(&[
            ("form[id]", "{template}"),
            ("form[channel]", "email"),
            ("form[version]", "1"),
            ("form[name]", "Changed"),
            ("form[subject]", "s"),
            ("form[body]", "{{ payment_link.url }}"),
        ]),
    ),
    (
        "save_payment_link",
        Ask::Form(&[
            ("form[id]", "{payment_link}"),
            ("form[version]", "1"),
            ("form[name]", "Changed"),
            ("form[currency]", "USD"),
            ("form[items][0][item]", "Seat"),
            ("form[items][0][price]", "1.00"),
            ("form[items][0][quantity]", "1"),
            ("form[after_payment]", "message"),
            ("form[button_text]", "pay"),
            ("form[personal_link_days]", "90"),
        ]),
    ),
    ("save_business", Ask::Form(&[("form[name]", "Changed"), ("form[country]", "US"), ("form[currency]", "USD")])),
    ("save_password", Ask::Form(&[("form[current]", PASSWORD), ("form[password]", PASSWORD)])),
    ("invite_member", Ask::Form(&[("email", "someone.new@example.com")])),
    ("send_invite_again", Ask::Form(&[("id", "{invite}")])),
    ("withdraw_invite", Ask::Form(&[("id", "{invite}")])),
    ("change_role", Ask::Form(&[("id", "{colleague}"), ("role", "owner")])),
    ("remove_member", Ask::Form(&[("id", "{colleague}")])),
    ("send_test_email", Ask::Form(&[])),
    ("send_test_sms", Ask::Form(&[("phone", "+14155552671")])),
    ("set_payment_link_status", Ask::Form(&[("id", "{payment_link}"), ("status", "inactive")])),
    ("delete_template", Ask::Form(&[("id", "{template}")])),
    ("delete_payment_link", Ask::Form(&[("id", "{payment_link}")])),
    ("end_session", Ask::Form(&[])),
];

/// What leaves nothing in the ledger although it answers: it only reads, or nothing that is sent depends on it.
const UNRECORDED: &[&str] = &[
    "current_business",
    "current_settings",
    "list_team",
    "new_campaign_key",
    "check_ledger",
    "new_payment_link",
    "list_contact_tags",
    "list_contacts",
    "list_contact_rows",
    "list_payment_links",
    "list_transactions",
    "list_templates",
    "list_campaigns",
    "list_outbox",
    "find_template",
    "find_campaign",
    "find_halt",
    "campaign_progress",
    "outbox_message",
    "read_contact",
    "read_import",
    "find_payment_link",
    "edit_payment_link",
    "standard_link_code",
    "preview_message",
    "report_wording",
    "find_test_receiver",
    "forecast_care",
    "list_warnings",
    "match_contacts",
    "find_contacts_to_select",
    "forecast_approval",
    // Nothing is stopped, paused, held or failed here, no address is undeliverable and nobody has replied: these find nothing to
    // do.
    "confirm_address",
    "decide_replies",
    "resume_campaign",
    "start_sending",
    "cancel_stopped",
    "send_campaign_now",
    "retry_failed",
    // A link that the user hands over themselves.
    "copy_personal_link",
    // Only checks the file again: what is imported from it is on record.
    "map_import",
    "end_session",
];

/// A business with one of everything.
struct Tenant {
    access: Access,
    ids: Vec<(&'static str, String)>,
}

impl Tenant {
    async fn new(app: &TestApp, name: &str) -> Self {
        let access = app.owner(name, &format!("{name}@example.com").to_lowercase()).await;
        let service = &app.service;
        let person = ContactForm {
            first_name: name.to_owned(),
            email: format!("{name}@example.com"),
            phone: "+1 415 555 2671".to_owned(),
            tags: name.to_owned(),
            ..ContactForm::default()
        };
        let contact = service.create_contact(&access, person).await.unwrap();
        let line =
            LineItemForm { item: name.to_owned(), price: "90.00".into(), quantity: "1".into(), ..Default::default() };
        let link = PaymentLinkForm {
            name: name.to_owned(),
            items: vec![line],
            currency: "USD".into(),
            after_payment: "message".into(),
            button_text: "pay".into(),
            personal_link_days: "90".into(),
            ..PaymentLinkForm::default()
        };
        let link = service.save_payment_link(&access, link).await.unwrap().id;
        let template = TemplateForm {
            id: None,
            channel: Channel::Email,
            version: 0,
            name: name.to_owned(),
            subject: name.to_owned(),
            body: format!("{name} {{{{ payment_link.url }}}}"),
        };
        let template = service.save_template(&access, template).await.unwrap();
        let campaign = NewCampaign {
            key: format!("{name}-campaign"),
            email_template: Some(template.clone()),
            subject: name.to_owned(),
            ..wanted(&link, std::slice::from_ref(&contact), &Channel::ALL)
        };
        let campaign = service.create_campaign(&access, campaign).await.unwrap();
        Dispatcher::new(service.clone()).run_until_idle().await.unwrap();
        let colleague = insert_member(app, &access, &format!("{name}.colleague@example.com").to_lowercase()).await;
        service.invite_member(&access, format!("{name}.invited@example.com")).await.unwrap();
        let invite = service.list_team(&access).await.unwrap().invites.remove(0).id;
        let message = service.list_outbox(&access, 1).await.unwrap().page.rows[0].id.clone();
        let import = import(app, &access, name).await;
        let ids = vec![
            ("contact", contact.to_string()),
            ("payment_link", link.to_string()),
            ("template", template.to_string()),
            ("campaign", campaign.to_string()),
            ("message", message.to_string()),
            ("import", import.to_string()),
            ("colleague", colleague.to_string()),
            ("invite", invite.to_string()),
        ];
        Self { access, ids }
    }

    fn fill(&self, text: &str) -> String {
        self.ids.iter().fold(text.to_owned(), |text, (name, id)| text.replace(&format!("{{{name}}}"), id))
    }

    /// The same kinds of ids, of things that never were.
    fn never(&self) -> Self {
        let never = |id: &str| format!("{}{:032x}", &id[..=id.find('_').unwrap()], 0xdead_beef_u32);
        Self { access: self.access.clone(), ids: self.ids.iter().map(|(name, id)| (*name, never(id))).collect() }
    }
}

async fn import(app: &TestApp, access: &Access, name: &str) -> ImportId {
    let folder = app.service.import_folder();
    tokio::fs::create_dir_all(&folder).await.unwrap();
    let path = folder.join(format!("{name}.part"));
    tokio::fs::write(&path, format!("Email\n{name}.new@example.com\n")).await.unwrap();
    let id = app.service.take_import(access, &path, name).await.unwrap();
    while app.service.read_import(access, id.clone()).await.unwrap().status.is_moving() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    id
}

/// A colleague who may less, logged in.
async fn member(app: &TestApp, access: &Access, email: &str) -> String {
    insert_member(app, access, email).await;
    app.log_in(email).await
}

/// A colleague who may less.
async fn insert_member(app: &TestApp, access: &Access, email: &str) -> UserId {
    let now = app.clock.now();
    let id: UserId = new_id(now);
    let password_hash = app.service.passwords.hash(PASSWORD.to_owned()).await.unwrap();
    let mut tx = app.service.db.begin().await.unwrap();
    sqlx::query(
        "insert into users (id, business_id, email, password_hash, role, created_at) values ($1, $2, $3, $4, 'member', $5)",
    )
    .bind(id.as_str())
    .bind(access.business().as_str())
    .bind(email)
    .bind(password_hash)
    .bind(now)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

/// What was answered: the status, and the text without what is in every answer another.
async fn call(app: &TestApp, cookie: &str, name: &str, ask: &Ask, tenant: &Tenant) -> (StatusCode, String) {
    let request =
        app.client.post(app.at(&format!("/api/fn/{name}"))).header("origin", &app.url).header("cookie", cookie);
    let request = match ask {
        Ask::Form(fields) => {
            let fields: Vec<(&str, String)> = fields.iter().map(|(name, value)| (*name, tenant.fill(value))).collect();
            request.form(&fields)
        }
        Ask::Json(text) => request.header("content-type", "application/json").body(tenant.fill(text)),
    };
    plain(request.send().await.unwrap(), tenant).await
}

async fn plain(answer: reqwest::Response, tenant: &Tenant) -> (StatusCode, String) {
    let status = answer.status();
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).unwrap().to_owned();
    let text = answer.text().await.unwrap().replace(&nonce, "NONCE");
    (status, tenant.ids.iter().fold(text, |text, (name, id)| text.replace(id, name)))
}

/// Everything that a business has, as one text for each of its tables.
async fn rows_of(app: &TestApp, tenant: &Tenant) -> Vec<String> {
    let mut reader = app.service.db.read().await.unwrap();
    let mut all = Vec::new();
    for (table, columns) in [
        ("contacts", "id || first_name || version || coalesce(archived_at, 0)"),
        ("payment_links", "id || name || status || version || coalesce(deleted_at, 0)"),
        ("message_templates", "id || name || version"),
        ("campaigns", "id || idempotency_key || coalesce(paused_at, canceled_at, recalled_at, 0)"),
        ("deliveries", "id || status || attempts"),
        ("personal_links", "id || code || coalesce(revoked_at, 0)"),
        ("outbox_messages", "id || receiver"),
        ("imports", "id || status || columns"),
        ("consents", "id || channel"),
        ("reminders", "campaign_id || number || coalesce(canceled_at, 0)"),
        ("skipped_reminders", "campaign_id || number || contact_id"),
        ("payments", "id || status"),
        ("users", "id || email || role || password_hash || coalesce(disabled_at, 0)"),
        ("invites", "id || email || code_hash || coalesce(revoked_at, 0)"),
    ] {
        let sql = format!("select {columns} from {table} where business_id = $1 order by 1");
        let rows: Vec<String> = sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(tenant.access.business().as_str())
            .fetch_all(&mut *reader)
            .await
            .unwrap();
        all.push(format!("{table}: {}", rows.join(" ")));
    }
    all
}

/// How many entries the ledger of a business has.
async fn entries(app: &TestApp, tenant: &Tenant) -> i64 {
    let mut reader = app.service.db.read().await.unwrap();
    let sql = "select entries from ledger_heads where business_id = $1";
    sqlx::query_scalar(sql).bind(tenant.access.business().as_str()).fetch_one(&mut *reader).await.unwrap()
}

both_engines! {
    async fn the_ids_of_another_business_answer_like_ids_that_never_were(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let victim = Tenant::new(&app, CANARY).await;
        let stranger = Tenant::new(&app, "Stranger").await;
        let before = rows_of(&app, &victim).await;
        for cookie in [
            app.log_in("stranger@example.com").await,
            member(&app, &stranger.access, "colleague@example.com").await,
        ] {
            for (name, ask) in CALLS.iter().filter(|(name, _)| *name != "end_session") {
                let foreign = call(&app, &cookie, name, ask, &victim).await;
                let never = call(&app, &cookie, name, ask, &victim.never()).await;
                assert!(!foreign.1.contains(CANARY), "{name} tells: {}", foreign.1);
                let names_ids = match ask {
                    Ask::Form(fields) => fields.iter().any(|(_, value)| value.starts_with('{')),
                    Ask::Json(_) => true,
                };
                if names_ids {
                    assert_eq!(foreign, never, "{name} tells that something is there");
                    assert!(!foreign.0.is_success(), "{name}: {}", foreign.0);
                }
            }
            for route in declared().iter().filter(|route| route.method == Method::GET && route.policy == Policy::SignedIn) {
                for (_, id) in &victim.ids {
                    let path = |id: &str| {
                        let parts = route.path.split('/').map(|part| if part.starts_with('{') { id } else { part });
                        format!("{}?id={id}&recipient={id}&from={id}&search={CANARY}&q={CANARY}", parts.collect::<Vec<_>>().join("/"))
                    };
                    let foreign = plain(app.open(&cookie, &path(id)).await, &victim).await;
                    // The search is the asker's own word: it may stand in its field, the victim's facts may not.
                    let text = foreign.1.to_lowercase();
                    assert!(!text.contains("canary7f3a@") && !text.contains("canary7f3a.new@"), "{} tells", route.path);
                    if route.path.contains('{') {
                        assert!(!foreign.0.is_success(), "{} with {id}: {}", route.path, foreign.0);
                    }
                }
            }
        }
        assert_eq!(before, rows_of(&app, &victim).await);

        // The very same requests do something for the owner of the things: none of them was refused for its form.
        let cookie = app.log_in("canary7f3a@example.com").await;
        let mut wrong = Vec::new();
        for (name, ask) in CALLS {
            let on_record = entries(&app, &victim).await;
            let (status, text) = call(&app, &cookie, name, ask, &victim).await;
            let told = status.is_success() || status.is_redirection() || status == StatusCode::CONFLICT;
            assert!(told, "{name} for its owner: {status} {text}");
            let is_recorded = entries(&app, &victim).await > on_record;
            let is_done = status.is_success() && !UNRECORDED.contains(name);
            if is_recorded != is_done {
                wrong.push(format!("{name} is on record: {is_recorded}, {status} {text}"));
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
        assert_ne!(before, rows_of(&app, &victim).await);
    }

    async fn one_foreign_contact_makes_the_whole_campaign_not_found(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let victim = Tenant::new(&app, CANARY).await;
        let own = Tenant::new(&app, "Stranger").await;
        let campaign = |contacts: [&Tenant; 2], link: &Tenant| NewCampaign {
            key: "mixed-campaign".to_owned(),
            ..wanted(
                &link.fill("{payment_link}").parse().unwrap(),
                &contacts.map(|tenant| tenant.fill("{contact}").parse().unwrap()),
                &Channel::ALL,
            )
        };
        let before = (rows_of(&app, &victim).await, rows_of(&app, &own).await);
        for (contacts, link) in [([&own, &victim], &own), ([&own, &own], &victim)] {
            let answer = app.service.create_campaign(&own.access, campaign(contacts, link)).await;
            assert_eq!(answer, Err(Error::NotFound));
        }
        assert_eq!(before, (rows_of(&app, &victim).await, rows_of(&app, &own).await));
    }
}

#[test]
fn every_server_function_has_its_call_here() {
    for route in declared().iter().filter(|route| route.policy == Policy::SignedIn) {
        if let Some(name) = route.path.strip_prefix("/api/fn/") {
            assert!(CALLS.iter().any(|(known, _)| *known == name), "{name} was never asked by a stranger");
        }
    }
}
