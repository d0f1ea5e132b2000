//! What kind of picture is this? Judged by its first bytes, never by what the sender calls it.
//!
//! This file opens no picture: decoding one is a risk that the door does not take.

/// Most bytes of one photo as sent (10 MB).
pub const PHOTO_BYTES_MAX: usize = 10 * 1_000_000;

/// The formats that are taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PhotoFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
    /// HEIC and HEIF, as phones make them.
    Heic,
}

/// Brands of the `ftyp` box that say "a picture in HEVC" (ISO/IEC 23008-12, annex B; `mif1`, `msf1`: any HEIF).
const HEIC_BRANDS: [&[u8; 4]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"];

impl PhotoFormat {
    /// The format that these bytes begin like.
    pub fn sniff(bytes: &[u8]) -> Option<PhotoFormat> {
        match bytes {
            [0xff, 0xd8, 0xff, ..] => Some(PhotoFormat::Jpeg),
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(PhotoFormat::Png),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(PhotoFormat::Webp),
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] if is_heic(brand) => Some(PhotoFormat::Heic),
            _ => None,
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            PhotoFormat::Jpeg => "image/jpeg",
            PhotoFormat::Png => "image/png",
            PhotoFormat::Webp => "image/webp",
            PhotoFormat::Heic => "image/heic",
        }
    }
}

fn is_heic(after_ftyp: &[u8]) -> bool {
    after_ftyp.first_chunk::<4>().is_some_and(|brand| HEIC_BRANDS.contains(&brand))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_decide() {
        let cases: [(&[u8], Option<PhotoFormat>); 9] = [
            (b"\xff\xd8\xff\xe0\x00\x10JFIF", Some(PhotoFormat::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\x00\x00", Some(PhotoFormat::Png)),
            (b"RIFF\x10\x00\x00\x00WEBPVP8 ", Some(PhotoFormat::Webp)),
            (b"\x00\x00\x00\x18ftypheic\x00\x00", Some(PhotoFormat::Heic)),
            (b"\x00\x00\x00\x18ftypmif1\x00\x00", Some(PhotoFormat::Heic)),
            (b"\x00\x00\x00\x18ftypmp42\x00\x00", None),
            (b"<svg xmlns=", None),
            (b"MZ\x90\x00", None),
            (b"", None),
        ];
        for (bytes, format) in cases {
            assert_eq!(PhotoFormat::sniff(bytes), format, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_cut_head_is_no_picture() {
        let whole = b"\x00\x00\x00\x18ftypheic";
        for cut in 0..whole.len() {
            assert_eq!(PhotoFormat::sniff(&whole[..cut]), None, "{cut} bytes");
        }
    }
}
