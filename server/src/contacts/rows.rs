//! From what was typed, in a form or in a file, to a person: nothing is refused, what is not valid is kept and named.

use std::borrow::Cow;

use app::{
    address::{Email, EmailProblem, Phone, PhoneProblem, Typed},
    contacts::{Contact, ContactForm, Dnd},
    imports::{ImportColumn, ImportField},
};

use super::{
    consent_columns::{ConsentColumns, RowConsent},
    header::{self, PhoneKind},
};
use crate::{
    csv_file::{BadRow, Row, strip_guard},
    db::contacts::Person,
    email, names, phone,
    text_encoding::{self, Damage},
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

/// Labels between commas, semicolons or lines, each once, as people type them.
pub fn read_tags(typed: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    add_tags(&mut tags, typed.split([',', ';', '\n']).map(names::clean));
    tags
}

/// The labels of a file's cell. Quotes around a label, which may then hold a comma, are no part of it, and Google's list of
/// everybody is no label.
fn read_labels(typed: &str) -> Vec<String> {
    let mut tags: Vec<String> = Vec::new();
    let label = |label: &str| {
        let label = names::clean(label);
        // Google marks its own groups.
        let label = label.strip_prefix("* ").unwrap_or(&label);
        let is_everybody = matches!(names::fold(label).as_str(), "mycontacts" | "my contacts");
        if is_everybody { String::new() } else { label.to_owned() }
    };
    for part in listed(typed) {
        add_tags(&mut tags, split_labels(part).map(label));
    }
    tags
}

/// The labels of a list, without the quotes around one.
fn split_labels(list: &str) -> impl Iterator<Item = &str> {
    const SEPARATORS: [char; 3] = [',', ';', '\n'];
    let mut rest = Some(list);
    std::iter::from_fn(move || {
        let text = rest?.trim_start();
        let ends = |behind: &str| behind.is_empty() || behind.starts_with(SEPARATORS);
        let quoted = text.strip_prefix('"').and_then(|text| text.split_once('"'));
        let quoted = quoted.map(|(label, behind)| (label, behind.trim_start_matches(' ')));
        // Text behind a closed quote: the quote is a sign like others.
        let (label, behind) = quoted
            .filter(|(_, behind)| ends(behind))
            .unwrap_or_else(|| text.split_at(text.find(SEPARATORS).unwrap_or(text.len())));
        rest = behind.get(1..);
        Some(label)
    })
}

/// The values of a cell in which Google lists several.
fn listed(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(" ::: ")
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
        /// Whether they may be written to.
        consent: Box<RowConsent>,
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
    columns: Vec<Option<ImportField>>,
    /// The columns that say whom not to write to.
    consent: ConsentColumns,
    /// The columns of phones, the likeliest mobiles first.
    phones: Vec<PhoneColumn>,
    /// Where national numbers are from.
    country: String,
}

/// A column of phones.
#[derive(Clone, Copy, Debug)]
struct PhoneColumn {
    index: usize,
    kind: PhoneKind,
    /// The column that says of each row's phone of which kind it is.
    label: Option<usize>,
}

impl Mapping {
    /// Understands rows with these columns as somebody in `country` (ISO 3166, two letters) writes them.
    pub fn new(columns: &[ImportColumn], country: String) -> Self {
        let names: Vec<_> = columns.iter().map(|column| names::fold(column.name.trim())).collect();
        let phones = columns.iter().zip(&names).enumerate().filter_map(|(index, (column, name))| {
            column.field.filter(|field| *field == ImportField::Phone)?;
            let labels = name.strip_suffix("value").map(|name| ["type", "label"].map(|label| format!("{name}{label}")));
            let label = labels.and_then(|labels| names.iter().position(|name| labels.contains(name)));
            Some(PhoneColumn { index, kind: header::phone_kind(name), label })
        });
        let mut phones: Vec<_> = phones.collect();
        phones.sort_by_key(|column| column.kind);
        let consent = ConsentColumns::new(columns);
        Self { columns: columns.iter().map(|column| column.field).collect(), consent, phones, country }
    }

    /// Understands one row.
    pub fn read(&self, row: Row) -> Read {
        let content = match row.cells {
            Err(why) => Content::Unreadable(why),
            Ok(cells) => match self.damage(&cells) {
                Some(why) => Content::Unreadable(why),
                None => self.person(&cells.iter().map(|cell| plain(cell)).collect::<Vec<_>>()),
            },
        };
        Read { line: row.line, content }
    }

    /// What is wrong with the letters of a cell that would come in.
    fn damage(&self, cells: &[String]) -> Option<BadRow> {
        let mut used = self.columns.iter().zip(cells).filter(|(field, _)| field.is_some());
        used.find_map(|(_, cell)| text_encoding::damage(cell)).map(|damage| match damage {
            Damage::Lost => BadRow::Encoding,
            Damage::Mojibake => BadRow::Mojibake,
        })
    }

    fn person(&self, cells: &[Cow<'_, str>]) -> Content {
        let (first_name, last_name) = self.name(cells);
        let emails = self.cells(cells, ImportField::Email).flat_map(listed).filter(|cell| !is_nothing(cell));
        let (email, email_problem) = best(emails.map(read_email));
        let phones = self.phones(cells).into_iter().filter(|cell| !is_nothing(cell));
        let (phone, phone_problem) = best(phones.map(|cell| read_phone(cell, &self.country)));
        if first_name.is_empty() && last_name.is_empty() && email == Typed::Missing && phone == Typed::Missing {
            return Content::Blank;
        }
        let mut tags = Vec::new();
        for cell in self.cells(cells, ImportField::Tags).filter(|cell| !is_nothing(cell)) {
            add_tags(&mut tags, read_labels(cell));
        }
        let consent = Box::new(self.consent.read(cells));
        let person = Box::new(Person { first_name, last_name, email, phone, tags });
        Content::Person { person, consent, email_problem, phone_problem }
    }

    /// What the row says in each column of the field.
    fn cells<'a>(&'a self, cells: &'a [Cow<'_, str>], field: ImportField) -> impl Iterator<Item = &'a str> {
        let columns = self.columns.iter().zip(cells).filter(move |(column, _)| **column == Some(field));
        columns.map(|(_, cell)| cell.as_ref())
    }

    /// The row's phones, the likeliest mobiles first.
    fn phones<'a>(&self, cells: &'a [Cow<'_, str>]) -> Vec<&'a str> {
        let kind = |column: &PhoneColumn| {
            let label = column.label.and_then(|label| cells.get(label)).filter(|label| !label.is_empty());
            label.map_or(column.kind, |label| header::phone_kind(label))
        };
        let mut phones: Vec<_> = self
            .phones
            .iter()
            .filter_map(|column| Some((kind(column), cells.get(column.index)?)))
            .filter(|(kind, _)| *kind != PhoneKind::NeverTexted)
            .collect();
        phones.sort_by_key(|(kind, _)| *kind);
        phones.into_iter().flat_map(|(_, cell)| listed(cell)).collect()
    }

    /// First and last name, from columns of their own or from one that holds both.
    fn name(&self, cells: &[Cow<'_, str>]) -> (String, String) {
        let name = |field| {
            let cell = self.cells(cells, field).next().map(names::clean).unwrap_or_default();
            // Some people have such a name; programs write the word without its capital.
            let is_name = ["Null", "Nan", "Na", "Nil", "Keine"].contains(&cell.as_str());
            if is_nothing(&cell) && !is_name { String::new() } else { cell }
        };
        let (first, last, full) =
            (name(ImportField::FirstName), name(ImportField::LastName), name(ImportField::FullName));
        match (first.is_empty(), last.is_empty()) {
            _ if full.is_empty() => (first, last),
            (true, true) => names::split(&full),
            (false, true) => {
                let last = names::without(&full, &first).unwrap_or_else(|| names::split(&full).1);
                (first, last)
            }
            (true, false) => (names::without(&full, &last).unwrap_or_else(|| names::split(&full).0), last),
            (false, false) => (first, last),
        }
    }
}

/// The first that can be written to, else the first that stands there, with what is wrong with it.
fn best<T, P>(read: impl Iterator<Item = (Typed<T>, Option<P>)>) -> (Typed<T>, Option<P>) {
    let mut best = (Typed::Missing, None);
    for (typed, problem) in read {
        match typed {
            Typed::Valid(_) => return (typed, problem),
            Typed::Invalid(_) if matches!(best.0, Typed::Missing) => best = (typed, problem),
            _ => {}
        }
    }
    best
}

/// What a cell means: without the marks that keep a spreadsheet from changing it, its entities as the signs they stand for.
fn plain(cell: &str) -> Cow<'_, str> {
    let cell = strip_guard(cell);
    let text = cell.trim().strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(cell);
    // Some programs write `&amp;amp;`.
    match html_escape::decode_html_entities(text) {
        Cow::Borrowed(text) => Cow::Borrowed(text),
        Cow::Owned(text) => Cow::Owned(html_escape::decode_html_entities(&text).into_owned()),
    }
}

/// Whether a cell says in words that there is no address or label.
fn is_nothing(cell: &str) -> bool {
    const NOTHING: [&str; 22] = [
        "n/a",
        "na",
        "n.a.",
        "#n/a",
        "nan",
        "null",
        "(null)",
        "<null>",
        "[null]",
        "\\n",
        "nil",
        "none",
        "(none)",
        "undefined",
        "unknown",
        "not available",
        "no email",
        "no phone",
        "k.a.",
        "k. a.",
        "keine",
        "keine angabe",
    ];
    let cell = names::fold(cell.trim());
    let is_mark = |c: char| "-./*_?".contains(c) || ('\u{2010}'..='\u{2015}').contains(&c);
    cell.chars().all(is_mark) || NOTHING.contains(&cell.as_str())
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
    (merged, contact.dnd.or(dnd))
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
        let columns = columns.iter().map(|field| (field.label(), Some(*field))).collect::<Vec<_>>();
        read_named(&columns, "US", cells)
    }

    fn read_named(columns: &[(&str, Option<ImportField>)], country: &str, cells: &[&str]) -> Content {
        let column =
            |&(name, field): &(&str, _)| ImportColumn { name: name.to_owned(), field, ..ImportColumn::default() };
        let mapping = Mapping::new(&columns.iter().map(column).collect::<Vec<_>>(), country.to_owned());
        mapping.read(Row { line: 2, cells: Ok(cells.iter().map(ToString::to_string).collect()) }).content
    }

    fn person(content: Content) -> Person {
        match content {
            Content::Person { person, .. } => *person,
            other => panic!("{other:?}"),
        }
    }

    fn name(person: &Person) -> (&str, &str) {
        (&person.first_name, &person.last_name)
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
    fn quotes_around_a_label_and_google_s_own_groups_are_no_labels() {
        assert_eq!(read_labels("\"vip\",\"spring class\""), ["vip", "spring class"]);
        assert_eq!(read_labels("\"a, b\"; c"), ["a, b", "c"]);
        assert_eq!(read_labels("\"open, 5\" pipe, \"so\" called"), ["\"open", "5\" pipe", "\"so\" called"]);
        assert_eq!(read_labels("* My Contacts ::: Choir ::: Spring class"), ["Choir", "Spring class"]);
        assert_eq!(read_labels("* myContacts ::: * Friends"), ["Friends"]);
        assert_eq!(read_labels("vip ,"), ["vip"]);
        assert_eq!(read_tags("Nine, \"q\""), ["Nine", "\"q\""], "typed by hand they are");
    }

    #[test]
    fn of_several_phones_the_first_that_receives_texts_is_taken() {
        const LANDLINE: &str = "+44 20 7946 0018";
        let phone = |columns: &[&str], cells: &[&str]| {
            let columns: Vec<_> = columns
                .iter()
                .map(|name| (*name, (!name.ends_with("Type") && !name.ends_with("Label")).then_some(F::Phone)))
                .collect();
            match read_named(&columns, "US", cells) {
                Content::Person { person, phone_problem, .. } => (person.phone.to_string(), phone_problem),
                other => panic!("{other:?}"),
            }
        };
        let mobile = |number: &str| (number.to_owned(), None);
        assert_eq!(phone(&["Phone", "Mobile"], &[LANDLINE, "+44 7400 123457"]), mobile("+447400123457"));
        assert_eq!(phone(&["Mobile", "Phone"], &[LANDLINE, "+44 7400 123457"]), mobile("+447400123457"));
        assert_eq!(phone(&["Home Phone", "Cell"], &["415 555 2671", "415 555 2672"]), mobile("+14155552672"));
        assert_eq!(phone(&["Home Phone", "Cell"], &["415 555 2671", "12"]), mobile("+14155552671"));
        assert_eq!(
            phone(&["Phone", "Mobile"], &[LANDLINE, "n/a"]),
            (LANDLINE.into(), Some(PhoneProblem::CannotReceiveTexts))
        );
        assert_eq!(phone(&["Phone"], &["+44 7400 123458 ::: +44 7400 123459"]), mobile("+447400123458"));
        assert_eq!(phone(&["Phone"], &["12 ::: +44 7400 123459"]), mobile("+447400123459"));
        let google = ["Phone 1 - Type", "Phone 1 - Value", "Phone 2 - Type", "Phone 2 - Value"];
        let by_type = |first: &str, second: &str| phone(&google, &[first, "415 555 2671", second, "415 555 2672"]);
        assert_eq!(by_type("Home", "* Mobile"), mobile("+14155552672"));
        assert_eq!(by_type("Mobile", "Work"), mobile("+14155552671"));
        assert_eq!(by_type("Work Fax", "Home"), mobile("+14155552672"));
    }

    #[test]
    fn of_several_emails_the_first_valid_one_is_taken() {
        let email = |cells: &[&str]| person(read(&[F::FirstName, F::Email, F::Email], cells)).email.to_string();
        assert_eq!(email(&["Ann", "ann@", "ann@example.com"]), "ann@example.com");
        assert_eq!(email(&["Ann", "", "ann@example.com"]), "ann@example.com");
        assert_eq!(email(&["Ann", "ann@", "-"]), "ann@");
        assert_eq!(email(&["Two", "two@example.com ::: two.b@example.com"]), "two@example.com");
    }

    #[test]
    fn words_for_nothing_and_wrapped_cells_are_what_they_mean() {
        let row = |cells: &[&str]| person(read(&[F::FirstName, F::LastName, F::Email, F::Phone, F::Tags], cells));
        let ann = row(&["Ann", "NULL", "N/A", "-", "none"]);
        assert_eq!(ann, Person { first_name: "Ann".into(), ..Person::default() });
        let null = row(&["Jennifer", "Null", "undefined", "#N/A", "\\N"]);
        assert_eq!(name(&null), ("Jennifer", "Null"), "a name that people have");
        let wrapped =
            row(&["=\"Ann\"", "O&#39;Neil &amp; Sons", "a&amp;b@example.com", "=\"(415) 555-2671\"", "R&amp;amp;D"]);
        assert_eq!(name(&wrapped), ("Ann", "O'Neil & Sons"));
        assert_eq!(
            (wrapped.email.to_string(), wrapped.phone.to_string()),
            ("a&b@example.com".into(), "+14155552671".into())
        );
        assert_eq!(wrapped.tags, ["R&D"]);
        assert_eq!(read(&[F::FirstName, F::Email, F::Phone], &["N/A", "null", "--"]), Content::Blank);
    }

    #[test]
    fn a_full_name_fills_the_part_that_has_no_cell_of_its_own() {
        let beside_first = |full, first| person(read(&[F::FullName, F::FirstName], &[full, first]));
        assert_eq!(name(&beside_first("Rhea Moss", "Rhea")), ("Rhea", "Moss"));
        assert_eq!(name(&beside_first("Robert Hale", "Bob")), ("Bob", "Hale"));
        assert_eq!(name(&beside_first("Rhea", "Rhea")), ("Rhea", ""));
        assert_eq!(name(&beside_first("Rhea Moss", "")), ("Rhea", "Moss"));
        let beside_last = person(read(&[F::FullName, F::LastName], &["Rhea Ann Moss", "Moss"]));
        assert_eq!(name(&beside_last), ("Rhea Ann", "Moss"));
    }

    #[test]
    fn a_damaged_cell_that_would_come_in_makes_the_row_unreadable() {
        let mapping = Mapping::new(
            &[
                ImportColumn { field: Some(F::FirstName), ..ImportColumn::default() },
                ImportColumn { name: "Notes".into(), ..ImportColumn::default() },
            ],
            "DE".into(),
        );
        let content =
            |cells: [&str; 2]| mapping.read(Row { line: 2, cells: Ok(cells.map(str::to_owned).to_vec()) }).content;
        assert_eq!(content(["MÃ¼ller", ""]), Content::Unreadable(BadRow::Mojibake));
        assert_eq!(content(["M\u{fffd}ller", ""]), Content::Unreadable(BadRow::Encoding));
        assert!(
            matches!(content(["Müller", "M\u{fffd}ller"]), Content::Person { .. }),
            "what is left out does no harm"
        );
    }
}
