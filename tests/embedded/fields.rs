//! Fields of every form get answers of that form.

use dspy::lm::{Message, Request};
use serde_json::{Value, json};

use crate::prompts::{Demo, Output, Prompt, ask, field, reply};

fn prompt<'a>(inputs: &'a [&'a str], outputs: &'a [Output<'a>]) -> Prompt<'a> {
    Prompt { inputs, outputs, instruction: "Do the task." }
}

fn demo<'a>(input: &'a str, output: (&'a str, &'a str)) -> Demo<'a> {
    (vec![("text", input)], vec![output])
}

#[test]
fn reasoning_names_the_evidence() {
    let outputs: &[Output<'_>] =
        &[("reasoning", "str", ""), ("pet", "Pet", "one of, exactly as written: cat; dog")];
    let prompt = prompt(&["text"], outputs);
    let demos = [demo("It purrs loudly.", ("pet", "cat")), demo("It barks a lot.", ("pet", "dog"))];
    let answer = reply(&prompt.request_with(&demos, &[("text", "Why does it bark at night?")]));
    assert_eq!(field(&answer, "pet"), "dog");
    let reasoning = field(&answer, "reasoning");
    assert!(reasoning.contains("`bark`") && reasoning.contains("dog"), "{reasoning}");
    assert!(reasoning.contains("It barks a lot."), "{reasoning}");

    let guess = reply(&prompt.request(&[("text", "It sleeps.")]));
    assert!(field(&guess, "reasoning").contains("guess"), "{guess}");
}

#[test]
fn truth_values_follow_the_demonstrations() {
    let prompt = prompt(&["text"], &[("spam", "bool", "true or false")]);
    let demos = [
        demo("Win a prize now", ("spam", "true")),
        demo("Cheap prize inside", ("spam", "true")),
        demo("Minutes of the meeting", ("spam", "false")),
        demo("Lunch meeting moved", ("spam", "false")),
    ];
    let spam = |text| ask(&prompt.request_with(&demos, &[("text", text)]), "spam");
    assert_eq!(spam("A prize for you"), "true");
    assert_eq!(spam("The meeting is at noon"), "false");
}

#[test]
fn whole_numbers_come_from_the_nearest_demonstrations() {
    let prompt = prompt(&["text"], &[("stars", "int", "a whole number, at least 1, at most 5")]);
    let demos = [
        demo("Superb soup and superb staff", ("stars", "5")),
        demo("Superb wine", ("stars", "5")),
        demo("Cold soup and rude staff", ("stars", "1")),
        demo("Rude waiter, cold fish", ("stars", "1")),
    ];
    let stars = |text| ask(&prompt.request_with(&demos, &[("text", text)]), "stars");
    assert_eq!(stars("Superb, simply superb"), "5");
    assert_eq!(stars("Cold and rude"), "1");
}

#[test]
fn numbers_are_taken_from_the_inputs() {
    let prompt = prompt(&["text"], &[("price", "float", "a number")]);
    let price = ask(&prompt.request(&[("text", "3 chairs, price 49.5 euros each.")]), "price");
    assert_eq!(price.parse(), Ok(49.5));
    let copied = [
        demo("Table 7, two guests, bill 31", ("price", "31")),
        demo("Table 2, four guests, bill 88", ("price", "88")),
    ];
    let price =
        ask(&prompt.request_with(&copied, &[("text", "Table 5, one guest, bill 12")]), "price");
    assert_eq!(price.parse(), Ok(12.0));
}

#[test]
fn numbers_stay_within_their_limits() {
    for (note, low, high) in [
        ("a number, greater than or equal to 0 and less than or equal to 1", 0.0, 1.0),
        ("a number between 10 and 20", 10.0, 20.0),
        ("a number >= 5", 5.0, f64::INFINITY),
        ("a number, less than 3", f64::NEG_INFINITY, 2.9999),
    ] {
        let outputs: &[Output<'_>] = &[("size", "float", note)];
        for text in ["In 1969 it was 7000.", "Nothing.", "-3 and 0.5"] {
            let size = ask(&prompt(&["text"], outputs).request(&[("text", text)]), "size");
            let size: f64 = size.parse().unwrap();
            assert!((low..=high).contains(&size), "{size} for {note}");
        }
    }
}

#[test]
fn confidence_follows_the_evidence() {
    let outputs: &[Output<'_>] = &[
        ("pet", "Pet", "one of, exactly as written: cat; dog"),
        ("confidence", "float", "a number from 0 to 1"),
    ];
    let mut prompt = prompt(&["text"], outputs);
    let unsure: f64 = ask(&prompt.request(&[("text", "It purrs.")]), "confidence").parse().unwrap();
    prompt.instruction = "`purr` means `cat`.";
    let sure: f64 = ask(&prompt.request(&[("text", "It purrs.")]), "confidence").parse().unwrap();
    assert!((unsure - 0.5).abs() < 0.01, "{unsure}");
    assert!(sure > 0.9 && sure <= 1.0, "{sure}");
}

#[test]
fn lists_hold_items_of_the_inputs() {
    let prompt = prompt(
        &["text"],
        &[(
            "people",
            "list[str]",
            "JSON that fits this schema: \
        {\"type\": \"array\", \"items\": {\"type\": \"string\"}}",
        )],
    );
    let demos = [
        demo("Then Ada Lovelace wrote to Babbage.", ("people", "[\"Ada Lovelace\", \"Babbage\"]")),
        demo("A letter reached Emmy Noether.", ("people", "[\"Emmy Noether\"]")),
    ];
    let text = "At noon Sofia Kovalevskaya met Mittag-Leffler in the hall.";
    let people = ask(&prompt.request_with(&demos, &[("text", text)]), "people");
    let people: Vec<String> = serde_json::from_str(&people).unwrap();
    assert_eq!(people, ["Sofia Kovalevskaya", "Mittag-Leffler"]);

    let split = ask(&prompt.request(&[("text", "salt, pepper, oil")]), "people");
    assert_eq!(serde_json::from_str::<Vec<String>>(&split).unwrap(), ["salt", "pepper", "oil"]);
}

#[test]
fn objects_fit_their_schema() {
    let schema = json!({
        "type": "object",
        "properties": {
            "name": { "type": "string" },
            "kind": { "$ref": "#/$defs/Kind" },
            "legs": { "type": "integer", "minimum": 0, "maximum": 100 },
            "size": { "type": "array", "prefixItems": [{ "type": "number" }, { "type": "boolean" }] },
            "shape": { "oneOf": [
                { "type": "object", "properties": { "round": { "type": "number" } }, "required": ["round"] },
                { "type": "object", "properties": { "square": { "type": "number" } }, "required": ["square"] }
            ] },
            "mother": { "anyOf": [{ "$ref": "#" }, { "type": "null" }] }
        },
        "required": ["name", "kind", "legs", "size", "shape"],
        "$defs": { "Kind": { "oneOf": [
            { "const": "bird", "description": "has feathers" },
            { "const": "fish", "description": "has scales" }
        ] } }
    });
    let note = format!("JSON that fits this schema: {schema}");
    let outputs: &[Output<'_>] = &[("animal", "Animal", &note)];
    let text = "It has scales and 0 legs and a square head.";
    let answer = ask(&prompt(&["text"], outputs).request(&[("text", text)]), "animal");
    let animal: Value = serde_json::from_str(&answer).unwrap();
    assert_eq!(animal["kind"], "fish");
    assert_eq!(animal["legs"], 0);
    assert!(animal["name"].is_string() && animal["size"][1].is_boolean(), "{animal}");
    assert!(animal["shape"]["square"].is_number(), "{animal}");
    assert!(animal.get("mother").is_none_or(Value::is_null), "{animal}");
}

#[test]
fn maps_are_read_from_lines() {
    let prompt = prompt(&["text"], &[("ages", "dict[str, int]", "")]);
    let ages = ask(&prompt.request(&[("text", "Ann: 31\nBob: 7")]), "ages");
    assert_eq!(serde_json::from_str::<Value>(&ages).unwrap(), json!({ "Ann": 31, "Bob": 7 }));
}

#[test]
fn type_words_are_read_where_there_is_no_note() {
    let outputs: &[Output<'_>] = &[
        ("pet", "one of: cat; dog", ""),
        ("ages", "map from text to optional integer", ""),
        ("parts", "list of text", ""),
        ("count", "optional integer", ""),
        ("pairs", "list of tuple of (text, (one of: \"a; b\"; c))", ""),
        ("either", "(list of text) or integer", ""),
        ("sure", "boolean", ""),
    ];
    let prompt = prompt(&["text"], outputs);
    let text = "`bark` tells of a dog.\nAnn: 31\nBob: 7";
    let request = prompt.request(&[("text", text)]);
    let json = |name: &str| serde_json::from_str::<Value>(&ask(&request, name)).unwrap();
    assert!(["cat", "dog"].contains(&ask(&request, "pet").as_str()));
    assert_eq!(json("ages"), json!({ "Ann": 31, "Bob": 7 }));
    assert!(json("parts").as_array().is_some_and(|parts| parts.iter().all(Value::is_string)));
    assert!(json("count").is_i64());
    for pair in json("pairs").as_array().unwrap() {
        assert!(pair[0].is_string() && (pair[1] == "a; b" || pair[1] == "c"), "{pair}");
    }
    assert!(json("either").is_array() || json("either").is_i64());
    assert!(["true", "false"].contains(&ask(&request, "sure").to_lowercase().as_str()));
}

#[test]
fn limits_are_read_in_the_words_of_prompts() {
    let system = |constraints: &str| {
        format!(
            "These are the input fields:\n1. `text` (text)\nThese are the output fields:\n\
             1. `parts` (list of integer)\n   Constraints: {constraints}\n\n\
             [[ ## text ## ]]\n{{text}}\n\n[[ ## parts ## ]]\n{{parts}}\n\n\
             [[ ## completed ## ]]\n\nWhat you have to do:\n        Name the parts.",
        )
    };
    let count = |constraints: &str| {
        let question = "[[ ## text ## ]]\n1, 2, 3, 4";
        let request = Request::new([Message::system(system(constraints)), Message::user(question)]);
        serde_json::from_str::<Vec<f64>>(&ask(&request, "parts")).unwrap().len()
    };
    assert_eq!(count("exactly 3 items, each item at least 0 and at most 1"), 3);
    assert_eq!(count("at most 2 items; for example: [\"at least 9\"]"), 2);
    assert_eq!(count("each item at least 0 and at most 1"), 4);
}

#[test]
fn answers_are_cited_from_the_context() {
    let prompt = prompt(&["context", "question"], &[("answer", "str", "")]);
    let context =
        "The mill was built of oak. Its wheel was cast in Sheffield. A flood took the roof.";
    let values = [("context", context), ("question", "Where was the wheel cast?")];
    assert_eq!(ask(&prompt.request(&values), "answer"), "Its wheel was cast in Sheffield.");

    let short: Vec<Demo<'_>> = vec![
        (
            vec![
                ("context", "The bell was made in Ghent. It is loud."),
                ("question", "Where was the bell made?"),
            ],
            vec![("answer", "Ghent")],
        ),
        (
            vec![
                ("context", "The clock is old. Basel is where the clock came from."),
                ("question", "Where did the clock come from?"),
            ],
            vec![("answer", "Basel")],
        ),
    ];
    assert_eq!(ask(&prompt.request_with(&short, &values), "answer"), "Sheffield");
}

#[test]
fn free_text_repeats_what_demonstrations_share() {
    let prompt = prompt(&["text"], &[("desk", "str", "")]);
    let demos = [
        demo("My card was charged twice", ("desk", "billing")),
        demo("Wrong amount charged", ("desk", "billing")),
        demo("The screen is cracked", ("desk", "repairs")),
        demo("Cracked case", ("desk", "repairs")),
    ];
    let desk = |text| ask(&prompt.request_with(&demos, &[("text", text)]), "desk");
    assert_eq!(desk("I was charged for nothing"), "billing");
    assert_eq!(desk("A crack in the lid"), "repairs");
}

#[test]
fn summaries_are_extracts() {
    let prompt = prompt(&["text"], &[("summary", "str", "")]);
    let text = "Bees left the hive in May. They settled in an apple tree. Nobody was stung.";
    assert_eq!(ask(&prompt.request(&[("text", text)]), "summary"), "Bees left the hive in May.");
}

#[test]
fn constraints_in_the_field_list_are_heeded() {
    let system = "These are the input fields:\n1. `text` (str): What was written.\n\
        \x20  On several lines, even.\nThese are the output fields:\n\
        1. `title` (str): A title.\n   Constraints: characters, at least 1, characters, at most 9\n\
        2. `share` (float): How much of it.\n   Constraints: at least 0, at most 1\n\
        3. `parts` (list[str]): Its parts.\n   Constraints: items, at most 2\n\
        \nLaid out like this:\n\n[[ ## text ## ]]\n{text}\n\n[[ ## title ## ]]\n{title}\n\n\
        [[ ## share ## ]]\n{share}        # note: a number\n\n[[ ## parts ## ]]\n\
        {parts}        # note: JSON that fits this schema: {\"type\": \"array\", \
        \"items\": {\"type\": \"string\"}, \"maxItems\": 2}\n\n[[ ## completed ## ]]\n\n\
        What you have to do:\n        Take it apart.";
    let question = "[[ ## text ## ]]\nflour 200, sugar 50, salt 2";
    let answer = reply(&Request::new([Message::system(system), Message::user(question)]));
    assert_eq!(field(&answer, "title"), "flour 200");
    let share: f64 = field(&answer, "share").parse().unwrap();
    assert!((0.0..=1.0).contains(&share), "{share}");
    let parts: Vec<String> = serde_json::from_str(&field(&answer, "parts")).unwrap();
    assert_eq!(parts, ["flour 200", "sugar 50"]);
}

#[test]
fn objects_fit_the_notation_of_their_type() {
    let note = "JSON of this type: [Animal]; where /* A creature. */ Animal = { name: text /* In full. \
        At most 9 characters. */, /* \\\"bird\\\": has feathers */ kind: \"bird\" | \"fish\", legs: integer \
        /* At least 0, at most 100. */, size: [number, boolean], \"a key\": { [text]: integer }, \
        shape: /* Circle. */ { round: number } | { square: number }, mother: optional Animal }";
    let note = note.replace("\\\"", "\"");
    let outputs: &[Output<'_>] = &[("animals", "list of Animal", &note)];
    let answer =
        ask(&prompt(&["text"], outputs).request(&[("text", "A bird with feathers")]), "animals");
    let animals: Vec<Value> = serde_json::from_str(&answer).unwrap();
    let [animal] = &animals[..] else { panic!("{answer}") };
    assert!(animal["name"].as_str().unwrap().chars().count() <= 9, "{answer}");
    assert_eq!(animal["kind"], "bird", "{answer}");
    assert!((0..=100).contains(&animal["legs"].as_i64().unwrap()), "{answer}");
    assert!(animal["size"][0].is_number() && animal["size"][1].is_boolean(), "{answer}");
    assert!(animal["a key"].is_object(), "{answer}");
    assert!(
        animal["shape"]["round"].is_number() ^ animal["shape"]["square"].is_number(),
        "{answer}"
    );
    assert!(animal.get("mother").is_none_or(Value::is_null), "{answer}");
}

#[test]
fn limits_of_parts_are_read_in_the_notation() {
    let notes = [
        "JSON of this type: /* At most 2 items. Each item: at least 5, at most 9. */ [integer]",
        "JSON of this type: /* Each item: item 2: at least 5, at most 9. */ [[text, integer]]",
    ];
    for note in notes {
        let outputs: &[Output<'_>] = &[("sizes", "list", note)];
        let request = prompt(&["text"], outputs).request(&[("text", "We saw 1, 6, 7, 8 and 99.")]);
        let answer = ask(&request, "sizes");
        let sizes: Vec<Value> = serde_json::from_str(&answer).unwrap();
        assert!((1..=2).contains(&sizes.len()), "{answer}");
        for size in &sizes {
            let number = size.get(1).unwrap_or(size).as_i64();
            assert!(number.is_some_and(|number| (5..=9).contains(&number)), "{answer}");
        }
    }
}
