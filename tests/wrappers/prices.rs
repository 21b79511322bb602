//! [`Prices`]: the table, the look-up, and what a call cost.

use dspy::lm::{
    EmbeddingModel, LanguageModel, LmError, LongPrompt, Price, Priced, Prices, StreamEvent, Usage,
};
use serde_json::json;

use super::model::{Model, Texts};
use super::{all, answer, question};

const TABLE: &str = include_str!("../../dspy-core/src/lm/prices/table.csv");

#[test]
fn every_row_of_the_table_is_found_as_it_stands() {
    let mut rows = 0;
    let mut last = "";
    for line in TABLE.lines().filter(|line| !line.starts_with('#')) {
        let cells: Vec<&str> = line.split(',').collect();
        let price = Prices::builtin().get(cells[0]).unwrap_or_else(|| panic!("{line}"));
        assert_eq!(price.input, cells[1].parse::<f64>().unwrap(), "{line}");
        assert_eq!(price.output, cells[2].parse::<f64>().unwrap(), "{line}");
        let number = |cell: usize| cells.get(cell).and_then(|text| text.parse::<f64>().ok());
        assert_eq!((price.cache_read, price.cache_write), (number(3), number(4)), "{line}");
        assert_eq!(price.long_prompt.map(|long| long.above as f64), number(5), "{line}");
        assert_eq!(price.long_prompt.map(|long| long.input), number(6), "{line}");
        // Dollars per million, not per token or per thousand.
        assert!(price.input >= 0.01 && price.input <= 200.0, "{line}");
        assert!(price.output <= 1000.0 && cells[0] > last, "{line}");
        assert_eq!(cells[0], cells[0].to_lowercase());
        last = cells[0];
        rows += 1;
    }
    assert!(rows > 150, "{rows}");
    assert!(TABLE.contains(&format!("# date: {}", Prices::DATE)) && TABLE.contains("# source: "));
}

#[test]
fn a_model_is_found_under_its_other_names() {
    let prices = Prices::builtin();
    let mini = prices.get("openai/gpt-4o-mini");
    assert_eq!(mini.map(|price| (price.input, price.output)), Some((0.15, 0.6)));
    for label in
        ["openai/gpt-4o-mini-2024-07-18", "OpenAI/GPT-4o-mini", "openai/gpt-4o-mini-latest"]
    {
        assert_eq!(prices.get(label), mini, "{label}");
    }
    let haiku = prices.get("anthropic/claude-haiku-4-5");
    assert!(haiku.is_some());
    assert_eq!(prices.get("anthropic/claude-haiku-4-5-20251001"), haiku);
    let tuned = prices.get("openai/ft:gpt-4o-mini-2024-07-18:my-org::abc123");
    assert_eq!(tuned.map(|price| price.input), Some(0.3));
    // A date that has a row of its own is not shortened.
    assert_ne!(prices.get("openai/gpt-4o-2024-05-13"), prices.get("openai/gpt-4o"));
    for free in ["embedded", "vllm/anything", "llamacpp/x", "lmstudio/y", "ollama/llama3"] {
        assert_eq!(prices.get(free), Some(Price::FREE), "{free}");
    }
    for unknown in ["openai/gpt-99", "gpt-4o-mini", "openai/", "", "groq/gpt-4o-mini", "openai/gpt"]
    {
        assert_eq!(prices.get(unknown), None, "{unknown}");
    }
    assert_eq!(Prices::empty().get("embedded"), None);
}

#[test]
fn users_add_prices() {
    let own = Price::per_million(7.0, 9.0);
    let prices = Prices::builtin().with("OpenAI/gpt-4o-mini", own).with("mine/model", own);
    assert_eq!(prices.get("openai/gpt-4o-mini-2024-07-18"), Some(own));
    assert_eq!(prices.get("mine/model"), Some(own));
    assert_eq!(Prices::builtin().get("mine/model"), None, "the table itself stays");
    assert_eq!(Prices::empty().with_all(&prices).get("mine/model"), Some(own));
}

#[test]
fn prices_come_from_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("prices.json");
    let load = |text: &str| {
        std::fs::write(&path, text).unwrap();
        Prices::load(&path)
    };
    let file = load(
        r#"{"Mine/Big": {"input": 1, "output": 2.5, "cache_read": 0.1,
            "long_prompt": {"above": 1000, "input": 2, "output": 5}}}"#,
    );
    let price = Prices::builtin().with_all(&file.unwrap()).get("mine/big").unwrap();
    assert_eq!((price.input, price.output, price.cache_read), (1.0, 2.5, Some(0.1)));
    assert_eq!(price.long_prompt, Some(LongPrompt::new(1000, 2.0, 5.0)));
    for (text, part) in [
        (r#"{"m": {"input": 1}}"#, "output"),
        (r#"{"m": {"input": 1, "output": 1, "inptu": 1}}"#, "inptu"),
        (r#"{"m": {"input": -1, "output": 1}}"#, "`m` is negative"),
        ("[]", "map"),
    ] {
        let error = load(text).unwrap_err();
        let shown = error.to_string();
        assert!(matches!(error, LmError::Config { .. }) && shown.contains(part), "{shown}");
        assert!(shown.contains("prices.json"), "{shown}");
    }
    let missing = Prices::load(folder.path().join("none.json")).unwrap_err();
    assert!(missing.to_string().contains("none.json"));
}

#[test]
fn tokens_cost_by_their_kind() {
    let price = Price::per_million(10.0, 100.0)
        .with_cache(1.0, 20.0)
        .with_long_prompt(LongPrompt::new(200_000, 30.0, 300.0));
    let mut usage = Usage::default();
    usage.calls = 1;
    usage.prompt_tokens = 100_000;
    usage.cached_tokens = 50_000;
    usage.cache_write_tokens = 10_000;
    usage.completion_tokens = 1000;
    let expected = (40_000.0 * 10.0 + 50_000.0 * 1.0 + 10_000.0 * 20.0 + 1000.0 * 100.0) / 1e6;
    assert!((price.of(&usage) - expected).abs() < 1e-12);
    usage.prompt_tokens = 300_000;
    let expected = (300_000.0 * 30.0 + 1000.0 * 300.0) / 1e6;
    assert!((price.of(&usage) - expected).abs() < 1e-12);
    // Two calls of half the length are not long ones.
    usage.calls = 2;
    assert!(price.of(&usage) < expected / 2.0);
    // What is not known to be cheaper is not.
    let mut cached = Usage::default();
    cached.prompt_tokens = 1_000_000;
    cached.cached_tokens = 1_000_000;
    assert_eq!(Price::per_million(3.0, 0.0).of(&cached), 3.0);
}

#[tokio::test]
async fn answers_say_what_they_cost() {
    let prices = Prices::empty().with("openai/gpt-4o-mini", Price::per_million(1.0, 2.0));
    let model = Model::turns([answer(1_000_000, 500_000)]);
    let priced = Priced::new(model.clone(), &prices);
    let usage = priced.generate(&question()).await.unwrap().usage;
    assert_eq!((usage.usd, usage.unpriced_calls), (2.0, 0));
    let events = all(priced.stream(&question()).await.unwrap()).await;
    let Some(Ok(StreamEvent::Done(response))) = events.last() else { panic!("{events:?}") };
    assert_eq!(response.usage.usd, 2.0);

    let unknown = Priced::new(model.clone(), &Prices::empty());
    let usage = unknown.generate(&question()).await.unwrap().usage;
    assert_eq!((usage.usd, usage.unpriced_calls), (0.0, 1));
    // Another wrapper around it may know better.
    let usage = Priced::new(unknown, &prices).generate(&question()).await.unwrap().usage;
    assert_eq!((usage.usd, usage.unpriced_calls), (2.0, 0));

    let texts = Priced::embedder(Texts(Model::turns([answer(1_000_000, 0)])), &Prices::builtin());
    let usage = texts.embed(&["x".to_owned()]).await.unwrap().usage;
    assert_eq!(usage.usd, 0.02);
}

#[tokio::test]
async fn the_providers_own_price_and_a_caches_answer_stay_as_they_are() {
    let prices = Prices::empty().with("openai/gpt-4o-mini", Price::per_million(1.0, 2.0));
    let mut reported = answer(1_000_000, 0);
    reported.provider = Some(json!({"cost": 0.125}));
    let usage = Priced::new(Model::turns([reported]), &prices).generate(&question()).await;
    assert_eq!(usage.unwrap().usage.usd, 0.125);
    let mut cached = answer(1_000_000, 0);
    cached.cached = true;
    let usage = Priced::new(Model::turns([cached]), &prices).generate(&question()).await;
    assert_eq!(usage.unwrap().usage.usd, 0.0);
}
