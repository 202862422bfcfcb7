/** What is loaded with the first schema that has rules. */
import { ruleErrors } from './rule-errors.ts';
import { ruleTree } from './rule-tree.ts';
import { runRules } from './run-rules.ts';

export const loadedRules = { ruleErrors, ruleTree, runRules };
