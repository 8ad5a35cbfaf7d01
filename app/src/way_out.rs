//! Whether a text tells people how to get no more of them: "Reply STOP to opt out", and the same in other languages.

/// What is said before the word that is to be sent; the last are French, German and Spanish.
const ASKING: &str = "reply respond answer text txt send sms msg message write repondez repondre reponds envoyez envoyer \
    antworten antworte antwort senden sende schreiben schreibe schicken schicke responda responde responder conteste \
    contesta contestar envie envia enviar mande manda";
/// What may stand between.
const BETWEEN: &str = "with back the word this that to message text sms number a an us sie mit auf das wort diese nachricht \
    par le mot a ce message con la palabra a este mensaje";
/// The words that the product obeys.
const WORDS: &str =
    "stop stopp stopall unsubscribe cancel end quit revoke optout remove arret baja parar cancelar abmelden";
/// What the word is for.
const ENDING: &str = "opt optout stop end unsubscribe cancel quit leave vous se desabonner desinscrire arreter beenden \
    abmelden abmeldung abbestellen dejar darse cancelar no arret baja ende";

/// Whether a text tells people how to get no more of them.
pub fn has_opt_out_words(body: &str) -> bool {
    let words: Vec<String> =
        plain(body).split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    (0..words.len()).any(|at| is_asked(&words, at) || is_explained(&words, at) || is(&words, at, "unsubscribe"))
}

/// "Reply STOP", "answer with the word STOP", "Antworten Sie mit STOPP".
fn is_asked(words: &[String], at: usize) -> bool {
    let mut next = at + 1;
    while next < at + 6 && is(words, next, BETWEEN) {
        next += 1;
    }
    let is_told = is(words, next, WORDS) || is(words, next, "opt") && is(words, next + 1, "out");
    // "Text us or stop by", "send it by the end" ask for something else.
    is(words, at, ASKING) && is_told && !is(words, next + 1, "by of")
}

/// "STOP to end", "STOP=arrêt", "STOP au 36111".
fn is_explained(words: &[String], at: usize) -> bool {
    let is_number = |at: usize| words.get(at).is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit()));
    let is_for = is(words, at + 1, "to 2 for zum um pour para");
    is(words, at, "stop stopp")
        && (is(words, at + 1, "arret baja abmelden ende")
            || is_for && is(words, at + 2, ENDING)
            || is(words, at + 1, "au al an") && is_number(at + 2))
}

fn is(words: &[String], at: usize, list: &str) -> bool {
    words.get(at).is_some_and(|word| list.split_whitespace().any(|other| other == word))
}

/// In lower case, without the accents of the languages above.
fn plain(text: &str) -> String {
    let plain = |c: char| match c {
        'á' | 'à' | 'â' | 'ä' => 'a',
        'é' | 'è' | 'ê' => 'e',
        'í' | 'î' => 'i',
        'ó' | 'ô' | 'ö' => 'o',
        'ú' | 'û' | 'ü' => 'u',
        _ => c,
    };
    text.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::has_opt_out_words;

    #[test]
    fn a_text_says_how_to_get_no_more_of_them_or_it_does_not() {
        for body in [
            "Pay here: x Reply STOP to opt out.",
            "Txt stop",
            "Text STOP to stop.",
            "reply with STOP",
            "Answer with the word stop to get no more texts",
            "Reply to this message with UNSUBSCRIBE",
            "Opt-out: reply STOP",
            "Reply END to end",
            "STOP to end",
            "STOP 2 stop",
            "Send stop to 12345",
            "STOP=arrêt",
            "STOP au 36111",
            "Répondez STOP pour vous désabonner",
            "Envoyez STOP",
            "Antworten Sie mit STOPP, um keine SMS mehr zu bekommen",
            "Abmelden: antworte STOP",
            "STOP zum Abmelden",
            "Responda BAJA para no recibir más",
            "Envíe STOP",
            "Unsubscribe: x",
        ] {
            assert!(has_opt_out_words(body), "{body}");
        }
        for body in [
            "",
            "Pay here: x",
            "Nonstop yoga, unstoppable: x",
            "You can opt in or go out",
            "Cancel anytime: {{ payment_link.url }}",
            "Don't stop dancing: {{ payment_link.url }}",
            "Reply by the end of the week: x",
            "Send it by the end of May",
            "Text us or stop by: x",
            "Your stop to the summer: x",
            "We stop at nothing. Answer here: x",
            "Baja el precio: x",
        ] {
            assert!(!has_opt_out_words(body), "{body}");
        }
    }
}
