/**
 * What a limit range asks of the amounts of a container, a pod or a claim.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/plugin/pkg/admission/limitranger/admission.go
 */
import { own } from '../../../api/own.ts';
import type { Resources } from '../../../api/pods.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../../../api/quantity.ts';
import type { core } from '../../../api/types.ts';

export interface Amounts {
  requests: Resources;
  limits: Resources;
}

/** One resource, as the limit range and the object have it. */
interface Asked {
  name: string;
  type: string;
  enforced: string;
  request: string | undefined;
  limit: string | undefined;
}

type Constraint = (asked: Asked) => string | undefined;

const shown = (amount: string): string => formatQuantity(parseQuantity(amount));
const isZero = (amount: string): boolean => compareQuantities(amount, '0') === 0;

const least: Constraint = ({ name, type, enforced, request, limit }) => {
  const rule = `minimum ${name} usage per ${type} is ${shown(enforced)}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  if (compareQuantities(request, enforced) < 0) return `${rule}, but request is ${shown(request)}`;
  if (limit === undefined || compareQuantities(limit, enforced) >= 0) return undefined;
  return `${rule}, but limit is ${shown(limit)}`;
};

const most: Constraint = ({ name, type, enforced, request, limit }) => {
  const rule = `maximum ${name} usage per ${type} is ${shown(enforced)}`;
  if (limit === undefined) return `${rule}.  No limit is specified`;
  if (compareQuantities(limit, enforced) > 0) return `${rule}, but limit is ${shown(limit)}`;
  if (request === undefined || compareQuantities(request, enforced) <= 0) return undefined;
  return `${rule}, but request is ${shown(request)}`;
};

/** A claim has requests only. */
const mostRequested: Constraint = ({ name, type, enforced, request }) => {
  const rule = `maximum ${name} usage per ${type} is ${shown(enforced)}`;
  if (request === undefined) return `${rule}.  No request is specified`;
  return compareQuantities(request, enforced) > 0 ? `${rule}, but request is ${shown(request)}` : undefined;
};

const ratio: Constraint = ({ name, type, enforced, request, limit }) => {
  const rule = `${name} max limit to request ratio per ${type} is ${shown(enforced)}`;
  if (request === undefined || isZero(request)) return `${rule}, but no request is specified or request is 0`;
  if (limit === undefined || isZero(limit)) return `${rule}, but no limit is specified or limit is 0`;
  const provided = Number(parseQuantity(limit).nano) / Number(parseQuantity(request).nano);
  const allowed = Number(parseQuantity(enforced).nano) / 1e9;
  return provided > allowed ? `${rule}, but provided ratio is ${provided.toFixed(6)}` : undefined;
};

const rules = [
  { part: 'min', constraint: least },
  { part: 'max', constraint: most },
  { part: 'maxLimitRequestRatio', constraint: ratio },
] as const;

const claimRules = [
  { part: 'min', constraint: least },
  { part: 'max', constraint: mostRequested },
] as const;

/** What is wrong with the amounts, in upstream's words; resources in the order of their names. */
export function violations(limit: core.LimitRangeItem, { requests, limits }: Amounts): string[] {
  const { type } = limit;
  const applied = type === 'PersistentVolumeClaim' ? claimRules : rules;
  return applied.flatMap(({ part, constraint }) =>
    Object.entries((limit[part] ?? {}) as Resources)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(
        ([name, enforced]) =>
          constraint({ name, type, enforced, request: own(requests, name), limit: own(limits, name) }) ?? [],
      ),
  );
}
