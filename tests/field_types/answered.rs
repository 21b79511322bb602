//! Types that the embedded model can answer: the whole way through a model that reads the prompt.

use std::fmt::Debug;

use dspy::prelude::*;
use dspy::signature::{Data, Demo};

use crate::field_types::enums::{Level, Mood};

/// Repeat the value.
#[derive(Signature)]
struct Repeat<T: Data + Debug> {
    #[input]
    given: String,
    #[output]
    answer: T,
}

/// The embedded model repeats what demonstrations show for the same input.
fn answers<T: Data + Debug + PartialEq>(values: &[T]) {
    let demo = |value: &T| {
        let answer = dspy::wire::to_value(value).unwrap();
        let fields =
            [("given".to_owned(), format!("{value:?}").into()), ("answer".to_owned(), answer)];
        Demo::new(fields.into_iter().collect())
    };
    let predict =
        Predict::<Repeat<T>>::new().with_lm(Lm::embedded()).with_demos(values.iter().map(demo));
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for value in values {
        let prediction =
            runtime.block_on(predict.call(format!("{value:?}")).into_future()).unwrap();
        assert_eq!(prediction.answer, *value);
    }
}

#[test]
fn the_embedded_model_answers_what_it_was_shown() {
    answers(&[Level::Low, Level::High]);
    answers(&[Mood::Good, Mood::SoSo, Mood::Bad]);
    answers(&[true, false]);
    answers(&["a word".to_owned(), "another one".to_owned()]);
    answers(&[1_u8, 255]);
    answers(&[i64::MIN, -1, i64::MAX]);
    answers(&[0.25_f64, -1.5]);
    answers(&[Some(Level::High), Some(Level::Low)]);
    answers(&[vec![1_u8, 2], vec![3]]);
}
