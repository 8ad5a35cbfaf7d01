//! Businesses, users, and who is asking: set-up, log-in, settings.

#[cfg(feature = "ssr")]
use crate::backend::{backend, respond, signed_in};
use crate::{
    channel::Channel,
    error::Error,
    id::{BusinessId, UserId},
    money::Currency,
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// What a user may do inside the business.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// May do everything.
    Owner,
    /// May not change settings or keys.
    Member,
}

impl Role {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Member => "member",
        }
    }
}

/// Who is asking: made only from a checked session (a lint keeps `checked` inside the server's session module), so a
/// query that takes its business from here cannot reach another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    business: BusinessId,
    user: UserId,
    role: Role,
}

impl Access {
    /// States that a session, key or command line was checked and belongs to this user of this business.
    pub const fn checked(business: BusinessId, user: UserId, role: Role) -> Self {
        Self { business, user, role }
    }

    /// The business that everything is scoped to.
    pub const fn business(&self) -> &BusinessId {
        &self.business
    }

    /// The user.
    pub const fn user(&self) -> &UserId {
        &self.user
    }

    /// What the user may do.
    pub const fn role(&self) -> Role {
        self.role
    }
}

/// What the signed-in part shows on every page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Business {
    /// The business.
    pub id: BusinessId,
    /// Its name, as customers see it.
    pub name: String,
    /// ISO 3166 two-letter country; national phone numbers are read with it.
    pub country: String,
    /// What new payment links ask in.
    pub currency: Currency,
    /// The channels that have no provider: their messages go to the Outbox.
    pub outbox_channels: Vec<Channel>,
}

/// A `Set-Cookie` header that starts or ends a session.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionCookie(pub String);

/// The form of `/setup`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct SetUp {
    /// The business's name.
    pub business_name: String,
    /// ISO 3166 two-letter country.
    pub country: String,
    /// ISO 4217 currency.
    pub currency: String,
    /// The owner's email.
    pub email: String,
    /// The owner's password, exactly as typed.
    pub password: String,
}

/// The form of `/login`.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct LogIn {
    /// Email as typed.
    pub email: String,
    /// Password exactly as typed.
    pub password: String,
}

/// The business of who is asking.
#[server(prefix = "/api/fn", endpoint = "current_business")]
pub async fn current_business() -> Result<Business, Error> {
    respond(backend()?.business(&signed_in()?).await)
}
