//! The proposer: it writes instructions, with rules taken from what it was shown.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::ask::{Ask, Asked};
use crate::draw::Draw;
use crate::evidence::{self, Rule, Sign};
use crate::phrases;
use crate::scan::{Item, Mark, scan};
use crate::vocabulary::{TOPICS, Word, topic_of_cue};
use crate::world::World;

const MOST_RULES: usize = 14;
const MOST_NEW_RULES: usize = 4;

/// What a request shows the proposer.
struct Seen {
    /// Items with their answers, each once.
    items: Vec<(Item, usize)>,
    /// Whether answers are labels, and not names of topics.
    labelled: bool,
    rules: Vec<Rule>,
    lean: Option<usize>,
    phrases: Vec<usize>,
    names: Vec<String>,
    earlier_observations: bool,
}

/// What a field wants, by its name.
#[derive(Clone, Copy, PartialEq)]
enum Want {
    Instruction,
    Observations,
    Summary,
    Advice,
    Prefix,
    Prose,
}

impl World {
    /// A value for each field that is asked for.
    pub(crate) fn propose(&self, ask: &Ask, draw: Draw) -> Vec<(String, Value)> {
        let seen = self.see(ask);
        if ask.fields.is_empty() {
            return vec![("instruction".to_owned(), self.instruction(&seen, draw).into())];
        }
        let alone = ask.fields.iter().filter(|field| !is_reasoning(&field.name)).count() == 1;
        let value = |field: &Asked| {
            let want = want(&field.name, alone);
            (field.name.clone(), self.value(want, &field.schema, &seen, draw.text(&field.name)))
        };
        ask.fields.iter().map(value).collect()
    }

    fn see(&self, ask: &Ask) -> Seen {
        let text = ask.text();
        let marks = scan(&text, self.vocabulary());
        let shown = evidence::shown(&marks);
        let labelled = marks.iter().any(|mark| matches!(mark, Mark::Label(_)));
        let mut items: BTreeMap<u32, (Item, usize, bool)> = BTreeMap::new();
        for one in shown {
            let Some(item) = one.item else { continue };
            let answer = if labelled { one.expected.or(one.label) } else { one.topic };
            let Some(answer) = answer else { continue };
            let sure = one.expected.is_some();
            let known = items.get(&item.number).is_some_and(|(_, _, known)| *known || !sure);
            if !known {
                items.insert(item.number, (item, answer, sure));
            }
        }
        Seen {
            items: items.into_values().map(|(item, answer, _)| (item, answer)).collect(),
            labelled,
            rules: evidence::rules(&marks),
            lean: evidence::lean(&marks),
            phrases: phrases::in_text(&text),
            names: names(&text),
            earlier_observations: text.contains("prior_observations"),
        }
    }

    fn value(&self, want: Want, schema: &Value, seen: &Seen, draw: Draw) -> Value {
        if let Some(choices) = schema["enum"].as_array() {
            return choices.get(draw.below(choices.len())).cloned().unwrap_or_default();
        }
        match schema["type"].as_str() {
            Some("boolean") => true.into(),
            Some("integer") => 1.into(),
            Some("number") => json!(0.5),
            Some("array") => (0..3)
                .map(|place| self.value(want, &schema["items"], seen, draw.number(place)))
                .collect(),
            Some("object") => match schema["properties"].as_object() {
                Some(properties) => Value::Object(
                    properties
                        .iter()
                        .map(|(name, part)| {
                            let inner = self::want(name, properties.len() == 1);
                            let want = if inner == Want::Prose { want } else { inner };
                            (name.clone(), self.value(want, part, seen, draw.text(name)))
                        })
                        .collect(),
                ),
                None => seen
                    .names
                    .iter()
                    .map(|name| (name.clone(), Value::from(self.text(want, seen, draw))))
                    .collect::<Map<_, _>>()
                    .into(),
            },
            _ => self.text(want, seen, draw).into(),
        }
    }

    fn text(&self, want: Want, seen: &Seen, draw: Draw) -> String {
        match want {
            Want::Instruction => self.instruction(seen, draw),
            Want::Prefix => "Label:".to_owned(),
            Want::Prose => "One short text comes in and the name of a queue goes out.".to_owned(),
            Want::Observations => {
                let rules = self.new_rules(seen, &seen.rules, 2, draw);
                if rules.is_empty() || (seen.earlier_observations && draw.text("done").chance(0.5))
                {
                    return "COMPLETE".to_owned();
                }
                self.written("The tickets are short and each belongs to one queue.", &rules, seen)
            }
            Want::Summary => {
                let mut rules = seen.rules.clone();
                draw.text("highlights").shuffle(&mut rules);
                rules.truncate(3);
                self.written(
                    "Short tickets, twelve queues, one queue for each ticket.",
                    &rules,
                    seen,
                )
            }
            Want::Advice => {
                let rules = self.new_rules(seen, &[], 2, draw);
                self.written("Look for words that tell queues apart.", &rules, seen)
            }
        }
    }

    /// A new instruction: other sentences, what was known already, and what the items show.
    fn instruction(&self, seen: &Seen, draw: Draw) -> String {
        let quality = self.settings().proposer_quality;
        let mut kept: Vec<Rule> = Vec::new();
        for (rule, place) in seen.rules.iter().zip(0..) {
            let (holds, fails) = tested(rule, &seen.items);
            let draw = draw.text("keep").number(place);
            let doubtful = fails > holds && draw.text("doubt").chance(0.3 + 0.6 * quality);
            if !doubtful && draw.chance(0.93) {
                // Of two rules on one word the later one is the newer one.
                kept.retain(|other| other.sign != rule.sign);
                kept.push(*rule);
            }
        }
        let new = self.new_rules(seen, &kept, MOST_NEW_RULES, draw);
        if kept.len() + new.len() > MOST_RULES {
            draw.text("crowded").shuffle(&mut kept);
            kept.truncate(MOST_RULES - new.len());
        }
        kept.extend(new);
        let phrase = |opening: bool, purpose: &str| {
            let draw = draw.text(purpose);
            let old: Vec<usize> = seen
                .phrases
                .iter()
                .copied()
                .filter(|p| phrases::is_opening(*p) == opening)
                .collect();
            match old.get(draw.text("old").below(old.len())) {
                Some(phrase) if draw.text("again").chance(0.4) => *phrase,
                _ if opening => phrases::opening(draw),
                _ => phrases::closing(draw),
            }
        };
        let (opening, closing) = (phrase(true, "opening"), phrase(false, "closing"));
        let mut text = format!(
            "{} Route the ticket to its queue. {}",
            phrases::text(opening),
            phrases::text(closing)
        );
        let keeps_lean = if seen.items.is_empty() { 0.7 } else { 0.35 };
        if let Some(answer) = seen.lean.filter(|_| draw.text("lean").chance(keeps_lean)) {
            text.push_str(&format!("\nWhen unsure, answer {}.", self.vocabulary().label(answer)));
        }
        self.written(&text, &kept, seen)
    }

    /// At most so many rules on words that are in none yet, the most convincing first.
    fn new_rules(&self, seen: &Seen, known: &[Rule], most: usize, draw: Draw) -> Vec<Rule> {
        let quality = self.settings().proposer_quality;
        let mut counts: BTreeMap<Word, [u32; TOPICS]> = BTreeMap::new();
        for (item, answer) in &seen.items {
            for word in &item.words {
                if let Some(count) = counts.entry(*word).or_default().get_mut(*answer) {
                    *count += 1;
                }
            }
        }
        let is_known = |word: Word| known.iter().any(|rule| rule.sign == Sign::Word(word));
        let mut found: Vec<(f64, Rule)> = Vec::new();
        for (word, counts) in counts.into_iter().filter(|(word, _)| !is_known(*word)) {
            let all: u32 = counts.iter().sum();
            let most = counts.iter().copied().max().unwrap_or(0);
            let answer = counts.iter().position(|count| *count == most).unwrap_or(0);
            let telling = if topic_of_cue(word).is_some() { 1.6 * quality } else { 0.0 };
            let luck = 0.9 * (1.4 - quality) * draw.text("word").number(word.into()).normal();
            let score = f64::from(most) - 0.8 * f64::from(all - most) + telling + luck;
            found.push((score, Rule { sign: Sign::Word(word), answer }));
        }
        found.retain(|(score, _)| *score > 1.0);
        found.sort_by(|one, other| other.0.total_cmp(&one.0));
        let count = most.saturating_sub(draw.text("modest").below(3)).max(1);
        found.into_iter().take(count).map(|(_, rule)| rule).collect()
    }

    fn written(&self, start: &str, rules: &[Rule], seen: &Seen) -> String {
        let mut text = start.to_owned();
        for rule in rules {
            let answer = if seen.labelled || seen.items.is_empty() {
                self.vocabulary().label(rule.answer)
            } else {
                self.vocabulary().topic(rule.answer).to_owned()
            };
            text.push_str(&match rule.sign {
                Sign::Word(word) => {
                    format!(
                        "\n- Texts that mention '{}' go to {answer}.",
                        self.vocabulary().word(word)
                    )
                }
                Sign::Topic(topic) => {
                    format!("\n- The topic {} goes to {answer}.", self.vocabulary().topic(topic))
                }
            });
        }
        text
    }
}

/// How many items agree with a rule, and how many do not.
fn tested(rule: &Rule, items: &[(Item, usize)]) -> (usize, usize) {
    let Sign::Word(word) = rule.sign else { return (0, 0) };
    let named = items.iter().filter(|(item, _)| item.words.contains(&word));
    let holds = named.clone().filter(|(_, answer)| *answer == rule.answer).count();
    (holds, named.count() - holds)
}

pub(crate) fn is_reasoning(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["reason", "rationale", "discussion", "analysis", "thought", "diagnosis"]
        .iter()
        .any(|part| name.contains(part))
}

fn want(name: &str, alone: bool) -> Want {
    let name = name.to_ascii_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
    if is_reasoning(&name) {
        Want::Prose
    } else if has(&["prefix"]) {
        Want::Prefix
    } else if has(&["instruction", "prompt", "new_", "proposed_", "improved_", "revised_"]) {
        Want::Instruction
    } else if has(&["observation"]) {
        Want::Observations
    } else if has(&["summary"]) {
        Want::Summary
    } else if has(&["advice", "rule", "tip", "hint", "lesson", "feedback", "guideline", "strateg"])
    {
        Want::Advice
    } else if has(&["description"]) || !alone {
        Want::Prose
    } else {
        Want::Instruction
    }
}

/// The names of modules where a map by name is asked for.
fn names(text: &str) -> Vec<String> {
    let lists = text.match_indices("names").filter_map(|(at, _)| {
        let near = text.get(at..)?;
        let json = near.get(near.find('[')?..)?;
        serde_json::Deserializer::from_str(json).into_iter::<Vec<String>>().next()?.ok()
    });
    lists.filter(|names| !names.is_empty()).last().unwrap_or_else(|| vec!["self".to_owned()])
}
