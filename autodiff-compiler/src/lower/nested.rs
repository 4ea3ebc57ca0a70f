//! Derivatives of other annotated functions, as users call them: `potential::gradient(x)`.
//!
//! Whichever is called of a function that returns one float, it becomes one call that leaves the gradients in
//! local buffers: the result is made of those. So there is one thing to differentiate again, by the symmetry of
//! second derivatives. `vjp` and `jvp` of other functions stay what they are.

use super::Lowerer;
use super::flow::Lowered;
use super::operand::{Operand, Pointer};
use crate::generics::Generics;
use crate::hir::{ExpressionId, Path};
use crate::ir::operations::FloatOperation;
use crate::ir::{
    Aggregate, Argument, Call, CallOutput, InstructionKind, Place, SlotId, Transfer, ValueId,
};
use crate::signature::{FunctionSignature, NestedOutput, is_mutable};
use crate::types::Type;
use proc_macro2::{TokenStream, TokenTree};
use std::rc::Rc;

impl Lowerer<'_> {
    /// `path::gradient(arguments)` and the like; the signature is that of the function itself.
    pub(super) fn nested_call(
        &mut self,
        id: ExpressionId,
        path: &Path,
        signature: &FunctionSignature,
        output: NestedOutput,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let function = path.text.rsplit_once("::").map_or("", |(function, _)| function);
        if function == self.name {
            return self.refuse(
                id,
                "a function cannot differentiate itself",
                "move what is differentiated to a function of its own",
            );
        }
        if signature.parameters.iter().any(is_mutable) || !signature.result.holds_floats() {
            return self.refuse(
                id,
                format!("a derivative of `{function}` cannot be taken inside another function"),
                "that works for functions that return floats and change nothing behind `&mut`",
            );
        }
        if output == NestedOutput::Vjp && signature.result.is_float() {
            return self.refuse(
                id,
                format!("`{function}` returns one float: its `vjp` is not supported here"),
                "call `value_and_gradient`, and multiply",
            );
        }
        let is_gradient = matches!(output, NestedOutput::Gradient | NestedOutput::ValueAndGradient);
        if is_gradient && !signature.result.is_float() && signature.result.is_loss() {
            return self.refuse(
                id,
                format!(
                    "`{function}` returns more than a float: its gradient cannot be taken inside another \
                     function"
                ),
                "call its `vjp` with 1.0 for the float and `()` for each of the others",
            );
        }
        if signature.notes.prints || signature.prefix.is_some() || has_generics(&path.tokens) {
            return self.refuse(
                id,
                format!("this call of a derivative of `{function}` is not supported"),
                "that works for functions that do not print, have no `name = …`, and are called without \
                 generic arguments",
            );
        }
        let seen = signature.of_output(output).parameters;
        if arguments.len() != seen.len() {
            return self.left_to_rustc();
        }
        let mut given = vec![];
        let mut back = vec![];
        for (position, argument) in arguments.iter().enumerate() {
            let ty = match signature.parameters.get(position) {
                Some(ty) => Some(ty.clone()),
                None => seen.get(position).cloned(),
            };
            let operand = self.value(*argument)?;
            let operand = self.hold(operand, &arguments[position + 1..])?;
            self.builder.at(self.body.span(*argument));
            given.push(self.argument(operand, ty.as_ref(), &mut back)?);
        }
        self.builder.at(self.body.span(id));
        let name: Rc<str> = function.rsplit("::").next().unwrap_or(function).into();
        if !signature.result.is_float() {
            let call = Call {
                path: without_last(&path.tokens),
                name,
                signature: Rc::new(signature.clone()),
                output: if output == NestedOutput::Vjp { CallOutput::Vjp } else { CallOutput::Jvp },
                arguments: given,
                result_slot: None,
            };
            return self.finish_call(id, call, back);
        }
        let directions = given.split_off(signature.parameters.len().min(given.len()));
        let result = self.type_of(id);
        let mut generics = Generics::default();
        for (declared, argument) in signature.parameters.iter().zip(arguments) {
            generics.bind(declared, &self.type_of(*argument));
        }
        let mut buffers = vec![];
        for position in signature.covered() {
            let ty = generics.substitute(&signature.parameters[position].tangent());
            buffers.push((self.buffer(&mut given[position], &ty, &name), ty));
        }
        let value_type = match &result {
            Type::Tuple(parts) if output != NestedOutput::Gradient => parts[0].clone(),
            _ => generics.substitute(&signature.result),
        };
        let behind = |(slot, _): &(SlotId, Type)| Argument::Mutable(Place::root(*slot));
        given.extend(buffers.iter().map(behind));
        let call = Call {
            path: without_last(&path.tokens),
            name,
            signature: Rc::new(signature.clone()),
            output: CallOutput::GradientInto,
            arguments: given,
            result_slot: None,
        };
        let value = self.builder.push(InstructionKind::Call(call), vec![value_type])[0];
        if output == NestedOutput::Jvp {
            let slope = self.slope(value, &buffers, directions)?;
            return Ok(Operand::Tuple(vec![Operand::Scalar(value), Operand::Scalar(slope)]));
        }
        let mut gradients = vec![];
        for (slot, ty) in buffers {
            self.fresh.insert(slot);
            gradients.push(match ty {
                Type::Float(_) => self.read(Pointer::Memory(Place::root(slot)))?,
                ty if matches!(ty, Type::Tuple(_) | Type::Struct(_)) && !ty.owns_memory() => {
                    self.read(Pointer::Memory(Place::root(slot)))?
                }
                ty => Operand::Pending(Aggregate::Place(Place::root(slot), Transfer::Move), ty),
            });
        }
        let gradient = match gradients.len() {
            1 => gradients.remove(0),
            _ => Operand::Tuple(gradients),
        };
        Ok(match output {
            NestedOutput::ValueAndGradient => {
                Operand::Tuple(vec![Operand::Scalar(value), gradient])
            }
            _ => gradient,
        })
    }

    /// A buffer for the gradient of an argument.
    fn buffer(&mut self, argument: &mut Argument, ty: &Type, name: &Rc<str>) -> SlotId {
        if let Argument::Value(content) = argument
            && ty.owns_memory()
            && !matches!(content, Aggregate::Place(..))
        {
            // Its length is asked for before it is given away.
            let own = self.builder.define(ty.clone(), "argument".into(), content.clone());
            *content = Aggregate::Place(Place::root(own), Transfer::Move);
        }
        let zeros = self.builder.zeros(ty, argument.place());
        self.builder.define(ty.clone(), format!("{name}_gradient").into(), zeros)
    }

    /// The gradient times the direction.
    fn slope(
        &mut self,
        value: ValueId,
        buffers: &[(SlotId, Type)],
        directions: Vec<Argument>,
    ) -> Lowered<ValueId> {
        let Type::Float(float) = self.builder.function.value(value).ty.clone() else {
            return Ok(value);
        };
        let mut sum = self.builder.float(0.0, &float);
        for ((slot, ty), direction) in buffers.iter().zip(directions) {
            let place = match direction {
                Argument::Value(Aggregate::Value(factor)) => {
                    let slope = self.builder.load(Place::root(*slot), ty.clone());
                    let term = self.builder.float_operation(FloatOperation::Mul, &[slope, factor]);
                    sum = self.builder.float_operation(FloatOperation::Add, &[sum, term]);
                    continue;
                }
                Argument::Value(Aggregate::Place(place, Transfer::Copy))
                | Argument::Shared(place)
                | Argument::Mutable(place)
                | Argument::Place(place) => place,
                Argument::Value(content) => {
                    Place::root(self.builder.define(ty.clone(), "direction".into(), content))
                }
            };
            sum = self.builder.add_product(sum, &Place::root(*slot), &place, ty);
        }
        Ok(sum)
    }
}

/// Whether generic arguments are written in a path.
fn has_generics(path: &TokenStream) -> bool {
    let opens = |token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == '<');
    path.clone().into_iter().any(opens)
}

/// The path without its last segment.
fn without_last(path: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = path.clone().into_iter().collect();
    tokens.truncate(tokens.len().saturating_sub(3));
    tokens.into_iter().collect()
}
