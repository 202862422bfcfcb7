/**
 * Checks that a PID still belongs to a sandbox before its namespace is changed. The PID may have been reused by another
 * process, even one of the host.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import type { RuntimeSandbox } from '../../kubelet/runtime/runtime.ts';

export interface ProcessTable {
  /** The content of `/proc/PID/cgroup`. */
  cgroupOf(pid: number): string;
  /** The content of `/proc/PID/mountinfo`. */
  mountsOf(pid: number): string;
  /** The network namespace, e.g. `net:[4026531840]`; undefined if this process may not read it. */
  namespaceOf(pid: number | 'self'): string | undefined;
}

export const processTable: ProcessTable = {
  cgroupOf: (pid) => readFileSync(`/proc/${pid}/cgroup`, 'utf8'),
  mountsOf: (pid) => readFileSync(`/proc/${pid}/mountinfo`, 'utf8'),
  namespaceOf(pid) {
    try {
      return readlinkSync(`/proc/${pid}/ns/net`);
    } catch (error) {
      // The host's init may have capabilities that this process lacks; the kernel then hides its namespace.
      if ((error as NodeJS.ErrnoException).code === 'EACCES') return undefined;
      throw error;
    }
  },
};

/**
 * The path of the sandbox's network namespace. Engines put a container's id into the name of its cgroup and into the
 * path of its mounted files (`/etc/hostname`); rootless engines on cgroup v1 have only the latter. If the host's
 * namespace is known and differs, the engine's PID is trusted.
 */
export function namespacePathOf(sandbox: RuntimeSandbox, table: ProcessTable): string {
  if (sandbox.pid <= 0) throw new Error(`sandbox ${sandbox.id} is not running`);
  const namespace = table.namespaceOf(sandbox.pid);
  const host = table.namespaceOf(1);
  if (namespace === table.namespaceOf('self') || namespace === host) {
    throw new Error(`sandbox ${sandbox.id} (PID ${sandbox.pid}) has no network namespace of its own`);
  }
  const isNamed = () =>
    table.cgroupOf(sandbox.pid).includes(sandbox.id) || table.mountsOf(sandbox.pid).includes(sandbox.id);
  if (host === undefined && !isNamed()) {
    throw new Error(`PID ${sandbox.pid} is not, or no longer, that of sandbox ${sandbox.id}`);
  }
  return `/proc/${sandbox.pid}/ns/net`;
}
