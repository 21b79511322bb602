//! List targets, tuples and sets among them.

use serde_json::Value;

use super::Fitter;
use crate::parse::error::ParseError;
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::lists;
use crate::parse::node::{Node, strict};
use crate::parse::repair::RepairKind;
use crate::parse::words::is_null_word;

impl Fitter<'_> {
    pub(super) fn fit_list(&mut self, node: &Node, schema: &Value) -> Result<Value, ParseError> {
        let items = match node {
            Node::List(items) => return self.items(items, node, schema),
            Node::Null => {
                self.repair(RepairKind::EmptyList, "null", "[]");
                return self.items(&[], node, schema);
            }
            Node::Text(text) => {
                if let Some(inner) = self.decoded(text)? {
                    let fitted = self.fit_list(&inner, schema);
                    self.decodes -= 1;
                    return fitted;
                }
                return self.fit_list_text(text, node, schema);
            }
            Node::Object { entries, cut: false } => match entries.as_slice() {
                [(_, Node::List(inner))] => {
                    // {"items": […]}, unless the object is an item itself.
                    let wrapped = Node::List(vec![node.clone()]);
                    let as_item = if self.holds_texts(schema)? {
                        Err(self.mismatch("text", node))
                    } else {
                        self.attempt_items(&wrapped, schema)?
                    };
                    let (list, inner_node) = (inner.clone(), Node::List(inner.clone()));
                    match (as_item, self.attempt_items(&inner_node, schema)?) {
                        (Ok(_), Ok(_)) => {
                            let both = vec![excerpt_node(&wrapped), excerpt_node(&inner_node)];
                            return Err(self.ambiguous("a list", node, both));
                        }
                        (Ok(_), Err(_)) => vec![node.clone()],
                        (Err(_), _) => {
                            self.repair(RepairKind::Unwrapped, &excerpt_node(node), "");
                            return self.items(&list, &inner_node, schema);
                        }
                    }
                }
                _ => vec![node.clone()],
            },
            _ => vec![node.clone()],
        };
        self.wrap(&items, node, schema)
    }

    /// A single value as the only item.
    fn wrap(&mut self, items: &[Node], node: &Node, schema: &Value) -> Result<Value, ParseError> {
        let tuple = schema.get("prefixItems").is_some();
        let structure = matches!(node, Node::Object { .. });
        if tuple || self.holds_lists(schema)? || (structure && self.holds_texts(schema)?) {
            return Err(self.mismatch("a list", node));
        }
        let value = self.items(items, node, schema)?;
        self.repair(RepairKind::Wrapped, &excerpt_node(node), "");
        Ok(value)
    }

    fn attempt_items(
        &mut self,
        node: &Node,
        schema: &Value,
    ) -> Result<Result<Value, ParseError>, ParseError> {
        let mark = self.repairs.len();
        let result = self.attempt(node, schema);
        self.repairs.truncate(mark);
        result
    }

    /// Whether the items are lists themselves, so that wrapping a value would be a guess.
    fn holds_lists(&self, schema: &Value) -> Result<bool, ParseError> {
        match schema.get("items") {
            Some(items) => Ok(self.schemas.wants(items)?.list),
            None => Ok(false),
        }
    }

    /// Whether the items are texts, so that an object among them would have to become one.
    fn holds_texts(&self, schema: &Value) -> Result<bool, ParseError> {
        match schema.get("items") {
            Some(items) => {
                let wants = self.schemas.wants(items)?;
                Ok(wants.text && !wants.object && !wants.anything)
            }
            None => Ok(false),
        }
    }

    fn items(&mut self, items: &[Node], node: &Node, schema: &Value) -> Result<Value, ParseError> {
        let prefix = schema.get("prefixItems").and_then(Value::as_array);
        let rest = schema.get("items");
        if let Some(prefix) = prefix {
            let open = rest.is_some_and(|rest| *rest != Value::Bool(false));
            if items.len() < prefix.len() || (items.len() > prefix.len() && !open) {
                let expected = format!("a list of {} values", prefix.len());
                return Err(self.mismatch(&expected, node));
            }
        }
        // A list of lists whose items are not lists says nothing about where each of them ends.
        let nested = self.holds_lists(schema)? && !self.accepts_beside_list(rest)?;
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
            values.push(match item_schema {
                Some(schema) => self.fit(item, schema)?,
                None => item.to_value(),
            });
            self.path.pop();
        }
        if schema.get("uniqueItems") == Some(&Value::Bool(true)) {
            values = self.unique(values)?;
        }
        self.counted(values, node, schema)
    }

    /// Whether the items of a list may also be something else than lists.
    fn accepts_beside_list(&self, items: Option<&Value>) -> Result<bool, ParseError> {
        let Some(items) = items else { return Ok(true) };
        let wants = self.schemas.wants(items)?;
        Ok(wants.object || wants.scalar || wants.text || wants.null || wants.anything)
    }

    fn unique(&mut self, values: Vec<Value>) -> Result<Vec<Value>, ParseError> {
        let mut seen = std::collections::HashSet::new();
        let mut unique = Vec::with_capacity(values.len());
        for value in values {
            let written = value.to_string();
            self.budget.spend(written.len() / 16)?;
            if seen.contains(&written) {
                self.repair(RepairKind::DuplicateItem, &excerpt(&written), "");
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
        schema: &Value,
    ) -> Result<Value, ParseError> {
        let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
        let count = values.len() as u64;
        let (least, most) = (limit("minItems"), limit("maxItems"));
        if least == most && least.is_some_and(|all| count != all) {
            let expected = format!("a list of exactly {} items", least.unwrap_or_default());
            return Err(self.mismatch(&expected, node));
        }
        if least.is_some_and(|least| count < least) {
            let expected = format!("a list of at least {} items", least.unwrap_or_default());
            return Err(self.mismatch(&expected, node));
        }
        if most.is_some_and(|most| count > most) {
            let expected = format!("a list of at most {} items", most.unwrap_or_default());
            return Err(self.mismatch(&expected, node));
        }
        Ok(Value::Array(values))
    }

    /// A list that is written as text: bullets, lines, pieces between commas, or one item.
    fn fit_list_text(
        &mut self,
        text: &str,
        node: &Node,
        schema: &Value,
    ) -> Result<Value, ParseError> {
        let expected = "a list (write it as a JSON array)";
        let items = schema.get("items").unwrap_or(&Value::Bool(true));
        let wants = self.schemas.wants(items)?;
        let scalar = (wants.scalar || wants.text) && !wants.object && !wants.list;
        if is_null_word(text) {
            self.repair(RepairKind::EmptyList, &excerpt(text), "[]");
            return self.items(&[], node, schema);
        }
        if text.trim().is_empty() || !scalar {
            return Err(self.mismatch(expected, node));
        }
        // `"a", "b"` lacks nothing but the brackets.
        if text.trim_start().starts_with('"')
            && let Some(list) = strict(&format!("[{text}]"))
        {
            self.repair(RepairKind::Syntax, &excerpt(text), "[…]");
            return self.fit_list(&list, schema);
        }
        let split = lists::bullets(text).or_else(|| {
            let lines = lists::lines(text)?;
            (!wants.text).then_some(lines)
        });
        if let Some(split) = split {
            return self.fit_split(&split, text, node, schema);
        }
        let pieces = lists::pieces(text);
        if wants.text {
            // Whether a comma separates items or belongs to the only one cannot be told.
            if text.contains(',') {
                return Err(self.ambiguous(expected, node, Vec::new()));
            }
            if lists::is_sentence(text) || text.contains(['[', ']', '{', '}']) {
                return Err(self.mismatch(expected, node));
            }
            return self.wrap(std::slice::from_ref(node), node, schema);
        }
        let alone = self.attempt_items(&Node::List(vec![node.clone()]), schema)?;
        match (alone, pieces) {
            (Ok(_), Some(_)) => {
                // `1,234` is one number or two.
                Err(self.ambiguous(expected, node, Vec::new()))
            }
            (Err(_), Some(pieces)) => self.fit_split(&pieces, text, node, schema),
            (_, None) => self.wrap(std::slice::from_ref(node), node, schema),
        }
    }

    fn fit_split(
        &mut self,
        split: &[&str],
        text: &str,
        node: &Node,
        schema: &Value,
    ) -> Result<Value, ParseError> {
        let items: Vec<Node> = split.iter().map(|item| Node::Text((*item).to_owned())).collect();
        let value = self.items(&items, node, schema)?;
        self.repair(RepairKind::Split, &excerpt(text), "");
        Ok(value)
    }
}
