//! Points to compare at: pseudorandom, the same in every run.

/// Where the values of a parameter are drawn from.
#[derive(Clone, Copy, Debug)]
pub struct Ranges {
    /// Bounds of numbers; both are included for integers.
    pub numbers: (f64, f64),
    /// Length of vectors.
    pub length: usize,
}

/// The generator SplitMix64 (G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
#[derive(Debug)]
pub struct Sampler(u64);

impl Sampler {
    /// A generator of its own for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A value of this type.
    pub fn draw<T: Sample>(&mut self, ranges: Ranges) -> T {
        T::sample(self, ranges)
    }
}

/// Types of parameters that can be drawn.
pub trait Sample {
    /// A value from these ranges.
    fn sample(sampler: &mut Sampler, ranges: Ranges) -> Self;
}

impl Sample for f64 {
    fn sample(sampler: &mut Sampler, Ranges { numbers: (low, high), .. }: Ranges) -> Self {
        low + (high - low) * sampler.unit()
    }
}

impl Sample for f32 {
    fn sample(sampler: &mut Sampler, ranges: Ranges) -> Self {
        f64::sample(sampler, ranges) as f32
    }
}

impl Sample for bool {
    fn sample(sampler: &mut Sampler, _: Ranges) -> Self {
        sampler.unit() < 0.5
    }
}

macro_rules! integers {
    ($($ty:ty)*) => { $(
        impl Sample for $ty {
            fn sample(sampler: &mut Sampler, Ranges { numbers: (low, high), .. }: Ranges) -> Self {
                let count = high - low + 1.0;
                (low + (count * sampler.unit()).floor()) as $ty
            }
        }
    )* };
}
integers!(u8 u16 u32 u64 usize i8 i16 i32 i64 isize);

impl<T: Sample, const N: usize> Sample for [T; N] {
    fn sample(sampler: &mut Sampler, ranges: Ranges) -> Self {
        std::array::from_fn(|_| T::sample(sampler, ranges))
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(sampler: &mut Sampler, ranges: Ranges) -> Self {
        (0..ranges.length).map(|_| T::sample(sampler, ranges)).collect()
    }
}

macro_rules! tuples {
    ($($($name:ident)+;)*) => { $(
        impl<$($name: Sample),+> Sample for ($($name,)+) {
            fn sample(sampler: &mut Sampler, ranges: Ranges) -> Self {
                ($($name::sample(sampler, ranges),)+)
            }
        }
    )* };
}
tuples! { A; A B; A B C; A B C D; }
