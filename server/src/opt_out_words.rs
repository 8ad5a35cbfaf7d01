//! What the answer to a text means: a pure reading of its words. In doubt it is a wish for no more texts, never one for more.

use crate::names;

/// What somebody wants who answers a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// No more texts.
    OptOut(Said),
    /// Texts again after a refusal.
    OptIn,
    /// To know who is writing.
    Help,
    /// Anything else: nothing follows from it.
    Other,
}

/// How a refusal was said: the evidence that is kept of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// One of the words that SMS providers know and confirm by themselves.
    ProviderWord,
    /// Another word of the list, alone or with a "please".
    Word,
    /// A sentence that refuses.
    Sentence,
}

impl Said {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProviderWord => "provider_word",
            Self::Word => "word",
            Self::Sentence => "sentence",
        }
    }
}

/// Twilio's own words of refusal.
const PROVIDER_WORDS: &str = "stop stopall unsubscribe cancel end quit revoke optout";
/// The other words that refuse when they stand alone; the last are French, Spanish and German.
const WORDS: &str = "remove stopp stopit stpo sotp unsub unsubscribeme removeme optmeout nomore enough spam cease desist \
    ceaseanddesist discontinue notexts notxts notexting nosms nomessages nomsgs nomessaging nospam nocontact nosoliciting \
    nosolicitation nomarketing nocallsortexts nocallsnotexts notextsorcalls notextsnocalls arret arrete arretez desabonner \
    desinscrire desabonnement desinscription plusdesms pasdesms pasdemessages baja parar pare alto detener basta yabasta \
    nomas cancelar abmelden abbestellen abmeldung aufhoren aufhoeren esreicht keinesms keinenachrichten keinewerbung bastaya halt block blocked blocking reported";
const OPT_IN: &str = "start unstop yes";
const HELP: &str = "help info";

/// What people say around a word of the list without meaning anything else by it.
const POLITE: &str = "please pls plz plse kindly now right immediately asap today already again thanks thank \
    thx ty you u ok okay hi hello hey just it this me all everything at once sir madam sorry sil vous plait svp merci \
    por favor gracias bitte sofort danke";

/// No text message has more words.
const MOST_WORDS: usize = 1_600;

/// What a text message says about texts to come.
pub fn read(text: &str) -> Reply {
    let words = words(text);
    let together = words.concat();
    let alone = |list| is_one_of(list, &together);
    if let [word] = words.as_slice() {
        if is_one_of(OPT_IN, word) {
            return Reply::OptIn;
        }
        if is_one_of(HELP, word) {
            return Reply::Help;
        }
    }
    if alone(PROVIDER_WORDS) {
        Reply::OptOut(Said::ProviderWord)
    } else if alone(WORDS) || is_word_with_manners(&words) {
        Reply::OptOut(Said::Word)
    } else if refuses(&words) {
        Reply::OptOut(Said::Sentence)
    } else {
        Reply::Other
    }
}

/// The words in their plainest form: compatibility forms and accents resolved, in lower case, without punctuation. An
/// apostrophe joins what it stands between.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    // A line break parts words; folding would take it out.
    let on_one_line: String = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    for c in names::fold(&on_one_line).chars() {
        match c {
            _ if c.is_alphanumeric() => word.push(c),
            // "Do not call/text me".
            '/' if !word.is_empty() => words.extend([std::mem::take(&mut word), "or".to_owned()]),
            '\'' | '\u{2018}' | '\u{2019}' | '\u{2bc}' | '`' | '\u{b4}' => {}
            _ if word.is_empty() => {}
            _ => words.push(std::mem::take(&mut word)),
        }
        if words.len() >= MOST_WORDS {
            return words;
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// Whether the word stands in the list, which has a blank between its words.
fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|other| other == word)
}

/// "Please stop", "cancel this now, thanks": a word of the list and nothing but manners around it.
fn is_word_with_manners(words: &[String]) -> bool {
    let said: String = words.iter().filter(|word| !is_one_of(POLITE, word)).map(String::as_str).collect();
    is_one_of(PROVIDER_WORDS, &said) || is_one_of(WORDS, &said)
}

/// Words in this order, each within so many words of the one before.
struct Phrase {
    steps: &'static [&'static str],
    within: usize,
}

const fn near(steps: &'static [&'static str]) -> Phrase {
    Phrase { steps, within: 5 }
}

const fn within(within: usize, steps: &'static [&'static str]) -> Phrase {
    Phrase { steps, within }
}

const fn joined(steps: &'static [&'static str]) -> Phrase {
    Phrase { steps, within: 1 }
}

impl Phrase {
    fn begins_at(&self, words: &[String], at: usize) -> bool {
        let Some((first, rest)) = self.steps.split_first() else { return false };
        if !is(words, at, first) {
            return false;
        }
        let mut at = at;
        rest.iter().all(|step| {
            let next = (at + 1..=at + self.within).find(|&next| is(words, next, step));
            at = next.unwrap_or(at);
            next.is_some()
        })
    }
}

/// What a business sends.
const TEXTS: &str = "text texts txt txts sms smss message messages msg msgs mms notification notifications \
    alerts reminders spam updates promos ads";
/// The same, where one of a kind may be about something else.
const MANY_TEXTS: &str = "texts txts sms smss messages msgs mms notifications alerts reminders spam promos ads marketing \
    messaging texting txting communication communications";
/// What it does to somebody.
const DOING: &str = "text texting txt txting message messaging msg msging contact contacting write writing spam \
    spamming bother bothering bug bugging harass harassing disturb disturbing annoy annoying pester pestering \
    sms ping pinging";
/// Other ways than texts to reach somebody.
const CALLING: &str = "call calling phone phoning ring email emailing mail mailing";
const STOPPING: &str = "stop stopp quit cease halt discontinue";
const ENDING: &str = "end ending cancel cancelling canceling";
const NEVER: &str = "dont donot not never mustnt shouldnt dnt longer nor";
const WANTING: &str = "want wanna wish like need agree agreed consent consented care appreciate authorize";
const UNASKED: &str = "didnt havent hasnt not never";
const MINE: &str = "number phone name contact details info data cell mobile";

/// Sentences that refuse.
const PHRASES: &[Phrase] = &[
    // Stop texting me. End all messages.
    near(&[STOPPING, DOING]),
    near(&[STOPPING, TEXTS]),
    near(&[STOPPING, "sending receiving getting calling emailing communicating communication communications"]),
    within(3, &[ENDING, MANY_TEXTS]),
    joined(&["stop quit", "it this that these those please pls plz now already immediately me bro man"]),
    // No more messages. No more of this.
    within(3, &["no", "more further", MANY_TEXTS]),
    within(2, &["no", "more further", TEXTS]),
    joined(&["no", "more", "of", "this these that your"]),
    joined(&["no", "more", "please pls plz thanks contact"]),
    joined(&["no", MANY_TEXTS, "please pls plz thanks thx anymore ever to"]),
    joined(&["want wish need", "no", MANY_TEXTS]),
    joined(&["no", "contact", "please pls ever whatsoever"]),
    // Turn these texts off. I am sick of them.
    near(&["turn switch shut", "off", MANY_TEXTS]),
    within(3, &["turn switch shut", MANY_TEXTS, "off"]),
    near(&["sick tired fed", "of with", TEXTS]),
    joined(&["done", "with", "these your the", TEXTS]),
    joined(&[STOPPING, "at", "once"]),
    // Cease and desist. Knock it off.
    within(2, &["cease", "desist"]),
    joined(&["knock", "it", "off"]),
    joined(&["cut", "it", "out"]),
    joined(&["go", "to", "hell"]),
    // Do not reach out. Do not use my number. I do not want to be on your list.
    within(2, &[NEVER, "reach reaching", "out"]),
    joined(&[NEVER, "use", "my this", "number phone cell mobile"]),
    near(&[NEVER, "want wanna wish", "on", "list lists"]),
    joined(&["do", "not", "call", "list registry"]),
    // Take me off your list. Delete my number.
    within(3, &["take get scratch strike cut put", "me us number name", "off"]),
    joined(&["remove delete erase drop exclude", "me us myself"]),
    within(2, &["remove delete erase lose forget drop", "my this our the", MINE]),
    joined(&["remove delete erase", "number"]),
    joined(&["be", "removed"]),
    joined(&["want", "off out"]),
    within(3, &["take get", "number name", "out"]),
    near(&["remove removed delete deleted", "list lists database"]),
    // Opt me out.
    joined(&["opt opted opting", "out"]),
    joined(&["opt", "me us", "out"]),
    joined(&["unsubscribe unsubscribed unsubscribing unsub optout"]),
    near(&["withdraw withdrawing revoke revoking refuse", "consent permission"]),
    // I do not consent. You do not have my permission to text me.
    joined(&["dont donot dnt didnt not never no", "consent consented"]),
    within(3, &["dont not never longer", "my", "consent"]),
    within(3, &["dont not never longer", "my", "permission", "to"]),
    within(2, &["without", "consent permission"]),
    within(3, &["never didnt not", "gave give", "my this", "number consent permission"]),
    within(2, &["never didnt not", "gave give", "consent permission"]),
    joined(&["not", "allowed authorized permitted", "to", DOING]),
    near(&["refuse object", MANY_TEXTS]),
    near(&["object", "processing texted contacted messaged"]),
    // Leave me alone.
    within(3, &["leave let", "me us", "alone"]),
    joined(&["leave", "me us", "be"]),
    joined(&["fuck piss bugger buzz f sod", "off"]),
    joined(&["shut", "up"]),
    joined(&["enough", "already texts messages with"]),
    // I will block you. This is spam.
    joined(&["block blocking blocked report reporting reported", "you"]),
    joined(&["block blocking blocked", "this your", "number"]),
    near(&["report reporting reported", "spam fcc ftc police"]),
    joined(&["this", "is", "spam harassment"]),
    joined(&["its thats", "spam harassment"]),
    joined(&["harassing spamming", "me us"]),
    // Whoever has somebody else's number must not get somebody else's link.
    joined(&["wrong", "number person phone guy man woman"]),
    within(3, &["not isnt", "right", "number person"]),
    within(3, &["nobody noone one", "by", "name"]),
    // French.
    near(&[
        "arretez arrete arreter cessez cesser",
        "messages message sms textos menvoyer envoyer mecrire ecrire contacter envois spam",
    ]),
    within(2, &["plus", "messages sms textos"]),
    near(&["ne", "envoyez ecrivez contactez menvoyez mecrivez envoie", "plus pas"]),
    near(&["mecrivez menvoyez contactez", "plus"]),
    near(&["laissez", "tranquille paix"]),
    near(&["ne", "plus pas", "contacter ecrire mecrire envoyer menvoyer deranger"]),
    near(&["ne", "veux souhaite desire", "plus pas", "messages textos recevoir"]),
    joined(&["desabonnez desabonner desabonne desinscrire desinscrivez desinscris desabonnement desinscription"]),
    near(&["retirez supprimez enlevez effacez", "moi numero liste"]),
    near(&["fichez foutez", "paix"]),
    joined(&["mauvais faux", "numero"]),
    joined(&["erreur", "de", "numero"]),
    joined(&["pas plus", "interesse interessee"]),
    near(&["retire revoque", "consentement"]),
    // Spanish.
    joined(&["no", "mas", "mensajes mensaje sms textos por"]),
    near(&["no", "me", "escriban escriba escribas envien envie envies manden mande mandes contacten molesten moleste"]),
    near(&["no", "quiero deseo", "mensajes sms"]),
    near(&[
        "deje dejen deja dejar pare paren",
        "escribirme enviarme mandarme mensajes molestar molestarme enviar mandar paz",
    ]),
    near(&["dar darme deme denme dame denos", "baja"]),
    near(&[
        "borren borre borra borreme borrenme eliminen elimine elimineme eliminenme quiten quite quiteme quitenme saquen saque \
         saqueme saquenme sacame",
        "numero lista datos",
    ]),
    near(&["no", "envien envie envies enviar manden mande mandes mandar", "mensajes mensaje sms textos mas"]),
    near(&["dejenme dejame dejeme", "paz tranquilo tranquila"]),
    near(&["equivoco equivocaron", "numero persona"]),
    joined(&["numero persona", "equivocado equivocada"]),
    joined(&["no", "autorizo"]),
    joined(&["cancelar cancele cancelen", "suscripcion mensajes"]),
    near(&["no retiro revoco", "consentimiento"]),
    joined(&["no", "me", "interesa"]),
    // German.
    near(&["keine keinen nie nicht", "sms nachrichten schreiben anschreiben kontaktieren", "mehr wieder"]),
    near(&["nicht nie", "mehr wieder", "schreiben anschreiben kontaktieren belastigen senden schicken"]),
    near(&["keine", "weiteren mehr", "sms nachrichten"]),
    near(&["mochte will wunsche", "keine", "nachrichten sms werbung"]),
    near(&["schreiben schreib schreibt kontaktieren kontaktiere belastigen", "nicht nie", "mehr wieder"]),
    near(&["horen hort hor hore hoeren", "auf"]),
    joined(&["schluss", "damit"]),
    joined(&["stoppen stoppt", "sie das diese die"]),
    near(&["lassen lass lasst", "mich", "ruhe"]),
    near(&["nummer mich", "loschen entfernen streichen"]),
    near(&["losche loschen entferne entfernen nehmen nehmt nimm streiche streichen", "nummer verteiler liste daten"]),
    joined(&["falsche", "nummer person"]),
    joined(&["kein", "interesse"]),
    joined(&["nicht", "interessiert"]),
    near(&["widerrufe widerruf", "einwilligung zustimmung"]),
    near(&["widerspreche", "daten nachrichten sms werbung nutzung verarbeitung kontaktaufnahme"]),
];

/// What may stand between "don't" and what is not to be done, so that "I don't see the text" refuses nothing.
const LEADING: &str = "ever please pls plz you u to be keep continue again just even dare really any want wanna \
    wish like need get receive getting receiving more your ya yall these further from am being anymore for \
    agree agreed consent consented care appreciate authorize sign signed up";

fn refuses(words: &[String]) -> bool {
    (0..words.len()).any(|at| {
        let is_phrase = PHRASES.iter().any(|phrase| phrase.begins_at(words, at));
        (is_phrase && !is_another_stop(words, at) && !is_asked_to_stay(words, at))
            || (is(words, at, NEVER) && is_forbidden(words, at))
            || is_unasked(words, at)
            || words.get(at).is_some_and(|word| is_nearly_unsubscribe(word))
    }) || ends_plainly(words)
        || is_uninterested(words)
}

fn is(words: &[String], at: usize, list: &str) -> bool {
    words.get(at).is_some_and(|word| is_one_of(list, word))
}

/// "I'll stop by at 5", "the bus stop", "don't stop sending".
fn is_another_stop(words: &[String], at: usize) -> bool {
    const BEFORE: &str = "bus tram train metro pit truck subway next last first non";
    const AFTER: &str = "by in at over off into sign near worrying";
    let before = at.checked_sub(1);
    let is_at_once = is(words, at + 1, "at") && is(words, at + 2, "once");
    is(words, at, STOPPING)
        && (is(words, at + 1, AFTER) && !is_at_once
            || before.is_some_and(|at| is(words, at, BEFORE) || is(words, at, NEVER)))
}

/// "Don't remove me from the class".
fn is_asked_to_stay(words: &[String], at: usize) -> bool {
    is(words, at, "remove delete drop exclude unsubscribe")
        && at.checked_sub(1).is_some_and(|at| is(words, at, "dont donot"))
}

/// "Don't text me", "do not ever contact me again", "I never want to get your messages".
fn is_forbidden(words: &[String], never: usize) -> bool {
    const SENT: &str = "anything more anymore texts messages msgs sms stuff these this links again spam \
        reminders crap shit things those text message communication communications correspondence alerts notifications";
    const TO_ME: &str = "me us my this here again anymore ever please back any messages texts";
    let before = |list| never.checked_sub(1).is_some_and(|before| is(words, before, list));
    // "Why don't you text me?", "if not, message me", "I did not text".
    if before("why if or did whether") {
        return false;
    }
    let (mut wants, mut gets) = (before("rather prefer"), false);
    let mut at = never + 1;
    while at < words.len().min(never + 9) {
        if is(words, at, "send sending") {
            return (at + 1..at + 5).any(|at| is(words, at, SENT));
        }
        let is_wanted = is(words, at, MANY_TEXTS) || gets && is(words, at, TEXTS);
        // "Text alerts", "marketing messages".
        let is_kind = is(words, at, "text txt payment promotional automated") && is(words, at + 1, MANY_TEXTS);
        if is(words, at, "contacted texted messaged disturbed bothered") || wants && (is_wanted || is_kind) {
            return true;
        }
        if is(words, at, DOING) {
            // "Don't text or call me".
            let is_one_more = |at: &usize| [DOING, CALLING, "or nor and"].iter().any(|list| is(words, *at, list));
            let after = (at + 1..words.len()).find(|at| !is_one_more(at)).unwrap_or(words.len());
            // "I'm not texting you my card", "I don't want to text my card number" are about the one who writes.
            let to_me = if wants && is(words, at - 1, "to") { "me us again anymore" } else { TO_ME };
            return after >= words.len() || is(words, after, to_me);
        }
        if is(words, at, CALLING) {
            // "Don't call me or text me"; "don't call me, text me" asks for texts.
            let or = (at + 1..at + 4).find(|at| is(words, *at, "or nor"));
            match or.filter(|or| (at + 1..*or).all(|at| is(words, at, "me us my this phone number again"))) {
                Some(or) => at = or + 1,
                None => return is_never_called_again(words, at),
            }
            continue;
        }
        if !is(words, at, LEADING) {
            return false;
        }
        wants |= is(words, at, WANTING) || is(words, at, "sign signed");
        gets |= is(words, at, "get getting receive receiving");
        at += 1;
    }
    false
}

/// "Never call me again", and not a word about texts instead.
fn is_never_called_again(words: &[String], call: usize) -> bool {
    (call + 1..call + 5).any(|at| is(words, at, "again anymore ever"))
        && !(call..words.len()).any(|at| is(words, at, DOING))
}

/// "I didn't sign up for these texts", "I never asked for this".
fn is_unasked(words: &[String], never: usize) -> bool {
    const SIGNING: &str = "sign signed subscribe subscribed ask asked opt opted";
    const AGREEING: &str =
        "agree agreed consent consented request requested authorize authorized register registered enroll enrolled";
    if !is(words, never, UNASKED) {
        return false;
    }
    let signs = |at: &usize| is(words, *at, SIGNING);
    let Some(verb) = (never + 1..never + 3).find(|at| signs(at) || is(words, *at, AGREEING)) else { return false };
    let last = words.len() - 1;
    let is_about_texts = (verb + 1..verb + 7).any(|at| is(words, at, MANY_TEXTS) || is(words, at, "texted contacted"));
    is_about_texts || signs(&verb) && last < verb + 5 && is(words, last, "this that these those")
}

/// "Unsuscribe", "unsubcribe", "unsubscirbe": at most two letters too many, too few or others.
fn is_nearly_unsubscribe(word: &str) -> bool {
    const MEANT: &str = "unsubscribe";
    if !word.starts_with("un") || word.len().abs_diff(MEANT.len()) > 2 {
        return false;
    }
    // The distance to each beginning of what is meant, letter by letter.
    let mut row: Vec<usize> = (0..=MEANT.len()).collect();
    for (letter, number) in word.chars().zip(1..) {
        let mut corner = std::mem::replace(&mut row[0], number);
        for (at, meant) in (1..).zip(MEANT.chars()) {
            let changed = corner + usize::from(letter != meant);
            corner = row[at];
            row[at] = changed.min(row[at] + 1).min(row[at - 1] + 1);
        }
    }
    row.last().is_some_and(|distance| *distance <= 2)
}

/// A text that begins or ends with "stop", or tells us to go.
fn ends_plainly(words: &[String]) -> bool {
    let last = words.len().saturating_sub(1);
    let stops = |at| is(words, at, "stop stopp stopall") && !is_another_stop(words, at);
    let removes = last > 0 && is(words, last, "remove") && is(words, last - 1, "please pls");
    let goes = last > 0 && is(words, last, "away") && is(words, last - 1, "go stay");
    stops(0)
        || stops(last)
        || goes
        || removes
        || words.len() < 4 && (0..2).any(|at| is(words, at, "get") && is(words, at + 1, "lost"))
}

/// "Not interested", and little else.
fn is_uninterested(words: &[String]) -> bool {
    let is_said = (1..words.len()).any(|at| is(words, at, "interested") && is(words, at - 1, "not longer"));
    let last = words.len().saturating_sub(1);
    is_said && words.len() <= 7 && is(words, last, "interested thanks thx please you anymore sorry")
}

#[cfg(test)]
mod tests;
