//! Scalar operations and constants to expressions.

use super::expressions::Code;
use super::pending::Built;
use super::{Emitter, types};
use crate::ir::operations::{FloatOperation, IntegerOperation, Operation, Spelling};
use crate::ir::{Constant, ValueId};
use crate::types::{FloatType, IntegerType, Type};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

impl Emitter<'_> {
    /// The literal of a constant, or how its type is made from one.
    pub(super) fn constant(&self, constant: &Constant) -> Code {
        match constant {
            Constant::Float(value, FloatType::Parameter(parameter)) => {
                let value = Code::constant(&Constant::Float(*value, FloatType::F64));
                Code::call(self.float_from(parameter), vec![value])
            }
            Constant::Undefined(ty) => match ty {
                Type::Float(float) => self.constant(&Constant::Float(0.0, float.clone())),
                Type::Integer(integer) => Code::constant(&Constant::Integer(0, *integer)),
                Type::Bool => Code::constant(&Constant::Bool(false)),
                Type::Option(_) => Code::atom(
                    quote_spanned!(crate::edition::root()=> ::core::option::Option::None),
                ),
                _ => Code::constant(constant),
            },
            Constant::LeftOver(count) => {
                let count = Code::constant(&Constant::Integer(*count as i128, IntegerType::Usize));
                Code::call(self.simd_path("left_over"), vec![self.simd(), count])
            }
            _ => Code::constant(constant),
        }
    }

    /// `#crate::Float::name`.
    fn float_function(&self, name: &str) -> TokenStream {
        let crate_path = &self.header.crate_path;
        let name = super::names::identifier(name);
        quote!(#crate_path::Float::#name)
    }

    /// `<T as #crate::Float>::from_f64`; in `1.0 / x` nothing else would tell the type of the 1.
    fn float_from(&self, parameter: &str) -> TokenStream {
        let crate_path = &self.header.crate_path;
        let parameter = super::names::identifier(parameter);
        quote!(<#parameter as #crate_path::Float>::from_f64)
    }

    pub(super) fn operation(
        &mut self,
        operation: Operation,
        arguments: &[ValueId],
        result: ValueId,
    ) -> Built {
        let function = self.function;
        let of = function.value(arguments[0]);
        let generic = |ty: &Type| matches!(ty, Type::Float(FloatType::Parameter(_)));
        let mut built = Built::pure(Code::atom(quote!()));
        built.ordered = operation.may_panic();
        if operation == Operation::Select {
            self.before_selection(&arguments[1..]);
        }
        let mut codes = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let argument = self.operand(*argument);
            codes.push(built.absorb(argument));
        }
        let mut arguments = codes;
        let pure = !built.ordered;
        let mut next = || arguments.remove(0);
        let spelling = match operation {
            Operation::Float(FloatOperation::Detach) => {
                built.code = next();
                return built;
            }
            Operation::Float(operation) => operation.spelling(),
            Operation::Predicate(predicate) => predicate.spelling(),
            Operation::Compare(comparison) => comparison.spelling(),
            Operation::Boolean(boolean) => match boolean.spelling() {
                // Lazy and eager are the same where nothing can be missed.
                Spelling::Infix("&") if pure => Spelling::Infix("&&"),
                Spelling::Infix("|") if pure => Spelling::Infix("||"),
                spelling => spelling,
            },
            Operation::Integer(
                integer @ (IntegerOperation::Min | IntegerOperation::Max | IntegerOperation::Clamp),
            ) => {
                let name = match integer {
                    IntegerOperation::Min => {
                        quote_spanned!(crate::edition::root()=> ::core::cmp::Ord::min)
                    }
                    IntegerOperation::Max => {
                        quote_spanned!(crate::edition::root()=> ::core::cmp::Ord::max)
                    }
                    _ => quote_spanned!(crate::edition::root()=> ::core::cmp::Ord::clamp),
                };
                built.code = Code::Call { path: name, arguments, generic: true };
                return built;
            }
            Operation::Integer(integer) => integer.spelling(),
            Operation::Cast => {
                let to = &function.value(result).ty;
                built.code = match (generic(&of.ty), generic(to)) {
                    (true, _) => {
                        let wide = Code::call(self.float_function("to_f64"), vec![next()]);
                        match to {
                            Type::Float(FloatType::F64) => wide,
                            _ => Code::Cast(Box::new(wide), types::tokens(to)),
                        }
                    }
                    (false, true) => {
                        let wide = Code::Cast(Box::new(next()), quote!(f64));
                        let Type::Float(to) = to else { return built };
                        Code::call(self.float_from(to.name()), vec![wide])
                    }
                    _ => Code::Cast(Box::new(next()), types::tokens(to)),
                };
                return built;
            }
            Operation::Select => {
                let (condition, a, b) = (next(), next(), next());
                built.code = Code::If(Box::new(condition), Box::new(a), Box::new(b));
                return built;
            }
        };
        built.code = match spelling {
            Spelling::Prefix(operator) => Code::Prefix(operator, Box::new(next())),
            Spelling::Infix("+") if of.ty.is_float() => {
                let a = next();
                Code::float_sum(a, next())
            }
            Spelling::Infix(operator) => {
                let a = next();
                Code::infix(operator, a, next())
            }
            Spelling::Method(name) if generic(&of.ty) => {
                Code::call(self.float_function(name), arguments)
            }
            Spelling::Method(name) => {
                let receiver = next();
                receiver.method(name, arguments)
            }
            Spelling::Special(name) => {
                let crate_path = &self.header.crate_path;
                let name = super::names::identifier(name);
                Code::Call { path: quote!(#crate_path::special::#name), arguments, generic: true }
            }
            Spelling::Private(name) => {
                let crate_path = &self.header.crate_path;
                let name = super::names::identifier(name);
                Code::call(quote!(#crate_path::__private::#name), arguments)
            }
            // Handled above.
            Spelling::Cast => next(),
        };
        built
    }

    /// Both sides of a selection are evaluated, so those that can panic are written down before.
    fn before_selection(&mut self, sides: &[ValueId]) {
        for value in self.pending.due(&|value, built| built.ordered && sides.contains(&value)) {
            self.flush(value);
        }
    }
}
