import { expect, it } from 'vitest';
import { reasonOf, type Service } from '../../../../main/cli/service-reason.ts';

const service = (name: string, type: string, namespace = 'default'): Service => ({
  metadata: { name, namespace },
  spec: { type, ports: [{ port: 81 }] },
});

it.each<[string, Service[], string | undefined, string, string]>([
  ['is not there', [], undefined, 'there is no service web', 'kubectl --context skiff-two get services -A'],
  ['is in another namespace', [service('web', 'NodePort')], 'shop', 'there is no service web in namespace shop', '-A'],
  [
    'is inside only',
    [service('web', 'ClusterIP', 'shop')],
    undefined,
    'service shop/web is of type ClusterIP, which answers inside the cluster only',
    'kubectl --context skiff-two -n shop port-forward service/web 8080:81',
  ],
  [
    'has a port that is taken',
    [service('web', 'LoadBalancer')],
    undefined,
    'service default/web is not on localhost yet',
    'kubectl --context skiff-two -n default describe service web',
  ],
])('says what to do about a service that %s', (_, services, namespace, message, hint) => {
  const error = reasonOf({ profile: 'two', name: 'web', ...(namespace ? { namespace } : {}) }, services);
  expect(error.message).toBe(message);
  expect(error.hint).toContain(hint);
});
