//! A mail's HTML, shut off from the page around it.

use leptos::prelude::*;

/// Shows a whole HTML document in a frame without scripts, forms or access to the page. A mail brings its own style; the
/// page's policy lets it in by the page's nonce.
#[component]
pub fn MailFrame(
    /// Names the frame for those who hear it.
    #[prop(into)]
    title: String,
    /// The document.
    #[prop(into)]
    html: Signal<String>,
    /// Its links can be followed, each in a tab of its own.
    #[prop(optional)]
    links: bool,
) -> impl IntoView {
    let sandbox = if links { "allow-popups allow-popups-to-escape-sandbox" } else { "" };
    let document = move || {
        let document = html.get().replacen("<head>", "<head><base target=\"_blank\">", 1);
        match page_nonce() {
            Some(nonce) => document.replace("<style>", &format!("<style nonce=\"{nonce}\">")),
            None => document,
        }
    };
    view! { <iframe class="mail-frame" title=title sandbox=sandbox srcdoc=document></iframe> }
}

#[cfg(feature = "ssr")]
fn page_nonce() -> Option<String> {
    use_nonce().map(|nonce| nonce.to_string())
}

/// The attribute cannot be read in the browser, only the property of one of the page's scripts.
#[cfg(not(feature = "ssr"))]
fn page_nonce() -> Option<String> {
    let script = document().query_selector("script[nonce]").ok()??;
    js_sys::Reflect::get(&script, &"nonce".into()).ok()?.as_string().filter(|nonce| !nonce.is_empty())
}
