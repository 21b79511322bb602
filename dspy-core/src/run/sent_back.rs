//! Answers that assertions sent back, as the predictor is shown them.

use std::panic::Location;

use super::feedback::Feedback;
use crate::signature::{BrokenRule, Fields, Severity};

/// A rule, and the macro call it stands in; none for a rule of the signature.
type Broken = (BrokenRule, Option<&'static Location<'static>>);

/// The answers of one call that were sent back: the last one, and what was wrong with each.
#[derive(Clone, Debug, Default)]
pub(crate) struct SentBack {
    /// The last of them. Boxed, since few calls have any.
    past: Option<Box<Fields>>,
    /// For each answer the rules it broke, oldest first.
    answers: Vec<Vec<Broken>>,
}

impl SentBack {
    /// The same with one more answer.
    pub(crate) fn and(&self, rules: Vec<Broken>, past: Fields) -> Self {
        let mut answers = self.answers.clone();
        answers.push(rules);
        Self { past: Some(Box::new(past)), answers }
    }

    /// The same with one more answer, which breaks rules of the signature.
    pub(crate) fn and_rules(&self, rules: &[BrokenRule], past: Fields) -> Self {
        self.and(rules.iter().map(|rule| (rule.clone(), None)).collect(), past)
    }

    /// Adds a rule that the last answer breaks as well.
    pub(super) fn also(&mut self, rule: BrokenRule, at: &'static Location<'static>) {
        if let Some(last) = self.answers.last_mut()
            && !last.iter().any(|(_, other)| *other == Some(at))
        {
            last.push((rule, Some(at)));
        }
    }

    /// How many answers were sent back.
    pub(crate) fn len(&self) -> u32 {
        u32::try_from(self.answers.len()).unwrap_or(u32::MAX)
    }

    /// How many answers were sent back for rules of this weight: hard ones, if one of them was, so
    /// that suggestions leave the retries of assertions alone.
    pub(crate) fn count(&self, severity: Severity) -> u32 {
        let is_hard =
            |rules: &&Vec<Broken>| rules.iter().any(|(rule, _)| rule.severity == Severity::Assert);
        let hard = u32::try_from(self.answers.iter().filter(is_hard).count()).unwrap_or(u32::MAX);
        match severity {
            Severity::Assert => hard,
            Severity::Check => self.len().saturating_sub(hard),
        }
    }

    /// The rules that were broken, oldest first; of each answer the first.
    pub(crate) fn rules(&self) -> Vec<BrokenRule> {
        self.answers
            .iter()
            .filter_map(|rules| rules.first())
            .map(|(rule, _)| rule.clone())
            .collect()
    }

    /// What the predictor is shown, `told` from outside included: the last answer, and of each rule
    /// that was broken so far the latest words, for who mends one fault must not fall back into
    /// another.
    pub(crate) fn feedback(
        &self,
        path: &str,
        inputs: &Fields,
        told: Option<&Feedback>,
    ) -> Option<Feedback> {
        let mut latest: Vec<&Broken> = Vec::new();
        for broken in self.answers.iter().flatten() {
            latest.retain(|(rule, at)| (rule.rule, at) != (broken.0.rule, &broken.1));
            latest.push(broken);
        }
        let told = told.map(|feedback| feedback.message.as_str());
        let mut messages: Vec<&str> = told.into_iter().collect();
        messages.extend(latest.iter().map(|(rule, _)| rule.message.as_str()));
        let message = match messages.as_slice() {
            [] => return None,
            [one] => (*one).to_owned(),
            several => format!("- {}", several.join("\n- ")),
        };
        let past = self.past.as_deref().cloned().unwrap_or_default();
        let path = path.to_owned();
        Some(Feedback { path, inputs: inputs.clone(), past, message })
    }

    /// Tells the samples of repeated retries apart, so that no cache answers a second retry with the
    /// first one's answer; the first retry is like any other call.
    pub(crate) fn rollout(&self, rollout: u64) -> u64 {
        rollout ^ (u64::from(self.len().saturating_sub(1)) << 32)
    }
}
