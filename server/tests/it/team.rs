//! Inviting, joining, removing, and what a member may not do, from the outside.

use crate::{
    app::{PASSWORD, TestApp, cookie},
    both_engines,
};
use app::{
    account::{
        Access,
        team::{InviteLink, TeamList},
    },
    backend::Outbox as _,
};
use reqwest::{Response, StatusCode};

const DAY: i64 = 24 * 60 * 60 * 1000;
const OWNER: &str = "owner@example.com";
const GONE: &str = "This invitation is no longer valid";

/// Every server function that only an owner may call, with a form that would be right; `{id}` stands for a colleague's id
/// or an invitation's.
const OWNERS: &[(&str, &[(&str, &str)])] = &[
    ("save_business", &[("form[name]", "Changed"), ("form[country]", "US"), ("form[currency]", "USD")]),
    (
        "save_sending",
        &[("form[hold_minutes]", "5"), ("form[time_zone]", "Europe/Berlin"), ("form[recall_text]", "Gone.")],
    ),
    ("save_care", &[("form[quiet_from]", "21:00"), ("form[quiet_until]", "08:00"), ("form[weekly_cap]", "")]),
    ("invite_member", &[("email", "someone.new@example.com")]),
    ("send_invite_again", &[("id", "{invite}")]),
    ("withdraw_invite", &[("id", "{invite}")]),
    ("remove_member", &[("id", "{user}")]),
    ("change_role", &[("id", "{user}"), ("role", "member")]),
];

/// A business with its owner logged in.
async fn studio(app: &TestApp) -> (Access, String) {
    let access = app.owner("Studio Nord", OWNER).await;
    // Whoever joins comes later.
    app.clock.advance(1);
    (access, app.log_in(OWNER).await)
}

async fn team(app: &TestApp, session: &str) -> TeamList {
    app.call(session, "list_team", &[]).await.json().await.unwrap()
}

/// Invites an address; the code in the link.
async fn invite(app: &TestApp, session: &str, email: &str) -> String {
    let answer = app.call(session, "invite_member", &[("email", email)]).await;
    assert_eq!(answer.status(), 200);
    code(answer.json().await.unwrap())
}

fn code(link: InviteLink) -> String {
    link.url.split_once("/invite/").unwrap().1.to_owned()
}

async fn accept(app: &TestApp, code: &str, password: &str) -> Response {
    app.call("", "accept_invite", &[("form[code]", code), ("form[password]", password)]).await
}

/// A member who came in by an invitation, logged in.
async fn member(app: &TestApp, owner: &str, email: &str) -> String {
    let code = invite(app, owner, email).await;
    let answer = accept(app, &code, PASSWORD).await;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    cookie(&answer).unwrap()
}

async fn page(app: &TestApp, session: &str, path: &str) -> (StatusCode, String) {
    let answer = app.open(session, path).await;
    (answer.status(), answer.text().await.unwrap())
}

both_engines! {
    async fn an_invited_member_chooses_a_password_and_is_in(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, owner) = studio(&app).await;
        let code = invite(&app, &owner, " New.Member@Example.com ").await;
        assert!(code.len() >= 32 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{code}");
        let message = app.service.list_outbox(&access, 1).await.unwrap().page.rows.remove(0);
        assert_eq!(message.receiver, "new.member@example.com");
        let message = app.service.outbox_message(&access, message.id).await.unwrap();
        assert!(message.text.contains(&app.at(&format!("/invite/{code}"))), "{}", message.text);

        let path = format!("/invite/{code}");
        let answer = app.open("", &path).await;
        for (name, value) in
            [("referrer-policy", "no-referrer"), ("cache-control", "no-store"), ("x-robots-tag", "noindex, nofollow, noarchive")]
        {
            assert_eq!(answer.headers()[name], value);
        }
        let form = answer.text().await.unwrap();
        assert!(form.contains("<h1>Join Studio Nord") && form.contains("action=\"/api/fn/accept_invite\""), "{form}");
        assert!(form.contains("Create account") && form.contains("new.member@example.com"), "{form}");

        let answer = accept(&app, &code, PASSWORD).await;
        assert_eq!(answer.status(), 200);
        let session = cookie(&answer).unwrap();
        let list = team(&app, &session).await;
        let people: Vec<_> = list.users.iter().map(|user| (user.email.as_str(), user.role.as_str())).collect();
        assert_eq!(people, [(OWNER, "owner"), ("new.member@example.com", "member")]);
        assert!(list.invites.is_empty());
        app.log_in("new.member@example.com").await;
    }

    async fn joining_works_without_scripts_and_says_there_what_is_wrong(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, owner) = studio(&app).await;
        let code = invite(&app, &owner, "new@example.com").await;
        let path = format!("/invite/{code}");
        let send = |password: &'static str| {
            let form = [("form[code]", code.clone()), ("form[password]", password.to_owned())];
            app.client
                .post(app.at("/api/fn/accept_invite"))
                .header("origin", &app.url)
                .header("accept", "text/html,*/*")
                .header("referer", app.at(&path))
                .form(&form)
                .send()
        };
        let weak = send("password1234").await.unwrap();
        assert_eq!(weak.status(), StatusCode::SEE_OTHER);
        let back = weak.headers()["location"].to_str().unwrap().to_owned();
        assert!(back.starts_with(&path), "{back}");
        let (_, told) = page(&app, "", &back).await;
        assert!(told.contains("one of the first to be guessed") && told.contains("Join Studio Nord"), "{told}");
        let right = send(PASSWORD).await.unwrap();
        assert_eq!(right.status(), StatusCode::SEE_OTHER);
        assert_eq!(right.headers()["location"], "/payments/links");
        assert_eq!(app.open(&cookie(&right).unwrap(), "/payments/links").await.status(), 200);
    }

    async fn codes_that_are_used_expired_withdrawn_replaced_or_unknown_answer_alike(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, owner) = studio(&app).await;
        let expired = invite(&app, &owner, "late@example.com").await;
        app.clock.advance(7 * DAY - 1);
        let owner = app.log_in(OWNER).await;
        assert_eq!(page(&app, "", &format!("/invite/{expired}")).await.0, 200, "it works for 7 days");
        let used = invite(&app, &owner, "used@example.com").await;
        assert_eq!(accept(&app, &used, PASSWORD).await.status(), 200);
        let withdrawn = invite(&app, &owner, "withdrawn@example.com").await;
        let id = |list: TeamList, email: &str| list.invites.into_iter().find(|one| one.email == email).unwrap().id.to_string();
        let pending = id(team(&app, &owner).await, "withdrawn@example.com");
        assert_eq!(app.call(&owner, "withdraw_invite", &[("id", &pending)]).await.status(), 200);
        let replaced = invite(&app, &owner, "again@example.com").await;
        let pending = id(team(&app, &owner).await, "again@example.com");
        let again = app.call(&owner, "send_invite_again", &[("id", &pending)]).await;
        let fresh = code(again.json().await.unwrap());
        app.clock.advance(1);

        let unknown = "A".repeat(32);
        let (status, said) = page(&app, "", &format!("/invite/{unknown}")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(said.contains(GONE) && said.contains("Ask whoever invited you for a new one."), "{said}");
        let unknown_function = app.call("", "find_invite", &[("code", &unknown)]).await;
        let unknown_function = (unknown_function.status(), unknown_function.text().await.unwrap());
        let unknown_post = accept(&app, &unknown, PASSWORD).await.text().await.unwrap();
        for code in [&expired, &used, &withdrawn, &replaced] {
            let (status, said) = page(&app, "", &format!("/invite/{code}")).await;
            assert_eq!(status, StatusCode::NOT_FOUND);
            assert!(said.contains(GONE) && !said.contains("Studio Nord"), "{said}");
            let function = app.call("", "find_invite", &[("code", code)]).await;
            assert_eq!((function.status(), function.text().await.unwrap()), unknown_function);
            let post = accept(&app, code, PASSWORD).await;
            assert_eq!(post.status(), StatusCode::NOT_FOUND);
            assert!(cookie(&post).is_none());
            assert_eq!(post.text().await.unwrap(), unknown_post);
        }
        assert_eq!(accept(&app, &fresh, PASSWORD).await.status(), 200);
        assert_eq!(team(&app, &owner).await.users.len(), 3);
    }

    async fn of_two_who_accept_at_the_same_moment_one_is_let_in(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, owner) = studio(&app).await;
        let code = invite(&app, &owner, "new@example.com").await;
        let both = futures::join!(accept(&app, &code, PASSWORD), accept(&app, &code, "another long password"));
        let mut statuses = [both.0.status().as_u16(), both.1.status().as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404]);
        assert_eq!(team(&app, &owner).await.users.len(), 2);
    }

    async fn the_owner_learns_nothing_of_another_business_from_an_address(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, owner) = studio(&app).await;
        app.owner("Elsewhere", "known@example.com").await;
        let taken = app.call(&owner, "invite_member", &[("email", "known@example.com")]).await;
        let free = app.call(&owner, "invite_member", &[("email", "other@example.com")]).await;
        assert_eq!((taken.status(), free.status()), (StatusCode::OK, StatusCode::OK));
        let code = code(taken.json().await.unwrap());
        let answer = accept(&app, &code, PASSWORD).await;
        assert_eq!(answer.status(), StatusCode::CONFLICT);
        assert!(cookie(&answer).is_none());
        assert!(answer.text().await.unwrap().contains("This email already has an account."));
        assert_eq!(team(&app, &owner).await.users.len(), 1);
        // Nothing was used up: it can be withdrawn still.
        assert_eq!(team(&app, &owner).await.invites.len(), 2);
    }

    async fn an_address_is_invited_once_at_a_time_and_nobody_who_is_in_already(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, owner) = studio(&app).await;
        invite(&app, &owner, "new@example.com").await;
        for (email, says) in
            [("NEW@example.com", "has an invitation already"), (OWNER, "in the team already"), ("new", "Write an email address")]
        {
            let answer = app.call(&owner, "invite_member", &[("email", email)]).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text().await.unwrap().contains(says), "{email}");
        }
    }

    async fn a_removed_member_is_out_at_once_and_can_come_back_by_an_invitation(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, owner) = studio(&app).await;
        let session = member(&app, &owner, "member@example.com").await;
        let second = app.log_in("member@example.com").await;
        let id = team(&app, &owner).await.users[1].id.to_string();
        assert_eq!(app.call(&owner, "remove_member", &[("id", &id)]).await.status(), 200);
        for session in [&session, &second] {
            assert_eq!(app.call(session, "current_business", &[]).await.status(), StatusCode::UNAUTHORIZED);
        }
        let form = [("form[email]", "member@example.com"), ("form[password]", PASSWORD)];
        assert_eq!(app.call("", "start_session", &form).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(team(&app, &owner).await.users.len(), 1);
        assert_eq!(app.call(&owner, "remove_member", &[("id", &id)]).await.status(), StatusCode::NOT_FOUND);

        member(&app, &owner, "member@example.com").await;
        assert_eq!(team(&app, &owner).await.users[1].id.to_string(), id, "the same user, with their past");
        for session in [&session, &second] {
            assert_eq!(app.call(session, "current_business", &[]).await.status(), StatusCode::UNAUTHORIZED);
        }
    }

    async fn an_owner_is_always_left(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, owner) = studio(&app).await;
        let you = access.user().as_str();
        let alone = app.call(&owner, "remove_member", &[("id", you)]).await;
        assert_eq!(alone.status(), StatusCode::CONFLICT);
        assert!(alone.text().await.unwrap().contains("You cannot remove yourself."));
        let alone = app.call(&owner, "change_role", &[("id", you), ("role", "member")]).await;
        assert_eq!(alone.status(), StatusCode::CONFLICT);

        let second = member(&app, &owner, "second@example.com").await;
        let id = team(&app, &owner).await.users[1].id.to_string();
        assert_eq!(app.call(&second, "remove_member", &[("id", you)]).await.status(), StatusCode::FORBIDDEN);
        assert_eq!(app.call(&owner, "change_role", &[("id", &id), ("role", "owner")]).await.status(), 200);
        let (one, other) = ([("id", id.as_str())], [("id", you)]);
        let both = futures::join!(app.call(&owner, "remove_member", &one), app.call(&second, "remove_member", &other));
        let statuses = [both.0.status().as_u16(), both.1.status().as_u16()];
        assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
        let left = if statuses[0] == 200 { &owner } else { &second };
        let list = team(&app, left).await;
        assert_eq!((list.users.len(), list.users[0].role.as_str()), (1, "owner"));
    }

    async fn a_member_may_do_nothing_that_is_the_owners_and_the_page_says_so(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, owner) = studio(&app).await;
        let session = member(&app, &owner, "member@example.com").await;
        invite(&app, &owner, "pending@example.com").await;
        let before = team(&app, &owner).await;
        for (name, form) in OWNERS {
            let id = |value: &str| {
                value.replace("{user}", access.user().as_str()).replace("{invite}", before.invites[0].id.as_str())
            };
            let form: Vec<(&str, String)> = form.iter().map(|(field, value)| (*field, id(value))).collect();
            let form: Vec<(&str, &str)> = form.iter().map(|(field, value)| (*field, value.as_str())).collect();
            assert_eq!(app.call(&session, name, &form).await.status(), StatusCode::FORBIDDEN, "{name}");
        }
        assert_eq!(team(&app, &owner).await, before);
        let (status, settings) = page(&app, &session, "/settings").await;
        assert_eq!(status, 200);
        assert!(settings.contains("Only an owner can change these settings."), "{settings}");
        let (_, forms) = settings.split_once("<fieldset").unwrap();
        let (tag, forms) = forms.split_once('>').unwrap();
        assert!(tag.contains("disabled"), "{tag}");
        let (forms, _) = forms.split_once("</fieldset>").unwrap();
        for button in ["Save business", "Save sending", "Save contact care"] {
            assert!(forms.contains(button), "{button} is not among the forms that cannot be used: {forms}");
        }
        for button in ["Invite a member", "Remove</button>", "Withdraw", "Make an owner"] {
            assert!(!settings.contains(button), "{button}");
        }
        let (_, settings) = page(&app, &owner, "/settings").await;
        assert!(!settings.contains("Only an owner can change these settings."));
        let (_, tag) = settings.split_once("<fieldset").unwrap();
        assert!(!tag.split_once('>').unwrap().0.contains("disabled"));
        for shown in ["Save business", "Invite a member", "Withdraw", "Make an owner", "pending@example.com", "member@example.com"] {
            assert!(settings.contains(shown), "{shown}: {settings}");
        }
    }

    async fn a_new_password_ends_every_other_session(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, session) = studio(&app).await;
        let other = app.log_in(OWNER).await;
        let form = |current: &'static str, new: &'static str| [("form[current]", current), ("form[password]", new)];
        for (form, field) in [(form("not the password", "another long password"), "current"), (form(PASSWORD, "short"), "password")] {
            let answer = app.call(&session, "save_password", &form).await;
            assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.text().await.unwrap().contains(&format!("\"field\":\"{field}\"")));
        }
        assert_eq!(app.call(&other, "current_business", &[]).await.status(), 200);
        assert_eq!(app.call(&session, "save_password", &form(PASSWORD, "another long password")).await.status(), 200);
        assert_eq!(app.call(&session, "current_business", &[]).await.status(), 200);
        assert_eq!(app.call(&other, "current_business", &[]).await.status(), StatusCode::UNAUTHORIZED);
        let log_in = |password: &'static str| [("form[email]", OWNER), ("form[password]", password)];
        assert_eq!(app.call("", "start_session", &log_in(PASSWORD)).await.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(app.call("", "start_session", &log_in("another long password")).await.status(), 200);
    }

    async fn guessing_codes_is_as_slow_as_guessing_passwords(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        studio(&app).await;
        for number in 0..20 {
            assert_eq!(accept(&app, &format!("guess{number}"), PASSWORD).await.status(), StatusCode::NOT_FOUND);
        }
        assert_eq!(accept(&app, "guess", PASSWORD).await.status(), StatusCode::TOO_MANY_REQUESTS);
    }
}
