//! The macros of the `dspy` crate. Depend on `dspy`, which re-exports them with examples.
//!
//! Each goes through the same stages: what was written (`syntax`), a checked `model` (`check`
//! reports every fault), the code (`emit`, which cannot fail).

// A macro reports faults; it does not panic.
#![warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)]

mod bound;
mod data;
mod diagnostics;
mod docs;
#[cfg(test)]
#[allow(clippy::panic)] // a test that cannot read its own item
mod expansion;
mod generics;
mod keys;
mod krate;
mod module;
mod parameters;
mod part;
mod place;
mod registry;
mod signature;
mod signature_string;
mod source;
mod tool;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// `#[derive(Signature)]` makes a struct with named fields a signature.
///
/// # What it makes
///
/// For a struct `Qa`, with the same visibility:
///
/// - `QaInput` and `QaOutput`, structs of the `#[input]` and of the `#[output]` fields. Their
///   fields are public and keep their docs. They are `Clone`, `Debug`, serde's `Serialize` and
///   `Deserialize`, and schemars' `JsonSchema`.
/// - `impl Signature for Qa`, with the schema that prompts are made of. The struct's docs are the
///   instructions; without docs, the instructions name the fields.
/// - `impl SignatureRow for Qa`, so that `Qa` itself is a labelled row of a data set.
/// - `impl Accepts` for `QaInput` where there is one input, whose value may then be given to
///   `call` in place of the struct.
///
/// Nothing is derived on `Qa` itself.
///
/// Docs become prompts byte for byte, but for one leading space and the indentation that all lines
/// share. `#[doc = include_str!("…")]` works, too.
///
/// # Attributes of the struct: `#[signature(…)]`
///
/// | key | meaning |
/// |---|---|
/// | `instructions = "…"` | the instructions, in place of the docs; a macro such as `include_str!` may make the text |
/// | `name = "…"` | the task's name in files and reports; the struct's name by default |
/// | `rename_all = "…"` | the rule for the names of fields without `rename`, one of serde's: `lowercase`, `UPPERCASE`, `PascalCase`, `camelCase`, `snake_case`, `SCREAMING_SNAKE_CASE`, `kebab-case`, `SCREAMING-KEBAB-CASE` |
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
///
/// # Attributes of a field: `#[input(…)]` or `#[output(…)]`
///
/// Every field has exactly one of the two, or is skipped (see below), with any of these keys:
///
/// | key | meaning |
/// |---|---|
/// | `desc = "…"` | the description, in place of the docs |
/// | `rename = "…"` | the name in prompts and files |
/// | `alias = "…"` | one more name under which files and models may give it; repeatable |
/// | `default` | where the value is missing, the type's `Default` stands in |
/// | `default = expr` | where the value is missing, this stands in |
/// | `examples(expr, expr)`, `examples = [expr]` | values of the field, which prompts and schemas show |
/// | `ge`, `gt`, `le`, `lt` | bounds of a number: `#[output(ge = 0.0, le = 1.0)]` |
/// | `min_length`, `max_length` | bounds of a text's characters, a list's items, or a map's entries |
/// | `pattern = "…"` | a regular expression that must be found in a text; checked when it is compiled |
/// | `format = "…"` | the format of a text: `date`, `time`, `date-time`, `duration`, `email`, `uri`, `uuid`, `ipv4`, `ipv6` or `hostname` |
///
/// A pattern is searched for, as in JSON Schema: `pattern = "[0-9]"` asks for a digit somewhere,
/// `pattern = "^[0-9]+$"` for nothing but digits. It is read as the crate `regex-lite` reads it:
/// with groups, classes, counts and the flags `imsURux`, and without look-around, back-references
/// and Unicode classes.
///
/// A field's type is anything that is `Clone`, `Debug`, `Serialize`, `Deserialize` and
/// `JsonSchema`; `#[dspy::data]` derives that for your own types. A bounded type of your own says
/// what it is by `impl dspy::schema::HasLength for …`, `impl dspy::schema::Numeric for …`, or
/// `impl dspy::schema::Textual for …`.
///
/// Type parameters of the struct are held to the same. Lifetimes are refused.
///
/// # Rules for outputs: `#[check(…)]` and `#[assert(…)]`
///
/// `#[check(expr, "message", arguments…)]` and `#[assert(expr, "message", arguments…)]` stand on
/// the struct or on an output, as many as there are rules. `expr` is a Rust expression of type
/// `bool` that sees the outputs, by value and by their Rust names; the compiler checks it. The
/// message is that of `format!`, and may name outputs in braces.
///
/// Rules are judged when an answer has been read:
///
/// | rule | an answer that breaks it |
/// |---|---|
/// | `#[check(…)]` | is used; the breach is in `Prediction::broken_checks`, and among the warnings |
/// | `#[assert(…)]` | is an error, `AnswerErrorKind::Asserted`, which holds the message, the text and the fields |
///
/// Before that, the model is asked again with its answer and the message shown: as often as
/// `with_assertion_retries` says, 2 times by default, for each of the two kinds. A check never makes
/// it worse: where no later answer can be used, the earlier one is. `assert_that!` and `suggest!` are
/// such rules inside a `forward`.
///
/// # Fields of the row alone: `#[signature(skip)]`
///
/// A skipped field is neither input nor output; the model never sees it. A row that is put together
/// from an input and an output has the `Default` of its type there.
///
/// # serde's attributes
///
/// They count as if they were ours, so that a struct may derive `Serialize` and `Deserialize` as
/// well: `#[serde(rename_all = "…")]` on the struct; on a field `rename = "…"`, `alias = "…"`,
/// `default`, `default = "path"` and `skip`, which takes its value from a `default = "path"` beside
/// it. To say a thing in both attributes is an error.
///
/// What changes the written form in another way (`flatten`, `with`, `skip_serializing`, `tag`, two
/// names for writing and reading, and the like) is refused: put it on the type of the field. What
/// concerns serde's own derive alone, such as `bound` or `deny_unknown_fields`, is left to it.
#[proc_macro_derive(Signature, attributes(signature, input, output, check, assert, serde))]
pub fn derive_signature(input: TokenStream) -> TokenStream {
    signature::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// `signature!` makes a signature from its text, such as
/// `"context: list[str], question -> answer: float"`.
///
/// # What it makes
///
/// - `signature!(pub Rag: "…")`, where an item can stand, makes `pub struct Rag` with a public field
///   for each of the text's, and all that `#[derive(Signature)]` makes of it: `RagInput`,
///   `RagOutput`, `impl Signature for Rag`. The struct is `Clone` and `Debug`. Docs before the name
///   are the instructions; without them, the instructions name the fields.
/// - `signature!("…")`, where an expression can stand, gives a `Task` of a signature without a
///   name, for `Predict::of` and its like. A call of it takes the value of the only input, or a
///   tuple of the inputs in their order.
///
/// # The text
///
/// Fields stand between commas, inputs before `->`, outputs after it. Line
/// breaks and a comma at the end of a side do no harm. A field is a name, or a name, `:` and a
/// type; without a type it is text. A word of Rust needs `r#` to be a name: `r#type`.
///
/// | types | |
/// |---|---|
/// | text | `str`, `String`, `char` |
/// | numbers | `int` (`i64`), `float` (`f64`), `i8` to `i128`, `u8` to `u128`, `isize`, `usize`, `f32`, `f64` |
/// | truth | `bool` |
/// | lists | `list[T]`, `List[T]`, `Vec<T>`, `VecDeque<T>`, `[T; 3]`, `tuple[T, ...]` |
/// | tuples | `tuple[A, B]`, `Tuple[A, B]`, `(A, B)` |
/// | sets | `set[T]`, `Set[T]`, `frozenset[T]` and `BTreeSet<T>`; `HashSet<T>` |
/// | maps | `dict[K, V]`, `Dict[K, V]` and `BTreeMap<K, V>`; `HashMap<K, V>` |
/// | a value or none | `Optional[T]`, `T \| None`, `Union[T, None]`, `Option<T>` |
/// | any JSON | `Any`, `Value`, `serde_json::Value`; `list` and `dict` alone hold any |
/// | a closed set of texts | `Literal['very good', 'bad']` |
/// | your own | any path, with types in angle brackets: `Category`, `crate::Page<u8>` |
///
/// They nest freely, Rust's in Python's and the reverse. The standard types' names always mean the
/// standard types; all other paths mean what they mean where the macro stands.
///
/// `quality: Literal['very good', 'bad']` of `Rag` makes an enum `RagQuality` with the variants
/// `VeryGood` and `Bad`, which prompts and files spell as in the text. It is data as `#[data]` makes
/// it, can be compared with texts, and has `as_str`. For a field called `input` or `output`, whose name
/// would be that of a struct, it is `RagInputChoice` or `RagOutputChoice`.
///
/// # Options, after the text
///
/// | key | meaning |
/// |---|---|
/// | `instructions = "…"` | the instructions, in place of docs |
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
///
/// # Errors
///
/// All mistakes in the text are reported at once. Stable Rust has no places inside of a literal, so
/// each message shows the line of the text, with a mark under the place.
#[proc_macro]
pub fn signature(input: TokenStream) -> TokenStream {
    signature_string::expand(input.into()).into()
}

/// `#[derive(Parameters)]` lists the parameters inside a struct or enum: `impl Parameters`, which
/// walks into every field in declaration order.
///
/// It serves parts that have no `forward`, and structs whose fields `#[module]` cannot learn from
/// their uses; `#[module(derived)]` then leaves the list to it.
///
/// A field goes by its name in paths, or by its number, `[0]`, if it has none. Of an enum, the
/// fields of the variant it is are walked; the variant's name is not part of the path.
///
/// Every field must have a registry itself: predictors and modules do, and so do `Option`, `Box`,
/// `Vec`, arrays, tuples and maps of them. Scalars and `String` have one with nothing in it.
///
/// # Attributes of the type: `#[parameters(…)]`
///
/// | key | meaning |
/// |---|---|
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
///
/// # Attributes of a field: `#[parameters(…)]`
///
/// | key | meaning |
/// |---|---|
/// | `skip` | is not walked; its type needs no registry |
/// | `frozen` | is walked, saved and loaded, but left alone by optimizers |
/// | `rename = "…"` | the name in paths |
#[proc_macro_derive(Parameters, attributes(parameters))]
pub fn derive_parameters(input: TokenStream) -> TokenStream {
    parameters::derive(parse_macro_input!(input as DeriveInput)).into()
}

/// `#[module]` on an `impl` block with a `forward` method makes the type a module.
///
/// # What it makes
///
/// The block itself stays as it is. From
/// `pub async fn forward(&self, a: A, b: B) -> Result<T, E>` come:
///
/// - `PipelineInput`, for a type `Pipeline`: a public struct with a field per argument, readable by
///   serde, with a JSON Schema. Docs on an argument describe its field, those of `forward` the whole.
/// - `impl Module for Pipeline`, with the output `T`. Where `forward` returns a `Prediction<T>`,
///   the output is the `T` inside. `E` is any error; one of your own comes out as
///   `dspy::Error::User`.
/// - `impl Parameters for Pipeline`: the registry of its fields.
///
/// Where an assertion in it sends an answer back (`assert_that!`, `suggest!`), `forward` runs again on
/// another clone; what the first run paid for is not paid again, other side effects repeat.
///
/// `forward` takes `&self` and up to twelve arguments, by value, of types that are data (see
/// `#[dspy::data]`). With one argument, `call` takes its value in place of the struct; with none,
/// `()`. The type must be `Clone`, and the future `Send`.
///
/// # The registry
///
/// The macro sees no struct, so it learns the fields from their uses in the block: every
/// `self.field`, also inside macro calls such as `join!`, and patterns `Self { field, .. }`. They are walked in the order of their
/// first use. A `cfg` that all uses of a field stand under is copied.
///
/// Every field must have a registry itself: predictors and modules do, and so do `Option`, `Box`,
/// `Vec`, arrays, tuples and maps of them. Scalars and `String` have one with nothing in it.
/// `Arc` of a module has none, for clones of a program must not share parameters.
///
/// ## error\[E0063\]: missing field `extra` in initializer of `Pipeline`
///
/// The struct has a field that the block does not use, so it would be missing from saved files and
/// out of reach of optimizers. Do one of these:
///
/// - `#[module(also(extra))]`, if it holds parameters: it is walked, too;
/// - `#[module(skip(extra))]`, if it does not;
/// - `#[derive(Parameters)]` on the struct and `#[module(derived)]` on the block: the derive sees
///   all fields. This also serves fields that come and go with a `cfg`, and fields reached through
///   `Deref`.
///
/// ## error\[E0071\]: expected struct, variant or union type, found `Pipeline`
///
/// The type is an enum, whose fields the macro cannot learn: use `#[derive(Parameters)]` and
/// `#[module(derived)]`.
///
/// ## error\[E0119\]: conflicting implementations of trait `Parameters`
///
/// The struct derives `Parameters` already: write `#[module(derived)]`.
///
/// ## error\[E0428\]: the name `PipelineInput` is defined multiple times
///
/// The type has two impls under `#[module]`. One type runs one `forward`; impls for several types of
/// one generic struct name their input structs: `#[module(input = Question)]`.
///
/// # Arguments
///
/// | key | meaning |
/// |---|---|
/// | `also(a, b)` | walks these fields, too |
/// | `skip(a, b)` | does not walk these fields; their types need no registry |
/// | `frozen(a, b)` | walks, saves and loads these, but optimizers leave them alone |
/// | `rename(a = "b")` | the name of a field in paths |
/// | `input = Name` | the name of the input struct |
/// | `derived` | makes no registry: the struct derives `Parameters` |
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
///
/// Fields of a tuple struct go by their numbers: `skip(0)`.
#[proc_macro_attribute]
pub fn module(arguments: TokenStream, item: TokenStream) -> TokenStream {
    module::attribute(arguments.into(), item.into()).into()
}

/// `#[data]` on a struct or enum makes it a type that fields of signatures and arguments of
/// `forward` can have.
///
/// It derives `Clone`, `Debug`, `PartialEq`, serde's `Serialize` and `Deserialize`, and schemars'
/// `JsonSchema`; for an enum whose variants are all units, a closed set of answers, also `Copy`,
/// `Eq`, `Hash`, `PartialOrd` and `Ord`. What a `#[derive(…)]` *below* it names is left out; one
/// above is out of its sight, so put `#[data]` first.
///
/// Attributes for serde and schemars work as usual, with no dependency on either:
/// `#[serde(rename_all = "lowercase")]`. Docs of variants and fields reach the model.
///
/// # Arguments
///
/// | key | meaning |
/// |---|---|
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
#[proc_macro_attribute]
pub fn data(arguments: TokenStream, item: TokenStream) -> TokenStream {
    data::attribute(arguments.into(), item.into()).into()
}

/// `#[tool]` on a function makes a tool of it, which a model may call.
///
/// The function stays as it is. Beside it, with the same visibility, comes a function with `_tool`
/// after its name that gives the `Tool`: `search_tool()` for `search`.
///
/// - The tool's name is the function's, its description the docs.
/// - Each argument is one of the tool's: of any type that is data (see `#[dspy::data]`), or a
///   reference to such, as in `query: &str`. Docs on an argument describe it; so does a list under a
///   heading `# Arguments` in the function's docs, which is then no part of the description:
///   ``- `query` - what to look for``.
/// - The result is anything that serde can write, or a `Result` of such and an error that can be
///   printed. The model is told the error.
/// - An `async` function runs as it is. One that is not may block: it runs on a thread for such work.
///
/// Functions with `self`, with generic parameters, or with patterns for arguments are refused; a
/// closure can be a tool, too, and hold whatever it needs: `Tool::new`.
///
/// # Arguments
///
/// | key | meaning |
/// |---|---|
/// | `name = "…"` | the name, in place of the function's |
/// | `desc = "…"` | the description, in place of the docs; a macro such as `include_str!` may make the text |
/// | `crate = "::lm"` | where `dspy` is found, if it was renamed in `Cargo.toml` |
///
/// # Attributes of an argument: `#[arg(…)]`
///
/// The keys are those of `#[input(…)]` in `#[derive(Signature)]`: `desc`, `rename`, `alias`, `default`,
/// `examples`, `ge`, `gt`, `le`, `lt`, `min_length`, `max_length`, `pattern` and `format`.
#[proc_macro_attribute]
pub fn tool(arguments: TokenStream, item: TokenStream) -> TokenStream {
    tool::attribute(arguments.into(), item.into()).into()
}
