//! What a loop whose iterations run several at a time tells the emission about its body.

use super::{Map, Set, SlotId, ValueId};
use crate::types::FloatType;

/// How the values of a loop's body differ between iterations that run together, one in each lane.
///
/// To the IR such a loop is a loop like any other: run one iteration after the other, it gives the same but for
/// the rounding of sums.
#[derive(Clone, Debug)]
pub struct Lanes {
    /// The type of all floats that differ.
    pub float: FloatType,
    /// How many iterations run together: a power of two.
    pub count: usize,
    /// Values that differ; the others are the same in every lane.
    pub varying: Map<ValueId, Varying>,
    /// Local slots of the body with a content for each lane.
    pub slots: Set<SlotId>,
    /// Slots outside of the loop in which every lane sums for itself.
    pub sums: Set<SlotId>,
    /// What each carried value is of something that the iterations have.
    pub reductions: Vec<Reduction>,
}

/// What a loop makes of one number of each iteration, whatever their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// The sum.
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

/// How a value differs from lane to lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Varying {
    /// An index that grows by one from lane to lane; it is kept for the first lane.
    Consecutive,
    /// An integer or a truth value that is calculated anew, lane by lane, where it is used.
    ByLane,
    /// A float for each lane.
    Float,
    /// A truth value for each lane.
    Mask,
}

impl Lanes {
    /// Whether a slot has a content for each lane.
    pub fn has_lanes(&self, slot: SlotId) -> bool {
        self.slots.contains(slot) || self.sums.contains(slot)
    }

    /// How a value differs, if it does.
    pub fn varying(&self, value: ValueId) -> Option<Varying> {
        self.varying.get(&value).copied()
    }
}
