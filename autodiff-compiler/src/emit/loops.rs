//! Loops: `for`, `while`, `loop`.

use super::Emitter;
use super::blocks::{Block, End};
use super::control::Deliver;
use super::expressions::Code;
use super::pending::{Variable, Writes};
use crate::ir::{For, Instruction, Region, ValueId};
use crate::types::{IntegerType, Type};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// The carried values of a loop, from the first one that has an ordinary variable on.
struct Carried<'r> {
    first: &'r [ValueId],
    parameters: &'r [ValueId],
    results: &'r [ValueId],
}

/// How the exit code of a loop is kept.
pub(super) enum ExitCode {
    /// The loop has none.
    None,
    /// It is 0 all the time in the loop; a variable holds the last one, if somebody asks afterwards.
    Break(Option<Variable>),
    /// It is a carried value like any other, and is asked at the end of the body.
    Carried,
}

impl Emitter<'_> {
    /// `for index in start..end { … }`
    pub(super) fn for_loop(&mut self, instruction: &Instruction, counted: &For) {
        let For { start, end, inclusive, step, reversed, carried, exits, body, .. } = counted;
        let range: Vec<ValueId> = [*start, *end].into_iter().chain(*step).collect();
        let order: Vec<ValueId> = carried.iter().copied().chain(range.iter().copied()).collect();
        self.settle(&order);
        let Some((index, parameters)) = body.parameters.split_first() else { return };
        let (exit, variables) = self.carry(instruction, carried, &range, parameters, *exits);
        let start = self.operand(*start).code;
        let end = self.operand(*end).code;
        let step = step.map(|step| self.operand(step).code.tokens());
        let mut indices = Code::range(&start, &end, *inclusive);
        if let (Some(step), true) = (&step, *reversed && !self.steps_backwards(*index, *inclusive))
        {
            let core = &self.header.crate_path;
            let (start, end) = (start.typed(), end.typed());
            indices = quote!(#core::__private::backwards(#start, #end, #inclusive, #step));
        } else {
            if let Some(step) = step {
                indices = quote_spanned!(crate::edition::root()=> ::core::iter::Iterator::step_by(#indices, #step));
            }
            if *reversed {
                indices =
                    quote_spanned!(crate::edition::root()=> ::core::iter::Iterator::rev(#indices));
            }
        }
        let recorded = self.recorded_by(counted);
        self.names.open();
        let mut name = quote!(_);
        let mut blocks = vec![];
        if self.use_count(*index) > 0 || !recorded.is_empty() {
            let hint = self.function.value(*index).name.clone().unwrap_or_else(|| "i".into());
            let ident = self.names.fresh(&hint, self.function.value(*index).span.start);
            blocks = self.begin_blocks(recorded, &ident, (&start, &end));
            if self.use_count(*index) > 0 || !blocks.is_empty() {
                name = quote!(#ident);
            }
            self.hold(*index, Code::Name(ident));
        }
        let block = self.loop_body(body, &exit, &variables);
        self.names.close();
        let body = self.asked_at_end(&exit, &variables, block).braced();
        self.statements.push(quote!(for #name in #indices #body));
        self.end_blocks(blocks);
        self.after_loop(instruction, &exit, &variables);
    }

    /// Whether `rev` works after `step_by`: std knows the lengths of ranges that fit a `usize`, and adds one to
    /// those of inclusive ones.
    fn steps_backwards(&self, index: ValueId, inclusive: bool) -> bool {
        use IntegerType::{I8, I16, I32, Isize, U8, U16, U32, Usize};
        match self.function.value(index).ty {
            Type::Integer(I8 | U8 | I16 | U16) => true,
            Type::Integer(I32 | U32 | Isize | Usize) => !inclusive,
            _ => false,
        }
    }

    /// `while … { … }` or `loop { … }`
    pub(super) fn uncounted_loop(
        &mut self,
        instruction: &Instruction,
        carried: &[ValueId],
        body: &Region,
    ) {
        self.settle(carried);
        let (exit, variables) = self.carry(instruction, carried, &[], &body.parameters, true);
        let mut block = self.loop_body(body, &exit, &variables);
        let mut head = quote!(loop);
        if block.statements.is_empty() && !matches!(exit, ExitCode::Carried) {
            block.end = match block.end {
                End::If(condition, then_block, else_block) if else_block.only_breaks() => {
                    let condition = condition.head();
                    head = quote!(while #condition);
                    block.statements = then_block.statements;
                    then_block.end
                }
                End::If(condition, then_block, else_block) if then_block.only_breaks() => {
                    let condition = condition.negated();
                    let condition = condition.head();
                    head = quote!(while #condition);
                    block.statements = else_block.statements;
                    else_block.end
                }
                other => other,
            };
        }
        let body = self.asked_at_end(&exit, &variables, block).braced();
        self.statements.push(quote!(#head #body));
        self.after_loop(instruction, &exit, &variables);
    }

    /// Gives every carried value its variable, with its first value in it. The values of `range` are
    /// evaluated right after that.
    pub(super) fn carry(
        &mut self,
        instruction: &Instruction,
        carried: &[ValueId],
        range: &[ValueId],
        parameters: &[ValueId],
        exits: bool,
    ) -> (ExitCode, Vec<Variable>) {
        self.before_loop(instruction, carried, range);
        let mut all = Carried { first: carried, parameters, results: &instruction.results };
        let mut exit = ExitCode::None;
        if exits {
            exit = self.exit_code(&all);
            if matches!(exit, ExitCode::Break(_)) {
                all.first = &all.first[1..];
                all.parameters = &all.parameters[1..];
                all.results = &all.results[1..];
            }
        }
        let mut variables = Vec::new();
        for (position, first) in all.first.iter().enumerate() {
            let (parameter, result) = (all.parameters[position], all.results[position]);
            let variable = match self.target_of(result) {
                Some(variable) => {
                    if self.holder_of(variable) != Some(*first) {
                        let built = self.operand(*first);
                        self.assign_variable(variable, built);
                    }
                    variable
                }
                None => {
                    // Ordered values before it were written down above, those of the range come
                    // after it.
                    let code = self.operand(*first).code.tokens();
                    let hint = [parameter, result, *first]
                        .into_iter()
                        .find_map(|value| self.function.value(value).name.clone())
                        .unwrap_or_else(|| "carried".into());
                    let span = self.function.value(parameter).span.start;
                    let annotation = self.annotation(parameter);
                    self.declare(&hint, span, quote!(#annotation), code)
                }
            };
            self.hold_in(parameter, variable);
            variables.push(variable);
        }
        (exit, variables)
    }

    /// Writes down what must not move into or behind the loop.
    pub(super) fn before_loop(
        &mut self,
        instruction: &Instruction,
        carried: &[ValueId],
        range: &[ValueId],
    ) {
        if self.pending.is_empty() {
            return;
        }
        let writes = self.writes_with_variables(instruction);
        let inside = self.values_read_inside(instruction);
        let assigned = Writes { variables: writes.variables.clone(), ..Writes::default() };
        for value in self.pending.due(&|value, built| {
            if carried.contains(&value) || range.contains(&value) {
                built.reads.conflicts(&assigned)
            } else {
                built.ordered || built.reads.conflicts(&writes) || inside.contains(value)
            }
        }) {
            self.flush(value);
        }
    }

    /// How the exit code is kept: as `break` if the loop starts with 0.
    fn exit_code(&mut self, all: &Carried<'_>) -> ExitCode {
        let (Some(first), Some(parameter), Some(result)) =
            (all.first.first(), all.parameters.first(), all.results.first())
        else {
            return ExitCode::None;
        };
        let zero = self.held[first.0 as usize].clone();
        let Some(zero) = zero
            .filter(|built| matches!(&built.code, Code::Number { digits, .. } if digits == "0"))
        else {
            return ExitCode::Carried;
        };
        if self.target_of(*result).is_some() {
            return ExitCode::Carried;
        }
        let code = zero.code.tokens();
        self.held[parameter.0 as usize] = Some(zero);
        let asked = self.use_count(*result) > 0;
        let annotation = self.annotation(*result);
        let annotation = quote!(#annotation);
        ExitCode::Break(asked.then(|| self.declare("exit", Span::call_site(), annotation, code)))
    }

    /// A new variable with its first value. Whether it needs `mut` shows when the body is written.
    fn declare(
        &mut self,
        hint: &str,
        span: Span,
        annotation: TokenStream,
        first: TokenStream,
    ) -> Variable {
        let name = self.names.fresh(hint, span);
        let variable = Variable(self.variables.len());
        let declaration = quote!(#name #annotation = #first;);
        self.declarations.push((variable, self.statements.len(), declaration));
        self.statements.push(quote!());
        self.variables.push(name);
        variable
    }

    pub(super) fn loop_body(
        &mut self,
        body: &Region,
        exit: &ExitCode,
        variables: &[Variable],
    ) -> Block {
        let mut deliver: Vec<Deliver> = match exit {
            ExitCode::Break(variable) => vec![Deliver::Exit(*variable)],
            ExitCode::None | ExitCode::Carried => vec![],
        };
        deliver.extend(variables.iter().copied().map(Deliver::Assign));
        self.block(body, &deliver, &[])
    }

    /// The body with the question at its end whether an ordinary carried exit code ends the loop.
    fn asked_at_end(&self, exit: &ExitCode, variables: &[Variable], body: Block) -> Block {
        match (exit, variables.first()) {
            (ExitCode::Carried, Some(code)) => {
                let code = &self.variables[code.0];
                let body = body.tokens();
                Block {
                    statements: vec![body, quote!(if #code != 0 { break; })],
                    end: End::Nothing,
                }
            }
            _ => body,
        }
    }

    /// Finishes the declarations; from now on the results are mentioned by the variables.
    pub(super) fn after_loop(
        &mut self,
        instruction: &Instruction,
        exit: &ExitCode,
        variables: &[Variable],
    ) {
        let mut all = Vec::new();
        if let ExitCode::Break(code) = exit {
            all.push(*code);
        }
        all.extend(variables.iter().copied().map(Some));
        for (result, variable) in instruction.results.iter().zip(all) {
            let Some(variable) = variable else { continue };
            self.hold_in(*result, variable);
            if self.target_of(*result).is_some() {
                continue;
            }
            let own = self.declarations.iter().position(|(declared, ..)| *declared == variable);
            if let Some(own) = own {
                let (_, position, declaration) = self.declarations.swap_remove(own);
                let mutable = self.assigned.contains(variable).then(|| quote!(mut));
                self.statements[position] = quote!(let #mutable #declaration);
            }
        }
    }
}
