//! Lists that are written as text: bullets, lines, pieces between commas, tables, or one item.

use std::rc::Rc;

use serde_json::Value;

use super::{Fault, Fitter};
use crate::parse::candidates;
use crate::parse::lists;
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;
use crate::parse::schemas::{ListFacts, Wants};
use crate::parse::words::is_null_word;

/// What is asked for instead.
const EXPECTED: &str = "a list (write it as a JSON array)";

impl<'d> Fitter<'d> {
    pub(super) fn fit_list_text(
        &mut self,
        text: &str,
        node: &Node,
        list: &ListFacts<'d>,
    ) -> Result<Value, Fault> {
        let wants = match list.items {
            Some(items) => self.schemas.wants(items)?,
            None => Wants::default(),
        };
        self.budget.spend(text.len())?;
        if list.prefix.is_some() {
            return match self.unbracketed(text)? {
                Some(inner) => {
                    self.repair(RepairKind::Syntax, text, "[…]");
                    self.items_of(&inner, node, list)
                }
                None => Err(self.mismatch(EXPECTED, node)),
            };
        }
        let scalar = (wants.scalar || wants.text) && !wants.object && !wants.list;
        if is_null_word(text) {
            self.repair(RepairKind::EmptyList, text, "[]");
            return self.items(&[], node, list);
        }
        if wants.object && !wants.text {
            return self.fit_table(text, node, list);
        }
        if text.trim().is_empty() || !scalar {
            return Err(self.mismatch(EXPECTED, node));
        }
        if let Some(inner) = self.unbracketed(text)? {
            self.repair(RepairKind::Syntax, text, "[…]");
            return self.items_of(&inner, node, list);
        }
        let split = lists::bullets(text).or_else(|| {
            let lines = lists::lines(text)?;
            (!wants.text).then_some(lines)
        });
        if let Some(split) = split {
            return self.fit_split(&split, text, node, list);
        }
        if wants.text {
            return self.fit_one_text(text, node, list);
        }
        let before = self.begin(true);
        let alone = self.items(std::slice::from_ref(node), node, list);
        let alone = self.end(&before, alone)?;
        self.undo(&before);
        match (alone, lists::pieces(text)) {
            (Ok(_), Some(_)) => {
                // `1,234` is one number or two.
                Err(self.ambiguous(EXPECTED, node, Vec::new()))
            }
            (Err(_), Some(pieces)) => self.fit_split(&pieces, text, node, list),
            (_, None) => self.wrap(node, list),
        }
    }

    /// `"a", "b"` and `(1, 2)`, which lack nothing but the brackets.
    fn unbracketed(&mut self, text: &str) -> Result<Option<Rc<Node>>, Fault> {
        let text = text.trim();
        let tuple = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        let quoted = |text: &str| text.starts_with(['"', '\'']) && text.ends_with(['"', '\'']);
        let inner = match tuple {
            Some(inner) if inner.contains(',') => inner,
            _ if quoted(text) && text.contains(',') => text,
            _ => return Ok(None),
        };
        let bracketed = format!("[{inner}]");
        match candidates::whole(&bracketed, self.schemas.known(), &self.budget)? {
            Some(read) if !read.bare => Ok(Some(self.trials.keep(read.node))),
            _ => Ok(None),
        }
    }

    /// The items of a list that was found in a text.
    fn items_of(
        &mut self,
        found: &Node,
        node: &Node,
        list: &ListFacts<'d>,
    ) -> Result<Value, Fault> {
        match found {
            Node::List(items) => self.items(items, node, list),
            _ => Err(self.mismatch(EXPECTED, node)),
        }
    }

    /// A text without any mark of a list as its only item, if it cannot be several.
    fn fit_one_text(
        &mut self,
        text: &str,
        node: &Node,
        list: &ListFacts<'d>,
    ) -> Result<Value, Fault> {
        // Whether a comma or an `and` separates items or belongs to the only one cannot be told.
        if lists::may_be_several(text) {
            return Err(self.ambiguous(EXPECTED, node, Vec::new()));
        }
        if lists::is_sentence(text) || text.contains(['[', ']', '{', '}']) {
            return Err(self.mismatch(EXPECTED, node));
        }
        self.wrap(node, list)
    }

    /// The rows of a Markdown table as objects, if its head names properties.
    fn fit_table(&mut self, text: &str, node: &Node, list: &ListFacts<'d>) -> Result<Value, Fault> {
        let rows = lists::table(text, |head| self.schemas.known().recognises(head));
        let Some(rows) = rows else {
            return Err(self.mismatch(EXPECTED, node));
        };
        let rows = self.trials.keep(Node::List(rows));
        let value = self.items_of(&rows, node, list)?;
        self.repair(RepairKind::Split, text, "");
        Ok(value)
    }

    fn fit_split(
        &mut self,
        split: &[&str],
        text: &str,
        node: &Node,
        list: &ListFacts<'d>,
    ) -> Result<Value, Fault> {
        let items: Vec<Node> = split.iter().map(|item| Node::Text(lists::unquoted(item))).collect();
        let value = self.items(&items, node, list)?;
        self.repair(RepairKind::Split, text, "");
        Ok(value)
    }
}
