//! What code may use.

use std::fmt;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the code of a session may use. An interpreter that cannot hold one of them must say so when
/// it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Limits {
    /// How long one piece of code may compute; waiting for host functions does not count. 10 s.
    pub time: Duration,
    /// Bytes that the session may hold at once, its variables included. 256 MiB.
    pub memory: usize,
    /// Bytes that one piece of code may print. 1 MiB.
    pub output: usize,
    /// Bytes of one value that passes between code and host: an argument list, a result. 16 MiB.
    pub transfer: usize,
    /// How deep calls may nest. 200.
    pub recursion: usize,
    /// How often one piece of code may call host functions. 1,000.
    pub calls: usize,
    /// How many host functions run at once where code asks for several. 8.
    pub concurrency: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(10),
            memory: 256 << 20,
            output: 1 << 20,
            transfer: 16 << 20,
            recursion: 200,
            calls: 1_000,
            concurrency: 8,
        }
    }
}

macro_rules! with {
    ($($name:ident: $field:ident, $type:ty, $what:literal;)*) => {
        impl Limits {$(
            #[doc = concat!("The same limits with another ", $what, ".")]
            #[must_use]
            pub fn $name(mut self, $field: $type) -> Self {
                self.$field = $field;
                self
            }
        )*}
    };
}

with! {
    with_time: time, Duration, "time for one piece of code";
    with_memory: memory, usize, "bound on the session's memory, in bytes";
    with_output: output, usize, "bound on what one piece of code prints, in bytes";
    with_transfer: transfer, usize, "bound on one value between code and host, in bytes";
    with_recursion: recursion, usize, "bound on nested calls";
    with_calls: calls, usize, "bound on the calls to host functions that one piece of code makes";
    with_concurrency: concurrency, usize, "bound on host functions that run at once";
}

/// The limit that code ran into.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Limit {
    /// [`Limits::time`].
    Time,
    /// [`Limits::memory`].
    Memory,
    /// [`Limits::output`].
    Output,
    /// [`Limits::transfer`].
    Transfer,
    /// [`Limits::recursion`].
    Recursion,
    /// [`Limits::calls`].
    Calls,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "time",
            Self::Memory => "memory",
            Self::Output => "output",
            Self::Transfer => "transfer",
            Self::Recursion => "recursion",
            Self::Calls => "call",
        })
    }
}
