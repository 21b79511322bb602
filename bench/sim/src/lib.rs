//! A simulated language model that answers because of what the prompt says.
//!
//! A [`World`] has topics, the words that give them away, and a label for each topic. A request is
//! read as any framework words it: as the **task** model, asked for a label, it weighs what it
//! believes about the topic, the demonstrations, and the rules in the instruction; as the
//! **proposer**, asked for anything else, it writes instructions with rules taken from what it was
//! shown. Wrong rules and wrong demonstrations hurt, and nothing else in a prompt helps.
//!
//! It measures search and statistics, not how well a model writes.
//!
//! ```
//! use dspy_sim::{Settings, Simulation, World};
//! use serde_json::json;
//!
//! let simulation = Simulation::new(World::new(Settings { seed: 1, ..Settings::default() }));
//! let row = simulation.world().rows(dspy_sim::Split::Test, 1, 0).remove(0);
//! let reply = simulation.reply(&json!({
//!     "temperature": 0,
//!     "messages": [
//!         {"role": "system", "content": "Your output fields are:\n1. `label` (str)"},
//!         {"role": "user", "content": format!("{}\n\nEnd with `[[ ## label ## ]]`.", row.text)},
//!     ],
//! }));
//! assert!(reply["choices"][0]["message"]["content"].is_string());
//! ```

mod ask;
mod calibrate;
mod data;
mod draw;
mod evidence;
mod phrases;
mod proposer;
mod reply;
mod scan;
mod simulation;
mod stats;
mod task;
mod tokens;
mod vocabulary;
mod world;

pub use data::{Row, Split};
pub use simulation::Simulation;
pub use stats::{Role, Stats, Tally};
pub use tokens::count_tokens;
pub use world::{Settings, Variant, World};
