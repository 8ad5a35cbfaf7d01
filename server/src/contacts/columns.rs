//! Which column of a file holds what: guessed from the header, or from the cells where there is none.

use app::{
    address::Email,
    digits::{ascii_digit, without_marks},
    imports::ImportField,
};

use super::{
    consent_columns,
    header::{self, Meaning},
};
use crate::names;

/// What each column seems to hold, by its name or, where the first row names nothing, by its cell. `below` are the
/// first rows under it. A part of the name is given to one column only; of addresses and tags there can be several.
pub fn guess(first_row: &[String], below: &[Vec<String>]) -> Vec<Option<ImportField>> {
    let mut taken = Vec::new();
    let mut give = |field: Option<ImportField>, again: bool| {
        let field = field.filter(|field| again && field.repeats() || !taken.contains(field))?;
        taken.push(field);
        Some(field)
    };
    if !has_header(first_row) {
        // A number beside a phone may be anything; one with a country code is a phone.
        return first_row.iter().map(|cell| give(by_content(cell), cell.trim().starts_with('+'))).collect();
    }
    let cells = |index| below.iter().filter_map(move |cells| cells.get(index)).map(String::as_str);
    let known = |(index, name): (usize, &String)| {
        consent_columns::guess(name, cells(index)).map(Meaning::Field).or_else(|| header::meaning(name))
    };
    let meanings: Vec<_> = first_row.iter().enumerate().map(known).collect();
    let said = |field| meanings.contains(&Some(Meaning::Field(field)));
    let name = meanings.iter().position(|meaning| *meaning == Some(Meaning::Name));
    let name_is = name.map(|name| part_of_name(name, &meanings, below));
    let fields = meanings.iter().enumerate().map(|(index, meaning)| match (*meaning)? {
        Meaning::Field(field) => Some(field),
        Meaning::Name if Some(index) == name => name_is,
        Meaning::Name => None,
        Meaning::Perhaps(ImportField::FullName) => {
            use ImportField::{FirstName, FullName, LastName};
            let is_named = name.is_some() || [FirstName, LastName, FullName].into_iter().any(said);
            (!is_named).then_some(FullName)
        }
        Meaning::Perhaps(field) => (!said(field)).then_some(field),
    });
    fields.map(|field| give(field, true)).collect()
}

/// What a column "Name" holds: beside a first name alone it is the last name, beside a last name alone the first name,
/// unless the rows show that it repeats what stands there.
fn part_of_name(name: usize, meanings: &[Option<Meaning>], below: &[Vec<String>]) -> ImportField {
    let find = |field| meanings.iter().position(|meaning| *meaning == Some(Meaning::Field(field)));
    let (beside, part) = match (find(ImportField::FirstName), find(ImportField::LastName)) {
        (Some(first), None) => (first, ImportField::LastName),
        (None, Some(last)) => (last, ImportField::FirstName),
        _ => return ImportField::FullName,
    };
    let rows: Vec<_> = below
        .iter()
        .filter_map(|cells| Some((names::fold(cells.get(name)?), names::fold(cells.get(beside)?))))
        .filter(|(name, other)| !name.trim().is_empty() && !other.trim().is_empty())
        .collect();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let repeats = |(name, other): &&(String, String)| {
        let (name, other) = (words(&name.replace(',', " ")), words(other));
        name.len() > other.len() && other.iter().all(|word| name.contains(word))
    };
    let repeating = rows.iter().filter(repeats).count();
    if repeating * 2 > rows.len() { ImportField::FullName } else { part }
}

/// Whether the first row names columns rather than a person.
pub fn has_header(first_row: &[String]) -> bool {
    !first_row.iter().any(|cell| matches!(by_content(cell), Some(ImportField::Email | ImportField::Phone)))
}

fn by_content(cell: &str) -> Option<ImportField> {
    let cell = without_marks(cell);
    if Email::parse(cell).is_ok() {
        return Some(ImportField::Email);
    }
    let digits = cell.chars().filter(|c| ascii_digit(*c).is_some()).count();
    let is_sign = |c: char| c.is_whitespace() || "+-()./'".contains(c) || ('\u{2010}'..='\u{2015}').contains(&c);
    if digits >= 7 && cell.chars().all(|c| ascii_digit(c).is_some() || is_sign(c)) {
        return Some(ImportField::Phone);
    }
    let is_name = !cell.is_empty() && cell.chars().all(|c| c.is_alphabetic() || " .-'".contains(c));
    is_name.then_some(ImportField::FullName)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ImportField as F;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(ToString::to_string).collect()
    }

    fn guessed(first_row: &[&str]) -> Vec<Option<ImportField>> {
        guess(&row(first_row), &[])
    }

    #[test]
    fn headers_of_other_programs_and_languages_are_understood() {
        let full = [Some(F::FirstName), Some(F::LastName), Some(F::Email), Some(F::Phone)];
        for header in [
            ["First name", "Last name", "Email", "Phone"],
            ["first_name", "LAST_NAME", "E-mail Address", "Mobile Phone"],
            ["Given Name", "Family Name", "E-mail 1 - Value", "Phone 1 - Value"],
            ["Vorname", "Nachname", "E-Mail-Adresse", "Handy"],
            ["Prénom", "Nom", "Courriel", "Numéro de téléphone"],
            ["Nombre", "Apellidos", "Correo electrónico", "Móvil"],
        ] {
            assert_eq!(guessed(&header), full, "{header:?}");
        }
        assert_eq!(
            guessed(&["Id", "Name", "EMAIL", "Tags", "DND"]),
            [None, Some(F::FullName), Some(F::Email), Some(F::Tags), Some(F::DoNotDisturb)]
        );
    }

    #[test]
    fn a_part_of_the_name_is_one_column_and_addresses_are_several() {
        assert_eq!(
            guessed(&["First name", "Given name", "Email", "Email", "Phone", "Mobile", "Labels", "Tags"]),
            [
                Some(F::FirstName),
                None,
                Some(F::Email),
                Some(F::Email),
                Some(F::Phone),
                Some(F::Phone),
                Some(F::Tags),
                Some(F::Tags)
            ]
        );
    }

    #[test]
    fn a_name_beside_one_part_of_it_is_the_other_part() {
        for (header, expected) in [
            (["Name", "Vorname"], [F::LastName, F::FirstName]),
            (["Vorname", "Name"], [F::FirstName, F::LastName]),
            (["Name", "First Name"], [F::LastName, F::FirstName]),
            (["Nom", "Prénom"], [F::LastName, F::FirstName]),
            (["Naam", "Voornaam"], [F::LastName, F::FirstName]),
            (["Name", "Surname"], [F::FirstName, F::LastName]),
            (["Customer Name", "Last name"], [F::FirstName, F::LastName]),
            (["Nome", "Cognome"], [F::FirstName, F::LastName]),
            (["Nombre", "Apellidos"], [F::FirstName, F::LastName]),
            (["Имя", "Фамилия"], [F::FirstName, F::LastName]),
            (["Full name", "First name"], [F::FullName, F::FirstName]),
        ] {
            assert_eq!(guessed(&header), expected.map(Some), "{header:?}");
        }
        for alone in ["Name", "Nom", "Nombre", "Nome", "Имя", "Customer"] {
            assert_eq!(guessed(&[alone, "Email"]), [Some(F::FullName), Some(F::Email)], "{alone}");
        }
        let google = guessed(&["Name", "Given Name", "Family Name"]);
        assert_eq!(google, [Some(F::FullName), Some(F::FirstName), Some(F::LastName)]);
    }

    #[test]
    fn a_name_that_repeats_the_part_beside_it_is_the_full_name() {
        let header = row(&["Name", "First name"]);
        let full = [row(&["Rhea Moss", "Rhea"]), row(&["Hale, Robert", "Robert"])];
        assert_eq!(guess(&header, &full), [Some(F::FullName), Some(F::FirstName)]);
        let parts = [row(&["Müller", "Jörg"]), row(&["Ali Hassan", "Ali"]), row(&["García Márquez", "Gabriel"])];
        assert_eq!(guess(&header, &parts), [Some(F::LastName), Some(F::FirstName)]);
    }

    #[test]
    fn a_vague_name_counts_where_no_other_column_says_the_same() {
        assert_eq!(guessed(&["Contact", "Mail", "SMS"]), [Some(F::FullName), Some(F::Email), Some(F::Phone)]);
        assert_eq!(
            guessed(&["Contact", "First name", "Email", "Mail", "Phone", "SMS"]),
            [None, Some(F::FirstName), Some(F::Email), None, Some(F::Phone), None]
        );
    }

    #[test]
    fn a_file_without_a_header_is_read_from_its_first_row() {
        let row = ["Ann Lee", "ann@ex.com", "+1 (415) 555-2671"];
        assert!(!has_header(&row.map(str::to_owned)));
        assert_eq!(guessed(&row), [Some(F::FullName), Some(F::Email), Some(F::Phone)]);
        let copied = ["Ann Lee", "ann@ex.com", "\u{202a}+1\u{a0}(415)\u{a0}555\u{2011}2671\u{202c}"];
        assert!(!has_header(&copied.map(str::to_owned)));
        let numbered = ["+14155552671", "4155552672", "+14155552673"];
        assert_eq!(guessed(&numbered), [Some(F::Phone), None, Some(F::Phone)], "an id beside a phone is no phone");
    }
}
