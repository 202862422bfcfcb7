/** A resource's view is a declaration: columns, actions, details. One list and one details panel serve them all. */
import type { LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Kind } from '../../agent/api/kind.ts';
import type { AnyObject, KubeObject } from '../../agent/api/types.ts';
import type { ExposedPort, ResourceRef } from '../../main/contract.ts';
import type { DetailsTab } from '../data/route.ts';
import type { Tone } from '../ui/controls.tsx';
import type { DescribeScene } from './describe/common.ts';

/** What a cell may need to know besides its own object. */
export interface Scene {
  context: string;
  /** By plural name: what the view says that it needs. */
  related: Readonly<Record<string, readonly AnyObject[]>>;
  exposed: readonly ExposedPort[];
}

export interface Column<T extends KubeObject = AnyObject> {
  id: string;
  title: string;
  /** For sorting, filtering and copying. */
  value(object: T, scene: Scene): string | number;
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
  run(target: ActionTarget<T>): void | Promise<void>;
}

/** As text, like `kubectl describe`. */
export interface Description<T extends KubeObject = AnyObject> {
  /** Lists that it looks into besides the events; at most two. */
  needs: readonly ResourceRef[];
  text(object: T, scene: DescribeScene): string;
}

export interface ResourceView<T extends KubeObject = AnyObject> {
  kind: Kind<T>;
  ref: ResourceRef;
  /** `Pods` */
  title: string;
  icon: LucideIcon;
  columns: readonly Column<T>[];
  actions: readonly Action<T>[];
  /** Lists that the cells or the details look into. */
  needs: readonly ResourceRef[];
  tone(object: T): Tone;
  /** One word for the details' head. */
  status?(object: T): string;
  tabs: readonly DetailsTab[];
  /** Of a workload: the labels of its pods, whose logs are shown together. */
  podSelector?(object: T): Record<string, string>;
  overview?(object: T, scene: Scene): ReactNode;
  /** Absent: main describes it, as it does any kind. */
  describe?: Description<T>;
  /** For the empty list. */
  about: string;
}

export const refOf = (kind: Pick<Kind, 'representations' | 'plural'>): ResourceRef => {
  const { group, version } = kind.representations[0];
  return { group, version, plural: kind.plural };
};

/** Forgets the type of a view's objects, so that views of all kinds can be in one list. */
export const anyView = <T extends KubeObject>(view: ResourceView<T>): ResourceView => {
  const general: ResourceView<KubeObject> = view;
  return general as ResourceView<KubeObject> as ResourceView;
};
