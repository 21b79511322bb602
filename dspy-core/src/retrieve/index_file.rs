//! The file of an index: a mark, a version, a checksum, a head in JSON, and arrays of numbers.

use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::IndexFileError;
use crate::lm::replace_privately;

/// The first bytes of every index file.
const MARK: &[u8; 16] = b"dspy-rust index\n";
const VERSION: u32 = 1;
/// Mark, version, length of the content, checksum of the content.
const PREFIX: usize = 16 + 4 + 8 + 32;

/// Writes an index: its kind, what describes it, and its numbers. In place of an older file, or not
/// at all.
pub(super) fn write(
    path: &Path,
    kind: &str,
    head: &impl Serialize,
    arrays: &[&[u32]],
) -> Result<(), IndexFileError> {
    let fault = |message: String| IndexFileError::Io {
        action: "could not write",
        path: path.display().to_string(),
        message,
    };
    let head = serde_json::to_vec(&(kind, head)).map_err(|error| fault(error.to_string()))?;
    let numbers: usize = arrays.iter().map(|array| 8 + 4 * array.len()).sum();
    let mut content = Vec::with_capacity(8 + head.len() + numbers);
    content.extend_from_slice(&(head.len() as u64).to_le_bytes());
    content.extend_from_slice(&head);
    for array in arrays {
        content.extend_from_slice(&(array.len() as u64).to_le_bytes());
        content.extend(array.iter().flat_map(|number| number.to_le_bytes()));
    }
    let mut file = Vec::with_capacity(PREFIX + content.len());
    file.extend_from_slice(MARK);
    file.extend_from_slice(&VERSION.to_le_bytes());
    file.extend_from_slice(&(content.len() as u64).to_le_bytes());
    file.extend_from_slice(blake3::hash(&content).as_bytes());
    file.append(&mut content);
    replace_privately(path, &file).map_err(|error| fault(error.to_string()))
}

/// An index file whose content is what was written.
#[derive(Debug)]
pub(super) struct IndexFile {
    path: String,
    kind: &'static str,
    bytes: Vec<u8>,
}

impl IndexFile {
    pub(super) fn read(path: &Path, kind: &'static str) -> Result<Self, IndexFileError> {
        let bytes = std::fs::read(path).map_err(|error| IndexFileError::Io {
            action: "could not read",
            path: path.display().to_string(),
            message: error.to_string(),
        })?;
        let file = Self { path: path.display().to_string(), kind, bytes };
        file.check()?;
        Ok(file)
    }

    fn check(&self) -> Result<(), IndexFileError> {
        let path = || self.path.clone();
        let begun = self.bytes.len().min(MARK.len());
        if self.bytes.is_empty() || self.bytes.get(..begun) != MARK.get(..begun) {
            return Err(IndexFileError::Foreign { path: path() });
        }
        let mut rest = self.bytes.get(MARK.len()..).unwrap_or_default();
        let cut_off = |expected: u64| IndexFileError::Truncated {
            path: path(),
            expected,
            found: self.bytes.len() as u64,
        };
        let short = || cut_off(PREFIX as u64);
        let version = u32::from_le_bytes(*take(&mut rest).ok_or_else(short)?);
        if version > VERSION {
            return Err(IndexFileError::Newer { path: path(), found: version, known: VERSION });
        }
        let length = u64::from_le_bytes(*take(&mut rest).ok_or_else(short)?);
        let checksum: &[u8; 32] = take(&mut rest).ok_or_else(short)?;
        if (rest.len() as u64) < length {
            return Err(cut_off(length.saturating_add(PREFIX as u64)));
        }
        if rest.len() as u64 > length {
            return Err(self.damaged("something follows its end"));
        }
        if blake3::hash(rest).as_bytes() != checksum {
            return Err(self.damaged("the checksum differs"));
        }
        Ok(())
    }

    /// The head and the arrays.
    pub(super) fn parts<H: DeserializeOwned>(&self) -> Result<(H, Vec<Vec<u32>>), IndexFileError> {
        let mut rest = self.bytes.get(PREFIX..).unwrap_or_default();
        let missing = || self.damaged("a part is missing");
        let head = take_counted(&mut rest, 1).ok_or_else(missing)?;
        // The kind first: what follows of another kind would only be called unreadable.
        let (kind, _) = serde_json::from_slice::<(String, serde::de::IgnoredAny)>(head)
            .map_err(|error| self.damaged(error))?;
        if kind != self.kind {
            let (path, expected) = (self.path.clone(), self.kind);
            return Err(IndexFileError::Kind { path, found: kind, expected });
        }
        let (_, head) = serde_json::from_slice::<(serde::de::IgnoredAny, H)>(head)
            .map_err(|error| self.damaged(error))?;
        let mut arrays = Vec::new();
        while !rest.is_empty() {
            let bytes = take_counted(&mut rest, 4).ok_or_else(missing)?;
            let (numbers, _) = bytes.as_chunks::<4>();
            arrays.push(numbers.iter().map(|number| u32::from_le_bytes(*number)).collect());
        }
        Ok((head, arrays))
    }

    pub(super) fn damaged(&self, message: impl std::fmt::Display) -> IndexFileError {
        IndexFileError::Damaged { path: self.path.clone(), message: message.to_string() }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }
}

/// So many bytes from the front.
fn take<'a, const N: usize>(rest: &mut &'a [u8]) -> Option<&'a [u8; N]> {
    let (taken, left) = rest.split_first_chunk()?;
    *rest = left;
    Some(taken)
}

/// The bytes of as many items of `size` as the number in front says.
fn take_counted<'a>(rest: &mut &'a [u8], size: usize) -> Option<&'a [u8]> {
    let count = usize::try_from(u64::from_le_bytes(*take(rest)?)).ok()?;
    let (taken, left) = rest.split_at_checked(count.checked_mul(size)?)?;
    *rest = left;
    Some(taken)
}
