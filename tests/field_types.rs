//! Every type that a field may have: from its schema through the prompt and the parser to a value,
//! and through rows, demonstrations and files, without loss.

#[path = "field_types/harness.rs"]
mod harness;
#[path = "support/scripted.rs"]
mod scripted;

#[path = "field_types/answered.rs"]
mod answered;
#[path = "field_types/collections.rs"]
mod collections;
#[path = "field_types/enums.rs"]
mod enums;
#[path = "field_types/foreign.rs"]
mod foreign;
#[path = "field_types/scalars.rs"]
mod scalars;
#[path = "field_types/structs.rs"]
mod structs;
