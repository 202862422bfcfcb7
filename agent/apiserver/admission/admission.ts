/** Runs the steps that are about a write, in the order in which they are declared. */
import { resourceOf } from '../../api/kind.ts';
import type { Attributes } from './attributes.ts';
import type { AdmissionStep, Cluster, Release } from './step.ts';

export interface Admission {
  /** Resolves with whether a step ran that may have changed the object. */
  mutate(attributes: Attributes): Promise<boolean>;
  /** The release is called once the write has been stored or has failed. */
  reserve(attributes: Attributes): Release;
  validate(attributes: Attributes): Promise<void>;
}

type Part<Member extends 'mutate' | 'reserve' | 'validate'> = NonNullable<AdmissionStep[Member]>;

interface Chain {
  /** `check` and `mutate`, in the order of the steps. */
  mutate: Part<'mutate'>[];
  mayChange: boolean;
  reserve: Part<'reserve'>[];
  validate: Part<'validate'>[];
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
    mutate: matching.flatMap((step) => [step.check?.bind(step) ?? [], step.mutate?.bind(step) ?? []].flat()),
    mayChange: matching.some(({ mutate }) => mutate !== undefined),
    reserve: matching.flatMap((step) => step.reserve?.bind(step) ?? []),
    validate: matching.flatMap((step) => step.validate?.bind(step) ?? []),
  };
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
    mutate: async (attributes) => {
      const { mutate, mayChange } = chainFor(attributes);
      for (const part of mutate) {
        const waiting = part(attributes, cluster);
        if (waiting) await waiting;
      }
      return mayChange;
    },
    reserve: (attributes) => reserveAll(chainFor(attributes).reserve, attributes, cluster),
    validate: async (attributes) => {
      for (const part of chainFor(attributes).validate) {
        const waiting = part(attributes, cluster);
        if (waiting) await waiting;
      }
    },
  };
}
