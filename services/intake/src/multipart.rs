//! A report with its photos in one request: `multipart/form-data` (RFC 7578), cut from the whole body.
//!
//! ```text
//!   part "report"      the report's JSON
//!   part "photo-0"     the photo with ordinal 0, raw bytes
//!   …
//! ```
//!
//! Only the names of the parts are read; file names and media types that a sender adds are ignored, for they
//! are a person's words and prove nothing.

use bytes::Bytes;

/// Most parts of one body: the report and its photos.
pub const PARTS_MAX: usize = 10;
/// Most bytes of the headers of one part.
const PART_HEADERS_BYTES_MAX: usize = 4_096;
/// Most characters of a boundary (RFC 2046, 5.1.1).
const BOUNDARY_CHARS_MAX: usize = 70;

/// One part: its name and its bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Part {
    /// The field's name.
    pub name: String,
    /// The content, shared with the body.
    pub bytes: Bytes,
}

/// The body is no `multipart/form-data` of this boundary.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no multipart/form-data: {0}")]
pub struct Malformed(pub &'static str);

/// The boundary that a `Content-Type` of `multipart/form-data` names; `None` for every other type.
pub fn boundary(content_type: &str) -> Option<&str> {
    let (media, parameters) = content_type.split_once(';')?;
    if !media.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let boundary = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary").then_some(value.trim_matches('"'))
    })?;
    (1..=BOUNDARY_CHARS_MAX).contains(&boundary.len()).then_some(boundary)
}

/// Cuts a body into its parts.
pub fn parts(body: &Bytes, boundary: &str) -> Result<Vec<Part>, Malformed> {
    let line = format!("--{boundary}");
    let delimiter = format!("\r\n{line}");
    if !body.starts_with(line.as_bytes()) {
        return Err(Malformed("it does not begin with its boundary"));
    }
    let (mut parts, mut at) = (Vec::new(), line.len());
    loop {
        let rest = &body[at..];
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        let rest = rest.strip_prefix(b"\r\n").ok_or(Malformed("a boundary runs on"))?;
        let start = at + 2;
        let length = find(rest, delimiter.as_bytes()).ok_or(Malformed("a part does not end"))?;
        if parts.len() == PARTS_MAX {
            return Err(Malformed("too many parts"));
        }
        parts.push(part(body.slice(start..start + length))?);
        at = start + length + delimiter.len();
    }
}

fn part(whole: Bytes) -> Result<Part, Malformed> {
    let head_end = find(&whole[..whole.len().min(PART_HEADERS_BYTES_MAX)], b"\r\n\r\n")
        .ok_or(Malformed("a part without headers"))?;
    let headers = std::str::from_utf8(&whole[..head_end]).map_err(|_| Malformed("headers that are not UTF-8"))?;
    let name = headers.split("\r\n").find_map(field_name).ok_or(Malformed("a part without a name"))?;
    Ok(Part { name: name.to_owned(), bytes: whole.slice(head_end + 4..) })
}

/// The name in `Content-Disposition: form-data; name="…"`.
fn field_name(header: &str) -> Option<&str> {
    let (name, value) = header.split_once(':')?;
    if !name.eq_ignore_ascii_case("content-disposition") {
        return None;
    }
    let mut parameters = value.split(';').map(str::trim);
    if !parameters.next()?.eq_ignore_ascii_case("form-data") {
        return None;
    }
    parameters.find_map(|parameter| parameter.strip_prefix("name=")).map(|value| value.trim_matches('"'))
}

/// Where `needle` first stands.
fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = haystack[from..].iter().position(|byte| *byte == first) {
        let at = from + at;
        if haystack[at..].starts_with(needle) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "multipart/form-data; boundary=\"xyz\"";

    fn body(parts: &[(&str, &[u8])]) -> Bytes {
        let mut body = Vec::new();
        for (name, bytes) in parts {
            body.extend_from_slice(format!("--xyz\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"李四.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n").as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xyz--\r\n");
        Bytes::from(body)
    }

    #[test]
    fn a_report_and_its_photos_are_cut_apart_byte_for_byte() {
        let photo = b"\xff\xd8\xff\r\n--xy\r\n--\r\n\r\n--xzy";
        let body = body(&[("report", b"{}"), ("photo-0", photo), ("photo-1", b"")]);
        let parts = parts(&body, boundary(TYPE).unwrap()).unwrap();
        let found: Vec<_> = parts.iter().map(|part| (part.name.as_str(), &part.bytes[..])).collect();
        assert_eq!(found, [("report", &b"{}"[..]), ("photo-0", photo), ("photo-1", b"")]);
    }

    #[test]
    fn only_form_data_names_a_boundary() {
        assert_eq!(boundary("multipart/form-data; charset=utf-8; boundary=abc"), Some("abc"));
        assert_eq!(boundary("Multipart/Form-Data;BOUNDARY=abc"), Some("abc"));
        for other in [
            "application/json",
            "multipart/mixed; boundary=abc",
            "multipart/form-data",
            "multipart/form-data; boundary=",
        ] {
            assert_eq!(boundary(other), None, "{other}");
        }
    }

    #[test]
    fn every_cut_of_a_body_is_refused_and_none_panics() {
        let whole = body(&[("report", b"{}"), ("photo-0", b"abc")]);
        let end = whole.len() - b"--\r\n".len();
        for cut in 0..=end {
            assert!(parts(&whole.slice(..cut), "xyz").is_err(), "cut at {cut}");
        }
        let many: Vec<(&str, &[u8])> = vec![("p", b""); PARTS_MAX + 1];
        assert_eq!(parts(&body(&many), "xyz"), Err(Malformed("too many parts")));
    }
}
