/**
 * Measures what the control plane of a simulated node bears: `node test/bench/scale.ts` prints this part of the table
 * alone. It needs no engine; with `etcd` on the PATH it measures that as well.
 */
import { Figures } from './measurement.ts';
import { measureScale } from './measurements/scale.ts';
import { row, titles } from './table.ts';

const figures = new Figures();
await measureScale(figures);
console.log(titles);
for (const figure of figures.all) console.log(row(figure));
