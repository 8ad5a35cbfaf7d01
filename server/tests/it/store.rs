//! A fresh database for each test, on both engines. PostgreSQL is started once from the binaries found, and stops by itself.

use sqlx::Connection as _;
use std::{
    fs,
    io::Read,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;

/// Where one test keeps its data.
pub enum TestStore {
    Sqlite { url: String, _folder: TempDir },
    Postgres { url: String },
}

impl TestStore {
    /// A new file in a new folder.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::Sqlite { url: format!("sqlite://{}", folder.path().join("handbill.db").display()), _folder: folder }
    }

    /// A new database on the tests' own server, or none where there is no server to start.
    pub async fn postgres() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = SERVER.get_or_init(|| async { Server::find_or_start() }).await.as_ref()?;
        let name = format!("t_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        sqlx::any::install_default_drivers();
        let mut admin = sqlx::AnyConnection::connect(&format!("{}/postgres", server.base)).await.expect("PostgreSQL");
        sqlx::query(sqlx::AssertSqlSafe(format!("create database {name}")))
            .execute(&mut admin)
            .await
            .expect("a database");
        Some(Self::Postgres { url: format!("{}/{name}", server.base) })
    }

    /// What `DATABASE_URL` is set to.
    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite { url, .. } | Self::Postgres { url } => url,
        }
    }
}

/// Tells the same story on both engines: `both_engines! { async fn a_sentence(store: TestStore) { … } }`.
#[macro_export]
macro_rules! both_engines {
    ($($(#[$meta:meta])* async fn $name:ident($store:ident: TestStore) $story:block)*) => {$(
        mod $name {
            use super::*;

            async fn story($store: $crate::store::TestStore) $story

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                story($crate::store::TestStore::sqlite()).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                match $crate::store::TestStore::postgres().await {
                    Some(store) => story(store).await,
                    None => println!("skipped: no PostgreSQL binaries (initdb, postgres) were found"),
                }
            }
        }
    )*};
}

static SERVER: OnceCell<Option<Server>> = OnceCell::const_new();

struct Server {
    /// `postgres://user@host:port`, no database.
    base: String,
    /// Ends PostgreSQL and removes its folder when this process, and with it the pipe to its standard input, is gone.
    _keeper: Option<Child>,
}

impl Server {
    fn find_or_start() -> Option<Self> {
        if let Ok(url) = std::env::var("TEST_DATABASE_URL") {
            let base = url.rsplit_once('/').map_or(url.as_str(), |(base, _)| base).to_owned();
            return Some(Self { base, _keeper: None });
        }
        let binaries = binaries()?;
        let folder = tempfile::Builder::new().prefix("handbill-postgres-").tempdir().expect("a folder").keep();
        let user = account_for(&folder);
        let data = folder.join("data");
        let mut initdb = Command::new(binaries.join("initdb"));
        initdb.args(["--username=handbill", "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8", "-D"]);
        let made = as_user(initdb.arg(&data), user).output().expect("initdb runs");
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let script = r#""$0/postgres" -D "$1/data" -h 127.0.0.1 -p "$2" -k "$1" -F -c max_connections=400 >"$1/log" 2>&1 &
until grep -q '^ready' "$1/data/postmaster.pid" 2>/dev/null; do kill -0 $! 2>/dev/null || exit 1; sleep 0.05; done
echo ready; cat >/dev/null; kill -INT $!; wait $!; rm -rf "$1""#;
        let mut keeper = Command::new("sh");
        keeper.arg("-c").arg(script).arg(&binaries).arg(&folder).arg(port.to_string());
        keeper.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut keeper = as_user(&mut keeper, user).process_group(0).spawn().expect("sh runs");
        let mut ready = [0; 5];
        keeper.stdout.take().expect("a pipe").read_exact(&mut ready).expect("PostgreSQL starts");
        Some(Self { base: format!("postgres://handbill@127.0.0.1:{port}"), _keeper: Some(keeper) })
    }
}

/// The newest folder that holds `initdb`, on PATH or where Debian keeps it.
fn binaries() -> Option<PathBuf> {
    let on_path =
        std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .collect();
    debian.sort();
    on_path
        .chain(debian.into_iter().rev())
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

/// PostgreSQL refuses to run as root: then another user of the machine owns the folder and runs it.
fn account_for(folder: &Path) -> Option<(u32, u32)> {
    use std::os::unix::fs::MetadataExt as _;
    if fs::metadata(folder).expect("the folder").uid() != 0 {
        return None;
    }
    let accounts = fs::read_to_string("/etc/passwd").expect("the accounts");
    let account = |name: &str| {
        let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2);
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    };
    let (uid, gid) = account("postgres").or_else(|| account("nobody")).expect("a user to run PostgreSQL as");
    chown(folder, Some(uid), Some(gid)).expect("the folder changes hands");
    Some((uid, gid))
}

fn as_user(command: &mut Command, user: Option<(u32, u32)>) -> &mut Command {
    match user {
        Some((uid, gid)) => command.uid(uid).gid(gid).current_dir("/"),
        None => command,
    }
}
