//! Stages of the queue in the words of the page. Pure.

use crate::row::Stage;

/// A stage of the queue in Chinese.
pub fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Reported => "待受理",
        Stage::Registered => "待派",
        Stage::Handling => "办理中",
        Stage::Suspended => "挂账",
        Stage::AwaitingTickOff => "待核销",
        Stage::HandingOver => "移交中",
        Stage::HandedOver => "已移交",
        Stage::Closed => "已结案",
        Stage::Ended => "已了结",
    }
}
