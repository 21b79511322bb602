//! The command `cache`: what hits cost, and whether processes that write at once lose anything.

mod hits;
mod writers;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use dspy::lm::{Message, Request};

use crate::command::CacheTask;

pub(crate) fn run(task: CacheTask) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    match task {
        CacheTask::Writers { writers, entries } => runtime.block_on(writers::run(writers, entries)),
        CacheTask::Write { place, entries, file } => {
            runtime.block_on(writers::write(place, entries, &file))
        }
        CacheTask::Hits => runtime.block_on(hits::run()),
    }
}

/// A system message of 1,300 characters.
fn system() -> Arc<Message> {
    const RULE: &str = "Answer from the passages alone, in one sentence, and name the passage. ";
    Arc::new(Message::system(RULE.repeat(18)))
}

/// A request as programs make them: the system message is shared, the question is not.
fn request(system: &Arc<Message>, question: &str) -> Request {
    let mut request = Request::new([Message::user(question)]);
    request.messages.insert(0, Arc::clone(system));
    request
}

/// A folder for one run, which is deleted with it.
struct Folder(PathBuf);

impl Folder {
    fn new() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("dspy-bench-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
