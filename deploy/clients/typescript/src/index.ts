// A typed client of the router API. Paths, parameters, bodies and answers come from `schema.d.ts`, which is generated from the OpenAPI document; what is written here
// is what every caller needs beside it: the token, a fresh idempotency key for each write, and waiting where the API says when to ask again.
import createFetchClient, { type Client, type Middleware } from "openapi-fetch";
import type { components, paths } from "./schema.js";

export type { components, paths } from "./schema.js";

/** Schemas of the document by their names. */
export type Schemas = components["schemas"];
/** What every answer that is not a success says (RFC 9457); decide by `code`. */
export type Problem = Schemas["ProblemBody"];
/** The calls of every path: `client.GET("/api/agent/contracts/{contractId}", { params: { path: { contractId } } })`. */
export type CounterfoilClient = Client<paths>;

export interface ClientOptions {
  /** Where the instance is, like `https://pay.example`. */
  baseUrl: string;
  /** `cf_…`; without one only public operations can be called. */
  token?: string;
  /** Instead of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

/** An answer that is not a success, as an error. */
export class CounterfoilError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
    this.name = "CounterfoilError";
  }

  /** The code to decide by. */
  get code(): Problem["code"] {
    return this.problem.code;
  }
}

/**
 * A client. Every write carries a fresh `Idempotency-Key` unless the call names one: name one, and keep it, where the call may have to be repeated after a crash.
 */
export function createClient({ baseUrl, token, fetch }: ClientOptions): CounterfoilClient {
  const client = createFetchClient<paths>({ baseUrl, ...(fetch && { fetch }) });
  const headers: Middleware = {
    onRequest({ request }) {
      if (token !== undefined) request.headers.set("authorization", `Bearer ${token}`);
      if (request.method !== "GET" && !request.headers.has("idempotency-key")) request.headers.set("idempotency-key", crypto.randomUUID());
      return request;
    },
  };
  client.use(headers);
  return client;
}

/** The body of a success, or a `CounterfoilError`. */
export async function unwrap<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw new CounterfoilError(error as Problem);
  return data as T;
}

/** Waits as long as the API asks for, at least a moment. */
export function pause(seconds: number | null | undefined): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(seconds ?? 0, 0.05) * 1_000));
}
