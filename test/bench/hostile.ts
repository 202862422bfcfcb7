/**
 * Measures how long hostile bodies block the API server's thread, and what they leave in memory:
 * `node test/bench/hostile.ts` prints this part of the table alone. It needs no engine.
 */
import { Figures } from './measurement.ts';
import { measureHostile } from './measurements/hostile.ts';
import { row, titles } from './table.ts';

const figures = new Figures();
await measureHostile(figures, 5);
console.log(titles);
for (const figure of figures.all) console.log(row(figure));
