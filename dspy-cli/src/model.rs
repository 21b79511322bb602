//! The program as settings want it: loaded from a file, on a model.

use clap::ArgMatches;
use dspy_core::lm::{Lm, Settings, configure, default_lm};
use dspy_core::module::{
    LoadOptions, Module, ParameterKind, lm_of, load, parameters, set_lm, set_settings,
};

use crate::command::Session;
use crate::fault::Fault;

impl<P: Module, R> Session<'_, '_, P, R> {
    /// The program with what the settings name: saved parameters, a model, how that samples.
    pub(crate) fn prepared(&mut self, args: &ArgMatches) -> Result<P, Fault> {
        let mut program = self.cli.program.clone();
        if let Some(file) = self.config.text(args, "program") {
            program = self.loaded(&file)?;
        }
        self.on_model(program, args)
    }

    /// The program with the parameters of a file.
    pub(crate) fn loaded(&mut self, file: &str) -> Result<P, Fault> {
        let mut program = self.cli.program.clone();
        let report = load(&mut program, self.console.path(file), LoadOptions::default())?;
        for issue in &report.issues {
            self.console.warn(&format!("`{file}`: {issue}"));
        }
        Ok(program)
    }

    /// The program on the model that the settings name, or on what it has.
    pub(crate) fn on_model(&mut self, mut program: P, args: &ArgMatches) -> Result<P, Fault> {
        match self.chosen_model(args)? {
            Some(lm) => {
                set_lm(&mut program, &lm);
                if self.is_process {
                    configure(lm);
                }
            }
            None if names_no_model(&program) => {
                self.console.note(
                    "no model is set, so the embedded one answers, which is no language model; name one \
                     with --lm, DSPY_LM or `lm` in dspy.toml",
                );
                set_lm(&mut program, &Lm::embedded());
            }
            None => {}
        }
        let mut settings = Settings::default();
        if let Some(value) = self.config.number(args, "temperature", "a number")? {
            settings = settings.with_temperature(value);
        }
        if let Some(value) = self.config.number(args, "max_tokens", "a whole number")? {
            settings = settings.with_max_tokens(value);
        }
        if !settings.is_empty() {
            set_settings(&mut program, &settings);
        }
        Ok(program)
    }

    /// The model that the settings name.
    fn chosen_model(&self, args: &ArgMatches) -> Result<Option<Lm>, Fault> {
        let base = self.config.find_text(args, "api_base");
        let Some(lm) = self.config.find_text(args, "lm") else {
            return match base {
                None => Ok(None),
                Some(base) => Err(Fault::usage(format!(
                    "{} names a server but no model is named; set --lm openai/NAME with the name of a \
                     model on that server",
                    base.origin
                ))),
            };
        };
        // What the process's environment says of addresses, and of keys for them, models read
        // there.
        let base = base.filter(|base| !(base.is_env && self.is_process));
        let model = match base {
            None => lm.value,
            Some(base) if lm.value.contains('@') => {
                return Err(Fault::usage(format!(
                    "{} names a server, and so does {} after `@`; leave one of them out",
                    base.origin, lm.origin
                )));
            }
            Some(base) => format!("{}@{}", lm.value, base.value),
        };
        let made = Lm::new(&model);
        made.map(Some).map_err(|error| Fault::usage(format!("{}: {error}", lm.origin)))
    }
}

/// Whether calls would find no model: none is set by code, by parameters or for the process.
fn names_no_model<P: Module>(program: &P) -> bool {
    let is_named = parameters(program).iter().any(|parameter| {
        parameter.kind == ParameterKind::LM
            && parameter.value.get("model").is_some_and(|m| !m.is_null())
    });
    lm_of(program).is_none() && default_lm().is_none() && !is_named
}
