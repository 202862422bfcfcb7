/**
 * A resource's view is a declaration: columns, actions, related objects, details. One list and one details panel serve
 * them all, and know nothing of any kind.
 */
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Kind } from '../../agent/api/kind.ts';
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';
import type { ExposedPort } from '../../main/contract/clusters.ts';
import type { ResourceRef } from '../../main/contract/resources.ts';
import { resourceName } from '../data/refs.ts';
import type { DetailsTab } from '../data/route.ts';
import type { Tone } from '../ui/controls.tsx';
import type { DescribeScene } from './describe/common.ts';

/** What a cell may need to know besides its own object. */
export interface Scene {
  context: string;
  /** By the name of the resource (`pods`, `replicasets.apps`): what the view says that it needs. */
  related: Readonly<Record<string, readonly AnyObject[]>>;
  exposed: readonly ExposedPort[];
}

export interface Column<T extends KubeObject = AnyObject> {
  id: string;
  title: string;
  /** For sorting, filtering and copying. */
  value(object: T, scene: Scene): string | number;
  /** What the column says, where its title does not tell. */
  about?: string;
  /** Where the value as text is not enough. */
  cell?(object: T, scene: Scene): ReactNode;
  /** Pixels; with `grow` it is the least. */
  width: number;
  grow?: number;
  align?: 'end';
  mono?: boolean;
  /** What the eye looks for first. */
  strong?: boolean;
  /** Off until the user switches it on. */
  hidden?: boolean;
}

export interface ActionTarget<T extends KubeObject = AnyObject> {
  context: string;
  view: ResourceView;
  object: T;
}

/** A request that an action makes, of the object's own resource unless it names another. */
export interface Demand {
  verb: string;
  resource?: ResourceRef;
  subresource?: string;
}

export interface Action<T extends KubeObject = AnyObject> {
  id: string;
  label(object: T): string;
  icon: LucideIcon;
  /** One letter; works on the active row. */
  key?: string;
  danger?: boolean;
  available?(object: T): boolean;
  /** Can be done to many at once: it asks nothing. */
  bulk?: boolean;
  /** What the server has to allow; absent for what asks nothing of it. */
  asks?: Demand;
  run(target: ActionTarget<T>): void | Promise<void>;
}

/** As text, like `kubectl describe`. */
export interface Description<T extends KubeObject = AnyObject> {
  /** Lists that it looks into besides the events. */
  needs: readonly ResourceRef[];
  text(object: T, scene: DescribeScene): string;
}

/** Of the form that creates an object. */
export interface CreateProps {
  context: string;
  /** The one that it begins with. */
  namespace: string;
  onClose(): void;
}

/** Which objects of another resource belong to an object. */
export interface Relation<T extends KubeObject = AnyObject> {
  resource: ResourceRef;
  holds(object: T, other: AnyObject): boolean;
}

/** What a deletion takes with it. */
export interface Deletion {
  /** In words, where that is not plain. */
  consequence?: string;
  /** Where to look for what the object owns; owners before what they own. */
  takes?: readonly ResourceRef[];
  /** The namespace that is emptied by it. */
  empties?(object: KubeObject): string;
}

export interface ResourceView<T extends KubeObject = AnyObject> {
  ref: ResourceRef;
  /** `Pod` */
  kind: string;
  namespaced: boolean;
  shortNames: readonly string[];
  /** `Pods` */
  title: string;
  icon: LucideIcon;
  /** Absent: the server's own, from its table. */
  columns?: readonly Column<T>[];
  actions: readonly Action<T>[];
  /** Absent: whatever names the object as its owner. */
  related?: readonly Relation<T>[];
  /** Absent: what it takes is looked up by owner. */
  deletion?: Deletion;
  /** The form that creates one. */
  create?(props: CreateProps): ReactNode;
  /** Lists that the cells or the details look into. */
  needs: readonly ResourceRef[];
  tone(object: T): Tone;
  /** One word for the details' head. */
  status?(object: T): string;
  tabs: readonly DetailsTab[];
  /** Of a workload: the labels of its pods, whose logs are shown together. */
  podSelector?(object: T): Record<string, string>;
  /** Of a pod: the container whose shell opens. */
  shellContainer?(object: T): string;
  overview?(object: T, scene: Scene): ReactNode;
  /** After the metadata: the fields of an object that nobody made an overview for. */
  fields?(object: T, scene: Scene): ReactNode;
  /** Fields whose values nobody should see by accident: they are shown when asked for, and described by their size. */
  conceals?: readonly string[];
  /** Absent: main describes it, as it does any kind. */
  describe?: Description<T>;
  /** For the empty list. */
  about: string;
}

export const refOf = ({ representations, plural }: Pick<Kind, 'representations' | 'plural'>): ResourceRef => ({
  group: representations[0].group,
  plural,
});

/** What a view of a built-in kind takes from the kind's own declaration. */
export const ofKind = (kind: Kind): Pick<ResourceView, 'ref' | 'kind' | 'namespaced' | 'shortNames'> => ({
  ref: refOf(kind),
  kind: kind.kind,
  namespaced: kind.namespaced,
  shortNames: kind.shortNames,
});

export const relatedLists = (
  resources: readonly ResourceRef[],
  lists: readonly { items: readonly AnyObject[] }[],
): Record<string, readonly AnyObject[]> =>
  Object.fromEntries(resources.map((resource, at) => [resourceName(resource), lists[at]?.items ?? []]));

/** A list that the view or the description said it needs. */
export const listed = <T extends KubeObject>(
  { related }: { related: Readonly<Record<string, readonly AnyObject[]>> },
  ref: ResourceRef,
): readonly T[] => (related[resourceName(ref)] ?? []) as readonly KubeObject[] as readonly T[];

/** Forgets the type of a view's objects, so that views of all kinds can be in one list. */
export const anyView = <T extends KubeObject>(view: ResourceView<T>): ResourceView => {
  const general: ResourceView<KubeObject> = view;
  return general as ResourceView<KubeObject> as ResourceView;
};
