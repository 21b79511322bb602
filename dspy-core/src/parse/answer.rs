//! From the text of an answer to a value: which part of it is meant.

use serde_json::Value;

use super::budget::Budget;
use super::candidates::{self, Candidate, Found};
use super::envelope::{fences, inside_tag, trimmed, without_thoughts};
use super::error::ParseError;
use super::excerpt::{excerpt, excerpt_node};
use super::fit::Fitter;
use super::node::{Node, strict};
use super::reader::Vocabulary;
use super::repair::{Repair, RepairKind};
use super::schemas::{Schemas, Wants, kind_of, properties, requires};
use super::words::{is_null_word, undressed};
use super::{Parsed, lines};

/// One text, its schema, and what both of them ask for.
pub(super) struct Answer<'a> {
    text: &'a str,
    schemas: Schemas<'a>,
    wants: Wants,
    known: Vocabulary,
    budget: Budget,
}

impl<'a> Answer<'a> {
    pub(super) fn new(text: &'a str, schema: &'a Value) -> Result<Self, ParseError> {
        let schemas = Schemas { root: schema };
        let text = trimmed(text);
        Ok(Self {
            text,
            schemas,
            wants: schemas.wants(schema)?,
            known: schemas.vocabulary(),
            budget: Budget::for_size(text.len()),
        })
    }

    pub(super) fn read(&self) -> Result<Parsed, ParseError> {
        let wants = self.wants;
        if wants.text && !(wants.scalar || wants.list || wants.object || wants.anything) {
            return self.fit(&Node::Text(self.text.to_owned()), Vec::new());
        }
        if let Some(node) = strict(self.text) {
            let parsed = self.fit(&node, Vec::new());
            if parsed.as_ref().is_ok_and(|parsed| parsed.repairs.is_empty()) {
                return parsed;
            }
        }
        let body = without_thoughts(self.text);
        let body = inside_tag(body).unwrap_or(body);
        let mut before = Vec::new();
        if body.len() != self.text.len() {
            before.push(extracted(self.text, body));
        }
        if strict(body).is_some() {
            return self.read_json(body, before);
        }
        if wants.null && (body.is_empty() || is_null_word(undressed(body))) {
            return self.fit(&Node::Text(undressed(body).to_owned()), before);
        }
        if body.is_empty() {
            return Err(self.nothing());
        }
        if wants.text || wants.anything {
            self.read_text_or_json(body, before)
        } else if wants.list || wants.object {
            self.read_structure(body, before)
        } else {
            self.read_scalar(body, before)
        }
    }

    /// A body that is JSON as a whole: there is nothing to search for.
    fn read_json(&self, body: &str, mut before: Vec<Repair>) -> Result<Parsed, ParseError> {
        // Read once more, as this reading keeps the digits of numbers.
        match candidates::whole(body, &self.known, &self.budget)? {
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
                true => candidates::whole(inner, &self.known, &self.budget)?,
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
        if let Some(opened) = self.without_brace(body)
            && let Some(read) = candidates::whole(&opened, &self.known, &self.budget)?
        {
            before.push(Repair {
                path: String::new(),
                kind: RepairKind::Syntax,
                from: String::new(),
                to: "{".to_owned(),
            });
            before.extend(read.repairs);
            return self.fit(&read.node, before);
        }
        let found = candidates::scan(body, &self.known, &self.budget)?;
        if !found.values.is_empty() || found.broken.is_some() {
            return self.choose(found, before);
        }
        let plain = match fences(body).as_slice() {
            [only] => only,
            _ => body,
        };
        let schema = self.schemas.resolve(self.schemas.root)?;
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
        if let Some(read) = lines::block(plain, &self.known) {
            let mut repairs = before;
            repairs.push(Repair {
                path: String::new(),
                kind: RepairKind::Syntax,
                from: excerpt(plain),
                to: excerpt_node(&read),
            });
            return self.fit(&read, repairs);
        }
        // A single text field may be answered with the text alone.
        let only = properties(&schema).filter(|properties| properties.len() == 1);
        if let Some((key, property)) = only.and_then(|properties| properties.iter().next()) {
            let resolved = self.schemas.resolve(property)?;
            let is_text = kind_of(&resolved) == Some("string")
                && self.schemas.choices(&resolved)?.is_none()
                && requires(&schema, key);
            if is_text
                && !body.contains(['{', '}', '[', ']'])
                && !body.starts_with(['<', '"', '\''])
            {
                let entries = vec![(key.clone(), Node::Text(body.to_owned()))];
                let mut repairs = before;
                repairs.push(Repair {
                    path: format!("/{key}"),
                    kind: RepairKind::Wrapped,
                    from: excerpt(body),
                    to: String::new(),
                });
                return self.fit(&Node::Object { entries, cut: false }, repairs);
            }
        }
        Err(self.nothing())
    }

    /// The body with the brace that it lacks, if it starts with a key of the schema.
    fn without_brace(&self, body: &str) -> Option<String> {
        let (key, rest) = body.strip_prefix('"')?.split_once('"')?;
        let starts = self.known.contains(key) && rest.trim_start().starts_with(':');
        starts.then(|| format!("{{{body}"))
    }

    fn read_scalar(&self, body: &str, mut before: Vec<Repair>) -> Result<Parsed, ParseError> {
        let plain = match fences(body).as_slice() {
            [only] => {
                before.push(extracted(body, only));
                only
            }
            _ => body,
        };
        let prose = if plain.starts_with(['{', '[']) && !self.wants.formatted {
            Err(self.nothing())
        } else {
            self.fit(&Node::Text(plain.to_owned()), before.clone())
        };
        let error = match prose {
            Err(error) if !error.is_fatal() && body.contains(['{', '[']) => error,
            settled => return settled,
        };
        let found = candidates::scan(body, &self.known, &self.budget)?;
        if found.values.is_empty() && found.broken.is_none() {
            return Err(error);
        }
        self.choose(found, before)
    }

    /// The value that is meant: objects correct each other, so the last one counts; lists in prose
    /// may be references, so several of them are ambiguous.
    fn choose(&self, found: Found, before: Vec<Repair>) -> Result<Parsed, ParseError> {
        if let Some(error) = found.broken {
            return Err(error);
        }
        let mut fits: Vec<(bool, Parsed)> = Vec::new();
        let mut failed: Option<ParseError> = None;
        let mut failed_after = false;
        let prefers_lists = self.wants.list && !self.wants.object;
        for candidate in &found.values {
            let mut repairs = before.clone();
            if !candidate.alone {
                repairs.push(extracted(self.text, &excerpt_node(&candidate.read.node)));
            }
            repairs.extend(candidate.read.repairs.iter().cloned());
            match self.fit(&candidate.read.node, repairs) {
                Ok(parsed) => {
                    fits.push((candidate.is_object(), parsed));
                    failed_after = false;
                }
                Err(error) if error.is_fatal() => return Err(error),
                Err(error) => {
                    // An answer that fails is told about, a `{placeholder}` is not.
                    let meant = self.is_meant(candidate);
                    failed_after |= meant;
                    if meant || failed.is_none() {
                        failed = Some(error);
                    }
                }
            }
        }
        let objects = found.values.iter().filter(|candidate| candidate.is_object()).count();
        let lists_fit = fits.iter().any(|(is_object, _)| !is_object);
        if prefers_lists && objects > 1 && !lists_fit {
            return self.gather(found, before);
        }
        if let (true, Some(error)) = (failed_after, &failed) {
            return Err(error.clone());
        }
        let objects_fit = fits.iter().any(|(is_object, _)| *is_object);
        if prefers_lists && lists_fit {
            fits.retain(|(is_object, _)| !is_object);
        } else if objects_fit {
            fits.retain(|(is_object, _)| *is_object);
        }
        let Some((is_object, mut last)) = fits.pop() else {
            return Err(failed.unwrap_or_else(|| self.nothing()));
        };
        let other = fits.iter().find(|(_, parsed)| parsed.value != last.value);
        if let Some((_, other)) = other {
            let (from, to) = (excerpt(&other.value.to_string()), excerpt(&last.value.to_string()));
            if !is_object || !self.wants.object {
                return Err(ParseError::Ambiguous {
                    path: String::new(),
                    expected: "one value".to_owned(),
                    found: excerpt(self.text),
                    candidates: vec![from, to],
                });
            }
            last.repairs.push(Repair {
                path: String::new(),
                kind: RepairKind::Superseded,
                from,
                to,
            });
            last = Parsed::new(last.value, last.repairs);
        }
        Ok(last)
    }

    /// Objects after each other, as the items of the list that is asked for.
    fn gather(&self, found: Found, before: Vec<Repair>) -> Result<Parsed, ParseError> {
        let mut repairs = before;
        let mut items = Vec::new();
        for candidate in found.values.into_iter().filter(Candidate::is_object) {
            for mut repair in candidate.read.repairs {
                repair.path = format!("/{}{}", items.len(), repair.path);
                repairs.push(repair);
            }
            items.push(candidate.read.node);
        }
        repairs.push(Repair {
            path: String::new(),
            kind: RepairKind::Gathered,
            from: format!("{} objects", items.len()),
            to: String::new(),
        });
        self.fit(&Node::List(items), repairs)
    }

    /// Whether a value that does not fit was meant as the answer: it has keys of the schema.
    fn is_meant(&self, candidate: &Candidate) -> bool {
        match &candidate.read.node {
            Node::Object { entries, .. } => entries.iter().any(|(key, _)| self.known.contains(key)),
            Node::List(items) => {
                let structured = items.iter().any(|item| !matches!(item, Node::Text(_)));
                self.wants.list && items.len() > 1 && (structured || !candidate.read.bare)
            }
            _ => false,
        }
    }

    fn fit(&self, node: &Node, mut repairs: Vec<Repair>) -> Result<Parsed, ParseError> {
        let fitter = Fitter::new(self.schemas, &self.known, &self.budget);
        let (value, more) = fitter.run(node)?;
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

fn extracted(from: &str, to: &str) -> Repair {
    Repair {
        path: String::new(),
        kind: RepairKind::Extracted,
        from: excerpt(from),
        to: excerpt(to),
    }
}
