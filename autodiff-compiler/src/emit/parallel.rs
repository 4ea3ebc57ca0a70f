//! The outputs whose loops may run on several threads.

use super::item::Item;
use crate::ir::Function;
use proc_macro2::TokenStream;

impl Item {
    /// `par_gradient_into`, and, if wanted, `par_value_and_gradient`.
    pub(super) fn parallel(
        &self,
        value: &Function,
        chunked: &Function,
        returning: bool,
    ) -> Vec<TokenStream> {
        let active: Vec<_> = value.parameters.iter().filter(|parameter| parameter.active).collect();
        let words = |text: String| format!("{}{text}", self.parallel_words(chunked));
        let mut functions = vec![];
        if returning {
            let outputs = ["par_value_and_gradient", "par_gradient_into"];
            let words = words(self.both_words(&active));
            functions.push(self.returning(value, &active, outputs, &words));
        }
        let words = words(self.gradient_into_words(value, ""));
        let mut header = self.header_for("par_gradient_into", &words);
        header.prologue.extend(self.length_checks(value));
        functions.push(super::function(chunked, &header));
        functions
    }

    pub(super) fn parallel_words(&self, chunked: &Function) -> &'static str {
        match crate::threads::has_chunks(chunked) {
            true => "On the threads of rayon's pool, with the same bits on any number of them. ",
            false => "On one thread: no loop has independent iterations. ",
        }
    }
}
