//! Email addresses as people type them: a domain in any script becomes the ASCII that mail servers know.

use app::address::{Email, EmailProblem};

/// Reads an address; blanks around it are the keyboard's, not the address's.
pub fn parse(typed: &str) -> Result<Email, EmailProblem> {
    let typed = typed.trim_matches([' ', '\t', '\u{a0}']);
    match Email::parse(typed) {
        Err(EmailProblem::NonAsciiDomain) => {
            let (local, domain) = typed.rsplit_once('@').ok_or(EmailProblem::NotAnAddress)?;
            let ascii = idna::domain_to_ascii_strict(domain).map_err(|_| EmailProblem::BadDomain)?;
            Email::parse(&format!("{local}@{ascii}"))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_in_another_script_is_stored_and_shown_as_punycode() {
        let stored = |typed| parse(typed).map(String::from);
        assert_eq!(stored("a@münchen.de"), Ok("a@xn--mnchen-3ya.de".to_owned()));
        assert_eq!(stored("a@MÜNCHEN.de"), Ok("a@xn--mnchen-3ya.de".to_owned()));
        assert_eq!(stored("a@例え.jp"), Ok("a@xn--r8jz45g.jp".to_owned()));
        // A Cyrillic е looks like ours and is told apart at a glance.
        assert_eq!(stored("a@\u{435}xample.com"), Ok("a@xn--xample-2of.com".to_owned()));
        assert_eq!(stored(" ann@ex.com\t"), Ok("ann@ex.com".to_owned()));
    }

    #[test]
    fn another_script_does_not_smuggle_in_what_ascii_could_not() {
        for typed in ["a@mün chen.de", "a@mün_chen.de", "a@münchen", "a@-münchen.de", "a@münchen..de", "é@münchen.de"]
        {
            assert!(parse(typed).is_err(), "{typed}");
        }
        assert_eq!(parse(" "), Err(EmailProblem::Empty));
    }
}
