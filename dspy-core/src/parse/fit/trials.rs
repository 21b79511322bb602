//! Trials: whether a value fits and what that costs. Each value is tried with each part of a schema
//! once, however many alternatives ask for it, so that unions inside of unions stay linear.

use std::collections::HashMap;
use std::rc::Rc;

use serde_json::Value;

use super::repairs::{Cost, Mark};
use super::{Fault, Fitter};
use crate::parse::node::Node;
use crate::parse::schemas::{Facts, ListFacts};

/// What is known of the values that were tried.
#[derive(Debug, Default)]
pub(super) struct Trials {
    /// Whether only the verdict is asked for: then what is nested and was tried before is not built
    /// once more, but stands for itself by its name.
    pub(super) running: bool,
    tried: HashMap<Key, Tried>,
    /// A name for each value that was made in a trial; equal values have the same.
    names: HashMap<Value, u64>,
    /// JSON that was read out of texts: values are known by their addresses, so they have to stay.
    kept: Vec<Rc<Node>>,
}

/// A value, and what it was tried with, by their addresses, and how many wrappers were removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    asked: Asked,
    node: usize,
    part: usize,
    wrappers: usize,
}

/// What was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Asked {
    /// The value with a part of the schema.
    Value,
    /// The value, or what it holds, as the items of a list.
    Items,
    /// The value with each alternative of a union.
    Union,
}

#[derive(Debug)]
struct Tried {
    /// Where; an error says so.
    path: String,
    result: Result<Verdict, Fault>,
}

/// That a value fits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verdict {
    pub(super) cost: Cost,
    /// Equal for equal values.
    pub(super) name: u64,
    /// Which alternative of a union was chosen.
    pub(super) variant: usize,
}

impl Trials {
    pub(super) fn keep(&mut self, node: Node) -> Rc<Node> {
        let kept = Rc::new(node);
        self.kept.push(Rc::clone(&kept));
        kept
    }

    fn name(&mut self, value: Value) -> u64 {
        let next = self.names.len() as u64;
        // What only passes on another value has its name.
        let passed_on = value.as_u64().map(|number| u64::MAX - number).filter(|name| *name < next);
        passed_on.unwrap_or_else(|| *self.names.entry(value).or_insert(next))
    }

    /// What stands for a value. A number so large that no answer has it.
    fn stand_in(name: u64) -> Value {
        Value::from(u64::MAX - name)
    }
}

/// What a trial may change, as it was before.
#[derive(Debug)]
pub(super) struct Before {
    repairs: Mark,
    fits: usize,
    decodes: usize,
    unions: usize,
    wrappers: usize,
    path: usize,
    running: bool,
}

impl<'d> Fitter<'d> {
    pub(super) fn key<T>(&self, node: &Node, asked: Asked, part: &T) -> Key {
        Key {
            asked,
            node: std::ptr::from_ref(node) as usize,
            part: std::ptr::from_ref(part) as usize,
            wrappers: self.wrappers,
        }
    }

    /// Whether a list or an object fits.
    pub(super) fn judge(
        &mut self,
        node: &Node,
        facts: &Rc<Facts<'d>>,
    ) -> Result<Result<Verdict, Fault>, Fault> {
        self.budget.spend(1)?;
        let key = self.key(node, Asked::Value, &*facts.shape);
        if let Some(known) = self.verdict(key) {
            return Ok(known);
        }
        let before = self.begin(true);
        let fitted = self.make(node, facts);
        self.judged(key, &before, fitted)
    }

    /// Whether some values fit as the items of a list.
    pub(super) fn judge_items(
        &mut self,
        items: &[Node],
        node: &Node,
        list: &ListFacts<'d>,
    ) -> Result<Result<Verdict, Fault>, Fault> {
        self.budget.spend(1)?;
        let key = self.key(node, Asked::Items, list);
        if let Some(known) = self.verdict(key) {
            return Ok(known);
        }
        let before = self.begin(true);
        let fitted = self.items(items, node, list);
        self.judged(key, &before, fitted)
    }

    fn judged(
        &mut self,
        key: Key,
        before: &Before,
        fitted: Result<Value, Fault>,
    ) -> Result<Result<Verdict, Fault>, Fault> {
        let result = self.end(before, fitted)?.map(|value| Verdict {
            cost: self.repairs.cost_since(&before.repairs),
            name: self.trials.name(value),
            variant: 0,
        });
        self.undo(before);
        self.remember(key, &result);
        Ok(result)
    }

    /// What was found out about a value before.
    pub(super) fn verdict(&self, key: Key) -> Option<Result<Verdict, Fault>> {
        let tried = self.trials.tried.get(&key)?;
        let here = tried.path == self.path.as_str();
        Some(match &tried.result {
            Err(error) if !here => Err(Box::new(error.moved(&tried.path, self.path.as_str()))),
            result => result.clone(),
        })
    }

    pub(super) fn remember(&mut self, key: Key, result: &Result<Verdict, Fault>) {
        let path = if result.is_ok() { String::new() } else { self.path.pointer() };
        self.trials.tried.insert(key, Tried { path, result: result.clone() });
    }

    /// What stands for the value of a verdict in a trial.
    pub(super) fn stand_in(&mut self, verdict: Verdict) -> Value {
        self.repairs.add_untold(verdict.cost);
        Trials::stand_in(verdict.name)
    }

    /// Tries to fit; on failure nothing of the trial remains.
    pub(super) fn attempt(
        &mut self,
        node: &Node,
        facts: &Rc<Facts<'d>>,
    ) -> Result<Result<Value, Fault>, Fault> {
        let before = self.begin(self.trials.running);
        let fitted = self.fit_facts(node, facts);
        self.end(&before, fitted)
    }

    /// What a trial would make if it were in earnest; nothing of it remains.
    pub(super) fn made(
        &mut self,
        node: &Node,
        facts: &Rc<Facts<'d>>,
    ) -> Result<Result<Value, Fault>, Fault> {
        let before = self.begin(false);
        let fitted = self.fit_facts(node, facts);
        let made = self.end(&before, fitted)?;
        self.undo(&before);
        Ok(made)
    }

    pub(super) fn begin(&mut self, running: bool) -> Before {
        Before {
            repairs: self.repairs.mark(),
            fits: self.fits,
            decodes: self.decodes,
            unions: self.unions,
            wrappers: self.wrappers,
            path: self.path.depth(),
            running: std::mem::replace(&mut self.trials.running, running),
        }
    }

    /// Takes back the repairs of a trial.
    pub(super) fn undo(&mut self, before: &Before) {
        self.repairs.reset(&before.repairs);
    }

    /// After a failure that is not fatal all is as it was before.
    pub(super) fn end(
        &mut self,
        before: &Before,
        result: Result<Value, Fault>,
    ) -> Result<Result<Value, Fault>, Fault> {
        self.trials.running = before.running;
        match result {
            Err(error) if error.is_fatal() => Err(error),
            Err(error) => {
                self.repairs.reset(&before.repairs);
                self.fits = before.fits;
                self.decodes = before.decodes;
                self.unions = before.unions;
                self.wrappers = before.wrappers;
                self.path.truncate(before.path);
                Ok(Err(error))
            }
            fitted => Ok(fitted),
        }
    }
}
