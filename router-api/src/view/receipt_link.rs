//! Public pages of receipts, as their makers see them.

use serde::Serialize;
use store::ReceiptLink;
use utoipa::ToSchema;

use crate::receipt_link;
use crate::state::Api;

/// A public page of a receipt.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ReceiptLink)]
pub struct ReceiptLinkView {
    /// `rl_…`
    pub id: String,
    /// `document`: where printed receipts lead to; `shared`: made by a party.
    pub purpose: &'static str,
    /// Whether it opens.
    pub is_open: bool,
    /// Where. Whoever has it sees the receipt; null once it is closed.
    #[schema(required)]
    pub url: Option<String>,
    /// For whom, in its maker's words.
    #[schema(required)]
    pub label: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub created_at: String,
    /// When it ends.
    #[schema(required)]
    pub expires_at: Option<String>,
    /// When it was revoked.
    #[schema(required)]
    pub revoked_at: Option<String>,
}

/// `{link}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptLinkBody {
    /// The link.
    pub link: ReceiptLinkView,
}

/// `{links}`
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptLinksBody {
    /// Those that are open and the last that no longer are, oldest first.
    pub links: Vec<ReceiptLinkView>,
}

impl ReceiptLinkView {
    pub(crate) fn new(api: &Api, link: &ReceiptLink) -> Self {
        let is_open = link.is_open(api.now());
        Self {
            id: link.id.to_string(),
            purpose: link.purpose.as_str(),
            is_open,
            url: is_open.then(|| receipt_link::url(api, &link.id)),
            label: link.label.clone(),
            created_by: link.created_by.to_string(),
            created_at: link.created_at.to_string(),
            expires_at: link.expires_at.map(|at| at.to_string()),
            revoked_at: link.revoked_at.map(|at| at.to_string()),
        }
    }

    /// The same without the secret in it, for an answer that is stored.
    pub(crate) fn without_url(self) -> Self {
        Self { url: None, ..self }
    }
}
