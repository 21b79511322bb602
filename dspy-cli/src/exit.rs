//! How a command ended.

use std::process::ExitCode;

/// How a command ended; [`code`](Self::code) is what the process exits with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Exit {
    /// 0: all was done.
    Done,
    /// 1: the program, one of its rows, or a file failed.
    Failed,
    /// 2: the command line, a setting or a data file cannot be used; no model was asked.
    Usage,
    /// 3: a quality gate refused the result, which was written nevertheless.
    Refused,
    /// 130: Ctrl-C. What was answered until then is kept in the files.
    Interrupted,
}

impl Exit {
    /// The process's exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::Interrupted => 130,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
