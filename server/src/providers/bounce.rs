//! Understands what a mail server sends back about a message: a delivery status notification (RFC 3464) or a complaint (RFC 5965).

use app::{deliveries::DeliveryStatus, id::DeliveryId};
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use super::{
    Fault, Report, Why,
    mail_verdict::{self, Refusal},
};

/// More receivers than one of our messages has are not read.
const MOST_RECEIVERS: usize = 50;
/// Nor are more signs of a message.
const MOST_SIGNS: usize = 5;
/// Messages within messages are read this deep.
const DEPTH: usize = 4;

/// Something that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Which message it may be about.
    pub about: Signs,
    /// What it says.
    pub says: Says,
}

/// What it says of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Says {
    /// What became of it.
    Status(Bounce),
    /// Its receiver reported it as unwanted.
    Complaint,
    /// Nothing that anything follows from.
    Nothing,
}

/// What tells which of our messages it is about, the surest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signs {
    /// Ids of deliveries: of the `Message-ID`, of our own header, of anywhere else.
    pub deliveries: Vec<DeliveryId>,
    /// Codes of personal links: they stand in each message and in the header to unsubscribe.
    pub codes: Vec<String>,
    /// Whom the message was for, where the notice brings nothing of it back. Empty where what it brings is somebody else's.
    pub receivers: Vec<String>,
}

/// A delivery status notification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    receivers: Vec<Receiver>,
}

/// What it says of one receiver.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Receiver {
    addresses: Vec<String>,
    action: String,
    status: String,
    diagnostic: String,
}

/// One part of a notice, and of the messages in it.
struct Part {
    kind: String,
    text: String,
}

/// Reads a notice as it came; none when it is none, or about no message of ours. `public_url` is what our links begin with.
pub fn read(raw: &[u8], public_url: &str) -> Option<Notice> {
    let message = MessageParser::default().parse(raw)?;
    let (mut parts, mut originals) = (Vec::new(), Vec::new());
    collect(&message, DEPTH, &mut parts, &mut originals);
    let of_kind = |kinds: &[&str]| parts.iter().filter(|part| kinds.contains(&part.kind.as_str())).collect::<Vec<_>>();
    let mut receivers = Vec::new();
    let says = if let Some(feedback) = of_kind(&["message/feedback-report"]).first() {
        receivers.extend(values(&feedback.text, "original-rcpt-to").map(plain_address));
        let kind = values(&feedback.text, "feedback-type").next()?.to_ascii_lowercase();
        // What a machine found, and the opposite of a complaint.
        if ["auth-failure", "dmarc", "virus", "not-spam"].contains(&kind.as_str()) {
            Says::Nothing
        } else {
            Says::Complaint
        }
    } else {
        let status = of_kind(&["message/delivery-status", "message/global-delivery-status"]);
        let bounce =
            Bounce { receivers: status.iter().map(|part| read_receivers(&part.text)).find(|all| !all.is_empty())? };
        receivers.extend(bounce.receivers.iter().flat_map(|receiver| receiver.addresses.clone()));
        Says::Status(bounce)
    };
    let about = signs(raw, &parts, &originals, receivers, public_url);
    let is_ours = !(about.deliveries.is_empty() && about.codes.is_empty() && about.receivers.is_empty());
    is_ours.then_some(Notice { about, says })
}

/// The parts of a message and of those within it, decoded; and the `Message-ID`s of those within it.
fn collect(message: &Message<'_>, depth: usize, parts: &mut Vec<Part>, originals: &mut Vec<String>) {
    for part in &message.parts {
        if let Some(inner) = part.message() {
            originals.extend(inner.message_id().map(ToOwned::to_owned));
            if depth > 0 {
                collect(inner, depth - 1, parts, originals);
            }
            continue;
        }
        let kind = part.content_type().map_or_else(String::new, |kind| {
            format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_ascii_lowercase()
        });
        if ["text/rfc822-headers", "message/global-headers", "message/rfc822", "message/global"]
            .contains(&kind.as_str())
        {
            let headers = MessageParser::default().parse(part.contents());
            originals.extend(headers.and_then(|headers| headers.message_id().map(ToOwned::to_owned)));
        }
        parts.push(Part { kind, text: String::from_utf8_lossy(part.contents()).into_owned() });
    }
}

fn signs(raw: &[u8], parts: &[Part], originals: &[String], receivers: Vec<String>, public_url: &str) -> Signs {
    let whole = String::from_utf8_lossy(raw);
    let texts = || parts.iter().map(|part| part.text.as_str()).chain([whole.as_ref()]);
    let mut signs = Signs::default();
    let found = originals.iter().flat_map(|id| delivery_ids(id)).chain(texts().flat_map(delivery_ids));
    for id in found {
        if signs.deliveries.len() < MOST_SIGNS && !signs.deliveries.contains(&id) {
            signs.deliveries.push(id);
        }
    }
    for code in texts().flat_map(|text| link_codes(text, public_url)) {
        if signs.codes.len() < MOST_SIGNS && !signs.codes.iter().any(|known| known == code) {
            signs.codes.push(code.to_owned());
        }
    }
    if signs.deliveries.is_empty() && signs.codes.is_empty() && originals.is_empty() {
        signs.receivers = receivers.into_iter().filter(|address| address.contains('@')).take(MOST_SIGNS).collect();
    }
    signs
}

/// Our ids in a text: `Message-ID: <dlv_…@shop.example>`, `X-Handbill-Delivery: dlv_…`.
fn delivery_ids(text: &str) -> impl Iterator<Item = DeliveryId> + '_ {
    text.match_indices("dlv_").filter_map(|(at, _)| text.get(at..at + 36)?.parse().ok())
}

/// The codes of our links in a text.
fn link_codes<'a>(text: &'a str, public_url: &str) -> impl Iterator<Item = &'a str> {
    let starts = ["/l/", "/u/"].map(|path| format!("{}{path}", public_url.trim_end_matches('/')));
    starts.into_iter().flat_map(move |start| {
        let code = |at: usize| {
            let rest = text.get(at + start.len()..)?;
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
            rest.get(..end).filter(|code| !code.is_empty())
        };
        text.match_indices(&start).filter_map(|(at, _)| code(at)).collect::<Vec<_>>()
    })
}

/// The values of a field, unfolded.
fn values<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| {
        let (field, value) = line.split_once(':')?;
        field.trim().eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// `rfc822; <ann@example.com>` is `ann@example.com`.
fn plain_address(value: &str) -> String {
    let address = value.split_once(';').map_or(value, |(_, address)| address);
    address.trim().trim_matches(['<', '>']).to_lowercase()
}

/// The groups of fields after the first; a group is of a receiver when it says what was done.
fn read_receivers(text: &str) -> Vec<Receiver> {
    let mut receivers = vec![Receiver::default()];
    let mut last = String::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            receivers.push(Receiver::default());
            continue;
        }
        let (name, value) = match line.split_once(':') {
            _ if line.starts_with([' ', '\t']) => (last.as_str(), line.trim()),
            Some((name, value)) => {
                last = name.trim().to_ascii_lowercase();
                (last.as_str(), value.trim())
            }
            None => continue,
        };
        let Some(receiver) = receivers.last_mut() else { continue };
        match name {
            "final-recipient" | "original-recipient" => receiver.addresses.push(plain_address(value)),
            "action" => receiver.action = value.to_ascii_lowercase(),
            "status" => value.split_whitespace().next().unwrap_or_default().clone_into(&mut receiver.status),
            "diagnostic-code" => {
                receiver.diagnostic.push(' ');
                receiver.diagnostic.push_str(value);
            }
            _ => {}
        }
    }
    receivers.retain(|receiver| !receiver.action.is_empty());
    receivers.truncate(MOST_RECEIVERS);
    receivers
}

impl Bounce {
    /// What it means for a message to this address; none while the message is still on its way.
    pub fn report(&self, address: &str) -> Option<Report> {
        let address = address.to_lowercase();
        let named = self.receivers.iter().find(|receiver| receiver.addresses.contains(&address));
        // One that was forwarded names only where it went in the end.
        let receiver = named.or_else(|| if self.receivers.len() == 1 { self.receivers.first() } else { None })?;
        let code = if receiver.status.is_empty() { "none" } else { receiver.status.as_str() };
        let (outcome, words, fault) = match receiver.action.as_str() {
            "delivered" => {
                (DeliveryStatus::Delivered, "The receiver's mail server delivered the message.", Fault::Message)
            }
            "failed" => {
                let said = receiver.diagnostic.trim();
                let verdict = mail_verdict::judge(Refusal { code: None, status: &receiver.status, said });
                // Another mailbox was at fault: nothing is known of the one that we wrote to.
                let is_elsewhere = named.is_none() && !receiver.addresses.is_empty();
                let fault = if is_elsewhere { Fault::Message } else { verdict.fault() };
                (DeliveryStatus::Undelivered, verdict.words(), fault)
            }
            // Delayed, relayed, expanded: nobody knows yet.
            _ => return None,
        };
        Some(Report {
            outcome,
            provider: "Bounce",
            status: receiver.action.clone(),
            why: Why::new(words).code(code).said(&receiver.diagnostic),
            fault,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "dlv_0190a1b2c3d4e5f60718293a4b5c6d7e";
    const URL: &str = "https://pay.example";

    fn take(raw: &str) -> Option<Notice> {
        read(raw.as_bytes(), URL)
    }

    fn bounced(raw: &str) -> Bounce {
        let notice = take(raw).unwrap();
        assert_eq!(notice.about.deliveries, [ID.parse().unwrap()]);
        let Says::Status(bounce) = notice.says else { panic!("{notice:?}") };
        bounce
    }

    fn bounce(status: &str, original: &str) -> String {
        format!(
            "From: MAILER-DAEMON@mx.example\r\nTo: payments@shop.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=\"b1\"\r\n\r\n\
             --b1\r\nContent-Type: text/plain\r\n\r\nIt did not arrive.\r\n\
             --b1\r\nContent-Type: message/delivery-status\r\n\r\n\
             Reporting-MTA: dns; mx.example\r\n\r\n{status}\r\n\
             --b1\r\n{original}\r\n--b1--\r\n"
        )
    }

    fn whole(id: &str) -> String {
        format!(
            "Content-Type: message/rfc822\r\n\r\nMessage-ID: <{id}@shop.example>\r\nFrom: payments@shop.example\r\n\
             To: ann@example.com\r\nSubject: Your link\r\n\r\nHello"
        )
    }

    const GONE: &str = "Final-Recipient: rfc822; ann@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\
                        Diagnostic-Code: smtp; 550 5.1.1 <ann@example.com>:\r\n no such user";

    #[test]
    fn a_permanent_failure_names_the_message_and_the_cause() {
        let headers =
            format!("Content-Type: text/rfc822-headers\r\n\r\nMessage-Id: <{ID}@shop.example>\r\nSubject: x\r\n");
        for original in [whole(ID), headers] {
            let read = bounced(&bounce(GONE, &original));
            let report = read.report("Ann@Example.com").unwrap();
            assert_eq!((report.outcome, report.fault), (DeliveryStatus::Undelivered, Fault::Address));
            assert_eq!(report.why.words, "The mailbox does not exist.");
            assert_eq!(report.why.code.as_deref(), Some("5.1.1"));
            assert_eq!(report.why.said.as_deref(), Some("smtp; 550 5.1.1 <ann@example.com>: no such user"));
        }
    }

    #[test]
    fn only_some_permanent_failures_are_the_addresss_fault() {
        for (action, status, expected) in [
            ("failed", "5.1.1", Some((DeliveryStatus::Undelivered, true))),
            ("Failed", "5.0.0", Some((DeliveryStatus::Undelivered, false))),
            ("failed", "5.1.10 (unknown)", Some((DeliveryStatus::Undelivered, true))),
            ("failed", "5.2.1 (disabled)", Some((DeliveryStatus::Undelivered, false))),
            ("failed", "5.2.2", Some((DeliveryStatus::Undelivered, false))),
            ("failed", "5.7.1", Some((DeliveryStatus::Undelivered, false))),
            ("failed", "5.1.8", Some((DeliveryStatus::Undelivered, false))),
            ("failed", "4.4.7", Some((DeliveryStatus::Undelivered, false))),
            ("failed", "", Some((DeliveryStatus::Undelivered, false))),
            ("delivered", "2.0.0", Some((DeliveryStatus::Delivered, false))),
            ("delayed", "4.4.1", None),
            ("relayed", "2.0.0", None),
            ("expanded", "2.0.0", None),
            ("5.1.1", "5.1.1", None),
        ] {
            let status = format!("Final-Recipient: rfc822;ann@example.com\nAction: {action}\nStatus: {status}\n");
            let read = bounced(&bounce(&status, &whole(ID)));
            let report = read.report("ann@example.com").map(|report| (report.outcome, report.fault == Fault::Address));
            assert_eq!(report, expected, "{action} {status}");
        }
    }

    #[test]
    fn of_several_receivers_ours_counts() {
        let several =
            format!("Final-Recipient: rfc822; bob@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n{GONE}\r\n");
        let read = bounced(&bounce(&several, &whole(ID)));
        assert_eq!(read.report("ann@example.com").unwrap().outcome, DeliveryStatus::Undelivered);
        assert_eq!(read.report("bob@example.com").unwrap().outcome, DeliveryStatus::Delivered);
        assert_eq!(read.report("cy@example.com"), None);
    }

    #[test]
    fn a_verdict_on_another_mailbox_keeps_the_address() {
        let read = bounced(&bounce(&GONE.replace("ann@", "forwarded@"), &whole(ID)));
        let report = read.report("ann@example.com").unwrap();
        assert_eq!((report.outcome, report.fault), (DeliveryStatus::Undelivered, Fault::Message));
        let original = format!("Original-Recipient: rfc822; ann@example.com\r\n{}", GONE.replace("ann@", "a.nn@"));
        assert_eq!(bounced(&bounce(&original, &whole(ID))).report("ann@example.com").unwrap().fault, Fault::Address);
    }

    #[test]
    fn our_message_is_found_by_whatever_is_left_of_it() {
        let headers = |text: &str| format!("Content-Type: text/rfc822-headers\r\n\r\n{text}\r\n");
        for original in [
            headers(&format!("Message-ID: <0102@email.example>\r\nX-Handbill-Delivery: {ID}")),
            headers(&format!("X-HANDBILL-DELIVERY:\r\n {ID}")),
            format!("Content-Type: text/plain\r\n\r\n--- The header was:\r\nMessage-Id: <{ID}@shop.example>\r\n"),
            format!("Content-Type: multipart/mixed; boundary=in\r\n\r\n--in\r\n{}\r\n--in--", whole(ID)),
            format!(
                "Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nmessage {}=\r\n{}\r\n",
                &ID[..20],
                &ID[20..]
            ),
        ] {
            assert_eq!(bounced(&bounce(GONE, &original)).receivers.len(), 1, "{original}");
        }
        let in_reply = bounce(GONE, "Content-Type: text/plain\r\n\r\nnothing").replacen(
            "From:",
            &format!("In-Reply-To: <{ID}@shop.example>\r\nFrom:"),
            1,
        );
        bounced(&in_reply);

        let links = headers(&format!("Message-ID: <0102@email.example>\r\nList-Unsubscribe: <{URL}/u/abc123abc123>"));
        let about = take(&bounce(GONE, &links)).unwrap().about;
        assert_eq!(about, Signs { codes: vec!["abc123abc123".to_owned()], ..Signs::default() });
        assert_eq!(take(&bounce(GONE, &links.replace(URL, "https://else.example"))), None);
        let nothing = take(&bounce(GONE, "Content-Type: text/plain\r\n\r\nnothing")).unwrap().about;
        assert_eq!(nothing, Signs { receivers: vec!["ann@example.com".to_owned()], ..Signs::default() });
    }

    #[test]
    fn a_complaint_is_told_from_what_machines_report() {
        let feedback = |kind: &str| {
            bounce("x", &whole(ID)).replace("message/delivery-status", "message/feedback-report").replace(
                "Reporting-MTA: dns; mx.example\r\n\r\nx",
                &format!("{kind}User-Agent: Feedback/1.0\r\nVersion: 1\r\nOriginal-Rcpt-To: <Ann@example.com>"),
            )
        };
        for (kind, says) in [
            ("Feedback-Type: abuse\r\n", Says::Complaint),
            ("feedback-type: Fraud\r\n", Says::Complaint),
            ("Feedback-Type: opt-out\r\n", Says::Complaint),
            ("Feedback-Type: not-spam\r\n", Says::Nothing),
            ("Feedback-Type: auth-failure\r\n", Says::Nothing),
        ] {
            let notice = take(&feedback(kind)).unwrap();
            assert_eq!((notice.says, notice.about.deliveries), (says, vec![ID.parse().unwrap()]), "{kind}");
        }
        assert_eq!(take(&feedback("")), None);
        let bare = feedback("Feedback-Type: abuse\r\n").replace("message/rfc822", "text/plain").replace(ID, "gone");
        assert_eq!(take(&bare).unwrap().about.receivers, ["ann@example.com"]);
    }

    #[test]
    fn what_is_no_notification_about_a_message_of_ours_is_none() {
        let nested = "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n".repeat(500);
        for raw in [
            String::new(),
            "hello".to_owned(),
            whole(ID),
            bounce(GONE, &whole("dlv_1")),
            bounce(GONE, &whole("someone-elses")),
            bounce("", &whole(ID)),
            bounce("Final-Recipient: rfc822; ann@example.com", &whole(ID)),
            bounce(GONE, &whole(ID)).replace("message/delivery-status", "text/plain"),
            nested,
        ] {
            assert_eq!(take(&raw), None, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn a_notification_that_was_cut_or_garbled_makes_nothing_panic(
            cut in 0..900_usize,
            at in 0..900_usize,
            garbage in prop::collection::vec(any::<u8>(), 0..20),
        ) {
            let mut raw = bounce(GONE, &whole(ID)).into_bytes();
            let at = at.min(raw.len());
            raw.splice(at..at, garbage);
            raw.truncate(raw.len().saturating_sub(cut));
            if let Some(Notice { says: Says::Status(bounce), .. }) = read(&raw, URL) {
                bounce.report("ann@example.com");
            }
        }
    }
}
