#!/usr/bin/env python3
"""Receives Counterfoil's webhooks: verifies each, takes each event once, keeps it, and only then answers.

WEBHOOK_SECRET is the `signingSecret` of the endpoint, INBOX the SQLite file that keeps the events, PORT where to listen (0: any).
"""

import json
import os
import sqlite3
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

# Deliveries have at most 20 KiB.
MAX_BODY = 64 * 1024
INBOX = os.environ.get("INBOX", "events.sqlite")
WEBHOOK = Webhook(os.environ["WEBHOOK_SECRET"])


def inbox() -> sqlite3.Connection:
    connection = sqlite3.connect(INBOX, timeout=10)
    connection.execute("CREATE TABLE IF NOT EXISTS events (id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, event TEXT NOT NULL)")
    return connection


def receive(headers: dict[str, str], body: bytes) -> tuple[int, dict]:
    """Decides about a delivery; `body` is its bytes as they came, before anybody parsed them."""
    try:
        # Signature, time (within 5 minutes of this clock) and body. During a rotation two signatures come; one that fits is enough.
        # What is not even in the form of a signature or of UTF-8 is a ValueError.
        event = WEBHOOK.verify(body, headers)
    except (WebhookVerificationError, ValueError) as error:
        return 401, {"outcome": "refused", "why": str(error)}
    event_id = headers["webhook-id"]
    # Deliveries may be repeated, also at the same time, always with the same id: a 2xx says that it is known. What acts on the event belongs into this
    # transaction. Events come in any order; `sequence` has the true one. Where `truncated` is true, `data` is null and `url` has the whole event.
    connection = inbox()
    try:
        with connection:
            row = (event_id, event["sequence"], body.decode())
            is_new = connection.execute("INSERT INTO events VALUES (?, ?, ?) ON CONFLICT DO NOTHING", row).rowcount == 1
    finally:
        connection.close()
    if not is_new:
        return 200, {"outcome": "duplicate", "id": event_id}
    return 200, {"outcome": "accepted", "id": event_id, "type": event["type"], "sequence": event["sequence"]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def do_POST(self) -> None:
        length = self.headers.get("content-length", "")
        if not length.isdecimal() or int(length) > MAX_BODY:
            self.close_connection = True
            return self.answer(413, {"outcome": "refused", "why": "too long"})
        body = self.rfile.read(int(length))
        try:
            status, said = receive({name.lower(): value for name, value in self.headers.items()}, body)
        except Exception as error:  # Not kept, so not taken: it comes again.
            status, said = 500, {"outcome": "failed", "why": str(error)}
        self.answer(status, said)

    def answer(self, status: int, said: dict) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()
        print(json.dumps(said), flush=True)

    def log_message(self, *_: object) -> None:
        """What was decided is printed instead."""


if __name__ == "__main__":
    inbox().close()
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "8000"))), Handler)
    print(json.dumps({"port": server.server_port}), flush=True)
    server.serve_forever()
