//! What the door says when it cannot say "kept": one RFC 9457 answer with everything that is wrong.
//!
//! Nothing that a person typed is ever repeated in it: a fault names a field by JSON Pointer and a code.

use serde::Serialize;

use crate::language::Language;

/// Most faults named in one answer.
pub const FAULTS_MAX: usize = 100;

/// What kind of no it is. Each is a stable type URI.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// No token, or one that nobody knows.
    Unauthenticated,
    /// The body is no JSON of the right outline.
    Malformed,
    /// The fields are there, but wrong.
    InvalidReport,
    /// A body, batch or photo is larger than its limit.
    TooLarge,
    /// The body's media type is not taken here.
    UnsupportedMedia,
    /// The id belongs to another report.
    ReportDiffers,
    /// Nothing is known here of this report (any more).
    UnknownReport,
    /// The report announced no such photo.
    UnknownPhoto,
    /// The photo is not the one that was announced.
    PhotoDiffers,
    /// Too much at once: come back later.
    Busy,
    /// Nobody knows whether it was kept: send it again with the same id.
    OutcomeUnknown,
    /// The door is not (or no longer) open.
    NotReady,
    /// No such page.
    NotFound,
    /// Not this way.
    MethodNotAllowed,
}

impl Kind {
    /// All of them, for the catalogue of problems.
    pub const ALL: [Kind; 14] = [
        Kind::Unauthenticated,
        Kind::Malformed,
        Kind::InvalidReport,
        Kind::TooLarge,
        Kind::UnsupportedMedia,
        Kind::ReportDiffers,
        Kind::UnknownReport,
        Kind::UnknownPhoto,
        Kind::PhotoDiffers,
        Kind::Busy,
        Kind::OutcomeUnknown,
        Kind::NotReady,
        Kind::NotFound,
        Kind::MethodNotAllowed,
    ];

    /// Status, type URI, title in Chinese and in English.
    fn row(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Kind::Unauthenticated => (401, "unauthenticated", "未登录或令牌无效", "No valid token"),
            Kind::Malformed => (400, "malformed", "请求内容无法读取", "The body cannot be read"),
            Kind::InvalidReport => (422, "invalid-report", "上报内容有误", "The report has faults"),
            Kind::TooLarge => (413, "too-large", "内容超过限制", "Larger than the limit"),
            Kind::UnsupportedMedia => (415, "unsupported-media", "不支持的内容类型", "This media type is not taken"),
            Kind::ReportDiffers => {
                (409, "report-differs", "该编号已属于另一份上报", "The id belongs to another report")
            }
            Kind::UnknownReport => (404, "unknown-report", "没有该上报的记录", "Nothing is known of this report"),
            Kind::UnknownPhoto => (422, "unknown-photo", "上报时未登记这张照片", "The report announced no such photo"),
            Kind::PhotoDiffers => (422, "photo-differs", "照片与登记的不一致", "Not the photo that was announced"),
            Kind::Busy => (429, "busy", "系统繁忙，请稍后重试", "Busy: try again later"),
            Kind::OutcomeUnknown => {
                (503, "outcome-unknown", "结果未知，请用同一编号重试", "Outcome unknown: retry with the same id")
            }
            Kind::NotReady => (503, "not-ready", "服务尚未就绪", "Not ready"),
            Kind::NotFound => (404, "not-found", "没有这个地址", "No such page"),
            Kind::MethodNotAllowed => (405, "method-not-allowed", "不支持的请求方法", "Method not allowed"),
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        self.row().0
    }

    /// The last part of the type URI `/problems/…`; also the value of its metric.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// The title.
    pub fn title(self, language: Language) -> &'static str {
        let (_, _, chinese, english) = self.row();
        language.pick(chinese, english)
    }
}

/// One fault of a report.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
    /// JSON Pointer to the field.
    pub pointer: String,
    /// What is wrong with it, for programs.
    pub code: String,
    /// What is wrong with it, for people.
    pub message: String,
}

/// A no, with its reasons.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// What kind.
    pub kind: Kind,
    /// More than the title says, without content.
    pub detail: Option<String>,
    /// The faults, at most [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
    /// When to come back, seconds.
    pub retry_after_s: Option<u32>,
}

#[derive(Serialize)]
struct Wire<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [Fault],
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u32>,
}

impl Problem {
    /// A no without details.
    pub fn of(kind: Kind) -> Problem {
        Problem { kind, detail: None, faults: Vec::new(), retry_after_s: None }
    }

    /// A no with a sentence, in both languages.
    pub fn detailed(kind: Kind, language: Language, chinese: &str, english: &str) -> Problem {
        Problem { detail: Some(language.pick(chinese, english).to_owned()), ..Problem::of(kind) }
    }

    /// A no that names one field.
    pub fn about(kind: Kind, fault: Fault) -> Problem {
        Problem { faults: vec![fault], ..Problem::of(kind) }
    }

    /// "Come back in so many seconds".
    pub fn retry(kind: Kind, after_s: u32) -> Problem {
        Problem { retry_after_s: Some(after_s), ..Problem::of(kind) }
    }

    /// The body, `application/problem+json`.
    pub fn json(&self, language: Language) -> Vec<u8> {
        let wire = Wire {
            r#type: format!("/problems/{}", self.kind.name()),
            title: self.kind.title(language),
            status: self.kind.status(),
            detail: self.detail.as_deref(),
            errors: &self.faults[..self.faults.len().min(FAULTS_MAX)],
            retry_after: self.retry_after_s,
        };
        serde_json::to_vec(&wire).expect("strings and numbers are JSON")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_type_of_its_own_and_both_titles() {
        let names: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for kind in Kind::ALL {
            assert!((400..=503).contains(&kind.status()));
            assert!(!kind.title(Language::Chinese).is_ascii() && kind.title(Language::English).is_ascii());
        }
    }

    #[test]
    fn the_answer_is_rfc_9457_with_every_fault() {
        let fault =
            |n: usize| Fault {
                pointer: format!("/photos/{n}/size"), code: "too_large".into(), message: "超限".into()
            };
        let problem = Problem { faults: (0..2).map(fault).collect(), ..Problem::of(Kind::InvalidReport) };
        let json: serde_json::Value = serde_json::from_slice(&problem.json(Language::Chinese)).unwrap();
        assert_eq!(json["type"], "/problems/invalid-report");
        assert_eq!(json["status"], 422);
        assert_eq!(json["title"], "上报内容有误");
        assert_eq!(json["errors"][1]["pointer"], "/photos/1/size");
        assert!(json.get("retry_after").is_none() && json.get("detail").is_none());
    }

    #[test]
    fn faults_are_bounded_and_a_pause_is_said() {
        let fault = Fault { pointer: "/x".into(), code: "x".into(), message: "x".into() };
        let many = Problem { faults: vec![fault; FAULTS_MAX + 1], ..Problem::of(Kind::InvalidReport) };
        let json: serde_json::Value = serde_json::from_slice(&many.json(Language::English)).unwrap();
        assert_eq!(json["errors"].as_array().unwrap().len(), FAULTS_MAX);
        let busy: serde_json::Value =
            serde_json::from_slice(&Problem::retry(Kind::Busy, 2).json(Language::English)).unwrap();
        assert_eq!(busy["retry_after"], 2);
    }
}
