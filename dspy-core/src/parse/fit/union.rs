//! Unions: the alternative that fits best, and only if there is one.

use serde_json::{Map, Value};

use super::{Fitter, keys};
use crate::parse::error::ParseError;
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::node::Node;
use crate::parse::repair::{Level, Repair, RepairKind};
use crate::parse::schemas::{Choice, kind_of, properties, required, requires};

/// The most reasons that an error gives.
const REASONS: usize = 6;

/// What an alternative costs: things lost, things changed, things spelled differently.
type Cost = (usize, usize, usize);

struct Fit {
    value: Value,
    repairs: Vec<Repair>,
    cost: Cost,
}

impl Fitter<'_> {
    pub(super) fn fit_union(
        &mut self,
        node: &Node,
        variants: &[Value],
    ) -> Result<Value, ParseError> {
        if let Node::Object { entries, cut } = node
            && let Some(tag) = self.tag(variants)?
        {
            return self.fit_tagged(node, entries, *cut, variants, &tag);
        }
        let mut fits: Vec<Fit> = Vec::new();
        let mut reasons = Vec::new();
        let mut last = None;
        for variant in variants {
            let mark = self.repairs.len();
            // A text alternative must not hide why the structure that was meant does not fit.
            let structure = matches!(node, Node::List(_) | Node::Object { .. });
            let fitted = if structure && kind_of(variant) == Some("string") {
                Err(self.mismatch("text", node))
            } else if let Some(key) = foreign_key(node, variant, variants) {
                Err(self.unknown_key(key, variant))
            } else {
                self.attempt(node, variant)?
            };
            match fitted {
                Ok(value) => {
                    let repairs = self.repairs.split_off(mark.min(self.repairs.len()));
                    fits.push(Fit { value, cost: cost(&repairs), repairs });
                }
                Err(error) => {
                    if !reasons.contains(&error.to_string()) && reasons.len() < REASONS {
                        reasons.push(error.to_string());
                    }
                    last = Some(error);
                }
            }
        }
        let Some(best) = fits.iter().map(|fit| fit.cost).min() else {
            return Err(match (reasons.len(), last) {
                (1, Some(only)) => only,
                _ => ParseError::NoAlternative {
                    path: self.path.pointer(),
                    found: excerpt_node(node),
                    reasons,
                },
            });
        };
        fits.retain(|fit| fit.cost == best);
        let mut rest = fits.into_iter();
        let Some(first) = rest.next() else {
            return Err(self.mismatch("one of the alternatives", node));
        };
        let others: Vec<Value> =
            rest.map(|fit| fit.value).filter(|value| *value != first.value).collect();
        if !others.is_empty() {
            let all = std::iter::once(&first.value).chain(&others);
            let shown = all.map(|value| excerpt(&value.to_string())).take(REASONS).collect();
            return Err(self.ambiguous("one of several alternatives", node, shown));
        }
        self.repairs.extend(first.repairs);
        Ok(first.value)
    }

    /// The key whose value names the variant, with the name of each, if all variants have one.
    fn tag(&self, variants: &[Value]) -> Result<Option<(String, Vec<Choice>)>, ParseError> {
        let Some(first) = variants.first().and_then(properties) else {
            return Ok(None);
        };
        for key in first.keys() {
            let mut names: Vec<Choice> = Vec::with_capacity(variants.len());
            for variant in variants {
                let property = properties(variant).and_then(|properties| properties.get(key));
                let Some(property) = property.filter(|_| requires(variant, key)) else {
                    break;
                };
                let property = self.schemas.resolve(property)?;
                match self.schemas.choices(&property)?.as_deref() {
                    Some([only]) if only.value.is_string() => names.push(only.clone()),
                    _ => break,
                }
            }
            let distinct = names.iter().enumerate().all(|(index, name)| {
                names.iter().skip(index + 1).all(|other| other.value != name.value)
            });
            if names.len() == variants.len() && distinct {
                return Ok(Some((key.clone(), names)));
            }
        }
        Ok(None)
    }

    fn fit_tagged(
        &mut self,
        node: &Node,
        entries: &[(String, Node)],
        cut: bool,
        variants: &[Value],
        (key, names): &(String, Vec<Choice>),
    ) -> Result<Value, ParseError> {
        let written = entries
            .iter()
            .find(|(written, _)| written == key)
            .or_else(|| entries.iter().find(|(written, _)| keys::same(written, key)));
        if let Some((_, written)) = written {
            let mark = self.repairs.len();
            self.path.push_key(key);
            let name = self.fit_choice(written, names)?;
            self.path.pop();
            // The variant fits the tag once more, and keeps its repair.
            self.repairs.truncate(mark);
            let index = names.iter().position(|choice| choice.value == name);
            return match index.and_then(|index| variants.get(index)) {
                // The variant may be a union itself.
                Some(variant) => self.fit(node, variant),
                None => Err(self.mismatch("a known tag", node)),
            };
        }
        let declared: Vec<(&Value, &Map<String, Value>)> =
            variants.iter().filter_map(|variant| Some((variant, properties(variant)?))).collect();
        let mut possible = Vec::new();
        for ((variant, declared), name) in declared.into_iter().zip(names) {
            let matched = keys::matched(entries, declared);
            let mut needed = required(variant).filter(|needed| needed != key).peekable();
            let says_something = needed.peek().is_some();
            if says_something && needed.all(|needed| matched.contains(&Some(needed))) {
                possible.push((variant, name));
            }
        }
        match possible.as_slice() {
            [(variant, name)] if !cut => {
                let mut tagged = vec![(key.clone(), Node::Text(name.label.clone()))];
                tagged.extend(entries.iter().cloned());
                let tagged = Node::Object { entries: tagged, cut };
                let value = self.fit(&tagged, variant)?;
                self.repair(RepairKind::TagFilled, "", &name.label);
                Ok(value)
            }
            [] | [_] => Err(ParseError::MissingKey { path: self.path.pointer(), key: key.clone() }),
            several => {
                let labels = several.iter().map(|(_, name)| name.label.clone()).collect();
                Err(self.ambiguous(&format!("an object with the tag `{key}`"), node, labels))
            }
        }
    }
}

/// A key of the object that another alternative declares and this one does not: to leave it out
/// would hide that the other one was meant.
fn foreign_key<'n>(node: &'n Node, variant: &Value, variants: &[Value]) -> Option<&'n str> {
    let Node::Object { entries, .. } = node else {
        return None;
    };
    let own = properties(variant)?;
    if variant.get("additionalProperties").is_some() {
        return None;
    }
    let declares = |variant: &Value, key: &str| {
        properties(variant).is_some_and(|properties| properties.contains_key(key))
    };
    let foreign = |(key, value): &&(String, Node)| {
        !matches!(value, Node::Null)
            && !own.contains_key(key)
            && variants.iter().any(|other| declares(other, key))
    };
    entries.iter().find(foreign).map(|(key, _)| key.as_str())
}

fn cost(repairs: &[Repair]) -> Cost {
    let lossy = repairs.iter().filter(|repair| repair.level() == Level::Lossy).count();
    let cosmetic = repairs.iter().filter(|repair| repair.kind.is_cosmetic()).count();
    (lossy, repairs.len() - lossy - cosmetic, cosmetic)
}
