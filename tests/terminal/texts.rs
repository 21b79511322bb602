//! Wrapping, differences and histories.

use dspy::lm::Scripted;
use dspy::module;
use dspy::prelude::*;
use dspy::terminal::{Colour, wrapped};
use proptest::prelude::*;

/// Answer the question.
#[derive(Signature)]
struct Qa {
    #[input]
    question: String,
    #[output]
    answer: String,
}

const LONG: &str = "Answer the question in a single word, and where several words would do, take the \
                    shortest of them that a child of ten years would understand.";

#[test]
fn what_fits_stays_as_it_is() {
    for text in ["", "\n", "a\n\nb", "  indented  \n", "x".repeat(80).as_str()] {
        assert_eq!(wrapped(text), text);
    }
}

#[test]
fn what_does_not_fit_goes_on_below_further_in() {
    assert_eq!(
        wrapped(&format!("  {LONG}\n")),
        "  Answer the question in a single word, and where several words would do, take\n    the \
         shortest of them that a child of ten years would understand.\n"
    );
    let url = format!("see https://{}", "a".repeat(90));
    assert_eq!(wrapped(&url), format!("see\n  https://{}\n  {}", "a".repeat(70), "a".repeat(20)));
    let wide = "漢".repeat(50);
    assert_eq!(wrapped(&wide), format!("{}\n  {}", "漢".repeat(40), "漢".repeat(10)));
}

#[test]
fn nothing_steers_the_terminal() {
    assert_eq!(wrapped("a\u{1b}[31mred\u{7}"), "a\u{fffd}[31mred\u{fffd}");
}

#[test]
fn a_difference_is_wrapped() {
    let before = Predict::<Qa>::new();
    let diff = module::diff(&before, &before.clone().with_instructions(LONG));
    assert_eq!(
        diff.to_string(),
        "\
self · instructions
  - Answer the question.
  + Answer the question in a single word, and where several words would do, take
    the shortest of them that a child of ten years would understand.
"
    );
    assert_eq!(module::diff(&before, &before).to_string(), "no difference\n");
}

#[test]
fn colour_is_there_where_it_is_wanted() {
    let before = Predict::<Qa>::new();
    let diff = module::diff(&before, &before.clone().with_instructions("Be brief."));
    assert_eq!(
        diff.to_text(Colour::Always),
        "\u{1b}[1mself · instructions\u{1b}[0m\n\u{1b}[31m  - Answer the question.\u{1b}[0m\n\
         \u{1b}[32m  + Be brief.\u{1b}[0m\n"
    );
    assert!(!diff.to_text(Colour::Never).contains('\u{1b}'));
    // A test's standard output is no terminal.
    assert_eq!(Colour::Auto.is_on(), std::io::IsTerminal::is_terminal(&std::io::stdout()));
}

#[tokio::test]
async fn a_history_is_wrapped() {
    let answer = format!("[[ ## answer ## ]]\n{LONG}\n\n[[ ## completed ## ]]");
    let lm = Scripted::texts([answer]).lm().with_history(5);
    Predict::<Qa>::new().with_lm(lm.clone()).call(LONG).await.unwrap();
    let text = lm.history().to_string();
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    assert!(text.contains("take the\n  shortest of them"), "{text}");
}

proptest! {
    #[test]
    fn no_line_is_wider_than_80(text in "(\\PC|[ \n\t]){0,400}") {
        let lines = wrapped(&text);
        for line in lines.lines() {
            prop_assert!(line.chars().filter(|c| c.is_ascii()).count() <= 80, "{line:?}");
        }
    }

    #[test]
    fn no_word_is_lost(words in prop::collection::vec("[a-z]{1,100}", 0..60)) {
        let text = words.join(" ");
        let plain = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(plain(&wrapped(&text)), plain(&text));
    }
}
