//! The checkout as customers meet it: opened, filled in, paid, declined, paid before.

use crate::{app::TestApp, both_engines};
use app::{
    account::Access,
    backend::Transactions as _,
    error::Result,
    id::{CampaignId, ContactId, PaymentLinkId},
    money::Currency,
    payment_links::{AfterPayment, LineItem, PaymentLinkDetails, QuantityRange},
    transactions::{PaymentStatus, TransactionQuery},
};
use async_trait::async_trait;
use futures::{Stream, TryStreamExt as _};
use server::{
    checkout::{CheckoutPage, Openings, Pace, Submission},
    clock::Clock,
    db::{new_id, personal_links},
    log_ins::LogIns,
    providers::gateway::{GatewayError, Order, PaymentGateway},
    rate::Rate,
    service::{Parts, Service, TESTS_PER_MINUTE},
    session::Passwords,
    tokens::{SigningKeys, Tokens, random_code},
};
use std::{collections::HashSet, net::IpAddr, sync::Arc};

const NO_LONGER: &str = "This personal link is no longer valid. You can still pay by filling in your details.";
const DAY: i64 = 24 * 60 * 60 * 1000;

/// All parts of a file that is made bit by bit.
async fn whole(parts: impl Stream<Item = Result<String>>) -> String {
    parts.try_collect::<Vec<_>>().await.unwrap().concat()
}

/// A pottery class for $90, with clay whose quantity can be changed.
fn pottery() -> PaymentLinkDetails {
    let item = |name: &str, price_minor, range| LineItem {
        item: name.to_owned(),
        description: String::new(),
        price_minor,
        quantity: 1,
        range,
    };
    PaymentLinkDetails {
        name: "Pottery, spring class".to_owned(),
        items: vec![
            item("Pottery, 6 evenings", 8400, None),
            item("Clay and glaze", 600, Some(QuantityRange { minimum: 1, maximum: 5 })),
        ],
        ..PaymentLinkDetails::blank(Currency::USD)
    }
}

async fn payment_link(app: &TestApp, access: &Access, slug: &str, details: &PaymentLinkDetails) -> PaymentLinkId {
    let now = app.clock.now();
    let id: PaymentLinkId = new_id(now);
    let mut tx = app.service.db.begin().await.unwrap();
    sqlx::query(
        "insert into payment_links (id, business_id, slug, status, name, search, details, version, created_at, updated_at) \
         values ($1, $2, $3, 'active', $4, '', $5, 1, $6, $6)",
    )
    .bind(id.as_str())
    .bind(access.business().as_str())
    .bind(slug)
    .bind(details.name.as_str())
    .bind(serde_json::to_string(details).unwrap())
    .bind(now)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    id
}

async fn change(app: &TestApp, sql: &'static str) {
    let mut tx = app.service.db.begin().await.unwrap();
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    let mut db = app.service.db.read().await.unwrap();
    sqlx::query_scalar(sql).fetch_one(&mut *db).await.unwrap()
}

async fn contact(app: &TestApp, access: &Access, first: &str, last: &str, email: &str) -> ContactId {
    let now = app.clock.now();
    let id: ContactId = new_id(now);
    let mut tx = app.service.db.begin().await.unwrap();
    sqlx::query(CONTACT)
        .bind(id.as_str())
        .bind(access.business().as_str())
        .bind(first)
        .bind(last)
        .bind(email)
        .bind(now)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

const CONTACT: &str = "insert into contacts (id, business_id, first_name, last_name, name_key, email, email_typed, email_key, phone, \
     phone_typed, tags, search, version, created_at, updated_at) \
     values ($1, $2, $3, $4, '', $5, $5, $5, '+14155552671', '+14155552671', '[]', '', 1, $6, $6)";

/// A personal link for copying; its code.
async fn personal_link(app: &TestApp, access: &Access, payment_link: &PaymentLinkId, contact: &ContactId) -> String {
    let now = app.clock.now();
    let link = personal_links::PersonalLink {
        id: new_id(now),
        business: access.business().clone(),
        payment_link: payment_link.clone(),
        contact: contact.clone(),
        campaign: None::<CampaignId>,
        code: random_code(16),
        version: 1,
        expires_at: now + 90 * DAY,
        revoked_at: None,
    };
    let mut tx = app.service.db.begin().await.unwrap();
    personal_links::insert(&mut tx, &link, now).await.unwrap();
    tx.commit().await.unwrap();
    link.code
}

/// What a browser without scripts knows of a page.
pub struct Page {
    pub status: u16,
    pub location: String,
    pub body: String,
}

impl Page {
    async fn read(response: reqwest::Response) -> Self {
        let location = response.headers().get("location").map(|value| value.to_str().unwrap().to_owned());
        Self {
            status: response.status().as_u16(),
            location: location.unwrap_or_default(),
            body: response.text().await.unwrap(),
        }
    }

    /// The value of the field with this name.
    fn value(&self, name: &str) -> String {
        let form = &self.body[..self.body.find("checkout-view").unwrap_or(self.body.len())];
        let at = form.find(&format!("name=\"{name}\"")).unwrap_or_else(|| panic!("no field {name} in {form}"));
        let tag = &form[form[..at].rfind("<input").unwrap()..at + form[at..].find('>').unwrap()];
        let value = tag.split_once(" value=\"").map_or("", |(_, rest)| rest.split_once('"').unwrap().0);
        value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    }

    /// The form as it stands, with some fields typed over.
    pub fn form(&self, typed: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut names = vec!["name", "email", "phone", "attempt", "version", "t"];
        names.extend(typed.iter().map(|(name, _)| *name).filter(|name| !names.contains(name)).collect::<Vec<_>>());
        names
            .into_iter()
            .map(|name| {
                let typed = typed.iter().find(|(field, _)| *field == name).map(|(_, value)| (*value).to_owned());
                (name.to_owned(), typed.unwrap_or_else(|| self.value(name)))
            })
            .collect()
    }

    fn says(&self, text: &str) -> bool {
        self.body.contains(text)
    }
}

pub async fn get(app: &TestApp, path: &str) -> Page {
    Page::read(app.client.get(app.at(path)).send().await.unwrap()).await
}

pub async fn post(app: &TestApp, path: &str, fields: &[(String, String)]) -> Page {
    Page::read(app.client.post(app.at(path)).form(fields).send().await.unwrap()).await
}

pub async fn press(app: &TestApp, address: &str, outcome: &str) -> Page {
    post(app, address, &[("outcome".to_owned(), outcome.to_owned())]).await
}

async fn payments_of(app: &TestApp, access: &Access) -> Vec<app::transactions::Transaction> {
    app.service.list_transactions(access, TransactionQuery::default()).await.unwrap().page.rows
}

/// Everything that differs from one showing to the next left out.
fn without_chance(page: &Page) -> String {
    let mut text = page.body.clone();
    for (name, start, end) in [("attempt", "name=\"attempt\" value=\"", "\""), ("json", "\"attempt\":\"", "\"")] {
        if let Some(at) = text.find(start) {
            let from = at + start.len();
            let to = from + text[from..].find(end).unwrap();
            text.replace_range(from..to, name);
        }
    }
    while let Some(at) = text.find("nonce=\"") {
        let to = at + 7 + text[at + 7..].find('"').unwrap() + 1;
        text.replace_range(at..to, "");
    }
    text
}

async fn studio(app: &TestApp) -> (Access, PaymentLinkId, String) {
    let access = app.owner("Studio Nord", "owner@example.com").await;
    let link = payment_link(app, &access, "pottery", &pottery()).await;
    let marta = contact(app, &access, "Marta", "Núñez", "marta@example.com").await;
    let code = personal_link(app, &access, &link, &marta).await;
    (access, link, code)
}

both_engines! {
    async fn the_standard_checkout_is_an_empty_form_that_needs_no_scripts(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        studio(&app).await;
        let page = get(&app, "/pay/pottery").await;
        assert_eq!(page.status, 200);
        assert!(page.says("<form method=\"post\" action=\"/pay/pottery\""), "{}", page.body);
        assert!(page.says("Studio Nord") && page.says("Pottery, spring class") && page.says("$90.00"));
        for name in ["name", "email", "phone"] {
            assert_eq!(page.value(name), "", "{name}");
        }
        assert_eq!(page.value("quantity-1"), "1");
        assert!(page.says("autocomplete=\"name\"") && page.says("autocomplete=\"email\"") && page.says("autocomplete=\"tel\""));
        assert!(!page.says("Not you?") && !page.says("style="));
        let scripts = page.body.find("type=\"module\"").unwrap();
        assert!(scripts > page.body.find("</form>").unwrap(), "scripts come after what can be read");
    }

    async fn a_personal_link_opens_a_checkout_that_knows_its_contact(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, _, code) = studio(&app).await;
        let opened = get(&app, &format!("/l/{code}")).await;
        assert_eq!(opened.status, 303);
        assert!(opened.location.starts_with("/pay/pottery?t="));
        for personal in ["marta", "Marta", "415", "example.com"] {
            assert!(!opened.location.contains(personal));
        }
        for _ in 0..2 {
            let page = get(&app, &opened.location).await;
            assert_eq!((page.status, page.value("name").as_str()), (200, "Marta Núñez"));
            assert_eq!((page.value("email").as_str(), page.value("phone").as_str()), ("marta@example.com", "+14155552671"));
            assert!(page.says("Not you?") && page.says("href=\"/pay/pottery\"") && !page.says(NO_LONGER));
        }
    }

    async fn an_opening_changes_nothing_and_only_the_page_itself_counts_as_a_person(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, _, code) = studio(&app).await;
        let opened = get(&app, &format!("/l/{code}")).await.location;
        for _ in 0..20 {
            app.client.head(app.at(&opened)).send().await.unwrap();
            get(&app, &opened).await;
            get(&app, &format!("/l/{code}")).await;
        }
        assert_eq!(post(&app, "/pay/pottery", &[]).await.status, 422);
        for _ in 0..200 {
            if count(&app, "select cast(coalesce(sum(times), 0) as bigint) from openings").await == 40 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        assert_eq!(count(&app, "select cast(sum(times) as bigint) from openings where kind = 'machine' and why = 'head'").await, 20);
        assert_eq!(count(&app, "select cast(sum(times) as bigint) from openings where kind = 'machine' and why = 'plain'").await, 20);
        assert_eq!(count(&app, "select count(*) from openings").await, 2, "a row for each minute and sign");
        assert_eq!(count(&app, "select count(*) from payments").await, 0);
        let token = opened.split_once("t=").unwrap().1.to_owned();
        let seen = app.client.post(app.at("/pay/pottery/view")).body(token).send().await.unwrap();
        assert_eq!(seen.status(), 204);
        app.service.write_openings().await.unwrap();
        assert_eq!(count(&app, "select count(*) from openings where kind = 'human' and personal_link_id is not null").await, 1);
    }

    async fn every_refused_token_gives_the_same_empty_checkout(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, code) = studio(&app).await;
        let other = app.owner("Other", "other@example.com").await;
        let foreign = payment_link(&app, &other, "foreign", &pottery()).await;
        let ines = contact(&app, &other, "Ines", "Foreign", "ines@example.com").await;
        let foreign_code = personal_link(&app, &other, &foreign, &ines).await;
        payment_link(&app, &access, "second", &pottery()).await;
        let token = get(&app, &format!("/l/{code}")).await.location.split_once("t=").unwrap().1.to_owned();
        let foreign_token = get(&app, &format!("/l/{foreign_code}")).await.location.split_once("t=").unwrap().1.to_owned();
        let altered = format!("{}x", &token[..token.len() - 1]);
        let mut pages = Vec::new();
        for query in [
            format!("t={altered}"),
            format!("t={foreign_token}"),
            "t=".to_owned(),
            "t=e30.e30.".to_owned(),
            format!("t={token}&t={token}"),
            format!("t={}", "A".repeat(5000)),
        ] {
            pages.push(get(&app, &format!("/pay/pottery?{query}")).await);
        }
        let second = get(&app, &format!("/pay/second?t={token}")).await;
        assert!(second.says(NO_LONGER) && !second.says("Marta"), "a token is good for its own link only");
        app.clock.advance(8 * DAY);
        pages.push(get(&app, &format!("/pay/pottery?t={token}")).await);
        let fresh = get(&app, &format!("/l/{code}")).await.location;
        assert!(get(&app, &fresh).await.says("Marta"));
        change(&app, "update personal_links set revoked_at = 1, token_version = token_version + 1").await;
        pages.push(get(&app, &fresh).await);
        let bodies: HashSet<String> = pages.iter().map(without_chance).collect();
        assert_eq!(bodies.len(), 1, "one page for every cause");
        assert!(pages[0].says(NO_LONGER));
        for page in &pages {
            assert!(page.status == 200 && !page.says("Marta") && !page.says("marta@") && !page.says("Ines") && !page.says("Not you?"));
        }
    }

    async fn unknown_revoked_and_expired_codes_answer_alike(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, link, code) = studio(&app).await;
        let unknown = get(&app, "/l/0000000000000000").await;
        app.clock.advance(91 * DAY);
        let expired = get(&app, &format!("/l/{code}")).await;
        let jo = contact(&app, &access, "Jo", "Revoked", "jo@example.com").await;
        let revoked_code = personal_link(&app, &access, &link, &jo).await;
        change(&app, "update personal_links set revoked_at = 1").await;
        let revoked = get(&app, &format!("/l/{revoked_code}")).await;
        assert_eq!((unknown.status, expired.status, revoked.status), (404, 404, 404));
        assert_eq!(without_chance(&unknown), without_chance(&expired));
        assert_eq!(without_chance(&unknown), without_chance(&revoked));
    }

    async fn a_payment_is_approved_once_and_then_shows_that_it_is_paid(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, code) = studio(&app).await;
        let opened = get(&app, &format!("/l/{code}")).await.location;
        let page = get(&app, &opened).await;
        let form = page.form(&[("quantity-1", "3"), ("amount", "1"), ("price", "1")]);
        let sent = post(&app, "/pay/pottery", &form).await;
        assert_eq!(sent.status, 303, "{}", sent.body);
        let again = post(&app, "/pay/pottery", &form).await;
        assert_eq!(again.location, sent.location, "two submits of one form are one payment");
        let gateway = get(&app, &sent.location).await;
        assert!(gateway.says("Approve") && gateway.says("Decline") && gateway.says("$102.00"), "the server computes the price");
        let approved = press(&app, &sent.location, "approve").await;
        assert_eq!(approved.status, 303);
        assert!(approved.location.starts_with("/pay/receipt/pay_"));
        let receipt = get(&app, &approved.location).await;
        assert!(receipt.says("Payment received") && receipt.says("$102.00") && receipt.says("Clay and glaze × 3"));
        assert!(receipt.says("m•••@example.com") && !receipt.says("marta@example.com") && !receipt.says("Núñez"));
        for outcome in ["approve", "decline"] {
            assert_eq!(press(&app, &sent.location, outcome).await.location, approved.location);
        }
        let rows = payments_of(&app, &access).await;
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].status, rows[0].amount.minor), (PaymentStatus::Succeeded, 10_200));
        assert!(rows[0].contact.is_some());

        let paid = get(&app, &opened).await;
        assert!(paid.says("Already paid") && !paid.says("<form") && !paid.says("Pay again"));
        let late = post(&app, "/pay/pottery", &page.form(&[("attempt", &random_code(22))])).await;
        assert_eq!(late.location, approved.location, "what is paid is not paid twice");
        assert_eq!(payments_of(&app, &access).await.len(), 1);
        assert!(get(&app, "/pay/pottery").await.says("<form"), "the standard link goes on");
    }

    async fn pay_again_is_offered_only_where_the_link_allows_it(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let details = PaymentLinkDetails {
            can_pay_again: true,
            after_payment: AfterPayment::Redirect("https://studio.example/thanks".to_owned()),
            ..pottery()
        };
        let link = payment_link(&app, &access, "gift", &details).await;
        let marta = contact(&app, &access, "Marta", "Núñez", "marta@example.com").await;
        let code = personal_link(&app, &access, &link, &marta).await;
        let opened = get(&app, &format!("/l/{code}")).await.location;
        for times in 1..=2 {
            let token = opened.split_once("t=").unwrap().1;
            let page = get(&app, &format!("/pay/gift?again=1&t={token}")).await;
            let sent = post(&app, "/pay/gift", &page.form(&[])).await;
            let receipt = get(&app, &press(&app, &sent.location, "approve").await.location).await;
            assert!(receipt.says("Continue to studio.example"));
            assert!(get(&app, &opened).await.says("Pay again"));
            assert_eq!(payments_of(&app, &access).await.len(), times);
        }
    }

    async fn a_declined_payment_keeps_what_was_typed_and_says_why(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, _) = studio(&app).await;
        let typed = [("name", "Zoë \"Zo\" <b>"), ("email", "zoe@example.com"), ("phone", "(415) 555-2671"), ("quantity-1", "4")];
        let page = get(&app, "/pay/pottery").await;
        let sent = post(&app, "/pay/pottery", &page.form(&typed)).await;
        let declined = press(&app, &sent.location, "decline").await;
        let retry = get(&app, &declined.location).await;
        assert_eq!(retry.status, 200);
        assert!(retry.says("The payment was declined: The test gateway was told to decline. You were not charged."));
        assert_eq!((retry.value("name").as_str(), retry.value("email").as_str()), ("Zoë \"Zo\" <b>", "zoe@example.com"));
        assert_eq!((retry.value("phone").as_str(), retry.value("quantity-1").as_str()), ("+14155552671", "4"));
        assert_ne!(retry.value("attempt"), page.value("attempt"));
        let wrong_key = declined.location.replace("k=", "k=x");
        assert_eq!(get(&app, &wrong_key).await.value("name"), "");
        assert_eq!(press(&app, &sent.location, "approve").await.location, declined.location, "what is decided stays decided");
        let sent = post(&app, "/pay/pottery", &retry.form(&[])).await;
        press(&app, &sent.location, "approve").await;
        let statuses: Vec<_> = payments_of(&app, &access).await.iter().map(|row| row.status).collect();
        assert_eq!(statuses.iter().filter(|status| **status == PaymentStatus::Succeeded).count(), 1);
        assert_eq!(statuses.iter().filter(|status| **status == PaymentStatus::Failed).count(), 1);
    }

    async fn many_submits_at_once_on_one_personal_link_are_one_open_payment(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, code) = studio(&app).await;
        let opened = get(&app, &format!("/l/{code}")).await.location;
        let page = get(&app, &opened).await;
        let tries = (0..40).map(|_| {
            let form = page.form(&[("attempt", &random_code(22))]);
            let app = &app;
            async move { post(app, "/pay/pottery", &form).await.location }
        });
        let places: HashSet<String> = futures::future::join_all(tries).await.into_iter().collect();
        assert_eq!(places.len(), 1, "{places:?}");
        assert_eq!(payments_of(&app, &access).await.len(), 1);
        let place = places.into_iter().next().unwrap();
        let presses = (0..20).map(|_| press(&app, &place, "approve"));
        let receipts: HashSet<String> = futures::future::join_all(presses).await.into_iter().map(|page| page.location).collect();
        assert_eq!(receipts.len(), 1);
    }

    async fn what_cannot_be_sent_is_said_next_to_its_field_and_nothing_is_lost(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, _) = studio(&app).await;
        let page = get(&app, "/pay/pottery").await;
        let refused = post(&app, "/pay/pottery", &page.form(&[("name", " "), ("email", "zoe@"), ("quantity-1", "9")])).await;
        assert_eq!(refused.status, 422);
        assert!(refused.says("Enter your full name.") && refused.says("Choose a quantity from 1 to 5."));
        assert_eq!(refused.value("email"), "zoe@");
        assert!(refused.says("href=\"#pay-email\""), "the summary leads to the field");
        change(&app, "update payment_links set version = 2").await;
        let typed = [("name", "Zoë"), ("email", "zoe@example.com")];
        let changed = post(&app, "/pay/pottery", &page.form(&typed)).await;
        assert_eq!((changed.status, changed.value("name").as_str()), (409, "Zoë"));
        assert!(changed.says("The offer has changed"));
        assert_eq!(payments_of(&app, &access).await.len(), 0);
        assert_eq!(post(&app, "/pay/pottery", &changed.form(&[])).await.status, 303);
    }

    async fn a_link_that_asks_for_phone_and_address_insists_on_them(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let details = PaymentLinkDetails { require_phone: true, collect_address: true, ..pottery() };
        payment_link(&app, &access, "parcel", &details).await;
        let page = get(&app, "/pay/parcel").await;
        assert!(page.says("autocomplete=\"street-address\"") && page.says("autocomplete=\"postal-code\""));
        let typed = [("name", "Zoë"), ("email", "zoe@example.com"), ("country", "US")];
        let refused = post(&app, "/pay/parcel", &page.form(&typed)).await;
        assert!(refused.status == 422 && refused.says("Enter your city.") && refused.says("Enter a phone number."));
        let typed = [("name", "Zoë"), ("email", "zoe@example.com"), ("phone", "+1 415 555 2671"), ("street", "1 Main St"),
            ("city", "Oslo"), ("region", ""), ("postal_code", "0150"), ("country", "NO")];
        assert_eq!(post(&app, "/pay/parcel", &page.form(&typed)).await.status, 303);
    }

    async fn an_address_needs_what_the_post_of_its_country_needs(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let details = PaymentLinkDetails { collect_address: true, ..pottery() };
        payment_link(&app, &access, "parcel", &details).await;
        let table = [
            ("HK", "1 Nathan Road", "", "", true),
            ("QA", "5 Pearl Street", "Doha", "", true),
            ("IE", "2 Quay Street", "Galway", "", true),
            ("SG", "3 Orchard Road", "", "238801", true),
            ("SG", "3 Orchard Road", "", "", false),
            ("DE", "Lindenweg 4", "Kiel", "", false),
            ("DE", "Lindenweg 4", "", "24103", false),
            ("QA", "5 Pearl Street", "", "", false),
            ("Norway", "1 Main St", "Oslo", "0150", false),
            ("", "1 Main St", "Oslo", "0150", false),
        ];
        for (country, street, city, postal_code, is_taken) in table {
            let page = get(&app, "/pay/parcel").await;
            assert!(page.says("<option value=\"US\" selected"), "the business's country is where most customers live");
            let typed = [("name", "Zoë"), ("email", "zoe@example.com"), ("street", street), ("city", city),
                ("region", ""), ("postal_code", postal_code), ("country", country)];
            let answer = post(&app, "/pay/parcel", &page.form(&typed)).await;
            let expected = if is_taken { 303 } else { 422 };
            assert_eq!(answer.status, expected, "{country} {city} {postal_code}: {}", answer.body);
        }
    }

    async fn a_national_number_is_read_in_the_country_of_the_address(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let details = PaymentLinkDetails { collect_address: true, require_phone: true, ..pottery() };
        payment_link(&app, &access, "parcel", &details).await;
        let page = get(&app, "/pay/parcel").await;
        let typed = [("name", "Jörg"), ("email", "joerg@example.com"), ("phone", "0151 23456789"),
            ("street", "Lindenweg 4"), ("city", "Kiel"), ("region", ""), ("postal_code", "24103"), ("country", "DE")];
        assert_eq!(post(&app, "/pay/parcel", &page.form(&typed)).await.status, 303);
        let paid = "select count(*) from payments where payer_phone = '+4915123456789'";
        assert_eq!(count(&app, paid).await, 1);
    }

    async fn links_that_take_no_payments_say_so_calmly(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        payment_link(&app, &access, "off", &pottery()).await;
        change(&app, "update payment_links set status = 'inactive'").await;
        let ended = PaymentLinkDetails { expires_at: Some(app.clock.now() + 1000), ..pottery() };
        payment_link(&app, &access, "ended", &ended).await;
        let open = get(&app, "/pay/ended").await;
        app.clock.advance(1000);
        for (path, status, words) in [
            ("/pay/off", 410, "This payment link is not active"),
            ("/pay/ended", 410, "This payment link has expired"),
            ("/pay/nowhere", 404, "This page does not exist"),
            ("/pay/receipt/pay_1?k=x", 404, "This page does not exist"),
            ("/pay/test/pay_00000000000000000000000000000001?k=x", 404, "This page does not exist"),
        ] {
            let page = get(&app, path).await;
            assert_eq!(page.status, status, "{path}");
            assert!(page.says(words) && page.says("<h1"), "{path}: {}", page.body);
        }
        let late = post(&app, "/pay/ended", &open.form(&[("name", "Zoë"), ("email", "zoe@example.com")])).await;
        assert_eq!(late.status, 410);
        assert_eq!(count(&app, "select count(*) from payments").await, 0);
    }

    async fn a_payment_that_nobody_finishes_expires(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, code) = studio(&app).await;
        let page = get(&app, &get(&app, &format!("/l/{code}")).await.location).await;
        let sent = post(&app, "/pay/pottery", &page.form(&[])).await;
        app.clock.advance(DAY);
        let late = press(&app, &sent.location, "approve").await;
        assert!(get(&app, &late.location).await.says("Payment not finished"));
        assert_eq!(payments_of(&app, &access).await[0].status, PaymentStatus::Expired);
        let again = post(&app, "/pay/pottery", &page.form(&[("attempt", &random_code(22))])).await;
        assert_ne!(again.location, sent.location);
        press(&app, &again.location, "approve").await;
        assert_eq!(payments_of(&app, &access).await.iter().filter(|row| row.status == PaymentStatus::Succeeded).count(), 1);
    }

    async fn when_the_gateway_is_down_nobody_is_charged(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, _) = studio(&app).await;
        let down = with_gateway(&app, Arc::new(Down));
        let fields = [("name", "Zoë"), ("email", "zoe@example.com"), ("quantity-1", "2")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        let page = down.submit_checkout("pottery", &Submission::read(fields), IpAddr::from([192, 0, 2, 1])).await.unwrap();
        let CheckoutPage::Form { view, status, .. } = page else { panic!("the form comes back") };
        assert_eq!((status, view.values.name.as_str(), view.items[1].quantity), (503, "Zoë", 2));
        assert!(view.notice.unwrap().text.contains("You were not charged."));
        assert_eq!(payments_of(&app, &access).await[0].status, PaymentStatus::Failed);
    }

    async fn a_link_at_the_end_of_a_sentence_opens(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, _, code) = studio(&app).await;
        for behind in [".", "%2E", "!", ")", "%E3%80%82", "%D8%9F", "%E2%80%A6", ".%22", "%E3%80%82%E8%B0%A2%E8%B0%A2"] {
            let opened = get(&app, &format!("/l/{code}{behind}")).await;
            assert!(opened.status == 303 && opened.location.starts_with("/pay/pottery?t="), "{behind}: {}", opened.status);
            assert!(get(&app, &format!("/u/{code}{behind}")).await.says("Stop email messages"), "{behind}");
            assert!(get(&app, &format!("/pay/pottery{behind}")).await.says("Pottery, spring class"), "{behind}");
        }
        assert_eq!(get(&app, &format!("/l/{}.", &code[..15])).await.status, 404);
        assert_eq!(get(&app, "/l/.").await.status, 404);
    }

    async fn somebody_who_was_archived_is_not_named_by_their_link(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, code) = studio(&app).await;
        let opened = get(&app, &format!("/l/{code}")).await.location;
        change(&app, "update contacts set archived_at = 1").await;
        for address in [opened, get(&app, &format!("/l/{code}")).await.location] {
            let page = get(&app, &address).await;
            assert_eq!(page.status, 200);
            for name in ["name", "email", "phone"] {
                assert_eq!(page.value(name), "", "{name}");
            }
            assert!(!page.says("Marta") && !page.says("marta@") && !page.says("Not you?"), "{}", page.body);
        }
        // It is still their link: what they pay by it is theirs.
        let page = get(&app, &get(&app, &format!("/l/{code}")).await.location).await;
        let sent = post(&app, "/pay/pottery", &page.form(&[("name", "Zoë"), ("email", "zoe@example.com")])).await;
        press(&app, &sent.location, "approve").await;
        assert!(payments_of(&app, &access).await[0].contact.is_some());
    }

    async fn a_gateways_page_takes_no_money_for_what_was_switched_off_meanwhile(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, code) = studio(&app).await;
        let begin = async || {
            let page = get(&app, &get(&app, &format!("/l/{code}")).await.location).await;
            post(&app, "/pay/pottery", &page.form(&[])).await.location
        };
        let gateway = begin().await;
        for (off, on) in [
            ("update payment_links set status = 'inactive'", "update payment_links set status = 'active'"),
            ("update payment_links set deleted_at = 1", "update payment_links set deleted_at = null"),
            ("update personal_links set revoked_at = 1", "update personal_links set revoked_at = null"),
        ] {
            change(&app, off).await;
            for page in [get(&app, &gateway).await, press(&app, &gateway, "approve").await] {
                assert_eq!(page.status, 410, "{off}");
                assert!(page.says("You were not charged.") && !page.says("Approve"), "{off}: {}", page.body);
            }
            assert_eq!(payments_of(&app, &access).await[0].status, PaymentStatus::Pending, "{off}");
            change(&app, on).await;
        }
        assert!(get(&app, &gateway).await.says("Approve"));
        press(&app, &gateway, "approve").await;
        assert_eq!(payments_of(&app, &access).await[0].status, PaymentStatus::Succeeded);
    }

    async fn a_checkout_that_is_sent_too_often_is_asked_to_wait_and_keeps_what_was_typed(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, link, _) = studio(&app).await;
        let from = IpAddr::from([127, 0, 0, 1]);
        let now = app.clock.now();
        // What a class behind one address sends, and then some.
        while app.service.checkout_pace.take(from, &link, None, now).is_ok() {}
        let page = get(&app, "/pay/pottery").await;
        let typed = [("name", "Zoë <b>"), ("email", "zoe@example.com"), ("phone", "415 555 2671"), ("quantity-1", "3")];
        let answer = app.client.post(app.at("/pay/pottery")).form(&page.form(&typed)).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers()["retry-after"].to_str().unwrap()), (429, "2"));
        let refused = Page::read(answer).await;
        assert!(refused.says("You were not charged. Wait 2 seconds, then press the button again."), "{}", refused.body);
        for (name, value) in typed {
            assert_eq!(refused.value(name), value, "{name}");
        }
        assert!(payments_of(&app, &access).await.is_empty());
        app.clock.advance(2_000);
        assert_eq!(post(&app, "/pay/pottery", &refused.form(&typed)).await.status, 303);
    }

    async fn what_nobody_finished_is_kept_for_a_month_and_then_forgotten(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, code) = studio(&app).await;
        let typed = [("name", "Zoë"), ("email", "zoe@example.com")];
        let paid = post(&app, "/pay/pottery", &get(&app, "/pay/pottery").await.form(&typed)).await;
        press(&app, &paid.location, "approve").await;
        let page = get(&app, &get(&app, &format!("/l/{code}")).await.location).await;
        post(&app, "/pay/pottery", &page.form(&[])).await;
        post(&app, "/pay/pottery", &get(&app, "/pay/pottery").await.form(&typed)).await;
        app.clock.advance(31 * DAY - 1);
        app.service.forget_now().await.unwrap();
        assert_eq!(payments_of(&app, &access).await.len(), 3);
        app.clock.advance(2);
        app.service.forget_now().await.unwrap();
        let kept: Vec<_> = payments_of(&app, &access).await.iter().map(|row| (row.status, row.contact.is_some())).collect();
        assert_eq!(kept.len(), 2);
        assert!(kept.contains(&(PaymentStatus::Succeeded, false)), "what was paid stays");
        assert!(kept.contains(&(PaymentStatus::Expired, true)), "and what a contact's timeline tells of");
    }

    async fn a_flood_of_openings_is_a_row_a_minute_and_later_a_row_a_day(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, code) = studio(&app).await;
        let opened = get(&app, &format!("/l/{code}")).await.location;
        for minute in 0..3 {
            for _ in 0..10 {
                get(&app, "/pay/pottery").await;
                get(&app, &opened).await;
                app.client.post(app.at("/pay/pottery/view")).send().await.unwrap();
                app.clock.advance(1);
            }
            // Part by part, as they come: the row of the minute grows.
            app.service.write_openings().await.unwrap();
            app.clock.advance(60_000 - 10);
            assert_eq!(count(&app, "select count(*) from openings").await, 3 * (minute + 1));
        }
        let times = "select cast(sum(times) as bigint) from openings where kind = 'human'";
        assert_eq!(count(&app, times).await, 30);
        app.clock.advance(91 * DAY);
        get(&app, "/pay/pottery").await;
        app.service.write_openings().await.unwrap();
        for _ in 0..2 {
            app.service.forget_now().await.unwrap();
            assert_eq!(count(&app, "select count(*) from openings").await, 4, "three signs on one day, and today's");
            assert_eq!(count(&app, times).await, 30);
        }
        assert_eq!(count(&app, "select max(last_at) - min(created_at) from openings where kind = 'human'").await, 120_009);
        drop(access);
    }

    async fn a_name_is_text_wherever_it_stands(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("<script>alert(1)</script>", "owner@example.com").await;
        let details = PaymentLinkDetails { name: "</title><script>alert(2)</script>".to_owned(), ..pottery() };
        let link = payment_link(&app, &access, "hostile", &details).await;
        let hostile = contact(&app, &access, "</script><script>alert(3)</script>", "\"'<", "a@example.com").await;
        let code = personal_link(&app, &access, &link, &hostile).await;
        let page = get(&app, &get(&app, &format!("/l/{code}")).await.location).await;
        assert_eq!(page.status, 200);
        assert!(!page.says("<script>alert") && !page.says("</script><script>alert"));
        assert_eq!(page.body.matches("</script>").count(), page.body.matches("<script").count());
    }

    async fn one_click_stops_email_and_opening_the_page_does_not(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, _, code) = studio(&app).await;
        let address = format!("/u/{code}");
        for _ in 0..3 {
            let page = get(&app, &address).await;
            assert!(page.status == 200 && page.says("Stop email messages") && page.says("Studio Nord") && !page.says("marta"));
            app.client.head(app.at(&address)).send().await.unwrap();
        }
        assert_eq!(count(&app, "select count(*) from consents").await, 0);
        assert_eq!(count(&app, "select count(*) from contacts where email_dnd_at is not null").await, 0);
        change(&app, "update personal_links set revoked_at = 1").await;
        for _ in 0..2 {
            let done = post(&app, &address, &[("List-Unsubscribe".to_owned(), "One-Click".to_owned())]).await;
            assert!(done.status == 200 && done.location.is_empty() && done.says("You will get no more email"));
        }
        assert_eq!(count(&app, "select count(*) from contacts where email_dnd_at is not null and sms_dnd_at is null").await, 1);
        assert_eq!(count(&app, "select count(*) from consents where channel = 'email' and dnd = 1 and source = 'opt_out_link'").await, 1);
        assert_eq!(post(&app, "/u/0000000000000000", &[]).await.status, 404);
    }

    async fn the_business_sees_its_payments_and_nobody_elses(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, _, _) = studio(&app).await;
        let other = app.owner("Other", "other@example.com").await;
        for (name, email, outcome) in [("Zoë Ångström", "zoe@example.com", "approve"), ("=1+1", "eve@example.com", "decline")] {
            let page = get(&app, "/pay/pottery").await;
            let sent = post(&app, "/pay/pottery", &page.form(&[("name", name), ("email", email)])).await;
            press(&app, &sent.location, outcome).await;
            app.clock.advance(1000);
        }
        let names = async |search: &str, status| {
            let query = TransactionQuery { search: search.to_owned(), status, page: 1 };
            let found = app.service.list_transactions(&access, query).await.unwrap();
            assert_eq!(found.page.total, found.page.rows.len() as u64);
            found.page.rows.into_iter().map(|row| row.customer_name).collect::<Vec<_>>()
        };
        assert_eq!(names("", None).await, ["=1+1", "Zoë Ångström"]);
        assert_eq!(names("angst", None).await, ["Zoë Ångström"]);
        assert_eq!(names("EVE@", None).await, ["=1+1"]);
        assert_eq!(names("pottery", Some(PaymentStatus::Succeeded)).await, ["Zoë Ångström"]);
        assert_eq!(names("%", None).await, Vec::<String>::new());
        assert!(payments_of(&app, &other).await.is_empty());
        let csv = whole(app.service.export_transactions(access.clone(), TransactionQuery::default())).await;
        assert_eq!(csv.lines().count(), 3);
        assert!(csv.contains("\"'=1+1\"") && csv.contains("Zoë Ångström"), "{csv}");
        let theirs = whole(app.service.export_transactions(other, TransactionQuery::default())).await;
        assert_eq!(theirs.lines().count(), 1);
    }
}

/// A gateway that never answers.
#[derive(Debug)]
struct Down;

#[async_trait]
impl PaymentGateway for Down {
    fn name(&self) -> &'static str {
        "down"
    }

    fn small_print(&self) -> &'static str {
        ""
    }

    async fn open(&self, _order: &Order) -> Result<String, GatewayError> {
        Err(GatewayError::Unavailable)
    }
}

/// The same product with another gateway.
fn with_gateway(app: &TestApp, gateway: Arc<dyn PaymentGateway>) -> Service {
    let config = app.service.config.clone();
    let keys = SigningKeys::parse(config.signing.keys.as_ref().unwrap().expose()).unwrap();
    let tokens = Tokens::new(&keys, config.http.public_url.as_str()).unwrap();
    Service::new(Parts {
        db: app.service.db.clone(),
        clock: Arc::clone(&app.clock) as Arc<dyn Clock>,
        tokens,
        gateway,
        openings: Openings::default(),
        checkout_pace: Pace::default(),
        passwords: Passwords::default(),
        log_ins: LogIns::new(&keys).unwrap(),
        messengers: app.service.messengers.clone(),
        watch: server::restored::Watch::new(&config.store),
        test_rate: Rate::new(TESTS_PER_MINUTE, 60_000),
        config,
    })
}
