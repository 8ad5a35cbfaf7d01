//! How much anyone may send, and who is asking: body sizes and the client's address.

use std::convert::Infallible;
use std::future::Future as _;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use app::paths;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::header::{CONTENT_LENGTH, FORWARDED};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::config::Network;

/// The largest body of an ordinary request.
pub const BODY_BYTES: u64 = 256 * 1024;
/// What is read beyond that before the line is cut.
const BODY_SLACK: u64 = 64 * 1024;
/// The largest CSV file, with room for the form around it.
pub const CSV_BYTES: u64 = 50 * 1024 * 1024 + 64 * 1024;
/// How long an ordinary body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);
/// How long a file may take to arrive, and how long its next part.
const FILE_TIME: Duration = Duration::from_mins(20);
const PART_TIME: Duration = Duration::from_secs(30);

const OVER_LIMIT: &str = "the body is over its limit";
const TOO_LARGE: &str = "This is larger than can be taken here. Send less at a time.";
const TOO_SLOW: &str = "The request took too long to arrive. Try again.";
const UNREADABLE: &str = "The request broke off before it was whole. Try again.";

/// Middleware: a body over its limit is answered with 413 before any handler reads it.
pub async fn body(request: Request, next: Next) -> Response {
    let streamed = request.uri().path() == paths::UPLOAD;
    let (limit, slack) = if streamed { (CSV_BYTES, CSV_BYTES) } else { (BODY_BYTES, BODY_SLACK) };
    let declared = declared_length(request.headers()).unwrap_or_default();
    if declared > limit + slack {
        return (StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE).into_response();
    }
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let exceeded = Arc::new(AtomicBool::new(false));
    let patience = Patience::new(FILE_TIME, PART_TIME);
    let mut capped = Body::new(Capped { body, left: limit, slack, exceeded: Arc::clone(&exceeded), patience });
    let too_large = || exceeded.load(Ordering::Relaxed);
    if streamed && declared > limit {
        while let Some(Ok(_)) = capped.frame().await {}
        return (StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE).into_response();
    }
    if streamed {
        let response = next.run(Request::from_parts(parts, capped)).await;
        if too_large() {
            return (StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE).into_response();
        }
        return response;
    }
    // Read whole before anyone sees it: no handler can then forget the limit or be held open.
    let whole = capped.collect();
    match tokio::time::timeout(BODY_TIME, whole).await {
        Ok(Ok(whole)) => {
            let body = Body::from(whole.to_bytes());
            next.run(Request::from_parts(parts, body)).await
        }
        Ok(Err(_)) if too_large() => (StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE).into_response(),
        Ok(Err(_)) => (StatusCode::BAD_REQUEST, UNREADABLE).into_response(),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, TOO_SLOW).into_response(),
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// How long to wait for a body that comes in parts.
struct Patience {
    end: Instant,
    part: Duration,
    /// Runs while a part is waited for: a slow reader is not the sender's fault.
    next: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    fn new(whole: Duration, part: Duration) -> Self {
        Self { end: Instant::now() + whole, part, next: None }
    }

    /// Nothing is there yet; true when it was waited for long enough.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        let until = (Instant::now() + self.part).min(self.end);
        self.next.get_or_insert_with(|| Box::pin(sleep_until(until))).as_mut().poll(context).is_ready()
    }

    /// A part came; false when it came after the end.
    fn came(&mut self) -> bool {
        self.next = None;
        Instant::now() <= self.end
    }
}

/// A body that ends with an error, and says so outside, when it grows over its limit; and with one when it takes too long.
struct Capped {
    body: Body,
    /// What may still come.
    left: u64,
    /// What is read and thrown away after that.
    slack: u64,
    exceeded: Arc<AtomicBool>,
    patience: Patience,
}

impl HttpBody for Capped {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        loop {
            let frame = match Pin::new(&mut self.body).poll_frame(context) {
                Poll::Ready(frame) => frame,
                Poll::Pending if self.patience.is_over(context) => return Poll::Ready(Some(Err(TOO_SLOW.into()))),
                Poll::Pending => return Poll::Pending,
            };
            if !self.patience.came() {
                return Poll::Ready(Some(Err(TOO_SLOW.into())));
            }
            let frame = match frame {
                None if self.exceeded.load(Ordering::Relaxed) => return Poll::Ready(Some(Err(OVER_LIMIT.into()))),
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                Some(Ok(frame)) => frame,
            };
            let length = frame.data_ref().map_or(0, Bytes::len) as u64;
            if let Some(left) = self.left.checked_sub(length) {
                self.left = left;
                return Poll::Ready(Some(Ok(frame)));
            }
            // From here on it is only read, so that the sender is still there to hear the answer.
            self.left = 0;
            self.exceeded.store(true, Ordering::Relaxed);
            match self.slack.checked_sub(length) {
                Some(slack) => self.slack = slack,
                None => return Poll::Ready(Some(Err(OVER_LIMIT.into()))),
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Who is at the other end, past the proxies that the operator named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// Walks `X-Forwarded-For` from the right for as long as the hop is a configured proxy.
    fn resolve(peer: IpAddr, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
        let mut client = peer;
        let hops = headers.get_all("x-forwarded-for");
        let hops: Vec<&str> =
            hops.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).collect();
        for hop in hops.into_iter().rev() {
            if !trusted(client) {
                break;
            }
            // A hop that is no address ends what can be believed.
            let Ok(address) = hop.trim().parse() else {
                break;
            };
            client = address;
        }
        Self(client.to_canonical())
    }
}

/// The proxies that the operator named, and those that seem to be one and were not named.
#[derive(Debug)]
pub struct Proxies {
    named: Arc<[Network]>,
    hinted: Mutex<Vec<IpAddr>>,
}

/// Anyone can pass for a proxy: so many are told of, and no more.
const HINTS: usize = 4;

impl Proxies {
    /// Those that the operator named.
    pub fn new(named: Arc<[Network]>) -> Self {
        Self { named, hinted: Mutex::default() }
    }

    /// Says once for each peer that it may be a proxy: until it is named, all its visitors count as one.
    fn hint(&self, peer: IpAddr, headers: &HeaderMap) {
        let peer = peer.to_canonical();
        let says_so = headers.contains_key("x-forwarded-for") || headers.contains_key(FORWARDED);
        if !says_so || self.named.iter().any(|network| network.contains(peer)) {
            return;
        }
        let mut hinted = self.hinted.lock().unwrap_or_else(PoisonError::into_inner);
        if hinted.len() < HINTS && !hinted.contains(&peer) {
            hinted.push(peer);
            tracing::warn!(
                %peer,
                "a request came with X-Forwarded-For: if this is your proxy, name it in TRUSTED_PROXIES, or all its visitors \
                 share the limits of one address"
            );
        }
    }
}

/// Middleware: notes the client's address on the request, for the limits and the log.
pub async fn client_address(State(proxies): State<Arc<Proxies>>, mut request: Request, next: Next) -> Response {
    let peer =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::from([0, 0, 0, 0]), |info| info.0.ip());
    proxies.hint(peer, request.headers());
    let address = ClientAddress::resolve(peer, request.headers(), &proxies.named);
    request.extensions_mut().insert(address);
    next.run(request).await
}

impl<S: Sync> FromRequestParts<S> for ClientAddress {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get().copied().unwrap_or(Self(IpAddr::from([0, 0, 0, 0]))))
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::{HeaderName, HeaderValue};
    use axum::routing::post;
    use tower::ServiceExt as _;

    use super::*;

    async fn status(path: &str, body: Body) -> StatusCode {
        Router::new()
            .route("/any", post(|body: Bytes| async move { body.len().to_string() }))
            .route(
                paths::UPLOAD,
                post(|body: Body| async move {
                    match axum::body::to_bytes(body, usize::MAX).await {
                        Ok(_) => StatusCode::OK,
                        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
                    }
                }),
            )
            .layer(axum::extract::DefaultBodyLimit::disable())
            .layer(axum::middleware::from_fn(self::body))
            .oneshot(Request::post(path).body(body).unwrap())
            .await
            .unwrap()
            .status()
    }

    fn endless() -> Body {
        let chunk = Bytes::from(vec![b'a'; 64 * 1024]);
        Body::from_stream(futures::stream::repeat_with(move || Ok::<_, Infallible>(chunk.clone())))
    }

    #[tokio::test]
    async fn a_body_over_its_limit_is_refused_whether_it_says_its_length_or_not() {
        let exact = usize::try_from(BODY_BYTES).unwrap();
        assert_eq!(status("/any", Body::from(vec![0; exact])).await, StatusCode::OK);
        let over = Body::from(vec![0; exact + 1]);
        assert_eq!(status("/any", over).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(status("/any", endless()).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(status("/nowhere", endless()).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(status(paths::UPLOAD, endless()).await, StatusCode::PAYLOAD_TOO_LARGE);
        let file = Body::from(vec![0; exact * 4]);
        assert_eq!(status(paths::UPLOAD, file).await, StatusCode::OK);
    }

    #[tokio::test]
    async fn a_file_that_stops_coming_is_given_up_and_so_is_one_that_drips() {
        let short = Duration::from_millis(50);
        for (whole, part, drips) in [(FILE_TIME, short, false), (short, FILE_TIME, true)] {
            let body = if drips {
                endless()
            } else {
                Body::from_stream(futures::stream::pending::<Result<Bytes, Infallible>>())
            };
            let patience = Patience::new(whole, part);
            let mut capped = Capped { body, left: u64::MAX, slack: 0, exceeded: Arc::default(), patience };
            let end = async {
                loop {
                    if let Some(Err(error)) = capped.frame().await {
                        return error.to_string();
                    }
                    tokio::task::yield_now().await;
                }
            };
            assert_eq!(tokio::time::timeout(Duration::from_mins(1), end).await.unwrap(), TOO_SLOW);
        }
    }

    fn resolved(peer: &str, forwarded: &[&'static str], proxies: &[&str]) -> String {
        let proxies: Vec<Network> = proxies.iter().map(|p| Network::parse(p).unwrap()).collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(HeaderName::from_static("x-forwarded-for"), HeaderValue::from_static(value));
        }
        ClientAddress::resolve(peer.parse().unwrap(), &headers, &proxies).0.to_string()
    }

    #[test]
    fn an_unnamed_proxy_is_told_of_once_and_a_crowd_of_them_not_at_all() {
        let proxies = Proxies::new(Arc::from([Network::parse("10.0.0.0/8").unwrap()]));
        let mut forwarded = HeaderMap::new();
        forwarded.insert("x-forwarded-for", HeaderValue::from_static("1.2.3.4"));
        let hinted = |peer: &str, headers: &HeaderMap| {
            proxies.hint(peer.parse().unwrap(), headers);
            proxies.hinted.lock().unwrap().len()
        };
        assert_eq!(hinted("127.0.0.1", &HeaderMap::new()), 0);
        assert_eq!(hinted("10.0.0.1", &forwarded), 0);
        assert_eq!(hinted("127.0.0.1", &forwarded), 1);
        assert_eq!(hinted("::ffff:127.0.0.1", &forwarded), 1);
        for n in 0..100 {
            hinted(&format!("198.51.100.{n}"), &forwarded);
        }
        assert_eq!(hinted("127.0.0.1", &forwarded), HINTS);
    }

    #[test]
    fn a_forged_forwarding_header_changes_nothing() {
        assert_eq!(resolved("203.0.113.7", &["1.2.3.4"], &[]), "203.0.113.7");
        let proxies = ["10.0.0.0/8"];
        assert_eq!(resolved("203.0.113.7", &["1.2.3.4"], &proxies), "203.0.113.7");
        let chain = ["9.9.9.9, 1.2.3.4, 10.0.0.9"];
        assert_eq!(resolved("10.0.0.1", &chain, &proxies), "1.2.3.4");
        let two = ["9.9.9.9", "1.2.3.4"];
        assert_eq!(resolved("10.0.0.1", &two, &proxies), "1.2.3.4");
        assert_eq!(resolved("10.0.0.1", &["1.2.3.4, junk"], &proxies), "10.0.0.1");
        assert_eq!(resolved("::ffff:10.0.0.1", &["::ffff:1.2.3.4"], &proxies), "1.2.3.4");
    }
}
