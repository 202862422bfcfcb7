/**
 * Reads the termination messages of containers.
 * https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */

import { closeSync, constants, openSync, readSync } from 'node:fs';
import type { core } from '../../api/types.ts';
import { isMissing } from '../../missing-file.ts';
import type { RuntimeContainer } from '../runtime/runtime.ts';
import { containerNamed } from '../spec/containers.ts';
import type { PodMemory } from './memory.ts';
import type { MessageReader } from './parts.ts';

/** Upstream's limits, in bytes. */
const maxTerminationMessage = 4096;
const maxLogMessage = 2048;

/**
 * The beginning of the file, whatever a container has made of it. It is read synchronously: it is short and was just
 * written, and on a busy machine each wait for another thread delays the pod's status. Throws ENOENT if it is missing.
 */
export function readMessage(path: string): string {
  const buffer = Buffer.alloc(maxTerminationMessage);
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return buffer.toString('utf8', 0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}

async function messageOf(
  parts: MessageReader,
  memory: PodMemory,
  spec: core.Container | undefined,
  container: RuntimeContainer,
): Promise<string> {
  let text = '';
  try {
    const path = parts.paths.terminationLog(memory.uid, container.name, container.attempt);
    text = readMessage(path);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  if (text || spec?.terminationMessagePolicy !== 'FallbackToLogsOnError' || container.exitCode === 0) return text;
  const options = { follow: false, timestamps: false, tailLines: 80 };
  const chunks: Uint8Array[] = [];
  for await (const chunk of parts.runtime.logs(container.id, options, parts.signal)) chunks.push(chunk);
  return Buffer.concat(chunks).subarray(-maxLogMessage).toString('utf8');
}

/** Reads each message once per run: neither the file nor the log changes afterwards. */
export async function readTerminationMessages(parts: MessageReader, memory: PodMemory): Promise<void> {
  for (const container of parts.cache.containers(memory.uid)) {
    if (container.state !== 'exited' || memory.terminationMessages.has(container.id)) continue;
    const spec = containerNamed(memory.pod, container.name);
    memory.terminationMessages.set(container.id, await messageOf(parts, memory, spec, container));
  }
}
