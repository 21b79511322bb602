//! What stands in a prompt has to show in the accuracy of the answers.

use crate::prompts::{Output, Prompt, ask};

/// An event and its category.
type Event = (String, String);

/// All events, in the order of the file.
pub(crate) fn events() -> Vec<Event> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/historic_events.csv");
    let text = std::fs::read_to_string(path).unwrap();
    let events: Vec<Event> = text.lines().skip(1).map(row).collect();
    assert_eq!(events.len(), 726);
    events
}

/// A row of two cells, the first perhaps in quotation marks.
fn row(line: &str) -> Event {
    let (event, category) = match line.strip_prefix('"') {
        Some(quoted) => quoted.rsplit_once("\",").unwrap(),
        None => line.split_once(',').unwrap(),
    };
    (event.replace("\"\"", "\""), category.to_owned())
}

pub(crate) fn categories(events: &[Event]) -> Vec<String> {
    let mut all: Vec<String> = events.iter().map(|(_, category)| category.clone()).collect();
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 11);
    all
}

/// The first `count` events of each category, and the others.
pub(crate) fn split(events: Vec<Event>, count: usize) -> (Vec<Event>, Vec<Event>) {
    let mut taken: Vec<Event> = Vec::new();
    let mut rest = Vec::new();
    for event in events {
        let have = taken.iter().filter(|(_, category)| *category == event.1).count();
        if have < count { &mut taken } else { &mut rest }.push(event);
    }
    (taken, rest)
}

/// The share of `questions` that is answered correctly, in percent.
pub(crate) fn accuracy(instruction: &str, demos: &[Event], questions: &[Event]) -> f64 {
    let note = format!("one of, exactly as written: {}", categories(&events()).join("; "));
    let outputs: &[Output<'_>] = &[("reasoning", "str", ""), ("category", "Category", &note)];
    let prompt = Prompt { inputs: &["event"], outputs, instruction };
    let demos: Vec<_> = demos
        .iter()
        .map(|(event, category)| (vec![("event", &**event)], vec![("category", &**category)]))
        .collect();
    let right = questions.iter().filter(|(event, category)| {
        ask(&prompt.request_with(&demos, &[("event", event)]), "category") == *category
    });
    100.0 * right.count() as f64 / questions.len() as f64
}

const PLAIN: &str = "Classify the event.";

#[test]
fn demonstrations_help_and_wrong_ones_harm() {
    let (demos, rest) = split(events(), 6);
    let questions = &rest[..110];
    let none = accuracy(PLAIN, &[], questions);
    let right = accuracy(PLAIN, &demos, questions);
    let mut wrong = demos;
    let labels: Vec<String> = wrong.iter().map(|(_, label)| label.clone()).collect();
    for (at, (_, label)) in wrong.iter_mut().enumerate() {
        // Demonstrations come in no order of category; a shift by a prime mixes their labels.
        *label = labels[(at + 37) % labels.len()].clone();
    }
    let wrong = accuracy(PLAIN, &wrong, questions);
    assert!(right > none + 15.0, "{none} without, {right} with demonstrations");
    assert!(right > wrong + 15.0, "{right} with right, {wrong} with wrong labels");
}

#[test]
fn more_demonstrations_help_more() {
    let (demos, rest) = split(events(), 10);
    let questions = &rest[..110];
    let (few, _) = split(demos.clone(), 2);
    let few = accuracy(PLAIN, &few, questions);
    let many = accuracy(PLAIN, &demos, questions);
    assert!(many > few + 8.0, "{few} with 22, {many} with 110 demonstrations");
}

#[test]
fn hints_of_the_instruction_help_and_idle_words_do_not() {
    let questions = &events()[..220];
    let hints = "Classify the event.\n\
        Words such as `army`, `troops`, `siege` and `battle` point to `Wars and Conflicts`.\n\
        Words such as `parliament`, `constitution` and `election` point to `Politics and Governance`.\n\
        Sports and Entertainment: cup, match, players, won, Olympic, film.\n\
        Choose Natural Disasters and Climate for an earthquake, a flood, drought or an eruption.";
    let idle = "Classify the event.\nTake your time and be kind. Good answers earn a large tip.";
    let plain = accuracy(PLAIN, &[], questions);
    let hinted = accuracy(hints, &[], questions);
    assert!(hinted > plain + 8.0, "{plain} without, {hinted} with hints");
    assert!((accuracy(idle, &[], questions) - plain).abs() < 1.0);
}

#[test]
fn hints_swapped_between_options_mislead() {
    let questions: Vec<Event> = events()
        .into_iter()
        .filter(|(_, category)| {
            ["Wars and Conflicts", "Sports and Entertainment"].contains(&&**category)
        })
        .collect();
    let hints = |war: &str, sport: &str| {
        format!(
            "Words such as `army`, `troops`, `siege` point to `{war}`.\n\
             Words such as `cup`, `players`, `goal` point to `{sport}`."
        )
    };
    let (war, sport) = ("Wars and Conflicts", "Sports and Entertainment");
    let right = accuracy(&hints(war, sport), &[], &questions);
    let swapped = accuracy(&hints(sport, war), &[], &questions);
    assert!(right > swapped + 20.0, "{right} against {swapped}");
}
