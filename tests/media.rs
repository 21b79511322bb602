//! Images, sounds and files: from a value to the request that a provider gets.

#[path = "media/limits.rs"]
mod limits;
#[path = "media/places.rs"]
mod places;
#[path = "media/samples.rs"]
mod samples;
#[path = "media/saved.rs"]
mod saved;
#[allow(dead_code, reason = "no test uses all of it")]
#[path = "support/http.rs"]
mod support;
#[path = "media/wires.rs"]
mod wires;
