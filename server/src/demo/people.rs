//! The people of the demo business: several countries and scripts, and the flaws that real address books have.

/// Someone in the demo's address book, as a business would have typed it.
pub(super) struct Persona {
    pub first_name: &'static str,
    pub last_name: &'static str,
    pub email: &'static str,
    pub phone: &'static str,
    pub tags: &'static [&'static str],
    pub wish: Wish,
}

/// What the person has said about being written to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    Nothing,
    NoMessages,
    NoEmail,
    NoSms,
    /// No longer a customer.
    Archived,
}

use Wish::{Archived, NoEmail, NoMessages, NoSms, Nothing};

const fn person(
    first_name: &'static str,
    last_name: &'static str,
    email: &'static str,
    phone: &'static str,
    tags: &'static [&'static str],
    wish: Wish,
) -> Persona {
    Persona { first_name, last_name, email, phone, tags, wish }
}

const SPRING: &[&str] = &["spring"];
const REGULAR: &[&str] = &["regular"];
const BOTH: &[&str] = &["spring", "regular"];
const MARKET: &[&str] = &["market"];
const NONE: &[&str] = &[];

pub(super) const PEOPLE: [Persona; 42] = [
    person("Zoë", "O’Neil", "zoe@example.net", "+12125550142", SPRING, Nothing),
    person("小龍", "李", "li.x@example.org", "+8613800138000", SPRING, Nothing),
    person("Marta", "Núñez", "marta@example.com", "+14155552671", BOTH, Nothing),
    person("Amara", "Okafor", "amara.okafor@example.com", "+2348021234567", SPRING, Nothing),
    person("Jürgen", "Weiß", "juergen.weiss@example.org", "+4915123456789", REGULAR, Nothing),
    person("Søren", "Kjær", "soren@example.net", "+4520123456", SPRING, Nothing),
    person("Иван", "Петров", "ivan.petrov@example.com", "+79123456789", NONE, Nothing),
    person("Олена", "Шевченко", "olena@example.org", "+380501234567", SPRING, Nothing),
    person("Ελένη", "Παπαδοπούλου", "eleni@example.net", "+306912345678", REGULAR, Nothing),
    person("נועה", "כהן", "noa.cohen@example.com", "+972502345678", SPRING, Nothing),
    person("محمد", "الأحمد", "m.alahmad@example.org", "+971501234567", NONE, Nothing),
    person("سارا", "کریمی", "sara.karimi@example.net", "+989123456789", SPRING, Nothing),
    person("आरव", "शर्मा", "aarav@example.com", "+919876543210", REGULAR, Nothing),
    person("ธนากร", "ศรีสุข", "thanakorn@example.org", "+66812345678", NONE, Nothing),
    person("さくら", "田中", "sakura.tanaka@example.net", "+819012345678", BOTH, Nothing),
    person("민준", "김", "minjun.kim@example.com", "+821012345678", SPRING, Nothing),
    person("Nguyễn", "Thị Hoa", "hoa.nguyen@example.org", "+84912345678", NONE, Nothing),
    person("Łukasz", "Żółć", "lukasz@example.net", "+48512345678", MARKET, Nothing),
    person("François", "Lefèvre", "francois@example.com", "+33612345678", REGULAR, Nothing),
    person("Chloé", "Dubois-Martin", "chloe.dubois@example.org", "+33698765432", SPRING, Nothing),
    person("João", "da Silva", "joao.silva@example.net", "+5511961234567", MARKET, Nothing),
    person("Aoife", "Ní Bhriain", "aoife@example.com", "+353850123456", SPRING, Nothing),
    person("Mehmet", "Yılmaz", "mehmet@example.org", "+905012345678", NONE, Nothing),
    person("Björk", "Jónsdóttir", "bjork@example.net", "+3546111234", REGULAR, Nothing),
    person("Tāne", "Walker", "tane.walker@example.com", "+64211234567", SPRING, Nothing),
    person("Olivia", "Brown", "olivia.brown@example.org", "+61412345678", MARKET, Nothing),
    person("Wanjiru", "Kamau", "wanjiru@example.net", "+254712123456", SPRING, Nothing),
    person("Madonna", "", "hello.madonna@example.com", "+12125550155", NONE, Nothing),
    person("Ana María", "García López", "ana.garcia@example.org", "+34612345678", REGULAR, Nothing),
    person("Grace", "Hopper", "grace@example.net", "+12025550173", BOTH, Nothing),
    person("Ravi", "Patel 🎨", "ravi.patel@example.com", "+447400123456", SPRING, Nothing),
    person("Greta", "Lind", "greta.lind@example.org", "+46701234567", SPRING, Nothing),
    // What an address book gets wrong.
    person("Noah", "Mail", "", "+14155552672", SPRING, Nothing),
    person("Bea", "Phone", "bea@example.com", "12345", SPRING, Nothing),
    person("Tom", "Typo", "tom@example", "+14155552675", REGULAR, Nothing),
    person("Lena", "Landline", "lena@example.org", "+4930123456", NONE, Nothing),
    person("", "", "info@example.net", "", MARKET, Nothing),
    person("Grace", "Hopper", "grace@example.net", "+12025550173", SPRING, Nothing),
    // What people wish.
    person("Dee", "Endy", "dee@example.com", "+14155552674", SPRING, NoMessages),
    person("Pim", "van Dijk", "pim@example.org", "+31612345678", REGULAR, NoEmail),
    person("Sofia", "Rossi", "sofia@example.net", "+393123456789", SPRING, NoSms),
    person("Otto", "Former", "otto@example.com", "+436641234567", NONE, Archived),
];
