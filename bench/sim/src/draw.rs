//! Numbers that look random and depend on nothing but what they are drawn for.

/// A place in an endless table of random numbers, found by naming what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Draw(u64);

impl Draw {
    pub(crate) fn new(seed: u64, purpose: &str) -> Self {
        Self(mixed(seed)).text(purpose)
    }

    pub(crate) fn number(self, number: u64) -> Self {
        Self(mixed(self.0 ^ mixed(number.wrapping_add(0x51_7c_c1))))
    }

    pub(crate) fn text(self, text: &str) -> Self {
        // FNV-1a, eight bytes at a time, which is enough to tell prompts apart.
        let mut hash = self.0 ^ 0xcbf2_9ce4_8422_2325;
        for chunk in text.as_bytes().chunks(8) {
            let mut word = [0; 8];
            for (to, from) in word.iter_mut().zip(chunk) {
                *to = *from;
            }
            hash = (hash ^ u64::from_le_bytes(word)).wrapping_mul(0x0000_0100_0000_01b3);
            hash ^= hash >> 29;
        }
        Self(mixed(hash ^ text.len() as u64))
    }

    pub(crate) fn key(self) -> u64 {
        self.0
    }

    /// Between 0 and 1, never either.
    pub(crate) fn unit(self) -> f64 {
        ((mixed(self.0) >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    pub(crate) fn chance(self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A number below `count`, or 0 where there is none.
    pub(crate) fn below(self, count: usize) -> usize {
        ((self.unit() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// Of mean 0 and deviation 1.
    pub(crate) fn normal(self) -> f64 {
        let radius = (-2.0 * self.number(1).unit().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.number(2).unit()).cos()
    }

    /// What turns scores into a choice by their softmax: the largest sum wins.
    pub(crate) fn gumbel(self) -> f64 {
        -(-self.unit().ln()).ln()
    }

    /// Brings a list into random order.
    pub(crate) fn shuffle<T>(self, list: &mut [T]) {
        for end in (1..list.len()).rev() {
            list.swap(end, self.number(end as u64).below(end + 1));
        }
    }
}

/// The last step of SplitMix64.
fn mixed(mut bits: u64) -> u64 {
    bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
