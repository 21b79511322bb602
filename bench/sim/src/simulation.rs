//! Requests in, replies out, in the form of OpenAI's chat completions.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::ask::{Ask, Asked, Format, Message};
use crate::draw::Draw;
use crate::evidence;
use crate::phrases;
use crate::proposer::is_reasoning;
use crate::reply;
use crate::scan::{Item, scan};
use crate::stats::{Role, Stats};
use crate::task::{Prompt, Stage};
use crate::tokens::count_tokens;
use crate::world::World;

/// A world, and how often it was asked what.
///
/// A reply depends on the world, the request and, above temperature 0, on how many samples of the
/// identical request were given before, unless it is [stateless](Self::stateless); on nothing else,
/// so not on the order of other requests.
#[derive(Debug)]
pub struct Simulation {
    world: World,
    is_stateless: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    stats: Stats,
    /// By request: its role, requests so far, samples so far.
    requests: HashMap<u64, (Role, u64, u64)>,
}

const MALFORMED: f64 = 0.02;

impl Simulation {
    /// One that was asked nothing yet.
    #[must_use]
    pub fn new(world: World) -> Self {
        Self { world, is_stateless: false, state: Mutex::default() }
    }

    /// The same, but a request that is repeated gets the same samples again: an answer that was lost
    /// on the way can be had a second time.
    #[must_use]
    pub fn stateless(mut self) -> Self {
        self.is_stateless = true;
        self
    }

    /// Its world.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// Sums since the start or the last reset.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.state().stats
    }

    /// Each different request so far, as its hash, its role and how often it came.
    #[must_use]
    pub fn requests(&self) -> Vec<(u64, Role, u64)> {
        let state = self.state();
        let mut all: Vec<_> =
            state.requests.iter().map(|(hash, (role, calls, _))| (*hash, *role, *calls)).collect();
        all.sort_unstable_by_key(|(hash, ..)| *hash);
        all
    }

    /// Forgets everything that was asked.
    pub fn reset(&self) {
        *self.state() = State::default();
    }

    /// The reply to a request, or an object with `error` for one that cannot be read.
    #[must_use]
    pub fn reply(&self, request: &Value) -> Value {
        let ask = match Ask::read(request) {
            Ok(ask) => ask,
            Err(error) => {
                self.state().stats.refused += 1;
                return json!({"error": {"message": error, "type": "invalid_request_error"}});
            }
        };
        let role = if stages(&ask.fields).is_empty() { Role::Proposer } else { Role::Task };
        let identity = identity(&ask, request, self.world.settings().seed);
        let samples = ask.samples as u64;
        let before = self.note(role, identity.key(), samples);
        let before = if self.is_stateless { 0 } else { before };
        let mut completion_tokens = 0;
        let choices: Vec<Value> = (0..samples)
            .map(|index| {
                let sample = if ask.temperature > 0.0 { before + index } else { 0 };
                let draw = identity.number(sample);
                let mut content = match role {
                    Role::Task => self.world.answer(&ask, draw),
                    Role::Proposer => reply::write(&self.world.propose(&ask, draw), ask.format),
                };
                let whole = fits(&mut content, ask.max_tokens);
                completion_tokens += count_tokens(&content);
                json!({
                    "index": index,
                    "message": {"role": "assistant", "content": content},
                    "finish_reason": if whole { "stop" } else { "length" },
                })
            })
            .collect();
        let prompt_tokens: u64 =
            ask.messages.iter().map(|message| 4 + count_tokens(&message.content)).sum();
        let mut state = self.state();
        let tally = state.stats.of(role);
        tally.prompt_tokens += prompt_tokens;
        tally.completion_tokens += completion_tokens;
        json!({
            "id": format!("chatcmpl-{:016x}", identity.number(before).key()),
            "object": "chat.completion",
            "created": 1_700_000_000,
            "model": request["model"].as_str().unwrap_or("sim"),
            "choices": choices,
            "usage": {
                "prompt_tokens": prompt_tokens,
                "completion_tokens": completion_tokens,
                "total_tokens": prompt_tokens + completion_tokens,
            },
        })
    }

    /// Counts a request and gives the number of samples before it.
    fn note(&self, role: Role, key: u64, samples: u64) -> u64 {
        let mut state = self.state();
        let (_, calls, given) = state.requests.entry(key).or_insert((role, 0, 0));
        let before = *given;
        *calls += 1;
        *given += samples;
        let new = *calls == 1;
        let tally = state.stats.of(role);
        tally.calls += 1;
        tally.completions += samples;
        if new {
            tally.distinct += 1
        } else {
            tally.repeated += 1
        }
        before
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the replies to a request depend on, apart from the number of the sample.
fn identity(ask: &Ask, request: &Value, seed: u64) -> Draw {
    let mut draw = Draw::new(seed, "request")
        .number(ask.temperature.to_bits())
        .text(&request["seed"].to_string())
        .text(&request["response_format"].to_string());
    for message in &ask.messages {
        draw = draw.text(&message.role).text(&message.content);
    }
    draw
}

/// Cuts a text to so many tokens, roughly; says whether that was not needed.
fn fits(text: &mut String, limit: Option<u64>) -> bool {
    let Some(limit) = limit.filter(|limit| count_tokens(text) > *limit) else { return true };
    let keep = usize::try_from(limit * 3).unwrap_or(usize::MAX);
    *text = text.chars().take(keep).collect();
    false
}

/// What of the task each field is, where the task is all that is asked for.
fn stages(fields: &[Asked]) -> Vec<Option<Stage>> {
    let mut stages = Vec::new();
    for field in fields {
        stages.push(match field.name.as_str() {
            "label" | "category" | "queue" | "class" | "answer" => Some(Stage::Label),
            "topic" | "hint" | "hints" | "clue" | "clues" => Some(Stage::Topic),
            name if is_reasoning(name) => None,
            _ => return Vec::new(),
        });
    }
    if stages.iter().all(Option::is_none) { Vec::new() } else { stages }
}

impl World {
    /// The task model's answer to a request.
    fn answer(&self, ask: &Ask, noise: Draw) -> String {
        let stages = stages(&ask.fields);
        let mut given = None;
        let mut bare = true;
        let mut fields = Vec::new();
        for (field, stage) in ask.fields.iter().zip(stages) {
            let text = match stage {
                None => "The ticket's words point to one topic more than to others.".to_owned(),
                Some(stage) => {
                    let prompt = self.prompt(ask, stage, given, noise);
                    bare &= prompt.demos.is_empty();
                    let answer = self.choose(&prompt);
                    match stage {
                        Stage::Label => self.vocabulary().label(answer),
                        Stage::Topic => {
                            given = Some(answer);
                            self.vocabulary().topic(answer).to_owned()
                        }
                    }
                }
            };
            fields.push((field.name.clone(), Value::from(text)));
        }
        if bare
            && !ask.strict
            && ask.format != Format::Lines
            && noise.text("form").chance(MALFORMED)
        {
            let answer = fields.last().and_then(|(_, value)| value.as_str()).unwrap_or_default();
            return format!("I would say that this one is for {answer}, all in all.");
        }
        reply::write(&fields, ask.format)
    }

    fn prompt(&self, ask: &Ask, stage: Stage, given: Option<usize>, noise: Draw) -> Prompt {
        let (system, talk): (Vec<_>, Vec<_>) =
            ask.messages.iter().partition(|message| message.instructs());
        let joined = |messages: Vec<&Message>| {
            messages.iter().map(|message| message.content.as_str()).collect::<Vec<_>>().join("\n")
        };
        let last_asked = talk
            .iter()
            .rposition(|message| message.role == "user" && message.content.contains("#T"));
        // What comes after the question is about its format.
        let talk: Vec<_> = talk.into_iter().take(last_asked.map_or(0, |place| place + 1)).collect();
        let (mut system, talk) = (joined(system), joined(talk));
        if system.is_empty() {
            // Without a system message the instruction stands before the first item.
            system = talk.split("#T").next().unwrap_or_default().to_owned();
        }
        let told = scan(&system, self.vocabulary());
        let mut shown = evidence::shown(&scan(&talk, self.vocabulary()));
        let asked = shown.pop().unwrap_or_default();
        let item = asked.item.unwrap_or_else(|| Item { number: 0, words: Vec::new() });
        let demos = shown.into_iter().filter_map(|one| {
            let answer = match stage {
                Stage::Label => one.label,
                Stage::Topic => one.topic,
            };
            Some((one.item?, answer?))
        });
        Prompt {
            stage,
            item,
            given: given.or(if stage == Stage::Label { asked.topic } else { None }),
            demos: demos.collect(),
            rules: evidence::rules(&told),
            lean: evidence::lean(&told),
            phrases: phrases::in_text(&system),
            noise,
            temperature: ask.temperature,
        }
    }
}
