//! What `optimize` is told on the command line.

use std::path::PathBuf;

use dspy::optimize::Auto;
use lexopt::prelude::*;

/// One step of a program.
#[derive(Debug)]
pub(crate) struct Step {
    pub(crate) signature: String,
    pub(crate) instructions: Option<String>,
}

/// What to optimize, where, and how.
#[derive(Debug)]
pub(crate) struct Optimize {
    pub(crate) base_url: String,
    pub(crate) model: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) train: PathBuf,
    pub(crate) validation: PathBuf,
    pub(crate) test: PathBuf,
    pub(crate) optimizer: String,
    pub(crate) seed: u64,
    pub(crate) auto: Auto,
    pub(crate) paper: bool,
    pub(crate) max_calls: Option<u64>,
    pub(crate) concurrency: usize,
    pub(crate) cache: bool,
    pub(crate) journal: Option<PathBuf>,
    pub(crate) report: Option<PathBuf>,
    pub(crate) save: Option<PathBuf>,
    pub(crate) verbose: bool,
}

impl Optimize {
    pub(crate) fn from_args(mut args: lexopt::Parser) -> Result<Self, lexopt::Error> {
        let (mut base_url, mut optimizer) = (None, None);
        let (mut train, mut validation, mut test) = (None, None, None);
        let mut work = Self {
            base_url: String::new(),
            model: "sim".to_owned(),
            steps: Vec::new(),
            train: PathBuf::new(),
            validation: PathBuf::new(),
            test: PathBuf::new(),
            optimizer: String::new(),
            seed: 0,
            auto: Auto::Light,
            paper: false,
            max_calls: None,
            concurrency: 16,
            cache: true,
            journal: None,
            report: None,
            save: None,
            verbose: false,
        };
        let mut instructions = Vec::new();
        while let Some(arg) = args.next()? {
            match arg {
                Long("base-url") => base_url = Some(args.value()?.string()?),
                Long("model") => work.model = args.value()?.string()?,
                Long("signature") => {
                    let signature = args.value()?.string()?;
                    work.steps.push(Step { signature, instructions: None });
                }
                Long("instructions") => {
                    let text = args.value()?.string()?;
                    instructions.push(text);
                }
                Long("train") => train = Some(args.value()?.into()),
                Long("val") => validation = Some(args.value()?.into()),
                Long("test") => test = Some(args.value()?.into()),
                Long("optimizer") => optimizer = Some(args.value()?.string()?),
                Long("seed") => work.seed = args.value()?.parse()?,
                Long("auto") => {
                    work.auto = match args.value()?.string()?.as_str() {
                        "light" => Auto::Light,
                        "medium" => Auto::Medium,
                        "heavy" => Auto::Heavy,
                        other => return Err(format!("there is no size `{other}`").into()),
                    };
                }
                Long("paper") => work.paper = true,
                Long("max-calls") => work.max_calls = Some(args.value()?.parse()?),
                Long("concurrency") => work.concurrency = args.value()?.parse()?,
                Long("no-cache") => work.cache = false,
                Long("journal") => work.journal = Some(args.value()?.into()),
                Long("report") => work.report = Some(args.value()?.into()),
                Long("save") => work.save = Some(args.value()?.into()),
                Long("verbose") => work.verbose = true,
                other => return Err(other.unexpected()),
            }
        }
        work.base_url = base_url.ok_or("the option `--base-url URL` is missing")?;
        if work.steps.is_empty() {
            return Err("the option `--signature TEXT` is missing".into());
        }
        if instructions.len() > work.steps.len() {
            return Err("there are more `--instructions` than `--signature`".into());
        }
        for (step, text) in work.steps.iter_mut().zip(instructions) {
            step.instructions = Some(text);
        }
        work.optimizer = optimizer.ok_or("the option `--optimizer NAME` is missing")?;
        work.train = train.ok_or("the option `--train FILE` is missing")?;
        work.validation = validation.ok_or("the option `--val FILE` is missing")?;
        work.test = test.ok_or("the option `--test FILE` is missing")?;
        Ok(work)
    }
}
