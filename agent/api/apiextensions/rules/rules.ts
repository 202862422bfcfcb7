/** All that is known of rules until the first schema that has some. */
import { late } from '../../late.ts';

export const rules = late('what runs rules', async () => (await import('./loaded.ts')).loadedRules);
