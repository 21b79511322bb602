//! [`Timeout`]: calls and streams that take too long.

use dspy::lm::{EmbeddingModel, LanguageModel, LmError, StreamEvent, Timeout};
use tokio::time::Instant;

use super::model::{Model, Texts, Turn};
use super::{all, answer, question, secs, text};

#[tokio::test(start_paused = true)]
async fn a_call_ends_in_time_or_not_at_all() {
    let model = Model::new(|_| Turn::After(secs(5.0), Ok(answer(1, 1))));
    assert!(Timeout::new(model.clone(), secs(5.1)).generate(&question()).await.is_ok());
    let start = Instant::now();
    let error = Timeout::new(model.clone(), secs(4.9)).generate(&question()).await.unwrap_err();
    assert!(matches!(&error, LmError::Timeout { after, .. } if *after == secs(4.9)), "{error:?}");
    assert_eq!(start.elapsed(), secs(4.9));
    assert_eq!(model.inside(), 0, "the call was dropped");
    let texts = Timeout::new(Texts(model), secs(4.9)).embed(&["x".to_owned()]).await;
    assert!(texts.unwrap_err().is_timeout());
}

#[tokio::test(start_paused = true)]
async fn a_stream_may_not_fall_silent() {
    let slow = |gap: f64| {
        let mut events: Vec<_> = (0..4).map(|_| (secs(gap), Ok(text("a")))).collect();
        events.push((secs(gap), Ok(StreamEvent::Done(answer(1, 4)))));
        Model::turns([Turn::Events(events)])
    };
    let patient = Timeout::new(slow(1.0), secs(60.0)).with_idle(secs(1.5));
    assert_eq!(all(patient.stream(&question()).await.unwrap()).await.len(), 5);

    let model = slow(2.0);
    let hasty = Timeout::new(model.clone(), secs(60.0)).with_idle(secs(1.5));
    let events = all(hasty.stream(&question()).await.unwrap()).await;
    let [Err(LmError::Timeout { after, .. })] = &events[..] else { panic!("{events:?}") };
    assert_eq!((*after, model.inside()), (secs(1.5), 0));

    let whole = Timeout::new(slow(2.0), secs(5.0)).with_idle(secs(3.0));
    let events = all(whole.stream(&question()).await.unwrap()).await;
    assert!(
        matches!(&events[..], [Ok(_), Ok(_), Err(LmError::Timeout { after, .. })]
        if *after == secs(5.0)),
        "{events:?}"
    );
}
