//! Which columns of a file say whom not to write to, and what their cells mean. Other programs name such columns in many
//! ways, so names are read by their words. Doubt never becomes a message: what is not understood keeps the person silent.

mod answers;

use app::{
    contacts::Dnd,
    imports::{ImportColumn, ImportField},
};

use self::answers::Answer;
use crate::{consent::SwitchingColumns, names};

/// Stems of refusal, looked for in the whole name without its spaces and signs.
const REFUSES: &str = "optout optedout optsout optingout unsubscri nonsubscri blacklist blocklist suppress supress spamcomplaint \
    spamreport reportedspam markedasspam markedemailasspam consentwithdr consentrevoked withdrawnconsent \
    revokedconsent abgemeldet abmeld abbestell sperr widerspr widerruf robinson keinewerb keinnewsletter \
    keinenewsletter keineemail keinemail keinesms keinkontakt nichtstör nichtstoer nichtkontakt nichtanschreib \
    nichtanruf nichtmail désabonn désinscri nepascontact nepasdérang nepasenvoy nepasappel nepasemail nepassms \
    pasdemail pasdesms pasdepub pasdenewsletter listenoire refuseemail refusesms refusepub desuscri dadodebaja \
    dadadebaja fechadebaja fechabaja nomolestar nocontactar noenviar nollamar listanegra canceladasuscripcion \
    cancelarsuscripcion descadastr descadastramento nãoperturb nãocontat nãocontact nãoenviar nãoligar disiscri \
    nondisturb noncontatt noninviar listanera revocaconsenso dezabon nucontacta afgemeld afmeld uitgeschreven \
    uitschrijv nietstor nietmail nietbellen nietcontact geenmail geenemail geensms geennieuwsbrief geenreclame \
    avregistr avanmäl framel avmeld ikkekontakt ikkeforstyr ikkesend intekontakt inteskicka markkinointikielto \
    eimarkkinointi älähäiritse wypisan wypisał rezygnac niekontakt niewysył nieprzeszkadz sprzeciw odhlás \
    nekontakt neposíl nerušit nezasíl leiratk nezavar abonelikiptal aboneliktençık rahatsızetme απεγγραφ \
    διαγραφ μηνενοχλ отпис отказ небеспокоить незвонить неписать неотправлять чёрныйсписок відпис відмов \
    нетурбувати 配信停止 配信拒否 配信不可 配信不要 受信拒否 メール不要 メール拒否 停止 拒否 購読解除 退订 退訂 \
    勿扰 勿擾 免打扰 免打擾 拒收 拒绝 取消订阅 取消訂閱 黑名单 黑名單 不接收 수신거부 수신차단 구독취소 거부 \
    إلغاءالاشتراك عدمالإزعاج הסרה";
/// Whole words of refusal.
const REFUSING_WORDS: &str = "dnd dnc dne unsub unsubs stop stopped baja opposition nixad iptal muted";
/// Whole words that refuse only where the cells agree: they mean other things as well.
const PERHAPS_REFUSING_WORDS: &str = "blocked exclude excluded spam silent kielto refused rejected declined revoked";
/// Stems of agreement.
const AGREES: &str = "optin optedin optsin einwilligung consentement consentimiento consentimento samtyck samtykke toestemming \
    souhlas suhlas suostumus согласие 同意 수신동의 配信許可";
/// Stems that speak of agreement only where the cells agree.
const PERHAPS_AGREES: &str = "subscri newsletter marketing consent permission mailinglist gdpr dsgvo rgpd lgpd suscri inscrit iscritt \
    abonn prenumer zgoda hozzájárul nieuwsbrief nyhetsbrev nyhedsbrev infolettre boletin bülten hírlevél \
    werbung рассылк розсилк подписк подписан підписк メルマガ 購読 配信 订阅 訂閱 구독 수신";
/// Words that agree to a channel that is named beside them.
const AGREEING_WORDS: &str = "accept accepts accepted accepting allow allows allowed receive receives wants get gets ok okay can may \
    agrees agreed acepta accetta aceita accepte erlaubt mag send \
    sends reminder reminders notification notifications notify alerts campaigns promotional promotions";
/// Words for how a program calls where somebody stands.
const STATUS_WORDS: &str = "status statut stato estado stav статус tila durum 状態 状态 상태 state";
/// Words that say when, how or whereby: beside an agreement they carry no answer, beside a refusal each entry is one.
const DETAIL_WORDS: &str = "date time timestamp at on ip source method level by version form id reason plan tier price product type \
    start end renewal renews count number language since updated created campaign channel datum quelle fecha \
    quellen zeit дата";
/// Words for what is advertised, which stand behind a "no".
const ADVERTISING_WORDS: &str = "marketing bulk newsletter newsletters promo promos promotions contact advertising ads";
const EMAIL_WORDS: &str = "mail mails mailing mailings correo correos mejl mel eposta epost courriel pec";
const EMAIL_STEMS: &str = "email newsletter courriel correo sähköposti nieuwsbrief nyhetsbrev nyhedsbrev infolettre boletin hírlevél \
    メール メルマガ 邮件 邮箱 郵件 이메일 почт пошт";
const TEXT_WORDS: &str = "text texts texted texting mms смс 短信 簡訊 문자";
const TEXT_STEMS: &str = "sms textmessag tekstiviest 短信 簡訊 문자 смс";
/// Who may not be called may not be texted either.
const CALL_WORDS: &str = "call calls called calling phone phones telephone mobile cell tel telefon telefono teléfono téléphone handy \
    anruf appel bellen";
/// Ways to reach somebody that this product has not, and things other than messages.
const FOREIGN_WORDS: &str = "fax post postal letter letters print push voicemail voicemails messenger facebook instagram gmb trade share \
    sell sale track tracking cookie cookies profiling brief courrier";
const FOREIGN_STEMS: &str = "directmail thirdpart whatsapp";

/// What else a name can hold that is about consent, whatever its cells say.
const SMELLS: &str = "permi privacy preferredcontact preferredcommunication contactprefer communicationprefer complain bounce \
    datenschutz consens zustimm erlaubnis disturb suppr";
/// The same as whole words.
const SMELLING_WORDS: &str = "opt not dont ban banned izin onay quiet mute ads";

/// What a yes in a column means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    /// "Do not email": a yes is a refusal.
    ForRefusal,
    /// "Accepts email": a no is one.
    ForAgreement,
}

/// Which channels a column is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    All,
    Email,
    Sms,
}

/// How much a name tells by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// It can mean nothing else.
    Sure,
    /// It counts where at least one cell, or none at all, can be understood.
    WithCells,
    /// It counts where a cell holds a word that only consent has.
    WithWords,
}

/// The field that a column holds, when its name and its first cells say that it is about consent.
pub fn guess<'a>(name: &str, cells: impl IntoIterator<Item = &'a str> + Clone) -> Option<ImportField> {
    let name = Name::new(name);
    let (asks, certainty) = name.meaning()?;
    let reach = name.reach()?;
    let field = field(asks, reach);
    let filled = || cells.clone().into_iter().filter(|cell| !cell.trim().is_empty());
    // "No Mobile" and "Opt-in email" can be addresses.
    if filled().any(answers::is_address) {
        return None;
    }
    let is_it = match certainty {
        Certainty::Sure => true,
        Certainty::WithCells => {
            filled().next().is_none() || filled().any(|cell| answers::read(cell) != Answer::Unclear)
        }
        Certainty::WithWords => filled().any(answers::names_consent),
    };
    is_it.then_some(field)
}

/// Whether a column seems to be about consent, by its name alone.
pub fn smells_of_consent(name: &str) -> bool {
    let name = Name::new(name);
    name.meaning().is_some_and(|(_, certainty)| certainty != Certainty::WithWords)
        || [REFUSES, AGREES, PERHAPS_AGREES, SMELLS].into_iter().any(|stems| name.has_stem(stems))
        || name.has_word(SMELLING_WORDS)
}

/// A column's name, taken apart.
struct Name {
    /// Folded; parted at spaces, signs and capitals.
    words: Vec<String>,
    /// The words without what parts them.
    joined: String,
}

impl Name {
    fn new(name: &str) -> Self {
        let mut words = vec![String::new()];
        let chars: Vec<char> = name.chars().filter(|c| !matches!(c, '\'' | '\u{2019}')).collect();
        for (index, &c) in chars.iter().enumerate() {
            let before = index.checked_sub(1).map(|index| chars[index]);
            let after = chars.get(index + 1);
            // HasOptedOut, SMSOptOut
            let begins = c.is_uppercase()
                && before.is_some_and(|before| {
                    before.is_lowercase() || (before.is_uppercase() && after.is_some_and(|after| after.is_lowercase()))
                });
            if begins || !c.is_alphanumeric() {
                words.push(String::new());
            }
            if let (true, Some(word)) = (c.is_alphanumeric(), words.last_mut()) {
                word.push(c);
            }
        }
        let words: Vec<String> = words.iter().map(|word| names::fold(word)).filter(|word| !word.is_empty()).collect();
        Self { joined: words.concat(), words }
    }

    fn has_stem(&self, stems: &str) -> bool {
        stems.split_whitespace().any(|stem| self.joined.contains(&names::fold(stem)))
    }

    fn has_word(&self, words: &str) -> bool {
        self.words.iter().any(|word| is_one_of(word, words))
    }

    /// "Do Not Email", "Don't text", "No bulk emails", "Not subscribed": the negation and what it is about.
    fn is_negated(&self) -> bool {
        let negates_ours = |pair: &[String]| {
            let [no, what] = pair else { return false };
            let what = what.as_str();
            let is_ours = is_one_of(what, ADVERTISING_WORDS)
                || is_one_of(what, EMAIL_WORDS)
                || is_one_of(what, TEXT_WORDS)
                || ["email", "sms", "subscri", "opted", "contact", "disturb"].iter().any(|stem| what.starts_with(stem));
            match no.as_str() {
                "do" | "does" | "did" | "should" | "must" | "may" | "can" | "could" | "shall" | "will" => what == "not",
                "not" | "never" | "without" => is_ours,
                _ => false,
            }
        };
        let negation = |word: &str| {
            let is_glued =
                ["donot", "dont", "doesnot", "doesnt", "cannot", "cant"].iter().any(|no| word.starts_with(no));
            let no_channel = word.strip_prefix("no").is_some_and(|what| {
                is_one_of(what, ADVERTISING_WORDS)
                    || is_one_of(what, TEXT_WORDS)
                    || ["email", "emails", "mail", "mails", "sms", "bulkemail", "bulkemails"].contains(&what)
            });
            is_glued || no_channel
        };
        // A "no" counts at the beginning only: "Phone No. Mobile" is a number.
        let asks_for = ["requests", "request", "wants", "prefers", "has", "is"];
        let start = self.words.iter().position(|word| !asks_for.contains(&word.as_str())).unwrap_or_default();
        let begins_with_no = match &self.words[start.min(self.words.len())..] {
            [no, what, ..] if no == "no" || no == "non" => {
                is_one_of(what, ADVERTISING_WORDS)
                    || is_one_of(what, TEXT_WORDS)
                    || ["email", "emails", "mail", "mails", "sms"].contains(&what.as_str())
            }
            _ => false,
        };
        begins_with_no || self.words.windows(2).any(negates_ours) || self.words.iter().any(|word| negation(word))
    }

    fn meaning(&self) -> Option<(Asks, Certainty)> {
        if self.has_word("url link links uri") || self.has_stem("marketingcontact") {
            return None;
        }
        let mut rest = self.joined.clone();
        for stem in REFUSES.split_whitespace() {
            rest = rest.replace(&names::fold(stem), " ");
        }
        let refuses = rest != self.joined || self.is_negated() || self.has_word(REFUSING_WORDS);
        let rest_has = |stems: &str| stems.split_whitespace().any(|stem| rest.contains(&names::fold(stem)));
        if refuses {
            // "Opt in / opt out": nobody knows what a yes says there.
            let is_both = rest_has("optin optedin") || rest.contains("subscri");
            return (!is_both || self.is_negated()).then_some((Asks::ForRefusal, Certainty::Sure));
        }
        if self.has_word(PERHAPS_REFUSING_WORDS) {
            return Some((Asks::ForRefusal, Certainty::WithCells));
        }
        let is_wording = ["consenttext", "permissiontext", "privacytext"].iter().any(|end| self.joined.ends_with(end));
        if self.has_word(DETAIL_WORDS) || is_wording {
            return None;
        }
        if rest_has(AGREES) {
            return Some((Asks::ForAgreement, Certainty::Sure));
        }
        let has_channel = self.channels() != (false, false);
        let is_about_channel = has_channel && (self.has_word(AGREEING_WORDS) || self.has_word(STATUS_WORDS));
        if is_about_channel || rest_has(PERHAPS_AGREES) {
            return Some((Asks::ForAgreement, Certainty::WithCells));
        }
        if self.has_word(STATUS_WORDS) {
            return Some((Asks::ForAgreement, Certainty::WithWords));
        }
        None
    }

    /// Whether the name speaks of email, and whether of texts.
    fn channels(&self) -> (bool, bool) {
        let sms = self.has_stem(TEXT_STEMS) || self.has_word(TEXT_WORDS) || self.has_word(CALL_WORDS);
        let email = self.has_word(EMAIL_WORDS) || self.has_stem(EMAIL_STEMS);
        (email, sms)
    }

    /// None when it is about other ways to reach somebody alone.
    fn reach(&self) -> Option<Reach> {
        let is_foreign = self.has_word(FOREIGN_WORDS) || self.has_stem(FOREIGN_STEMS);
        match self.channels() {
            (true, _) if self.has_stem("directmail") => None,
            (true, false) => Some(Reach::Email),
            (false, true) => Some(Reach::Sms),
            (true, true) => Some(Reach::All),
            (false, false) => (!is_foreign).then_some(Reach::All),
        }
    }
}

/// Whether a folded word is on a list.
fn is_one_of(word: &str, list: &str) -> bool {
    list.split_whitespace().any(|other| names::fold(other) == word)
}

const fn field(asks: Asks, reach: Reach) -> ImportField {
    match (asks, reach) {
        (Asks::ForRefusal, Reach::All) => ImportField::DoNotDisturb,
        (Asks::ForRefusal, Reach::Email) => ImportField::NoEmail,
        (Asks::ForRefusal, Reach::Sms) => ImportField::NoSms,
        (Asks::ForAgreement, Reach::All) => ImportField::AcceptsMessages,
        (Asks::ForAgreement, Reach::Email) => ImportField::AcceptsEmail,
        (Asks::ForAgreement, Reach::Sms) => ImportField::AcceptsSms,
    }
}

const fn question(field: ImportField) -> Option<(Asks, Reach)> {
    Some(match field {
        ImportField::DoNotDisturb => (Asks::ForRefusal, Reach::All),
        ImportField::NoEmail => (Asks::ForRefusal, Reach::Email),
        ImportField::NoSms => (Asks::ForRefusal, Reach::Sms),
        ImportField::AcceptsMessages => (Asks::ForAgreement, Reach::All),
        ImportField::AcceptsEmail => (Asks::ForAgreement, Reach::Email),
        ImportField::AcceptsSms => (Asks::ForAgreement, Reach::Sms),
        _ => return None,
    })
}

/// What one cell switches on, and whether it could be understood.
fn switches((asks, reach): (Asks, Reach), cell: &str) -> (Dnd, bool) {
    let whole = match reach {
        Reach::All => Dnd { all: true, ..Dnd::default() },
        Reach::Email => Dnd { email: true, ..Dnd::default() },
        Reach::Sms => Dnd { sms: true, ..Dnd::default() },
    };
    let answer = answers::read(cell);
    let is_off = match (asks, answer) {
        (_, Answer::Refused) | (Asks::ForRefusal, Answer::Yes | Answer::Date) | (Asks::ForAgreement, Answer::No) => {
            true
        }
        (_, Answer::Blank | Answer::Agreed)
        | (Asks::ForRefusal, Answer::No)
        | (Asks::ForAgreement, Answer::Yes | Answer::Date) => false,
        (_, Answer::Channels { email, sms }) => {
            let (email, sms) = if asks == Asks::ForRefusal { (email, sms) } else { (!email, !sms) };
            return match reach {
                Reach::All => (Dnd { all: false, email, sms }, true),
                Reach::Email => (Dnd { email, ..Dnd::default() }, true),
                Reach::Sms => (Dnd { sms, ..Dnd::default() }, true),
            };
        }
        (_, Answer::Unclear) => return (whole, false),
    };
    (if is_off { whole } else { Dnd::default() }, true)
}

/// What a row says about being written to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowConsent {
    /// What it switches on.
    pub dnd: Dnd,
    /// The columns that ask for it.
    pub columns: SwitchingColumns,
    /// The cells that are neither yes nor no.
    pub doubts: Vec<Doubt>,
}

/// A cell that is neither yes nor no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The column.
    pub column: String,
    /// What stands there.
    pub cell: String,
    /// What is switched on because of it.
    pub dnd: Dnd,
}

/// The columns of a file that are about consent.
#[derive(Clone, Debug, Default)]
pub struct ConsentColumns(Vec<(usize, String, (Asks, Reach))>);

impl ConsentColumns {
    /// Those among a file's columns.
    pub fn new(columns: &[ImportColumn]) -> Self {
        let asking = |(index, column): (usize, &ImportColumn)| {
            column.field.and_then(question).map(|question| (index, column.name.clone(), question))
        };
        Self(columns.iter().enumerate().filter_map(asking).collect())
    }

    /// Every one of them is heeded, and any refusal counts.
    pub fn read(&self, cells: &[impl AsRef<str>]) -> RowConsent {
        let mut row = RowConsent::default();
        for (index, name, question) in &self.0 {
            let cell = cells.get(*index).map_or("", AsRef::as_ref);
            let (dnd, is_clear) = switches(*question, cell);
            if !is_clear {
                row.doubts.push(Doubt { column: names::clean(name), cell: names::clean(cell), dnd });
            }
            row.columns.add(dnd, name);
            row.dnd = row.dnd.or(dnd);
        }
        row
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ImportField as F;
    use proptest::prelude::*;

    const NONE: Dnd = Dnd { all: false, email: false, sms: false };

    fn guessed(name: &str, cells: &[&str]) -> Option<ImportField> {
        guess(name, cells.iter().copied())
    }

    #[test]
    fn the_columns_by_which_other_programs_say_no_are_understood() {
        for (field, names) in [
            (
                F::NoSms,
                "Do Not Sms | SMS Opt Out | SMSOptOut | sms_opt_out | HasOptedOutOfSms | No SMS | NoSMS | \
                Do not text | Don't text | DND SMS | Unsubscribed from SMS | SMS unsubscribed at | \
                SMS_BLACKLISTED | Keine SMS | Baja SMS | Pas de SMS | Geen SMS | отказ от смс | 短信退订 | \
                DoNotCall | Do Not Phone | HasOptedOutOfText | SMS suppressed | dndSettings SMS status",
            ),
            (
                F::NoEmail,
                "Do Not Email | Do not mail | No Bulk Emails (User Opt Out) | Unsubscribed from all email | \
                HasOptedOutOfEmail | Email Opt Out | EmailOptedOut | EMAIL_OPTED_OUT | No Email | \
                Opted out of email: One to One | Requests no email | donotemail | donotbulkemail | \
                No newsletter | Do not allow Bulk Emails | DND Email | Unsubscribed from emails | \
                Email unsubscribe date | Marked email as spam | E-Mail abgemeldet | Newsletter abbestellt | \
                Désabonné newsletter | Not subscribed to newsletter | emailBlacklisted | Email blocklisted | \
                メール配信停止 | Email bounced spam complaint",
            ),
            (
                F::DoNotDisturb,
                "Do not disturb | DND | DNC | Do not contact | Opt-out | Opted out | OPT_OUT | is_opt_out | \
                BLACKLISTED | Unsubscribed | Is Unsubscribed | UNSUB_TIME | unsubscribed_at | \
                Unsubscribe reason | Opt out date | Suppressed | No marketing | Marketing opt-out | \
                Never contact | Abgemeldet | Abmeldedatum | Werbesperre | Widerspruch | Désabonné | \
                Désinscrit le | Ne pas contacter | Baja | Fecha de baja | No molestar | Disiscritto | \
                Descadastrado | Não perturbe | Afgemeld | Niet storen | Avregistrerad | Wypisany | Odhlášen | \
                Отписался | Не беспокоить | 退订 | 勿扰 | 配信停止 | 수신거부 | إلغاء الاشتراك | \
                Opt-out (Email & SMS) | Leiratkozott | Don\u{2019}t contact",
            ),
            (
                F::AcceptsEmail,
                "Accepts Email Marketing | Email opt in | email_opt_in | EmailOptIn | \
                Email Subscription Status | Email Marketing Consent | Newsletter | subscribedEmail | \
                Subscribed to emails | Receive Marketing Emails | Email subscriber status | \
                Newsletter-Einwilligung | Consentement e-mail | Nyhetsbrev | Email notifications",
            ),
            (
                F::AcceptsSms,
                "Accepts SMS Marketing | SMS opt-in | SMS Consent | get_sms | Opted Into Text | Text consent | \
                SMS subscriber status | mobile_opt_in | subscribedSms | OK to text | SMS reminders | Send SMS",
            ),
            (
                F::AcceptsMessages,
                "Accepts Marketing | Opt-in | Subscribed | Subscription status | Marketing permission | \
                Consent | Person - Marketing status | Einwilligung | Consentimiento | Согласие | \
                Double Opt-In | Opt-in (Email & SMS) | Marketing | GDPR consent",
            ),
        ] {
            for name in names.split(" | ") {
                assert_eq!(guessed(name, &["no", "", "yes"]), Some(field), "{name}");
                assert!(smells_of_consent(name), "{name}");
            }
        }
    }

    #[test]
    fn what_is_not_about_messages_is_no_such_column() {
        for name in "Name | Email | E-mail 1 - Value | Phone | Mobile No. | Phone No. Mobile | Contact No Mobile | \
                No | Sr No | SMS | Text | State | Country | Notes | Condo notes | Orthodontist | Casino email | \
                Techno Email | Description | Options | Preferred Details | Partner US | Run subtotal | \
                Phoenix account | Email verified | Unsubscribe link | unsubscribe_url | OPTIN_TIME | OPTIN_IP | \
                Opt-in source | Subscription plan | Subscription ID | Consent text | Do not fax | \
                HasOptedOutOfFax | Do Not Trade | Direct mail opt out | Accepts WhatsApp Marketing | \
                Marketing contact status | Opt in / opt out | Terms accepted | Tags | Company | Dropdown | \
                Friend deal | Capital | Vorname | Adresse | Contact Phone | Город"
            .split(" | ")
        {
            assert_eq!(guessed(name, &["no", "yes"]), None, "{name}");
        }
    }

    #[test]
    fn a_name_that_can_mean_other_things_counts_where_its_cells_agree() {
        for name in "Marketing | Newsletter | Subscription | Consent | Permission | Email status | Blocked".split(" | ")
        {
            assert_eq!(guessed(name, &["Gold", "Silver"]), None, "{name}");
            assert!(guessed(name, &["Gold", "no"]).is_some(), "{name}");
            assert!(guessed(name, &["", ""]).is_some(), "{name}");
        }
        assert_eq!(guessed("Status", &["Lead", "Customer"]), None);
        assert_eq!(guessed("Status", &["active", "unsubscribed"]), Some(F::AcceptsMessages));
        assert_eq!(guessed("Email status", &["cleaned"]), Some(F::AcceptsEmail));
        // Addresses, whatever the name.
        assert_eq!(guessed("Opt-in email", &["ann@example.com"]), None);
        assert_eq!(guessed("No Mobile", &["0812 3456 789"]), None);
        assert_eq!(guessed("SMS opt-in", &["+14155550101"]), None);
    }

    #[test]
    fn a_column_that_is_left_out_smells_by_its_words() {
        for name in "OPTIN_TIME | Opt in / opt out | Do Not Trade | Direct mail opt out | Marketing contact status | \
                Consent text | Preferred contact method | Datenschutz | Portal Bounce | Privacy | \
                Subscription plan | Accepts WhatsApp Marketing"
            .split(" | ")
        {
            assert!(smells_of_consent(name), "{name}");
        }
        for name in
            "Company | Birthday | Notes | Mobile No. | City | State | Status | Options | Notable | Id".split(" | ")
        {
            assert!(!smells_of_consent(name), "{name}");
        }
    }

    fn said(field: ImportField, cell: &str) -> (Dnd, bool) {
        switches(question(field).expect("a consent field"), cell)
    }

    #[test]
    fn yes_and_no_are_read_in_the_languages_of_spreadsheets() {
        for yes in "yes |  YES  | Y | 1 | 1.0 | -1 | x | X | Ja | sí | TRUE | WAHR | VRAI | VERDADERO | \
                VERDADEIRO | VERO | SÍ | ДА | Да | ИСТИНА | ІСТИНА | TOSI | PRAWDA | PRAVDA | IGAZ | WAAR | \
                SANT | SANN | SAND | DOĞRU | ΑΛΗΘΗΣ | ADEVĂRAT | 真 | 是 | はい | 예 | نعم | כן | ✓ | ✔️ | ☑ | \
                oui | Sim | Tak | Ano | Evet | =\"yes\""
            .split(" | ")
        {
            assert_eq!(said(F::NoSms, yes), (Dnd { sms: true, ..NONE }, true), "{yes}");
            assert_eq!(said(F::AcceptsSms, yes), (NONE, true), "{yes}");
        }
        for no in "no | NO | N | 0 | 0.0 | false | FALSCH | FAUX | FALSO | ONWAAR | nein | non | não | нет | \
                ЛОЖЬ | EPÄTOSI | FAŁSZ | NEPRAVDA | HAMIS | YANLIŞ | 假 | いいえ | 아니요 | لا | ☐ | off"
            .split(" | ")
        {
            assert_eq!(said(F::DoNotDisturb, no), (NONE, true), "{no}");
            assert_eq!(said(F::AcceptsEmail, no), (Dnd { email: true, ..NONE }, true), "{no}");
        }
        for blank in " |   | - | \u{2014} | N/A | NULL | NaN | none | 0000-00-00 00:00:00".split(" | ") {
            assert_eq!(said(F::DoNotDisturb, blank), (NONE, true), "{blank}");
            assert_eq!(said(F::AcceptsMessages, blank), (NONE, true), "{blank}");
        }
    }

    #[test]
    fn words_for_where_somebody_stands_hold_whatever_the_column_asks() {
        for refused in "unsubscribed | Unsubscribed | UNSUBSCRIBED | opted out | Opted-Out | opt_out | cleaned | \
                bounced | Hard bounce | non-subscribed | NEVER_SUBSCRIBED | Never subscribed | not subscribed | \
                nonSubscribed | pending | Blocklisted | Unconfirmed | Do Not Allow | No consent | Abgemeldet | \
                désabonné | baja | отписан | 退订 | 수신거부 | 配信停止 | Unsubscribed on 2024-03-05 | \
                unsubscribed (by user) | Reported as spam | suppressed | 🛑 | DND"
            .split(" | ")
        {
            assert_eq!(said(F::AcceptsEmail, refused), (Dnd { email: true, ..NONE }, true), "{refused}");
            assert_eq!(said(F::DoNotDisturb, refused), (Dnd { all: true, ..NONE }, true), "{refused}");
        }
        for agreed in "subscribed | SUBSCRIBED | Opted in | opt-in | Double Opt-In | Allow | \
                Subscribed on 5 March 2024 | Explicit"
            .split(" | ")
        {
            assert_eq!(said(F::AcceptsEmail, agreed), (NONE, true), "{agreed}");
            assert_eq!(said(F::NoEmail, agreed), (NONE, true), "{agreed}");
        }
        // "Active" is a yes: to a subscription, or to do-not-disturb.
        assert_eq!(said(F::AcceptsEmail, "Active"), (NONE, true));
        assert_eq!(said(F::NoSms, "active"), (Dnd { sms: true, ..NONE }, true));
    }

    #[test]
    fn a_date_says_that_it_was_said_then() {
        for date in "2024-03-05 10:12 | 2024-03-05 | 2024-03-05T10:12:00Z | 2024-03-05 10:12:00 +0100 | 5/3/24 | \
                05.03.2024 10:12 | 3/5/2024 10:12 AM | Mar 5, 2024 | 5. März 2024 | 5 mars 2024 | \
                Tue Mar 05 2024 10:12:00 GMT+0100 (CET) | 2024年3月5日 | 20240305 | 1709633520 | \
                1709633520000 | 45356.5 | 45356"
            .split(" | ")
        {
            assert_eq!(said(F::DoNotDisturb, date), (Dnd { all: true, ..NONE }, true), "{date}");
            assert_eq!(said(F::AcceptsEmail, date), (NONE, true), "{date}");
        }
    }

    #[test]
    fn channels_that_are_named_are_switched_alone() {
        assert_eq!(said(F::DoNotDisturb, "Email"), (Dnd { email: true, ..NONE }, true));
        assert_eq!(said(F::DoNotDisturb, "SMS, Calls"), (Dnd { sms: true, ..NONE }, true));
        assert_eq!(said(F::DoNotDisturb, "Email; SMS"), (Dnd { email: true, sms: true, ..NONE }, true));
        assert_eq!(said(F::DoNotDisturb, "All"), (Dnd { email: true, sms: true, ..NONE }, true));
        assert_eq!(said(F::DoNotDisturb, "Fax"), (NONE, true));
        assert_eq!(said(F::AcceptsMessages, "[\"email\",\"web\"]"), (Dnd { sms: true, ..NONE }, true));
        assert_eq!(said(F::AcceptsEmail, "EMAIL"), (NONE, true));
    }

    #[test]
    fn what_is_neither_yes_nor_no_keeps_the_person_silent_and_is_named() {
        for doubt in "perhaps | ? | 2 | ask Bob first | only at Christmas | ❌ | yes but not on Sundays | \
                No emails please"
            .split(" | ")
        {
            assert_eq!(said(F::DoNotDisturb, doubt), (Dnd { all: true, ..NONE }, false), "{doubt}");
            assert_eq!(said(F::AcceptsSms, doubt), (Dnd { sms: true, ..NONE }, false), "{doubt}");
        }
    }

    fn columns(fields: &[(&str, ImportField)]) -> ConsentColumns {
        let column = |&(name, field): &(&str, ImportField)| ImportColumn {
            name: name.into(),
            field: Some(field),
            ..ImportColumn::default()
        };
        ConsentColumns::new(&fields.iter().map(column).collect::<Vec<_>>())
    }

    #[test]
    fn every_column_is_heeded_and_any_refusal_counts() {
        let columns = columns(&[
            ("Name", F::FullName),
            ("Do Not Email", F::NoEmail),
            ("No Bulk Emails", F::NoEmail),
            ("Accepts SMS", F::AcceptsSms),
        ]);
        let read = |cells: &[&str]| columns.read(cells);
        assert_eq!(read(&["Ann", "", "", ""]), RowConsent::default());
        assert_eq!(read(&["Ann"]), RowConsent::default());
        let row = read(&["Ann", "no", "Yes", "maybe"]);
        assert_eq!(row.dnd, Dnd { email: true, sms: true, ..NONE });
        let doubt = Doubt { column: "Accepts SMS".into(), cell: "maybe".into(), dnd: Dnd { sms: true, ..NONE } };
        assert_eq!(row.doubts, [doubt]);
        assert_eq!(row.columns.names("email").as_deref(), Some("No Bulk Emails"));
        assert_eq!(row.columns.names("sms").as_deref(), Some("Accepts SMS"));
        assert_eq!(row.columns.names("all"), None);
    }

    proptest! {
        #[test]
        fn a_cell_in_a_column_of_refusals_is_silent_unless_it_says_no(cell in "\\PC{0,20}") {
            let (dnd, is_clear) = said(F::DoNotDisturb, &cell);
            prop_assert!(is_clear || dnd.all);
        }

        #[test]
        fn any_name_and_any_cell_are_read(name in "\\PC{0,40}", cell in "\\PC{0,40}") {
            let _ = (guessed(&name, &[&cell]), smells_of_consent(&name));
        }
    }
}
