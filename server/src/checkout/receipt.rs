//! What a receipt says.

use crate::db::{checkouts::OfferedLink, payments::Payment};
use app::{
    checkout::ReceiptView,
    money::Money,
    order::{Line, Problem, quote},
    payment_links::AfterPayment,
    transactions::PaymentStatus,
    ui::exact_time,
};

/// The public address of a payment's receipt.
pub fn address(payment: &Payment) -> String {
    format!("/pay/receipt/{}?k={}", payment.id, payment.key)
}

/// A receipt in whatever state the payment is at `now`.
pub fn view(link: &OfferedLink, payment: &Payment, now: i64) -> Result<ReceiptView, Problem> {
    let status = payment.status_at(now);
    let start_again = ("Start again".to_owned(), format!("/pay/{}", link.slug));
    let (heading, text, next) = match status {
        PaymentStatus::Succeeded => ("Payment received", "Thank you. Keep this page as your receipt.".to_owned(), None),
        PaymentStatus::Pending => (
            "Payment processing",
            "The payment provider has not answered yet. Reload this page in a moment.".to_owned(),
            None,
        ),
        PaymentStatus::Failed => {
            let again = format!("/pay/{}?retry={}&k={}", link.slug, payment.id, payment.key);
            let text = format!("{} You were not charged.", payment.reason);
            ("Payment declined", text, Some(("Try again".to_owned(), again)))
        }
        PaymentStatus::Canceled => {
            ("Payment canceled", "A newer one has taken its place. You were not charged for this one.".to_owned(), None)
        }
        PaymentStatus::Expired => {
            ("Payment not finished", "It took too long. You were not charged.".to_owned(), Some(start_again))
        }
        PaymentStatus::Refunded => ("Payment refunded", "The money is on its way back to you.".to_owned(), None),
    };
    let lines = quote(payment.items.clone())?.lines.into_iter().map(|quoted| {
        let amount = Money::new(quoted.amount, payment.amount.currency);
        let Line { item, quantity, .. } = quoted.line;
        (if quantity == 1 { item } else { format!("{item} × {quantity}") }, amount.to_string())
    });
    let mut lines: Vec<(String, String)> = lines.collect();
    lines.push(("Date".to_owned(), exact_time(payment.settled_at.unwrap_or(payment.created_at))));
    lines.push(("Paid by".to_owned(), masked(&payment.customer.email)));
    lines.push(("Receipt number".to_owned(), payment.id.to_string()));
    let mut view = ReceiptView {
        business: link.business_name.clone(),
        heading: heading.to_owned(),
        text,
        paid: status == PaymentStatus::Succeeded,
        amount: payment.amount.to_string(),
        lines,
        message: None,
        next: next.into_iter().collect(),
    };
    if view.paid {
        match &link.details.after_payment {
            AfterPayment::Message(message) => {
                view.message = Some(message.clone()).filter(|message| !message.is_empty());
            }
            AfterPayment::Redirect(address) => {
                if let Some(host) = url::Url::parse(address)
                    .ok()
                    .filter(|url| url.scheme() == "https")
                    .and_then(|url| Some(url.host_str()?.to_owned()))
                {
                    view.next.push((format!("Continue to {host}"), address.clone()));
                }
            }
        }
    }
    Ok(view)
}

/// Enough of an address for its owner to know it, and too little for anybody else.
fn masked(email: &str) -> String {
    let (local, domain) = email.split_once('@').unwrap_or((email, ""));
    let first = local.chars().next().map(String::from).unwrap_or_default();
    format!("{first}•••@{domain}")
}
