//! Who works in a business: its users, its invitations, and the page on which an invitation is accepted.

mod invite_page;
mod section;

pub use invite_page::InvitePage;
pub use section::ConfirmTeamPage;
pub(super) use section::TeamSection;

use super::Role;
#[cfg(feature = "ssr")]
use crate::backend::{backend, redirect, respond, send_cookie, signed_in};
use crate::{
    error::Error,
    id::{InviteId, UserId},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What the section "Team" shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamList {
    /// Everyone who can log in, oldest first.
    pub users: Vec<TeamUser>,
    /// Invitations that were neither accepted nor withdrawn, oldest first.
    pub invites: Vec<Invite>,
    /// Who is asking.
    pub you: UserId,
    /// What they may do.
    pub role: Role,
    /// The server's time in milliseconds.
    pub now: i64,
}

/// A user as their colleagues see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TeamUser {
    /// The user.
    pub id: UserId,
    /// Their address.
    pub email: String,
    /// What they may do.
    pub role: Role,
    /// When they joined, in milliseconds.
    pub created_at: i64,
}

/// A pending invitation; its code is known to nobody but its receiver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invite {
    /// The invitation.
    pub id: InviteId,
    /// Who is invited.
    pub email: String,
    /// Until when its link works, in milliseconds.
    pub expires_at: i64,
}

/// The link of an invitation, told once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InviteLink {
    /// Who is invited.
    pub email: String,
    /// The whole address.
    pub url: String,
    /// Why the email with it did not leave, if it did not.
    pub not_sent: Option<String>,
}

/// The link is a secret.
impl fmt::Debug for InviteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InviteLink").finish_non_exhaustive()
    }
}

/// What whoever holds a valid code is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenInvite {
    /// The business's name.
    pub business: String,
    /// The address that was invited: the new user's name at log-in.
    pub email: String,
}

/// The form of `/invite/{code}`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Join {
    /// The code from the address.
    pub code: String,
    /// The new user's password, exactly as typed.
    pub password: String,
}

/// Neither a password nor a code is ever written anywhere.
impl fmt::Debug for Join {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Join").finish_non_exhaustive()
    }
}

/// The users and invitations of the business.
#[server(prefix = "/api/fn", endpoint = "list_team")]
pub async fn list_team() -> Result<TeamList, Error> {
    respond(backend()?.list_team(&signed_in()?).await)
}

/// Invites an address as a member.
#[server(prefix = "/api/fn", endpoint = "invite_member")]
pub async fn invite_member(
    /// As typed.
    email: String,
) -> Result<InviteLink, Error> {
    respond(backend()?.invite_member(&signed_in()?, email).await)
}

/// Sends an invitation with a new link.
#[server(prefix = "/api/fn", endpoint = "send_invite_again")]
pub async fn send_invite_again(
    /// The invitation.
    id: InviteId,
) -> Result<InviteLink, Error> {
    respond(backend()?.send_invite_again(&signed_in()?, id).await)
}

/// Takes an invitation back.
#[server(prefix = "/api/fn", endpoint = "withdraw_invite")]
pub async fn withdraw_invite(
    /// The invitation.
    id: InviteId,
) -> Result<(), Error> {
    respond(backend()?.withdraw_invite(&signed_in()?, id).await)
}

/// Shuts a user out.
#[server(prefix = "/api/fn", endpoint = "remove_member")]
pub async fn remove_member(
    /// The user.
    id: UserId,
) -> Result<(), Error> {
    respond(backend()?.remove_member(&signed_in()?, id).await)
}

/// Makes a user an owner or a member.
#[server(prefix = "/api/fn", endpoint = "change_role")]
pub async fn change_role(
    /// The user.
    id: UserId,
    /// What they may do from now on.
    role: Role,
) -> Result<(), Error> {
    respond(backend()?.change_role(&signed_in()?, id, role).await)
}

/// What the page of an invitation shows.
#[server(prefix = "/api/fn", endpoint = "find_invite")]
pub async fn find_invite(
    /// The code from the address.
    code: String,
) -> Result<OpenInvite, Error> {
    respond(backend()?.find_invite(&code).await)
}

/// Makes the invited user and logs them in.
#[server(prefix = "/api/fn", endpoint = "accept_invite")]
pub async fn accept_invite(
    /// The form.
    form: Join,
) -> Result<(), Error> {
    send_cookie(respond(backend()?.accept_invite(form).await)?)?;
    redirect("/payments/links");
    Ok(())
}
