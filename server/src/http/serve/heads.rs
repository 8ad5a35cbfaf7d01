//! Is strict with the head of each request before the parser is lenient with it: two readings of one request are how a
//! request is smuggled past a proxy (RFC 9112, sections 2.2, 3.2, 6.1 and 11.2).

/// Longer heads were refused by the parser long before.
const MOST_BYTES: usize = 256 * 1024;
/// No parser takes it, wherever it stands in a head: what must not be taken is handed on as this, and answered with 400.
const REFUSED: u8 = 0;

/// What the bytes of one connection are, as they come.
#[derive(Debug, Default)]
pub struct Heads {
    state: State,
    /// The head so far.
    head: Vec<u8>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Inside a head, or before one.
    #[default]
    Head,
    /// Inside a body, with so many bytes to come.
    Body(u64),
    /// Inside the last body, whose chunks the parser counts.
    LastBody,
    /// Nothing more is looked at: the parser was stopped.
    Refused,
}

impl Heads {
    /// Looks at the next bytes, and makes those unreadable that no head may hold.
    pub fn check(&mut self, bytes: &mut [u8]) {
        let mut at = 0;
        while let Some(byte) = bytes.get_mut(at) {
            match self.state {
                State::LastBody | State::Refused => return,
                State::Body(0) => self.state = State::Head,
                State::Body(left) => {
                    let here = left.min((bytes.len() - at) as u64);
                    self.state = State::Body(left - here);
                    at += usize::try_from(here).unwrap_or(usize::MAX);
                }
                State::Head => {
                    self.head.push(*byte);
                    if *byte == b'\n' || self.head.len() > MOST_BYTES {
                        self.state = self.after_line();
                        if self.state == State::Refused {
                            *byte = REFUSED;
                        }
                    }
                    at += 1;
                }
            }
        }
    }

    fn after_line(&mut self) -> State {
        if !self.head.ends_with(b"\r\n") {
            return State::Refused;
        }
        if self.head == b"\r\n" {
            // Some send an empty line after a body.
            self.head.clear();
        }
        if !self.head.ends_with(b"\r\n\r\n") {
            return State::Head;
        }
        let head = std::mem::take(&mut self.head);
        body_after(&head).unwrap_or(State::Refused)
    }
}

/// What follows a whole head; none where it can be understood in two ways.
fn body_after(head: &[u8]) -> Option<State> {
    let text = std::str::from_utf8(head).map_or_else(|_| String::from_utf8_lossy(head), Into::into);
    let mut lines = text.split("\r\n");
    let is_old = lines.next()?.ends_with(" HTTP/1.0");
    let (mut hosts, mut lengths, mut encodings) = (0, Vec::new(), Vec::new());
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "host" => hosts += 1,
            "content-length" => lengths.push(value.trim()),
            "transfer-encoding" => encodings.push(value.trim()),
            _ => {}
        }
    }
    if hosts > 1 || (hosts == 0 && !is_old) {
        return None;
    }
    match (lengths.as_slice(), encodings.as_slice()) {
        ([], []) => Some(State::Head),
        ([length], []) if length.bytes().all(|byte| byte.is_ascii_digit()) => Some(State::Body(length.parse().ok()?)),
        ([], [encoding]) if !is_old && encoding.eq_ignore_ascii_case("chunked") => Some(State::LastBody),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the parser would get, when all of it comes at once.
    fn checked(text: &[u8]) -> Vec<u8> {
        let mut bytes = text.to_vec();
        Heads::default().check(&mut bytes);
        bytes
    }

    const FINE: [&str; 8] = [
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nhost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\na\nb\ncGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\n\n\r\n0\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: \u{ff}\r\n\r\n",
    ];

    const REFUSED_HEADS: [&str; 15] = [
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n\n",
        "\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nokGET / HTTP/1.1\r\n\r\n",
    ];

    #[test]
    fn a_request_that_can_be_read_in_one_way_only_is_left_as_it_is() {
        for text in FINE {
            assert_eq!(checked(text.as_bytes()), text.as_bytes(), "{text}");
        }
    }

    #[test]
    fn a_request_that_two_servers_could_read_differently_is_refused() {
        for text in REFUSED_HEADS {
            assert!(checked(text.as_bytes()).contains(&REFUSED), "{text}");
        }
    }

    #[test]
    fn a_head_without_an_end_is_not_kept() {
        let mut heads = Heads::default();
        for _ in 0..20 {
            heads.check(&mut vec![b'a'; 64 * 1024]);
        }
        assert!(heads.head.len() <= MOST_BYTES + 1, "{}", heads.head.len());
        assert_eq!(heads.state, State::Refused);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_in_which_pieces_the_bytes_arrive(
            text in prop::sample::select([FINE.as_slice(), REFUSED_HEADS.as_slice()].concat()),
            cuts in prop::collection::vec(1_usize..9, 1..40),
        ) {
            let (mut heads, mut bytes, mut at) = (Heads::default(), text.as_bytes().to_vec(), 0);
            for cut in cuts.into_iter().cycle() {
                if at >= bytes.len() {
                    break;
                }
                let end = (at + cut).min(bytes.len());
                heads.check(&mut bytes[at..end]);
                at = end;
            }
            prop_assert_eq!(bytes, checked(text.as_bytes()));
        }
    }
}
