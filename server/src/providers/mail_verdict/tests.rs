use super::*;
use proptest::prelude::*;

use Verdict::{
    Busy, Closed, Disabled, Full, Malformed, NoMail, Policy, Routing, Sender, Suppressed, TooLarge, Unclear, Unknown,
};

/// `Status`, what was said, what it means. The words are those of real servers; people and hosts are not.
const CASES: &[(&str, &str, Verdict)] = &[
    // Gmail and Workspace.
    (
        "5.1.1",
        "smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking the recipient's email address for typos or 550-5.1.1 unnecessary spaces. Learn more at 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser a1-20020a0.12 - gsmtp",
        Unknown,
    ),
    (
        "5.2.1",
        "smtp; 550-5.2.1 The email account that you tried to reach is disabled. Learn more at 550 5.2.1 https://support.google.com/mail/?p=DisabledUser a1 - gsmtp",
        Disabled,
    ),
    ("5.2.1", "smtp; 550 5.2.1 The email account that you tried to reach is inactive.", Disabled),
    (
        "5.2.1",
        "smtp; 550-5.2.1 The user you are trying to contact is receiving mail at a rate that 550-5.2.1 prevents additional messages from being delivered. https://support.google.com/mail/?p=ReceivingRatePerm",
        Busy,
    ),
    (
        "5.2.2",
        "smtp; 552-5.2.2 The recipient's inbox is out of storage space and inactive. https://support.google.com/mail/?p=OverQuotaPerm",
        Full,
    ),
    ("5.7.26", "smtp; 550-5.7.26 This mail has been blocked because the sender is unauthenticated.", Sender),
    (
        "5.7.1",
        "smtp; 550-5.7.1 [192.0.2.1 18] Our system has detected that this message is likely suspicious due to the very low reputation of the sending IP address.",
        Policy,
    ),
    (
        "5.7.25",
        "smtp; 550-5.7.25 [192.0.2.1] The IP address sending this message does not have a PTR record setup",
        Policy,
    ),
    ("5.0.0", "smtp; Your email to group pottery@example.com was rejected due to spam classification.", Closed),
    ("5.4.5", "smtp; 550 5.4.5 Daily user sending limit exceeded.", Busy),
    (
        "4.0.0",
        "smtp; DNS Error: 1 DNS type 'mx' lookup of example.com responded with code NOERROR returned Null MX",
        Routing,
    ),
    // Outlook, Hotmail, Office 365, Exchange.
    ("5.5.0", "smtp;550 Requested action not taken: mailbox unavailable (S2017062302)", Unknown),
    (
        "5.5.0",
        "smtp;550 5.5.0 Requested action not taken: mailbox unavailable. [AM6EUR05FT003.eop-eur05.prod.protection.outlook.com]",
        Unknown,
    ),
    ("5.1.10", "smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", Unknown),
    ("5.1.1", "smtp;550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found", Unknown),
    (
        "5.1.351",
        "smtp;550 5.1.351 Remote server returned unknown recipient or mailbox unavailable -> 550 <ann@example.com>: User unknown",
        Unknown,
    ),
    (
        "5.4.1",
        "smtp; 550 5.4.1 [ann@example.com]: Recipient address rejected: Access denied [BL2NAM02FT061.eop-nam02.prod.protection.outlook.com]",
        Policy,
    ),
    ("5.4.316", "smtp;550 5.4.316 Message expired, connection refused", Routing),
    ("5.4.310", "smtp;550 5.4.310 DNS domain example.com does not exist [Message=InfoDomainNonexistent]", Routing),
    ("5.7.606", "smtp; 550 5.7.606 Access denied, banned sending IP [192.0.2.1]", Policy),
    (
        "5.7.1",
        "smtp; 550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
        Policy,
    ),
    ("5.7.64", "smtp;550 5.7.64 TenantAttribution; Relay Access Denied", Sender),
    ("5.7.60", "smtp;550 5.7.60 SMTP; Client does not have permissions to send as this sender", Sender),
    ("5.1.8", "smtp;550 5.1.8 Access denied, bad outbound sender", Sender),
    ("5.7.133", "smtp;550 5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", Sender),
    (
        "5.2.2",
        "smtp;554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
        Full,
    ),
    ("5.2.3", "smtp;550 5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", TooLarge),
    ("5.4.14", "smtp;554 5.4.14 Hop count exceeded - possible mail loop ATTR34", Routing),
    ("5.7.54", "smtp;550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain", Sender),
    // Yahoo and AOL.
    (
        "5.0.0",
        "smtp; 554 delivery error: dd This user doesn't have a yahoo.com account (ann@yahoo.com) [0] - mta1.mail.ne1.yahoo.com",
        Unknown,
    ),
    (
        "5.0.0",
        "smtp; 554 delivery error: dd Sorry your message to ann@yahoo.com cannot be delivered. This account has been disabled or discontinued [#102].",
        Disabled,
    ),
    (
        "5.0.0",
        "smtp; 554 30 Sorry, your message to ann@yahoo.com cannot be delivered. This mailbox is disabled (554.30).",
        Disabled,
    ),
    ("5.0.0", "smtp; 552 1 Requested mail action aborted, mailbox not found", Unknown),
    (
        "5.7.9",
        "smtp; 554 5.7.9 Message not accepted for policy reasons. See https://postmaster.example/error-codes",
        Policy,
    ),
    ("5.1.1", "smtp; 550 5.1.1 <ann@aol.com>: Recipient address rejected: aol.com", Unknown),
    // iCloud.
    ("5.1.1", "smtp; 550 5.1.1 <ann@icloud.com>: user does not exist", Unknown),
    ("5.1.1", "smtp; 550 5.1.1 <ann@icloud.com>: inactive email address", Disabled),
    ("5.1.6", "smtp; 550 5.1.6 recipient no longer on server: ann@mac.com", Unknown),
    ("5.2.2", "smtp; 552 5.2.2 <ann@icloud.com>: user is over quota", Full),
    ("5.7.1", "smtp; 554 5.7.1 [HM07] Message rejected due to local policy.", Policy),
    // GMX, web.de, T-Online, and others in German.
    (
        "5.0.0",
        "smtp; 550-Requested action not taken: mailbox unavailable 550 For explanation visit http://postmaster.gmx.com/en/error-messages?ip=192.0.2.1&c=usr",
        Unknown,
    ),
    (
        "5.0.0",
        "smtp; 550-Requested action not taken: mailbox unavailable 550 invalid DNS MX or A/AAAA resource record",
        Routing,
    ),
    (
        "5.0.0",
        "smtp; 554-Transaction failed 554-Reject due to policy restrictions. 554 For explanation visit https://postmaster.gmx.net/",
        Policy,
    ),
    (
        "5.0.0",
        "smtp; 554 IP=192.0.2.1 - None/bad reputation. Ask your postmaster for help or to contact tosa@rx.t-online.de for reset. (NOWL)",
        Policy,
    ),
    ("5.1.1", "smtp; 550 5.1.1 <ann@t-online.de>: no such user here", Unknown),
    ("5.0.0", "smtp; 550 Empfänger unbekannt", Unknown),
    ("5.0.0", "smtp; 550 Das Postfach des Empfängers ist voll", Full),
    // Orange, La Poste, SFR, Free.
    ("5.1.1", "smtp; 550 5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 [416]", Unknown),
    ("5.2.0", "smtp; 550 5.2.0 Mail rejected. ofr_506 [506]", Unclear),
    (
        "5.0.0",
        "smtp; 550 mwinf5c04 ME Adresse IP source bloquee pour incident de spam. Client host blocked for spamming issues. OFR006_102",
        Policy,
    ),
    (
        "4.2.0",
        "smtp; 421 4.2.0 Service refuse. Veuillez essayer plus tard. Service refused, please try later. OFR005_505 [505]",
        Busy,
    ),
    ("5.2.2", "smtp; 552 5.1.1 Boîte du destinataire pleine. Recipient overquota. OFR_417 [417]", Full),
    (
        "5.5.0",
        "smtp; 550 5.5.0 Le compte du destinataire est bloque. The recipient account is blocked. LPN007_426",
        Policy,
    ),
    ("5.7.1", "smtp; 550 5.7.1 <ann@sfr.fr>: Recipient address rejected: User unknown", Unknown),
    ("5.0.0", "smtp; 550 spam detected: too many spams from your IP, please visit http://postmaster.free.fr/", Policy),
    // QQ and 163.
    ("5.0.0", "smtp; 550 DMARC check failed. http://service.mail.qq.com/cgi-bin/help?subtype=1", Policy),
    ("5.0.0", "smtp; 550 Mailbox unavailable or access denied [MbBQ IP: 192.0.2.1]", Policy),
    ("5.0.0", "smtp; 550 Mailbox not found. http://service.mail.qq.com/cgi-bin/help?subtype=1", Unknown),
    ("5.0.0", "smtp; 550 Connection frequency limited [Q1Yz Blocked IP 192.0.2.1]", Policy),
    ("5.0.0", "smtp; 550 User not found: ann@163.com", Unknown),
    ("5.0.0", "smtp; 550 MI:SPF 163 mx1,abc http://mail.163.com/help/help_spam_16.htm", Policy),
    ("5.0.0", "smtp; 550 User suspended", Disabled),
    ("5.0.0", "smtp; 550 用户不存在", Unknown),
    // mail.ru and Yandex.
    (
        "5.0.0",
        "smtp; 550 Message was not accepted -- invalid mailbox. Local mailbox ann@mail.ru is unavailable: user not found",
        Unknown,
    ),
    (
        "5.0.0",
        "smtp; 550 Message was not accepted -- invalid mailbox. Local mailbox ann@mail.ru is unavailable: account is disabled",
        Disabled,
    ),
    ("5.0.0", "smtp; 550 spam message rejected. Please visit http://help.mail.ru/notspam-support/id?c=x", Policy),
    ("5.7.1", "smtp; 550 5.7.1 No such user!", Unknown),
    ("5.7.1", "smtp; 554 5.7.1 [1] Message rejected under suspicion of SPAM", Policy),
    // Zoho, SES, SendGrid.
    ("5.1.1", "smtp; 550 5.1.1 User does not exist - <ann@zoho.example>", Unknown),
    ("5.4.6", "smtp; 550 5.4.6 Unusual sending activity detected.", Busy),
    (
        "5.0.0",
        "smtp; 5.1.0 - Unknown address error 550-'5.2.2 <ann@example.com>... Mailbox Full' (delivery attempts: 0)",
        Full,
    ),
    (
        "5.0.0",
        "smtp; 5.1.0 - Unknown address error 550-'5.7.1 <ann@example.com>... Access denied' (delivery attempts: 0)",
        Policy,
    ),
    (
        "5.0.0",
        "smtp; 5.1.0 - Unknown address error 550-'5.1.1 <ann@example.com>... User unknown' (delivery attempts: 0)",
        Unknown,
    ),
    ("5.0.0", "smtp; 5.4.7 - Delivery expired (message too old) 'timeout' (delivery attempts: 0)", Routing),
    (
        "5.1.1",
        "smtp; 550 5.1.1 Amazon SES did not send the message to this address because it is on the suppression list for your account.",
        Suppressed,
    ),
    (
        "5.0.0",
        "smtp; 554 Message rejected: Email address is not verified. The following identities failed the check in region EU-WEST-1: pay@shop.example",
        Sender,
    ),
    ("5.0.0", "Bounced Address", Suppressed),
    // Mimecast, Proofpoint, Barracuda, MessageLabs.
    ("5.0.0", "smtp; 550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [abc.uk1]", Unknown),
    (
        "5.0.0",
        "smtp; 550 Administrative prohibition - envelope blocked - https://community.mimecast.com/docs/DOC-1369#550",
        Policy,
    ),
    ("5.0.0", "smtp; 550 Rejected by header based Anti-Spoofing policy: pay@shop.example", Policy),
    ("5.7.0", "smtp; 550 5.7.0 Local Policy Violation", Policy),
    ("5.0.0", "smtp; 554 Blocked - see https://support.proofpoint.com/dnsbl-lookup.cgi?ip=192.0.2.1", Policy),
    ("5.1.1", "smtp; 550 5.1.1 User Unknown", Unknown),
    ("5.0.0", "smtp; 550 permanent failure for one or more recipients (ann@example.com:blocked)", Policy),
    (
        "5.0.0",
        "smtp; 550 permanent failure for one or more recipients (ann@example.com:550 5.1.1 No such user)",
        Unknown,
    ),
    ("5.0.0", "smtp; 553-SPF (Sender Policy Framework) domain authentication fail.", Sender),
    // Postfix.
    (
        "5.1.1",
        "smtp; 550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
        Unknown,
    ),
    (
        "5.1.1",
        "smtp; 550 5.1.1 <ann@example.com>: Recipient address rejected: User unknown in relay recipient table",
        Unknown,
    ),
    ("5.1.1", "X-Postfix; unknown user: \"ann\"", Unknown),
    ("5.0.0", "SMTP; 554 5.7.1 <ann@example.com>: Relay access denied", Sender),
    ("5.7.1", "smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", Policy),
    (
        "4.1.1",
        "smtp; 450 4.1.1 <ann@example.com>: Recipient address rejected: User unknown in local recipient table",
        Busy,
    ),
    (
        "5.1.1",
        "smtp; 550 5.1.1 <ann@example.com>: Recipient address rejected: Please see http://www.openspf.net/Why?s=mfrom",
        Policy,
    ),
    (
        "5.4.4",
        "X-Postfix; Host or domain name not found. Name service error for name=example.con type=A: Host not found",
        Routing,
    ),
    ("5.1.0", "X-Postfix; Domain example.com does not accept mail (nullMX)", NoMail),
    ("4.4.1", "X-Postfix; connect to mx.example.com[192.0.2.1]:25: Connection timed out", Routing),
    ("5.1.8", "smtp; 550 5.1.8 <pay@shop.example>: Sender address rejected: Domain not found", Sender),
    (
        "5.7.1",
        "smtp; 550 5.7.1 <ann@example.com>: Recipient address rejected: User ann temporary locked. Please try again later!",
        Busy,
    ),
    (
        "5.0.0",
        "X-Postfix; host mx.spamfilter.example[192.0.2.1] said: 550 5.1.1 <ann@example.com> User unknown (in reply to RCPT TO command)",
        Unknown,
    ),
    // Exim and cPanel.
    ("5.0.0", "smtp; 550 SPF record of the sender does not allow 192.0.2.7", Policy),
    ("5.0.0", "smtp; 550 No Such User Here", Unknown),
    (
        "5.0.0",
        "smtp; 550-Verification failed for <pay@shop.example> 550-No Such User Here 550 Sender verify failed",
        Sender,
    ),
    ("5.0.0", "smtp; 550 relay not permitted", Sender),
    ("5.1.1", "smtp; 550 Unrouteable address", Routing),
    ("5.0.0", "smtp; 550 Outgoing mail from \"pay@shop.example\" has been suspended.", Sender),
    (
        "5.0.0",
        "smtp; 550 \"The recipient cannot be verified. Please check all recipients of this message to verify they are valid.\"",
        Unclear,
    ),
    ("5.0.0", "smtp; 550 Mailbox quota exceeded / Mailbox voll", Full),
    // Sendmail, qmail, Domino, IronPort.
    ("5.1.1", "SMTP; 550 5.1.1 <ann@example.com>... User unknown", Unknown),
    ("5.7.1", "SMTP; 550 5.7.1 <ann@example.com>... Relaying denied. Proper authentication required.", Sender),
    ("5.1.8", "SMTP; 553 5.1.8 <pay@shop.example>... Domain of sender address pay@shop.example does not exist", Sender),
    ("5.7.1", "smtp; 553 sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", Sender),
    ("5.1.1", "smtp; 511 sorry, no mailbox here by that name (#5.1.1 - chkuser)", Unknown),
    ("5.7.1", "smtp; 553 sorry, no mailbox here by that name. (#5.7.1)", Unknown),
    ("5.0.0", "X-Notes; User ann (ann@example.com) not listed in Domino Directory", Unknown),
    ("5.0.0", "smtp; 550 #5.1.0 Address rejected.", Unclear),
    ("5.3.5", "SMTP; 553 5.3.5 system config error", Routing),
    ("5.3.0", "SMTP; 553 5.3.0 <ann@example.com>... Addressee unknown, relay=[192.0.2.1]", Sender),
    // Other languages.
    ("5.0.0", "smtp; 550 неизвестный пользователь", Unknown),
    ("5.0.0", "smtp; 550 Почтовый ящик переполнен", Full),
    ("5.0.0", "smtp; 550 존재하지않는사용자입니다", Unknown),
    ("5.0.0", "smtp; 550 ユーザーが見つかりません", Unknown),
    ("5.0.0", "smtp; 550 El usuario no existe", Unknown),
    ("5.0.0", "smtp; 550 Usuário não existe", Unknown),
    ("5.0.0", "smtp; 550 Nessun utente simile in questo indirizzo", Unknown),
    ("5.0.0", "smtp; 550 Użytkownik nie istnieje", Unknown),
    ("5.0.0", "smtp; 550 Casella inesistente", Unknown),
    // Codes and words that contradict each other.
    ("5.1.1", "SMTP; 550 5.7.1 IP address blacklisted by recipient", Policy),
    ("5.1.1", "smtp; 552 5.2.2 Over quota", Full),
    ("5.1.1", "smtp; 550 5.1.1 <ann@example.com> - 192.0.2.1 has sent to too many recipients this hour. IB607", Busy),
    (
        "5.1.1",
        "smtp; 550 5.1.1 RCP-P2 http://postmaster.facebook.com/response_codes Refused due to recipient preferences",
        Policy,
    ),
    ("5.1.1", "smtp; 550 5.1.1 Message rejected. See https://support.example/answer", Unclear),
    ("5.1.1", "smtp; 550 5.1.1 Delivery not authorized, message refused", Policy),
    ("5.2.1", "smtp; 550 5.2.1 user over quota", Full),
    ("5.2.1", "smtp; 550 5.2.1 account disabled temporarily", Busy),
    ("5.2.1", "smtp; 550 5.2.1 mailbox disabled, not accepting messages", Disabled),
    ("5.7.13", "smtp; 525 5.7.13 Disabled recipient address", Disabled),
    ("5.1.1", "smtp; 550 5.1.1 <spam.quota@blocked.example>: Recipient address rejected: User unknown", Unknown),
    ("5.1.2", "smtp; 550 5.1.2 recipient domain does not exist", Routing),
    ("5.7.1", "smtp; 550 5.7.1 Requested action not taken: mailbox not available", Policy),
    // Codes alone, and nothing.
    ("5.1.1", "", Unknown),
    ("5.1.10", "", Unknown),
    ("5.1.3", "smtp; 553 5.1.3 The recipient address is not a valid RFC-5321 address.", Malformed),
    ("5.1.1", "smtp; 550 Mail rejected", Unclear),
    ("5.1.1", "smtp; 550 <ann@example.com> recipient rejected", Unknown),
    ("5.0.0", "", Unclear),
    ("5.1.0", "", Unclear),
    ("5.2.0", "", Unclear),
    ("5.2.1", "", Unclear),
    ("5.4.1", "", Routing),
    ("5.1.7", "", Sender),
    ("5.7.1", "", Policy),
    ("4.2.2", "", Busy),
    ("", "", Unclear),
    ("5.0.0", "smtp; 550", Unclear),
    ("5.0.0", "smtp; 550 No", Unclear),
    ("5.0.0", "smtp; 542 ann@example.com Rejected", Unclear),
    ("5.0.0", "X-Unix; 255", Unclear),
];

#[test]
fn words_and_code_together_say_what_a_refusal_is_about() {
    for (status, said, expected) in CASES {
        assert_eq!(judge(Refusal { code: None, status, said }), *expected, "{status} {said}");
    }
}

#[test]
fn an_answer_and_a_report_with_the_same_words_mean_the_same() {
    let answers = CASES.iter().filter(|(_, said, _)| said.starts_with("smtp; 55"));
    let mut compared = 0;
    for (status, said, expected) in answers {
        let (code, text) = said["smtp; ".len()..].split_at(3);
        let text = text.trim_start_matches(['-', ' ']);
        // Where the status stands in the words as well, an answer has everything that the report has.
        if text.contains(status) {
            let refusal = Refusal { code: code.parse().ok(), status: "", said: text };
            assert_eq!(judge(refusal), *expected, "{code} {text}");
            compared += 1;
        }
    }
    assert!(compared > 30);
}

#[test]
fn a_bare_refusal_keeps_the_address() {
    for said in
        ["", "no", "rejected", "relay not permitted", "we do not like you", "Mailbox quota exceeded", "rate limited"]
    {
        for code in [550, 551, 552, 553, 554] {
            let verdict = judge(Refusal { code: Some(code), status: "", said });
            assert_ne!(verdict.fault(), Fault::Address, "{code} {said}");
        }
    }
    for said in ["user unknown", "5.1.1", "5.1.1 <ann@example.com> unknown", "No such user"] {
        assert_eq!(judge(Refusal { code: Some(550), status: "", said }), Unknown, "{said}");
    }
}

#[test]
fn what_is_temporary_never_marks_the_address() {
    for said in ["user unknown", "4.1.1 no such user", "mailbox disabled", "mailbox unavailable"] {
        assert_ne!(judge(Refusal { code: Some(450), status: "", said }).fault(), Fault::Address, "{said}");
        assert_ne!(judge(Refusal { code: None, status: "4.1.1", said }).fault(), Fault::Address, "{said}");
    }
}

#[test]
fn enhanced_codes_are_found_among_addresses_and_versions() {
    for (said, expected) in [
        ("5.1.1 no such user", Some("5.1.1")),
        ("<a@b.c>: 5.7.26 unauthenticated", Some("5.7.26")),
        ("sorry (#5.1.1 - chkuser)", Some("5.1.1")),
        ("host 127.0.0.1 refused", None),
        ("Exim 4.94.2 says no", None),
        ("5.4.316.", Some("5.4.316")),
    ] {
        assert_eq!(enhanced_code(said).as_deref(), expected, "{said}");
    }
}

#[test]
fn the_same_refusal_of_two_people_has_the_same_gist() {
    let of = |said: &str, address: &str| gist("550", said, address);
    assert_eq!(
        of("<ann@one.example>: relay access denied (host mx1.one.example[192.0.2.1]) id 4F1zX2", "ann@one.example"),
        of("<Bob@two.example>: Relay access denied (host mx7.two.example[192.0.2.9]) id 9K3qZ7", "bob@two.example"),
    );
    assert_eq!(of("user ann unknown", "ann@one.example"), of("user bob unknown", "bob@two.example"));
    assert_ne!(of("user unknown", "ann@one.example"), of("mailbox full", "bob@two.example"));
    assert_ne!(of("no", "ann@one.example"), gist("554", "no", "bob@two.example"));
}

proptest! {
    #[test]
    fn no_name_in_an_address_changes_the_verdict(name in "[a-z]{1,8}[.-]?(spam|quota|relay|blocked|unknown|full|user)[a-z.]{0,8}") {
        let name = name.trim_matches('.');
        for (said, expected) in [
            (format!("550 5.1.1 <{name}@{name}.example>: User unknown"), Unknown),
            (format!("550 <{name}@{name}.example>: no"), Unclear),
            (format!("554 5.7.1 {name}@example.com: Relay access denied"), Sender),
        ] {
            prop_assert_eq!(judge(Refusal { code: None, status: "", said: &said }), expected, "{}", said);
        }
    }

    #[test]
    fn nothing_that_a_server_says_makes_it_panic(status in ".{0,12}", said in ".{0,200}", code in any::<Option<u16>>()) {
        judge(Refusal { code, status: &status, said: &said });
        gist("", &said, &status);
    }
}
