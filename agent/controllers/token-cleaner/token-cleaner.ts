/**
 * Deletes bootstrap tokens whose time is over.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/bootstrap/tokencleaner.go
 */
import { bootstrapTokenType, tokenEnd } from '../../api/core/bootstrap-token.ts';
import { secrets } from '../../api/core/secret.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import { keyOf } from '../../client/informer.ts';
import { defineController } from '../shared/runtime.ts';

const namespace = 'kube-system';

export const tokenCleaner = defineController({
  name: 'token_cleaner',
  account: 'token-cleaner',
  for: secrets,
  keys: ({ object }) =>
    object.type === bootstrapTokenType && object.metadata.namespace === namespace ? [keyOf(object)] : [],
  async reconcile({ client, informer, clock, signal }, key) {
    const secret = informer(secrets).get(key);
    if (!secret) return undefined;
    const end = tokenEnd(secret);
    if (end === Number.POSITIVE_INFINITY) return undefined;
    if (end > clock.now()) return { after: end - clock.now() };
    const { name, uid } = secret.metadata;
    try {
      await client.resource(secrets).delete(name, namespace, { preconditions: { uid } }, signal);
    } catch (error) {
      // Somebody else was faster, or another secret has taken its name.
      if (!isNotFound(error) && !isConflict(error)) throw error;
    }
    return undefined;
  },
});
