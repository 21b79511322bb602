//! A small random generator (SplitMix64), so that simulations repeat exactly.

pub(crate) struct Chance(pub(crate) u64);

#[allow(dead_code, reason = "no test uses all of it")]
impl Chance {
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

    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * self.uniform().ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Scores of 0 and 1 of programs with these true means: [candidate][item]. An item's difficulty
    /// is common to all; `common` is the share of cells that it decides.
    #[allow(dead_code, reason = "not every test file simulates programs")]
    pub(crate) fn scores(&mut self, means: &[f64], items: usize, common: f64) -> Vec<Vec<f64>> {
        let difficulty: Vec<f64> = (0..items).map(|_| self.uniform()).collect();
        let mut row = |mean: f64| {
            let cell = |hard: &f64| {
                let luck = if self.uniform() < common { *hard } else { self.uniform() };
                f64::from(u8::from(luck < mean))
            };
            difficulty.iter().map(cell).collect()
        };
        means.iter().map(|mean| row(*mean)).collect()
    }
}
