//! A seeded generator: SplitMix64, whose streams are told apart by labels.

use std::f64::consts::TAU;

/// Random numbers, the same on every run.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The stream of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Another stream, which depends on this one's state and on the label. FNV-1a mixes both.
    #[must_use]
    pub fn fork(&self, label: &str) -> Self {
        let bytes = self.0.to_le_bytes();
        let hash = bytes.iter().chain(label.as_bytes());
        let mut fork = Self(
            hash.fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)),
        );
        fork.bits();
        fork
    }

    /// 64 random bits.
    ///
    /// Source: G. L. Steele, D. Lea, C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly spread over 0 (inclusive) to 1 (exclusive).
    #[inline]
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Evenly spread over `low` to `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// An angle in radians, evenly spread over the circle.
    pub fn angle(&mut self) -> f64 {
        self.between(0.0, TAU)
    }

    /// -1 or 1.
    pub fn sign(&mut self) -> f64 {
        if self.bits() & 1 == 0 { -1.0 } else { 1.0 }
    }

    /// Below `count`, which is above 0.
    pub fn below(&mut self, count: usize) -> usize {
        (self.bits() % count as u64) as usize
    }

    /// Nearly normal with mean 0 and deviation 1: a sum of four even numbers, never beyond ±3.5.
    #[inline]
    pub fn normal(&mut self) -> f32 {
        // Four values of 0..65536: mean 131,070, variance 4 · (65,536² - 1) / 12.
        const MEAN: f32 = 131_070.0;
        const DEVIATION: f32 = 37_837.2;
        let bits = self.bits();
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        (sum as u32 as f32 - MEAN) / DEVIATION
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_itself_and_tells_labels_apart() {
        let rng = Rng::new(7);
        assert_eq!(rng.fork("noise").bits(), rng.fork("noise").bits());
        assert_ne!(rng.fork("noise").bits(), rng.fork("motion").bits());
        assert_ne!(Rng::new(1).fork("noise").bits(), Rng::new(2).fork("noise").bits());
    }

    #[test]
    fn normal_numbers_have_their_moments() {
        let mut rng = Rng::new(3);
        let count = 100_000;
        let numbers: Vec<f64> = (0..count).map(|_| f64::from(rng.normal())).collect();
        let mean = numbers.iter().sum::<f64>() / f64::from(count);
        let variance = numbers.iter().map(|number| number * number).sum::<f64>() / f64::from(count);
        // Three standard errors of 100,000 numbers.
        assert!(mean.abs() < 0.01 && (variance - 1.0).abs() < 0.015, "{mean} {variance}");
    }
}
