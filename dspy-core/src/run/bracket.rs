//! Things that begin and end, as events.

use super::Run;
use super::event::Event;

/// Something that a run was told the beginning of. Its end is told in any case: as a failure where
/// it is dropped before.
#[derive(Debug)]
pub(crate) struct Bracket {
    run: Run,
    ended: Option<Event>,
}

impl Bracket {
    /// Tells the beginning; `ended` is the end as it is where nothing comes of it.
    pub(crate) fn open(run: &Run, started: Event, ended: Event) -> Self {
        run.emit(started);
        Self { run: run.clone(), ended: Some(ended) }
    }

    /// Tells the end, after a change to it.
    pub(crate) fn end(mut self, change: impl FnOnce(&mut Event)) {
        if let Some(event) = &mut self.ended {
            change(event);
        }
    }

    /// Tells whether it went well.
    pub(crate) fn end_with(self, well: bool) {
        self.end(|event| match event {
            Event::ModuleEnded { ok, .. }
            | Event::CallEnded { ok, .. }
            | Event::ToolEnded { ok, .. } => *ok = well,
            _ => {}
        });
    }
}

impl Drop for Bracket {
    fn drop(&mut self) {
        if let Some(ended) = self.ended.take() {
            self.run.emit(ended);
        }
    }
}
