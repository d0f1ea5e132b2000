//! Masking (脱敏): what may be shown of a person, by the formats of `domain.md` 6.4.
//!
//! Masking hides, it does not protect: masked texts are sealed like the rest and shown from memory only.

/// Surnames of two characters (复姓) in use; a table because nothing in a name tells them.
const DOUBLE_SURNAMES: [&str; 16] = [
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "司徒", "令狐", "长孙", "宇文", "夏侯",
    "端木", "南宫",
];
/// Digits of a mobile number.
const MOBILE_DIGITS: usize = 11;
/// Characters of an identity number.
const IDENTITY_CHARS: usize = 18;
/// Shortest run of digits in free text that is hidden though it is neither: landlines, accounts.
const LONG_RUN_DIGITS: usize = 7;
/// Most characters of a masked summary.
pub const SUMMARY_CHARS_MAX: usize = 120;

/// A name in lists: `张**`; two characters `张*`.
pub fn name_in_list(name: &str) -> String {
    let name = name.trim();
    let first_part = name.split(['·', '•', '・']).next().unwrap_or(name);
    let hidden = name.chars().count().saturating_sub(1).clamp(1, 2);
    let shown: String = first_part.chars().take(1).collect();
    if shown.is_empty() { String::new() } else { shown + &"*".repeat(hidden) }
}

/// A name for handlers: `张*三`; names of two characters, double surnames and names in parts as in lists.
pub fn name_for_handler(name: &str) -> String {
    let name = name.trim();
    let chars: Vec<char> = name.chars().collect();
    let in_parts = name.contains(['·', '•', '・']);
    let double = DOUBLE_SURNAMES.iter().any(|surname| name.starts_with(surname));
    match chars.as_slice() {
        [first, middle @ .., last] if !middle.is_empty() && !in_parts && !double => {
            format!("{first}{}{last}", "*".repeat(middle.len()))
        }
        _ => name_in_list(name),
    }
}

/// A phone: mobile `138****8000`; landline its area code and the last two digits.
pub fn phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter_map(digit).collect();
    let bare = digits.strip_prefix(&['0', '0', '8', '6']).or_else(|| digits.strip_prefix(&['8', '6']));
    let digits = bare.filter(|bare| bare.len() == MOBILE_DIGITS).unwrap_or(&digits);
    let area = match digits {
        ['0', '1' | '2', ..] => 3,
        ['0', ..] => 4,
        _ => 0,
    };
    match digits.len() {
        MOBILE_DIGITS if digits[0] == '1' => hide(digits, 3, 4),
        0 => String::new(),
        count if count > area + 2 => hide(digits, area, 2),
        count => "*".repeat(count),
    }
}

/// An identity number: the first three, the last four, never the birth date.
pub fn identity_number(number: &str) -> String {
    let chars: Vec<char> = number.trim().chars().collect();
    if chars.len() > 7 { hide(&chars, 3, 4) } else { "*".repeat(chars.len()) }
}

/// An address up to its building: `幸福里3号楼**室`.
pub fn address(address: &str) -> String {
    let address = address.trim();
    let buildings = ["号楼", "栋", "幢", "座", "弄", "号"];
    let end = buildings.iter().find_map(|word| address.find(word).map(|at| at + word.len()));
    match end {
        Some(end) if end == address.len() => address.to_owned(),
        Some(end) => format!("{}**室", &address[..end]),
        None => address.chars().take(3).chain("**".chars()).collect(),
    }
}

/// Free text: runs of digits that may be phones, identity or account numbers are hidden. Digits may be full
/// width or parted by single spaces or hyphens.
pub fn free_text(text: &str) -> String {
    if !text.chars().any(|c| digit(c).is_some()) {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    let mut masked = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        if digit(chars[at]).is_none() {
            masked.push(chars[at]);
            at += 1;
            continue;
        }
        let (end, run) = run_of_digits(&chars, at);
        match hidden_run(&run, end - at) {
            Some(hidden) => masked.push_str(&hidden),
            None => masked.extend(&chars[at..end]),
        }
        at = end;
    }
    masked
}

/// The summary of a report that lists may show: what happened, with the resident's own name, phone and address
/// hidden wherever they stand, and everything that looks like a number of a person.
pub fn summary(text: &str, name: Option<&str>, phone_number: Option<&str>, home: Option<&str>) -> String {
    let mut shown = text.to_owned();
    for (said, hidden) in
        [(home, home.map(address)), (name, name.map(name_in_list)), (phone_number, phone_number.map(phone))]
    {
        if let (Some(said), Some(hidden)) = (said.map(str::trim), hidden)
            && said.chars().count() > 1
            && shown.contains(said)
        {
            shown = shown.replace(said, &hidden);
        }
    }
    let masked = free_text(&shown);
    let mut summary = String::with_capacity(masked.len().min(SUMMARY_CHARS_MAX * 4));
    for word in masked.split_whitespace() {
        if !summary.is_empty() {
            summary.push(' ');
        }
        summary.push_str(word);
    }
    if let Some((end, _)) = summary.char_indices().nth(SUMMARY_CHARS_MAX) {
        summary.truncate(end);
    }
    summary
}

/// A digit, full width or not.
fn digit(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    }
}

/// The run that begins at `at`: where it ends, and its digits (an `X` may end an identity number).
fn run_of_digits(chars: &[char], at: usize) -> (usize, Vec<char>) {
    let (mut end, mut run) = (at, Vec::new());
    while let Some(&c) = chars.get(end) {
        let parted = matches!(c, ' ' | '-' | '\u{2011}' | '\u{3000}');
        if let Some(digit) = digit(c) {
            run.push(digit);
        } else if matches!(c, 'x' | 'X' | 'Ｘ' | 'ｘ') && run.len() == IDENTITY_CHARS - 1 {
            run.push('X');
            return (end + 1, run);
        } else if !(parted && chars.get(end + 1).is_some_and(|&next| digit(next).is_some())) {
            break;
        }
        end += 1;
    }
    (end, run)
}

/// The run hidden, if it must be. `width` counts the separators too.
fn hidden_run(run: &[char], width: usize) -> Option<String> {
    let unbroken = run.len() == width;
    match run.len() {
        IDENTITY_CHARS => Some(hide(run, 3, 4)),
        MOBILE_DIGITS => Some(hide(run, 3, 4)),
        count if count > IDENTITY_CHARS => Some(hide(run, 3, 4)),
        count if count >= LONG_RUN_DIGITS && (unbroken || count > 8) => Some(hide(run, 3, 2)),
        _ => None,
    }
}

/// All but the first and last few characters hidden.
fn hide(chars: &[char], first: usize, last: usize) -> String {
    let hidden = chars.len().saturating_sub(first + last);
    let stars = std::iter::repeat_n(&'*', hidden);
    chars[..first].iter().chain(stars).chain(&chars[first + hidden..]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_what_the_format_keeps() {
        for (name, list, handler) in [
            ("张三", "张*", "张*"),
            ("张小三", "张**", "张*三"),
            ("欧阳修", "欧**", "欧**"),
            ("阿依古丽·买买提", "阿**", "阿**"),
            ("张", "张*", "张*"),
            ("", "", ""),
        ] {
            assert_eq!(name_in_list(name), list, "{name}");
            assert_eq!(name_for_handler(name), handler, "{name}");
        }
    }

    #[test]
    fn phones_and_identity_numbers_show_their_ends() {
        assert_eq!(phone("13800138000"), "138****8000");
        assert_eq!(phone("+86 138-0013-8000"), "138****8000");
        assert_eq!(phone("0571-88886666"), "0571******66");
        assert_eq!(phone("010-88886666"), "010******66");
        assert_eq!(phone("12"), "**");
        assert_eq!(phone("无"), "");
        assert_eq!(identity_number("110101199003071234"), "110***********1234");
    }

    #[test]
    fn addresses_end_at_the_building() {
        assert_eq!(address("幸福里3号楼2单元501室"), "幸福里3号楼**室");
        assert_eq!(address("启明街18号"), "启明街18号");
        assert_eq!(address("启明街18号501"), "启明街18号**室");
        assert_eq!(address("桥头那家小卖部"), "桥头那**");
    }

    #[test]
    fn numbers_of_persons_in_free_text_are_hidden_and_others_stay() {
        for (text, masked) in [
            ("打13800138000找我", "打138****8000找我"),
            ("打138 0013-8000找我", "打138****8000找我"),
            ("电话１３８００１３８０００。", "电话138****8000。"),
            ("身份证11010119900307123X", "身份证110***********123X"),
            ("身份证110101199003071234，", "身份证110***********1234，"),
            ("座机0571-88886666", "座机057*******66"),
            ("卡号6222021234567890123", "卡号622************0123"),
            ("3号楼2单元501，2026-09-14 来过2次", "3号楼2单元501，2026-09-14 来过2次"),
        ] {
            assert_eq!(free_text(text), masked, "{text}");
        }
    }

    #[test]
    fn a_summary_hides_the_resident_and_is_short() {
        let text = "王小明住幸福里3号楼2单元501室，\n电话13800138000，王小明说漏水".to_owned() + &"水".repeat(500);
        let shown = summary(&text, Some("王小明"), Some("13800138000"), Some("幸福里3号楼2单元501室"));
        assert!(shown.starts_with("王**住幸福里3号楼**室， 电话138****8000，王**说漏水"), "{shown}");
        assert_eq!(shown.chars().count(), SUMMARY_CHARS_MAX);
    }
}
