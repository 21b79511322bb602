//! What a new project is made of.

/// The files of a project, by their paths in it.
pub(super) fn all(name: &str, dependency: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Cargo.toml", manifest(name, dependency)),
        ("src/main.rs", MAIN.to_owned()),
        ("data/train.jsonl", rows(&TRAIN)),
        ("data/test.jsonl", rows(&TEST)),
        ("dspy.toml", SETTINGS.to_owned()),
        (".gitignore", "/target\n/*.results.jsonl\n".to_owned()),
    ]
}

/// What to do with it.
pub(super) fn next_steps(name: &str) -> String {
    format!(
        "\n  cd {name}\n  cargo run -- run --message \"The printer on floor 2 is on fire!\"\n  cargo run -- \
         eval data/test.jsonl\n  cargo run -- optimize data/train.jsonl --out tuned.json\n  cargo run -- eval \
         data/test.jsonl --program tuned.json\n\nThe model is the embedded one, which works offline and is no \
         language model;\ndspy.toml says how to name another.\n"
    )
}

fn manifest(name: &str, dependency: &str) -> String {
    format!(
        "[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\ndspy = \
         {dependency}\n\n# Not part of any workspace around it.\n[workspace]\n"
    )
}

const MAIN: &str = r#"//! Sorts messages to a help desk by what they are about.
//!
//! `cargo run -- --help` lists the commands.

use dspy::prelude::*;

/// Say what the message to the help desk is about, and how soon somebody must look at it.
#[derive(Signature, Clone)]
struct Triage {
    /// What the customer wrote.
    #[input]
    message: String,
    /// What it is about.
    #[output]
    topic: Topic,
    /// When somebody must look at it.
    #[output]
    due: Due,
}

#[dspy::data]
enum Topic {
    Hardware,
    Software,
    Billing,
}

#[dspy::data]
enum Due {
    Today,
    Later,
}

/// The program: predictors, and how they work together.
#[derive(Clone, Default)]
struct HelpDesk {
    triage: Predict<Triage>,
}

#[module]
impl HelpDesk {
    pub async fn forward(&self, message: String) -> dspy::Result<TriageOutput> {
        Ok(self.triage.call(message).await?.into_output())
    }
}

// So that a row of `Triage` is a row for the program.
impl From<TriageInput> for HelpDeskInput {
    fn from(row: TriageInput) -> Self {
        Self { message: row.message }
    }
}

/// Half a point for each of the two answers.
fn points(row: &Triage, out: &TriageOutput) -> f64 {
    let right = [row.topic == out.topic, row.due == out.due];
    right.iter().filter(|right| **right).count() as f64 / 2.0
}

fn main() -> std::process::ExitCode {
    dspy::cli::Cli::new(HelpDesk::default()).rows::<Triage>().metric(points).main()
}
"#;

const SETTINGS: &str = r#"# Settings of the command line; `cargo run -- config` lists them all. Flags and the environment go
# before them. Keys of providers do not belong here: set OPENAI_API_KEY and the like.

# Works offline, and is no language model. Another one: "openai/gpt-4o-mini".
lm = "embedded"
"#;

/// A message, its topic, and when somebody must look at it.
type Labeled = (&'static str, &'static str, &'static str);

fn rows(rows: &[Labeled]) -> String {
    rows.iter()
        .map(|(message, topic, due)| {
            serde_json::json!({"message": message, "topic": topic, "due": due}).to_string() + "\n"
        })
        .collect()
}

const TRAIN: [Labeled; 12] = [
    ("The printer on floor 2 is on fire!", "Hardware", "Today"),
    ("My laptop screen has a dead pixel.", "Hardware", "Later"),
    ("The server fan stopped and the room smells of smoke.", "Hardware", "Today"),
    ("Can I have a second monitor for my desk next month?", "Hardware", "Later"),
    ("The keyboard misses the letter e.", "Hardware", "Later"),
    ("The editor crashes whenever I save, and my deadline is in an hour.", "Software", "Today"),
    ("Which version of the editor do you recommend?", "Software", "Later"),
    ("Nobody can log in to the shop since the update this morning.", "Software", "Today"),
    ("Please change the language of my account to French.", "Software", "Later"),
    ("I was charged twice and my account is overdrawn today.", "Billing", "Today"),
    ("Where do I find the invoice for March?", "Billing", "Later"),
    ("Please send invoices to our new address from next year on.", "Billing", "Later"),
];

const TEST: [Labeled; 6] = [
    ("Smoke comes out of the power supply of my computer.", "Hardware", "Today"),
    ("I would like a quieter keyboard some day.", "Hardware", "Later"),
    ("The update broke the shop and customers cannot pay right now.", "Software", "Today"),
    ("How do I change the font of the editor?", "Software", "Later"),
    (
        "Your invoice charged us ten times the price, and the bank collects it today.",
        "Billing",
        "Today",
    ),
    ("Can I pay the invoice by card next time?", "Billing", "Later"),
];
