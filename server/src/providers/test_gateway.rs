//! The built-in gateway: a page with "Approve" and "Decline" in the place of a provider's own. No money moves.

use super::gateway::{GatewayError, Order, PaymentGateway};
use async_trait::async_trait;

/// The built-in gateway.
#[derive(Clone, Copy, Debug, Default)]
pub struct TestGateway;

impl TestGateway {
    /// The word in the database.
    pub const NAME: &'static str = "test";
    /// What its "Decline" says.
    pub const DECLINED: &'static str = "The test gateway was told to decline.";
}

#[async_trait]
impl PaymentGateway for TestGateway {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn small_print(&self) -> &'static str {
        "Test mode: no money moves."
    }

    async fn open(&self, order: &Order) -> Result<String, GatewayError> {
        Ok(format!("/pay/test/{}?k={}", order.payment, order.key))
    }
}
