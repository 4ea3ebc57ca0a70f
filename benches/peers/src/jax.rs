//! JAX, in a process of its own: `with_jax.py`, which says how it is asked.

use crate::measure::Runner;
use crate::ways::Input;
use std::cell::RefCell;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A Python with JAX that waits for losses.
pub struct Jax {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Jax {
    /// Starts one.
    ///
    /// # Errors
    /// If there is no such program, or it has no JAX.
    pub fn start(python: &str) -> Result<RefCell<Self>, String> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/with_jax.py");
        let mut process = Command::new(python)
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{python}: {error}"))?;
        let (Some(input), Some(output)) = (process.stdin.take(), process.stdout.take()) else {
            return Err(format!("{python}: no pipes"));
        };
        let mut jax = Self { process, input, output: BufReader::new(output) };
        match jax.line() {
            line if line.trim() == "ready" => Ok(RefCell::new(jax)),
            line => Err(format!("{python} has no JAX: {line}")),
        }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        // What cannot be read is no number, which whoever asked reports.
        let _ = self.output.read_line(&mut line);
        line
    }

    fn send(&mut self, bytes: &[u8]) {
        self.input.write_all(bytes).expect("JAX listens until it is dropped");
    }

    fn send_all(&mut self, numbers: &[f64]) {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        self.send(&bytes);
    }
}

impl Drop for Jax {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A loss that was sent to JAX.
pub struct Sent<'j>(&'j RefCell<Jax>);

impl<'j> Sent<'j> {
    /// Sends a loss, which JAX compiles when it is called first.
    pub fn new(jax: &'j RefCell<Jax>, loss: &str, input: &Input) -> Self {
        let (at, columns, rows) = (input.at.len(), input.x.len(), input.y.len());
        let mut sending = jax.borrow_mut();
        let ask = serde_json::json!({"loss": loss, "at": at, "columns": columns, "rows": rows});
        sending.send(format!("{ask}\n").as_bytes());
        sending.send_all(&input.at);
        input.x.iter().for_each(|column| sending.send_all(column));
        sending.send_all(&input.y);
        Self(jax)
    }
}

impl Runner for Sent<'_> {
    fn gradient(&mut self, slope: &mut [f64]) {
        let mut jax = self.0.borrow_mut();
        jax.send(b"gradient\n");
        for slope in slope {
            let mut bytes = [0; 8];
            jax.output.read_exact(&mut bytes).expect("JAX answers with a gradient");
            *slope = f64::from_le_bytes(bytes);
        }
    }

    fn nanoseconds(&mut self, calls: usize) -> f64 {
        let mut jax = self.0.borrow_mut();
        jax.send(format!("time {calls}\n").as_bytes());
        jax.line().trim().parse().expect("JAX answers with a number")
    }
}
