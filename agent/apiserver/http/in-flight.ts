/**
 * How many requests of one connected client may be under way at once: flow control decides, those that last (streams)
 * aside. Of a watch only the beginning takes a seat; how many one user has is limited beside that.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/server/filters/priority-and-fairness.go
 */
import type { EventEmitter } from 'node:events';
import type { FlowControl } from '../flow-control/flow-control.ts';
import type { Leave } from '../flow-control/level.ts';
import type { RequestInfo } from '../request-info.ts';
import type { WatchLimit } from './watch-limit.ts';

/** Upstream's `--max-requests-inflight` and `--max-mutating-requests-inflight`, which the priority levels share. */
export const usualSeats = 400 + 200;

const lastingParts = new Set(['attach', 'exec', 'proxy', 'log', 'portforward']);

const isStream = ({ subresource, verb, isResource }: RequestInfo): boolean =>
  verb === 'proxy' || (isResource && lastingParts.has(subresource));

/** Upstream names neither to the client, but administrators know them by these. */
const headers = { level: 'x-kubernetes-pf-prioritylevel-uid', schema: 'x-kubernetes-pf-flowschema-uid' };

export interface Limits {
  flows: FlowControl;
  watches: WatchLimit;
}

/**
 * Takes a seat that is given back when the response has been sent or its client is gone, or when `begun` is called.
 * Resolves once there is one; undefined: at once. Rejects with `ApiError` 429.
 */
export class Admission {
  readonly #flows: FlowControl;
  readonly #watches: WatchLimit;
  readonly #connection: EventEmitter;
  readonly #tell: (name: string, value: string) => void;
  #leave: Leave | undefined;
  #isWatch = false;

  /** `connection` closes when there is nothing more to send, or nobody to send it to; `tell` sets a header. */
  constructor(
    { flows, watches }: Limits,
    connection: EventEmitter,
    tell: (name: string, value: string) => void = () => {},
  ) {
    this.#flows = flows;
    this.#watches = watches;
    this.#connection = connection;
    this.#tell = tell;
  }

  readonly admit = (info: RequestInfo): Promise<void> | undefined => {
    const found = isStream(info) ? undefined : this.#flows.classify(info);
    if (!found) return undefined;
    this.#isWatch = info.verb === 'watch';
    this.#tell(headers.level, found.level.configuration.metadata.uid);
    this.#tell(headers.schema, found.schema.metadata.uid);
    if (found.level.isExempt) {
      this.#leave = this.#flows.pass(found, info);
      this.#connection.once('close', () => this.#leave?.());
      return undefined;
    }
    if (this.#isWatch) this.#connection.once('close', this.#watches.begin(info.user.username));
    let waiting: AbortController | undefined;
    this.#connection.once('close', () => {
      waiting?.abort();
      this.#leave?.();
    });
    const leave = this.#flows.admit(found, info, () => {
      waiting = new AbortController();
      return waiting.signal;
    });
    if (!(leave instanceof Promise)) {
      this.#leave = leave;
      return undefined;
    }
    return leave.then((given) => {
      this.#leave = given;
      if (waiting?.signal.aborted) given();
      waiting = undefined;
    });
  };

  /** The answer is about to be sent. */
  begun(): void {
    if (this.#isWatch) this.#leave?.();
  }

  /** What follows lasts, whatever it is. */
  upgraded(): void {
    this.#leave?.();
  }
}
