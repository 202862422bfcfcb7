/**
 * Has Node compile the agent once, where a checkout is built, so that simulated nodes start with a third less work:
 * `node main/cluster/simulated/compile.ts`. An image carries the same of its own (`../image/compiled.ts`).
 */
import { join, resolve } from 'node:path';
import { rehearse } from '../image/compiled.ts';
import { compiledBeside } from '../nodes-process.ts';

const agentFolder = resolve(import.meta.dirname, '../../../dist/agent');
await rehearse(process.execPath, join(agentFolder, 'agent.js'), compiledBeside(agentFolder));
