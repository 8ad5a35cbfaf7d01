//! Turns an email into bytes: correct headers for any name, and bodies that no server can misread.

use std::time::{Duration, UNIX_EPOCH};

use lettre::{
    Address,
    message::{
        Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

use super::{EmailMessage, SendError, Why};

/// Longest name or subject that goes into a header, in characters.
const HEADER_CHARS: usize = 200;

/// Longest address that goes into a header: above it the line could pass the 998 bytes of RFC 5322.
const URL_BYTES: usize = 600;

/// Names the delivery where a mail service on the way writes a `Message-ID` of its own: reports bring it back.
pub const DELIVERY_HEADER: &str = "X-Handbill-Delivery";

/// An email as it leaves.
pub struct Composed {
    /// Whom the server is told to deliver to.
    pub to: Address,
    /// Headers and body, ASCII only.
    pub bytes: Vec<u8>,
}

impl Composed {
    /// The header block.
    pub fn headers(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        text.split_once("\r\n\r\n").map_or_else(String::new, |(headers, _)| headers.to_owned())
    }
}

/// Composes the message; the same input gives the same bytes.
pub fn compose(email: &EmailMessage, from: &Mailbox) -> Result<Composed, SendError> {
    let to: Address =
        email.to.parse().map_err(|_| SendError::fail(Why::new("The email address cannot be written to.")))?;
    let name = one_line(&email.to_name, HEADER_CHARS);
    let mailbox = Mailbox::new((!name.is_empty()).then_some(name), to.clone());
    let dated = UNIX_EPOCH + Duration::from_millis(u64::try_from(email.dated_at).unwrap_or(0));

    let mut builder = lettre::Message::builder()
        .from(from.clone())
        .to(mailbox)
        .subject(one_line(&email.subject, HEADER_CHARS))
        .date(dated)
        .message_id(Some(message_id(&email.id, from)))
        .raw_header(header(DELIVERY_HEADER, email.id.clone()));
    if let Some(url) = &email.unsubscribe_url {
        if url.len() > URL_BYTES || !url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'>') {
            return Err(SendError::fail(Why::new("The address to opt out cannot be written into an email.")));
        }
        builder = builder
            .raw_header(header("List-Unsubscribe", format!("<{url}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    let message = builder
        .multipart(
            MultiPart::alternative()
                .boundary(boundary(&email.id))
                .singlepart(part(ContentType::TEXT_PLAIN, &email.text))
                .singlepart(part(ContentType::TEXT_HTML, &email.html)),
        )
        .map_err(|_| SendError::fail(Why::new("The email could not be put together.")))?;

    let bytes = message.formatted();
    if !bytes.is_ascii() {
        return Err(SendError::fail(Why::new("The email could not be put together.")));
    }
    Ok(Composed { to, bytes })
}

/// The `Message-ID` of a delivery: the same for each attempt.
fn message_id(id: &str, from: &Mailbox) -> String {
    format!("<{id}@{}>", from.email.domain())
}

/// Quoted-printable lines begin with `=` only before two hexadecimal digits or a line end, so this cannot occur in a body.
fn boundary(id: &str) -> String {
    format!("=_{id}")
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

/// Never 7bit or 8bit: an encoded body cannot hold a bare CR, a long line or a lone dot (RUSTSEC-2026-0561).
fn part(kind: ContentType, text: &str) -> SinglePart {
    let text = lines(text);
    let foreign = text.bytes().filter(|byte| !byte.is_ascii()).count();
    let encoding = if foreign * 3 > text.len() {
        ContentTransferEncoding::Base64
    } else {
        ContentTransferEncoding::QuotedPrintable
    };
    SinglePart::builder().header(kind).header(encoding).body(text)
}

/// Every kind of line end becomes LF, which lettre writes as CRLF; other controls but the tab go.
pub fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .replace('\r', "\n")
        .chars()
        .filter(|&c| c == '\n' || c == '\t' || !c.is_control())
        .collect()
}

/// One line for a header: controls and characters that turn text around become spaces, runs of them one.
pub fn one_line(text: &str, most: usize) -> String {
    let mut line = String::with_capacity(text.len().min(most * 4));
    let words =
        text.split(|c: char| c.is_control() || c.is_whitespace() || turns_text(c)).filter(|word| !word.is_empty());
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > most * 4 {
            break;
        }
    }
    match line.char_indices().nth(most) {
        Some((end, _)) => line[..end].trim_end().to_owned(),
        None => line,
    }
}

/// Marks that reorder what follows, and line ends that only some programs know.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn email() -> EmailMessage {
        EmailMessage {
            id: "dlv_1".to_owned(),
            to_name: "Zoë O’Neil".to_owned(),
            to: "zoe@example.com".to_owned(),
            subject: "Your link".to_owned(),
            text: "Hello\n.\nBye".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            unsubscribe_url: Some("https://pay.example/u/abc".to_owned()),
            dated_at: 1_790_000_000_123,
        }
    }

    fn from() -> Mailbox {
        "Handbill <payments@shop.example>".parse().unwrap()
    }

    fn header_names(bytes: &[u8]) -> Vec<String> {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let block = text.split_once("\r\n\r\n").unwrap().0.to_owned();
        block
            .split("\r\n")
            .filter(|line| !line.starts_with([' ', '\t']))
            .map(|line| line.split_once(':').unwrap().0.to_owned())
            .collect()
    }

    const NAMES: [&str; 10] = [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        DELIVERY_HEADER,
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "MIME-Version",
        "Content-Type",
    ];

    #[test]
    fn a_repeat_is_byte_identical_and_carries_the_deliverys_own_message_id() {
        let first = compose(&email(), &from()).unwrap();
        let second = compose(&email(), &from()).unwrap();
        assert_eq!(first.bytes, second.bytes);
        let headers = first.headers();
        assert!(headers.contains("Message-ID: <dlv_1@shop.example>"), "{headers}");
        assert!(headers.contains("X-Handbill-Delivery: dlv_1"), "{headers}");
        assert!(headers.contains("List-Unsubscribe: <https://pay.example/u/abc>"), "{headers}");
        assert!(headers.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click"), "{headers}");
        assert!(headers.contains("Date: Mon, 21 Sep 2026"), "{headers}");
    }

    #[test]
    fn a_name_or_subject_with_line_ends_adds_no_header() {
        for poison in ["A\r\nBcc: x@evil.example", "A\rB", "A\nB", "A\0B", "\r\n\r\n<script>", "\u{2028}Bcc: x"] {
            let mut email = email();
            email.to_name = poison.to_owned();
            email.subject = poison.to_owned();
            let names = header_names(&compose(&email, &from()).unwrap().bytes);
            assert_eq!(names, NAMES, "{poison:?}");
        }
    }

    #[test]
    fn a_long_name_is_cut_and_an_address_that_is_none_is_a_failure() {
        let mut long = email();
        long.to_name = "名".repeat(10_000);
        assert!(compose(&long, &from()).unwrap().headers().len() < 4_000);
        let mut wrong = email();
        wrong.to = "nobody\r\nRCPT TO:<x@evil.example>".to_owned();
        assert!(matches!(compose(&wrong, &from()), Err(SendError::Fail { .. })));
    }

    #[test]
    fn one_line_folds_what_would_break_a_header() {
        assert_eq!(one_line(" a\r\n b\u{202E}c\0 ", 100), "a b c");
        assert_eq!(one_line("ééééé", 3), "ééé");
    }

    proptest! {
        #[test]
        fn any_text_leaves_as_short_lines_with_no_bare_line_end(
            name in ".{0,60}",
            subject in ".{0,60}",
            text in "([a-zé=. ]|\r|\n|\r\n|\\.|\u{0}|名){0,400}",
            html in "(\r\\.\r|\n\\.\n|\r\n\\.\r\n|x{300}|.){0,60}",
        ) {
            let mut email = email();
            (email.to_name, email.subject, email.text, email.html) = (name, subject, text, html);
            let bytes = compose(&email, &from()).unwrap().bytes;
            prop_assert!(bytes.is_ascii());
            let text = String::from_utf8(bytes.clone()).unwrap();
            let stripped = text.replace("\r\n", "");
            prop_assert!(!stripped.contains('\r') && !stripped.contains('\n'));
            prop_assert!(text.split("\r\n").all(|line| line.len() <= 998));
            prop_assert_eq!(header_names(&bytes), NAMES);
        }
    }
}
