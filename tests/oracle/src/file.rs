//! `dual_file!`: a whole program over dual numbers.

use crate::glue;
use crate::rewrite::Rewriter;
use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use std::collections::HashMap;
use std::path::PathBuf;
use syn::parse::{Parse, ParseStream};
use syn::visit_mut::VisitMut;

/// `crate::kalman "tests/programs/kalman.rs"`.
struct Request {
    module: syn::Path,
    file: syn::LitStr,
}

impl Parse for Request {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self { module: input.parse()?, file: input.parse()? })
    }
}

/// Expands `dual_file!`: the rewritten items, and conversions to and from trees for the structs and enums
/// of both versions.
pub(crate) fn expand(input: TokenStream) -> syn::Result<TokenStream> {
    let Request { module, file } = syn::parse2(input)?;
    let fail = |error: String| syn::Error::new(file.span(), error);
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default());
    let path = root.join(file.value());
    let text = std::fs::read_to_string(&path).map_err(|error| fail(error.to_string()))?;
    let mut items = syn::parse_file(&text)?.items;
    let mut conversions = TokenStream::new();
    for item in &mut items {
        let original = item.clone();
        Rewriter::new(HashMap::new()).visit_item_mut(item);
        match (&original, &*item) {
            (syn::Item::Struct(plain), syn::Item::Struct(dual)) => {
                let name = &plain.ident;
                conversions.extend(glue::data_for(&quote!(#module::#name), plain));
                conversions.extend(glue::data_for(&name.to_token_stream(), dual));
            }
            (syn::Item::Enum(plain), syn::Item::Enum(dual)) => {
                let name = &plain.ident;
                conversions.extend(data_for_enum(&quote!(#module::#name), plain));
                conversions.extend(data_for_enum(&name.to_token_stream(), dual));
            }
            _ => {}
        }
    }
    // Names the file, so that the compiler watches it.
    let watched = path.to_string_lossy().into_owned();
    Ok(quote! {
        const _: &str = ::core::include_str!(#watched);
        #(#items)*
        #conversions
    })
}

/// `impl Data` for an enum: the number of the variant, then its fields.
fn data_for_enum(path: &TokenStream, item: &syn::ItemEnum) -> TokenStream {
    let mut reads = TokenStream::new();
    let mut writes = TokenStream::new();
    for (number, variant) in item.variants.iter().enumerate() {
        let (name, number) = (&variant.ident, number as i128);
        let members: Vec<syn::Member> = variant.fields.members().collect();
        let names: Vec<_> =
            (0..members.len()).map(|index| quote::format_ident!("field_{index}")).collect();
        let indices = 1..=members.len();
        reads.extend(quote! {
            #number => Self::#name {
                #(#members: ::autodiff_oracle_runtime::Data::read(&items[#indices], cursor)),*
            },
        });
        writes.extend(quote! {
            Self::#name { #(#members: #names),* } => ::std::vec![
                ::autodiff_oracle_runtime::Data::write(&#number, part),
                #(::autodiff_oracle_runtime::Data::write(#names, part)),*
            ],
        });
    }
    quote! {
        impl ::autodiff_oracle_runtime::Data for #path {
            fn read(
                tree: &::autodiff_oracle_runtime::Tree,
                cursor: &mut ::autodiff_oracle_runtime::Cursor,
            ) -> Self {
                let ::autodiff_oracle_runtime::Tree::List(items) = tree else {
                    panic!("not an enum: {tree:?}")
                };
                match <i128 as ::autodiff_oracle_runtime::Data>::read(&items[0], cursor) {
                    #reads
                    other => panic!("no variant {other}"),
                }
            }
            fn write(&self, part: ::autodiff_oracle_runtime::Part) -> ::autodiff_oracle_runtime::Tree {
                ::autodiff_oracle_runtime::Tree::List(match self { #writes })
            }
        }
    }
}
