//! GET `/api/agent/events/stream`.

#![expect(unused_qualifications, reason = "what utoipa makes of `params(…)` for a type of the same file")]

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, Sse};
use futures::Stream;
use futures::stream::unfold;
use serde::Deserialize;
use settlement::ids::TokenId;
use settlement::notice::NoticeType;
use store::{LoggedNotice, NoticeFilter, Reader};
use utoipa::IntoParams;

use super::{check_after, kinds, readers};
use crate::extract::{Caller, EventRead, Params};
use crate::problem::{Code, PROBLEM_JSON, Problem, ProblemBody};
use crate::state::Api;
use crate::view::event::EventView;
use crate::waiting::{Heard, Listener, Seat, Wake};

/// What a client sends when it comes back (HTML, server-sent events).
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Lines that are read at once: what a slow reader makes the instance hold.
const PAGE: u32 = 50;

/// Which events.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct StreamParams {
    /// Start after this `sequence`; `Last-Event-ID` goes before. Without either, the stream has what happens from now on.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only these types, with commas between them; `payment.*` stands for all of an object.
    #[param(example = "payment.*", pattern = "^[a-z_]+\\.([a-z_]+|\\*)(,[a-z_]+\\.([a-z_]+|\\*))*$")]
    types: Option<String>,
}

/// Follow the event log.
///
/// Server-sent events: `id` is the `sequence`, `event` the type, `data` the event as in the list. A comment comes every 15 seconds. A client that comes back
/// with `Last-Event-ID` (browsers do it by themselves) misses nothing. The stream ends when the token does, when its profile is disabled, or when the instance stops.
#[utoipa::path(
    get,
    path = "/api/agent/events/stream",
    tag = "events",
    params(StreamParams, ("Last-Event-ID" = Option<String>, Header, description = "The last `id` that was received.")),
    security(("bearer" = ["notifications:read"]), ("bearer" = ["contracts:read"])),
    responses(
        (status = 200, description = "The stream.", body = String, content_type = "text/event-stream",
            example = json!("id: 42\nevent: payment.verified\ndata: {\"id\":\"evt_…\",\"sequence\":42,\"type\":\"payment.verified\",…}\n\n")),
        (status = 429, description = "The token, the profile or the instance has enough streams (`too_many_streams`).", body = ProblemBody, content_type = PROBLEM_JSON),
    )
)]
pub async fn stream_events(
    State(api): State<Arc<Api>>,
    caller: Caller<EventRead>,
    Params(params): Params<StreamParams>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let kinds = kinds(params.types.as_deref())?;
    let asked = last_event_id(&headers)?.or(check_after(params.after)?);
    let seat = api.waiting.stream_seat(&caller.profile, &caller.token.id)?;
    let listener = api.waiting.listen(&api.store).await?;
    let after = match asked {
        Some(after) => after,
        None => api.store.last_sequence().await?,
    };
    let readers = readers(&caller);
    let follower = Follower { api, token: caller.token.id, readers, kinds, after, listener, read: VecDeque::new(), is_new: true, _seat: seat };
    Ok(Sse::new(unfold(follower, |follower| async { follower.next().await.map(|(event, follower)| (Ok(event), follower)) })))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let sequence = value.to_str().ok().and_then(|text| text.parse().ok()).filter(|sequence| *sequence >= 0);
    sequence.map(Some).ok_or_else(|| Problem::new(Code::MalformedRequest, "Last-Event-ID must be the id of an event of this stream, a number"))
}

/// One stream.
struct Follower {
    api: Arc<Api>,
    token: TokenId,
    readers: Vec<Reader>,
    kinds: Vec<NoticeType>,
    after: i64,
    listener: Listener,
    read: VecDeque<LoggedNotice>,
    is_new: bool,
    _seat: Seat,
}

impl Follower {
    /// What is sent next; `None` ends the stream.
    async fn next(mut self) -> Option<(Event, Self)> {
        if std::mem::take(&mut self.is_new) {
            // Clients and proxies learn at once that the stream is open.
            return Some((Event::default().comment("open"), self));
        }
        // Counted from what was sent last, whatever wakes it meanwhile.
        let heartbeat = self.listener.next_heartbeat();
        let mut is_silent = false;
        loop {
            if let Some(line) = self.read.pop_front() {
                self.after = line.sequence;
                return Some((event(&line), self));
            }
            if self.listener.is_stopping() || !self.is_token_valid().await {
                return None;
            }
            if !self.read_on().await {
                return None;
            }
            if !self.read.is_empty() {
                continue;
            }
            if is_silent {
                return Some((Event::default().comment("alive"), self));
            }
            let heard = Heard { readers: &self.readers, kinds: &self.kinds, after: self.after };
            match self.listener.wait(heard, heartbeat).await {
                Wake::Told => {}
                Wake::Over => is_silent = true,
                Wake::Stop => return None,
            }
        }
    }

    /// Reads what comes next. False when the database does not answer: the client comes back, to an instance that can.
    async fn read_on(&mut self) -> bool {
        let filter = NoticeFilter { readers: &self.readers, kinds: &self.kinds, after: self.after, limit: PAGE };
        match self.api.store.notices(&filter).await {
            Ok(lines) => {
                self.read = lines.into();
                true
            }
            Err(error) => {
                tracing::warn!(%error, "an event stream ends: the log cannot be read");
                false
            }
        }
    }

    async fn is_token_valid(&self) -> bool {
        match self.api.store.token_by_id(&self.token).await {
            Ok(Some(token)) => token.works(self.api.now()),
            Ok(None) => false,
            Err(error) => {
                tracing::warn!(%error, "an event stream ends: its token cannot be looked up");
                false
            }
        }
    }
}

fn event(line: &LoggedNotice) -> Event {
    let text = serde_json::to_string(&EventView::from(line)).expect("views are plain data with string keys");
    Event::default().id(line.sequence.to_string()).event(line.notice.kind.as_str()).data(text)
}

#[cfg(test)]
mod tests;
