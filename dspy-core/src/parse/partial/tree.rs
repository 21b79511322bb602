//! The value as far as it is known, and what has changed since it was last asked.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::parse::path::{push_index, push_key};

/// The place of a node in the tree.
pub(super) type NodeId = usize;

#[derive(Debug, Default)]
pub(super) struct Tree {
    nodes: Vec<TreeNode>,
    root: Option<NodeId>,
    events: Vec<Event>,
}

#[derive(Debug)]
struct TreeNode {
    parent: Option<NodeId>,
    segment: Segment,
    content: Content,
    complete: bool,
}

#[derive(Debug)]
enum Segment {
    Root,
    Key(String),
    Index(usize),
}

#[derive(Debug)]
pub(super) enum Content {
    /// Not known yet.
    Nothing,
    /// A text, and how much of it has been told of.
    Text {
        text: String,
        told: Option<usize>,
    },
    Value(Value),
    List(Vec<NodeId>),
    Object(Entries),
}

/// The values of an object in the order of their keys.
#[derive(Debug, Default)]
pub(super) struct Entries {
    nodes: Vec<NodeId>,
    places: HashMap<String, usize>,
}

#[derive(Clone, Copy, Debug)]
struct Event {
    node: NodeId,
    kind: EventKind,
}

#[derive(Clone, Copy, Debug)]
enum EventKind {
    Text { from: usize, to: usize },
    Value,
    Complete,
    Withdrawn,
}

/// Something that became known.
#[derive(Clone, Copy)]
pub struct Delta<'p> {
    tree: &'p Tree,
    event: Event,
}

/// What became known.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Change<'p> {
    /// More of a text.
    Text(&'p str),
    /// A value that is not shown before it is complete: a number, a boolean, a member of a closed
    /// set, null, or whatever the schema leaves open.
    Value(&'p Value),
    /// A text, list or object is complete.
    Complete,
    /// What was told of this place does not hold any more, as the model writes it again.
    Withdrawn,
}

impl Content {
    /// A text without characters.
    pub(super) fn text() -> Self {
        Self::Text { text: String::new(), told: None }
    }

    /// An object without keys.
    pub(super) fn object() -> Self {
        Self::Object(Entries::default())
    }
}

impl<'p> Delta<'p> {
    /// Where in the value, as a JSON pointer (`/items/0`); empty for the whole value. Keys over 64
    /// characters are shortened.
    pub fn path(&self) -> String {
        self.tree.pointer(self.event.node)
    }

    /// The key of the root object, if the change is about the value of that key itself and not
    /// about something inside of it.
    pub fn field(&self) -> Option<&'p str> {
        let node = self.tree.nodes.get(self.event.node)?;
        match &node.segment {
            Segment::Key(key)
                if node.parent.is_some()
                    && node.parent == self.tree.parent_root(self.event.node) =>
            {
                Some(key)
            }
            _ => None,
        }
    }

    /// What became known.
    pub fn change(&self) -> Change<'p> {
        let content = self.tree.nodes.get(self.event.node).map(|node| &node.content);
        match (self.event.kind, content) {
            (EventKind::Text { from, to }, Some(Content::Text { text, .. })) => {
                Change::Text(text.get(from..to).unwrap_or_default())
            }
            (EventKind::Value, Some(Content::Value(value))) => Change::Value(value),
            (EventKind::Withdrawn, _) => Change::Withdrawn,
            _ => Change::Complete,
        }
    }
}

impl std::fmt::Debug for Delta<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Delta").field("path", &self.path()).field("change", &self.change()).finish()
    }
}

impl Tree {
    /// Forgets the changes that have been told.
    pub(super) fn settle(&mut self) {
        self.events.clear();
    }

    pub(super) fn deltas(&self) -> impl Iterator<Item = Delta<'_>> {
        self.events.iter().map(|event| Delta { tree: self, event: *event })
    }

    /// A new root; an earlier one is withdrawn.
    pub(super) fn push_root(&mut self, content: Content) -> NodeId {
        if let Some(old) = self.root {
            self.withdraw(old);
        }
        let id = self.push(None, Segment::Root, content);
        self.root = Some(id);
        id
    }

    /// Takes the root back, as what follows it is the answer.
    pub(super) fn drop_root(&mut self) {
        if let Some(old) = self.root.take() {
            self.withdraw(old);
        }
    }

    pub(super) fn push_item(&mut self, list: NodeId) -> NodeId {
        let index = match self.nodes.get(list).map(|node| &node.content) {
            Some(Content::List(items)) => items.len(),
            _ => 0,
        };
        let id = self.push(Some(list), Segment::Index(index), Content::Nothing);
        if let Some(Content::List(items)) = self.content_mut(list) {
            items.push(id);
        }
        id
    }

    /// The value of a key; an earlier value of the same key is withdrawn.
    pub(super) fn push_key(&mut self, object: NodeId, key: &str) -> NodeId {
        let id = self.push(Some(object), Segment::Key(key.to_owned()), Content::Nothing);
        let mut replaced = None;
        if let Some(Content::Object(entries)) = self.content_mut(object) {
            match entries.places.get(key).and_then(|at| entries.nodes.get_mut(*at)) {
                Some(slot) => replaced = Some(std::mem::replace(slot, id)),
                None => {
                    entries.places.insert(key.to_owned(), entries.nodes.len());
                    entries.nodes.push(id);
                }
            }
        }
        if let Some(replaced) = replaced {
            self.withdraw(replaced);
        }
        id
    }

    pub(super) fn open(&mut self, id: NodeId, content: Content) {
        if let Some(slot) = self.content_mut(id) {
            *slot = content;
        }
    }

    /// Appends to a text without telling of it.
    pub(super) fn append(&mut self, id: NodeId, text: &str) {
        if let Some(Content::Text { text: all, .. }) = self.content_mut(id) {
            all.push_str(text);
        }
    }

    pub(super) fn text(&self, id: NodeId) -> &str {
        match self.nodes.get(id).map(|node| &node.content) {
            Some(Content::Text { text, .. }) => text,
            _ => "",
        }
    }

    /// Tells of what was added to a text.
    pub(super) fn tell(&mut self, node: NodeId) {
        let Some(Content::Text { text, told }) = self.content_mut(node) else { return };
        let (from, to) = (told.unwrap_or(0), text.len());
        *told = Some(to);
        if from < to {
            self.events.push(Event { node, kind: EventKind::Text { from, to } });
        }
    }

    pub(super) fn set(&mut self, node: NodeId, value: Value) {
        self.open(node, Content::Value(value));
        self.complete(node);
    }

    pub(super) fn complete(&mut self, node: NodeId) {
        let Some(slot) = self.nodes.get_mut(node) else { return };
        slot.complete = true;
        let kind = match slot.content {
            Content::Value(_) => EventKind::Value,
            Content::Nothing => return,
            _ => EventKind::Complete,
        };
        self.events.push(Event { node, kind });
    }

    /// The value as far as it is known.
    pub(super) fn value(&self) -> Option<Value> {
        self.value_of(self.root?)
    }

    /// Whether what stands at the pointer is complete; `None` if nothing is known of it.
    pub(super) fn is_complete(&self, pointer: &str) -> Option<bool> {
        let mut node = self.nodes.get(self.root?)?;
        for segment in pointer.split('/').skip(1) {
            let children = match &node.content {
                Content::List(items) => items,
                Content::Object(entries) => &entries.nodes,
                _ => return None,
            };
            let mut written = String::new();
            node = children.iter().filter_map(|child| self.nodes.get(*child)).find(|child| {
                written.clear();
                child.segment.write(&mut written);
                written.get(1..) == Some(segment)
            })?;
        }
        let known = !matches!(node.content, Content::Nothing | Content::Text { told: None, .. });
        known.then_some(node.complete)
    }

    fn value_of(&self, id: NodeId) -> Option<Value> {
        let node = self.nodes.get(id)?;
        Some(match &node.content {
            Content::Nothing => return None,
            Content::Text { text, told } => Value::from(text.get(..(*told)?)?),
            Content::Value(value) => value.clone(),
            // Items that are not known yet are the last ones, or are never going to be known.
            Content::List(items) => items.iter().filter_map(|item| self.value_of(*item)).collect(),
            Content::Object(entries) => {
                let mut map = Map::new();
                for entry in &entries.nodes {
                    if let (Some(value), Some(Segment::Key(key))) =
                        (self.value_of(*entry), self.nodes.get(*entry).map(|node| &node.segment))
                    {
                        map.insert(key.clone(), value);
                    }
                }
                Value::Object(map)
            }
        })
    }

    fn push(&mut self, parent: Option<NodeId>, segment: Segment, content: Content) -> NodeId {
        let node = TreeNode { parent, segment, content, complete: false };
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn content_mut(&mut self, id: NodeId) -> Option<&mut Content> {
        self.nodes.get_mut(id).map(|node| &mut node.content)
    }

    fn withdraw(&mut self, id: NodeId) {
        let told = |node: &TreeNode| {
            !matches!(node.content, Content::Nothing | Content::Text { told: None, .. })
        };
        if self.nodes.get(id).is_some_and(told) {
            self.events.push(Event { node: id, kind: EventKind::Withdrawn });
        }
    }

    /// The parent of a node, if it is a root.
    fn parent_root(&self, id: NodeId) -> Option<NodeId> {
        let parent = self.nodes.get(id)?.parent?;
        let is_root = matches!(self.nodes.get(parent)?.segment, Segment::Root);
        is_root.then_some(parent)
    }

    fn pointer(&self, id: NodeId) -> String {
        let mut chain = Vec::new();
        let mut next = self.nodes.get(id);
        while let Some(node) = next {
            chain.push(&node.segment);
            next = node.parent.and_then(|parent| self.nodes.get(parent));
        }
        let mut pointer = String::new();
        chain.iter().rev().for_each(|segment| segment.write(&mut pointer));
        pointer
    }
}

impl Segment {
    fn write(&self, pointer: &mut String) {
        match self {
            Self::Root => {}
            Self::Key(key) => push_key(pointer, key),
            Self::Index(index) => push_index(pointer, *index),
        }
    }
}
