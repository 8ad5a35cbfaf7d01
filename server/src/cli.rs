//! The binary's commands.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use app::{
    account::Role,
    address::Typed,
    id::BusinessId,
    imports::{ImportField, ImportReport, LeftOut},
    text_encoding::TextEncoding,
};
use clap::{Parser, Subcommand, ValueEnum};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::account::NewUser;
use crate::clock::{Clock as _, SystemClock};
use crate::config::{self, Config};
use crate::contacts::import::{ImportFile, ImportedFile};
use crate::db::businesses::StoredBusiness;
use crate::db::{self, Db, Engine};
use crate::demo;
use crate::dispatcher::Dispatcher;
use crate::halt::After;
use crate::http::serve::Limits;
use crate::http::{self, Answered, Http};
use crate::ledger;
use crate::ledger::seal::{self, KeptHead, Seal};
use crate::log::Log;
use crate::service::{Service, StartError};
use crate::tokens::SigningKeys;
use crate::zones;

/// How long running requests and deliveries may take to end after a stop was asked for.
const DRAIN: Duration = Duration::from_secs(25);
/// How often the log is told where the records end.
const HEADS_EVERY: Duration = Duration::from_hours(24);
/// A database file of this size is checked in less than a second, so the start waits for it.
const CHECKED_AT_ONCE_BYTES: u64 = 64 * 1024 * 1024;
/// How long `healthcheck` waits.
const HEALTH_TIME: Duration = Duration::from_secs(5);

/// Send one payment link to many contacts, so that each opens a checkout that already knows them.
#[derive(Parser)]
#[command(name = "handbill", version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the product (what happens without a command).
    Serve,
    /// Create or update the tables, then stop.
    Migrate,
    /// People who log in.
    #[command(subcommand)]
    User(UserCommand),
    /// Fill a business with realistic data and print its login; when it is there already, only print.
    Demo {
        /// How many contacts it has in the end; the people of its story are always there.
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=1_000_000))]
        contacts: u32,
    },
    /// The people a business may ask for money.
    #[command(subcommand)]
    Contacts(ContactsCommand),
    /// Walk the record of what was sent, and say whether it is as it was written.
    VerifyLedger {
        /// Only this business: its id (biz_…) or its exact name.
        #[arg(long)]
        business: Option<String>,
        /// Compare with the heads in this file, as `ledger-head` or a receipt wrote them; - reads them from standard input.
        #[arg(long, value_name = "FILE")]
        head: Option<PathBuf>,
    },
    /// Print the signed end of the record, to be kept elsewhere: `verify-ledger --head` later shows whether all of it is there.
    LedgerHead {
        /// Only this business: its id (biz_…) or its exact name.
        #[arg(long)]
        business: Option<String>,
    },
    /// Sign the record anew where its signing key is lost for good; that the old end could not be checked stays on record.
    AcceptLostKey {
        /// The name of the key, as the refused start says it.
        kid: String,
    },
    /// Stop all sending, or let it go on, as after a restored backup.
    #[command(subcommand)]
    Sending(SendingCommand),
    /// Settings.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Ask the running server whether it is ready.
    Healthcheck,
    /// Copy the `SQLite` database to a file while it is in use.
    Backup {
        /// The file to write; it is replaced only by a whole copy.
        path: PathBuf,
    },
}

#[derive(Subcommand)]
enum UserCommand {
    /// Make a user; the first one also gets a business.
    Create {
        /// Their email.
        #[arg(long)]
        email: String,
        /// Read the password from standard input.
        #[arg(long, required = true)]
        password_stdin: bool,
        /// The business they join (biz_…); needed only when there are several.
        #[arg(long)]
        business: Option<String>,
        /// What they may do.
        #[arg(long, value_enum, default_value_t = RoleArgument::Owner)]
        role: RoleArgument,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum RoleArgument {
    Owner,
    Member,
}

#[derive(Subcommand)]
enum ContactsCommand {
    /// Bring a CSV file in: the same file again changes nothing.
    Import {
        /// The file; its columns and its encoding are guessed.
        file: PathBuf,
        /// The encoding, where the guess is wrong: utf-8, windows-1250, `shift_jis`, gb18030, macintosh and so on.
        #[arg(long)]
        encoding: Option<TextEncoding>,
        /// What a column holds, where the guess is wrong: "Telno=phone". Fields are `first_name`, `last_name`, `full_name`, email,
        /// phone, tags, `do_not_disturb`, `no_email`, `no_sms`, `accepts_messages`, `accepts_email`, `accepts_sms`; none leaves it out.
        #[arg(long = "column", value_name = "NAME=FIELD", value_parser = read_column)]
        columns: Vec<(String, Option<ImportField>)>,
        /// The business: its id (biz_…) or its exact name.
        #[arg(long)]
        business: String,
        /// Say what would happen, and change nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Subcommand)]
enum SendingCommand {
    /// Nothing leaves any more until it is started again.
    Stop {
        /// Only this business: its id (biz_…) or its exact name.
        #[arg(long)]
        business: Option<String>,
    },
    /// What waits leaves at its time.
    Start {
        /// Only this business: its id (biz_…) or its exact name.
        #[arg(long)]
        business: Option<String>,
    },
    /// Take back everything that waits, then let sending go on.
    Cancel {
        /// Only this business: its id (biz_…) or its exact name.
        #[arg(long)]
        business: Option<String>,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Read all settings and say what is wrong.
    Check,
}

/// What stops a command: one line for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A setting is wrong.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] db::OpenError),
    /// The product cannot be put together.
    #[error(transparent)]
    Start(#[from] StartError),
    /// A query failed.
    #[error("the database did not do it: {0}")]
    Query(#[from] db::Error),
    /// The product refused.
    #[error(transparent)]
    Refused(#[from] app::error::Error),
    /// Anything else, as a sentence.
    #[error("{0}")]
    Plain(String),
}

type Result<T, E = Error> = std::result::Result<T, E>;

fn plain<T>(text: impl Into<String>) -> Result<T> {
    Err(Error::Plain(text.into()))
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    std::panic::set_hook(Box::new(log_panic));
    match start(cli.command.unwrap_or(Command::Serve)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let line = error.to_string().replace('\n', " ");
            // Nothing is left to do when even this cannot be written.
            let _ = writeln!(std::io::stderr(), "handbill: {line}");
            ExitCode::FAILURE
        }
    }
}

fn start(command: Command) -> Result<()> {
    let config = Config::from_env()?;
    let log = Log::start(&config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|cause| Error::Plain(format!("the threads could not be started: {cause}")))?;
    let result = runtime.block_on(dispatch(command, config, &log));
    // A hash that is still running must not hold the exit up.
    runtime.shutdown_timeout(Duration::from_secs(1));
    log.finish();
    result
}

async fn dispatch(command: Command, config: Config, log: &Log) -> Result<()> {
    match command {
        Command::Serve => serve(config, log).await,
        Command::Migrate => {
            open(&config).await?.close().await;
            say("The database is up to date.")
        }
        Command::User(UserCommand::Create { email, password_stdin: _, business, role }) => {
            let password = password_from_stdin()?;
            let business = business.map(|id| id.parse::<BusinessId>()).transpose()?;
            let role = match role {
                RoleArgument::Owner => Role::Owner,
                RoleArgument::Member => Role::Member,
            };
            let service = service(config).await?;
            let user = service.create_user(NewUser { email, password, business, role }).await?;
            service.db.close().await;
            say(&format!("Created {user}."))
        }
        Command::Demo { contacts } => fill_demo(config, contacts).await,
        Command::Contacts(ContactsCommand::Import { file, encoding, columns, business, dry_run }) => {
            let service = service(config).await?;
            let file = ImportFile { path: file, encoding, fields: columns };
            let imported = import_contacts(&service, file, &business, dry_run).await;
            service.db.close().await;
            imported
        }
        Command::VerifyLedger { business, head } => {
            let kept = head.as_deref().map(read_heads).transpose()?;
            let db = open_sealed(&config).await?;
            let verified = verify_ledger(&db, business.as_deref(), kept).await;
            db.close().await;
            verified
        }
        Command::Sending(command) => {
            let service = service(config).await?;
            let done = change_sending(&service, command).await;
            service.db.close().await;
            done
        }
        Command::LedgerHead { business } => {
            let db = open_sealed(&config).await?;
            let printed = print_heads(&db, business.as_deref()).await;
            db.close().await;
            printed
        }
        Command::AcceptLostKey { kid } => {
            let db = open(&config).await?;
            let accepted = accept_lost_key(&db, &config, &kid).await;
            db.close().await;
            accepted
        }
        Command::Config(ConfigCommand::Check) => {
            let keys = SigningKeys::given(&config.signing).map_err(StartError::from)?;
            if keys.is_none() && !config.store.is_sqlite() {
                return Err(StartError::NoKeys.into());
            }
            say("All settings can be used.")
        }
        Command::Healthcheck => healthcheck(config.http.listen),
        Command::Backup { path } => backup(&config, &path).await,
    }
}

async fn fill_demo(config: Config, contacts: u32) -> Result<()> {
    let service = service(config).await?;
    let login = demo::fill(&service, contacts as usize).await?;
    service.db.close().await;
    say(&format!("Email:    {}", login.email))?;
    say(&format!("Password: {}", login.password))?;
    say(&format!("Checkout: {}", login.checkout_url))
}

fn say(line: &str) -> Result<()> {
    match writeln!(std::io::stdout(), "{line}") {
        // The reader has heard enough, as `head` has; what the command does goes on.
        Err(cause) if cause.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(|cause| Error::Plain(format!("nothing can be written: {cause}"))),
    }
}

fn complain(line: &str) -> Result<()> {
    writeln!(std::io::stderr(), "{line}").map_err(|cause| Error::Plain(format!("nothing can be written: {cause}")))
}

/// Where something broke, never what with: a panic's words can hold an address or a name.
fn log_panic(info: &PanicHookInfo<'_>) {
    let place = info.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    tracing::error!(place, "a task broke");
}

fn make_folder(config: &Config) -> Result<()> {
    let Some(folder) = config.store.folder() else { return Ok(()) };
    db::files::make_folder(&folder)
        .map_err(|cause| Error::Plain(format!("DATABASE_URL: cannot make the folder {}: {cause}", folder.display())))
}

async fn open(config: &Config) -> Result<Db> {
    make_folder(config)?;
    let db = Db::open(&config.store.url).await?;
    db.migrate().await?;
    Ok(db)
}

/// Opens the store for commands about its ledger: with the keys that sign it, where there are any.
async fn open_sealed(config: &Config) -> Result<Db> {
    let db = open(config).await?;
    Ok(match SigningKeys::given(&config.signing).map_err(StartError::from)? {
        Some(keys) => db.sealed_with(Seal::new(&keys).map_err(StartError::from)?),
        None => db,
    })
}

/// Opens and migrates the store and puts the product together.
pub async fn service(config: Config) -> Result<Service> {
    make_folder(&config)?;
    let clock = SystemClock::ahead(config.clock_ahead_ms);
    Ok(Service::open(config, Arc::new(clock)).await?)
}

async fn serve(config: Config, log: &Log) -> Result<()> {
    let listen = config.http.listen;
    // Before anything is written: a second server on the same port shall do no harm.
    let listener = TcpListener::bind(listen).await.map_err(|cause| cannot_listen(listen, &cause))?;
    let service = service(config).await?;
    service.watch.begin(&service.db, service.clock.now()).await?;
    let site = http::files::Site::load().map_err(|cause| Error::Plain(cause.to_string()))?;
    check_file(&service).await;
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    let http = Http::new(service.clone(), site, stop.clone());
    tokio::spawn(tell_each_minute(log.clone(), Arc::clone(&http.answered)));
    tokio::spawn(service.clone().forget_what_is_old(stop.clone()));
    tokio::spawn(service.clone().clean_imports(stop.clone()));
    let router = http::router(http);
    let sending = tokio::spawn({
        let (service, stop) = (service.clone(), stop.clone());
        async move { Dispatcher::new(service).run(stop).await }
    });
    tokio::spawn(log_heads(service.clone(), stop.clone()));
    let address = service.config.http.public_url.clone();
    let zones = zones::database::current();
    tracing::info!(version = %zones.version, from_the_machine = zones.is_machines, "time zones");
    tracing::info!(%listen, %address, "ready");
    let limits = Limits::within(http::serve::open_files());
    tracing::info!(connections = limits.connections, of_address = limits.of_address, "limits");
    let proxies = service.config.http.trusted_proxies.clone().into();
    let server = http::serve::serve(listener, router, limits, proxies, stop.clone());
    let late = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = server => {}
        () = late => tracing::warn!("some requests did not end in time"),
    }
    stop.cancel();
    if sending.await.is_err() {
        tracing::error!("the dispatcher broke");
    }
    // What went wrong is in the log, and the stop goes on.
    let _ = service.write_openings().await;
    let _ = service.watch.move_on(&service.db).await;
    service.db.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// What is counted instead of logged is told once a minute.
async fn tell_each_minute(log: Log, answered: Arc<Answered>) {
    loop {
        tokio::time::sleep(Duration::from_mins(1)).await;
        answered.tell();
        log.tell_what_was_left_out();
    }
}

/// Tells the log every day where the records end.
async fn log_heads(service: Service, stop: CancellationToken) {
    loop {
        if let Err(error) = seal::log_heads(&service.db).await {
            tracing::warn!(%error, "the ends of the record were not logged");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(HEADS_EVERY) => {}
        }
    }
}

/// Looks at the database file before anybody else does; a large one is looked at meanwhile.
async fn check_file(service: &Service) {
    let file = service.config.store.sqlite_file();
    let bytes = file.and_then(|file| std::fs::metadata(file).ok()).map_or(0, |found| found.len());
    let checking = tokio::spawn({
        let service = service.clone();
        async move {
            if let Err(error) = service.db.check_file().await {
                tracing::warn!(%error, "the database file could not be checked");
            }
        }
    });
    if bytes <= CHECKED_AT_ONCE_BYTES && checking.await.is_err() {
        tracing::error!("the check of the database file broke");
    }
}

fn cannot_listen(listen: SocketAddr, cause: &std::io::Error) -> Error {
    let why = match cause.kind() {
        std::io::ErrorKind::AddrInUse => "another program uses this port".to_owned(),
        std::io::ErrorKind::PermissionDenied => "this port needs more rights".to_owned(),
        std::io::ErrorKind::AddrNotAvailable => "this machine does not have this address".to_owned(),
        _ => cause.to_string(),
    };
    Error::Plain(format!("LEPTOS_SITE_ADDR: cannot listen on {listen}: {why}"))
}

async fn stop_on_signal(stop: CancellationToken) {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            stop.cancel();
            return;
        }
    }
    #[cfg(not(unix))]
    let _ = interrupt.await;
    stop.cancel();
}

fn password_from_stdin() -> Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut text)
        .map_err(|cause| Error::Plain(format!("the password could not be read: {cause}")))?;
    // `echo` and people end the line; the line end is not part of the password.
    let password = text.strip_suffix('\n').unwrap_or(&text);
    Ok(password.strip_suffix('\r').unwrap_or(password).to_owned())
}

fn healthcheck(listen: SocketAddr) -> Result<()> {
    let ip = match listen.ip() {
        IpAddr::V4(any) if any.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(any) if any.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let address = SocketAddr::new(ip, listen.port());
    let asked = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, HEALTH_TIME)?;
        stream.set_read_timeout(Some(HEALTH_TIME))?;
        stream.set_write_timeout(Some(HEALTH_TIME))?;
        write!(stream, "GET /ready HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        Ok(answer)
    };
    match asked() {
        Ok(answer) if answer.split(' ').nth(1) == Some("200") => say("ready"),
        Ok(answer) => {
            let why = answer.lines().last().filter(|line| !line.is_empty()).unwrap_or("it does not say why");
            plain(format!("the server at {address} is not ready: {why}"))
        }
        Err(cause) => plain(format!("no answer from {address}: {cause}")),
    }
}

async fn find_business(db: &Db, business: &str) -> Result<StoredBusiness> {
    let businesses = db::businesses::list(&mut *db.read().await?).await?;
    let mut named = businesses.into_iter().filter(|known| known.id.as_str() == business || known.name == business);
    let Some(found) = named.next() else { return plain(format!("there is no business {business}")) };
    if named.next().is_some() {
        return plain(format!("several businesses are called {business}: give the id (biz_…)"));
    }
    Ok(found)
}

/// Stops or starts the sending of one business or of all, and says for each what happened.
async fn change_sending(service: &Service, command: SendingCommand) -> Result<()> {
    // A copy that no server has seen yet is seen now, so that this decision is the last word on it.
    service.watch.begin(&service.db, service.clock.now()).await?;
    let (business, after) = match &command {
        SendingCommand::Stop { business } => (business, None),
        SendingCommand::Start { business } => (business, Some(After::Send)),
        SendingCommand::Cancel { business } => (business, Some(After::Cancel)),
    };
    for found in find_businesses(&service.db, business.as_deref()).await? {
        let said = match after {
            None => service.begin_halt(&found.id).await.map(|()| "Sending is stopped.".to_owned()),
            Some(after) => service.end_halt(&found.id, None, after).await,
        };
        // What was not stopped needs no start.
        let said = said.or_else(|error| match error {
            app::error::Error::Conflict(said) => Ok(said),
            error => Err(error),
        })?;
        say(&format!("{}: {said}", found.id))?;
    }
    Ok(())
}

async fn find_businesses(db: &Db, business: Option<&str>) -> Result<Vec<StoredBusiness>> {
    match business {
        Some(business) => Ok(vec![find_business(db, business).await?]),
        None => Ok(db::businesses::list(&mut *db.read().await?).await?),
    }
}

/// Names the first broken entry of each chain, what the tables say otherwise, and the kept heads that a chain does not reach;
/// without any, counts what is whole.
async fn verify_ledger(db: &Db, business: Option<&str>, kept: Option<Vec<KeptHead>>) -> Result<()> {
    let (mut faults, mut missing_keys) = (Vec::new(), BTreeSet::new());
    let (mut entries, mut chains) = (0, 0);
    for found in find_businesses(db, business).await? {
        let check = ledger::verify(db, &found.id).await?;
        entries += check.entries;
        chains += i64::from(check.entries > 0);
        faults.extend(check.broken.iter().chain(&check.later).map(|broken| format!("{}: {broken}", found.id)));
        missing_keys.extend(check.missing_key);
        faults.extend(check.differences.iter().map(|difference| format!("{}: {difference}", found.id)));
    }
    match db.seal() {
        Some(seal) => {
            for head in kept.iter().flatten() {
                let fault = seal::compare_head(db, seal, head).await?;
                faults.extend(fault.map(|fault| format!("{}: {fault}", head.business)));
            }
        }
        None if kept.is_some() => return plain(NO_KEYS),
        None => {}
    }
    let strays = if business.is_none() { db::ledger::count_strays(&mut *db.read().await?).await? } else { 0 };
    if strays > 0 {
        faults.push(format!("{strays} rows belong to no business"));
    }
    for fault in &faults {
        say(fault)?;
    }
    if faults.is_empty() && db.seal().is_none() {
        complain("The signatures were not checked, because there are no SIGNING_KEYS here.")?;
    }
    match (faults.len(), kept.map_or(0, |kept| kept.len())) {
        (0, _) if !missing_keys.is_empty() => plain(format!(
            "the entries are whole; whether any were cut off cannot be checked, because the signing key {} is not here",
            missing_keys.into_iter().collect::<Vec<_>>().join(", ")
        )),
        (0, 0) => say(&format!("{entries} entries of {chains} businesses, all whole")),
        (0, heads) => {
            say(&format!("{entries} entries of {chains} businesses, all whole, with all of {heads} kept heads"))
        }
        (1, _) => plain("the ledger is broken in one place"),
        (faults, _) => plain(format!("the ledger is broken in {faults} places")),
    }
}

async fn accept_lost_key(db: &Db, config: &Config, kid: &str) -> Result<()> {
    let keys = match SigningKeys::given(&config.signing).map_err(StartError::from)? {
        Some(keys) if keys.kids().any(|ours| ours == kid) => return plain(format!("the key {kid} is not lost")),
        Some(keys) => keys,
        None if config.store.is_sqlite() => {
            SigningKeys::load_or_create(&config.signing.file).map_err(StartError::from)?
        }
        None => return Err(StartError::NoKeys.into()),
    };
    let db = db.clone().sealed_with(Seal::new(&keys).map_err(StartError::from)?);
    let now = SystemClock::ahead(config.clock_ahead_ms).now();
    match seal::accept_lost_key(&db, kid, now).await? {
        0 => plain(format!("nothing is signed with a key {kid}")),
        count => say(&format!("Signed anew: the records of {count} businesses.")),
    }
}

const NO_KEYS: &str = "SIGNING_KEYS: set them as for the server; without them a head can be neither made nor checked";

fn read_heads(file: &Path) -> Result<Vec<KeptHead>> {
    let cannot_read = |cause: std::io::Error| Error::Plain(format!("cannot read {}: {cause}", file.display()));
    let text = if file == Path::new("-") {
        std::io::read_to_string(std::io::stdin()).map_err(cannot_read)?
    } else {
        std::fs::read_to_string(file).map_err(cannot_read)?
    };
    match KeptHead::read_all(&text) {
        Some(heads) if !heads.is_empty() => Ok(heads),
        Some(_) => plain(format!("there is no head in {}: it is a line of `handbill ledger-head`", file.display())),
        None => plain(format!("a head in {} is not whole", file.display())),
    }
}

async fn print_heads(db: &Db, business: Option<&str>) -> Result<()> {
    let Some(seal) = db.seal() else { return plain(NO_KEYS) };
    seal::seal_heads(db, seal).await?;
    for found in find_businesses(db, business).await? {
        let head = db::ledger::find_head(&mut *db.read().await?, &found.id).await?.unwrap_or_default();
        if !seal.covers(found.id.as_str(), &head) {
            return plain(format!(
                "{}: the end of the record is not the one that was signed: run verify-ledger",
                found.id
            ));
        }
        if head.entries > 0 {
            say(&KeptHead { business: found.id.to_string(), head }.to_string())?;
        }
    }
    Ok(())
}

/// `NAME=FIELD`
fn read_column(text: &str) -> Result<(String, Option<ImportField>), String> {
    let (name, word) = text.rsplit_once('=').ok_or("write NAME=FIELD")?;
    if word == "none" {
        return Ok((name.to_owned(), None));
    }
    let fields = || ImportField::ALL.map(ImportField::as_str).join(", ");
    ImportField::find(word)
        .map(|field| (name.to_owned(), Some(field)))
        .ok_or_else(|| format!("the fields are {}", fields()))
}

async fn import_contacts(service: &Service, file: ImportFile, business: &str, dry_run: bool) -> Result<()> {
    let found = find_business(&service.db, business).await?;
    let name = file.path.display().to_string();
    let imported = service
        .import_contacts(&found.id, &found.country, file, !dry_run)
        .await
        .map_err(|cause| Error::Plain(format!("{name}: {cause}")))?;
    say_columns(&imported)?;
    let report = imported.report;
    if dry_run {
        for sample in &report.samples {
            let dnd = sample.dnd.label().unwrap_or("may be written to");
            say(&format!(
                "line {}: first name \u{201c}{}\u{201d}, last name \u{201c}{}\u{201d}, email {}, phone {}, {dnd}",
                sample.line,
                sample.first_name,
                sample.last_name,
                shown(&sample.email),
                shown(&sample.phone),
            ))?;
        }
    }
    for problem in &report.problems {
        say(&format!("line {}: {}", problem.line, problem.message))?;
    }
    say_counts(&report, dry_run)?;
    if report.has_nobody() {
        return plain(format!("{name}: no row names anybody; nothing was imported"));
    }
    Ok(())
}

/// An address, and whether it can be used.
fn shown<T: std::fmt::Display>(address: &Typed<T>) -> String {
    match address {
        Typed::Missing => "none".to_owned(),
        Typed::Valid(address) => address.to_string(),
        Typed::Invalid(typed) => format!("\u{201c}{typed}\u{201d} (not valid)"),
    }
}

fn say_columns(imported: &ImportedFile) -> Result<()> {
    let left_out = LeftOut::of(&imported.columns);
    if !left_out.speaking_of_consent.is_empty() {
        say(&format!(
            "WARNING: left out, although the name speaks of consent: {}. If one says who must not be written to, use --column.",
            LeftOut::quoted(&left_out.speaking_of_consent)
        ))?;
    }
    say(&format!("Encoding: {}", imported.encoding.as_str()))?;
    for column in &imported.columns {
        if let Some(field) = column.field {
            say(&format!("column \u{201c}{}\u{201d}: {}", column.name, field.label()))?;
        }
    }
    if !left_out.others.is_empty() {
        say(&format!("Left out: {}", LeftOut::quoted(&left_out.others)))?;
    }
    Ok(())
}

fn say_counts(report: &ImportReport, dry_run: bool) -> Result<()> {
    if let Some(unreachable) = report.unreachable_in_words() {
        say(&unreachable)?;
    }
    say(&format!(
        "{}: {} new, {} updated, {} unchanged, {} invalid email, {} invalid phone, {} unclear do-not-disturb, {} repeated, \
         {} unreadable, {} blank.",
        if dry_run { "Dry run, nothing changed" } else { "Done" },
        report.new,
        report.updated,
        report.unchanged,
        report.invalid_email,
        report.invalid_phone,
        report.unclear_consent,
        report.repeated,
        report.unreadable,
        report.blank,
    ))
}

async fn backup(config: &Config, path: &Path) -> Result<()> {
    let Some(file) = config.store.sqlite_file() else {
        return plain("backup copies SQLite only; for PostgreSQL use pg_dump with the same DATABASE_URL");
    };
    if !file.exists() {
        return plain(format!("DATABASE_URL: there is no database at {}", file.display()));
    }
    let db = Db::open(&config.store.url).await?;
    if db.engine() != Engine::Sqlite {
        return plain("backup copies SQLite only");
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let draft = path.with_file_name(name);
    let copied = copy(&db, &draft, path).await;
    db.close().await;
    if copied.is_err() {
        // The half copy is of no use to anyone; its absence is as good.
        let _ = std::fs::remove_file(&draft);
    }
    copied?;
    say(&format!("Copied to {}.", path.display()))?;
    match &config.signing.keys {
        None if config.signing.file.exists() => {
            say(&format!("Keep {} as well: without it the copy does not start.", config.signing.file.display()))
        }
        _ => Ok(()),
    }
}

async fn copy(db: &Db, draft: &Path, path: &Path) -> Result<()> {
    let Some(text) = draft.to_str() else { return plain("the path is not plain text") };
    db::files::make_private(draft)
        .map_err(|cause| Error::Plain(format!("cannot write {}: {cause}", path.display())))?;
    db.copy_into(text).await?;
    let settle = || -> std::io::Result<()> {
        std::fs::File::open(draft)?.sync_all()?;
        std::fs::rename(draft, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        std::fs::File::open(folder)?.sync_all()
    };
    settle().map_err(|cause| Error::Plain(format!("cannot write {}: {cause}", path.display())))
}
