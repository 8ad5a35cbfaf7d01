//! What every gateway can do: open a place where one payment is made.

use app::{id::PaymentId, money::Money};
use async_trait::async_trait;
use std::fmt::Debug;

/// One payment as a gateway needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The payment; the same one opened twice is the same place.
    pub payment: PaymentId,
    /// The secret in the addresses of this payment.
    pub key: String,
    /// What is owed.
    pub amount: Money,
}

/// Why a gateway did not open a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GatewayError {
    /// It did not answer, or said that it cannot just now.
    #[error("the payment provider does not answer")]
    Unavailable,
}

/// Who moves the money.
#[async_trait]
pub trait PaymentGateway: Debug + Send + Sync {
    /// The word in the database.
    fn name(&self) -> &'static str;

    /// What the customer should know about it, under the button.
    fn small_print(&self) -> &'static str;

    /// The address where the customer makes this payment.
    async fn open(&self, order: &Order) -> Result<String, GatewayError>;
}
