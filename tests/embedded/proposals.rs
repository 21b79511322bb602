//! Instructions the model writes itself, and what they are worth to it.

use crate::accuracy::{accuracy, categories, events, split};
use crate::prompts::{Output, Prompt, ask};

const PROPOSE: &[Output<'static>] = &[("proposed_instruction", "str", "")];

/// An instruction written for the given inputs.
fn proposed(values: &[(&str, &str)]) -> String {
    let inputs: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
    let prompt = Prompt { inputs: &inputs, outputs: PROPOSE, instruction: "Write an instruction." };
    ask(&prompt.request(values), "proposed_instruction")
}

#[test]
fn proposals_help_their_author() {
    let (seen, unseen) = split(events(), 30);
    let lines: Vec<String> = seen
        .iter()
        .map(|(event, category)| format!("event: {event}\ncategory: {category}\n"))
        .collect();
    let base = "Classify the event.";
    let values = [("basic_instruction", base), ("task_demos", &*lines.join("\n"))];
    let instruction = proposed(&values);
    assert!(instruction.starts_with(base), "{instruction}");
    for category in categories(&seen) {
        assert!(instruction.contains(&format!("point to `{category}`.")), "{instruction}");
    }
    let questions = &unseen[..220];
    let before = accuracy(base, &[], questions);
    let after = accuracy(&instruction, &[], questions);
    assert!(after > before + 12.0, "{before} before, {after} after");
}

#[test]
fn examples_are_found_in_many_forms() {
    let cases: [(&str, &str); 6] = [
        (
            "JSON lines",
            "{\"text\": \"red engine\", \"label\": \"fire\"}\n{\"text\": \"siren of an engine\", \"label\": \"fire\"}\n\
             {\"text\": \"white ward\", \"label\": \"care\"}\n{\"text\": \"nurse on a ward\", \"label\": \"care\"}",
        ),
        (
            "a JSON array",
            "[{\"inputs\": {\"text\": \"red engine\"}, \"outputs\": {\"kind\": \"fire\"}},\
              {\"inputs\": {\"text\": \"engine siren\"}, \"outputs\": {\"kind\": \"fire\"}},\
              {\"inputs\": {\"text\": \"white ward\"}, \"outputs\": {\"kind\": \"care\"}},\
              {\"inputs\": {\"text\": \"ward nurse\"}, \"outputs\": {\"kind\": \"care\"}}]",
        ),
        (
            "headings with feedback",
            "# Example 1\n## Inputs\n### text\nred engine\n## Generated Outputs\n### kind\ncare\n\
             ## Feedback\nThis is wrong. The correct answer is `fire`.\n\
             # Example 2\n## Inputs\n### text\nthe engine arrives\n## Generated Outputs\n### kind\nfire\n\
             ## Feedback\nCorrect.\n\
             # Example 3\n## Inputs\n### text\na clean ward\n## Generated Outputs\n### kind\nfire\n\
             ## Feedback\nIncorrect; expected: care\n\
             # Example 4\n## Inputs\n### text\nward and nurse\n## Generated Outputs\n### kind\ncare\n\
             ## Feedback\nCorrect.",
        ),
        (
            "marked sections",
            "\\[[ ## text ## ]]\nred engine\n\\[[ ## kind ## ]]\nfire\n\
             \\[[ ## text ## ]]\nengine siren\n\\[[ ## kind ## ]]\nfire\n\
             \\[[ ## text ## ]]\nwhite ward\n\\[[ ## kind ## ]]\ncare\n\
             \\[[ ## text ## ]]\nward nurse\n\\[[ ## kind ## ]]\ncare",
        ),
        (
            "arrows",
            "red engine -> fire\nengine siren -> fire\nwhite ward -> care\nward nurse -> care",
        ),
        (
            "numbered blocks",
            "Example 1:\nText: red engine\nKind: fire\n\nExample 2:\nText: engine siren\nKind: fire\n\n\
             Example 3:\nText: white ward\nKind: care\n\nExample 4:\nText: ward nurse\nKind: care",
        ),
    ];
    for (form, text) in &cases {
        let instruction = proposed(&[("task_demos", text)]);
        let line = |label: &str| {
            let end = format!("point to `{label}`.");
            instruction.lines().find(|line| line.ends_with(&end)).unwrap_or_default().to_owned()
        };
        assert!(line("fire").contains("`engine`"), "{form}: {instruction}");
        assert!(line("care").contains("`ward`"), "{form}: {instruction}");
        assert!(!line("fire").contains("`ward`"), "{form}: {instruction}");
    }
}

#[test]
fn earlier_lines_are_kept_and_extended() {
    let earlier = "Sort the calls.\nWords such as `smoke` point to `fire`.";
    let demos = "red engine -> fire\nengine siren -> fire\nwhite ward -> care\nward nurse -> care";
    let instruction = proposed(&[("current_instruction", earlier), ("examples", demos)]);
    assert!(instruction.starts_with("Sort the calls.\n"), "{instruction}");
    let fire = instruction.lines().find(|line| line.ends_with("`fire`.")).unwrap();
    assert!(fire.contains("`smoke`") && fire.contains("`engine`"), "{instruction}");
    assert_eq!(instruction.matches("point to `fire`").count(), 1);
}

#[test]
fn advice_leaves_the_instruction_out() {
    let prompt = Prompt {
        inputs: &["current_instruction", "examples"],
        outputs: &[("advice", "str", "")],
        instruction: "Give advice.",
    };
    let demos = "red engine -> fire\nengine siren -> fire\nwhite ward -> care\nward nurse -> care";
    let values = [("current_instruction", "Sort the calls."), ("examples", demos)];
    let advice = ask(&prompt.request(&values), "advice");
    assert!(!advice.contains("Sort the calls") && advice.contains("`engine`"), "{advice}");
}

#[test]
fn without_examples_the_instruction_is_kept() {
    let instruction = proposed(&[("basic_instruction", "Sort the calls.")]);
    assert!(instruction.starts_with("Sort the calls.\n"), "{instruction}");
    assert!(!instruction.contains("point to"), "{instruction}");
}

#[test]
fn proposals_vary_with_the_rollout_at_a_temperature() {
    let (seen, _) = split(events(), 6);
    let lines: Vec<String> =
        seen.iter().map(|(event, category)| format!("{event} -> {category}")).collect();
    let prompt =
        Prompt { inputs: &["task_demos"], outputs: PROPOSE, instruction: "Write an instruction." };
    let at = |rollout: u64| {
        let mut request = prompt.request(&[("task_demos", &lines.join("\n"))]);
        request.settings.temperature = Some(1.0);
        request.rollout = rollout;
        ask(&request, "proposed_instruction")
    };
    assert_eq!(at(1), at(1));
    assert_ne!(at(1), at(2));
}
