/**
 * Tells other API servers whose certificates clients have, and how they know a request that this server passes on:
 * the config map `kube-system/extension-apiserver-authentication`.
 * https://github.com/kubernetes/kubernetes/blob/release-1.36/pkg/controlplane/controller/clusterauthenticationtrust/cluster_authentication_trust_controller.go
 */
import { isEqual } from '../api/json/value.ts';
import type { ConfigMap } from '../api/types.ts';
import type { Transport } from '../client/transport.ts';
import { Refused } from './until-done.ts';

const collection = '/api/v1/namespaces/kube-system/configmaps';
const name = 'extension-apiserver-authentication';

/** The common name of the certificate that this server shows. */
const frontProxyName = 'front-proxy-client';

const dataOf = (clientCA: string | undefined, frontProxyCA: string | undefined): Record<string, string> => ({
  ...(clientCA ? { 'client-ca-file': clientCA } : {}),
  ...(frontProxyCA
    ? {
        'requestheader-allowed-names': JSON.stringify([frontProxyName]),
        'requestheader-client-ca-file': frontProxyCA,
        'requestheader-extra-headers-prefix': JSON.stringify(['X-Remote-Extra-']),
        'requestheader-group-headers': JSON.stringify(['X-Remote-Group']),
        'requestheader-uid-headers': JSON.stringify(['X-Remote-Uid']),
        'requestheader-username-headers': JSON.stringify(['X-Remote-User']),
      }
    : {}),
});

/** Without either authority there is nothing to tell. What others have added to the map stays. */
export async function publishAuthentication(
  transport: Transport,
  clientCA: string | undefined,
  frontProxyCA: string | undefined,
): Promise<void> {
  const data = dataOf(clientCA, frontProxyCA);
  if (Object.keys(data).length === 0) return;
  const path = `${collection}/${name}`;
  const present = await transport.request({ method: 'GET', path });
  const map = present.status === 200 ? (present.body as ConfigMap) : undefined;
  const merged = { ...map?.data, ...data };
  if (map && isEqual(map.data, merged)) return;
  const { status, body } = await transport.request(
    map
      ? { method: 'PUT', path, body: { ...map, data: merged } }
      : { method: 'POST', path: collection, body: { metadata: { name }, data } },
  );
  if (status >= 300 && status !== 409) throw new Refused(`cannot publish ${name}: ${JSON.stringify(body)}`);
}
