//! In which order do places lie so that neighbours on the map are neighbours in memory?
//!
//! Along Hilbert's curve. The index stores outlines in this order; whoever has many points to look
//! up may sort them by it.

/// Bits per axis.
const BITS: u32 = 16;

/// Place of the square (`x`, `y`), each below 65,536, along the curve.
#[must_use]
pub fn hilbert_key(x: u16, y: u16) -> u32 {
    let (mut x, mut y) = (u32::from(x), u32::from(y));
    let mut key = 0;
    for bit in (0..BITS).rev() {
        let (right, upper) = ((x >> bit) & 1, (y >> bit) & 1);
        key = (key << 2) | ((3 * right) ^ upper);
        if upper == 0 {
            if right == 1 {
                (x, y) = (!x, !y);
            }
            (x, y) = (y, x);
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_visits_every_square_once_and_steps_to_a_neighbour() {
        let mut squares: Vec<_> = (0..32u16).flat_map(|x| (0..32u16).map(move |y| (hilbert_key(x, y), x, y))).collect();
        squares.sort_unstable();
        for (place, pair) in squares.windows(2).enumerate() {
            let ((key, x, y), (_, next_x, next_y)) = (pair[0], pair[1]);
            assert_eq!(key as usize, place);
            assert_eq!(x.abs_diff(next_x) + y.abs_diff(next_y), 1, "from {x},{y}");
        }
    }
}
