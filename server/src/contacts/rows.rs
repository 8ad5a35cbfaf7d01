//! From what was typed, in a form or in a file, to a person: nothing is refused, what is not valid is kept and named.

use app::{
    address::{Email, EmailProblem, Phone, PhoneProblem, Typed},
    contacts::{Contact, ContactForm, Dnd, ImportField},
};

use crate::{
    csv_file::{BadRow, Row, strip_guard},
    db::contacts::Person,
    email, names, phone,
};

/// The most tags one contact has.
const MAX_TAGS: usize = 50;
/// The longest address that is kept to be repaired.
const MAX_TYPED_CHARS: usize = 300;

/// An email as typed, and why it cannot be written to.
pub fn read_email(typed: &str) -> (Typed<Email>, Option<EmailProblem>) {
    match email::parse(typed) {
        Ok(email) => (Typed::Valid(email), None),
        Err(EmailProblem::Empty) => (Typed::Missing, None),
        Err(problem) => (keep(typed), Some(problem)),
    }
}

/// A phone as typed by someone in `country`, and why it cannot be texted.
pub fn read_phone(typed: &str, country: &str) -> (Typed<Phone>, Option<PhoneProblem>) {
    match phone::parse(typed, country) {
        Ok(phone) => (Typed::Valid(phone), None),
        Err(PhoneProblem::Empty) => (Typed::Missing, None),
        Err(problem) => (keep(typed), Some(problem)),
    }
}

/// What was typed, on one line, as far as it could ever be an address.
fn keep<T>(typed: &str) -> Typed<T> {
    let one_line: String =
        typed.trim().chars().filter(|c| *c != '\0').map(|c| if c.is_control() { ' ' } else { c }).collect();
    match one_line.trim().chars().take(MAX_TYPED_CHARS).collect::<String>() {
        kept if kept.is_empty() => Typed::Missing,
        kept => Typed::Invalid(kept),
    }
}

/// Labels between commas or semicolons, each once.
pub fn read_tags(typed: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    add_tags(&mut tags, typed.split([',', ';', '\n']).map(names::clean));
    tags
}

fn add_tags(tags: &mut Vec<String>, more: impl IntoIterator<Item = String>) {
    for tag in more {
        let folded = names::fold(&tag);
        if !tag.is_empty() && tags.len() < MAX_TAGS && !tags.iter().any(|other| names::fold(other) == folded) {
            tags.push(tag);
        }
    }
}

/// The person that a form describes.
pub fn from_form(form: &ContactForm, country: &str) -> (Person, Dnd) {
    let person = Person {
        first_name: names::clean(&form.first_name),
        last_name: names::clean(&form.last_name),
        email: read_email(&form.email).0,
        phone: read_phone(&form.phone, country).0,
        tags: read_tags(&form.tags),
    };
    (person, Dnd { all: form.do_not_disturb, email: form.no_email, sms: form.no_sms })
}

/// One row of a file, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Read {
    /// The line it begins on.
    pub line: u64,
    /// What stands there.
    pub content: Content,
}

/// What stands in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A person.
    Person {
        /// Who.
        person: Box<Person>,
        /// What the row switches on.
        dnd: Dnd,
        /// Why the email cannot be written to.
        email_problem: Option<EmailProblem>,
        /// Why the phone cannot be texted.
        phone_problem: Option<PhoneProblem>,
    },
    /// No name, no email, no phone.
    Blank,
    /// Something that is no row.
    Unreadable(BadRow),
}

/// How a file's rows are understood.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// What each column holds.
    pub columns: Vec<Option<ImportField>>,
    /// Where national numbers are from.
    pub country: String,
}

impl Mapping {
    /// Understands one row.
    pub fn read(&self, row: Row) -> Read {
        let content = match row.cells {
            Err(why) => Content::Unreadable(why),
            Ok(cells) => self.person(&cells),
        };
        Read { line: row.line, content }
    }

    fn person(&self, cells: &[String]) -> Content {
        let cell = |field| {
            let index = self.columns.iter().position(|column| *column == Some(field));
            index.and_then(|index| cells.get(index)).map_or("", |cell| strip_guard(cell))
        };
        let (mut first_name, mut last_name) =
            (names::clean(cell(ImportField::FirstName)), names::clean(cell(ImportField::LastName)));
        if first_name.is_empty() && last_name.is_empty() {
            (first_name, last_name) = split_name(&names::clean(cell(ImportField::FullName)));
        }
        let (email, email_problem) = read_email(cell(ImportField::Email));
        let (phone, phone_problem) = read_phone(cell(ImportField::Phone), &self.country);
        let tags = read_tags(cell(ImportField::Tags));
        if first_name.is_empty() && last_name.is_empty() && email == Typed::Missing && phone == Typed::Missing {
            return Content::Blank;
        }
        let dnd = Dnd {
            all: is_yes(cell(ImportField::DoNotDisturb)),
            email: is_yes(cell(ImportField::NoEmail)),
            sms: is_yes(cell(ImportField::NoSms)),
        };
        let person = Box::new(Person { first_name, last_name, email, phone, tags });
        Content::Person { person, dnd, email_problem, phone_problem }
    }
}

/// `Ann Mary Lee` and `Lee, Ann Mary`.
fn split_name(name: &str) -> (String, String) {
    if let Some((last, first)) = name.split_once(',') {
        return (first.trim().to_owned(), last.trim().to_owned());
    }
    let (first, last) = name.rsplit_once(' ').unwrap_or((name, ""));
    (first.to_owned(), last.to_owned())
}

/// The words by which files say yes; anything else switches nothing.
fn is_yes(cell: &str) -> bool {
    const YES: [&str; 17] = [
        "yes",
        "y",
        "true",
        "t",
        "1",
        "x",
        "on",
        "ja",
        "oui",
        "si",
        "sim",
        "da",
        "dnd",
        "opted out",
        "unsubscribed",
        "do not disturb",
        "✓",
    ];
    YES.contains(&names::fold(cell.trim()).as_str())
}

/// What a contact becomes when a file says more about it: blanks wipe nothing, a wrong address replaces no right one,
/// tags add up, and do-not-disturb is never lifted.
pub fn merge(contact: &Contact, person: &Person, dnd: Dnd) -> (Person, Dnd) {
    let mut tags = contact.tags.clone();
    add_tags(&mut tags, person.tags.iter().cloned());
    let merged = Person {
        first_name: pick(&contact.first_name, &person.first_name),
        last_name: pick(&contact.last_name, &person.last_name),
        email: better(&contact.email, &person.email),
        phone: better(&contact.phone, &person.phone),
        tags,
    };
    let old = contact.dnd;
    (merged, Dnd { all: old.all || dnd.all, email: old.email || dnd.email, sms: old.sms || dnd.sms })
}

fn pick(old: &str, new: &str) -> String {
    if new.is_empty() { old.to_owned() } else { new.to_owned() }
}

fn better<T: Clone>(old: &Typed<T>, new: &Typed<T>) -> Typed<T> {
    match (old, new) {
        (_, Typed::Missing) | (Typed::Valid(_), Typed::Invalid(_)) => old.clone(),
        _ => new.clone(),
    }
}

/// The part of a contact that people type.
pub fn person_of(contact: &Contact) -> Person {
    Person {
        first_name: contact.first_name.clone(),
        last_name: contact.last_name.clone(),
        email: contact.email.clone(),
        phone: contact.phone.clone(),
        tags: contact.tags.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ImportField as F;

    fn read(columns: &[ImportField], cells: &[&str]) -> Content {
        let mapping = Mapping { columns: columns.iter().copied().map(Some).collect(), country: "US".into() };
        mapping.read(Row { line: 2, cells: Ok(cells.iter().map(ToString::to_string).collect()) }).content
    }

    #[test]
    fn a_wrong_address_is_kept_as_typed_and_named() {
        let Content::Person { person, email_problem, phone_problem, .. } =
            read(&[F::FullName, F::Email, F::Phone], &["Lee, Ann", "ann@", "'+1 415 555 CARS"])
        else {
            panic!("a person")
        };
        assert_eq!((person.first_name.as_str(), person.last_name.as_str()), ("Ann", "Lee"));
        assert_eq!(person.email, Typed::Invalid("ann@".into()));
        assert_eq!(person.phone, Typed::Invalid("+1 415 555 CARS".into()));
        assert_eq!((email_problem, phone_problem), (Some(EmailProblem::NotAnAddress), Some(PhoneProblem::Letters)));
    }

    #[test]
    fn a_row_that_names_nobody_is_blank() {
        assert_eq!(read(&[F::FirstName, F::Tags], &[" ", "vip"]), Content::Blank);
        assert_eq!(read(&[F::FirstName, F::Email], &[""]), Content::Blank);
    }

    #[test]
    fn tags_are_told_apart_once() {
        assert_eq!(read_tags("VIP, vip; Früh ,,früh\nnew"), ["VIP", "Früh", "new"]);
    }

    #[test]
    fn every_usual_yes_switches_on_and_nothing_else_does() {
        let dnd = |cell: &str| match read(&[F::FirstName, F::DoNotDisturb], &["Ann", cell]) {
            Content::Person { dnd, .. } => dnd.all,
            _ => panic!("a person"),
        };
        assert!(["yes", " YES ", "1", "x", "Ja", "sí", "TRUE"].into_iter().all(dnd));
        assert!(!["", "no", "0", "false", "nein"].into_iter().any(dnd));
    }
}
