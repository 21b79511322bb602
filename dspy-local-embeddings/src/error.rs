//! What can be wrong with a model's files.

/// A local embedding model that cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LocalEmbeddingsError {
    /// A file cannot be read.
    #[error(
        "could not read `{path}`: {message}; a model is a folder with `model.safetensors` and `tokenizer.json`"
    )]
    Io {
        /// The file.
        path: String,
        /// What the system said.
        message: String,
    },
    /// A file is not what its name says, or the files do not fit each other.
    #[error("`{path}` cannot be used: {message}")]
    Format {
        /// The file.
        path: String,
        /// What was expected and what was found.
        message: String,
    },
}
