/** A volume type: its content, how the node makes it, and how a container mounts it. */
import type { core, Pod } from '../../../api/types.ts';
import type { Mount } from '../../runtime/runtime.ts';
import type { ObjectKey, StorageReader } from '../../sources/objects.ts';
import type { FieldFacts } from '../../spec/downward-api.ts';
import type { Paths } from '../paths.ts';

/** The inputs of a volume besides the pod. */
export interface VolumeInputs {
  objects: StorageReader;
  facts: FieldFacts;
  /** Issues a token that is bound to the pod's service account. Cached until the token is due for renewal. */
  issueToken(pod: Pod, audience: string, expirationSeconds: number): Promise<string>;
}

/** One volume of one pod on this node. */
export interface VolumePlace {
  pod: Pod;
  /** The volume's name in the pod's spec. */
  name: string;
  paths: Paths;
  /** Milliseconds since the epoch. */
  now(): number;
}

export interface MountRequest {
  /** Path in the container. */
  target: string;
  readOnly: boolean;
  /** '' mounts the volume itself. */
  subPath: string;
}

/** Creates what is missing on the node and rewrites what changed. A repeated call without changes costs little. */
export type SetUp = (place: VolumePlace) => Promise<void>;

/** The member of a volume that names its type, e.g. `configMap`. */
export type SourceName = Exclude<keyof core.Volume, 'name'>;
type SourceOf<N extends SourceName> = NonNullable<core.Volume[N]>;

/** The rules of a volume type for its source. Each may throw `VolumeError`. */
export interface VolumeRules<Source> {
  /** The objects whose changes the volume shows. */
  references?(source: Source, pod: Pod): ObjectKey[];
  /**
   * Reads the volume's content from the API. Only the returned function writes to the node. `name` is the volume's.
   */
  read(source: Source, pod: Pod, inputs: VolumeInputs, name: string): Promise<SetUp>;
  mount(source: Source, place: VolumePlace, request: MountRequest): Promise<Mount>;
  /** A mount that must last for as long as the pod lives. */
  sandboxMount?(source: Source, pod: Pod, name: string): Mount | undefined;
}

/** The same rules for a whole volume, which must be of the type. */
export interface VolumeType {
  name: SourceName;
  references(volume: core.Volume, pod: Pod): ObjectKey[];
  read(volume: core.Volume, pod: Pod, inputs: VolumeInputs): Promise<SetUp>;
  mount(volume: core.Volume, place: VolumePlace, request: MountRequest): Promise<Mount>;
  sandboxMount(volume: core.Volume, pod: Pod): Mount | undefined;
}

export function volumeType<N extends SourceName>(name: N, rules: VolumeRules<SourceOf<N>>): VolumeType {
  const sourceOf = (volume: core.Volume): SourceOf<N> => {
    const source = volume[name];
    if (!source) throw new Error(`volume "${volume.name}" is not of type ${name}`);
    return source;
  };
  return {
    name,
    references: (volume, pod) => rules.references?.(sourceOf(volume), pod) ?? [],
    read: (volume, pod, inputs) => rules.read(sourceOf(volume), pod, inputs, volume.name),
    mount: (volume, place, request) => rules.mount(sourceOf(volume), place, request),
    sandboxMount: (volume, pod) => rules.sandboxMount?.(sourceOf(volume), pod, volume.name),
  };
}
