//! 三率综合: response, solution and satisfaction in one figure, by weights.
//!
//! The weights are a city's own: 30/35/35 is what Jungar Banner (准格尔旗) publishes (`domain.md` 2.9), and stands
//! in the figure's name, so that no two composites are taken for each other. It is made of the unrounded rates and
//! rounded once (8, rule 9).

use super::counts::Counts;
use super::rate::{Rate, Share, half_up, written};
use crate::texts::Told;

/// A composite of three rates; the weights are whole percents and make 100.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Composite {
    rates: [(Rate, u8); 3],
}

impl Composite {
    /// 响应率 30, 解决率 35, 满意率（含基本满意） 35.
    pub const WEIGHTS_30_35_35: Composite =
        Composite { rates: [(Rate::ResponseRate, 30), (Rate::ResolvedRateStrict, 35), (Rate::SatisfiedRateGe3, 35)] };

    /// Its rates, each with its weight in percent.
    pub fn rates(self) -> [(Rate, u8); 3] {
        self.rates
    }

    /// As on the wire: `composite_30_35_35`.
    pub fn name(self) -> String {
        let [one, two, three] = self.rates.map(|(_, weight)| weight);
        format!("composite_{one}_{two}_{three}")
    }

    /// In hundredths of a percent, half up; nothing where one of the rates is of nothing.
    pub fn percent_hundredths(self, counts: &Counts) -> Option<u64> {
        let mut shares = [(Share { marks_per_mille: 0, of: 1 }, 0); 3];
        for (share, (rate, weight)) in shares.iter_mut().zip(self.rates) {
            *share = (counts.rate(rate)?, weight);
        }
        Some(weighed(shares))
    }

    /// The same as people write it: `89.22`.
    pub fn percent(self, counts: &Counts) -> Option<String> {
        self.percent_hundredths(counts).map(written)
    }
}

/// The sum over one common denominator: with counts below a thousand million it stays far inside 128 bits.
fn weighed(shares: [(Share, u8); 3]) -> u64 {
    let of: u128 = shares.iter().map(|(share, _)| u128::from(share.of)).product();
    let part = |(share, weight): &(Share, u8)| {
        u128::from(share.marks_per_mille) * u128::from(*weight) * (of / u128::from(share.of))
    };
    half_up(shares.iter().map(part).sum(), of * 10)
}

impl Told for Composite {
    fn zh(&self) -> String {
        format!("三率综合（{}）", self.rates.map(|(_, weight)| weight.to_string()).join("/"))
    }

    fn en(&self) -> String {
        format!("response, solved, satisfied by {}", self.rates.map(|(_, weight)| weight.to_string()).join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(count: u64, of: u64) -> Share {
        Share::of(count, of).unwrap()
    }

    #[test]
    fn it_is_made_of_the_unrounded_rates_and_rounded_once() {
        let street = weighed([(share(9, 10), 30), (share(8, 9), 35), (share(8, 9), 35)]);
        assert_eq!(street, 8_922, "domain.md 8: 27 + 31.11 + 31.11");
        let thirds = weighed([(share(1, 3), 30), (share(1, 3), 35), (share(1, 3), 35)]);
        assert_eq!(thirds, 3_333, "rounded parts would make 10.00 + 11.67 + 11.67 = 33.34");
        assert_eq!(weighed([(share(1, 1), 30), (share(1, 1), 35), (share(1, 1), 35)]), 10_000);
    }

    #[test]
    fn the_weights_make_a_hundred_and_stand_in_the_name() {
        let composite = Composite::WEIGHTS_30_35_35;
        assert_eq!(composite.rates().map(|(_, weight)| u32::from(weight)).iter().sum::<u32>(), 100);
        assert_eq!(composite.name(), "composite_30_35_35");
    }
}
