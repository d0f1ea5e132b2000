//! What may be wrong with a report, told all at once: where, what, in both languages.
//!
//! A fault repeats nothing that the sender wrote except the names of fields in its pointer.

use std::fmt::Write;

use crate::texts::Told;

/// Most faults that one report is told.
pub const FAULTS_MAX: usize = 100;
/// Most characters of one field's name in a pointer.
const POINTER_STEP_CHARS_MAX: usize = 64;

/// One fault.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    /// JSON Pointer (RFC 6901) to the field.
    pub pointer: String,
    /// What is wrong there.
    pub kind: FaultKind,
}

/// What is wrong with a field.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// The whole is no JSON.
    NotJson {
        /// Line of the first character that cannot stand, from 1.
        line: usize,
        /// Its column, from 1.
        column: usize,
    },
    /// No object.
    NotObject,
    /// No list.
    NotList,
    /// No text.
    NotText,
    /// No whole number.
    NotWhole,
    /// No number.
    NotNumber,
    /// Neither true nor false.
    NotTruth,
    /// No such field.
    Unknown,
    /// The field stands twice.
    Repeated,
    /// The field must be there.
    Missing,
    /// Too many characters.
    TooLong {
        /// How many there may be.
        chars_max: usize,
    },
    /// Too many entries.
    TooMany {
        /// How many there may be.
        max: usize,
    },
    /// A number out of range.
    OutOfRange {
        /// The least.
        min: i64,
        /// The greatest.
        max: i64,
    },
    /// Not of the form that it must have.
    Form {
        /// The form.
        wanted: &'static str,
    },
    /// One of two fields must be there.
    Neither {
        /// The one.
        one: &'static str,
        /// The other.
        other: &'static str,
    },
    /// The ordinal of an earlier photo.
    SameOrdinal,
    /// Baidu's Mercator metres are not taken.
    Mercator,
}

impl FaultKind {
    /// For programs.
    pub fn code(&self) -> &'static str {
        match self {
            FaultKind::NotJson { .. } => "not_json",
            FaultKind::NotObject => "not_object",
            FaultKind::NotList => "not_list",
            FaultKind::NotText => "not_text",
            FaultKind::NotWhole => "not_whole_number",
            FaultKind::NotNumber => "not_number",
            FaultKind::NotTruth => "not_true_or_false",
            FaultKind::Unknown => "unknown_field",
            FaultKind::Repeated => "repeated_field",
            FaultKind::Missing => "missing",
            FaultKind::TooLong { .. } => "too_long",
            FaultKind::TooMany { .. } => "too_many",
            FaultKind::OutOfRange { .. } => "out_of_range",
            FaultKind::Form { .. } => "wrong_form",
            FaultKind::Neither { .. } => "neither",
            FaultKind::SameOrdinal => "same_ordinal",
            FaultKind::Mercator => "datum_refused",
        }
    }
}

impl Told for FaultKind {
    fn zh(&self) -> String {
        match self {
            FaultKind::NotJson { line, column } => format!("不是有效的 JSON（第 {line} 行第 {column} 列）"),
            FaultKind::NotObject => "应为对象".into(),
            FaultKind::NotList => "应为列表".into(),
            FaultKind::NotText => "应为文本".into(),
            FaultKind::NotWhole => "应为整数".into(),
            FaultKind::NotNumber => "应为数字".into(),
            FaultKind::NotTruth => "应为 true 或 false".into(),
            FaultKind::Unknown => "没有这个字段".into(),
            FaultKind::Repeated => "字段重复".into(),
            FaultKind::Missing => "必须填写".into(),
            FaultKind::TooLong { chars_max } => format!("最多 {chars_max} 个字符"),
            FaultKind::TooMany { max } => format!("最多 {max} 项"),
            FaultKind::OutOfRange { min, max } => format!("应在 {min} 到 {max} 之间"),
            FaultKind::Form { wanted } => format!("格式应为：{wanted}"),
            FaultKind::Neither { one, other } => format!("{one} 和 {other} 至少填写一项"),
            FaultKind::SameOrdinal => "照片序号与前面的重复".into(),
            FaultKind::Mercator => "不接受百度墨卡托米制坐标，请发送 BD09 经纬度".into(),
        }
    }

    fn en(&self) -> String {
        match self {
            FaultKind::NotJson { line, column } => format!("not JSON (line {line}, column {column})"),
            FaultKind::NotObject => "must be an object".into(),
            FaultKind::NotList => "must be a list".into(),
            FaultKind::NotText => "must be a text".into(),
            FaultKind::NotWhole => "must be a whole number".into(),
            FaultKind::NotNumber => "must be a number".into(),
            FaultKind::NotTruth => "must be true or false".into(),
            FaultKind::Unknown => "there is no such field".into(),
            FaultKind::Repeated => "the field stands twice".into(),
            FaultKind::Missing => "must be there".into(),
            FaultKind::TooLong { chars_max } => format!("at most {chars_max} characters"),
            FaultKind::TooMany { max } => format!("at most {max} entries"),
            FaultKind::OutOfRange { min, max } => format!("must lie between {min} and {max}"),
            FaultKind::Form { wanted } => format!("must be of the form: {wanted}"),
            FaultKind::Neither { one, other } => format!("{one} or {other} must be there"),
            FaultKind::SameOrdinal => "an earlier photo has this ordinal".into(),
            FaultKind::Mercator => "Baidu's Mercator metres are not taken: send BD09 in degrees".into(),
        }
    }
}

/// Where in the report one stands, printed only when there is something to say.
#[derive(Clone, Copy)]
pub(super) struct At<'p> {
    above: Option<&'p At<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Field(&'p str),
    Number(usize),
}

impl<'p> At<'p> {
    /// The whole report.
    pub const TOP: At<'static> = At { above: None, step: Step::Field("") };

    /// A field of where one stands.
    pub fn field(&'p self, name: &'p str) -> At<'p> {
        At { above: Some(self), step: Step::Field(name) }
    }

    /// An entry of where one stands.
    pub fn entry(&'p self, number: usize) -> At<'p> {
        At { above: Some(self), step: Step::Number(number) }
    }

    fn pointer(&self) -> String {
        let Some(above) = self.above else { return String::new() };
        let mut pointer = above.pointer();
        pointer.push('/');
        match self.step {
            Step::Number(number) => drop(write!(pointer, "{number}")),
            Step::Field(name) => name.chars().take(POINTER_STEP_CHARS_MAX).for_each(|c| match c {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                c => pointer.push(c),
            }),
        }
        pointer
    }
}

/// Faults as they are found.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    /// Notes one.
    pub fn push(&mut self, at: &At, kind: FaultKind) {
        if self.0.len() < FAULTS_MAX {
            self.0.push(Fault { pointer: at.pointer(), kind });
        }
    }

    /// Everything found, or `whole` when nothing was.
    pub fn none_or<T>(self, whole: Option<T>) -> Result<T, Vec<Fault>> {
        match whole {
            Some(whole) if self.0.is_empty() => Ok(whole),
            _ => Err(self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of each; a new variant without a place here does not compile.
    fn all() -> Vec<FaultKind> {
        let next = |kind: &FaultKind| match kind {
            FaultKind::NotJson { .. } => Some(FaultKind::NotObject),
            FaultKind::NotObject => Some(FaultKind::NotList),
            FaultKind::NotList => Some(FaultKind::NotText),
            FaultKind::NotText => Some(FaultKind::NotWhole),
            FaultKind::NotWhole => Some(FaultKind::NotNumber),
            FaultKind::NotNumber => Some(FaultKind::NotTruth),
            FaultKind::NotTruth => Some(FaultKind::Unknown),
            FaultKind::Unknown => Some(FaultKind::Repeated),
            FaultKind::Repeated => Some(FaultKind::Missing),
            FaultKind::Missing => Some(FaultKind::TooLong { chars_max: 17 }),
            FaultKind::TooLong { .. } => Some(FaultKind::TooMany { max: 17 }),
            FaultKind::TooMany { .. } => Some(FaultKind::OutOfRange { min: 17, max: 18 }),
            FaultKind::OutOfRange { .. } => Some(FaultKind::Form { wanted: "N17" }),
            FaultKind::Form { .. } => Some(FaultKind::Neither { one: "one17", other: "other17" }),
            FaultKind::Neither { .. } => Some(FaultKind::SameOrdinal),
            FaultKind::SameOrdinal => Some(FaultKind::Mercator),
            FaultKind::Mercator => None,
        };
        std::iter::successors(Some(FaultKind::NotJson { line: 17, column: 18 }), next).collect()
    }

    #[test]
    fn every_fault_says_itself_in_both_languages_with_its_figures() {
        for kind in all() {
            let (zh, en) = (kind.zh(), kind.en());
            assert!(!zh.is_ascii() && en.is_ascii() && en.len() > 5, "{kind:?}: {zh} / {en}");
            assert!(!zh.contains(['{', '}']) && !en.contains(['{', '}']), "{kind:?} has a placeholder left");
            let has_figure = format!("{kind:?}").contains("17");
            assert_eq!((zh.contains("17"), en.contains("17")), (has_figure, has_figure), "{kind:?}: {zh} / {en}");
        }
    }

    #[test]
    fn codes_differ() {
        let codes: std::collections::BTreeSet<_> = all().iter().map(FaultKind::code).collect();
        assert_eq!(codes.len(), all().len());
    }
}
