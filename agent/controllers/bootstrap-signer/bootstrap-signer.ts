/**
 * Keeps the signatures of the config map `cluster-info` as the bootstrap tokens are.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controller/bootstrap/bootstrapsigner.go
 */
import { bootstrapTokenType } from '../../api/core/bootstrap-token.ts';
import { configMaps } from '../../api/core/config-map.ts';
import { secrets } from '../../api/core/secret.ts';
import { isConflict, isNotFound } from '../../api/errors.ts';
import { watch } from '../shared/controller.ts';
import { defineController } from '../shared/runtime.ts';
import { signedData } from './signatures.ts';

const clusterInfo = { namespace: 'kube-public', name: 'cluster-info' };
const key = `${clusterInfo.namespace}/${clusterInfo.name}`;
const tokenNamespace = 'kube-system';

export const bootstrapSigner = defineController({
  name: 'bootstrap_signer_queue',
  account: 'bootstrap-signer',
  for: configMaps,
  keys: ({ object: { metadata } }) =>
    metadata.name === clusterInfo.name && metadata.namespace === clusterInfo.namespace ? [key] : [],
  watches: [
    watch(secrets, ({ object }) =>
      object.type === bootstrapTokenType && object.metadata.namespace === tokenNamespace ? [key] : [],
    ),
  ],
  async reconcile({ client, informer, clock, signal }) {
    const map = informer(configMaps).get(key);
    const tokens = informer(secrets)
      .list()
      .filter(({ metadata }) => metadata.namespace === tokenNamespace);
    const data = signedData(map?.data, tokens, clock.now());
    if (!map || !data) return undefined;
    try {
      await informer(configMaps).caughtUp(await client.resource(configMaps).update({ ...map, data }, signal), signal);
    } catch (error) {
      // It changed or is gone; the informer will report that.
      if (!isConflict(error) && !isNotFound(error)) throw error;
    }
    return undefined;
  },
});
