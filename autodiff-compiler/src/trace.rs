//! `AUTODIFF_EMIT`: with the feature `dump`, what each pass made is written to that directory;
//! without it, nothing here costs anything.

use crate::ir::Function;
use proc_macro2::TokenStream;

/// The trace of one function's way along the road.
#[derive(Debug)]
pub struct Trace {
    #[cfg(feature = "dump")]
    dump: Option<crate::dump::Dump>,
}

impl Trace {
    /// Starts a trace if `AUTODIFF_EMIT` names a directory.
    #[cfg_attr(not(feature = "dump"), allow(unused_variables))]
    pub fn new(name: &str) -> Self {
        Self {
            #[cfg(feature = "dump")]
            dump: std::env::var_os("AUTODIFF_EMIT")
                .map(|directory| crate::dump::Dump::new(directory, name)),
        }
    }

    /// The IR after a pass.
    #[cfg_attr(not(feature = "dump"), allow(unused_variables, clippy::unused_self))]
    pub fn ir(&mut self, pass: &str, function: &Function) {
        #[cfg(feature = "dump")]
        if let Some(Err(error)) = self.dump.as_mut().map(|dump| dump.ir(pass, function)) {
            eprintln!("autodiff: cannot write to AUTODIFF_EMIT: {error}");
        }
    }

    /// Generated code.
    #[cfg_attr(not(feature = "dump"), allow(unused_variables, clippy::unused_self))]
    pub fn code(&mut self, pass: &str, code: &TokenStream) {
        #[cfg(feature = "dump")]
        if let Some(Err(error)) = self.dump.as_mut().map(|dump| dump.rust(pass, code)) {
            eprintln!("autodiff: cannot write to AUTODIFF_EMIT: {error}");
        }
    }
}
