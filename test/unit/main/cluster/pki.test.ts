import { X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { describe, expect, it } from 'vitest';
import {
  completePki,
  createAuthority,
  createClusterPki,
  issueClusterPki,
  loadAuthority,
} from '../../../../main/cluster/pki.ts';

const nodes = [
  { name: 'skiff-control-plane', role: 'control-plane' as const, ip: '172.30.0.2' },
  { name: 'skiff-worker', role: 'worker' as const, ip: '172.30.0.3' },
];

describe('createClusterPki', () => {
  it('names users and groups as kubeadm does', async () => {
    const pki = await createClusterPki(nodes);
    expect(new X509Certificate(pki.admin.certificate).subject).toBe('O=system:masters\nCN=kubernetes-admin');
    expect(new X509Certificate(pki.nodes['skiff-worker']?.['node.crt'] ?? '').subject).toBe(
      'O=system:nodes\nCN=system:node:skiff-worker',
    );
  });

  it("gives each node's proxy an identity of its own, without a group and with a key of its own", async () => {
    const pki = await createClusterPki(nodes);
    const [first = '', second = ''] = nodes.map(({ name }) => pki.nodes[name]?.['kube-proxy.crt']);
    expect(new X509Certificate(first).subject).toBe('CN=system:kube-proxy');
    expect(new X509Certificate(first).subjectAltName).toBeUndefined();
    expect(first).not.toBe(second);
  });

  it('gives keys that sign for others to the control plane only', async () => {
    const pki = await createClusterPki(nodes);
    expect(Object.keys(pki.nodes['skiff-worker'] ?? {})).toEqual([
      'ca.crt',
      'node.crt',
      'node.key',
      'kube-proxy.crt',
      'kube-proxy.key',
    ]);
    expect(Object.keys(pki.nodes['skiff-control-plane'] ?? {})).toEqual(
      expect.arrayContaining(['ca.key', 'service-account.key', 'apiserver.crt', 'apiserver-kubelet-client.crt']),
    );
  });

  it('gives several control planes the same keys, and members of etcd an authority that signs nothing else', async () => {
    const several = ['a', 'b', 'c'].map((name, at) => ({
      name,
      role: 'control-plane' as const,
      ip: `172.30.0.${at + 2}`,
    }));
    const pki = await createClusterPki([...several, { name: 'w', role: 'worker', ip: '172.30.0.5' }]);
    const [first = {}, ...others] = several.map(({ name }) => pki.nodes[name] ?? {});
    for (const other of others) {
      for (const file of [
        'ca.key',
        'service-account.key',
        'front-proxy-ca.crt',
        'front-proxy-client.key',
        'etcd-ca.crt',
      ]) {
        expect(other[file]).toBe(first[file]);
      }
      expect(other['etcd.crt']).not.toBe(first['etcd.crt']);
    }
    const member = new X509Certificate(others[0]?.['etcd.crt'] ?? '');
    expect(member.checkIP('172.30.0.3')).toBe('172.30.0.3');
    expect(member.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(member.checkIssued(new X509Certificate(first['etcd-ca.crt'] ?? ''))).toBe(true);
    expect(
      new X509Certificate(first['node.crt'] ?? '').checkIssued(new X509Certificate(first['etcd-ca.crt'] ?? '')),
    ).toBe(false);
    expect(Object.keys(pki.nodes.w ?? {}).filter((file) => file.startsWith('etcd'))).toEqual([]);
  });

  it.each(['127.0.0.1', '::1', '10.96.0.1', '172.30.0.3'])(
    'lets the API server answer to the address %s',
    async (address) => {
      const pki = await createClusterPki(nodes);
      const certificate = new X509Certificate(pki.nodes['skiff-control-plane']?.['apiserver.crt'] ?? '');
      expect(certificate.checkIP(address)).toBe(address);
    },
  );

  it.each([
    'localhost',
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
    'skiff-control-plane',
  ])('lets the API server answer to the name %s', async (name) => {
    const pki = await createClusterPki(nodes);
    const certificate = new X509Certificate(pki.nodes['skiff-control-plane']?.['apiserver.crt'] ?? '');
    expect(certificate.checkHost(name)).toBe(name);
  });

  it('lasts ten years', async () => {
    const pki = await createClusterPki(nodes);
    const years = (Date.parse(new X509Certificate(pki.admin.certificate).validTo) - Date.now()) / (365 * 86400_000);
    expect(years).toBeCloseTo(10, 1);
  });

  it('lets a client and the server trust each other', async () => {
    const pki = await createClusterPki(nodes);
    const own = pki.nodes['skiff-control-plane'] ?? {};
    const ca = pki.authority.certificate;
    const server = createServer(
      { ca, cert: own['apiserver.crt'], key: own['apiserver.key'], requestCert: true, rejectUnauthorized: true },
      (socket) => socket.end(String(socket.getPeerCertificate().subject.CN)),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca, cert: pki.admin.certificate, key: pki.admin.key });
    const answer = await new Promise((resolve, reject) => {
      socket.once('data', (chunk) => resolve(String(chunk)));
      socket.once('error', reject);
    });
    expect(answer).toBe('kubernetes-admin');
    socket.destroy();
    server.close();
  });
});

describe('an authority that was kept', () => {
  it('issues certificates under the same root', async () => {
    const kept = await createAuthority();
    const again = await loadAuthority({ certificate: kept.certificate, key: kept.key });
    const { nodes: files } = await issueClusterPki(again, 'key', nodes);
    const issued = new X509Certificate(files['skiff-worker']?.['node.crt'] ?? '');
    const root = new X509Certificate(kept.certificate);
    expect([issued.checkIssued(root), issued.verify(root.publicKey)]).toEqual([true, true]);
  });
});

describe('credentials of an earlier release', () => {
  const withoutProxy = (files: Record<string, string> = {}) =>
    Object.fromEntries(Object.entries(files).filter(([name]) => !name.startsWith('kube-proxy')));

  it('are completed: what is there stays as it is, and only what is missing is made', async () => {
    const whole = await createClusterPki(nodes);
    const old = { ...whole, nodes: { 'skiff-control-plane': withoutProxy(whole.nodes['skiff-control-plane']) } };
    const complete = await completePki(old, nodes);
    expect({ ...complete, nodes: {} }).toEqual({ ...old, nodes: {} });
    expect(complete.nodes['skiff-control-plane']).toMatchObject(old.nodes['skiff-control-plane']);
    const made = nodes.map(({ name }) => new X509Certificate(complete.nodes[name]?.['kube-proxy.crt'] ?? ''));
    const root = new X509Certificate(old.authority.certificate);
    expect(made.map((each) => [each.subject, each.verify(root.publicKey)])).toEqual([
      ['CN=system:kube-proxy', true],
      ['CN=system:kube-proxy', true],
    ]);
  });

  it('get a front proxy, whose authority is not that of the clients', async () => {
    const whole = await createClusterPki(nodes);
    const without = Object.entries(whole.nodes['skiff-control-plane'] ?? {}).filter(
      ([file]) => !file.includes('front'),
    );
    const old = { ...whole, nodes: { ...whole.nodes, 'skiff-control-plane': Object.fromEntries(without) } };
    const files = (await completePki(old, nodes)).nodes['skiff-control-plane'] ?? {};
    expect(files).toMatchObject(Object.fromEntries(without));
    const authority = new X509Certificate(files['front-proxy-ca.crt'] ?? '');
    const client = new X509Certificate(files['front-proxy-client.crt'] ?? '');
    expect([client.subject, client.verify(authority.publicKey)]).toEqual(['CN=front-proxy-client', true]);
    expect(client.verify(new X509Certificate(whole.authority.certificate).publicKey)).toBe(false);
  });

  it('that lack nothing are left alone', async () => {
    const whole = await createClusterPki(nodes);
    expect(await completePki(whole, nodes)).toBe(whole);
  });
});
