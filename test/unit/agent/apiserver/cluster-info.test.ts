/** What a node may read of a cluster before it has joined it. */
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { makeClusterInfo } from '../../../../agent/apiserver/cluster-info.ts';
import { anonymousUser, loopbackUser } from '../../../../agent/apiserver/user.ts';
import { startApi } from './api.ts';

const maps = '/api/v1/namespaces/kube-public/configmaps';
const binding =
  '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-public/rolebindings/kubeadm:bootstrap-signer-clusterinfo';

it('is the address and the authority, for everybody, and nothing else', async () => {
  const api = await startApi();
  await makeClusterInfo(api.server.transport(loopbackUser), 'https://172.29.0.2:6443', 'PEM of the authority');
  const stranger = api.server.transport(anonymousUser);
  const answer = await stranger.request({ method: 'GET', path: `${maps}/cluster-info` });
  expect(answer.status).toBe(200);
  const { data } = answer.body as { data: { kubeconfig: string } };
  expect(Object.keys(data)).toEqual(['kubeconfig']);
  const cluster = {
    'certificate-authority-data': Buffer.from('PEM of the authority').toString('base64'),
    server: 'https://172.29.0.2:6443',
  };
  expect(parse(data.kubeconfig)).toEqual({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: '', cluster }],
    contexts: null,
    'current-context': '',
    preferences: {},
    users: null,
  });
  expect((await stranger.request({ method: 'GET', path: maps })).status).toBe(403);
  expect((await stranger.request({ method: 'GET', path: `${maps}/kube-root-ca.crt` })).status).toBe(403);
  await api.close();
});

it('is not made again for whoever has taken the right away', async () => {
  const api = await startApi();
  const make = () => makeClusterInfo(api.server.transport(loopbackUser), 'https://172.29.0.2:6443', 'PEM');
  await make();
  await api.request('DELETE', binding);
  await make();
  expect((await api.request('GET', binding)).status).toBe(404);
  await api.close();
});
