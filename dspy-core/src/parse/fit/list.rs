//! List targets, tuples and sets among them.

use serde_json::Value;

use super::{Fault, Fitter};
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::node::Node;
use crate::parse::repair::RepairKind;
use crate::parse::schemas::ListFacts;

impl<'d> Fitter<'d> {
    pub(super) fn fit_list(&mut self, node: &Node, list: &ListFacts<'d>) -> Result<Value, Fault> {
        match node {
            Node::List(items) => return self.items(items, node, list),
            Node::Null => {
                self.repair(RepairKind::EmptyList, "null", "[]");
                return self.items(&[], node, list);
            }
            Node::Text(text) => {
                if let Some(inner) = self.decoded(text)? {
                    let fitted = self.fit_list(&inner, list);
                    self.decodes -= 1;
                    return fitted;
                }
                return self.fit_list_text(text, node, list);
            }
            Node::Object { entries, cut: false } => {
                if let [(_, inner @ Node::List(_))] = entries.as_slice()
                    && let Some(value) = self.fit_wrapped_list(node, inner, list)?
                {
                    return Ok(value);
                }
            }
            _ => {}
        }
        self.wrap(node, list)
    }

    /// `{"items": […]}`; nothing if the object is an item itself.
    fn fit_wrapped_list(
        &mut self,
        node: &Node,
        inner: &Node,
        list: &ListFacts<'d>,
    ) -> Result<Option<Value>, Fault> {
        let Node::List(items) = inner else { return Ok(None) };
        let as_item = if self.holds_texts(list)? {
            Err(self.mismatch("text", node))
        } else {
            self.judge_items(std::slice::from_ref(node), node, list)?
        };
        match (as_item, self.judge_items(items, inner, list)?) {
            (Ok(one), Ok(other)) if one.name != other.name => {
                let alone = excerpt(&format!("[{}]", excerpt_node(node)));
                Err(self.ambiguous("a list", node, vec![alone, excerpt_node(inner)]))
            }
            (Ok(_), Err(_)) => Ok(None),
            (_, judged) => {
                self.repair(RepairKind::Unwrapped, node, "");
                match judged {
                    Ok(verdict) if self.trials.running => Ok(Some(self.stand_in(verdict))),
                    _ => self.items(items, inner, list).map(Some),
                }
            }
        }
    }

    /// A single value as the only item.
    pub(super) fn wrap(&mut self, node: &Node, list: &ListFacts<'d>) -> Result<Value, Fault> {
        let tuple = list.prefix.is_some();
        // `false` says that there are no texts as well as it says `false`.
        let no_text = matches!(node, Node::Object { .. } | Node::Bool(_));
        if tuple || self.holds_lists(list)? || (no_text && self.holds_texts(list)?) {
            return Err(self.mismatch("a list", node));
        }
        let value = self.items(std::slice::from_ref(node), node, list)?;
        self.repair(RepairKind::Wrapped, node, "");
        Ok(value)
    }

    /// Whether the items are lists themselves, so that wrapping a value would be a guess.
    fn holds_lists(&self, list: &ListFacts<'d>) -> Result<bool, Fault> {
        match list.items {
            Some(items) => Ok(self.schemas.wants(items)?.list),
            None => Ok(false),
        }
    }

    /// Whether the items are texts, so that an object among them would have to become one.
    fn holds_texts(&self, list: &ListFacts<'d>) -> Result<bool, Fault> {
        match list.items {
            Some(items) => {
                let wants = self.schemas.wants(items)?;
                Ok(wants.text && !wants.object && !wants.anything)
            }
            None => Ok(false),
        }
    }

    pub(super) fn items(
        &mut self,
        items: &[Node],
        node: &Node,
        list: &ListFacts<'d>,
    ) -> Result<Value, Fault> {
        let (prefix, rest) = (list.prefix, list.items);
        if let Some(prefix) = prefix {
            let open = rest.is_some_and(|rest| *rest != Value::Bool(false));
            if items.len() < prefix.len() || (items.len() > prefix.len() && !open) {
                let expected = format!("a list of {} values", prefix.len());
                return Err(self.mismatch(&expected, node));
            }
        }
        // A list of lists whose items are not lists says nothing about where each of them ends.
        let nested = self.holds_lists(list)? && !self.accepts_beside_list(rest)?;
        let rest_facts = rest.map(|rest| self.schemas.facts(rest)).transpose()?;
        let first_of_rest = prefix.map_or(0, Vec::len);
        let mut values = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let item_schema = prefix.and_then(|prefix| prefix.get(index)).or(rest);
            self.path.push_index(index);
            let is_list = match item {
                Node::List(_) => true,
                Node::Text(text) => text.trim_start().starts_with('['),
                _ => false,
            };
            if nested && !is_list {
                return Err(self.mismatch("a list", item));
            }
            values.push(match (item_schema, &rest_facts) {
                (Some(_), Some(facts)) if index >= first_of_rest => self.fit_child(item, facts)?,
                (Some(schema), _) => self.fit(item, schema)?,
                (None, _) => item.to_value(),
            });
            self.path.pop();
        }
        if list.unique {
            values = self.unique(values)?;
        }
        self.counted(values, node, list)
    }

    /// Whether the items of a list may also be something else than lists.
    fn accepts_beside_list(&self, items: Option<&'d Value>) -> Result<bool, Fault> {
        let Some(items) = items else { return Ok(true) };
        let wants = self.schemas.wants(items)?;
        Ok(wants.object || wants.scalar || wants.text || wants.null || wants.anything)
    }

    fn unique(&mut self, values: Vec<Value>) -> Result<Vec<Value>, Fault> {
        let mut seen = std::collections::HashSet::new();
        let mut unique = Vec::with_capacity(values.len());
        for value in values {
            let written = value.to_string();
            self.budget.spend(written.len() / 16)?;
            if seen.contains(&written) {
                self.repair(RepairKind::DuplicateItem, &written, "");
            } else {
                seen.insert(written);
                unique.push(value);
            }
        }
        Ok(unique)
    }

    fn counted(
        &self,
        values: Vec<Value>,
        node: &Node,
        list: &ListFacts<'d>,
    ) -> Result<Value, Fault> {
        let count = values.len() as u64;
        if let Some(all) = list.most.filter(|most| *most == list.least && count != *most) {
            return Err(self.mismatch(&format!("a list of exactly {all} items"), node));
        }
        if count < list.least {
            let expected = format!("a list of at least {} items", list.least);
            return Err(self.mismatch(&expected, node));
        }
        if let Some(most) = list.most.filter(|most| count > *most) {
            return Err(self.mismatch(&format!("a list of at most {most} items"), node));
        }
        Ok(Value::Array(values))
    }
}
