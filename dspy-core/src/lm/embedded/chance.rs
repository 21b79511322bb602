//! Chance: noise that is a pure function of the request.

use super::super::message::Message;
use super::super::request::Request;

/// The noise of one sample. Equal requests draw equal noise; at temperature 0 there is none.
#[derive(Clone, Debug)]
pub(super) struct Chance {
    key: [u8; blake3::KEY_LEN],
    sample: u32,
    temperature: f64,
}

impl Chance {
    /// The noise of the first sample of a request.
    pub(super) fn new(request: &Request) -> Self {
        let mut hasher = blake3::Hasher::new();
        for message in &request.messages {
            hasher.update(format!("{:?}", message.role).as_bytes()).update(&[0]);
            hasher.update(Message::text(message).as_bytes()).update(&[0]);
        }
        hasher.update(&request.rollout.to_le_bytes());
        hasher.update(&request.settings.seed.unwrap_or(0).to_le_bytes());
        let temperature = request.settings.temperature.filter(|t| t.is_finite()).unwrap_or(0.0);
        Self { key: *hasher.finalize().as_bytes(), sample: 0, temperature: temperature.max(0.0) }
    }

    /// The noise of another sample of the same request.
    pub(super) fn of_sample(&self, sample: u32) -> Self {
        Self { sample, ..self.clone() }
    }

    /// Gumbel noise times the temperature: adding it to log-probabilities and taking the largest
    /// samples from the distribution at that temperature.
    pub(super) fn gumbel(&self, purpose: &str, item: &str) -> f64 {
        if self.temperature == 0.0 {
            return 0.0;
        }
        let mut hasher = blake3::Hasher::new_keyed(&self.key);
        hasher.update(&self.sample.to_le_bytes());
        hasher.update(purpose.as_bytes()).update(&[0]).update(item.as_bytes());
        -(-unit(&hasher).ln()).ln() * self.temperature
    }
}

/// A number in (0, 1) that depends on both texts only. It settles what evidence leaves open.
pub(super) fn coin(text: &str, item: &str) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(text.as_bytes()).update(&[0]).update(item.as_bytes());
    unit(&hasher)
}

fn unit(hasher: &blake3::Hasher) -> f64 {
    let hash = hasher.finalize();
    let bits = hash.as_bytes().iter().take(6).fold(0_u64, |bits, b| (bits << 8) | u64::from(*b));
    // 48 bits fit a double exactly.
    (bits as f64 + 0.5) / (1_u64 << 48) as f64
}
