//! What the demo business sells, how it writes, and what happened last week.

use app::{
    channel::Channel,
    deliveries::DeliveryStatus,
    money::Currency,
    payment_links::{AfterPayment, ButtonText, LineItem, LinkStatus, PaymentLinkDetails, QuantityRange},
    transactions::PaymentStatus,
};

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// The checkout that the command names.
pub(super) const FIRST_SLUG: &str = "pottery-spring-class";

/// Something that is sold.
pub(super) struct Link {
    pub slug: &'static str,
    pub status: LinkStatus,
    pub age_ms: i64,
    pub details: PaymentLinkDetails,
}

fn item(item: &str, description: &str, price_minor: i64, range: Option<QuantityRange>) -> LineItem {
    LineItem { item: item.to_owned(), description: description.to_owned(), price_minor, quantity: 1, range }
}

fn details(name: &str, items: Vec<LineItem>, color: &str) -> PaymentLinkDetails {
    PaymentLinkDetails {
        name: name.to_owned(),
        items,
        brand_color: Some(color.to_owned()),
        after_payment: AfterPayment::Message("Thank you. We look forward to seeing you at the studio.".to_owned()),
        ..PaymentLinkDetails::blank(Currency::USD)
    }
}

/// Four links: a class, a deposit in a range, something by weight, and one that is over.
pub(super) fn links() -> [Link; 4] {
    let class = item("Pottery, spring class", "Six evenings, clay and firing included", 9000, None);
    let deposit =
        item("Deposit", "For each month of kiln rental", 4000, Some(QuantityRange { minimum: 1, maximum: 10 }));
    let firing =
        item("Firing", "Per kilo, stoneware or porcelain", 650, Some(QuantityRange { minimum: 1, maximum: 40 }));
    let table = item("Table at the winter market", "Saturday and Sunday, power included", 12_000, None);
    [
        Link {
            slug: FIRST_SLUG,
            status: LinkStatus::Active,
            age_ms: 9 * DAY,
            details: PaymentLinkDetails {
                button_text: ButtonText::Book,
                ..details("Pottery, spring class", vec![class], "#0b6e5f")
            },
        },
        Link {
            slug: "kiln-rental-deposit",
            status: LinkStatus::Active,
            age_ms: 20 * DAY,
            details: PaymentLinkDetails {
                require_phone: true,
                ..details("Deposit, kiln rental", vec![deposit], "#7a3e1d")
            },
        },
        Link {
            slug: "firing-per-kilo",
            status: LinkStatus::Active,
            age_ms: 34 * DAY,
            details: PaymentLinkDetails { can_pay_again: true, ..details("Firing, per kilo", vec![firing], "#8a5200") },
        },
        Link {
            slug: "winter-market-table",
            status: LinkStatus::Inactive,
            age_ms: 90 * DAY,
            details: PaymentLinkDetails {
                collect_address: true,
                ..details("Winter market table", vec![table], "#23395d")
            },
        },
    ]
}

/// The business's own wording.
pub(super) const TEMPLATES: [(Channel, &str, &str, &str); 3] = [
    (
        Channel::Email,
        "Spring class",
        "{{ contact.first_name | default: \"Hello\" }}, your place in the spring class",
        "Hi {{ contact.first_name | default: \"there\" }},\n\n\
         your wheel is reserved. With {{ payment_link.amount }} the place in {{ payment_link.name }} is yours:\n\n\
         {{ payment_link.url }}\n\n\
         What to bring and how to find us: https://studio-nord.example.com/spring\n\n\
         See you soon,\nIngrid from {{ business.name }}",
    ),
    (
        Channel::Email,
        "Friendly reminder",
        "A reminder from {{ business.name }}",
        "Dear {{ contact.name }},\n\n\
         there is still something open: {{ payment_link.name }}, {{ payment_link.amount }}.\n\n\
         {{ payment_link.url }}\n\n\
         If you have paid already, please forgive us this message.\n\n\
         {{ business.name }}",
    ),
    (
        Channel::Sms,
        "Short and warm",
        "",
        "Hi {{ contact.first_name | default: \"there\" }}! {{ payment_link.name }}, {{ payment_link.amount }}: \
         {{ payment_link.url }} Thanks, {{ business.name }}. Reply STOP to opt out.",
    ),
];

/// Which of them reminds.
pub(super) const FRIENDLY: usize = 1;

/// How far a sending has come.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// All of it is over.
    Over,
    /// It was paused after the first few.
    Paused,
    /// It leaves in some days.
    Scheduled,
}

/// One press of "Send".
pub(super) struct Sending {
    /// Which of the links.
    pub link: usize,
    /// To everybody with this tag.
    pub tag: &'static str,
    pub channels: &'static [Channel],
    /// Which of the templates, where it is not the default one.
    pub email_template: Option<usize>,
    pub sms_template: Option<usize>,
    pub age_ms: i64,
    /// A reminder after so many days, in the words of the friendly one.
    pub reminder_after_days: Option<u32>,
    pub stage: Stage,
}

/// Those of last week, and two by email alone that are not over: addresses of the example domains reach nobody.
pub(super) const SENDINGS: [Sending; 6] = [
    Sending {
        link: 3,
        tag: "market",
        channels: &Channel::ALL,
        email_template: None,
        sms_template: None,
        age_ms: 7 * DAY - 3 * HOUR,
        reminder_after_days: None,
        stage: Stage::Over,
    },
    Sending {
        link: 0,
        tag: "spring",
        channels: &Channel::ALL,
        email_template: Some(0),
        sms_template: Some(2),
        age_ms: 5 * DAY - 2 * HOUR,
        reminder_after_days: Some(7),
        stage: Stage::Over,
    },
    Sending {
        link: 2,
        tag: "regular",
        channels: &[Channel::Email],
        email_template: Some(1),
        sms_template: None,
        age_ms: 3 * DAY + 4 * HOUR,
        reminder_after_days: None,
        stage: Stage::Over,
    },
    Sending {
        link: 1,
        tag: "regular",
        channels: &[Channel::Sms],
        email_template: None,
        sms_template: None,
        age_ms: DAY + HOUR,
        reminder_after_days: None,
        stage: Stage::Over,
    },
    Sending {
        link: 1,
        tag: "spring",
        channels: &[Channel::Email],
        email_template: Some(1),
        sms_template: None,
        age_ms: 2 * HOUR,
        reminder_after_days: None,
        stage: Stage::Paused,
    },
    Sending {
        link: 0,
        tag: "regular",
        channels: &[Channel::Email],
        email_template: Some(0),
        sms_template: None,
        age_ms: HOUR,
        reminder_after_days: None,
        stage: Stage::Scheduled,
    },
];

/// What became of a message: its status, our sentence, and the provider's code and words.
pub(super) struct Course {
    pub status: DeliveryStatus,
    pub words: &'static str,
    pub code: Option<&'static str>,
    pub said: Option<&'static str>,
}

const fn outcome(
    status: DeliveryStatus,
    words: &'static str,
    code: Option<&'static str>,
    said: Option<&'static str>,
) -> Course {
    Course { status, words, code, said }
}

/// Most messages arrive; among a dozen, one of each kind does not.
pub(super) const fn outcome_of(channel: Channel, turn: usize) -> Course {
    match (channel, turn % 12) {
        (Channel::Email, 4) => outcome(
            DeliveryStatus::Failed,
            "The mailbox does not exist.",
            Some("550"),
            Some("5.1.1 The email account that you tried to reach does not exist"),
        ),
        (Channel::Email, 9) => outcome(
            DeliveryStatus::Undelivered,
            "The receiving server sent it back: the mailbox is full.",
            Some("552"),
            Some("5.2.2 Mailbox full"),
        ),
        (Channel::Email, 11) => outcome(DeliveryStatus::Canceled, "Taken back before it left.", None, None),
        (Channel::Email, _) => outcome(DeliveryStatus::Sent, "The mail server took it.", Some("250"), Some("2.0.0 Ok")),
        (Channel::Sms, 3) => outcome(
            DeliveryStatus::Undelivered,
            "The phone could not be reached.",
            Some("30003"),
            Some("Unreachable destination handset"),
        ),
        (Channel::Sms, 6) => outcome(
            DeliveryStatus::Failed,
            "The number cannot receive texts.",
            Some("21614"),
            Some("'To' number is not a valid mobile number"),
        ),
        (Channel::Sms, 8) => {
            outcome(DeliveryStatus::Unknown, "The provider did not answer: it may or may not have sent it.", None, None)
        }
        (Channel::Sms, 10) => outcome(DeliveryStatus::Canceled, "Taken back before it left.", None, None),
        (Channel::Sms, 1 | 5) => outcome(DeliveryStatus::Sent, "The provider took it.", None, Some("queued")),
        (Channel::Sms, _) => outcome(DeliveryStatus::Delivered, "The text arrived.", None, None),
    }
}

/// How a payment ended.
pub(super) struct Ending {
    pub status: PaymentStatus,
    pub reason: &'static str,
}

/// What a receiver did with the link: how often they opened it, and how their payment ended if they began one.
pub(super) const fn use_of(turn: usize) -> (i64, Option<Ending>) {
    const fn end(status: PaymentStatus, reason: &'static str) -> Ending {
        Ending { status, reason }
    }
    match turn % 14 {
        0 | 2 | 3 | 6 | 12 => (1, Some(end(PaymentStatus::Succeeded, ""))),
        8 => (3, Some(end(PaymentStatus::Succeeded, ""))),
        4 => (2, Some(end(PaymentStatus::Failed, "The card was declined."))),
        9 => (1, Some(end(PaymentStatus::Canceled, ""))),
        10 => (2, Some(end(PaymentStatus::Refunded, ""))),
        13 => (1, Some(end(PaymentStatus::Expired, ""))),
        1 | 5 => (1, None),
        7 => (2, None),
        _ => (0, None),
    }
}

/// After how long the receiver with this turn opens the link.
pub(super) fn delay_of(turn: usize) -> i64 {
    let turn = i64::try_from(turn).unwrap_or_default();
    (turn * 47 % 61 + 3) * 13 * MINUTE
}

/// Strangers who paid by the standard link: name, email, phone, which link, how many, how long ago.
pub(super) const STRANGERS: [(&str, &str, &str, usize, u32, i64); 4] = [
    ("Priya Nair", "priya.nair@example.com", "+12125550188", 0, 1, 6 * DAY + 5 * HOUR),
    ("Hannes Berg", "hannes.berg@example.net", "", 2, 12, 4 * DAY + 7 * HOUR),
    ("Yuki Mori", "yuki.mori@example.org", "+819087654321", 1, 3, 2 * DAY + 2 * HOUR),
    ("Carla Mendes", "carla.mendes@example.com", "+351912345678", 2, 5, 5 * HOUR),
];
