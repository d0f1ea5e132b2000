//! What the router writes: an order for every report, with everything it resolved and why.
//!
//! The ids follow from what the orders are about, so that whoever reads one knows where it comes from, and a
//! second router writes the same bytes.

use std::sync::Arc;

use xh_domain::actor::{Actor, SystemRole};
use xh_domain::case::Case;
use xh_domain::catalogue::{Question, Routed};
use xh_domain::fact::NO_CATALOGUE;
use xh_domain::ids::{CatalogueVersion, OrderId};
use xh_domain::order::{KeptPhoto, Order, OrderBody, Parked, ParkedTopic, ReportFault};
use xh_domain::report::{Mode, Report};

/// What of a report the catalogue is asked.
pub fn question(report: &Report) -> Question {
    Question {
        place: report.place,
        occurred_at_ms: report.occurred_at_ms,
        category: report.category,
        kind: report.kind,
        tier: report.tier,
    }
}

/// The order that opens a need (or takes over a past case) for the report at `position`, stamped `stamp_ms`.
pub fn open(report: Report, routed: Routed, position: u64, stamp_ms: i64) -> Order {
    let is_history = matches!(report.mode, Mode::History(_));
    let (id, catalogue) = (order_id(format!("open:{}", report.id)), report.catalogue);
    let case = Arc::new(Case {
        report: report.id,
        report_offset: position,
        digest: report.digest,
        key: report.sealed.key_id,
        receiver: report.actor,
        source_channel: report.source_channel,
        occurred_at_ms: report.occurred_at_ms,
        received_at_ms: stamp_ms,
        kind: report.kind,
        category: report.category,
        tier: routed.tier,
        place: routed.placement,
        route: routed.route,
        boundary: routed.boundary,
        line: routed.line,
        photos: report.photos,
        mode: report.mode,
    });
    order(id, catalogue, if is_history { OrderBody::CloseHistory(case) } else { OrderBody::Open(case) })
}

/// The order that refuses the report at `position`: its id belongs to another one.
pub fn refuse(report: &Report, position: u64) -> Order {
    let id = order_id(format!("refuse:{}:{position}", report.id));
    let fault = ReportFault::OtherDigest;
    let key = report.sealed.key_id;
    order(id, report.catalogue, OrderBody::RefuseReport { report: report.id, report_offset: position, fault, key })
}

/// The order that says that the report at `position` came again, equal to the first at `first_offset`.
/// Names its key only if that is not the first one's too.
pub fn repeat(report: &Report, first_offset: u64, position: u64, has_own_key: bool) -> Order {
    let id = order_id(format!("repeat:{}:{position}", report.id));
    let (report, catalogue, key) = (report.id, report.catalogue, has_own_key.then_some(report.sealed.key_id));
    order(id, catalogue, OrderBody::RepeatReport { report, first_offset, report_offset: position, key })
}

/// The order that says that a photo is kept.
pub fn photo_kept(photo: KeptPhoto, catalogue: CatalogueVersion) -> Order {
    order(order_id(format!("photo:{}:{}", photo.report, photo.ordinal)), catalogue, OrderBody::PhotoKept(photo))
}

/// The order that puts an unreadable record aside. It names no catalogue, for none is asked.
pub fn park(parked: Parked) -> Order {
    let topic = match parked.topic {
        ParkedTopic::Reports => "reports",
        ParkedTopic::Orders => "orders",
    };
    let id = order_id(format!("park:{topic}:{}:{}", parked.partition, parked.offset));
    order(id, NO_CATALOGUE, OrderBody::Park(parked))
}

fn order(id: OrderId, catalogue: CatalogueVersion, body: OrderBody) -> Order {
    Order { id, actor: Actor::system(SystemRole::Router), catalogue, need: None, item: None, revision: None, body }
}

fn order_id(text: String) -> OrderId {
    text.parse().expect("a word, a UUID and figures: at most 64 bytes of printable ASCII")
}
