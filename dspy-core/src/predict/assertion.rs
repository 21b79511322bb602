//! Assertions inside `forward`: `assert_that!` and `suggest!`.

use std::panic::Location;
use std::sync::Arc;

use super::prediction::Prediction;
use crate::error::Error;
use crate::run::{Attempt, Event, FailedAssertion, PaidCall, SlotPath};
use crate::signature::{BrokenRule, Fields, Severity};

/// The call that a prediction came from, and the attempt that can send it back.
#[derive(Clone, Debug)]
pub struct Site(Origin);

#[derive(Clone, Debug)]
enum Origin {
    /// A call inside of a `forward`.
    Call {
        /// The try of the `forward` that got the prediction; none once the outermost one has ended.
        attempt: Option<Attempt>,
        call: Arc<PaidCall>,
    },
    /// A call outside of any, which nothing sends back.
    Alone { path: SlotPath, outputs: Fields, sent_back: u32 },
}

impl Site {
    pub(crate) fn new(attempt: Option<Attempt>, call: Arc<PaidCall>) -> Self {
        Self(Origin::Call { attempt, call })
    }

    pub(crate) fn alone(path: &SlotPath, outputs: Fields, sent_back: u32) -> Self {
        Self(Origin::Alone { path: path.clone(), outputs, sent_back })
    }

    /// The same call for the `forward` around the one it was made in.
    pub(crate) fn handed_to(self, around: Option<Attempt>) -> Self {
        match self.0 {
            Origin::Call { call, .. } => Self::new(around, call),
            alone @ Origin::Alone { .. } => Self(alone),
        }
    }
}

/// What an assertion can judge.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a prediction, so an assertion cannot send it back",
    label = "not a `Prediction`",
    note = "name the `Prediction` that the call of a predictor or module gave, before `into_output()`; fields of it may stand in the condition: `assert_that!(draft, draft.text.len() < 280, \"…\")`"
)]
pub trait Judged {
    /// The call it came from.
    fn site(&self) -> Option<&Site>;
}

impl<O> Judged for Prediction<O> {
    fn site(&self) -> Option<&Site> {
        Self::site(self)
    }
}

#[diagnostic::do_not_recommend]
impl<J: Judged + ?Sized> Judged for &J {
    fn site(&self) -> Option<&Site> {
        (**self).site()
    }
}

#[diagnostic::do_not_recommend]
impl<J: Judged + ?Sized> Judged for &mut J {
    fn site(&self) -> Option<&Site> {
        (**self).site()
    }
}

/// What a function with assertions in it can fail with.
#[diagnostic::on_unimplemented(
    message = "an assertion cannot end a function whose error is `{Self}`",
    label = "no `From<dspy::Error>`",
    note = "let it return `dspy::Result<…>`, or give the error `impl From<dspy::Error>`"
)]
pub trait FromAssertion {
    /// The error that ends the function.
    fn from_assertion(error: Error) -> Self;
}

#[diagnostic::do_not_recommend]
impl<E: From<Error>> FromAssertion for E {
    fn from_assertion(error: Error) -> Self {
        error.into()
    }
}

/// What follows from a condition that does not hold: the error to return with, or none where a
/// suggestion was made in vain often enough.
#[track_caller]
pub fn broken(
    severity: Severity,
    prediction: &impl Judged,
    rule: &'static str,
    message: String,
) -> Option<Error> {
    let at = Location::caller();
    let rule = BrokenRule::new(severity, rule, message);
    let (attempt, call) = match prediction.site() {
        Some(Site(Origin::Call { attempt, call })) => (attempt, call),
        Some(Site(Origin::Alone { path, outputs, sent_back })) => {
            return alone(rule, path.as_str(), sent_back.saturating_add(1), outputs.clone());
        }
        None => return alone(rule, "self", 1, Fields::new()),
    };
    let Some(answered) = call.answered() else { return alone(rule, "self", 1, Fields::new()) };
    let path = call.path().as_str();
    let attempts = answered.shown.len().saturating_add(1);
    let Some(attempt) = attempt else {
        return alone(rule, path, attempts, answered.outputs.clone());
    };
    let failed = || FailedAssertion::new(rule.clone(), attempts, answered.outputs.clone());
    let error = |failed: FailedAssertion| Error::Asserted {
        path: path.to_owned(),
        error: Box::new(failed),
    };
    if answered.shown.count(severity) < answered.retries && attempt.may_run_again(answered.retries)
    {
        call.send_back(rule.clone(), at);
        attempt.note_sent_back();
        if let Some(run) = attempt.run().filter(|run| run.wants_events()) {
            run.emit(Event::Backtracked {
                path: path.to_owned(),
                invocation: attempt.scope().id(),
                attempts: run.attempts(),
                call: answered.call,
                broken: rule.clone(),
                retries: attempts,
            });
        }
        return Some(error(failed()));
    }
    call.note_broken(&rule, at);
    match severity {
        Severity::Check => {
            attempt.scope().warn(&format!("`{path}`: broken suggestion: {rule}"));
            attempt.scope().note_broken(std::slice::from_ref(&rule));
            None
        }
        Severity::Assert => {
            attempt.scope().warn(&format!("`{path}`: failed assertion: {rule}"));
            let failed = failed();
            attempt.note_failed(path, &failed);
            Some(error(failed))
        }
    }
}

/// What follows where no `forward` runs that could run again.
fn alone(broken: BrokenRule, path: &str, attempts: u32, last: Fields) -> Option<Error> {
    match broken.severity {
        Severity::Check => {
            tracing::warn!("`{path}`: broken suggestion: {broken}");
            None
        }
        Severity::Assert => Some(Error::Asserted {
            path: path.to_owned(),
            error: Box::new(FailedAssertion::new(broken, attempts, last)),
        }),
    }
}

/// Sends a prediction back unless a condition holds, and fails if that does not help.
///
/// `assert_that!(prediction, condition, "message {}", arguments…)` stands in the `forward` of a
/// `#[module]`, or in a function that it calls, and names the
/// [`Prediction`](crate::predict::Prediction) it judges: of a predictor, or of a module, whose last call then
/// is meant. The condition is any `bool`; the message, which the model reads, is that of `format!`.
///
/// Where the condition does not hold, the function returns early with an
/// [`Error::Asserted`](crate::error::Error::Asserted) as its own error, and `forward` runs again on a clone
/// in which that predictor sees its answer and the message. All else is answered from what the
/// attempts before have paid for, also under `join!` and in spawned tasks, so a retry costs the call
/// that is judged and those that depend on its answer. What `forward` itself cancels, as `try_join!`
/// and `select!` do, is asked again, and so is a program that is no part of the module, since no run
/// reaches it. Side effects of `forward` repeat: make them last, or outside.
///
/// After `with_assertion_retries` of the predictor (2 by default) the error stands, whatever error
/// type `forward` has. It is found in [`Error::is_assertion`](crate::error::Error::is_assertion); an
/// evaluation scores the row 0. In all, `forward` never runs again more often than its predictors may
/// be retried, each for assertions and for suggestions, whatever changes from one attempt to the next.
///
/// Outside of a `forward` there is nothing to run again: the error comes at once.
///
/// ```
/// use dspy::prelude::*;
/// use dspy::{assert_that, suggest};
///
/// /// Write a post about the news.
/// #[derive(Signature)]
/// struct Post {
///     #[input]
///     news: String,
///     #[output]
///     post: String,
/// }
///
/// #[derive(Clone, Default)]
/// struct Writer {
///     write: Predict<Post>,
/// }
///
/// #[module]
/// impl Writer {
///     pub async fn forward(&self, news: String) -> dspy::Result<String> {
///         let draft = self.write.call(news).await?;
///         let length = draft.post.chars().count();
///         assert_that!(draft, length <= 280, "the post has {length} characters, not 280 at most");
///         suggest!(draft, !draft.post.contains('#'), "write no hashtags");
///         Ok(draft.into_output().post)
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let mut writer = Writer::default();
/// writer.set_lm(&Lm::embedded());
/// let post = writer.call("A comet is seen with the naked eye.").await?;
/// assert!(post.chars().count() <= 280);
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[macro_export]
macro_rules! assert_that {
    ($prediction:expr, $condition:expr, $($message:tt)+) => {
        $crate::__judge!(Assert, $prediction, $condition, $($message)+)
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`assert_that!` takes a prediction, a condition, and what the model is told where it does \
             not hold: assert_that!(draft, draft.text.len() <= 280, \"at most 280 bytes\")"
        )
    };
}

/// Sends a prediction back unless a condition holds, and goes on if that does not help.
///
/// As [`assert_that!`](macro@crate::assert_that), which explains how `forward` runs again; but once the
/// retries are used up, `forward` goes on, and the breach is in
/// [`Prediction::broken_checks`](crate::predict::Prediction::broken_checks), among the warnings, and, in an
/// evaluation, in the row's feedback. The retries of suggestions do not count as those of assertions.
///
/// Outside of a `forward` there is nothing to run again: the breach is logged as a warning of `tracing`.
#[macro_export]
macro_rules! suggest {
    ($prediction:expr, $condition:expr, $($message:tt)+) => {
        $crate::__judge!(Check, $prediction, $condition, $($message)+)
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`suggest!` takes a prediction, a condition, and what the model is told where it does not \
             hold: suggest!(draft, !draft.text.contains('#'), \"write no hashtags\")"
        )
    };
}

/// What `assert_that!` and `suggest!` share.
#[doc(hidden)]
#[macro_export]
macro_rules! __judge {
    ($severity:ident, $prediction:expr, $condition:expr, $($message:tt)+) => {{
        let holds: bool = $condition;
        if !holds {
            let broken = $crate::private::broken(
                $crate::private::Severity::$severity,
                &$prediction,
                ::core::stringify!($condition),
                ::std::format!($($message)+),
            );
            if let ::core::option::Option::Some(error) = broken {
                return ::core::result::Result::Err(
                    $crate::private::FromAssertion::from_assertion(error),
                );
            }
        }
    }};
}
