//! The merge fields that a template may use: a closed list, the same for the editor and for rendering.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A place in a template that is filled for each recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeField {
    /// The contact's first name.
    ContactFirstName,
    /// The contact's last name.
    ContactLastName,
    /// The contact's whole name.
    ContactName,
    /// The contact's email.
    ContactEmail,
    /// The contact's phone.
    ContactPhone,
    /// The payment link's name.
    PaymentLinkName,
    /// The contact's personal link: what the message is for.
    PaymentLinkUrl,
    /// What is asked for, with its currency.
    PaymentLinkAmount,
    /// The same, with letters for a currency sign that is not in the SMS alphabet.
    PaymentLinkAmountPlain,
    /// The business that asks.
    BusinessName,
}

impl MergeField {
    /// All of them, in the order that the editor offers them.
    pub const ALL: [Self; 10] = [
        Self::ContactFirstName,
        Self::ContactLastName,
        Self::ContactName,
        Self::ContactEmail,
        Self::ContactPhone,
        Self::PaymentLinkName,
        Self::PaymentLinkUrl,
        Self::PaymentLinkAmount,
        Self::PaymentLinkAmountPlain,
        Self::BusinessName,
    ];

    /// The name as it is written between the braces.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ContactFirstName => "contact.first_name",
            Self::ContactLastName => "contact.last_name",
            Self::ContactName => "contact.name",
            Self::ContactEmail => "contact.email",
            Self::ContactPhone => "contact.phone",
            Self::PaymentLinkName => "payment_link.name",
            Self::PaymentLinkUrl => "payment_link.url",
            Self::PaymentLinkAmount => "payment_link.amount",
            Self::PaymentLinkAmountPlain => "payment_link.amount_plain",
            Self::BusinessName => "business.name",
        }
    }

    /// The word on the screen.
    pub const fn label(self) -> &'static str {
        match self {
            Self::ContactFirstName => "First name",
            Self::ContactLastName => "Last name",
            Self::ContactName => "Full name",
            Self::ContactEmail => "Email",
            Self::ContactPhone => "Phone",
            Self::PaymentLinkName => "Payment link name",
            Self::PaymentLinkUrl => "Personal link",
            Self::PaymentLinkAmount => "Amount",
            Self::PaymentLinkAmountPlain => "Amount in letters",
            Self::BusinessName => "Business name",
        }
    }

    /// The field with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// As it stands in a template, braces included.
impl fmt::Display for MergeField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{{ {} }}}}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_found_by_its_name_and_written_with_braces() {
        for field in MergeField::ALL {
            assert_eq!(MergeField::named(field.name()), Some(field));
        }
        assert_eq!(MergeField::PaymentLinkUrl.to_string(), "{{ payment_link.url }}");
        assert_eq!(MergeField::named("contact.password"), None);
    }
}
