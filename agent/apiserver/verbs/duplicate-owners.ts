/**
 * Owner references that a write brings twice are stored once, and the client is warned.
 * https://github.com/kubernetes/apiserver/blob/release-1.36/pkg/endpoints/handlers/rest.go (dedupOwnerReferences)
 */
import type { meta } from '../../api/types.ts';
import { type Attributes, objectIn } from '../admission/attributes.ts';

const warning = (stage: string, uids: readonly string[]): string =>
  `.metadata.ownerReferences contains duplicate entries${stage}; API server dedups owner references in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: ${uids.join(', ')}`;

/** The same for equal references, and for no others. */
const textOf = ({ uid, name, kind, apiVersion, controller, blockOwnerDeletion }: meta.OwnerReference): string =>
  JSON.stringify([uid, name, kind, apiVersion, controller ?? null, blockOwnerDeletion ?? null]);

function dropDuplicates(attributes: Attributes, stage: string): void {
  const object = objectIn(attributes);
  const owners = object.metadata.ownerReferences ?? [];
  if (owners.length < 2) return;
  const known = new Set<string>();
  const kept: meta.OwnerReference[] = [];
  const uids: string[] = [];
  for (const owner of owners) {
    const text = textOf(owner);
    if (known.has(text)) uids.push(owner.uid);
    else kept.push(owner);
    known.add(text);
  }
  if (uids.length === 0) return;
  attributes.warnings.push(warning(stage, uids));
  object.metadata = { ...object.metadata, ownerReferences: kept };
}

/** As the client sends them. A patch is not looked at before admission. */
export function dropDuplicateOwners(attributes: Attributes): void {
  if (attributes.info.verb !== 'patch') dropDuplicates(attributes, '');
}

/** As the mutating steps leave them. */
export const dropDuplicateOwnersAfterAdmission = (attributes: Attributes): void =>
  dropDuplicates(attributes, ' after mutating admission happens');
