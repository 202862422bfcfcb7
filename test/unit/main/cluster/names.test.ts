import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkProfileName, contextOf, nodeNames } from '../../../../main/cluster/names.ts';
import { chooseSubnet, parseRange, routesFrom } from '../../../../main/cluster/subnet.ts';

describe('names', () => {
  it('are short for the default profile', () => {
    expect(contextOf('skiff')).toBe('skiff');
    expect(nodeNames('skiff', 3)).toEqual(['skiff-control-plane', 'skiff-worker', 'skiff-worker2']);
  });

  it('carry the name of any other profile', () => {
    expect(nodeNames('team', 1)).toEqual(['skiff-team-control-plane']);
  });

  it('count several control planes as they count workers', () => {
    expect(nodeNames('team', 4, '', 3)).toEqual([
      'skiff-team-control-plane',
      'skiff-team-control-plane2',
      'skiff-team-control-plane3',
      'skiff-team-worker',
    ]);
  });

  it('tell simulated nodes', () => {
    expect(nodeNames('skiff', 2, '-simulated')).toEqual(['skiff-simulated-control-plane', 'skiff-simulated-worker']);
  });

  it.each(['', 'A', '-a', 'a-', 'a_b', '../x', 'a'.repeat(33)])('refuse %j', (profile) => {
    expect(() => checkProfileName(profile)).toThrow('cannot be the name of a profile');
  });
});

describe('chooseSubnet', () => {
  it('chooses the same one every time', () => {
    expect(chooseSubnet('skiff', [])).toBe(chooseSubnet('skiff', []));
  });

  it('goes to the next one where the first is taken, in part or as a whole', () => {
    const first = chooseSubnet('skiff', []);
    const taken = parseRange(first)?.first ?? 0;
    const address = [24, 16, 8, 0].map((shift) => (taken >>> shift) & 255).join('.');
    expect(chooseSubnet('skiff', [`${address}/30`])).not.toBe(first);
    expect(chooseSubnet('skiff', ['172.16.0.0/12'])).toMatch(/^192\.168\./);
  });

  it('fails by name where nothing is free', () => {
    expect(() => chooseSubnet('skiff', ['172.16.0.0/12', '192.168.0.0/16'])).toThrow('no free network');
  });
});

describe('routes of this machine', () => {
  it('are what its `ip` tells, wherever that is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'skiff-routes-'));
    const ip = join(folder, 'ip');
    const lines = 'default via 10.0.0.1 dev eth0\n10.9.0.0/16 dev vpn scope link\nbroadcast 10.9.255.255 dev vpn\n';
    writeFileSync(ip, `#!/bin/sh\nprintf '${lines.replaceAll('\n', '\\n')}'\n`, { mode: 0o755 });
    expect(await routesFrom(ip)).toEqual(['10.0.0.1', '10.9.0.0/16', '10.9.255.255']);
    rmSync(folder, { recursive: true });
  });

  it('are none where there is no `ip`', async () => {
    expect(await routesFrom(undefined)).toEqual([]);
  });
});
