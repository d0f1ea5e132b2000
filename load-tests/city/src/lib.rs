//! Seeded people, cells, needs and days; the example street.
