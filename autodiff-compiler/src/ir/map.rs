//! Maps from values and from slots, with a place for every number.
//!
//! Like [`super::set`], for builds without optimization; the methods have the names that they have in
//! std's maps.

use super::set::Numbered;
use std::marker::PhantomData;

/// A map from numbered things.
#[derive(Clone, Debug)]
pub struct Map<K, V> {
    /// By number; missing at the end where there are no entries.
    entries: Vec<Option<V>>,
    keys: PhantomData<K>,
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new(), keys: PhantomData }
    }
}

impl<K: Numbered, V> Map<K, V> {
    /// The empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a key stands for.
    pub fn get(&self, key: &K) -> Option<&V> {
        match self.entries.get(key.number()) {
            Some(Some(value)) => Some(value),
            _ => None,
        }
    }

    /// Whether there is an entry for the key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// Lets a key stand for something; returns what it stood for before.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let number = key.number();
        while self.entries.len() <= number {
            self.entries.push(None);
        }
        self.entries[number].replace(value)
    }

    /// Takes an entry out.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.entries.get_mut(key.number())?.take()
    }

    /// All entries, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (K, &V)> {
        let entries = self.entries.iter().enumerate();
        entries.filter_map(|(number, value)| Some((K::with_number(number), value.as_ref()?)))
    }
}

impl<K: Numbered, V> std::ops::Index<&K> for Map<K, V> {
    type Output = V;

    /// Panics if there is no entry.
    fn index(&self, key: &K) -> &V {
        self.get(key).expect("the key has an entry")
    }
}

impl<K: Numbered, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Numbered, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::ValueId;

    #[test]
    fn entries_come_and_go() {
        let mut map: Map<ValueId, &str> = Map::from_iter([(ValueId(3), "a"), (ValueId(7), "b")]);
        assert_eq!(map.get(&ValueId(3)), Some(&"a"));
        assert_eq!(map.insert(ValueId(3), "c"), Some("a"));
        assert_eq!((map.get(&ValueId(4)), map.get(&ValueId(100))), (None, None));
        assert!(map.contains_key(&ValueId(7)) && !map.contains_key(&ValueId(0)));
        assert_eq!(map.iter().collect::<Vec<_>>(), [(ValueId(3), &"c"), (ValueId(7), &"b")]);
        assert_eq!((map.remove(&ValueId(7)), map.remove(&ValueId(7))), (Some("b"), None));
        assert_eq!(map.remove(&ValueId(200)), None);
    }
}
