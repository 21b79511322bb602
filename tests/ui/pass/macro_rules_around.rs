//! The macros inside `macro_rules!`, with names and types from outside.

use dspy::prelude::*;

macro_rules! classifier {
    ($name:ident, $field:ident: $ty:ty, $doc:literal) => {
        #[doc = $doc]
        #[derive(Signature)]
        struct $name {
            #[input]
            text: String,
            #[output]
            $field: $ty,
        }
    };
}

classifier!(Mood, mood: Option<String>, "How the writer feels.");
classifier!(Count, words: u32, "How many words there are.");

macro_rules! program {
    ($name:ident($part:ident: $ty:ty)) => {
        #[derive(Clone, Default)]
        struct $name {
            $part: $ty,
        }

        #[module]
        impl $name {
            async fn forward(&self, text: String) -> dspy::Result<u32> {
                Ok(self.$part.call(text).await?.words)
            }
        }
    };
}

program!(Counter(count: Predict<Count>));

fn main() {
    assert_eq!(Mood::schema().instructions(), "How the writer feels.");
    assert_eq!(dspy::module::leaf_paths(&Counter::default()), ["count"]);
}
