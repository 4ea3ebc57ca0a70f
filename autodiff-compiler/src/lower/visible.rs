//! Items that run code.
//!
//! std does not ask for exactly the items that are used: `skip` asks for what it passes over, `zip`
//! may ask for one item more of the first iterator. Where the functions in such an iterator may panic
//! or change a variable, that can be seen: it is done here as well, or refused.

use super::Lowerer;
use super::flow::Lowered;
use super::producer::Producer;
use std::rc::Rc;

impl Lowerer<'_> {
    /// Whether it can be told that an item of an indexed producer was asked for.
    fn visible(&mut self, producer: &Rc<Producer>) -> Lowered<bool> {
        if !producer.runs_code() || !producer.indexed() {
            return Ok(producer.runs_code());
        }
        let before = self.scope.clone();
        let end = self.branch(None, |lowerer| {
            let zero = lowerer.builder.usize(0);
            lowerer.item(producer, zero)
        })?;
        let unchanged = before.iter().all(|(key, operand)| {
            end.scope.get(key).is_some_and(|after| {
                after.same_shape(operand) && after.values() == operand.values()
            })
        });
        Ok(!unchanged || !end.exit.live || !super::expressions::is_pure(&end.region))
    }

    /// `zip`: one item more of the first may be asked for, or not, where the second is shorter.
    pub(super) fn zipped(
        &mut self,
        first: Rc<Producer>,
        second: Rc<Producer>,
    ) -> Lowered<Rc<Producer>> {
        if first.indexed() && self.visible(&first)? {
            return self.seen("zip");
        }
        Ok(Rc::new(Producer::Zip(first, second)))
    }

    fn seen<T>(&mut self, name: &str) -> Lowered<T> {
        let span = self.builder.span();
        self.error(
            span,
            format!("the function in the iterator before `{name}` may panic or changes a variable"),
            "write `map` last, as in `a.zip(b).map(…)`, or write a `for` loop",
        )
    }

    /// `skip`, `step_by`: items that are passed over are asked for.
    pub(super) fn passed_over(&mut self, inner: Rc<Producer>) -> Lowered<Rc<Producer>> {
        if inner.indexed() && self.visible(&inner)? {
            return Ok(Rc::new(Producer::Ordered(inner)));
        }
        Ok(inner)
    }

    /// `rev`: what is cut off at the end is asked for first.
    pub(super) fn turned(&mut self, inner: Rc<Producer>) -> Lowered<Rc<Producer>> {
        let mut cut = vec![inner.clone()];
        while let Some(producer) = cut.pop() {
            let seen = match &*producer {
                Producer::Zip(first, second) => self.visible(first)? || self.visible(second)?,
                Producer::Take(inner, _) | Producer::StepBy(inner, _) => self.visible(inner)?,
                Producer::Map(inner, _)
                | Producer::Inspect(inner, _)
                | Producer::Cloned(inner)
                | Producer::Enumerate(inner)
                | Producer::Rev(inner)
                | Producer::Skip(inner, _) => {
                    cut.push(inner.clone());
                    false
                }
                _ => false,
            };
            if seen {
                return self.seen("rev");
            }
        }
        Ok(Rc::new(Producer::Rev(inner)))
    }
}
