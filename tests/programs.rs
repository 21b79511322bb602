//! `#[module]` on programs of every form, and what can be done with the program as a whole.

#[path = "support/scripted.rs"]
mod scripted;

use std::collections::{BTreeMap, HashMap};

use dspy::module::{DynModule, Select, freeze, leaf_paths, parameters, unfreeze};
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

/// Repeats the question's text after `> `.
fn echo() -> Lm {
    let script = |request: &dspy::lm::Request, _| {
        let asked = question(request);
        let text = asked.lines().nth(1).unwrap_or_default();
        let answer = format!("> {text}");
        Ok(dspy::lm::Response::text(sections(&[("reasoning", "so"), ("answer", &answer)])))
    };
    Scripted::new(script).lm()
}

fn with_lm<M: Module>(mut module: M) -> M {
    module.set_lm(&echo());
    module
}

// ---- visibility, forms of structs, further methods

#[allow(missing_docs, missing_debug_implementations, unreachable_pub)] // stands for a library
pub mod library {
    use super::{Qa, QaInput};
    use dspy::prelude::*;

    /// A public program whose `forward` is private: users go through `call`.
    #[derive(Clone, Default)]
    pub struct Public {
        qa: Predict<Qa>,
        /// How often it may ask.
        pub limit: u32,
    }

    #[module]
    impl Public {
        /// A constructor is left as it is.
        pub fn limited(limit: u32) -> Self {
            Self { limit, ..Self::default() }
        }

        /// Asks once.
        async fn forward(&self, question: String) -> dspy::Result<String> {
            self.ask(question).await
        }

        async fn ask(&self, question: String) -> dspy::Result<String> {
            let input = QaInput { question: self.shortened(&question).to_owned() };
            Ok(self.qa.call(input).await?.into_output().answer)
        }

        fn shortened<'q>(&self, question: &'q str) -> &'q str {
            question.split_at_checked(self.limit as usize).map_or(question, |(start, _)| start)
        }
    }

    #[derive(Clone, Default)]
    struct Private(Predict<Qa>, [u8; 2]);

    #[module]
    impl Private {
        pub async fn forward(&self, question: String) -> dspy::Result<u8> {
            let answer = self.0.call(question).await?.into_output().answer;
            Ok(self.1[0] + u8::try_from(answer.len()).unwrap_or(u8::MAX))
        }
    }

    pub fn private() -> impl Module<Output = u8, Input = Start> {
        Defaulting(Private::default())
    }

    /// A program around a private one.
    #[derive(Clone)]
    struct Defaulting(Private);

    #[module(input = Start)]
    impl Defaulting {
        async fn forward(&self) -> dspy::Result<u8> {
            Ok(self.0.call("abc").await?.into_output())
        }
    }
}

#[tokio::test]
async fn forward_and_struct_may_be_private_or_public() {
    let public = with_lm(library::Public::limited(3));
    assert_eq!(*public.call("abcdef").await.unwrap(), "> abc");
    // The input struct of a public program is public, with one public field for each argument.
    let input = library::PublicInput { question: "x".into() };
    assert_eq!(*public.call(input).await.unwrap(), "> x");
    assert_eq!(leaf_paths(&public), ["qa"]);

    let private = with_lm(library::private());
    assert_eq!(*private.call(library::Start {}).await.unwrap(), 5);
    assert_eq!(leaf_paths(&private), ["[0][0]"]);
}

// ---- twelve arguments

#[derive(Clone, Default)]
struct Sum;

#[module]
impl Sum {
    #[allow(clippy::too_many_arguments)]
    async fn forward(
        &self,
        a: u8,
        b: u16,
        c: u32,
        d: u64,
        e: i8,
        f: i16,
        g: i32,
        h: i64,
        i: bool,
        j: String,
        k: Option<u8>,
        l: Vec<u8>,
    ) -> dspy::Result<(i64, String)> {
        let small = i64::from(a) + i64::from(b) + i64::from(c) + i64::from(e) + i64::from(f);
        let large = i64::try_from(d).unwrap_or(0) + i64::from(g) + h + i64::from(i);
        let list: i64 = l.iter().chain(&k).map(|n| i64::from(*n)).sum();
        Ok((small + large + list, j))
    }
}

#[tokio::test]
async fn forward_may_take_twelve_arguments() {
    let input: SumInput = serde_json::from_value(json!({
        "a": 1, "b": 2, "c": 3, "d": 4, "e": 5, "f": 6, "g": 7, "h": 8, "i": true, "j": "text",
        "l": [10, 20],
    }))
    .unwrap();
    assert_eq!(*Sum.call(input).await.unwrap(), (67, "text".to_owned()));
}

// ---- several impls of one generic struct

#[derive(Clone, Default)]
struct Ask<S> {
    question: Predict<Qa>,
    style: S,
}

#[derive(Clone, Default)]
struct Once(u8);

#[derive(Clone, Default)]
struct Often {
    times: u8,
}

#[module(input = AskOnce, skip(style))]
impl Ask<Once> {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        Ok(self.question.call(question).await?.into_output().answer)
    }
}

#[module(input = AskOften, skip(style))]
impl Ask<Often> {
    async fn forward(&self, question: String, extra: u8) -> dspy::Result<Vec<String>> {
        let mut answers = Vec::new();
        for _ in 0..self.style.times + extra {
            answers.push(self.question.call(question.as_str()).await?.into_output().answer);
        }
        Ok(answers)
    }
}

#[tokio::test]
async fn impls_of_one_generic_struct_are_programs_of_their_own() {
    let once = with_lm(Ask { question: Predict::new(), style: Once(0) });
    assert_eq!(*once.call(AskOnce { question: "Q".into() }).await.unwrap(), "> Q");
    assert_eq!(once.style.0, 0);
    let often = with_lm(Ask { question: Predict::new(), style: Often { times: 1 } });
    let answers = often.call(AskOften { question: "Q".into(), extra: 1 }).await.unwrap();
    assert_eq!(*answers, ["> Q", "> Q"]);
    assert_eq!(
        (leaf_paths(&once), leaf_paths(&often)),
        (vec!["question".into()], vec!["question".into()])
    );
}

// ---- an enum, and parts without `forward`

#[derive(Clone, Parameters)]
enum Expert {
    Quick(Predict<Qa>),
    Thorough { reasoner: ChainOfThought<Qa>, checker: Predict<Qa> },
}

#[module(derived)]
impl Expert {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        match self {
            Self::Quick(qa) => Ok(qa.call(question).await?.into_output().answer),
            Self::Thorough { reasoner, checker } => {
                let draft = reasoner.call(question).await?.into_output().output.answer;
                Ok(checker.call(draft).await?.into_output().answer)
            }
        }
    }
}

#[tokio::test]
async fn an_enum_is_a_program_with_the_parameters_of_its_variant() {
    let quick = with_lm(Expert::Quick(Predict::new()));
    assert_eq!(*quick.call("Q").await.unwrap(), "> Q");
    let thorough = Expert::Thorough { reasoner: ChainOfThought::new(), checker: Predict::new() };
    let thorough = with_lm(thorough);
    assert_eq!(*thorough.call("Q").await.unwrap(), "> > Q");
    assert_eq!(leaf_paths(&quick), ["[0]"]);
    assert_eq!(leaf_paths(&thorough), ["reasoner", "checker"]);
}

// ---- programs of unknown type

#[derive(Clone)]
struct Panel {
    members: Vec<DynModule<QaInput, QaOutput>>,
    chair: Box<DynModule<QaInput, QaOutput>>,
    substitutes: BTreeMap<String, Predict<Qa>>,
    guests: HashMap<u8, Option<Predict<Qa>>>,
}

#[module]
impl Panel {
    async fn forward(&self, question: String) -> dspy::Result<Vec<String>> {
        let mut answers = Vec::new();
        for member in self.members.iter().chain([self.chair.as_ref()]) {
            answers.push(member.call(question.as_str()).await?.into_output().answer);
        }
        let _ = (&self.substitutes, &self.guests);
        Ok(answers)
    }
}

fn panel() -> Panel {
    with_lm(Panel {
        members: vec![
            DynModule::new(Predict::<Qa>::new()),
            DynModule::new(Predict::<Qa>::new().with_instructions("Answer in French.")),
        ],
        chair: Box::new(DynModule::new(Predict::<Qa>::new())),
        substitutes: BTreeMap::from([("b's".into(), Predict::new()), ("a".into(), Predict::new())]),
        guests: HashMap::from([(2, Some(Predict::new())), (1, None), (10, Some(Predict::new()))]),
    })
}

#[tokio::test]
async fn a_list_of_programs_of_unknown_type_is_part_of_a_program() {
    let panel = panel();
    assert_eq!(*panel.call("Q").await.unwrap(), ["> Q", "> Q", "> Q"]);
    let prediction = panel.call("Q").record().await.unwrap();
    let paths: Vec<_> = prediction.trace().calls().iter().map(|call| call.path.clone()).collect();
    assert_eq!(paths, ["members[0]", "members[1]", "chair"]);
    let all = DynModule::new(panel);
    assert_eq!(all.call("Q").await.unwrap().len(), 3);
}

#[test]
fn paths_are_the_same_in_every_process() {
    let expected =
        ["members[0]", "members[1]", "chair", "substitutes['a']", r"substitutes['b\'s']"];
    let paths = leaf_paths(&panel());
    assert_eq!(paths[..5], expected);
    let mut guests = paths[5..].to_vec();
    guests.sort();
    assert_eq!(guests, ["guests['10']", "guests['2']"]);
    for _ in 0..20 {
        assert_eq!(leaf_paths(&panel()), paths, "the order of a hash map shows");
    }
}

// ---- two fields of one type

#[derive(Clone, Default)]
struct Pair {
    left: Predict<Qa>,
    right: Predict<Qa>,
}

#[module]
impl Pair {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let left = self.left.call(question).await?.into_output().answer;
        Ok(self.right.call(left).await?.into_output().answer)
    }
}

#[test]
fn two_fields_of_one_type_keep_apart() {
    let mut pair = Pair::default();
    pair.right = pair.right.with_instructions("Answer in Dutch.");
    let instructions: Vec<_> = parameters(&pair)
        .into_iter()
        .filter(|parameter| parameter.kind.as_str() == "instructions")
        .map(|parameter| (parameter.path, parameter.value))
        .collect();
    assert_eq!(
        instructions,
        [
            ("left".to_owned(), json!("Answer the question.")),
            ("right".to_owned(), json!("Answer in Dutch.")),
        ]
    );
}

// ---- fields taken out of `self` by a pattern

#[derive(Clone, Default)]
struct Apart {
    first: Predict<Qa>,
    second: Predict<Qa>,
    style: String,
}

#[module]
impl Apart {
    async fn forward(&self, question: String) -> dspy::Result<String> {
        let Self { first, second: then, .. } = self;
        let draft = first.call(question).await?.into_output().answer;
        let answer = then.call(draft).await?.into_output().answer;
        Ok(format!("{answer}{}", self.style))
    }
}

#[derive(Clone, Default)]
struct Numbered(Predict<Qa>, u8);

#[module]
impl Numbered {
    async fn forward(&self, question: String) -> dspy::Result<(u8, String)> {
        let Self(qa, number) = self;
        Ok((*number, qa.call(question).await?.into_output().answer))
    }
}

#[test]
fn fields_in_a_pattern_of_the_struct_are_used_fields() {
    assert_eq!(leaf_paths(&Apart::default()), ["first", "second"]);
    assert_eq!(leaf_paths(&Numbered::default()), ["[0]"]);
}

// ---- selecting and freezing

#[test]
fn leaves_are_chosen_by_glob_counted_and_frozen() {
    let mut panel = panel();
    let frozen = |panel: &Panel| {
        let mut paths: Vec<_> =
            parameters(panel).into_iter().filter(|p| p.frozen).map(|p| p.path).collect();
        paths.dedup();
        paths
    };
    assert_eq!(leaf_paths(&panel).len(), 7);
    assert_eq!(freeze(&mut panel, "members*").unwrap(), ["members[0]", "members[1]"]);
    assert_eq!(frozen(&panel), ["members[0]", "members[1]"]);
    unfreeze(&mut panel, Select::new(["*"]).except(["members[0]"])).unwrap();
    assert_eq!(frozen(&panel), ["members[0]"]);
    let error = freeze(&mut panel, ["membres*"]).unwrap_err().to_string();
    assert!(
        error.contains("no leaf of the program matches `membres*`; it has: members[0]"),
        "{error}"
    );
    assert_eq!(frozen(&panel), ["members[0]"]);
    // A clone is frozen on its own.
    let mut clone = panel.clone();
    freeze(&mut clone, "*").unwrap();
    assert_eq!((frozen(&clone).len(), frozen(&panel).len()), (7, 1));
}
