/**
 * The rules of all services together. A change of some services costs as much as those have rules, however many
 * services there are. Pure.
 */
import { type FamilyTerms, ipv4 } from '../families.ts';
import { emptyRules, type Rules } from './rules.ts';

/** What was in force, and what is then; rules that stay as they are may be in neither. */
export interface RulesChange {
  from: Rules;
  to: Rules;
}

const maps = ['chains', 'affinities', 'serviceIPs', 'nodePorts'] as const;
const sets = ['rejected', 'hairpins'] as const;
const fields = [...maps, ...sets];
type Field = (typeof fields)[number];

/** Copies what one service says of a name. */
function copy(field: Field, name: string, from: Rules, into: Rules): void {
  if (field === 'rejected' || field === 'hairpins') into[field].add(name);
  else copyEntry(from[field] as Map<string, unknown>, into[field] as Map<string, unknown>, name);
}

function copyEntry(from: ReadonlyMap<string, unknown>, into: Map<string, unknown>, name: string): void {
  if (from.has(name)) into.set(name, from.get(name));
}

export class RuleBook {
  readonly #terms: FamilyTerms;
  readonly #parts = new Map<string, Rules>();
  /** The services that claim a name, the first of which has it. */
  readonly #claims = new Map<Field, Map<string, string[]>>(fields.map((field) => [field, new Map()]));

  constructor(terms: FamilyTerms = ipv4) {
    this.#terms = terms;
  }

  /** Takes the rules of services by their key (`ns/name`); undefined for one that is gone. */
  replace(parts: ReadonlyMap<string, Rules | undefined>): RulesChange {
    const touched = this.#namesIn(parts);
    const from = this.#rulesOf(touched);
    for (const [key, part] of parts) this.#put(key, part);
    return { from, to: this.#rulesOf(touched) };
  }

  /** If two services claim the same address and port, the first one keeps it. */
  all(): Rules {
    return this.#rulesOf(fields.map((field) => [field, this.#claimsOf(field).keys()]));
  }

  #claimsOf(field: Field): Map<string, string[]> {
    return this.#claims.get(field) ?? new Map();
  }

  #namesIn(parts: ReadonlyMap<string, Rules | undefined>): [Field, Set<string>][] {
    return fields.map((field) => {
      const names = new Set<string>();
      for (const [key, part] of parts) {
        for (const name of this.#parts.get(key)?.[field].keys() ?? []) names.add(name);
        for (const name of part?.[field].keys() ?? []) names.add(name);
      }
      return [field, names];
    });
  }

  #rulesOf(names: Iterable<readonly [Field, Iterable<string>]>): Rules {
    const rules = emptyRules(this.#terms);
    for (const [field, own] of names) {
      for (const name of own) {
        const [holder] = this.#claimsOf(field).get(name) ?? [];
        const part = holder === undefined ? undefined : this.#parts.get(holder);
        if (part) copy(field, name, part, rules);
      }
    }
    return rules;
  }

  #put(key: string, part: Rules | undefined): void {
    const old = this.#parts.get(key);
    for (const field of fields) {
      const claims = this.#claimsOf(field);
      for (const name of old?.[field].keys() ?? []) if (!part?.[field].has(name)) this.#release(claims, name, key);
      for (const name of part?.[field].keys() ?? []) if (!old?.[field].has(name)) this.#claim(claims, name, key);
    }
    if (part) this.#parts.set(key, part);
    else this.#parts.delete(key);
  }

  #claim(claims: Map<string, string[]>, name: string, key: string): void {
    const known = claims.get(name);
    if (known) known.push(key);
    else claims.set(name, [key]);
  }

  #release(claims: Map<string, string[]>, name: string, key: string): void {
    const left = (claims.get(name) ?? []).filter((each) => each !== key);
    if (left.length > 0) claims.set(name, left);
    else claims.delete(name);
  }
}
