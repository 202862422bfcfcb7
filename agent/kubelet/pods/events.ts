/** Events about a pod and its containers, the latter with their field path as upstream has it. */
import { type Recorder, referenceTo } from '../../client/recorder.ts';
import type { Announce } from '../images/pull.ts';
import type { PodMemory } from './memory.ts';
import { ephemeralContainersOf, initContainersOf } from './model.ts';

export const podAnnouncer =
  (recorder: Recorder, memory: PodMemory): Announce =>
  (type, reason, message) =>
    recorder.event(referenceTo(memory.pod), type, reason, message);

export function containerAnnouncer(recorder: Recorder, memory: PodMemory, name: string): Announce {
  const named = (spec: { name: string }): boolean => spec.name === name;
  const { pod } = memory;
  const list = initContainersOf(pod).some(named)
    ? 'initContainers'
    : ephemeralContainersOf(pod).some(named)
      ? 'ephemeralContainers'
      : 'containers';
  const path = `spec.${list}{${name}}`;
  return (type, reason, message) => recorder.event(referenceTo(memory.pod, path), type, reason, message);
}
