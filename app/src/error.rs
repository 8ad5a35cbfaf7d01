//! Everything a user may be told when something does not work: one closed enum that crosses the wire.

use leptos::{
    prelude::FromServerFnError,
    server_fn::{codec::JsonEncoding, error::ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// A result whose error can be shown to a user.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One field that was refused: which one, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The `name` of the form's field.
    pub field: String,
    /// A sentence for people.
    pub message: String,
}

/// What a user may be told. Its `Display` is the sentence on the page; causes are logged, never shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// Nobody is logged in, or the session has ended.
    #[error("Please log in to go on.")]
    NotSignedIn,
    /// The log-in was refused, whatever the reason.
    #[error("The email or the password is wrong.")]
    WrongCredentials,
    /// The user is known but may not do this.
    #[error("You are not allowed to do this.")]
    NotAllowed,
    /// There is no such thing, or it belongs to another business: the answer is the same.
    #[error("This page or item does not exist, or is no longer here.")]
    NotFound,
    /// One or more fields were refused.
    #[error("{}", join(.0))]
    Invalid(Vec<FieldError>),
    /// The request itself could not be read.
    #[error("The request could not be understood. Reload the page and try again.")]
    Malformed,
    /// Someone else changed it meanwhile, or it is in the wrong state.
    #[error("{0}")]
    Conflict(String),
    /// Too many requests; try again after so many seconds.
    #[error("Too many attempts. Wait {} and try again.", duration(*.retry_after_s))]
    TooMany {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// Something that is needed does not answer just now.
    #[error("This does not work just now. Try again in a moment; nothing was changed.")]
    Unavailable,
    /// The store is busy for longer than one waits; try again after so many seconds.
    #[error("The server is busy just now, and nothing was changed. Wait {retry_after_s} seconds and try again.")]
    Busy {
        /// Seconds to wait.
        retry_after_s: u32,
    },
    /// The store's disk has no room left.
    #[error(
        "This was not saved, because the server's disk is full. Tell your administrator. Try again when there is room."
    )]
    DiskFull,
    /// The store's disk cannot be written.
    #[error(
        "This was not saved, because the server cannot write to its disk. Tell your administrator, then try again."
    )]
    DiskFails,
    /// The store went away while it saved.
    #[error(
        "The connection to the database broke while this was saved. Look whether it is there before you try again."
    )]
    Unconfirmed,
    /// A fault of ours.
    #[error("Something went wrong on our side. Try again; if it stays, tell your administrator.")]
    Internal,
}

/// As people say it: rounded up.
fn duration(seconds: u32) -> String {
    match seconds {
        1 => "1 second".to_owned(),
        ..120 => format!("{seconds} seconds"),
        120..7_200 => format!("{} minutes", seconds.div_ceil(60)),
        _ => format!("{} hours", seconds.div_ceil(3_600)),
    }
}

fn join(fields: &[FieldError]) -> String {
    fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join(" ")
}

impl Error {
    /// One refused field.
    pub fn invalid(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), message: message.into() }])
    }

    /// What is wrong with this field, if anything.
    pub fn message_for(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid(fields) => fields.iter().find(|f| f.field == name).map(|f| f.message.clone()),
            _ => None,
        }
    }

    /// Seconds after which the same request is worth another try, where that is known.
    pub const fn retry_after_s(&self) -> Option<u32> {
        match self {
            Self::TooMany { retry_after_s } | Self::Busy { retry_after_s } => Some(*retry_after_s),
            Self::Unavailable => Some(5),
            _ => None,
        }
    }

    /// The HTTP status that says the same.
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotSignedIn | Self::WrongCredentials => 401,
            Self::NotAllowed => 403,
            Self::NotFound => 404,
            Self::Malformed => 400,
            Self::Conflict(_) => 409,
            Self::Invalid(_) => 422,
            Self::TooMany { .. } => 429,
            Self::Unavailable | Self::Busy { .. } | Self::DiskFull | Self::DiskFails | Self::Unconfirmed => 503,
            Self::Internal => 500,
        }
    }
}

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Malformed
            }
            ServerFnErrorErr::Request(_) => Self::Unavailable,
            _ => Self::Internal,
        }
    }
}

/// Collects every refused field of a form, so that all are said at once.
#[derive(Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Adds a sentence for a field.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Fails when anything was refused.
    pub fn check(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::Invalid(self.0)) }
    }
}
