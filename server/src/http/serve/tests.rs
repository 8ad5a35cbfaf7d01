//! With sockets that say too little, too much, or nothing.

use std::net::SocketAddr;
use std::time::Duration;

use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::*;

/// Nothing that is right takes this long.
const PATIENCE: Duration = Duration::from_mins(1);
/// For limits that are to be reached.
const SHORT: Duration = Duration::from_millis(200);

struct Running {
    address: SocketAddr,
    stop: CancellationToken,
    server: JoinHandle<()>,
    /// How many requests wait for ever.
    waiting: watch::Receiver<usize>,
}

impl Running {
    async fn start(change: impl FnOnce(&mut Limits)) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut limits = Limits::within(4096);
        change(&mut limits);
        let big = Bytes::from(vec![b'a'; 64 << 20]);
        let (begun, waiting) = watch::channel(0);
        let never = move || async move {
            begun.send_modify(|waiting| *waiting += 1);
            std::future::pending::<&'static str>().await
        };
        let router = Router::new()
            .route("/", get(|| async { "here" }))
            .route("/read", post(|body: Bytes| async move { body.len().to_string() }))
            .route("/big", get(move || async move { big }))
            .route("/never", get(never));
        let stop = CancellationToken::new();
        let server = tokio::spawn(serve(listener, router, limits, Arc::from([]), stop.clone()));
        Self { address, stop, server, waiting }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends this and reads until the other end has nothing more to say.
    async fn say(&self, text: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        rest_of(&mut stream).await
    }
}

async fn rest_of(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    // An abrupt end is an end.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut said)).await.expect("an end of the connection");
    String::from_utf8_lossy(&said).into_owned()
}

/// Asks for the page and hears it, and leaves the connection open.
async fn ask(stream: &mut TcpStream) -> bool {
    if stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.is_err() {
        return false;
    }
    let mut said = Vec::new();
    loop {
        let mut part = [0; 1024];
        match timeout(PATIENCE, stream.read(&mut part)).await.expect("an answer") {
            Ok(0) | Err(_) => return false,
            Ok(read) => said.extend_from_slice(&part[..read]),
        }
        if said.ends_with(b"here") {
            return said.starts_with(b"HTTP/1.1 200");
        }
    }
}

#[tokio::test]
async fn a_request_that_can_be_read_in_two_ways_is_answered_with_400_and_the_end() {
    let server = Running::start(|_| {}).await;
    for text in [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\nY: 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n folded\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n",
        "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
        "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
        "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: +3\r\n\r\nabc",
        "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\nabc",
    ] {
        let said = server.say(&format!("{text}GET / HTTP/1.1\r\nHost: a\r\n\r\n")).await;
        assert!(said.starts_with("HTTP/1.1 400"), "{text:?}: {said}");
        assert_eq!(said.matches("HTTP/1.1 ").count(), 1, "nothing after it is answered: {text:?}: {said}");
    }
}

#[tokio::test]
async fn requests_that_follow_each_other_are_answered_in_turn_and_a_chunked_one_is_the_last() {
    let server = Running::start(|_| {}).await;
    let one = "POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na\nb\nc";
    let chunked = "POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    let said = server.say(&format!("{one}{one}{chunked}GET / HTTP/1.1\r\nHost: a\r\n\r\n")).await;
    let bodies: Vec<&str> = said.split("\r\n\r\n").skip(1).map(|rest| &rest[..1]).collect();
    assert_eq!(bodies, ["5", "5", "3"], "{said}");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = Running::start(|_| {}).await;
    let long = format!("GET / HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "a".repeat(40 * 1024));
    let said = server.say(&long).await;
    assert!(said.starts_with("HTTP/1.1 431"), "{said}");
    let many = format!("GET / HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: 1\r\n".repeat(200));
    let said = server.say(&many).await;
    assert!(said.starts_with("HTTP/1.1 431"), "{said}");
}

#[tokio::test]
async fn a_connection_that_says_nothing_or_too_little_is_ended() {
    let server = Running::start(|limits| limits.head = SHORT).await;
    assert_eq!(server.say("").await, "");
    assert_eq!(server.say("GET / HTTP/1.1\r\nHo").await, "");
}

#[tokio::test]
async fn a_connection_that_rests_too_long_is_ended() {
    let server = Running::start(|limits| limits.idle = SHORT).await;
    let mut stream = server.connect().await;
    assert!(ask(&mut stream).await);
    assert_eq!(rest_of(&mut stream).await, "");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended_whatever_it_waits_for() {
    let server = Running::start(|limits| limits.request = SHORT).await;
    assert_eq!(server.say("GET /never HTTP/1.1\r\nHost: a\r\n\r\n").await, "");
    assert_eq!(server.say("POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nslow").await, "");
}

#[tokio::test]
async fn an_answer_that_nobody_takes_is_given_up() {
    let server = Running::start(|limits| limits.stalled = SHORT).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
    // Nothing is read, so the server can write no more than the buffers hold; the end shows when nothing can be sent to it.
    let ended = async {
        while stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n").await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, ended).await.expect("an end of the connection");
    let said = rest_of(&mut stream).await;
    assert!(said.len() < 64 << 20, "it was not sent whole");
}

#[tokio::test]
async fn hundreds_of_idle_connections_from_one_address_keep_nobody_out() {
    let server = Running::start(|limits| (limits.connections, limits.of_address) = (200, 50)).await;
    let mut idle = Vec::new();
    for _ in 0..300 {
        idle.push(server.connect().await);
    }
    let mut last = server.connect().await;
    assert!(ask(&mut last).await);
    assert!(ask(&mut last).await, "and it stays");
    // The oldest were ended to make room.
    assert_eq!(rest_of(&mut idle[0]).await, "");
}

#[tokio::test]
async fn a_place_is_refused_with_a_reason_when_all_others_are_busy() {
    let server = Running::start(|limits| limits.of_address = 3).await;
    let mut busy = Vec::new();
    for _ in 0..3 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /never HTTP/1.1\r\nHost: a\r\n\r\n").await.unwrap();
        busy.push(stream);
    }
    let all = server.waiting.clone().wait_for(|waiting| *waiting == 3).await.map(|waiting| *waiting);
    assert_eq!(all.unwrap(), 3);
    let said = rest_of(&mut server.connect().await).await;
    assert!(said.starts_with("HTTP/1.1 503") && said.contains("\r\nretry-after: 5\r\n"), "{said}");
    let (_, body) = said.split_once("\r\n\r\n").unwrap();
    assert!(said.contains(&format!("content-length: {}\r\n", body.len())), "{said}");
}

#[tokio::test]
async fn a_stop_lets_what_is_being_answered_end() {
    let server = Running::start(|limits| limits.request = SHORT).await;
    let mut idle = server.connect().await;
    assert!(ask(&mut idle).await);
    server.stop.cancel();
    timeout(PATIENCE, server.server).await.expect("an end").unwrap();
    assert_eq!(rest_of(&mut idle).await, "");
}
