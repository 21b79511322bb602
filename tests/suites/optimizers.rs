//! Optimizers: searches, races, evidence, runs that resume.
//!
//! One executable for them all: each links the whole library, and linking is what takes time and disk.
#![allow(clippy::duplicate_mod, reason = "files of one suite use the same servers and models")]

#[path = "../decision.rs"]
mod decision;
#[path = "../engine.rs"]
mod engine;
#[path = "../evidence.rs"]
mod evidence;
#[path = "../intervals.rs"]
mod intervals;
#[path = "../optimize.rs"]
mod optimize;
#[path = "../posterior.rs"]
mod posterior;
#[path = "../race.rs"]
mod race;
#[path = "../runs.rs"]
mod runs;
#[path = "../surrogate.rs"]
mod surrogate;
