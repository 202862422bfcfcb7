/**
 * The messages on the web shell's socket, as JSON text. Events and replies travel in numbered batches, and the page
 * says which it has. So after a short disconnect nothing is lost or repeated, and shells, logs and watches go on.
 */
export type FromPage = { call: number; name: string; input?: unknown } | { have: number };

export type ToPage =
  /** First message after connecting. If the session is new, the page must open its subscriptions again. */
  | { hello: { resumed: boolean } }
  | { batch: number; items: Item[] }
  /** Sent every few seconds: a page that hears nothing knows that its connection is gone. */
  | { beat: true };

export type Item = { reply: number; value: unknown } | { event: string; data: unknown };
