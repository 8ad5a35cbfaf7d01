//! A mail server on a raw socket that keeps every byte and obeys a script for each receiver.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What the server does with the next message to a receiver; with no script it takes it.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Answers `RCPT TO` with this line.
    Rcpt(&'static str),
    /// Answers the finished message with this line.
    Data(&'static str),
    /// Keeps the message and closes the connection without a word.
    DropAfterDot,
    /// Closes the connection when the receiver is named.
    DropAtRcpt,
    /// Takes the message, but not before the gate is opened.
    Hold,
}

/// What the whole server does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Usual,
    /// Offers and demands a password and knows only `user` / `right`.
    Password,
    /// Answers EHLO with a line of blanks.
    BlankEhlo,
    /// Accepts connections and never says anything.
    Silent,
    /// Refuses every sender.
    RefusesSender,
}

/// A message as it arrived.
#[derive(Clone, Debug)]
pub struct Mail {
    pub from: String,
    pub to: String,
    /// The bytes between DATA and the dot, dot-stuffing undone.
    pub bytes: Vec<u8>,
    /// The same as they came over the wire.
    pub raw: Vec<u8>,
}

impl Mail {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// The names of the headers, in order.
    pub fn header_names(&self) -> Vec<String> {
        let text = self.text();
        let block = text.split("\r\n\r\n").next().unwrap_or_default().to_owned();
        block
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split(':').next().unwrap_or_default().to_owned())
            .collect()
    }

    /// An unfolded header.
    pub fn header(&self, name: &str) -> Option<String> {
        let text = self.text().split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{}:", name.to_ascii_lowercase());
        text.split("\r\n")
            .find(|line| line.to_ascii_lowercase().starts_with(&prefix))
            .map(|line| line[prefix.len()..].trim().to_owned())
    }
}

struct State {
    mails: Mutex<Vec<Mail>>,
    scripts: Mutex<HashMap<String, VecDeque<Answer>>>,
    manner: Mutex<Manner>,
    connections: Mutex<usize>,
    gate: watch::Sender<bool>,
    /// Whom the held messages are for.
    holding: watch::Sender<Vec<String>>,
}

/// The running server; it stops when dropped.
pub struct SmtpReceiver {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for SmtpReceiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SmtpReceiver {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            mails: Mutex::default(),
            scripts: Mutex::default(),
            manner: Mutex::new(Manner::Usual),
            connections: Mutex::new(0),
            gate: watch::channel(false).0,
            holding: watch::channel(Vec::new()).0,
        });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                *shared.connections.lock().unwrap() += 1;
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    // A client that goes away ends its own conversation only.
                    let _ = converse(socket, &state).await;
                });
            }
        });
        Self { address, state, task }
    }

    /// The value for `SMTP_URL`.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn script(&self, to: &str, answers: impl IntoIterator<Item = Answer>) {
        self.state.scripts.lock().unwrap().entry(to.to_owned()).or_default().extend(answers);
    }

    /// From now on it takes everything again.
    pub fn forget_scripts(&self) {
        self.state.scripts.lock().unwrap().clear();
    }

    pub fn behave(&self, manner: Manner) {
        *self.state.manner.lock().unwrap() = manner;
    }

    pub fn mails(&self) -> Vec<Mail> {
        self.state.mails.lock().unwrap().clone()
    }

    pub fn mails_to(&self, to: &str) -> Vec<Mail> {
        self.mails().into_iter().filter(|mail| mail.to == to).collect()
    }

    pub fn connections(&self) -> usize {
        *self.state.connections.lock().unwrap()
    }

    /// Waits until this many messages are held before their final answer.
    pub async fn wait_for_held(&self, held: usize) {
        let mut holding = self.state.holding.subscribe();
        tokio::time::timeout(Duration::from_secs(30), holding.wait_for(|holding| holding.len() >= held))
            .await
            .expect("no message is held")
            .unwrap();
    }

    /// Whether a message to this address is held.
    pub fn is_held(&self, to: &str) -> bool {
        self.state.holding.borrow().iter().any(|held| held == to)
    }

    /// Lets the held messages through.
    pub fn open_gate(&self) {
        self.state.gate.send_replace(true);
    }
}

fn address_in(line: &str) -> String {
    line.split_once('<')
        .and_then(|(_, rest)| rest.split_once('>'))
        .map(|(address, _)| address.to_owned())
        .unwrap_or_default()
}

async fn converse(socket: TcpStream, state: &State) -> std::io::Result<()> {
    let manner = *state.manner.lock().unwrap();
    let mut socket = BufReader::new(socket);
    if manner == Manner::Silent {
        let mut sink = Vec::new();
        socket.read_to_end(&mut sink).await?;
        return Ok(());
    }
    socket.write_all(b"220 receiver.test ESMTP\r\n").await?;
    let (mut from, mut to, mut answer, mut known) = (String::new(), String::new(), None, false);
    let mut line = Vec::new();
    loop {
        line.clear();
        if socket.read_until(b'\n', &mut line).await? == 0 {
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line).trim_end().to_owned();
        let verb = text.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let reply: &[u8] = match verb.as_str() {
            "EHLO" if manner == Manner::BlankEhlo => b"250-receiver.test\r\n250    \r\n",
            "EHLO" if manner == Manner::Password => b"250-receiver.test\r\n250 AUTH PLAIN LOGIN\r\n",
            "EHLO" => b"250-receiver.test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n",
            "AUTH" if text.ends_with("AHVzZXIAcmlnaHQ=") => {
                known = true;
                b"235 2.7.0 welcome\r\n"
            }
            "AUTH" => b"535 5.7.8 authentication failed\r\n",
            "MAIL" if manner == Manner::Password && !known => b"530 5.7.0 authentication required\r\n",
            "MAIL" if manner == Manner::RefusesSender => b"550 5.7.1 sender refused\r\n",
            "MAIL" => {
                from = address_in(&text);
                b"250 2.1.0 ok\r\n"
            }
            "RCPT" => {
                to = address_in(&text);
                answer = state.scripts.lock().unwrap().get_mut(&to).and_then(VecDeque::pop_front);
                match &answer {
                    Some(Answer::Rcpt(line)) => {
                        socket.write_all(format!("{line}\r\n").as_bytes()).await?;
                        continue;
                    }
                    Some(Answer::DropAtRcpt) => return Ok(()),
                    _ => b"250 2.1.5 ok\r\n",
                }
            }
            "DATA" => {
                socket.write_all(b"354 go ahead\r\n").await?;
                let mail = read_mail(&mut socket, &from, &to).await?;
                if !receive(&mut socket, state, mail, answer.take()).await? {
                    return Ok(());
                }
                continue;
            }
            "QUIT" => {
                socket.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            "RSET" | "NOOP" => b"250 ok\r\n",
            _ => b"502 not here\r\n",
        };
        socket.write_all(reply).await?;
    }
}

async fn read_mail(socket: &mut BufReader<TcpStream>, from: &str, to: &str) -> std::io::Result<Mail> {
    let (mut bytes, mut raw, mut line) = (Vec::new(), Vec::new(), Vec::new());
    loop {
        line.clear();
        if socket.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if line == b".\r\n" {
            return Ok(Mail { from: from.to_owned(), to: to.to_owned(), bytes, raw });
        }
        raw.extend_from_slice(&line);
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}

/// Answers the message; `false` closes the connection.
async fn receive(
    socket: &mut BufReader<TcpStream>,
    state: &State,
    mail: Mail,
    answer: Option<Answer>,
) -> std::io::Result<bool> {
    let keep = |mail| state.mails.lock().unwrap().push(mail);
    match answer {
        Some(Answer::Data(line)) => {
            socket.write_all(format!("{line}\r\n").as_bytes()).await?;
            return Ok(true);
        }
        Some(Answer::DropAfterDot) => {
            keep(mail);
            return Ok(false);
        }
        Some(Answer::Hold) => {
            state.holding.send_modify(|holding| holding.push(mail.to.clone()));
            let mut gate = state.gate.subscribe();
            let _ = gate.wait_for(|open| *open).await;
        }
        _ => {}
    }
    keep(mail);
    socket.write_all(b"250 2.0.0 taken\r\n").await?;
    Ok(true)
}
