//! Sets of values and of slots, one bit a member.
//!
//! The macro runs in its users' builds without optimization, where std's hash sets cost many times
//! what the passes do with them.

use super::{SlotId, ValueId};
use std::marker::PhantomData;

/// What has a number of its own, counted from 0.
pub trait Numbered: Copy {
    /// Its number.
    fn number(self) -> usize;

    /// The one with this number.
    fn with_number(number: usize) -> Self;
}

impl Numbered for ValueId {
    fn number(self) -> usize {
        self.0 as usize
    }

    fn with_number(number: usize) -> Self {
        Self(number as u32)
    }
}

impl Numbered for SlotId {
    fn number(self) -> usize {
        self.0 as usize
    }

    fn with_number(number: usize) -> Self {
        Self(number as u32)
    }
}

/// A set of numbered things.
#[derive(Clone, Debug)]
pub struct Set<T> {
    bits: Bits,
    members: PhantomData<T>,
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self { bits: Bits::default(), members: PhantomData }
    }
}

impl<T: Numbered> Set<T> {
    /// The empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a member. Returns whether it is new.
    pub fn insert(&mut self, member: T) -> bool {
        self.bits.insert(member.number())
    }

    /// Takes a member out.
    pub fn remove(&mut self, member: T) {
        self.bits.remove(member.number());
    }

    /// Whether it is a member.
    pub fn contains(&self, member: T) -> bool {
        self.bits.contains(member.number())
    }

    /// Adds several members.
    pub fn insert_all(&mut self, members: &[T]) {
        for member in members {
            self.insert(*member);
        }
    }

    /// Adds all members of another set.
    pub fn unite(&mut self, other: &Self) {
        self.bits.unite(&other.bits);
    }

    /// Whether the sets have no member in common.
    pub fn is_disjoint(&self, other: &Self) -> bool {
        self.bits.is_disjoint(&other.bits)
    }

    /// Whether it has no member.
    pub fn is_empty(&self) -> bool {
        self.bits.is_empty()
    }
}

impl<T: Numbered> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(members: I) -> Self {
        let mut set = Self::new();
        for member in members {
            set.insert(member);
        }
        set
    }
}

/// A set of small numbers; words that are missing at the end are 0.
#[derive(Clone, Debug, Default)]
struct Bits {
    words: Vec<u64>,
}

impl Bits {
    fn insert(&mut self, number: usize) -> bool {
        let (word, bit) = (number / 64, 1 << (number % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let old = self.words[word];
        self.words[word] = old | bit;
        old & bit == 0
    }

    fn remove(&mut self, number: usize) {
        if let Some(word) = self.words.get_mut(number / 64) {
            *word &= !(1 << (number % 64));
        }
    }

    fn contains(&self, number: usize) -> bool {
        let word = number / 64;
        word < self.words.len() && self.words[word] & (1 << (number % 64)) != 0
    }

    fn unite(&mut self, other: &Self) {
        if self.words.len() < other.words.len() {
            self.words.resize(other.words.len(), 0);
        }
        let mut position = 0;
        while position < other.words.len() {
            self.words[position] |= other.words[position];
            position += 1;
        }
    }

    fn is_disjoint(&self, other: &Self) -> bool {
        let words = self.words.len().min(other.words.len());
        let mut position = 0;
        while position < words {
            if self.words[position] & other.words[position] != 0 {
                return false;
            }
            position += 1;
        }
        true
    }

    fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(numbers: &[u32]) -> Set<ValueId> {
        numbers.iter().map(|number| ValueId(*number)).collect()
    }

    #[test]
    fn members_come_and_go() {
        let mut members = set(&[3, 200]);
        assert!(members.contains(ValueId(3)) && members.contains(ValueId(200)));
        assert!(!members.contains(ValueId(4)) && !members.contains(ValueId(1000)));
        assert!(!members.insert(ValueId(3)) && members.insert(ValueId(64)));
        members.remove(ValueId(200));
        members.remove(ValueId(5000));
        assert!(!members.contains(ValueId(200)) && !members.is_empty());
        members.remove(ValueId(3));
        members.remove(ValueId(64));
        assert!(members.is_empty() && set(&[]).is_empty());
    }

    #[test]
    fn sets_meet_and_unite() {
        let (mut a, b) = (set(&[1, 70]), set(&[2, 70, 300]));
        assert!(!a.is_disjoint(&b) && !b.is_disjoint(&a));
        assert!(a.is_disjoint(&set(&[2, 300])) && a.is_disjoint(&set(&[])));
        a.unite(&b);
        assert!([1, 2, 70, 300].into_iter().all(|number| a.contains(ValueId(number))));
        a.unite(&set(&[5]));
        assert!(a.contains(ValueId(300)) && a.contains(ValueId(5)));
    }
}
