//! Text that goes into HTML past the view macro, which escapes all other text by itself.

/// A text with every sign that a browser would read as markup written out, for between tags and in quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            sign => safe.push(sign),
        }
    }
    safe
}

/// The content of a `<title>` or a `<textarea>`: the server's renderer writes it out as it is, the browser's makes a text of it.
pub fn raw_content(text: String) -> String {
    if cfg!(feature = "ssr") { escaped(&text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn no_text_ends_an_element_or_an_attribute() {
        assert_eq!(escaped(r#"</title>"'&amp;"#), "&lt;/title&gt;&quot;&#39;&amp;amp;");
        assert_eq!(escaped("Zoë & 李"), "Zoë &amp; 李");
    }
}
