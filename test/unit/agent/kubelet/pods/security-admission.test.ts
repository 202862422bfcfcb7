/** What a node refuses, and what it tells the engine of, as the security context of a pod asks. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { core } from '../../../../../agent/api/types.ts';
import { containerConfig } from '../../../../../agent/kubelet/pods/container-config.ts';
import { seccompOf } from '../../../../../agent/kubelet/pods/seccomp.ts';
import { securityRejection, sysctlName } from '../../../../../agent/kubelet/pods/security-admission.ts';
import { aKubeletPod } from '../../../../builders/pod-view.ts';
import { pathsAt } from '../volumes/paths.ts';

const setting = (name: string, more: Partial<core.PodSpec> = {}): Partial<core.PodSpec> => ({
  securityContext: { sysctls: [{ name, value: '1' }] },
  ...more,
});

it.each<[string, Partial<core.PodSpec>, string | undefined]>([
  ['takes a safe sysctl', setting('net.ipv4.tcp_syncookies'), undefined],
  ['takes one with slashes', setting('kernel/shm_rmid_forced'), undefined],
  ['refuses an unsafe one', setting('kernel.msgmax'), 'forbidden sysctl: "kernel.msgmax" not allowlisted'],
  [
    'refuses to change its own network',
    setting('net.ipv4.tcp_syncookies', { hostNetwork: true }),
    'forbidden sysctl: "net.ipv4.tcp_syncookies" not allowed with host Net enabled',
  ],
  [
    'refuses to change its own shared memory',
    setting('kernel.shm_rmid_forced', { hostIPC: true }),
    'forbidden sysctl: "kernel.shm_rmid_forced" not allowed with host IPC enabled',
  ],
])('a node %s', (_, spec, message) => {
  const expected = message === undefined ? undefined : { reason: 'SysctlForbidden', message };
  expect(securityRejection(aKubeletPod(spec), { hasAppArmor: true })).toEqual(expected);
});

it('the first separator of a sysctl says which sign separates', () => {
  expect(['net.ipv4.conf.eth0/1.forwarding', 'net/ipv4/conf/eth0.1/forwarding'].map(sysctlName)).toEqual([
    'net.ipv4.conf.eth0/1.forwarding',
    'net.ipv4.conf.eth0/1.forwarding',
  ]);
});

it('a machine without AppArmor refuses profiles, and takes pods that want none', () => {
  const profiled = (type: string) => aKubeletPod({ securityContext: { appArmorProfile: { type } } });
  const rejections = ['RuntimeDefault', 'Unconfined'].map((type) =>
    securityRejection(profiled(type), { hasAppArmor: false }),
  );
  const message = 'Cannot enforce AppArmor: AppArmor is not enabled on the host';
  expect(rejections).toEqual([{ reason: 'AppArmor', message }, undefined]);
  expect(securityRejection(profiled('RuntimeDefault'), { hasAppArmor: true })).toBeUndefined();
});

it.each<[string, core.SecurityContext, object]>([
  ['nothing', {}, {}],
  ['no profile', { appArmorProfile: { type: 'Unconfined' } }, { appArmor: 'unconfined' }],
  [
    'a profile of the machine',
    { appArmorProfile: { type: 'Localhost', localhostProfile: 'k8s-deny' } },
    { appArmor: 'k8s-deny' },
  ],
  ['the whole of /proc', { procMount: 'Unmasked' }, { unmaskedProc: true }],
])('a container that asks for %s gets it', (_, securityContext, security) => {
  const spec = { name: 'c', image: 'web:1.0', securityContext };
  const image = { id: 'i', tags: [], size: 0, user: '', entrypoint: [], cmd: [] };
  const inputs = { attempt: 0, sandboxId: 's', image, env: new Map(), mounts: [], nodeMemory: 1 };
  const made = containerConfig({ ...inputs, pod: aKubeletPod({ containers: [spec] }), spec }).security;
  const plain = containerConfig({ ...inputs, pod: aKubeletPod(), spec: { name: 'c', image: 'web:1.0' } }).security;
  expect(made).toEqual({ ...plain, ...security });
});

it('a seccomp profile is a file of the node, the container before the pod', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'seccomp-'));
  const profiles = join(folder, 'hostpath/var/lib/kubelet/seccomp');
  await mkdir(profiles, { recursive: true });
  await writeFile(join(profiles, 'audit.json'), '{"defaultAction":"SCMP_ACT_LOG"}');
  const localhost = (localhostProfile: string) => ({ seccompProfile: { type: 'Localhost', localhostProfile } });
  const read = (ofPod: core.PodSecurityContext, own: core.SecurityContext = {}) =>
    seccompOf(pathsAt(folder), aKubeletPod({ securityContext: ofPod }), { name: 'c', securityContext: own });
  expect(await read(localhost('audit.json'))).toBe('{"defaultAction":"SCMP_ACT_LOG"}');
  expect(await read(localhost('audit.json'), { seccompProfile: { type: 'Unconfined' } })).toBe('unconfined');
  expect(await read(localhost('audit.json'), { privileged: true })).toBeUndefined();
  expect(await read({ seccompProfile: { type: 'RuntimeDefault' } })).toBeUndefined();
  await expect(read(localhost('no.json'))).rejects.toThrow(
    'cannot load seccomp profile "/var/lib/kubelet/seccomp/no.json": open /var/lib/kubelet/seccomp/no.json: no such file',
  );
  await rm(folder, { recursive: true });
});

it('a hostPath of the whole root is that of the node', async () => {
  expect(await pathsAt('/data').hostPath('/')).toEqual({ node: '/', engine: '/containers/node/root' });
});
