//! A store that was put back from a copy starts with sending stopped, and asks; one that was not never does.

use crate::{
    app::BEGIN,
    both_engines,
    store::TestStore,
    world::{World, number, run},
};
use app::{
    account::{Access, Role},
    backend::{Accounts as _, Campaigns as _, Halts as _},
    channel::Channel,
    deliveries::DeliveryStatus,
    error::Error,
    id::{CampaignId, ContactId},
};
use server::{
    clock::{Clock as _, MovableClock},
    dispatcher::Dispatcher,
    service::Service,
};
use sqlx::{AssertSqlSafe, Connection as _};
use std::{fs, path::PathBuf, sync::Arc};

const OWNER: &str = "owner@shop.example";
const MINUTE: i64 = 60_000;

/// A server starts on the store, as `serve` does it; true when it takes the store for a copy.
async fn starts_as_a_copy(service: &Service) -> bool {
    service.watch.begin(&service.db, service.clock.now()).await.unwrap()
}

/// One more server with the settings of this world, at another address of the database if there is one.
async fn server(world: &World, url: &str) -> Service {
    let mut config = world.app.service.config.clone();
    url.clone_into(&mut config.store.url);
    Service::open(config, Arc::new(MovableClock::at(world.app.clock.now()))).await.unwrap()
}

fn file_of(url: &str) -> Option<PathBuf> {
    url.strip_prefix("sqlite://").map(PathBuf::from)
}

/// A whole copy of the database as it is now: another file, or another database on the same server.
async fn copy(world: &World, name: &str) -> String {
    let url = world.app.service.config.store.url.clone();
    if let Some(file) = file_of(&url) {
        let copy = file.with_file_name(name);
        world.app.service.db.copy_into(copy.to_str().unwrap()).await.unwrap();
        return format!("sqlite://{}", copy.display());
    }
    let (base, database) = url.rsplit_once('/').unwrap();
    world.app.service.db.close().await;
    let mut admin = sqlx::AnyConnection::connect(&format!("{base}/postgres")).await.unwrap();
    let copied = format!("create database {database}_{name} template {database}");
    sqlx::query(AssertSqlSafe(copied)).execute(&mut admin).await.unwrap();
    format!("{base}/{database}_{name}")
}

/// Puts a copy where the database was.
fn put_back(copy: &str, url: &str) {
    let (copy, file) = (file_of(copy).unwrap(), file_of(url).unwrap());
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{end}", file.display()));
    }
    fs::copy(copy, file).unwrap();
}

async fn pressed(world: &World, n: usize) -> (Vec<ContactId>, CampaignId) {
    let mut people = Vec::new();
    for n in 0..n {
        people.push(world.valid(n).await);
    }
    let id = world.press_send(&people, &Channel::ALL).await;
    (people, id)
}

async fn send_what_is_due(service: &Service) {
    Dispatcher::new(service.clone()).run_until_idle().await.unwrap();
}

both_engines! {
    async fn a_copy_sends_nothing_until_the_owner_says_so(store: TestStore) {
        let world = World::start(store).await;
        assert!(!starts_as_a_copy(&world.app.service).await, "the first start");
        let (_, id) = pressed(&world, 3).await;
        let copied = copy(&world, "copy").await;
        if file_of(&copied).is_some() {
            world.send_what_is_due().await;
            assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (3, 3));
        }
        let sent = (world.smtp.mails().len(), world.twilio.texts().len());

        let restored = server(&world, &copied).await;
        assert!(starts_as_a_copy(&restored).await);
        send_what_is_due(&restored).await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), sent);
        let halt = restored.find_halt(&world.access).await.unwrap().unwrap();
        assert_eq!((halt.messages, halt.people, halt.oldest_at, halt.may_decide), (6, 3, Some(BEGIN), true));
        assert_eq!(halt.what_waits().unwrap(), "6 messages to 3 people");

        // A restart changes nothing about it, and does not ask anew.
        let again = server(&world, &copied).await;
        assert!(!starts_as_a_copy(&again).await, "it is the store of this machine now");
        send_what_is_due(&again).await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), sent);
        assert!(again.business(&world.access).await.unwrap().sending_stopped);

        again.start_sending(&world.access).await.unwrap();
        assert_eq!(again.find_halt(&world.access).await.unwrap(), None);
        assert!(matches!(again.start_sending(&world.access).await, Err(Error::Conflict(_))));
        send_what_is_due(&again).await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (sent.0 + 3, sent.1 + 3));
        assert_eq!(again.campaign_progress(&world.access, id).await.unwrap().sent, 6);
    }

    async fn what_waits_in_a_copy_can_be_canceled_as_a_whole(store: TestStore) {
        let world = World::start(store).await;
        starts_as_a_copy(&world.app.service).await;
        let (people, id) = pressed(&world, 2).await;
        let other = world.press_send_anyway(&people[..1], &[Channel::Email]).await;
        let copied = copy(&world, "copy").await;
        let restored = server(&world, &copied).await;
        assert!(starts_as_a_copy(&restored).await);
        let member = Access::checked(world.access.business().clone(), world.access.user().clone(), Role::Member);
        assert!(!restored.find_halt(&member).await.unwrap().unwrap().may_decide);
        assert_eq!(restored.cancel_stopped(&member).await, Err(Error::NotAllowed));
        assert_eq!(restored.start_sending(&member).await, Err(Error::NotAllowed));
        let said = restored.cancel_stopped(&world.access).await.unwrap();
        assert_eq!(said, "Canceled: 5 messages were taken back. Sending goes on.");
        send_what_is_due(&restored).await;
        assert!(world.smtp.mails().is_empty() && world.twilio.texts().is_empty());
        for id in [id, other] {
            let report = restored.campaign_report(&world.access, id, None).await.unwrap();
            assert!(report.standing.canceled_at.is_some() && report.progress.is_done());
            assert!(report.standing.history[0].words.starts_with("Canceled with everything that waited"));
            let email = report.recipients[0].email.as_ref().unwrap();
            assert_eq!(email.status, DeliveryStatus::Canceled);
        }
    }

    async fn restarts_deaths_and_several_servers_are_no_copies(store: TestStore) {
        let world = World::start(store).await;
        let url = world.app.service.config.store.url.clone();
        assert!(!starts_as_a_copy(&world.app.service).await);
        pressed(&world, 2).await;
        let (one, two) = (server(&world, &url).await, server(&world, &url).await);
        for service in [&one, &two] {
            assert!(!starts_as_a_copy(service).await);
        }
        let (first, second) = (Dispatcher::new(one.clone()), Dispatcher::new(two.clone()));
        let (first, second) = tokio::join!(first.run_until_idle(), second.run_until_idle());
        first.unwrap();
        second.unwrap();
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (2, 2));
        for service in [&world.app.service, &one, &two] {
            service.watch.move_on(&service.db).await.unwrap();
            assert!(!starts_as_a_copy(&server(&world, &url).await).await);
        }
        // Killed between the database and the file: the database is ahead.
        run(&world.app, "update store_marks set epoch = epoch + 1").await;
        assert!(!starts_as_a_copy(&server(&world, &url).await).await);
        assert_eq!(number(&world.app, "select count(*) from businesses where sending_stopped_at is not null").await, 0);
    }

    async fn sending_that_is_stopped_by_hand_is_said_on_every_page_and_goes_on_by_hand(store: TestStore) {
        let world = World::start(store).await;
        let (people, _) = pressed(&world, 1).await;
        let service = &world.app.service;
        let stranger = world.app.owner("Other", "other@shop.example").await;
        service.begin_halt(world.access.business()).await.unwrap();
        world.after(MINUTE).await;
        assert!(world.smtp.mails().is_empty());
        let cookie = world.app.log_in(OWNER).await;
        let contact = format!("/contacts/{}", people[0]);
        for path in ["/payments/links", "/contacts", "/templates", "/settings", "/payments/campaigns", "/sending", &contact] {
            let page = world.app.open(&cookie, path).await.text().await.unwrap();
            assert!(page.contains("Sending is stopped") && page.contains("See what waits"), "{path}");
        }
        let ready = world.app.client.get(world.app.at("/ready")).send().await.unwrap();
        assert_eq!(ready.status(), 200, "the page on which it is decided is reached");
        let said = ready.text().await.unwrap();
        assert!(said.starts_with("ready\nSending is stopped for 1 of the businesses"), "{said}");
        let page = world.app.open(&cookie, "/sending").await.text().await.unwrap();
        assert!(page.contains("2 messages to 1 person") && page.contains("Start sending") && page.contains("Cancel what waits"));
        let other = world.app.log_in("other@shop.example").await;
        let page = world.app.open(&other, "/sending").await.text().await.unwrap();
        assert!(!page.contains("Sending is stopped") && page.contains("Messages leave as usual."), "{page}");
        assert_eq!(service.find_halt(&stranger).await.unwrap(), None);
        assert_eq!(world.app.call(&cookie, "start_sending", &[]).await.status(), 200);
        world.send_what_is_due().await;
        assert_eq!((world.smtp.mails().len(), world.twilio.texts().len()), (1, 1));
        let entries = "select count(*) from ledger_entries where body like '%sending_halt%'";
        assert_eq!(number(&world.app, entries).await, 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_in_the_place_of_the_database_is_seen_whenever_it_was_made() {
    for (is_sent_since, is_stopped_well) in [(true, false), (false, true), (true, true)] {
        let world = World::start(TestStore::sqlite()).await;
        let url = world.app.service.config.store.url.clone();
        let first = server(&world, &url).await;
        assert!(!starts_as_a_copy(&first).await);
        pressed(&world, 2).await;
        let copied = copy(&world, "backup.db").await;
        if is_sent_since {
            send_what_is_due(&first).await;
        }
        if is_stopped_well {
            first.watch.move_on(&first.db).await.unwrap();
        }
        first.db.close().await;
        world.app.service.db.close().await;
        let sent = world.smtp.mails().len();
        put_back(&copied, &url);
        let restored = server(&world, &url).await;
        assert!(starts_as_a_copy(&restored).await, "{is_sent_since} {is_stopped_well}");
        send_what_is_due(&restored).await;
        assert_eq!(world.smtp.mails().len(), sent);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_of_the_whole_folder_is_seen_and_so_is_one_from_before_there_were_marks() {
    let world = World::start(TestStore::sqlite()).await;
    let url = world.app.service.config.store.url.clone();
    let first = server(&world, &url).await;
    starts_as_a_copy(&first).await;
    pressed(&world, 1).await;
    let copied = copy(&world, "backup.db").await;
    let mark = |url: &str| format!("{}-mark", file_of(url).unwrap().display());
    fs::copy(mark(&url), mark(&copied)).unwrap();
    if fs::metadata(mark(&url)).unwrap().created().is_ok() {
        assert!(starts_as_a_copy(&server(&world, &copied).await).await, "elsewhere, with its file");
    }

    let old = copy(&world, "old.db").await;
    let older = server(&world, &old).await;
    let mut tx = older.db.begin().await.unwrap();
    sqlx::query("delete from store_marks").execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    older.db.close().await;
    first.db.close().await;
    world.app.service.db.close().await;
    put_back(&old, &url);
    assert!(starts_as_a_copy(&server(&world, &url).await).await, "from before there were marks");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dump_in_the_same_database_is_seen_also_under_a_running_server() {
    let Some(store) = TestStore::postgres().await else {
        println!("skipped: no PostgreSQL binaries (initdb, postgres) were found");
        return;
    };
    let world = World::start(store).await;
    starts_as_a_copy(&world.app.service).await;
    pressed(&world, 1).await;
    // What a dump does to a table: it makes it anew.
    for sql in [
        "create table again as select * from store_marks",
        "drop table store_marks",
        "alter table again rename to store_marks",
        "alter table store_marks add constraint store_marks_pk primary key (one)",
    ] {
        run(&world.app, sql).await;
    }
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    world.send_what_is_due().await;
    assert!(world.smtp.mails().is_empty());
    assert!(world.app.service.find_halt(&world.access).await.unwrap().is_some());
    assert!(!starts_as_a_copy(&world.app.service).await, "asked once");
}

#[test]
fn the_command_line_stops_and_starts_and_cancels() {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_handbill"));
        let output = command.args(arguments).current_dir(folder.path()).env_clear().output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    assert!(said(&["demo"]).0);
    let (works, stopped) = said(&["sending", "stop"]);
    assert!(works && stopped.contains("Sending is stopped."), "{stopped}");
    let (works, started) = said(&["sending", "start"]);
    assert!(works && started.contains("Sending goes on."), "{started}");
    let (works, again) = said(&["sending", "start"]);
    assert!(works && again.contains("Sending was not stopped."), "{again}");
    assert!(folder.path().join("data/handbill.db-mark").exists());

    // A backup that is put back is seen by the first command that looks.
    assert!(said(&["backup", "backup.db"]).0);
    assert!(said(&["sending", "stop"]).0);
    for end in ["-wal", "-shm"] {
        let _ = fs::remove_file(folder.path().join(format!("data/handbill.db{end}")));
    }
    fs::copy(folder.path().join("backup.db"), folder.path().join("data/handbill.db")).unwrap();
    let (works, canceled) = said(&["sending", "cancel"]);
    assert!(works && canceled.contains("Canceled: "), "{canceled}");
}
