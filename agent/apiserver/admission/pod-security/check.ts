/** What a check is, and what checks have in common. */
import type { core, meta } from '../../../api/types.ts';

/** A pod, or the template of one. */
export interface Subject {
  metadata: Pick<meta.ObjectMeta, 'annotations'>;
  spec: core.PodSpec;
}

/** Shown as `reason (detail)`. */
export interface Violation {
  reason: string;
  detail: string;
}

/** Undefined where there is nothing wrong. */
export type Look = (subject: Subject) => Violation | undefined;

export interface Check {
  /** Upstream's; the order of the checks follows it. */
  id: string;
  level: 'baseline' | 'restricted';
  /** Ascending: each applies from the minor release 1.`since` on. */
  versions: readonly { since: number; look: Look }[];
  /** The check of the level below that this one makes needless. */
  overrides?: string;
}

export type Container = core.Container;

/** Of every sort, in upstream's order. */
export const containersOf = ({ spec }: Subject): readonly Container[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...((spec.ephemeralContainers ?? []) as readonly Container[]),
];

export const namesOf = (subject: Subject, isBad: (container: Container) => boolean): string[] =>
  containersOf(subject)
    .filter(isBad)
    .map(({ name }) => name);

/** A pod may have thousands of containers; upstream names them all. */
const mostNamed = 200;

export const quoted = (texts: readonly string[]): string =>
  texts
    .slice(0, mostNamed)
    .map((text) => `"${text}"`)
    .concat(texts.length > mostNamed ? ['...'] : [])
    .join(', ');

export const plural = (one: string, many: string, count: number): string => (count === 1 ? one : many);
export const sortedSet = (texts: Iterable<string>): string[] => [...new Set(texts)].sort();

/** `container "a"`, `containers "a", "b"` */
export const containersNamed = (names: readonly string[]): string =>
  `${plural('container', 'containers', names.length)} ${quoted(names)}`;

/** `pod and containers "a", "b"`; `others` follow. '' where nobody did it. */
export const setters = (isPod: boolean, names: readonly string[], others: readonly string[] = []): string =>
  [...(isPod ? ['pod'] : []), ...(names.length > 0 ? [containersNamed(names)] : []), ...others].join(' and ');

/** Windows has no such setting, and the validation refuses it there. */
export const exceptOnWindows =
  (look: Look): Look =>
  (subject) =>
    subject.spec.os?.name === 'windows' ? undefined : look(subject);

/** A pod in a user namespace of its own may do more: root in it is nobody outside. */
export const exceptInUserNamespace =
  (look: Look): Look =>
  (subject) =>
    subject.spec.hostUsers === false ? undefined : look(subject);
