//! What people and programs write into a column about consent: yes and no in many languages, the words that programs have
//! for where somebody stands, dates, and lists of channels.

use std::{collections::HashMap, sync::LazyLock};

use crate::names;

/// What a cell says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing.
    Blank,
    /// Yes, whatever the column asks.
    Yes,
    /// No, whatever the column asks.
    No,
    /// The person is not to be written to, whatever the column asks: "unsubscribed".
    Refused,
    /// The person may be written to, whatever the column asks: "subscribed".
    Agreed,
    /// When it was said.
    Date,
    /// The channels that it was said about, as far as this product has them.
    Channels {
        /// Email is among them.
        email: bool,
        /// Texts or calls are among them.
        sms: bool,
    },
    /// None of these.
    Unclear,
}

/// Yes, and what spreadsheets in other languages write for TRUE.
const YES: &str = "yes y true t x xx on 1 ja j wahr oui o vrai sí s verdadero sim verdadeiro vero cert da adevărat waar sant \
    sann sand jo tosi kyllä k tak prawda ano áno pravda igen igaz evet e doğru ναι αληθεσ αληθησ да д истина \
    так істина вярно taip tiesa jā patiess jah tõene istina točno ya benar có đúng ใช่ จริง はい 有 真 是 예 네 \
    참 نعم صحيح כן אמת हाँ हां सत्य active aktiv actif activo attivo ativo actief aktywny активен enabled \
    enable checked selected set positive richtig";
const NO: &str = "no n false f off 0 nein falsch non faux falso não nao fals nu nee onwaar nej falskt falsk nei usann ei \
    epätosi nie fałsz ne nepravda nem hamis hayır yanlış όχι ψευδεσ ψευδησ нет ложь ні хибність хиба не невярно \
    netiesa nē aplams väär neistina netočno tidak salah không sai ไม่ ไม่ใช่ เท็จ いいえ 無 假 否 아니요 아니오 \
    거짓 لا خطأ לא שקר नहीं असत्य inactive inaktiv inactif inactivo inattivo inativo inactief nieaktywny \
    disabled disable unchecked notset negative";
/// Words for somebody who is not to be written to: they refused, never agreed, or cannot be reached.
const REFUSED: &str = "unsub optout optedout optsout out stop stopped cleaned bounced bounce hardbounce hardbounced softbounce \
    softbounced blocked blocklisted blocklist blacklisted blacklist suppressed complained complaint spam junk \
    spamcomplaint markedasspam reportedspam reportedasspam removed deleted neversubscribed notsubscribed \
    nonsubscribed nonsubscriber notoptedin neveroptedin noconsent noconsentgiven nopermission nopermissionsset \
    unconfirmed notconfirmed pending pendingconfirmation awaitingconfirmation optinpending transactional \
    archived declined denied deny refused revoked withdrawn withdrew rejected donotcontact donotdisturb \
    donotemail donotmail donottext donotsms donotcall donotallow donotsend dnd dnc notallowed undeliverable \
    nonmarketable nonmarketing nomarketing noemail noemails nosms notexts disallow disallowed muted excluded \
    silent abgemeldet widerrufen widersprochen gesperrt abbestellt désabonné désabonnée désinscrit désinscrite \
    nonabonné noninscrit baja dadodebaja dadadebaja desuscrito desuscrita cancelado cancelada cancelled \
    canceled nosuscrito disiscritto disiscritta noniscritto cancellato descadastrado descadastrada nãoinscrito \
    afgemeld uitgeschreven avregistrerad avanmäld frameldt avmeldt wypisany wypisana rezygnacja odhlášen \
    odhlášený leiratkozott отписан отписался отписалась отказ отказался відписаний стоп 退订 已退订 退訂 已退訂 \
    拒绝 拒收 配信停止 停止 拒否 解除 수신거부 거부 🚫 ⛔ 🔕 🛑";
/// Words for somebody who may be written to.
const AGREED: &str = "subscribed subscriber subscribe sub optin optedin optsin in singleoptin doubleoptin confirmedoptin \
    confirmed accepted accept accepts agreed agree agrees allowed allow permitted granted given consented \
    consent consentgiven express explicit implied implicit ok okay marketable engagedmarketable \
    unengagedmarketable abonniert angemeldet eingewilligt zugestimmt erlaubt abonné abonnée inscrit inscrite \
    accepté suscrito suscrita aceptado aceptada alta iscritto iscritta accettato inscrito inscrita aceito \
    ingeschreven aangemeld akkoord prenumererar tilmeldt påmeldt zapisany zgoda přihlášen feliratkozott \
    подписан подписана согласен согласна підписаний 已订阅 订阅 同意 已同意 購読中 配信中 配信 許可 수신동의 \
    동의";
const BLANK: &str = "na null none nil nan empty";
const EMAIL: &str = "email emails mail mails newsletter correo courriel";
const SMS: &str = "sms text texts mms call calls phone";
/// Channels that this product has not.
const FOREIGN: &str = "mobile web directmail post letter fax whatsapp push voicemail voicemails messenger facebook fb instagram \
    gmb gbp livechat";

static ANSWERS: LazyLock<HashMap<String, Answer>> = LazyLock::new(|| {
    let lists = [
        (YES, Answer::Yes),
        (NO, Answer::No),
        (REFUSED, Answer::Refused),
        (AGREED, Answer::Agreed),
        (BLANK, Answer::Blank),
    ];
    lists
        .into_iter()
        .flat_map(|(words, answer)| words.split_whitespace().map(move |word| (squash(word), answer)))
        .collect()
});

fn is_one_of(word: &str, list: &str) -> bool {
    list.split_whitespace().any(|other| other == word)
}

/// Folded, without spaces and signs; a cell of signs alone stays as it is.
fn squash(text: &str) -> String {
    let folded = names::fold(text);
    let squashed: String = folded.chars().filter(|c| c.is_alphanumeric()).collect();
    if squashed.is_empty() { folded.trim().to_owned() } else { squashed }
}

/// What a cell says.
pub fn read(cell: &str) -> Answer {
    let cell = cell.trim();
    let key = squash(cell);
    if let Some(answer) = number(cell).or_else(|| ANSWERS.get(&key).copied()) {
        return answer;
    }
    if !key.chars().any(char::is_alphanumeric) {
        return match key.as_str() {
            "✓" | "✔" | "☑" | "✅" | "🗹" | "●" => Answer::Yes,
            "☐" | "⬜" | "○" => Answer::No,
            signs
                if signs.chars().all(|c| matches!(c, '-' | '\u{2013}' | '\u{2014}' | '.' | '/' | '\'' | '"' | '#')) =>
            {
                Answer::Blank
            }
            _ => Answer::Unclear,
        };
    }
    if let Some(is_zero) = date(cell) {
        return if is_zero { Answer::Blank } else { Answer::Date };
    }
    if ["unsubscri", "optedout", "optout", "donot"].iter().any(|stem| key.contains(stem)) {
        return Answer::Refused;
    }
    channels(cell).or_else(|| dated(cell)).unwrap_or(Answer::Unclear)
}

/// Whether a cell holds a word that nothing but consent has.
pub fn names_consent(cell: &str) -> bool {
    let key = squash(cell);
    matches!(read(cell), Answer::Refused | Answer::Agreed)
        && ["subscri", "opt", "cleaned", "bounced", "abgemeldet", "donot"].iter().any(|stem| key.contains(stem))
}

/// Whether a cell is an email address or a phone number, which a column about consent does not hold.
pub fn is_address(cell: &str) -> bool {
    let digits = cell.chars().filter(char::is_ascii_digit).count();
    let is_phone = digits >= 7 && cell.chars().all(|c| c.is_ascii_digit() || " +-()./".contains(c));
    cell.contains('@') || (is_phone && read(cell) == Answer::Unclear)
}

/// 1 and 0 as spreadsheets and databases write them, and moments counted in seconds or days.
fn number(cell: &str) -> Option<Answer> {
    let number: f64 = cell.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite())?;
    Some(match number {
        0.0 => Answer::No,
        1.0 | -1.0 => Answer::Yes,
        20_000.0..80_000.0 | 1e9..2.2e9 | 1e12..2.2e12 => Answer::Date,
        _ => return None,
    })
}

/// Whether a cell is a date with or without a time, and whether that is the zero which databases write for none.
fn date(cell: &str) -> Option<bool> {
    const WORDS: &str = "am pm t z gmt utc cet cest est edt cst cdt mst mdt pst pdt bst st nd rd th de at um uhr 年 月 日 mon \
        tue wed thu fri sat sun sept";
    const MONTHS: &str = "jan feb fev mar apr avr abr may mai maj mag mei jun jul aug ago aou sep set oct okt out ott nov dec dez \
        des dic maerz juin juil";
    let folded = names::fold(cell);
    let digits = folded.chars().filter(char::is_ascii_digit).count();
    let is_made_of = folded.chars().all(|c| c.is_alphanumeric() || " -/.:,+()'".contains(c));
    let mut months = 0;
    let words_fit = folded.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).all(|word| {
        let is_month = MONTHS.split_whitespace().any(|month| word.starts_with(month)) && word.chars().count() <= 10;
        months += u32::from(is_month);
        is_month || is_one_of(word, WORDS)
    });
    let groups = folded.split(|c: char| !c.is_ascii_digit()).filter(|group| !group.is_empty()).collect::<Vec<_>>();
    // Three numbers, or two beside the name of a month; a phone number has longer ones or more.
    let is_compact = groups.len() <= 2 && groups.first().is_some_and(|group| group.len() == 8 && is_day(group));
    let has_parts = (groups.len() >= 3 || (months > 0 && groups.len() >= 2))
        && groups[..groups.len().min(3)].iter().all(|group| group.len() <= 4)
        && !cell.starts_with(['+', '(']);
    let is_date = is_made_of && words_fit && (has_parts || is_compact) && (4..=24).contains(&digits);
    is_date.then(|| folded.chars().filter(char::is_ascii_digit).all(|c| c == '0'))
}

/// `20240305`
fn is_day(digits: &str) -> bool {
    let part =
        |from: usize, to: usize| digits.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or_default();
    (1990..2100).contains(&part(0, 4)) && (1..=12).contains(&part(4, 6)) && (1..=31).contains(&part(6, 8))
}

/// `["email", "sms"]`, "Email; SMS", "All"
fn channels(cell: &str) -> Option<Answer> {
    let folded = names::fold(cell);
    let (mut email, mut sms) = (false, false);
    for word in folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && *word != "and") {
        match word {
            "all" | "everything" | "both" => (email, sms) = (true, true),
            _ if is_one_of(word, EMAIL) => email = true,
            _ if is_one_of(word, SMS) => sms = true,
            _ if is_one_of(word, FOREIGN) => {}
            _ => return None,
        }
    }
    Some(Answer::Channels { email, sms })
}

/// "Subscribed on 2024-03-05": the word, without when.
fn dated(cell: &str) -> Option<Answer> {
    let words = cell.split_whitespace().collect::<Vec<_>>();
    let (word, when) = words.split_first()?;
    let when = when.iter().filter(|word| !matches!(**word, "on" | "at" | "since" | "seit" | "am" | "le" | "el"));
    date(&when.copied().collect::<Vec<_>>().join(" ").replace(['(', ')'], ""))?;
    ANSWERS.get(&squash(word)).copied()
}
