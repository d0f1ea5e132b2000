//! What the desk says when it says no: one RFC 9457 answer, readable by people and programs. Pure.
//!
//! Nothing that a person typed is repeated in it. The title is told in the asker's language, Chinese unless
//! English is asked for.

use serde::Serialize;
use serde_json::Value;

/// The language of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The first of the two that an `Accept-Language` header names.
    pub fn asked(header: Option<&str>) -> Language {
        let tags = header.unwrap_or("").split(',').map(|tag| tag.trim().to_ascii_lowercase());
        let known = |tag: String| match tag.get(..2) {
            Some("zh") => Some(Language::Zh),
            Some("en") => Some(Language::En),
            _ => None,
        };
        tags.into_iter().find_map(known).unwrap_or_default()
    }
}

/// What kind of no it is. Each is a stable type URI.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// No token, or one that nobody knows.
    Unauthenticated,
    /// The token does not carry the right.
    Forbidden,
    /// The ledger is not one of the token's.
    OtherLedger,
    /// A form that our page did not make for this session.
    ForeignForm,
    /// A parameter is wrong.
    InvalidQuery,
    /// The body is wrong.
    InvalidBody,
    /// The body is larger than its limit.
    TooLarge,
    /// No such need, photo or order.
    NotFound,
    /// Not this way.
    MethodNotAllowed,
    /// The resident's data were erased.
    Erased,
    /// The revision that its author saw is missing.
    RevisionMissing,
    /// The need has changed since its author looked.
    StaleVersion,
    /// The ledger refused the order.
    Refused,
    /// Nobody knows whether the order was kept: send it again with the same id.
    OutcomeUnknown,
    /// Too many orders on their way.
    Busy,
    /// The desk has not caught up, or holds no catalogue yet.
    NotReady,
    /// Something is broken here.
    Broken,
}

impl Kind {
    /// All of them, for the catalogue of problems.
    pub const ALL: [Kind; 17] = [
        Kind::Unauthenticated,
        Kind::Forbidden,
        Kind::OtherLedger,
        Kind::ForeignForm,
        Kind::InvalidQuery,
        Kind::InvalidBody,
        Kind::TooLarge,
        Kind::NotFound,
        Kind::MethodNotAllowed,
        Kind::Erased,
        Kind::RevisionMissing,
        Kind::StaleVersion,
        Kind::Refused,
        Kind::OutcomeUnknown,
        Kind::Busy,
        Kind::NotReady,
        Kind::Broken,
    ];

    /// Status, last part of the type URI, titles.
    fn row(self) -> (u16, &'static str, &'static str, &'static str) {
        match self {
            Kind::Unauthenticated => (401, "unauthenticated", "未登录或令牌无效", "No valid token"),
            Kind::Forbidden => (403, "forbidden", "您没有这项权限", "Not allowed"),
            Kind::OtherLedger => (403, "other-ledger", "不在您的台账范围内", "Outside your ledgers"),
            Kind::ForeignForm => (403, "foreign-form", "表单已失效，请返回后重试", "The form is not from this session"),
            Kind::InvalidQuery => (400, "invalid-query", "查询条件有误", "A parameter is wrong"),
            Kind::InvalidBody => (422, "invalid-body", "提交内容有误", "The body is wrong"),
            Kind::TooLarge => (413, "too-large", "内容超过限制", "Larger than the limit"),
            Kind::NotFound => (404, "not-found", "没有这一件", "Not found"),
            Kind::MethodNotAllowed => (405, "method-not-allowed", "不支持的请求方法", "Method not allowed"),
            Kind::Erased => (410, "erased", "个人信息已删除", "Erased"),
            Kind::RevisionMissing => (428, "revision-missing", "须注明所见版本", "Say which revision you saw"),
            Kind::StaleVersion => (412, "stale-version", "内容已有更新，请刷新后再办", "Changed since you looked"),
            Kind::Refused => (409, "refused", "台账未接受此操作", "The ledger refused the order"),
            Kind::OutcomeUnknown => {
                (503, "outcome-unknown", "结果未知，请用同一编号重试", "Outcome unknown: retry with the same id")
            }
            Kind::Busy => (503, "busy", "系统繁忙，请稍后重试", "Busy: try again later"),
            Kind::NotReady => (503, "not-ready", "尚未就绪，请稍后重试", "Not ready"),
            Kind::Broken => (500, "broken", "内部错误，已记录", "Something is broken here; it was logged"),
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        self.row().0
    }

    /// The last part of the type URI.
    pub fn slug(self) -> &'static str {
        self.row().1
    }

    /// The title.
    pub fn title(self, language: Language) -> &'static str {
        let (_, _, zh, en) = self.row();
        if language == Language::Zh { zh } else { en }
    }
}

/// One fault of a request.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
    /// JSON Pointer to the field, or the parameter's name.
    pub pointer: String,
    /// What is wrong with it, for programs.
    pub code: &'static str,
    /// What is wrong with it, for people.
    pub message: String,
}

/// A no, with its reasons.
#[derive(Clone, PartialEq, Debug)]
pub struct Problem {
    /// What kind.
    pub kind: Kind,
    /// More than the title says: in Chinese and English.
    pub detail: Option<(String, String)>,
    /// Faults of the request.
    pub errors: Vec<Fault>,
    /// More members, for programs.
    pub more: serde_json::Map<String, Value>,
    /// When to come back, seconds.
    pub retry_after_s: Option<u32>,
}

impl Problem {
    /// A no that its title says whole.
    pub fn of(kind: Kind) -> Problem {
        Problem { kind, detail: None, errors: Vec::new(), more: serde_json::Map::new(), retry_after_s: None }
    }

    /// With a sentence.
    #[must_use]
    pub fn saying(mut self, zh: impl Into<String>, en: impl Into<String>) -> Problem {
        self.detail = Some((zh.into(), en.into()));
        self
    }

    /// With a member for programs.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Problem {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    /// With an instant to come back at.
    #[must_use]
    pub fn again_in_s(mut self, seconds: u32) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The sentence, or the title where there is none.
    pub fn sentence(&self, language: Language) -> String {
        match (&self.detail, language) {
            (Some((zh, _)), Language::Zh) => zh.clone(),
            (Some((_, en)), Language::En) => en.clone(),
            (None, language) => self.kind.title(language).to_owned(),
        }
    }

    /// The body of `application/problem+json`.
    pub fn body(&self, language: Language) -> Vec<u8> {
        let mut members = self.more.clone();
        let mut set = |name: &str, value: Value| members.insert(name.to_owned(), value);
        set("type", format!("/problems/{}", self.kind.slug()).into());
        set("title", self.kind.title(language).into());
        set("status", self.kind.status().into());
        if self.detail.is_some() {
            set("detail", self.sentence(language).into());
        }
        if !self.errors.is_empty() {
            set("errors", serde_json::to_value(&self.errors).unwrap_or_default());
        }
        if let Some(seconds) = self.retry_after_s {
            set("retry_after", seconds.into());
        }
        serde_json::to_vec(&members).expect("plain members become JSON")
    }
}

impl From<Kind> for Problem {
    fn from(kind: Kind) -> Problem {
        Problem::of(kind)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_kind_has_a_type_of_its_own_and_an_error_status() {
        let slugs: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), Kind::ALL.len());
        assert!(Kind::ALL.iter().all(|kind| (400..600).contains(&kind.status())));
    }

    #[test]
    fn a_problem_speaks_the_asked_language() {
        let problem = Problem::of(Kind::StaleVersion).saying("现为第 5 版", "now revision 5").with("current", 5);
        let body: Value = serde_json::from_slice(&problem.body(Language::asked(Some("en-GB,zh;q=0.5")))).unwrap();
        assert_eq!(body["type"], "/problems/stale-version");
        assert_eq!((&body["status"], &body["current"]), (&412.into(), &5.into()));
        assert_eq!(body["detail"], "now revision 5");
        assert_eq!(Language::asked(Some("fr, zh-CN")), Language::Zh);
        assert_eq!(Language::asked(None), Language::Zh);
    }
}
