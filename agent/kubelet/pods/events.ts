/** Events about a pod and its containers. Events about a container carry its field path, like upstream's. */

import { type Recorder, referenceTo } from '../../client/recorder.ts';
import type { Announce } from '../images/pull.ts';
import { fieldPathOf } from '../spec/containers.ts';
import type { PodMemory } from './memory.ts';

export const podAnnouncer =
  (recorder: Recorder, memory: PodMemory): Announce =>
  (type, reason, message) =>
    recorder.event(referenceTo(memory.pod), type, reason, message);

export const containerAnnouncer =
  (recorder: Recorder, memory: PodMemory, name: string): Announce =>
  (type, reason, message) =>
    recorder.event(referenceTo(memory.pod, fieldPathOf(memory.pod, name)), type, reason, message);
