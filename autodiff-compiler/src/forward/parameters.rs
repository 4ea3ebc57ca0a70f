//! Where the tangents of parameters come from.

use super::Forward;
use crate::activity::Activity;
use crate::ir::*;
use crate::signature::{direction_parameter, is_mutable, is_output};
use crate::types::Type;
use std::collections::HashSet;
use std::rc::Rc;

/// Where the tangents of parameters come from; those of parameters without a seed are zeros.
#[derive(Clone, Copy, Debug)]
pub enum Seeds<'a> {
    /// A parameter for each tangent ([`takes_tangent`]); what is behind `&mut` changes with the content.
    Tangents,
    /// A parameter for the direction of each active parameter; none of them changes.
    Directions,
    /// The unit vectors of what the active parameters hold, in order: one direction for each float. Whether
    /// a parameter is among them, by position; their shapes are static ([`Type::float_count`]).
    Units(&'a [bool]),
    /// Of a reverse sweep: as [`Seeds::Tangents`] for its own parameters, which are the first ones; the others
    /// are what it takes from the tape, whose tangents come from there, too.
    Sweep {
        /// How many are its own.
        own: usize,
    },
}

impl Seeds<'_> {
    /// What varies in each direction.
    pub(super) fn activities(self, primal: &Function, all: &Activity) -> Vec<Rc<Activity>> {
        let Seeds::Units(among) = self else { return vec![Rc::new(all.clone())] };
        let changed = changed_roots(primal);
        let parameters =
            primal.parameters.iter().enumerate().zip(among).filter(|(_, among)| **among);
        let mut activities = vec![];
        for ((position, parameter), _) in parameters {
            let mut alone = primal.clone();
            for (other, parameter) in alone.parameters.iter_mut().enumerate() {
                parameter.active = other == position;
            }
            let count = parameter.ty.tangent().float_count().unwrap_or(0);
            let loads = match parameter.binding {
                ParameterBinding::Slot(slot) if !changed.contains(&slot) => {
                    known_loads(primal, slot)
                }
                _ => vec![],
            };
            if loads.is_empty() {
                let activity = Rc::new(Activity::of(&alone));
                activities.extend(std::iter::repeat_n(activity, count as usize));
                continue;
            }
            for one in 0..count {
                let others = loads.iter().filter(|(_, position)| *position != one);
                let others = Set::from_iter(others.map(|(value, _)| *value));
                activities.push(Rc::new(Activity::without(&alone, others)));
            }
        }
        activities
    }
}

/// What is loaded from a slot at positions that constants say.
fn known_loads(function: &Function, slot: SlotId) -> Vec<(ValueId, u64)> {
    let mut constants = Map::new();
    let mut loads = vec![];
    function.body.for_each_instruction(&mut |instruction| match &instruction.kind {
        InstructionKind::Constant(Constant::Integer(constant, _)) => {
            constants.insert(instruction.results[0], *constant);
        }
        InstructionKind::Load(place) if place.root == slot => {
            loads.push((instruction.results[0], place));
        }
        _ => {}
    });
    let constant = |value: ValueId| constants.get(&value).copied();
    let known =
        |(value, place): (ValueId, &Place)| Some((value, function.position_in(place, &constant)?));
    loads.into_iter().filter_map(known).collect()
}

/// Whether a Jacobian-vector product takes a tangent of a parameter.
pub fn takes_tangent(parameter: &Parameter) -> bool {
    (parameter.active || is_output(&parameter.ty)) && parameter.ty.tangent() != Type::Unit
}

/// The type in which a tangent is passed.
pub fn tangent_parameter(ty: &Type) -> Type {
    match ty {
        Type::Reference { mutable: true, to } => {
            let tangent = ty.tangent();
            // Only a `Vec` itself can change its length.
            let resizable = matches!(**to, Type::Vec(_));
            let to = if resizable { tangent } else { tangent.as_slice() };
            Type::Reference { mutable: true, to: Box::new(to) }
        }
        _ => direction_parameter(ty),
    }
}

impl Forward<'_> {
    /// The parameters for tangents, and tangents of what is seeded otherwise or becomes active later.
    pub(super) fn parameters(&mut self, primal: &Function, seeds: Seeds<'_>) {
        let changed = changed_roots(primal);
        let mut first = 0;
        for (position, parameter) in primal.parameters.iter().enumerate() {
            let tangent = parameter.ty.tangent();
            match seeds {
                Seeds::Tangents if takes_tangent(parameter) => {
                    let ty = tangent_parameter(&parameter.ty);
                    self.tangent_parameter(primal, parameter, ty, &changed);
                }
                Seeds::Sweep { own } if position < own => {
                    if takes_tangent(parameter) {
                        let ty = tangent_parameter(&parameter.ty);
                        self.tangent_parameter(primal, parameter, ty, &changed);
                    }
                }
                Seeds::Sweep { .. } => {
                    let active = match parameter.binding {
                        ParameterBinding::Value(value) => self.is_active(value),
                        ParameterBinding::Slot(slot) => self.is_active_slot(slot),
                    };
                    match (parameter.active, parameter.binding) {
                        (true, _) if active => {
                            self.tangent_parameter(primal, parameter, tangent, &changed);
                        }
                        // What does not vary when it comes may do so later.
                        (false, ParameterBinding::Slot(slot)) => self.zero_tangent(slot, &tangent),
                        _ => {}
                    }
                }
                Seeds::Directions if parameter.active && tangent != Type::Unit => {
                    let ty = direction_parameter(&parameter.ty);
                    self.tangent_parameter(primal, parameter, ty, &changed);
                }
                Seeds::Units(among) if among[position] => {
                    let end = first + tangent.float_count().unwrap_or(0);
                    for direction in 0..self.tangents.len() {
                        self.direction = direction;
                        let unit = (first..end).contains(&(direction as u64));
                        match (unit, parameter.binding) {
                            (true, _) => {
                                self.unit_tangent(parameter, &tangent, direction as u64 - first);
                            }
                            (false, ParameterBinding::Slot(slot)) => {
                                self.zero_tangent(slot, &tangent);
                            }
                            (false, ParameterBinding::Value(_)) => {}
                        }
                    }
                    first = end;
                }
                _ => {
                    let ParameterBinding::Slot(slot) = parameter.binding else { continue };
                    self.in_each_direction(|forward| forward.zero_tangent(slot, &tangent));
                }
            }
        }
        self.direction = 0;
    }

    /// A parameter of a type for the tangent of another one.
    fn tangent_parameter(
        &mut self,
        primal: &Function,
        parameter: &Parameter,
        ty: Type,
        changed: &HashSet<SlotId>,
    ) {
        let wanted = format!("{}_tangent", parameter.name);
        let name: Rc<str> = name_beside(&primal.parameters, &primal.outside, &wanted).into();
        let function = &mut self.builder.function;
        let binding = match parameter.binding {
            ParameterBinding::Value(value) => {
                let own = function.new_value(ty.clone(), Some(name.clone()), parameter.span);
                self.set(value, Some(own));
                ParameterBinding::Value(own)
            }
            ParameterBinding::Slot(slot) => {
                let kind = match &ty {
                    Type::Reference { mutable: true, .. } => SlotKind::Mutable,
                    Type::Reference { .. } => SlotKind::Shared,
                    _ => SlotKind::ByValue,
                };
                let content = ty.referent().clone();
                let own = match self.chosen.get(&slot) {
                    Some(chosen) => *chosen,
                    None => function.new_slot(content, name.clone(), parameter.span, kind),
                };
                if kind == SlotKind::Shared && changed.contains(&slot) {
                    // What was passed by value or behind `&mut` changes, and its tangent with it.
                    let copy = Aggregate::Place(Place::root(own), Transfer::Clone);
                    self.define_tangent(slot, copy);
                } else {
                    self.set_slot(slot, own);
                }
                ParameterBinding::Slot(own)
            }
        };
        let span = parameter.span;
        let parameter = Parameter { name, ty, binding, active: false, span };
        self.builder.function.parameters.push(parameter);
    }

    /// The tangent of a parameter that does not vary at entry and may do so later.
    pub(super) fn zero_tangent(&mut self, slot: SlotId, tangent: &Type) {
        if self.is_active_slot(slot) {
            let zeros = self.builder.zeros(tangent, Some(&Place::root(slot)));
            self.define_tangent(slot, zeros);
            self.tangents[self.direction].units.insert(slot, None);
        }
    }

    /// The tangent of a parameter of which one float varies, with slope one.
    fn unit_tangent(&mut self, parameter: &Parameter, tangent: &Type, one: u64) {
        match parameter.binding {
            ParameterBinding::Value(value) => {
                let ty = self.float_type(value);
                let constant = self.builder.float(1.0, &ty);
                self.set(value, Some(constant));
            }
            ParameterBinding::Slot(slot) if self.is_active_slot(slot) => {
                let unit = self.builder.unit(tangent, Some(one));
                self.define_tangent(slot, unit);
                self.tangents[self.direction].units.insert(slot, Some(one));
            }
            ParameterBinding::Slot(_) => {}
        }
    }
}

/// The slots that the function changes, or moves something out of.
fn changed_roots(function: &Function) -> HashSet<SlotId> {
    let mut changed = function.body.written_roots();
    let mut taken = |content: &Aggregate| {
        content.for_each_taken(&mut |place| {
            changed.insert(place.root);
        });
    };
    function.body.for_each_instruction(&mut |instruction| {
        instruction.kind.contents().into_iter().for_each(&mut taken);
        if let InstructionKind::Call(call) = &instruction.kind {
            for argument in &call.arguments {
                if let Argument::Value(content) = argument {
                    taken(content);
                }
            }
        }
    });
    taken(&function.result);
    let slots = function.parameters.iter().filter(|parameter| is_mutable(&parameter.ty));
    changed.extend(slots.filter_map(|parameter| match parameter.binding {
        ParameterBinding::Slot(slot) => Some(slot),
        ParameterBinding::Value(_) => None,
    }));
    changed
}
