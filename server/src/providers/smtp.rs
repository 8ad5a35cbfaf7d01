//! Sends email over a few kept SMTP connections.

use std::{
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use lettre::{
    Address,
    message::Mailbox,
    transport::smtp::{
        Error,
        authentication::{Credentials, DEFAULT_MECHANISMS},
        client::{AsyncSmtpConnection, TlsParameters},
        commands::{Data, Mail, Rcpt, Rset},
        extension::ClientId,
    },
};
use tokio::time::timeout;
use url::{Host, Url};

use super::{Found, Message, Messenger, SendError, Sent, Why, email};

/// Connections to one server.
const CONNECTIONS: usize = 4;
/// A kept connection older than this is not trusted to be alive.
const IDLE: Duration = Duration::from_secs(20);
/// Many servers close a connection after a hundred messages.
const MESSAGES_PER_CONNECTION: u32 = 100;

/// How long each step may take.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// Name lookup and TCP.
    pub connect: Duration,
    /// Everything from the connection to the `354` that asks for the message.
    pub commands: Duration,
    /// From the message to the server's final word.
    pub data: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), commands: Duration::from_secs(30), data: Duration::from_secs(120) }
    }
}

/// A mail server and the connections kept to it.
///
/// These are our own and not lettre's pool, because that one takes a connection back when a send is dropped half-way; the next
/// send would then read the answers to the one before it, and count a message as sent that was not.
pub struct SmtpMessenger {
    server: Server,
    from: Mailbox,
    timeouts: Timeouts,
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
    messages: u32,
}

struct Server {
    host: String,
    port: u16,
    tls: Tls,
    credentials: Option<Credentials>,
    hello: ClientId,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tls {
    None,
    StartTls,
    Wrapped,
}

/// Where in the conversation an error came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Connect,
    LogIn,
    Sender,
    Receiver,
    Content,
}

impl SmtpMessenger {
    /// A messenger for `SMTP_URL` and `MAIL_FROM`; the error is a sentence about what is wrong with them.
    pub fn new(smtp_url: &str, mail_from: &str) -> Result<Self, String> {
        Ok(Self {
            server: Server::parse(smtp_url)?,
            from: parse_mail_from(mail_from)?,
            timeouts: Timeouts::default(),
            kept: Mutex::new(Vec::new()),
        })
    }

    /// Other limits than the usual ones.
    #[must_use]
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// Connects and logs in, as the test button of the settings does.
    pub async fn test(&self) -> Result<(), SendError> {
        let connection = self.within(self.open()).await?;
        self.keep(Kept { connection, since: Instant::now(), messages: 0 });
        Ok(())
    }

    /// A connection that stands before `DATA`, the receiver accepted.
    async fn address(&self, to: &Address) -> Result<Kept, SendError> {
        while let Some(mut kept) = self.take() {
            match self.envelope(&mut kept.connection, to).await {
                Err((_, error)) if is_broken(&error) => {}
                Err((step, error)) => return Err(self.refused(kept, step, &error).await),
                Ok(()) => return Ok(kept),
            }
        }
        let mut kept = Kept { connection: self.open().await?, since: Instant::now(), messages: 0 };
        match self.envelope(&mut kept.connection, to).await {
            Ok(()) => Ok(kept),
            Err((step, error)) => Err(self.refused(kept, step, &error).await),
        }
    }

    async fn envelope(&self, connection: &mut AsyncSmtpConnection, to: &Address) -> Result<(), (Step, Error)> {
        let from = self.from.email.clone();
        connection.command(Mail::new(Some(from), vec![])).await.map_err(|error| (Step::Sender, error))?;
        connection.command(Rcpt::new(to.clone(), vec![])).await.map_err(|error| (Step::Receiver, error))?;
        connection.command(Data).await.map_err(|error| (Step::Content, error))?;
        Ok(())
    }

    /// A refusal ends the message, not the connection.
    async fn refused(&self, mut kept: Kept, step: Step, error: &Error) -> SendError {
        if !is_broken(error) && kept.connection.command(Rset).await.is_ok() {
            self.keep(kept);
        }
        judge(step, error)
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let server = &self.server;
        let tls = || TlsParameters::new(server.host.clone()).map_err(|error| judge(Step::Connect, &error));
        let wrapped = if server.tls == Tls::Wrapped { Some(tls()?) } else { None };
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (server.host.as_str(), server.port),
            Some(self.timeouts.connect),
            &server.hello,
            wrapped,
            None,
        )
        .await
        .map_err(|error| judge(Step::Connect, &error))?;
        if server.tls == Tls::StartTls {
            if !connection.can_starttls() {
                return Err(SendError::channel(Why::new(
                    "The mail server offers no encryption, so nothing was sent to it.",
                )));
            }
            connection.starttls(tls()?, &server.hello).await.map_err(|error| judge(Step::Connect, &error))?;
        }
        if let Some(credentials) = &server.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await.map_err(|error| judge(Step::LogIn, &error))?;
        }
        Ok(connection)
    }

    fn take(&self) -> Option<Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|kept| kept.since.elapsed() < IDLE);
        kept.pop()
    }

    fn keep(&self, mut kept: Kept) {
        kept.since = Instant::now();
        kept.messages += 1;
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.messages < MESSAGES_PER_CONNECTION && all.len() < CONNECTIONS {
            all.push(kept);
        }
    }

    async fn within<T>(&self, work: impl Future<Output = Result<T, SendError>>) -> Result<T, SendError> {
        timeout(self.timeouts.connect + self.timeouts.commands, work)
            .await
            .unwrap_or_else(|_| Err(SendError::retry(Why::new("The mail server did not answer in time."))))
    }
}

#[async_trait]
impl Messenger for SmtpMessenger {
    fn name(&self) -> &'static str {
        "SMTP"
    }

    fn at_once(&self) -> usize {
        CONNECTIONS
    }

    async fn send(&self, message: &Message) -> Result<Sent, SendError> {
        let Message::Email(message) = message else {
            return Err(SendError::fail(Why::new("A mail server sends no text messages.")));
        };
        let composed = email::compose(message, &self.from)?;
        let mut kept = self.within(self.address(&composed.to)).await?;
        // From here on silence means that nobody knows; the same Message-ID lets the receiver's server see a repeat as one.
        match timeout(self.timeouts.data, kept.connection.message(&composed.bytes)).await {
            Ok(Ok(_)) => {
                self.keep(kept);
                Ok(Sent::default())
            }
            Ok(Err(error)) if is_broken(&error) => Err(unconfirmed()),
            Ok(Err(error)) => {
                let refused = self.refused(kept, Step::Content, &error);
                Err(timeout(self.timeouts.commands, refused).await.unwrap_or_else(|_| judge(Step::Content, &error)))
            }
            Err(_) => Err(unconfirmed()),
        }
    }

    async fn find(&self, _message: &Message) -> Result<Found, SendError> {
        Ok(Found::CannotTell)
    }
}

impl Server {
    fn parse(smtp_url: &str) -> Result<Self, String> {
        // The URL holds a password: no message repeats it.
        let url = Url::parse(smtp_url)
            .map_err(|error| format!("is not an address like smtp://user:pass@host:587?tls=required ({error})"))?;
        let host = match url.host() {
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
            None => return Err("names no host".to_owned()),
        };
        let tls = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (tls, port) = match (url.scheme(), tls.as_deref()) {
            ("smtp", None | Some("none")) => (Tls::None, 25),
            ("smtp", Some("required")) => (Tls::StartTls, 587),
            ("smtps", _) => (Tls::Wrapped, 465),
            ("smtp", Some(_)) => return Err("knows tls=required and tls=none only".to_owned()),
            _ => return Err("must begin with smtp:// or smtps://".to_owned()),
        };
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) => Some(Credentials::new(decode(user)?, decode(password)?)),
            (_, None) => return Err("has a user and no password".to_owned()),
        };
        if credentials.is_some() && tls == Tls::None && !is_loopback(&host) {
            return Err("would send its password unencrypted; add ?tls=required".to_owned());
        }
        Ok(Self { host, port: url.port().unwrap_or(port), tls, credentials, hello: ClientId::default() })
    }
}

/// Reads `MAIL_FROM`, `Name <local@domain>` or the address alone.
pub fn parse_mail_from(mail_from: &str) -> Result<Mailbox, String> {
    if mail_from.chars().any(char::is_control) {
        return Err("holds a control character".to_owned());
    }
    mail_from.trim().parse().map_err(|_| "is not an address like Shop <shop@example.com>".to_owned())
}

fn decode(part: &str) -> Result<String, String> {
    // A query pair is the one piece of `url` that decodes percent signs; a plus sign must survive it.
    let pair = format!("x={}", part.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .ok_or_else(|| "holds a user or password that cannot be read".to_owned())
}

/// `smtp` is no scheme that `url` knows, so a number stays a name there.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// No answer, or one that cannot be read, or "I am closing": the connection is of no more use.
fn is_broken(error: &Error) -> bool {
    error.status().is_none_or(|code| u16::from(code) == 421)
}

fn unconfirmed() -> SendError {
    SendError::retry(Why::new(
        "The mail server took the message and did not confirm it. It is sent again with the same Message-ID.",
    ))
}

/// What an SMTP error means for this message or for all of them.
fn judge(step: Step, error: &Error) -> SendError {
    let Some(status) = error.status() else {
        return without_reply(step, error);
    };
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let code = u16::from(status);
    let enhanced = enhanced_code(&said).unwrap_or_default();
    let shown = if enhanced.is_empty() { code.to_string() } else { format!("{code} {enhanced}") };
    let why = |words: &str| Why::new(words).code(shown.clone()).said(&said);

    if status_is_ours(step, code) {
        return SendError::channel(why(match step {
            Step::Sender => "The mail server refuses our sender address.",
            Step::Connect => "The mail server refuses to talk to us.",
            _ => "The mail server refuses our user or password.",
        }));
    }
    if code < 500 {
        return SendError::retry(why("The mail server asked to try again later."));
    }
    if code == 552 || enhanced == "5.2.2" {
        return SendError::retry(why("The mailbox is full."));
    }
    if enhanced.starts_with("5.7.") || code == 554 {
        return SendError::fail(why("The mail server refuses this message by its policy."));
    }
    if step == Step::Receiver || enhanced.starts_with("5.1.") {
        return SendError::fail(why("The mailbox does not exist."));
    }
    SendError::fail(why("The mail server refuses this message."))
}

/// A refusal that would meet every other message as well.
fn status_is_ours(step: Step, code: u16) -> bool {
    match step {
        Step::Connect | Step::LogIn | Step::Sender => code >= 500,
        Step::Receiver | Step::Content => matches!(code, 530 | 534 | 535 | 538),
    }
}

fn without_reply(step: Step, error: &Error) -> SendError {
    if error.is_tls() {
        return SendError::channel(Why::new(
            "No secure connection to the mail server could be made: its certificate was refused.",
        ));
    }
    match step {
        Step::LogIn if error.is_client() => {
            SendError::channel(Why::new("The mail server offers no way to log in that we know."))
        }
        Step::Connect | Step::LogIn => SendError::retry(Why::new("The mail server cannot be reached.")),
        Step::Sender | Step::Receiver | Step::Content => {
            SendError::retry(Why::new("The connection to the mail server broke."))
        }
    }
}

/// The `5.1.1` of a reply.
fn enhanced_code(said: &str) -> Option<String> {
    said.split_whitespace()
        .find(|word| {
            let mut parts = word.split('.');
            let numeric = |part: Option<&str>, most| {
                part.is_some_and(|part| {
                    !part.is_empty() && part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit())
                })
            };
            numeric(parts.next(), 1) && numeric(parts.next(), 3) && numeric(parts.next(), 3) && parts.next().is_none()
        })
        .map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_smtp_url_is_read_or_refused_with_a_reason() {
        let server = Server::parse("smtp://user%40shop:p%2Ba+ss@mail.example?tls=required").unwrap();
        assert_eq!((server.host.as_str(), server.port), ("mail.example", 587));
        assert!(server.tls == Tls::StartTls);
        assert_eq!(server.credentials, Some(Credentials::new("user@shop".to_owned(), "p+a+ss".to_owned())));
        assert_eq!(Server::parse("smtp://127.0.0.1:2525").unwrap().port, 2525);
        assert_eq!(Server::parse("smtps://mail.example").unwrap().port, 465);
        for wrong in [
            "mail.example:587",
            "http://mail.example",
            "smtp://user@mail.example",
            "smtp://user:pass@mail.example",
            "smtp://mail.example?tls=opportunistic",
            "smtp://",
        ] {
            assert!(Server::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn enhanced_codes_are_found_in_the_reply() {
        assert_eq!(enhanced_code("5.1.1 no such user").as_deref(), Some("5.1.1"));
        assert_eq!(enhanced_code("<a@b.c>: 5.7.26 unauthenticated").as_deref(), Some("5.7.26"));
        assert_eq!(enhanced_code("host 127.0.0.1 refused"), None);
    }

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        assert!(parse_mail_from("Handbill <payments@localhost>").is_ok());
        assert!(parse_mail_from("payments@localhost").is_ok());
        assert!(parse_mail_from("Handbill").is_err());
        assert!(parse_mail_from("A\r\nBcc: x <a@b.example>").is_err());
    }
}
