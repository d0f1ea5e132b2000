//! Chinese names of forms, columns and words, as an office writes them; the files in English are read too.

/// Names of worksheets (and of files without their ending), and the form that each is.
const FORMS: [(&str, &str); 13] = [
    ("党组织", "organisations"),
    ("组织", "organisations"),
    ("单位", "units"),
    ("岗位", "posts"),
    ("人员", "people"),
    ("排班", "rosters"),
    ("离岗", "absences"),
    ("网格党组织", "bindings"),
    ("类别", "categories"),
    ("职责清单", "duties"),
    ("准入清单", "admissions"),
    ("区划", "regions"),
    ("行政区划", "regions"),
];

/// Headings, and the columns that each may stand for.
const HEADINGS: [(&str, &[&str]); 31] = [
    ("编号", &["id"]),
    ("名称", &["name"]),
    ("姓名", &["name"]),
    ("层级", &["level"]),
    ("形式", &["form"]),
    ("上级", &["parent"]),
    ("协调组织", &["coordinated_by"]),
    ("党员数", &["members"]),
    ("性质", &["kind"]),
    ("分管线", &["line"]),
    ("职务", &["role"]),
    ("党组织", &["organisation"]),
    ("单位", &["unit"]),
    ("岗位", &["posts", "post"]),
    ("人员", &["person"]),
    ("渠道", &["channel"]),
    ("地址", &["address"]),
    ("角色", &["part"]),
    ("起", &["from"]),
    ("止", &["until"]),
    ("网格", &["cell"]),
    ("类别", &["category", "code"]),
    ("区域", &["territory"]),
    ("责任单位", &["responsible"]),
    ("配合单位", &["cooperating"]),
    ("备注", &["note"]),
    ("代码", &["code"]),
    ("默认等级", &["default_tier"]),
    ("准入", &["admitted"]),
    ("条款", &["article"]),
    ("代号", &["id"]),
];

/// Words in cells, and how the catalogue spells them.
const WORDS: [(&str, &str); 37] = [
    ("市", "CITY"),
    ("区", "DISTRICT"),
    ("街道", "STREET"),
    ("社区", "COMMUNITY"),
    ("网格", "GRID"),
    ("街道内设机构", "STREET_OFFICE"),
    ("派驻机构", "DISTRICT_FIELD_OFFICE"),
    ("区级部门", "DISTRICT_UNIT"),
    ("公用企业", "UTILITY"),
    ("物业公司", "PROPERTY_COMPANY"),
    ("共建单位", "CO_BUILDING"),
    ("其他", "OTHER"),
    ("网格员", "GRID_WORKER"),
    ("网格党支部书记", "GRID_BRANCH_SECRETARY"),
    ("社区党组织书记", "COMMUNITY_SECRETARY"),
    ("社区党组织副书记", "COMMUNITY_DEPUTY_SECRETARY"),
    ("核查员", "CHECKER"),
    ("派单员", "DISPATCHER"),
    ("值班长", "SHIFT_LEAD"),
    ("销号审批", "APPROVER"),
    ("中心主任", "CENTER_HEAD"),
    ("分管领导", "LEADER_IN_CHARGE"),
    ("党工委书记", "STREET_PARTY_SECRETARY"),
    ("办事处主任", "STREET_DIRECTOR"),
    ("单位经办人", "UNIT_HANDLER"),
    ("单位负责人", "UNIT_HEAD"),
    ("区值班室", "DISTRICT_DUTY"),
    ("大工委", "JOINT_COMMITTEE"),
    ("A角", "A"),
    ("B角", "B"),
    ("牵头", "LEAD"),
    ("参与", "SUPPORT"),
    ("是", "yes"),
    ("否", "no"),
    ("准入", "yes"),
    ("不准入", "no"),
    ("全部", "*"),
];

/// The form that a worksheet's or file's name says.
pub fn form(name: &str) -> &str {
    found(&FORMS, name.trim()).unwrap_or(name.trim())
}

/// Whether a heading is that of a column.
pub fn heads(heading: &str, column: &str) -> bool {
    heading == column || HEADINGS.iter().any(|(chinese, columns)| *chinese == heading && columns.contains(&column))
}

/// A cell's word as the catalogue spells it.
pub fn word(text: &str) -> &str {
    found(&WORDS, text).unwrap_or(text)
}

fn found<'a>(table: &[(&str, &'a str)], text: &str) -> Option<&'a str> {
    table.iter().find(|(chinese, _)| *chinese == text).map(|(_, english)| *english)
}

#[cfg(test)]
mod tests {
    use super::*;
    use xh_domain::catalogue::office::Role;

    #[test]
    fn every_role_has_a_chinese_word_and_every_word_is_there_once() {
        for role in Role::ALL {
            assert!(WORDS.iter().any(|(_, english)| *english == role.as_str()), "{role}");
        }
        for (place, (chinese, _)) in WORDS.iter().enumerate() {
            assert!(WORDS[..place].iter().all(|(other, _)| other != chinese), "{chinese} twice");
        }
    }

    #[test]
    fn headings_of_either_language_head_a_column() {
        assert!(heads("岗位", "post") && heads("岗位", "posts") && heads("post", "post"));
        assert!(!heads("岗位", "person") && !heads("post", "posts"));
        assert_eq!((form("排班"), form("posts"), word("值班长")), ("rosters", "posts", "SHIFT_LEAD"));
    }
}
