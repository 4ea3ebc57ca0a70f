//! Checks that a function in IR is well formed. Every pass may assume it and has to keep it, so test
//! builds ask after each; users' builds ask before anything is emitted.
//!
//! What it guarantees:
//! * a value is defined once, before its uses, in the same region or one around it; a local slot is
//!   defined before its uses in the same way and not again while it is in scope;
//! * operands and results have the types that the operation tables ask for (`operations`);
//! * places fit the types of their roots, and nothing is written behind a `&` parameter;
//! * what regions take and yield fits what their owners carry and give back;
//! * contents fit the types of what they fill (`contents`), the function's result included.
//!
//! A type that the compiler does not know (`Type::Opaque(None)`) fits every type: rustc checks it.

mod contents;
mod operations;
#[cfg(test)]
mod tests;

use super::*;

/// The first rule that the function breaks, with the instruction that breaks it.
pub fn verify(function: &Function) -> Result<(), String> {
    Verifier::new(function).function().map_err(|error| format!("fn {}: {error}", function.name))
}

type Verified<T = ()> = Result<T, String>;

/// A function that is checked and what is in scope at this point.
struct Verifier<'a> {
    function: &'a Function,
    /// By value: some definition was seen.
    defined: Vec<bool>,
    /// By value: in scope.
    visible: Vec<bool>,
    /// By slot: in scope.
    open: Vec<bool>,
    /// What came into scope, to undo it where regions end.
    entered: Vec<Entered>,
}

#[derive(Clone, Copy)]
enum Entered {
    Value(ValueId),
    Slot(SlotId),
}

impl<'a> Verifier<'a> {
    fn new(function: &'a Function) -> Self {
        Self {
            function,
            defined: vec![false; function.values.len()],
            visible: vec![false; function.values.len()],
            open: vec![false; function.slots.len()],
            entered: Vec::new(),
        }
    }

    // The function as a whole.

    fn function(mut self) -> Verified {
        let function = self.function;
        for value in &function.values {
            match &value.ty {
                ty if ty.is_scalar() => {}
                Type::Option(_) | Type::Result(..) | Type::Opaque(_) => {}
                // `&str` and the like: passive, and `Copy`.
                Type::Reference { mutable: false, to } if matches!(**to, Type::Opaque(_)) => {}
                ty => return Err(format!("a value has the type `{ty}`, which lives in slots")),
            }
        }
        for slot in &function.slots {
            known_to_ir(&slot.ty).map_err(|error| format!("slot `{}`: {error}", slot.name))?;
        }
        for parameter in &function.parameters {
            self.parameter(parameter)
                .map_err(|error| format!("parameter `{}`: {error}", parameter.name))?;
        }
        if !function.body.parameters.is_empty() || !function.body.yields.is_empty() {
            return Err("the body takes and yields nothing".to_owned());
        }
        self.instructions(&function.body)?;
        self.content(&function.result, &function.result_type)
            .map_err(|error| format!("result: {error}"))
    }

    fn parameter(&mut self, parameter: &Parameter) -> Verified {
        match parameter.binding {
            ParameterBinding::Value(value) => {
                self.define(value)?;
                self.same(self.ty(value), &parameter.ty)
            }
            ParameterBinding::Slot(id) => {
                let Some(slot) = self.function.slots.get(id.0 as usize) else {
                    return Err(format!("there is no slot {}", id.0));
                };
                let kind = match &parameter.ty {
                    Type::Reference { mutable: true, .. } => SlotKind::Mutable,
                    Type::Reference { mutable: false, .. } => SlotKind::Shared,
                    _ => SlotKind::ByValue,
                };
                if slot.kind != kind {
                    return Err(format!("its slot is {:?} and should be {kind:?}", slot.kind));
                }
                self.enter(id)?;
                self.same(&slot.ty, parameter.ty.referent())
            }
        }
    }

    // What is in scope.

    /// A definition of the value.
    fn define(&mut self, id: ValueId) -> Verified {
        match self.defined.get_mut(id.0 as usize) {
            None => Err(format!("there is no value {}", id.0)),
            Some(defined) if *defined => Err(format!("value {} is defined twice", id.0)),
            Some(defined) => {
                *defined = true;
                self.visible[id.0 as usize] = true;
                self.entered.push(Entered::Value(id));
                Ok(())
            }
        }
    }

    /// The slot comes into scope.
    fn enter(&mut self, id: SlotId) -> Verified {
        match self.open.get_mut(id.0 as usize) {
            None => Err(format!("there is no slot {}", id.0)),
            Some(open) if *open => {
                Err(format!("slot `{}` is defined again", self.function.slot(id).name))
            }
            Some(open) => {
                *open = true;
                self.entered.push(Entered::Slot(id));
                Ok(())
            }
        }
    }

    /// A use of the value, and its type.
    fn used(&self, id: ValueId) -> Verified<&'a Type> {
        match self.visible.get(id.0 as usize) {
            None => Err(format!("there is no value {}", id.0)),
            Some(false) => Err(format!("value {} is not defined before this use", id.0)),
            Some(true) => Ok(self.ty(id)),
        }
    }

    fn used_as(&self, id: ValueId, expected: &Type) -> Verified {
        self.same(self.used(id)?, expected).map_err(|error| format!("value {}: {error}", id.0))
    }

    fn ty(&self, id: ValueId) -> &'a Type {
        &self.function.values[id.0 as usize].ty
    }

    fn same(&self, found: &Type, expected: &Type) -> Verified {
        match compatible(found, expected) {
            true => Ok(()),
            false => Err(format!("it has type `{found}`, expected `{expected}`")),
        }
    }

    /// The type at a place, through references; the indices are checked.
    fn place(&self, place: &Place) -> Verified<Type> {
        let root = place.root.0 as usize;
        match self.open.get(root) {
            None => return Err(format!("there is no slot {root}")),
            Some(false) => {
                let name = &self.function.slots[root].name;
                return Err(format!("slot `{name}` is not defined before this use"));
            }
            Some(true) => {}
        }
        for index in place.operands() {
            self.used_as(index, &Type::USIZE)?;
        }
        match self.function.place_type(place) {
            Some(ty) => Ok(ty.referent().clone()),
            None => {
                let slot = &self.function.slots[root];
                Err(format!("the path does not fit slot `{}` of type `{}`", slot.name, slot.ty))
            }
        }
    }

    /// The element type of the array, slice or `Vec` at a place.
    fn list(&self, place: &Place) -> Verified<Type> {
        let ty = self.place(place)?;
        match (&ty, ty.element()) {
            (_, Some(element)) => Ok(element.clone()),
            (Type::Opaque(_), _) => Ok(Type::Opaque(None)),
            _ => Err(format!("the place has type `{ty}` and no elements")),
        }
    }

    // Regions.

    /// The instructions of a region whose parameters are in scope already; its definitions leave the
    /// scope with [`Verifier::leave`].
    fn instructions(&mut self, region: &Region) -> Verified {
        for instruction in &region.instructions {
            self.instruction(instruction).map_err(|error| {
                // An error inside has named its instruction.
                match error.starts_with("in `") {
                    true => error,
                    false => format!("in `{}`: {error}", describe(self.function, instruction)),
                }
            })?;
        }
        Ok(())
    }

    fn leave(&mut self, mark: usize) {
        for entered in self.entered.drain(mark..) {
            match entered {
                Entered::Value(id) => self.visible[id.0 as usize] = false,
                Entered::Slot(id) => self.open[id.0 as usize] = false,
            }
        }
    }

    /// A nested region with parameter types and the types it yields.
    fn region(&mut self, region: &Region, parameters: &[&Type], yields: &[&Type]) -> Verified {
        let mark = self.entered.len();
        count("region parameters", region.parameters.len(), parameters.len())?;
        for (value, ty) in region.parameters.iter().zip(parameters) {
            self.define(*value)?;
            self.same(self.ty(*value), ty).map_err(|error| format!("a parameter: {error}"))?;
        }
        self.instructions(region)?;
        count("yields", region.yields.len(), yields.len())?;
        for (value, ty) in region.yields.iter().zip(yields) {
            self.used_as(*value, ty).map_err(|error| format!("a yield: {error}"))?;
        }
        self.leave(mark);
        Ok(())
    }

    // Instructions.

    fn instruction(&mut self, instruction: &Instruction) -> Verified {
        use InstructionKind::*;
        // What it uses is in scope before what it defines.
        let results: Vec<_> = instruction
            .results
            .iter()
            .map(|id| match self.function.values.get(id.0 as usize) {
                Some(value) => Ok(&value.ty),
                None => Err(format!("there is no value {}", id.0)),
            })
            .collect::<Verified<_>>()?;
        let no_results = || count("results", results.len(), 0);
        let one_result = |verifier: &Self, ty: &Type| {
            count("results", results.len(), 1)?;
            verifier.same(results[0], ty).map_err(|error| format!("the result: {error}"))
        };
        let mut result_slot = None;
        match &instruction.kind {
            Constant(constant) => {
                operations::constant(constant)?;
                one_result(self, &constant.ty())?;
            }
            Operation(operation, arguments) => {
                count("results", results.len(), 1)?;
                let types: Vec<_> =
                    arguments.iter().map(|value| self.used(*value)).collect::<Verified<_>>()?;
                operations::operation(*operation, &types, results[0])?;
            }
            Length(place) => {
                self.list(place)?;
                one_result(self, &Type::USIZE)?;
            }
            Load(place) => {
                let ty = self.place(place)?;
                scalar_place(&ty)?;
                one_result(self, &ty)?;
            }
            Store(place, value) => {
                let ty = self.place(place)?;
                scalar_place(&ty)?;
                self.used_as(*value, &ty)?;
                no_results()?;
            }
            AddTo(place, value) => {
                let ty = self.place(place)?;
                if !ty.is_float() {
                    return Err(format!("adds to a place of type `{ty}`"));
                }
                self.used_as(*value, &ty)?;
                no_results()?;
            }
            Define(slot, content) => {
                let ty = self.local(*slot)?;
                match content {
                    Aggregate::Deferred => {}
                    content => self.content(content, ty)?,
                }
                result_slot = Some(*slot);
                no_results()?;
            }
            Assign(place, content) => {
                let ty = self.place(place)?;
                self.content(content, &ty)?;
                no_results()?;
            }
            Push(place, content) => {
                let element = self.vector(place)?;
                self.content(content, &element)?;
                no_results()?;
            }
            Pop(place) => {
                let element = self.vector(place)?;
                count("results", results.len(), 1)?;
                if !compatible(results[0], &element) {
                    return Err(format!("pops `{element}` as `{}`", results[0]));
                }
            }
            Resize(place, kind) => {
                self.resize(place, kind)?;
                no_results()?;
            }
            Swap(a, b) => {
                let (a, b) = (self.place(a)?, self.place(b)?);
                self.same(&b, &a)?;
                no_results()?;
            }
            Fill(place, value) => {
                let mut ty = self.list(place)?;
                while let Some(element) = ty.element() {
                    ty = element.clone();
                }
                self.used_as(*value, &ty)?;
                no_results()?;
            }
            If { condition, then_region, else_region } => {
                self.used_as(*condition, &Type::Bool)?;
                self.region(then_region, &[], &results)?;
                self.region(else_region, &[], &results)?;
            }
            For(counted) => self.counted(counted, &results)?,
            Loop { carried, body } => {
                match carried.first() {
                    Some(code) => self.used_as(*code, &Type::EXIT_CODE)?,
                    None => return Err("a loop carries its exit code".to_owned()),
                }
                self.carried(carried, &results)?;
                self.region(body, &results, &results)?;
            }
            Match { scrutinee, arms } => {
                self.argument(scrutinee)?;
                arms.iter().try_for_each(|arm| self.arm(arm, &results))?;
            }
            Call(super::Call { arguments, result_slot: slot, .. }) => {
                arguments.iter().try_for_each(|argument| self.argument(argument))?;
                self.one_result_at_most(results.len(), *slot)?;
                result_slot = *slot;
            }
            Opaque(super::Opaque { pieces, result_slot: slot }) => {
                self.pieces(pieces)?;
                self.one_result_at_most(results.len(), *slot)?;
                result_slot = *slot;
            }
            Effect(effect) => {
                self.pieces(&effect.pieces)?;
                no_results()?;
            }
            Save(values) => {
                values.iter().try_for_each(|value| self.used(*value).map(|_| ()))?;
                no_results()?;
            }
            SaveStack(slot) => {
                self.place(&Place::root(*slot))?;
                no_results()?;
            }
            Restore => {}
        }
        for place in instruction.kind.writes() {
            let root = self.function.slot(place.root);
            // An array is saved by copy.
            let saved = matches!(instruction.kind, SaveStack(_));
            if root.kind == SlotKind::Shared && result_slot != Some(place.root) && !saved {
                return Err(format!("changes `{}`, which is behind `&`", root.name));
            }
        }
        result_slot.map_or(Ok(()), |slot| self.enter(slot))?;
        instruction.results.iter().try_for_each(|id| self.define(*id))
    }

    /// The type of a slot that the instruction is to define: a local one, or what a reference that is
    /// no parameter leads to.
    fn local(&self, id: SlotId) -> Verified<&'a Type> {
        let parameters = &self.function.parameters;
        let is_parameter =
            || parameters.iter().any(|parameter| parameter.binding == ParameterBinding::Slot(id));
        match self.function.slots.get(id.0 as usize) {
            None => Err(format!("there is no slot {}", id.0)),
            Some(slot) if slot.kind == SlotKind::Local => Ok(&slot.ty),
            Some(slot) if slot.kind == SlotKind::Shared && !is_parameter() => Ok(&slot.ty),
            Some(slot) => Err(format!("slot `{}` is a parameter", slot.name)),
        }
    }

    fn one_result_at_most(&self, results: usize, slot: Option<SlotId>) -> Verified {
        slot.map_or(Ok(()), |slot| self.local(slot).map(|_| ()))?;
        match results + usize::from(slot.is_some()) {
            0 | 1 => Ok(()),
            _ => Err("the result is one value or goes to one slot".to_owned()),
        }
    }

    fn counted(&mut self, counted: &For, results: &[&'a Type]) -> Verified {
        let For { start, end, step, carried, exits, body, .. } = counted;
        let index = self.used(*start)?;
        if !index.is_integer() {
            return Err(format!("indices have type `{index}`"));
        }
        self.used_as(*end, index)?;
        step.map_or(Ok(()), |step| self.used_as(step, &Type::USIZE))?;
        if let Some(chunks) = &counted.chunks {
            self.used_as(chunks.work, &Type::USIZE)?;
            if chunks.position_of_fold(body).is_none() {
                return Err("a loop over chunks has no fold".to_owned());
            }
        }
        if *exits {
            match carried.first() {
                Some(code) => self.used_as(*code, &Type::EXIT_CODE)?,
                None => return Err("a loop with exits carries its exit code".to_owned()),
            }
        }
        self.carried(carried, results)?;
        let parameters: Vec<_> = [index].into_iter().chain(results.iter().copied()).collect();
        self.region(body, &parameters, results)
    }

    /// Initial carried values against the loop's results.
    fn carried(&self, carried: &[ValueId], results: &[&Type]) -> Verified {
        count("results", results.len(), carried.len())?;
        carried.iter().zip(results).try_for_each(|(value, ty)| self.used_as(*value, ty))
    }

    fn arm(&mut self, arm: &MatchArm, results: &[&Type]) -> Verified {
        let mark = self.entered.len();
        arm.bindings.iter().try_for_each(|(_, value)| self.define(*value))?;
        if let Some(guard) = &arm.guard {
            self.region(guard, &[], &[&Type::Bool])?;
        }
        self.region(&arm.body, &[], results)?;
        self.leave(mark);
        Ok(())
    }
}

/// The instruction in a message.
fn describe(function: &Function, instruction: &Instruction) -> String {
    #[cfg(any(test, feature = "dump", feature = "interpret"))]
    {
        function.text_of_instruction(instruction)
    }
    #[cfg(not(any(test, feature = "dump", feature = "interpret")))]
    {
        let _ = function;
        match &instruction.kind {
            InstructionKind::Operation(operation, arguments) => {
                format!("{:?} = {} {arguments:?}", instruction.results, operation.text())
            }
            _ => format!("the instruction that defines {:?}", instruction.results),
        }
    }
}

fn count(what: &str, found: usize, expected: usize) -> Verified {
    match found == expected {
        true => Ok(()),
        false => Err(format!("{found} {what}, expected {expected}")),
    }
}

/// Loads and stores move one value.
fn scalar_place(ty: &Type) -> Verified {
    match ty {
        Type::Option(_) | Type::Result(..) | Type::Opaque(_) => Ok(()),
        ty if ty.is_scalar() => Ok(()),
        ty => Err(format!("the place has type `{ty}`, which is not a scalar")),
    }
}

/// Whether only types that the IR has are in it.
fn known_to_ir(ty: &Type) -> Verified {
    match ty {
        Type::Unit | Type::Bool | Type::Float(_) | Type::Integer(_) | Type::Opaque(_) => Ok(()),
        Type::Tuple(elements) => elements.iter().try_for_each(known_to_ir),
        Type::Array(element, _) | Type::Slice(element) | Type::Vec(element) => known_to_ir(element),
        Type::Reference { to, .. } => known_to_ir(to),
        Type::Struct(definition) => {
            definition.fields.iter().try_for_each(|(_, ty)| known_to_ir(ty))
        }
        Type::Option(value) => known_to_ir(value),
        Type::Result(value, error) => known_to_ir(value).and_then(|()| known_to_ir(error)),
        Type::Never
        | Type::Iterator(_)
        | Type::Range(_)
        | Type::Closure(_)
        | Type::Function
        | Type::Variable(_) => Err(format!("type `{ty}` is not one of the IR's")),
    }
}

/// Whether two types are the same as far as we know them.
fn compatible(a: &Type, b: &Type) -> bool {
    match (a, b) {
        (Type::Opaque(None), _) | (_, Type::Opaque(None)) => true,
        // A type that is not looked into may have several names, and a reference one, too.
        (Type::Opaque(_) | Type::Reference { .. }, Type::Opaque(_))
        | (Type::Opaque(_), Type::Reference { .. }) => true,
        (Type::Tuple(a), Type::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| compatible(a, b))
        }
        (Type::Array(a, n), Type::Array(b, m)) => n == m && compatible(a, b),
        (Type::Slice(a), Type::Slice(b))
        | (Type::Vec(a), Type::Vec(b))
        | (Type::Option(a), Type::Option(b)) => compatible(a, b),
        (Type::Result(a, e), Type::Result(b, f)) => compatible(a, b) && compatible(e, f),
        (Type::Reference { mutable: m, to: a }, Type::Reference { mutable: n, to: b }) => {
            m == n && compatible(a, b)
        }
        _ => a == b,
    }
}
