//! Programs: modules, parameters, files, strategies, tools.
//!
//! One executable for them all: each links the whole library, and linking is what takes time and disk.
#![allow(clippy::duplicate_mod, reason = "files of one suite use the same servers and models")]

#[path = "../assertions.rs"]
mod assertions;
#[path = "../blocking.rs"]
mod blocking;
#[path = "../code_strategies.rs"]
mod code_strategies;
#[path = "../hostile_files.rs"]
mod hostile_files;
#[path = "../module.rs"]
mod module;
#[path = "../parameters.rs"]
mod parameters;
#[path = "../programs.rs"]
mod programs;
#[path = "../react.rs"]
mod react;
#[path = "../save_load.rs"]
mod save_load;
#[path = "../shape.rs"]
mod shape;
#[path = "../short_ways.rs"]
mod short_ways;
#[path = "../strategies.rs"]
mod strategies;
#[path = "../tool_macro.rs"]
mod tool_macro;
#[path = "../tools.rs"]
mod tools;
