//! Log-in sessions as hashed random ids, and passwords hashed off the async threads.

use std::sync::{Arc, LazyLock};

use app::account::Access;
use app::error::Result;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _};
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;

use crate::db::{self, sessions};
use crate::service::Service;

/// The cookie where the world reaches us by TLS: bound to this host and never sent in the clear.
const SECURE_COOKIE: &str = "__Host-sid";
/// The cookie on a plain address, where browsers refuse the other.
const PLAIN_COOKIE: &str = "sid";

/// What a device keeps that was let in before, by the same two names.
const SECURE_DEVICE: &str = "__Host-device";
const PLAIN_DEVICE: &str = "device";
/// How long it keeps that, in seconds: as long as browsers keep anything.
const DEVICE_S: i64 = 400 * 24 * 60 * 60;

/// A session ends after so long without a request.
pub const IDLE_MS: i64 = 60 * 60 * 1000;
/// A session ends so long after log-in whatever happens.
pub const ABSOLUTE_MS: i64 = 24 * 60 * 60 * 1000;

/// How many passwords are hashed at once: each takes 19 MiB and a core.
const HASHING: usize = 2;
/// How many may wait for that; more are told to come back.
const WAITING: usize = 16;

/// The random id that a browser holds; only its digest is stored.
#[derive(Clone)]
pub struct SessionId([u8; 32]);

impl SessionId {
    /// 256 bits from the operating system.
    #[expect(clippy::disallowed_methods, reason = "a session's id is chance")]
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads a cookie's value.
    pub fn parse(value: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
        Some(Self(bytes.try_into().ok()?))
    }

    /// The value in the cookie.
    pub fn to_cookie_value(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// What is stored: useless to a reader of the database.
    pub fn digest(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(self.0))
    }
}

/// How the session cookie is written, by the public address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CookieStyle {
    secure: bool,
}

impl CookieStyle {
    /// `__Host-sid` with `Secure` where the public address is https, else `sid`.
    pub const fn new(secure: bool) -> Self {
        Self { secure }
    }

    /// Whether cookies are for https alone.
    pub const fn is_secure(self) -> bool {
        self.secure
    }

    fn name(self) -> &'static str {
        if self.secure { SECURE_COOKIE } else { PLAIN_COOKIE }
    }

    /// The `Set-Cookie` line that starts a session.
    pub fn set(self, id: &SessionId) -> String {
        self.line(self.name(), &id.to_cookie_value(), ABSOLUTE_MS / 1000)
    }

    /// The `Set-Cookie` line that ends it.
    pub fn clear(self) -> String {
        self.line(self.name(), "", 0)
    }

    /// The `Set-Cookie` line by which a device is known again.
    pub fn set_device(self, kept: &str) -> String {
        self.line(self.device_name(), kept, DEVICE_S)
    }

    /// What the device kept that a request comes from.
    pub fn read_device(self, headers: &HeaderMap) -> Option<String> {
        cookies(headers).find(|(name, _)| *name == self.device_name()).map(|(_, value)| value.to_owned())
    }

    fn device_name(self) -> &'static str {
        if self.secure { SECURE_DEVICE } else { PLAIN_DEVICE }
    }

    fn line(self, name: &str, value: &str, max_age_s: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age_s}{secure}")
    }

    /// The session id that came with a request.
    pub fn read(self, headers: &HeaderMap) -> Option<SessionId> {
        cookies(headers).find(|(name, _)| *name == self.name()).and_then(|(_, value)| SessionId::parse(value))
    }
}

/// True when any session cookie came, valid or not.
pub fn is_in(headers: &HeaderMap) -> bool {
    cookies(headers).any(|(name, _)| name == SECURE_COOKIE || name == PLAIN_COOKIE)
}

/// Every cookie of a request, by name.
pub(crate) fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

/// Why no password was hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// As many as may wait are waiting.
    #[error("too many passwords are being checked")]
    Busy,
    /// The hash could not be made or read.
    #[error("a password could not be hashed")]
    Broken,
}

/// Whose password is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody's who knows the address.
    Stranger,
    /// Somebody's who is logged in, or whose device was let in before.
    Known,
}

/// Hashes and checks passwords, a few at a time, away from the threads that answer requests.
#[derive(Debug, Clone)]
pub struct Passwords {
    running: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// Places that strangers do not take.
    kept_places: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self {
            running: Arc::new(Semaphore::new(HASHING)),
            places: Arc::new(Semaphore::new(HASHING + WAITING)),
            kept_places: Arc::new(Semaphore::new(WAITING)),
        }
    }
}

impl Passwords {
    /// The text to store for a password.
    pub async fn hash(&self, password: String) -> Result<String, PasswordError> {
        self.run(&self.kept_places, move || hash(&password)).await?
    }

    /// True when the password is the stored one. Without a stored one the same work is done in vain, so that an unknown
    /// email takes as long as a wrong password. A crowd of strangers does not keep out whom we know.
    pub async fn verify(&self, stored: Option<String>, password: String, who: Who) -> Result<bool, PasswordError> {
        let places = match who {
            Who::Known => &self.kept_places,
            Who::Stranger => &self.places,
        };
        self.run(places, move || {
            let Some(stored) = stored else {
                verify(&DUMMY, &password);
                return false;
            };
            verify(&stored, &password)
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        places: &Arc<Semaphore>,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PasswordError> {
        let place = Arc::clone(places).try_acquire_owned().map_err(|_| PasswordError::Busy)?;
        let turn = Arc::clone(&self.running).acquire_owned().await.map_err(|_| PasswordError::Busy)?;
        // The permits go along: a request that is dropped meanwhile must not let another one in.
        tokio::task::spawn_blocking(move || {
            let result = work();
            drop((turn, place));
            result
        })
        .await
        .map_err(|_| PasswordError::Broken)
    }
}

/// A hash that no password has, made with the same parameters as the real ones.
static DUMMY: LazyLock<String> = LazyLock::new(|| {
    let nobody = SessionId::random().map_or_else(|_| String::new(), |id| id.to_cookie_value());
    hash(&nobody).unwrap_or_default()
});

fn hash(password: &str) -> Result<String, PasswordError> {
    Argon2::default().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|_| PasswordError::Broken)
}

fn verify(stored: &str, password: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|stored| Argon2::default().verify_password(password.as_bytes(), &stored).is_ok())
}

/// How old the note of the last use may be: a write for each request would be one too many.
const SEEN_STEP_MS: i64 = 60 * 1000;

impl Service {
    /// Who is asking, by the session cookie of a request; none when there is no live session.
    pub async fn access(&self, headers: &HeaderMap) -> Result<Option<Access>> {
        let Some(id) = self.cookie_style().read(headers) else { return Ok(None) };
        let (digest, now) = (id.digest(), self.clock.now());
        let mut connection = self.db.read().await?;
        let found = sessions::find(&mut *connection, &digest, now - ABSOLUTE_MS, now - IDLE_MS).await?;
        drop(connection);
        let Some(session) = found else { return Ok(None) };
        if now - session.seen_at >= SEEN_STEP_MS
            && let Err(error) = self.note_seen(&digest, now).await
        {
            // Where nothing can be saved, people can still read.
            tracing::warn!(%error, "the use of a session was not noted");
        }
        Ok(Some(Access::checked(session.business, session.user, session.role).with_session(digest)))
    }

    /// Whether the session that an access came from is still there.
    pub async fn is_live(&self, access: &Access) -> Result<bool> {
        let Some(digest) = access.session() else { return Ok(true) };
        let now = self.clock.now();
        let mut connection = self.db.read().await?;
        Ok(sessions::find(&mut *connection, digest, now - ABSOLUTE_MS, now - IDLE_MS).await?.is_some())
    }

    async fn note_seen(&self, digest: &str, now: i64) -> db::Result<()> {
        let mut tx = self.db.begin().await?;
        sessions::update_seen(&mut *tx, digest, now).await?;
        tx.commit().await
    }

    /// How this server writes its session cookie.
    pub fn cookie_style(&self) -> CookieStyle {
        CookieStyle::new(self.config.http.public_url.is_https())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let passwords = Passwords::default();
        let stored = passwords.hash("correct horse battery".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let verify = |stored: Option<String>, password: &str| {
            let passwords = passwords.clone();
            let password = password.to_owned();
            async move { passwords.verify(stored, password, Who::Stranger).await.unwrap() }
        };
        assert!(verify(Some(stored.clone()), "correct horse battery").await);
        assert!(!verify(Some(stored.clone()), "correct horse batterY").await);
        assert!(!verify(Some("nonsense".to_owned()), "x").await);
        assert!(!verify(None, "correct horse battery").await);
    }

    #[tokio::test]
    async fn a_crowd_is_told_to_come_back_instead_of_taking_the_machine() {
        let passwords = Passwords::default();
        let crowd = (0..40).map(|_| passwords.verify(None, "guess".to_owned(), Who::Stranger));
        let known = passwords.verify(None, "guess".to_owned(), Who::Known);
        let (answers, known) = futures::join!(futures::future::join_all(crowd), known);
        let busy = answers.iter().filter(|answer| **answer == Err(PasswordError::Busy)).count();
        assert_eq!(busy, 40 - HASHING - WAITING);
        assert_eq!(known, Ok(false), "whom we know is not kept out by it");
    }

    #[test]
    fn the_cookie_is_bound_as_the_address_allows() {
        let id = SessionId::random().unwrap();
        let secure = CookieStyle::new(true).set(&id);
        assert!(secure.starts_with("__Host-sid="));
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(secure.contains(part), "{secure}");
        }
        let plain = CookieStyle::new(false).set(&id);
        assert!(plain.starts_with("sid=") && !plain.contains("Secure"), "{plain}");
    }

    #[test]
    fn a_session_id_survives_the_cookie_and_is_stored_only_as_a_digest() {
        let id = SessionId::random().unwrap();
        let mut headers = HeaderMap::new();
        let value = format!("theme=dark; sid={}", id.to_cookie_value());
        headers.insert(COOKIE, value.parse().unwrap());
        let read = CookieStyle::new(false).read(&headers).unwrap();
        assert_eq!(read.digest(), id.digest());
        assert_ne!(id.digest(), id.to_cookie_value());
        assert!(CookieStyle::new(true).read(&headers).is_none());
        assert!(is_in(&headers));
    }
}
