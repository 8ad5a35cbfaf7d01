//! CSV as people really have it: any usual encoding, separator and line end, read row by row in constant memory; and
//! written so that a spreadsheet runs nothing that stands in it.

use std::io::{self, Chain, Cursor, Read};

use app::text_encoding::TextEncoding;
use encoding_rs::Decoder;
use thiserror::Error;

use crate::text_encoding::known;

/// How much of the file is looked at to find encoding and separator.
const HEAD_BYTES: usize = 64 * 1024;
/// A row longer than this is a quote that was never closed.
const MAX_ROW_BYTES: usize = 64 * 1024;
/// The widest table that is read.
const MAX_COLUMNS: usize = 2_000;
/// Separators, in the order of preference.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// Why a file is not read at all.
#[derive(Debug, Error)]
pub enum Refused {
    /// A zip, which a spreadsheet file is as well.
    #[error("This is a spreadsheet or a zip file. Open it, save it as CSV, and choose that file.")]
    Archive,
    /// Something else that is not text.
    #[error("This is not a text file. Save your contacts as CSV and choose that file.")]
    Binary,
    /// Nothing, or blank lines only.
    #[error("This file is empty.")]
    Empty,
    /// The first row is wider than any table of contacts, or never ends.
    #[error("The first row of this file cannot be read as a CSV header.")]
    Header,
    /// The disk's fault, not the file's.
    #[error("The file could not be read.")]
    Io(#[from] io::Error),
}

/// One row: the number of the line it begins on, and its cells or why there are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Counted from 1, as an editor shows it.
    pub line: u64,
    /// The cells as text.
    pub cells: Result<Vec<String>, BadRow>,
}

/// Why a row cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BadRow {
    /// A quote that is not closed, or text behind a closed one.
    #[error("A quotation mark is not closed.")]
    Quote,
    /// More cells than the header has columns.
    #[error("The row has more cells than the header has columns.")]
    TooManyCells,
    /// Bytes that the encoding does not have, or the sign that an earlier program put in their place.
    #[error("Some characters of this row cannot be read. Choose another text encoding, or correct the row.")]
    Encoding,
    /// UTF-8 that an earlier program took for something else.
    #[error(
        "Letters of this row were damaged before the file was saved. Export it again as UTF-8, or correct the row."
    )]
    Mojibake,
}

/// A CSV file, opened: its first row, then the others one by one.
pub struct CsvFile<R> {
    rows: Rows<Chain<Cursor<Vec<u8>>, R>>,
    header: Vec<String>,
    header_line: u64,
    separator: char,
}

impl<R: Read> CsvFile<R> {
    /// Looks at the beginning of a file, refuses what is no CSV, and reads the first row.
    pub fn open(mut file: R, encoding: TextEncoding) -> Result<Self, Refused> {
        let mut head = Vec::with_capacity(HEAD_BYTES);
        file.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
        refuse_what_is_no_text(&head, encoding)?;
        let whole = head.len() < HEAD_BYTES;
        let mut text = Vec::new();
        Source::new(Cursor::new(&head), encoding)?.read_to_end(&mut text)?;
        let (separator, skip) = find_separator(&text, whole);

        let mut rows = Rows::new(Source::new(Cursor::new(head).chain(file), encoding)?, separator);
        if skip {
            rows.next_row()?;
        }
        let first = rows.next_row()?.ok_or(Refused::Empty)?;
        let header = first.cells.map_err(|_| Refused::Header)?;
        rows.columns = header.len();
        Ok(Self { rows, header, header_line: first.line, separator: char::from(separator) })
    }

    /// The first row, which most files use to name their columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The first row, for a file whose first row is one like the others.
    pub fn first_row(&self) -> Row {
        Row { line: self.header_line, cells: Ok(self.header.clone()) }
    }

    /// What stands between two cells.
    pub fn separator(&self) -> char {
        self.separator
    }

    /// The next row; blank lines are passed over.
    pub fn next_row(&mut self) -> io::Result<Option<Row>> {
        self.rows.next_row()
    }
}

impl<R: Read> Iterator for CsvFile<R> {
    type Item = io::Result<Row>;

    fn next(&mut self) -> Option<Self::Item> {
        self.next_row().transpose()
    }
}

/// Refuses archives, pictures and whatever else nobody can read as text.
fn refuse_what_is_no_text(head: &[u8], encoding: TextEncoding) -> Result<(), Refused> {
    const ARCHIVES: [&[u8]; 5] = [b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"7z\xbc\xaf"];
    // The last two mark UTF-32, which nothing writes on purpose.
    const BINARIES: [&[u8]; 8] = [
        b"%PDF-",
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"SQLite format 3",
        b"\x7fELF",
        b"GIF8",
        b"\xff\xfe\0\0",
        b"\0\0\xfe\xff",
    ];
    if ARCHIVES.iter().any(|magic| head.starts_with(magic)) {
        return Err(Refused::Archive);
    }
    if BINARIES.iter().any(|magic| head.starts_with(magic)) {
        return Err(Refused::Binary);
    }
    if matches!(encoding, TextEncoding::Utf16Le | TextEncoding::Utf16Be) {
        return Ok(());
    }
    // A stray control byte is a damaged cell; many are no text. The escape byte is a part of ISO-2022-JP.
    let is_control = |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\t' | b'\r' | b'\n' | 0x1b);
    if head.iter().filter(is_control).count() * 20 > head.len() { Err(Refused::Binary) } else { Ok(()) }
}

/// The file's bytes, turned into UTF-8 on the way where they are something else.
enum Source<R> {
    Plain(Chain<Cursor<Vec<u8>>, R>),
    Decoded { file: R, decoder: Box<Decoder>, raw: Vec<u8>, ready: Vec<u8>, taken: usize, ended: bool },
}

impl<R: Read> Source<R> {
    fn new(mut file: R, encoding: TextEncoding) -> io::Result<Self> {
        if encoding == TextEncoding::Utf8 {
            let mut mark = Vec::new();
            file.by_ref().take(3).read_to_end(&mut mark)?;
            if mark == b"\xef\xbb\xbf" {
                mark.clear();
            }
            return Ok(Self::Plain(Cursor::new(mark).chain(file)));
        }
        let decoder = Box::new(known(encoding).new_decoder_with_bom_removal());
        Ok(Self::Decoded { file, decoder, raw: vec![0; 8 * 1024], ready: Vec::new(), taken: 0, ended: false })
    }
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(out),
            Self::Decoded { file, decoder, raw, ready, taken, ended } => {
                while *taken == ready.len() && !*ended {
                    let count = file.read(raw)?;
                    *ended = count == 0;
                    let room = decoder.max_utf8_buffer_length(count).unwrap_or(4 * count + 16);
                    ready.resize(room, 0);
                    let (_, _, written, _) = decoder.decode_to_utf8(&raw[..count], ready, *ended);
                    ready.truncate(written);
                    *taken = 0;
                }
                let count = out.len().min(ready.len() - *taken);
                out[..count].copy_from_slice(&ready[*taken..*taken + count]);
                *taken += count;
                Ok(count)
            }
        }
    }
}

/// The separator that cuts the first rows into the same number of cells, and whether a line `sep=;` names it.
fn find_separator(head: &[u8], whole: bool) -> (u8, bool) {
    if let [b's', b'e', b'p', b'=', separator, b'\r' | b'\n', ..] = head {
        return (*separator, true);
    }
    let score = |separator: u8| {
        let mut widths = Vec::new();
        let mut at = 0;
        while widths.len() < 20 {
            at += blank_lines(&head[at..], whole).0;
            match cut(&head[at..], separator, whole) {
                Cut::Row { cells, bytes, .. } if bytes > 0 => {
                    widths.push(cells.len());
                    at += bytes;
                }
                _ => break,
            }
        }
        match widths.first() {
            None | Some(1) => (0, 0),
            Some(&width) => (widths.iter().filter(|&&other| other == width).count() * 100 / widths.len(), width),
        }
    };
    let best = SEPARATORS.iter().copied().rev().max_by_key(|&separator| score(separator));
    (best.unwrap_or(b','), false)
}

/// Rows out of bytes, never more of them in memory than the longest row allowed.
struct Rows<R> {
    file: Source<R>,
    separator: u8,
    /// What was read and not yet used begins at `at`.
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    line: u64,
    columns: usize,
}

impl<R: Read> Rows<R> {
    fn new(file: Source<R>, separator: u8) -> Self {
        Self { file, separator, buffer: Vec::new(), at: 0, ended: false, line: 1, columns: MAX_COLUMNS }
    }

    fn next_row(&mut self) -> io::Result<Option<Row>> {
        loop {
            let (bytes, lines) = blank_lines(&self.buffer[self.at..], self.ended);
            self.at += bytes;
            self.line += lines;
            let rest = &self.buffer[self.at..];
            match cut(rest, self.separator, self.ended) {
                Cut::Row { bytes: 0, .. } => return Ok(None),
                Cut::Row { cells, bytes, lines, torn } => {
                    let widened = cells.iter().skip(self.columns).any(|cell| !cell.is_empty());
                    let row = if torn || (widened && lines > 1) {
                        // The quote is the culprit, not the rows that it swallowed: go on with the next line.
                        self.skip_line(BadRow::Quote)?
                    } else if widened {
                        self.take(bytes, lines, Err(BadRow::TooManyCells))
                    } else {
                        let cells = cells.into_iter().take(self.columns).map(decode).collect();
                        self.take(bytes, lines, Ok(cells))
                    };
                    return Ok(Some(row));
                }
                Cut::Unfinished if self.ended || rest.len() >= MAX_ROW_BYTES => {
                    return Ok(Some(self.skip_line(BadRow::Quote)?));
                }
                Cut::Unfinished => self.fill()?,
            }
        }
    }

    fn take(&mut self, bytes: usize, lines: u64, cells: Result<Vec<String>, BadRow>) -> Row {
        let row = Row { line: self.line, cells };
        self.at += bytes;
        self.line += lines;
        row
    }

    /// Reports the line that the row begins on, and goes on behind it, however long it is.
    fn skip_line(&mut self, why: BadRow) -> io::Result<Row> {
        loop {
            let rest = &self.buffer[self.at..];
            if let Some(bytes) = first_line(rest, self.ended) {
                return Ok(self.take(bytes, 1, Err(why)));
            }
            // A CR waits for the LF that may follow it.
            self.at = self.buffer.len() - usize::from(rest.ends_with(b"\r"));
            self.fill()?;
        }
    }

    fn fill(&mut self) -> io::Result<()> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let before = self.buffer.len();
        self.ended = self.file.by_ref().take(16 * 1024).read_to_end(&mut self.buffer)? == 0;
        debug_assert!(self.ended || self.buffer.len() > before);
        Ok(())
    }
}

/// What stands at the beginning of some bytes.
enum Cut {
    /// A row: its cells, its length with the line end, the lines it spans; torn when text follows a closed quote or
    /// when there is no end to its cells.
    Row { cells: Vec<Vec<u8>>, bytes: usize, lines: u64, torn: bool },
    /// More bytes are needed to know.
    Unfinished,
}

/// Cuts one row off; `whole` says that no bytes follow these. No row at all is a row of 0 bytes.
fn cut(text: &[u8], separator: u8, whole: bool) -> Cut {
    let mut cells = Vec::new();
    let mut torn = false;
    let mut lines = 1;
    let mut at = 0;
    if text.is_empty() {
        return if whole { Cut::Row { cells, bytes: 0, lines: 0, torn } } else { Cut::Unfinished };
    }
    loop {
        let mut cell = Vec::new();
        if text.get(at) == Some(&b'"') {
            at += 1;
            loop {
                let Some(length) = text[at..].iter().position(|&byte| byte == b'"') else {
                    return Cut::Unfinished;
                };
                cell.extend_from_slice(&text[at..at + length]);
                at += length + 1;
                match text.get(at) {
                    Some(b'"') => cell.push(b'"'),
                    None if !whole => return Cut::Unfinished,
                    _ => break,
                }
                at += 1;
            }
            lines += count_lines(&cell);
        }
        let ends = |&byte: &u8| byte == separator || byte == b'\r' || byte == b'\n';
        let length = text[at..].iter().position(ends).unwrap_or(text.len() - at);
        torn |= !cell.is_empty() && text[at..at + length].iter().any(|byte| !matches!(byte, b' ' | b'\t'));
        if cell.is_empty() {
            cell.extend_from_slice(&text[at..at + length]);
        }
        at += length;
        cells.push(cell);
        match text.get(at) {
            Some(&byte) if byte == separator && cells.len() < MAX_COLUMNS => at += 1,
            Some(&byte) if byte == separator => {
                return Cut::Row { cells, bytes: at + 1, lines, torn: true };
            }
            Some(b'\r') if text.get(at + 1) == Some(&b'\n') => {
                return Cut::Row { cells, bytes: at + 2, lines, torn };
            }
            Some(b'\r') if at + 1 == text.len() && !whole => return Cut::Unfinished,
            Some(_) => {
                return Cut::Row { cells, bytes: at + 1, lines, torn };
            }
            None if whole => {
                return Cut::Row { cells, bytes: at, lines, torn };
            }
            None => return Cut::Unfinished,
        }
    }
}

/// Bytes up to and with the first line end, when it is known where that ends; `whole` says that no bytes follow.
fn first_line(text: &[u8], whole: bool) -> Option<usize> {
    match text.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
        Some(at) if text[at..].starts_with(b"\r\n") => Some(at + 2),
        Some(at) if whole || &text[at..] != b"\r" => Some(at + 1),
        None if whole => Some(text.len()),
        _ => None,
    }
}

/// Bytes and lines of the blank lines at the beginning.
fn blank_lines(text: &[u8], whole: bool) -> (usize, u64) {
    let mut bytes = text.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(text.len());
    // Half a CRLF is none yet.
    if bytes == text.len() && !whole && text.ends_with(b"\r") {
        bytes -= 1;
    }
    (bytes, count_lines(&text[..bytes]))
}

/// Line ends, CRLF being one.
fn count_lines(text: &[u8]) -> u64 {
    let mut previous = 0;
    let mut lines = 0;
    for &byte in text {
        lines += u64::from(byte == b'\r' || (byte == b'\n' && previous != b'\r'));
        previous = byte;
    }
    lines
}

/// Bytes that are no UTF-8 become the sign for what cannot be read.
fn decode(cell: Vec<u8>) -> String {
    String::from_utf8(cell).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Whether a spreadsheet would take a cell that begins like this for a formula.
fn is_formula(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\0', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'])
}

/// A file that begins with these columns, and a mark in front that makes spreadsheets read it as UTF-8.
pub fn begin<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut csv = String::from("\u{feff}");
    write_row(&mut csv, columns);
    csv
}

/// Writes one row, each cell that could be a formula behind an apostrophe and in quotes.
pub fn write_row<'a>(out: &mut String, cells: impl IntoIterator<Item = &'a str>) {
    for (index, cell) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        let guarded = is_formula(cell.trim_start_matches('\''));
        if guarded || cell.contains([',', ';', '\t', '|', '"', '\r', '\n']) || cell.trim() != cell {
            out.push('"');
            if guarded {
                out.push('\'');
            }
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

/// Takes off the apostrophe that [`write_row`] put before a formula.
pub fn strip_guard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_formula(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text_encoding::detect;
    use proptest::prelude::*;

    type Rows = Vec<(u64, Result<Vec<String>, BadRow>)>;

    /// Reads at most `step` bytes at a time, so that every boundary falls everywhere.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            let count = out.len().min(self.1).min(self.0.len());
            out[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn open(bytes: &[u8], step: usize) -> Result<CsvFile<Slow<'_>>, Refused> {
        CsvFile::open(Slow(bytes, step), detect(bytes, "US").expect("no I/O"))
    }

    fn read(bytes: &[u8]) -> (Vec<String>, Rows) {
        let file = open(bytes, 3).expect("a CSV file");
        let header = file.header().to_vec();
        (header, file.map(|row| row.expect("no I/O")).map(|row| (row.line, row.cells)).collect())
    }

    #[expect(clippy::unnecessary_wraps, reason = "it stands beside what the reader gives")]
    fn cells(cells: &[&str]) -> Result<Vec<String>, BadRow> {
        Ok(cells.iter().map(ToString::to_string).collect())
    }

    fn utf16(text: &str, big: bool, mark: bool) -> Vec<u8> {
        let mark = if mark { "\u{feff}" } else { "" };
        let units = mark.encode_utf16().chain(text.encode_utf16()).collect::<Vec<_>>();
        units.into_iter().flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
    }

    #[test]
    fn line_ends_of_every_system_are_read_and_counted() {
        let (header, rows) = read(b"name,email\r\nAnn,a@ex.com\rBob,b@ex.com\nCy,c@ex.com\r\n\r\n\n\rDi,d@ex.com");
        assert_eq!(header, ["name", "email"]);
        assert_eq!(rows.iter().map(|row| row.0).collect::<Vec<_>>(), [2, 3, 4, 8]);
        assert_eq!(rows[3].1, cells(&["Di", "d@ex.com"]));
    }

    #[test]
    fn quotes_hold_separators_quotes_and_line_ends() {
        let (_, rows) = read(b"a,b\n\"Lee, Ann\",\"say \"\"hi\"\"\"\n\"two\r\nlines\",\"\"\nx,y\n");
        assert_eq!(rows[0], (2, cells(&["Lee, Ann", "say \"hi\""])));
        assert_eq!(rows[1], (3, cells(&["two\r\nlines", ""])));
        assert_eq!(rows[2], (5, cells(&["x", "y"])));
    }

    #[test]
    fn the_separator_is_found() {
        for (text, separator) in [
            ("a,b\n1,2\n", ','),
            ("a;b\n1,5;2\n", ';'),
            ("a\tb\n1,5\t2\n", '\t'),
            ("a|b\n1|2\n", '|'),
            ("email\na@ex.com\n", ','),
            ("sep=;\na;b\n1;2\n", ';'),
            ("\"Last, first\";Email\n\"Lee, Ann\";a@ex.com\n", ';'),
        ] {
            let file = open(text.as_bytes(), 100).expect("a CSV file");
            assert_eq!(file.separator(), separator, "{text:?}");
            assert_ne!(file.header()[0], "sep=");
        }
    }

    #[test]
    fn every_usual_encoding_is_read() {
        let expected = cells(&["José", "李"]);
        for bytes in [
            "n,m\nJosé,李\n".as_bytes().to_vec(),
            "\u{feff}n,m\nJosé,李\n".as_bytes().to_vec(),
            utf16("n,m\nJosé,李\n", false, true),
            utf16("n,m\nJosé,李\n", true, true),
            utf16("n,m\nJosé,李\n", false, false),
            utf16("n,m\nJosé,李\n", true, false),
        ] {
            let (header, rows) = read(&bytes);
            assert_eq!(header, ["n", "m"]);
            assert_eq!(rows, [(2, expected.clone())]);
        }
        assert_eq!(read(b"n;m\nJos\xe9;\x80 5\n").1, [(2, cells(&["José", "€ 5"]))]);
        let broken =
            utf16("n,m\n", false, true).into_iter().chain([0x00, 0xd8, b',', 0, b'x', 0, b'\n', 0]).collect::<Vec<_>>();
        assert_eq!(read(&broken).1, [(2, cells(&["\u{fffd}", "x"]))]);
        assert_eq!(
            read("n,m\n李,1\n".repeat(3).as_bytes().iter().copied().chain(*b"\xff,x\n").collect::<Vec<_>>().as_slice())
                .1[5],
            (7, cells(&["\u{fffd}", "x"]))
        );
        // The second byte of a Japanese letter can be a backslash, and that of a Chinese one a vertical bar.
        let japanese = b"n|m\n\x83\x5c\x83\x7c|x\n";
        let mut rows = CsvFile::open(Slow(japanese, 1), TextEncoding::ShiftJis).expect("a CSV file");
        assert_eq!(rows.next_row().expect("no I/O").map(|row| row.cells), Some(cells(&["ソポ", "x"])));
    }

    #[test]
    fn what_is_no_csv_is_refused() {
        let refused = |bytes: &[u8]| open(bytes, 100).err().expect("refused");
        assert!(matches!(refused(b"PK\x03\x04....."), Refused::Archive));
        assert!(matches!(refused(b"\x1f\x8b\x08...."), Refused::Archive));
        assert!(matches!(refused(b"%PDF-1.7\n"), Refused::Binary));
        assert!(matches!(refused(&[1, 2, 3, 4, 5, 6, 7, 8]), Refused::Binary));
        assert!(matches!(refused(b""), Refused::Empty));
        assert!(matches!(refused(b"\xef\xbb\xbf"), Refused::Empty));
        assert!(matches!(refused(b"\r\n\n"), Refused::Empty));
        assert!(matches!(refused(b"\"a,b\n"), Refused::Header));
        assert!(matches!(refused("a,".repeat(5_000).as_bytes()), Refused::Header));
        assert!(open("a,".repeat(1_000).as_bytes(), 100).is_ok());
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_row_only() {
        let mut text = String::from("name,email\n");
        for line in 2..=9_000 {
            text += if line == 5_000 { "\"Ann,a" } else { "Ann,a" };
            text += &line.to_string();
            text += "@ex.com\n";
        }
        let (_, rows) = read(text.as_bytes());
        assert_eq!(rows.len(), 8_999);
        for (line, row) in (2..).zip(rows) {
            let expected = if line == 5_000 { Err(BadRow::Quote) } else { cells(&["Ann", &format!("a{line}@ex.com")]) };
            assert_eq!(row, (line, expected));
        }
        // The next quote closes it, somewhere below.
        let (_, rows) = read(b"a,b\n\"x,1\ny,2\n\"Lee, Z\",3\nz,4\n");
        let expected =
            [(2, Err(BadRow::Quote)), (3, cells(&["y", "2"])), (4, cells(&["Lee, Z", "3"])), (5, cells(&["z", "4"]))];
        assert_eq!(rows, expected);
    }

    #[test]
    fn endless_lines_end_and_rows_of_the_wrong_width_are_told() {
        let endless = "x".repeat(1_000_000);
        let (_, rows) = read(format!("a,b\n{endless}\n1,2\n1,2,3\n1\n1,2,,\n").as_bytes());
        let expected = [
            (2, Err(BadRow::Quote)),
            (3, cells(&["1", "2"])),
            (4, Err(BadRow::TooManyCells)),
            (5, cells(&["1"])),
            (6, cells(&["1", "2"])),
        ];
        assert_eq!(rows, expected);
    }

    #[test]
    fn a_cell_that_could_be_a_formula_is_written_as_text() {
        let mut out = String::new();
        write_row(
            &mut out,
            ["=1+1", "+14155552671", "-2", "@x", "\tx", "\0x", "＝1", "'=1", "'tis", "plain", "a,b", ""],
        );
        let expected =
            "\"'=1+1\",\"'+14155552671\",\"'-2\",\"'@x\",\"'\tx\",\"'\0x\",\"'＝1\",\"''=1\",'tis,plain,\"a,b\",\r\n";
        assert_eq!(out, expected);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(rows in proptest::collection::vec(proptest::collection::vec("['=+@,;\"\r\na-cé\\-]{0,6}", 3), 1..6)) {
            let mut out = String::from("a,b,c\r\n");
            for row in &rows {
                write_row(&mut out, row.iter().map(String::as_str));
            }
            let read = read(out.as_bytes()).1;
            let read = read.iter().map(|(_, cells)| {
                cells.as_ref().expect("a row").iter().map(|cell| strip_guard(cell).to_owned()).collect::<Vec<_>>()
            });
            prop_assert_eq!(read.collect::<Vec<_>>(), rows.clone());
            // Another reader sees the same cells.
            let mut other = csv::ReaderBuilder::new().has_headers(false).from_reader(out.as_bytes());
            for (record, row) in other.records().skip(1).zip(&rows) {
                let record = record.expect("a record");
                let cells = record.iter().map(strip_guard).collect::<Vec<_>>();
                prop_assert_eq!(&cells, row);
            }
        }

        #[test]
        fn no_bytes_make_reading_panic_or_lose_a_line(bytes in proptest::collection::vec(any::<u8>(), 0..400), text in "[a,;\"\r\n]{0,80}") {
            for bytes in [bytes.as_slice(), text.as_bytes()] {
                if let Ok(file) = open(bytes, 5) {
                    let lines = file.map(|row| row.expect("no I/O").line).collect::<Vec<_>>();
                    prop_assert!(lines.is_sorted_by(|a, b| a < b));
                }
            }
        }
    }
}
