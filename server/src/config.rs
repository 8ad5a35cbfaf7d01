//! What the operator sets, read once at start: one struct for each concern, refused whole when a part is wrong.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use crate::clock::DAY_MS;
use ipnet::IpNet;
use lettre::{Address, message::Mailbox};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

/// Where Twilio answers when no other address is set.
const TWILIO_API: &str = "https://api.twilio.com";

/// A setting that cannot be used, in one line that names it and never repeats a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{setting}: {problem}")]
pub struct Error {
    /// The environment variable.
    pub setting: &'static str,
    /// What is wrong with it and what to write instead.
    pub problem: String,
}

type Result<T> = std::result::Result<T, Error>;

fn wrong<T>(setting: &'static str, problem: impl Into<String>) -> Result<T> {
    Err(Error { setting, problem: problem.into() })
}

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Keeps a value out of logs.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself, for the one call that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// Everything the operator sets.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the data is.
    pub store: StoreConfig,
    /// Where the server listens and how the world calls it.
    pub http: HttpConfig,
    /// Who sends mail; the outbox when none.
    pub smtp: Option<SmtpConfig>,
    /// What mail says it is from.
    pub mail_from: Mailbox,
    /// Who sends texts; the outbox when none.
    pub twilio: Option<TwilioConfig>,
    /// What proves that a bounce was handed on by the operator's own mail server; none takes no bounces.
    pub bounce_secret: Option<Secret>,
    /// What signs personal tokens.
    pub signing: SigningConfig,
    /// How the log is written.
    pub log: LogConfig,
    /// How far our clock is ahead of the machine's, milliseconds: rehearsals only.
    pub clock_ahead_ms: i64,
}

/// The database.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreConfig {
    /// `sqlite://…` or `postgres://…`.
    pub url: String,
}

impl StoreConfig {
    /// True for `SQLite`, false for `PostgreSQL`.
    pub fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// The folder that holds a `SQLite` file; none for `PostgreSQL` and for a database in memory.
    pub fn folder(&self) -> Option<PathBuf> {
        let file = self.sqlite_file()?;
        Some(match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        })
    }

    /// The `SQLite` file, when that is what the address names.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let path = self.url.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
    }
}

impl fmt::Debug for StoreConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address can carry a password: only the engine is worth showing.
        let engine = self.url.split(':').next().unwrap_or_default();
        f.debug_struct("StoreConfig").field("engine", &engine).finish_non_exhaustive()
    }
}

/// The web server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpConfig {
    /// Where it listens.
    pub listen: SocketAddr,
    /// What links in messages begin with.
    pub public_url: PublicUrl,
    /// Peers whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
}

/// The address the world knows, as an origin without a trailing slash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// Reads `http(s)://host[:port]`; a path would break cookies and links, so it is refused.
    pub fn parse(value: &str) -> Result<Self> {
        const NAME: &str = "PUBLIC_URL";
        let Ok(url) = Url::parse(value) else {
            return wrong(NAME, "write an address such as https://pay.example.com");
        };
        if !matches!(url.scheme(), "http" | "https") {
            return wrong(NAME, "must begin with http:// or https://");
        }
        if url.host().is_none() {
            return wrong(NAME, "write a host, such as https://pay.example.com");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong(NAME, "must not hold a user or password");
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return wrong(NAME, "must end after the host and port, without a path");
        }
        Ok(Self(url.origin().ascii_serialization()))
    }

    /// The origin, such as `https://pay.example.com`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True when the world reaches us by TLS: cookies are then `Secure` and HSTS is sent.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A block of addresses, such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network(IpNet);

impl Network {
    /// Reads `10.0.0.0/8`, `fd00::/8` or a single address.
    pub fn parse(value: &str) -> Option<Self> {
        let alone = || value.parse::<IpAddr>().map(IpNet::from);
        value.parse().or_else(|_| alone()).ok().map(Self)
    }

    /// True when the address lies in this block; an IPv4 address and its mapped form are one.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mapped = match address {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().into(),
            v6 @ IpAddr::V6(_) => v6,
        };
        self.0.contains(&address) || self.0.contains(&mapped)
    }
}

/// How the line to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// Plain text: only for a server on this machine, or when the operator says so.
    None,
    /// `STARTTLS`, and no mail without it.
    Required,
    /// TLS from the first byte (`smtps://`).
    Implicit,
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SmtpConfig {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the line is protected.
    pub tls: SmtpTls,
    /// Log-in name and password.
    pub credentials: Option<(String, Secret)>,
}

impl SmtpConfig {
    /// Reads `smtp://user:pass@host:587?tls=required`.
    pub fn parse(value: &str) -> Result<Self> {
        const NAME: &str = "SMTP_URL";
        let Ok(url) = Url::parse(value) else {
            return wrong(NAME, "write an address such as smtp://user:password@mail.example.com:587");
        };
        let implicit = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return wrong(NAME, "must begin with smtp:// or smtps://"),
        };
        let Some(host) = url.host_str().filter(|host| !host.is_empty()) else {
            return wrong(NAME, "names no host");
        };
        let host = host.trim_matches(['[', ']']).to_owned();
        let mut tls = match (implicit, is_this_machine(&host)) {
            (true, _) => SmtpTls::Implicit,
            (false, true) => SmtpTls::None,
            (false, false) => SmtpTls::Required,
        };
        for (key, value) in url.query_pairs() {
            match (key.as_ref(), value.as_ref(), implicit) {
                ("tls", "required", false) => tls = SmtpTls::Required,
                ("tls", "none", false) => tls = SmtpTls::None,
                ("tls", "required", true) => {}
                ("tls", _, true) => return wrong(NAME, "smtps:// always uses TLS"),
                ("tls", _, false) => return wrong(NAME, "tls must be required or none"),
                _ => return wrong(NAME, "knows only the option tls"),
            }
        }
        let port = url.port().unwrap_or(match tls {
            SmtpTls::Implicit => 465,
            SmtpTls::Required => 587,
            SmtpTls::None => 25,
        });
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) if !user.is_empty() => {
                Some((percent_decoded(NAME, user)?, Secret::new(percent_decoded(NAME, password)?)))
            }
            _ => return wrong(NAME, "needs both a user and a password, or neither"),
        };
        if tls == SmtpTls::None && credentials.is_some() && !is_this_machine(&host) {
            return wrong(NAME, "would send the password in the clear: use tls=required");
        }
        Ok(Self { host, port, tls, credentials })
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn percent_decoded(setting: &'static str, value: &str) -> Result<String> {
    match percent_decode_str(value).decode_utf8() {
        Ok(decoded) if !decoded.contains(char::is_control) => Ok(decoded.into_owned()),
        _ => wrong(setting, "holds a user or password that is not plain text"),
    }
}

/// Reads what mail says it is from: `Name <local@host>` or `local@host`.
fn read_mail_from(value: &str) -> Result<Mailbox> {
    const NAME: &str = "MAIL_FROM";
    let value = value.trim();
    if value.chars().any(char::is_control) {
        return wrong(NAME, "must be one line of plain text");
    }
    // A name with a comma or another such sign needs no quotation marks here.
    let named = value.strip_suffix('>').and_then(|value| value.split_once('<'));
    let (name, address) = named.unwrap_or(("", value));
    let name = Some(name.trim().trim_matches('"').trim()).filter(|name| !name.is_empty());
    match address.trim().parse::<Address>() {
        Ok(address) if address.to_string().is_ascii() => Ok(Mailbox::new(name.map(ToOwned::to_owned), address)),
        _ => wrong(NAME, "write it as Handbill <payments@example.com>"),
    }
}

/// The text-message provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwilioConfig {
    /// Whose account.
    pub account_sid: String,
    /// What proves it, and what signs its callbacks.
    pub auth_token: Secret,
    /// The number or sender name that texts come from.
    pub from: String,
    /// Where its API answers, without a trailing slash.
    pub api_base: String,
}

impl TwilioConfig {
    /// Whether it is Twilio itself, and not someone who speaks the same.
    pub fn is_twilios_own(&self) -> bool {
        self.api_base == TWILIO_API
    }
}

/// What signs personal tokens: the operator's own keys, else a file kept with the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SigningConfig {
    /// `kid:base64,kid:base64`, when set.
    pub keys: Option<Secret>,
    /// Where keys are kept otherwise.
    pub file: PathBuf,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogConfig {
    /// How lines look.
    pub format: LogFormat,
    /// What is written (`RUST_LOG`).
    pub filter: String,
}

impl Config {
    /// Reads every setting from the environment.
    pub fn from_env() -> Result<Self> {
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads every setting from wherever `get` finds it; an empty value counts as none.
    pub fn read(get: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let get = |name: &str| get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let store = read_store(&get)?;
        let http = read_http(&get)?;
        let smtp = get("SMTP_URL").map(|value| SmtpConfig::parse(&value)).transpose()?;
        let mail_from = get("MAIL_FROM");
        let mail_from = read_mail_from(mail_from.as_deref().unwrap_or("Handbill <payments@localhost>"))?;
        let twilio = read_twilio(&get)?;
        refuse_stripe(&get)?;
        let bounce_secret = read_bounce_secret(&get)?;
        let log = read_log(&get)?;
        let signing = SigningConfig {
            keys: get("SIGNING_KEYS").map(Secret::new),
            file: store.folder().unwrap_or_else(|| PathBuf::from("data")).join("signing-keys"),
        };
        let clock_ahead_ms = read_clock_ahead(&get)?;
        Ok(Self { store, http, smtp, mail_from, twilio, bounce_secret, signing, log, clock_ahead_ms })
    }
}

type Get<'a> = dyn Fn(&str) -> Option<String> + 'a;

fn read_store(get: &Get) -> Result<StoreConfig> {
    const NAME: &str = "DATABASE_URL";
    let url = get(NAME).unwrap_or_else(|| "sqlite://data/handbill.db".to_owned());
    let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    if !known {
        return wrong(NAME, "must begin with sqlite:// or postgres://");
    }
    if url.starts_with("postgres") && Url::parse(&url).is_err() {
        return wrong(NAME, "write an address such as postgres://user:password@host/database");
    }
    let store = StoreConfig { url };
    if store.is_sqlite() && store.sqlite_file().is_none() && !store.url.contains("memory") {
        return wrong(NAME, "names no file, write one such as sqlite://data/handbill.db");
    }
    Ok(store)
}

fn read_http(get: &Get) -> Result<HttpConfig> {
    let listen = get("LEPTOS_SITE_ADDR").unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let Ok(listen) = listen.parse::<SocketAddr>() else {
        return wrong("LEPTOS_SITE_ADDR", "write an address and a port, such as 127.0.0.1:3000");
    };
    let public_url = match get("PUBLIC_URL") {
        Some(value) => PublicUrl::parse(&value)?,
        None => PublicUrl::parse(&format!("http://{listen}"))?,
    };
    let mut trusted_proxies = Vec::new();
    for part in get("TRUSTED_PROXIES").iter().flat_map(|v| v.split(',')) {
        let part = part.trim();
        let Some(network) = Network::parse(part) else {
            return wrong("TRUSTED_PROXIES", "write addresses or blocks, such as 10.0.0.0/8,192.168.1.5");
        };
        trusted_proxies.push(network);
    }
    Ok(HttpConfig { listen, public_url, trusted_proxies })
}

fn read_twilio(get: &Get) -> Result<Option<TwilioConfig>> {
    const NEEDED: [&str; 3] = ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "TWILIO_FROM"];
    let values = NEEDED.map(get);
    let api_base = get("TWILIO_API_BASE");
    if values.iter().all(Option::is_none) && api_base.is_none() {
        return Ok(None);
    }
    let [Some(account_sid), Some(auth_token), Some(from)] = values else {
        let missing = NEEDED.into_iter().find(|name| get(name).is_none()).unwrap_or("TWILIO_FROM");
        return wrong(missing, "is missing: text messages need TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM");
    };
    if !account_sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return wrong("TWILIO_ACCOUNT_SID", "holds letters and digits only");
    }
    if from.len() > 64 || !from.bytes().all(|b| b.is_ascii_graphic() || b == b' ') {
        return wrong("TWILIO_FROM", "write a number such as +14155550123 or a sender name");
    }
    let api_base = api_base.unwrap_or_else(|| TWILIO_API.to_owned());
    let usable = Url::parse(&api_base).is_ok_and(|url| {
        let plain = url.scheme() == "http";
        let encrypted = url.scheme() == "https";
        let local = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback() || address.is_private(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            // Names without a dot are machines on the operator's own network.
            Some(Host::Domain(name)) => !name.contains('.'),
            None => return false,
        };
        (encrypted || (plain && local)) && url.query().is_none() && url.fragment().is_none()
    });
    if !usable {
        return wrong("TWILIO_API_BASE", "write an https:// address (http:// only on your own network)");
    }
    Ok(Some(TwilioConfig {
        account_sid,
        auth_token: Secret::new(auth_token),
        from,
        api_base: api_base.trim_end_matches('/').to_owned(),
    }))
}

fn read_bounce_secret(get: &Get) -> Result<Option<Secret>> {
    const NAME: &str = "BOUNCE_SECRET";
    match get(NAME) {
        Some(value) if value.len() < 16 || !value.bytes().all(|byte| byte.is_ascii_graphic()) => {
            wrong(NAME, "write at least 16 letters, digits and signs, without blanks")
        }
        value => Ok(value.map(Secret::new)),
    }
}

/// A key that would be ignored in silence is worse than none: payments would look real and not be.
fn refuse_stripe(get: &Get) -> Result<()> {
    for name in ["STRIPE_SECRET_KEY", "STRIPE_WEBHOOK_SECRET", "STRIPE_API_BASE"] {
        if get(name).is_some() {
            return wrong(name, "this version takes payments with the test gateway only, remove the setting");
        }
    }
    Ok(())
}

/// A rehearsal lives some days ahead of time, to see reminders leave; what customers use never does.
fn read_clock_ahead(get: &Get) -> Result<i64> {
    const NAME: &str = "CLOCK_AHEAD_DAYS";
    let Some(days) = get(NAME) else { return Ok(0) };
    if !cfg!(debug_assertions) {
        return wrong(NAME, "is for rehearsals with a debug build: leave it out");
    }
    match days.parse::<u16>() {
        Ok(days) => Ok(i64::from(days) * DAY_MS),
        Err(_) => wrong(NAME, "write a number of days, such as 3"),
    }
}

fn read_log(get: &Get) -> Result<LogConfig> {
    let format = match get("LOG_FORMAT").as_deref() {
        None | Some("text") => LogFormat::Text,
        Some("json") => LogFormat::Json,
        Some(_) => return wrong("LOG_FORMAT", "must be text or json"),
    };
    let filter = get("RUST_LOG").unwrap_or_else(|| "info".to_owned());
    if tracing_subscriber::EnvFilter::try_new(&filter).is_err() {
        return wrong("RUST_LOG", "write a level such as info, or target=level pairs");
    }
    Ok(LogConfig { format, filter })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Config> {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Config::read(&move |name| {
            let given = pairs.iter().find(|(key, _)| key == name);
            match (name, given) {
                (_, Some((_, value))) => Some(value.clone()),
                ("DATABASE_URL", None) => Some("sqlite::memory:".to_owned()),
                _ => None,
            }
        })
    }

    #[test]
    fn nothing_set_means_the_outbox_and_the_local_address() {
        let config = read(&[]).unwrap();
        assert!(config.smtp.is_none() && config.twilio.is_none());
        assert_eq!(config.http.public_url.as_str(), "http://127.0.0.1:3000");
        assert_eq!(config.mail_from.name.as_deref(), Some("Handbill"));
        assert_eq!(config.mail_from.email.domain(), "localhost");
        assert_eq!(config.log.format, LogFormat::Text);
    }

    #[test]
    fn a_wrong_setting_is_named_in_one_line() {
        for (name, value) in [
            ("DATABASE_URL", "mysql://x"),
            ("DATABASE_URL", "sqlite://"),
            ("LEPTOS_SITE_ADDR", "localhost"),
            ("PUBLIC_URL", "pay.example.com"),
            ("PUBLIC_URL", "ftp://pay.example.com"),
            ("PUBLIC_URL", "https://pay.example.com/shop"),
            ("PUBLIC_URL", "https://me:you@pay.example.com"),
            ("SMTP_URL", "mail.example.com:587"),
            ("SMTP_URL", "smtp://user@mail.example.com"),
            ("SMTP_URL", "smtp://mail.example.com?tls=maybe"),
            ("SMTP_URL", "smtp://me:pw@mail.example.com?tls=none"),
            ("MAIL_FROM", "nobody"),
            ("MAIL_FROM", "A <a@b>\r\nBcc: c@d"),
            ("TWILIO_API_BASE", "https://sms.example.com"),
            ("TWILIO_FROM", "+14155550123"),
            ("BOUNCE_SECRET", "too-short"),
            ("BOUNCE_SECRET", "with a blank in it, so no header"),
            ("STRIPE_SECRET_KEY", "sk_test"),
            ("LOG_FORMAT", "xml"),
            ("RUST_LOG", "a=b=c"),
            ("TRUSTED_PROXIES", "10.0.0.0/33"),
            ("CLOCK_AHEAD_DAYS", "tomorrow"),
            ("CLOCK_AHEAD_DAYS", "-1"),
        ] {
            let line = read(&[(name, value)]).expect_err(name).to_string();
            let group = if name.starts_with("TWILIO") { "TWILIO" } else { name };
            assert!(line.starts_with(group), "{name}={value}: {line}");
            assert!(!line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn a_sender_s_name_may_hold_any_sign_or_be_left_out() {
        for (value, name) in [
            ("Studio, Inc. <pay@shop.example>", Some("Studio, Inc.")),
            ("\"Studio (Nord)\" <pay@shop.example>", Some("Studio (Nord)")),
            ("Zoë <pay@shop.example>", Some("Zoë")),
            ("<pay@shop.example>", None),
            (" pay@shop.example ", None),
        ] {
            let from = read_mail_from(value).unwrap();
            assert_eq!((from.name.as_deref(), from.email.to_string().as_str()), (name, "pay@shop.example"));
        }
        for value in ["Studio pay@shop.example", "A <b@c> <pay@shop.example>", "pay@shöp.example", "@shop.example"] {
            assert!(read_mail_from(value).is_err(), "{value}");
        }
    }

    #[test]
    fn half_a_sms_provider_is_refused_and_names_what_is_missing() {
        let line = read(&[("TWILIO_ACCOUNT_SID", "AC1"), ("TWILIO_FROM", "+14155550123")]).unwrap_err().to_string();
        assert!(line.starts_with("TWILIO_AUTH_TOKEN: is missing"), "{line}");
    }

    #[test]
    fn no_secret_is_printed() {
        let config = read(&[
            ("SMTP_URL", "smtp://user:hunter2hunter2@mail.example.com"),
            ("TWILIO_ACCOUNT_SID", "AC1"),
            ("TWILIO_AUTH_TOKEN", "hunter3hunter3"),
            ("TWILIO_FROM", "+14155550123"),
            ("BOUNCE_SECRET", "hunter6hunter6hunter6"),
            ("SIGNING_KEYS", "k1:aHVudGVyNGh1bnRlcjRodW50ZXI0aHVudGVyNGh1bnRlcjQ="),
        ])
        .unwrap();
        let printed = format!("{config:?}");
        assert!(!printed.contains("hunter") && !printed.contains("104, 117"), "{printed}");
        let store = StoreConfig { url: "postgres://u:hunter5@h/db".to_owned() };
        assert!(!format!("{store:?}").contains("hunter"));
    }

    #[test]
    fn mail_leaves_in_the_clear_only_to_this_machine() {
        let tls = |url: &str| SmtpConfig::parse(url).unwrap().tls;
        assert_eq!(tls("smtp://127.0.0.1:2525"), SmtpTls::None);
        assert_eq!(tls("smtp://localhost:2525"), SmtpTls::None);
        assert_eq!(tls("smtp://mail.example.com"), SmtpTls::Required);
        assert_eq!(tls("smtp://mail.example.com?tls=none"), SmtpTls::None);
        assert_eq!(tls("smtps://mail.example.com"), SmtpTls::Implicit);
    }

    #[test]
    fn a_password_may_hold_any_escaped_sign() {
        let smtp = SmtpConfig::parse("smtp://me%40x:p%2F+%25w&=x@mail.example.com:2500").unwrap();
        let (user, password) = smtp.credentials.unwrap();
        assert_eq!((user.as_str(), password.expose()), ("me@x", "p/+%w&=x"));
        assert_eq!(smtp.port, 2500);
    }

    #[test]
    fn a_block_holds_its_addresses_and_no_others() {
        let block = Network::parse("10.1.0.0/16").unwrap();
        assert!(block.contains("10.1.255.3".parse().unwrap()));
        assert!(block.contains("::ffff:10.1.2.3".parse().unwrap()));
        assert!(!block.contains("10.2.0.1".parse().unwrap()));
        assert!(!block.contains("fd00::1".parse().unwrap()));
        let mapped = Network::parse("::ffff:10.1.0.0/112").unwrap();
        assert!(mapped.contains("10.1.255.3".parse().unwrap()) && !mapped.contains("10.2.0.1".parse().unwrap()));
        assert!(Network::parse("::/0").unwrap().contains("10.2.0.1".parse().unwrap()));
        let one = Network::parse("fd00::1").unwrap();
        assert!(one.contains("fd00::1".parse().unwrap()));
        assert!(!one.contains("fd00::2".parse().unwrap()));
    }

    #[test]
    fn the_sqlite_file_is_found_in_every_spelling() {
        for (url, file) in [
            ("sqlite://data/handbill.db", Some("data/handbill.db")),
            ("sqlite:///var/lib/h.db?mode=rwc", Some("/var/lib/h.db")),
            ("sqlite:h.db", Some("h.db")),
            ("sqlite::memory:", None),
            ("postgres://h/db", None),
        ] {
            let store = StoreConfig { url: url.to_owned() };
            assert_eq!(store.sqlite_file(), file.map(PathBuf::from), "{url}");
        }
    }
}
