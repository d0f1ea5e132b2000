//! The one binary: serve, import, export, verify, explain, doctor.
