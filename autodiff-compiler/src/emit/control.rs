//! Regions to blocks, branches and loops.
//!
//! A carried value is a `let mut` variable that the body assigns. The value that an iteration yields
//! is assigned where it is computed, and all values that the variable held before are dead by then:
//! this is what [`Emitter::try_target`] checks. Otherwise it is assigned at the end of the body,
//! all of them at once where they depend on each other.

use super::expressions::Code;
use super::pending::{Built, Variable, Writes};
use super::{Emitter, uses};
use crate::ir::{Aggregate, For, Instruction, InstructionKind, MatchArm, Region, ValueId};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::HashSet;

/// Where a value that a region yields goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Deliver {
    /// Nobody asks.
    Drop,
    /// Into the value of the block.
    Tail,
    /// Into a variable.
    Assign(Variable),
}

/// A block: its statements and its value.
#[derive(Default)]
struct Block {
    statements: Vec<TokenStream>,
    tail: Option<TokenStream>,
    /// Whether it is nothing but one `if`, so that `else { if … }` can be `else if …`.
    only_if: bool,
}

impl Block {
    fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.tail.is_none()
    }

    fn tokens(&self) -> TokenStream {
        let Self { statements, tail, .. } = self;
        quote!(#(#statements)* #tail)
    }
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
            && self.is_tail(last, &results, &deliver)
        {
            before.iter().for_each(|instruction| self.instruction(instruction));
            return self.branch_expression(last, &deliver);
        }
        body.instructions.iter().for_each(|instruction| self.instruction(instruction));
        self.settle(&results);
        let built = self.aggregate(result);
        if built.ordered {
            self.before_ordered();
        }
        match result {
            Aggregate::Unit => quote!(),
            _ => built.code.tokens(),
        }
    }

    /// Whether a branch is the last thing and its results are exactly the values of the block.
    fn is_tail(&self, last: &Instruction, yields: &[ValueId], deliver: &[Deliver]) -> bool {
        let branches =
            matches!(last.kind, InstructionKind::If { .. } | InstructionKind::Match { .. });
        let values: Vec<ValueId> = yields
            .iter()
            .zip(deliver)
            .filter(|(_, deliver)| **deliver == Deliver::Tail)
            .map(|(value, _)| *value)
            .collect();
        let live: Vec<ValueId> = last
            .results
            .iter()
            .copied()
            .filter(|value| self.use_count(*value) > 0 && !self.targets.contains_key(value))
            .collect();
        let assigned_before = yields.iter().zip(deliver).all(|(value, deliver)| match deliver {
            Deliver::Assign(variable) => {
                self.targets.get(value) == Some(variable)
                    || self.holders.get(variable) == Some(value)
            }
            _ => true,
        });
        branches
            && !values.is_empty()
            && values == live
            && assigned_before
            && values.iter().all(|value| self.use_count(*value) == 1)
    }

    /// A region as a block.
    fn block(&mut self, region: &Region, deliver: &[Deliver]) -> Block {
        self.names.open();
        let outer = std::mem::take(&mut self.statements);
        let mut block = Block::default();
        for (value, deliver) in region.yields.iter().zip(deliver) {
            if let Deliver::Assign(variable) = deliver {
                self.try_target(region, *value, *variable);
            }
        }
        let last = region.instructions.last();
        if let Some(last) = last.filter(|last| self.is_tail(last, &region.yields, deliver)) {
            let before = &region.instructions[..region.instructions.len() - 1];
            before.iter().for_each(|instruction| self.instruction(instruction));
            let deliver = self.deliveries(last);
            let expression = self.branch_expression(last, &deliver);
            block.only_if =
                self.statements.is_empty() && matches!(last.kind, InstructionKind::If { .. });
            block.tail = Some(expression);
        } else {
            let mut only = region.instructions.len() == 1;
            for instruction in &region.instructions {
                only &= matches!(instruction.kind, InstructionKind::If { .. });
                self.instruction(instruction);
            }
            let tail = self.deliver(&region.yields, deliver);
            block.only_if = only && self.statements.len() == 1 && tail.is_empty();
            block.tail = match tail.as_slice() {
                [] => None,
                [value] => Some(value.tokens()),
                values => {
                    let values = values.iter().map(Code::tokens);
                    Some(quote!((#(#values),*)))
                }
            };
        }
        block.statements = std::mem::replace(&mut self.statements, outer);
        self.names.close();
        block
    }

    /// Hands a region's values over: assigns variables, gives the values of the block.
    fn deliver(&mut self, yields: &[ValueId], deliver: &[Deliver]) -> Vec<Code> {
        let mut assigned: Vec<(Variable, ValueId)> = Vec::new();
        let mut tail: Vec<ValueId> = Vec::new();
        for (value, deliver) in yields.iter().zip(deliver) {
            match deliver {
                Deliver::Drop => {}
                Deliver::Tail => tail.push(*value),
                Deliver::Assign(variable) => {
                    // Targeted values were assigned where they were computed.
                    let there = self.holders.get(variable) == Some(value);
                    if !there {
                        assigned.push((*variable, *value));
                    }
                }
            }
        }
        let variables: HashSet<Variable> = assigned.iter().map(|(variable, _)| *variable).collect();
        let writes = Writes { variables, ..Writes::default() };
        for value in &tail {
            let held = self.held[value.0 as usize].as_ref();
            if held.is_some_and(|built| built.reads.conflicts(&writes)) {
                let built = self.operand(*value);
                self.bind(*value, &built.code);
            }
        }
        let order: Vec<ValueId> =
            assigned.iter().map(|(_, value)| *value).chain(tail.iter().copied()).collect();
        self.settle(&order);
        for value in self.pending.due(&|value, built| {
            let moved = assigned.len() > 1 || tail.contains(&value);
            built.reads.conflicts(&writes) && !assigned.iter().any(|(_, own)| *own == value)
                || built.ordered && moved && !assigned.is_empty()
        }) {
            self.flush(value);
        }
        let assigned: Vec<(Variable, Built)> = assigned
            .into_iter()
            .map(|(variable, value)| {
                let built = self.operand(value);
                self.holders.insert(variable, value);
                (variable, built)
            })
            .collect();
        self.assign_all(assigned);
        let mut codes = Vec::new();
        let mut ordered = false;
        for value in tail {
            let built = self.operand(value);
            ordered |= built.ordered;
            codes.push(built.code);
        }
        if ordered {
            self.before_ordered();
        }
        codes
    }

    /// Assigns all variables at once: each expression means the variables' old values.
    fn assign_all(&mut self, mut assignments: Vec<(Variable, Built)>) {
        while !assignments.is_empty() {
            let free = assignments.iter().position(|(variable, _)| {
                let mut readers = assignments
                    .iter()
                    .filter(|(_, built)| built.reads.variables.contains(variable));
                readers.all(|(own, _)| own == variable)
            });
            match free {
                Some(position) => {
                    let (variable, built) = assignments.remove(position);
                    self.assign_variable(variable, built);
                }
                None => {
                    let targets = assignments.iter().map(|(v, _)| self.variables[v.0].clone());
                    let values = assignments.iter().map(|(_, built)| built.code.tokens());
                    self.statements.push(quote!((#(#targets),*) = (#(#values),*);));
                    return;
                }
            }
        }
    }

    /// Lets a value that the region yields to a variable be assigned where it is computed, if the
    /// value that the variable holds until then is not needed any more from there on.
    fn try_target(&mut self, region: &Region, value: ValueId, variable: Variable) {
        let Some(holder) = self.holders.get(&variable).copied() else { return };
        if value == holder || self.targets.contains_key(&value) {
            return;
        }
        let defines = |instruction: &Instruction| instruction.results.contains(&value);
        let Some(position) = region.instructions.iter().position(defines) else { return };
        let instruction = &region.instructions[position];
        let early = match &instruction.kind {
            InstructionKind::Constant(_) => true,
            InstructionKind::For(For { start, end, step, carried, .. }) => {
                let result = instruction.results.iter().position(|own| *own == value);
                let others = [Some(*start), Some(*end), *step].contains(&Some(holder))
                    || carried.iter().enumerate().any(|(k, v)| *v == holder && Some(k) != result);
                others || uses::reads_inside(&instruction.kind, holder)
            }
            InstructionKind::Loop { carried, .. } => {
                let result = instruction.results.iter().position(|own| *own == value);
                carried.iter().enumerate().any(|(k, v)| *v == holder && Some(k) != result)
                    || uses::reads_inside(&instruction.kind, holder)
            }
            _ => false,
        };
        let later = region.instructions[position + 1..]
            .iter()
            .any(|instruction| uses::reads(&instruction.kind, holder));
        if early || later || region.yields.contains(&holder) {
            return;
        }
        self.targets.insert(value, variable);
    }

    /// Where the results of a branch go.
    fn deliveries(&self, instruction: &Instruction) -> Vec<Deliver> {
        let deliver = |result: &ValueId| match self.targets.get(result) {
            Some(variable) => Deliver::Assign(*variable),
            None if self.use_count(*result) == 0 => Deliver::Drop,
            None => Deliver::Tail,
        };
        instruction.results.iter().map(deliver).collect()
    }

    /// `if` or `match` whose results are bound or assigned.
    pub(super) fn branches(&mut self, instruction: &Instruction) {
        let deliver = self.deliveries(instruction);
        let bound: Vec<ValueId> = instruction
            .results
            .iter()
            .zip(&deliver)
            .filter(|(_, deliver)| **deliver == Deliver::Tail)
            .map(|(result, _)| *result)
            .collect();
        let expression = self.branch_expression(instruction, &deliver);
        for (result, deliver) in instruction.results.iter().zip(&deliver) {
            if let Deliver::Assign(variable) = deliver {
                self.hold_in(*result, *variable);
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
            types.push(super::types::tokens(&self.function.value(*value).ty));
        }
        self.statements.push(match (names.as_slice(), types.as_slice()) {
            ([name], [ty]) => quote!(let #name: #ty = #expression;),
            _ => quote!(let (#(#names),*): (#(#types),*) = #expression;),
        });
        for (value, name) in bound.into_iter().zip(names) {
            self.hold(value, Code::Name(name));
        }
    }

    /// The branch itself, as an expression whose value are the tail results.
    fn branch_expression(&mut self, instruction: &Instruction, deliver: &[Deliver]) -> TokenStream {
        match &instruction.kind {
            InstructionKind::If { condition, then_region, else_region } => {
                self.settle(&[*condition]);
                let condition = self.operand(*condition);
                self.before_branches(instruction);
                let (then_block, else_block) =
                    self.alternatives([then_region, else_region], deliver);
                if_expression(condition, &then_block, &else_block)
            }
            InstructionKind::Match { scrutinee, arms } => {
                self.settle(&instruction.kind.operands());
                let scrutinee = self.argument(scrutinee).code.head();
                self.before_branches(instruction);
                let arms: Vec<TokenStream> =
                    arms.iter().map(|arm| self.arm(arm, deliver)).collect();
                quote!(match #scrutinee { #(#arms)* })
            }
            _ => quote!(),
        }
    }

    /// Writes down what must not move into or behind the branches.
    fn before_branches(&mut self, instruction: &Instruction) {
        let writes = self.writes_with_variables(instruction);
        let mut inside = HashSet::new();
        instruction.kind.regions().into_iter().for_each(|region| {
            uses::values_read(region, &mut inside);
        });
        for value in self.pending.due(&|value, built| {
            built.ordered
                || built.reads.conflicts(&writes)
                || inside.contains(&value) && !built.reads.is_empty()
        }) {
            self.flush(value);
        }
    }

    /// Memory and variables that an instruction with regions may change.
    fn writes_with_variables(&self, instruction: &Instruction) -> Writes {
        let mut writes = Writes::of(&instruction.kind);
        writes.variables.extend(
            instruction.results.iter().filter_map(|result| self.targets.get(result)).copied(),
        );
        writes
    }

    fn alternatives(&mut self, regions: [&Region; 2], deliver: &[Deliver]) -> (Block, Block) {
        let holders = self.holders.clone();
        let first = self.block(regions[0], deliver);
        self.holders.clone_from(&holders);
        let second = self.block(regions[1], deliver);
        self.holders = holders;
        (first, second)
    }

    fn arm(&mut self, arm: &MatchArm, deliver: &[Deliver]) -> TokenStream {
        self.names.open();
        for (name, value) in &arm.bindings {
            let span = self.function.value(*value).span.start;
            let name = self.names.take(name, span);
            self.hold(*value, Code::Name(name));
        }
        let pattern = &arm.pattern;
        let guard = arm.guard.as_ref().map(|guard| {
            let block = self.block(guard, &[Deliver::Tail]);
            let tokens = block.tokens();
            if block.statements.is_empty() { quote!(if #tokens) } else { quote!(if { #tokens }) }
        });
        let holders = self.holders.clone();
        let body = self.block(&arm.body, deliver).tokens();
        self.holders = holders;
        self.names.close();
        quote!(#pattern #guard => { #body })
    }

    /// `for index in start..end { … }`
    pub(super) fn for_loop(&mut self, instruction: &Instruction, counted: &For) {
        let For { start, end, inclusive, step, reversed, carried, exits, body } = counted;
        let range: Vec<ValueId> = [*start, *end].into_iter().chain(*step).collect();
        let order: Vec<ValueId> = carried.iter().copied().chain(range.iter().copied()).collect();
        self.settle(&order);
        let (index, parameters) =
            body.parameters.split_first().map_or((None, &[][..]), |(i, p)| (Some(*i), p));
        let variables = self.carry(instruction, carried, &range, parameters, body);
        let start = self.operand(*start).code;
        let end = self.operand(*end).code;
        let mut indices = Code::range(&start, &end, *inclusive);
        if let Some(step) = step {
            let step = self.operand(*step).code.tokens();
            indices = quote!(::core::iter::Iterator::step_by(#indices, #step));
        }
        if *reversed {
            indices = quote!(::core::iter::Iterator::rev(#indices));
        }
        self.names.open();
        let mut name = quote!(_);
        if let Some(index) = index.filter(|index| self.use_count(*index) > 0) {
            let hint = self.function.value(index).name.clone().unwrap_or_else(|| "i".into());
            let ident = self.names.fresh(&hint, self.function.value(index).span.start);
            name = quote!(#ident);
            self.hold(index, Code::Name(ident));
        }
        let block = self.loop_body(body, parameters, &variables, *exits);
        self.names.close();
        self.statements.push(quote!(for #name in #indices { #block }));
        self.after_loop(instruction, &variables);
    }

    /// `loop { … }`
    pub(super) fn uncounted_loop(
        &mut self,
        instruction: &Instruction,
        carried: &[ValueId],
        body: &Region,
    ) {
        self.settle(carried);
        let variables = self.carry(instruction, carried, &[], &body.parameters, body);
        let block = self.loop_body(body, &body.parameters, &variables, true);
        self.statements.push(quote!(loop { #block }));
        self.after_loop(instruction, &variables);
    }

    /// Gives every carried value its variable, with its first value in it. The values of `range` are
    /// evaluated right after that.
    fn carry(
        &mut self,
        instruction: &Instruction,
        carried: &[ValueId],
        range: &[ValueId],
        parameters: &[ValueId],
        body: &Region,
    ) -> Vec<Variable> {
        let writes = self.writes_with_variables(instruction);
        let mut inside = HashSet::new();
        uses::values_read(body, &mut inside);
        let assigned = Writes { variables: writes.variables.clone(), ..Writes::default() };
        for value in self.pending.due(&|value, built| {
            if carried.contains(&value) || range.contains(&value) {
                built.reads.conflicts(&assigned)
            } else {
                built.ordered || built.reads.conflicts(&writes) || inside.contains(&value)
            }
        }) {
            self.flush(value);
        }
        let mut variables = Vec::new();
        for (position, first) in carried.iter().enumerate() {
            let result = instruction.results[position];
            let parameter = parameters[position];
            if let Some(variable) = self.targets.get(&result).copied() {
                if self.holders.get(&variable) != Some(first) {
                    let built = self.operand(*first);
                    self.assign_variable(variable, built);
                }
                variables.push(variable);
                continue;
            }
            // Ordered values before it were written down above, those of the range come after it.
            let built = self.operand(*first);
            let hint = [parameter, result, *first]
                .into_iter()
                .find_map(|value| self.function.value(value).name.clone())
                .unwrap_or_else(|| "carried".into());
            let name = self.names.fresh(&hint, self.function.value(parameter).span.start);
            let annotation = self.annotation(&self.function.value(parameter).ty);
            let code = built.code.tokens();
            let constant = body.yields.get(position) == Some(&parameter);
            let mutable = if constant { quote!() } else { quote!(mut) };
            self.statements.push(quote!(let #mutable #name #annotation = #code;));
            self.variables.push(name);
            variables.push(Variable(self.variables.len() - 1));
        }
        variables
    }

    fn loop_body(
        &mut self,
        body: &Region,
        parameters: &[ValueId],
        variables: &[Variable],
        exits: bool,
    ) -> TokenStream {
        for (parameter, variable) in parameters.iter().zip(variables) {
            self.hold_in(*parameter, *variable);
        }
        let deliver: Vec<Deliver> = variables.iter().copied().map(Deliver::Assign).collect();
        let block = self.block(body, &deliver).tokens();
        let exit = variables.first().filter(|_| exits).map(|code| {
            let code = &self.variables[code.0];
            quote!(if #code != 0 { break; })
        });
        quote!(#block #exit)
    }

    fn after_loop(&mut self, instruction: &Instruction, variables: &[Variable]) {
        for (result, variable) in instruction.results.iter().zip(variables) {
            self.hold_in(*result, *variable);
        }
    }
}

/// `if condition { … } else { … }`, without empty blocks.
fn if_expression(condition: Built, then_block: &Block, else_block: &Block) -> TokenStream {
    let Built { code: condition, ordered, .. } = condition;
    if then_block.is_empty() && else_block.is_empty() {
        let condition = condition.tokens();
        return if ordered { quote!(let _ = #condition;) } else { quote!() };
    }
    if then_block.is_empty() && !else_block.is_empty() {
        let condition = condition.negated().head();
        let block = else_block.tokens();
        return quote!(if #condition { #block });
    }
    let condition = condition.head();
    let block = then_block.tokens();
    let otherwise = else_block.tokens();
    if else_block.is_empty() {
        quote!(if #condition { #block })
    } else if else_block.only_if {
        quote!(if #condition { #block } else #otherwise)
    } else {
        quote!(if #condition { #block } else { #otherwise })
    }
}
