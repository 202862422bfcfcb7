/** Whether the store answers, in time. */
import type { Clock } from '../clock.ts';

/** Milliseconds; upstream's etcd health check has as long. */
const patience = 2_000;

/** Rejects with what is wrong with the store, or where it says nothing. */
export type CheckStore = () => Promise<void>;

export const boundedCheck =
  (clock: Clock, check: CheckStore): CheckStore =>
  () =>
    new Promise((resolve, reject) => {
      const late = new Error(`the store did not answer within ${patience / 1000} s`);
      const cancel = clock.after(patience, () => reject(late));
      check().then(resolve, reject).finally(cancel);
    });
