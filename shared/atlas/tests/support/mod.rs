//! What several test files need: the shared data beside the project, and a city that tiles.

#![allow(dead_code, reason = "every test file uses another part")]

pub mod tiles;

use std::io::Read;
use std::path::PathBuf;

/// A file of the shared data; `None`, loudly, where it is absent.
pub fn shared_data(path: &str, not_tested: &str) -> Option<Vec<u8>> {
    let file = shared_path(path);
    let Ok(bytes) = std::fs::read(&file) else {
        let mut error = std::io::stderr().lock();
        std::io::Write::write_all(&mut error, format!("SHARED DATA ABSENT: {not_tested}\n").as_bytes())
            .expect("stderr");
        return None;
    };
    if path.ends_with(".gz") { Some(unpacked(&bytes)) } else { Some(bytes) }
}

pub fn shared_path(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")).join(path)
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut found = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut found).expect("a gzip file");
    found
}

/// The rows of a CSV file, by column name.
pub fn rows(bytes: &[u8]) -> Vec<std::collections::BTreeMap<String, String>> {
    csv::Reader::from_reader(bytes).deserialize().map(|row| row.expect("a row")).collect()
}
