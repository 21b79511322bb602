//! From the text of an answer to a value: which part of it is meant.

mod choose;
mod echo;

use std::rc::Rc;

use serde_json::Value;

use super::budget::Budget;
use super::candidates;
use super::envelope::{after_opened_thoughts, inside_tags, only_fence, trimmed, unquoted};
use super::envelope::{fences, without_thoughts};
use super::error::ParseError;
use super::exact::Exact;
use super::excerpt::{excerpt, excerpt_node};
use super::fit::Fitter;
use super::node::{Node, is_json, strict, strict_value};
use super::repair::{Repair, RepairKind};
use super::schemas::{Schemas, Shape, Wants};
use super::words::{is_null_word, undressed};
use super::{Parsed, yaml};

/// One text, its schema, and what both of them ask for.
pub(super) struct Answer<'t, 'd> {
    text: &'t str,
    schemas: Rc<Schemas<'d>>,
    wants: Wants,
    budget: Rc<Budget>,
}

impl<'t, 'd> Answer<'t, 'd> {
    /// Over a schema that [`plain`](super::schemas::plain) has gone through.
    pub(super) fn new(text: &'t str, schema: &'d Value) -> Result<Self, ParseError> {
        let schemas = Schemas::new(schema);
        let text = trimmed(text);
        Ok(Self {
            text,
            wants: schemas.wants(schema)?,
            schemas: Rc::new(schemas),
            budget: Rc::new(Budget::for_size(text.len())),
        })
    }

    /// The steps that reading took.
    pub(super) fn spent(&self) -> usize {
        self.budget.spent()
    }

    pub(super) fn read(&self) -> Result<Parsed, ParseError> {
        self.budget.spend(self.text.len())?;
        if self.wants.only_text() {
            return self.read_text();
        }
        if let Some(value) = self.exact(self.text)? {
            return Ok(Parsed::new(value, Vec::new()));
        }
        let body = inside_tags(without_thoughts(self.text));
        let body = unquoted(body);
        let body: &str = &body;
        let mut before = Vec::new();
        if body.len() != self.text.len() {
            before.push(extracted(self.text, body));
        }
        if body.is_empty() && !self.wants.null {
            return Err(self.nothing());
        }
        if (self.wants.list || self.wants.object) && !(self.wants.text || self.wants.anything) {
            return self.read_structure(body, before);
        }
        if is_json(body) {
            return self.read_json(body, before);
        }
        if self.wants.null && (body.is_empty() || is_null_word(undressed(body))) {
            return self.fit(&Node::Text(undressed(body).to_owned()), before);
        }
        if body.is_empty() {
            return Err(self.nothing());
        }
        if self.wants.text || self.wants.anything {
            self.read_text_or_json(body, before)
        } else {
            self.read_scalar(body, before)
        }
    }

    /// A text that is strict JSON and fits as it is.
    fn exact(&self, text: &str) -> Result<Option<Value>, ParseError> {
        let Some(mut value) = strict_value(text) else { return Ok(None) };
        let exact = Exact::new(&self.schemas, text.len());
        let before = exact.left();
        let fits = exact.settle(&mut value, self.schemas.root())?;
        self.budget.spend(before - exact.left())?;
        Ok(fits.then_some(value))
    }

    /// Where nothing but text is wanted, the text is the value; thoughts before it are not.
    fn read_text(&self) -> Result<Parsed, ParseError> {
        let answer = after_opened_thoughts(self.text).filter(|rest| !rest.is_empty());
        let before = answer.map(|rest| extracted(self.text, rest)).into_iter().collect();
        self.fit(&Node::Text(answer.unwrap_or(self.text).to_owned()), before)
    }

    /// A body that is JSON as a whole: there is nothing to search for.
    fn read_json(&self, body: &str, mut before: Vec<Repair>) -> Result<Parsed, ParseError> {
        // Read once more, as this reading keeps the digits of numbers.
        match candidates::whole(body, self.schemas.known(), &self.budget)? {
            Some(read) => {
                before.extend(read.repairs);
                self.fit(&read.node, before)
            }
            None => match strict(body) {
                Some(node) => self.fit(&node, before),
                None => Err(self.nothing()),
            },
        }
    }

    /// Where plain text is as welcome as JSON, only a text that is JSON as a whole is JSON.
    fn read_text_or_json(&self, body: &str, before: Vec<Repair>) -> Result<Parsed, ParseError> {
        let wants = self.wants;
        let fenced = fences(body);
        let starts = body.starts_with(['{', '[']) && (body.ends_with(['}', ']']));
        let whole_fence = body.starts_with("```") && body.ends_with("```") && fenced.len() == 1;
        if (wants.list || wants.object || wants.anything) && (starts || whole_fence) {
            let inner = fenced.first().filter(|_| whole_fence).copied().unwrap_or(body);
            let read = match inner.starts_with(['{', '[']) {
                true => candidates::whole(inner, self.schemas.known(), &self.budget)?,
                false => None,
            };
            if let Some(read) = read {
                let mut repairs = before;
                if whole_fence {
                    repairs.push(extracted(body, inner));
                }
                repairs.extend(read.repairs);
                return self.fit(&read.node, repairs);
            }
        }
        self.fit(&Node::Text(self.text.to_owned()), Vec::new())
    }

    fn read_structure(&self, body: &str, mut before: Vec<Repair>) -> Result<Parsed, ParseError> {
        let plain = only_fence(body);
        let lines = self.read_lines(plain, &before)?;
        if let Some(Ok(parsed)) = lines {
            return Ok(parsed);
        }
        if let Some(parsed) = self.read_only_value(body, &before)? {
            return Ok(parsed);
        }
        if is_json(body) {
            return self.read_json(body, before);
        }
        if self.wants.null && (body.is_empty() || is_null_word(undressed(body))) {
            return self.fit(&Node::Text(undressed(body).to_owned()), before);
        }
        if let Some(text) = encoded(body) {
            before.push(extracted(body, &text));
            return self.fit(&Node::Text(text), before);
        }
        if let Some(opened) = self.without_brace(body)
            && let Some(read) = candidates::whole(&opened, self.schemas.known(), &self.budget)?
        {
            before.push(mended("", "{"));
            before.extend(read.repairs);
            return self.fit(&read.node, before);
        }
        let found = candidates::scan(body, self.schemas.known(), &self.budget, self.skips())?;
        if !found.values.is_empty() || found.broken.is_some() {
            return self.choose(found, before);
        }
        if let Some(failed) = lines {
            return failed;
        }
        if self.wants.list || self.wants.scalar {
            // As prompts write booleans; among other things a word could be a list of one.
            let node = match plain {
                "True" => Node::Bool(true),
                "False" => Node::Bool(false),
                _ => return self.fit(&Node::Text(plain.to_owned()), before),
            };
            before.push(Repair {
                path: String::new(),
                kind: RepairKind::Syntax,
                from: plain.to_owned(),
                to: plain.to_lowercase(),
            });
            return self.fit(&node, before);
        }
        self.read_only_text(body, before)
    }

    /// The only value of the text, if it is strict JSON and fits as it is.
    fn read_only_value(&self, body: &str, before: &[Repair]) -> Result<Option<Parsed>, ParseError> {
        let (Some(start), Some(end)) = (body.find(['{', '[']), body.rfind(['}', ']'])) else {
            return Ok(None);
        };
        let Some(value) = body.get(start..=end) else { return Ok(None) };
        let lead = body.get(..start).unwrap_or_default();
        let tail = body.get(end + 1..).unwrap_or_default();
        let clear = !candidates::is_keyed(body, start, self.schemas.known())
            && !lead.contains(['}', ']'])
            && !lead.contains("\":")
            && !tail.contains("\":")
            && tail.matches('"').count().is_multiple_of(2)
            && !tail.starts_with(',');
        // The whole text has been looked at before.
        if !clear || value.len() == self.text.len() {
            return Ok(None);
        }
        let Some(fits) = self.exact(value)? else { return Ok(None) };
        let mut repairs = before.to_vec();
        if value.len() < body.len() {
            repairs.push(extracted(body, value));
        }
        Ok(Some(Parsed::new(fits, repairs)))
    }

    /// Lines of `key: value`, or nothing if the text is something else.
    fn read_lines(
        &self,
        plain: &str,
        before: &[Repair],
    ) -> Result<Option<Result<Parsed, ParseError>>, ParseError> {
        if plain.starts_with(['{', '[', '"']) {
            return Ok(None);
        }
        let Some(node) = yaml::block(plain, self.schemas.known(), &self.budget)? else {
            return Ok(None);
        };
        let node = if self.wants.list { node } else { yaml::gathered(node) };
        if matches!(&node, Node::List(items) if items.iter().any(|item| !matches!(item, Node::Object { .. })))
        {
            return Ok(None);
        }
        let mut repairs = before.to_vec();
        repairs.push(mended(plain, &excerpt_node(&node)));
        match self.fit(&node, repairs) {
            Err(error) if error.is_fatal() => Err(error),
            fitted => Ok(Some(fitted)),
        }
    }

    /// A single text field may be answered with the text alone.
    fn read_only_text(&self, body: &str, before: Vec<Repair>) -> Result<Parsed, ParseError> {
        let facts = self.schemas.facts(self.schemas.root())?;
        let declared = facts.object().and_then(|object| Some((object, object.declared?)));
        let Some((object, declared)) = declared.filter(|(_, declared)| declared.len() == 1) else {
            return Err(self.nothing());
        };
        let Some((key, property)) = declared.iter().next() else {
            return Err(self.nothing());
        };
        let property = self.schemas.facts(property)?;
        let is_text =
            matches!(*property.shape, Shape::Text) && !property.nullable && object.requires(key);
        if !is_text || body.contains(['{', '}', '[', ']']) || body.starts_with(['<', '"', '\'']) {
            return Err(self.nothing());
        }
        let entries = vec![(key.clone(), Node::Text(body.to_owned()))];
        let mut repairs = before;
        repairs.push(Repair {
            path: format!("/{key}"),
            kind: RepairKind::Wrapped,
            from: excerpt(body),
            to: String::new(),
        });
        self.fit(&Node::Object { entries, cut: false }, repairs)
    }

    /// The body with the brace that it lacks, if it starts with a key of the schema.
    fn without_brace(&self, body: &str) -> Option<String> {
        let known = self.schemas.known();
        let starts = match body.strip_prefix('"') {
            Some(rest) => {
                let (key, rest) = rest.split_once('"')?;
                known.contains(key) && rest.trim_start().starts_with(':')
            }
            // Without quotes it could be YAML, but for the closing brace.
            None => {
                let (key, _) = body.split_once(':')?;
                body.ends_with('}') && !body.contains('{') && known.contains(key.trim_end())
            }
        };
        starts.then(|| format!("{{{body}"))
    }

    fn read_scalar(&self, body: &str, mut before: Vec<Repair>) -> Result<Parsed, ParseError> {
        let plain = inside_tags(only_fence(body));
        if plain.len() < body.len() {
            before.push(extracted(body, plain));
        }
        let prose = if plain.starts_with(['{', '[']) && !self.wants.formatted {
            Err(self.nothing())
        } else {
            self.fit(&Node::Text(plain.to_owned()), before.clone())
        };
        let error = match prose {
            Err(error) if !error.is_fatal() && body.contains(['{', '[']) => error,
            settled => return settled,
        };
        let found = candidates::scan(body, self.schemas.known(), &self.budget, false)?;
        if found.values.is_empty() && found.broken.is_none() {
            return Err(error);
        }
        self.choose(found, before)
    }

    /// Whether a draft that cannot be read may be followed by the answer.
    fn skips(&self) -> bool {
        self.wants.object && !self.wants.list
    }

    fn fit_node(&self, node: &Node) -> Result<(Value, Vec<Repair>), ParseError> {
        Fitter::new(&self.schemas, &self.budget).run(node, self.schemas.root())
    }

    fn fit(&self, node: &Node, mut repairs: Vec<Repair>) -> Result<Parsed, ParseError> {
        let (value, more) = self.fit_node(node)?;
        repairs.extend(more);
        Ok(Parsed::new(value, repairs))
    }

    fn nothing(&self) -> ParseError {
        let wants = self.wants;
        let expected = match (wants.object, wants.list) {
            (true, false) => "a JSON object",
            (false, true) => "a JSON array",
            (true, true) => "JSON",
            _ => "a value",
        };
        ParseError::NotFound { expected: expected.to_owned(), found: excerpt(self.text) }
    }
}

/// JSON that is written inside of a text: `{\"a\": 1}`, or `Output: "{\"a\": 1}"`.
fn encoded(body: &str) -> Option<String> {
    let bracket = body.find(['{', '['])?;
    let quote = body.find('"')?;
    let decoded: String = if bracket == 0 {
        let escaped = quote > 0 && body.get(..quote).is_some_and(|lead| lead.ends_with('\\'));
        escaped.then(|| serde_json::from_str(&format!("\"{body}\"")).ok())??
    } else {
        let start = bracket.checked_sub(1).filter(|start| *start == quote)?;
        let rest = body.get(start..)?;
        serde_json::Deserializer::from_str(rest).into_iter::<String>().next()?.ok()?
    };
    decoded.contains('"').then_some(decoded)
}

fn mended(from: &str, to: &str) -> Repair {
    Repair { path: String::new(), kind: RepairKind::Syntax, from: excerpt(from), to: excerpt(to) }
}

fn extracted(from: &str, to: &str) -> Repair {
    Repair {
        path: String::new(),
        kind: RepairKind::Extracted,
        from: excerpt(from),
        to: excerpt(to),
    }
}
