//! The team, as pages ask the server for it.

use super::{InviteLink, Join, OpenInvite, TeamList};
use crate::{
    account::Role,
    error::Error,
    id::{InviteId, UserId},
};
#[cfg(feature = "ssr")]
use crate::{
    backend::{backend, redirect, respond, send_cookie, signed_in},
    paths,
};
use leptos::prelude::*;

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
    redirect(paths::HOME);
    Ok(())
}
