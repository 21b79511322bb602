//! A plain answer, text and nothing else, read straight from its bytes.
//!
//! Whatever is not plain makes the reading fail, so that nothing can be overlooked; the caller then
//! reads the answer the long way.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use serde::de::{Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};

use super::super::super::client::{reason, settled};
use super::super::super::message::Part;
use super::super::super::response::{Completion, Response};
use super::provider;
use super::usage::Counts;

/// The answer without what headers say; `None` where it is not plain.
pub(super) fn response(body: &[u8]) -> Option<Response> {
    // Checked once here, and not once for each text in it.
    let body = std::str::from_utf8(body).ok()?;
    let answer: Answer<'_> = serde_json::from_str(body).ok()?;
    if answer.choices.0.is_empty() {
        return None;
    }
    let owned = |text: Option<Text<'_>>| text.filter(|text| !text.0.is_empty()).map(Text::owned);
    let counts = answer.usage.unwrap_or_default();
    Some(Response {
        completions: answer.choices.0,
        usage: counts.usage(),
        model: owned(answer.model),
        request_id: owned(answer.id),
        provider: provider(counts.cost, answer.rest),
        ..Response::default()
    })
}

#[derive(Default)]
struct Answer<'a> {
    id: Option<Text<'a>>,
    model: Option<Text<'a>>,
    choices: Choices,
    usage: Option<Counts>,
    rest: Map<String, Value>,
}

impl<'de> Deserialize<'de> for Answer<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Answer<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an answer")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answer<'de>, A::Error> {
                let mut answer = Answer::default();
                while let Some(name) = map.next_key::<Text<'de>>()? {
                    match &*name.0 {
                        "id" => answer.id = map.next_value()?,
                        "model" => answer.model = map.next_value()?,
                        "choices" => answer.choices = map.next_value()?,
                        "usage" => answer.usage = map.next_value()?,
                        "object" | "created" | "obfuscation" => {
                            map.next_value::<IgnoredAny>()?;
                        }
                        "error" => {
                            map.next_value::<Nothing>()?;
                        }
                        _ => {
                            let value = map.next_value()?;
                            answer.rest.insert(name.owned(), value);
                        }
                    }
                }
                Ok(answer)
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// The choices, in the order of their indices.
#[derive(Default)]
struct Choices(Vec<Completion>);

impl<'de> Deserialize<'de> for Choices {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items;

        impl<'de> Visitor<'de> for Items {
            type Value = Choices;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of choices")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Choices, A::Error> {
                // Mostly there is one.
                let mut all = Vec::with_capacity(1);
                while let Some(choice) = items.next_element::<Choice<'de>>()? {
                    if choice.index.is_some_and(|index| index != all.len() as u64) {
                        return Err(A::Error::custom("a choice out of place"));
                    }
                    all.push(choice.completion());
                }
                Ok(Choices(all))
            }
        }

        deserializer.deserialize_seq(Items)
    }
}

#[derive(Deserialize)]
struct Choice<'a> {
    index: Option<u64>,
    message: Option<Message>,
    #[serde(borrow)]
    finish_reason: Option<Text<'a>>,
    #[serde(default)]
    #[expect(dead_code, reason = "its type is the check")]
    logprobs: Nothing,
    #[serde(default)]
    #[expect(dead_code, reason = "its type is the check")]
    error: Nothing,
}

/// Every field but the first makes an answer more than text.
#[derive(Deserialize)]
#[expect(dead_code, reason = "the types of most fields are the check")]
struct Message {
    content: Option<Said>,
    #[serde(default)]
    refusal: Nothing,
    #[serde(default)]
    reasoning: Nothing,
    #[serde(default)]
    reasoning_content: Nothing,
    #[serde(default)]
    reasoning_details: Nothing,
    #[serde(default)]
    tool_calls: Nothing,
    #[serde(default)]
    function_call: Nothing,
}

impl Choice<'_> {
    fn completion(self) -> Completion {
        let content = self.message.and_then(|message| message.content);
        let text = content.filter(|text| !text.0.is_empty());
        let word = self.finish_reason.filter(|word| !word.0.is_empty());
        Completion {
            parts: text.map(|text| Part::text(text.0)).into_iter().collect(),
            finish: settled(reason(word.as_ref().map(|word| &*word.0)), false, false),
            raw_finish: word.map(Text::owned),
            logprobs: None,
        }
    }
}

/// A text, not copied where it holds no escapes.
struct Text<'a>(Cow<'a, str>);

impl Text<'_> {
    fn owned(self) -> String {
        self.0.into_owned()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Letters;

        impl<'de> Visitor<'de> for Letters {
            type Value = Text<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Letters)
    }
}

/// A text in the form that a [`Part`] has it.
struct Said(Arc<str>);

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Letters;

        impl Visitor<'_> for Letters {
            type Value = Said;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Said, E> {
                Ok(Said(text.into()))
            }
        }

        deserializer.deserialize_str(Letters)
    }
}

/// Null, an empty text or an empty list; anything else is not plain.
#[derive(Default)]
struct Nothing;

impl<'de> Deserialize<'de> for Nothing {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Void;

        impl<'de> Visitor<'de> for Void {
            type Value = Nothing;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("nothing")
            }

            fn visit_unit<E: Error>(self) -> Result<Nothing, E> {
                Ok(Nothing)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Nothing, E> {
                if text.is_empty() { Ok(Nothing) } else { Err(E::custom("a text")) }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Nothing, A::Error> {
                match items.next_element::<IgnoredAny>()? {
                    None => Ok(Nothing),
                    Some(_) => Err(A::Error::custom("a list")),
                }
            }
        }

        deserializer.deserialize_any(Void)
    }
}
