//! The two ways a message can travel.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Email or SMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// By SMTP.
    Email,
    /// By a Twilio-compatible provider.
    Sms,
}

impl Channel {
    /// Both, in the order screens show them.
    pub const ALL: [Self; 2] = [Self::Email, Self::Sms];

    /// The word in the database and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
        }
    }

    /// The word on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Email => "Email",
            Self::Sms => "SMS",
        }
    }

    /// One message, in a sentence.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "text",
        }
    }
}

impl fmt::Display for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Channel {
    type Err = crate::error::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == text).ok_or(crate::error::Error::Malformed)
    }
}
