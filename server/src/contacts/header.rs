//! What the name of a column says, in the words of other programs and languages. A name is understood only when every
//! word of it is known: "Phone" and "Person - Phone - Mobile" are, "Phone type" and "Phone opt-in" are not.

use std::{collections::HashSet, sync::LazyLock};

use app::imports::ImportField;

use crate::names;

/// What a column seems to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// This.
    Field(ImportField),
    /// A name, of which the columns beside it tell what part.
    Name,
    /// This, unless another column says the same in plainer words.
    Perhaps(ImportField),
}

/// Which of a row's phones is tried first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PhoneKind {
    /// It is said to be a mobile.
    Mobile,
    /// Nothing is said.
    Any,
    /// A desk or a home, where texts often do not arrive.
    Desk,
    /// A fax, a pager, a landline: never texted.
    NeverTexted,
}

struct Words(LazyLock<HashSet<String>>);

impl Words {
    const fn new(read: fn() -> HashSet<String>) -> Self {
        Self(LazyLock::new(read))
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// The words of a list, in the form in which they are compared.
fn list(words: &str) -> HashSet<String> {
    words.split_whitespace().map(names::fold).collect()
}

/// Numbers that are said to be mobile.
static MOBILE: Words = Words::new(|| {
    list(
        "mobile mobiles mob mobileno mobilenumber mobilephone mobilephonenumber cell cells cellno cellnumber cellphone \
         cellphonenumber cellular handphone hp nohp nohandphone sms whatsapp iphone handy handynr handynummer mobil \
         mobilnr mobilnummer mobiltelefon mobiltelefonnummer mobilfunk mobilfunknummer mobilrufnummer movil moviles \
         celular celulares telemovel cellulare telefonino portable gsm mobiel mobielnummer matkapuhelin \
         matkapuhelinnumero komorka komorkowy mobilszam mobiltelefonszam mobitel κινητο мобильный мобильного моб \
         сотовый сотового 手机 手机号 手机号码 手機 手機號碼 携帯 携帯電話 携帯番号 携帯電話番号 휴대폰 휴대폰번호 휴대전화 휴대전화번호 \
         핸드폰 נייד جوال الجوال موبايل الموبايل المحمول",
    )
});

/// Other words for a telephone.
static PHONE: Words = Words::new(|| {
    list(
        "phone phones phoneno phonenumber phonenumbers telephone telephones telephonenumber tel telno telnr notelp \
         notelepon notel telp telepon telpon telefon telefonnr telefonnummer telefonu rufnummer telefono telefonos \
         telefone telefones telefoon telefoonnummer puhelin puhelinnumero telefonszam telefonas τηλεφωνο τηλ телефон \
         телефона тел 电话 电话号码 联系电话 電話 電話號碼 電話番号 전화 전화번호 טלפון هاتف الهاتف",
    )
});

/// Words that tell nothing about a phone but where it stands.
static DESK: Words = Words::new(|| {
    list("home work office business main geschaftlich dienstlich buro travail bureau trabajo casa lavoro ufficio werk")
});

/// What is no number to text.
static NEVER_TEXTED: Words =
    Words::new(|| list("fax faxnummer telefax pager landline festnetz fixe fijo fisso homefax workfax"));

/// Words for an email.
static EMAIL: Words = Words::new(|| {
    list(
        "email emails emailaddress emailadresse emailid mail mailadresse mailaddress correo correos correoelectronico \
         courriel courriels mel eposta epost epostadress epostadresse sahkoposti sahkopostiosoite emailcim почта 邮箱 \
         电子邮箱 电子邮件 邮件地址 郵箱 電子郵件 電子信箱 メール eメール メールアドレス 이메일 이메일주소 אימייל ايميل بريد البريد",
    )
});

/// Words that stand beside both without a meaning of their own.
static BESIDE: Words = Words::new(|| {
    list(
        "person contact customer client lead member subscriber guest patient attendee invitee your home work office \
         business personal private main primary default other secondary alternate alternative second billing \
         address adresse adress adres adresi adresa osoite indirizzo direccion endereco адрес value number num numero \
         numer nummer nr номер номера 번호 رقم de da di del der la du kontakt kunde kunden cliente privat privee prive \
         geschaftlich dienstlich buro perso personnel pro professionnel travail bureau personale lavoro ufficio casa \
         particular trabajo elettronica electronico electronique eletronico электронная электронной الالكتروني",
    )
});

/// Whose name it is, before the name.
static WHOSE: Words = Words::new(|| {
    list(
        "person contact customer client lead member subscriber guest patient attendee invitee your billing primary \
         kontakt kunde kunden cliente",
    )
});

static FIRST_NAME: Words = Words::new(|| {
    list(
        "firstname firstnames fname namefirst givenname givennames namegiven forename forenames christianname vorname \
         vornamen rufname prenom prenoms primernombre nombredepila voornaam voornamen fornavn fornamn etunimi imie \
         jmeno krestnijmeno keresztnev utonev prenume ファーストネーム 名 שםפרטי الاسمالاول",
    )
});

static LAST_NAME: Words = Words::new(|| {
    list(
        "lastname lastnames lname namelast surname surnames familyname namefamily nachname familienname zuname \
         nomdefamille nomfamille apellido apellidos primerapellido cognome sobrenome apelido ultimonome achternaam \
         familienaam etternavn efternamn efternavn sukunimi nazwisko prijmeni priezvisko vezeteknev csaladnev prezime \
         soyad soyadi фамилия επωνυμο 姓 苗字 성 שםמשפחה العائلة اسمالعائلة",
    )
});

/// A name without a word on which part of it.
static NAME: Words = Words::new(|| {
    list("name names naam navn namn nimi nom nome nombre nombres nev nume ime isim имя ονομα 名前 이름 שם اسم الاسم")
});

static FULL_NAME: Words = Words::new(|| {
    list(
        "fullname namefull completename displayname firstandlastname nomcomplet nombrecompleto nomecompleto \
         nombreyapellido nombreyapellidos nomprenom prenomnom nometprenom prenometnom nomecognome nomeecognome \
         vorundnachname vornamenachname namevorname vollername vollstandigername anzeigename ansprechpartner \
         imieinazwisko jmenoaprijmeni adsoyad фио полноеимя 姓名 氏名 お名前 성명",
    )
});

static TAGS: Words = Words::new(|| {
    list(
        "tags tag labels label groups group groupmembership categories category etiquetas etiqueta etiquettes \
         schlagworte schlagworter kategorien kategorie gruppen gruppe",
    )
});

/// What the name of a column says.
pub fn meaning(header: &str) -> Option<Meaning> {
    use ImportField as F;
    let words = words(header);
    let squeezed = words.concat();
    match squeezed.as_str() {
        "first" | "given" => return Some(Meaning::Field(F::FirstName)),
        "last" | "family" => return Some(Meaning::Field(F::LastName)),
        "sms" | "whatsapp" => return Some(Meaning::Perhaps(F::Phone)),
        "mail" => return Some(Meaning::Perhaps(F::Email)),
        "contact" | "customer" | "client" | "kunde" | "kontakt" | "cliente" | "klant" => {
            return Some(Meaning::Perhaps(F::FullName));
        }
        "contactno" | "contactnumber" | "contactnum" | "contactnr" => return Some(Meaning::Field(F::Phone)),
        "postaelettronica" => return Some(Meaning::Field(F::Email)),
        _ => {}
    }
    let rest: String = words.iter().skip_while(|word| WHOSE.has(word)).map(String::as_str).collect();
    let named = |name: &str| {
        let field = match name {
            _ if NAME.has(name) => return Some(Meaning::Name),
            _ if FIRST_NAME.has(name) => F::FirstName,
            _ if LAST_NAME.has(name) => F::LastName,
            _ if FULL_NAME.has(name) => F::FullName,
            _ if TAGS.has(name) => F::Tags,
            _ => return None,
        };
        Some(Meaning::Field(field))
    };
    if let Some(meaning) = named(&squeezed).or_else(|| named(&rest)) {
        return Some(meaning);
    }
    let is_phone = |word: &str| MOBILE.has(word) || PHONE.has(word);
    let field = if EMAIL.has(&squeezed) || holds(&words, |word| EMAIL.has(word), &["id"]) {
        F::Email
    } else if is_phone(&squeezed) || holds(&words, is_phone, &[]) {
        F::Phone
    } else {
        return None;
    };
    Some(Meaning::Field(field))
}

/// Whether a phone is said to be one that texts reach, by its column's name or by a label beside it.
pub fn phone_kind(label: &str) -> PhoneKind {
    let words = words(label);
    let any = |list: &Words| words.iter().any(|word| list.has(word)) || list.has(&words.concat());
    match () {
        () if any(&NEVER_TEXTED) => PhoneKind::NeverTexted,
        () if any(&MOBILE) => PhoneKind::Mobile,
        () if any(&DESK) => PhoneKind::Desk,
        () => PhoneKind::Any,
    }
}

/// Whether one word at least is the thing and every other stands beside it without a meaning of its own. "No" counts as
/// "number" behind the thing alone: before it, it is a no.
fn holds(words: &[String], is_thing: impl Fn(&str) -> bool, also: &[&str]) -> bool {
    let mut found = false;
    for word in words {
        if is_thing(word) {
            found = true;
        } else if !(BESIDE.has(word) || also.contains(&word.as_str()) || found && word == "no") {
            return false;
        }
    }
    found
}

/// The words of a name, folded, without numbers: `billing_phone`, `emailAddress`, `E-mail 1 - Value`.
fn words(header: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(header.len() + 8);
    let mut before = ' ';
    // One word although it has two capitals.
    for c in header.replace("WhatsApp", "Whatsapp").chars() {
        let is_new = before.is_lowercase() && c.is_uppercase()
            || before.is_numeric() != c.is_numeric() && before.is_alphanumeric() && c.is_alphanumeric();
        if is_new {
            spaced.push(' ');
        }
        match c {
            '#' | '№' => spaced.push_str(" number "),
            // N° and Nº.
            '°' | 'º' if before.eq_ignore_ascii_case(&'n') => spaced.push_str("umber "),
            _ => spaced.push(c),
        }
        before = c;
    }
    let folded = names::fold(&spaced);
    let mut words = Vec::new();
    for word in folded.split_inclusive(|c: char| !c.is_alphanumeric()) {
        let is_short = word.ends_with('.');
        match word.trim_end_matches(|c: char| !c.is_alphanumeric()) {
            "" => {}
            "no" if is_short => words.push("number".to_owned()),
            word if word.chars().all(char::is_numeric) => {}
            // E-mail, e-posta.
            word if words.last().is_some_and(|before: &String| before == "e") => {
                words.pop();
                words.push(format!("e{word}"));
            }
            word => words.push(word.to_owned()),
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use ImportField as F;

    #[test]
    fn columns_of_other_programs_are_understood_by_their_words() {
        let table: [(F, &[&str]); 6] = [
            (
                F::Phone,
                &[
                    "Phone",
                    "Mobile No.",
                    "Mobile No",
                    "MOBILE NUMBER",
                    "Mobile Phone Number",
                    "billing_phone",
                    "Person - Phone - Mobile",
                    "Person - Phone - Work",
                    "Default Address Phone",
                    "Phone 1 - Value",
                    "Phone2",
                    "phoneNumber",
                    "Phone #",
                    "Cell #",
                    "Contact No.",
                    "Contact Number",
                    "Home Phone 2",
                    "Customer Phone",
                    "WhatsApp Number",
                    "Phone (mobile)",
                    "Telefon (mobil)",
                    "Tel.-Nr.",
                    "Telefon privat",
                    "Mobilfunknummer",
                    "Numéro de téléphone",
                    "N° de téléphone",
                    "Nº de teléfono",
                    "Téléphone portable",
                    "Teléfono móvil",
                    "Número de celular",
                    "Telemóvel",
                    "Numero di telefono",
                    "No. HP",
                    "No Telp",
                    "Telefon komórkowy",
                    "Мобильный телефон",
                    "Номер телефона",
                    "手机号码",
                    "携帯電話番号",
                    "휴대폰 번호",
                    "휴대폰번호",
                    "رقم الهاتف",
                ],
            ),
            (
                F::Email,
                &[
                    "Email",
                    "E-mail",
                    "eMail",
                    "Email ID",
                    "EMAIL ADDRESS",
                    "emailAddress",
                    "Person - Email - Work",
                    "billing_email",
                    "Email 1",
                    "E-mail 2 Address",
                    "E-mail 1 - Value",
                    "Work Email",
                    "Secondary Email",
                    "Mail ID",
                    "E-Mail-Adresse",
                    "Adresse e-mail",
                    "Dirección de correo electrónico",
                    "Indirizzo e-mail",
                    "E-posta adresi",
                    "Электронная почта",
                    "メールアドレス",
                    "이메일",
                ],
            ),
            (
                F::FirstName,
                &["First Name", "billing_first_name", "Customer First Name", "Name (First)", "Given", "Vorname"],
            ),
            (F::LastName, &["Last Name", "billing_last_name", "Name (Last)", "Surname", "Nachname", "APELLIDOS"]),
            (F::FullName, &["Full Name", "Display name", "ФИО", "姓名", "Nombre y apellidos", "Name, Vorname"]),
            (F::Tags, &["TAGS", "Labels", "Group Membership", "Person - Labels", "Categories"]),
        ];
        for (field, headers) in table {
            for header in headers {
                assert_eq!(meaning(header), Some(Meaning::Field(field)), "{header:?}");
            }
        }
        for header in ["Name", "Customer Name", "Person - Name", "Contact Name", "Nom", "Nombre", "Имя", "名前", "이름"]
        {
            assert_eq!(meaning(header), Some(Meaning::Name), "{header:?}");
        }
    }

    #[test]
    fn what_only_speaks_about_an_address_or_a_name_is_left_alone() {
        for header in [
            "Sr No",
            "No.",
            "Id",
            "Contact ID",
            "Customer No",
            "Customer Number",
            "Phone Type",
            "Phone 1 - Type",
            "Phone 1 - Label",
            "Phone Country Code",
            "Phone Verified",
            "Phone opt in",
            "Fax",
            "Home Fax",
            "Landline",
            "No Phone",
            "No Mobile",
            "No Email",
            "Do not call",
            "Do Not Email",
            "Do Not Sms",
            "SMS Consent",
            "Accepts SMS Marketing",
            "Accepts Email Marketing",
            "Email Subscription Status",
            "Email Opt Out",
            "Email Status",
            "E-mail Display Name",
            "Unsubscribed from all email",
            "Contact owner",
            "Contact Owner Email",
            "Emergency Contact Phone",
            "Assistant's Phone",
            "To Email Address",
            "Shipping Phone",
            "Mailing Address",
            "Company Name",
            "Organization - Name",
            "Middle Name",
            "User name",
            "Last Email",
            "Last Contact",
            "First Contact",
            "Last SMS",
            "Created",
        ] {
            assert_eq!(meaning(header), None, "{header:?}");
        }
    }

    #[test]
    fn a_mobile_is_told_from_a_desk_and_a_fax() {
        use PhoneKind as K;
        for (label, kind) in [
            ("Mobile", K::Mobile),
            ("Person - Phone - Mobile", K::Mobile),
            ("Cell #", K::Mobile),
            ("Handy", K::Mobile),
            ("Phone", K::Any),
            ("* Other", K::Any),
            ("Home Phone", K::Desk),
            ("Work", K::Desk),
            ("Work Fax", K::NeverTexted),
            ("Home Fax", K::NeverTexted),
            ("Pager", K::NeverTexted),
        ] {
            assert_eq!(phone_kind(label), kind, "{label:?}");
        }
        assert!(K::Mobile < K::Any && K::Any < K::Desk && K::Desk < K::NeverTexted);
    }
}
