//! Sends text messages over the API of Twilio, or of anyone who speaks the same, and understands what it calls back with.

use std::{collections::BTreeSet, time::Duration};

use app::{
    deliveries::DeliveryStatus,
    sms::{MAX_CHARACTERS, Segments},
};
use async_trait::async_trait;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::fmt::rfc2822;
use reqwest::{Client, Response, StatusCode, header::RETRY_AFTER, redirect};
use serde::Deserialize;
use sha1::Sha1;
use url::Url;

use crate::config::{PublicUrl, TwilioConfig};

use super::{Fault, Found, Message, Messenger, Report, SendError, Sent, SmsMessage, Why, email};

/// Where the provider says what became of a text.
pub const STATUS_PATH: &str = "/webhooks/twilio/status";
/// Where the provider hands on what people answer.
pub const INBOUND_PATH: &str = "/webhooks/twilio/inbound";

/// Our clock and the provider's agree as far as this.
const APART_MS: i64 = 120_000;
/// Pages of the message list that are read before the answer counts as unknown.
const PAGES: usize = 5;
/// What is said of an answer that is not in the provider's words.
const NOT_THE_PROVIDER: &str = "Something on the way answered in place of the SMS provider.";

/// An account and where to reach it.
pub struct TwilioMessenger {
    client: Client,
    base: Url,
    messages: Url,
    account: TwilioConfig,
    status_callback: Option<String>,
}

/// What the provider answers when it has taken a text: `api.v2010.account.message` of Twilio's `OpenAPI` document.
#[derive(Deserialize)]
struct Created {
    sid: String,
}

impl Created {
    /// The id, where it has the shape that the document gives it: `^(SM|MM)[0-9a-fA-F]{32}$`.
    fn message_sid(self) -> Option<String> {
        let digits = self.sid.strip_prefix("SM").or_else(|| self.sid.strip_prefix("MM"))?;
        (digits.len() == 32 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(self.sid)
    }
}

#[derive(Deserialize)]
struct List {
    messages: Vec<Listed>,
    next_page_uri: Option<String>,
}

#[derive(Deserialize)]
struct Listed {
    sid: Option<String>,
    body: Option<String>,
    status: Option<String>,
    error_code: Option<i64>,
    date_created: Option<String>,
}

impl Listed {
    /// Whether this is the message, and not an earlier one with the same link: a reminder has the link of what it reminds of. One
    /// that failed before this one was put together is what is being tried again.
    fn is(&self, message: &SmsMessage) -> bool {
        let date = self.date_created.as_deref().and_then(|date| rfc2822::parse(date).ok());
        let is_as_new = date.is_none_or(|date| {
            let apart = if self.has_failed() { 1_000 } else { APART_MS };
            date.timestamp().as_millisecond() + apart >= message.dated_at
        });
        is_as_new && self.body.as_ref().is_some_and(|body| body.contains(message.link_code.as_str()))
    }

    fn has_failed(&self) -> bool {
        matches!(self.status.as_deref(), Some("failed" | "undelivered" | "canceled"))
    }
}

/// What the provider says when it refuses.
#[derive(Deserialize, Default)]
struct Refusal {
    code: Option<i64>,
    message: Option<String>,
}

impl Refusal {
    /// The body of an answer; none where it is not the provider's, who always says its code.
    async fn read(answer: Response) -> Option<Self> {
        answer.json().await.ok().filter(|refusal: &Self| refusal.code.is_some())
    }
}

impl TwilioMessenger {
    /// A messenger for an account.
    pub fn new(account: &TwilioConfig) -> Result<Self, SendError> {
        let wrong = || SendError::channel(Why::new("TWILIO_API_BASE is no address that texts can be sent to."));
        let base = Url::parse(&account.api_base).map_err(|_| wrong())?;
        let mut messages = base.clone();
        messages.path_segments_mut().map_err(|()| wrong())?.pop_if_empty().extend([
            "2010-04-01",
            "Accounts",
            &account.account_sid,
            "Messages.json",
        ]);
        let client = Client::builder()
            .connect_timeout(Duration::from_secs(10))
            .timeout(Duration::from_secs(30))
            .redirect(redirect::Policy::none())
            .build()
            .map_err(|_| wrong())?;
        Ok(Self { client, base, messages, account: account.clone(), status_callback: None })
    }

    /// Asks the provider to say at this address what becomes of each text.
    #[must_use]
    pub fn status_callback(mut self, address: Option<String>) -> Self {
        self.status_callback = address;
        self
    }

    async fn page(&self, url: Url) -> Result<Option<List>, SendError> {
        let answer = self
            .client
            .get(url)
            .basic_auth(&self.account.account_sid, Some(self.account.auth_token.expose()))
            .send()
            .await;
        let Ok(answer) = answer else {
            return Err(SendError::retry(Why::new("The SMS provider cannot be reached.")));
        };
        match answer.status() {
            // A page that is no list says nothing about the text: it is asked for again.
            StatusCode::OK => {
                let list = answer.json().await.map_err(|_| ambiguous(Why::new(NOT_THE_PROVIDER).code("200"), None))?;
                Ok(Some(list))
            }
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => Ok(None),
            StatusCode::NOT_FOUND => match Refusal::read(answer).await {
                Some(_) => Ok(None),
                None => Err(ambiguous(Why::new(NOT_THE_PROVIDER).code("404"), None)),
            },
            // What is refused here is our question: it says nothing of the text.
            _ => Err(match judge(answer).await {
                SendError::Fail { why, .. } => ambiguous(why, None),
                other => other,
            }),
        }
    }
}

#[async_trait]
impl Messenger for TwilioMessenger {
    fn name(&self) -> &'static str {
        "Twilio"
    }

    fn at_once(&self) -> usize {
        8
    }

    async fn send(&self, message: &Message) -> Result<Sent, SendError> {
        let Message::Sms(sms) = message else {
            return Err(SendError::fail(Why::new("An SMS provider sends no email.")));
        };
        let body = email::lines(&sms.body);
        if Segments::of(&body).is_too_long() {
            return Err(SendError::fail(Why::new(format!("The text is longer than {MAX_CHARACTERS} characters."))));
        }
        // A messaging service picks the number itself.
        let sender = if self.account.from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let mut fields = vec![("To", sms.to.as_str()), (sender, self.account.from.as_str()), ("Body", body.as_str())];
        fields.extend(self.status_callback.as_deref().map(|address| ("StatusCallback", address)));
        let answer = self
            .client
            .post(self.messages.clone())
            .basic_auth(&self.account.account_sid, Some(self.account.auth_token.expose()))
            .form(&fields)
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if error.is_connect() => {
                return Err(SendError::retry(Why::new("The SMS provider cannot be reached.")));
            }
            Err(_) => return Err(ambiguous(Why::new("The SMS provider did not answer."), None)),
        };
        if answer.status().is_success() {
            // A captive portal says 200 to everything: only the provider can name a message.
            let status = answer.status().as_u16().to_string();
            let sid = answer.json::<Created>().await.ok().and_then(Created::message_sid);
            let no_answer = || ambiguous(Why::new(NOT_THE_PROVIDER).code(status), None);
            return sid.map(|sid| Sent { provider_id: Some(sid), kept: None }).ok_or_else(no_answer);
        }
        Err(judge(answer).await)
    }

    async fn find(&self, message: &Message) -> Result<Found, SendError> {
        let Message::Sms(sms) = message else {
            return Ok(Found::CannotTell);
        };
        let mut url = self.messages.clone();
        url.query_pairs_mut().append_pair("To", &sms.to).append_pair("PageSize", "100");
        for _ in 0..PAGES {
            let Some(list) = self.page(url).await? else {
                return Ok(Found::CannotTell);
            };
            if let Some(listed) = list.messages.iter().find(|listed| listed.is(sms)) {
                return if listed.has_failed() {
                    Err(by_code(listed.error_code.unwrap_or(0), None))
                } else {
                    Ok(Found::Sent(Sent { provider_id: listed.sid.clone(), kept: None }))
                };
            }
            // The next page is on the same server: the password goes nowhere else.
            let next = list.next_page_uri.filter(|uri| uri.starts_with('/') && !uri.starts_with("//"));
            let Some(next) = next else {
                return Ok(Found::Absent);
            };
            let Ok(joined) = self.base.join(&next) else {
                return Ok(Found::CannotTell);
            };
            url = joined;
        }
        Ok(Found::CannotTell)
    }
}

/// Where the provider is asked to call back. A callback names a phone number, so it comes by TLS or stays on the operator's own
/// network; Twilio itself refuses an address that it cannot reach, and the text with it.
pub fn status_callback(account: &TwilioConfig, public_url: &PublicUrl) -> Option<String> {
    (public_url.is_https() || !account.is_twilios_own()).then(|| format!("{public_url}{STATUS_PATH}"))
}

/// Whether the account's owner signed these fields for one of these addresses: HMAC-SHA1 over the address and each field's name
/// and value, by name. A proxy may have taken the port away or put it there, so the address counts with and without it.
pub fn is_signed(auth_token: &str, address: &str, fields: &[(String, String)], signature: &str) -> bool {
    let Ok(signature) = BASE64_STANDARD.decode(signature.trim()) else {
        return false;
    };
    let sorted: BTreeSet<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    spellings(address).iter().any(|address| {
        let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()) else {
            return false;
        };
        mac.update(address.as_bytes());
        for (name, value) in &sorted {
            mac.update(name.as_bytes());
            mac.update(value.as_bytes());
        }
        mac.verify_slice(&signature).is_ok()
    })
}

/// The address as it is, with its port and without one.
fn spellings(address: &str) -> Vec<String> {
    let mut spellings = vec![address.to_owned()];
    if let Some((scheme, rest)) = address.split_once("://") {
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let port = if scheme == "https" { 443 } else { 80 };
        spellings.push(match host.rsplit_once(':') {
            // The last group of an IPv6 address is no port.
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => format!("{scheme}://{name}{path}"),
            _ => format!("{scheme}://{host}:{port}{path}"),
        });
    }
    spellings
}

/// What a status callback means; none while the text is still on its way.
pub fn report(status: &str, code: Option<&str>, said: Option<&str>) -> Option<Report> {
    let report =
        |outcome, why, fault| Some(Report { outcome, provider: "Twilio", status: status.to_owned(), why, fault });
    match status {
        "delivered" | "read" => report(DeliveryStatus::Delivered, Why::new("The text arrived."), Fault::Message),
        "undelivered" | "failed" => {
            let code = code.and_then(|code| code.trim().parse().ok()).unwrap_or(0);
            if code == 0 {
                let why = Why::new("The text did not arrive.").said(said.unwrap_or_default());
                return report(DeliveryStatus::Undelivered, why, Fault::Message);
            }
            match by_code(code, said) {
                SendError::Fail { why, fault } => report(DeliveryStatus::Undelivered, why, fault),
                other => report(DeliveryStatus::Undelivered, other.why().clone(), Fault::Message),
            }
        }
        _ => None,
    }
}

fn ambiguous(why: Why, after: Option<Duration>) -> SendError {
    SendError::Ambiguous { why, after }
}

/// What an answer that is no success means.
async fn judge(answer: Response) -> SendError {
    let status = answer.status();
    let after = answer
        .headers()
        .get(RETRY_AFTER)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse().ok())
        .map(Duration::from_secs);
    let refusal = Refusal::read(answer).await;
    let is_theirs = refusal.is_some();
    let Refusal { code, message } = refusal.unwrap_or_default();
    let said = message.as_deref();
    let why = |words: &str| {
        Why::new(words)
            .code(code.map_or_else(|| status.as_u16().to_string(), |code| code.to_string()))
            .said(said.unwrap_or_default())
    };
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            SendError::Retry { why: why("The SMS provider asks us to send more slowly."), after }
        }
        // A server that asks for a password has taken nothing.
        StatusCode::UNAUTHORIZED if code.is_none_or(is_account_code) => {
            SendError::channel(why("The SMS provider refuses our account or password."))
        }
        StatusCode::REQUEST_TIMEOUT => ambiguous(why("The SMS provider did not answer in time."), after),
        StatusCode::SERVICE_UNAVAILABLE => ambiguous(why("The SMS provider is busy."), after),
        // Twilio says of its 500 that the message may have left, and so it may behind any other fault.
        status if status.is_server_error() => ambiguous(why("The SMS provider had a fault."), after),
        _ if !is_theirs => ambiguous(why(NOT_THE_PROVIDER), after),
        StatusCode::FORBIDDEN if code.is_none_or(is_account_code) => {
            SendError::channel(why("The SMS provider refuses our account or password."))
        }
        StatusCode::NOT_FOUND => SendError::channel(why("The SMS provider does not know our account.")),
        status if status.is_client_error() => by_code(code.unwrap_or(0), said),
        _ => ambiguous(why("The SMS provider had a fault."), after),
    }
}

/// Codes that come with 401 and 403 and speak of the account, not of the number.
fn is_account_code(code: i64) -> bool {
    (20_000..21_000).contains(&code)
}

/// Twilio's codes in words.
fn by_code(code: i64, said: Option<&str>) -> SendError {
    let why = |words: &str| {
        let why = Why::new(words).said(said.unwrap_or_default());
        if code == 0 { why } else { why.code(code.to_string()) }
    };
    match code {
        21_610 => {
            let why = why("This person has opted out of your texts by answering STOP.");
            SendError::Fail { why, fault: Fault::OptOut }
        }
        21_211 | 21_217 | 21_401 | 21_421 => SendError::undeliverable(why("The phone number is not valid.")),
        21_614 => SendError::undeliverable(why("This number cannot receive texts.")),
        30_006 => SendError::undeliverable(why("This is a landline or a number that cannot receive texts.")),
        21_612 => SendError::fail(why("Your sender number cannot reach this number.")),
        21_408 => SendError::account(why("Texts to this country are switched off in your SMS account.")),
        21_608 | 21_219 => SendError::account(why("A trial SMS account can only text verified numbers.")),
        21_617 | 21_605 => SendError::fail(why("The text is too long.")),
        30_001 | 30_002 => SendError::account(why("Your SMS account could not send the text.")),
        30_003 => SendError::fail(why("The phone is switched off or out of reach.")),
        30_004 => SendError::fail(why("The receiver's carrier blocked the text.")),
        30_005 => SendError::undeliverable(why("The number is not in use.")),
        30_007 => SendError::fail(why("The carrier filtered the text as unwanted.")),
        30_008 => SendError::fail(why("The carrier did not say why the text did not arrive.")),
        30_034 => SendError::account(why("Your sender number is not registered with the carriers of this country.")),
        21_212 | 21_603 | 21_606 | 21_607 | 21_659 | 21_660 | 21_703 | 21_704 | 21_705 => {
            SendError::channel(why("The SMS provider refuses our sender number."))
        }
        20_003 | 20_005 | 20_008 | 20_404 => {
            SendError::channel(why("The SMS provider refuses our account or password."))
        }
        20_429 | 14_107 | 63_038 => SendError::retry(why("The SMS provider asks us to send more slowly.")),
        _ => SendError::fail(why("The SMS provider refused the message.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn fields(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The example of Twilio's own documentation.
    const TOKEN: &str = "12345";
    const ADDRESS: &str = "https://mycompany.com/myapp.php?foo=1&bar=2";
    const SIGNATURE: &str = "RSOYDt4T1cUTdK1PDd93/VVr8B8=";
    const EXAMPLE: [(&str, &str); 5] = [
        ("To", "+18005551212"),
        ("Digits", "1234"),
        ("CallSid", "CA1234567890ABCDE"),
        ("From", "+14158675309"),
        ("Caller", "+14158675309"),
    ];

    #[test]
    fn the_example_of_the_documentation_is_signed_and_nothing_near_it_is() {
        assert!(is_signed(TOKEN, ADDRESS, &fields(&EXAMPLE), SIGNATURE));
        assert!(is_signed(TOKEN, "https://mycompany.com:443/myapp.php?foo=1&bar=2", &fields(&EXAMPLE), SIGNATURE));
        let mut twice = fields(&EXAMPLE);
        twice.extend(fields(&[("Digits", "1234")]));
        assert!(is_signed(TOKEN, ADDRESS, &twice, SIGNATURE), "a value that is repeated counts once");
        assert!(!is_signed("12346", ADDRESS, &fields(&EXAMPLE), SIGNATURE));
        assert!(!is_signed(TOKEN, "http://mycompany.com/myapp.php?foo=1&bar=2", &fields(&EXAMPLE), SIGNATURE));
        assert!(!is_signed(TOKEN, ADDRESS, &fields(&EXAMPLE[1..]), SIGNATURE));
        twice.extend(fields(&[("Digits", "1235")]));
        assert!(!is_signed(TOKEN, ADDRESS, &twice, SIGNATURE));
        for wrong in ["", "=", "RSOYDt4T1cUTdK1PDd93/VVr8B9=", "RSOYDt4T1cUTdK1PDd93", "ü", &SIGNATURE.repeat(2)] {
            assert!(!is_signed(TOKEN, ADDRESS, &fields(&EXAMPLE), wrong), "{wrong}");
        }
    }

    #[test]
    fn an_address_has_two_spellings() {
        assert_eq!(spellings("https://a.example/x")[1], "https://a.example:443/x");
        assert_eq!(spellings("https://a.example:8443/x")[1], "https://a.example/x");
        assert_eq!(spellings("http://[::1]:3000/x")[1], "http://[::1]/x");
        assert_eq!(spellings("http://[::1]/x")[1], "http://[::1]:80/x");
    }

    #[test]
    fn only_the_last_words_on_a_text_are_a_report() {
        for status in ["accepted", "scheduled", "queued", "sending", "sent", "canceled", "receiving", "", "DELIVERED"] {
            assert_eq!(report(status, None, None), None, "{status}");
        }
        assert_eq!(report("delivered", None, None).unwrap().outcome, DeliveryStatus::Delivered);
        for (code, words, undeliverable) in [
            (None, "The text did not arrive.", false),
            (Some("x"), "The text did not arrive.", false),
            (Some("30004"), "The receiver's carrier blocked the text.", false),
            (Some("30005"), "The number is not in use.", true),
            (Some("30006"), "This is a landline or a number that cannot receive texts.", true),
            (Some("30007"), "The carrier filtered the text as unwanted.", false),
            (Some("30008"), "The carrier did not say why the text did not arrive.", false),
            (Some("20003"), "The SMS provider refuses our account or password.", false),
            (Some("99999"), "The SMS provider refused the message.", false),
        ] {
            for status in ["undelivered", "failed"] {
                let report = report(status, code, Some("said")).unwrap();
                let is_address = report.fault == Fault::Address;
                assert_eq!((report.why.words.as_str(), is_address), (words, undeliverable), "{code:?}");
                assert_eq!((report.outcome, report.why.said.as_deref()), (DeliveryStatus::Undelivered, Some("said")));
            }
        }
        assert_eq!(report("undelivered", Some("21610"), None).unwrap().fault, Fault::OptOut);
    }

    #[test]
    fn a_callback_with_a_phone_number_in_it_comes_by_tls_or_from_the_operators_own_network() {
        let account = |api_base: &str| TwilioConfig {
            account_sid: "AC1".to_owned(),
            auth_token: Secret::new("x"),
            from: "+15005550006".to_owned(),
            api_base: api_base.to_owned(),
        };
        let callback = |api_base: &str, public_url: &str| {
            status_callback(&account(api_base), &PublicUrl::parse(public_url).unwrap())
        };
        let twilio = "https://api.twilio.com";
        let expected = Some("https://pay.example.com/webhooks/twilio/status".to_owned());
        assert_eq!(callback(twilio, "https://pay.example.com"), expected);
        assert_eq!(callback(twilio, "http://127.0.0.1:3000"), None);
        assert_eq!(callback(twilio, "http://pay.example.com"), None);
        let local = callback("http://127.0.0.1:4010", "http://127.0.0.1:3000");
        assert_eq!(local.as_deref(), Some("http://127.0.0.1:3000/webhooks/twilio/status"));
    }
}
