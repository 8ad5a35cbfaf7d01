//! Understands what a mail server sends back about a message: a delivery status notification (RFC 3464).

use app::{campaigns::DeliveryStatus, id::DeliveryId};
use mail_parser::{Message, MessageParser, MimeHeaders as _};

use super::{Fault, Report, Why, email};

/// More receivers than one of our messages has are not read.
const MOST_RECEIVERS: usize = 50;

/// A notification about one of our messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounce {
    /// Which message.
    pub delivery: DeliveryId,
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

/// Reads a notification as it came; none when it is none, or about no message of ours.
pub fn read(raw: &[u8]) -> Option<Bounce> {
    let message = MessageParser::default().parse(raw)?;
    let receivers = message.parts.iter().find_map(|part| {
        let kind = part.content_type()?;
        let is_status = kind.ctype().eq_ignore_ascii_case("message")
            && kind.subtype().is_some_and(|subtype| {
                ["delivery-status", "global-delivery-status"].iter().any(|name| subtype.eq_ignore_ascii_case(name))
            });
        is_status.then(|| read_receivers(&String::from_utf8_lossy(part.contents())))
    })?;
    if receivers.is_empty() {
        return None;
    }
    Some(Bounce { delivery: original(&message)?, receivers })
}

/// The delivery whose message, or headers of it, stands in the notification.
fn original(message: &Message<'_>) -> Option<DeliveryId> {
    message.parts.iter().find_map(|part| {
        if let Some(original) = part.message() {
            return delivery_of(original);
        }
        let kind = part.content_type()?;
        let subtype = kind.subtype()?;
        let is_headers = ["rfc822-headers", "global-headers", "rfc822", "global"];
        if !is_headers.iter().any(|name| subtype.eq_ignore_ascii_case(name)) {
            return None;
        }
        delivery_of(&MessageParser::default().parse(part.contents())?)
    })
}

/// Our `Message-ID` is the delivery's id.
fn delivery_of(message: &Message<'_>) -> Option<DeliveryId> {
    message.message_id()?.trim_matches(['<', '>']).split_once('@')?.0.parse().ok()
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
            "final-recipient" | "original-recipient" => {
                // `rfc822; ann@example.com`
                let address = value.split_once(';').map_or(value, |(_, address)| address);
                receiver.addresses.push(address.trim().trim_matches(['<', '>']).to_lowercase());
            }
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
        // One that was forwarded names only where it went in the end.
        let receiver = match self.receivers.as_slice() {
            [only] => only,
            several => several.iter().find(|receiver| receiver.addresses.contains(&address))?,
        };
        let is_permanent = receiver.status.starts_with("5.");
        let code = if receiver.status.is_empty() { "none" } else { receiver.status.as_str() };
        let (outcome, words) = match receiver.action.as_str() {
            "delivered" => (DeliveryStatus::Delivered, "The receiver's mail server delivered the message."),
            "failed" => (DeliveryStatus::Undelivered, email::words_for(&receiver.status)),
            // Delayed, relayed, expanded: nobody knows yet.
            _ => return None,
        };
        let is_address =
            outcome == DeliveryStatus::Undelivered && is_permanent && email::is_about_the_address(&receiver.status);
        Some(Report {
            outcome,
            provider: "Bounce",
            status: receiver.action.clone(),
            why: Why::new(words).code(code).said(&receiver.diagnostic),
            fault: if is_address { Fault::Address } else { Fault::Message },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ID: &str = "dlv_0190a1b2c3d4e5f60718293a4b5c6d7e";

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
            let read = read(bounce(GONE, &original).as_bytes()).unwrap();
            assert_eq!(read.delivery.as_str(), ID);
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
            ("Failed", "5.0.0", Some((DeliveryStatus::Undelivered, true))),
            ("failed", "5.2.1 (disabled)", Some((DeliveryStatus::Undelivered, true))),
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
            let read = read(bounce(&status, &whole(ID)).as_bytes()).unwrap();
            let report = read.report("ann@example.com").map(|report| (report.outcome, report.fault == Fault::Address));
            assert_eq!(report, expected, "{action} {status}");
        }
    }

    #[test]
    fn of_several_receivers_ours_counts() {
        let several =
            format!("Final-Recipient: rfc822; bob@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n{GONE}\r\n");
        let read = read(bounce(&several, &whole(ID)).as_bytes()).unwrap();
        assert_eq!(read.report("ann@example.com").unwrap().outcome, DeliveryStatus::Undelivered);
        assert_eq!(read.report("bob@example.com").unwrap().outcome, DeliveryStatus::Delivered);
        assert_eq!(read.report("cy@example.com"), None);
    }

    #[test]
    fn what_is_no_notification_about_a_message_of_ours_is_none() {
        let nested = "Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n".repeat(500);
        for raw in [
            String::new(),
            "hello".to_owned(),
            whole(ID),
            bounce(GONE, "Content-Type: text/plain\r\n\r\nnothing"),
            bounce(GONE, &whole("dlv_1")),
            bounce(GONE, &whole("someone-elses")),
            bounce("", &whole(ID)),
            bounce("Final-Recipient: rfc822; ann@example.com", &whole(ID)),
            bounce(GONE, &whole(ID)).replace("message/delivery-status", "text/plain"),
            nested,
        ] {
            assert_eq!(read(raw.as_bytes()), None, "{raw}");
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
            if let Some(bounce) = read(&raw) {
                bounce.report("ann@example.com");
            }
        }
    }
}
