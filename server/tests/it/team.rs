//! Inviting, joining, removing, and what a member may not do, from the outside.

use crate::{
    app::{PASSWORD, TestApp, cookie},
    both_engines,
    outage::until,
    store::TestStore,
    world::{number, wanted},
};
use app::{
    account::Access,
    backend::{
        Accounts as _, Approvals as _, Campaigns as _, Contacts as _, Ledger as _, Outbox as _, PaymentLinks as _,
        Reminders as _, Team as _,
    },
    campaigns::NewCampaign,
    change::Change,
    channel::Channel,
    contacts::ContactForm,
    eligibility::Warning,
    error::{Error, Result},
    id::{CampaignId, ContactId, PaymentLinkId},
    payment_links::{LineItemForm, LinkStatus, PaymentLinkForm},
    reminders::{NewReminder, ReminderForm, ReminderState},
    team::{InviteLink, TeamList},
};
use reqwest::{Response, StatusCode};
use server::{
    clock::Clock as _,
    db::{Engine, payment_links},
    dispatcher::Dispatcher,
};
use std::time::Duration;

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
    ("save_opt_out_words", &[("words", "finito")]),
    ("save_care", &[("form[quiet_from]", "21:00"), ("form[quiet_until]", "08:00"), ("form[weekly_cap]", "")]),
    ("save_approval", &[("form[people]", "5"), ("form[amount]", "")]),
    ("invite_member", &[("email", "someone.new@example.com")]),
    ("send_invite_again", &[("id", "{invite}")]),
    ("withdraw_invite", &[("id", "{invite}")]),
    ("remove_member", &[("id", "{user}")]),
    ("change_role", &[("id", "{user}"), ("role", "member")]),
];

/// A business with its owner logged in.
async fn studio(app: &TestApp) -> (Access, String) {
    let access = app.owner("Studio Nord", OWNER).await;
    // The new member comes later.
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
    async fn a_member_who_is_removed_sees_nothing_more_of_what_they_followed(store: TestStore) {
        let world = crate::world::World::start(store).await;
        let owner = &world.access;
        let person = world.valid(1).await;
        crate::world::run(&world.app, "update businesses set hold_minutes = 60").await;
        let campaign = world.press_send(std::slice::from_ref(&person), &[Channel::Email]).await;
        let invite = world.app.service.invite_member(owner, "member@example.com".to_owned()).await.unwrap();
        let code = invite.url.rsplit('/').next().unwrap().to_owned();
        let form = [("form[code]", code.as_str()), ("form[password]", PASSWORD)];
        let joined = world.app.call("", "accept_invite", &form).await;
        let session = cookie(&joined).unwrap();
        let watch = world.app.client.get(world.app.at(&format!("/events/campaigns/{campaign}")));
        let mut events = watch.header("cookie", &session).send().await.unwrap();
        assert!(events.chunk().await.unwrap().is_some());
        let member = world.app.access("member@example.com").await;
        world.app.service.remove_member(owner, member.user().clone()).await.unwrap();
        // What happens next is not for them.
        world.app.service.send_campaign_now(owner, campaign, false).await.unwrap();
        let end = async {
            while let Ok(Some(event)) = events.chunk().await {
                let event = String::from_utf8_lossy(&event).into_owned();
                assert!(!event.contains("data:"), "{event}");
            }
        };
        tokio::time::timeout(Duration::from_mins(1), end).await.expect("an end");
    }

    async fn an_invitation_that_no_mail_server_takes_says_so(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (_, owner) = studio(&app).await;
        let link: InviteLink = app.call(&owner, "invite_member", &[("email", "new@example.com")]).await.json().await.unwrap();
        assert_eq!(link.not_sent.as_deref(), Some("No email server is set."));
    }

    async fn only_so_many_invitations_leave_in_a_day(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, owner) = studio(&app).await;
        for n in 0..19 {
            invite(&app, &owner, &format!("someone{n}@example.com")).await;
        }
        let pending = team(&app, &owner).await.invites[0].id.to_string();
        assert_eq!(app.call(&owner, "send_invite_again", &[("id", &pending)]).await.status(), 200);
        let entries = team(&app, &owner).await.invites.len();
        for refused in [
            app.call(&owner, "invite_member", &[("email", "one.more@example.com")]).await,
            app.call(&owner, "send_invite_again", &[("id", &pending)]).await,
        ] {
            assert_eq!(refused.status(), 429);
            assert!(refused.headers().contains_key("retry-after"));
            assert!(refused.text().await.unwrap().contains("retry_after_s"));
        }
        assert_eq!(team(&app, &owner).await.invites.len(), entries, "nobody is invited without a mail");
        app.clock.advance(DAY);
        // The session of yesterday has ended.
        let owner = app.log_in(OWNER).await;
        invite(&app, &owner, "one.more@example.com").await;
        let shown = app.service.settings(&access).await.unwrap().single_messages;
        assert_eq!((shown.len(), shown[0].address.as_str()), (20, "one.more@example.com"));
    }

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
        assert!(said.contains(GONE) && said.contains("Ask the person who invited you for a new one."), "{said}");
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
        for button in ["Save business", "Save sending", "Save contact care", "Save approval"] {
            assert!(forms.contains(button), "{button} is not among the forms that cannot be used: {forms}");
        }
        for button in ["Invite a member", ">Remove<", "Withdraw", "Make an owner"] {
            assert!(!settings.contains(button), "{button}");
        }
        let (_, settings) = page(&app, &owner, "/settings").await;
        assert!(!settings.contains("Only an owner can change these settings."));
        let (_, tag) = settings.split_once("<fieldset").unwrap();
        assert!(!tag.split_once('>').unwrap().0.contains("disabled"));
        for shown in ["Save business", "Invite a member", ">Remove<", "Withdraw", "Make an owner", "pending@example.com", "member@example.com"] {
            assert!(settings.contains(shown), "{shown}: {settings}");
        }
    }

    async fn an_invitation_in_the_outbox_is_the_owners_alone(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, owner) = studio(&app).await;
        let session = member(&app, &owner, "member@example.com").await;
        let code = invite(&app, &owner, "pending@example.com").await;
        assert_eq!(app.call(&session, "send_test_email", &[]).await.status(), 200);
        let all = app.service.list_outbox(&access, 1).await.unwrap().page;
        assert_eq!((all.total, all.rows.len()), (3, 3));

        let member = app.access("member@example.com").await;
        let seen = app.service.list_outbox(&member, 1).await.unwrap().page;
        let receivers: Vec<_> = seen.rows.iter().map(|row| row.receiver.as_str()).collect();
        assert_eq!((seen.total, receivers), (1, vec!["member@example.com"]));
        assert!(seen.rows[0].about.starts_with("A test from"), "their own test, not what invited them");
        let (_, list) = page(&app, &session, "/outbox").await;
        assert!(!list.contains("pending@example.com") && !list.contains("Join Studio Nord"), "{list}");
        let pending = all.rows.iter().find(|row| row.receiver == "pending@example.com").unwrap();
        let path = format!("/outbox/{}", pending.id);
        let (status, shown) = page(&app, &session, &path).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(!shown.contains(&code), "{shown}");
        let asked = app.call(&session, "outbox_message", &[("id", pending.id.as_str())]).await;
        assert_eq!(asked.status(), StatusCode::NOT_FOUND);
        let (status, shown) = page(&app, &owner, &path).await;
        assert_eq!(status, 200);
        assert!(shown.contains(&code), "{shown}");
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

/// What a decision came to as its page says it, or the refusal as it was sent.
async fn said(answer: Response) -> (StatusCode, String) {
    let (status, text) = (answer.status(), answer.text().await.unwrap());
    let change = serde_json::from_str::<Change>(&text).map(|change| change.to_string());
    (status, change.unwrap_or(text))
}

/// A business with an owner and a member logged in, five contacts, and a link over $90.00; a campaign to more than three people
/// or above $300.00 waits.
struct Office {
    app: TestApp,
    access: Access,
    owner: String,
    member: String,
    people: Vec<ContactId>,
    link: PaymentLinkId,
}

impl Office {
    async fn new(store: TestStore) -> Self {
        let app = TestApp::start(store, &[]).await;
        let (access, owner) = studio(&app).await;
        let member = member(&app, &owner, "member@example.com").await;
        let mut people = Vec::new();
        for number in 1..=5 {
            let form = ContactForm {
                first_name: format!("Person{number}"),
                email: format!("person{number}@example.com"),
                phone: format!("+1415555267{number}"),
                ..ContactForm::default()
            };
            people.push(app.service.create_contact(&access, form).await.unwrap());
        }
        let link = Self::link(&app, &access, "USD").await;
        let rule = [("form[people]", "3"), ("form[amount]", "300.00")];
        assert_eq!(app.call(&owner, "save_approval", &rule).await.status(), 200);
        Self { app, access, owner, member, people, link }
    }

    async fn link(app: &TestApp, access: &Access, currency: &str) -> PaymentLinkId {
        let line = LineItemForm { item: "Seat".into(), price: "90".into(), quantity: "1".into(), ..Default::default() };
        let form = PaymentLinkForm {
            name: "Course".into(),
            items: vec![line],
            currency: currency.into(),
            after_payment: "message".into(),
            button_text: "pay".into(),
            personal_link_days: "90".into(),
            ..PaymentLinkForm::default()
        };
        app.service.save_payment_link(access, form).await.unwrap().id
    }

    /// Gives the link another price.
    async fn price(&self, price: &str) {
        let mut form = self.app.service.edit_payment_link(&self.access, self.link.as_str()).await.unwrap().form;
        price.clone_into(&mut form.items[0].price);
        self.app.service.save_payment_link(&self.access, form).await.unwrap();
    }

    fn wanted(&self, people: usize) -> NewCampaign {
        NewCampaign {
            send_anyway: Warning::ALL.to_vec(),
            ..wanted(&self.link, &self.people[..people], &[Channel::Email])
        }
    }

    /// The member presses "Send".
    async fn send(&self, wanted: NewCampaign) -> CampaignId {
        let member = self.app.access("member@example.com").await;
        self.app.service.create_campaign(&member, wanted).await.unwrap()
    }

    async fn work(&self) {
        Dispatcher::new(self.app.service.clone()).run_until_idle().await.unwrap();
    }

    /// How many emails to contacts have left.
    async fn left(&self) -> usize {
        let rows = self.app.service.list_outbox(&self.access, 1).await.unwrap().page.rows;
        rows.iter().filter(|message| message.receiver.contains("<person")).count()
    }

    async fn decide(&self, session: &str, name: &str, id: &CampaignId) -> (StatusCode, String) {
        said(self.app.call(session, name, &[("id", id.as_str()), ("reason", "Too dear")]).await).await
    }

    /// Says yes to a sum.
    async fn approve(&self, session: &str, id: &CampaignId, sum: &str) -> (StatusCode, String) {
        said(self.app.call(session, "approve_campaign", &[("id", id.as_str()), ("sum", sum)]).await).await
    }

    async fn add_reminder(&self, campaign: &CampaignId, after_days: &str) -> Result<()> {
        let form = ReminderForm {
            campaign: campaign.clone(),
            after_days: after_days.to_owned(),
            email_template: String::new(),
            sms_template: String::new(),
        };
        self.app.service.add_reminder(&self.access, form).await
    }

    /// Lets campaigns wait to more people than this, whatever they cost.
    async fn wait_above(&self, people: &str) {
        let rule = [("form[people]", people), ("form[amount]", "")];
        let owner = self.app.log_in(OWNER).await;
        assert_eq!(self.app.call(&owner, "save_approval", &rule).await.status(), 200);
    }

    async fn shown(&self, session: &str, id: &CampaignId) -> String {
        page(&self.app, session, &format!("/payments/campaigns/{id}")).await.1
    }

    /// What the ledger says about approvals.
    async fn decisions(&self) -> Vec<String> {
        self.recorded("approval").await
    }

    async fn recorded(&self, kind: &str) -> Vec<String> {
        let mut reader = self.app.service.db.read().await.unwrap();
        let sql = "select body from ledger_entries where kind = $1 order by seq";
        sqlx::query_scalar(sql).bind(kind).fetch_all(&mut *reader).await.unwrap()
    }
}

both_engines! {
    async fn a_campaign_to_many_waits_until_someone_else_approves_it(store: TestStore) {
        let office = Office::new(store).await;
        let id = office.send(office.wanted(4)).await;
        office.app.clock.advance(2 * DAY);
        office.work().await;
        assert_eq!(office.left().await, 0, "it waits, however long");
        let (owner, member) = (office.app.log_in(OWNER).await, office.app.log_in("member@example.com").await);
        let waits = "Waits for approval. member@example.com pressed Send.";
        let shown = office.shown(&member, &id).await;
        assert!(shown.contains(waits) && !shown.contains(">Approve<") && !shown.contains("Send now"), "{shown}");
        let shown = office.shown(&owner, &id).await;
        assert!(shown.contains(waits) && shown.contains(">Approve<") && shown.contains(">Decline<"), "{shown}");
        assert!(shown.contains("4 people are more than 3."), "the history says why: {shown}");
        let (_, list) = page(&office.app, &member, "/payments/campaigns").await;
        assert!(list.contains("Waits for approval"), "{list}");

        assert_eq!(office.decide(&member, "approve_campaign", &id).await.0, StatusCode::FORBIDDEN);
        assert_eq!(office.decide(&member, "send_campaign_now", &id).await.0, StatusCode::CONFLICT);
        office.work().await;
        assert_eq!(office.left().await, 0);

        let (status, said) = office.decide(&owner, "approve_campaign", &id).await;
        assert_eq!((status, said.as_str()), (StatusCode::OK, "Approved: 4 messages leave now."));
        office.work().await;
        assert_eq!(office.left().await, 4);
        assert_eq!(office.decide(&owner, "approve_campaign", &id).await.0, StatusCode::CONFLICT);
        assert_eq!(office.decide(&owner, "decline_campaign", &id).await.0, StatusCode::CONFLICT);
        office.work().await;
        assert_eq!(office.left().await, 4, "once means once");
        let decisions = office.decisions().await;
        assert_eq!(decisions.len(), 1);
        assert!(decisions[0].contains("\"approved\"") && decisions[0].contains(office.access.user().as_str()));
    }

    async fn a_declined_campaign_never_leaves(store: TestStore) {
        let office = Office::new(store).await;
        let id = office.send(office.wanted(5)).await;
        assert_eq!(office.decide(&office.member, "decline_campaign", &id).await.0, StatusCode::FORBIDDEN);
        let (status, said) = office.decide(&office.owner, "decline_campaign", &id).await;
        assert_eq!((status, said.as_str()), (StatusCode::OK, "Declined: Too dear"));
        assert_eq!(office.decide(&office.owner, "approve_campaign", &id).await.0, StatusCode::CONFLICT);
        office.app.clock.advance(DAY);
        office.work().await;
        assert_eq!(office.left().await, 0);
        let session = office.app.log_in("member@example.com").await;
        let shown = office.shown(&session, &id).await;
        assert!(shown.contains("Declined yesterday") && shown.contains("Declined: Too dear"), "{shown}");
        assert!(office.decisions().await[0].contains("\"declined\""));
    }

    async fn of_an_approval_and_a_refusal_at_the_same_moment_one_counts(store: TestStore) {
        let office = Office::new(store).await;
        let third = member(&office.app, &office.owner, "third@example.com").await;
        // One page of the Outbox holds them all.
        for _ in 0..4 {
            let before = office.left().await;
            let id = office.send(office.wanted(4)).await;
            let (approved, declined) = futures::join!(
                office.decide(&office.owner, "approve_campaign", &id),
                office.decide(&third, "decline_campaign", &id)
            );
            let statuses = [approved.0.as_u16(), declined.0.as_u16()];
            assert!(matches!(statuses, [200, 409] | [409, 200]), "{statuses:?} {} {}", approved.1, declined.1);
            let more = if statuses[0] == 200 { 4 } else { 0 };
            office.work().await;
            assert_eq!(office.left().await, before + more, "{statuses:?}");
        }
        assert_eq!(office.decisions().await.len(), 4);
    }

    async fn a_price_is_not_raised_under_a_campaign_that_leaves_without_an_approval(store: TestStore) {
        let office = Office::new(store).await;
        let rule = [("form[people]", ""), ("form[amount]", "500.00")];
        assert_eq!(office.app.call(&office.owner, "save_approval", &rule).await.status(), 200);
        let service = &office.app.service;
        let forecast = |people| service.forecast_approval(&office.access, office.link.clone(), people);
        assert_eq!(forecast(5).await.unwrap(), None);
        assert_eq!(forecast(6).await.unwrap().unwrap(), "Waits for approval: $540.00 in total are more than $500.00.");

        let id = office.send(office.wanted(4)).await;
        assert_eq!(office.left().await, 0, "it is on its way");
        let raise = async |price: &str| {
            let editor = service.edit_payment_link(&office.access, office.link.as_str()).await.unwrap();
            let mut form = editor.form;
            price.clone_into(&mut form.items[0].price);
            service.save_payment_link(&office.access, form).await
        };
        let refused = raise("1000.00").await.unwrap_err().to_string();
        assert!(refused.contains("4 people") && refused.contains("$1,000.00"), "{refused}");
        assert!(raise("120.00").await.is_ok(), "that much needs no approval");
        service.cancel_campaign(&office.access, id).await.unwrap();
        assert!(raise("1000.00").await.is_ok());
    }

    async fn the_sum_counts_as_well_and_another_currency_always_waits(store: TestStore) {
        let mut office = Office::new(store).await;
        office.send(office.wanted(3)).await;
        office.work().await;
        assert_eq!(office.left().await, 3, "three people at $90.00 are below both limits");
        let rule = [("form[people]", ""), ("form[amount]", "269.99")];
        assert_eq!(office.app.call(&office.owner, "save_approval", &rule).await.status(), 200);
        let id = office.send(office.wanted(3)).await;
        assert!(office.shown(&office.owner, &id).await.contains("$270.00 in total are more than $269.99."));
        office.link = Office::link(&office.app, &office.access, "EUR").await;
        let id = office.send(office.wanted(1)).await;
        assert!(office.shown(&office.owner, &id).await.contains("it asks in EUR."));
        let rule = [("form[people]", ""), ("form[amount]", "")];
        assert_eq!(office.app.call(&office.owner, "save_approval", &rule).await.status(), 200);
        office.send(office.wanted(1)).await;
        office.work().await;
        assert_eq!(office.left().await, 4, "without a limit nothing waits");
    }

    async fn reminders_are_counted_from_the_approval_and_end_with_a_refusal(store: TestStore) {
        let office = Office::new(store).await;
        let after = |after_days| NewReminder { after_days, email_template: None, sms_template: None };
        let id = office.send(NewCampaign { reminders: vec![after(3)], ..office.wanted(4) }).await;
        office.app.clock.advance(5 * DAY);
        office.work().await;
        assert_eq!(office.left().await, 0);
        office.add_reminder(&id, "4").await.unwrap();
        let owner = office.app.log_in(OWNER).await;
        let shown = office.shown(&owner, &id).await;
        assert!(shown.contains("Planned: 3 days after the campaign has left"), "{shown}");
        assert_eq!(office.approve(&owner, &id, "").await.0, 200);
        office.work().await;
        assert_eq!(office.left().await, 4, "no reminder at once");
        let (now, mut reader) = (office.app.clock.now(), office.app.service.db.read().await.unwrap());
        let sql = "select min(expires_at) from personal_links where campaign_id = $1";
        let expires_at: i64 = sqlx::query_scalar(sql).bind(id.as_str()).fetch_one(&mut *reader).await.unwrap();
        drop(reader);
        assert_eq!(expires_at, now + 90 * DAY, "the links live as long as others do");
        for (later, left) in [(3 * DAY - 1, 4), (1, 8), (DAY - 1, 8), (1, 12)] {
            office.app.clock.advance(later);
            office.work().await;
            assert_eq!(office.left().await, left);
        }
        let error = office.add_reminder(&id, "4").await.unwrap_err();
        assert!(error.message_for("after_days").is_some(), "{error}");
        office.add_reminder(&id, "5").await.unwrap();
        let doubt = async |id: &CampaignId| {
            let plan = office.app.service.campaign_report(&office.access, id.clone(), None).await.unwrap().reminders;
            plan.reminders.last().unwrap().doubt.clone()
        };
        let waits = "As things stand it waits for another user's approval when its time comes.";
        assert_eq!(doubt(&id).await.as_deref(), Some(waits), "nobody has said yes to this one");
        office.app.clock.advance(DAY);
        office.work().await;
        assert_eq!(office.left().await, 12);
        assert_eq!(doubt(&id).await, None);
        let plan = office.app.service.campaign_report(&office.access, id, None).await.unwrap().reminders;
        let ReminderState::AwaitsApproval(made) = &plan.reminders[2].state else { panic!("{plan:?}") };
        let owner = office.app.log_in(OWNER).await;
        assert!(office.shown(&owner, made).await.contains("Waits for approval. owner@example.com pressed Send."));
        assert_eq!(office.approve(&owner, made, "").await.0, 403, "who planned it is not the second pair of eyes");
        let member = office.app.log_in("member@example.com").await;
        assert_eq!(office.approve(&member, made, "").await.0, 200);
        office.work().await;
        assert_eq!(office.left().await, 16);
        assert!(office.recorded("reminder").await.last().unwrap().contains("4 people are more than 3"));

        let id = office.send(NewCampaign { reminders: vec![after(1)], ..office.wanted(4) }).await;
        let declined = office.app.service.decline_campaign(&office.access, id.clone(), String::new()).await;
        assert_eq!(declined.unwrap().to_string(), "Declined.");
        let plan = office.app.service.campaign_report(&office.access, id, None).await.unwrap().reminders;
        assert_eq!(plan.reminders[0].state, ReminderState::Canceled);
        office.app.clock.advance(9 * DAY);
        office.work().await;
        assert_eq!(office.left().await, 16);
    }

    async fn a_reminder_to_so_few_that_a_campaign_would_not_wait_goes_out(store: TestStore) {
        let office = Office::new(store).await;
        let id = office.send(office.wanted(3)).await;
        office.work().await;
        office.add_reminder(&id, "1").await.unwrap();
        office.add_reminder(&id, "2").await.unwrap();
        office.app.clock.advance(DAY);
        office.work().await;
        assert_eq!(office.left().await, 6);
        // The rule of the day on which its time comes counts, as for a campaign.
        office.wait_above("2").await;
        office.app.clock.advance(DAY);
        office.work().await;
        assert_eq!(office.left().await, 6);
        let plan = office.app.service.campaign_report(&office.access, id.clone(), None).await.unwrap().reminders;
        let ReminderState::AwaitsApproval(made) = &plan.reminders[1].state else { panic!("{plan:?}") };
        let member = office.app.access("member@example.com").await;
        let declined = office.app.service.decline_campaign(&member, made.clone(), String::new()).await;
        assert_eq!(declined.unwrap().to_string(), "Declined.");
        let plan = office.app.service.campaign_report(&office.access, id, None).await.unwrap().reminders;
        assert_eq!(plan.reminders[1].state, ReminderState::Declined(made.clone()));
        office.app.clock.advance(9 * DAY);
        office.work().await;
        assert_eq!(office.left().await, 6);
    }

    async fn a_reminder_that_waited_until_a_later_one_was_made_is_not_approved(store: TestStore) {
        let office = Office::new(store).await;
        let id = office.send(office.wanted(3)).await;
        office.work().await;
        for after_days in ["1", "2"] {
            office.add_reminder(&id, after_days).await.unwrap();
        }
        office.wait_above("2").await;
        for _ in 0..2 {
            office.app.clock.advance(DAY);
            office.work().await;
        }
        let service = &office.app.service;
        let plan = service.campaign_report(&office.access, id, None).await.unwrap().reminders;
        let [ReminderState::AwaitsApproval(first), ReminderState::AwaitsApproval(second)] =
            [&plan.reminders[0].state, &plan.reminders[1].state]
        else {
            panic!("{plan:?}")
        };
        let member = office.app.access("member@example.com").await;
        let early = service.approve_campaign(&member, first.clone(), String::new()).await;
        assert!(matches!(&early, Err(Error::Conflict(said)) if said.contains("nobody is reminded twice")), "{early:?}");
        service.approve_campaign(&member, second.clone(), String::new()).await.unwrap();
        office.work().await;
        assert_eq!(office.left().await, 6, "each person got the link and one reminder");
        service.decline_campaign(&member, first.clone(), String::new()).await.unwrap();
        office.work().await;
        assert_eq!(office.left().await, 6);
    }

    async fn an_approval_says_which_reminder_comes_after_the_links_end(store: TestStore) {
        let office = Office::new(store).await;
        let service = &office.app.service;
        let mut form = service.edit_payment_link(&office.access, office.link.as_str()).await.unwrap().form;
        form.expires = "2026-03-09".into();
        service.save_payment_link(&office.access, form).await.unwrap();
        let after = |after_days| NewReminder { after_days, email_template: None, sms_template: None };
        let id = office.send(NewCampaign { reminders: vec![after(1), after(3)], ..office.wanted(4) }).await;
        office.app.clock.advance(3 * DAY);
        let owner = office.app.log_in(OWNER).await;
        let shown = office.shown(&owner, &id).await;
        let doubt = ">As things stand it is not sent: the payment link ends before, on Monday, March 9, 20:00 in New York.";
        assert_eq!(shown.matches(doubt).count(), 1, "{shown}");
        let (status, said) = office.approve(&owner, &id, "").await;
        assert_eq!(status, 200);
        assert!(said.contains("Reminder 2 comes after the payment link's end now and will not be sent."), "{said}");
    }

    async fn another_price_than_the_one_that_was_seen_is_not_approved(store: TestStore) {
        let office = Office::new(store).await;
        let id = office.send(office.wanted(4)).await;
        let shown = office.shown(&office.owner, &id).await;
        assert!(shown.contains("4 people are asked for $90.00 each, $360.00 in total."), "{shown}");
        assert!(!shown.contains("The price has changed"), "{shown}");
        office.price("120").await;
        for sum in ["$90.00", "", "$120"] {
            let (status, said) = office.approve(&office.owner, &id, sum).await;
            assert_eq!(status, StatusCode::CONFLICT, "{sum}");
            assert!(said.contains("each person would be asked for $120.00 now, not for $90.00"), "{said}");
        }
        office.work().await;
        assert_eq!((office.left().await, office.decisions().await.len()), (0, 0));
        let shown = office.shown(&office.owner, &id).await;
        assert!(shown.contains("$480.00 in total.") && shown.contains("value=\"$120.00\""), "{shown}");
        assert!(shown.contains("each person was to be asked for $90.00"), "{shown}");
        assert_eq!(office.approve(&office.owner, &id, "$120.00").await.0, 200);
        office.work().await;
        assert_eq!(office.left().await, 4);
        let decisions = office.decisions().await;
        assert!(decisions[0].contains("\"amount\":\"$120.00\",\"people\":4"), "{decisions:?}");
    }

    async fn a_link_that_is_switched_off_while_somebody_approves_is_sent_to_nobody(store: TestStore) {
        let office = Office::new(store).await;
        let id = office.send(office.wanted(4)).await;
        let mut tx = office.app.service.db.begin().await.unwrap();
        let (business, now) = (office.access.business(), office.app.clock.now());
        payment_links::update_status(&mut *tx, business, &office.link, LinkStatus::Inactive, now).await.unwrap();
        let switch_off = async {
            // On PostgreSQL the approval has read all but the link by then; on SQLite it has not begun, because there is one writer.
            if office.app.service.db.engine() == Engine::Postgres {
                let waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
                until("the approval waits for the link", async || number(&office.app, waiting).await > 0).await;
            }
            tx.commit().await.unwrap();
        };
        let ((status, said), ()) = tokio::join!(office.approve(&office.owner, &id, ""), switch_off);
        assert_eq!(status, StatusCode::CONFLICT, "{said}");
        assert!(said.contains("The payment link takes no payments any more, so nothing is sent."), "{said}");
        office.work().await;
        assert_eq!(office.left().await, 0);
        let (active, link) = (LinkStatus::Active, office.link.clone());
        office.app.service.set_payment_link_status(&office.access, link, active).await.unwrap();
        assert_eq!(office.approve(&office.owner, &id, "").await.0, StatusCode::OK);
        office.work().await;
        assert_eq!(office.left().await, 4);
    }

    async fn where_nobody_else_is_left_to_approve_the_owner_is_told_and_can_change_the_rule(store: TestStore) {
        let office = Office::new(store).await;
        let (service, access) = (&office.app.service, &office.access);
        let nobody = "Nobody else can approve this yet. Invite a colleague, or switch the approval off in Settings.";
        let raised = service.create_campaign(access, office.wanted(4)).await.unwrap();
        let shown = office.shown(&office.owner, &raised).await;
        assert!(!shown.contains(nobody) && !shown.contains(">Release<") && !shown.contains(">Approve<"), "{shown}");
        assert_eq!(office.decide(&office.owner, "release_campaign", &raised).await.0, StatusCode::CONFLICT);
        office.wait_above("4").await;
        assert!(office.shown(&office.owner, &raised).await.contains(">Release<"));
        assert!(!office.shown(&office.member, &raised).await.contains(">Release<"));
        assert_eq!(office.decide(&office.member, "release_campaign", &raised).await.0, StatusCode::FORBIDDEN);
        let (status, said) = office.decide(&office.owner, "release_campaign", &raised).await;
        assert_eq!((status, said.as_str()), (StatusCode::OK, "Released without an approval: 4 messages leave now."));
        office.work().await;
        assert_eq!(office.left().await, 4);

        office.wait_above("3").await;
        let id = service.create_campaign(access, office.wanted(4)).await.unwrap();
        let colleague = office.app.access("member@example.com").await;
        service.remove_member(access, colleague.user().clone()).await.unwrap();
        let shown = office.shown(&office.owner, &id).await;
        assert!(shown.contains(nobody) && shown.contains("href=\"/settings\"") && !shown.contains(">Release<"), "{shown}");
        assert_eq!(office.decide(&office.owner, "release_campaign", &id).await.0, StatusCode::CONFLICT);
        office.wait_above("").await;
        let shown = office.shown(&office.owner, &id).await;
        assert!(shown.contains(">Release<") && !shown.contains(nobody), "{shown}");
        assert_eq!(office.decide(&office.owner, "release_campaign", &id).await.0, 200);
        assert_eq!(office.decide(&office.owner, "release_campaign", &id).await.0, StatusCode::CONFLICT);
        office.work().await;
        assert_eq!(office.left().await, 8);

        let (decisions, rules) = (office.decisions().await, office.recorded("approval_rule").await);
        assert_eq!((decisions.len(), rules.len()), (2, 4));
        for part in ["\"released\"", access.user().as_str(), "The settings ask for no approval", "\"$90.00\""] {
            assert!(decisions[1].contains(part), "{part}: {decisions:?}");
        }
        assert!(rules[0].contains("\"people\":3,\"amount\":\"$300.00\"") && !rules[3].contains("people"), "{rules:?}");
        assert!(service.check_ledger(access).await.unwrap().broken.is_none());
    }

    async fn who_may_not_be_written_to_meanwhile_is_left_out_and_a_scheduled_one_keeps_its_time(store: TestStore) {
        let office = Office::new(store).await;
        let id = office.send(office.wanted(4)).await;
        let form = ContactForm {
            first_name: "Person1".into(),
            email: "person1@example.com".into(),
            phone: "+14155552671".into(),
            do_not_disturb: true,
            version: 1,
            ..ContactForm::default()
        };
        office.app.service.update_contact(&office.access, office.people[0].clone(), form).await.unwrap();
        assert_eq!(office.decide(&office.owner, "approve_campaign", &id).await.0, 200);
        office.work().await;
        assert_eq!(office.left().await, 3);

        let scheduled = NewCampaign {
            starts_at: Some("2026-03-05T12:00".to_owned()),
            ..NewCampaign { contacts: office.people[1..].to_vec(), ..office.wanted(4) }
        };
        let id = office.send(scheduled).await;
        let (status, said) = office.decide(&office.owner, "approve_campaign", &id).await;
        assert_eq!((status, said.as_str()), (StatusCode::OK, "Approved: 4 messages will leave at their time."));
        office.work().await;
        assert_eq!(office.left().await, 3);
        office.app.clock.advance(2 * DAY);
        office.work().await;
        assert_eq!(office.left().await, 7);
    }

    async fn a_campaign_that_waits_for_approval_counts_for_the_weekly_cap_and_is_looked_at_again(store: TestStore) {
        let office = Office::new(store).await;
        let cap = async |cap: &str| {
            assert_eq!(office.app.call(&office.owner, "save_care", &[("form[weekly_cap]", cap)]).await.status(), 200);
        };
        cap("2").await;
        let (one, two) = (office.send(office.wanted(4)).await, office.send(office.wanted(4)).await);
        let member = office.app.access("member@example.com").await;
        let third = office.app.service.create_campaign(&member, office.wanted(4)).await.unwrap_err();
        assert!(third.message_for("contacts").is_some(), "two wait already: {third}");
        let form = [("form[people]", ""), ("form[amount]", "")];
        assert_eq!(office.app.call(&office.owner, "save_approval", &form).await.status(), 200);
        cap("1").await;
        let (_, said) = office.decide(&office.owner, "approve_campaign", &one).await;
        assert_eq!(said, "Approved: 0 messages leave now. 4 people are left out: asked enough this week.");
        // The first one is gone: nothing keeps the second from leaving.
        let (_, said) = office.decide(&office.owner, "approve_campaign", &two).await;
        assert_eq!(said, "Approved: 4 messages leave now.");
        office.work().await;
        assert_eq!(office.left().await, 4);
    }

    async fn approval_needs_a_second_user_and_an_owner_to_set_it(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, owner) = studio(&app).await;
        let rule = [("form[people]", "3"), ("form[amount]", "")];
        let alone = app.call(&owner, "save_approval", &rule).await;
        assert_eq!(alone.status(), StatusCode::UNPROCESSABLE_ENTITY);
        assert!(alone.text().await.unwrap().contains("Invite a second user first."));
        member(&app, &owner, "member@example.com").await;
        assert_eq!(app.call(&owner, "save_approval", &rule).await.status(), 200);
        for (people, amount, field) in [("fifty", "", "people"), ("50", "", "people"), ("", "1.234", "amount")] {
            let wrong = app.call(&owner, "save_approval", &[("form[people]", people), ("form[amount]", amount)]).await;
            assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
            assert!(wrong.text().await.unwrap().contains(&format!("\"field\":\"{field}\"")), "{people} {amount}");
        }
        let ambiguous = app.call(&owner, "save_approval", &[("form[people]", ""), ("form[amount]", "1.234")]).await;
        assert!(ambiguous.text().await.unwrap().contains("Type 1234 or 1.23 to say which."));
        let comma = [("form[people]", ""), ("form[amount]", "500,50")];
        assert_eq!(app.call(&owner, "save_approval", &comma).await.status(), 200);
        assert_eq!(app.service.settings(&access).await.unwrap().approval.amount, "500.50");
    }

    async fn who_came_and_went_is_in_the_ledger(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let (access, owner) = studio(&app).await;
        member(&app, &owner, "member@example.com").await;
        let id = team(&app, &owner).await.users[1].id.to_string();
        assert_eq!(app.call(&owner, "remove_member", &[("id", &id)]).await.status(), 200);
        let mut reader = app.service.db.read().await.unwrap();
        let sql = "select body from ledger_entries where kind = 'team' order by seq";
        let bodies: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *reader).await.unwrap();
        let changes: Vec<(String, String)> = bodies
            .iter()
            .map(|body| serde_json::from_str::<serde_json::Value>(body).unwrap())
            .map(|body| (body["change"].as_str().unwrap().to_owned(), body["by"].as_str().unwrap().to_owned()))
            .collect();
        let by_owner = access.user().to_string();
        let expected = [("invited", &by_owner), ("joined", &id), ("removed", &by_owner)];
        assert_eq!(changes, expected.map(|(change, by)| (change.to_owned(), by.clone())));
        assert!(app.service.check_ledger(&access).await.unwrap().broken.is_none());
    }
}
