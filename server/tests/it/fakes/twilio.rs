//! A server that speaks Twilio's message API, obeys a script for each number, and calls back with signed forms.

use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha1::Sha1;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

pub const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub const PASSWORD: &str = "the-auth-token";
pub const FROM: &str = "+15005550006";

/// What the server does with the next message to a number; with no script it takes it.
#[derive(Clone, Debug)]
pub enum Answer {
    /// 429, with this `Retry-After`.
    TooMany(&'static str),
    /// A refusal with this status and Twilio's code.
    Refuse(u16, i64),
    /// A 503 with `Retry-After`.
    Busy(&'static str),
    /// A 503 with `Retry-After`, and the message has left.
    BusyButSent(&'static str),
    /// This status with this content type and body, from something on the way: the provider sees nothing.
    Page(u16, &'static str, &'static str),
    /// The same after the provider has taken the message.
    PageAfterSending(u16, &'static str, &'static str),
    /// A 500, and the message has not left.
    Fault,
    /// A 500, and the message has left.
    FaultButSent,
    /// Takes the message and closes the connection without a word.
    CloseAfterSending,
    /// Closes the connection and takes nothing.
    Close,
    /// Takes the message, but not before the gate is opened.
    Hold,
    /// Takes the message and says that it arrived before it has answered.
    DeliverBeforeAnswering,
}

/// A text as it arrived.
#[derive(Clone, Debug)]
pub struct Text {
    pub sid: String,
    pub from: String,
    pub to: String,
    pub body: String,
    /// Where it is to be told what became of it.
    pub status_callback: Option<String>,
    /// When it came, if the server was told the time.
    pub date: Option<String>,
    /// How the list says that it stands.
    pub state: &'static str,
}

impl Text {
    /// The form that says where this text stands, with Twilio's code of the cause.
    pub fn status(&self, status: &str, code: &str) -> Vec<(String, String)> {
        let mut fields = vec![
            ("AccountSid", ACCOUNT),
            ("ApiVersion", "2010-04-01"),
            ("From", &self.from),
            ("MessageSid", &self.sid),
            ("MessageStatus", status),
            ("SmsSid", &self.sid),
            ("SmsStatus", status),
            ("To", &self.to),
        ];
        if !code.is_empty() {
            fields.push(("ErrorCode", code));
        }
        fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}

/// The form that hands on what somebody answers.
pub fn inbound(sid: &str, from: &str, body: &str) -> Vec<(String, String)> {
    let fields = [
        ("AccountSid", ACCOUNT),
        ("Body", body),
        ("From", from),
        ("FromCountry", "US"),
        ("MessageSid", sid),
        ("NumMedia", "0"),
        ("NumSegments", "1"),
        ("SmsMessageSid", sid),
        ("SmsStatus", "received"),
        ("To", FROM),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// The signature of a form that is posted to this address, as Twilio's documentation describes it.
pub fn sign(auth_token: &str, address: &str, fields: &[(String, String)]) -> String {
    let mut sorted = fields.to_vec();
    sorted.sort();
    let signed = sorted.iter().fold(address.to_owned(), |text, (name, value)| format!("{text}{name}{value}"));
    let mut mac = <Hmac<Sha1> as KeyInit>::new_from_slice(auth_token.as_bytes()).unwrap();
    mac.update(signed.as_bytes());
    BASE64_STANDARD.encode(mac.finalize().into_bytes())
}

/// Posts a signed form as Twilio does.
pub async fn call_back(address: &str, fields: &[(String, String)]) -> reqwest::Response {
    let request = reqwest::Client::new().post(address).header("x-twilio-signature", sign(PASSWORD, address, fields));
    request.form(fields).send().await.unwrap()
}

struct State {
    texts: Mutex<Vec<Text>>,
    scripts: Mutex<HashMap<String, VecDeque<Answer>>>,
    posted: Mutex<usize>,
    can_list: Mutex<bool>,
    /// What a captive portal shows in place of the list.
    portal: Mutex<Option<(u16, &'static str)>>,
    password: Mutex<String>,
    time: Mutex<Option<i64>>,
    count: watch::Sender<usize>,
    gate: watch::Sender<bool>,
    holding: watch::Sender<usize>,
}

/// The running server; it stops when dropped.
pub struct TwilioServer {
    address: SocketAddr,
    state: Arc<State>,
    task: JoinHandle<()>,
}

impl Drop for TwilioServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl TwilioServer {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let state = Arc::new(State {
            texts: Mutex::default(),
            scripts: Mutex::default(),
            posted: Mutex::new(0),
            can_list: Mutex::new(true),
            portal: Mutex::default(),
            password: Mutex::new(PASSWORD.to_owned()),
            time: Mutex::default(),
            count: watch::channel(0).0,
            gate: watch::channel(false).0,
            holding: watch::channel(0).0,
        });
        let shared = Arc::clone(&state);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let state = Arc::clone(&shared);
                tokio::spawn(async move {
                    let _ = converse(socket, &state).await;
                });
            }
        });
        Self { address, state, task }
    }

    /// The value for `TWILIO_API_BASE`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn script(&self, to: &str, answers: impl IntoIterator<Item = Answer>) {
        self.state.scripts.lock().unwrap().entry(to.to_owned()).or_default().extend(answers);
    }

    pub fn texts(&self) -> Vec<Text> {
        self.state.texts.lock().unwrap().clone()
    }

    pub fn texts_to(&self, to: &str) -> Vec<Text> {
        self.texts().into_iter().filter(|text| text.to == to).collect()
    }

    /// How often a message was posted, taken or not.
    pub fn posted(&self) -> usize {
        *self.state.posted.lock().unwrap()
    }

    /// A provider without a list call.
    pub fn cannot_list(&self) {
        *self.state.can_list.lock().unwrap() = false;
    }

    /// Something on the way answers each question with this page, until there is none.
    pub fn stand_between(&self, page: Option<(u16, &'static str)>) {
        *self.state.portal.lock().unwrap() = page;
    }

    /// The time by this server's clock from now on, epoch milliseconds.
    pub fn set_time(&self, now: i64) {
        *self.state.time.lock().unwrap() = Some(now);
    }

    /// What was taken so far did not arrive, as the list says.
    pub fn fail_all(&self) {
        self.state.texts.lock().unwrap().iter_mut().for_each(|text| text.state = "undelivered");
    }

    pub fn set_password(&self, password: &str) {
        password.clone_into(&mut self.state.password.lock().unwrap());
    }

    pub async fn wait_for(&self, texts: usize) {
        let mut count = self.state.count.subscribe();
        tokio::time::timeout(Duration::from_secs(30), count.wait_for(|count| *count >= texts))
            .await
            .expect("the texts did not arrive")
            .unwrap();
    }

    pub async fn wait_for_held(&self, held: usize) {
        let mut holding = self.state.holding.subscribe();
        tokio::time::timeout(Duration::from_secs(30), holding.wait_for(|count| *count >= held))
            .await
            .expect("no message is held")
            .unwrap();
    }

    pub fn open_gate(&self) {
        self.state.gate.send_replace(true);
    }
}

struct Request {
    method: String,
    path: String,
    query: String,
    authorization: String,
    body: Vec<u8>,
}

async fn read_request(socket: &mut BufReader<TcpStream>) -> std::io::Result<Option<Request>> {
    let mut head = Vec::new();
    let mut length = 0;
    let mut authorization = String::new();
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        if line.is_empty() {
            break;
        }
        if let Some((name, value)) = line.split_once(':') {
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().unwrap_or(0),
                "authorization" => value.trim().clone_into(&mut authorization),
                _ => {}
            }
        }
        head.push(line);
    }
    let mut body = vec![0; length];
    socket.read_exact(&mut body).await?;
    let first = head.first().cloned().unwrap_or_default();
    let mut words = first.split(' ');
    let method = words.next().unwrap_or_default().to_owned();
    let target = words.next().unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    Ok(Some(Request { method, path: path.to_owned(), query: query.to_owned(), authorization, body }))
}

async fn answer(
    socket: &mut BufReader<TcpStream>,
    status: u16,
    extra: &str,
    body: &serde_json::Value,
) -> std::io::Result<()> {
    page(socket, status, &format!("Content-Type: application/json\r\n{extra}"), &body.to_string()).await
}

async fn page(socket: &mut BufReader<TcpStream>, status: u16, headers: &str, body: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body.as_bytes()).await
}

fn form(bytes: &[u8]) -> HashMap<String, String> {
    url::form_urlencoded::parse(bytes).into_owned().collect()
}

async fn converse(socket: TcpStream, state: &State) -> std::io::Result<()> {
    let mut socket = BufReader::new(socket);
    while let Some(request) = read_request(&mut socket).await? {
        let password = state.password.lock().unwrap().clone();
        let right = format!("Basic {}", BASE64_STANDARD.encode(format!("{ACCOUNT}:{password}")));
        if request.path != format!("/2010-04-01/Accounts/{ACCOUNT}/Messages.json") {
            answer(&mut socket, 404, "", &json!({"code": 20404, "message": "not found", "status": 404})).await?;
        } else if request.authorization != right {
            answer(&mut socket, 401, "", &json!({"code": 20003, "message": "Authenticate", "status": 401})).await?;
        } else if request.method == "GET" {
            list(&mut socket, state, &request).await?;
        } else if !post(&mut socket, state, &request).await? {
            return Ok(());
        }
    }
    Ok(())
}

async fn list(socket: &mut BufReader<TcpStream>, state: &State, request: &Request) -> std::io::Result<()> {
    let portal = *state.portal.lock().unwrap();
    if let Some((status, body)) = portal {
        return page(socket, status, "Content-Type: text/html\r\n", body).await;
    }
    if !*state.can_list.lock().unwrap() {
        return answer(socket, 405, "", &json!({"code": 20004, "message": "Method not allowed"})).await;
    }
    let to = form(request.query.as_bytes()).remove("To").unwrap_or_default();
    let messages: Vec<_> = state
        .texts
        .lock()
        .unwrap()
        .iter()
        .rev()
        .filter(|text| text.to == to)
        .map(|text| {
            let (sid, to, body, date) = (&text.sid, &text.to, &text.body, &text.date);
            json!({"sid": sid, "to": to, "body": body, "status": text.state, "error_code": null, "date_created": date})
        })
        .collect();
    answer(socket, 200, "", &json!({"messages": messages, "next_page_uri": null, "page": 0})).await
}

/// Answers a posted message; `false` closes the connection.
async fn post(socket: &mut BufReader<TcpStream>, state: &State, request: &Request) -> std::io::Result<bool> {
    *state.posted.lock().unwrap() += 1;
    let mut form = form(&request.body);
    let mut field = |name: &str| form.remove(name).unwrap_or_default();
    let (to, from, body) = (field("To"), field("From"), field("Body"));
    let status_callback = Some(field("StatusCallback")).filter(|address| !address.is_empty());
    let script = state.scripts.lock().unwrap().get_mut(&to).and_then(VecDeque::pop_front);
    let keep = || {
        let mut texts = state.texts.lock().unwrap();
        let sid = format!("SM{:032x}", texts.len() + 1);
        let (from, to, body, status_callback) = (from.clone(), to.clone(), body.clone(), status_callback.clone());
        let time = *state.time.lock().unwrap();
        let date = time.map(|now| {
            let now = jiff::Timestamp::from_millisecond(now).unwrap();
            jiff::fmt::rfc2822::to_string(&now.to_zoned(jiff::tz::TimeZone::UTC)).unwrap()
        });
        texts.push(Text { sid: sid.clone(), from, to, body, status_callback, date, state: "sent" });
        state.count.send_replace(texts.len());
        sid
    };
    let fault = json!({"code": 20500, "message": "Internal Server Error", "status": 500});
    match script {
        Some(Answer::TooMany(after)) => {
            let said = json!({"code": 20429, "message": "Too Many Requests", "status": 429});
            answer(socket, 429, &format!("Retry-After: {after}\r\n"), &said).await?;
        }
        Some(Answer::Busy(after)) => {
            let said = json!({"message": "Service Unavailable", "status": 503});
            answer(socket, 503, &format!("Retry-After: {after}\r\n"), &said).await?;
        }
        Some(Answer::BusyButSent(after)) => {
            keep();
            let said = json!({"code": 20503, "message": "Service Unavailable", "status": 503});
            answer(socket, 503, &format!("Retry-After: {after}\r\n"), &said).await?;
        }
        Some(script @ (Answer::Page(status, kind, body) | Answer::PageAfterSending(status, kind, body))) => {
            if matches!(script, Answer::PageAfterSending(..)) {
                keep();
            }
            page(socket, status, &format!("Content-Type: {kind}\r\n"), body).await?;
        }
        Some(Answer::Refuse(status, code)) => {
            let said = json!({"code": code, "message": format!("refused {to}"), "status": status});
            answer(socket, status, "", &said).await?;
        }
        Some(Answer::Fault) => answer(socket, 500, "", &fault).await?,
        Some(Answer::FaultButSent) => {
            keep();
            answer(socket, 500, "", &fault).await?;
        }
        Some(Answer::CloseAfterSending) => {
            keep();
            return Ok(false);
        }
        Some(Answer::Close) => return Ok(false),
        script => {
            if matches!(script, Some(Answer::Hold)) {
                state.holding.send_modify(|held| *held += 1);
                let mut gate = state.gate.subscribe();
                let _ = gate.wait_for(|open| *open).await;
            }
            let sid = keep();
            if matches!(script, Some(Answer::DeliverBeforeAnswering)) {
                let text = state.texts.lock().unwrap().iter().find(|text| text.sid == sid).cloned().unwrap();
                call_back(&text.status_callback.clone().unwrap(), &text.status("delivered", "")).await;
            }
            answer(socket, 201, "", &json!({"sid": sid, "status": "queued", "to": to})).await?;
        }
    }
    Ok(true)
}
