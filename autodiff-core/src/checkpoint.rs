//! Binomial checkpointing: which states of a loop to keep, so that its reverse takes little memory.
//!
//! The reverse of a loop of `n` iterations needs the state before each, last one first. With `c`
//! checkpoints and every iteration run again at most `r` times, up to `C(c + r, c)` iterations can be
//! reversed (Griewank and Walther, *Algorithm 799: revolve*, ACM TOMS 26 (2000), 19-45). Here `c` grows
//! with the logarithm of `n`.

/// How many states may be kept at a time for a loop of `trips` iterations: twice the number of its bits.
/// A million iterations take 40 and are run again at most 5 times each.
#[must_use]
pub fn checkpoint_budget(trips: usize) -> usize {
    2 * (usize::BITS - trips.leading_zeros()) as usize
}

/// The state before iteration `from` is kept, that before iteration `to >= from` is wanted, `free`
/// further ones may be kept: the iteration before which to keep the next one, in `from + 1..to`, or `to`
/// if none is to be kept on the way.
#[must_use]
pub fn next_checkpoint(from: usize, to: usize, free: usize) -> usize {
    // Iterations left to reverse: from..=to.
    let length = to - from + 1;
    if free == 0 || length <= 2 {
        return to;
    }
    let repeats = repeats(length, free);
    // Both parts stay within what their checkpoints and repeats allow.
    let first = binomial(free, repeats.saturating_sub(2));
    let rest = length.saturating_sub(binomial(free - 1, repeats));
    from + first.max(rest).clamp(1, length - 1)
}

/// The fewest repeats with which that many iterations can be reversed.
fn repeats(length: usize, checkpoints: usize) -> usize {
    (0..).find(|repeats| binomial(checkpoints, *repeats) >= length).unwrap_or(0)
}

/// C(c + r, c), or `usize::MAX` if it is larger.
fn binomial(checkpoints: usize, repeats: usize) -> usize {
    let mut value: u128 = 1;
    for k in 1..=repeats as u128 {
        value = value * (checkpoints as u128 + k) / k;
        if value > usize::MAX as u128 {
            return usize::MAX;
        }
    }
    value as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reverses a loop as generated code does; returns how often iterations were run and how many
    /// states were kept at once.
    fn reverse(trips: usize) -> (usize, usize) {
        let mut kept = vec![0];
        let (mut runs, mut most) = (0, 1);
        let budget = checkpoint_budget(trips);
        for to in (0..trips).rev() {
            let first = *kept.last().unwrap();
            let mut from = first;
            loop {
                let free = budget.saturating_sub(kept.len());
                let next = next_checkpoint(from, to, free);
                assert!((from < next || from == to) && next <= to, "{from} {to} {next}");
                runs += next - from;
                from = next;
                if next == to {
                    break;
                }
                kept.push(next);
            }
            most = most.max(kept.len());
            if first == to {
                kept.pop();
            }
            // What was kept on the way may be exactly the next one's start.
            while kept.last().is_some_and(|last| *last >= to) {
                kept.pop();
            }
        }
        (runs, most)
    }

    #[test]
    fn every_length_is_reversed_with_few_states_and_few_repeats() {
        for trips in (0..300).chain([1000, 4096, 100_000]) {
            let (runs, most) = reverse(trips);
            assert!(most <= checkpoint_budget(trips).max(1), "{trips}: {most}");
            // At most 5 repeats up to a million iterations.
            assert!(runs <= 5 * trips, "{trips}: {runs}");
        }
    }

    #[test]
    fn few_free_states_are_used_well() {
        // C(3 + 2, 3) = 10 iterations with 3 states and 2 repeats.
        assert_eq!(repeats(10, 3), 2);
        assert_eq!(repeats(11, 3), 3);
        assert_eq!(next_checkpoint(0, 9, 0), 9);
        assert_eq!(binomial(40, 60), usize::MAX);
    }
}
