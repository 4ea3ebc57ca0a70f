//! Calls: inlining of closures and nested functions, std's functions, annotated functions.

use super::flow::{Exit, Halt, Lowered};
use super::operand::{Operand, Pointer};
use super::producer::Producer;
use super::{Inlining, Jump, Lowerer};
use crate::hir::{Callee, ExpressionId, ExpressionKind, Parameter, Path, ReturnTarget};
use crate::ir::operations::FloatOperation;
use crate::ir::{
    Aggregate, Argument, Call, CallOutput, InstructionKind, Place, SlotKind, Transfer,
};
use crate::known::{Known, KnownFunction};
use crate::signature::FunctionSignature;
use crate::types::{Length, Type};
use std::rc::Rc;

impl Lowerer<'_> {
    /// `callee(arguments)`
    pub(super) fn call(
        &mut self,
        id: ExpressionId,
        callee: &Callee,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        match callee {
            Callee::Value(function) => {
                let function = self.value(*function)?;
                let arguments = self.values(arguments)?;
                self.builder.at(span);
                self.apply(&function, arguments)
            }
            Callee::Nested(_) => {
                let arguments = self.values(arguments)?;
                self.builder.at(span);
                self.apply(&Operand::Function(callee.clone()), arguments)
            }
            Callee::Path(path) => {
                if let Some(signature) = self.annotated(path) {
                    return self.annotated_call(id, path, &signature, arguments, Vec::new());
                }
                if let Some((signature, output)) = self.environment.output(&path.text) {
                    return self.nested_call(id, path, &signature.clone(), output, arguments);
                }
                match crate::known::function(&path.text, &self.float_parameters()) {
                    Some(Known::Function(function)) => self.known_call(id, function, arguments),
                    Some(Known::Primitive(ty, method)) => {
                        let values = self.values(arguments)?;
                        self.builder.at(span);
                        self.associated(id, &ty, &method, values)
                    }
                    Some(Known::FloatTrait(method)) => {
                        let ty = arguments.first().map(|first| self.type_of(*first));
                        let values = self.values(arguments)?;
                        self.builder.at(span);
                        let ty = ty.map_or(Type::F64, |ty| ty.referent().clone());
                        self.associated(id, &ty, &method, values)
                    }
                    None => self.unknown_call(id, path, arguments),
                }
            }
        }
    }

    /// The signature of an annotated function.
    fn annotated(&self, path: &Path) -> Option<FunctionSignature> {
        let functions = &self.environment.functions;
        if let Some(signature) = functions.get(&*path.text) {
            let recursive = *path.text == *self.name;
            return Some(FunctionSignature { recursive, ..signature.clone() });
        }
        if let Some(signature) = self.environment.methods.get(&*path.text) {
            return Some(signature.clone());
        }
        if *path.text != *self.name {
            return None;
        }
        let parameters = self.builder.function.parameters.iter();
        Some(FunctionSignature {
            parameters: parameters.clone().map(|parameter| parameter.ty.clone()).collect(),
            result: self.body.result.clone(),
            active: parameters.map(|parameter| parameter.active).collect(),
            recursive: true,
            ..FunctionSignature::default()
        })
    }

    /// The type parameters bounded by `Float`.
    fn float_parameters(&self) -> Vec<Rc<str>> {
        let mut found: Vec<Rc<str>> = Vec::new();
        for ty in self.types.bindings.iter().chain(&self.types.expressions) {
            if let Type::Float(crate::types::FloatType::Parameter(name)) = ty.referent()
                && !found.contains(name)
            {
                found.push(name.clone());
            }
        }
        found
    }

    /// Calls a closure, a nested function or a function by path with values.
    pub(super) fn apply(
        &mut self,
        function: &Operand,
        arguments: Vec<Operand>,
    ) -> Lowered<Operand> {
        let body = self.body;
        match function {
            Operand::Closure(closure) => {
                let id = closure.expression;
                let ExpressionKind::Closure { parameters, body: inside, .. } =
                    &body.expression(id).kind
                else {
                    return self.not_callable();
                };
                let mut shadowed = Vec::new();
                for (key, operand) in &closure.captured {
                    shadowed.push((*key, self.scope.insert(*key, operand.clone())));
                }
                let target = ReturnTarget::Closure(id);
                let ty = self.types.of(*inside).clone();
                let outcome =
                    self.inline(Inlining::Closure(id), target, &ty, parameters, *inside, arguments);
                for (key, old) in shadowed {
                    match old {
                        Some(old) => self.scope.insert(key, old),
                        None => self.scope.remove(&key),
                    };
                }
                outcome
            }
            Operand::Function(Callee::Nested(id)) => {
                let nested = body.function(*id);
                let target = ReturnTarget::Nested(*id);
                let inlining = Inlining::Nested(*id);
                let ty = nested.result.clone();
                self.inline(inlining, target, &ty, &nested.parameters, nested.body, arguments)
            }
            Operand::Function(Callee::Value(id)) => {
                let function = self.value(*id)?;
                self.apply(&function, arguments)
            }
            Operand::Function(Callee::Path(path)) => self.apply_path(path, arguments),
            Operand::Reference { to, .. } => {
                let to = self.follow(to.clone())?;
                match self.peek(&to) {
                    Some(function) => self.apply(&function, arguments),
                    None => self.not_callable(),
                }
            }
            Operand::Conflict => self.conflict(),
            Operand::Poison => Err(Halt::Error),
            _ => self.not_callable(),
        }
    }

    fn not_callable<T>(&mut self) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            "a call of something that is not known to be a function",
            "call a closure or a function by its name",
        )
    }

    fn inline(
        &mut self,
        inlining: Inlining,
        target: ReturnTarget,
        ty: &Type,
        parameters: &[Parameter],
        inside: ExpressionId,
        arguments: Vec<Operand>,
    ) -> Lowered<Operand> {
        let span = self.builder.span();
        if self.inlining.contains(&inlining) {
            return self.error(
                span,
                "a nested function that calls itself is not supported",
                "move it out of this function and annotate it with `#[differentiate]`",
            );
        }
        if parameters.len() != arguments.len() {
            let help = "give one argument for each parameter";
            return self.error(span, "wrong number of arguments", help);
        }
        for (parameter, argument) in parameters.iter().zip(arguments) {
            self.bind(&parameter.pattern, Pointer::Value(Box::new(argument)), None)?;
        }
        self.builder.at(span);
        self.inlining.push(inlining);
        let value =
            self.leavable(Jump::Return(target), ty, inside, |lowerer| lowerer.value(inside));
        self.inlining.pop();
        self.builder.at(span);
        value
    }

    /// A function by path that is passed along: `fold(0.0, f64::max)`.
    fn apply_path(&mut self, path: &Path, arguments: Vec<Operand>) -> Lowered<Operand> {
        let span = self.builder.span();
        if self.annotated(path).is_some() {
            return self.error(
                span,
                format!("`{}` is passed as a value", path.text),
                "pass a closure that calls it: `|x| f(x)`",
            );
        }
        match crate::known::function(&path.text, &self.float_parameters()) {
            Some(Known::Primitive(ty, method)) => self.scalar_method_of(&ty, &method, arguments),
            Some(Known::FloatTrait(method)) => {
                let ty = arguments.first().map(|first| self.operand_type(first));
                self.scalar_method_of(&ty.unwrap_or(Type::F64), &method, arguments)
            }
            Some(Known::Function(function)) => self.known_apply(function, arguments),
            None => self.error(
                span,
                format!("`{}` is passed as a value", path.text),
                "pass a closure that calls it: `|x| f(x)`",
            ),
        }
    }

    /// A function of the table, with its arguments as values.
    fn known_apply(
        &mut self,
        function: KnownFunction,
        mut arguments: Vec<Operand>,
    ) -> Lowered<Operand> {
        use KnownFunction as K;
        let operation = match function {
            K::Detach => Some(FloatOperation::Detach),
            K::Erf => Some(FloatOperation::Erf),
            K::Erfc => Some(FloatOperation::Erfc),
            K::NormCdf => Some(FloatOperation::NormCdf),
            K::LnGamma => Some(FloatOperation::LnGamma),
            K::Digamma => Some(FloatOperation::Digamma),
            _ => None,
        };
        if let (Some(operation), 1) = (operation, arguments.len()) {
            let argument = self.as_scalar(arguments.remove(0))?;
            if self.builder.function.value(argument).ty.is_float() {
                let value = self.builder.float_operation(operation, &[argument]);
                return Ok(Operand::Scalar(value));
            }
        }
        match (function, arguments.len()) {
            (K::Some, 1) => {
                let some = self.truth(true);
                Ok(Operand::Option { some, payload: Box::new(arguments.remove(0)) })
            }
            (K::Identity, 1) => Ok(arguments.remove(0)),
            (K::CompareMax | K::CompareMin, 2) => {
                let method = if function == K::CompareMax { "max" } else { "min" };
                let ty = self.operand_type(&arguments[0]);
                self.scalar_method_of(&ty, method, arguments)
            }
            (K::Drop, 1) => Ok(Operand::Unit),
            _ => {
                let span = self.builder.span();
                self.error(
                    span,
                    "this function is not supported here",
                    "write what it does as a closure or a block",
                )
            }
        }
    }

    /// A call of a function of the table.
    fn known_call(
        &mut self,
        id: ExpressionId,
        function: KnownFunction,
        arguments: &[ExpressionId],
    ) -> Lowered<Operand> {
        use KnownFunction as K;
        let span = self.body.span(id);
        match (function, arguments) {
            (K::Swap, [a, b]) => {
                let a = self.value(*a)?;
                let b = self.value(*b)?;
                self.builder.at(span);
                self.swap(a, b)?;
                Ok(Operand::Unit)
            }
            (K::Replace, [target, value]) => {
                let target = self.value(*target)?;
                let value = self.value(*value)?;
                self.builder.at(span);
                self.replace(target, value)
            }
            (K::Take, [target]) => {
                let target = self.value(*target)?;
                self.builder.at(span);
                self.take(target)
            }
            (K::VecNew, []) => Ok(Operand::Pending(Aggregate::Vec(Vec::new()), self.type_of(id))),
            (K::VecWithCapacity, [capacity]) => {
                let capacity = self.scalar(*capacity)?;
                Ok(Operand::Pending(Aggregate::VecWithCapacity(capacity), self.type_of(id)))
            }
            (K::VecFrom, [value]) => {
                let value = self.value(*value)?;
                self.builder.at(span);
                self.vec_of(value, self.type_of(id))
            }
            (K::ArrayFromFn, [function]) => {
                let function = self.value(*function)?;
                self.builder.at(span);
                self.array_from_fn(function, self.type_of(id))
            }
            (K::IteratorZip, [a, b]) => {
                let a = self.value(*a)?;
                let a = self.producer(a)?;
                let b = self.value(*b)?;
                let b = self.producer(b)?;
                Ok(Operand::Iterator(self.zipped(a, b)?))
            }
            (K::IteratorOnce, [item]) => {
                let item = self.value(*item)?;
                let item = self.detached(item);
                Ok(Operand::Iterator(Rc::new(Producer::Once(item))))
            }
            (K::IteratorRepeat, [item]) => {
                let item = self.value(*item)?;
                let item = self.detached(item);
                Ok(Operand::Iterator(Rc::new(Producer::Repeat(item))))
            }
            (K::IteratorRepeatN, [item, count]) => {
                let item = self.value(*item)?;
                let item = self.detached(item);
                let count = self.scalar(*count)?;
                let items = Rc::new(Producer::Repeat(item));
                Ok(Operand::Iterator(Rc::new(Producer::Take(items, count))))
            }
            (K::Ok, [value]) => self.ok_with(id, *value),
            (K::Err, [error]) => self.err_with(id, *error),
            _ => {
                let values = self.values(arguments)?;
                self.builder.at(span);
                self.known_apply(function, values)
            }
        }
    }

    /// `f64::max(a, b)`, `f64::from(a)`, `T::sqrt(a)`: an associated function of a primitive.
    fn associated(
        &mut self,
        id: ExpressionId,
        ty: &Type,
        name: &str,
        arguments: Vec<Operand>,
    ) -> Lowered<Operand> {
        let span = self.builder.span();
        match (name, arguments.as_slice()) {
            // A type of the user may be converted in any way: that is left to its `From`.
            ("from" | "from_f64", [value]) if self.operand_type(value).is_scalar() => {
                let value = value.clone();
                let value = self.as_scalar(value)?;
                // `f64::from` of a `bool` is not `as`.
                if self.builder.function.value(value).ty == Type::Bool && ty.is_float() {
                    let byte =
                        self.cast_value(value, &Type::Integer(crate::types::IntegerType::U8));
                    return Ok(Operand::Scalar(self.cast_value(byte, ty)));
                }
                return Ok(Operand::Scalar(self.cast_value(value, ty)));
            }
            ("default", []) => {
                let zero = self.zero(ty);
                return match zero {
                    Some(zero) => Ok(Operand::Scalar(zero)),
                    None => {
                        self.refuse(id, "this default value is not supported", "write the value")
                    }
                };
            }
            _ => {}
        }
        if self.has_scalar_method(ty, name) {
            return self.scalar_method_of(ty, name, arguments);
        }
        self.builder.at(span);
        self.passive_associated(id, ty, name, arguments)
    }

    /// A call of an annotated function. `before`: arguments that are known already (a receiver).
    pub(super) fn annotated_call(
        &mut self,
        id: ExpressionId,
        path: &Path,
        signature: &FunctionSignature,
        arguments: &[ExpressionId],
        before: Vec<Argument>,
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        if before.len() + arguments.len() != signature.parameters.len() {
            return self.left_to_rustc();
        }
        let mut given = before;
        let mut back = Vec::new();
        for (position, argument) in arguments.iter().enumerate() {
            let ty = signature.parameters.get(given.len()).cloned();
            let operand = self.value(*argument)?;
            let operand = self.hold(operand, &arguments[position + 1..])?;
            self.builder.at(self.body.span(*argument));
            given.push(self.argument(operand, ty.as_ref(), &mut back)?);
        }
        self.builder.at(span);
        let name: Rc<str> = path.text.rsplit("::").next().unwrap_or(&path.text).into();
        let call = Call {
            path: path.tokens.clone(),
            name,
            signature: Rc::new(signature.lowered()),
            output: CallOutput::Value,
            arguments: given,
            result_slot: None,
        };
        self.finish_call(id, call, back)
    }

    /// Appends a call, and makes its result a value.
    pub(super) fn finish_call(
        &mut self,
        id: ExpressionId,
        mut call: Call,
        back: Vec<(Pointer, crate::ir::SlotId)>,
    ) -> Lowered<Operand> {
        let span = self.body.span(id);
        let result = self.type_of(id);
        let value = match &result {
            Type::Unit => {
                self.builder.push(InstructionKind::Call(call), Vec::new());
                Operand::Unit
            }
            ty if ty.is_scalar() => {
                let results = self.builder.push(InstructionKind::Call(call), vec![result.clone()]);
                Operand::Scalar(results[0])
            }
            Type::Reference { .. } => {
                return self.refuse(
                    id,
                    "a call that returns a reference is not supported",
                    "let the function return a value, or an index",
                );
            }
            Type::Never => {
                self.builder.push(InstructionKind::Call(call), Vec::new());
                return Err(Halt::Exit(Exit::diverging()));
            }
            _ => {
                let slot = self.builder.function.new_slot(
                    result.outcome().unwrap_or_else(|| result.clone()),
                    call.name.clone(),
                    span,
                    SlotKind::Local,
                );
                call.result_slot = Some(slot);
                self.builder.push(InstructionKind::Call(call), Vec::new());
                self.fresh.insert(slot);
                match result {
                    ty @ (Type::Option(_) | Type::Result(..)) => self.outcome_in(slot, &ty)?,
                    // A struct that owns memory stays whole: it is moved as one.
                    ty if matches!(ty, Type::Tuple(_) | Type::Struct(_)) && !ty.owns_memory() => {
                        self.read(Pointer::Memory(Place::root(slot)))?
                    }
                    ty => Operand::Pending(Aggregate::Place(Place::root(slot), Transfer::Move), ty),
                }
            }
        };
        for (pointer, slot) in back {
            let changed = self.read(Pointer::Memory(Place::root(slot)))?;
            self.assign(pointer, changed)?;
        }
        Ok(value)
    }

    /// An argument of a call. What has no memory of its own and is passed by reference gets it for
    /// the call; `back`: what has to be read back afterwards.
    pub(super) fn argument(
        &mut self,
        operand: Operand,
        declared: Option<&Type>,
        back: &mut Vec<(Pointer, crate::ir::SlotId)>,
    ) -> Lowered<Argument> {
        let Operand::Reference { to, mutable } = operand else {
            let content = match (self.content(&operand)?, &operand) {
                // Its memory says how long it is, where the callee has a name for that.
                (
                    content @ (Aggregate::Array(_) | Aggregate::ArrayRepeat(..)),
                    Operand::Pending(_, ty),
                ) if declared.is_some_and(|declared| declared != ty) => {
                    let slot = self.builder.define(ty.clone(), "argument".into(), content);
                    Aggregate::Place(Place::root(slot), super::environment::transfer(ty))
                }
                (content, _) => content,
            };
            // What we do not know by itself has the type that the callee declares.
            if let (Aggregate::Place(place, _), Some(declared)) = (&content, declared)
                && let Some(Type::Opaque(None)) = self.builder.function.place_type(place)
                && declared.is_copy()
                && matches!(declared, Type::Tuple(_) | Type::Array(_, Length::Literal(_)))
            {
                let content = Aggregate::Place(place.clone(), Transfer::Copy);
                let slot = self.builder.define(declared.clone(), "argument".into(), content);
                return Ok(Argument::Value(Aggregate::Place(Place::root(slot), Transfer::Copy)));
            }
            return Ok(Argument::Value(content));
        };
        if let Some(declared) = declared
            && !matches!(declared, Type::Reference { .. })
            && declared.is_scalar()
        {
            let value = self.as_scalar(Operand::Reference { to, mutable })?;
            return Ok(Argument::Value(Aggregate::Value(value)));
        }
        let mutable = match declared {
            Some(Type::Reference { mutable: declared, .. }) => *declared,
            _ => mutable,
        };
        let to = self.follow(to)?;
        if let Pointer::Memory(place) = to {
            return Ok(if mutable { Argument::Mutable(place) } else { Argument::Shared(place) });
        }
        let content = self.peek(&to).unwrap_or(Operand::Poison);
        let ty = self.operand_type(&content);
        let name = match &to {
            Pointer::Local(key, _) => self.key_name(*key),
            _ => None,
        };
        let content = self.content(&content)?;
        let slot = self.builder.define(ty, name.unwrap_or_else(|| "argument".into()), content);
        let place = Place::root(slot);
        if !mutable {
            return Ok(Argument::Shared(place));
        }
        back.push((to, slot));
        Ok(Argument::Mutable(place))
    }
}
