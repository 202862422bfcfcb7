/**
 * Measures what admission webhooks and the record of managed fields add to a write: `node test/bench/writes.ts` prints
 * this part of the table alone. It needs no engine.
 */
import { Figures } from './measurement.ts';
import { measureManagedFields } from './measurements/managed-fields.ts';
import { measureWebhooks } from './measurements/webhooks.ts';
import { row, titles } from './table.ts';

const figures = new Figures();
await measureManagedFields(figures);
await measureWebhooks(figures);
console.log(titles);
for (const figure of figures.all) console.log(row(figure));
