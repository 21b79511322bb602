//! Strategies that have models write code: `ProgramOfThought`, `CodeAct`, `Rlm`.

#[path = "support/lines.rs"]
mod lines;
#[path = "support/scripted.rs"]
mod scripted;

use std::time::{Duration, Instant};

use dspy::interpreter::{
    CodeError, DynInterpreter, HostError, HostFunction, InterpreterError, Setup,
};
use dspy::lm::{LmError, Request, Scripted};
use dspy::module::{DynModule, leaf_paths};
use dspy::predict::{CodeAct, Coded, Ending, ProgramOfThought, Rlm};
use dspy::prelude::*;
use dspy::signature::View;
use lines::Lines;
use scripted::{question, sections};
use serde_json::json;

/// Find the number in the book.
#[derive(Signature, Clone)]
struct Find {
    /// A long text.
    #[input]
    book: String,
    #[input]
    question: String,
    #[output]
    #[assert(number >= 0, "{number} is negative")]
    number: i64,
    #[output(default = "none")]
    note: String,
}

fn input() -> FindInput {
    FindInput { book: "one two three".into(), question: "how many?".into() }
}

fn program(code: &str) -> String {
    sections(&[("reasoning", "by code"), ("generated_code", code)])
}

fn act(code: &str, finished: bool) -> String {
    sections(&[("generated_code", code), ("finished", if finished { "true" } else { "false" })])
}

fn step(code: &str) -> String {
    sections(&[("reasoning", "look"), ("code", code)])
}

fn answer(number: i64) -> String {
    sections(&[("reasoning", "it says so"), ("number", &number.to_string()), ("note", "n")])
}

fn last(model: &Scripted) -> String {
    question(model.requests().last().unwrap())
}

// ---- ProgramOfThought

#[tokio::test]
async fn a_program_is_written_run_and_answered_from_in_two_calls() {
    let model = Scripted::texts([program("```\nshow question\n3\n```"), answer(3)]);
    let pot = ProgramOfThought::<Find>::new(Lines).with_lm(&model.lm());
    let out = pot.call(input()).await.unwrap();
    assert_eq!((out.number, out.ending), (3, Ending::Finished));
    assert_eq!(out.final_reasoning, "it says so");
    assert_eq!(out.trajectory[0].code, "show question\n3");
    assert_eq!(out.trajectory[0].output, "\"how many?\"\n3");
    assert_eq!(out.usage().calls, 2);
    assert!(last(&model).contains("show question"), "the code is shown");
    assert!(question(&model.requests()[0]).contains("The language of lines."));
}

#[tokio::test]
async fn a_program_that_fails_is_written_anew_with_its_error_shown() {
    let model = Scripted::texts([program("fail it broke"), program("4"), answer(4)]);
    let pot = ProgramOfThought::<Find>::new(Lines).with_lm(&model.lm());
    let out = pot.call(input()).await.unwrap();
    assert_eq!((out.number, out.trajectory.len()), (4, 2));
    let again = question(&model.requests()[1]);
    assert!(again.contains("LineError in line 1: it broke") && again.contains("fail it broke"));
    assert_eq!(out.usage().calls, 3);
}

#[tokio::test]
async fn after_the_last_program_it_gives_up_with_the_error() {
    let model = Scripted::texts([program("fail a"), program("?"), program("fail c")]);
    let pot = ProgramOfThought::<Find>::new(Lines).with_lm(&model.lm());
    let dspy::Error::Interpreter(error) = pot.call(input()).await.unwrap_err() else {
        panic!("another error")
    };
    let InterpreterError::GaveUp { attempts: 3, error: CodeError::Runtime { message, .. } } =
        *error
    else {
        panic!("{error}")
    };
    assert_eq!(message, "c");
    model.check_exhausted().unwrap();
}

// ---- CodeAct

fn double() -> HostFunction {
    let schema = json!({
        "type": "object", "properties": {"of": {"type": "integer"}}, "required": ["of"]
    });
    HostFunction::with_schema("double", "Twice as much.", &schema, |given| async move {
        match given["of"].as_i64() {
            Some(13) => Err(HostError::failed("13 is unlucky")),
            of => Ok(json!(of.unwrap_or_default() * 2)),
        }
    })
}

#[tokio::test]
async fn an_agent_acts_sees_and_answers() {
    let model = Scripted::texts([
        act("let seen\ncall double {\"of\": 13}", true),
        act("call double {\"to\": 1}", false),
        "no sections at all".to_owned(),
        "still none".to_owned(),
        act("has seen\ncall double {\"of\": \"21\"}", true),
        answer(42),
    ]);
    let agent = CodeAct::<Find>::new(Lines).with_function(double()).with_lm(&model.lm());
    let out = agent.call(input()).await.unwrap();
    assert_eq!((out.number, out.ending), (42, Ending::Finished));
    let errors: Vec<_> = out
        .trajectory
        .iter()
        .map(|step| step.error.as_ref().map_or(String::new(), ToString::to_string))
        .collect();
    assert!(errors[0].contains("13 is unlucky"), "and `finished` does not count: {errors:?}");
    assert!(errors[1].contains("no argument `to`") && errors[1].contains("double(of: int)"));
    assert!(matches!(out.trajectory[2].error, Some(CodeError::Unreadable { .. })));
    assert_eq!(out.trajectory[3].output, "true\n42", "variables stay");
    assert!(question(&model.requests()[0]).contains("double(of: int): Twice as much."));
    let shown = last(&model);
    assert!(shown.contains("13 is unlucky") && shown.contains("Step 4"), "{shown}");
}

#[tokio::test]
async fn an_agent_that_does_not_finish_answers_at_the_limit() {
    let model = Scripted::with(|request: &Request, before| match before {
        0..2 => act(&format!("print step {before}"), false),
        _ => {
            assert!(question(request).contains("step 1"));
            answer(1)
        }
    });
    let agent = CodeAct::<Find>::new(Lines).with_max_iters(2).with_lm(&model.lm());
    let out = agent.call(input()).await.unwrap();
    assert_eq!((out.ending, out.trajectory.len(), out.usage().calls), (Ending::StepLimit, 2, 3));
}

// ---- Rlm

#[tokio::test]
async fn long_inputs_stay_out_of_prompts_and_answers_are_typed() {
    let model = Scripted::texts([
        step("show question"),
        step("call SUBMIT {\"number\": \"many\"}"),
        step("call SUBMIT {\"number\": -1}"),
        step("call SUBMIT {\"numbers\": 1}"),
        step("call SUBMIT {\"number\": 7}\nprint never"),
    ]);
    let rlm = Rlm::<Find>::new(Lines).with_lm(&model.lm());
    let book = "x".repeat(5_000_000);
    let out = rlm.call(FindInput { book, question: "how many?".into() }).await.unwrap();
    assert_eq!((out.number, out.note.as_str(), out.ending), (7, "none", Ending::Submitted));
    assert_eq!(out.final_reasoning, "look");
    for request in model.requests() {
        let text: usize = request.messages.iter().map(|message| message.text().len()).sum();
        assert!(text < 20_000, "a prompt of {text} bytes");
    }
    let first = question(&model.requests()[0]);
    assert!(first.contains("`book`: text, 5000000 characters\nA long text."), "{first}");
    assert!(first.contains("SUBMIT(number: int, note: str = None)") && first.contains("1 of 20"));
    let shown = last(&model);
    for error in ["the argument `number`", "-1 is negative", "did you mean `number`?"] {
        assert!(shown.contains(error), "{error} is not in {shown}");
    }
}

#[tokio::test]
async fn what_is_printed_is_shown_in_part() {
    let long = "y".repeat(3_000);
    let model =
        Scripted::texts([step(&format!("print {long}")), step("call SUBMIT {\"number\": 1}")]);
    let rlm = Rlm::<Find>::new(Lines).with_max_output_chars(100).with_lm(&model.lm());
    let out = rlm.call(input()).await.unwrap();
    assert!(out.trajectory[0].output.len() < 200);
    assert!(out.trajectory[0].output.contains("2900 of 3000 characters left out"));
}

#[tokio::test]
async fn queries_run_at_once_and_are_counted() {
    let prompts: Vec<_> = (0..8).map(|n| format!("part {n}")).collect();
    let batch = format!("call llm_query_batched {}", json!({"prompts": prompts}));
    let main = Scripted::texts([
        step(&batch),
        step(
            "call llm_query {\"prompt\": \"one more\"}\ncall llm_query {\"prompt\": \"too many\"}",
        ),
        step(&batch),
        step("call SUBMIT {\"number\": 1}"),
    ]);
    let reader = Scripted::with(|request: &Request, _| {
        let asked = question(request);
        if asked.contains("part 3") {
            return Err(LmError::Timeout { host: "test".into(), after: Duration::ZERO });
        }
        let part = asked.lines().find(|line| line.contains("part") || line.contains("one more"));
        Ok(sections(&[("response", &format!("read {}", part.unwrap_or_default()))]))
    })
    .with_delay(Duration::from_millis(300));
    let rlm =
        Rlm::<Find>::new(Lines).with_lm(&main.lm()).with_sub_lm(&reader.lm()).with_max_llm_calls(9);
    let since = Instant::now();
    let out = rlm.call(input()).record().await.unwrap();
    let took = since.elapsed();
    assert!(took < Duration::from_millis(1_500), "9 queries of 300 ms took {took:?}");
    assert_eq!(reader.calls(), 9, "what is too many is not asked");
    let first = &out.trajectory[0].output;
    assert!(first.contains("read part 7") && first.contains("[error]"), "{first}");
    let refused = out.trajectory[1].error.as_ref().unwrap().to_string();
    assert!(refused.contains("9 of 9 are used"), "{refused}");
    assert!(out.trajectory[2].error.is_some(), "all of a batch or nothing");
    let paths: Vec<_> = out.trace().calls().iter().map(|call| call.path.clone()).collect();
    assert_eq!(paths.iter().filter(|path| *path == "llm_query").count(), 9, "{paths:?}");
    assert_eq!(paths.iter().filter(|path| *path == "generate_action").count(), 4);
}

#[tokio::test]
async fn at_the_limit_the_answer_is_taken_from_what_was_found() {
    let model = Scripted::texts([step("print 5 of them"), step("fail x"), answer(5)]);
    let rlm = Rlm::<Find>::new(Lines).with_max_iters(2).with_lm(&model.lm());
    let out = rlm.call(input()).await.unwrap();
    assert_eq!((out.number, out.ending, out.usage().calls), (5, Ending::StepLimit, 3));
    assert!(last(&model).contains("5 of them"));
}

#[tokio::test]
async fn a_query_that_can_never_succeed_ends_the_call() {
    let main = Scripted::texts([step("call llm_query {\"prompt\": \"p\"}")]);
    let reader = Scripted::with(|_: &Request, _| Err::<String, _>(LmError::NotConfigured));
    let rlm = Rlm::<Find>::new(Lines).with_lm(&main.lm()).with_sub_lm(&reader.lm());
    let error = rlm.call(input()).await.unwrap_err();
    assert!(error.is_setup() && error.to_string().contains("llm_query"), "{error}");
}

#[tokio::test]
async fn steps_that_are_too_long_for_the_model_are_left_out() {
    let model = Scripted::with(|request: &Request, _| {
        let text = question(request);
        if text.contains("marker 0") && text.contains("Step 4") {
            return Err(LmError::ContextWindow(Box::default()));
        }
        let number = text.matches("Step ").count();
        Ok(match text.contains("(The first 2 steps are left out.)") {
            true => step("call SUBMIT {\"number\": 1}"),
            false => step(&format!("print marker {number}")),
        })
    });
    let rlm = Rlm::<Find>::new(Lines).with_lm(&model.lm());
    let out = rlm.call(input()).await.unwrap();
    assert_eq!((out.ending, out.trajectory.len()), (Ending::Submitted, 5));
}

#[tokio::test]
async fn names_that_the_strategy_needs_are_refused_with_a_cure() {
    #[derive(Signature)]
    struct Clash {
        #[input]
        trajectory: String,
        #[output]
        answer: String,
    }
    let error = CodeAct::<Clash>::new(Lines).call("x").await.unwrap_err().to_string();
    assert!(error.contains("`trajectory`") && error.contains("rename"), "{error}");
}

// ---- as modules

#[derive(Clone, Debug)]
struct Nested {
    pot: ProgramOfThought<Find>,
    agents: Vec<CodeAct<Find>>,
    rlm: DynModule<FindInput, Coded<FindOutput>>,
}

#[module]
impl Nested {
    async fn forward(&self, book: String) -> dspy::Result<i64> {
        let input = || FindInput { book: book.clone(), question: "?".into() };
        let mut sum = self.pot.call(input()).await?.number;
        for agent in &self.agents {
            sum += agent.call(input()).await?.number;
        }
        Ok(sum + self.rlm.call(input()).await?.number)
    }
}

fn nested() -> Nested {
    Nested {
        pot: ProgramOfThought::new(Lines),
        agents: vec![CodeAct::new(Lines)],
        rlm: DynModule::new(Rlm::<Find>::new(Lines)),
    }
}

#[tokio::test]
async fn they_nest_are_traced_and_are_saved() {
    let paths = [
        "pot.code_generate",
        "pot.code_regenerate",
        "pot.generate_output",
        "agents[0].codeact",
        "agents[0].extractor",
        "rlm.generate_action",
        "rlm.extract",
        "rlm.llm_query",
    ];
    let mut program = nested();
    assert_eq!(leaf_paths(&program), paths);
    let model = Scripted::texts([
        program_of(1),
        answer(1),
        act("2", true),
        answer(2),
        step("call SUBMIT {\"number\": 3}"),
    ]);
    program.set_lm(&model.lm());
    let out = program.call("book").record().await.unwrap();
    assert_eq!(*out, 6);
    let called: Vec<_> = out.trace().calls().iter().map(|call| call.path.clone()).collect();
    assert_eq!(called, [paths[0], paths[2], paths[3], paths[4], paths[5]]);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("program.json");
    let instruction = json!("Write good code.");
    let kind = dspy::module::ParameterKind::INSTRUCTIONS;
    dspy::module::set_parameter(&mut program, paths[5], &kind, instruction.clone()).unwrap();
    program.save(&file).unwrap();
    let mut again = nested();
    assert_eq!(again.load(&file).unwrap().loaded.len(), paths.len());
    assert_eq!(dspy::module::parameter_value(&again, paths[5], &kind), Some(instruction));
    assert_eq!(dspy::module::identity(&again), dspy::module::identity(&program));
}

fn program_of(number: i64) -> String {
    program(&number.to_string())
}

#[tokio::test]
async fn outputs_are_data_and_metrics_for_the_bare_output_accept_them() {
    let model = Scripted::texts([step("print 1"), step("call SUBMIT {\"number\": 9}")]);
    let rlm = Rlm::<Find>::new(Lines).with_lm(&model.lm());
    let out = rlm.call(input()).await.unwrap().into_output();
    let json = serde_json::to_value(&out).unwrap();
    assert_eq!((json["number"].clone(), json["ending"].clone()), (json!(9), json!("submitted")));
    assert_eq!(json["trajectory"][0]["output"], json!("1"));
    let again: Coded<FindOutput> = serde_json::from_value(json.clone()).unwrap();
    assert_eq!((again.number, &again.trajectory), (9, &out.trajectory));
    let schema = dspy::schema::of::<Coded<FindOutput>>();
    assert_eq!(dspy::parse::fit(json.clone(), &schema).unwrap().value, json);

    let model = Scripted::with(|_: &Request, _| step("call SUBMIT {\"number\": 9}"));
    let rlm = rlm.with_lm(&model.lm());
    let row = |number| Find { book: "b".into(), question: "?".into(), number, note: "n".into() };
    fn right(row: &Find, output: &impl View<FindOutput>) -> bool {
        row.number == output.view().number
    }
    let found = rlm.call(input()).await.unwrap();
    assert!(right(&row(9), found.output()) && !right(&row(8), found.output()));
}

// ---- host functions and setups

#[tokio::test]
async fn arguments_are_checked_before_a_function_runs() {
    #[dspy::data]
    struct Search {
        query: String,
        limit: Option<u32>,
    }
    let search = HostFunction::of("search", "Finds.", |args: Search| async move {
        Ok(format!("{} {:?}", args.query, args.limit))
    });
    let call = async |positional: serde_json::Value, named: serde_json::Value| {
        let positional = positional.as_array().unwrap().clone();
        search.call(positional, named.as_object().unwrap().clone()).await
    };
    assert_eq!(call(json!(["a", 2]), json!({})).await, Ok(json!("a Some(2)")));
    assert_eq!(call(json!(["a"]), json!({"limit": null})).await, Ok(json!("a None")));
    for (positional, named, what) in [
        (json!([]), json!({}), "`query` is missing"),
        (json!(["a", 1, 2]), json!({}), "3 arguments"),
        (json!(["a"]), json!({"query": "b"}), "given twice"),
        (json!(["a"]), json!({"limits": 1}), "did you mean `limit`?"),
        (json!(["a", "many"]), json!({}), "`limit`"),
    ] {
        let Err(HostError::Failed(message)) = call(positional, named).await else {
            panic!("{what}")
        };
        assert!(message.contains(what), "{message}");
    }
}

#[tokio::test]
async fn names_must_be_names() {
    for name in ["", "1st", "e-mail", "class", "größe"] {
        let setup = Setup::new().variable(name, json!(1));
        let error = DynInterpreter::new(Lines).start(setup).await.unwrap_err();
        assert!(matches!(error, InterpreterError::Name { .. }), "{error}");
    }
    let twice = Setup::new().variable("double", json!(1)).function(double());
    assert!(twice.check().unwrap_err().to_string().contains("twice"));
}
