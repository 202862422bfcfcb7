/** Where the nodes of this process keep their files. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readNodeFiles } from './files.ts';

export interface NodePlace {
  /** What the desktop side wrote: `node.json` and certificates. */
  folder: string;
  dataFolder: string;
}

export interface NodePlaces {
  /** One node on a machine of its own, or all nodes of a cluster in one process. */
  single: boolean;
  /** The control plane's node, if it is here, comes first: the other nodes join it inside the process. */
  all: readonly NodePlace[];
  /** Whose store is a file of its own: not where several control planes share one. */
  controlPlane: NodePlace | undefined;
}

const configOf = ({ folder }: NodePlace) => readNodeFiles(folder).config;

/** Reads the folders that the environment names, or the ones of a node in a container. Throws if none has a node. */
export function nodePlaces(): NodePlaces {
  const folder = process.env.SKIFF_CONFIG_FOLDER ?? '/etc/skiff';
  const dataFolder = process.env.SKIFF_DATA_FOLDER ?? '/var/lib/skiff';
  const single = existsSync(join(folder, 'node.json'));
  const names = single ? [''] : readdirSync(folder).sort();
  if (names.length === 0) throw new Error(`no node is configured: ${folder} is empty`);
  const places = names.map((name) => ({ folder: join(folder, name), dataFolder: join(dataFolder, name) }));
  // Nodes may have any name.
  const controlPlane = places.find((place) => configOf(place).role === 'control-plane');
  const others = places.filter((place) => place !== controlPlane);
  const ownsStore = controlPlane && !configOf(controlPlane).controlPlanes;
  return {
    single,
    all: controlPlane ? [controlPlane, ...others] : others,
    controlPlane: ownsStore ? controlPlane : undefined,
  };
}
