//! The protocol: one message a line, one reply a line.
//!
//! A message that cannot be understood is answered with what is wrong with it, under its `id` if that can be
//! found, else under null; the next line is read as if nothing had happened.

use crate::evals::{self, Function};
use crate::timing::Timing;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::{self, BufRead, Write};

/// What an eval sends. Fields that are not known are ignored.
#[derive(Deserialize)]
struct Message<'a> {
    id: i64,
    kind: Cow<'a, str>,
    module: Option<Cow<'a, str>>,
    function: Option<Cow<'a, str>>,
    #[serde(borrow)]
    input: Option<&'a RawValue>,
}

/// What it gets back.
#[derive(Default, Serialize)]
struct Reply {
    id: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tool: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    success: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timings: Option<Vec<Timing>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl Reply {
    fn failure(id: Option<i64>, error: String) -> Self {
        Reply { id, success: Some(false), error: Some(error), ..Reply::default() }
    }
}

/// Answers every line until the input ends.
pub fn serve(mut messages: impl BufRead, mut replies: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    while messages.read_until(b'\n', &mut line)? != 0 {
        if !line.trim_ascii().is_empty() {
            serde_json::to_writer(&mut replies, &answer(&line))?;
            replies.write_all(b"\n")?;
            replies.flush()?;
        }
        line.clear();
    }
    Ok(())
}

fn answer(line: &[u8]) -> Reply {
    let message = match std::str::from_utf8(line) {
        Ok(text) => match serde_json::from_str::<Message>(text) {
            Ok(message) => message,
            Err(error) => {
                let known = serde_json::from_str::<Value>(text).ok();
                let id = known.and_then(|message| message.get("id")?.as_i64());
                return Reply::failure(id, format!("not a message: {error}"));
            }
        },
        Err(error) => return Reply::failure(None, format!("not a message: {error}")),
    };
    let id = Some(message.id);
    match &*message.kind {
        "start" => Reply { id, tool: Some("autodiff-rust"), ..Reply::default() },
        "define" => match module(&message) {
            Ok(_) => Reply { id, success: Some(true), ..Reply::default() },
            Err(error) => Reply::failure(id, error),
        },
        "evaluate" => match evaluate(&message) {
            Ok(reply) => reply,
            Err(error) => Reply::failure(id, error),
        },
        _ => Reply { id, ..Reply::default() },
    }
}

/// The functions of the module that a message names.
fn module(message: &Message) -> Result<&'static [(&'static str, Function)], String> {
    let name = message.module.as_deref().ok_or("the message names no module")?;
    evals::functions(name).ok_or_else(|| format!("no module {name}"))
}

fn evaluate(message: &Message) -> Result<Reply, String> {
    let name = message.function.as_deref().ok_or("the message names no function")?;
    let known = module(message)?.iter().find(|function| function.0 == name);
    let (_, function) = known.ok_or_else(|| format!("no function {name}"))?;
    let input = message.input.ok_or("the message has no input")?;
    let answer = function(input).map_err(|error| format!("input: {error}"))?;
    Ok(Reply {
        id: Some(message.id),
        success: Some(true),
        output: Some(answer.output),
        timings: Some(answer.timings),
        ..Reply::default()
    })
}
