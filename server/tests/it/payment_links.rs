//! Payment links: made, found, changed by two, taken away, and copied for one contact.

use crate::{
    app::{BEGIN, TestApp, cookie},
    both_engines,
};
use app::{
    account::Access,
    backend::{Contacts as _, PaymentLinks as _},
    contacts::ContactForm,
    error::Error,
    id::{ContactId, PaymentLinkId},
    payment_links::{LineItemForm, LinkStatus, PaymentLink, PaymentLinkForm, PaymentLinkQuery},
};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

fn form(name: &str) -> PaymentLinkForm {
    let item = LineItemForm {
        item: "Spring class".into(),
        price: "90.00".into(),
        quantity: "1".into(),
        ..LineItemForm::default()
    };
    PaymentLinkForm {
        name: name.into(),
        items: vec![item],
        currency: "USD".into(),
        after_payment: "message".into(),
        button_text: "pay".into(),
        personal_link_days: "30".into(),
        ..PaymentLinkForm::default()
    }
}

async fn saved(app: &TestApp, owner: &Access, name: &str) -> PaymentLink {
    app.service.save_payment_link(owner, form(name)).await.expect("a saved link")
}

async fn contact(app: &TestApp, owner: &Access) -> ContactId {
    let form = ContactForm { first_name: "Zoë".into(), ..ContactForm::default() };
    app.service.create_contact(owner, form).await.expect("a contact")
}

async fn names(app: &TestApp, owner: &Access, query: PaymentLinkQuery) -> Vec<String> {
    let list = app.service.list_payment_links(owner, query).await.expect("a list");
    list.page.rows.into_iter().map(|link| link.details.name).collect()
}

both_engines! {
    async fn a_link_is_made_active_with_its_own_public_address(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let editor = app.service.new_payment_link(&owner).await.expect("an editor");
        assert_eq!((editor.business.as_str(), editor.form.currency.as_str()), ("Studio Nord", "USD"));

        let link = saved(&app, &owner, "  Pottery,  spring class ").await;
        assert_eq!(link.details.name, "Pottery, spring class");
        assert_eq!(link.details.price(), Ok("$90.00".to_owned()));
        assert_eq!((link.status, link.version, link.created_at), (LinkStatus::Active, 1, BEGIN));
        assert_eq!(link.url, app.at(&format!("/pay/{}", link.slug)));
        let other = saved(&app, &owner, "Kiln").await;
        assert_ne!(link.slug, other.slug);
        assert_eq!(app.service.payment_link(&owner, link.id.clone()).await, Ok(link));
    }

    async fn the_list_is_searched_by_any_part_of_the_name_and_filtered_by_status(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        for name in ["Pottery", "Kiln 100%", "Töpfern"] {
            saved(&app, &owner, name).await;
            app.clock.advance(1000);
        }
        let by = |search: &str| PaymentLinkQuery { search: search.into(), ..PaymentLinkQuery::default() };
        assert_eq!(names(&app, &owner, by("")).await, ["Töpfern", "Kiln 100%", "Pottery"]);
        assert_eq!(names(&app, &owner, by("TOPF")).await, ["Töpfern"]);
        assert_eq!(names(&app, &owner, by("0%")).await, ["Kiln 100%"]);
        assert!(names(&app, &owner, by("_")).await.is_empty());

        let kiln = app.service.list_payment_links(&owner, by("kiln")).await.expect("a list").page.rows.remove(0);
        app.service.set_payment_link_status(&owner, kiln.id, LinkStatus::Inactive).await.expect("a change");
        let inactive = PaymentLinkQuery { status: Some(LinkStatus::Inactive), ..by("") };
        assert_eq!(names(&app, &owner, inactive).await, ["Kiln 100%"]);
        let active = PaymentLinkQuery { status: Some(LinkStatus::Active), ..by("") };
        assert_eq!(names(&app, &owner, active).await, ["Töpfern", "Pottery"]);
    }

    async fn twenty_links_make_a_page(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        for number in 1..=21 {
            saved(&app, &owner, &format!("Link {number}")).await;
            app.clock.advance(1000);
        }
        let list = app.service.list_payment_links(&owner, PaymentLinkQuery::default()).await.expect("a list");
        assert_eq!((list.page.rows.len(), list.page.total, list.page.count()), (20, 21, 2));
        let second = PaymentLinkQuery { page: 2, ..PaymentLinkQuery::default() };
        assert_eq!(names(&app, &owner, second).await, ["Link 1"]);
    }

    async fn the_second_of_two_saves_is_told_and_loses_nothing(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let link = saved(&app, &owner, "Pottery").await;
        let opened = app.service.edit_payment_link(&owner, link.id.as_str()).await.expect("an editor").form;
        let first = PaymentLinkForm { name: "Pottery A".into(), ..opened.clone() };
        let second = PaymentLinkForm { name: "Pottery B".into(), ..opened };
        let kept = app.service.save_payment_link(&owner, first).await.expect("the first save");
        assert_eq!(kept.version, 2);

        let told = app.service.save_payment_link(&owner, second.clone()).await;
        assert!(matches!(&told, Err(Error::Conflict(text)) if text.contains("changed meanwhile")), "{told:?}");
        let now = app.service.payment_link(&owner, link.id.clone()).await.expect("the link");
        assert_eq!(now.details.name, "Pottery A");

        let over = PaymentLinkForm { version: now.version, ..second };
        let kept = app.service.save_payment_link(&owner, over).await.expect("a save over it");
        assert_eq!((kept.details.name.as_str(), kept.version), ("Pottery B", 3));
        assert_eq!((kept.slug, kept.created_at), (link.slug, link.created_at));
    }

    async fn a_refused_save_changes_nothing(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let wrong = PaymentLinkForm { brand_color: "#ffff00".into(), ..form("") };
        let refused = app.service.save_payment_link(&owner, wrong).await.expect_err("a refusal");
        assert!(refused.message_for("name").is_some() && refused.message_for("brand_color").is_some());
        assert!(names(&app, &owner, PaymentLinkQuery::default()).await.is_empty());
    }

    async fn a_plain_form_that_is_refused_comes_back_as_it_was_typed(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let link = saved(&app, &owner, "Pottery").await;
        let session = app.log_in("owner@example.com").await;
        let page = format!("/payments/links/{}", link.id);
        let typed = [
            ("form[id]", link.id.as_str()),
            ("form[version]", "1"),
            ("form[name]", "Töpfern & mehr"),
            ("form[items][0][row]", "0"),
            ("form[items][0][item]", "Spring class"),
            ("form[items][0][price]", "1.234"),
            ("form[items][0][quantity]", "1"),
            ("form[currency]", "EUR"),
        ];
        let save = app.client.post(app.at("/api/fn/save_payment_link")).header("cookie", &session).form(&typed);
        let save = save.header("origin", &app.url).header("accept", "text/html").header("referer", app.at(&page));
        let refused = save.send().await.expect("an answer");
        assert_eq!(refused.status(), 303);
        let back = refused.headers()["location"].to_str().expect("an address").to_owned();
        assert!(back.starts_with(&page), "{back}");
        let set = refused.headers()["set-cookie"].to_str().expect("a cookie").to_owned();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.contains("Path=/payments/links;"), "{set}");
        let kept = cookie(&refused).expect("what was typed");
        let shown = app.open(&format!("{session}; {kept}"), &back).await;
        assert!(cookie(&shown).is_some_and(|cleared| cleared == "typed="), "it is shown once");
        let shown = shown.text().await.expect("a page");
        assert!(shown.contains("value=\"1.234\"") && shown.contains("value=\"Töpfern &amp; mehr\""), "as typed");
        assert!(shown.contains("Type 1234 or 1.23 to say which."), "with the reason");
        // Another link's page shows its own fields, and nothing was saved.
        let other = saved(&app, &owner, "Garden").await;
        let other = app.open(&format!("{session}; {kept}"), &format!("/payments/links/{}", other.id)).await;
        assert!(!other.text().await.expect("a page").contains("value=\"1.234\""));
        let editor = app.service.edit_payment_link(&owner, link.id.as_str()).await.expect("the link");
        assert_eq!((editor.form.name.as_str(), editor.form.version, editor.typed), ("Pottery", 1, None));
    }

    async fn a_deleted_link_is_gone_and_its_row_is_kept(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let link = saved(&app, &owner, "Pottery").await;
        app.service.delete_payment_link(&owner, link.id.clone()).await.expect("a deletion");
        assert_eq!(app.service.payment_link(&owner, link.id.clone()).await, Err(Error::NotFound));
        assert_eq!(app.service.delete_payment_link(&owner, link.id.clone()).await, Err(Error::NotFound));
        assert!(names(&app, &owner, PaymentLinkQuery::default()).await.is_empty());
        let mut conn = app.service.db.read().await.expect("a connection");
        let kept: i64 = sqlx::query_scalar("select count(*) from payment_links where id = $1 and deleted_at is not null")
            .bind(link.id.as_str())
            .fetch_one(&mut *conn)
            .await
            .expect("a count");
        assert_eq!(kept, 1);
    }

    async fn a_contact_has_one_personal_link_for_copying_until_it_ends(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let link = saved(&app, &owner, "Pottery").await;
        let zoe = contact(&app, &owner).await;
        let copy = || app.service.copy_personal_link(&owner, link.id.clone(), zoe.clone());
        let first = copy().await.expect("a personal link");
        assert!(first.url.starts_with(&app.at("/l/")) && first.url.len() >= app.at("/l/").len() + 12);
        assert_eq!(first.expires_at, BEGIN + 30 * DAY_MS);
        app.clock.advance(DAY_MS);
        assert_eq!(copy().await.expect("the same"), first);

        app.clock.advance(30 * DAY_MS);
        let second = copy().await.expect("a new one");
        assert_ne!(second.url, first.url);
        assert_eq!(copy().await.expect("the same"), second);
    }

    async fn one_business_reaches_nothing_of_another(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let stranger = app.owner("Other", "other@example.com").await;
        let link = saved(&app, &owner, "Pottery").await;
        let (ours, theirs) = (contact(&app, &owner).await, contact(&app, &stranger).await);
        let own = saved(&app, &stranger, "Own").await;
        let service = &app.service;
        let id = || link.id.clone();
        let take_over = PaymentLinkForm { id: id().to_string(), version: 1, ..form("Mine now") };

        assert_eq!(service.payment_link(&stranger, id()).await, Err(Error::NotFound));
        assert_eq!(service.edit_payment_link(&stranger, id().as_str()).await, Err(Error::NotFound));
        assert_eq!(service.save_payment_link(&stranger, take_over).await, Err(Error::NotFound));
        let stop = service.set_payment_link_status(&stranger, id(), LinkStatus::Inactive).await;
        assert_eq!(stop, Err(Error::NotFound));
        assert_eq!(service.delete_payment_link(&stranger, id()).await, Err(Error::NotFound));
        assert_eq!(service.standard_link_code(&stranger, id()).await, Err(Error::NotFound));
        assert_eq!(service.copy_personal_link(&stranger, id(), theirs).await, Err(Error::NotFound));
        assert_eq!(service.copy_personal_link(&stranger, own.id, ours).await, Err(Error::NotFound));
        assert_eq!(names(&app, &stranger, PaymentLinkQuery::default()).await, ["Own"]);
        assert_eq!(service.payment_link(&owner, id()).await, Ok(link.clone()));
        assert_eq!(service.edit_payment_link(&owner, "plink_").await, Err(Error::NotFound));
        let unknown: PaymentLinkId = "plink_00000000000000000000000000000000".parse().expect("an id");
        assert_eq!(service.payment_link(&owner, unknown).await, Err(Error::NotFound));
    }

    async fn the_qr_code_of_the_standard_link_has_its_quiet_zone(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let owner = app.owner("Studio Nord", "owner@example.com").await;
        let link = saved(&app, &owner, "Pottery").await;
        let code = app.service.standard_link_code(&owner, link.id).await.expect("a code");
        assert!(code.size >= 29 && code.path.starts_with("M4 4h1v1h-1z"), "{}", code.size);
    }
}
