import type { Job } from '../../api/types.ts';
import { keyOf } from '../../client/informer.ts';
import type { BackOff } from './back-off.ts';

export interface BackOffRecords {
  /** Undefined for a job that is not known yet. */
  of(job: Job): BackOff | undefined;
  put(job: Job, record: BackOff): void;
  forget(key: string): void;
}

/** A job of the same name that is made later starts anew. */
export function createBackOffRecords(): BackOffRecords {
  const records = new Map<string, { uid: string; record: BackOff }>();
  return {
    of(job) {
      const known = records.get(keyOf(job));
      return known?.uid === job.metadata.uid ? known.record : undefined;
    },
    put: (job, record) => void records.set(keyOf(job), { uid: job.metadata.uid, record }),
    forget: (key) => void records.delete(key),
  };
}
