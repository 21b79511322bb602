//! [`Vocabulary`]: texts as tokens.

use serde_json::Value;
use tokenizers::Tokenizer;

#[derive(Debug)]
pub(super) struct Vocabulary {
    tokenizer: Tokenizer,
    /// The token of what is not in the vocabulary. It has no meaning, so it is left out.
    unknown: Option<u32>,
}

impl Vocabulary {
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let mut tokenizer =
            Tokenizer::from_bytes(bytes).map_err(|error| format!("it is no tokenizer: {error}"))?;
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| error.to_string())?;
        let spec: Value = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        let named = spec.pointer("/model/unk_token").and_then(Value::as_str);
        let numbered = spec.pointer("/model/unk_id").and_then(Value::as_u64);
        let unknown = named
            .and_then(|token| tokenizer.token_to_id(token))
            .or_else(|| numbered.and_then(|id| u32::try_from(id).ok()));
        Ok(Self { tokenizer, unknown })
    }

    /// The known tokens of a text, in order.
    pub(super) fn tokens(&self, text: &str) -> Result<Vec<u32>, String> {
        let encoding =
            self.tokenizer.encode_fast(text, false).map_err(|error| error.to_string())?;
        let known = encoding.get_ids().iter().copied().filter(|id| Some(*id) != self.unknown);
        Ok(known.collect())
    }
}
