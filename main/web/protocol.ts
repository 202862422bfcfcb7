/**
 * What crosses the web shell's socket, as JSON text. Events and replies travel in numbered batches; the page tells which
 * it has, so that after a short disconnect nothing is lost or repeated, and shells, logs and watches go on.
 */
export type FromPage = { call: number; name: string; input?: unknown } | { have: number };

export type ToPage =
  /** First message after connecting. Where the session is new, the page has to open its subscriptions again. */
  | { hello: { resumed: boolean } }
  | { batch: number; items: Item[] }
  /** Every few seconds: a page that hears nothing has lost its connection without being told. */
  | { beat: true };

export type Item = { reply: number; value: unknown } | { event: string; data: unknown };
