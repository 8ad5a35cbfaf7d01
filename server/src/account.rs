//! Businesses, users and sessions.

use app::account::{
    Access, Business, BusinessForm, LogIn, MAX_HOLD_MINUTES, MIN_PASSWORD, PasswordForm, RECALL_TEXT, Role,
    SendingForm, SessionCookie, SetUp, Settings,
};
use app::address::Email;
use app::backend::{Accounts, Caller};
use app::channel::Channel;
use app::countries;
use app::error::{Error, FieldErrors, Result};
use app::id::{BusinessId, DeliveryId, UserId};
use app::markup::escaped;
use app::money::Currency;
use async_trait::async_trait;
use serde_json::json;

use crate::campaigns::approval;
use crate::db::businesses::{self, BusinessFields, Sending};
use crate::db::care;
use crate::db::users::{self, StoredUser};
use crate::db::{halts, new_id, sessions, single_messages};
use crate::facts::{Changed, Fact, Subject, TeamWord};
use crate::log_ins::{Account, Attempt, Device};
use crate::opt_out_words;
use crate::own_test;
use crate::providers::{EmailMessage, Message, SmsMessage};
use crate::service::Service;
use crate::session::{ABSOLUTE_MS, IDLE_MS, SessionId, Who};
use crate::{team, zones};

/// Longer passwords are an attack on the hashing.
const MAX_PASSWORD: usize = 256;
/// The longest address that mail can be sent to (RFC 5321, section 4.5.3.1.3, less its brackets).
const MAX_EMAIL: usize = 254;
/// The longest name of a business.
const NAME_CHARS: usize = 100;
/// The longest words on a recalled link.
const RECALL_CHARS: usize = 500;

/// So many tests and invitations are shown.
const SHOWN: i64 = 20;

#[async_trait]
impl Accounts for Service {
    async fn needs_setup(&self) -> Result<bool> {
        let mut connection = self.db.read().await?;
        Ok(users::count(&mut *connection).await? == 0)
    }

    async fn set_up(&self, form: SetUp) -> Result<SessionCookie> {
        if !self.needs_setup().await? {
            return Err(already_set_up());
        }
        let mut errors = FieldErrors::default();
        let business =
            checked_business("business_name", &form.business_name, &form.country, &form.currency, &mut errors);
        let email = checked_email(&form.email, &mut errors);
        check_password(&form.password, &mut errors);
        errors.check()?;
        let password_hash = self.passwords.hash(form.password).await?;
        let now = self.clock.now();
        let id = session_id()?;
        let mut tx = self.db.begin().await?;
        // Two first owners at the same moment: the key of `setups` lets one through.
        if !businesses::claim_setup(&mut *tx, now).await? || users::count(&mut *tx).await? > 0 {
            return Err(already_set_up());
        }
        let owner = StoredUser {
            id: new_id(now),
            business: new_id(now),
            email,
            password_hash,
            role: Role::Owner,
            disabled_at: None,
        };
        businesses::insert(&mut *tx, &owner.business, business.fields(), now).await?;
        users::insert(&mut *tx, &owner, now).await?;
        sessions::insert(&mut *tx, &id.digest(), &owner.id, now).await?;
        tx.note(&owner.business, &team::changed(TeamWord::SetUp, &owner.id, &owner), now)?;
        tx.commit().await?;
        Ok(self.let_in(&id, Account::of(&owner.email), None))
    }

    async fn log_in(&self, form: LogIn, from: Caller) -> Result<SessionCookie> {
        let email = form.email.trim().to_lowercase();
        let account = Account::of(&email);
        let device = from.device.and_then(|kept| self.log_ins.recognise(account, &kept));
        let attempt = Attempt { account, address: from.address, device };
        // Counted before it is known whether there is such a user: the answer is the same.
        let counted = self.log_ins.take(&attempt, self.clock.now()).await;
        counted.map_err(|wait| Error::TooMany { retry_after_s: wait.0 })?;
        let user = if email.len() > MAX_EMAIL { None } else { self.find_user(&email).await? };
        let stored = user.as_ref().map(|user| user.password_hash.clone());
        // What is too long was never a password here, and is not worth hashing whole.
        let password = if form.password.len() > MAX_PASSWORD { String::new() } else { form.password };
        let who = if device.is_some() { Who::Known } else { Who::Stranger };
        let matches = self.passwords.verify(stored, password, who).await?;
        let Some(user) = user.filter(|user| matches && user.disabled_at.is_none()) else {
            tracing::info!("a log-in was refused");
            return Err(Error::WrongCredentials);
        };
        self.log_ins.was_right(&attempt);
        let now = self.clock.now();
        let id = session_id()?;
        let mut tx = self.db.begin().await?;
        sessions::delete_expired(&mut *tx, now - ABSOLUTE_MS, now - IDLE_MS).await?;
        sessions::insert(&mut *tx, &id.digest(), &user.id, now).await?;
        tx.commit().await?;
        tracing::info!(user = %user.id, "logged in");
        Ok(self.let_in(&id, account, device))
    }

    async fn log_out(&self, access: &Access) -> Result<SessionCookie> {
        if let Some(digest) = access.session() {
            let mut tx = self.db.begin().await?;
            sessions::delete(&mut *tx, digest).await?;
            tx.commit().await?;
            self.db.bells().sessions_ended();
        }
        Ok(SessionCookie(vec![self.cookie_style().clear()]))
    }

    async fn business(&self, access: &Access) -> Result<Business> {
        let mut connection = self.db.read().await?;
        let stored = businesses::find(&mut *connection, access.business()).await?.ok_or(Error::NotFound)?;
        let outbox_channels =
            [(Channel::Email, self.config.smtp.is_some()), (Channel::Sms, self.config.twilio.is_some())];
        let outbox_channels =
            outbox_channels.into_iter().filter(|(_, sends)| !sends).map(|(channel, _)| channel).collect();
        let time_zone = zones::name(&zones::of_business(&stored.sending.time_zone, &stored.country)).to_owned();
        Ok(Business {
            id: stored.id,
            name: stored.name,
            country: stored.country,
            currency: stored.currency,
            outbox_channels,
            sending_stopped: halts::find(&mut *connection, access.business()).await?.is_some(),
            hold_minutes: u32::try_from(stored.sending.hold_minutes).unwrap_or_default(),
            time_zone,
            has_damaged_store: access.owner().is_ok() && self.db.is_damaged(),
        })
    }

    async fn settings(&self, access: &Access) -> Result<Settings> {
        let business = self.business(access).await?;
        let mut connection = self.db.read().await?;
        let user = users::find(&mut *connection, access.business(), access.user()).await?.ok_or(Error::NotFound)?;
        let care = care::find(&mut *connection, access.business()).await?.ok_or(Error::NotFound)?.care;
        let stored = businesses::find(&mut *connection, access.business()).await?.ok_or(Error::NotFound)?;
        let recall_text = Some(stored.sending.recall_text).filter(|text| !text.is_empty());
        Ok(Settings {
            sending: SendingForm {
                hold_minutes: business.hold_minutes.to_string(),
                time_zone: business.time_zone.clone(),
                recall_text: recall_text.unwrap_or_else(|| RECALL_TEXT.to_owned()),
            },
            time_zones: zones::names(),
            single_messages: single_messages::list(&mut connection, access.business(), access.owner().is_ok(), SHOWN)
                .await?
                .into_iter()
                .map(crate::single_messages::entry)
                .collect(),
            now: self.clock.now(),
            opt_out_words: businesses::find_opt_out_words(&mut *connection, access.business()).await?,
            approval: approval::rule(&mut connection, access.business()).await?,
            business,
            care,
            user_email: user.email,
            role: access.role(),
            mail_from: self.config.mail_from.to_string(),
            smtp_server: self.config.smtp.as_ref().map(|smtp| format!("{}:{}", smtp.host, smtp.port)),
            sms_from: self.config.twilio.as_ref().map(|twilio| twilio.from.clone()),
            gateway: "The built-in test gateway: no money moves.".to_owned(),
        })
    }

    async fn save_business(&self, access: &Access, form: BusinessForm) -> Result<()> {
        access.owner()?;
        let mut errors = FieldErrors::default();
        let business = checked_business("name", &form.name, &form.country, &form.currency, &mut errors);
        errors.check()?;
        let mut tx = self.db.begin().await?;
        businesses::update(&mut *tx, access.business(), business.fields()).await?;
        let BusinessFields { name, country, currency } = business.fields();
        let left = json!({"name": name, "country": country, "currency": currency.code()});
        let changed = Changed { user: Some(access.user()), what: Subject::Business, id: None, left };
        tx.note(access.business(), &Fact::Change(changed), self.clock.now())?;
        tx.commit().await?;
        Ok(())
    }

    async fn save_password(&self, access: &Access, form: PasswordForm) -> Result<()> {
        let mut errors = FieldErrors::default();
        check_password(&form.password, &mut errors);
        errors.check()?;
        let mut connection = self.db.read().await?;
        let user = users::find(&mut *connection, access.business(), access.user()).await?.ok_or(Error::NotFound)?;
        drop(connection);
        // A session that was left open is no way to guess the password.
        if let Err(wait) = self.log_ins.take_own(&user.id, self.clock.now()) {
            return Err(Error::TooMany { retry_after_s: wait.0 });
        }
        let current = if form.current.len() > MAX_PASSWORD { String::new() } else { form.current };
        if !self.passwords.verify(Some(user.password_hash), current, Who::Known).await? {
            return Err(Error::invalid("current", "This is not your password until now."));
        }
        self.log_ins.own_was_right(&user.id);
        let password_hash = self.passwords.hash(form.password).await?;
        let mut tx = self.db.begin().await?;
        users::update_password_hash(&mut *tx, access.business(), access.user(), &password_hash).await?;
        sessions::delete_of_user(&mut *tx, access.business(), access.user(), access.session()).await?;
        let changed = Changed { user: Some(access.user()), what: Subject::Password, id: None, left: json!("changed") };
        tx.note(access.business(), &Fact::Change(changed), self.clock.now())?;
        tx.commit().await?;
        self.db.bells().sessions_ended();
        tracing::info!(user = %access.user(), "changed the password");
        Ok(())
    }

    async fn save_sending(&self, access: &Access, form: SendingForm) -> Result<()> {
        access.owner()?;
        let mut errors = FieldErrors::default();
        let hold_minutes = form.hold_minutes.trim().parse::<u32>().ok().filter(|minutes| *minutes <= MAX_HOLD_MINUTES);
        if hold_minutes.is_none() {
            errors.push("hold_minutes", format!("Write a number of minutes from 0 to {MAX_HOLD_MINUTES}."));
        }
        let time_zone = zones::known(&form.time_zone);
        if time_zone.is_none() {
            errors.push("time_zone", "Choose a time zone from the list.");
        }
        let recall_text = form.recall_text.trim();
        if recall_text.chars().count() > RECALL_CHARS {
            errors.push("recall_text", format!("Use at most {RECALL_CHARS} characters."));
        }
        errors.check()?;
        let sending = Sending {
            hold_minutes: hold_minutes.unwrap_or_default().into(),
            time_zone: time_zone.unwrap_or_default(),
            // The built-in words may get better: they are not kept.
            recall_text: if recall_text == RECALL_TEXT { String::new() } else { recall_text.to_owned() },
        };
        let mut tx = self.db.begin().await?;
        businesses::update_sending(&mut *tx, access.business(), &sending).await?;
        let changed = Changed { user: Some(access.user()), what: Subject::Sending, id: None, left: json!(sending) };
        tx.note(access.business(), &Fact::Change(changed), self.clock.now())?;
        tx.commit().await?;
        Ok(())
    }

    async fn save_opt_out_words(&self, access: &Access, words: String) -> Result<()> {
        access.owner()?;
        let words = opt_out_words::checked_own(&words).map_err(|told| Error::invalid("words", told))?;
        let mut tx = self.db.begin().await?;
        businesses::update_opt_out_words(&mut *tx, access.business(), &words).await?;
        let left = json!(words.lines().collect::<Vec<_>>());
        let changed = Changed { user: Some(access.user()), what: Subject::OptOutWords, id: None, left };
        tx.note(access.business(), &Fact::Change(changed), self.clock.now())?;
        tx.commit().await?;
        Ok(())
    }

    async fn send_test_email(&self, access: &Access) -> Result<()> {
        let to = own_test::own_email(self, access).await?;
        let business = self.business(access).await?;
        let text = format!("This is a test from {}. Emails with payment links leave the same way.", business.name);
        let message = Message::Email(EmailMessage {
            id: new_id::<DeliveryId>(self.clock.now()).to_string(),
            to_name: String::new(),
            to,
            subject: format!("A test from {}", business.name),
            html: format!("<p>{}</p>", escaped(&text)),
            text,
            unsubscribe_url: None,
            dated_at: self.clock.now(),
        });
        own_test::send(self, access, message).await?;
        Ok(())
    }

    async fn send_test_sms(&self, access: &Access, phone: String) -> Result<()> {
        let to = own_test::own_phone(self, access, &phone).await?;
        let business = self.business(access).await?;
        let message = Message::Sms(SmsMessage {
            id: new_id::<DeliveryId>(self.clock.now()).to_string(),
            to: to.to_string(),
            body: format!("This is a test from {}. Texts with payment links leave the same way.", business.name),
            link_code: String::new(),
            dated_at: self.clock.now(),
        });
        own_test::send(self, access, message).await?;
        Ok(())
    }
}

/// A user that the operator makes on the command line.
pub struct NewUser {
    /// Their address.
    pub email: String,
    /// Their password, exactly as typed.
    pub password: String,
    /// The business they join; the only one when not named, and a new one when there is none.
    pub business: Option<BusinessId>,
    /// What they may do.
    pub role: Role,
}

impl Service {
    /// The cookies of a session that begins; its device is known from then on.
    pub(crate) fn let_in(&self, session: &SessionId, account: Account, device: Option<Device>) -> SessionCookie {
        let style = self.cookie_style();
        let kept = self.log_ins.remember(account, device.unwrap_or_else(Device::random));
        SessionCookie([style.set(session)].into_iter().chain(kept.map(|kept| style.set_device(&kept))).collect())
    }

    async fn find_user(&self, email: &str) -> Result<Option<StoredUser>> {
        let mut connection = self.db.read().await?;
        Ok(users::find_by_email(&mut *connection, email).await?)
    }

    /// Makes a user from the command line.
    pub async fn create_user(&self, new: NewUser) -> Result<UserId> {
        let mut errors = FieldErrors::default();
        let email = checked_email(&new.email, &mut errors);
        check_password(&new.password, &mut errors);
        errors.check()?;
        let password_hash = self.passwords.hash(new.password).await?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        if users::find_by_email(&mut *tx, &email).await?.is_some() {
            return Err(Error::Conflict("A user with this email exists already.".to_owned()));
        }
        let known = businesses::list(&mut *tx).await?;
        let (business, role) = match (new.business, known.as_slice()) {
            (Some(id), known) if known.iter().any(|business| business.id == id) => (id, new.role),
            (Some(_), _) => return Err(Error::NotFound),
            (None, [only]) => (only.id.clone(), new.role),
            (None, []) => {
                let id = new_id(now);
                let fields = BusinessFields { name: "My business", country: "US", currency: Currency::USD };
                businesses::insert(&mut *tx, &id, fields, now).await?;
                (id, Role::Owner)
            }
            (None, _) => {
                return Err(Error::Conflict("There are several businesses: name one with --business.".to_owned()));
            }
        };
        let user = StoredUser { id: new_id(now), business, email, password_hash, role, disabled_at: None };
        users::insert(&mut *tx, &user, now).await?;
        tx.note(&user.business, &team::changed(TeamWord::Created, &user.id, &user), now)?;
        tx.commit().await?;
        Ok(user.id)
    }
}

fn already_set_up() -> Error {
    Error::Conflict("This is set up already. Log in instead.".to_owned())
}

pub(crate) fn session_id() -> Result<SessionId> {
    SessionId::random().map_err(|cause| {
        tracing::error!(%cause, "the system gives no random bytes");
        Error::Internal
    })
}

struct CheckedBusiness {
    name: String,
    country: String,
    currency: Currency,
}

impl CheckedBusiness {
    fn fields(&self) -> BusinessFields<'_> {
        BusinessFields { name: &self.name, country: &self.country, currency: self.currency }
    }
}

fn checked_business(
    field: &str,
    name: &str,
    country: &str,
    currency: &str,
    errors: &mut FieldErrors,
) -> CheckedBusiness {
    let name = crate::names::clean(name);
    if name.is_empty() {
        errors.push(field, "Write the name of your business.");
    } else if name.chars().count() > NAME_CHARS {
        errors.push(field, "Use a name of at most 100 characters.");
    }
    let country = country.trim().to_uppercase();
    if !countries::is_known(&country) {
        errors.push("country", "Choose a country from the list.");
    }
    // A form that leaves the currency open means the country's own.
    let currency = match currency.trim() {
        "" => countries::currency_of(&country),
        chosen => chosen.to_uppercase().parse().ok(),
    };
    let currency = currency.unwrap_or_else(|| {
        errors.push("currency", "Choose a currency from the list.");
        Currency::USD
    });
    CheckedBusiness { name, country, currency }
}

/// The address in lower case, by which its owner is found again.
pub(crate) fn checked_email(typed: &str, errors: &mut FieldErrors) -> String {
    match Email::parse(typed.trim()) {
        Ok(email) => email.as_str().to_lowercase(),
        Err(_) => {
            errors.push("email", "Write an email address such as ana@example.com.");
            String::new()
        }
    }
}

pub(crate) fn check_password(password: &str, errors: &mut FieldErrors) {
    if password.len() < MIN_PASSWORD as usize {
        errors.push("password", format!("Use at least {MIN_PASSWORD} characters."));
    } else if password.len() > MAX_PASSWORD {
        errors.push("password", format!("Use at most {MAX_PASSWORD} characters."));
    } else if is_common(password) {
        errors.push("password", "This password is one of the first to be guessed. Use another.");
    }
}

/// Passwords of this length that head the lists of stolen ones: repetitions, rows of keys, and a few words.
fn is_common(password: &str) -> bool {
    let folded = password.to_lowercase();
    let distinct: std::collections::BTreeSet<char> = folded.chars().collect();
    let rows =
        ["12345678901234567890", "qwertyuiopasdfghjklzxcvbnm", "1q2w3e4r5t6y7u8i9o0p", "abcdefghijklmnopqrstuvwxyz"];
    let words =
        ["password", "passw0rd", "letmein", "iloveyou", "welcome", "administrator", "qwerty", "123456", "handbill"];
    let rest = words.iter().fold(folded.clone(), |rest, word| rest.replace(word, ""));
    distinct.len() < 4
        || rows.iter().any(|row| row.contains(&folded))
        || rest.chars().all(|c| c.is_ascii_digit() || c == '!')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_that_everyone_tries_first_are_refused() {
        for password in
            ["aaaaaaaaaaaa", "123456789012", "qwertyuiopas", "Password1234", "passwordpassword", "iloveyou1234!"]
        {
            assert!(is_common(password), "{password}");
        }
        for password in ["correct horse battery", "9f2-kk1-zzp-qq", "mypasswordisgreen"] {
            assert!(!is_common(password), "{password}");
        }
    }
}
