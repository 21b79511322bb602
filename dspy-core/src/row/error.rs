//! What can be wrong with data.

/// Data that cannot be read or used.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// The file system refused.
    #[error("could not read `{file}`: {message}")]
    Io {
        /// The file.
        file: String,
        /// What the system said.
        message: String,
    },
    /// The file is malformed.
    #[error("`{file}`, line {line}: {message}")]
    Syntax {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong.
        message: String,
    },
    /// A column is missing.
    #[error(
        "`{file}` has no column `{column}`; it has: {found}. Rename the column in the header line, \
         give the field `#[output(alias = \"…\")]`, or map it with `RowReader::column`"
    )]
    MissingColumn {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The columns that exist.
        found: String,
    },
    /// A cell does not fit its field.
    #[error("`{file}`, line {line}, column `{column}`: {message}")]
    Cell {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// The column.
        column: String,
        /// What was expected and what was found.
        message: String,
    },
    /// There are no rows.
    #[error("{what} has no rows; {fix}")]
    Empty {
        /// What is empty.
        what: String,
        /// What to do.
        fix: String,
    },
    /// A row's field is no JSON.
    #[error("a row cannot be written as JSON fields: {message}")]
    Value {
        /// Why not.
        message: String,
    },
    /// A split that cannot be made.
    #[error("{message}")]
    Split {
        /// What is wrong and what to do.
        message: String,
    },
}
