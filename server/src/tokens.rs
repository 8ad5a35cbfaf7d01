//! Issues and verifies `PersonalizationToken`: the only file that knows JWT, its keys and its public random codes.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hkdf::Hkdf;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::config::SigningConfig;

/// A token never lives longer than this, in seconds.
const MAX_LIFE_S: i64 = 7 * 24 * 60 * 60;
/// How far two clocks may differ, in seconds.
const LEEWAY_S: i64 = 30;
/// Longer tokens are refused before anything is parsed.
const MAX_BYTES: usize = 1024;
const MIN_KEY_BYTES: usize = 32;
const TYPE: &str = "paylink+jwt";
const AUDIENCE: &str = "checkout";
/// Keys of one purpose never verify what another purpose signed.
const CHECKOUT_PURPOSE: &str = "paylink/v1";

/// What a valid token says: whose personal link, to which payment link, in which version. No personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalizationToken {
    /// The personal link (`sub`).
    pub personal_link: String,
    /// The payment link that it leads to (`lnk`).
    pub payment_link: String,
    /// The version of the personal link; a revocation raises it (`ver`).
    pub version: i64,
}

/// Why a token was refused. The public page answers every cause alike; the difference is for tests and counters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Not ours, altered, for something else, or not yet valid.
    #[error("the token was refused")]
    Refused,
    /// Ours, but its time is over.
    #[error("the token has expired")]
    Expired,
    /// The cryptography is not usable on this machine.
    #[error("tokens cannot be signed or verified")]
    Broken,
}

/// Why the signing keys cannot be used; shown once, at start.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The list is not `kid:base64,kid:base64`.
    #[error("must be a list like kid:base64,kid:base64 (at least 32 bytes each): {0}")]
    Format(&'static str),
    /// The file with the keys cannot be read or made.
    #[error("cannot read or make the signing keys in {path}: {source}")]
    File {
        /// Where the keys are kept.
        path: String,
        /// What the system said.
        source: io::Error,
    },
}

/// The secrets that tokens are made from: the first signs, all verify.
#[derive(Clone)]
pub struct SigningKeys(Vec<(String, Vec<u8>)>);

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(kid, _)| kid)).finish()
    }
}

impl SigningKeys {
    /// Reads `kid:base64,kid:base64`.
    pub fn parse(list: &str) -> Result<Self, KeyError> {
        let mut seen = HashSet::new();
        let mut keys = Vec::new();
        for entry in list.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let (kid, secret) = entry.split_once(':').ok_or(KeyError::Format("an entry has no colon"))?;
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
            if kid.is_empty() || kid.len() > 32 || !kid.bytes().all(plain) {
                return Err(KeyError::Format("a kid is 1 to 32 letters, digits, - or _"));
            }
            if !seen.insert(kid) {
                return Err(KeyError::Format("a kid stands there twice"));
            }
            let secret = STANDARD.decode(secret).map_err(|_| KeyError::Format("a key is not base64"))?;
            if secret.len() < MIN_KEY_BYTES {
                return Err(KeyError::Format("a key is shorter than 32 bytes"));
            }
            // A placeholder copied from an example, not a secret.
            if secret.windows(2).all(|pair| pair[0] == pair[1]) {
                return Err(KeyError::Format("a key is one byte repeated"));
            }
            keys.push((kid.to_owned(), secret));
        }
        if keys.is_empty() {
            return Err(KeyError::Format("there is no key"));
        }
        Ok(Self(keys))
    }

    /// The keys that the operator set, or else those that are kept with the data; none when there are neither.
    pub fn given(config: &SigningConfig) -> Result<Option<Self>, KeyError> {
        match &config.keys {
            Some(keys) => Self::parse(keys.expose()).map(Some),
            None if config.file.exists() => Self::load_or_create(&config.file).map(Some),
            None => Ok(None),
        }
    }

    /// Keys for one purpose, in the same order: what they sign, no other purpose's verify.
    pub fn derive(&self, purpose: &str) -> Result<Vec<[u8; 32]>, Error> {
        self.0.iter().map(|(_, secret)| derived(secret, purpose)).collect()
    }

    /// What each key is called, in the same order.
    pub fn kids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(kid, _)| kid.as_str())
    }

    /// Reads the keys kept at `path`, or makes the first one there, readable by its owner only.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.display().to_string(), source };
        match std::fs::read_to_string(path) {
            Ok(list) => {
                let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
                if mode & 0o077 != 0 {
                    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).map_err(failed)?;
                }
                Self::parse(&list)
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Self::create(path).map_err(failed)?;
                // Another server may have been first: what is in the file counts.
                Self::parse(&std::fs::read_to_string(path).map_err(failed)?)
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn create(path: &Path) -> io::Result<()> {
        let list = format!("{}:{}\n", random_code(8), STANDARD.encode(random_bytes::<32>()));
        let mut draft = path.as_os_str().to_owned();
        draft.push(format!(".{}", random_code(8)));
        let written = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .and_then(|mut file| file.write_all(list.as_bytes()).and_then(|()| file.sync_all()))
            // A link appears whole or not at all, and never replaces another server's keys.
            .and_then(|()| std::fs::hard_link(&draft, path));
        let removed = std::fs::remove_file(&draft);
        match written {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => removed,
            written => written.and(removed),
        }
    }
}

/// Issues and verifies tokens for one public address.
pub struct Tokens {
    issuer: String,
    keys: Vec<Key>,
    validation: Validation,
}

struct Key {
    kid: String,
    encoding: EncodingKey,
    decoding: DecodingKey,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kids: Vec<_> = self.keys.iter().map(|key| &key.kid).collect();
        f.debug_struct("Tokens").field("issuer", &self.issuer).field("keys", &kids).finish_non_exhaustive()
    }
}

/// The header that we write, and the only one that we read: any other field (`crit`, `jku`, `jwk` …) is refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TokenHeader {
    alg: String,
    typ: String,
    kid: String,
}

/// The claims as strict types: an array, a null or a float where text or a whole number belongs is refused.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    lnk: String,
    ver: i64,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Tokens {
    /// Derives the keys of this purpose and proves once that they sign and verify.
    pub fn new(keys: &SigningKeys, issuer: &str) -> Result<Self, Error> {
        let keys =
            keys.0.iter().map(|(kid, secret)| Key::derive(kid, secret, CHECKOUT_PURPOSE)).collect::<Result<_, _>>()?;
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[issuer]);
        // Times are checked here against the clock that was passed in, not against the system's.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let tokens = Self { issuer: issuer.to_owned(), keys, validation };
        tokens.prove()?;
        Ok(tokens)
    }

    /// Signs and verifies once, and sees an altered token refused.
    fn prove(&self) -> Result<(), Error> {
        let token = PersonalizationToken { personal_link: "plk".into(), payment_link: "plink".into(), version: 0 };
        let signed = self.issue(&token, 0, i64::MAX)?;
        let altered = format!("{}A", &signed[..signed.len() - 1]);
        let other = format!("{}E", &signed[..signed.len() - 1]);
        let refused = [altered, other].iter().filter(|text| self.verify(text, 0).is_err()).count();
        if self.verify(&signed, 0) == Ok(token) && refused >= 1 { Ok(()) } else { Err(Error::Broken) }
    }

    /// A fresh token that ends with its personal link, at the latest in 7 days. Times are epoch milliseconds.
    pub fn issue(
        &self,
        token: &PersonalizationToken,
        now: i64,
        personal_link_expires_at: i64,
    ) -> Result<String, Error> {
        let key = self.keys.first().ok_or(Error::Broken)?;
        let now = now.div_euclid(1000);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: token.personal_link.clone(),
            lnk: token.payment_link.clone(),
            ver: token.version,
            iat: now,
            nbf: now,
            exp: personal_link_expires_at.div_euclid(1000).min(now + MAX_LIFE_S),
        };
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(key.kid.clone());
        jsonwebtoken::encode(&header, &claims, &key.encoding).map_err(|_| Error::Broken)
    }

    /// Reads a token that we issued for this address and that is valid at `now` (epoch milliseconds).
    pub fn verify(&self, token: &str, now: i64) -> Result<PersonalizationToken, Error> {
        let key = self.key_of(token).ok_or(Error::Refused)?;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &key.decoding, &self.validation).map_err(|_| Error::Refused)?.claims;
        let now = now.div_euclid(1000);
        let life = claims.exp.checked_sub(claims.iat).ok_or(Error::Refused)?;
        let timely = claims.iat <= now + LEEWAY_S && claims.nbf <= now + LEEWAY_S && (0..=MAX_LIFE_S).contains(&life);
        if claims.iss != self.issuer || claims.aud != AUDIENCE || !timely {
            return Err(Error::Refused);
        }
        if claims.exp < now - LEEWAY_S {
            return Err(Error::Expired);
        }
        Ok(PersonalizationToken { personal_link: claims.sub, payment_link: claims.lnk, version: claims.ver })
    }

    /// The key that the header names, once the token has exactly our shape. Cheap, and before any signature.
    fn key_of(&self, token: &str) -> Option<&Key> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let mut parts = token.split('.');
        let (header, claims, signature) = (parts.next()?, parts.next()?, parts.next()?);
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if parts.next().is_some() || ![header, claims, signature].iter().all(|part| part.bytes().all(plain)) {
            return None;
        }
        // One signature has one spelling: the strict decoder refuses other last bits.
        if URL_SAFE_NO_PAD.decode(signature).ok()?.len() != 32 {
            return None;
        }
        let header: TokenHeader = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        if header.alg != "HS256" || header.typ != TYPE {
            return None;
        }
        self.keys.iter().find(|key| key.kid == header.kid)
    }
}

impl Key {
    fn derive(kid: &str, secret: &[u8], purpose: &str) -> Result<Self, Error> {
        let derived = derived(secret, purpose)?;
        Ok(Self {
            kid: kid.to_owned(),
            encoding: EncodingKey::from_secret(&derived),
            decoding: DecodingKey::from_secret(&derived),
        })
    }
}

fn derived(secret: &[u8], purpose: &str) -> Result<[u8; 32], Error> {
    let mut derived = [0; 32];
    Hkdf::<Sha256>::new(None, secret).expand(purpose.as_bytes(), &mut derived).map_err(|_| Error::Broken)?;
    Ok(derived)
}

/// A random public code of `length` base62 characters: 16 of them hold 95 bits.
pub fn random_code(length: usize) -> String {
    const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let mut code = String::with_capacity(length);
    while code.len() < length {
        // 248 is the largest multiple of 62 in a byte: what lies above would make the first letters likelier.
        let fair = random_bytes::<32>().into_iter().filter(|byte| *byte < 248);
        code.extend(fair.take(length - code.len()).map(|byte| char::from(ALPHABET[usize::from(byte % 62)])));
    }
    code
}

/// The code in an address that stood in a sentence: whatever makes links of text may have taken the full stop behind it along, or
/// a bracket, or the next words where they follow without a blank. Our codes are letters and digits, with a hyphen between them at
/// most.
pub fn code_in(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    text.get(..end).unwrap_or(text).trim_end_matches('-')
}

/// Chance from the system.
pub(crate) fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // Without the system's randomness there is nothing safe to go on with.
    #[expect(
        clippy::expect_used,
        clippy::disallowed_methods,
        reason = "chance enters here, and a server without it must stop"
    )]
    getrandom::fill(&mut bytes).expect("the system's random number generator answers");
    bytes
}

#[cfg(test)]
mod tests;
