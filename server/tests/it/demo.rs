//! The demo: a business that looks alive, filled once.

use crate::{app::TestApp, both_engines};
use app::{
    backend::{Campaigns as _, Contacts as _, Ledger as _, Templates as _},
    channel::Channel,
    contacts::ContactQuery,
    eligibility::{Facts, Reason, Warning, judge},
};
use server::{clock::Clock as _, db, demo};
use std::collections::BTreeSet;

async fn words(app: &TestApp, sql: &'static str) -> BTreeSet<String> {
    let mut reader = app.service.db.read().await.expect("a connection");
    sqlx::query_scalar(sql).fetch_all(&mut *reader).await.expect("rows").into_iter().collect()
}

async fn count(app: &TestApp, sql: &'static str) -> i64 {
    let mut reader = app.service.db.read().await.expect("a connection");
    sqlx::query_scalar(sql).fetch_one(&mut *reader).await.expect("a count")
}

both_engines! {
    async fn the_demo_shows_every_kind_of_outcome(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        demo::fill(&app.service, 0).await.expect("a demo");
        let statuses = words(&app, "select distinct status from deliveries").await;
        let expected =
            ["canceled", "delivered", "failed", "held", "queued", "sent", "suppressed", "undelivered", "unknown"].map(str::to_owned);
        assert_eq!(statuses, expected.into());
        let payments = words(&app, "select distinct status from payments").await;
        assert_eq!(payments, ["canceled", "expired", "failed", "refunded", "succeeded"].map(str::to_owned).into());
        let links = words(&app, "select status from payment_links").await;
        assert_eq!(links, ["active", "inactive"].map(str::to_owned).into());
        let reports = words(&app, "select distinct outcome from delivery_reports").await;
        assert_eq!(reports, ["delivered", "undelivered"].map(str::to_owned).into());
        assert_eq!(count(&app, "select count(*) from payment_links").await, 4);
        let mut reader = app.service.db.read().await.expect("a connection");
        for channel in Channel::ALL {
            let due_at = db::deliveries::next_due_at(&mut *reader, channel).await.expect("an answer");
            assert!(due_at.is_none_or(|due_at| due_at > app.clock.now() + 86_400_000), "nothing leaves by itself today");
        }
        let waiting = "select count(*) from deliveries where due_at is not null and channel = 'sms'";
        assert_eq!(count(&app, waiting).await, 0, "no text ever leaves by itself: the numbers may be somebody's");
        assert!(count(&app, "select count(*) from outbox_messages").await > 20);
        assert_eq!(count(&app, "select count(*) from payments where settled_at is null").await, 0);
    }

    async fn the_people_of_the_demo_have_the_flaws_of_a_real_list(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let login = demo::fill(&app.service, 0).await.expect("a demo");
        let access = app.access(login.email).await;
        let mut reasons = BTreeSet::new();
        let (mut eligible, mut total) = (0, 0);
        for (page, archived) in [(1, false), (2, false), (3, false), (1, true)] {
            let query = ContactQuery { page, archived, ..ContactQuery::default() };
            for contact in app.service.list_contacts(&access, query).await.expect("a page").rows {
                let verdict = judge(&Facts::of(&contact), &Channel::ALL);
                eligible += i32::from(verdict.reasons.is_empty());
                total += 1;
                reasons.extend(verdict.reasons);
            }
        }
        assert_eq!((eligible, total), (33, 42));
        // Who else is chosen, how somebody was asked before and what became of a request is no flaw of a contact.
        let of_a_contact = |reason: &Reason| {
            !matches!(reason, Reason::Duplicate | Reason::WeeklyCap) && !Warning::is(*reason) && !reason.ends_request()
        };
        assert_eq!(reasons, Reason::ALL.into_iter().filter(of_a_contact).collect());
        assert!(words(&app, "select distinct reasons from deliveries").await.iter().any(|reasons| reasons.contains("duplicate")));
        let planned = words(&app, "select email_subject from reminders where made_at is null").await;
        assert!(planned.contains("A reminder from {{ business.name }}"));
        let templates = app.service.list_templates(&access, Channel::Email).await.expect("a list");
        assert_eq!(templates.len(), 3);
    }

    async fn the_record_of_the_demo_holds_what_it_shows(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let login = demo::fill(&app.service, 0).await.expect("a demo");
        let access = app.access(login.email).await;
        let check = app.service.check_ledger(&access).await.expect("an answer");
        assert!(check.is_whole(), "{check}");
        let kinds = words(&app, "select distinct kind from ledger_entries").await;
        let expected = ["attempt", "campaign", "consent", "control", "payment", "report", "stopped"].map(str::to_owned);
        assert_eq!(kinds, expected.into());
        for (kind, rows) in [
            ("campaign", "select count(*) from campaigns"),
            ("attempt", "select count(*) from delivery_attempts"),
            ("report", "select count(*) from delivery_reports"),
        ] {
            let mut reader = app.service.db.read().await.expect("a connection");
            let sql = "select count(*) from ledger_entries where kind = $1";
            let recorded: i64 = sqlx::query_scalar(sql).bind(kind).fetch_one(&mut *reader).await.expect("a count");
            drop(reader);
            assert_eq!(recorded, count(&app, rows).await, "{kind}");
        }
    }

    async fn every_campaign_of_the_demo_can_be_reported(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let login = demo::fill(&app.service, 0).await.expect("a demo");
        let access = app.access(login.email).await;
        let mut reader = app.service.db.read().await.expect("a connection");
        let campaigns = db::campaigns::list(&mut *reader, access.business(), 10, 0).await.expect("a list");
        assert_eq!(campaigns.len(), 6);
        let now = app.clock.now();
        for campaign in campaigns {
            let (counts, amounts) =
                db::results::campaign_figures(&mut reader, access.business(), &campaign.id).await.expect("counts");
            assert!(counts.people >= counts.sent && counts.sent >= counts.opened && counts.opened >= counts.paid, "{counts:?}");
            let is_over = campaign.paused_at.is_none() && campaign.starts_at.is_none_or(|at| at <= now);
            assert!(counts.people > 0 && (counts.paid > 0 && amounts.len() == 1 || !is_over), "{counts:?}");
            let progress = app.service.campaign_progress(&access, campaign.id).await.expect("progress");
            assert_eq!(progress.is_done(), is_over, "{progress:?}");
            assert_eq!(progress.held + progress.queued == 0, is_over, "{progress:?}");
        }
    }

    async fn the_demo_is_filled_once_and_grows_to_the_size_that_was_asked_for(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let first = demo::fill(&app.service, 300).await.expect("a demo");
        assert_eq!(count(&app, "select count(*) from contacts").await, 300);
        assert_eq!(count(&app, "select count(distinct phone) from contacts where phone is not null").await, 291);
        app.clock.advance(86_400_000);
        let second = demo::fill(&app.service, 600).await.expect("a demo");
        assert_eq!((first.email, first.password, first.checkout_url), (second.email, second.password, second.checkout_url));
        assert_eq!(count(&app, "select count(*) from contacts").await, 300);
        assert_eq!(count(&app, "select count(*) from businesses").await, 1);
    }
}
