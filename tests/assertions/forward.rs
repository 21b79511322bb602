//! `assert_that!` and `suggest!` in one `forward`.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use dspy::prelude::*;
use dspy::{Error, assert_that, suggest};

use super::{Table, Write};

/// Writes a title and a text, and judges both once both are there.
#[derive(Clone, Default)]
struct Writer {
    title: Predict<Write>,
    body: Predict<Write>,
}

#[module]
impl Writer {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let title = self.title.call(format!("title of {topic}")).await?;
        let body = self.body.call(topic).await?;
        assert_that!(title, title.text.len() <= 5, "{} is too long", title.text);
        assert_that!(body, body.text.starts_with('B'), "begin with B");
        Ok(format!("{}: {}", title.text, body.text))
    }
}

#[tokio::test]
async fn only_the_call_that_is_judged_is_made_again() {
    let table = Table::new(&[
        ("title of bees", "All about bees"),
        ("bees", "hum"),
        ("title of bees < All about bees: All about bees is too long", "Bees!!"),
        ("title of bees < Bees!!: Bees!! is too long", "Bees"),
        ("bees < hum: begin with B", "Bzz"),
    ]);
    let program = table.given_to(Writer::default());
    let prediction = program.call("bees").record().await.unwrap();
    assert_eq!(prediction.output(), "Bees: Bzz");
    assert_eq!(table.questions().len(), 5, "{:?}", table.questions());
    assert_eq!(prediction.usage().calls, 5);
    assert!(prediction.warnings().is_empty() && prediction.broken_checks().is_empty());

    let trace = prediction.trace();
    let calls: Vec<_> = trace.calls().iter().map(|c| (c.path.as_str(), c.retries.len())).collect();
    assert_eq!(calls, [("title", 2), ("body", 1)]);
    assert!(trace.calls().iter().all(dspy::run::CallRecord::passed_after_retries));
    assert_eq!(trace.calls()[1].retries[0].rule, "body.text.starts_with('B')");
    // The last attempt got the title from the one before it; the body is new.
    assert_eq!((trace.calls()[0].replayed, trace.calls()[1].replayed), (true, false));
    assert_eq!((trace.retries(), trace.abandoned().len()), (3, 6));
}

#[tokio::test]
async fn an_assertion_that_keeps_failing_is_an_error_with_the_last_answer() {
    let table = Table::new(&[
        ("title of bees", "Bees"),
        ("bees", "one"),
        ("bees < one: begin with B", "two"),
        ("bees < two: begin with B", "three"),
    ]);
    let error = table.given_to(Writer::default()).call("bees").await.unwrap_err();
    assert!(error.is_assertion());
    let Error::Asserted { path, error } = error else { panic!("{error}") };
    assert_eq!((path.as_str(), error.attempts), ("body", 3));
    assert_eq!(
        (error.broken.message.as_str(), &error.last["text"]),
        ("begin with B", &"three".into())
    );
    assert_eq!(
        error.to_string(),
        "an assertion failed after 3 answers: begin with B (`body.text.starts_with('B')`)\n\
         --- the last answer ---\n{\"text\":\"three\"}"
    );
    assert_eq!(table.questions().len(), 4);
}

/// An error of the user's own, which hides where it came from.
#[derive(Debug)]
struct Oops;

impl fmt::Display for Oops {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("oops")
    }
}

impl std::error::Error for Oops {}

impl From<Error> for Oops {
    fn from(_: Error) -> Self {
        Self
    }
}

#[derive(Clone, Default)]
struct OwnError {
    write: Predict<Write>,
}

#[module]
impl OwnError {
    async fn forward(&self, topic: String) -> Result<String, Oops> {
        self.checked(topic).await
    }

    async fn checked(&self, topic: String) -> Result<String, Oops> {
        let draft = self.write.call(topic).await?;
        assert_that!(&draft, draft.text == "right", "be right");
        Ok(draft.into_output().text)
    }
}

#[tokio::test]
async fn an_assertion_survives_an_error_type_of_the_users_own() {
    let answers = [
        ("a", "wrong"),
        ("a < wrong: be right", "right"),
        ("b", "wrong"),
        ("b < wrong: be right", "wrong"),
    ];
    let table = Table::new(&answers);
    let program = table.given_to(OwnError::default());
    assert_eq!(*program.call("a").await.unwrap(), "right");
    let error = program.call("b").await.unwrap_err();
    assert!(matches!(&error, Error::Asserted { path, .. } if path == "write"), "{error}");
    assert_eq!(table.questions().len(), 5);
}

/// Writes, and asks for two things that would be nice.
#[derive(Clone, Default)]
struct Modest {
    write: Predict<Write>,
}

#[module]
impl Modest {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let draft = self.write.call(topic).await?;
        suggest!(draft, draft.text.len() < 4, "be brief");
        suggest!(draft, draft.text.starts_with('b'), "begin with b");
        assert_that!(draft, draft.text.ends_with('e'), "end with e");
        Ok(draft.into_output().text)
    }
}

#[tokio::test]
async fn a_suggestion_made_in_vain_is_a_warning() {
    let table = Table::new(&[
        ("bees", "lengthy"),
        ("bees < lengthy: be brief", "longish"),
        ("bees < longish: be brief", "bees"),
        ("bees < bees: - be brief\n- end with e", "beehive"),
    ]);
    let prediction = table.given_to(Modest::default()).call("bees").record().await.unwrap();
    assert_eq!(prediction.output(), "beehive");
    let broken: Vec<_> = prediction.broken_checks().iter().map(|rule| &*rule.message).collect();
    assert_eq!(broken, ["be brief"], "of the answer that is used, and once");
    assert_eq!(
        prediction.warnings(),
        ["`write`: broken suggestion: be brief (`draft.text.len() < 4`)"]
    );
    assert_eq!(table.questions().len(), 4, "a suggestion leaves the retries of assertions alone");
    let trace = prediction.trace();
    let call = &trace.calls()[0];
    assert_eq!((call.retries.len(), call.broken.len()), (3, 1));
}

/// Calls one predictor three times with the same input; the second answer is judged.
#[derive(Clone, Default)]
struct Thrice {
    write: Predict<Write>,
}

#[module]
impl Thrice {
    async fn forward(&self, topic: String) -> dspy::Result<Vec<String>> {
        let mut texts = Vec::new();
        for round in 0..3 {
            let draft = self.write.call(topic.as_str()).await?;
            assert_that!(draft, round != 1 || draft.text.ends_with('!'), "shout");
            texts.push(draft.into_output().text);
        }
        Ok(texts)
    }
}

#[tokio::test]
async fn of_equal_calls_the_one_that_is_judged_is_made_again() {
    let asked = AtomicUsize::new(0);
    let model = dspy::lm::Scripted::with(move |request, _| {
        let question = super::asked(request);
        let text = match question.as_str() {
            "bees" => format!("text {}", asked.fetch_add(1, Ordering::Relaxed)),
            "bees < text 1: shout" => "text 1!".to_owned(),
            other => panic!("asked {other:?}"),
        };
        super::answer(&text)
    });
    let mut program = Thrice::default();
    program.set_lm(&model.lm());
    let texts = program.call("bees").await.unwrap().into_output();
    assert_eq!(texts, ["text 0", "text 1!", "text 2"]);
    assert_eq!(model.calls(), 4);
}

/// Has something else to give where its assertion fails.
#[derive(Clone, Default)]
struct Careful {
    inner: OwnError,
    write: Predict<Write>,
}

#[module]
impl Careful {
    async fn forward(&self, topic: String) -> dspy::Result<String> {
        let inner = match self.inner.call(topic.as_str()).await {
            Ok(text) => text.into_output(),
            Err(error) => format!("none: {}", error.is_assertion()),
        };
        let draft = self.write.call(format!("also {topic}")).await?;
        assert_that!(draft, draft.text == "fine", "be fine");
        Ok(inner)
    }
}

#[tokio::test]
async fn a_failure_that_the_program_catches_is_the_programs_to_handle() {
    let table = Table::new(&[
        ("b", "wrong"),
        ("b < wrong: be right", "wrong"),
        ("also b", "bad"),
        ("also b < bad: be fine", "fine"),
    ]);
    let prediction = table.given_to(Careful::default()).call("b").await.unwrap();
    assert_eq!(prediction.output(), "none: true");
    assert_eq!(table.questions().len(), 5);
    let warnings = prediction.warnings();
    assert!(
        warnings.iter().any(|w| w.starts_with("`inner.write`: failed assertion")),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn outside_of_a_forward_an_assertion_fails_at_once() {
    async fn alone(write: &Predict<Write>) -> dspy::Result<String> {
        let draft = write.call("bees").await?;
        suggest!(draft, false, "never mind");
        assert_that!(draft, draft.text.is_empty(), "say nothing");
        Ok(draft.into_output().text)
    }
    let table = Table::new(&[("bees", "hum")]);
    let error = alone(&table.given_to(Predict::new())).await.unwrap_err();
    let Error::Asserted { error, .. } = error else { panic!("{error}") };
    assert_eq!((error.attempts, &error.last["text"]), (1, &"hum".into()));
    assert_eq!(table.questions(), ["bees"]);
}
