//! Random statements, branches and loops.

use super::{Counted, Generator, LONGEST};
use crate::ir::operations::{Comparison, FloatOperation, IntegerOperation, Operation};
use crate::ir::{For, InstructionKind, Place, Region, ValueId};
use crate::types::Type;

/// The most trips of a loop that is not over a list.
const MOST_TRIPS: usize = 7;

impl Generator<'_> {
    /// Some statements; fewer deep inside.
    pub(super) fn statements(&mut self, depth: usize) {
        let count = self.choices.pick(if depth == 0 { 12 } else { 5 });
        for _ in 0..count {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.statement(depth);
        }
    }

    fn statement(&mut self, depth: usize) {
        match self.choices.pick(20) {
            0..=6 => self.float_operation(),
            7 | 8 => self.read(),
            9 => self.odd_float(),
            10 => self.index_operation(),
            11 => match self.choices.pick(3) {
                0 => self.read_length(),
                1 => self.signed(),
                _ => self.shorten(),
            },
            12 => self.local(),
            13 | 14 if self.style.writes => self.write(),
            15 | 16 if depth < 3 => self.branch(depth),
            17 | 18 if depth < 3 => self.counted(depth),
            19 if depth < 3 && self.style.exits => self.uncounted(depth),
            _ => self.read(),
        }
    }

    /// A region with statements; what `yields` chooses sees what they made.
    fn region(
        &mut self,
        parameters: Vec<ValueId>,
        depth: usize,
        yields: impl FnOnce(&mut Self) -> Vec<ValueId>,
    ) -> Region {
        let before = self.scope.clone();
        self.sketch.open(parameters);
        self.statements(depth + 1);
        let yields = yields(self);
        self.scope = before;
        self.sketch.close(yields)
    }

    fn branch(&mut self, depth: usize) {
        let condition = self.truth();
        let count = self.choices.pick(3);
        let floats = |generator: &mut Self| (0..count).map(|_| generator.float()).collect();
        let then_region = self.region(vec![], depth, floats);
        let else_region = self.region(vec![], depth, floats);
        let kind = InstructionKind::If { condition, then_region, else_region };
        let results = self.sketch.push(kind, vec![Type::F64; count]);
        self.scope.floats.extend(results);
    }

    /// The next carried floats: a reduction, or anything.
    fn next(&mut self, carried: &[ValueId]) -> Vec<ValueId> {
        if let [best, beside] = *carried
            && self.style.recurrences
            && self.choices.chance(25)
        {
            return self.best_so_far(best, beside);
        }
        let mut next = Vec::new();
        for old in carried {
            let free = self.style.recurrences && self.choices.chance(30);
            let value = match free {
                true => self.float(),
                false => {
                    // What is added must not depend on the sum, or it is no reduction.
                    let value = self.float();
                    use FloatOperation::*;
                    let operation = [Add, Add, Sub, Mul, Max, Min][self.choices.pick(6)];
                    self.sketch.float_operation(operation, &[*old, value])
                }
            };
            next.push(value);
        }
        next
    }

    /// The least or largest number so far, and another one of its iteration.
    fn best_so_far(&mut self, best: ValueId, beside: ValueId) -> Vec<ValueId> {
        use Comparison::*;
        let (candidate, own) = (self.float(), self.float());
        let comparison = [Less, LessEqual, Greater, GreaterEqual][self.choices.pick(4)];
        let condition = self.sketch.compare(comparison, candidate, best);
        let giving = |yields| Region { yields, ..Region::default() };
        let (then_region, else_region) = (giving(vec![candidate, own]), giving(vec![best, beside]));
        let kind = InstructionKind::If { condition, then_region, else_region };
        self.sketch.push(kind, vec![Type::F64; 2])
    }

    fn counted(&mut self, depth: usize) {
        // The list whose indices are counted, or nothing.
        let lists: Vec<_> = self.scope.lists.clone();
        let over = match lists.is_empty() || self.choices.chance(25) {
            true => None,
            false => Some(lists[lists.len() - 1 - self.choices.pick(lists.len())].clone()),
        };
        let (before, after) = match self.choices.pick(4) {
            0 | 1 => (0, 0),
            2 => (0, 1),
            _ => (1, 0),
        };
        let start = self.sketch.usize(if over.is_some() { before } else { 0 });
        let end = match &over {
            Some(list) => {
                let length = self.sketch.length(list.place.clone());
                match after {
                    0 => length,
                    after => {
                        let after = self.sketch.usize(after);
                        self.sketch.integer(IntegerOperation::SaturatingSub, &[length, after])
                    }
                }
            }
            None => self.trips(),
        };
        let step = match self.choices.chance(15) {
            true => {
                let step = 1 + self.choices.pick(2);
                Some(self.sketch.usize(step))
            }
            false => None,
        };
        let reversed = self.choices.chance(20);
        let exits = self.style.exits && self.choices.chance(25);
        let mut carried = Vec::new();
        for _ in 0..self.choices.pick(3) {
            let initial = self.float();
            carried.push(initial);
        }
        let index = self.sketch.value(Type::USIZE, Some("i".into()));
        let parameters: Vec<_> =
            carried.iter().map(|_| self.sketch.value(Type::F64, None)).collect();
        let scope = self.scope.clone();
        self.scope.indices.push(index);
        if self.style.recurrences {
            self.scope.floats.extend(&parameters);
        }
        if let Some(list) = &over {
            let place: Place = list.place.clone();
            self.scope.loops.push(Counted { index, place, before, after });
        }
        // Inside of another loop, the list may be longer next time.
        let trips = match (over.is_some(), self.runs) {
            (false, _) => MOST_TRIPS,
            (true, 1) => self.longest,
            (true, _) => LONGEST,
        };
        let runs = self.runs;
        self.runs *= trips;
        let code = exits.then(|| self.sketch.value(Type::EXIT_CODE, None));
        let all = [index].into_iter().chain(code).chain(parameters.iter().copied()).collect();
        let body = self.region(all, depth, |generator| {
            let next = generator.next(&parameters);
            let code = exits.then(|| generator.exit_code());
            code.into_iter().chain(next).collect()
        });
        self.scope = scope;
        self.runs = runs;
        if exits {
            let zero = self.sketch.exit_code(0);
            carried.insert(0, zero);
        }
        let mut types = vec![Type::F64; parameters.len()];
        if exits {
            types.insert(0, Type::EXIT_CODE);
        }
        let kind = For { reversed, step, carried, exits, body, ..For::over(start, end) };
        let results = self.sketch.push(InstructionKind::For(kind), types);
        self.scope.floats.extend(&results[usize::from(exits)..]);
    }

    /// Any index, but not a large one.
    fn trips(&mut self) -> ValueId {
        let index = self.index();
        let most = self.sketch.usize(MOST_TRIPS);
        self.sketch.integer(IntegerOperation::Min, &[index, most])
    }

    /// 0, or 1 to leave the loop.
    fn exit_code(&mut self) -> ValueId {
        let leave = self.truth();
        let (zero, one) = (self.sketch.exit_code(0), self.sketch.exit_code(1));
        self.sketch.operation(Operation::Select, &[leave, one, zero], Type::EXIT_CODE)
    }

    /// A `loop` that counts to seven at most.
    fn uncounted(&mut self, depth: usize) {
        let (go, zero) = (self.sketch.exit_code(0), self.sketch.usize(0));
        let mut carried = vec![go, zero];
        for _ in 0..self.choices.pick(3) {
            let initial = self.float();
            carried.push(initial);
        }
        let types: Vec<_> =
            carried.iter().map(|id| self.sketch.function.value(*id).ty.clone()).collect();
        let parameters: Vec<_> =
            types.iter().map(|ty| self.sketch.value(ty.clone(), None)).collect();
        let scope = self.scope.clone();
        self.scope.indices.push(parameters[1]);
        self.scope.floats.extend(&parameters[2..]);
        let runs = self.runs;
        self.runs *= MOST_TRIPS;
        let body = self.region(parameters.clone(), depth, |generator| {
            let next = generator.next(&parameters[2..]);
            let code = generator.exit_code();
            let sketch = &mut generator.sketch;
            let (one, most) = (sketch.usize(1), sketch.usize(MOST_TRIPS));
            let leave = sketch.exit_code(2);
            let count = sketch.integer(IntegerOperation::Add, &[parameters[1], one]);
            let enough = sketch.compare(Comparison::GreaterEqual, count, most);
            let select = [enough, leave, code];
            let code = sketch.operation(Operation::Select, &select, Type::EXIT_CODE);
            [code, count].into_iter().chain(next).collect()
        });
        self.scope = scope;
        self.runs = runs;
        let results = self.sketch.push(InstructionKind::Loop { carried, body }, types);
        self.scope.indices.push(results[1]);
        self.scope.floats.extend(&results[2..]);
    }
}
