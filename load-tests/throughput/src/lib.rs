//! The city under load: benchmarks against a real node.
