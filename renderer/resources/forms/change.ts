/** One change of one object, as every form makes it. */
import { mediaType } from '../../../agent/api/media-types.ts';
import type { KubeObject } from '../../../agent/api/types.ts';
import { call } from '../../data/desktop.ts';
import { kubectlCommand } from '../clipboard.ts';
import type { ResourceView } from '../view.ts';

export interface Target {
  context: string;
  view: ResourceView;
  object: KubeObject;
}

export type PatchType = 'merge' | 'strategic-merge' | 'json';

const mediaTypes: Record<PatchType, string> = {
  merge: mediaType.mergePatch,
  'strategic-merge': mediaType.strategicMergePatch,
  json: mediaType.jsonPatch,
};

export function change({ context, view, object }: Target, type: PatchType, patch: unknown, subresource?: string) {
  const { name, namespace } = object.metadata;
  const target = { context, resource: view.ref, name, namespace, ...(subresource ? { subresource } : {}) };
  return call('resource.patch', { ...target, type: mediaTypes[type], patch });
}

export const commandFor = ({ context, view, object }: Target, verb: string, rest = ''): string =>
  `${kubectlCommand(context, verb, view, object)}${rest ? ` ${rest}` : ''}`;
