//! In which language is a sender answered? Chinese, unless it asks for English first.

/// The two languages that every text of the door exists in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Language {
    /// 中文.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// What an `Accept-Language` header prefers (RFC 9110, 12.5.4): the highest weight wins, the first of equals.
    pub fn preferred(header: Option<&str>) -> Language {
        let mut best = (Language::Chinese, 0);
        for range in header.unwrap_or_default().split(',').take(RANGES_MAX) {
            let (tag, weight) = range.split_once(';').unwrap_or((range, ""));
            let weight = weight_per_mille(weight);
            if let Some(language) = Language::of_tag(tag.trim())
                && weight > best.1
            {
                best = (language, weight);
            }
        }
        best.0
    }

    /// Its tag.
    pub fn tag(self) -> &'static str {
        match self {
            Language::Chinese => "zh-CN",
            Language::English => "en",
        }
    }

    /// The text in this language.
    pub fn pick<'a>(self, chinese: &'a str, english: &'a str) -> &'a str {
        match self {
            Language::Chinese => chinese,
            Language::English => english,
        }
    }

    fn of_tag(tag: &str) -> Option<Language> {
        match tag.get(..2)?.to_ascii_lowercase().as_str() {
            "zh" => Some(Language::Chinese),
            "en" => Some(Language::English),
            _ => None,
        }
    }
}

/// Most ranges of a header that are looked at.
const RANGES_MAX: usize = 16;

/// The weight of a range, per mille: `q=0.8` is 800, none is 1,000.
fn weight_per_mille(parameter: &str) -> u32 {
    let Some(value) = parameter.trim().strip_prefix("q=") else { return 1_000 };
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits = fraction.bytes().filter(u8::is_ascii_digit).chain(std::iter::repeat(b'0')).take(3);
    let fraction = digits.fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    (whole.parse::<u32>().unwrap_or(0).min(1) * 1_000 + fraction).min(1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_answers_unless_english_is_preferred() {
        for (header, language) in [
            (None, Language::Chinese),
            (Some(""), Language::Chinese),
            (Some("en-US,en;q=0.9"), Language::English),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Language::Chinese),
            (Some("zh;q=0.5, en;q=0.7"), Language::English),
            (Some("en;q=0"), Language::Chinese),
            (Some("fr, de"), Language::Chinese),
            (Some("党"), Language::Chinese),
            (Some("en;q=nonsense"), Language::Chinese),
        ] {
            assert_eq!(Language::preferred(header), language, "{header:?}");
        }
    }
}
