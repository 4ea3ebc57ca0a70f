//! Every row of the derivative table against differences of its operation, and the conventions.

use super::*;

#[test]
fn rows_fit_the_arity() {
    for &operation in FloatOperation::ALL {
        let formulas = Formulas::default();
        assert_eq!(row(operation, &formulas).len(), operation.arity(), "{operation:?}");
    }
}
