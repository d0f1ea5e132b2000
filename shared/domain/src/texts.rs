//! Texts for people: Chinese first, English second.
//!
//! There are no text keys: whatever is told to people is a value of a closed type, and the match that puts it into
//! words is exhaustive, so that the compiler counts the texts. What is said here is fixed; what varies is numbers,
//! codes and names out of the catalogue, never what a resident typed.
//!
//! | file | whose words |
//! |---|---|
//! | [`sentence`] | every fact of a need's history, kinds of orders, clocks, lights, colours |
//! | [`refusal_words`] | why the ledger said no |
//! | [`reasons`] | what the router found out |
//! | [`states`] | where a need or an item stands |
//! | [`names`] | what the catalogue calls cells, units, posts, people |
//! | [`moment`] | instants and spans |

pub mod moment;
pub mod names;
pub mod reasons;
pub mod refusal_words;
pub mod sentence;
pub mod states;

/// Something that can be told to people.
pub trait Told {
    /// In Chinese.
    fn zh(&self) -> String;
    /// In English.
    fn en(&self) -> String;
}
