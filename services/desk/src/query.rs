//! From the parameters of a URL to a question: one grammar for API and page. Pure.
//!
//! `stage=handling,awaiting_tick_off&light=red&sort=-due&limit=50&cursor=…`. Values of one name are joined by
//! commas or by repeating it. Every wrong parameter is named; an unknown one is refused, for it is a typo.

use std::str::FromStr;

use crate::cursor::Cursor;
use crate::filter::{Filter, Order, Sort, VALUES_MAX};
use crate::problem::{Fault, Kind, Problem};

/// Rows of a page when nothing is asked for.
pub const LIMIT_DEFAULT: usize = 50;
/// Most rows of a page.
pub const LIMIT_MAX: usize = 200;

/// A question to the queue.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// Which rows.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// After which row.
    pub cursor: Option<Cursor>,
    /// How many.
    pub limit: usize,
}

/// Reads the parameters of the queue. Names in `also` are somebody else's and passed over.
pub fn read(parameters: &[(String, String)], also: &[&str]) -> Result<Question, Problem> {
    let mut reader = Reader::default();
    for (name, text) in parameters {
        if !also.contains(&name.as_str()) {
            reader.take(name, text);
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Reader {
    filter: Filter,
    order: Option<Order>,
    cursor: Option<Cursor>,
    limit: Option<usize>,
    faults: Vec<Fault>,
}

impl Reader {
    fn take(&mut self, name: &str, text: &str) {
        let filter = &mut self.filter;
        let taken = match name {
            "ledger" => add(&mut filter.ledgers, text, parse),
            "stage" => add(&mut filter.stages, text, by_name),
            "light" => add(&mut filter.lights, text, by_name),
            "tier" => add(&mut filter.tiers, text, parse),
            "source" => add(&mut filter.sources, text, by_name),
            "need_class" => add(&mut filter.need_classes, text, parse),
            "std_code" => add(&mut filter.std_codes, text, parse),
            "cell" => add(&mut filter.cells, text, parse),
            "unit" => add(&mut filter.units, text, parse),
            "post" => add(&mut filter.posts, text, parse),
            "sort" => sort(text).map(|order| self.order = Some(order)),
            "cursor" => text.parse().map(|cursor| self.cursor = Some(cursor)).ok(),
            "limit" => limit(text).map(|limit| self.limit = Some(limit)),
            _ => return self.fault(name, "unknown", "没有这个查询条件 (unknown parameter)"),
        };
        if taken.is_none() {
            self.fault(name, "invalid", "取值有误 (wrong value)");
        }
    }

    fn fault(&mut self, name: &str, code: &'static str, message: &str) {
        let pointer = name.chars().take(64).collect();
        self.faults.push(Fault { pointer, code, message: message.to_owned() });
    }

    fn finish(mut self) -> Result<Question, Problem> {
        let order = self.order.or(self.cursor.map(|cursor| cursor.order)).unwrap_or_default();
        if self.cursor.is_some_and(|cursor| cursor.order != order) {
            self.fault("cursor", "other_order", "游标与排序不符 (the cursor belongs to another order)");
        }
        if !self.faults.is_empty() {
            return Err(Problem { errors: self.faults, ..Problem::of(Kind::InvalidQuery) });
        }
        let limit = self.limit.unwrap_or(LIMIT_DEFAULT);
        Ok(Question { filter: self.filter, order, cursor: self.cursor, limit })
    }
}

fn add<T>(values: &mut Vec<T>, text: &str, read: impl Fn(&str) -> Option<T>) -> Option<()> {
    for part in text.split(',').filter(|part| !part.is_empty()) {
        values.push(read(part)?);
    }
    (values.len() <= VALUES_MAX).then_some(())
}

fn parse<T: FromStr>(text: &str) -> Option<T> {
    text.parse().ok()
}

/// An enum by its name on the wire.
fn by_name<T: serde::de::DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).ok()
}

fn sort(text: &str) -> Option<Order> {
    let (name, descending) = text.strip_prefix('-').map_or((text, false), |name| (name, true));
    let sort = match name {
        "due" => Sort::Due,
        "age" => Sort::Age,
        "number" => Sort::Number,
        _ => return None,
    };
    Some(Order { sort, descending })
}

fn limit(text: &str) -> Option<usize> {
    text.parse().ok().filter(|limit| (1..=LIMIT_MAX).contains(limit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::row::{Light, Stage};

    fn ask(pairs: &[(&str, &str)]) -> Result<Question, Problem> {
        let pairs: Vec<_> = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        read(&pairs, &["live"])
    }

    #[test]
    fn values_are_joined_by_commas_or_by_repeating() {
        let question =
            ask(&[("stage", "reported,handling"), ("stage", "registered"), ("light", "red"), ("live", "0")]).unwrap();
        assert_eq!(question.filter.stages, [Stage::Reported, Stage::Handling, Stage::Registered]);
        assert_eq!(question.filter.lights, [Light::Red]);
        assert_eq!((question.limit, question.order), (LIMIT_DEFAULT, Order::default()));
    }

    #[test]
    fn every_wrong_parameter_is_named() {
        let problem =
            ask(&[("stage", "nowhere"), ("colour", "red"), ("limit", "0"), ("cell", "1"), ("sort", "x")]).unwrap_err();
        let named: Vec<_> = problem.errors.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        let invalid = "invalid";
        assert_eq!(
            named,
            [("stage", invalid), ("colour", "unknown"), ("limit", invalid), ("cell", invalid), ("sort", invalid)]
        );
    }

    #[test]
    fn a_cursor_keeps_its_order_and_no_other() {
        let cursor = "999901001-2026-000007".parse().map(|need| Cursor {
            order: Order { sort: Sort::Age, descending: true },
            after: crate::filter::Place { key: 5, need },
        });
        let text = cursor.unwrap().to_string();
        assert_eq!(ask(&[("cursor", &text)]).unwrap().order, Order { sort: Sort::Age, descending: true });
        assert!(ask(&[("cursor", &text), ("sort", "-age")]).is_ok());
        assert_eq!(ask(&[("cursor", &text), ("sort", "due")]).unwrap_err().errors[0].code, "other_order");
        assert_eq!(ask(&[("cursor", "zz")]).unwrap_err().errors[0].pointer, "cursor");
    }
}
