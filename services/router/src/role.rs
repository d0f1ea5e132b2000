//! The two roles of the router: the relay that turns reports into orders, and the carrier of hand-overs.

mod carrier;
mod relay;

pub use self::carrier::Carrier;
pub use self::relay::{OrderOffers, ReportOffers, Router};
