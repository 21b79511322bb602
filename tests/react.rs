//! ReAct: both protocols, and everything that can go wrong on the way.

#[path = "react/faults.rs"]
mod faults;
#[path = "react/limits.rs"]
mod limits;
#[path = "react/parameters.rs"]
mod parameters;
#[path = "react/protocols.rs"]
mod protocols;
#[path = "react/scene.rs"]
pub(crate) mod scene;
