//! What a template may be, and what becomes of it, hostile ones included.

use super::*;
use proptest::prelude::*;
use std::time::{Duration, Instant};

const VALUES: Values<'static> = Values {
    first_name: "Zoë",
    last_name: "O’Neil",
    name: "Zoë O’Neil",
    email: "zoe@example.net",
    phone: "+12125550142",
    link_name: "Pottery, spring class",
    url: "https://pay.example.com/l/AbCdEf123456",
    amount: "$90.00",
    amount_plain: "$90.00",
    business: "Studio Nord",
};
const LAYOUT: Layout<'static> =
    Layout { button: "Pay $90.00", color: "#0b6e5f", opt_out_url: "https://pay.example.com/u/AbCdEf123456" };

fn fill(source: &str) -> String {
    Template::parse(source).expect("a good template").fill(&VALUES).expect("short enough")
}

fn fault(source: &str) -> String {
    Template::parse(source).expect_err("a bad template").to_string()
}

fn html_of(body: &str, values: &Values<'_>) -> String {
    email(Wording { subject: "Hello", body }, values, &LAYOUT).expect("an email").html
}

/// The document's part that the wording became, without the layout around it.
fn card_of(html: &str) -> &str {
    let (_, card) = html.split_once("<td class=\"card\" align=\"left\">\n").expect("the card");
    card.split_once("</td></tr>\n<tr><td class=\"foot\"").expect("the foot").0
}

#[test]
fn every_field_is_filled() {
    for field in MergeField::ALL {
        assert_eq!(fill(&field.to_string()), VALUES.of(field));
    }
    assert_eq!(fill("{{contact.first_name}}, {{\tcontact.last_name  }}!"), "Zoë, O’Neil!");
}

#[test]
fn a_field_that_nothing_stands_for_is_told_once_with_its_line() {
    let nobody = Values { first_name: " ", last_name: "", ..VALUES };
    let wording = Wording {
        subject: "For {{ contact.name }}",
        body: "Good day,\nHi {{ contact.first_name }},\r\nagain {{ contact.first_name }}\n\
               {{ contact.last_name | default: \"friend\" }} {{ payment_link.url }}",
    };
    let gap = |field, reads: &str| Gap { field, reads: reads.to_owned() };
    assert_eq!(gaps(wording, &nobody), Ok(vec![gap(MergeField::ContactFirstName, "Hi ,")]));
    assert_eq!(gaps(wording, &VALUES), Ok(vec![]));
    let unnamed = Values { name: "", ..nobody };
    let in_both = Wording { subject: "For {{ contact.name }}", body: "Dear {{ contact.name }}" };
    assert_eq!(gaps(in_both, &unnamed), Ok(vec![gap(MergeField::ContactName, "For")]));
    let long = format!("{}{{{{ contact.last_name }}}}{}", "é".repeat(40), "ü".repeat(40));
    let reads = gaps(Wording { subject: "", body: &long }, &nobody).expect("a good template").remove(0).reads;
    assert_eq!(reads, format!("…{}{}…", "é".repeat(24), "ü".repeat(24)));
    assert!(gaps(Wording { subject: "", body: "{{ contact" }, &nobody).is_err());
}

#[test]
fn a_fallback_stands_where_the_value_is_blank() {
    let source = r#"Hi {{ contact.first_name | default: "there" }}"#;
    assert_eq!(fill(source), "Hi Zoë");
    let nobody = Values { first_name: " \u{a0}\r\n", ..VALUES };
    assert_eq!(Template::parse(source).expect("good").fill(&nobody).expect("short"), "Hi there");
    let blank = Values { phone: "", ..VALUES };
    let filled = |source| Template::parse(source).expect("good").fill(&blank).expect("short");
    assert_eq!(filled(r#"{{contact.phone|default:"a \"quoted\" \\ }} {{ sign"}}"#), r#"a "quoted" \ }} {{ sign"#);
    assert_eq!(filled("[{{ contact.phone }}]"), "[]");
    assert_eq!(filled(r#"[{{ contact.phone | default: "" }}]"#), "[]");
}

#[test]
fn a_syntax_error_says_where_and_why() {
    for (source, expected) in [
        ("Hi\n\nthere {{ contact.first_name", "Line 3, column 7: this field is not closed: end it with }}."),
        ("ü {{ contact.first_name\n}}", "Line 1, column 3: this field is not closed: end it with }}."),
        ("{{}}", "Line 1, column 3: a field's name is missing between {{ and }}."),
        ("{{ first_name }}", "Line 1, column 4: “first_name” is not a field. Did you mean {{ contact.first_name }}?"),
        (
            "{{ contact.firstName }}",
            "Line 1, column 4: “contact.firstName” is not a field. Did you mean {{ contact.first_name }}?",
        ),
        ("{{ user.iban }}", "Line 1, column 4: “user.iban” is not a field. Choose one from the list of fields."),
        (
            "{{ contact.name + 1 }}",
            "Line 1, column 17: “+” cannot stand here. A field is a name from the list, as in {{ contact.first_name }}.",
        ),
        (
            "{{{ contact.name }}}",
            "Line 1, column 3: “{” cannot stand here. A field is a name from the list, as in {{ contact.first_name }}.",
        ),
        (
            "{{ contact.name | upper }}",
            "Line 1, column 19: only a fallback can follow the |, as in | default: \"there\".",
        ),
        ("{{ contact.name | default }}", "Line 1, column 27: a colon is missing, as in | default: \"there\"."),
        (
            "{{ contact.name | default: “you” }}",
            "Line 1, column 28: the fallback must stand in straight double quotes, as in | default: \"there\".",
        ),
        (
            "{{ contact.name | default: \"you }}",
            "Line 1, column 1: the fallback is not closed: its second \" is missing.",
        ),
        (r#"{{ contact.name | default: "a\nb" }}"#, r#"Line 1, column 31: after \ only " or \ can follow."#),
    ] {
        assert_eq!(fault(source), expected, "{source}");
    }
}

#[test]
fn names_of_fields_are_exact() {
    for name in
        ["contact", "contact.", ".name", "contact..name", "Contact.Name", "contact.name.x", "payment_link.slug", "7*7"]
    {
        assert!(Template::parse(&format!("{{{{ {name} }}}}")).is_err(), "{name}");
    }
}

#[test]
fn what_is_filled_in_is_never_read_as_a_template_again() {
    let values = Values { first_name: "{{ contact.email }}", ..VALUES };
    let text = sms(Wording { subject: "", body: "Hi {{ contact.first_name }} {{7" }, &values);
    assert!(text.is_err());
    let text = sms(Wording { subject: "", body: "Hi {{ contact.first_name }} ${7*7}" }, &values).expect("an SMS");
    assert_eq!(text, "Hi {{ contact.email }} ${7*7}");
}

#[test]
fn html_in_a_name_is_text_in_the_html_part_and_as_typed_in_the_text_part() {
    let name = r#"<script>alert("x")</script><img src=x onerror='y'>&amp;"#;
    let values = Values { name, ..VALUES };
    let mail = email(
        Wording { subject: "For {{ contact.name }}", body: "Hi {{ contact.name }}\n\n{{ payment_link.url }}" },
        &values,
        &LAYOUT,
    )
    .expect("an email");
    assert!(mail.text.starts_with(&format!("Hi {name}\n\n{}", VALUES.url)));
    assert!(!mail.html.contains("<script") && !mail.html.contains("<img"));
    assert!(mail.html.contains(
        "Hi &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;&lt;img src=x onerror=&#x27;y&#x27;&gt;&amp;amp;"
    ));
    assert_eq!(mail.subject, format!("For {name}"));
    assert!(mail.html.contains("<title>For &lt;script&gt;"));
}

#[test]
fn html_in_a_template_is_text_too() {
    let html = html_of("<b onclick=x>Bold</b> <iframe src=javascript:x> {{ payment_link.url }}", &VALUES);
    assert!(html.contains("&lt;b onclick=x&gt;Bold&lt;/b&gt; &lt;iframe src=javascript:x&gt;"));
}

#[test]
fn a_line_end_in_a_value_reaches_neither_the_subject_nor_a_line_of_its_own() {
    let values = Values { name: "Eve\r\nBcc: all@example.com\0\u{85}\u{202e}x", ..VALUES };
    let wording = Wording {
        subject: "For\r\n {{ contact.name }}\n",
        body: "Hi {{ contact.name }}\r\rBye\r\n{{ payment_link.url }}",
    };
    let mail = email(wording, &values, &LAYOUT).expect("an email");
    assert_eq!(mail.subject, "For Eve Bcc: all@example.com x");
    assert!(mail.text.starts_with("Hi Eve Bcc: all@example.com x\n\nBye\nhttps://"));
    assert!(!mail.text.contains(|c: char| c.is_control() && c != '\n'));
    assert!(!mail.html.contains(|c: char| c.is_control() && c != '\n'));
}

#[test]
fn a_link_with_a_line_to_itself_becomes_the_one_button() {
    let html = html_of("Hello\nyou\n\n  {{ payment_link.url }} \n\n{{ payment_link.url }}\nBye", &VALUES);
    assert_eq!(html.matches("class=\"button\"").count(), 1);
    let url = VALUES.url;
    let card = card_of(&html);
    assert!(card.starts_with("<p dir=\"auto\">Hello<br>\nyou</p>\n<table class=\"button\""), "{card}");
    assert!(card.contains(&format!(
        "<a href=\"{url}\" target=\"_blank\" rel=\"noopener\"><font color=\"#ffffff\">Pay $90.00</font></a>"
    )));
    assert!(
        card.ends_with(&format!(
            "<p dir=\"auto\"><a href=\"{url}\" target=\"_blank\" rel=\"noopener\">{url}</a><br>\nBye</p>\n"
        )),
        "{card}"
    );
}

#[test]
fn without_such_a_line_the_button_stands_at_the_end() {
    let html = html_of("Pay here: {{ payment_link.url }}.", &VALUES);
    let card = card_of(&html);
    assert!(card.contains(&format!(">{}</a>.</p>\n<table class=\"button\"", VALUES.url)), "{card}");
}

#[test]
fn addresses_in_a_template_become_links_and_those_in_values_do_not() {
    let values = Values { name: "https://evil.example", ..VALUES };
    let html = html_of(
        "See https://example.com/a?b=1&c=2, (http://example.org). Hi {{ contact.name }}! https:// x javascript:alert(1)",
        &values,
    );
    let card = card_of(&html);
    assert!(card.contains("See <a href=\"https://example.com/a?b=1&amp;c=2\" target=\"_blank\" rel=\"noopener\">https://example.com/a?b=1&amp;c=2</a>, ("));
    assert!(
        card.contains("(<a href=\"http://example.org\" target=\"_blank\" rel=\"noopener\">http://example.org</a>). Hi")
    );
    assert!(card.contains("Hi https://evil.example! https:// x javascript:alert(1)</p>"));
    let html = html_of("https://example.com/?who={{ contact.email }} {{ payment_link.url }}", &VALUES);
    assert!(
        card_of(&html).contains("<p dir=\"auto\">https://example.com/?who=zoe@example.net <a"),
        "a field goes on with it"
    );
}

#[test]
fn the_layout_has_no_slot_left_and_no_style_attribute() {
    let html = html_of("{{ payment_link.url }}", &VALUES);
    assert!(!html.contains("[[") && !html.contains("]]"));
    assert!(!html.contains(" style="));
    assert!(html.contains("href=\"https://pay.example.com/u/AbCdEf123456\""));
    assert!(html.contains("prefers-color-scheme: dark"));
}

#[test]
fn only_a_colour_reaches_the_stylesheet_and_the_label_on_it_can_be_read() {
    for (color, background, foreground) in [
        ("#ffd400", "#ffd400", "#000000"),
        ("#1A2B3C", "#1A2B3C", "#ffffff"),
        ("red;} body{display:none", "#0b6e5f", "#ffffff"),
        ("#12345", "#0b6e5f", "#ffffff"),
        ("#+12345", "#0b6e5f", "#ffffff"),
        ("", "#0b6e5f", "#ffffff"),
    ] {
        let html = email(DEFAULT_EMAIL, &VALUES, &Layout { color, ..LAYOUT }).expect("an email").html;
        assert!(html.contains(&format!("bgcolor=\"{background}\"")), "{color}");
        assert!(html.contains(&format!("<font color=\"{foreground}\">")), "{color}");
    }
}

#[test]
fn the_default_wording_is_good_and_has_the_link() {
    for wording in [DEFAULT_EMAIL, DEFAULT_SMS] {
        let body = Template::parse(wording.body).expect("good wording");
        assert!(body.uses(MergeField::PaymentLinkUrl));
    }
    let mail = email(DEFAULT_EMAIL, &VALUES, &LAYOUT).expect("an email");
    assert_eq!(mail.subject, "Your payment link from Studio Nord");
    assert_eq!(
        mail.text,
        "Hi Zoë,\n\nStudio Nord has sent you a payment link for Pottery, spring class: $90.00.\n\n\
         https://pay.example.com/l/AbCdEf123456\n\n\
         The link is yours alone: your name, email and phone are already filled in. Check them, pay, and you are done.\n\n\
         Thank you,\nStudio Nord\n\n\
         --\nYou get this message because you are a contact of Studio Nord.\n\
         No more emails from Studio Nord: https://pay.example.com/u/AbCdEf123456\n"
    );
}

#[test]
fn the_default_sms_fits_one_segment_for_an_ordinary_name() {
    let values = Values { first_name: "Marta", ..VALUES };
    let text = sms(DEFAULT_SMS, &values).expect("an SMS");
    assert_eq!(
        text,
        "Hi Marta, Studio Nord sent you a payment link for $90.00: https://pay.example.com/l/AbCdEf123456 Reply STOP to opt out."
    );
    assert_eq!(Segments::of(&text).to_string(), "119 characters · 1 segment · GSM-7");
}

#[test]
fn a_no_break_space_in_an_amount_does_not_make_an_sms_dear() {
    let text =
        sms(DEFAULT_SMS, &Values { first_name: "Marta", amount_plain: "KWD\u{a0}1.250", ..VALUES }).expect("an SMS");
    assert!(text.contains("KWD 1.250"));
}

#[test]
fn an_sms_over_the_provider_limit_is_refused() {
    let name = "x".repeat(1600);
    let refused = sms(DEFAULT_SMS, &Values { first_name: &name, ..VALUES }).expect_err("too long");
    assert!(matches!(refused, Error::TooLong { limit: 1600, .. }), "{refused}");
}

#[test]
fn what_outgrows_the_cap_is_refused() {
    let name = "&".repeat(10_000);
    let values = Values { name: &name, ..VALUES };
    let body = "{{ contact.name }}".repeat(5_000);
    let refused = email(Wording { subject: "x", body: &body }, &values, &LAYOUT).expect_err("too long");
    assert!(matches!(refused, Error::TooLong { limit: MAX_OUTPUT, .. }), "{refused}");
    let refused = email(Wording { subject: "x", body: &"&".repeat(50_000) }, &VALUES, &LAYOUT).expect_err("too long");
    assert!(matches!(refused, Error::TooLong { .. }), "{refused}");
}

/// Templates that have hurt other engines, grown to a size.
fn hostile(size: usize) -> Vec<String> {
    let repeated = |unit: &str| unit.repeat(size / unit.len());
    vec![
        repeated("{{"),
        repeated("}}"),
        repeated("{"),
        repeated("{{ "),
        format!("{{{{ {} }}}}", repeated("-")),
        format!("{{{{ 1{} }}}}", repeated("+1")),
        format!("{{{{ a{} }}}}", repeated(".b")),
        format!("{{{{ contact.name | default: \"{}", repeated("\\\"")),
        format!("{{{{ contact.name | default: \"{}\" }}}}", repeated("\\\\")),
        format!("{{{{ contact.name {} }}}}", repeated("| default: \"\"")),
        format!("{{% if x %}}{}{{% endif %}}", repeated("{% elif x %}")),
        "{{ [1]*10000000 }}".to_owned(),
        repeated("{{ contact.name }}"),
        repeated("{{ contact.name | default: \"x\" }}\n"),
        repeated("http"),
        repeated("http://"),
        repeated("https://a "),
        repeated("\n"),
        repeated(" \n"),
        repeated("\r"),
        repeated("{{ payment_link.url }}\n"),
        repeated("<script>"),
        repeated("\u{202e}"),
        repeated("👨‍👩‍👧‍👦"),
        format!("{}{{{{", repeated("ü\n")),
    ]
}

fn time(source: &str) -> Duration {
    let wording = Wording { subject: source, body: source };
    let start = Instant::now();
    let _ = std::hint::black_box(email(wording, &VALUES, &LAYOUT));
    let _ = std::hint::black_box(sms(wording, &VALUES));
    start.elapsed()
}

#[test]
fn hostile_templates_of_100_kb_are_refused_or_rendered_in_linear_time() {
    // What grows with the square would take many seconds. The limit of 5 ms is for optimised code.
    let (limit, slack) = if cfg!(debug_assertions) { (500, 50) } else { (5, 1) };
    let (limit, slack) = (Duration::from_millis(limit), Duration::from_millis(slack));
    for (small, large) in hostile(50_000).iter().zip(hostile(100_000)) {
        let (mut half, mut whole) = (Duration::MAX, Duration::MAX);
        // The quickest of several runs is the one that a busy machine disturbed least.
        let is_good = (0..20).any(|_| {
            half = half.min(time(small));
            whole = whole.min(time(&large));
            whole <= limit && whole <= half * 5 / 2 + slack
        });
        let head: String = large.chars().take(24).collect();
        assert!(is_good, "{head}: {half:?}, then {whole:?} for twice the length");
    }
}

proptest! {
    #[test]
    fn text_without_fields_passes_unchanged(text in "\\PC{0,200}|[\\x00-\\x7f]{0,200}") {
        prop_assume!(!text.contains("{{"));
        prop_assert_eq!(fill(&text), text);
    }

    #[test]
    fn nothing_makes_it_panic(
        source in "([{}|\" \\\\\n\r:.<&]|contact|name|payment_link|url|default|https?://|\\PC|\u{0}){0,120}",
        value in "\\PC{0,40}|[\\x00-\\x7f]{0,40}",
    ) {
        let values = Values { name: &value, first_name: &value, url: &value, business: &value, ..VALUES };
        let wording = Wording { subject: &source, body: &source };
        if let Ok(mail) = email(wording, &values, &LAYOUT) {
            prop_assert!(!mail.subject.contains(char::is_control));
            prop_assert!(!mail.text.contains('\r') && !mail.html.contains('\r'));
        }
        let _ = sms(wording, &values);
    }

    #[test]
    fn every_sign_in_a_fallback_comes_out_as_it_went_in(words in "[^\\p{C}\u{2028}\u{2029}]{1,60}") {
        let escaped = words.replace('\\', r"\\").replace('"', "\\\"");
        let source = format!("{{{{ contact.phone | default: \"{escaped}\" }}}}");
        let filled = Template::parse(&source).expect("good").fill(&Values { phone: "", ..VALUES }).expect("short");
        prop_assert_eq!(filled, words.trim());
    }

    #[test]
    fn a_value_never_opens_a_tag(value in "\\PC{0,60}") {
        let values = Values { name: &value, ..VALUES };
        let with = html_of("Hi {{ contact.name }} {{ payment_link.url }}", &values);
        let without = html_of("Hi {{ contact.name }} {{ payment_link.url }}", &VALUES);
        for sign in ['<', '>', '"'] {
            prop_assert_eq!(with.matches(sign).count(), without.matches(sign).count());
        }
    }
}
