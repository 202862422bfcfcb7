/** Reads the files that the desktop side put into `/etc/skiff`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeConfig } from '../node-config.ts';

export interface NodeFiles {
  config: NodeConfig;
  folder: string;
  /** The content of a PEM file. */
  text(name: string): string;
}

/** Reads `node.json`; the other files are read on demand. Throws if it is missing or malformed. */
export function readNodeFiles(folder: string): NodeFiles {
  const text = (name: string) => readFileSync(join(folder, name), 'utf8');
  return { config: JSON.parse(text('node.json')) as NodeConfig, folder, text };
}
