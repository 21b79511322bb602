//! The prompt: what a request's messages ask for, read from their text alone.

use serde_json::Value;

use super::super::message::{Message, Role};
use super::super::request::{Request, ResponseFormat};
use super::field::{Entry, Field};
use super::form::Form;
use super::schema;
use super::sections::{Sections, marker, unescaped};

/// A request that asks for named fields.
#[derive(Debug)]
pub(super) struct Prompt {
    pub(super) outputs: Vec<Field>,
    /// Names and descriptions of the inputs.
    pub(super) inputs: Vec<(String, String)>,
    /// The instruction.
    pub(super) objective: String,
    pub(super) demos: Vec<Demo>,
    /// The inputs to answer.
    pub(super) question: Sections,
    /// An earlier answer that was found wanting, by output name.
    pub(super) past: Sections,
    /// What was said of that answer.
    pub(super) feedback: String,
    /// How values are set apart, in the messages and in the answer.
    pub(super) form: Form,
}

/// A demonstration: a user turn with inputs and the assistant's answer to it.
#[derive(Debug)]
pub(super) struct Demo {
    pub(super) inputs: Sections,
    pub(super) outputs: Sections,
}

impl Prompt {
    /// Reads the messages; `None` where they do not ask for named fields.
    pub(super) fn read(request: &Request) -> Option<Self> {
        let system: String = request
            .messages
            .iter()
            .filter(|message| message.role == Role::System)
            .map(|message| message.text() + "\n")
            .collect();
        let (inputs, mut entries) = listed(&system);
        let form = match request.response_format {
            ResponseFormat::Text => {
                Form::shown(&system, entries.iter().map(|entry| entry.name.as_str()))
            }
            _ => Form::Json,
        };
        let json = form == Form::Json;
        let names: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
        let outline = form.read(&system, |name| names.iter().any(|known| known == name));
        for entry in &mut entries {
            entry.note = match form {
                Form::Words => outline.get(&entry.name).unwrap_or_default().to_owned(),
                _ => note(&entry.name, &outline, &system),
            };
        }
        let schema = match &request.response_format {
            ResponseFormat::JsonSchema { schema, .. } => Some(schema),
            _ => None,
        };
        let property = |name: &str| Some((schema?.get("properties")?.get(name)?, schema?));
        let mut outputs: Vec<Field> = entries
            .into_iter()
            .map(|entry| {
                let property = property(&entry.name);
                entry.into_field(property)
            })
            .collect();
        if outputs.is_empty() && json {
            outputs = schema.map_or_else(|| template(&system), properties);
        }
        if outputs.is_empty() {
            return None;
        }
        let inputs: Vec<(String, String)> =
            inputs.into_iter().map(|entry| (entry.name, entry.description)).collect();
        let mut prompt = Self {
            outputs,
            inputs,
            objective: objective(&system),
            demos: Vec::new(),
            question: Sections::default(),
            past: Sections::default(),
            feedback: String::new(),
            form,
        };
        prompt.read_turns(request);
        Some(prompt)
    }

    fn read_turns(&mut self, request: &Request) {
        let turns: Vec<&Message> = request
            .messages
            .iter()
            .map(AsRef::as_ref)
            .filter(|message| message.role != Role::System)
            .collect();
        // A turn after a faulty answer describes the fault and repeats no inputs.
        let asks = |message: &&Message| {
            message.role == Role::User && self.has_inputs(&self.values(&message.text()))
        };
        let question = turns.iter().rposition(asks);
        let Some(at) = question.or_else(|| turns.iter().rposition(|m| m.role == Role::User)) else {
            return;
        };
        for pair in turns.get(..at).unwrap_or_default().windows(2) {
            let [user, assistant] = pair else { continue };
            if user.role != Role::User || assistant.role != Role::Assistant {
                continue;
            }
            let (inputs, _) = self.user_turn(&user.text());
            if self.has_inputs(&inputs) {
                self.demos.push(Demo { inputs, outputs: self.answers(&assistant.text()) });
            }
        }
        let Some(text) = turns.get(at).map(|message| message.text()) else {
            return;
        };
        let (sections, preamble) = self.user_turn(&text);
        self.question = sections;
        if self.question.is_empty() {
            self.question.push("input", text);
        }
        self.set_past_apart(preamble);
    }

    /// The values in a message, an earlier answer and feedback among them.
    fn values(&self, text: &str) -> Sections {
        let inputs = self.inputs.iter().map(|(name, _)| name.as_str());
        let names: Vec<&str> =
            inputs.chain(self.outputs.iter().map(|field| field.name.as_str())).collect();
        self.form.read(text, |name| {
            let bare = name.strip_prefix("past_").unwrap_or(name);
            name == "feedback" || names.contains(&bare)
        })
    }

    /// The fields of an answer, as text; in JSON also where the form is another one.
    fn answers(&self, text: &str) -> Sections {
        let mut sections = self.values(text);
        let object = text.find('{').and_then(|at| text.get(at..)).filter(|_| sections.is_empty());
        let parsed = object
            .and_then(|text| serde_json::Deserializer::from_str(text).into_iter::<Value>().next());
        if let Some(Ok(Value::Object(map))) = parsed {
            for (name, value) in map {
                let text = value.as_str().map_or_else(|| value.to_string(), unescaped);
                sections.push(&name, text);
            }
        }
        sections
    }

    fn has_inputs(&self, sections: &Sections) -> bool {
        self.inputs.iter().any(|(name, _)| sections.get(name).is_some())
    }

    /// A user turn's sections without the closing reminder, and the text before them.
    fn user_turn(&self, text: &str) -> (Sections, String) {
        let mut sections = self.values(text);
        let marked = matches!(self.form, Form::Markers | Form::Json);
        if let Some(last) = sections.last_mut().filter(|_| marked) {
            while let Some(start) = self.reminder_start(last) {
                last.truncate(start);
                last.truncate(last.trim_end().len());
            }
        }
        let before = text.lines().take_while(|line| !self.form.begins(line));
        (sections, before.collect::<Vec<_>>().join("\n"))
    }

    /// Where the last paragraph starts, if it only names the fields to answer.
    fn reminder_start(&self, text: &str) -> Option<usize> {
        let start = text.rfind("\n\n").unwrap_or(0);
        let last = text.get(start..)?;
        let first = &self.outputs.first()?.name;
        let names = last.contains(&format!("`[[ ## {first} ## ]]`"))
            || last.contains("`[[ ## completed ## ]]`")
            || (self.form == Form::Json
                && last.contains("JSON")
                && last.contains(&format!("`{first}`")));
        names.then_some(start)
    }

    /// Keeps an earlier answer, and what was said of it, out of the inputs.
    fn set_past_apart(&mut self, preamble: String) {
        let outputs: Vec<String> = self.outputs.iter().map(|field| field.name.clone()).collect();
        let inputs: Vec<String> = self.inputs.iter().map(|(name, _)| name.clone()).collect();
        let is_past = |name: &str| {
            let bare = ["past_", "previous_", "prior_", "last_"]
                .iter()
                .find_map(|prefix| name.strip_prefix(prefix));
            let repeated = !inputs.iter().any(|input| input == name);
            outputs.iter().any(|o| bare == Some(o) || (repeated && name == o))
        };
        self.past = self.question.split_off(is_past);
        let has_past = !self.past.is_empty();
        let about = |name: &str| name.contains("feedback") || name.contains("instruction");
        let said = self.question.split_off(|name| {
            !inputs.iter().any(|input| input == name) || (has_past && about(name))
        });
        // A message without a single declared input is taken as it is.
        if self.question.is_empty() {
            self.question = said;
        } else {
            self.feedback = said.joined();
        }
        if about(&preamble.to_lowercase()) {
            self.feedback.push('\n');
            self.feedback.push_str(&preamble);
        }
    }

    /// The earlier answer to an output.
    pub(super) fn past_answer(&self, output: &str) -> Option<&str> {
        self.past.iter().find(|(name, _)| name.ends_with(output)).map(|(_, value)| value)
    }
}

/// The numbered lists of inputs and outputs.
fn listed(system: &str) -> (Vec<Entry>, Vec<Entry>) {
    let (mut inputs, mut outputs) = (Vec::new(), Vec::new());
    let mut into: Option<&mut Vec<Entry>> = None;
    let mut in_outputs = false;
    for line in system.lines() {
        // The lists end with the outline, or with the space before it.
        let ended = line.is_empty() && into.as_ref().is_some_and(|list| !list.is_empty());
        if marker(line).is_some() || (ended && in_outputs) {
            break;
        }
        let heading = line.trim_end().ends_with(':') && !line.starts_with(char::is_whitespace);
        let entry = Entry::read(line);
        match (&mut into, entry) {
            (Some(list), Some(entry)) if !line.starts_with(char::is_whitespace) => list.push(entry),
            _ if heading && line.to_lowercase().contains("output") => {
                into = Some(&mut outputs);
                in_outputs = true;
            }
            _ if heading && line.to_lowercase().contains("input") => {
                into = Some(&mut inputs);
                in_outputs = false;
            }
            (Some(list), _) if line.starts_with(char::is_whitespace) => {
                if let Some(last) = list.last_mut().filter(|_| !line.trim().is_empty()) {
                    last.continued(line);
                }
            }
            _ => {}
        }
    }
    (inputs, outputs)
}

/// What the outline says of an output, after `# note:`.
fn note(name: &str, outline: &Sections, system: &str) -> String {
    const SIGN: &str = "# note:";
    // Elements are a layout that says itself what it is.
    if let Some(layout) = outline.get(name).filter(|text| text.starts_with('<')) {
        return layout.to_owned();
    }
    let marked = outline.get(name).and_then(|text| text.split_once(SIGN));
    if let Some((_, note)) = marked {
        return note.split("\n\n").next().unwrap_or_default().trim().to_owned();
    }
    let key = format!("\"{name}\":");
    let line = system.lines().find(|line| line.trim_start().starts_with(&key));
    let noted = line.and_then(|line| line.split_once(SIGN)).map(|(_, note)| note.trim());
    // Without a note, a layout may have the type itself in the value's place.
    let place = || line.and_then(|line| line.split_once(&key)).map(|(_, place)| place.trim());
    let note = noted.or_else(|| place().filter(|place| !place.starts_with("\"{")));
    let note = note.unwrap_or_default();
    let note = note.strip_suffix(',').unwrap_or(note);
    note.strip_suffix('"').unwrap_or(note).replace("\\\"", "\"")
}

/// The indented text at the end of the system message.
fn objective(system: &str) -> String {
    const INDENT: &str = "        ";
    let mut lines: Vec<&str> = system
        .trim_end()
        .lines()
        .rev()
        .map_while(|line| line.strip_prefix(INDENT).or(line.trim().is_empty().then_some("")))
        .collect();
    lines.reverse();
    lines.join("\n").trim().to_owned()
}

/// The fields of an object's schema.
fn properties(schema: &Value) -> Vec<Field> {
    match schema::field(schema, schema).shape {
        super::field::Shape::Object(fields) => fields,
        _ => Vec::new(),
    }
}

/// The keys of a JSON template in a message, as text fields.
fn template(system: &str) -> Vec<Field> {
    let key = |line: &str| {
        let (name, _) = line.trim_start().strip_prefix('"')?.split_once("\":")?;
        let entry = Entry { name: name.to_owned(), ..Entry::default() };
        Some(Entry { note: note(name, &Sections::default(), system), ..entry }.into_field(None))
    };
    let start = system.find('{').unwrap_or(system.len());
    system.get(start..).unwrap_or_default().lines().filter_map(key).collect()
}
