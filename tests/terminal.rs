//! What people read: in 80 columns, in colour only where it is wanted.

#[path = "terminal/progress.rs"]
mod progress;
#[path = "terminal/saved.rs"]
mod saved;
#[path = "terminal/texts.rs"]
mod texts;
