//! What providers call back with: the caller is checked, then one thing is done.

use app::{
    address::is_hidden,
    channel::Channel,
    error::{Error, Result},
    id::BusinessId,
};
use subtle::ConstantTimeEq as _;

use crate::{
    clock::DAY_MS,
    consent::{self, Asked},
    db::{
        self, businesses,
        consents::Source,
        delivery_reports::{self as stored_reports, Reported},
        inbound_texts, personal_links, replies,
    },
    delivery_reports::{self, Address},
    facts::Wish,
    opt_out_words::{self, Reply, Said},
    providers::{
        bounce::{self, Says, Signs},
        twilio,
    },
    service::Service,
};

/// Mail servers give up after five days at most; a report on what left longer ago, and that names only its receiver, is not ours.
const TRIED_FOR_MS: i64 = 7 * DAY_MS;

/// A form that the SMS provider posted, as it came.
#[derive(Clone, Copy)]
pub struct Callback<'a> {
    /// The path and query that it was posted to.
    pub address: &'a str,
    /// What `X-Twilio-Signature` says.
    pub signature: &'a str,
    /// The form.
    pub body: &'a [u8],
}

/// The fields of a form whose signature was checked.
struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a field; empty when it is not there.
    fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.as_str())
    }
}

impl Service {
    /// Not found without an SMS provider; refused when the signature or the account is not ours.
    fn check_callback(&self, callback: Callback<'_>) -> Result<Fields> {
        let account = self.config.twilio.as_ref().ok_or(Error::NotFound)?;
        let fields = Fields(url::form_urlencoded::parse(callback.body).into_owned().collect());
        let address = format!("{}{}", self.config.http.public_url, callback.address);
        let is_signed = twilio::is_signed(account.auth_token.expose(), &address, &fields.0, callback.signature);
        if is_signed && fields.get("AccountSid") == account.account_sid {
            Ok(fields)
        } else {
            tracing::warn!("a callback of the SMS provider was refused: its signature or account is not ours");
            Err(Error::NotAllowed)
        }
    }

    /// Takes what the SMS provider says of a text that it took earlier.
    pub async fn take_text_status(&self, callback: Callback<'_>) -> Result<()> {
        let fields = self.check_callback(callback)?;
        let first =
            |names: [&'static str; 2]| names.into_iter().map(|name| fields.get(name)).find(|value| !value.is_empty());
        let (sid, status) = (first(["MessageSid", "SmsSid"]), first(["MessageStatus", "SmsStatus"]));
        let (Some(sid), Some(status)) = (sid, status) else {
            return Err(Error::Malformed);
        };
        let code = Some(fields.get("ErrorCode")).filter(|code| !code.is_empty());
        let said = Some(fields.get("ErrorMessage")).filter(|said| !said.is_empty());
        if let Some(report) = twilio::report(status, code, said) {
            delivery_reports::settle_text(&self.db, sid, &report, self.clock.now()).await?;
        }
        Ok(())
    }

    /// Takes what somebody answers to a text; hands back what is to be answered to that, if anything.
    pub async fn take_inbound_text(&self, callback: Callback<'_>) -> Result<Option<String>> {
        let fields = self.check_callback(callback)?;
        let (sid, phone) = (fields.get("MessageSid"), fields.get("From"));
        if sid.is_empty() || phone.is_empty() {
            return Err(Error::Malformed);
        }
        // Where the account has its own list of words, the provider says what it took them for, and answers itself.
        let (reply, is_answered) = match fields.get("OptOutType") {
            "STOP" => (Reply::OptOut(Said::ProviderWord), true),
            "START" => (Reply::OptIn, true),
            "HELP" => (Reply::Help, true),
            _ => (opt_out_words::read(fields.get("Body")), false),
        };
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let is_new = inbound_texts::insert(&mut tx, sid, meaning(reply), now).await?;
        let answer = match reply {
            Reply::OptOut(said) if is_new => opt_out(&mut tx, phone, said, None, now).await?,
            Reply::Other if is_new => take_other(&mut tx, phone, fields.get("Body"), now).await?,
            Reply::OptIn if is_new => {
                opt_in(&mut tx, phone, now).await?;
                None
            }
            Reply::Help => Some(help(inbound_texts::last_sender(&mut tx, phone).await?)),
            Reply::OptOut(_) | Reply::OptIn | Reply::Other => None,
        };
        tx.commit().await?;
        tracing::info!(meaning = meaning(reply), is_new, "an answer to a text");
        Ok(answer.filter(|_| !is_answered))
    }

    /// Takes a message that came back from a mail server, or a complaint; one about no message of ours has no effect.
    pub async fn take_bounce(&self, secret: &str, raw: &[u8]) -> Result<()> {
        let expected = self.config.bounce_secret.as_ref().ok_or(Error::NotFound)?;
        if !bool::from(expected.expose().as_bytes().ct_eq(secret.as_bytes())) {
            tracing::warn!("a bounce was refused: it came without the secret");
            return Err(Error::NotAllowed);
        }
        let notice = bounce::read(raw, self.config.http.public_url.as_str()).ok_or(Error::Malformed)?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let Some(delivery) = find_email(&mut tx, &notice.about, now).await? else {
            return Ok(());
        };
        let bounce = match notice.says {
            Says::Status(bounce) => bounce,
            Says::Complaint => {
                delivery_reports::complain(&mut tx, &delivery, now).await?;
                return Ok(tx.commit().await?);
            }
            Says::Nothing => return Ok(()),
        };
        let Some(report) = bounce.report(&delivery.address) else {
            return Ok(());
        };
        if !delivery_reports::settle(&mut tx, &delivery, &report, now).await? && !delivery.status.is_final() {
            // It overtook our own record: what it says of the address holds, and for the rest it is to come again.
            delivery_reports::learn(&mut tx, Address::of_reported(&delivery), report.fault, &report.why.words, now)
                .await?;
            tx.commit().await?;
            return Err(Error::Unavailable);
        }
        tx.commit().await?;
        Ok(())
    }
}

/// The email that a notice is about.
async fn find_email(tx: &mut db::Tx, about: &Signs, now: i64) -> db::Result<Option<Reported>> {
    for id in &about.deliveries {
        if let Some(delivery) = stored_reports::find_email(&mut **tx, id).await? {
            return Ok(Some(delivery));
        }
    }
    for code in &about.codes {
        let Some(link) = personal_links::find_by_code(tx, code).await? else { continue };
        let found = stored_reports::find_email_with_link(&mut **tx, &link.business, &link.contact, &link.id).await?;
        if found.is_some() {
            return Ok(found);
        }
    }
    for address in &about.receivers {
        if let Some(delivery) = stored_reports::find_email_to(&mut **tx, address, now - TRIED_FOR_MS).await? {
            return Ok(Some(delivery));
        }
    }
    Ok(None)
}

const fn meaning(reply: Reply) -> &'static str {
    match reply {
        Reply::OptOut(_) => "opt_out",
        Reply::OptIn => "opt_in",
        Reply::Help => "help",
        Reply::Other => "other",
    }
}

/// Stops texts from every business that has sent some to this number, also to people who have it later; where none has, from all that
/// know it. A word that is one business's own stops the texts of that one. The provider confirms the words that it knows; other
/// wording is confirmed by us, once.
async fn opt_out(
    tx: &mut db::Tx,
    phone: &str,
    said: Said,
    only: Option<&[BusinessId]>,
    now: i64,
) -> db::Result<Option<String>> {
    let is_meant = |business: &BusinessId| only.is_none_or(|only| only.contains(business));
    let contacts = inbound_texts::list_contacts(tx, phone).await?;
    let was_texted = contacts.iter().any(|(_, _, has_texts)| *has_texts);
    let mut is_changed = false;
    for business in inbound_texts::list_senders(tx, phone).await?.into_iter().filter(is_meant) {
        let (source, evidence) = (Source::SmsReply.as_str(), Some(said.as_str()));
        let wish = Wish { channel: Channel::Sms, address: phone, do_not_disturb: true, source, evidence };
        is_changed |= consent::remember(tx, &business, wish, now).await?;
    }
    for (business, contact, has_texts) in &contacts {
        if is_meant(business) && (*has_texts || !was_texted) {
            let asked = Asked { evidence: Some(said.as_str()), ..Asked::by(Source::SmsReply) };
            is_changed |= consent::opt_out(tx, business, contact, Channel::Sms, asked, now).await?;
        }
    }
    if !is_changed || said == Said::ProviderWord {
        return Ok(None);
    }
    let sender = inbound_texts::last_sender(tx, phone).await?.filter(|(business, _)| is_meant(business));
    let from = sender.map_or_else(String::new, |(_, name)| format!(" from {name}"));
    Ok(Some(format!("You will get no more texts{from}. Reply START to get them again.")))
}

/// An answer that the words of no language explain: a refusal where a business says so in its settings, else kept for a person.
/// It is read by whom it answers: the business that texted the number last, or those that know the number where none has.
async fn take_other(tx: &mut db::Tx, phone: &str, body: &str, now: i64) -> db::Result<Option<String>> {
    let known = inbound_texts::list_contacts(tx, phone).await?.into_iter().map(|(business, ..)| business);
    let mut concerned: Vec<_> = inbound_texts::list_senders(tx, phone).await?.into_iter().chain(known).collect();
    concerned.sort();
    concerned.dedup();
    let mut refused = Vec::new();
    for business in &concerned {
        let own_words = businesses::find_opt_out_words(&mut **tx, business).await?;
        if opt_out_words::is_own_word(body, &own_words) {
            refused.push(business.clone());
        }
    }
    let readers = match inbound_texts::last_sender(tx, phone).await? {
        Some((business, _)) => vec![business],
        None => concerned,
    };
    let body = legible(body);
    for business in readers.iter().filter(|business| !refused.contains(business) && !body.is_empty()) {
        replies::insert(tx, business, &db::new_id(now), phone, &body, now).await?;
    }
    if refused.is_empty() { Ok(None) } else { opt_out(tx, phone, Said::OwnWord, Some(&refused), now).await }
}

/// What somebody wrote, without what no person sees.
fn legible(body: &str) -> String {
    const MOST_CHARS: usize = 1_600;
    let joins = |c: char| matches!(c, '\n' | '\u{200c}' | '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    let kept: String = body.chars().filter(|c| joins(*c) || !is_hidden(*c)).take(MOST_CHARS).collect();
    kept.trim().to_owned()
}

/// Lets texts in again from every business that an answer had stopped.
async fn opt_in(tx: &mut db::Tx, phone: &str, now: i64) -> db::Result<()> {
    for (business, contact, _) in inbound_texts::list_contacts(tx, phone).await? {
        consent::opt_in_by_text(tx, &business, &contact, now).await?;
    }
    consent::forget_phone(tx, phone, now).await
}

fn help(sender: Option<(BusinessId, String)>) -> String {
    let who = sender.map_or_else(|| "A business".to_owned(), |(_, name)| name);
    format!("{who} sent you a payment link. Ask them directly if you have questions. Reply STOP to get no more texts.")
}
