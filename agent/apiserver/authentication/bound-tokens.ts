/** A bound token is good only as long as what it is bound to. */

import { nodes } from '../../api/core/node.ts';
import { pods } from '../../api/core/pod.ts';
import { secrets } from '../../api/core/secret.ts';
import { serviceAccounts } from '../../api/core/service-account.ts';
import type { Kind } from '../../api/kind.ts';
import type { Core } from '../core.ts';
import { legacyUse } from './legacy-tokens.ts';
import type { ObjectReference, Verified } from './service-account-tokens.ts';

export interface BoundToken extends Verified {
  /** For `Warning` headers. */
  warnings: readonly string[];
}

export function verifyBoundToken(core: Core, token: string, audiences: readonly string[]): BoundToken | undefined {
  const verified = core.tokens.verify(token, audiences, Math.floor(core.clock.now() / 1000));
  if (!verified) return undefined;
  const { namespace, serviceaccount, pod, secret, node } = verified.subject;
  const lives = (kind: Kind, reference: ObjectReference | undefined, within: string): boolean =>
    reference === undefined || core.storage.find(kind, within, reference.name)?.object.metadata.uid === reference.uid;
  const valid =
    lives(serviceAccounts, serviceaccount, namespace) &&
    lives(pods, pod, namespace) &&
    lives(secrets, secret, namespace) &&
    lives(nodes, node, '');
  if (!valid) return undefined;
  const { isValid, warnings } = legacyUse(core, token, verified.subject) ?? { isValid: true, warnings: [] };
  return isValid ? { ...verified, warnings } : undefined;
}
