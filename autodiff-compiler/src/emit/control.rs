//! Regions to blocks, and branches.
//!
//! A block hands its region's values over to its owner: into the value of the block, into variables
//! (see [`super::variables`]), or, for the exit code of a loop, as `break`. If the last thing in a
//! region is a branch whose results are only handed on, the branch hands them over itself: so
//! `if x < 0.0 { break; }` comes out of an exit code that is 1 in one region and 0 in the other.

use super::blocks::{Block, End};
use super::expressions::Code;
use super::names::Names;
use super::pending::{Built, Variable, Writes};
use super::{Emitter, types, uses};
use crate::ir::{
    Aggregate, Argument, Instruction, InstructionKind, MatchArm, ParameterBinding, Region, Set,
    SlotKind, Transfer, ValueId, takes_reference_apart,
};
use crate::types::Type;
use proc_macro2::{Group, TokenStream, TokenTree};
use quote::quote;
use std::rc::Rc;

/// Where a value that a region yields goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deliver {
    /// Nobody asks.
    Drop,
    /// Into the value of the block.
    Tail,
    /// Into a variable.
    Assign(Variable),
    /// It is an exit code: 0 goes on, another one goes to the variable, if there is one, and leaves
    /// the loop.
    Exit(Option<Variable>),
}

impl Emitter<'_> {
    /// The body of the function; the statements are left in the emitter, the result is returned.
    pub(super) fn function_block(&mut self, body: &Region, result: &Aggregate) -> TokenStream {
        let mut results = Vec::new();
        result.for_each_operand(&mut |value| results.push(*value));
        let direct = match result {
            Aggregate::Value(_) => true,
            Aggregate::Tuple(elements) => {
                elements.len() > 1
                    && elements.iter().all(|element| matches!(element, Aggregate::Value(_)))
            }
            _ => false,
        };
        let deliver = vec![Deliver::Tail; results.len()];
        if let Some((last, before)) = body.instructions.split_last()
            && direct
            && self.is_handing_over(last, &results, &deliver)
        {
            before.iter().for_each(|instruction| self.instruction(instruction));
            let end = self.branch(last, &deliver, &[]);
            return Block { statements: vec![], end }.tokens();
        }
        body.instructions.iter().for_each(|instruction| self.instruction(instruction));
        self.settle(&results);
        let mut emptied = Set::new();
        super::places::emptied(result, &mut emptied);
        // What is read of a list that is moved is read before.
        result.for_each_transfer(&mut |place, transfer| {
            let ty = self.function.place_type(place);
            if transfer == Transfer::Move && !ty.is_some_and(|ty| ty.is_copy()) {
                emptied.insert(place.root);
            }
        });
        self.before_borrowing(&results, &emptied);
        let built = self.aggregate(result, &self.function.result_type);
        if built.ordered {
            self.before_ordered();
        }
        match result {
            Aggregate::Unit => quote!(),
            _ => built.code.tokens(),
        }
    }

    /// Whether the instruction is a branch whose results go nowhere but out of the block: the branch
    /// then hands over everything itself.
    fn is_handing_over(&self, last: &Instruction, yields: &[ValueId], deliver: &[Deliver]) -> bool {
        let branches =
            matches!(last.kind, InstructionKind::If { .. } | InstructionKind::Match { .. });
        if !branches || self.is_masked(last) {
            return false;
        }
        let tail: Vec<ValueId> = yields
            .iter()
            .zip(deliver)
            .filter(|(_, deliver)| **deliver == Deliver::Tail)
            .map(|(value, _)| *value)
            .collect();
        let live: Vec<ValueId> =
            last.results.iter().copied().filter(|value| self.use_count(*value) > 0).collect();
        let own_tail: Vec<ValueId> =
            live.iter().copied().filter(|value| tail.contains(value)).collect();
        let exits = yields
            .iter()
            .zip(deliver)
            .any(|(value, deliver)| matches!(deliver, Deliver::Exit(_)) && live.contains(value));
        // Without an exit nothing is gained by assigning in both branches what could be assigned
        // after them.
        let others_done = yields.iter().zip(deliver).all(|(value, deliver)| match deliver {
            Deliver::Assign(variable) => live.contains(value) || self.is_done(*value, *variable),
            Deliver::Exit(_) => exits,
            Deliver::Drop | Deliver::Tail => true,
        });
        let handed_on = |value: &ValueId| self.use_count(*value) == 1 && yields.contains(value);
        own_tail == tail
            && live.iter().all(handed_on)
            && (exits || others_done)
            && (exits || !live.is_empty())
    }

    /// Whether a value is, or will be, in its variable when its region ends.
    fn is_done(&self, value: ValueId, variable: Variable) -> bool {
        self.target_of(value) == Some(variable) || self.holder_of(variable) == Some(value)
    }

    /// A region as a block. `further` is what the block hands over besides the region's yields.
    pub(super) fn block(
        &mut self,
        region: &Region,
        deliver: &[Deliver],
        further: &[(ValueId, Deliver)],
    ) -> Block {
        self.names.open();
        let outer = std::mem::take(&mut self.statements);
        let yields: Vec<ValueId> =
            region.yields.iter().copied().chain(further.iter().map(|(value, _)| *value)).collect();
        let deliver: Vec<Deliver> =
            deliver.iter().copied().chain(further.iter().map(|(_, deliver)| *deliver)).collect();
        for (value, deliver) in yields.iter().zip(&deliver) {
            if let Deliver::Assign(variable) = deliver {
                self.try_target(region, &yields, *value, *variable);
            }
        }
        let last =
            region.instructions.last().filter(|last| self.is_handing_over(last, &yields, &deliver));
        let end = if let Some(last) = last {
            let before = &region.instructions[..region.instructions.len() - 1];
            before.iter().for_each(|instruction| self.instruction(instruction));
            self.hand_over(last, &yields, &deliver)
        } else {
            region.instructions.iter().for_each(|instruction| self.instruction(instruction));
            self.deliver(&yields, &deliver)
        };
        let statements = std::mem::replace(&mut self.statements, outer);
        self.names.close();
        Block { statements, end }
    }

    /// The branch at the end of a block, which hands over all that the block does.
    fn hand_over(&mut self, last: &Instruction, yields: &[ValueId], deliver: &[Deliver]) -> End {
        let pairs = || yields.iter().copied().zip(deliver.iter().copied());
        let of_result = |result: &ValueId| {
            pairs()
                .find(|(value, deliver)| value == result && *deliver != Deliver::Drop)
                .map_or(Deliver::Drop, |(_, deliver)| deliver)
        };
        let own: Vec<Deliver> = last.results.iter().map(of_result).collect();
        let further: Vec<(ValueId, Deliver)> = pairs()
            .filter(|(value, deliver)| match deliver {
                Deliver::Assign(variable) => {
                    !last.results.contains(value) && !self.is_done(*value, *variable)
                }
                Deliver::Drop | Deliver::Tail | Deliver::Exit(_) => false,
            })
            .collect();
        let old_content_needed = further.iter().any(|(_, deliver)| match deliver {
            Deliver::Assign(variable) => {
                let holder = self.holder_of(*variable);
                holder.is_some_and(|holder| uses::reads(&last.kind, holder))
            }
            _ => false,
        });
        if old_content_needed {
            // Every branch assigns for itself.
            for (value, _) in &further {
                self.flush(*value);
            }
            return self.branch(last, &own, &further);
        }
        let (values, variables): (Vec<ValueId>, Vec<Deliver>) = further.into_iter().unzip();
        self.deliver(&values, &variables);
        self.branch(last, &own, &[])
    }

    /// Hands a region's values over: assigns variables, leaves the loop, or gives the values of the
    /// block.
    fn deliver(&mut self, yields: &[ValueId], deliver: &[Deliver]) -> End {
        let mut assigned: Vec<(Variable, ValueId)> = Vec::new();
        let mut tail: Vec<ValueId> = Vec::new();
        let mut exit: Option<(ValueId, Option<Variable>)> = None;
        for (value, deliver) in yields.iter().zip(deliver) {
            match deliver {
                Deliver::Drop => {}
                Deliver::Tail => tail.push(*value),
                Deliver::Exit(variable) => exit = Some((*value, *variable)),
                Deliver::Assign(variable) => {
                    if self.holder_of(*variable) != Some(*value) {
                        assigned.push((*variable, *value));
                    }
                }
            }
        }
        let variables: Set<Variable> = assigned.iter().map(|(variable, _)| *variable).collect();
        let writes = Writes { variables, ..Writes::default() };
        // Values of the block that are variables which are assigned now: their old content, as a
        // copy that only this block knows.
        let code = exit.iter().map(|(value, _)| value);
        let mut copies: Vec<(ValueId, Code)> = Vec::new();
        for value in tail.iter().chain(code.clone()) {
            let Some(held) = self.held[value.0 as usize].clone() else { continue };
            if held.reads.conflicts(&writes) && !copies.iter().any(|(copied, _)| copied == value) {
                let name = self.name_of(*value, &held.code);
                let annotation = self.annotation(*value);
                let code = &held.code;
                self.statements.push(quote!(let #name #annotation = #code;));
                copies.push((*value, Code::Name(name)));
            }
        }
        let after: Vec<ValueId> = tail.iter().chain(code).copied().collect();
        let order: Vec<ValueId> =
            assigned.iter().map(|(_, value)| *value).chain(after.iter().copied()).collect();
        self.settle(&order);
        for value in self.pending.due(&|value, built| {
            let moved = assigned.len() > 1 || after.contains(&value);
            built.reads.conflicts(&writes) && !assigned.iter().any(|(_, own)| *own == value)
                || built.ordered && moved && !assigned.is_empty()
        }) {
            self.flush(value);
        }
        let assigned: Vec<(Variable, Built)> = assigned
            .into_iter()
            .map(|(variable, value)| {
                let built = self.operand(value);
                self.set_holder(variable, value);
                (variable, built)
            })
            .collect();
        self.assign_all(assigned);
        if let Some((value, variable)) = exit {
            let copy = copies.iter().find(|(copied, _)| *copied == value);
            let built = match copy {
                Some((_, copy)) => Built::pure(copy.clone()),
                None => self.operand(value),
            };
            return self.exit(built, variable);
        }
        let mut codes = Vec::new();
        let mut ordered = false;
        for value in tail {
            if let Some((_, copy)) = copies.iter().find(|(copied, _)| *copied == value) {
                codes.push(copy.clone());
                continue;
            }
            let built = self.operand(value);
            ordered |= built.ordered;
            codes.push(built.code);
        }
        if ordered {
            self.before_ordered();
        }
        match codes.as_slice() {
            [] => End::Nothing,
            [value] => End::Value(value.tokens()),
            values => End::Value(quote!((#(#values),*))),
        }
    }

    /// Leaves the loop if the code is not 0.
    fn exit(&mut self, code: Built, variable: Option<Variable>) -> End {
        let constant = match &code.code {
            Code::Number { digits, .. } => Some(digits == "0"),
            _ => None,
        };
        if constant == Some(true) {
            return End::Nothing;
        }
        let condition = match variable {
            Some(variable) => {
                self.assign_variable(variable, code);
                Code::Name(self.variables[variable.0].clone()).into_nonzero()
            }
            None => code.code.into_nonzero(),
        };
        if constant == Some(false) {
            return End::Break;
        }
        let leaves = Block { statements: vec![], end: End::Break };
        End::If(condition, Box::new(leaves), Box::default())
    }

    /// `if` or `match` whose results are bound or assigned.
    pub(super) fn branches(&mut self, instruction: &Instruction) {
        let of_result = |result: &ValueId| match self.target_of(*result) {
            Some(variable) => Deliver::Assign(variable),
            None if self.use_count(*result) == 0 => Deliver::Drop,
            None => Deliver::Tail,
        };
        let deliver: Vec<Deliver> = instruction.results.iter().map(of_result).collect();
        let end = self.branch(instruction, &deliver, &[]);
        let expression = Block { statements: vec![], end }.tokens();
        let mut bound = Vec::new();
        for (result, deliver) in instruction.results.iter().zip(&deliver) {
            match deliver {
                Deliver::Assign(variable) => self.hold_in(*result, *variable),
                Deliver::Tail => bound.push(*result),
                Deliver::Drop | Deliver::Exit(_) => {}
            }
        }
        if bound.is_empty() {
            if !expression.is_empty() {
                self.statements.push(expression);
            }
            return;
        }
        let unknown = Code::atom(quote!());
        let mut names = Vec::new();
        let mut types = Vec::new();
        for value in &bound {
            names.push(self.name_of(*value, &unknown));
            types.push(match self.varying(*value) {
                Some(_) => quote!(_),
                None => super::types::tokens(&self.function.value(*value).ty),
            });
        }
        self.statements.push(match (names.as_slice(), types.as_slice()) {
            ([name], [ty]) => quote!(let #name: #ty = #expression;),
            _ => quote!(let (#(#names),*): (#(#types),*) = #expression;),
        });
        for (value, name) in bound.into_iter().zip(names) {
            self.hold(value, Code::Name(name));
        }
    }

    /// The branch itself. `further` is handed over in every branch besides its yields.
    fn branch(
        &mut self,
        instruction: &Instruction,
        deliver: &[Deliver],
        further: &[(ValueId, Deliver)],
    ) -> End {
        match &instruction.kind {
            InstructionKind::If { condition, then_region, else_region } => {
                self.settle(&[*condition]);
                let condition = self.operand(*condition);
                self.before_branches(instruction, deliver, further);
                let holders = self.holders.clone();
                let then_block = self.block(then_region, deliver, further);
                self.holders.clone_from(&holders);
                let else_block = self.block(else_region, deliver, further);
                self.holders = holders;
                if condition.ordered && then_block.is_empty() && else_block.is_empty() {
                    let condition = &condition.code;
                    self.statements.push(quote!(let _ = #condition;));
                    return End::Nothing;
                }
                End::If(condition.code, Box::new(then_block), Box::new(else_block))
            }
            InstructionKind::Match { scrutinee, arms } => {
                self.settle(&instruction.kind.operands());
                let open = self.has_open_content(scrutinee);
                let (scrutinee, lent) = self.scrutinee(scrutinee);
                self.before_branches(instruction, deliver, further);
                let bound = Bound { lent, open };
                let arms: Vec<TokenStream> =
                    arms.iter().map(|arm| self.arm(arm, bound, deliver, further)).collect();
                let scrutinee = scrutinee.head();
                End::Value(quote!(match #scrutinee { #(#arms)* }))
            }
            _ => End::Nothing,
        }
    }

    /// What is matched, and whether it is a reference.
    fn scrutinee(&mut self, scrutinee: &Argument) -> (Code, bool) {
        match scrutinee {
            Argument::Value(_) => (self.argument(scrutinee).code, false),
            Argument::Place(place) if self.function.slot(place.root).kind != SlotKind::Mutable => {
                (self.scalar_place(place).code, false)
            }
            Argument::Place(place) => {
                let lent = self.references_at(place) > 0;
                (self.argument(scrutinee).code, lent)
            }
            Argument::Shared(_) | Argument::Mutable(_) => (self.argument(scrutinee).code, true),
        }
    }

    /// Whether what is matched is a generic variant whose content may have a type only from how it is used: the
    /// result of an expression (`text.parse()`), unlike a parameter.
    fn has_open_content(&self, scrutinee: &Argument) -> bool {
        let Argument::Value(Aggregate::Value(value)) = scrutinee else { return false };
        let ty = &self.function.value(*value).ty;
        let is_parameter =
            self.function.parameters.iter().any(|p| p.binding == ParameterBinding::Value(*value));
        matches!(ty, Type::Option(_) | Type::Result(..) | Type::Opaque(None)) && !is_parameter
    }

    /// What a pattern binds: a number that is behind a reference is read.
    fn bound_by_pattern(&self, name: Code, value: ValueId, lent: bool) -> Code {
        let is_number =
            matches!(self.function.value(value).ty, Type::Float(_) | Type::Integer(_) | Type::Bool);
        if lent && is_number { Code::Prefix("*", Box::new(name)) } else { name }
    }

    /// Writes down what must not move into or behind the branches.
    pub(super) fn before_branches(
        &mut self,
        instruction: &Instruction,
        deliver: &[Deliver],
        further: &[(ValueId, Deliver)],
    ) {
        if self.pending.is_empty() {
            return;
        }
        let mut writes = self.writes_with_variables(instruction);
        let deliver = deliver.iter().chain(further.iter().map(|(_, deliver)| deliver));
        for deliver in deliver {
            if let Deliver::Assign(variable) = deliver {
                writes.variables.insert(*variable);
            }
        }
        let inside = self.values_read_inside(instruction);
        for value in self.pending.due(&|value, built| {
            built.ordered
                || built.reads.conflicts(&writes)
                || inside.contains(value) && !built.reads.is_empty()
        }) {
            self.flush(value);
        }
    }

    /// The values that emitted code reads in the regions of an instruction.
    pub(super) fn values_read_inside(&self, instruction: &Instruction) -> Set<ValueId> {
        let live: Vec<bool> =
            instruction.results.iter().map(|result| self.use_count(*result) > 0).collect();
        uses::values_read_inside(&instruction.kind, &live, &self.uses)
    }

    /// Memory and variables that an instruction with regions may change.
    pub(super) fn writes_with_variables(&self, instruction: &Instruction) -> Writes {
        let mut writes = Writes::of(&instruction.kind);
        for result in &instruction.results {
            if let Some(variable) = self.target_of(*result) {
                writes.variables.insert(variable);
            }
        }
        writes
    }

    fn arm(
        &mut self,
        arm: &MatchArm,
        Bound { lent, open }: Bound,
        deliver: &[Deliver],
        further: &[(ValueId, Deliver)],
    ) -> TokenStream {
        let lent = lent && !takes_reference_apart(&arm.pattern);
        self.names.open();
        for (name, value) in &arm.bindings {
            let span = self.function.value(*value).span.start;
            let name = self.names.take(name, span);
            let code = self.bound_by_pattern(Code::Name(name), *value, lent);
            self.hold(*value, code);
        }
        let pattern = own_variables(arm.pattern.clone(), &arm.bindings);
        let guard = arm.guard.as_ref().map(|guard| {
            let block = self.block(guard, &[Deliver::Tail], &[]);
            let simple = block.statements.is_empty();
            let tokens = block.tokens();
            if simple { quote!(if #tokens) } else { quote!(if { #tokens }) }
        });
        let mut rebound = TokenStream::new();
        for (name, value) in &arm.bindings {
            let span = self.function.value(*value).span.start;
            let own = super::names::identifier_at(name, span);
            let ty = &self.function.value(*value).ty;
            let known = (open && !lent && ty.is_scalar()).then(|| types::tokens(ty));
            if Names::is_copied_into(name, &arm.body) {
                // A pattern or closure in the body may bind the same name.
                let fresh = self.names.fresh(name, span);
                let own = self.bound_by_pattern(Code::Name(own), *value, lent);
                let known = known.map(|ty| quote!(: #ty));
                rebound.extend(quote!(let #fresh #known = #own;));
                self.hold(*value, Code::Name(fresh));
            } else if let Some(ty) = known {
                rebound.extend(quote!(let #own: #ty = #own;));
            }
        }
        let holders = self.holders.clone();
        let body = self.block(&arm.body, deliver, further).tokens();
        self.holders = holders;
        self.names.close();
        quote!(#pattern #guard => { #rebound #body })
    }
}

/// What is known of the variables of a pattern.
#[derive(Clone, Copy)]
struct Bound {
    /// Whether what is matched is a reference, so that what the pattern binds is one, too.
    lent: bool,
    /// Whether rustc may know their types only from what we write.
    open: bool,
}

/// The pattern with its variables as we write them: the user's tokens may have come through a macro, and
/// then another hygiene than ours.
fn own_variables(pattern: TokenStream, bindings: &[(Rc<str>, ValueId)]) -> TokenStream {
    let own = |token| match token {
        TokenTree::Ident(ident) if bindings.iter().any(|(name, _)| ident == **name) => {
            super::names::identifier_at(&ident.to_string(), ident.span()).into()
        }
        TokenTree::Group(group) => {
            let content = own_variables(group.stream(), bindings);
            let mut respelled = Group::new(group.delimiter(), content);
            respelled.set_span(group.span());
            respelled.into()
        }
        other => other,
    };
    pattern.into_iter().map(own).collect()
}
