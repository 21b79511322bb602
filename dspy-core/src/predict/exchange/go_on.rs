//! Going on after an answer that is not kept: a follow-up, a retry, or an earlier answer.

use std::sync::Arc;

use super::{Accept, Exchange, Progress, Summary, Turn, worth_asking_again};
use crate::adapter::{Adapter, AnswerErrorKind};
use crate::error::{Error, Result};
use crate::lm::{MediaError, Request, ToolCall};
use crate::run::{Event, FailedAssertion, PaidCall, SentBack};
use crate::signature::{BrokenRule, Fields, Severity};

/// An answer that breaks checks, kept in case that asking again gives none.
struct Aside {
    paid: Option<Arc<PaidCall>>,
    fields: Fields,
    warnings: Vec<String>,
    broken_checks: Vec<BrokenRule>,
    tool_calls: Vec<ToolCall>,
    reasoning: Option<String>,
}

impl Aside {
    /// Puts the answer aside, with the warnings that came of it.
    fn of(summary: &mut Summary, warned: usize) -> Self {
        Self {
            paid: summary.paid.take(),
            fields: std::mem::take(&mut summary.fields),
            warnings: summary.warnings.split_off(warned),
            broken_checks: std::mem::take(&mut summary.broken_checks),
            tool_calls: std::mem::take(&mut summary.tool_calls),
            reasoning: summary.reasoning.take(),
        }
    }
}

impl Exchange<'_> {
    /// Goes on after an answer that is not kept, or the want of one.
    pub(super) async fn go_on(
        &self,
        mut turn: Turn,
        mut request: Arc<Request>,
        first: &Request,
        progress: &mut Progress,
        accept: &mut dyn Accept,
    ) -> Result<()> {
        let mut left = self.follow_ups;
        let mut aside: Option<Box<Aside>> = None;
        loop {
            let error = match turn {
                Turn::Kept => return Ok(()),
                Turn::Unanswered(error) => {
                    self.fall_back(aside, *error, progress, accept)?;
                    return self.keep_earlier(progress).await;
                }
                Turn::Broken { warned } => {
                    let put_aside = Aside::of(&mut progress.summary, warned);
                    let (broken, past) = (&put_aside.broken_checks, put_aside.fields.clone());
                    request = Box::pin(self.retry(first, progress, broken, past)).await?;
                    let warning = format!("asked again: {}", listed(broken));
                    progress.summary.warnings.push(warning);
                    accept.set_aside();
                    aside = Some(Box::new(put_aside));
                    turn = self.turn(&mut request, first, progress, accept).await;
                    continue;
                }
                Turn::Unread(error) => error,
            };
            if let AnswerErrorKind::Asserted { broken } = &error.kind
                && self.may_retry(progress, Severity::Assert)
            {
                let past = error.partial.clone();
                request = Box::pin(self.retry(first, progress, broken, past)).await?;
            } else if left > 0 && worth_asking_again(&error.kind) {
                left -= 1;
                self.discard(|| format!("asked again: {}", error.kind));
                request = Arc::new(self.adapter.follow_up(&self.call, &request, &error));
            } else {
                let path = self.slot.path().to_owned();
                let error = Error::Answer { path, error };
                self.fall_back(aside, error, progress, accept)?;
                return self.keep_earlier(progress).await;
            }
            let problems: Vec<String> = error.problems().map(ToString::to_string).collect();
            progress.summary.warnings.push(format!("asked again: {}", problems.join("; ")));
            turn = self.turn(&mut request, first, progress, accept).await;
        }
    }

    /// The request that shows the model its answer and the rules it breaks.
    async fn retry(
        &self,
        first: &Request,
        progress: &mut Progress,
        broken: &[BrokenRule],
        past: Fields,
    ) -> Result<Arc<Request>> {
        let shown = progress.summary.shown.and_rules(broken, past);
        if let Some(broken) = broken.first() {
            let (broken, retries) = (broken.clone(), shown.len());
            self.emit(|(path, invocation, attempts), call| Event::Backtracked {
                path,
                invocation,
                attempts,
                call,
                broken,
                retries,
            });
        }
        progress.summary.shown = shown;
        Box::pin(self.shown(first, &progress.summary.shown)).await
    }

    /// The first request as it is with these answers shown.
    pub(super) async fn shown(&self, first: &Request, shown: &SentBack) -> Result<Arc<Request>> {
        let path = self.slot.path();
        let feedback = shown.feedback(path, self.call.inputs, self.call.feedback);
        let call = self.call.with_feedback(feedback.as_ref());
        let prepared = self
            .adapter
            .prepare(&call)
            .map_err(|message| Error::Prompt { path: path.to_owned(), message })?;
        let mut request = first.clone();
        request.messages = prepared.messages;
        let failed =
            |error: MediaError| Error::Prompt { path: path.to_owned(), message: error.to_string() };
        request.load_media().await.map_err(failed)?;
        request.rollout = shown.rollout(first.rollout);
        Ok(Arc::new(request))
    }

    /// Ends a call that got no answer to use: with the one put aside, which breaks checks alone, or
    /// with the error.
    fn fall_back(
        &self,
        aside: Option<Box<Aside>>,
        error: Error,
        progress: &mut Progress,
        accept: &mut dyn Accept,
    ) -> Result<()> {
        let summary = &mut progress.summary;
        let Some(aside) = aside else {
            if let (Some(attempt), Error::Answer { path, error }) = (self.slot.attempt(), &error)
                && let AnswerErrorKind::Asserted { broken } = &error.kind
                && let Some(broken) = broken.first()
            {
                let attempts = summary.shown.len().saturating_add(1);
                let last = error.partial.clone();
                attempt.note_failed(path, &FailedAssertion::new(broken.clone(), attempts, last));
            }
            return Err(error);
        };
        let what = error.to_string();
        let line = what.lines().next().unwrap_or_default();
        summary.warnings.push(format!("kept an earlier answer, for asking again failed: {line}"));
        accept.fall_back();
        summary.warnings.extend(aside.warnings);
        summary.broken_checks = aside.broken_checks;
        summary.tool_calls = aside.tool_calls;
        summary.reasoning = aside.reasoning;
        summary.fields = aside.fields;
        summary.paid = aside.paid;
        Ok(())
    }
}

fn listed(broken: &[BrokenRule]) -> String {
    broken.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
