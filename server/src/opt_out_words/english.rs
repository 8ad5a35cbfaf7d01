//! English refusals that no list holds: a "don't" that reaches over other words to what is not to be done.

/// The same, where one of a kind may be about something else.
const MANY_TEXTS: &str = "texts txts sms smss messages msgs mms notifications alerts reminders spam promos ads marketing \
    messaging texting txting communication communications";
/// What a business sends.
const TEXTS: &str = "text texts txt txts sms smss message messages msg msgs mms notification notifications \
    alerts reminders spam updates promos ads";
/// What it does to somebody.
const DOING: &str = "text texting textin txt txting txtin message messaging msg msging contact contacting write writing spam \
    spamming bother bothering bug bugging harass harassing disturb disturbing annoy annoying pester pestering \
    sms ping pinging";
/// Other ways than texts to reach somebody.
const CALLING: &str = "call calling phone phoning ring email emailing mail mailing";
const NEVER: &str = "dont donot not never mustnt shouldnt dnt longer nor";
const WANTING: &str = "want wanna wish like need agree agreed consent consented care appreciate authorize";
const UNASKED: &str = "didnt havent hasnt not never";

/// What may stand between "don't" and what is not to be done, so that "I don't see the text" refuses nothing.
const LEADING: &str = "ever please pls plz you u to be keep continue again just even dare really any want wanna \
    wish like need get receive getting receiving more your ya yall these further from am being anymore for of \
    agree agreed consent consented care appreciate authorize sign signed up";

/// Whether the words refuse in one of these ways.
pub fn refuses(words: &[String]) -> bool {
    (0..words.len()).any(|at| {
        (is(words, at, NEVER) && is_forbidden(words, at))
            || is_unasked(words, at)
            || words.get(at).is_some_and(|word| is_nearly_unsubscribe(word))
    })
}

fn is(words: &[String], at: usize, list: &str) -> bool {
    words.get(at).is_some_and(|word| list.split(' ').any(|other| other == word))
}

/// "Don't text me", "do not ever contact me again", "I never want to get your messages".
fn is_forbidden(words: &[String], never: usize) -> bool {
    const SENT: &str = "anything more anymore texts messages msgs sms stuff these this links again spam \
        reminders crap shit things those text message communication communications correspondence alerts notifications";
    const TO_ME: &str = "me us this here again anymore ever please back any messages texts";
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
            let to_my_phone = is(words, after, "my") && is(words, after + 1, "number phone cell mobile line");
            return after >= words.len() || to_my_phone || is(words, after, to_me);
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
    word.starts_with("un") && strsim::levenshtein(word, "unsubscribe") <= 2
}
