//! Texts for people: Chinese first, English second.
//!
//! There are no text keys: whatever is told to people is a value of a closed type that can say itself in both
//! languages, so that the compiler counts them. What is said here is fixed; what varies is numbers, codes and
//! names out of the catalogue, never what a resident typed.

/// Something that can be told to people.
pub trait Told {
    /// In Chinese.
    fn zh(&self) -> String;
    /// In English.
    fn en(&self) -> String;
}
