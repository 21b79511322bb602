//! `#[derive(Parameters)]`: what is walked, and under which path.

use std::collections::BTreeMap;

use dspy::module::{ParameterKind, leaf_paths, set_parameter, task_schemas};
use dspy::prelude::*;
use serde_json::json;

/// Answer the question.
#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

fn predict() -> Predict<Qa> {
    Predict::new()
}

struct Client;

#[derive(Parameters)]
struct Everything {
    one: Predict<Qa>,
    boxed: Box<ChainOfThought<Qa>>,
    maybe: Option<Predict<Qa>>,
    list: Vec<Option<Predict<Qa>>>,
    array: [Predict<Qa>; 2],
    keyed: BTreeMap<u8, Inner>,
    threshold: f64,
    name: String,
    #[parameters(skip)]
    client: Client,
}

#[derive(Parameters)]
struct Inner(Predict<Qa>, usize, (bool, Predict<Qa>));

#[derive(Parameters)]
struct Nothing;

#[derive(Parameters)]
struct Braces {}

#[test]
fn paths_follow_fields_and_containers_in_declaration_order() {
    let inner = || Inner(predict(), 1, (true, predict()));
    let everything = Everything {
        one: predict(),
        boxed: Box::default(),
        maybe: None,
        list: vec![None, Some(predict())],
        array: [predict(), predict()],
        keyed: [(10, inner()), (9, inner())].into(),
        threshold: 0.5,
        name: "x".into(),
        client: Client,
    };
    assert_eq!(
        leaf_paths(&everything),
        [
            "one",
            "boxed",
            "list[1]",
            "array[0]",
            "array[1]",
            "keyed['9'][0]",
            "keyed['9'][2][1]",
            "keyed['10'][0]",
            "keyed['10'][2][1]",
        ]
    );
    let Client = everything.client;
    assert!(leaf_paths(&Nothing).is_empty());
    assert!(leaf_paths(&Braces {}).is_empty());
}

#[derive(Parameters)]
struct Marked {
    #[parameters(frozen)]
    kept: Predict<Qa>,
    #[parameters(rename = "generate", frozen)]
    answerer: Nested,
    free: Predict<Qa>,
    r#type: Predict<Qa>,
}

#[derive(Parameters)]
struct Nested {
    part: Predict<Qa>,
}

#[test]
fn fields_may_be_frozen_and_renamed() {
    let mut marked = Marked {
        kept: predict(),
        answerer: Nested { part: predict() },
        free: predict(),
        r#type: predict(),
    };
    let found: Vec<_> =
        task_schemas(&marked).into_iter().map(|(path, _, frozen)| (path, frozen)).collect();
    let expected = [("kept", true), ("generate.part", true), ("free", false), ("type", false)];
    assert_eq!(found, expected.map(|(path, frozen)| (path.to_owned(), frozen)));
    // `walk_mut` goes the same ways.
    for (path, _) in &found {
        set_parameter(&mut marked, path, &ParameterKind::INSTRUCTIONS, json!(path)).unwrap();
    }
    assert_eq!(marked.answerer.part.instructions(), "generate.part");
    assert_eq!(marked.r#type.instructions(), "type");
}

#[derive(Parameters)]
enum Strategy {
    Direct(Predict<Qa>),
    Staged {
        #[parameters(rename = "first")]
        draft: Predict<Qa>,
        #[parameters(frozen)]
        path: Predict<Qa>,
        #[parameters(skip)]
        _visit: Client,
    },
    Pair(u8, #[parameters(skip)] Client, Predict<Qa>),
    Give,
}

#[derive(Parameters)]
enum Never {}

#[test]
fn an_enum_has_the_parameters_of_the_variant_it_is() {
    let paths = |strategy: &mut Strategy| {
        let paths = leaf_paths(strategy);
        for path in &paths {
            set_parameter(strategy, path, &ParameterKind::INSTRUCTIONS, json!("x")).unwrap();
        }
        paths
    };
    assert_eq!(paths(&mut Strategy::Direct(predict())), ["[0]"]);
    let mut staged = Strategy::Staged { draft: predict(), path: predict(), _visit: Client };
    assert_eq!(paths(&mut staged), ["first", "path"]);
    let Strategy::Staged { draft, path, .. } = &staged else { unreachable!() };
    assert_eq!((draft.instructions(), path.instructions()), ("x", "x"));
    assert_eq!(paths(&mut Strategy::Pair(1, Client, predict())), ["[2]"]);
    assert!(paths(&mut Strategy::Give).is_empty());
    let _: Option<Never> = None;
}

#[derive(Parameters)]
struct Generic<M, S: Signature, const N: usize> {
    module: M,
    parts: [Predict<S>; N],
    tree: Tree<M>,
}

#[derive(Parameters)]
struct Tree<M> {
    here: Option<M>,
    below: Vec<Tree<M>>,
}

#[test]
fn generic_types_ask_of_their_fields_only_what_they_need() {
    let leaf = Tree { here: Some(predict()), below: vec![] };
    let generic = Generic::<_, Qa, 1> {
        module: predict(),
        parts: [predict()],
        tree: Tree { here: None, below: vec![leaf] },
    };
    assert_eq!(leaf_paths(&generic), ["module", "parts[0]", "tree.below[0].here"]);
}
