//! The settings that there are.

/// One setting: what it is called in the file, in the environment and as a flag.
#[derive(Debug)]
pub(crate) struct Setting {
    pub(crate) name: &'static str,
    flag: &'static str,
    pub(crate) variable: &'static str,
    pub(crate) value: &'static str,
    pub(crate) help: &'static str,
}

const fn setting(
    name: &'static str,
    flag: &'static str,
    variable: &'static str,
    value: &'static str,
    help: &'static str,
) -> Setting {
    Setting { name, flag, variable, value, help }
}

pub(crate) const SETTINGS: [Setting; 14] = [
    setting(
        "lm",
        "lm",
        "DSPY_LM",
        "PROVIDER/MODEL",
        "The model, such as openai/gpt-4o-mini; `embedded` needs no network",
    ),
    setting("api_base", "api-base", "DSPY_API_BASE", "URL", "The address of the model's server"),
    setting(
        "temperature",
        "temperature",
        "DSPY_TEMPERATURE",
        "NUMBER",
        "How freely the model samples",
    ),
    setting(
        "max_tokens",
        "max-tokens",
        "DSPY_MAX_TOKENS",
        "N",
        "The most tokens that an answer may have",
    ),
    setting("program", "program", "DSPY_PROGRAM", "FILE", "The saved program to load"),
    setting(
        "concurrency",
        "concurrency",
        "DSPY_CONCURRENCY",
        "N",
        "How many rows are worked on at a time [default: 16]",
    ),
    setting("metric", "metric", "DSPY_METRIC", "NAME", "The metric to score by"),
    setting("optimizer", "optimizer", "DSPY_OPTIMIZER", "NAME", "The optimizer [default: best]"),
    setting(
        "auto",
        "auto",
        "DSPY_AUTO",
        "SIZE",
        "How much miprov2 or gepa searches: light, medium, heavy",
    ),
    setting("seed", "seed", "DSPY_SEED", "N", "The seed of all draws [default: 0]"),
    setting(
        "max_calls",
        "max-calls",
        "DSPY_MAX_CALLS",
        "N",
        "The most calls of models that may be made",
    ),
    setting("max_usd", "max-usd", "DSPY_MAX_USD", "USD", "The most US dollars that may be spent"),
    setting(
        "test_share",
        "test-share",
        "DSPY_TEST_SHARE",
        "SHARE",
        "The share of rows in the part `test` [default: 0.3]",
    ),
    setting(
        "split_seed",
        "split-seed",
        "DSPY_SPLIT_SEED",
        "N",
        "The seed of the split into parts [default: 0]",
    ),
];

impl Setting {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        SETTINGS.iter().find(|setting| setting.name == name)
    }

    pub(crate) fn flag(&self) -> &'static str {
        self.flag
    }
}
