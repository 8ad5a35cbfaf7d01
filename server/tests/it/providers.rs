//! The messengers against servers that misbehave.

use std::time::Duration;

use server::config::{Secret, SmtpConfig, TwilioConfig};
use server::providers::{
    EmailMessage, Fault, Found, Message, Messenger, SendError, SmsMessage,
    outbox::OutboxMessenger,
    smtp::{SmtpMessenger, Timeouts},
    twilio::TwilioMessenger,
};

use crate::fakes::{
    smtp::{Answer as Smtp, Manner, SmtpReceiver},
    twilio::{ACCOUNT, Answer as Sms, FROM, PASSWORD, TwilioServer},
};

const MAIL_FROM: &str = "Handbill <payments@shop.example>";
const PHONE: &str = "+14155552671";

fn email(id: &str, to: &str) -> Message {
    Message::Email(EmailMessage {
        id: id.to_owned(),
        to_name: "Zoë O’Neil".to_owned(),
        to: to.to_owned(),
        subject: "Your link".to_owned(),
        text: "Hello\n.\nPay: https://pay.example/l/abc".to_owned(),
        html: "<p>Hello <a href=\"https://pay.example/l/abc\">pay</a></p>".to_owned(),
        unsubscribe_url: Some("https://pay.example/u/abc".to_owned()),
        dated_at: 1_790_000_000_000,
    })
}

fn sms(code: &str) -> Message {
    Message::Sms(SmsMessage {
        id: "dlv_2".to_owned(),
        to: PHONE.to_owned(),
        body: format!("Pay here: https://pay.example/l/{code}"),
        link_code: code.to_owned(),
        dated_at: 1_790_000_000_000,
    })
}

fn smtp(receiver: &SmtpReceiver) -> SmtpMessenger {
    smtp_at(&receiver.url())
}

fn smtp_at(url: &str) -> SmtpMessenger {
    SmtpMessenger::new(SmtpConfig::parse(url).unwrap(), MAIL_FROM.parse().unwrap())
}

fn twilio(server: &TwilioServer) -> TwilioMessenger {
    let account = TwilioConfig {
        account_sid: ACCOUNT.to_owned(),
        auth_token: Secret::new(PASSWORD),
        from: FROM.to_owned(),
        api_base: server.url(),
    };
    TwilioMessenger::new(&account).unwrap()
}

#[tokio::test]
async fn an_email_arrives_whole_and_the_connection_is_kept() {
    let receiver = SmtpReceiver::start().await;
    let messenger = smtp(&receiver);
    for n in 0..5 {
        messenger.send(&email(&format!("dlv_{n}"), "zoe@example.com")).await.unwrap();
    }
    let mails = receiver.mails();
    assert_eq!(mails.len(), 5);
    assert_eq!(receiver.connections(), 1);
    assert_eq!(mails[0].from, "payments@shop.example");
    assert_eq!(mails[0].header("Message-ID").as_deref(), Some("<dlv_0@shop.example>"));
    let parsed = mail_parser::MessageParser::default().parse(&mails[0].bytes).unwrap();
    assert_eq!(parsed.to().unwrap().first().unwrap().name(), Some("Zoë O’Neil"));
    assert!(parsed.body_text(0).unwrap().contains("Hello\r\n.\r\nPay: https://pay.example/l/abc"));
    assert!(parsed.body_html(0).unwrap().contains("https://pay.example/l/abc"));
}

#[tokio::test]
async fn a_refusal_ends_the_message_and_not_the_connection() {
    let receiver = SmtpReceiver::start().await;
    let messenger = smtp(&receiver);
    receiver.script(
        "jo@example.com",
        [
            Smtp::Rcpt("550 5.1.1 <jo@example.com> no such user"),
            Smtp::Rcpt("450 4.2.1 try later"),
            Smtp::Rcpt("552 5.2.2 mailbox full"),
            Smtp::Data("554 5.7.1 looks like spam"),
            Smtp::Rcpt("550 relay not permitted"),
            Smtp::Rcpt("535 5.7.8 who are you"),
        ],
    );
    let mut errors = Vec::new();
    for n in 0..6 {
        errors.push(messenger.send(&email(&format!("dlv_{n}"), "jo@example.com")).await.unwrap_err());
    }
    assert_eq!(receiver.connections(), 1);
    messenger.send(&email("dlv_9", "zoe@example.com")).await.unwrap();
    assert_eq!(receiver.connections(), 2, "a server that asks for a password is not spoken to again");
    assert!(
        matches!(&errors[0], SendError::Fail { why, fault: Fault::Address } if why.words == "The mailbox does not exist.")
    );
    assert_eq!(errors[0].why().code.as_deref(), Some("550 5.1.1"));
    assert!(matches!(errors[1], SendError::Retry { .. }));
    assert!(matches!(&errors[2], SendError::Retry { why, .. } if why.words == "The mailbox is full."));
    assert!(matches!(&errors[3], SendError::Fail { why, .. } if why.words.contains("policy")));
    assert!(matches!(errors[4], SendError::Fail { fault: Fault::Account, .. }), "the address is kept");
    assert!(matches!(errors[5], SendError::Channel { .. }));
    assert!(!format!("{errors:?} {}", errors[0]).contains("jo@"), "what is logged names nobody");
}

#[tokio::test]
async fn silence_after_the_message_is_no_answer_and_a_repeat_has_the_same_bytes() {
    let receiver = SmtpReceiver::start().await;
    let messenger = smtp(&receiver);
    receiver.script("zoe@example.com", [Smtp::DropAfterDot]);
    let message = email("dlv_1", "zoe@example.com");
    assert!(matches!(messenger.send(&message).await, Err(SendError::Ambiguous { .. })));
    messenger.send(&message).await.unwrap();
    let mails = receiver.mails();
    assert_eq!(mails.len(), 2);
    assert_eq!(mails[0].bytes, mails[1].bytes);
}

#[tokio::test]
async fn a_server_that_closes_with_a_word_after_the_message_has_not_taken_it() {
    let receiver = SmtpReceiver::start().await;
    receiver.script("zoe@example.com", [Smtp::Data("421 4.3.2 shutting down")]);
    let answer = smtp(&receiver).send(&email("dlv_1", "zoe@example.com")).await;
    assert!(matches!(answer, Err(SendError::Retry { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_kept_connection_that_the_server_closed_is_replaced_within_the_attempt() {
    let receiver = SmtpReceiver::start().await;
    let messenger = smtp(&receiver);
    messenger.send(&email("dlv_1", "zoe@example.com")).await.unwrap();
    receiver.script("zoe@example.com", [Smtp::DropAtRcpt]);
    messenger.send(&email("dlv_2", "zoe@example.com")).await.unwrap();
    assert_eq!((receiver.mails().len(), receiver.connections()), (2, 2));
}

#[tokio::test]
async fn a_send_dropped_half_way_never_spoils_the_next_one() {
    let receiver = SmtpReceiver::start().await;
    let messenger = smtp(&receiver);
    messenger.send(&email("dlv_1", "zoe@example.com")).await.unwrap();
    receiver.script("ada@example.com", [Smtp::Hold]);
    let held = email("dlv_2", "ada@example.com");
    tokio::select! {
        _ = messenger.send(&held) => panic!("the message is held"),
        () = receiver.wait_for_held(1) => {}
    }
    receiver.script("zoe@example.com", [Smtp::Data("451 4.3.0 not now")]);
    let next = messenger.send(&email("dlv_3", "zoe@example.com")).await;
    assert!(matches!(next, Err(SendError::Retry { .. })), "{next:?}");
}

#[tokio::test]
async fn a_wrong_password_or_sender_is_a_fault_of_the_channel() {
    let receiver = SmtpReceiver::start().await;
    receiver.behave(Manner::Password);
    let url = |password: &str| format!("smtp://user:{password}@{}", receiver.address());
    let wrong = smtp_at(&url("wrong"));
    let error = wrong.send(&email("dlv_1", "zoe@example.com")).await.unwrap_err();
    assert!(matches!(error, SendError::Channel { .. }), "{error:?}");
    let right = smtp_at(&url("right"));
    right.send(&email("dlv_1", "zoe@example.com")).await.unwrap();
    right.test().await.unwrap();

    receiver.behave(Manner::RefusesSender);
    let error = smtp(&receiver).send(&email("dlv_1", "zoe@example.com")).await.unwrap_err();
    assert!(matches!(error, SendError::Channel { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_never_answers_or_is_not_there_is_a_retry() {
    let receiver = SmtpReceiver::start().await;
    receiver.behave(Manner::Silent);
    let short = Duration::from_millis(50);
    let messenger = smtp(&receiver).timeouts(Timeouts { connect: short, commands: short, data: short });
    let error = messenger.send(&email("dlv_1", "zoe@example.com")).await.unwrap_err();
    assert!(matches!(error, SendError::Retry { .. }), "{error:?}");

    let address = receiver.url();
    drop(receiver);
    let gone = smtp_at(&address);
    let error = gone.send(&email("dlv_1", "zoe@example.com")).await.unwrap_err();
    assert!(matches!(error, SendError::Retry { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_without_encryption_is_sent_nothing_when_encryption_is_required() {
    let receiver = SmtpReceiver::start().await;
    let url = format!("smtp://user:right@{}?tls=required", receiver.address());
    let error = smtp_at(&url).send(&email("dlv_1", "zoe@example.com")).await;
    assert!(matches!(error, Err(SendError::Channel { .. })), "{error:?}");
    assert!(receiver.mails().is_empty());
}

#[tokio::test]
async fn a_text_arrives_with_the_accounts_password() {
    let server = TwilioServer::start().await;
    let sent = twilio(&server).send(&sms("abc123abc123")).await.unwrap();
    let texts = server.texts();
    assert_eq!(texts.len(), 1);
    assert_eq!(sent.provider_id.as_deref(), Some(texts[0].sid.as_str()));
    assert_eq!((texts[0].to.as_str(), texts[0].from.as_str()), (PHONE, FROM));
    assert_eq!(texts[0].body, "Pay here: https://pay.example/l/abc123abc123");
}

#[tokio::test]
async fn each_answer_of_the_sms_provider_has_its_meaning() {
    let server = TwilioServer::start().await;
    let messenger = twilio(&server);
    server.script(
        PHONE,
        [
            Sms::TooMany("5"),
            Sms::TooMany("soon"),
            Sms::Busy("7"),
            Sms::Refuse(400, 21_211),
            Sms::Refuse(400, 21_610),
            Sms::Refuse(401, 20_003),
            Sms::Refuse(400, 21_606),
            Sms::Fault,
            Sms::Close,
        ],
    );
    let mut errors = Vec::new();
    for _ in 0..9 {
        errors.push(messenger.send(&sms("abc123abc123")).await.unwrap_err());
    }
    assert!(matches!(errors[0], SendError::Retry { after: Some(after), .. } if after.as_secs() == 5));
    assert!(matches!(errors[1], SendError::Retry { after: None, .. }));
    assert!(matches!(errors[2], SendError::Ambiguous { after: Some(after), .. } if after.as_secs() == 7));
    assert!(
        matches!(&errors[3], SendError::Fail { why, fault: Fault::Address } if why.words == "The phone number is not valid.")
    );
    assert_eq!(errors[3].why().code.as_deref(), Some("21211"));
    assert!(matches!(errors[4], SendError::Fail { fault: Fault::OptOut, .. }));
    assert!(matches!(errors[5], SendError::Channel { .. }));
    assert!(matches!(errors[6], SendError::Channel { .. }));
    assert!(matches!(errors[7], SendError::Ambiguous { .. }));
    assert!(matches!(errors[8], SendError::Ambiguous { .. }));
    assert!(!format!("{errors:?}").contains(PHONE), "what is logged names nobody");
    assert!(server.texts().is_empty());
}

/// What answers in place of the provider, or in the provider's name without having taken anything: status, type, body.
const NOT_TAKEN: [(u16, &str, &str); 17] = [
    (200, "text/html", "<!doctype html><title>Welcome to Hotel Wi-Fi</title>"),
    (201, "text/html", "<html>Sign in</html>"),
    (200, "application/json", ""),
    (204, "text/plain", ""),
    (200, "application/json", "{}"),
    (200, "application/json", "[]"),
    (200, "application/json", "null"),
    (200, "application/json", r#"{"sid": null}"#),
    (201, "application/json", r#"{"sid": ""}"#),
    (201, "application/json", r#"{"sid": "CA00000000000000000000000000000001"}"#),
    (201, "application/json", r#"{"sid": "SM0000000000000000000000000000001"}"#),
    (201, "application/json", r#"{"sid": "SM000000000000000000000000000000zz", "status": "queued"}"#),
    (200, "application/json", r#"{"status": "ok", "login": "https://portal.example"}"#),
    (302, "text/html", "<a href=\"https://portal.example\">moved</a>"),
    (400, "text/html", "<html>Bad request</html>"),
    (403, "text/html", "<html>Accept the terms of use first</html>"),
    (404, "text/html", "<html>nginx</html>"),
];

#[tokio::test]
async fn only_the_providers_own_answer_with_a_message_in_it_counts_as_sent() {
    let server = TwilioServer::start().await;
    let messenger = twilio(&server);
    for (status, kind, body) in NOT_TAKEN {
        server.script(PHONE, [Sms::Page(status, kind, body)]);
        let answer = messenger.send(&sms("abc123abc123")).await;
        assert!(matches!(answer, Err(SendError::Ambiguous { .. })), "{status} {body}: {answer:?}");
    }
    for sid in ["SM0123456789abcdefABCDEF0123456789", "MM0123456789abcdefABCDEF0123456789"] {
        let body: &'static str = format!(r#"{{"sid": "{sid}", "status": "accepted"}}"#).leak();
        server.script(PHONE, [Sms::Page(201, "application/json", body)]);
        let sent = messenger.send(&sms("abc123abc123")).await.unwrap();
        assert_eq!(sent.provider_id.as_deref(), Some(sid));
    }
}

#[tokio::test]
async fn after_the_text_was_written_a_fault_of_the_provider_is_never_a_no() {
    let server = TwilioServer::start().await;
    let messenger = twilio(&server);
    for status in [500, 501, 502, 503, 504, 511, 520, 599] {
        let (html, json) = ("<html>fault</html>", r#"{"code": 20500, "message": "fault"}"#);
        server.script(PHONE, [Sms::Page(status, "text/html", html), Sms::Page(status, "application/json", json)]);
        for _ in 0..2 {
            let answer = messenger.send(&sms("abc123abc123")).await;
            assert!(matches!(answer, Err(SendError::Ambiguous { .. })), "{status}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_page_in_place_of_the_list_is_no_answer_to_the_question() {
    let server = TwilioServer::start().await;
    let messenger = twilio(&server);
    server.script(PHONE, [Sms::FaultButSent]);
    assert!(messenger.send(&sms("first0000000")).await.is_err());
    for page in [(200, "<html>Sign in</html>"), (200, "{}"), (404, "<html>nginx</html>"), (302, ""), (503, "busy")] {
        server.stand_between(Some(page));
        let found = messenger.find(&sms("first0000000")).await;
        assert!(matches!(found, Err(SendError::Ambiguous { .. })), "{page:?}: {found:?}");
    }
    server.stand_between(None);
    assert!(matches!(messenger.find(&sms("first0000000")).await, Ok(Found::Sent(_))));
}

#[tokio::test]
async fn the_providers_list_tells_whether_an_unanswered_text_left() {
    let server = TwilioServer::start().await;
    let messenger = twilio(&server);
    server.script(PHONE, [Sms::FaultButSent, Sms::CloseAfterSending, Sms::Fault]);
    for code in ["first0000000", "second000000", "third0000000"] {
        assert!(matches!(messenger.send(&sms(code)).await, Err(SendError::Ambiguous { .. })));
    }
    assert!(matches!(messenger.find(&sms("first0000000")).await, Ok(Found::Sent(sent)) if sent.provider_id.is_some()));
    assert!(matches!(messenger.find(&sms("second000000")).await, Ok(Found::Sent(_))));
    assert_eq!(messenger.find(&sms("third0000000")).await, Ok(Found::Absent));
    server.cannot_list();
    assert_eq!(messenger.find(&sms("first0000000")).await, Ok(Found::CannotTell));
}

#[tokio::test]
async fn an_earlier_text_with_the_same_link_is_not_taken_for_this_one() {
    let server = TwilioServer::start().await;
    let messenger = twilio(&server);
    server.script(PHONE, [Sms::FaultButSent, Sms::Fault]);
    let first = sms("first0000000");
    let Message::Sms(reminder) = first.clone() else { unreachable!() };
    let dated = |dated_at| Message::Sms(SmsMessage { dated_at, ..reminder.clone() });
    server.set_time(1_790_000_003_000);
    assert!(messenger.send(&first).await.is_err());
    assert!(matches!(messenger.find(&first).await, Ok(Found::Sent(_))));
    let days_later = dated(1_790_000_000_000 + 3 * 86_400_000);
    assert!(messenger.send(&days_later).await.is_err());
    assert_eq!(messenger.find(&days_later).await, Ok(Found::Absent));
    // What did not arrive is tried again at once: the old failure is no answer to that.
    server.fail_all();
    assert!(matches!(messenger.find(&first).await, Err(SendError::Fail { .. })));
    assert_eq!(messenger.find(&dated(1_790_000_030_000)).await, Ok(Found::Absent));
}

#[tokio::test]
async fn the_outbox_keeps_the_headers_that_would_have_left() {
    let outbox = OutboxMessenger::new(MAIL_FROM.parse().unwrap());
    let kept = outbox.send(&email("dlv_1", "zoe@example.com")).await.unwrap().kept.unwrap();
    assert!(kept.headers.contains("List-Unsubscribe: <https://pay.example/u/abc>"));
    assert!(kept.headers.contains("Message-ID: <dlv_1@shop.example>"));
    assert!(outbox.send(&sms("abc123abc123")).await.unwrap().kept.is_some());
}
