//! Temperature, samples, limits, usage.

use dspy::lm::{FinishReason, LmError, Media, Message, Part, Request, Role, Settings};

use crate::prompts::{Prompt, ask, reply, respond};

const MOODS: Prompt<'static> = Prompt {
    inputs: &["review"],
    outputs: &[
        ("reasoning", "str", ""),
        ("mood", "Mood", "one of, exactly as written: glad; cross; bored; puzzled"),
    ],
    instruction: "Tell the mood.",
};

fn request() -> Request {
    MOODS.request(&[("review", "The parcel was here on Tuesday already.")])
}

fn at(temperature: f64, rollout: u64) -> Request {
    let mut request = request().with_settings(Settings::default().with_temperature(temperature));
    request.rollout = rollout;
    request
}

#[test]
fn equal_requests_get_equal_answers() {
    assert_eq!(respond(&request()), respond(&request()));
    assert_eq!(respond(&at(1.3, 4)), respond(&at(1.3, 4)));
}

#[test]
fn rollouts_differ_only_at_a_temperature() {
    let moods = |temperature| {
        let mut all: Vec<String> =
            (0..20).map(|rollout| ask(&at(temperature, rollout), "mood")).collect();
        all.sort();
        all.dedup();
        all.len()
    };
    assert_eq!(moods(0.0), 1);
    assert_eq!(moods(1.0), 4);
}

#[test]
fn noise_respects_strong_evidence() {
    let prompt = Prompt { instruction: "Words such as `refund` point to `cross`.", ..MOODS };
    let cross = (0..50).filter(|rollout| {
        let settings = Settings::default().with_temperature(0.5);
        let mut request = prompt.request(&[("review", "I want a refund.")]).with_settings(settings);
        request.rollout = *rollout;
        ask(&request, "mood") == "cross"
    });
    assert!(cross.count() > 45);
}

#[test]
fn a_seed_is_heeded() {
    let with_seed = |seed| {
        let mut settings = Settings::default().with_temperature(1.0);
        settings.seed = Some(seed);
        reply(&request().with_settings(settings))
    };
    assert_eq!(with_seed(3), with_seed(3));
    assert!((0..20).any(|seed| with_seed(seed) != with_seed(3)));
}

#[test]
fn n_samples_come_back_and_differ() {
    let settings = Settings::default().with_temperature(1.0).with_n(12);
    let response = respond(&request().with_settings(settings));
    assert_eq!(response.completions.len(), 12);
    let first = response.completions[0].joined_text();
    assert!(response.completions.iter().any(|other| other.joined_text() != first));

    let sure = respond(&request().with_settings(Settings::default().with_n(3)));
    assert!(sure.completions.iter().all(|other| *other == sure.completions[0]));
}

#[test]
fn max_tokens_cut_the_reply() {
    let whole = respond(&request());
    assert_eq!(whole.completions[0].finish, FinishReason::Stop);
    let cut = respond(&request().with_settings(Settings::default().with_max_tokens(6)));
    let text = cut.completions[0].joined_text();
    assert_eq!(text.chars().count(), 24);
    assert!(whole.completions[0].joined_text().starts_with(&text));
    assert_eq!(cut.completions[0].finish, FinishReason::Length);
    assert_eq!(cut.usage.completion_tokens, 6);
}

#[test]
fn a_stop_text_ends_the_reply() {
    let mut settings = Settings::default();
    settings.stop = vec!["[[ ## mood".to_owned()];
    let response = respond(&request().with_settings(settings));
    let text = response.completions[0].joined_text();
    assert!(text.contains("reasoning") && !text.contains("mood ## ]]"), "{text}");
    assert_eq!(response.completions[0].finish, FinishReason::Stop);
}

#[test]
fn usage_counts_four_characters_as_a_token() {
    let response = respond(&Request::new([Message::user("123456789")]));
    let written = response.completions[0].joined_text().chars().count() as u64;
    assert_eq!(response.usage.calls, 1);
    assert_eq!(response.usage.prompt_tokens, 3);
    assert_eq!(response.usage.completion_tokens, written.div_ceil(4));
}

#[test]
fn what_it_cannot_heed_is_refused() {
    let mut settings = Settings::default();
    settings.top_p = Some(0.9);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let lm = dspy::lm::Lm::embedded();
    let error = runtime.block_on(lm.generate(&request().with_settings(settings))).unwrap_err();
    assert!(matches!(&error, LmError::Unsupported { feature, .. } if feature == "`top_p`"));

    let image = Part::Image { media: Media::url("https://example.com/cat.png") };
    let picture = Request::new([Message::new(Role::User, vec![image])]);
    let error = runtime.block_on(lm.generate(&picture)).unwrap_err();
    assert!(matches!(&error, LmError::Unsupported { feature, .. } if feature.contains("images")));
}
