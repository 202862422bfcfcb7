import { describe, expect, it, test } from 'vitest';
import { nodeSpec } from '../../../../main/cluster/node-container.ts';
import type { Profile, ProfileNode } from '../../../../main/cluster/profile.ts';
import { shutdownOf } from '../../../../main/cluster/start/shutdown.ts';
import type { EngineInfo } from '../../../../main/engine/engine.ts';

const present = { gracePeriod: 30, criticalPods: 20 };

describe('the time that pods have when a node shuts down', () => {
  it.each([
    ['none by default', {}, undefined, undefined],
    ['a third is for critical pods', { shutdownGracePeriod: 30 }, undefined, { gracePeriod: 30, criticalPods: 10 }],
    [
      'or what is asked for',
      { shutdownGracePeriod: 30, shutdownGracePeriodCriticalPods: 0 },
      undefined,
      { gracePeriod: 30, criticalPods: 0 },
    ],
    ['a cluster keeps what it has', {}, present, present],
    ['and changes one of both', { shutdownGracePeriodCriticalPods: 5 }, present, { gracePeriod: 30, criticalPods: 5 }],
    ['0 takes it away', { shutdownGracePeriod: 0 }, present, undefined],
  ])('%s', (_name, options, before, expected) => {
    expect(shutdownOf(options, before).shutdown).toEqual(expected);
  });

  it('cannot be less than its part', () => {
    expect(() => shutdownOf({ shutdownGracePeriodCriticalPods: 5 }, undefined)).toThrow(
      'critical pods cannot have 5 of 0 seconds',
    );
  });
});

test('the engine gives a node that time when it stops it', () => {
  const node: ProfileNode = { name: 'w', role: 'worker', ip: '172.29.1.2', podCIDR: '10.244.0.0/24' };
  const profile: Profile = {
    name: 'team',
    runtime: 'docker',
    engine: 'unix:///var/run/docker.sock',
    network: { name: 'skiff-team', subnet: '172.29.1.0/24' },
    nodes: [node],
    apiPort: 40000,
  };
  const engine = { endpoint: '', podman: false, rootless: false, cpus: 4, memory: 8 * 2 ** 30 } as EngineInfo;
  const timeout = (shutdown?: Profile['shutdown']) =>
    nodeSpec({
      ...{
        node,
        engine,
        image: 'skiff-node:1',
        engineSocket: '/var/run/docker.sock',
        dataOnEngine: '/w',
        credentials: {},
      },
      profile: { ...profile, ...(shutdown ? { shutdown } : {}) },
    }).StopTimeout;
  expect([timeout(), timeout(present)]).toEqual([undefined, 35]);
});
