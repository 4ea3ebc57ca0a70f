#![allow(unused)]

use autodiff_core::differentiate;

fn g(x: f64) -> f64 {
    x
}

// `g` in the macro is a closure, and `g` outside is the function.
macro_rules! called {
    ($name:ident, $function:expr) => {
        #[differentiate]
        fn $name(x: f64) -> f64 {
            let g = |y: f64| y * y;
            g(x) + $function(x)
        }
    };
}

called!(by_function, g);

// A variable of each.
macro_rules! two_variables {
    ($name:ident, $parameter:ident, $value:expr) => {
        #[differentiate]
        fn $name($parameter: f64) -> f64 {
            let y = 2.0 * $parameter;
            y * $value
        }
    };
}

two_variables!(by_variable, y, y);

// Two labels.
macro_rules! leaving {
    ($name:ident, $x:ident, $label:lifetime, $leave:expr) => {
        #[differentiate]
        fn $name($x: f64) -> f64 {
            let mut product = $x;
            $label: for i in 0..3 {
                'all: for j in 0..3 {
                    product *= $x;
                    if j > i {
                        $leave
                    }
                    break 'all;
                }
            }
            product
        }
    };
}

leaving!(by_label, x, 'all, break 'all);

fn main() {}
