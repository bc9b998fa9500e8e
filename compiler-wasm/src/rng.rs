//! The fixed random stream of the cluster trees: a linear congruential generator modulo 2³¹.
//!
//! Source: constants of the C run-time's `rand`, as used by mind-ar 1.2.5.

const SEED: u64 = 1234;

/// The stream, always from the same seed.
#[derive(Clone, Debug)]
pub(crate) struct Stream(u64);

impl Stream {
    pub(crate) fn new() -> Self {
        Self(SEED)
    }

    /// Swaps each of the first `count` items with one anywhere in the list.
    pub(crate) fn shuffle_front<T>(&mut self, items: &mut [T], count: usize) {
        for index in 0..count {
            let other = self.next() % items.len();
            items.swap(index, other);
        }
    }

    fn next(&mut self) -> usize {
        self.0 = (self.0 * 214_013 + 2_531_011) % (1 << 31);
        (self.0 >> 16 & 0x7fff) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_the_well_known_numbers_after_seed_1234() {
        let mut stream = Stream::new();
        assert_eq!([stream.next(), stream.next(), stream.next()], [4068, 213, 12761]);
    }
}
