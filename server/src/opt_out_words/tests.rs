use super::{language::Section, *};
use proptest::prelude::*;

/// Every word of the list, by its own spelling.
const LIST: &[&str] = &[
    "STOP",
    "STOPALL",
    "STOP ALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
    "OPT OUT",
    "OPT-OUT",
    "REMOVE",
    "ARRET",
    "ARRÊT",
];

/// How people write a word of the list.
const LIST_AS_TYPED: &[&str] = &[
    "\"st o p a\"ll",
    "stop",
    "Stop",
    "STOP.",
    "Stop!",
    "stop!!!",
    " STOP ",
    "STOP\n",
    "\"STOP\"",
    "'stop'",
    "S T O P",
    "s.t.o.p",
    "ＳＴＯＰ",
    "st\u{200b}op",
    "sToP ✋",
    "🛑 STOP 🛑",
    "stop all",
    "Stop-All",
    "STOPALL!",
    "StopAll",
    "unsubscribe",
    "Unsubscribe.",
    "UN-SUBSCRIBE",
    "cancel",
    "Cancel!",
    "CANCEL…",
    "end",
    "End.",
    "quit",
    "QUIT?",
    "revoke",
    "Revoke.",
    "optout",
    "Opt out",
    "OPT-OUT",
    "opt_out",
    "opt  out",
    "Remove",
    "arrêt",
    "Arrêt !",
    "ARRE\u{302}T",
];

/// How people refuse in their own words.
const FREE: &[&str] = &[
    "please stop",
    "Hi,\nplease\nstop texting\tme",
    "Please stop texting me",
    "please stop texting me!!",
    "stop texting me",
    "stop messaging me",
    "STOP SENDING ME THESE",
    "stop sending me links",
    "Stop it",
    "stop this now",
    "ok stop",
    "can you stop texting this number",
    "could you please stop sending me messages?",
    "I want you to stop contacting me",
    "I said stop",
    "make it stop",
    "how do I stop these texts",
    "how do i stop getting these messages?",
    "I would like to stop receiving these messages",
    "pls stop the spam",
    "quit texting me",
    "quit it",
    "cease all communication",
    "stop harassing me",
    "stop bothering me",
    "stop contacting my phone",
    "stopp",
    "don't text me again",
    "Don’t text me anymore",
    "dont text me",
    "Do not text me",
    "do not contact me again",
    "Do not contact this number",
    "please do not text this number again",
    "DO NOT MESSAGE ME EVER AGAIN",
    "don't ever text me again",
    "never text me again",
    "Never contact me again please",
    "please don't send me any more messages",
    "don't send me anything",
    "dont send me this stuff",
    "Do not send any more texts",
    "I don't want these texts",
    "I don't want to receive any more messages",
    "i dont want your messages",
    "I do not want to be contacted",
    "I do not wish to receive texts from you",
    "I no longer wish to receive these messages",
    "I no longer want to get texts",
    "i never signed up for these texts",
    "I did not sign up for this, stop",
    "I never agreed to receive messages from you",
    "I don't like getting these messages",
    "you should not be texting me",
    "don't bother me",
    "do not disturb",
    "don't write to me again, please stop",
    "no more messages",
    "No more texts please",
    "no more",
    "No more of this please",
    "no further messages",
    "no texts please",
    "no more text messages from you",
    "take me off your list",
    "Take me off this list please",
    "please take my number off your list",
    "take us off",
    "get me off this list",
    "remove me",
    "Remove me from your list",
    "please remove my number",
    "Remove this number from your database",
    "delete my number",
    "Please delete me from your system",
    "delete my info",
    "lose my number",
    "forget my number",
    "opt me out",
    "I want to opt out",
    "I'd like to opt out of these",
    "opting out",
    "please unsubscribe me",
    "unsubscribe me from this",
    "how do I unsubscribe",
    "I revoke my consent",
    "I withdraw my consent to be texted",
    "leave me alone",
    "Leave me alone!!!",
    "just leave us alone",
    "go away",
    "fuck off",
    "enough already",
    "I'm going to block you",
    "I will report you",
    "reporting this as spam",
    "this is spam",
    "this is harassment",
    "wrong number",
    "You have the wrong number",
    "sorry wrong person",
    "not interested",
    "I'm not interested, thanks",
    "no longer interested",
    "cancel these reminders",
    "end all messages now",
    "ne m'envoyez plus de messages",
    "Arrêtez de m'envoyer des SMS",
    "plus de messages svp",
    "No me envíen más mensajes",
    "dejen de enviarme mensajes por favor",
    "Bitte keine Nachrichten mehr",
    "Hören Sie auf, mir zu schreiben",
    "Do not call or text me",
    "Please don't text or call me again",
    "Please don't call me or text me anymore",
    "Don't call/text me",
    "do not call nor text",
    "Do not contact, call or text me",
    "Never call me again",
    "do not call this number again",
    "I don't want text alerts",
    "I do not want to receive text from this number",
    "I don't want to get any text from you",
    "I do not want marketing messages",
    "I'd rather not receive texts",
    "I would prefer not to get messages",
    "Stop at once",
    "Stop at once!!",
    "You must stop at once or I call the police",
    "cancel at once",
    "No texts",
    "No SMS",
    "no messages please",
    "no texting",
    "No calls or texts",
    "I want no texts",
    "no contact please",
    "I did not sign up for these texts",
    "I didn't sign up for these texts",
    "I didn't sign up for this",
    "I never subscribed to this",
    "I never asked for these messages",
    "I have not agreed to receive texts",
    "I did not consent to text messages",
    "Do not send me any further communication",
    "please do not send any more alerts",
    "I do not consent",
    "I do not consent to be texted",
    "I never gave consent",
    "you do not have my consent",
    "You don't have my permission to text me",
    "I never gave you my number",
    "you are texting me without my permission",
    "You are not allowed to contact me",
    "I refuse these messages",
    "I object to being texted",
    "I object to the processing of my data",
    "cease and desist",
    "Cease & desist",
    "Cease",
    "please discontinue",
    "Please discontinue these messages",
    "Unsuscribe",
    "unsubcribe",
    "UNSUBSCIBE me",
    "please unsubscrib",
    "unsubscirbe now",
    "turn off these notifications",
    "turn these texts off",
    "I'm sick of these texts",
    "tired of your messages",
    "I'm done with these messages",
    "Please do not reach out again",
    "never reach out to me",
    "Do not use this number",
    "don't use my phone number again",
    "I don't want to be on your list",
    "I'm on the do not call list",
    "delete number",
    "knock it off",
    "I will report you to the FCC",
    "reporting this to the police",
    "you've got the wrong guy",
    "This is not the right number",
    "nobody here by that name",
    "Stpo",
    "Alto",
    "No más",
    "Ya basta",
    "No quiero recibir más mensajes",
    "no me llamen ni me escriban",
    "Quíteme de su lista",
    "Déjenme en paz",
    "Número equivocado",
    "No autorizo estos mensajes",
    "Retiro mi consentimiento",
    "no manden más mensajes",
    "Quiero darme de baja",
    "Désabonnez-moi",
    "Je veux me désabonner",
    "Merci de ne plus me contacter",
    "Je ne veux plus recevoir de SMS",
    "Ne m'écrivez plus",
    "mauvais numéro",
    "Pas intéressé",
    "Plus de SMS",
    "Enlevez-moi de la liste",
    "Fichez-moi la paix",
    "Keine SMS",
    "Bitte keine Nachrichten",
    "Ich möchte keine Nachrichten erhalten",
    "Schreiben Sie mir nicht mehr",
    "Falsche Nummer",
    "Kein Interesse",
    "Nicht interessiert",
    "Nimm mich von der Liste",
    "Ich widerrufe meine Einwilligung",
    "Hör auf",
    "Schluss damit",
    "Es reicht",
    "Leave me the hell alone",
    "BLOCKED",
    "wrong lady, please remove",
    "I asked to be removed",
    "I want off this list",
    "take my number out of your system",
    "Basta ya",
    "Cancelar suscripción",
    "Stoppen Sie das",
];

/// What people answer to a payment link.
const ORDINARY: &[&str] = &[
    "ok",
    "Ok thanks",
    "Thanks!",
    "thank you so much",
    "Done",
    "Paid",
    "just paid",
    "I paid it yesterday",
    "Already paid, thanks",
    "I'll pay tonight",
    "Will do",
    "will pay on friday",
    "got it",
    "Got your text, will pay later",
    "received your message, thanks",
    "Who is this?",
    "who's this",
    "Is this real?",
    "is this spam?",
    "Is this a scam?",
    "How do I know this is legit",
    "How much is it?",
    "What is this for?",
    "what's this payment for",
    "Can I pay in cash?",
    "can i pay at the studio",
    "Do you take Venmo?",
    "Can I pay half now?",
    "The link does not work",
    "the link isn't working",
    "I can't open the link",
    "I cannot open the link you sent",
    "It says expired",
    "Page won't load",
    "could you send it again?",
    "Please send me the link again",
    "send again please",
    "Can you text me the address?",
    "text me when you're there",
    "Please text me the total",
    "call me",
    "Please call me instead",
    "I'll call you later",
    "Can you email it to me?",
    "please email me the invoice",
    "Don't email me, text is better",
    "I don't see the text",
    "I did not get the message",
    "I didn't get your message",
    "I never got the text",
    "I never received an email",
    "I don't have any messages from you",
    "no message came through",
    "No text came yet",
    "no problem",
    "No worries",
    "no",
    "No thanks",
    "nope",
    "not yet",
    "Not today",
    "not now",
    "I'm not sure yet",
    "Not sure, message me next week",
    "if not, text me",
    "why don't you text me when it's ready",
    "why not just message me",
    "Don't worry, I'll pay",
    "don't bother, I paid already",
    "don't know",
    "I don't understand",
    "I don't know what this is",
    "I don't have a card",
    "I don't have the money right now",
    "I do not need a receipt",
    "I don't want the Tuesday class",
    "i no longer want the blue one",
    "I don't want to pay by card",
    "I'm not sending money to a stranger",
    "I can't text right now, driving",
    "I'm driving, can't text",
    "In a meeting",
    "I'll stop by tomorrow",
    "I'll stop by at 5",
    "Can I stop in on Monday and pay?",
    "I will stop at the shop",
    "Is the studio near the bus stop?",
    "The bus stop is right outside",
    "next stop is yours",
    "don't stop the good work",
    "please don't stop sending these",
    "never stop",
    "At the end of the month",
    "by the end of the week",
    "end of the day ok?",
    "I'll do it this weekend",
    "When does it end?",
    "What time does the class end",
    "I need to cancel my booking for Friday",
    "Can I cancel the class and get a refund?",
    "what is your cancellation policy",
    "How do I cancel my order?",
    "Please cancel my order and text me when it is done",
    "I quit my job, can I pay next month",
    "remove the second item please",
    "please remove one ticket from my order",
    "Can you take 10% off?",
    "is there anything off the list price",
    "Take care!",
    "take your time",
    "Leave it at the door",
    "leave me a note",
    "I'll leave the money on the table",
    "let me be clear, I like it",
    "We go away next week, can it wait?",
    "Please block this date for us",
    "I will report back on Monday",
    "is that enough?",
    "Is 50 enough",
    "one more question",
    "No more questions, thanks!",
    "any more spots left?",
    "two more people will come",
    "Can I bring a plus one? I got your message",
    "Yes please",
    "yes I paid",
    "Yes, will do",
    "Yep",
    "sure",
    "Sounds good",
    "Great, see you then",
    "See you on Saturday",
    "start date?",
    "When do we start",
    "when does it start?",
    "Help me with the link please",
    "can you help",
    "I need help paying",
    "more info please",
    "Where can I find more info?",
    "What is the number of people",
    "my number is 415 555 2671",
    "This is my new number",
    "my new phone number is 0151 1234567",
    "You have my old address",
    "Can you change my name on it?",
    "It's for my daughter",
    "What's the deadline",
    "is friday ok",
    "😊",
    "👍",
    "❤️ thanks",
    "Gracias",
    "Merci beaucoup",
    "Danke, mache ich",
    "¿Cuánto es?",
    "Ich zahle morgen",
    "stop by at 5",
    "stop worrying, I'll pay",
    "Don't remove me from the class",
    "please don't stop reminding me",
    "turn left at the stop sign",
    "No need to text back",
    "you don't have to text me back",
    "I'd rather pay in cash",
    "Is it too late to sign up?",
    "take it off my tab",
    "Is this the right number?",
    "We stop at noon",
    "Do you stop at 6?",
    "The music will stop at 11, right?",
    "I'll be there at once",
    "don't stop",
    "I can't text now, call me",
    "Don't call, text me",
    "don't call me, text me instead",
    "Please text, don't call",
    "do not call me again before noon, text me",
    "If not, call or text me",
    "call or text me anytime",
    "Text or call me when you can",
    "Not home now, call or text me later",
    "Don't forget to text me",
    "I don't text and drive",
    "I don't want to text my card number",
    "I don't want to miss the class",
    "No text yet?",
    "I got no text",
    "There were no messages",
    "No messages so far",
    "no sms arrived",
    "I have not received any messages",
    "I never get your messages",
    "I'm not getting texts",
    "Didn't get any texts",
    "I did not sign up for the class yet",
    "I didn't sign up for Friday",
    "I signed up for the texts",
    "I didn't ask for two tickets",
    "I did not order this",
    "I do not agree with the price",
    "I have not agreed on a date",
    "My consent form is signed",
    "Do I need to sign a consent form?",
    "I don't have my permission slip yet",
    "I refuse to pay twice",
    "No objection",
    "I'm tired, will pay tomorrow",
    "sick today, can I come next week",
    "fed the cat, now paying",
    "I'll reach out tomorrow",
    "feel free to reach out again",
    "I could not reach you",
    "use this number please",
    "I'm not on the list yet, am I?",
    "put me on the list please",
    "turn off at the next exit",
    "wrong amount",
    "wrong date, can you fix it?",
    "Wrong link?",
    "Delete the first item please",
    "Can you remove the fee",
    "not interested in the add-on, just the class",
    "Stopped by yesterday",
    "I quit the Monday class, moving to Friday",
    "I subscribed last week",
    "Do I subscribe here?",
    "uncertain, let me ask",
    "cash/card?",
    "Monday/Tuesday works",
    "What is the alternative",
    "Was kostet das?",
    "Ich habe keine SMS bekommen",
    "Der Link geht nicht",
    "Kann ich bar zahlen?",
    "Schreiben Sie mir bitte die Adresse",
    "Schreib mir später",
    "Meine neue Nummer ist 0151 1234567",
    "No me llegó el enlace",
    "No tengo tarjeta",
    "Ya pagué, gracias",
    "¿Puedo pagar mañana?",
    "No me ha llegado el mensaje",
    "Je paie demain",
    "Je n'ai pas reçu le message",
    "Le lien ne marche pas",
    "Je ne peux pas ouvrir le lien",
    "Plus tard, merci",
    "Pas de problème",
];

/// Ordinary answers that are taken for a refusal: in doubt nobody is written to again.
const TAKEN_FOR_A_REFUSAL: &[&str] =
    &["Stop the payment please, I paid twice", "Please cancel", "cancel it please", "take me off the Tuesday class"];

#[test]
fn every_word_of_the_list_is_found_however_it_is_typed() {
    for text in LIST.iter().chain(LIST_AS_TYPED) {
        assert!(matches!(read(text), Reply::OptOut(Said::ProviderWord | Said::Word)), "{text:?}: {:?}", read(text));
    }
}

#[test]
fn refusals_in_own_words_are_understood() {
    let missed: Vec<_> = FREE.iter().filter(|text| !matches!(read(text), Reply::OptOut(_))).collect();
    assert!(LIST_AS_TYPED.len() + FREE.len() >= 250 && ORDINARY.len() >= 200);
    // 95 of 100.
    assert!(missed.len() * 20 <= FREE.len(), "{missed:?}");
    assert!(missed.is_empty(), "the corpus was wholly understood once: {missed:?}");
}

#[test]
fn ordinary_answers_change_nothing() {
    let taken: Vec<_> = ORDINARY.iter().filter(|text| read(text) != Reply::Other).collect();
    assert!(taken.is_empty(), "{taken:?}");
    for text in TAKEN_FOR_A_REFUSAL {
        assert!(matches!(read(text), Reply::OptOut(_)), "{text:?}");
    }
}

/// The examples of a file that stand under a heading.
fn examples(file: &str, heading: Section) -> Vec<&str> {
    language::lines(file).filter(|(section, _)| *section == Some(heading)).map(|(_, line)| line).collect()
}

#[test]
fn refusals_of_every_language_are_understood() {
    let missed: Vec<_> = FILES
        .iter()
        .flat_map(|(name, file)| examples(file, Section::Refusals).into_iter().map(move |text| (name, text)))
        .filter(|(_, text)| !matches!(read(text), Reply::OptOut(_)))
        .collect();
    assert!(missed.is_empty(), "{missed:#?}");
}

#[test]
fn ordinary_answers_of_every_language_change_nothing() {
    let taken: Vec<_> = FILES
        .iter()
        .flat_map(|(name, file)| examples(file, Section::Ordinary).into_iter().map(move |text| (name, text)))
        .filter(|(_, text)| read(text) != Reply::Other)
        .collect();
    assert!(taken.is_empty(), "{taken:#?}");
}

#[test]
fn every_file_names_its_language_and_sources_has_examples_and_is_read_whole() {
    let mut names: Vec<_> = FILES.iter().map(|(name, _)| format!("{name}.txt")).collect();
    names.extend(["README.md".to_owned()]);
    names.sort();
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/opt_out_words")).unwrap();
    let mut in_folder: Vec<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    in_folder.sort();
    assert_eq!(names, in_folder, "each file of the folder is read");
    for (name, file) in FILES {
        let above: Vec<_> = file.lines().take_while(|line| !line.starts_with('[')).collect();
        for key in ["language: ", "source: "] {
            assert!(above.iter().any(|line| line.len() > key.len() && line.starts_with(key)), "{name} has no {key}");
        }
        for (section, line) in language::lines(file) {
            let is_key = ["language: ", "source: ", "written: without blanks"].iter().any(|key| line.starts_with(key));
            assert!(section.is_some() || is_key, "{name}: {line:?} stands under no heading that is known");
            let is_open = section == Some(Section::Sentences) && line.split(' ').any(|word| word == "=");
            assert!(!is_open, "{name}: {line:?} is a list");
        }
        let (refusals, ordinary) = (examples(file, Section::Refusals), examples(file, Section::Ordinary));
        assert!(refusals.len() >= 5 && ordinary.len() >= 5, "{name} has too few examples");
    }
}

#[test]
fn a_name_in_a_sentence_stands_for_a_list() {
    for (name, file) in FILES {
        let lists: Vec<_> = examples(file, Section::Lists)
            .into_iter()
            .filter_map(|line| line.split_once(" = "))
            .map(|list| list.0)
            .collect();
        for heading in [Section::Sentences, Section::ButNot] {
            for part in examples(file, heading).into_iter().flat_map(|line| line.split([' ', '/', '!'])) {
                let is_name = part.len() > 1 && part.chars().all(|c| c.is_ascii_uppercase());
                assert!(!is_name || lists.contains(&part), "{name}: no list is named {part}");
            }
        }
    }
}

#[test]
fn it_does_not_matter_how_a_word_is_typed() {
    for text in [
        "СТОП",
        "стоп!",
        "СТООООП",
        "С Т О П",
        "Стоп \u{1f6d1}",
        "退 订",
        "退订。",
        "\u{feff}退订",
        "수신 거부!!",
        "إِلغاء",
        "إلغـــاء",
        "الغاء.",
        "AFMELDEN!!!",
        "a f m e l d e n",
        "BAJA\u{200b}",
        "desabonner",
        "DÉSABONNER",
        "ＡＢＭＥＬＤＥＮ",
        "aufhoeren",
        "aufhören",
        "AUFHÖREN",
        "लिंक बंद करें".trim_start_matches("लिंक "),
        "\u{26d4}\u{fe0f}",
        "\u{270b}\u{1f3fd}",
        "\u{1f6d1}\u{1f6d1}",
        "停　止",
        "ｽﾄｯﾌﾟ",
        "abmeldn",
        "afmeldne",
        "bajaaa",
    ] {
        assert!(matches!(read(text), Reply::OptOut(Said::Word)), "{text:?}: {:?}", read(text));
    }
}

#[test]
fn words_of_the_business_count_alone_and_with_manners() {
    let own = "Adiós\nno gracias\n\n  \n🐢\n再见";
    for text in ["adios", "ADIÓS!", "Adiós por favor", "No, gracias", "no gracias, thanks", "🐢", "再见", "请再见谢谢"]
    {
        assert!(is_own_word(text, own), "{text}");
    }
    for text in ["", "please", "adios amigo", "no", "gracias", "👍", "我再见他"] {
        assert!(!is_own_word(text, own), "{text}");
    }
    assert!(!is_own_word("", "") && !is_own_word("!", "\n"));
}

#[test]
fn only_the_bare_words_opt_in_or_ask_for_help() {
    for text in ["START", "start", "Start.", "UNSTOP", "unstop!", "YES", "yes", "Yes!", "ＳＴＡＲＴ"] {
        assert_eq!(read(text), Reply::OptIn, "{text:?}");
    }
    for text in ["HELP", "help", "Help?", "INFO", "info"] {
        assert_eq!(read(text), Reply::Help, "{text:?}");
    }
    for text in ["", "   ", "?", "start me up", "yes yes", "help me", "s t a r t", "restart", "startup", "don't start"]
    {
        assert_eq!(read(text), Reply::Other, "{text:?}");
    }
    assert!(matches!(read("start. stop"), Reply::OptOut(_)), "in doubt the refusal counts");
}

#[test]
fn a_very_long_text_is_read_in_its_time() {
    let begun = std::time::Instant::now();
    for text in
        ["stop by ".repeat(100_000), "don't ".repeat(100_000), "a".repeat(1_000_000), "no more ".repeat(100_000)]
    {
        read(&text);
    }
    assert!(begun.elapsed() < std::time::Duration::from_secs(10));
}

prop_compose! {
    /// A word of the list in any case, with any punctuation and blanks around it and between its letters.
    fn any_spelling()(
        word in prop::sample::select(LIST),
        upper in prop::collection::vec(any::<bool>(), 12),
        between in prop::collection::vec("[ .,!?\\-_*\"'\u{2019}\n\t]{0,2}", 13),
    ) -> String {
        let mut text = between[0].clone();
        for ((letter, upper), between) in word.chars().zip(upper).zip(&between[1..]) {
            if upper { text.extend(letter.to_uppercase()) } else { text.extend(letter.to_lowercase()) }
            text.push_str(between);
        }
        text
    }
}

proptest! {
    #[test]
    fn any_spelling_of_a_word_of_the_list_is_found(text in any_spelling()) {
        prop_assert!(matches!(read(&text), Reply::OptOut(Said::ProviderWord | Said::Word)), "{:?}", text);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        read(&text);
    }

    #[test]
    fn no_mixture_of_its_own_words_makes_it_panic(words in prop::collection::vec(prop::sample::select(&[
        "stop", "don't", "never", "send", "call", "or", "sign", "up", "unsuscribe", "at", "once", "text", "me", "no", "more", "by", "want", "to", "get", "lost", "not", "interested", "away", "",
    ][..]), 0..30)) {
        read(&words.join(" "));
    }
}
