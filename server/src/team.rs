//! Who works in a business: users, and invitations to become one.

use app::{
    account::{Access, Role, SessionCookie},
    backend::Team,
    channel::Channel,
    error::{Error, FieldErrors, Result},
    id::{BusinessId, DeliveryId, InviteId, SingleMessageId, UserId},
    markup::escaped,
    paths,
    single_messages::SinglePurpose,
    team::{Invite, InviteLink, Join, OpenInvite, TeamList},
};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::account::{check_password, checked_email, session_id};
use crate::clock::DAY_MS;
use crate::db::invites::{self, StoredInvite};
use crate::db::users::{self, StoredUser};
use crate::db::{Tx, businesses, new_id, outbox::Purpose, sessions};
use crate::facts::{Fact, TeamChange, TeamWord};
use crate::log_ins::Account;
use crate::outbox::Went;
use crate::providers::{EmailMessage, Message};
use crate::service::Service;
use crate::single_messages;
use crate::tokens;

/// How long an invitation's link works.
const INVITE_MS: i64 = 7 * DAY_MS;
/// Base62 characters of its code: 190 bits.
const CODE_CHARS: usize = 32;

#[async_trait]
impl Team for Service {
    async fn list_team(&self, access: &Access) -> Result<TeamList> {
        let mut connection = self.db.read().await?;
        let users = users::list_team(&mut *connection, access.business()).await?;
        let invites = invites::list(&mut *connection, access.business()).await?;
        let invites = invites
            .into_iter()
            .map(|invite| Invite { id: invite.id, email: invite.email, expires_at: invite.expires_at })
            .collect();
        Ok(TeamList { users, invites, you: access.user().clone(), role: access.role(), now: self.clock.now() })
    }

    async fn invite_member(&self, access: &Access, email: String) -> Result<InviteLink> {
        access.owner()?;
        let mut errors = FieldErrors::default();
        let email = checked_email(&email, &mut errors);
        errors.check()?;
        let now = self.clock.now();
        let code = tokens::random_code(CODE_CHARS);
        let invite = StoredInvite {
            id: new_id(now),
            business: access.business().clone(),
            email,
            role: Role::Member,
            expires_at: now + INVITE_MS,
        };
        let mut tx = self.db.begin().await?;
        // Only about the own business: whether another one knows the address is nobody's business here.
        if users::list_team(&mut *tx, access.business()).await?.iter().any(|user| user.email == invite.email) {
            return Err(Error::invalid("email", "This person is in the team already."));
        }
        if !invites::insert(&mut *tx, &invite, &digest(&code), access.user(), now).await? {
            let message = "This address has an invitation already. Send that one again, or withdraw it first.";
            return Err(Error::invalid("email", message));
        }
        tx.note(access.business(), &invited(TeamWord::Invited, access.user(), &invite), now)?;
        let message = register(&mut tx, access, &invite, now).await?;
        tx.commit().await?;
        tracing::info!(invite = %invite.id, by = %access.user(), "invited a member");
        self.send_invite(access, &invite, &code, &message).await
    }

    async fn send_invite_again(&self, access: &Access, id: InviteId) -> Result<InviteLink> {
        access.owner()?;
        let now = self.clock.now();
        let code = tokens::random_code(CODE_CHARS);
        let mut tx = self.db.begin().await?;
        if !invites::update_code(&mut *tx, access.business(), &id, &digest(&code), now + INVITE_MS).await? {
            return Err(Error::NotFound);
        }
        let invite = invites::find(&mut *tx, access.business(), &id).await?.ok_or(Error::NotFound)?;
        tx.note(access.business(), &invited(TeamWord::InvitedAgain, access.user(), &invite), now)?;
        let message = register(&mut tx, access, &invite, now).await?;
        tx.commit().await?;
        self.send_invite(access, &invite, &code, &message).await
    }

    async fn withdraw_invite(&self, access: &Access, id: InviteId) -> Result<()> {
        access.owner()?;
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let invite = invites::find(&mut *tx, access.business(), &id).await?.ok_or(Error::NotFound)?;
        if !invites::update_revoked(&mut *tx, access.business(), &id, now).await? {
            return Err(Error::NotFound);
        }
        tx.note(access.business(), &invited(TeamWord::Withdrawn, access.user(), &invite), now)?;
        tx.commit().await?;
        tracing::info!(invite = %id, by = %access.user(), "withdrew an invitation");
        Ok(())
    }

    async fn remove_member(&self, access: &Access, id: UserId) -> Result<()> {
        access.owner()?;
        let mut tx = self.db.begin().await?;
        let user = colleague(&mut tx, access, &id, "You cannot remove yourself. Another owner can.").await?;
        let now = self.clock.now();
        users::update_disabled(&mut *tx, access.business(), &user.id, now).await?;
        sessions::delete_of_user(&mut *tx, access.business(), &user.id, None).await?;
        tx.note(access.business(), &changed(TeamWord::Removed, access.user(), &user), now)?;
        tx.commit().await?;
        self.db.bells().sessions_ended();
        tracing::info!(user = %id, by = %access.user(), "removed a user");
        Ok(())
    }

    async fn change_role(&self, access: &Access, id: UserId, role: Role) -> Result<()> {
        access.owner()?;
        let mut tx = self.db.begin().await?;
        let user = colleague(&mut tx, access, &id, "You cannot change your own role. Another owner can.").await?;
        users::update_role(&mut *tx, access.business(), &user.id, role).await?;
        let change = match role {
            Role::Owner => TeamWord::MadeOwner,
            Role::Member => TeamWord::MadeMember,
        };
        tx.note(access.business(), &changed(change, access.user(), &user), self.clock.now())?;
        tx.commit().await?;
        tracing::info!(user = %id, by = %access.user(), role = role.as_str(), "changed what a user may do");
        Ok(())
    }

    async fn find_invite(&self, code: &str) -> Result<OpenInvite> {
        let invite = self.open_invite(code).await?;
        let business = self.business_name(&invite.business).await?;
        Ok(OpenInvite { business, email: invite.email })
    }

    async fn accept_invite(&self, form: Join) -> Result<SessionCookie> {
        let invite = self.open_invite(&form.code).await?;
        let mut errors = FieldErrors::default();
        check_password(&form.password, &mut errors);
        errors.check()?;
        let password_hash = self.passwords.hash(form.password).await?;
        let now = self.clock.now();
        let session = session_id()?;
        let mut user = StoredUser {
            id: new_id(now),
            business: invite.business,
            email: invite.email,
            password_hash,
            role: invite.role,
            disabled_at: None,
        };
        let mut tx = self.db.begin().await?;
        if !invites::accept(&mut *tx, &user.business, &digest(tokens::code_in(&form.code)), now).await? {
            return Err(Error::NotFound);
        }
        if !users::insert_if_free(&mut *tx, &user, now).await? {
            // Who was removed here and is invited again is the same user, with their past.
            if !users::update_enabled(&mut *tx, &user).await? {
                let message = "This email already has an account. Ask for an invitation to another address.";
                return Err(Error::Conflict(message.to_owned()));
            }
            user = users::find_by_email(&mut *tx, &user.email).await?.ok_or(Error::NotFound)?;
        }
        sessions::insert(&mut *tx, &session.digest(), &user.id, now).await?;
        let (change, email, id) = (TeamWord::Joined, user.email.as_str(), Some(&user.id));
        let joined = TeamChange { change, by: &user.id, email, user: id, invite: Some(&invite.id) };
        tx.note(&user.business, &Fact::Team(joined), now)?;
        tx.commit().await?;
        tracing::info!(user = %user.id, invite = %invite.id, "accepted an invitation");
        Ok(self.let_in(&session, Account::of(&user.email), None))
    }
}

impl Service {
    /// The invitation that a code opens now; every other code is not found.
    async fn open_invite(&self, code: &str) -> Result<StoredInvite> {
        let mut connection = self.db.read().await?;
        invites::find_by_code(&mut *connection, &digest(tokens::code_in(code)), self.clock.now())
            .await?
            .ok_or(Error::NotFound)
    }

    async fn business_name(&self, id: &BusinessId) -> Result<String> {
        let mut connection = self.db.read().await?;
        Ok(businesses::find(&mut *connection, id).await?.ok_or(Error::NotFound)?.name)
    }

    /// Sends the link, and tells it this once. A mail server that does not take it is no failure: the link can be handed over.
    async fn send_invite(
        &self,
        access: &Access,
        invite: &StoredInvite,
        code: &str,
        single: &SingleMessageId,
    ) -> Result<InviteLink> {
        let business = self.business_name(access.business()).await?;
        let url = format!("{}{}", self.config.http.public_url.as_str(), paths::invitation(code));
        let asks = format!("You are invited to work with {business} on Handbill.");
        let explains = "The link works once, within 7 days. If you do not know who sent it, do nothing.";
        let now = self.clock.now();
        let message = Message::Email(EmailMessage {
            id: new_id::<DeliveryId>(now).to_string(),
            to_name: String::new(),
            to: invite.email.clone(),
            subject: format!("Join {business} on Handbill"),
            text: format!("{asks}\n\nOpen this link to choose a password:\n{url}\n\n{explains}\n"),
            html: format!(
                "<p>{}</p><p><a href=\"{url}\">Open this link to choose a password</a></p><p>{explains}</p>",
                escaped(&asks)
            ),
            unsubscribe_url: None,
            dated_at: now,
        });
        let not_sent = match self.try_at_once(access.business(), single, Purpose::Invite(&invite.id), message).await? {
            Err(why) => Some(why),
            // It is in the Outbox, which nobody outside can open.
            Ok(Went::IntoOutbox) => Some("No email server is set.".to_owned()),
            Ok(Went::Out) => None,
        };
        Ok(InviteLink { email: invite.email.clone(), url, not_sent })
    }
}

/// Another user of the business, while nobody else changes its users. That the asker is an owner is read again: of two
/// owners who remove each other one stays.
async fn colleague(tx: &mut Tx, access: &Access, id: &UserId, about_yourself: &str) -> Result<StoredUser> {
    businesses::touch(&mut **tx, access.business()).await?;
    let asker = users::find(&mut **tx, access.business(), access.user()).await?.ok_or(Error::NotAllowed)?;
    if asker.disabled_at.is_some() || asker.role != Role::Owner {
        return Err(Error::NotAllowed);
    }
    if id == access.user() {
        return Err(Error::Conflict(about_yourself.to_owned()));
    }
    let user = users::find(&mut **tx, access.business(), id).await?;
    user.filter(|user| user.disabled_at.is_none()).ok_or(Error::NotFound)
}

/// Counts an invitation that is about to leave: only so many do in a day.
async fn register(tx: &mut Tx, access: &Access, invite: &StoredInvite, now: i64) -> Result<SingleMessageId> {
    let to = (Channel::Email, invite.email.as_str());
    single_messages::register(tx, access, SinglePurpose::Invite, to, now).await
}

/// An act on an invitation, for the record.
fn invited<'a>(change: TeamWord, by: &'a UserId, invite: &'a StoredInvite) -> Fact<'a> {
    Fact::Team(TeamChange { change, by, email: &invite.email, user: None, invite: Some(&invite.id) })
}

/// An act on a user, for the record.
pub fn changed<'a>(change: TeamWord, by: &'a UserId, user: &'a StoredUser) -> Fact<'a> {
    Fact::Team(TeamChange { change, by, email: &user.email, user: Some(&user.id), invite: None })
}

/// What is stored of a code: useless to a reader of the database.
fn digest(code: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(code))
}
