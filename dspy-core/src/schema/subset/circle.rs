//! Definitions that lead back to themselves.

use super::form::{Form, Kind};
use crate::schema::shape::{self, Document, Shape};

/// The definitions that a value of this form cannot do without.
pub(super) fn demanded(form: &Form, places: &mut Vec<usize>) {
    match &form.kind {
        Kind::Reference(place) => places.push(*place),
        Kind::Object(entries, rest) => {
            for entry in entries.iter().filter(|entry| entry.required) {
                demanded(&entry.form, places);
            }
            if let Some(rest) = rest {
                demanded(rest, places);
            }
        }
        _ => {
            for part in form.parts() {
                demanded(part, places);
            }
        }
    }
}

/// For each definition of a document whether it leads back to itself.
pub(super) fn recursive(document: &Document) -> Vec<bool> {
    fn collect(shape: &Shape, places: &mut Vec<usize>) {
        if let shape::Kind::Reference(place) = shape.kind {
            places.push(place);
        }
        for part in shape.parts() {
            collect(part, places);
        }
    }
    let graph = document.definitions.iter().map(|definition| {
        let mut places = Vec::new();
        collect(&definition.shape, &mut places);
        places
    });
    circles(&graph.collect::<Vec<_>>())
}

/// For each node of a graph whether a way leads from it back to it.
pub(super) fn circles(graph: &[Vec<usize>]) -> Vec<bool> {
    let leads_back = |start: usize| {
        let mut seen = vec![false; graph.len()];
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            for next in graph.get(node).into_iter().flatten() {
                if *next == start {
                    return true;
                }
                if let Some(seen) = seen.get_mut(*next)
                    && !std::mem::replace(seen, true)
                {
                    open.push(*next);
                }
            }
        }
        false
    };
    (0..graph.len()).map(leads_back).collect()
}
