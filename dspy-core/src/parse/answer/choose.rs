//! Which of several values of a text is the answer.

use serde_json::Value;

use super::echo::is_echo;
use super::{Answer, extracted};
use crate::parse::Parsed;
use crate::parse::candidates::{Candidate, Found};
use crate::parse::error::ParseError;
use crate::parse::excerpt::{excerpt, excerpt_node};
use crate::parse::fit::cost;
use crate::parse::node::Node;
use crate::parse::repair::{Repair, RepairKind};

/// How many candidates before the chosen one are compared with it.
const COMPARED: usize = 64;

/// How many candidates that do not fit are tried.
const MAX_FAILURES: usize = 1000;

/// A candidate that fits.
struct Fit<'c> {
    candidate: &'c Candidate,
    value: Value,
    repairs: Vec<Repair>,
}

impl Fit<'_> {
    /// What was lost and what was changed.
    fn cost(&self) -> (usize, usize) {
        let (lost, changed, _) = cost(&self.repairs);
        let (lost_before, changed_before, _) = cost(&self.candidate.read.repairs);
        (lost + lost_before, changed + changed_before)
    }
}

impl Answer<'_, '_> {
    /// The value that is meant: objects correct each other, so the last one counts; lists in prose
    /// may be references, so of those the one counts that fits best, and only if it is the only one.
    pub(super) fn choose(
        &self,
        mut found: Found,
        before: Vec<Repair>,
    ) -> Result<Parsed, ParseError> {
        if let Some(error) = found.broken {
            return Err(error);
        }
        // What is not an example counts, if there is something else.
        if found.values.iter().any(|candidate| !is_echo(&candidate.read.node)) {
            found.values.retain(|candidate| !is_echo(&candidate.read.node));
        }
        if let Some(error) = found.skipped.take() {
            return self.after_broken(&found, error, before);
        }
        if self.wants.list && !self.wants.object {
            self.choose_list(found, before)
        } else {
            self.choose_last(&found, before)
        }
    }

    /// The last object that fits, or the only list where no object does.
    fn choose_last(&self, found: &Found, before: Vec<Repair>) -> Result<Parsed, ParseError> {
        let mut chosen: Option<Fit<'_>> = None;
        let mut failed = None;
        let mut failures = 0;
        let mut compared = 0;
        for candidate in found.values.iter().rev() {
            let kind_settled = chosen
                .as_ref()
                .is_some_and(|fit| fit.candidate.is_object() && !candidate.is_object());
            if kind_settled {
                continue;
            }
            let (value, repairs) = match self.fit_node(&candidate.read.node) {
                Ok(fitted) => fitted,
                Err(error) if error.is_fatal() => return Err(error),
                Err(error) => {
                    // An answer that fails is told about, a `{placeholder}` is not.
                    if chosen.is_none() && self.is_meant(candidate) {
                        return Err(error);
                    }
                    failed = Some(error);
                    failures += 1;
                    // So many brackets that are no answer are prose.
                    if failures >= MAX_FAILURES {
                        break;
                    }
                    continue;
                }
            };
            let Some(last) = &chosen else {
                chosen = Some(Fit { candidate, value, repairs });
                continue;
            };
            if candidate.is_object() && !last.candidate.is_object() {
                chosen = Some(Fit { candidate, value, repairs });
                continue;
            }
            let corrects = last.candidate.is_object() && self.wants.object;
            if value != last.value || (corrects && compared >= COMPARED) {
                let from = excerpt(&value.to_string());
                if !corrects {
                    return Err(self.several(from, &last.value));
                }
                let parsed = chosen.map(|fit| self.told(fit, before));
                return parsed.map(|last| superseding(last, from)).ok_or_else(|| self.nothing());
            }
            compared += 1;
        }
        match chosen {
            Some(fit) => Ok(self.told(fit, before)),
            None => Err(failed.unwrap_or_else(|| self.nothing())),
        }
    }

    /// The list that fits best, if it is the only one; or the objects as its items.
    fn choose_list(&self, found: Found, before: Vec<Repair>) -> Result<Parsed, ParseError> {
        let mut best: Option<Fit<'_>> = None;
        let mut rival: Option<Value> = None;
        let mut failed: Option<ParseError> = None;
        let mut failed_after = false;
        let mut failures = 0;
        for candidate in found.values.iter().filter(|candidate| !candidate.is_object()) {
            match self.fit_node(&candidate.read.node) {
                Ok((value, repairs)) => {
                    failed_after = false;
                    let fit = Fit { candidate, value, repairs };
                    match &best {
                        Some(other) if other.cost() < fit.cost() => {}
                        Some(other) if other.cost() == fit.cost() => {
                            if other.value != fit.value {
                                rival = Some(fit.value);
                                if fit.repairs.is_empty() && candidate.read.repairs.is_empty() {
                                    // Nothing that follows can be better.
                                    break;
                                }
                            }
                        }
                        _ => {
                            best = Some(fit);
                            rival = None;
                        }
                    }
                }
                Err(error) if error.is_fatal() => return Err(error),
                Err(error) => {
                    let meant = self.is_meant(candidate);
                    failed_after |= meant;
                    failures += 1;
                    if failures >= MAX_FAILURES {
                        return Err(error);
                    }
                    if meant || failed.is_none() {
                        failed = Some(error);
                    }
                }
            }
        }
        let objects = || found.values.iter().filter(|candidate| candidate.is_object());
        let Some(fit) = best else {
            return match (objects().count(), failed) {
                (0, Some(error)) => Err(error),
                (0, None) => Err(self.nothing()),
                (1, _) => {
                    let last = objects().next_back().map(|it| self.fit_candidate(it, &before));
                    last.unwrap_or_else(|| Err(self.nothing()))
                }
                _ => self.gather(found, before),
            };
        };
        if let (true, Some(error)) = (failed_after, failed) {
            return Err(error);
        }
        if let Some(rival) = rival {
            return Err(self.several(excerpt(&fit.value.to_string()), &rival));
        }
        // An object outside of the list may be one of its items.
        if let Some(stray) = objects().find(|candidate| self.is_meant(candidate)) {
            return Err(self.several(excerpt_node(&stray.read.node), &fit.value));
        }
        Ok(self.told(fit, before))
    }

    fn several(&self, one: String, other: &Value) -> ParseError {
        ParseError::Ambiguous {
            path: String::new(),
            expected: "one value".to_owned(),
            found: excerpt(self.text),
            candidates: vec![one, excerpt(&other.to_string())],
        }
    }

    /// The value with all that was done to get it.
    fn told(&self, fit: Fit<'_>, before: Vec<Repair>) -> Parsed {
        let mut all = before;
        if !fit.candidate.alone {
            all.push(extracted(self.text, &excerpt_node(&fit.candidate.read.node)));
        }
        all.extend(fit.candidate.read.repairs.iter().cloned());
        all.extend(fit.repairs);
        Parsed::new(fit.value, all)
    }

    fn fit_candidate(
        &self,
        candidate: &Candidate,
        before: &[Repair],
    ) -> Result<Parsed, ParseError> {
        let (value, repairs) = self.fit_node(&candidate.read.node)?;
        Ok(self.told(Fit { candidate, value, repairs }, before.to_vec()))
    }

    /// A draft was broken: what follows it is the answer only if it leaves nothing to be desired.
    fn after_broken(
        &self,
        found: &Found,
        error: ParseError,
        before: Vec<Repair>,
    ) -> Result<Parsed, ParseError> {
        let Some(last) = found.values.last().filter(|last| last.is_object()) else {
            return Err(error);
        };
        if !last.read.repairs.is_empty() {
            return Err(error);
        }
        match self.fit_candidate(last, &before) {
            Ok(parsed) if parsed.repairs.iter().all(|it| it.kind == RepairKind::Extracted) => {
                Ok(superseding(parsed, excerpt(self.text)))
            }
            _ => Err(error),
        }
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
            Node::Object { entries, .. } => {
                entries.iter().any(|(key, _)| self.schemas.known().contains(key))
            }
            Node::List(items) => {
                let structured = items.iter().any(|item| !matches!(item, Node::Text(_)));
                self.wants.list && items.len() > 1 && (structured || !candidate.read.bare)
            }
            _ => false,
        }
    }
}

/// The value with a note that it took the place of an earlier one.
fn superseding(last: Parsed, from: String) -> Parsed {
    let mut repairs = last.repairs;
    repairs.push(Repair {
        path: String::new(),
        kind: RepairKind::Superseded,
        from,
        to: excerpt(&last.value.to_string()),
    });
    Parsed::new(last.value, repairs)
}
