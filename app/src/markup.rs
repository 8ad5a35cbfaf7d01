//! Text that goes into HTML past the view macro, which escapes all other text by itself.

#[cfg(feature = "ssr")]
use std::borrow::Cow;

/// A text with every sign that a browser would read as markup written out, for between tags and in quoted attributes.
#[cfg(feature = "ssr")]
pub fn escaped(text: &str) -> Cow<'_, str> {
    html_escape::encode_quoted_attribute(text)
}

/// The content of a `<title>` or a `<textarea>`: the server's renderer writes it out as it is, the browser's makes a text of it.
pub fn raw_content(text: String) -> String {
    #[cfg(feature = "ssr")]
    let text = escaped(&text).into_owned();
    text
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::escaped;

    #[test]
    fn no_text_ends_an_element_or_an_attribute() {
        assert_eq!(escaped(r#"</title>"'&amp;"#), "&lt;/title&gt;&quot;&#x27;&amp;amp;");
        assert_eq!(escaped("Zoë & 李"), "Zoë &amp; 李");
    }
}
