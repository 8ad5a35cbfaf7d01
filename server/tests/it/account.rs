//! Set-up, log-in, sessions and settings, from the outside.

use crate::{
    app::{PASSWORD, TestApp, cookie},
    both_engines,
};
use app::backend::Accounts as _;
use reqwest::StatusCode;

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;

const SET_UP: [(&str, &str); 5] = [
    ("form[business_name]", "Studio Nord"),
    ("form[country]", "DE"),
    ("form[currency]", "EUR"),
    ("form[email]", "Owner@Example.com"),
    ("form[password]", PASSWORD),
];

fn log_in_form<'a>(email: &'a str, password: &'a str) -> [(&'static str, &'a str); 2] {
    [("form[email]", email), ("form[password]", password)]
}

async fn is_signed_in(app: &TestApp, cookie: &str) -> bool {
    match app.call(cookie, "current_business", &[]).await.status() {
        StatusCode::OK => true,
        StatusCode::UNAUTHORIZED => false,
        other => panic!("{other}"),
    }
}

both_engines! {
    async fn the_first_owner_sets_up_the_business_and_nobody_after_them(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        assert_eq!(app.open("", "/settings").await.headers()["location"], "/setup");
        let answer = app.call("", "create_account", &SET_UP).await;
        assert_eq!(answer.status(), 200);
        let session = cookie(&answer).unwrap();
        let business = app.call(&session, "current_business", &[]).await.text().await.unwrap();
        assert!(business.contains("Studio Nord") && business.contains("EUR"), "{business}");
        let again = app.call("", "create_account", &SET_UP).await;
        assert_eq!(again.status(), StatusCode::CONFLICT);
        assert!(cookie(&again).is_none());
        assert_eq!(app.open("", "/setup").await.headers()["location"], "/login");
        // The address was typed with capitals; it is one address all the same.
        app.log_in("owner@example.com").await;
    }

    async fn of_two_first_owners_at_the_same_moment_one_is_let_in(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let mut other = SET_UP;
        other[3].1 = "other@example.com";
        let both = futures::join!(app.call("", "create_account", &SET_UP), app.call("", "create_account", &other));
        let mut statuses = [both.0.status().as_u16(), both.1.status().as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409]);
    }

    async fn a_business_begins_with_the_currency_of_its_country(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let mut form = SET_UP;
        form[2].1 = "";
        let answer = app.call("", "create_account", &form).await;
        assert_eq!(answer.status(), 200);
        let session = cookie(&answer).unwrap();
        let business = app.call(&session, "current_business", &[]).await.text().await.unwrap();
        assert!(business.contains("EUR"), "{business}");
    }

    async fn a_form_that_is_not_right_names_every_field(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let form = [
            ("form[business_name]", " "),
            ("form[country]", "XX"),
            ("form[currency]", "EURO"),
            ("form[email]", "owner"),
            ("form[password]", "short"),
        ];
        let answer = app.call("", "create_account", &form).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
        let text = answer.text().await.unwrap();
        for field in ["business_name", "country", "currency", "email", "password"] {
            assert!(text.contains(&format!("\"field\":\"{field}\"")), "{field}: {text}");
        }
    }

    async fn a_wrong_password_and_an_unknown_email_answer_alike(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let wrong = app.call("", "start_session", &log_in_form("owner@example.com", "not the password")).await;
        let unknown = app.call("", "start_session", &log_in_form("nobody@example.com", "not the password")).await;
        let long = app.call("", "start_session", &log_in_form("nobody@example.com", &"x".repeat(5000))).await;
        for answer in [&wrong, &unknown, &long] {
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
            assert!(cookie(answer).is_none());
        }
        let wrong = wrong.text().await.unwrap();
        assert_eq!(wrong, unknown.text().await.unwrap());
        assert_eq!(wrong, long.text().await.unwrap());
    }

    async fn a_session_ends_with_log_out_and_each_log_in_has_a_new_one(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let (first, second) = (app.log_in("owner@example.com").await, app.log_in("owner@example.com").await);
        assert_ne!(first, second);
        let answer = app.call(&first, "end_session", &[]).await;
        assert_eq!(answer.status(), 200);
        assert!(answer.headers()["set-cookie"].to_str().unwrap().contains("Max-Age=0"));
        assert_eq!(answer.headers()["clear-site-data"], "\"cache\", \"storage\"");
        assert!(!is_signed_in(&app, &first).await);
        assert!(is_signed_in(&app, &second).await);
    }

    async fn a_session_ends_an_hour_after_its_last_use_and_a_day_after_log_in(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let idle = app.log_in("owner@example.com").await;
        app.clock.advance(59 * MINUTE);
        assert!(is_signed_in(&app, &idle).await);
        app.clock.advance(59 * MINUTE);
        assert!(is_signed_in(&app, &idle).await, "its use a while ago counts");
        app.clock.advance(60 * MINUTE);
        assert!(!is_signed_in(&app, &idle).await);

        let busy = app.log_in("owner@example.com").await;
        for _ in 0..47 {
            app.clock.advance(HOUR / 2);
            assert!(is_signed_in(&app, &busy).await);
        }
        app.clock.advance(HOUR / 2);
        assert!(!is_signed_in(&app, &busy).await);
    }

    async fn only_misses_count_and_the_sixth_in_a_minute_is_answered_slowly(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        for _ in 0..8 {
            app.log_in("owner@example.com").await;
        }
        let wrong = log_in_form("owner@example.com", "not the password");
        for _ in 0..5 {
            assert_eq!(app.call("", "start_session", &wrong).await.status(), StatusCode::UNAUTHORIZED);
        }
        // From now on answers come slowly, and from one network only one is waited for.
        let crowd = futures::future::join_all((0..10).map(|_| app.call("", "start_session", &wrong))).await;
        let (slow, refused): (Vec<_>, Vec<_>) = crowd.iter().partition(|answer| answer.status() == StatusCode::UNAUTHORIZED);
        assert_eq!((slow.len(), refused.len()), (1, 9));
        for answer in refused {
            assert_eq!(answer.status(), StatusCode::TOO_MANY_REQUESTS);
            assert_eq!(answer.headers()["retry-after"], "2");
        }
        // Slowly, but a person who knows the password is let in.
        app.log_in("owner@example.com").await;
    }

    async fn whoever_guesses_at_an_account_does_not_keep_its_owner_out(store: TestStore) {
        let app = TestApp::start(store, &[("TRUSTED_PROXIES", "127.0.0.1")]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let try_from = |address: String, password: &'static str, cookie: String| {
            let (app, url) = (&app, app.url.clone());
            async move {
                let request = app.client.post(app.at("/api/fn/start_session")).header("origin", url);
                let request = request.header("x-forwarded-for", address).header("cookie", cookie);
                request.form(&log_in_form("owner@example.com", password)).send().await.unwrap()
            }
        };
        let first = try_from("203.0.113.1".to_owned(), PASSWORD, String::new()).await;
        let lines: Vec<_> = first.headers().get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
        let device = lines.iter().find(|line| line.starts_with("device=")).expect("a device that is known").to_owned();
        assert!(device.contains("; HttpOnly") && device.contains("; SameSite=Lax"), "{device}");
        let device = device.split(';').next().unwrap().to_owned();

        // A wrong password each six seconds, from the owner's own network: what is not answered at once is answered slowly.
        for _ in 0..12 {
            app.clock.advance(6_000);
            let answer = try_from("203.0.113.1".to_owned(), "not the password", format!("{device}x")).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        }
        let home = try_from("203.0.113.1".to_owned(), PASSWORD, String::new()).await;
        assert_eq!(home.status(), StatusCode::OK, "even a device that was never here");
        // Many networks at once.
        let crowd = (0..60).map(|n| try_from(format!("198.51.100.{n}"), "not the password", String::new()));
        let known = try_from("203.0.113.1".to_owned(), PASSWORD, device);
        let (_, known) = futures::join!(futures::future::join_all(crowd), known);
        assert_eq!(known.status(), StatusCode::OK, "a device that was let in before is let in at once");
        // Another device of the owner waits a little.
        let other = try_from("203.0.113.9".to_owned(), PASSWORD, String::new()).await;
        assert_eq!(other.status(), StatusCode::OK);
    }

    async fn one_address_cannot_try_many_accounts_whatever_it_claims_to_be(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let mut refused = None;
        for number in 0..21 {
            let email = format!("guess{number}@example.com");
            let answer = app
                .client
                .post(app.at("/api/fn/start_session"))
                .header("origin", &app.url)
                .header("x-forwarded-for", format!("203.0.113.{number}"))
                .form(&log_in_form(&email, "not the password"))
                .send()
                .await
                .unwrap();
            refused = Some(answer);
        }
        let refused = refused.unwrap();
        assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(refused.headers()["retry-after"], "3");
    }

    async fn a_user_who_is_shut_out_is_out_at_once(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        let mut tx = app.service.db.begin().await.unwrap();
        sqlx::query("update users set disabled_at = 1").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        assert!(!is_signed_in(&app, &session).await);
        let form = log_in_form("owner@example.com", PASSWORD);
        assert_eq!(app.call("", "start_session", &form).await.status(), StatusCode::UNAUTHORIZED);
    }

    async fn log_in_works_without_scripts_and_says_there_what_is_wrong(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let page = app.open("", "/login").await.text().await.unwrap();
        assert!(page.contains("action=\"/api/fn/start_session\"") && page.contains("Log in"), "{page}");
        let send = |password: &'static str| {
            app.client
                .post(app.at("/api/fn/start_session"))
                .header("origin", &app.url)
                .header("accept", "text/html,*/*")
                .header("referer", app.at("/login"))
                .form(&log_in_form("owner@example.com", password))
                .send()
        };
        let wrong = send("not the password").await.unwrap();
        assert_eq!(wrong.status(), StatusCode::SEE_OTHER);
        let back = wrong.headers()["location"].to_str().unwrap().to_owned();
        assert!(back.starts_with("/login?"), "{back}");
        let told = app.open("", &back).await.text().await.unwrap();
        assert!(told.contains("The email or the password is wrong."), "{told}");
        let right = send(PASSWORD).await.unwrap();
        assert_eq!(right.status(), StatusCode::SEE_OTHER);
        assert_eq!(right.headers()["location"], "/payments/links");
        assert!(is_signed_in(&app, &cookie(&right).unwrap()).await);
    }

    async fn the_cookie_is_for_this_host_alone_where_the_address_is_https(store: TestStore) {
        let app = TestApp::start(store, &[("PUBLIC_URL", "https://pay.example.com")]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let answer = app
            .client
            .post(app.at("/api/fn/start_session"))
            .header("origin", "https://pay.example.com")
            .form(&log_in_form("owner@example.com", PASSWORD))
            .send()
            .await
            .unwrap();
        let line = answer.headers()["set-cookie"].to_str().unwrap();
        assert!(line.starts_with("__Host-sid="), "{line}");
        for part in ["; Secure", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(line.contains(part), "{line}");
        }
        let mut reader = app.service.db.read().await.unwrap();
        let stored: String = sqlx::query_scalar("select id_hash from sessions").fetch_one(&mut *reader).await.unwrap();
        assert!(!line.contains(&stored), "the database holds only a digest");
    }

    async fn the_owner_changes_the_business_and_a_member_does_not(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let session = app.log_in("owner@example.com").await;
        let form = [("form[name]", "Studio Süd"), ("form[country]", "AT"), ("form[currency]", "EUR")];
        assert_eq!(app.call(&session, "save_business", &form).await.status(), 200);
        let settings = app.call(&session, "current_settings", &[]).await.text().await.unwrap();
        assert!(settings.contains("Studio Süd") && settings.contains("\"AT\""), "{settings}");
        let mut tx = app.service.db.begin().await.unwrap();
        sqlx::query("update users set role = 'member'").execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(app.call(&session, "save_business", &form).await.status(), StatusCode::FORBIDDEN);
        assert!(!app.service.needs_setup().await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_that_are_asked_for_at_the_same_time_are_all_answered() {
    let app = TestApp::start(crate::store::TestStore::sqlite(), &[]).await;
    app.owner("Studio Nord", "owner@example.com").await;
    let session = app.log_in("owner@example.com").await;
    let pages = ["/settings", "/payments/links", "/templates", "/contacts", "/payments/campaigns", "/contacts/new"];
    let readers = pages.map(|path| {
        let (app, session) = (&app, &session);
        async move {
            for _ in 0..60 {
                assert_eq!(app.open(session, path).await.status(), 200, "{path}");
            }
        }
    });
    futures::future::join_all(readers).await;
}
