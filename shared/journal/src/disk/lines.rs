//! Small text files with a checksum: a name and version in front, one fact a line, the sum at the end.
//! An operator can read them; a damaged one is noticed.

/// Adds the checksum line.
pub fn seal(text: String) -> Vec<u8> {
    let crc = crc32c::crc32c(text.as_bytes());
    format!("{text}crc {crc:08x}\n").into_bytes()
}

/// The lines between the first (which must be `title`) and the checksum; `None` when anything is amiss.
pub fn unseal<'a>(bytes: &'a [u8], title: &str) -> Option<Vec<&'a str>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let at = text.rfind("crc ")?;
    let (body, sum) = text.split_at(at);
    let expected = format!("crc {:08x}\n", crc32c::crc32c(body.as_bytes()));
    let mut lines = body.lines();
    (sum == expected && lines.next() == Some(title)).then(|| lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_comes_back_and_a_changed_byte_does_not() {
        let sealed = seal("thing 1\none\ntwo\n".into());
        assert_eq!(unseal(&sealed, "thing 1"), Some(vec!["one", "two"]));
        assert_eq!(unseal(&sealed, "thing 2"), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(unseal(&changed, "thing 1"), None, "byte {at}");
        }
    }
}
