//! Where control goes: branches, joins, guards after early exits, and loops.
//!
//! The IR has no jump. `break`, `continue` and `return` end the path they stand on with an exit code
//! ([`Halt::Exit`]). When one branch of an `if` leaves and the other goes on, the region of the other
//! one simply stays open and the rest is lowered into it; when a path may have left, the rest is
//! lowered into `if code == 0 { … }`. Such open regions are [`Guard`]s; the end of the enclosing
//! scope (a branch, a loop body, an inlined function, a labelled block) closes them and joins what
//! the variables are on the paths. So while lowering goes on, its path has never left.

use super::Lowerer;
use super::operand::{Operand, Scope};
use crate::diagnostics::SourceSpan;
use crate::ir::operations::{Comparison, Operation};
use crate::ir::{
    Aggregate, Constant, Instruction, InstructionKind, MatchArm, Place, Region, Transfer, ValueId,
};
use crate::types::Type;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Why lowering of a path stopped.
#[derive(Debug)]
pub(super) enum Halt {
    /// The path left.
    Exit(Exit),
    /// An error was reported.
    Error,
}

/// Something lowered, or the path ended.
pub(super) type Lowered<T> = Result<T, Halt>;

/// How a region ends.
#[derive(Clone, Debug)]
pub(super) struct Exit {
    /// Whether its end can be reached.
    pub live: bool,
    /// The exit codes with which it can leave; none and not live: it panics.
    pub targets: BTreeSet<u32>,
    /// The exit code, where it is not the same on all paths.
    pub code: Option<ValueId>,
}

impl Exit {
    /// The end is reached.
    pub(super) fn live() -> Self {
        Self { live: true, targets: BTreeSet::new(), code: None }
    }

    /// It leaves with this code.
    pub(super) fn leaving(target: u32) -> Self {
        Self { live: false, targets: BTreeSet::from([target]), code: None }
    }

    /// It panics.
    pub(super) fn diverging() -> Self {
        Self { live: false, targets: BTreeSet::new(), code: None }
    }

    pub(super) fn diverges(&self) -> bool {
        !self.live && self.targets.is_empty()
    }
}

/// A finished branch.
#[derive(Debug)]
pub(super) struct End {
    /// Its code.
    pub region: Region,
    /// The variables at its end.
    pub scope: Scope,
    /// How it ends.
    pub exit: Exit,
    /// Its value, if its end can be reached.
    pub value: Option<Operand>,
}

/// A fork of which one branch is open and the others are finished.
#[derive(Debug)]
pub(super) struct Guard {
    fork: Fork,
    finished: Vec<End>,
    /// Where the open branch stands among them.
    open: usize,
    span: SourceSpan,
}

/// What [`Lowerer::join`] builds.
#[derive(Debug)]
pub(super) enum Fork {
    /// `if`, two branches.
    If(ValueId),
    /// `match`, a branch an arm; pattern, bindings and guard are given, the bodies are filled in.
    Match(crate::ir::Argument, Vec<MatchArm>),
}

impl Lowerer<'_> {
    /// Lowers a branch into a region of its own. `caught`: the exit code that means its end.
    pub(super) fn branch(
        &mut self,
        caught: Option<u32>,
        body: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<End> {
        let before = self.scope.clone();
        self.builder.open(Vec::new());
        let (value, exit) = self.scoped(caught, body)?;
        let region = self.builder.close(Vec::new());
        let scope = std::mem::replace(&mut self.scope, before);
        Ok(End { region, scope, exit, value })
    }

    /// Lowers something whose early exits end with it, in the region that is open. Returns the value
    /// if its end can be reached and how it ends; the caller goes on with [`Lowerer::resume`].
    pub(super) fn scoped(
        &mut self,
        caught: Option<u32>,
        body: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<(Option<Operand>, Exit)> {
        let (guards, depth) = (self.guards.len(), self.builder.depth());
        let before = self.scope.clone();
        let (mut value, exit) = match body(self) {
            Ok(value) => (Some(value), Exit::live()),
            Err(Halt::Exit(exit)) => (None, exit),
            Err(Halt::Error) => {
                self.guards.truncate(guards);
                self.builder.truncate(depth);
                self.scope = before;
                return Err(Halt::Error);
            }
        };
        let mut exit = self.catch(exit, caught);
        while self.guards.len() > guards {
            let Some(guard) = self.guards.pop() else { break };
            let region = self.builder.close(Vec::new());
            let open = End { region, scope: std::mem::take(&mut self.scope), exit, value };
            let mut ends = guard.finished;
            for finished in &mut ends {
                self.builder.reopen(std::mem::take(&mut finished.region));
                finished.exit = self.catch(finished.exit.clone(), caught);
                finished.region = self.builder.close(Vec::new());
            }
            ends.insert(guard.open, open);
            self.builder.at(guard.span);
            (value, exit) = self.join(guard.fork, ends, &before);
        }
        self.scope.retain(|key, _| before.contains_key(key));
        Ok((value, exit))
    }

    /// The exit with one code taken as "goes on". May append to the open region.
    fn catch(&mut self, mut exit: Exit, caught: Option<u32>) -> Exit {
        let Some(caught) = caught else { return exit };
        if !exit.targets.remove(&caught) {
            return exit;
        }
        if exit.targets.is_empty() {
            return Exit::live();
        }
        // More than one code is possible, so there is a value.
        if let Some(code) = exit.code {
            let own = self.builder.exit_code(caught);
            let zero = self.builder.exit_code(0);
            let is_own = self.builder.compare(Comparison::Equal, code, own);
            let next =
                self.builder.operation(Operation::Select, &[is_own, zero, code], Type::EXIT_CODE);
            exit.code = Some(next);
        }
        exit.live = true;
        exit
    }

    /// Goes on after something that ended like this, catching a code first.
    pub(super) fn resume(&mut self, exit: Exit, caught: Option<u32>) -> Lowered<()> {
        let exit = self.catch(exit, caught);
        if !exit.live {
            return Err(Halt::Exit(exit));
        }
        if exit.targets.is_empty() {
            return Ok(());
        }
        let code = self.code(&exit);
        let zero = self.builder.exit_code(0);
        let condition = self.builder.compare(Comparison::Equal, code, zero);
        let finished = End {
            region: Region::default(),
            scope: self.scope.clone(),
            exit: Exit { live: false, targets: exit.targets, code: Some(code) },
            value: None,
        };
        let span = self.builder.span();
        self.builder.open(Vec::new());
        let finished = vec![finished];
        self.guards.push(Guard { fork: Fork::If(condition), finished, open: 0, span });
        Ok(())
    }

    /// The exit code as a value.
    pub(super) fn code(&mut self, exit: &Exit) -> ValueId {
        match exit.code {
            Some(code) => code,
            None if exit.live => self.builder.exit_code(0),
            None => {
                let only = exit.targets.first().copied().unwrap_or(0);
                self.builder.exit_code(only)
            }
        }
    }

    /// `if`: lowers both branches, joins them, and goes on; returns the value.
    pub(super) fn fork(
        &mut self,
        condition: ValueId,
        then_branch: impl FnOnce(&mut Self) -> Lowered<Operand>,
        else_branch: impl FnOnce(&mut Self) -> Lowered<Operand>,
    ) -> Lowered<Operand> {
        let span = self.builder.span();
        let before = self.scope.clone();
        let then_end = self.branch(None, then_branch);
        let else_end = self.branch(None, else_branch);
        let ends = vec![then_end?, else_end?];
        self.builder.at(span);
        self.finish(Fork::If(condition), ends, &before)
    }

    /// Goes on after a fork, and returns its value. Where one branch goes on and the others leave, the rest of the
    /// enclosing scope goes into that branch; else the branches are joined.
    pub(super) fn finish(
        &mut self,
        fork: Fork,
        mut ends: Vec<End>,
        before: &Scope,
    ) -> Lowered<Operand> {
        let others_leave = |open: usize| {
            let mut others = ends.iter().enumerate().filter(|(position, _)| *position != open);
            others.all(|(_, end)| !end.exit.live && !end.exit.diverges())
        };
        let open = ends.iter().position(|end| end.exit.live);
        if let Some(open) = open.filter(|open| ends.len() > 1 && others_leave(*open)) {
            let span = self.builder.span();
            let End { region, scope, exit, value } = ends.remove(open);
            self.guards.push(Guard { fork, finished: ends, open, span });
            self.builder.reopen(region);
            self.scope = scope;
            self.resume(exit, None)?;
            return Ok(value.unwrap_or(Operand::Unit));
        }
        let (value, exit) = self.join(fork, ends, before);
        self.resume(exit, None)?;
        Ok(value.unwrap_or(Operand::Unit))
    }

    /// Joins finished branches: appends the instruction, sets the variables that were there before,
    /// and returns the value and how the whole ends.
    pub(super) fn join(
        &mut self,
        fork: Fork,
        mut ends: Vec<End>,
        before: &Scope,
    ) -> (Option<Operand>, Exit) {
        let mut joined = Joined::default();
        // The exit code.
        let targets: BTreeSet<u32> =
            ends.iter().flat_map(|end| end.exit.targets.iter().copied()).collect();
        let live = ends.iter().any(|end| end.exit.live);
        let coded = targets.len() + usize::from(live) > 1 && !targets.is_empty();
        let mut code = None;
        if coded {
            for end in &mut ends {
                let exit = end.exit.clone();
                let value = self.append_to(end, |lowerer| lowerer.code(&exit));
                end.region.yields.push(value);
            }
            code = Some(joined.result(self, Type::EXIT_CODE, None));
        }
        // The variables.
        let mut scope = Scope::new();
        for (key, old) in before {
            let found: Vec<Option<Operand>> = ends
                .iter()
                .map(|end| end.scope.get(key).filter(|_| !end.exit.diverges()).cloned())
                .collect();
            let name = self.key_name(*key);
            let operand = self.join_operands(&mut joined, &mut ends, found, Some(old), name);
            scope.insert(*key, operand);
        }
        // The value.
        let has_value = |end: &End| !end.exit.live || end.value.is_some();
        let value = if live && ends.iter().all(has_value) {
            let found: Vec<Option<Operand>> =
                ends.iter().map(|end| end.value.clone().filter(|_| end.exit.live)).collect();
            Some(self.join_values(&mut joined, &mut ends, found))
        } else {
            None
        };
        self.scope = scope;
        let mut regions = ends.into_iter().map(|end| end.region);
        let kind = match fork {
            Fork::If(condition) => InstructionKind::If {
                condition,
                then_region: regions.next().unwrap_or_default(),
                else_region: regions.next().unwrap_or_default(),
            },
            Fork::Match(scrutinee, mut arms) => {
                for (arm, region) in arms.iter_mut().zip(regions) {
                    arm.body = region;
                }
                InstructionKind::Match { scrutinee, arms }
            }
        };
        let empty = |region: &&Region| region.instructions.is_empty();
        let idle = matches!(kind, InstructionKind::If { .. })
            && joined.results.is_empty()
            && kind.regions().iter().all(empty);
        if !idle {
            let span = self.builder.span();
            self.builder.append(Instruction { kind, results: joined.results, span });
        }
        (value, Exit { live, targets, code })
    }

    /// One variable after a join. `found`: what it is at the end of each branch that goes somewhere.
    fn join_operands(
        &mut self,
        joined: &mut Joined,
        ends: &mut [End],
        found: Vec<Option<Operand>>,
        old: Option<&Operand>,
        name: Option<Rc<str>>,
    ) -> Operand {
        let known: Vec<&Operand> =
            found.iter().flatten().filter(|operand| !matches!(operand, Operand::Unset)).collect();
        let Some(shape) = known.first().map(|operand| (*operand).clone()) else {
            return old.cloned().unwrap_or(Operand::Unset);
        };
        if !known.iter().all(|operand| operand.same_shape(&shape)) {
            return Operand::Conflict;
        }
        let lists: Vec<Option<Vec<ValueId>>> = found
            .iter()
            .map(|operand| match operand {
                Some(Operand::Unset) | None => None,
                Some(operand) => Some(operand.values()),
            })
            .collect();
        let olds = match old {
            Some(old) if old.same_shape(&shape) => Some(old.values()),
            _ => None,
        };
        let mut values = shape.values();
        for (position, value) in values.iter_mut().enumerate() {
            let old = olds.as_ref().map(|olds| olds[position]);
            let mut versions = lists.iter().flatten().map(|list| list[position]);
            if versions.clone().all(|version| Some(version) == old) {
                continue;
            }
            let complete = lists.iter().all(Option::is_some) && lists.len() > 1;
            if complete && versions.all(|version| version == *value) {
                continue;
            }
            let ty = self.builder.function.value(*value).ty.clone();
            let single = name.clone().filter(|_| matches!(shape, Operand::Scalar(_)));
            let name = single.or_else(|| {
                let names = lists
                    .iter()
                    .flatten()
                    .map(|list| self.builder.function.value(list[position]).name.clone());
                names.reduce(|a, b| if a == b { a } else { None }).flatten()
            });
            for (end, list) in ends.iter_mut().zip(&lists) {
                let given = match list {
                    Some(list) => list[position],
                    None => {
                        let undefined = Constant::Undefined(ty.clone());
                        self.append_to(end, |lowerer| lowerer.builder.constant(undefined))
                    }
                };
                end.region.yields.push(given);
            }
            *value = joined.result(self, ty, name);
        }
        shape.with_values(&values)
    }

    /// The value after a join. What lives in memory goes through a new slot.
    fn join_values(
        &mut self,
        joined: &mut Joined,
        ends: &mut [End],
        found: Vec<Option<Operand>>,
    ) -> Operand {
        // What is not set on a path is not looked at after it.
        let set = |operand: &Operand| !matches!(operand, Operand::Unset);
        let found: Vec<_> = found.into_iter().map(|operand| operand.filter(set)).collect();
        let live: Vec<&Operand> = found.iter().flatten().collect();
        let Some(first) = live.first().map(|operand| (*operand).clone()) else {
            return Operand::Unit;
        };
        if live.iter().all(|operand| operand.same_shape(&first)) {
            return self.join_operands(joined, ends, found, None, None);
        }
        match &first {
            Operand::Tuple(elements) => Operand::Tuple(
                (0..elements.len())
                    .map(|position| {
                        let parts = parts_of(&found, |operand| match operand {
                            Operand::Tuple(elements) => elements.get(position).cloned(),
                            _ => None,
                        });
                        self.join_values(joined, ends, parts)
                    })
                    .collect(),
            ),
            Operand::Struct(definition, fields) => Operand::Struct(
                definition.clone(),
                fields
                    .iter()
                    .map(|(name, _)| {
                        let parts = parts_of(&found, |operand| match operand {
                            Operand::Struct(_, fields) => fields
                                .iter()
                                .find(|(field, _)| field == name)
                                .map(|(_, field)| field.clone()),
                            _ => None,
                        });
                        (name.clone(), self.join_values(joined, ends, parts))
                    })
                    .collect(),
            ),
            Operand::Option { .. } => {
                let some = parts_of(&found, |operand| match operand {
                    Operand::Option { some, .. } => Some(Operand::Scalar(*some)),
                    _ => None,
                });
                let payload = parts_of(&found, |operand| match operand {
                    Operand::Option { payload, .. } => Some((**payload).clone()),
                    _ => None,
                });
                match self.join_values(joined, ends, some) {
                    Operand::Scalar(some) => Operand::Option {
                        some,
                        payload: Box::new(self.join_values(joined, ends, payload)),
                    },
                    other => other,
                }
            }
            Operand::Result { .. } => {
                let part = |part: fn(&Operand) -> Option<Operand>| parts_of(&found, part);
                let ok = part(|operand| match operand {
                    Operand::Result { ok, .. } => Some(Operand::Scalar(*ok)),
                    _ => None,
                });
                let payload = part(|operand| match operand {
                    Operand::Result { payload, .. } => Some((**payload).clone()),
                    _ => None,
                });
                let error = part(|operand| match operand {
                    Operand::Result { error, .. } => Some((**error).clone()),
                    _ => None,
                });
                match self.join_values(joined, ends, ok) {
                    Operand::Scalar(ok) => Operand::Result {
                        ok,
                        payload: Box::new(self.join_values(joined, ends, payload)),
                        error: Box::new(self.join_values(joined, ends, error)),
                    },
                    other => other,
                }
            }
            _ => {
                let pending = found.iter().flatten().find_map(|operand| match operand {
                    Operand::Pending(_, ty) => Some(ty.clone()),
                    _ => None,
                });
                let Some(ty) = pending else { return Operand::Conflict };
                let slot = self.builder.define(ty.clone(), "value".into(), Aggregate::Deferred);
                for (end, operand) in ends.iter_mut().zip(found) {
                    let Some(operand) = operand else { continue };
                    let content = self.append_to(end, |lowerer| {
                        lowerer.content(&operand).map(|content| {
                            let kind = InstructionKind::Assign(Place::root(slot), content);
                            lowerer.builder.push(kind, Vec::new());
                        })
                    });
                    if content.is_err() {
                        return Operand::Poison;
                    }
                }
                self.fresh.insert(slot);
                Operand::Pending(Aggregate::Place(Place::root(slot), Transfer::Move), ty)
            }
        }
    }

    /// Appends to a finished branch.
    pub(super) fn append_to<T>(&mut self, end: &mut End, build: impl FnOnce(&mut Self) -> T) -> T {
        let region = std::mem::take(&mut end.region);
        let yields = region.yields.clone();
        self.builder.reopen(region);
        let result = build(self);
        end.region = self.builder.close(yields);
        result
    }
}

/// The results of an instruction under construction.
#[derive(Default)]
struct Joined {
    results: Vec<ValueId>,
}

impl Joined {
    fn result(&mut self, lowerer: &mut Lowerer<'_>, ty: Type, name: Option<Rc<str>>) -> ValueId {
        let value = lowerer.builder.value(ty, name);
        self.results.push(value);
        value
    }
}

fn parts_of(
    found: &[Option<Operand>],
    part: impl Fn(&Operand) -> Option<Operand>,
) -> Vec<Option<Operand>> {
    found.iter().map(|operand| operand.as_ref().and_then(&part)).collect()
}
