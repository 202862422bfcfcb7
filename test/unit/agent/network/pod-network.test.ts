import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { contains, gatewayOf, macOf, parseCIDR } from '../../../../agent/network/cidr.ts';
import { ToolError } from '../../../../agent/network/exec.ts';
import { createAddresses } from '../../../../agent/network/pod-network/addresses.ts';
import { plumb } from '../../../../agent/network/pod-network/create.ts';
import { configurePod, createPair, vethOf } from '../../../../agent/network/pod-network/plumbing.ts';
import { routeChange, routesTo } from '../../../../agent/network/pod-network/routes.ts';
import { namespacePathOf, type ProcessTable } from '../../../../agent/network/pod-network/sandbox-namespace.ts';
import { aNodeAt } from '../../../builders/network.ts';

describe('IPv4 ranges', () => {
  test.each([
    ['10.244.1.0/24', '10.244.1.255', true],
    ['10.244.1.0/24', '10.244.2.0', false],
    ['10.96.0.0/12', '10.111.255.255', true],
    ['10.96.0.0/12', '10.112.0.0', false],
    ['0.0.0.0/0', '255.255.255.255', true],
  ])('%s contains %s: %s', (cidr, ip, expected) => expect(contains(cidr, ip)).toBe(expected));

  test.each(['10.244.1.0', '10.244.1.0/33', '10.244.1/24', '10.244.1.256/24'])('%s is refused', (cidr) => {
    expect(() => parseCIDR(cidr)).toThrow(/not a/);
  });

  test('the gateway is the first host, and hardware addresses follow from addresses', () => {
    expect(gatewayOf('10.244.1.0/24')).toBe('10.244.1.1');
    expect(macOf('10.244.1.17')).toBe('0a:58:0a:f4:01:11');
  });
});

describe('addresses', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'skiff-addresses-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('are given out in turn, and stay with their sandbox', () => {
    const addresses = createAddresses('10.244.1.0/29', directory);
    expect([addresses.allocate('a'), addresses.allocate('b'), addresses.allocate('a')]).toEqual([
      '10.244.1.2',
      '10.244.1.3',
      '10.244.1.2',
    ]);
  });

  test('outlive the process', () => {
    createAddresses('10.244.1.0/29', directory).allocate('a');
    const addresses = createAddresses('10.244.1.0/29', directory);
    expect(addresses.get('a')).toBe('10.244.1.2');
    expect(addresses.allocate('b')).toBe('10.244.1.3');
  });

  test('that were released rest until the others were used', () => {
    const addresses = createAddresses('10.244.1.0/29', directory);
    addresses.allocate('a');
    addresses.release('a');
    const next = ['b', 'c', 'd', 'e', 'f'].map((id) => addresses.allocate(id));
    expect(next).toEqual(['10.244.1.3', '10.244.1.4', '10.244.1.5', '10.244.1.6', '10.244.1.2']);
  });

  test('run out with the words that people know', () => {
    const addresses = createAddresses('10.244.1.0/29', directory);
    for (const id of ['a', 'b', 'c', 'd', 'e']) addresses.allocate(id);
    expect(() => addresses.allocate('f')).toThrow('no IP addresses available in range set: 10.244.1.0/29');
  });

  test('that a crash left without a sandbox, or that are of another range, are cleaned up', () => {
    for (const [ip, id] of [
      ['10.244.1.2', ''],
      ['10.244.9.2', 'x'],
      ['junk', 'y'],
      ['10.244.1.4', 'kept'],
    ] as const) {
      writeFileSync(join(directory, ip), id);
    }
    expect([...createAddresses('10.244.1.0/29', directory).entries()]).toEqual([['kept', '10.244.1.4']]);
    expect(readdirSync(directory)).toEqual(['10.244.1.4']);
  });
});

test('a pod has a /32 and goes through the gateway for everything', () => {
  expect(configurePod(['10.244.1.7'], ['10.244.1.0/24'])).toBe(
    [
      'link set dev lo up',
      'link set dev eth0 up',
      'address replace 10.244.1.7/32 dev eth0',
      'route replace 10.244.1.1 dev eth0 scope link src 10.244.1.7',
      'route replace default via 10.244.1.1 dev eth0 src 10.244.1.7',
      '',
    ].join('\n'),
  );
});

test('the name of a link fits the kernel, and its other end is made inside the sandbox', () => {
  const veth = vethOf('0123456789abcdef'.repeat(4));
  expect(veth).toHaveLength(15);
  expect(createPair(veth, 77, '10.244.1.7', 1450)).toBe(
    'link add name veth0123456789a mtu 1450 type veth peer name eth0 address 0a:58:0a:f4:01:07 mtu 1450 netns 77\n',
  );
});

describe('routes', () => {
  const n1 = aNodeAt('n1', '172.30.0.2', '10.244.0.0/24');
  const n2 = aNodeAt('n2', '172.30.0.3', '10.244.1.0/24');
  const bare = { ...aNodeAt('n3', '172.30.0.4', ''), spec: {} };

  test('lead to every other node that has an address and a pod CIDR', () => {
    expect([...routesTo([n1, n2, bare], 'n1')]).toEqual([['10.244.1.0/24', '172.30.0.3']]);
  });

  test('are changed by as little as possible', () => {
    const before = new Map([
      ['10.244.1.0/24', '172.30.0.3'],
      ['10.244.2.0/24', '172.30.0.4'],
    ]);
    const after = new Map([
      ['10.244.1.0/24', '172.30.0.9'],
      ['10.244.3.0/24', '172.30.0.5'],
    ]);
    expect(routeChange(before, after)).toBe(
      'route delete 10.244.2.0/24\nroute replace 10.244.1.0/24 via 172.30.0.9\nroute replace 10.244.3.0/24 via 172.30.0.5\n',
    );
    expect(routeChange(after, after)).toBe('');
  });
});

describe('the namespace of a sandbox', () => {
  const sandbox = {
    id: 'abc123',
    pid: 42,
    pod: { name: 'web', namespace: 'default', uid: 'u' },
    attempt: 0,
    state: 'ready' as const,
    createdAt: 0,
    hostNetwork: false,
    labels: {},
  };
  const table = (own: string, host: string | undefined, cgroup: string, mounts = ''): ProcessTable => ({
    cgroupOf: () => cgroup,
    mountsOf: () => mounts,
    namespaceOf: (pid) => (pid === 'self' ? 'net:[1]' : pid === 1 ? host : own),
  });

  test.each([
    ['another than the host and named by its cgroup', table('net:[9]', 'net:[2]', '0::/docker/abc123')],
    ['another than the host, without cgroups', table('net:[9]', 'net:[2]', '0::/')],
    ['named by its cgroup where the host is hidden', table('net:[9]', undefined, '0::/../libpod-abc123.scope')],
    [
      'named by its mounts where the host is hidden and there are no cgroups',
      table('net:[9]', undefined, '4:memory:/', '236 235 254:0 /containers/abc123/userdata/hostname /etc/hostname rw'),
    ],
  ])('is taken where it is %s', (_, processes) => {
    expect(namespacePathOf(sandbox, processes)).toBe('/proc/42/ns/net');
  });

  test.each([
    ["the node's", table('net:[1]', 'net:[2]', 'abc123'), 'has no network namespace of its own'],
    ["the host's", table('net:[2]', 'net:[2]', 'abc123'), 'has no network namespace of its own'],
    [
      "perhaps the host's",
      table('net:[9]', undefined, '0::/system.slice/cron'),
      'is not, or no longer, that of sandbox',
    ],
  ])('is refused where it is %s', (_, processes, message) => {
    expect(() => namespacePathOf(sandbox, processes)).toThrow(message);
  });

  test('is refused where the sandbox does not run', () => {
    const processes = table('net:[9]', 'net:[2]', '');
    expect(() => namespacePathOf({ ...sandbox, pid: 0 }, processes)).toThrow('is not running');
  });
});

describe('a sandbox whose link leads to a namespace that the node no longer has', () => {
  const thereAlready = new ToolError('ip -batch -', 1, 'RTNETLINK answers: File exists');

  test('loses it for a new one', async () => {
    const done: string[] = [];
    const makePair = async () => {
      done.push('pair');
      if (done.length === 1) throw thereAlready;
    };
    await plumb(makePair, async (batch) => done.push(batch));
    expect(done).toEqual(['pair', 'link delete dev eth0\n', 'pair']);
  });

  test('keeps it where something else is wrong', async () => {
    const done: string[] = [];
    const makePair = () => Promise.reject(new ToolError('ip -batch -', 1, 'Operation not permitted'));
    await expect(plumb(makePair, async (batch) => done.push(batch))).rejects.toThrow('not permitted');
    expect(done).toEqual([]);
  });
});
