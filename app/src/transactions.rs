//! Transactions: all payments of the business.

pub mod calls;
pub(crate) mod list;

use crate::{
    error::Error,
    id::{CampaignId, ContactId, PaymentId, PaymentLinkId},
    money::Money,
    page::Page,
};
use serde::{Deserialize, Serialize};

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The customer is at the gateway.
    Pending,
    /// Paid.
    Succeeded,
    /// The gateway refused it.
    Failed,
    /// Taken back before it was paid.
    Canceled,
    /// Never finished.
    Expired,
    /// Paid, and given back.
    Refunded,
}

impl PaymentStatus {
    /// Every status, in the order in which a filter shows them.
    pub const ALL: [Self; 6] =
        [Self::Succeeded, Self::Pending, Self::Failed, Self::Canceled, Self::Expired, Self::Refunded];

    /// The word in the database and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Expired => "expired",
            Self::Refunded => "refunded",
        }
    }

    /// The word on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
            Self::Canceled => "Canceled",
            Self::Expired => "Expired",
            Self::Refunded => "Refunded",
        }
    }
}

impl std::str::FromStr for PaymentStatus {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::ALL.into_iter().find(|status| status.as_str() == text).ok_or(Error::Malformed)
    }
}

/// One payment as the business sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The payment.
    pub id: PaymentId,
    /// Where it stands.
    pub status: PaymentStatus,
    /// How much.
    pub amount: Money,
    /// What was paid.
    pub payment_link: PaymentLinkId,
    /// What that is called.
    pub payment_link_name: String,
    /// Whose personal link it came from.
    pub contact: Option<ContactId>,
    /// The campaign that sent that link.
    pub campaign: Option<CampaignId>,
    /// The name that the customer gave.
    pub customer_name: String,
    /// The email that the customer gave.
    pub customer_email: String,
    /// The phone that the customer gave, may be empty.
    pub customer_phone: String,
    /// Why it failed, in words; empty otherwise.
    pub reason: String,
    /// Epoch milliseconds.
    pub created_at: i64,
    /// When it came to its end, epoch milliseconds.
    pub settled_at: Option<i64>,
}

/// Which payments are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct TransactionQuery {
    /// Any part of the customer's name or email, or of the payment link's name.
    pub search: String,
    /// Only with this status.
    pub status: Option<PaymentStatus>,
    /// Page number from 1; 0 counts as 1.
    pub page: u32,
}

/// Some of the business's payments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransactionList {
    /// One page of them, newest first.
    pub page: Page<Transaction>,
    /// The server's time, epoch milliseconds: what "5 minutes ago" is measured from.
    pub now: i64,
}
