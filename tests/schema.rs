//! How prompts speak of types.

#[path = "schema/aliases.rs"]
mod aliases;
#[path = "schema/compact.rs"]
mod compact;
#[path = "schema/words.rs"]
mod words;
