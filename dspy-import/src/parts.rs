//! The shape of a program, from the paths of its predictors.

use std::collections::BTreeMap;

/// A step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Segment {
    Field(String),
    Index(usize),
    Key(String),
}

/// A program or a part of it.
#[derive(Clone, Debug)]
pub(crate) enum Part {
    /// A predictor or an agent: its type and what makes it.
    Leaf { kind: String, made: String, erased: String },
    /// Fields, items or entries.
    Parts(BTreeMap<Segment, Part>),
}

impl Part {
    /// Puts a leaf at its place.
    pub(crate) fn put(&mut self, path: &[Segment], leaf: Part) -> Option<()> {
        match (self, path) {
            (place, []) => *place = leaf,
            (Self::Parts(parts), [first, rest @ ..]) => {
                let next =
                    parts.entry(first.clone()).or_insert_with(|| Self::Parts(BTreeMap::new()));
                next.put(rest, leaf)?;
            }
            (Self::Leaf { .. }, _) => return None,
        }
        Some(())
    }
}

/// The steps of a path in Python's spelling; nothing for one that is out of form.
pub(crate) fn segments(path: &str) -> Option<Vec<Segment>> {
    let mut segments = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix("['") {
            let (key, after) = inside.split_once("']")?;
            segments.push(Segment::Key(key.to_owned()));
            rest = after;
        } else if let Some(inside) = rest.strip_prefix('[') {
            let (index, after) = inside.split_once(']')?;
            segments.push(Segment::Index(index.parse().ok()?));
            rest = after;
        } else {
            let name = rest.strip_prefix('.').unwrap_or(rest);
            let end = name.find(['.', '[']).unwrap_or(name.len());
            let (name, after) = name.split_at(end);
            if name.is_empty() {
                return None;
            }
            segments.push(Segment::Field(name.to_owned()));
            rest = after;
        }
    }
    Some(segments)
}
