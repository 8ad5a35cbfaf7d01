//! Takes connections and serves them: how many there may be, how long each may take, and an orderly end.

mod heads;
mod seats;

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::header::{CONNECTION, HeaderValue, TRANSFER_ENCODING};
use axum::http::{Request, Response};
use http_body::{Frame, SizeHint};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

pub use self::seats::Limits;

use self::heads::Heads;
use self::seats::{Place, Seat, Seats};
use crate::config::Network;

/// The longest head of a request: its first line and its headers.
const HEAD_BYTES: usize = 32 * 1024;
/// The most headers of a request.
const HEADERS: usize = 100;
/// Open files beyond which more connections would be of no use.
const ENOUGH_FILES: u64 = 16 * 1024;
/// How long to wait when the system gives no more connections.
const OUT_OF_FILES: Duration = Duration::from_millis(100);
/// How often it is told that connections were refused.
const TELL_EVERY: Duration = Duration::from_mins(1);
/// What somebody hears for whom there is no place.
const NO_PLACE: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 5\r\nconnection: close\r\n\
    content-type: text/plain; charset=utf-8\r\ncontent-length: 51\r\n\r\n\
    There are too many connections. Try again shortly.\n";

/// Raises the number of files that this process may have open as far as the system lets it, and says how many they are.
pub fn open_files() -> u64 {
    // What cannot be raised stays as it is; less than the usual number is nowhere the default.
    rlimit::increase_nofile_limit(ENOUGH_FILES).unwrap_or(1024)
}

/// Serves until `stop`, and then until the last answer has left.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    proxies: Arc<[Network]>,
    stop: CancellationToken,
) {
    let seats = Arc::new(Seats::new(limits, proxies));
    let mut connections = JoinSet::new();
    let mut rounds = interval(limits.round());
    rounds.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut tell_at = Instant::now() + TELL_EVERY;
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = rounds.tick() => {
                seats.end_what_is_late();
                if Instant::now() >= tell_at {
                    tell_at = Instant::now() + TELL_EVERY;
                    tell(&seats);
                }
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => match seats.take(peer.ip()) {
                    Some(place) => {
                        connections.spawn(connection(stream, peer, place, router.clone(), stop.clone()));
                    }
                    None => refuse(stream),
                },
                Err(cause) if is_of_one_connection(&cause) => {}
                Err(cause) => {
                    tracing::warn!(%cause, "the system gives no more connections");
                    seats.free_one();
                    sleep(OUT_OF_FILES).await;
                }
            },
        }
    }
    drop(listener);
    loop {
        tokio::select! {
            ended = connections.join_next() => if ended.is_none() { break },
            _ = rounds.tick() => seats.end_what_is_late(),
        }
    }
}

fn tell(seats: &Seats) {
    let refused = seats.take_refused();
    if refused > 0 {
        tracing::warn!(refused, "connections were refused: there were too many of one address or in all");
    }
}

/// Says why, as far as that can be done without waiting for anyone.
fn refuse(stream: TcpStream) {
    if let Ok(mut stream) = stream.into_std() {
        let _ = stream.write(NO_PLACE);
    }
}

fn is_of_one_connection(cause: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(cause.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// One connection, from its first byte to its last.
async fn connection(stream: TcpStream, peer: SocketAddr, place: Place, router: Router, stop: CancellationToken) {
    // An answer is one or two writes: waiting to fill a packet only delays it.
    let _ = stream.set_nodelay(true);
    let seat = Arc::clone(place.seat());
    let wire = Wire { stream, heads: Heads::default(), seat: Arc::clone(&seat) };
    let answering = Arc::clone(&seat);
    let service =
        service_fn(move |request: Request<Incoming>| answer(request, peer, router.clone(), answering.clone()));
    let mut http = http1::Builder::new();
    // The limits of time are the seat's: one place that knows what a connection is at.
    http.header_read_timeout(None).max_headers(HEADERS).max_header_size(HEAD_BYTES).max_buf_size(HEAD_BYTES);
    let mut connection = pin!(http.serve_connection(TokioIo::new(wire), service));
    let mut stopping = false;
    loop {
        tokio::select! {
            // Why a connection broke off tells nothing that could be mended here.
            _ = connection.as_mut() => return,
            () = seat.is_ended() => return,
            () = stop.cancelled(), if !stopping => {
                stopping = true;
                connection.as_mut().graceful_shutdown();
            }
        }
    }
}

async fn answer(
    mut request: Request<Incoming>,
    peer: SocketAddr,
    router: Router,
    seat: Arc<Seat>,
) -> Result<Response<Body>, Infallible> {
    let busy = Busy::new(seat);
    request.extensions_mut().insert(ConnectInfo(peer));
    // Where such a body ends is known to the parser alone: no second request follows it on this connection.
    let is_last = request.headers().contains_key(TRANSFER_ENCODING);
    let Ok(mut response) = router.oneshot(request).await;
    if is_last {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Body::new(Answer { body, _busy: busy })))
}

/// The seat is at a request from the whole head to the last byte of the answer.
struct Busy(Arc<Seat>);

impl Busy {
    fn new(seat: Arc<Seat>) -> Self {
        seat.begin();
        Self(seat)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.rest();
    }
}

struct Answer {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// The bytes of a connection: what comes in is looked at before the parser gets it, and the seat knows when nothing goes out.
struct Wire {
    stream: TcpStream,
    heads: Heads,
    seat: Arc<Seat>,
}

impl AsyncRead for Wire {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        std::task::ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let fresh = &mut buffer.filled_mut()[before..];
        if !fresh.is_empty() {
            self.heads.check(fresh);
            self.seat.heard();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.seat.wrote(written.is_ready());
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, parts);
        self.seat.wrote(written.is_ready());
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests;
