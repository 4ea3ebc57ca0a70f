//! Runs tests against mutants: first every test alone to see which mutants it reaches and how long it
//! takes, then for every mutant the tests that reach it, until one fails: first those that are fast or have
//! killed others, of every program.

use super::build::Program;
use crate::process::within;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// A test and what it reaches.
#[derive(Debug)]
pub(super) struct Test {
    /// Index of its program.
    program: usize,
    name: String,
    pub(super) time: Duration,
    reaches: BTreeSet<u32>,
    /// How many mutants it has killed.
    kills: AtomicUsize,
}

/// What became of a mutant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Fate {
    /// A test failed, hung, or crashed.
    Killed,
    Survived,
    /// No test reaches it.
    NotReached,
}

/// Does the work of all items on `jobs` threads, and gives the results in order.
fn in_parallel<T: Sync, R: Send>(
    jobs: usize,
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..jobs {
            scope.spawn(|| {
                while let index = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(item) = items.get(index)
                {
                    let result = work(item);
                    if let Ok(mut results) = results.lock() {
                        results.insert(index, result);
                    }
                }
            });
        }
    });
    results.into_inner().map(|results| results.into_values().collect()).unwrap_or_default()
}

/// Runs every test that a suite's filters name, without a mutant.
pub(super) fn record(
    programs: &[(Program, &[&str])],
    folder: &Path,
    jobs: usize,
) -> Result<Vec<Test>, String> {
    let mut names = vec![];
    for (index, (program, filters)) in programs.iter().enumerate() {
        let output = Command::new(&program.path)
            .current_dir(&program.folder)
            .args(["--list", "--format", "terse"])
            .output()
            .map_err(|error| error.to_string())?;
        for line in String::from_utf8_lossy(&output.stdout).lines() {
            let Some(name) = line.strip_suffix(": test") else { continue };
            if filters.iter().any(|filter| name.contains(filter)) {
                names.push((index, name.to_string()));
            }
        }
    }
    std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let tests = in_parallel(jobs, &names, |(index, name)| {
        let program = &programs[*index].0;
        let path = folder.join(format!("{index}-{}", name.replace("::", "-")));
        let _ = std::fs::remove_file(&path);
        let start = Instant::now();
        let passed = passes(program, &[name], None, Some(&path), Duration::from_secs(600))?;
        let time = start.elapsed();
        if passed != Ending::Passed {
            return Err(format!("{name} fails without a mutant"));
        }
        let bytes = std::fs::read(&path).unwrap_or_default();
        let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |sum, b| sum << 8 | u32::from(*b));
        let reaches = bytes.chunks_exact(4).map(number).collect();
        Ok(Test { program: *index, name: name.clone(), time, reaches, kills: AtomicUsize::new(0) })
    });
    tests.into_iter().collect()
}

/// Finds out which mutants the tests notice; what is not begun before the deadline has no fate.
pub(super) fn kill(
    programs: &[(Program, &[&str])],
    tests: &[Test],
    mutants: &[u32],
    jobs: usize,
    deadline: Option<Instant>,
    progress: impl Fn(usize, u32, &Fate) + Sync,
) -> Result<Vec<(u32, Fate)>, String> {
    let done = AtomicUsize::new(0);
    let fates = in_parallel(jobs, mutants, |mutant| {
        if deadline.is_some_and(|deadline| Instant::now() > deadline) {
            return Ok(None);
        }
        let fate = fate(programs, tests, *mutant)?;
        progress(done.fetch_add(1, Ordering::Relaxed) + 1, *mutant, &fate);
        Ok(Some((*mutant, fate)))
    });
    fates.into_iter().filter_map(Result::transpose).collect()
}

fn fate(programs: &[(Program, &[&str])], tests: &[Test], mutant: u32) -> Result<Fate, String> {
    let mut tests: Vec<_> = tests.iter().filter(|test| test.reaches.contains(&mutant)).collect();
    if tests.is_empty() {
        return Ok(Fate::NotReached);
    }
    tests.sort_by_cached_key(|test| test.time / (1 + test.kills.load(Ordering::Relaxed) as u32));
    // Ever larger groups, of each program in turn: starting one takes longer than most tests, and none should
    // run its slow tests before the others have run their fast ones.
    let mut waiting: Vec<VecDeque<&Test>> = (0..programs.len())
        .map(|index| tests.iter().copied().filter(|test| test.program == index).collect())
        .collect();
    let mut budget = Duration::from_millis(100);
    while waiting.iter().any(|waiting| !waiting.is_empty()) {
        for ((program, _), waiting) in programs.iter().zip(&mut waiting) {
            let mut group: Vec<&Test> = vec![];
            let mut time = Duration::ZERO;
            while time < budget
                && let Some(test) = waiting.pop_front()
            {
                time += test.time;
                group.push(test);
            }
            if group.is_empty() {
                continue;
            }
            let names: Vec<_> = group.iter().map(|test| &test.name).collect();
            let limit = time * 10 + Duration::from_secs(5);
            if let Ending::Failed(name) = passes(program, &names, Some(mutant), None, limit)? {
                if let Some(test) = group.iter().find(|test| Some(&test.name) == name.as_ref()) {
                    test.kills.fetch_add(1, Ordering::Relaxed);
                }
                return Ok(Fate::Killed);
            }
        }
        budget *= 4;
    }
    Ok(Fate::Survived)
}

/// How tests end.
#[derive(PartialEq)]
enum Ending {
    Passed,
    /// One failed, which may have a name, or they hang or crash.
    Failed(Option<String>),
}

/// Whether tests pass within a time limit.
fn passes(
    program: &Program,
    names: &[&String],
    mutant: Option<u32>,
    record: Option<&Path>,
    limit: Duration,
) -> Result<Ending, String> {
    // A mutant may fill the memory: 4 GB are enough. What it starts may never end: nor does that go with it
    // when it is stopped, so every process has a limit of its own.
    let mut command = Command::new("sh");
    command
        .args(["-c", "ulimit -v 4000000; ulimit -t 300; exec \"$@\"", "sh"])
        .arg(&program.path)
        .current_dir(&program.folder)
        // Kept texts are those of the copy, which is inside of another workspace.
        .env("CARGO_WORKSPACE_DIR", &program.workspace)
        .args(["--exact", "--test-threads=1"])
        .args(names)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    if let Some(mutant) = mutant {
        command.env("AUTODIFF_MUTANT", mutant.to_string());
    }
    if let Some(record) = record {
        command.env("AUTODIFF_MUTANT_RECORD", record);
    }
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let stdout = child.stdout.take();
    let failed = Mutex::new(None);
    let status = std::thread::scope(|scope| {
        // The other tests need not run when one has failed.
        scope.spawn(|| {
            let lines = stdout.into_iter().flat_map(|stdout| BufReader::new(stdout).lines());
            for line in lines.map_while(Result::ok) {
                let name = line.strip_prefix("test ");
                let name = name.and_then(|line| line.strip_suffix(" ... FAILED"));
                if let (Some(name), Ok(mut failed)) = (name, failed.lock()) {
                    *failed = Some(name.to_string());
                }
            }
        });
        within(child, limit, || failed.lock().is_ok_and(|failed| failed.is_some()))
    })?;
    let failed = failed.into_inner().unwrap_or_default();
    Ok(match status.is_some_and(|status| status.success()) {
        true => Ending::Passed,
        false => Ending::Failed(failed),
    })
}
