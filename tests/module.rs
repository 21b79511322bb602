//! `#[module]`: the call contract from `forward`, and the registry from the uses of fields.

#[path = "support/scripted.rs"]
mod scripted;

use std::collections::HashMap;
use std::fmt;

use dspy::module::leaf_paths;
use dspy::prelude::*;
use scripted::{Scripted, question, sections};
use serde_json::json;

/// Answer the question.
#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

type Answerer = Predict<Qa>;

/// Repeats the question's text after `> `.
fn echo() -> Lm {
    let script = |request: &dspy::lm::Request, _| {
        let asked = question(request);
        let text = asked.lines().nth(1).unwrap_or_default();
        Ok(dspy::lm::Response::text(sections(&[("answer", &format!("> {text}"))])))
    };
    Scripted::new(script).lm()
}

fn with_lm<M: Module>(mut module: M) -> M {
    module.set_lm(&echo());
    module
}

// ---- the call contract

#[derive(Clone, Default)]
struct Twice {
    first: Answerer,
    second: Answerer,
}

#[module]
impl Twice {
    /// Asks, and asks again about the answer.
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let draft = self.first.call(question).await?.into_output().answer;
        Ok(self.second.call(draft).await?.into_output().answer)
    }
}

#[tokio::test]
async fn a_single_argument_may_be_given_as_such_or_in_the_struct() {
    let twice = with_lm(Twice::default());
    assert_eq!(twice.call("Why?").await.unwrap().into_output(), "> > Why?");
    let owned = "Why?".to_owned();
    assert_eq!(*twice.call(&owned).await.unwrap(), "> > Why?");
    assert_eq!(*twice.call(owned).await.unwrap(), "> > Why?");
    let input = TwiceInput { question: "Why?".into() };
    assert_eq!(*twice.call(input).await.unwrap(), "> > Why?");
}

#[derive(Clone, Default)]
struct Add {
    qa: Answerer,
}

#[module(input = Numbers)]
impl Add {
    /// What it adds to.
    const BASE: f64 = 0.5;

    fn base(&self) -> f64 {
        Self::BASE
    }

    async fn forward(
        &self,
        /// The first number.
        mut a: f64,
        r#type: Option<u8>,
    ) -> Result<Prediction<QaOutput>, dspy::Error> {
        a += f64::from(r#type.unwrap_or_default()) + self.base();
        self.qa.call(a.to_string()).await
    }
}

#[tokio::test]
async fn several_arguments_make_a_struct_whose_name_and_docs_may_be_given() {
    let add = with_lm(Add::default());
    let input = Numbers { a: 1.0, r#type: Some(2) };
    // `forward` hands a part's prediction on, so the output is the part's.
    let output: QaOutput = add.call(input.clone()).await.unwrap().into_output();
    assert_eq!(output.answer, "> 3.5");
    assert_eq!(serde_json::to_value(&input).unwrap(), json!({"a": 1.0, "type": 2}));
    let read: Numbers = serde_json::from_value(json!({"a": 1.0})).unwrap();
    assert_eq!(read.r#type, None);
    let schema = dspy::schema::of::<Numbers>();
    assert_eq!(schema["properties"]["a"]["description"], "The first number.");
    assert_eq!(schema["required"], json!(["a"]));
}

#[derive(Clone, Default)]
struct Half;

#[derive(Debug)]
struct Odd(i64);

impl fmt::Display for Odd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is odd", self.0)
    }
}

impl std::error::Error for Odd {}

#[module]
impl Half {
    async fn forward(&self, number: i64) -> Result<i64, Odd> {
        if number % 2 == 0 { Ok(number / 2) } else { Err(Odd(number)) }
    }
}

#[tokio::test]
async fn numbers_convert_without_loss_and_errors_may_be_the_users_own() {
    assert_eq!(*Half.call(4).await.unwrap(), 2);
    assert_eq!(*Half.call(4_u8).await.unwrap(), 2);
    let error = Half.call(3).await.unwrap_err();
    assert_eq!(error.to_string(), "3 is odd");
    assert!(matches!(error, dspy::Error::User(_)));
}

/// Private, as is the program that takes it.
#[data]
enum Colour {
    Red,
    Blue,
}

#[derive(Clone, Default)]
struct Mix;

#[module]
impl Mix {
    async fn forward(&self, colour: Colour) -> dspy::Result<Option<Colour>> {
        Ok((colour == Colour::Red).then_some(Colour::Blue))
    }
}

#[tokio::test]
async fn arguments_and_outputs_may_be_private_types() {
    assert_eq!(*Mix.call(Colour::Red).await.unwrap(), Some(Colour::Blue));
    assert_eq!(*Mix.call(MixInput { colour: Colour::Blue }).await.unwrap(), None);
}

#[derive(Clone, Default)]
struct Parse {
    qa: Answerer,
}

#[module]
impl Parse {
    async fn forward(&self) -> dspy::Result<u32> {
        let answer = self.qa.call("12").await?.into_output().answer;
        answer.trim_start_matches("> ").parse::<u32>().user()
    }
}

#[tokio::test]
async fn no_argument_is_the_unit() {
    let parse = with_lm(Parse::default());
    assert_eq!(*parse.call(()).await.unwrap(), 12);
    assert_eq!(*parse.call(ParseInput {}).await.unwrap(), 12);
}

#[tokio::test]
async fn calls_may_run_at_once_and_be_spawned() {
    let twice = with_lm(Twice::default());
    let spawned = tokio::spawn({
        let twice = twice.clone();
        async move { twice.call("a").await.map(Prediction::into_output) }
    });
    let (b, c) = tokio::join!(twice.call("b").into_future(), twice.call("c").into_future());
    assert_eq!((&**b.unwrap(), &**c.unwrap()), ("> > b", "> > c"));
    assert_eq!(spawned.await.unwrap().unwrap(), "> > a");
}

// ---- the registry

/// Uses its fields in every way that counts.
#[derive(Clone, Default)]
struct Uses {
    in_macro: Answerer,
    nested: Twice,
    borrowed: Option<Answerer>,
    list: Vec<Answerer>,
    by_name: HashMap<String, Answerer>,
    both: (Answerer, Answerer),
    limit: usize,
    r#type: Answerer,
}

#[module]
impl Uses {
    /// Called like a field, and is none.
    fn list(&self) -> usize {
        self.list.len()
    }

    async fn forward(&self, question: String) -> dspy::Result<String> {
        let (answer, other) = tokio::join!(
            self.in_macro.call(&question).into_future(),
            self.nested.call(&question).into_future(),
        );
        let mut text = format!("{} {} {}", answer?.answer, *other?, self.list());
        if let Some(part) = &self.borrowed {
            text += &part.call(&question).await?.answer;
        }
        for part in self.list.iter().chain((self).by_name.values()) {
            text += &part.call(&question).await?.answer;
        }
        text += &self.both.1.call(&question).await?.answer;
        fn inner() -> usize {
            struct Other {
                unrelated: usize,
            }
            impl Other {
                fn get(&self) -> usize {
                    self.unrelated
                }
            }
            Other { unrelated: 1 }.get()
        }
        text.truncate(self.limit.max(inner()));
        let again = async || self.r#type.call(&text).await;
        Ok(again().await?.into_output().answer)
    }
}

#[test]
fn paths_are_spelled_as_dspy_spells_them_in_the_order_of_first_use() {
    let uses = Uses {
        borrowed: Some(Answerer::new()),
        list: vec![Answerer::new(), Answerer::new()],
        by_name: ["b", "a's"].map(|key| (key.to_owned(), Answerer::new())).into(),
        ..Uses::default()
    };
    assert_eq!(
        leaf_paths(&uses),
        [
            "list[0]",
            "list[1]",
            "in_macro",
            "nested.first",
            "nested.second",
            "borrowed",
            "by_name['a\\'s']",
            "by_name['b']",
            "both[0]",
            "both[1]",
            "type",
        ]
    );
    assert_eq!(leaf_paths(&Answerer::new()), ["self"]);
}

#[tokio::test]
async fn every_part_runs_with_the_programs_model() {
    let mut uses = Uses { limit: 100, ..Uses::default() };
    uses.set_lm(&echo());
    assert_eq!(*uses.call("Q").await.unwrap(), "> > Q > > Q 0> Q");
}

struct Client;

#[derive(Clone, Default)]
struct Sorted {
    shown: Answerer,
    unused: Answerer,
    kept: Answerer,
    old: Answerer,
    client: Option<std::sync::Arc<Client>>,
}

#[module(also(unused), skip(client), frozen(kept), rename(old = "new_name"))]
impl Sorted {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let _ = (&self.client, &self.old);
        self.kept.call(&question).await?;
        Ok(self.shown.call(question).await?.into_output().answer)
    }
}

#[test]
fn fields_may_be_added_skipped_frozen_and_renamed() {
    let sorted = Sorted::default();
    assert_eq!(leaf_paths(&sorted), ["new_name", "kept", "shown", "unused"]);
    let tasks = dspy::module::task_schemas(&sorted);
    let frozen: Vec<_> = tasks.iter().filter(|(_, _, frozen)| *frozen).collect();
    assert_eq!(frozen.iter().map(|(path, _, _)| path).collect::<Vec<_>>(), ["kept"]);
}

#[test]
fn what_is_renamed_is_changed_under_its_new_name() {
    let mut sorted = Sorted::default();
    let kind = dspy::module::ParameterKind::INSTRUCTIONS;
    for path in ["new_name", "kept"] {
        dspy::module::set_parameter(&mut sorted, path, &kind, json!("Shout.")).unwrap();
    }
    assert_eq!(sorted.old.instructions(), "Shout.");
    assert_eq!(sorted.kept.instructions(), "Shout.");
    assert_eq!(sorted.shown.instructions(), "Answer the question.");
}

#[derive(Clone, Default, Parameters)]
struct Derived {
    #[parameters(rename = "qa")]
    answerer: Answerer,
    untouched: Answerer,
}

#[module(derived)]
impl Derived {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.answerer.call(question).await?.into_output().answer)
    }
}

#[tokio::test]
async fn the_struct_may_derive_the_registry_instead() {
    assert_eq!(leaf_paths(&Derived::default()), ["qa", "untouched"]);
    assert_eq!(*with_lm(Derived::default()).call("Q").await.unwrap(), "> Q");
}

#[derive(Clone, Default)]
struct Pair(Answerer, (usize, Twice));

#[module(frozen(1))]
impl Pair {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let text = format!("{question}{}", stringify!(self.0.unused));
        let first = self.0.call(text).await?.into_output().answer;
        let second = self.1.1.call(first);
        Ok(second.await?.into_output())
    }
}

#[test]
fn fields_without_names_go_by_their_numbers() {
    assert_eq!(leaf_paths(&Pair::default()), ["[0]", "[1][1].first", "[1][1].second"]);
}

#[derive(Clone, Default)]
struct Conditional {
    qa: Answerer,
    #[cfg(not(test))]
    absent: Answerer,
    #[cfg(test)]
    present: Answerer,
}

#[module]
impl Conditional {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        #[cfg(not(test))]
        let question = self.absent.call(question).await?.into_output().answer;
        #[cfg(test)]
        self.present.call(&question).await?;
        self.more();
        Ok(self.qa.call(question).await?.into_output().answer)
    }

    #[cfg(not(test))]
    fn more(&self) {
        drop(self.absent.clone());
    }

    #[cfg(test)]
    fn more(&self) {}
}

#[test]
fn a_field_comes_and_goes_with_its_uses() {
    assert_eq!(leaf_paths(&Conditional::default()), ["present", "qa"]);
}

// ---- generics and macros

#[derive(Clone, Default)]
struct Wrap<M> {
    inner: M,
}

#[module]
impl<M> Wrap<M>
where
    M: Module<Input = QaInput>,
    M::Output: Data + fmt::Debug,
{
    async fn forward(&self, question: String) -> dspy::Result<M::Output> {
        self.inner.call(QaInput { question }).await.map(Prediction::into_output)
    }
}

#[tokio::test]
async fn a_module_may_be_generic_over_its_parts() {
    let wrap = with_lm(Wrap { inner: Answerer::new() });
    let input = WrapInput { question: "Q".into() };
    assert_eq!(wrap.call(input).await.unwrap().answer, "> Q");
    assert_eq!(leaf_paths(&wrap), ["inner"]);
    let within = Wrap { inner: ChainOfThought::<Qa>::new() };
    assert_eq!(leaf_paths(&within), ["inner"]);
}

#[derive(Clone, Default)]
struct Count<T> {
    of: std::marker::PhantomData<T>,
}

#[module]
impl<T: Data + fmt::Debug> Count<T> {
    async fn forward(&self, items: Vec<T>) -> dspy::Result<usize> {
        let _ = self.of;
        Ok(items.len())
    }
}

#[tokio::test]
async fn an_argument_may_be_generic() {
    let count = Count::<u8>::default();
    assert_eq!(*count.call(vec![1, 2]).await.unwrap(), 2);
    assert_eq!(*count.call(CountInput { items: vec![1_u8] }).await.unwrap(), 1);
}

macro_rules! program {
    ($name:ident { $field:ident: $type:ty } $argument:ident) => {
        #[derive(Clone, Default)]
        struct $name {
            $field: $type,
            fixed: Answerer,
        }

        #[module(crate = "::dspy")]
        impl $name {
            async fn forward(&self, $argument: String) -> dspy::Result<String> {
                let text = self.$field.call($argument).await?.into_output().answer;
                Ok(self.fixed.call(text).await?.into_output().answer)
            }
        }
    };
}

program!(Made { asked: Answerer } text);

#[tokio::test]
async fn a_macro_may_make_a_module() {
    let made = with_lm(Made::default());
    assert_eq!(leaf_paths(&made), ["asked", "fixed"]);
    assert_eq!(*made.call(MadeInput { text: "Q".into() }).await.unwrap(), "> > Q");
}
