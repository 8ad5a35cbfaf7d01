//! Sends email over a few kept SMTP connections.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use crate::config::{SmtpConfig, SmtpTls};
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
use tokio::{net::TcpStream, time::timeout};

use super::{
    Found, Message, Messenger, SendError, Sent, Why, email,
    mail_verdict::{self, Refusal, Verdict},
};

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
        Self { connect: Duration::from_secs(10), commands: Duration::from_secs(30), data: Duration::from_mins(2) }
    }
}

/// A mail server and the connections kept to it.
///
/// These are our own and not lettre's pool, because that one takes a connection back when a send is dropped half-way; the next
/// send would then read the answers to the one before it, and count a message as sent that was not.
pub struct SmtpMessenger {
    server: SmtpConfig,
    hello: ClientId,
    from: Mailbox,
    timeouts: Timeouts,
    kept: Mutex<Vec<Kept>>,
}

struct Kept {
    connection: AsyncSmtpConnection,
    since: Instant,
    messages: u32,
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
    /// A messenger for a mail server, and what its mails say they are from.
    pub fn new(server: SmtpConfig, mail_from: Mailbox) -> Self {
        Self {
            server,
            from: mail_from,
            hello: ClientId::default(),
            timeouts: Timeouts::default(),
            kept: Mutex::new(Vec::new()),
        }
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

    /// A refusal ends the message, not the connection; one that would meet every message ends both.
    async fn refused(&self, mut kept: Kept, step: Step, error: &Error) -> SendError {
        let judged = judge(step, error);
        let is_ours = matches!(judged, SendError::Channel { .. });
        if !is_ours && !is_broken(error) && kept.connection.command(Rset).await.is_ok() {
            self.keep(kept);
        }
        judged
    }

    async fn open(&self) -> Result<AsyncSmtpConnection, SendError> {
        let server = &self.server;
        let tls = || TlsParameters::new(server.host.clone()).map_err(|error| judge(Step::Connect, &error));
        let limit = self.timeouts.connect;
        let connected = if server.tls == SmtpTls::Implicit {
            // lettre opens this one itself: a stream of ours would have to bring its own TLS.
            let address = (server.host.as_str(), server.port);
            AsyncSmtpConnection::connect_tokio1(address, Some(limit), &self.hello, Some(tls()?), None).await
        } else {
            AsyncSmtpConnection::connect_with_transport(Box::new(connect(server, limit).await?), &self.hello).await
        };
        let mut connection = connected.map_err(|error| judge(Step::Connect, &error))?;
        if server.tls == SmtpTls::Required {
            if !connection.can_starttls() {
                return Err(SendError::channel(Why::new(
                    "The mail server offers no encryption, so nothing was sent to it.",
                )));
            }
            connection.starttls(tls()?, &self.hello).await.map_err(|error| judge(Step::Connect, &error))?;
        }
        if let Some((user, password)) = &server.credentials {
            let credentials = Credentials::new(user.clone(), password.expose().to_owned());
            connection.auth(DEFAULT_MECHANISMS, &credentials).await.map_err(|error| judge(Step::LogIn, &error))?;
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
        let mut kept = Box::pin(self.within(self.address(&composed.to))).await?;
        // From here on silence means that nobody knows; the same Message-ID lets the receiver's server see a repeat as one.
        match timeout(self.timeouts.data, kept.connection.message(&composed.bytes)).await {
            Ok(Ok(_)) => {
                self.keep(kept);
                Ok(Sent::default())
            }
            Ok(Err(error)) if error.status().is_none() => Err(unconfirmed()),
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

/// Opens a connection that sends each command at once. Otherwise the end of a message, a small packet of its own, waits until the
/// server has confirmed what came before it, and servers take 40 ms for that.
async fn connect(server: &SmtpConfig, limit: Duration) -> Result<TcpStream, SendError> {
    let opened = timeout(limit, TcpStream::connect((server.host.as_str(), server.port))).await;
    let stream = opened.ok().and_then(Result::ok).ok_or_else(unreachable)?;
    stream.set_nodelay(true).map_err(|_| unreachable())?;
    Ok(stream)
}

/// No answer, or one that cannot be read, or "I am closing": the connection is of no more use.
fn is_broken(error: &Error) -> bool {
    error.status().is_none_or(|code| u16::from(code) == 421)
}

fn unreachable() -> SendError {
    SendError::retry(Why::new("The mail server cannot be reached."))
}

fn unconfirmed() -> SendError {
    let words = "The mail server did not confirm that it took the message, so it may have arrived.";
    SendError::Ambiguous { why: Why::new(words), after: None }
}

/// What an SMTP error means for this message or for all of them.
fn judge(step: Step, error: &Error) -> SendError {
    let Some(status) = error.status() else {
        return without_reply(step, error);
    };
    let said = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let code = u16::from(status);
    let enhanced = mail_verdict::enhanced_code(&said);
    let shown = enhanced.map_or_else(|| code.to_string(), |enhanced| format!("{code} {enhanced}"));
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
    let verdict = mail_verdict::judge(Refusal { code: Some(code), status: "", said: &said });
    match verdict {
        // There may be room, or less traffic, before we give up.
        Verdict::Full | Verdict::Busy => SendError::retry(why(verdict.words())),
        verdict => SendError::Fail { why: why(verdict.words()), fault: verdict.fault() },
    }
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
        Step::Connect | Step::LogIn => unreachable(),
        Step::Sender | Step::Receiver | Step::Content => {
            SendError::retry(Why::new("The connection to the mail server broke."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn what_is_written_to_a_mail_server_leaves_at_once() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let server = SmtpConfig::parse(&url).unwrap();
        let stream = connect(&server, Duration::from_mins(1)).await.unwrap();
        assert!(stream.nodelay().unwrap());
    }
}
