//! A store that does not work for a while: it is told in words, nothing is lost, and everything goes on by itself.

use crate::{
    app::{PASSWORD, TestApp},
    both_engines,
    fakes::smtp::Answer as Mail,
    store::TestStore,
    world::{World, address},
};
use app::{
    account::Access,
    backend::{Campaigns as _, Contacts as _, Team as _},
    channel::Channel,
    contacts::ContactForm,
    error::Error,
    id::ImportId,
    imports::ImportStatus,
    team::Join,
};
use server::{
    db::{self, Db, Engine, outage::Outage},
    dispatcher::Dispatcher,
};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _};
use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Asks again until it is so.
pub async fn until<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let asked = async {
        while !ask().await {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), asked).await.expect(what);
}

async fn save(app: &TestApp, access: &Access, name: &str) -> app::error::Result<()> {
    let form = ContactForm { first_name: name.to_owned(), ..ContactForm::default() };
    app.service.create_contact(access, form).await.map(|_| ())
}

/// Saves as a browser with scripts does.
async fn send_form(app: &TestApp, cookie: &str) -> reqwest::Response {
    app.call(cookie, "create_contact", &[("form[first_name]", "Ada"), ("form[last_name]", &"x".repeat(60))]).await
}

async fn readiness(app: &TestApp) -> (u16, String) {
    let answer = app.client.get(app.at("/ready")).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Another program's connection to the same database.
async fn stranger(store: &str) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(store).await.unwrap()
}

async fn run(connection: &mut AnyConnection, sql: &str) -> Result<(), db::Error> {
    Ok(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.map(|_| ())?)
}

/// Something that fails inside a transaction as it fails in the real world.
async fn fail_in_a_transaction(db: &Db) -> db::Error {
    let mut tx = db.begin().await.unwrap();
    match db.engine() {
        Engine::Sqlite => {
            let pages: i64 = sqlx::query_scalar("pragma page_count").fetch_one(&mut *tx).await.unwrap();
            run(&mut tx, &format!("pragma max_page_count = {pages}")).await.unwrap();
            run(&mut tx, "create table ballast as select zeroblob(10000000)").await.unwrap_err()
        }
        Engine::Postgres => {
            run(&mut tx, "set local statement_timeout = '20ms'").await.unwrap();
            run(&mut tx, "select pg_sleep(60)").await.unwrap_err()
        }
    }
}

both_engines! {
    async fn after_a_statement_that_failed_in_a_transaction_every_save_works(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        for round in 0..3 {
            let failed = fail_in_a_transaction(&app.service.db).await;
            let expected = match app.service.db.engine() {
                Engine::Sqlite => Outage::DiskFull,
                Engine::Postgres => Outage::Locked,
            };
            assert_eq!(failed.outage(), Some(expected), "{failed}");
            for n in 0..20 {
                assert_eq!(save(&app, &access, "Ada").await, Ok(()), "round {round}, save {n}");
            }
        }
        assert_eq!(readiness(&app).await, (200, "ready".to_owned()));
    }

    async fn a_save_that_its_asker_left_alone_harms_no_other(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let access = app.owner("Studio Nord", "owner@example.com").await;
        let slow = match app.service.db.engine() {
            Engine::Sqlite => {
                "insert into write_checks (filler) with recursive n(i) as (select 1 union all select i + 1 from n limit 1000000) \
                 select 'x' from n where i > 999999"
            }
            Engine::Postgres => "insert into write_checks (filler) select pg_sleep(1)::text",
        };
        for _ in 0..3 {
            let mut tx = app.service.db.begin().await.unwrap();
            let left = tokio::time::timeout(Duration::from_millis(20), run(&mut tx, slow)).await;
            assert!(left.is_err(), "it takes longer than that");
            drop(tx);
            for n in 0..20 {
                assert_eq!(save(&app, &access, "Ada").await, Ok(()), "save {n}");
            }
        }
        let mut reader = app.service.db.read().await.unwrap();
        let written: i64 = sqlx::query_scalar("select count(*) from write_checks where filler = 'x'").fetch_one(&mut *reader).await.unwrap();
        assert_eq!(written, 0, "what was not made so never was");
    }

    async fn what_another_program_holds_is_told_and_goes_on_when_it_lets_go(store: TestStore) {
        let url = store.url().to_owned();
        let app = TestApp::start(store, &[]).await;
        app.owner("Studio Nord", "owner@example.com").await;
        let cookie = app.log_in("owner@example.com").await;
        let mut other = stranger(&url).await;
        match app.service.db.engine() {
            Engine::Sqlite => run(&mut other, "begin immediate").await.unwrap(),
            Engine::Postgres => {
                run(&mut other, "begin; lock table contacts, write_checks in access exclusive mode").await.unwrap();
            }
        }
        let refused = send_form(&app, &cookie).await;
        assert_eq!(refused.status(), 503);
        let after: u32 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&after), "{after}");
        let said: Error = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
        assert_eq!(said, Error::Busy { retry_after_s: after });
        let (status, words) = readiness(&app).await;
        assert_eq!(status, 503);
        assert!(words.contains("held by somebody else"), "{words}");
        if app.service.db.engine() == Engine::Sqlite {
            // Reading needs no turn, and neither does a session that is older than its last note.
            app.clock.advance(5 * 60_000);
            assert_eq!(app.open(&cookie, "/contacts").await.status(), 200);
        }

        run(&mut other, "rollback").await.unwrap();
        assert_eq!(send_form(&app, &cookie).await.status(), 200);
        until("ready again", async || readiness(&app).await.0 == 200).await;
    }

    async fn a_server_is_not_ready_on_tables_that_are_not_its_own(store: TestStore) {
        let app = TestApp::start(store, &[]).await;
        let mut tx = app.service.db.begin().await.unwrap();
        run(&mut tx, "update _sqlx_migrations set version = 9999 where version = 1").await.unwrap();
        tx.commit().await.unwrap();
        let (status, words) = readiness(&app).await;
        assert_eq!(status, 503);
        assert!(words.contains("newer than this program"), "{words}");
        let mut tx = app.service.db.begin().await.unwrap();
        run(&mut tx, "delete from _sqlx_migrations where version = 9999").await.unwrap();
        tx.commit().await.unwrap();
        until("what is missing is told", async || readiness(&app).await.1.contains("not migrated")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_file_is_told_to_the_owner_to_the_operator_and_to_who_asks_whether_it_is_ready() {
    use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
    let log = crate::log::record();
    let app = TestApp::start(TestStore::sqlite(), &[]).await;
    let access = app.owner("Studio Nord", "owner@example.com").await;
    let file = app.service.config.store.sqlite_file().unwrap();
    for name in ["handbill.db", "handbill.db-wal", "handbill.db-shm"] {
        let mode = fs::metadata(file.with_file_name(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
    assert!(app.service.db.check_file().await.unwrap());
    let invite = app.service.invite_member(&access, "member@example.com".to_owned()).await.unwrap();
    let join = Join { code: invite.url.rsplit('/').next().unwrap().to_owned(), password: PASSWORD.to_owned() };
    app.service.accept_invite(join).await.unwrap();
    let (owner, member) = (app.log_in("owner@example.com").await, app.log_in("member@example.com").await);
    let page = app.open(&owner, "/contacts").await.text().await.unwrap();
    assert!(!page.contains("is damaged"), "{page}");

    let mut other = stranger(app.service.config.store.url.as_str()).await;
    run(&mut other, "pragma wal_checkpoint(truncate)").await.unwrap();
    let page: i64 = sqlx::query_scalar("select rootpage from sqlite_schema where name = 'early_reports'")
        .fetch_one(&mut other)
        .await
        .unwrap();
    let disk = File::options().write(true).open(&file).unwrap();
    disk.write_all_at(&[0xff; 64], u64::try_from((page - 1) * 4096).unwrap()).unwrap();

    assert!(!app.service.db.check_file().await.unwrap());
    assert!(log.text().contains("the database file is damaged"));
    until("not ready", async || {
        let (status, words) = readiness(&app).await;
        status == 503 && words.contains("damaged")
    })
    .await;
    let page = app.open(&owner, "/contacts").await.text().await.unwrap();
    assert!(page.contains("The database file is damaged") && page.contains("backup"), "{page}");
    let page = app.open(&member, "/contacts").await.text().await.unwrap();
    assert!(!page.contains("The database file is damaged"), "what a member cannot mend is not told to them");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_postgresql_ends_costs_no_more_than_what_was_under_way() {
    let Some(store) = TestStore::postgres().await else {
        return println!("skipped: no PostgreSQL binaries (initdb, postgres) were found");
    };
    let mut other = stranger(store.url()).await;
    let app = TestApp::start(store, &[]).await;
    let access = app.owner("Studio Nord", "owner@example.com").await;
    for _ in 0..3 {
        let mut tx = app.service.db.begin().await.unwrap();
        let process: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *tx).await.unwrap();
        run(&mut other, &format!("select pg_terminate_backend({process})")).await.unwrap();
        let lost = run(&mut tx, "delete from contacts").await.unwrap_err();
        assert_eq!(lost.outage(), Some(Outage::Away), "{lost}");
        drop(tx);
        for n in 0..20 {
            assert_eq!(save(&app, &access, "Ada").await, Ok(()), "save {n}");
        }
    }
    // In the pool, all of them at once.
    run(&mut other, "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()")
        .await
        .unwrap();
    assert_eq!(save(&app, &access, "Ada").await, Ok(()));
    // At the very end nobody can tell whether it was made so.
    let mut tx = app.service.db.begin().await.unwrap();
    let process: i32 = sqlx::query_scalar("select pg_backend_pid()").fetch_one(&mut *tx).await.unwrap();
    run(&mut other, &format!("select pg_terminate_backend({process})")).await.unwrap();
    let lost = tx.commit().await.unwrap_err();
    assert_eq!(lost.outage(), Some(Outage::Away), "{lost}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_that_meets_a_busy_store_goes_on_by_itself() {
    let Some(store) = TestStore::postgres().await else {
        return println!("skipped: no PostgreSQL binaries (initdb, postgres) were found");
    };
    let log = crate::log::record();
    let mut other = stranger(store.url()).await;
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start(store, &[]).await;
    let access = app.owner("Studio Nord", "owner@example.com").await;
    let upload = folder.path().join("people.csv");
    fs::write(&upload, "Name,Email\nAda,ada@example.com\nBob,bob@example.com\n").unwrap();
    fs::create_dir_all(app.service.import_folder()).unwrap();
    let id: ImportId = app.service.take_import(&access, &upload, "people.csv").await.unwrap();
    let status = async || app.service.read_import(&access, id.clone()).await.unwrap().status;
    until("the check ends", async || status().await == ImportStatus::Checked).await;
    run(&mut other, "begin; lock table contacts in access exclusive mode").await.unwrap();
    app.service.start_import(&access, id.clone()).await.unwrap();
    until("the lock was met", async || log.text().contains(&format!("an import waits import={id}"))).await;
    run(&mut other, "rollback").await.unwrap();
    until("the import ends", async || status().await == ImportStatus::Done).await;
    assert_eq!(app.service.read_import(&access, id.clone()).await.unwrap().done.new, 2);
}

/// A disk of a few megabytes, in memory.
struct SmallDisk {
    folder: TempDir,
}

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(Self { folder })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Takes all the room there is.
    fn fill(&self) {
        let mut ballast = File::create(self.path("ballast")).unwrap();
        for size in [4096, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn make_room(&self) {
        fs::remove_file(self.path("ballast")).unwrap();
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.folder.path()).status();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_told_in_words_and_everything_goes_on_when_there_is_room() {
    let Some(disk) = SmallDisk::mount() else {
        return println!("skipped: a small disk cannot be mounted here (mount -t tmpfs needs root)");
    };
    let log = crate::log::record();
    let url = format!("sqlite://{}", disk.path("handbill.db").display());
    let world = World::start(TestStore::Sqlite { url, _folder: tempfile::tempdir().unwrap() }).await;
    let (app, access) = (&world.app, &world.access);
    let cookie = app.log_in("owner@shop.example").await;
    // From now on a session would note that it is used.
    app.clock.advance(5 * 60_000);
    let mut people = Vec::new();
    for n in 0..3 {
        people.push(world.valid(n).await);
        world.smtp.script(&address(n), [Mail::Hold]);
    }
    let campaign = world.press_send(&people, &[Channel::Email]).await;
    let stop = CancellationToken::new();
    let dispatcher = tokio::spawn({
        let (service, stop) = (app.service.clone(), stop.clone());
        async move { Dispatcher::new(service).run(stop).await }
    });
    world.smtp.wait_for_held(3).await;

    disk.fill();
    // What the log of the database has room for is still taken.
    until("a save is refused", async || send_form(app, &cookie).await.status() == 503).await;
    let refused = send_form(app, &cookie).await;
    assert_eq!(refused.status(), 503);
    let said: Error = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert_eq!(said, Error::DiskFull);
    assert!(said.to_string().contains("not saved") && said.to_string().contains("full"), "{said}");
    until("not ready", async || readiness(app).await == (503, Outage::DiskFull.to_string())).await;
    assert!(log.text().contains("The disk is full"), "the operator's log says it too");
    // Reading goes on.
    assert_eq!(app.open(&cookie, "/contacts").await.status(), 200);
    assert_eq!(app.open("", &world.standard_link()).await.status(), 200);
    // The messages leave, and what became of them cannot be written.
    world.smtp.open_gate();
    until("the mails arrive", async || world.smtp.mails().len() == 3).await;
    until("nothing is recorded", async || log.text().contains("results could not be recorded")).await;

    disk.make_room();
    for n in 0..40 {
        assert_eq!(send_form(app, &cookie).await.status(), 200, "save {n} after there is room");
    }
    until("ready again", async || readiness(app).await.0 == 200).await;
    until("the results are recorded", async || {
        app.service.campaign_progress(access, campaign.clone()).await.unwrap().sent == 3
    })
    .await;
    app.service.write_openings().await.unwrap();
    assert_eq!(crate::world::number(app, "select count(*) from openings").await, 1);
    assert_eq!(world.smtp.mails().len(), 3, "nobody got one twice");
    stop.cancel();
    dispatcher.await.unwrap();
}

/// The real binary, whose every writing thread meets one error of the disk after some writes.
struct Injected {
    child: Child,
    folder: TempDir,
    url: String,
}

impl Injected {
    fn serve(error: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let can_trace = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
        if !can_trace.is_ok_and(|status| status.success()) {
            return None;
        }
        let mut create = binary(folder.path(), &[]);
        create.args(["user", "create", "--email", "owner@example.com", "--password-stdin"]).stdin(Stdio::piped());
        let mut create = create.spawn().unwrap();
        create.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
        assert!(create.wait().unwrap().success());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let listen = format!("127.0.0.1:{port}");
        fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        for file in ["a.js", "a.wasm", "b.js", "b.wasm", "a.css"] {
            fs::write(folder.path().join("site/pkg").join(file), "").unwrap();
        }
        fs::write(folder.path().join("site/manifest.json"), crate::crash::SITE).unwrap();
        let writes = "write,pwrite64,fsync,fdatasync,ftruncate";
        let mut serve = Command::new("strace");
        // The tracer goes when its child goes, and the child is ours.
        serve.args(["-D", "-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={writes}")]);
        serve.args(["-e", &format!("inject={writes}:error={error}:when=40")]);
        for file in ["handbill.db", "handbill.db-wal"] {
            serve.arg("-P").arg(folder.path().join("data").join(file));
        }
        serve.arg(env!("CARGO_BIN_EXE_handbill")).arg("serve");
        settings(&mut serve, folder.path(), &[("LEPTOS_SITE_ADDR", &listen)]);
        let log = File::create(folder.path().join("log")).unwrap();
        let child = serve.stderr(log).stdout(Stdio::null()).spawn().unwrap();
        Some(Self { child, folder, url: format!("http://{listen}") })
    }

    fn log(&self) -> String {
        let mut text = String::new();
        File::open(self.folder.path().join("log")).unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Injected {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn binary(folder: &Path, more: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_handbill"));
    settings(&mut command, folder, more);
    command
}

fn settings(command: &mut Command, folder: &Path, more: &[(&str, &str)]) {
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.current_dir(folder).env_clear().env("PATH", path).env("LEPTOS_SITE_ROOT", folder.join("site"));
    command.envs(more.iter().copied());
}

async fn one_error_costs_one_save(server: &Injected) {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let post = async |cookie: &str, name: &str, form: &[(&str, &str)]| {
        let request = client.post(format!("{}/api/fn/{name}", server.url)).header("origin", &server.url);
        request.header("cookie", cookie).form(form).send().await
    };
    until("it starts", async || client.get(format!("{}/ready", server.url)).send().await.is_ok()).await;
    let form = [("form[email]", "owner@example.com"), ("form[password]", PASSWORD)];
    let cookie = crate::app::cookie(&post("", "start_session", &form).await.unwrap()).expect("a session");
    let mut statuses = Vec::new();
    for _ in 0..60 {
        let saved = post(&cookie, "create_contact", &[("form[first_name]", "Ada")]).await.unwrap();
        statuses.push(saved.status().as_u16());
    }
    let log = server.log();
    assert!(log.contains("the database file is whole"), "it was looked at first: {log}");
    assert!(statuses.contains(&503), "an error was met: {statuses:?}\n{log}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 503)), "told in words: {statuses:?}\n{log}");
    // Each connection's thread meets an error of its own, and there are at most eight.
    let in_a_row = statuses.split(|status| *status == 200).map(<[u16]>::len).max().unwrap();
    assert!(in_a_row <= 8, "the next save works: {statuses:?}\n{log}");
    until("ready", async || client.get(format!("{}/ready", server.url)).send().await.unwrap().status() == 200).await;
}

const CANNOT_TRACE: &str = "skipped: strace is not here or may not trace";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_write_without_room_costs_one_save_and_no_restart() {
    match Injected::serve("ENOSPC") {
        Some(server) => one_error_costs_one_save(&server).await,
        None => println!("{CANNOT_TRACE}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_write_that_the_disk_refuses_costs_one_save_and_no_restart() {
    match Injected::serve("EIO") {
        Some(server) => one_error_costs_one_save(&server).await,
        None => println!("{CANNOT_TRACE}"),
    }
}
