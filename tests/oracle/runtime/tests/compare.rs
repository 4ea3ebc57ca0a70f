//! The comparisons find what is wrong: of (x, y) ↦ x² y, with one mistake at a time.

use autodiff_oracle_runtime::compare::{
    Comparison, Nearness, Tolerance, compare_hessians, compare_jacobians, compare_tangents,
    compare_values,
};
use autodiff_oracle_runtime::{Call, Cursor, Data, Derived, Dual, Entry, Part, Tree};

fn list(items: impl IntoIterator<Item = Tree>) -> Tree {
    Tree::List(items.into_iter().collect())
}

fn floats<const N: usize>(items: [f64; N]) -> Tree {
    list(items.map(Tree::Float))
}

fn plain(inputs: &[Tree], _: Cursor, _: Part) -> Tree {
    let [x, y] = point(inputs);
    floats([x * x * y])
}

fn dual(inputs: &[Tree], mut cursor: Cursor, part: Part) -> Tree {
    cursor.set_active(true);
    let mut read = |input| Dual::read(input, &mut cursor);
    let (x, y) = (read(&inputs[0]), read(&inputs[1]));
    list([(x * x * y).write(part)])
}

fn point(trees: &[Tree]) -> [f64; 2] {
    let all = list(trees.iter().cloned()).floats();
    [all[0], all[1]]
}

fn gradient(inputs: &[Tree]) -> Tree {
    let [x, y] = point(inputs);
    floats([2.0 * x * y, x * x])
}

fn jvp(inputs: &[Tree], tangents: &[Tree], factor: f64) -> Tree {
    let ([x, y], [dx, dy]) = (point(inputs), point(tangents));
    let tangent = Tree::Float((2.0 * x * y * dx + x * x * dy) * factor);
    list([Tree::Float(x * x * y), tangent, list([]), list([])])
}

fn hvp(inputs: &[Tree], tangents: &[Tree], factor: f64) -> Tree {
    let ([x, y], [dx, dy]) = (point(inputs), point(tangents));
    list([floats([2.0 * (y * dx + x * dy), 2.0 * x * dx * factor]), list([])])
}

fn hessian(inputs: &[Tree], [above, below]: [f64; 2]) -> Tree {
    let [x, y] = point(inputs);
    let matrix = [floats([2.0 * y, 2.0 * x * above]), floats([2.0 * x * below, 0.0])];
    list([list(matrix), list([])])
}

fn jacobian(inputs: &[Tree], factor: f64) -> Tree {
    let [x, y] = point(inputs);
    list([floats([2.0 * x * y, x * x * factor]), list([])])
}

const ENTRY: Entry = Entry {
    name: "product",
    gradient: true,
    active: &[true, true],
    samples: || vec![vec![Tree::Float(1.5), Tree::Float(-0.5)]],
    call: plain,
};

const RIGHT: Derived = Derived {
    name: "product",
    value: None,
    gradient: Some(gradient),
    value_and_gradient: None,
    gradient_into: None,
    vjp: None,
    jvp: Some(|inputs, tangents| jvp(inputs, tangents, 1.0)),
    hvp: Some(|inputs, directions| hvp(inputs, directions, 1.0)),
    hessian: Some(|inputs| hessian(inputs, [1.0; 2])),
    jacobian: Some(|inputs| jacobian(inputs, 1.0)),
};

/// The failures of each comparison: of tangents, Hessians and Jacobians.
fn failures(derived: Derived) -> [Vec<String>; 3] {
    let (plain, dual, derived) = ([ENTRY], [Entry { call: dual, ..ENTRY }], [derived]);
    let first = |_: &str| (Tolerance::WRITTEN, false);
    let second = |_: &str| (Tolerance::SECOND_ORDER, false);
    let all: [Comparison; 3] = [
        compare_tangents(&plain, &dual, &derived, first),
        compare_hessians(&plain, &dual, &derived, second),
        compare_jacobians(&plain, &dual, &derived, first),
    ];
    assert!(all.iter().all(|comparison| comparison.compared >= 4));
    all.map(|comparison| comparison.failures)
}

fn some(failures: &[String], wanted: &str) -> bool {
    failures.iter().any(|failure| failure.contains(wanted))
}

#[test]
fn what_is_right_agrees() {
    assert_eq!(failures(RIGHT).concat(), Vec::<String>::new());
}

#[test]
fn a_wrong_jacobian_vector_product_is_found_three_times() {
    let jvp: fn(&[Tree], &[Tree]) -> Tree = |inputs, tangents| jvp(inputs, tangents, 1.0 + 1e-10);
    let [tangents, hessians, jacobians] = failures(Derived { jvp: Some(jvp), ..RIGHT });
    assert!(some(&tangents, ", jvp, ") && some(&tangents, "jvp and vjp"), "{tangents:?}");
    assert!(some(&jacobians, "jacobian and jvp"), "{jacobians:?}");
    assert!(hessians.is_empty());
}

#[test]
fn a_wrong_gradient_is_found_by_the_transposed_product() {
    let gradient: fn(&[Tree]) -> Tree = |inputs| floats([0.0, point(inputs)[0]]);
    let [tangents, ..] = failures(Derived { gradient: Some(gradient), ..RIGHT });
    assert!(some(&tangents, "jvp and vjp") && !some(&tangents, ", jvp, "), "{tangents:?}");
}

#[test]
fn a_wrong_hessian_is_found() {
    let both: fn(&[Tree]) -> Tree = |inputs| hessian(inputs, [1.0 + 1e-9; 2]);
    let [_, hessians, _] = failures(Derived { hessian: Some(both), ..RIGHT });
    assert!(some(&hessians, "row 0, float 1") && some(&hessians, "hvp and hessian"));
    let one: fn(&[Tree]) -> Tree = |inputs| hessian(inputs, [1.0, 1.0 + f64::EPSILON]);
    let [_, hessians, _] = failures(Derived { hessian: Some(one), ..RIGHT });
    assert!(hessians.len() == 4 && some(&hessians, "[1][0] is"), "{hessians:?}");
}

#[test]
fn a_wrong_hessian_vector_product_is_found() {
    let hvp: fn(&[Tree], &[Tree]) -> Tree = |inputs, seeds| hvp(inputs, seeds, 1.0 + 1e-9);
    let [_, hessians, _] = failures(Derived { hvp: Some(hvp), ..RIGHT });
    assert!(some(&hessians, ", hvp, float 1") && some(&hessians, "hvp and hessian, float 1"));
}

#[test]
fn a_wrong_jacobian_is_found() {
    let jacobian: fn(&[Tree]) -> Tree = |inputs| jacobian(inputs, 1.0 + 1e-10);
    let [tangents, _, jacobians] = failures(Derived { jacobian: Some(jacobian), ..RIGHT });
    assert!(some(&jacobians, ", jacobian, ") && some(&jacobians, "jacobian and jvp"));
    assert!(tangents.is_empty());
}

#[test]
fn values_are_the_originals_or_as_near_as_the_order_of_sums_explains() {
    fn wrong(value: Call, nearness: Nearness) -> bool {
        let derived = [Derived { value: Some(value), ..RIGHT }];
        !compare_values(&[ENTRY], &derived, |_| nearness).failures.is_empty()
    }
    fn scaled(inputs: &[Tree], factor: f64) -> Tree {
        let [x, y] = point(inputs);
        floats([x * x * y * factor])
    }
    let ulp: Call = |inputs, _, _| scaled(inputs, 1.0 + f64::EPSILON);
    let more: Call = |inputs, _, _| scaled(inputs, 1.0 + 1e-9);
    assert!(wrong(ulp, Nearness::Bits) && !wrong(ulp, Nearness::REORDERED));
    assert!(wrong(more, Nearness::REORDERED) && !wrong(more, Nearness::REORDERED_SINGLE));
}

#[test]
fn outputs_have_the_bits_of_the_value() {
    let value: Call = |inputs, cursor, part| {
        floats([plain(inputs, cursor, part).floats()[0] * (1.0 + f64::EPSILON)])
    };
    let [tangents, ..] = failures(Derived { value: Some(value), ..RIGHT });
    assert!(some(&tangents, "jvp gives"), "{tangents:?}");
}
