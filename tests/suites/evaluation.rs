//! Evaluation, rows, metrics, retrieval.
//!
//! One executable for them all: each links the whole library, and linking is what takes time and disk.
#![allow(clippy::duplicate_mod, reason = "files of one suite use the same servers and models")]

#[path = "../evaluate.rs"]
mod evaluate;
#[path = "../evaluate_results.rs"]
mod evaluate_results;
#[path = "../historic_events_data.rs"]
mod historic_events_data;
#[path = "../judges.rs"]
mod judges;
#[path = "../local_embeddings.rs"]
mod local_embeddings;
#[path = "../metrics.rs"]
mod metrics;
#[path = "../quality.rs"]
mod quality;
#[path = "../repository.rs"]
mod repository;
#[path = "../retrieval.rs"]
mod retrieval;
#[path = "../row_files.rs"]
mod row_files;
#[path = "../splits.rs"]
mod splits;
