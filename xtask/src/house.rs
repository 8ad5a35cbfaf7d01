//! Where things are, how other programs are started, and how failures read.

use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs, io};

/// The one failure of this tool: a sentence.
#[derive(Debug)]
pub struct Error(String);

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub type Result<T = ()> = std::result::Result<T, Error>;

/// A failure in our own words.
pub fn failed<T>(sentence: impl Into<String>) -> Result<T> {
    Err(Error(sentence.into()))
}

/// Says what was being done when something else failed.
pub trait Doing<T> {
    fn doing(self, what: impl Display) -> Result<T>;
}

impl<T, E: Display> Doing<T> for std::result::Result<T, E> {
    fn doing(self, what: impl Display) -> Result<T> {
        self.map_err(|error| Error(format!("{what}: {error}")))
    }
}

/// The repository and its target folder.
pub struct House {
    pub root: PathBuf,
    pub target: PathBuf,
}

impl House {
    /// The repository is the one cargo runs this program for, asked now: clones that share a target folder share
    /// this program too. The target folder is where it lies.
    pub fn find() -> Result<Self> {
        let Some(manifest) = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from) else {
            return failed("start this program with `cargo xtask`");
        };
        let program = env::current_exe().doing("finding this program")?;
        match (manifest.parent(), program.ancestors().nth(2)) {
            (Some(root), Some(target)) => Ok(Self { root: root.to_owned(), target: target.to_owned() }),
            _ => failed("this program is not in a cargo target folder"),
        }
    }

    /// The debug server that `run`, `test` and `size` use.
    pub fn server(&self) -> PathBuf {
        self.target.join("debug/handbill")
    }

    /// Brings it up to date.
    pub fn build_server(&self) -> Result {
        if !self.server().exists() {
            println!("Building the server: about 5 minutes the first time.");
        }
        self.cargo(["build", "--package", "app", "--package", "server"])
    }

    pub fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }

    /// A program that will run in the repository.
    pub fn program(&self, name: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(name);
        command.current_dir(&self.root);
        command
    }

    pub fn cargo_command<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = self.program(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.env("CARGO_TARGET_DIR", &self.target).args(args);
        command
    }

    pub fn cargo<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Result {
        perform(&mut self.cargo_command(args))
    }
}

/// Runs a program with our terminal and insists that it succeeds.
pub fn perform(command: &mut Command) -> Result {
    let told = told(command);
    println!("$ {told}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => failed(format!("`{told}` failed ({status})")),
        Err(error) => failed(format!("`{told}` did not start: {error}")),
    }
}

/// Runs a program and hands back what it printed; its complaints stay on the terminal.
pub fn output(command: &mut Command) -> Result<String> {
    let told = told(command);
    let output = command.stderr(Stdio::inherit()).output().doing(format!("starting `{told}`"))?;
    if !output.status.success() {
        return failed(format!("`{told}` failed ({})", output.status));
    }
    String::from_utf8(output.stdout).doing(format!("reading what `{told}` printed"))
}

/// Whether a program runs and succeeds, in silence.
pub fn works(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn told(command: &Command) -> String {
    let name = Path::new(command.get_program()).file_name().unwrap_or_default();
    let words = std::iter::once(name).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).doing(format!("reading {}", path.display()))
}

pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).doing(format!("making {}", folder.display()))?;
    }
    fs::write(path, bytes).doing(format!("writing {}", path.display()))
}

pub fn remove_folder(path: &Path) -> Result {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            failed(format!("removing {}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Every file below a folder, with its path from there; sorted, so that results repeat.
pub fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).doing(format!("listing {}", next.display()))? {
            let path = entry.doing(format!("listing {}", next.display()))?.path();
            if path.is_dir() {
                folders.push(path);
            } else if let Ok(inside) = path.strip_prefix(folder) {
                found.push(inside.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}
