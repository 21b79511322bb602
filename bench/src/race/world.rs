//! Simulated candidates and their scores.

/// How the candidates of a world differ.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Setting {
    /// The mean of their true scores.
    pub(crate) base: f64,
    /// Their standard deviation.
    pub(crate) spread: f64,
    /// The share of scores that an item decides alike for all candidates.
    pub(crate) common: f64,
}

/// True scores, and what is seen of them: 0 or 1 for each candidate and item.
pub(crate) struct World {
    pub(crate) truth: Vec<f64>,
    pub(crate) scores: Vec<Vec<f64>>,
}

impl World {
    pub(crate) fn new(
        chance: &mut Chance,
        setting: &Setting,
        candidates: usize,
        items: usize,
    ) -> Self {
        let mut truth = || (setting.base + setting.spread * chance.normal()).clamp(0.01, 0.99);
        let truth: Vec<f64> = (0..candidates).map(|_| truth()).collect();
        let difficulty: Vec<f64> = (0..items).map(|_| chance.uniform()).collect();
        let mut row = |truth: &f64| -> Vec<f64> {
            let cell = |hard: &f64| {
                let common = chance.uniform() < setting.common;
                let luck = if common { *hard } else { chance.uniform() };
                f64::from(u8::from(luck < *truth))
            };
            difficulty.iter().map(cell).collect()
        };
        let scores = truth.iter().map(&mut row).collect();
        Self { truth, scores }
    }
}

/// A random generator (SplitMix64): the same seed gives the same table everywhere.
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Between 0 and 1.
    pub(crate) fn uniform(&mut self) -> f64 {
        ((self.bits() >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((self.uniform() * end as f64) as usize).min(end - 1)
    }

    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}
