//! Calls of annotated functions.

use super::{Aggregate, Function, Place, SlotId, Transfer, ValueId};
use crate::signature::FunctionSignature;
use crate::types::{FloatType, Type};
use proc_macro2::TokenStream;
use std::rc::Rc;

/// An argument of a call or a hole of opaque tokens.
#[derive(Clone, Debug)]
pub enum Argument {
    /// By value.
    Value(Aggregate),
    /// `&place`.
    Shared(Place),
    /// `&mut place`.
    Mutable(Place),
    /// The place itself, for opaque tokens that go on with `.method()`, `.field` or match on it.
    Place(Place),
}

/// A call of an annotated function.
#[derive(Clone, Debug)]
pub struct Call {
    /// The path as written; its type-namespace item has the outputs.
    pub path: TokenStream,
    /// Its last segment, for printing.
    pub name: Rc<str>,
    /// What it takes and gives.
    pub signature: Rc<FunctionSignature>,
    /// Which of its functions is called.
    pub output: CallOutput,
    /// The arguments in order.
    pub arguments: Vec<Argument>,
    /// Where a result with structure goes: a local slot that this call defines.
    pub result_slot: Option<SlotId>,
}

impl Argument {
    /// The place whose content it passes; `None` if that is made for the call.
    pub fn place(&self) -> Option<&Place> {
        match self {
            Self::Value(Aggregate::Place(place, _))
            | Self::Shared(place)
            | Self::Mutable(place)
            | Self::Place(place) => Some(place),
            Self::Value(_) => None,
        }
    }

    /// Its content, to be had once more.
    pub fn once_more(&self, function: &Function) -> Aggregate {
        match self {
            Self::Value(content) => content.clone(),
            Self::Shared(place) | Self::Mutable(place) | Self::Place(place) => {
                let ty = function.place_type(place).unwrap_or(Type::Opaque(None));
                place.clone().once_more(&ty)
            }
        }
    }

    /// Its content as the reverse of the call sees it: what was moved into the call takes its adjoint as it is,
    /// what is behind a reference has it added.
    pub fn given(&self) -> Aggregate {
        match self {
            Self::Value(content) => content.clone(),
            Self::Shared(place) | Self::Mutable(place) | Self::Place(place) => {
                Aggregate::Place(place.clone(), Transfer::Copy)
            }
        }
    }
}

impl Call {
    /// The function that gives the same for several lanes, if the callee has one and takes numbers of this type.
    pub fn in_lanes(&self, float: &FloatType) -> Option<&'static str> {
        let numbers = self.signature.parameters.iter().all(|ty| *ty == Type::Float(float.clone()));
        match self.output {
            _ if !self.signature.notes.lanes || !numbers => None,
            CallOutput::Value => Some("__value_lanes"),
            CallOutput::Gradient => Some("__gradient_lanes"),
            _ => None,
        }
    }

    /// The Jacobian-vector product that takes a tangent in each lane, if that is called and the callee has one for
    /// this type.
    pub fn product_in_lanes(&self, float: &FloatType) -> Option<&'static str> {
        let takes = self.output == CallOutput::Jvp
            && self.signature.notes.directions
            && self.signature.float_of_tangents().as_ref() == Some(float);
        takes.then_some("__jvp_lanes")
    }

    /// The values that are its arguments, if it has no others.
    pub fn numbers(&self) -> Option<Vec<ValueId>> {
        let number = |argument: &Argument| match argument {
            Argument::Value(Aggregate::Value(value)) => Some(*value),
            _ => None,
        };
        self.arguments.iter().map(number).collect()
    }

    /// What to tell where the callee lacks a function that gives tangents, and what to write instead; `None`:
    /// there is none of so high an order.
    pub fn lacks(&self, wanted: Option<CallOutput>) -> (String, String) {
        use CallOutput::{ForwardJvp, GradientIntoJvp, Jvp, ReverseJvp};
        let name = &self.name;
        let ask = |argument: &str| {
            format!("ask for it where it is annotated: `#[differentiate({argument})]`")
        };
        let (message, help) = match wanted {
            Some(Jvp) => (format!("`{name}` has no `jvp`"), ask("jvp")),
            Some(GradientIntoJvp | ForwardJvp | ReverseJvp) => {
                (format!("`{name}` has no second derivatives"), ask("order = 2"))
            }
            Some(_) => (format!("`{name}` has no third derivatives"), ask("order = 3")),
            None => (
                format!("`{name}` has no fourth derivatives"),
                "this is where it ends: derivatives of third order are the highest".to_string(),
            ),
        };
        match self.signature.notes.by_rule {
            true => (
                message,
                "its derivative is a rule written by hand, which gives gradients only".to_string(),
            ),
            false => (message, help),
        }
    }
}

/// Which function of an annotated function is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallOutput {
    /// `value`.
    Value,
    /// `gradient`: the result is the gradient with respect to its active parameters. Only derivative
    /// code has it.
    Gradient,
    /// `gradient_into`: the gradients go to buffers that follow the arguments. Functions that call a
    /// gradient themselves have it, too.
    GradientInto,
    /// `jvp`: the tangents of covered parameters follow the arguments, the result is a pair with its
    /// tangent. Functions that call it themselves have it, too.
    Jvp,
    /// `vjp`: value and gradient for cotangents that follow the arguments. Functions that call it themselves
    /// have it, too.
    Vjp,
    /// `value_and_gradient`: a pair. Only derivative code has it.
    ValueAndGradient,
    /// `hvp`: the Hessian times directions that follow the arguments. Only derivative code has it.
    Hvp,
    /// `__hvp`: as `hvp`, and prints nothing. Only derivative code has it.
    QuietHvp,
    /// `__jvp`: as `jvp`, and prints nothing. Only derivative code has it.
    QuietJvp,
    /// `__gradient_into_jvp`: as `gradient_into`, with the tangents of everything; the result is a pair.
    /// Only derivative code has it.
    GradientIntoJvp,
    /// `__forward_jvp`: as `__forward`, with tangents, which go on the tape, too. Only derivative code has
    /// it.
    ForwardJvp,
    /// `__reverse_jvp`: as `__reverse`, with tangents. Only derivative code has it.
    ReverseJvp,
    /// `__jvp_jvp`: as `jvp`, with the tangents of everything. So are those that follow. Only derivative code
    /// has them.
    JvpJvp,
    /// `__gradient_into_jvp_jvp`.
    GradientIntoJvpJvp,
    /// `__forward_jvp_jvp`.
    ForwardJvpJvp,
    /// `__reverse_jvp_jvp`.
    ReverseJvpJvp,
    /// `__forward`: as `value`, and leaves on the tape what the reverse needs. Only derivative code
    /// has it.
    Forward,
    /// `__reverse`: takes from the tape what `__forward` left ([`crate::reverse::split`]). Only
    /// derivative code has it.
    Reverse,
}

impl CallOutput {
    /// The function that gives the tangents, too, if there is one.
    pub fn with_tangents(self) -> Option<Self> {
        match self {
            CallOutput::Value => Some(CallOutput::Jvp),
            CallOutput::Gradient | CallOutput::GradientInto => Some(CallOutput::GradientIntoJvp),
            CallOutput::Forward => Some(CallOutput::ForwardJvp),
            CallOutput::Reverse => Some(CallOutput::ReverseJvp),
            CallOutput::Jvp => Some(CallOutput::JvpJvp),
            // And the reverse sweep with tangents.
            CallOutput::Vjp => Some(CallOutput::ForwardJvp),
            CallOutput::GradientIntoJvp => Some(CallOutput::GradientIntoJvpJvp),
            CallOutput::ForwardJvp => Some(CallOutput::ForwardJvpJvp),
            CallOutput::ReverseJvp => Some(CallOutput::ReverseJvpJvp),
            _ => None,
        }
    }

    /// The name of the function, without prefix.
    pub fn name(self) -> &'static str {
        match self {
            CallOutput::Value => "value",
            CallOutput::Gradient => "gradient",
            CallOutput::GradientInto => "gradient_into",
            CallOutput::Jvp => "jvp",
            CallOutput::Vjp => "vjp",
            CallOutput::ValueAndGradient => "value_and_gradient",
            CallOutput::Hvp => "hvp",
            CallOutput::GradientIntoJvp => "__gradient_into_jvp",
            CallOutput::ForwardJvp => "__forward_jvp",
            CallOutput::ReverseJvp => "__reverse_jvp",
            CallOutput::JvpJvp => "__jvp_jvp",
            CallOutput::GradientIntoJvpJvp => "__gradient_into_jvp_jvp",
            CallOutput::ForwardJvpJvp => "__forward_jvp_jvp",
            CallOutput::ReverseJvpJvp => "__reverse_jvp_jvp",
            CallOutput::QuietHvp => "__hvp",
            CallOutput::QuietJvp => "__jvp",
            CallOutput::Forward => "__forward",
            CallOutput::Reverse => "__reverse",
        }
    }

    /// The name by which the interpreter knows this output of a function.
    #[cfg(any(test, feature = "interpret"))]
    pub fn function_name(self, function: &str) -> String {
        match self {
            CallOutput::Value => function.to_owned(),
            other => format!("{function}::{}", other.name()),
        }
    }

    /// Whether it takes the tape.
    pub fn uses_tape(self) -> bool {
        self.leaves_on_tape() || self.takes_from_tape()
    }

    /// Whether it is a forward sweep.
    pub fn leaves_on_tape(self) -> bool {
        use CallOutput::{Forward, ForwardJvp, ForwardJvpJvp};
        matches!(self, Forward | ForwardJvp | ForwardJvpJvp)
    }

    /// Whether it is a reverse sweep.
    pub fn takes_from_tape(self) -> bool {
        use CallOutput::{Reverse, ReverseJvp, ReverseJvpJvp};
        matches!(self, Reverse | ReverseJvp | ReverseJvpJvp)
    }
}
