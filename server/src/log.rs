//! The log: a thread of its own writes it, so that one which is full, gone or slow stops nothing; and nobody can fill it.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Context, Filter, Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, registry};

use crate::config::{LogConfig, LogFormat};
use crate::rate::Rate;

/// Lines that may wait for a slow reader.
const WAITING: usize = 10_000;
/// How often one place may log in a minute: what comes often tells nothing new.
const LINES_PER_MINUTE: i64 = 300;
/// What logs a line for each message.
const MESSAGES: [&str; 2] = ["server::dispatcher", "server::delivery_reports"];
/// How long the end of the program waits for the last lines.
const LAST_LINES: Duration = Duration::from_secs(1);

/// The program's log.
#[derive(Clone)]
pub struct Log {
    lines: Lines,
    spared: Arc<Spared>,
}

impl Log {
    /// Begins to log to standard error; only tests could begin twice, and the first one stays.
    pub fn start(config: &LogConfig) -> Self {
        let log = Self { lines: Lines::start(io::stderr(), config.format), spared: Arc::default() };
        let filter = Sparing(Arc::clone(&log.spared));
        // What is wrong with a line is not told by another one that cannot be written either.
        let layer = tracing_subscriber::fmt::layer().with_writer(log.lines.clone()).log_internal_errors(false);
        let layer = match config.format {
            LogFormat::Text => layer.with_ansi(false).with_filter(filter).boxed(),
            LogFormat::Json => layer.json().with_filter(filter).boxed(),
        };
        let _ = registry().with(EnvFilter::new(&config.filter)).with(layer).try_init();
        log
    }

    /// Says what was left out since it was last said.
    pub fn tell_what_was_left_out(&self) {
        for (place, lines) in self.spared.take() {
            tracing::warn!(place, lines, "more lines like these were left out");
        }
    }

    /// Waits until what was logged is written, but not for long.
    pub fn finish(&self) {
        self.lines.finish();
    }
}

enum Item {
    Line(Vec<u8>),
    /// Everything before it is written.
    Told(SyncSender<()>),
}

/// Hands lines to the thread that writes them.
#[derive(Clone)]
struct Lines {
    to: SyncSender<Item>,
    lost: Arc<AtomicU64>,
}

impl Lines {
    fn start(out: impl Write + Send + 'static, format: LogFormat) -> Self {
        let (to, from) = sync_channel(WAITING);
        let lost = Arc::new(AtomicU64::new(0));
        let paper = Paper { out, format, lost: Arc::clone(&lost), is_torn: false };
        // Without the thread every line is lost, which nobody can be told.
        let _ = std::thread::Builder::new().name("log".to_owned()).spawn(move || paper.write(&from));
        Self { to, lost }
    }

    fn finish(&self) {
        let (told, written) = sync_channel(1);
        if self.to.try_send(Item::Told(told)).is_ok() {
            let _ = written.recv_timeout(LAST_LINES);
        }
    }
}

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.to.try_send(Item::Line(line.to_vec())).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// What is written on, and how many lines were lost since it last took one.
struct Paper<W> {
    out: W,
    format: LogFormat,
    lost: Arc<AtomicU64>,
    /// The last line was written in part.
    is_torn: bool,
}

impl<W: Write> Paper<W> {
    fn write(mut self, from: &Receiver<Item>) {
        for item in from {
            match item {
                Item::Line(line) => self.add(&line),
                Item::Told(told) => {
                    let _ = self.out.flush();
                    let _ = told.try_send(());
                }
            }
        }
    }

    fn add(&mut self, line: &[u8]) {
        let lost = self.lost.load(Ordering::Relaxed);
        let told = lost == 0 || self.put(told(lost, self.format).as_bytes());
        if told {
            self.lost.fetch_sub(lost, Ordering::Relaxed);
        }
        if !told || !self.put(line) {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Writes all of it, on a line of its own; false when that did not work.
    fn put(&mut self, mut line: &[u8]) -> bool {
        if self.is_torn {
            match self.out.write(b"\n") {
                Ok(1) => self.is_torn = false,
                _ => return false,
            }
        }
        while !line.is_empty() {
            match self.out.write(line) {
                Ok(written) if written > 0 => {
                    line = line.get(written..).unwrap_or_default();
                    self.is_torn = !line.is_empty();
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                _ => return false,
            }
        }
        true
    }
}

fn told(lost: u64, format: LogFormat) -> String {
    match format {
        LogFormat::Text => format!("WARN server::log: {lost} lines were lost here: the log could not be written\n"),
        LogFormat::Json => format!(
            "{{\"level\":\"WARN\",\"fields\":{{\"message\":\"lines were lost here: the log could not be written\",\
             \"lines\":{lost}}},\"target\":\"server::log\"}}\n"
        ),
    }
}

/// How much each place of the code has logged lately.
struct Spared {
    begun: Instant,
    rate: Rate<Identifier>,
    left_out: Mutex<BTreeMap<String, u64>>,
}

impl Default for Spared {
    fn default() -> Self {
        Self { begun: Instant::now(), rate: Rate::new(LINES_PER_MINUTE, 60_000), left_out: Mutex::default() }
    }
}

impl Spared {
    fn allows(&self, line: &'static Metadata<'static>, now_ms: i64) -> bool {
        // A person who asks for more than the usual level wants to see all of it, and messages are as many as were sent.
        let is_of_messages = MESSAGES.contains(&line.target()) && *line.level() == Level::INFO;
        if *line.level() > Level::INFO || is_of_messages || self.rate.take(line.callsite(), now_ms).is_ok() {
            return true;
        }
        let place = format!("{}:{}", line.file().unwrap_or_default(), line.line().unwrap_or_default());
        *self.left_out.lock().unwrap_or_else(PoisonError::into_inner).entry(place).or_default() += 1;
        false
    }

    fn take(&self) -> BTreeMap<String, u64> {
        std::mem::take(&mut self.left_out.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Leaves out what one place logs too often.
struct Sparing(Arc<Spared>);

impl<S: Subscriber> Filter<S> for Sparing {
    fn enabled(&self, _: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        true
    }

    fn event_enabled(&self, event: &Event<'_>, _: &Context<'_, S>) -> bool {
        let now_ms = i64::try_from(self.0.begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        self.0.allows(event.metadata(), now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with so much room, which somebody makes and takes.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Disk {
        fn make_room(&self, bytes: usize) {
            self.0.lock().unwrap().1 = bytes;
        }

        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().0.clone()).unwrap()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let mut disk = self.0.lock().unwrap();
            let part = bytes.len().min(disk.1);
            if part == 0 {
                return Err(io::ErrorKind::StorageFull.into());
            }
            disk.0.extend_from_slice(&bytes[..part]);
            disk.1 -= part;
            Ok(part)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_loses_lines_and_says_how_many_when_there_is_room_again() {
        let disk = Disk::default();
        let mut lines = Lines::start(disk.clone(), LogFormat::Text);
        let mut say = |line: &str| {
            lines.write_all(line.as_bytes()).unwrap();
            lines.finish();
        };
        disk.make_room(10);
        say("first\n");
        say("second\n");
        say("third\n");
        assert_eq!(disk.text(), "first\nseco");
        disk.make_room(1000);
        say("fourth\n");
        say("fifth\n");
        let told = "WARN server::log: 2 lines were lost here: the log could not be written\n";
        assert_eq!(disk.text(), format!("first\nseco\n{told}fourth\nfifth\n"));
    }

    #[test]
    fn a_reader_that_stands_still_holds_nobody_up() {
        struct Stuck(Receiver<()>);
        impl Write for Stuck {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let _ = self.0.recv();
                Ok(bytes.len())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (go_on, stuck) = sync_channel(0);
        let mut lines = Lines::start(Stuck(stuck), LogFormat::Json);
        for _ in 0..WAITING + 500 {
            lines.write_all(b"line\n").unwrap();
        }
        assert!(lines.lost.load(Ordering::Relaxed) >= 499);
        drop(go_on);
    }

    #[test]
    fn one_place_that_logs_too_often_is_left_out_and_counted() {
        let disk = Disk::default();
        disk.make_room(usize::MAX);
        let (spared, paper) = (Arc::new(Spared::default()), disk.clone());
        let layer = tracing_subscriber::fmt::layer().with_writer(move || paper.clone());
        let layer = layer.with_filter(Sparing(Arc::clone(&spared)));
        tracing::subscriber::with_default(registry().with(layer), || {
            for _ in 0..1000 {
                tracing::warn!("often");
            }
            tracing::warn!("seldom");
        });
        let text = disk.text();
        let allowed = usize::try_from(LINES_PER_MINUTE).unwrap();
        // A slow machine may give a turn or two back meanwhile.
        assert!((allowed..allowed + 100).contains(&text.matches("often").count()), "{text}");
        assert_eq!(text.matches("seldom").count(), 1);
        let left_out: u64 = spared.take().into_values().sum();
        assert_eq!(text.matches("often").count() as u64 + left_out, 1000);
    }

    #[test]
    fn what_was_lost_is_told_in_the_format_of_the_log() {
        let line: serde_json::Value = serde_json::from_str(&told(7, LogFormat::Json)).unwrap();
        assert_eq!((&line["fields"]["lines"], &line["level"]), (&7.into(), &"WARN".into()));
    }
}
