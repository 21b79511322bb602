//! What a module tells a run of itself.

use std::sync::Arc;

use super::{Leaf, Parameters, Path};
use crate::run::{Bracket, Event, Run, Scope, Slot};

/// Where a module stands in a run: its path in the whole program, and the slot of its first leaf.
pub(super) fn place_of<P: Parameters + ?Sized>(module: &P) -> Option<(String, Arc<Slot>)> {
    let mut place = None;
    module.walk(&mut Path::root(), &mut |path: &Path, leaf: &dyn Leaf| {
        if place.is_none()
            && let Some(slot) = leaf.slot()
        {
            place = Some((above(slot.path(), path.as_str()), Arc::clone(slot)));
        }
    });
    place
}

/// The path of the module in which what stands at `path` is called `inner`.
pub(crate) fn above(path: &str, inner: &str) -> String {
    let root = Path::root();
    if inner == root.as_str() {
        return path.to_owned();
    }
    match path.strip_suffix(inner).unwrap_or(path).trim_end_matches('.') {
        "" => root.to_string(),
        outer => outer.to_owned(),
    }
}

/// The path of a part, by its own path in the module at `path`.
pub(crate) fn below(path: &str, inner: &Path) -> String {
    if path == Path::root().as_str() { inner.to_string() } else { format!("{path}.{inner}") }
}

/// Tells the run that an invocation of a module begins, if anybody listens.
#[cold]
pub(crate) fn begun<M: Parameters>(module: &M, run: &Run, scope: &Scope) -> Option<Box<Bracket>> {
    let (path, _) = place_of(module)?;
    let (invocation, attempts) = (scope.id(), run.attempts());
    let name = short(std::any::type_name::<M>()).to_owned();
    let ended = Event::ModuleEnded {
        path: path.clone(),
        invocation,
        attempts: attempts.clone(),
        ok: false,
    };
    let parent = scope.parent();
    let started = Event::ModuleStarted { path, invocation, attempts, parent, name };
    Some(Box::new(Bracket::open(run, started, ended)))
}

/// Tells what a module says of itself, once there is room for it.
pub(super) async fn say(place: Option<(String, Arc<Slot>)>, text: String) {
    let Some((path, slot)) = place else { return };
    let (_, invocation, attempts) = slot.place();
    slot.run().emit_paced(Event::Status { path, invocation, attempts, text }).await;
}

/// `a::b::Type<c::D>` as `Type`.
pub(crate) fn short(type_name: &str) -> &str {
    let bare = type_name.split('<').next().unwrap_or(type_name);
    bare.rsplit("::").next().unwrap_or(bare)
}
