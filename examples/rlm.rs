//! A recursive language model over a text of 5 MB, which no prompt could hold.
//!
//! `cargo run --release --features sandbox --example rlm` runs offline: both models are stand-ins that
//! follow rules. The one that writes code looks at the preview and at what its code printed so far;
//! the one that reads passages finds a number by the words around it. The interpreter, the queries and
//! the checks of the answer are real. With `DSPY_LM=openai/gpt-4o-mini` a real model does both parts.

use std::time::Instant;

use dspy::lm::{Request, Scripted};
use dspy::predict::Rlm;
use dspy::prelude::*;
use dspy::sandbox::Sandbox;

/// Find out which team's incidents in the logbook took the most hours, and how many in all.
#[derive(Signature)]
struct Incidents {
    /// A logbook of many years, one entry on each line.
    #[input]
    logbook: String,
    #[output]
    team: String,
    #[output]
    #[assert(hours > 0, "a team with incidents has spent hours on them")]
    hours: u32,
}

fn main() -> dspy::Result<()> {
    // First, since the worker is this program again.
    let sandbox = Sandbox::this_program()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build().user()?.block_on(run(sandbox))
}

async fn run(sandbox: Sandbox) -> dspy::Result<()> {
    let lm = match std::env::var_os("DSPY_LM") {
        Some(_) => Lm::from_env()?,
        None => stand_in(),
    };
    let (logbook, team, hours) = logbook();
    println!("a logbook of {:.1} MB", logbook.len() as f64 / 1e6);
    let started = Instant::now();
    let explore = Rlm::<Incidents>::new(sandbox).with_lm(&lm);
    let out = explore.call(logbook).record().await?;
    for (number, step) in (1..).zip(&out.trajectory) {
        println!("\n-- step {number}: {}\n{}\n-> {}", step.reasoning, step.code, step.output);
        if let Some(error) = &step.error {
            println!("-> {error}");
        }
    }
    let prompts = out.trace().calls().iter().map(|call| call.path.clone()).collect::<Vec<_>>();
    let queries = prompts.iter().filter(|path| *path == "llm_query").count();
    println!("\n{} spent {} hours ({:?})", out.team, out.hours, out.ending);
    println!("{} steps, {queries} queries, {:.1?}", out.trajectory.len(), started.elapsed());
    // The stand-ins must find what was hidden; a real model may fail, and is told.
    if (out.team.as_str(), out.hours) != (team, hours) {
        println!("that is wrong: {team} spent {hours} hours");
        std::process::exit(1);
    }
    Ok(())
}

const TEAMS: [&str; 4] = ["Harbour", "Bridge", "Lighthouse", "Ferry"];

/// Some 60,000 entries, 40 of which are incidents, and what the answer is.
fn logbook() -> (String, &'static str, u32) {
    let mut text = String::new();
    let mut spent = [0; TEAMS.len()];
    let mut state = 7_u32;
    let mut incidents = 0;
    for entry in 0.. {
        // A linear congruential generator: the same logbook each time.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let chance = (state >> 16) as usize;
        if text.len() > 5_000_000 && incidents >= 40 {
            break;
        }
        if entry % 1_500 == 750 {
            let (team, hours) = (chance % TEAMS.len(), 1 + (chance / 7) as u32 % 9);
            spent[team] += hours;
            incidents += 1;
            text += &format!(
                "{entry}: INCIDENT. Fog came in; the {} crew was called, and it was {hours} hours \
                 before all was well.\n",
                TEAMS[team]
            );
        } else {
            text += &format!(
                "{entry}: {} ships passed, the wind was {} knots, and nobody had anything to say.\n",
                chance % 50,
                chance % 30
            );
        }
    }
    let most = (0..TEAMS.len()).max_by_key(|team| spent[*team]).unwrap_or_default();
    (text, TEAMS[most], spent[most])
}

/// Both models, by rules.
fn stand_in() -> Lm {
    Scripted::with(|request: &Request, _| {
        let prompt = request.messages.last().map(|message| message.text()).unwrap_or_default();
        match prompt.contains("[[ ## repl_history ## ]]") {
            true => next_step(&prompt),
            false => read(&prompt),
        }
    })
    .lm()
}

/// Writes the next piece of code.
fn next_step(prompt: &str) -> String {
    let (reasoning, code) = if prompt.contains("No code has run yet") {
        ("How long is it, and what does it look like?", "print(len(logbook))\nprint(logbook[:300])")
    } else if !prompt.contains("marked") {
        // What the first step printed is an ordinary day; what stands out has to be searched for.
        (
            "Entries are lines. Which words in capitals stand out?",
            "import re, collections\n\
             marked = [line for line in logbook.splitlines() if re.search(r'\\b[A-Z]{3,}\\b', line)]\n\
             words = collections.Counter(w for l in marked for w in re.findall(r'\\b[A-Z]{3,}\\b', l))\n\
             print('marked', len(marked), words)\nprint(marked[0])",
        )
    } else if !prompt.contains("answers:") {
        (
            "Each tells its story in words: let a reader read them, all at once.",
            "answers = llm_query_batched(['Which team, and how many hours? ' + m for m in marked])\n\
             print('answers:', answers[:3])",
        )
    } else if !prompt.contains("totals:") {
        (
            "Team and hours are clear. Add them up.",
            "totals = collections.Counter()\n\
             for answer in answers:\n    team, hours = answer.split(': ')\n    totals[team] += int(hours)\n\
             print('totals:', dict(totals))",
        )
    } else {
        (
            "The sums look sound.",
            "best = max(totals, key=lambda team: totals[team])\nSUBMIT(team=best, hours=totals[best])",
        )
    };
    format!(
        "[[ ## reasoning ## ]]\n{reasoning}\n\n[[ ## code ## ]]\n```python\n{code}\n```\n\n\
         [[ ## completed ## ]]"
    )
}

/// Reads a passage.
fn read(prompt: &str) -> String {
    let team = TEAMS.iter().find(|team| prompt.contains(&format!("the {team} crew")));
    let hours = prompt.split(" hours before").next().and_then(|text| text.rsplit(' ').next());
    let (team, hours) = (team.unwrap_or(&"nobody"), hours.unwrap_or("0"));
    format!("[[ ## response ## ]]\n{team}: {hours}\n\n[[ ## completed ## ]]")
}
