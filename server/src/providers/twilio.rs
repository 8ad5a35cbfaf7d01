//! Sends text messages over the API of Twilio, or of anyone who speaks the same.

use std::time::Duration;

use async_trait::async_trait;
use reqwest::{Client, Response, StatusCode, header::RETRY_AFTER, redirect};
use serde::Deserialize;
use url::Url;

use crate::config::TwilioConfig;

use super::{Found, Message, Messenger, SendError, Sent, SmsMessage, Why, email};

/// More than this is refused by every carrier.
const MOST_CHARS: usize = 1_600;
/// Pages of the message list that are read before the answer counts as unknown.
const PAGES: usize = 5;

/// An account and where to reach it.
pub struct TwilioMessenger {
    client: Client,
    base: Url,
    messages: Url,
    account: TwilioConfig,
}

#[derive(Deserialize)]
struct Created {
    sid: Option<String>,
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
}

#[derive(Deserialize, Default)]
struct Refusal {
    code: Option<i64>,
    message: Option<String>,
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
        Ok(Self { client, base, messages, account: account.clone() })
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
            StatusCode::OK => Ok(answer.json().await.ok()),
            StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED => Ok(None),
            _ => Err(judge(answer).await),
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
        if body.chars().count() > MOST_CHARS {
            return Err(SendError::fail(Why::new("The text is longer than 1,600 characters.")));
        }
        // A messaging service picks the number itself.
        let sender = if self.account.from.starts_with("MG") { "MessagingServiceSid" } else { "From" };
        let answer = self
            .client
            .post(self.messages.clone())
            .basic_auth(&self.account.account_sid, Some(self.account.auth_token.expose()))
            .form(&[("To", sms.to.as_str()), (sender, self.account.from.as_str()), ("Body", body.as_str())])
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
            // It was taken, whatever the rest of the answer looks like.
            let created = answer.json::<Created>().await.ok();
            return Ok(Sent { provider_id: created.and_then(|created| created.sid), kept: None });
        }
        Err(judge(answer).await)
    }

    async fn find(&self, message: &Message) -> Result<Found, SendError> {
        let Message::Sms(SmsMessage { to, link_code, .. }) = message else {
            return Ok(Found::CannotTell);
        };
        let mut url = self.messages.clone();
        url.query_pairs_mut().append_pair("To", to).append_pair("PageSize", "100");
        for _ in 0..PAGES {
            let Some(list) = self.page(url).await? else {
                return Ok(Found::CannotTell);
            };
            let ours = |listed: &&Listed| listed.body.as_ref().is_some_and(|body| body.contains(link_code.as_str()));
            if let Some(listed) = list.messages.iter().find(ours) {
                return match listed.status.as_deref() {
                    Some("failed" | "undelivered" | "canceled") => Err(by_code(listed.error_code.unwrap_or(0), None)),
                    _ => Ok(Found::Sent(Sent { provider_id: listed.sid.clone(), kept: None })),
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
    // A body is only read for its words: it must not cost us the verdict that the status already gave.
    let refusal = answer.json::<Refusal>().await.unwrap_or_default();
    let said = refusal.message.as_deref();
    let why = |words: &str| {
        Why::new(words)
            .code(refusal.code.map_or_else(|| status.as_u16().to_string(), |code| code.to_string()))
            .said(said.unwrap_or_default())
    };
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            SendError::Retry { why: why("The SMS provider asks us to send more slowly."), after }
        }
        // Overloaded, and it says so itself: nothing was taken.
        StatusCode::SERVICE_UNAVAILABLE if after.is_some() || refusal.code.is_some() => {
            SendError::Retry { why: why("The SMS provider is busy."), after }
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if refusal.code.is_none_or(is_account_code) => {
            SendError::channel(why("The SMS provider refuses our account or password."))
        }
        StatusCode::NOT_FOUND => SendError::channel(why("The SMS provider does not know our account.")),
        StatusCode::REQUEST_TIMEOUT => ambiguous(why("The SMS provider did not answer in time."), after),
        status if status.is_client_error() => by_code(refusal.code.unwrap_or(0), said),
        // Twilio says of its 500 that the message may have left.
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
            SendError::Fail { why: why("This person has opted out of your texts by answering STOP."), opted_out: true }
        }
        21_211 | 21_217 | 21_401 | 21_421 => SendError::fail(why("The phone number is not valid.")),
        21_614 | 30_006 => SendError::fail(why("This number cannot receive texts.")),
        21_612 => SendError::fail(why("Your sender number cannot reach this number.")),
        21_408 => SendError::fail(why("Texts to this country are switched off in your SMS account.")),
        21_608 | 21_219 => SendError::fail(why("A trial SMS account can only text verified numbers.")),
        21_617 | 21_605 => SendError::fail(why("The text is too long.")),
        30_003 => SendError::fail(why("The phone is switched off or out of reach.")),
        30_004 => SendError::fail(why("The receiver's carrier blocked the text.")),
        30_005 => SendError::fail(why("The number is not in use.")),
        30_007 => SendError::fail(why("The carrier filtered the text as unwanted.")),
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
