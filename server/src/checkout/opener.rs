//! Who opened a checkout: a machine or a person, and what told. A pure rule over what a request says of itself.

use std::str::FromStr;

/// An opening this soon after sending, with no sign of a person, is a scanner between us and the receiver.
const SOON_MS: i64 = 10_000;

/// Who opened a checkout, as far as can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OpenedBy {
    /// A scanner, a preview, or a request that nobody was seen behind.
    Machine,
    /// The page came alive and said so.
    Human,
}

impl OpenedBy {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Machine => "machine",
            Self::Human => "human",
        }
    }
}

/// What told who it was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sign {
    /// The page's own signal after it came alive in a browser.
    Signal,
    /// The request asked for no page: `HEAD`.
    Head,
    /// The request says that it fetches ahead of a click.
    Prefetch,
    /// A program that looks for harm, or that is no browser.
    Scanner,
    /// A chat or a social network that makes a preview.
    Preview,
    /// Within seconds of sending.
    Soon,
    /// A request like any other. A person's is one too, and is followed by the signal.
    #[default]
    Plain,
}

impl Sign {
    /// Every one.
    pub const ALL: [Self; 7] =
        [Self::Signal, Self::Head, Self::Prefetch, Self::Scanner, Self::Preview, Self::Soon, Self::Plain];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Signal => "signal",
            Self::Head => "head",
            Self::Prefetch => "prefetch",
            Self::Scanner => "scanner",
            Self::Preview => "preview",
            Self::Soon => "soon",
            Self::Plain => "plain",
        }
    }

    /// Only the signal tells of a person.
    pub const fn opened_by(self) -> OpenedBy {
        match self {
            Self::Signal => OpenedBy::Human,
            _ => OpenedBy::Machine,
        }
    }

    /// The same once it is known when the last message with this link left: a plain opening right then was no person's.
    #[must_use]
    pub fn after_sending(self, opened_at: i64, sent_at: Option<i64>) -> Self {
        match (self, sent_at) {
            (Self::Plain, Some(sent_at)) if opened_at - sent_at < SOON_MS => Self::Soon,
            _ => self,
        }
    }
}

impl FromStr for Sign {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|why| why.as_str() == text).ok_or(())
    }
}

/// What a request says of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traces<'a> {
    /// It asks for no page.
    pub is_head: bool,
    /// `Sec-Purpose`, or `Purpose`, `X-Purpose` and `X-Moz`, its older names.
    pub purpose: &'a str,
    /// `User-Agent`.
    pub user_agent: &'a str,
    /// `Sec-Fetch-Site`.
    pub fetch_site: &'a str,
}

impl Traces<'_> {
    /// What an opening is before the page has come alive, if it does.
    pub fn of_opening(self) -> Sign {
        if self.is_head {
            Sign::Head
        } else if self.is_ahead() {
            Sign::Prefetch
        } else {
            self.known_program().unwrap_or_default()
        }
    }

    /// What the page's signal tells: a person, unless a known program ran the page. Where the world reaches us by TLS every browser
    /// says where a request comes from, and what does not say it is none.
    pub fn of_signal(self, is_tls: bool) -> Sign {
        if self.is_ahead() {
            Sign::Prefetch
        } else if is_tls && self.fetch_site.is_empty() {
            Sign::Scanner
        } else {
            self.known_program().unwrap_or(Sign::Signal)
        }
    }

    fn is_ahead(self) -> bool {
        let purpose = self.purpose.to_ascii_lowercase();
        purpose.contains("prefetch") || purpose.contains("prerender") || purpose.contains("preview")
    }

    fn known_program(self) -> Option<Sign> {
        let user_agent = self.user_agent.to_ascii_lowercase();
        let names = |table: &[&str]| table.iter().any(|name| user_agent.contains(name));
        if names(&PREVIEWS) {
            Some(Sign::Preview)
        } else if names(&SCANNERS) {
            Some(Sign::Scanner)
        } else {
            None
        }
    }
}

/// Parts of the `User-Agent` of those who make previews, in lower case. Browsers inside of apps have other ones.
const PREVIEWS: [&str; 25] = [
    "applebot",
    "bingpreview",
    "bitlybot",
    "bluesky cardyb",
    "discordbot",
    "embedly",
    "facebookexternalhit",
    "facebot",
    "google-pagerenderer",
    "googlemessages",
    "iframely",
    "line-poker",
    "linkedinbot",
    "mastodon",
    "meta-externalagent",
    "microsoftpreview",
    "pinterestbot",
    "redditbot",
    "skypeuripreview",
    "slack-imgproxy",
    "slackbot",
    "telegrambot",
    "twitterbot",
    "viber",
    "whatsapp/",
];

/// Parts of the `User-Agent` of mail scanners, crawlers, browsers without a screen and programs that are no browser, in lower case.
const SCANNERS: [&str; 46] = [
    "avira",
    "barracuda",
    "bitdefender",
    "bot)",
    "bot/",
    "bot;",
    "cloudmark",
    "crawler",
    "curl/",
    "fireeye",
    "forcepoint",
    "fortinet",
    "go-http-client",
    "googleimageproxy",
    "headlesschrome",
    "httpclient",
    "ironport",
    "java/",
    "kaspersky",
    "libwww-perl",
    "linkcheck",
    "messagelabs",
    "mimecast",
    "monitor",
    "ms-office",
    "node-fetch",
    "okhttp",
    "phantomjs",
    "phishtank",
    "proofpoint",
    "puppeteer",
    "python-requests",
    "python-urllib",
    "python/",
    "safelinks",
    "scanner",
    "sophos",
    "spider",
    "symantec",
    "trendmicro",
    "urldefense",
    "urlscan",
    "vadesecure",
    "virustotal",
    "wget/",
    "zscaler",
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

    fn from(user_agent: &str) -> Traces<'_> {
        Traces { user_agent, fetch_site: "same-origin", ..Traces::default() }
    }

    #[test]
    fn people_come_with_many_browsers() {
        for user_agent in [
            CHROME,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (Linux; Android 9; CUBOT_X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 [FBAN/FBIOS;FBAV/520.0]",
            "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/138.0.0.0 Mobile Safari/537.36 Line/15.1.0",
            "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0",
            "",
        ] {
            assert_eq!(from(user_agent).of_opening(), Sign::Plain, "{user_agent}");
            assert_eq!(from(user_agent).of_signal(true), Sign::Signal, "{user_agent}");
        }
    }

    #[test]
    fn known_programs_are_machines_even_when_they_run_the_page() {
        for (user_agent, why) in [
            ("WhatsApp/2.23.20.0", Sign::Preview),
            ("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)", Sign::Preview),
            ("TelegramBot (like TwitterBot)", Sign::Preview),
            ("facebookexternalhit/1.1 Facebot Twitterbot/1.0", Sign::Preview),
            ("Mozilla/5.0 (Windows NT 6.1; WOW64) SkypeUriPreview Preview/0.5", Sign::Preview),
            ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Sign::Scanner),
            (
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/140.0.0.0 Safari/537.36",
                Sign::Scanner,
            ),
            ("BarracudaCentral/1.0", Sign::Scanner),
            ("python-requests/2.32", Sign::Scanner),
            ("curl/8.5.0", Sign::Scanner),
        ] {
            assert_eq!(from(user_agent).of_opening(), why, "{user_agent}");
            assert_eq!(from(user_agent).of_signal(false), why, "{user_agent}");
        }
    }

    #[test]
    fn what_fetches_ahead_says_so_under_several_names() {
        for purpose in ["prefetch", "prefetch;prerender", "Prefetch;anonymous-client-ip", "preview", "prerender"] {
            let ahead = Traces { purpose, ..from(CHROME) };
            assert_eq!((ahead.of_opening(), ahead.of_signal(true)), (Sign::Prefetch, Sign::Prefetch), "{purpose}");
        }
    }

    #[test]
    fn a_head_is_no_opening_and_a_signal_from_nowhere_is_no_person() {
        assert_eq!(Traces { is_head: true, ..from(CHROME) }.of_opening(), Sign::Head);
        let nowhere = Traces { fetch_site: "", ..from(CHROME) };
        assert_eq!((nowhere.of_signal(true), nowhere.of_signal(false)), (Sign::Scanner, Sign::Signal));
    }

    #[test]
    fn only_a_plain_opening_within_ten_seconds_of_sending_is_too_soon() {
        for (after_ms, why) in [(-300, Sign::Soon), (0, Sign::Soon), (9_999, Sign::Soon), (10_000, Sign::Plain)] {
            assert_eq!(Sign::Plain.after_sending(50_000 + after_ms, Some(50_000)), why, "{after_ms}");
        }
        assert_eq!(Sign::Plain.after_sending(50_000, None), Sign::Plain);
        assert_eq!(Sign::Signal.after_sending(50_000, Some(50_000)), Sign::Signal);
        assert_eq!(Sign::Head.after_sending(50_000, Some(50_000)), Sign::Head);
    }

    proptest! {
        #[test]
        fn nothing_but_the_signal_is_ever_a_person(
            is_head: bool, purpose: String, user_agent: String, fetch_site: String, opened_at in 0_i64..100_000, sent_at: Option<i32>,
        ) {
            let traces = Traces { is_head, purpose: &purpose, user_agent: &user_agent, fetch_site: &fetch_site };
            let why = traces.of_opening().after_sending(opened_at, sent_at.map(i64::from));
            prop_assert_eq!(why.opened_by(), OpenedBy::Machine);
            prop_assert_eq!(why.as_str().parse(), Ok(why));
        }
    }
}
