//! Chat prompts written by hand, in the form the chat adapter gives them.

use dspy::lm::{Lm, Message, Request, Response};

/// An output: its name, its type, the note on its value (empty for none).
pub(crate) type Output<'a> = (&'a str, &'a str, &'a str);

/// A prompt for given inputs and outputs.
pub(crate) struct Prompt<'a> {
    pub(crate) inputs: &'a [&'a str],
    pub(crate) outputs: &'a [Output<'a>],
    pub(crate) instruction: &'a str,
}

impl Prompt<'_> {
    pub(crate) fn system(&self) -> Message {
        let mut text = String::from("Your task's input fields:\n");
        for (at, name) in self.inputs.iter().enumerate() {
            text += &format!("{}. `{name}` (str):\n", at + 1);
        }
        text += "and its output fields:\n";
        for (at, (name, kind, _)) in self.outputs.iter().enumerate() {
            text += &format!("{}. `{name}` ({kind}):\n", at + 1);
        }
        text += "Every turn is built like this.\n\n";
        for name in self.inputs {
            text += &format!("[[ ## {name} ## ]]\n{{{name}}}\n\n");
        }
        for (name, _, note) in self.outputs {
            let note = if note.is_empty() { "" } else { &format!("        # note: {note}") };
            text += &format!("[[ ## {name} ## ]]\n{{{name}}}{note}\n\n");
        }
        text += "[[ ## completed ## ]]\nThe objective:\n";
        for line in self.instruction.lines() {
            text += &format!("        {line}\n");
        }
        Message::system(text)
    }

    /// The turn that asks, with the reminder of the fields to answer.
    pub(crate) fn question(&self, values: &[(&str, &str)]) -> Message {
        let names: Vec<String> =
            self.outputs.iter().map(|(name, ..)| format!("`[[ ## {name} ## ]]`")).collect();
        Message::user(format!(
            "{}\n\nAnswer with {}, and then the marker `[[ ## completed ## ]]`.",
            sections(values),
            names.join(", then ")
        ))
    }

    /// A request without demonstrations.
    pub(crate) fn request(&self, values: &[(&str, &str)]) -> Request {
        Request::new([self.system(), self.question(values)])
    }

    /// A request with demonstrations: pairs of inputs and outputs.
    pub(crate) fn request_with(&self, demos: &[Demo<'_>], values: &[(&str, &str)]) -> Request {
        let mut messages = vec![self.system()];
        for (inputs, outputs) in demos {
            messages.push(Message::user(sections(inputs)));
            messages.push(Message::assistant(sections(outputs) + "\n\n[[ ## completed ## ]]"));
        }
        messages.push(self.question(values));
        Request::new(messages)
    }
}

/// Inputs and outputs of a demonstration.
pub(crate) type Demo<'a> = (Vec<(&'a str, &'a str)>, Vec<(&'a str, &'a str)>);

pub(crate) fn sections(values: &[(&str, &str)]) -> String {
    let each: Vec<String> =
        values.iter().map(|(name, value)| format!("[[ ## {name} ## ]]\n{value}")).collect();
    each.join("\n\n")
}

pub(crate) fn respond(request: &Request) -> Response {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Lm::embedded().generate(request)).unwrap()
}

/// The text of the first completion.
pub(crate) fn reply(request: &Request) -> String {
    respond(request).completions[0].joined_text()
}

/// One field of a reply in chat form.
pub(crate) fn field(reply: &str, name: &str) -> String {
    let (_, rest) = reply.split_once(&format!("[[ ## {name} ## ]]\n")).expect(reply);
    rest.split_once("\n\n[[ ## ").expect(reply).0.to_owned()
}

/// Asks and reads one field of the answer.
pub(crate) fn ask(request: &Request, name: &str) -> String {
    field(&reply(request), name)
}
