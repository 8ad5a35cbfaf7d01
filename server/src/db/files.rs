//! The files of a `SQLite` database are full of people: whatever the umask, nobody else on the machine reads them.

use std::{
    fs::{self, DirBuilder, OpenOptions, Permissions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

/// For the owner alone.
const PRIVATE: u32 = 0o600;

/// Makes a folder that is missing, and those above it, for the owner alone; one that is there stays as it is.
pub fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Makes an empty file for the owner alone. `SQLite` fills it, and gives its companions the same mode.
pub fn make_private(path: &Path) -> io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(PRIVATE).open(path)?;
    // A strict umask could have taken even the owner's rights.
    fs::set_permissions(path, Permissions::from_mode(PRIVATE))
}

/// Takes a database file and its companions away from everybody else; one that is missing stays so.
pub fn keep_private(path: &Path) -> io::Result<()> {
    for suffix in ["", "-wal", "-shm"] {
        let path = with_suffix(path, suffix);
        match fs::metadata(&path) {
            Ok(found) if found.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(&path, Permissions::from_mode(PRIVATE))?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
