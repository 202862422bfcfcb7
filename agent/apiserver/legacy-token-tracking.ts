/**
 * Says since when uses of tokens in secrets are noted: the config map
 * `kube-system/kube-apiserver-legacy-service-account-token-tracking`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controlplane/controller/legacytokentracking/controller.go
 */
import { dateOf, isDate, trackingMap } from '../api/core/legacy-token.ts';
import type { ConfigMap } from '../api/types.ts';
import type { Transport } from '../client/transport.ts';
import { Refused } from './until-done.ts';

const collection = '/api/v1/namespaces/kube-system/configmaps';

/** A date that is none is replaced by today's. `now` in milliseconds. */
export async function trackLegacyTokens(transport: Transport, now: number): Promise<void> {
  const path = `${collection}/${trackingMap}`;
  const present = await transport.request({ method: 'GET', path });
  const map = present.status === 200 ? (present.body as ConfigMap) : undefined;
  if (isDate(map?.data?.since)) return;
  const data = { ...map?.data, since: dateOf(now) };
  const { status, body } = await transport.request(
    map
      ? { method: 'PUT', path, body: { ...map, data } }
      : { method: 'POST', path: collection, body: { metadata: { name: trackingMap }, data } },
  );
  if (status >= 300 && status !== 404 && status !== 409) {
    throw new Refused(`cannot publish ${trackingMap}: ${JSON.stringify(body)}`);
  }
}
