//! The command `adapter-parse`: a call and a completion to output fields.

use std::io;
use std::path::Path;

use dspy::adapter::{Adapter, AnswerError};
use dspy::lm::{Completion, Lm};
use futures_util::FutureExt;
use serde_json::{Value, json};

use crate::adapters::{Job, with_adapter};
use crate::call_case::CallCase;
use crate::lines::{Answer, answer_each, object, repair};

pub(crate) fn run(cases: &Path) -> io::Result<()> {
    answer_each(cases, answer)
}

fn answer(case: &Answer) -> Result<Answer, String> {
    let case = CallCase::read(case)?;
    let completion = case.completion.as_deref().ok_or("the case has no `completion`")?;
    let completion = Completion::text(completion);
    let mut warnings = case.warnings.clone();
    let mut answer = match with_adapter(&case.adapter, Parse(&case, &completion))?? {
        Ok(read) => {
            let repairs: Vec<_> = read
                .repairs
                .iter()
                .map(|(field, change)| {
                    let mut shown = repair(change);
                    shown.insert("field".to_owned(), json!(field));
                    Value::Object(shown)
                })
                .collect();
            warnings.extend(read.warnings);
            object(json!({
                "status": "ok", "fields": read.fields, "repairs": repairs, "error": null,
            }))
        }
        Err(error) => object(json!({
            "status": "error", "fields": error.partial, "repairs": [],
            "error": error.kind.to_string(),
        })),
    };
    if !warnings.is_empty() {
        answer.insert("warnings".to_owned(), json!(warnings));
    }
    Ok(answer)
}

struct Parse<'a>(&'a CallCase, &'a Completion);

impl Job for Parse<'_> {
    type Done = Result<Result<dspy::adapter::Answer, Box<AnswerError>>, String>;

    fn with(self, adapter: &impl Adapter) -> Self::Done {
        let Self(case, completion) = self;
        let prelude = adapter.prelude(&case.schema, &case.demos)?;
        let lm = Lm::embedded();
        let call = case.call(&prelude, &lm);
        let read = adapter.parse(&call, completion).now_or_never();
        read.ok_or_else(|| "the adapter asks a second model, which no case has".to_owned())
    }
}
