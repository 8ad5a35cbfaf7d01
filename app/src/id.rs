//! Typed ids: a readable prefix and 32 hexadecimal digits, made by the server alone.

use crate::error::Error;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// What every typed id can do. The value is always `prefix` followed by 32 lowercase hexadecimal digits.
pub trait Id: Sized {
    /// The letters before the digits, underscore included.
    const PREFIX: &'static str;

    /// The id that these 128 bits make.
    fn from_bits(bits: u128) -> Self;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;

            fn from_bits(bits: u128) -> Self {
                Self(format!(concat!($prefix, "{:032x}"), bits))
            }
        }

        impl $name {
            /// The id as it is stored and written into addresses.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self, Error> {
                let digits = text.strip_prefix($prefix).ok_or(Error::NotFound)?;
                let well_formed = digits.len() == 32 && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
                if well_formed { Ok(Self(text.to_owned())) } else { Err(Error::NotFound) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = Error;

            fn try_from(text: String) -> Result<Self, Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A business, the tenant.
    BusinessId = "biz_";
    /// A person who logs in.
    UserId = "usr_";
    /// A person the business may ask for money.
    ContactId = "con_";
    /// A payment link.
    PaymentLinkId = "plink_";
    /// A payment link's address for one contact.
    PersonalLinkId = "plk_";
    /// A business's own wording.
    TemplateId = "tpl_";
    /// One press of "Send".
    CampaignId = "cmp_";
    /// One thing that was done to a campaign.
    CampaignEventId = "cev_";
    /// One message to one contact on one channel.
    DeliveryId = "dlv_";
    /// One attempt to pay.
    PaymentId = "pay_";
    /// One uploaded file of contacts.
    ImportId = "imp_";
    /// One line of the consent record.
    ConsentId = "cns_";
    /// One line of the record of what was said of addresses.
    AddressReportId = "adr_";
    /// One answer to a text that no rule understood.
    ReplyId = "rpl_";
    /// One message outside of any campaign.
    SingleMessageId = "sgl_";
    /// One captured message in the outbox.
    OutboxMessageId = "obx_";
    /// An invitation to join a business as a user.
    InviteId = "inv_";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_as_it_was_written() {
        let id = ContactId::from_bits(0x1f);
        assert_eq!(id.as_str(), "con_0000000000000000000000000000001f");
        assert_eq!(id.as_str().parse(), Ok(id.clone()));
    }

    #[test]
    fn an_id_of_another_kind_or_shape_is_not_found() {
        let other = BusinessId::from_bits(7);
        for text in [other.as_str(), "con_", "con_1F", "", "con_0000000000000000000000000000001F"] {
            assert_eq!(text.parse::<ContactId>(), Err(Error::NotFound), "{text}");
        }
    }
}
