/** Events of a watch whose objects a webhook converts: they wait for it, in their order. */
import type { Converter } from '../conversion/converter.ts';
import type { StoredRecord } from '../state/record.ts';
import type { Target } from '../target.ts';

type Served = Pick<Target, 'kind' | 'representation'>;

/** The same, once all can be read in the version that is asked for. */
export async function convertedFirst<Seen extends { record: StoredRecord }>(
  { kind, representation }: Served,
  converter: Converter,
  first: Iterable<Seen>,
): Promise<Iterable<Seen>> {
  if (!kind.conversion) return first;
  const seen = [...first];
  const records = seen.map(({ record }) => record);
  await converter.prepare(kind, representation, records);
  return seen;
}

/** Sends what it is handed, in that order; what needs records waits until they can be read. */
export type Emit = (records: readonly StoredRecord[], send: () => void) => void;

export interface Waiting {
  /** Bytes of records that may wait. */
  most: number;
  /** Called where more do. */
  tooSlow(): void;
  failed(error: unknown): void;
}

export function emitter({ kind, representation }: Served, converter: Converter, waiting: Waiting): Emit {
  if (!kind.conversion) return (_records, send) => send();
  let last = Promise.resolve();
  let pending = 0;
  return (records, send) => {
    const size = records.reduce((sum, record) => sum + record.size, 0);
    pending += size;
    if (pending > waiting.most) return waiting.tooSlow();
    last = last
      .then(() => converter.prepare(kind, representation, records))
      .then(() => {
        pending -= size;
        send();
      })
      .catch((error: unknown) => waiting.failed(error));
  };
}
