//! The built front end as the world gets it: from a folder, or from inside this binary (feature `embed`).
//!
//! It is small and never changes while we run, so all of it is held in memory with its compressed copies.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::assets::{Assets, Entry};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, VARY,
};
use axum::response::Response;
use axum::routing::get;
use bytes::Bytes;
use serde::Deserialize;

/// Where the front end lies when it is not inside the binary.
const SITE_ROOT: &str = "LEPTOS_SITE_ROOT";

/// The front end cannot be served; the sentence says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Error(String);

/// All files, and the addresses that pages name.
#[derive(Clone)]
pub struct Site {
    assets: Arc<Assets>,
    files: Arc<BTreeMap<String, File>>,
}

/// One file and the copies that were compressed when it was built.
struct File {
    kind: HeaderValue,
    /// A name with a hash in it never means anything else.
    lasting: bool,
    plain: Bytes,
    brotli: Option<Bytes>,
    gzip: Option<Bytes>,
}

impl Site {
    /// Reads the front end that `cargo xtask build` left.
    ///
    /// # Errors
    ///
    /// When it was never built, or is not whole.
    pub fn load() -> Result<Self, Error> {
        Self::from_files(everything()?)
    }

    /// No front end at all, for tests of everything else: pages name addresses that are not there.
    pub fn without_files() -> Self {
        let entry = || Entry { script: "/pkg/missing.js".into(), wasm: "/pkg/missing.wasm".into() };
        let (style, checkout_style) = ("/pkg/missing.css".into(), String::new());
        let assets = Assets { dashboard: entry(), checkout: entry(), style, checkout_style };
        Self { assets: Arc::new(assets), files: Arc::default() }
    }

    fn from_files(mut found: BTreeMap<String, Bytes>) -> Result<Self, Error> {
        let manifest =
            found.remove("manifest.json").ok_or_else(|| Error("the front end has no manifest.json".into()))?;
        let manifest: Manifest = serde_json::from_slice(&manifest)
            .map_err(|error| Error(format!("the front end's manifest.json cannot be read: {error}")))?;
        let assets = Assets::from(manifest);

        let compressed = |name: &str| matches!(name.rsplit('.').next(), Some("br" | "gz"));
        let files: BTreeMap<_, _> = found
            .iter()
            .filter(|(name, _)| !compressed(name))
            .map(|(name, plain)| {
                let kind = mime_guess::from_path(name).first_or_octet_stream();
                let file = File {
                    kind: HeaderValue::from_str(&with_charset(kind.as_ref()))
                        .unwrap_or(HeaderValue::from_static("application/octet-stream")),
                    lasting: name.starts_with("pkg/"),
                    plain: plain.clone(),
                    brotli: found.get(&format!("{name}.br")).cloned(),
                    gzip: found.get(&format!("{name}.gz")).cloned(),
                };
                (format!("/{name}"), file)
            })
            .collect();
        let named = [&assets.dashboard, &assets.checkout].into_iter().flat_map(|entry| [&entry.script, &entry.wasm]);
        for address in named.chain([&assets.style]) {
            if !files.contains_key(address) {
                return Err(Error(format!("the front end's manifest.json names {address}, which is not there")));
            }
        }
        Ok(Self { assets: Arc::new(assets), files: Arc::new(files) })
    }

    /// What the heads of pages name.
    pub fn assets(&self) -> &Arc<Assets> {
        &self.assets
    }

    /// A route for each file; to be merged outside of any compression, which happened when they were built.
    pub fn router<S: Clone + Send + Sync + 'static>(&self) -> Router<S> {
        self.files.keys().fold(Router::new(), |router, address| {
            let (files, address) = (Arc::clone(&self.files), address.clone());
            let path = address.clone();
            router.route(
                &path,
                get(move |request: Request| async move {
                    files.get(&address).map(|file| file.answer(request.headers())).unwrap_or_default()
                }),
            )
        })
    }
}

impl File {
    fn answer(&self, asked: &HeaderMap) -> Response {
        let (body, encoding) = match (&self.brotli, &self.gzip) {
            (Some(brotli), _) if accepts(asked, "br") => (brotli, Some("br")),
            (_, Some(gzip)) if accepts(asked, "gzip") => (gzip, Some("gzip")),
            _ => (&self.plain, None),
        };
        let mut response = Response::new(Body::from(body.clone()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, self.kind.clone());
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
        let keep = if self.lasting { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
        if let Some(encoding) = encoding {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }
}

/// Whether the asker takes this encoding; `q=0` means that it does not.
fn accepts(asked: &HeaderMap, encoding: &str) -> bool {
    let offers = asked.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    offers.flat_map(|value| value.split(',')).any(|offer| {
        let mut parts = offer.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default();
        let refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.trim_matches(['0', '.']).is_empty());
        name.eq_ignore_ascii_case(encoding) && !refused
    })
}

fn with_charset(kind: &str) -> String {
    if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind.to_owned() }
}

/// `manifest.json` as `cargo xtask build` writes it.
#[derive(Deserialize)]
struct Manifest {
    dashboard: ManifestEntry,
    checkout: ManifestEntry,
    style: String,
    checkout_style: String,
}

#[derive(Deserialize)]
struct ManifestEntry {
    script: String,
    wasm: String,
}

impl From<Manifest> for Assets {
    fn from(manifest: Manifest) -> Self {
        let entry = |ManifestEntry { script, wasm }| Entry { script, wasm };
        Self {
            dashboard: entry(manifest.dashboard),
            checkout: entry(manifest.checkout),
            style: manifest.style,
            checkout_style: manifest.checkout_style,
        }
    }
}

/// The files that were put inside the binary; a folder that is named wins, so that a designer can try a stylesheet.
#[cfg(feature = "embed")]
fn everything() -> Result<BTreeMap<String, Bytes>, Error> {
    #[derive(rust_embed::RustEmbed)]
    #[folder = "$HANDBILL_SITE"]
    struct Inside;

    if let Some(root) = std::env::var_os(SITE_ROOT) {
        return in_folder(root.as_ref());
    }
    let bytes = |data| match data {
        std::borrow::Cow::Borrowed(data) => Bytes::from_static(data),
        std::borrow::Cow::Owned(data) => Bytes::from(data),
    };
    let files = Inside::iter().filter_map(|name| Some((name.to_string(), bytes(Inside::get(&name)?.data))));
    Ok(files.collect())
}

#[cfg(not(feature = "embed"))]
fn everything() -> Result<BTreeMap<String, Bytes>, Error> {
    let root = std::env::var_os(SITE_ROOT).unwrap_or_else(|| "target/site".into());
    in_folder(root.as_ref())
}

fn in_folder(root: &std::path::Path) -> Result<BTreeMap<String, Bytes>, Error> {
    let missing = |path: &std::path::Path, error: std::io::Error| {
        Error(format!(
            "{SITE_ROOT}: the front end at {} cannot be read ({}: {error}); `cargo xtask build` makes it",
            root.display(),
            path.display()
        ))
    };
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|error| missing(&folder, error))? {
            let path = entry.map_err(|error| missing(&folder, error))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Some(name) = path.strip_prefix(root).ok().and_then(|name| name.to_str()) {
                let bytes = std::fs::read(&path).map_err(|error| missing(&path, error))?;
                files.insert(name.to_owned(), bytes.into());
            }
        }
    }
    Ok(files)
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use tower::ServiceExt as _;

    use super::*;

    fn site() -> Site {
        let manifest = r#"{"dashboard":{"script":"/pkg/d.js","wasm":"/pkg/d.wasm"},
            "checkout":{"script":"/pkg/c.js","wasm":"/pkg/c.wasm"},"style":"/pkg/m.css","checkout_style":"a{}"}"#;
        let files = ["pkg/d.js", "pkg/d.wasm", "pkg/c.js", "pkg/c.wasm", "pkg/m.css", "favicon.svg"];
        let mut found: BTreeMap<_, _> =
            files.into_iter().map(|name| (name.to_owned(), Bytes::from_static(b"plain"))).collect();
        found.insert("manifest.json".into(), Bytes::from_static(manifest.as_bytes()));
        found.insert("pkg/d.wasm.br".into(), Bytes::from_static(b"brotli"));
        found.insert("pkg/d.wasm.gz".into(), Bytes::from_static(b"gzip"));
        Site::from_files(found).unwrap()
    }

    async fn ask(path: &str, encodings: &str) -> (StatusCode, HeaderMap, Bytes) {
        let request = Request::get(path).header(ACCEPT_ENCODING, encodings).body(Body::empty()).unwrap();
        let (head, body) = site().router().oneshot(request).await.unwrap().into_parts();
        (head.status, head.headers, axum::body::to_bytes(body, 1024).await.unwrap())
    }

    #[tokio::test]
    async fn a_browser_gets_the_smallest_copy_that_it_takes() {
        for (encodings, body, encoding) in [
            ("gzip, deflate, br, zstd", "brotli", Some("br")),
            ("gzip, br;q=0", "gzip", Some("gzip")),
            ("gzip;q=0.0, identity", "plain", None),
            ("", "plain", None),
        ] {
            let (status, headers, bytes) = ask("/pkg/d.wasm", encodings).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(bytes, body, "{encodings}");
            assert_eq!(headers.get(CONTENT_ENCODING).map(HeaderValue::as_bytes), encoding.map(str::as_bytes));
            assert_eq!(headers[CONTENT_TYPE], "application/wasm");
            assert_eq!(headers[VARY], "accept-encoding");
        }
    }

    #[tokio::test]
    async fn a_name_with_a_hash_is_kept_for_good_and_others_for_an_hour() {
        let (_, headers, _) = ask("/pkg/m.css", "br").await;
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(headers[CONTENT_TYPE], "text/css; charset=utf-8");
        let (_, headers, _) = ask("/favicon.svg", "br").await;
        assert_eq!(headers[CACHE_CONTROL], "public, max-age=3600");
    }

    #[tokio::test]
    async fn only_what_was_built_is_served() {
        for path in ["/manifest.json", "/pkg/d.wasm.br", "/pkg/../server/main.rs", "/pkg/"] {
            assert_eq!(ask(path, "br").await.0, StatusCode::NOT_FOUND, "{path}");
        }
    }

    #[test]
    fn a_front_end_that_is_not_whole_says_what_is_missing() {
        let manifest = r#"{"dashboard":{"script":"/pkg/d.js","wasm":"/pkg/d.wasm"},
            "checkout":{"script":"/pkg/c.js","wasm":"/pkg/c.wasm"},"style":"/pkg/m.css","checkout_style":"a{}"}"#;
        let found = BTreeMap::from([("manifest.json".to_owned(), Bytes::from_static(manifest.as_bytes()))]);
        let error = Site::from_files(found).err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some("the front end's manifest.json names /pkg/d.js, which is not there"));
    }
}
