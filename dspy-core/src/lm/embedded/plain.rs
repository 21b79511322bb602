//! Plain conversation: what to say where no fields are asked for.

use super::super::message::Role;
use super::super::request::Request;
use super::extract::{all_sentences, beginning, passages};

/// Characters of the messages that are cited.
const CITED: usize = 200;

/// A short reply that cites the messages and pretends nothing.
pub(super) fn reply(request: &Request) -> String {
    let last = request.messages.iter().rposition(|message| message.role == Role::User);
    let Some(asked) = last.and_then(|at| request.messages.get(at)).map(|m| m.text()) else {
        return "There is no question to answer.".to_owned();
    };
    let others = request.messages.iter().enumerate().filter(|(at, _)| Some(*at) != last);
    let context: Vec<String> = others.map(|(_, message)| message.text()).collect();
    let context = context.join("\n");
    let best = passages(&context, &asked).into_iter().rev();
    match best.max_by(|a, b| a.overlap.total_cmp(&b.overlap)).filter(|p| p.overlap > 0.0) {
        Some(passage) => format!(
            "The passage of this conversation closest to the request is: {}",
            beginning(passage.text, CITED)
        ),
        None => match all_sentences(&asked).first() {
            Some(first) => format!(
                "This model answers from what the messages hold, and nothing in them answers: {}",
                beginning(first, CITED)
            ),
            None => "The request is empty.".to_owned(),
        },
    }
}
