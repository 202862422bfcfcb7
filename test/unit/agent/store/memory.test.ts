import { createMemoryStore } from '../../../../agent/store/memory.ts';
import { describeStore } from './suite.ts';

describeStore('memory', async () => createMemoryStore());
