//! [`Account`]: who pays for calls, and where their answers are written down.

use std::fmt;
use std::sync::Arc;

use super::budget::{Budget, Spent};
use super::error::LmError;
use super::model::{EventStream, LanguageModel};
use super::prices::Prices;
use super::request::Request;
use super::response::Response;
use super::tariff::Tariff;

/// Who pays for calls, and where their answers are written down.
///
/// It goes with a [`Request`] ([`Request::account`]), or with all requests of a
/// [`Run`](crate::run::Run). Every attempt over HTTP is paid from its [`Budget`], retries included,
/// in the way of [`Budgeted`](super::Budgeted): what it may cost at worst is set aside before.
/// A model of your own pays one call for each answer it gives.
///
/// ```
/// use dspy::lm::{Account, Budget};
/// use dspy::prelude::*;
/// use dspy::run::{Run, RunOptions};
///
/// # #[derive(Signature)] struct Qa { #[input] question: String, #[output] answer: String }
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let program = Predict::<Qa>::new().with_lm(Lm::embedded());
/// let budget = Budget::calls(1);
/// let run = Run::with(RunOptions::default().with_account(Account::new(&budget)));
/// program.call("Who?").run(&run).await?;
/// assert_eq!(budget.spent().calls, 1);
/// assert!(program.call("Who?").run(&run).await.is_err());
/// # Ok::<(), dspy::Error>(()) }).unwrap();
/// ```
#[derive(Clone)]
pub struct Account {
    budget: Budget,
    prices: Prices,
    own_prices: bool,
    log: Option<Arc<dyn CallLog>>,
}

/// Writes down what models answered, and answers from what was written down before.
pub trait CallLog: Send + Sync {
    /// Whether this call was answered before; if not, a mark for [`note`](Self::note).
    fn look_up(&self, model: &str, request: &Request) -> Looked;

    /// Writes down what a call gave and what it spent.
    fn note(&self, mark: CallMark, answered: Result<&Response, &LmError>, spent: Spent);
}

/// What a [`CallLog`] knows of a call.
#[derive(Debug)]
pub enum Looked {
    /// The answer, and what it had cost.
    Known(Box<Result<Response, LmError>>, Spent),
    /// Nothing yet.
    New(CallMark),
}

/// What tells one call of a [`CallLog`] from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallMark(pub String);

impl Account {
    /// Calls are paid from this budget. Money is counted at the list prices of the models that run
    /// on their providers' own hosts.
    pub fn new(budget: &Budget) -> Self {
        Self { budget: budget.clone(), prices: Prices::builtin(), own_prices: false, log: None }
    }

    /// Counts money at these prices, wherever a model runs.
    #[must_use]
    pub fn with_prices(mut self, prices: &Prices) -> Self {
        self.prices = prices.clone();
        self.own_prices = true;
        self
    }

    /// Writes answers down here, and takes from here what was answered before.
    #[must_use]
    pub fn with_log(mut self, log: Arc<dyn CallLog>) -> Self {
        self.log = Some(log);
        self
    }

    /// The budget that pays.
    pub fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(super) fn log(&self) -> Option<&Arc<dyn CallLog>> {
        self.log.as_ref()
    }

    /// The same payer with a budget that tells what one call spent, and without a log.
    pub(super) fn for_one_call(&self) -> Self {
        Self { budget: self.budget.part(), log: None, ..self.clone() }
    }

    /// What a model costs; `listed` says whether its list price holds where it runs.
    pub(super) fn tariff(&self, model: &str, listed: bool) -> Tariff {
        let holds = listed || self.own_prices;
        Tariff::new(holds.then(|| self.prices.get(model)).flatten())
    }

    /// Runs a future whose calls, as far as their requests name no account, are paid from this one.
    ///
    /// It holds for what the future itself does, not for tasks that it spawns; those take
    /// [`ambient`](Self::ambient) with them.
    pub async fn cover<F: Future>(self, future: F) -> F::Output {
        AMBIENT.scope(self, future).await
    }

    /// The account that covers the code that runs now, if one does.
    pub fn ambient() -> Option<Self> {
        AMBIENT.try_with(Self::clone).ok()
    }
}

tokio::task_local! {
    /// For calls that user code makes beside a program, such as those of a metric: it has no place in
    /// a run that could carry their account.
    static AMBIENT: Account;
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account").field("budget", &self.budget).finish_non_exhaustive()
    }
}

/// Who pays does not change what is asked.
impl PartialEq for Account {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Asks a model; pays for it, unless the model itself does.
pub(super) async fn paid<M: LanguageModel>(
    model: &M,
    request: &Request,
) -> Result<Response, LmError> {
    match &request.account {
        Some(account) if !model.pays() => {
            let tariff = account.tariff(model.name(), true);
            tariff.pay(&account.budget, model, request).await
        }
        _ => model.generate(request).await,
    }
}

/// The same for a stream.
pub(super) async fn paid_stream<M: LanguageModel>(
    model: &M,
    request: &Request,
) -> Result<EventStream, LmError> {
    match &request.account {
        Some(account) if !model.pays() => {
            let tariff = account.tariff(model.name(), true);
            tariff.pay_stream(&account.budget, model, request).await
        }
        _ => model.stream(request).await,
    }
}
