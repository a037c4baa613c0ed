//! What is told to the parties, in the transaction that causes it.

use serde_json::Value;
use settlement::agreement::AgreementRecord;
use settlement::ids::EventId;
use settlement::notice::{Notice, NoticeType};
use store::Tx;

use crate::state::Api;

/// Writes a notice about an agreement for everybody with a part in it. `data` holds facts, no executable fields.
/// It is written when the transaction commits, so writing it cannot fail before.
pub(crate) fn announce(api: &Api, tx: &mut Tx, kind: NoticeType, agreement: &AgreementRecord, data: Value) {
    tx.append(&EventId::new(api.ids.ulid()), &Notice::about(kind, agreement, data), api.now());
}
