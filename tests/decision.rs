//! Decisions with probabilities: how they are read, decided, saved, and fitted.

#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/chance.rs"]
mod chance;
#[path = "decision/evidence.rs"]
mod evidence;
#[path = "decision/fitting.rs"]
mod fitting;
#[path = "decision/rules.rs"]
mod rules;
