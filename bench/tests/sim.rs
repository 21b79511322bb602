//! The simulated model: what moves its answers and what does not, and how it is served.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test says what it expects"
)]

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use dspy_sim::{Row, Settings, Simulation, Split, Tally, Variant, World, count_tokens};
use serde_json::{Value, json};

fn simulation(seed: u64, variant: Variant) -> Simulation {
    Simulation::new(World::new(Settings { seed, variant, ..Settings::default() }))
}

/// A call of the task as a chat format words it.
fn task(instructions: &str, demos: &[Row], text: &str) -> Value {
    let system = format!(
        "These are the input fields:\n1. `text` (text)\nThese are the output fields:\n\
         1. `label` (text)\n\n[[ ## label ## ]]\n{{label}}\n\nWhat you have to do:\n{instructions}"
    );
    let mut messages = vec![json!({"role": "system", "content": system})];
    for demo in demos {
        let (asked, told) = (
            format!("[[ ## text ## ]]\n{}", demo.text),
            format!("[[ ## label ## ]]\n{}", demo.label),
        );
        messages.push(json!({"role": "user", "content": asked}));
        messages.push(json!({"role": "assistant", "content": told}));
    }
    let asked = format!("[[ ## text ## ]]\n{text}\n\nAnswer with `[[ ## label ## ]]`.");
    messages.push(json!({"role": "user", "content": asked}));
    json!({"model": "any", "temperature": 0, "messages": messages})
}

fn content(reply: &Value) -> &str {
    reply["choices"][0]["message"]["content"].as_str().unwrap()
}

fn label(content: &str) -> &str {
    let start = content.find("QUEUE-").unwrap();
    &content[start..start + "QUEUE-A".len()]
}

fn accuracy(simulation: &Simulation, instructions: &str, demos: &[Row], rows: &[Row]) -> f64 {
    let right = rows.iter().filter(|row| {
        label(content(&simulation.reply(&task(instructions, demos, &row.text)))) == row.label
    });
    100.0 * right.count() as f64 / rows.len() as f64
}

/// The mean over worlds of how much better a prompt is than the bare one.
fn gain(change: impl Fn(&Simulation) -> (String, Vec<Row>)) -> f64 {
    let worlds = 1..=4;
    let count = worlds.clone().count() as f64;
    let gains = worlds.map(|seed| {
        let simulation = simulation(seed, Variant::Single);
        let rows = simulation.world().rows(Split::Test, 250, 0);
        let (instructions, demos) = change(&simulation);
        accuracy(&simulation, &instructions, &demos, &rows) - bare(&simulation, &rows)
    });
    gains.sum::<f64>() / count
}

fn bare(simulation: &Simulation, rows: &[Row]) -> f64 {
    accuracy(simulation, &simulation.world().instructions(), &[], rows)
}

/// Another label for each row.
fn mislabelled(rows: &[Row]) -> Vec<Row> {
    let next = |label: &str| match label.as_bytes()[6] {
        b'L' => "QUEUE-A".to_owned(),
        letter => format!("QUEUE-{}", char::from(letter + 1)),
    };
    rows.iter().map(|row| Row { label: next(&row.label), ..row.clone() }).collect()
}

/// For each label the word that goes with it most often and hardly ever with another.
fn telling_words(rows: &[Row]) -> Vec<(String, String)> {
    let mut counts: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    let mut all: BTreeMap<&str, u32> = BTreeMap::new();
    for row in rows {
        for word in row.text.split(' ').skip(1) {
            *counts.entry((&row.label, word)).or_default() += 1;
            *all.entry(word).or_default() += 1;
        }
    }
    let mut best: BTreeMap<&str, (u32, &str)> = BTreeMap::new();
    for ((label, word), count) in counts {
        if 2 * count > all[word] {
            let most = best.entry(label).or_default();
            *most = (count, word).max(*most);
        }
    }
    best.into_iter().map(|(label, (_, word))| (word.to_owned(), label.to_owned())).collect()
}

fn with_rules(start: &str, rules: &[(String, String)]) -> String {
    let lines = rules.iter().map(|(word, label)| format!("\nIf it says '{word}', answer {label}."));
    lines.fold(start.to_owned(), |text, line| text + &line)
}

#[test]
fn a_model_that_is_told_nothing_is_right_about_two_times_in_five() {
    let mut levels = HashSet::new();
    for seed in 1..=4 {
        let simulation = simulation(seed, Variant::Single);
        let level = bare(&simulation, &simulation.world().rows(Split::Test, 500, 0));
        assert!((30.0..50.0).contains(&level), "world {seed}: {level}");
        levels.insert(level.to_bits());
    }
    assert!(levels.len() > 1, "worlds differ");
}

#[test]
fn right_rules_help_and_wrong_rules_hurt() {
    let rules = |simulation: &Simulation, wrong: bool| {
        let rows = simulation.world().rows(Split::Train, 600, 0);
        let rows = if wrong { mislabelled(&rows) } else { rows };
        (with_rules(&simulation.world().instructions(), &telling_words(&rows)[..6]), Vec::new())
    };
    let right = gain(|simulation| rules(simulation, false));
    let wrong = gain(|simulation| rules(simulation, true));
    assert!(right > 8.0, "{right}");
    assert!(wrong < -3.0, "{wrong}");
}

#[test]
fn right_demonstrations_help_and_wrong_ones_hurt() {
    let demos = |simulation: &Simulation| simulation.world().rows(Split::Train, 16, 1);
    let same = |simulation: &Simulation| simulation.world().instructions();
    let right = gain(|simulation| (same(simulation), demos(simulation)));
    let wrong = gain(|simulation| (same(simulation), mislabelled(&demos(simulation))));
    assert!(right > 5.0, "{right}");
    assert!(wrong < -1.5, "{wrong}");
}

#[test]
fn few_answers_are_out_of_form_and_none_after_a_demonstration() {
    let simulation = simulation(1, Variant::Single);
    let rows = simulation.world().rows(Split::Test, 500, 0);
    let out_of_form = |demos: &[Row]| {
        let replies = rows.iter().map(|row| simulation.reply(&task("Route it.", demos, &row.text)));
        replies.filter(|reply| !content(reply).starts_with("[[ ## label ## ]]")).count()
    };
    assert!((2..=20).contains(&out_of_form(&[])));
    assert_eq!(out_of_form(&simulation.world().rows(Split::Train, 1, 0)), 0);
}

#[test]
fn a_sentence_beside_the_point_changes_answers_but_not_how_many_are_right() {
    let sentence = "The office is closed on Sundays.";
    let change =
        gain(|simulation| (format!("{} {sentence}", simulation.world().instructions()), vec![]));
    assert!(change.abs() < 3.0, "{change}");
}

#[test]
fn an_answer_among_the_demonstrations_is_copied() {
    let simulation = simulation(1, Variant::Single);
    let rows = mislabelled(&simulation.world().rows(Split::Test, 60, 0));
    let copied = rows.iter().filter(|row| {
        let request = task("Route it.", std::slice::from_ref(*row), &row.text);
        label(content(&simulation.reply(&request))) == row.label
    });
    assert!(copied.count() > 50);
}

#[test]
fn the_defective_instructions_are_worse_than_plain_ones() {
    let change: f64 = (1..=4)
        .map(|seed| {
            let simulation = simulation(seed, Variant::Defective);
            let rows = simulation.world().rows(Split::Test, 250, 0);
            bare(&simulation, &rows)
                - accuracy(&simulation, "Route the ticket to its queue.", &[], &rows)
        })
        .sum();
    assert!(change / 4.0 < -5.0, "{change}");
}

#[test]
fn in_two_stages_the_topic_decides_with_the_text() {
    let simulation = simulation(1, Variant::TwoStage);
    let rows = simulation.world().rows(Split::Test, 200, 0);
    let ask = |text: &str, output: &str| {
        let system =
            format!("Your output fields are:\n1. `{output}` (str)\n\n[[ ## {output} ## ]]");
        let request = json!({"temperature": 0, "messages": [
            {"role": "system", "content": system}, {"role": "user", "content": text}]});
        let reply = content(&simulation.reply(&request)).to_owned();
        reply.lines().nth(1).unwrap_or_default().to_owned()
    };
    let right = |topic: &dyn Fn(&Row) -> String| {
        let right = rows.iter().filter(|row| {
            ask(&format!("{}\n\n[[ ## topic ## ]]\n{}", row.text, topic(row)), "label") == row.label
        });
        right.count()
    };
    let mut names: BTreeMap<(String, String), u32> = BTreeMap::new();
    for row in &rows {
        *names.entry((row.label.clone(), ask(&row.text, "topic"))).or_default() += 1;
    }
    let named = |label: &str| {
        let of_label = names.iter().filter(|((own, name), _)| own == label && !name.is_empty());
        of_label.max_by_key(|(_, count)| **count).unwrap().0.1.clone()
    };
    let told = right(&|row| named(&row.label));
    let misled = right(&|row| named(&mislabelled(std::slice::from_ref(row))[0].label));
    let answered = right(&|row| ask(&row.text, "topic"));
    assert!(told > answered && answered > misled, "{told} {answered} {misled}");
}

#[test]
fn replies_do_not_depend_on_the_order_of_requests() {
    let rows = World::new(Settings::default()).rows(Split::Test, 60, 0);
    let ask_all = |threads: usize| {
        let simulation = simulation(0, Variant::Single);
        let mut replies = std::thread::scope(|scope| {
            let of_thread = |thread| {
                let (rows, simulation) = (&rows, &simulation);
                scope.spawn(move || {
                    let own = rows.iter().enumerate().filter(|(at, _)| at % threads == thread);
                    let ask = |(at, row): (usize, &Row)| {
                        let mut request = task("Route it.", &[], &row.text);
                        request["temperature"] = json!(if at % 2 == 0 { 0.0 } else { 1.0 });
                        (at, simulation.reply(&request)["choices"].clone())
                    };
                    own.map(ask).collect::<Vec<_>>()
                })
            };
            let running: Vec<_> = (0..threads).map(of_thread).collect();
            running.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        replies.sort_by_key(|(at, _)| *at);
        replies
    };
    assert_eq!(ask_all(1), ask_all(8));
}

#[test]
fn the_same_request_is_sampled_anew_above_temperature_0_only() {
    let samples = |temperature: f64| {
        let simulation = simulation(3, Variant::Single);
        let row = simulation.world().rows(Split::Test, 1, 0).remove(0);
        let mut request = task("Route it.", &[], &row.text);
        request["temperature"] = json!(temperature);
        let ask = || content(&simulation.reply(&request)).to_owned();
        (0..30).map(|_| ask()).collect::<Vec<_>>()
    };
    let different = |samples: Vec<String>| samples.into_iter().collect::<HashSet<_>>().len();
    assert_eq!(samples(1.0), samples(1.0), "the k-th sample is the k-th sample");
    assert_eq!(different(samples(0.0)), 1);
    assert!(different(samples(1.0)) > 1);
}

/// A call of a proposer that is asked for `field` of a type.
fn proposal(field: &str, kind: &str, shown: &str) -> Value {
    let system = format!("Your output fields are:\n1. `{field}` ({kind})\n\n[[ ## {field} ## ]]");
    json!({"temperature": 1.0, "messages": [
        {"role": "system", "content": system}, {"role": "user", "content": shown}]})
}

/// The words and labels that a text's rules pair.
fn rules(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter(|line| line.contains("QUEUE-"));
    lines
        .filter_map(|line| Some((line.split('\'').nth(1)?.to_owned(), label(line).to_owned())))
        .collect()
}

#[test]
fn the_proposer_takes_rules_from_what_it_is_shown_and_believes_the_expected_answer() {
    let simulation = simulation(2, Variant::Single);
    let rows = simulation.world().rows(Split::Train, 3, 0);
    let wrong = mislabelled(&rows);
    let shown: String = rows
        .iter()
        .zip(&wrong)
        .map(|(row, wrong)| {
            format!(
                "{{\"text\": \"{}\", \"label\": \"{}\", \"feedback\": \"Wrong: expected {}.\"}}\n",
                row.text, wrong.label, row.label
            )
        })
        .collect();
    let mut known = HashSet::new();
    for _ in 0..20 {
        let reply = simulation.reply(&proposal("new_instruction", "str", &shown));
        let found = rules(content(&reply));
        assert!((1..=4).contains(&found.len()), "{found:?}");
        for (word, label) in found {
            assert!(rows.iter().any(|row| row.text.contains(&word) && row.label == label));
            known.insert(word);
        }
    }
    assert!(known.len() > 4, "samples differ: {known:?}");
}

#[test]
fn the_proposer_keeps_rules_and_stops_at_fourteen() {
    let simulation = simulation(2, Variant::Single);
    let rows = simulation.world().rows(Split::Train, 400, 0);
    let mut text = with_rules("Route it.", &telling_words(&rows));
    for batch in rows.chunks(5).take(20) {
        let shown = batch.iter().map(|row| format!("{} => {}\n", row.text, row.label));
        let shown = format!("Instruction:\n{text}\n\n{}", shown.collect::<String>());
        let before = rules(&text);
        text = content(&simulation.reply(&proposal("instruction", "str", &shown))).to_owned();
        let after = rules(&text);
        assert!(after.len() <= 14, "{text}");
        assert!(after.iter().filter(|rule| before.contains(rule)).count() >= before.len() / 2);
    }
    assert!(rules(&text).len() > 10, "{text}");
}

#[test]
fn without_evidence_the_proposer_only_says_it_otherwise() {
    let simulation = simulation(2, Variant::Single);
    let ask = || simulation.reply(&proposal("proposed_instruction", "str", "Route it."));
    let texts: HashSet<String> = (0..10).map(|_| content(&ask()).to_owned()).collect();
    assert!(texts.len() > 5);
    assert!(texts.iter().all(|text| rules(text).is_empty()));
}

#[test]
fn answers_come_in_the_form_that_is_asked_for() {
    let simulation = simulation(2, Variant::Single);
    let ask = |system: &str, user: &str, format: Value| {
        let request = json!({"response_format": format, "messages": [
            {"role": "system", "content": system}, {"role": "user", "content": user}]});
        content(&simulation.reply(&request)).to_owned()
    };
    let fields =
        "Your output fields are:\n1. `discussion` (str)\n2. `module_advice` (dict[str, str])\n";
    let names = "[[ ## module_names ## ]]\n[\"first\", \"second\"]\n\n";
    let read = |json: &str| -> Value { serde_json::from_str(json).unwrap() };

    let chat = ask(&format!("{fields}\n[[ ## discussion ## ]]"), names, Value::Null);
    let (_, advice) = chat.split_once("[[ ## module_advice ## ]]\n").unwrap();
    let advice = read(advice.strip_suffix("\n\n[[ ## completed ## ]]").unwrap());
    assert!(advice["first"].is_string() && advice["second"].is_string());

    let json = read(&ask(fields, &format!("{names}Respond with a JSON object"), Value::Null));
    assert!(json["discussion"].is_string() && json["module_advice"]["first"].is_string());

    let xml = ask(&format!("{fields}\n<discussion>\n</discussion>"), names, Value::Null);
    assert!(xml.contains("<discussion>\n") && xml.ends_with("\n</module_advice>"));

    let schema = json!({"type": "json_schema", "json_schema": {"schema": {"type": "object",
        "properties": {"tips": {"type": "array", "items": {"type": "string"}},
            "sure": {"type": "boolean"}, "kind": {"enum": ["a"]}}}}});
    let strict = read(&ask("", "", schema));
    assert!(strict["tips"][0].is_string() && strict["sure"] == true && strict["kind"] == "a");

    let block = ask("", "Give the new instructions within ``` blocks.", Value::Null);
    assert!(block.starts_with("```\n") && block.ends_with("\n```"));
}

#[test]
fn calls_completions_and_tokens_are_counted_by_role() {
    let simulation = simulation(0, Variant::Single);
    let mut request = task("Route it.", &[], "#T000001 nothing");
    request["n"] = json!(3);
    request["temperature"] = json!(1.0);
    let reply = simulation.reply(&request);
    assert_eq!(reply["choices"].as_array().unwrap().len(), 3);
    assert_ne!(simulation.reply(&request)["choices"], reply["choices"]);
    let _ = simulation.reply(&proposal("instruction", "str", "Route it."));
    let stats = simulation.stats();
    let Tally { calls, completions, prompt_tokens, distinct, repeated, .. } = stats.task;
    assert_eq!((calls, completions, distinct, repeated), (2, 6, 1, 1));
    assert_eq!(prompt_tokens, 2 * reply["usage"]["prompt_tokens"].as_u64().unwrap());
    assert_eq!((stats.proposer.calls, stats.proposer.completions), (1, 1));
    assert!(stats.proposer.completion_tokens > 0);
    assert_eq!(simulation.requests().iter().map(|(.., count)| count).sum::<u64>(), 3);
    assert!(simulation.reply(&json!({}))["error"]["message"].is_string());
    assert_eq!(simulation.stats().refused, 1);
    simulation.reset();
    assert_eq!(simulation.stats(), dspy_sim::Stats::default());
    assert!(simulation.requests().is_empty());
}

#[test]
fn an_answer_that_is_too_long_is_cut_off() {
    let simulation = simulation(0, Variant::Single);
    let mut request = task("Route it.", &[], "#T000001 nothing");
    request["max_tokens"] = json!(3);
    let reply = simulation.reply(&request);
    assert_eq!(reply["choices"][0]["finish_reason"], "length");
    assert!(count_tokens(content(&reply)) <= 9);
}

#[test]
fn parts_of_the_data_share_no_ticket_and_only_some_labels_are_wrong() {
    let (clean, noisy) = (simulation(4, Variant::Single), simulation(4, Variant::Noisy));
    let mut texts = HashSet::new();
    for (split, wrong) in [(Split::Train, 30..=60), (Split::Val, 30..=60), (Split::Test, 0..=0)] {
        let right = clean.world().rows(split, 300, 1);
        let rows = noisy.world().rows(split, 300, 1);
        let different = right.iter().zip(&rows).filter(|(right, row)| right.label != row.label);
        assert!(wrong.contains(&different.count()));
        assert!(right.iter().zip(&rows).all(|(right, row)| right.text == row.text));
        texts.extend(right.into_iter().map(|row| row.text[..8].to_owned()));
    }
    assert_eq!(texts.len(), 900);
    let seeds = [1, 2].map(|seed| clean.world().rows(Split::Train, 10, seed));
    assert_ne!(seeds[0], seeds[1]);
}

/// The server in a process of its own, which ends with the test.
struct Server(Child, String);

impl Server {
    fn start(arguments: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_dspy-bench"))
            .args(["sim", "--port", "0"])
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("http://").unwrap().strip_suffix("/v1").unwrap();
        Self(child, address.to_owned())
    }

    /// The status and the body of a reply.
    fn ask(&self, method: &str, path: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\nContent-Length: {length}\r\n\r\n{body}")
            .unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

#[test]
fn the_server_gives_what_the_simulation_gives() {
    let server = Server::start(&["--world", "5", "--variant", "two-stage", "--latency-ms", "5"]);
    let simulation = simulation(5, Variant::TwoStage);
    let (status, rows) = server.ask("GET", "/v1/dataset?split=val&n=3&seed=7", "");
    let expected = simulation.world().rows(Split::Val, 3, 7);
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((status, rows), (200, expected.iter().map(Row::to_json).collect()));

    let request = task("Route it.", &[], &expected[0].text);
    let (status, reply) = server.ask("POST", "/v1/chat/completions", &request.to_string());
    let reply: Value = serde_json::from_str(&reply).unwrap();
    assert_eq!((status, reply), (200, simulation.reply(&request)));

    let stats = |text: String| -> Value { serde_json::from_str(&text).unwrap() };
    assert_eq!(stats(server.ask("GET", "/stats", "").1), simulation.stats().to_json());
    assert_eq!(server.ask("GET", "/requests", "").1.lines().count(), 1);
    assert_eq!(stats(server.ask("POST", "/reset", "").1)["task"]["calls"], 0);
    let task = stats(server.ask("GET", "/task", "").1);
    assert_eq!(task["stages"][1]["signature"], "text, topic -> label");
    assert_eq!(server.ask("POST", "/v1/chat/completions", "{").0, 400);
    assert_eq!(server.ask("GET", "/dataset?split=none", "").0, 400);
    assert_eq!(server.ask("GET", "/else", "").0, 404);
}

#[test]
fn only_without_a_state_is_a_repeated_request_answered_alike() {
    let mut request = task("Sort the texts.", &[], "A text about nothing in particular.");
    request["temperature"] = json!(1.0);
    let contents = |simulation: Simulation| {
        let ask = || simulation.reply(&request)["choices"][0]["message"]["content"].clone();
        (0..20).map(|_| ask().to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(contents(simulation(1, Variant::Single).stateless()).len(), 1);
    assert!(contents(simulation(1, Variant::Single)).len() > 1);
}
