//! Who works in a business: its users and its invitations.

pub mod calls;
pub(crate) mod invite_page;
pub(crate) mod section;

use crate::{
    account::Role,
    id::{InviteId, UserId},
};
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

/// What the holder of a valid code is shown.
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
