//! Which column of a file holds what: guessed from the header, or from the cells where there is none.

use app::address::Email;
use app::contacts::ImportField;

use crate::names;

/// Names that people and programs give their columns, folded and without spaces and signs.
const KNOWN: [(ImportField, &[&str]); 9] = [
    (
        ImportField::FirstName,
        &[
            "firstname",
            "first",
            "givenname",
            "given",
            "forename",
            "vorname",
            "prenom",
            "nombre",
            "nombres",
            "nome",
            "primernombre",
            "voornaam",
            "fornavn",
            "fornamn",
            "etunimi",
            "imie",
            "имя",
            "名",
        ],
    ),
    (
        ImportField::LastName,
        &[
            "lastname",
            "last",
            "surname",
            "familyname",
            "family",
            "nachname",
            "familienname",
            "nomdefamille",
            "nom",
            "apellido",
            "apellidos",
            "cognome",
            "sobrenome",
            "achternaam",
            "etternavn",
            "efternamn",
            "sukunimi",
            "nazwisko",
            "фамилия",
            "姓",
        ],
    ),
    (
        ImportField::FullName,
        &[
            "name",
            "fullname",
            "contactname",
            "contact",
            "displayname",
            "customername",
            "customer",
            "nomcomplet",
            "nombrecompleto",
            "nomecompleto",
            "naam",
            "navn",
            "namn",
            "nimi",
            "kunde",
            "姓名",
            "氏名",
        ],
    ),
    (
        ImportField::Email,
        &[
            "email",
            "emailaddress",
            "emailadresse",
            "mail",
            "mailaddress",
            "emails",
            "primaryemail",
            "workemail",
            "email1",
            "email1value",
            "correo",
            "correoelectronico",
            "courriel",
            "adressemail",
            "adresseemail",
            "adresseelectronique",
            "eposta",
            "epost",
            "indirizzoemail",
            "sahkoposti",
            "邮箱",
            "メールアドレス",
        ],
    ),
    (
        ImportField::Phone,
        &[
            "phone",
            "phonenumber",
            "mobile",
            "mobilephone",
            "mobilenumber",
            "cell",
            "cellphone",
            "cellular",
            "telephone",
            "tel",
            "telefon",
            "telefonnummer",
            "handy",
            "handynummer",
            "mobil",
            "mobilnummer",
            "telefono",
            "movil",
            "celular",
            "telemovel",
            "portable",
            "mobileportable",
            "numerodetelephone",
            "telefone",
            "cellulare",
            "sms",
            "phone1",
            "phone1value",
            "primaryphone",
            "whatsapp",
            "телефон",
            "电话",
            "電話番号",
        ],
    ),
    (
        ImportField::Tags,
        &["tags", "tag", "labels", "label", "groups", "group", "groupmembership", "etiquetas", "schlagworte"],
    ),
    (ImportField::DoNotDisturb, &["donotdisturb", "dnd", "donotcontact", "dnc", "optedout", "optout", "unsubscribed"]),
    (ImportField::NoEmail, &["noemail", "donotemail", "emailoptout", "emaildnd", "unsubscribedfromemail"]),
    (ImportField::NoSms, &["nosms", "donottext", "smsoptout", "smsdnd", "unsubscribedfromsms"]),
];

/// What each column of the first row seems to hold; each field is given to one column only.
pub fn guess(first_row: &[String]) -> Vec<Option<ImportField>> {
    let mut taken = Vec::new();
    let mut give = |field: Option<ImportField>| {
        let field = field.filter(|field| !taken.contains(field))?;
        taken.push(field);
        Some(field)
    };
    if has_header(first_row) {
        return first_row.iter().map(|name| give(known(name))).collect();
    }
    first_row.iter().map(|cell| give(by_content(cell))).collect()
}

/// Whether the first row names columns rather than a person.
pub fn has_header(first_row: &[String]) -> bool {
    !first_row.iter().any(|cell| matches!(by_content(cell), Some(ImportField::Email | ImportField::Phone)))
}

fn known(name: &str) -> Option<ImportField> {
    let name: String = names::fold(name).chars().filter(|c| c.is_alphanumeric()).collect();
    KNOWN.iter().find(|(_, words)| words.contains(&name.as_str())).map(|&(field, _)| field)
}

fn by_content(cell: &str) -> Option<ImportField> {
    let cell = cell.trim();
    if Email::parse(cell).is_ok() {
        return Some(ImportField::Email);
    }
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    if digits >= 7 && cell.chars().all(|c| c.is_ascii_digit() || " +-()./'".contains(c)) {
        return Some(ImportField::Phone);
    }
    let is_name = !cell.is_empty() && cell.chars().all(|c| c.is_alphabetic() || " .-'".contains(c));
    is_name.then_some(ImportField::FullName)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ImportField as F;

    fn guessed(first_row: &[&str]) -> Vec<Option<ImportField>> {
        guess(&first_row.iter().map(ToString::to_string).collect::<Vec<_>>())
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
    fn the_second_column_of_the_same_name_is_left_to_the_user() {
        assert_eq!(guessed(&["Email", "Email", "Phone"]), [Some(F::Email), None, Some(F::Phone)]);
    }

    #[test]
    fn a_file_without_a_header_is_read_from_its_first_row() {
        let row = ["Ann Lee", "ann@ex.com", "+1 (415) 555-2671"];
        assert!(!has_header(&row.map(str::to_owned)));
        assert_eq!(guessed(&row), [Some(F::FullName), Some(F::Email), Some(F::Phone)]);
    }
}
