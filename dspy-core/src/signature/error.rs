//! What can be wrong with a signature that is made or changed at run time.

use dspy_grammar::{Fault, nearest};

/// A signature that cannot be read, or cannot be changed as asked.
///
/// The mistakes in a signature's text are told in the words in which the compiler tells them of
/// `signature!`.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// The text of a signature, a field or a type has mistakes: all of them.
    #[error("{}", shown(.text, .faults))]
    Text {
        /// The text.
        text: String,
        /// The mistakes, in the order of the text.
        faults: Vec<Fault>,
    },
    /// The name can be no field's.
    #[error("{message}")]
    Name {
        /// The name.
        name: String,
        /// Why not, and what to do.
        message: String,
    },
    /// Two fields would have one name.
    #[error(
        "there is a field `{name}` already: every name stands for one field, whether input or output; choose another"
    )]
    Taken {
        /// The name, or an alias.
        name: String,
    },
    /// The signature has no field of this name.
    #[error("there is no field `{name}`{}", suggestion(.name, .known))]
    Unknown {
        /// The name asked for.
        name: String,
        /// The names that there are.
        known: Vec<String>,
    },
    /// The signature would have no input.
    #[error("a signature without an input asks the same every time: give it one")]
    NoInput,
    /// The signature would have no output.
    #[error("a signature without an output asks a model for nothing: give it one")]
    NoOutput,
    /// There is no such place among the fields.
    #[error("there is no place {index} among {len} fields: the last place is {len}")]
    Place {
        /// The place asked for.
        index: usize,
        /// How many fields there are.
        len: usize,
    },
    /// A default or an example is no value of its field.
    #[error("field `{field}`: the {what} {message}")]
    Value {
        /// The field.
        field: String,
        /// `default` or `example`.
        what: &'static str,
        /// What was expected and what was found.
        message: String,
    },
    /// The JSON of a signature is not as it should be.
    #[error("{place}: {message}")]
    Json {
        /// The part of the signature, such as ``inputs[0] `question` ``.
        place: String,
        /// What is wrong and what to do.
        message: String,
    },
}

fn shown(text: &str, faults: &[Fault]) -> String {
    faults.iter().map(|fault| fault.render(text)).collect::<Vec<_>>().join("\n")
}

/// What may have been meant, and all there is.
pub(super) fn suggestion(name: &str, known: &[String]) -> String {
    if known.is_empty() {
        return ": there are none".to_owned();
    }
    let words: Vec<&str> = known.iter().map(String::as_str).collect();
    let all: Vec<_> = known.iter().map(|known| format!("`{known}`")).collect();
    let all = all.join(", ");
    match nearest(name, &words) {
        Some(meant) => format!(": did you mean `{meant}`? There are {all}"),
        None => format!(": there are {all}"),
    }
}
