//! Endpoints by their behaviour, over the reference store.

mod associations;
mod attributes;
mod models;
mod stored;
mod uniques;
