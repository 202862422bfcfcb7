/**
 * What the network costs beside the engine: service rules, packets and the ingress proxy. `node test/bench/network.ts`;
 * packets need root.
 */
import { Figures } from './measurement.ts';
import { measureIngress, measureRules } from './measurements/network.ts';
import { measurePackets } from './measurements/packets.ts';
import { row, titles } from './table.ts';

const figures = new Figures();
measureRules(figures);
await measureIngress(figures);
await measurePackets(figures);
console.log(titles);
for (const figure of figures.all) console.log(row(figure));
