//! Everything that is asked of a type of a field, for any type.

use std::fmt::Debug;

use dspy::lm::{Request, Response};
use dspy::module;
use dspy::prelude::*;
use dspy::row::LoadRow;
use dspy::signature::{Data, SignatureRow};
use dspy::{parse, schema, wire};

use crate::field_types::scripted::{Scripted, question, sections};

/// Give back what was given.
#[derive(Signature)]
pub(crate) struct Echo<T: Data + Debug> {
    /// So that no input is empty.
    #[input]
    hint: String,
    #[input]
    given: T,
    #[output]
    answer: T,
}

/// What a prompt must say of a type, and values of it.
pub(crate) struct Type<T> {
    type_name: &'static str,
    note: Note,
    values: Vec<T>,
    spellings: Vec<(String, T)>,
}

enum Note {
    None,
    Words(&'static str),
    Schema,
}

/// A type that the prompt calls by this name. Plain text has no note.
pub(crate) fn of<T>(type_name: &'static str) -> Type<T> {
    Type { type_name, note: Note::None, values: Vec::new(), spellings: Vec::new() }
}

impl<T: Data + Debug + PartialEq> Type<T> {
    /// What the prompt says a value must be.
    pub(crate) fn noted(self, words: &'static str) -> Self {
        Self { note: Note::Words(words), ..self }
    }

    /// The prompt shows the type's JSON Schema.
    pub(crate) fn json(self) -> Self {
        Self { note: Note::Schema, ..self }
    }

    /// Values that must come back as they were sent.
    pub(crate) fn values(self, values: impl IntoIterator<Item = T>) -> Self {
        Self { values: values.into_iter().collect(), ..self }
    }

    /// A spelling that a model might choose instead.
    pub(crate) fn spelled(mut self, text: &str, value: T) -> Self {
        self.spellings.push((text.to_owned(), value));
        self
    }

    pub(crate) fn check(self) {
        assert!(!self.values.is_empty() && !self.spellings.is_empty());
        self.is_in_the_prompt();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for value in &self.values {
            runtime.block_on(comes_back(value));
            is_a_row(value);
        }
        for (text, value) in &self.spellings {
            let model = Scripted::text(&sections(&[("answer", text)]));
            let answer = runtime.block_on(ask(&model, value)).unwrap_or_else(|error| {
                panic!("{}: {text}: {error}", std::any::type_name::<T>());
            });
            assert_eq!(answer, *value, "{text}");
            assert_eq!(model.calls(), 1, "{text} was not read at once");
        }
    }

    fn is_in_the_prompt(&self) {
        let task = Echo::<T>::schema();
        let field = task.field("answer").unwrap();
        assert_eq!(*field.schema(), schema::of::<T>());
        let prompt = Predict::<Echo<T>>::new().explain(input(&self.values[0])).unwrap();
        let named = format!("output fields:\n1. `answer` ({})\n", self.type_name);
        assert!(prompt.contains(&named), "not {named}\n{prompt}");
        let note = match self.note {
            Note::None => "{answer}\n".to_owned(),
            Note::Words(words) => format!("{{answer}}        # note: {words}\n"),
            Note::Schema => "{answer}        # note: JSON of this type: ".to_owned(),
        };
        assert!(prompt.contains(&note), "not {note}\n{prompt}");
    }
}

fn input<T: Data + Debug>(value: &T) -> EchoInput<T> {
    EchoInput { hint: "Here:".to_owned(), given: value.clone() }
}

async fn ask<T: Data + Debug>(model: &Scripted, value: &T) -> dspy::Result<T> {
    let predict = Predict::<Echo<T>>::new().with_lm(model.lm()).with_follow_ups(0);
    Ok(predict.call(input(value)).await?.into_output().answer)
}

/// What the prompt shows of the input, between its header and the reminder.
fn given(request: &Request) -> String {
    let text = question(request);
    let (_, rest) = text.split_once("[[ ## given ## ]]\n").unwrap();
    rest.rsplit_once("\n\nAnswer with `[[").unwrap().0.to_owned()
}

/// A model that repeats the input, as the prompt writes it, gives the value back.
pub(crate) async fn comes_back<T: Data + Debug + PartialEq>(value: &T) -> T {
    let model =
        Scripted::new(|request, _| Ok(Response::text(sections(&[("answer", &given(request))]))));
    let answer = match ask(&model, value).await {
        Ok(answer) => answer,
        Err(error) => panic!("{}: {value:?}: {error}", std::any::type_name::<T>()),
    };
    assert_eq!(answer, *value);
    let json = wire::to_value(value).unwrap();
    let fitted = parse::fit(json.clone(), &schema::of::<T>()).unwrap();
    assert_eq!(fitted.repairs, [], "{value:?}");
    assert_eq!(wire::from_value::<T>(json).unwrap(), *value);
    answer
}

/// A row comes apart and together, becomes a demonstration, and that one is saved and loaded.
fn is_a_row<T: Data + Debug + PartialEq>(value: &T) {
    let row = Echo { hint: "Here:".to_owned(), given: value.clone(), answer: value.clone() };
    let again = Echo::from_parts(row.input_part(), row.output_part());
    assert_eq!((&again.given, &again.answer), (value, value));
    let fields = Row::<EchoInput<T>>::fields(&row).unwrap();
    let read = Echo::<T>::from_fields(fields.clone()).unwrap();
    assert_eq!((&read.given, &read.answer), (value, value));

    // Null teaches nothing: a row without any other output is no demonstration.
    let Some(demo) = Echo::<T>::schema().demo_from(&fields).unwrap() else {
        assert!(fields["answer"].is_null(), "{value:?}");
        return;
    };
    let mut program = Predict::<Echo<T>>::new();
    module::set_demos(&mut program, "self", std::slice::from_ref(&demo)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("program.json");
    program.save(&file).unwrap();
    let mut loaded = Predict::<Echo<T>>::new();
    loaded.load(&file).unwrap();
    assert_eq!(loaded.demos(), [demo]);
    let answer = loaded.demos()[0].fields["answer"].clone();
    assert_eq!(wire::from_value::<T>(answer).unwrap(), *value);
    assert_eq!(loaded.explain(input(value)).unwrap(), program.explain(input(value)).unwrap());
}
