//! From the bytes of a request to a report that may be kept, or to everything that is wrong with it.

use xh_domain::report::{Arrived, Fault as DomainFault, FaultKind, Mode};
use xh_domain::texts::Told;

use crate::language::Language;
use crate::limits::BATCH_REPORTS_MAX;
use crate::problem::{Fault, Kind, Problem};

/// Reads one report. Only an import may say how clocks shall run.
pub fn read(bytes: &[u8], may_import: bool, language: Language) -> Result<Arrived<'_>, Problem> {
    let arrived = Arrived::read(bytes).map_err(|faults| problem_of(&faults, language))?;
    if arrived.mode != Mode::Live && !may_import {
        let message = language.pick("只有导入账号可以使用", "only an import may say this").to_owned();
        let fault = Fault { pointer: "/mode".into(), code: "not_allowed".into(), message };
        return Err(Problem::about(Kind::InvalidReport, fault));
    }
    Ok(arrived)
}

/// Cuts a batch into the raw texts of its reports.
pub fn cut_batch(bytes: &[u8], language: Language) -> Result<Vec<&serde_json::value::RawValue>, Problem> {
    let cut: Result<Vec<&serde_json::value::RawValue>, _> = serde_json::from_slice(bytes);
    let reports = cut.map_err(|fault| {
        let (line, column) = (fault.line(), fault.column());
        Problem::detailed(
            Kind::Malformed,
            language,
            &format!("应为上报的列表（第 {line} 行第 {column} 列）"),
            &format!("must be a list of reports (line {line}, column {column})"),
        )
    })?;
    if reports.len() > BATCH_REPORTS_MAX {
        let chinese = format!("一次最多 {BATCH_REPORTS_MAX} 份");
        let english = format!("at most {BATCH_REPORTS_MAX} reports at once");
        return Err(Problem::detailed(Kind::TooLarge, language, &chinese, &english));
    }
    Ok(reports)
}

fn problem_of(faults: &[DomainFault], language: Language) -> Problem {
    let is_no_report = faults.iter().any(|fault| {
        fault.pointer.is_empty()
            && matches!(fault.kind, FaultKind::NotJson { .. } | FaultKind::NotObject | FaultKind::Form { .. })
    });
    let kind = if is_no_report { Kind::Malformed } else { Kind::InvalidReport };
    Problem { faults: faults.iter().map(|fault| told(fault, language)).collect(), ..Problem::of(kind) }
}

fn told(fault: &DomainFault, language: Language) -> Fault {
    let message = match language {
        Language::Chinese => fault.kind.zh(),
        Language::English => fault.kind.en(),
    };
    Fault { pointer: fault.pointer.clone(), code: fault.kind.code().to_owned(), message }
}
