/** Runs the steps that are about a write, in the order in which they are declared. */
import { resourceOf } from '../../api/kind.ts';
import type { Attributes } from './attributes.ts';
import type { AdmissionStep, Again, Cluster, Release } from './step.ts';

export interface Admission {
  /** Resolves with whether a step ran that may have changed the object. */
  mutate(attributes: Attributes): Promise<boolean>;
  /** The release is called once the write has been stored or has failed. */
  reserve(attributes: Attributes): Release;
  validate(attributes: Attributes): Promise<void>;
}

type Part<Member extends 'reserve' | 'validate'> = NonNullable<AdmissionStep[Member]>;

/** The steps about one operation on one resource, by what they do. */
interface Chain {
  /** Those that check or mutate. */
  mutating: AdmissionStep[];
  reserve: Part<'reserve'>[];
  validating: AdmissionStep[];
}

function concerns({ resources }: AdmissionStep, resource: string, subresource: string): boolean {
  const own = subresource ? `${resource}/${subresource}` : resource;
  return resources.some((each) => each === '*' || each === own || each === `${resource}/*`);
}

function chainOf(steps: readonly AdmissionStep[], { operation, kind, subresource }: Attributes): Chain {
  const matching = steps.filter(
    (step) => step.operations.includes(operation) && concerns(step, resourceOf(kind), subresource),
  );
  return {
    mutating: matching.filter(({ check, mutate }) => check ?? mutate),
    reserve: matching.flatMap((step) => step.reserve?.bind(step) ?? []),
    validating: matching.filter(({ validate }) => validate),
  };
}

const applies = (step: AdmissionStep, attributes: Attributes, cluster: Cluster): boolean =>
  step.applies?.(attributes, cluster) ?? true;

/** Those that want to run again in their own way are in `again`; it gets those that say so now. */
async function mutateOnce(
  steps: readonly AdmissionStep[],
  again: Map<AdmissionStep, Again>,
  attributes: Attributes,
  cluster: Cluster,
): Promise<boolean> {
  let mayHaveChanged = false;
  for (const step of steps) {
    if (!applies(step, attributes, cluster)) continue;
    const checking = step.check?.(attributes, cluster);
    if (checking) await checking;
    if (!step.mutate) continue;
    mayHaveChanged = true;
    const before = again.get(step);
    const mutating = before ? before.run() : step.mutate(attributes, cluster);
    const outcome = mutating && (await mutating);
    if (outcome) again.set(step, outcome);
  }
  return mayHaveChanged;
}

/** https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/admission/reinvocation.go */
async function mutateAll(steps: readonly AdmissionStep[], attributes: Attributes, cluster: Cluster): Promise<boolean> {
  const again = new Map<AdmissionStep, Again>();
  const mayHaveChanged = await mutateOnce(steps, again, attributes, cluster);
  const isNeeded = [...again.values()].some(({ needed }) => needed);
  if (isNeeded) await mutateOnce(steps, again, attributes, cluster);
  return mayHaveChanged;
}

function reserveAll(parts: readonly Part<'reserve'>[], attributes: Attributes, cluster: Cluster): Release {
  const releases: Release[] = [];
  const release = () => {
    for (const each of releases.splice(0)) each();
  };
  try {
    for (const part of parts) {
      const own = part(attributes, cluster);
      if (own) releases.push(own);
    }
  } catch (error) {
    release();
    throw error;
  }
  return release;
}

export function createAdmission(steps: readonly AdmissionStep[], cluster: Cluster): Admission {
  const chains = new Map<string, Chain>();
  const chainFor = (attributes: Attributes): Chain => {
    const { operation, kind, subresource } = attributes;
    const key = `${operation} ${resourceOf(kind)}/${subresource}`;
    let chain = chains.get(key);
    if (!chain) {
      chain = chainOf(steps, attributes);
      chains.set(key, chain);
    }
    return chain;
  };
  return {
    mutate: (attributes) => mutateAll(chainFor(attributes).mutating, attributes, cluster),
    reserve: (attributes) => reserveAll(chainFor(attributes).reserve, attributes, cluster),
    validate: async (attributes) => {
      for (const step of chainFor(attributes).validating) {
        if (!applies(step, attributes, cluster)) continue;
        const waiting = step.validate?.(attributes, cluster);
        if (waiting) await waiting;
      }
    },
  };
}
