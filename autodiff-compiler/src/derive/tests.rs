//! Expansions, reparsed and pretty-printed, and errors.

use super::expand;
use expect_test::{Expect, expect};

fn check(source: &str, expected: Expect) {
    let expanded = expand(source.parse().expect("tokens"));
    let mut file: syn::File = syn::parse2(expanded).expect("the expansion parses");
    // `transport` tests what is published.
    file.items.retain(|item| !matches!(item, syn::Item::Macro(_) | syn::Item::Use(_)));
    expected.assert_eq(&prettyplease::unparse(&file));
}

/// The messages of the `compile_error!` invocations.
fn check_errors(source: &str, expected: Expect) {
    let file: syn::File = syn::parse2(expand(source.parse().expect("tokens"))).expect("items");
    let messages = file.items.iter().map(|item| match item {
        syn::Item::Macro(invocation) => {
            let message: syn::LitStr = invocation.mac.parse_body().expect("a message");
            message.value() + "\n"
        }
        _ => panic!("items beside the errors"),
    });
    expected.assert_eq(&messages.collect::<String>());
}

#[test]
fn a_plain_struct() {
    check(
        "pub struct Line { pub slope: f64, offsets: Vec<f64>, name: String }",
        expect![[r#"
            /// A derivative with respect to a [`Line`]: one float for each of its floats, in the same fields.
            #[derive(
                ::core::clone::Clone,
                ::core::fmt::Debug,
                ::core::cmp::PartialEq,
                ::core::default::Default,
            )]
            #[allow(dead_code, private_bounds, non_camel_case_types, non_snake_case, clippy::all)]
            pub struct LineTangent {
                /// The derivative with respect to `slope` of [`Line`].
                pub slope: f64,
                /// The derivative with respect to `offsets` of [`Line`].
                offsets: ::std::vec::Vec<f64>,
                /// Nothing: `name` of [`Line`] takes no part in derivatives.
                name: (),
            }
            #[automatically_derived]
            #[allow(unused_variables, deprecated, private_bounds, clippy::all)]
            impl ::autodiff_core::Differentiable for Line {
                type Tangent = LineTangent;
                fn zero_tangent(&self) -> Self::Tangent {
                    let _: ::core::marker::PhantomData<::std::string::String> = ::core::marker::PhantomData::<
                        String,
                    >;
                    LineTangent {
                        slope: <f64 as ::autodiff_core::Differentiable>::zero_tangent(&self.slope),
                        offsets: <Vec<
                            f64,
                        > as ::autodiff_core::Differentiable>::zero_tangent(&self.offsets),
                        name: (),
                    }
                }
                #[inline]
                fn empty_tangent() -> Self::Tangent {
                    LineTangent {
                        slope: <f64 as ::autodiff_core::Differentiable>::empty_tangent(),
                        offsets: <Vec<f64> as ::autodiff_core::Differentiable>::empty_tangent(),
                        name: (),
                    }
                }
                fn set_zero(
                    &self,
                    tangent: &mut Self::Tangent,
                    path: ::autodiff_core::ParameterPath<'_>,
                ) {
                    <f64 as ::autodiff_core::Differentiable>::set_zero(
                        &self.slope,
                        &mut tangent.slope,
                        ::autodiff_core::ParameterPath::Field(&path, "slope"),
                    );
                    <Vec<
                        f64,
                    > as ::autodiff_core::Differentiable>::set_zero(
                        &self.offsets,
                        &mut tangent.offsets,
                        ::autodiff_core::ParameterPath::Field(&path, "offsets"),
                    );
                }
            }
            #[automatically_derived]
            #[allow(unused_variables, deprecated, private_bounds, clippy::all)]
            impl ::autodiff_core::Parameters for Line {
                fn walk(
                    &mut self,
                    gradient: &Self::Tangent,
                    path: ::autodiff_core::ParameterPath<'_>,
                    visitor: &mut impl ::autodiff_core::Visitor,
                ) {
                    <f64 as ::autodiff_core::Parameters>::walk(
                        &mut self.slope,
                        &gradient.slope,
                        ::autodiff_core::ParameterPath::Field(&path, "slope"),
                        visitor,
                    );
                    <Vec<
                        f64,
                    > as ::autodiff_core::Parameters>::walk(
                        &mut self.offsets,
                        &gradient.offsets,
                        ::autodiff_core::ParameterPath::Field(&path, "offsets"),
                        visitor,
                    );
                }
            }
        "#]],
    );
}

#[test]
fn a_generic_tuple_struct() {
    check(
        "struct Pair<'a, T: Float, K, const N: usize>(T, &'a [Other<K>; N], #[differentiable(skip)] u8);",
        expect![[r#"
            /// A derivative with respect to a [`Pair`]: one float for each of its floats, in the same fields.
            #[allow(dead_code, private_bounds, non_camel_case_types, non_snake_case, clippy::all)]
            struct PairTangent<T: Float, K, const N: usize>(
                /// The derivative with respect to `0` of [`Pair`].
                T,
                /// The derivative with respect to `1` of [`Pair`].
                [<Other<K> as ::autodiff_core::Differentiable>::Tangent; N],
                /// Nothing: `2` of [`Pair`] takes no part in derivatives.
                (),
            )
            where
                Other<K>: ::autodiff_core::Differentiable;
            #[automatically_derived]
            #[allow(private_bounds)]
            impl<T: Float, K, const N: usize> ::core::clone::Clone for PairTangent<T, K, N>
            where
                Other<K>: ::autodiff_core::Differentiable,
            {
                fn clone(&self) -> Self {
                    Self {
                        0: ::core::clone::Clone::clone(&self.0),
                        1: ::core::clone::Clone::clone(&self.1),
                        2: ::core::clone::Clone::clone(&self.2),
                    }
                }
            }
            #[automatically_derived]
            #[allow(private_bounds)]
            impl<T: Float, K, const N: usize> ::core::fmt::Debug for PairTangent<T, K, N>
            where
                Other<K>: ::autodiff_core::Differentiable,
            {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.debug_struct("PairTangent")
                        .field("0", &self.0)
                        .field("1", &self.1)
                        .field("2", &self.2)
                        .finish()
                }
            }
            #[automatically_derived]
            #[allow(private_bounds)]
            impl<T: Float, K, const N: usize> ::core::cmp::PartialEq for PairTangent<T, K, N>
            where
                Other<K>: ::autodiff_core::Differentiable,
            {
                fn eq(&self, other: &Self) -> bool {
                    true && self.0 == other.0 && self.1 == other.1 && self.2 == other.2
                }
            }
            #[automatically_derived]
            #[allow(unused_variables, deprecated, private_bounds, clippy::all)]
            impl<'a, T: Float, K, const N: usize> ::autodiff_core::Differentiable
            for Pair<'a, T, K, N>
            where
                Other<K>: ::autodiff_core::Differentiable,
                T: ::autodiff_core::Float,
            {
                type Tangent = PairTangent<T, K, N>;
                fn zero_tangent(&self) -> Self::Tangent {
                    PairTangent {
                        0: <T as ::autodiff_core::Differentiable>::zero_tangent(&self.0),
                        1: <&'a [Other<
                            K,
                        >; N] as ::autodiff_core::Differentiable>::zero_tangent(&self.1),
                        2: (),
                    }
                }
                #[inline]
                fn empty_tangent() -> Self::Tangent {
                    PairTangent {
                        0: <T as ::autodiff_core::Differentiable>::empty_tangent(),
                        1: <&'a [Other<K>; N] as ::autodiff_core::Differentiable>::empty_tangent(),
                        2: (),
                    }
                }
                fn set_zero(
                    &self,
                    tangent: &mut Self::Tangent,
                    path: ::autodiff_core::ParameterPath<'_>,
                ) {
                    <T as ::autodiff_core::Differentiable>::set_zero(
                        &self.0,
                        &mut tangent.0,
                        ::autodiff_core::ParameterPath::Field(&path, "0"),
                    );
                    <&'a [Other<
                        K,
                    >; N] as ::autodiff_core::Differentiable>::set_zero(
                        &self.1,
                        &mut tangent.1,
                        ::autodiff_core::ParameterPath::Field(&path, "1"),
                    );
                }
            }
        "#]],
    );
}

#[test]
fn other_items_are_refused() {
    check_errors(
        "enum Shape { Circle(f64), Named(String, Kind) }",
        expect![[r#"
        `f64` may hold floats: an enum has no derivative
        help: a derivative needs the same floats for every value: use a struct with the floats and an enum; or leave this out of the derivative by `#[differentiable(skip)]`
        `Kind` may hold floats: an enum has no derivative
        help: a derivative needs the same floats for every value: use a struct with the floats and an enum; or leave this out of the derivative by `#[differentiable(skip)]`
    "#]],
    );
    check_errors(
        "union Bits { float: f64, bits: u64 }",
        expect![[r#"
        `Differentiable` cannot be derived for a union
        help: use a struct
    "#]],
    );
    check_errors(
        "fn f() {}",
        expect![[r#"
        `Differentiable` can only be derived for a struct
    "#]],
    );
    check_errors(
        "struct",
        expect![[r#"
        unexpected end of input, expected identifier
    "#]],
    );
}

#[test]
fn enums_hold_nothing() {
    check(
        "#[differentiable(crate = other)] pub enum Status<'a, T> {
            Fine,
            Bad { text: String, at: Option<usize> },
            Worse(&'a str, #[differentiable(skip)] T),
        }",
        expect![[r#"
            #[automatically_derived]
            #[allow(private_bounds, clippy::all)]
            impl<'a, T> other::Differentiable for Status<'a, T> {
                type Tangent = ();
                #[inline]
                fn zero_tangent(&self) {
                    let _: ::core::marker::PhantomData<::std::string::String> = ::core::marker::PhantomData::<
                        String,
                    >;
                    let _: ::core::marker::PhantomData<
                        ::core::option::Option<::core::primitive::usize>,
                    > = ::core::marker::PhantomData::<Option<usize>>;
                    let _: ::core::marker::PhantomData<&'a ::core::primitive::str> = ::core::marker::PhantomData::<
                        &'a str,
                    >;
                }
                #[inline]
                fn empty_tangent() {}
                #[inline]
                fn set_zero(&self, (): &mut (), _: other::ParameterPath<'_>) {}
            }
            #[automatically_derived]
            #[allow(private_bounds, clippy::all)]
            impl<'a, T> other::Parameters for Status<'a, T> {
                #[inline]
                fn walk(
                    &mut self,
                    (): &(),
                    _: other::ParameterPath<'_>,
                    _: &mut impl other::Visitor,
                ) {}
            }
        "#]],
    );
}

#[test]
fn unknown_arguments_are_refused_all_at_once() {
    check_errors(
        "#[differentiable(name = X)] struct S { #[differentiable(skipp)] x: f64, #[differentiable(skip)] y: u8, #[differentiable] z: f64 }",
        expect![[r#"
            unknown argument
            help: `#[differentiable(…)]` takes `skip` on a field, `tangent = Name` and `crate = path` on the struct
            unknown argument
            help: `#[differentiable(…)]` takes `skip` on a field, `tangent = Name` and `crate = path` on the struct
            expected attribute arguments in parentheses: #[differentiable(...)]
        "#]],
    );
}
