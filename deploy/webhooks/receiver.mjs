#!/usr/bin/env node
// Receives Counterfoil's webhooks: verifies each, takes each event once, keeps it, and only then answers.
// WEBHOOK_SECRET is the `signingSecret` of the endpoint, INBOX the file that keeps the events, PORT where to listen (0: any).
import fs from "node:fs";
import { createServer } from "node:http";
import { Webhook, WebhookVerificationError } from "standardwebhooks";

// Deliveries have at most 20 KiB.
const MAX_BODY = 64 * 1024;
const inboxPath = process.env.INBOX ?? "events.jsonl";
const webhook = new Webhook(process.env.WEBHOOK_SECRET ?? "");

// The ids of all events that were kept, and the file they are in, a line each. With a database, use a unique index on the id instead, and keep the event in the
// transaction that acts on it.
function openInbox() {
  const file = fs.openSync(inboxPath, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  const text = fs.readFileSync(file, "utf8");
  // What a power cut left of a last line was never answered, so it comes again.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  const end = Buffer.byteLength(whole);
  fs.ftruncateSync(file, end);
  const ids = whole.split("\n").filter(Boolean).map((line) => JSON.parse(line).id);
  return { ids: new Set(ids), file, end };
}
const inbox = openInbox();

// Decides about a delivery; `body` is its bytes as they came, before anybody parsed them.
function receive(headers, body) {
  let event;
  try {
    // Signature, time (within 5 minutes of this clock) and body. During a rotation two signatures come; one that fits is enough.
    event = webhook.verify(body, headers);
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    return { status: 401, outcome: "refused", why: error.message };
  }
  const id = headers["webhook-id"];
  // Deliveries may be repeated, always with the same id: a 2xx says that it is known.
  if (inbox.ids.has(id)) return { status: 200, outcome: "duplicate", id };
  const line = Buffer.from(`${JSON.stringify(event)}\n`);
  if (fs.writeSync(inbox.file, line, 0, line.length, inbox.end) < line.length) throw new Error("the inbox is full");
  fs.fsyncSync(inbox.file);
  inbox.end += line.length;
  inbox.ids.add(id);
  // Events come in any order; `sequence` has the true one. Where `truncated` is true, `data` is null and `url` has the whole event.
  return { status: 200, outcome: "accepted", id, type: event.type, sequence: event.sequence };
}

const server = createServer(async (request, response) => {
  const answer = (status, said) => {
    response.writeHead(status, { "content-length": 0 }).end();
    console.log(JSON.stringify(said));
  };
  try {
    if (request.method !== "POST") return answer(405, { outcome: "refused", why: "not a POST" });
    // Every delivery says its length.
    if (!(Number(request.headers["content-length"]) <= MAX_BODY)) return answer(413, { outcome: "refused", why: "too long" });
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { status, ...said } = receive(request.headers, Buffer.concat(chunks));
    answer(status, said);
  } catch (error) {
    // Not kept, so not taken: it comes again.
    answer(500, { outcome: "failed", why: error.message });
  }
});
server.listen(Number(process.env.PORT ?? 8000), "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port })));
