//! Files that hold prompts and answers: on Unix only their owner may read them.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Opens a file for reading and writing, and makes it where there is none: mode 0600, and 0700 for
/// folders that have to be made.
#[cfg(feature = "disk-cache")]
pub(super) fn open(path: &Path) -> io::Result<File> {
    make_folder_of(path)?;
    options().read(true).write(true).create(true).truncate(false).open(path)
}

/// The same for adding at the end.
pub(crate) fn append_to(path: &Path) -> io::Result<File> {
    make_folder_of(path)?;
    options().read(true).append(true).create(true).open(path)
}

/// Writes a whole file, in place of an older one, or nothing at all.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    make_folder_of(path)?;
    // Temporary files have the mode 0600.
    let mut file = tempfile::NamedTempFile::new_in(folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(folder_of(path))
}

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}
