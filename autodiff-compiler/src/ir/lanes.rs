//! What a loop whose iterations run several at a time tells the emission about its body.

use super::{Argument, Call, Function, Map, Place, Projection, Set, SlotId, ValueId};
use crate::types::FloatType;
use std::rc::Rc;

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
    /// Slots for what a Jacobian-vector product in several directions gives: one value, and a tangent for each lane.
    pub results: Set<SlotId>,
    /// Slots outside of the loop in which every lane sums for itself.
    pub sums: Set<SlotId>,
    /// What each carried value is of something that the iterations have.
    pub reductions: Vec<Reduction>,
    /// Whether the iterations need not fill the last group: it runs over the last [`Lanes::count`] of them, of which
    /// those that ran before are masked. There are at least as many, or none.
    pub overlaps: bool,
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
    /// The number of the iteration before: only added to memory, after this iteration's is known.
    Previous,
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
    /// Whether there is a content for each lane at a place.
    pub fn has_lanes(&self, place: &Place) -> bool {
        let is = |slots: &Set<SlotId>| slots.contains(place.root);
        is(&self.slots) || is(&self.sums) || is(&self.results) && Self::is_tangent(place)
    }

    /// The Jacobian-vector product that takes a tangent in each lane, if a call is one of that.
    pub fn product(&self, call: &Call) -> Option<&'static str> {
        let product = call.product_in_lanes(&self.float)?;
        let (_, tangents) = call.arguments.split_at(call.signature.parameters.len());
        let mut places = tangents.iter().filter_map(Argument::place);
        let gives = call.result_slot.is_some_and(|slot| self.results.contains(slot));
        (gives || places.any(|place| self.has_lanes(place))).then_some(product)
    }

    /// Whether a place is in the tangent of a value with its tangent.
    pub fn is_tangent(place: &Place) -> bool {
        matches!(place.path.first(), Some(Projection::Field(part)) if &**part == "1")
    }

    /// How a value differs, if it does.
    pub fn varying(&self, value: ValueId) -> Option<Varying> {
        self.varying.get(&value).copied()
    }
}

/// What a Jacobian-vector product has of the function itself.
#[derive(Clone, Copy, Debug)]
pub struct ProductOf {
    /// How many of the parameters are no tangents.
    pub primal: usize,
    /// Whether the result is a pair with its tangent.
    pub pair: bool,
}

/// An output of a function that loops with lanes call for all of them at once: of one that takes and gives numbers, or
/// a Jacobian-vector product, which takes and gives a tangent in each lane.
#[derive(Clone, Debug)]
pub struct InLanes {
    /// The output that it stands for: `value`, `gradient` or `jvp`.
    pub output: &'static str,
    /// If it is a Jacobian-vector product.
    pub product: Option<ProductOf>,
    /// What it calculates; the result is a number or a tuple of numbers, or a value with its tangent.
    pub function: Function,
    /// How its values differ from lane to lane; `None` if lanes run it one after the other.
    pub lanes: Option<Rc<Lanes>>,
    /// The type of its numbers.
    pub float: FloatType,
}
