/** What an engine on Linux cannot do as it is configured, and how the user can change that. */
import { existsSync, readFileSync } from 'node:fs';
import type { Engine } from './engine.ts';

export interface Limitation {
  message: string;
  fix: string;
}

/**
 * With cgroup v2, a user's services have only the controllers that systemd delegates to them.
 * https://github.com/containers/podman/blob/main/troubleshooting.md
 */
const delegate =
  "sudo mkdir -p /etc/systemd/system/user@.service.d && printf '[Service]\\nDelegate=cpu cpuset io memory pids\\n' | " +
  'sudo tee /etc/systemd/system/user@.service.d/delegate.conf && sudo systemctl daemon-reload; then log in again';

/**
 * A rootless Podman can set only the limits whose controllers it was delegated. Skiff leaves out the others, since pods
 * would not start with them.
 */
export function withoutControllers(controllers: string[], cgroupVersion: string): Limitation | undefined {
  const missing = ['cpu', 'memory'].filter((controller) => !controllers.includes(controller));
  if (missing.length === 0) return undefined;
  return {
    message: `pods run without limits of ${missing.join(' and ')}: rootless Podman may not set them here`,
    fix:
      cgroupVersion === '2'
        ? delegate
        : 'boot with cgroup v2 (systemd.unified_cgroup_hierarchy=1), or use Podman with root',
  };
}

/**
 * Docker drops forwarded packets that are not its own, and makes the kernel show it bridged packets as well. On a
 * machine that also runs Docker, pods on another engine's bridge do not reach pods of other nodes.
 * https://docs.docker.com/engine/network/packet-filtering-firewalls/#docker-on-a-router
 */
const besideDocker = (): Limitation => ({
  message:
    "Docker's firewall on this machine drops packets between Podman's containers: pods of different nodes may not reach each other",
  fix: 'sudo iptables -I DOCKER-USER -s 10.244.0.0/16 -d 10.244.0.0/16 -j ACCEPT (until the next boot)',
});

const bridgesAreFiltered = (): boolean => {
  const setting = '/proc/sys/net/bridge/bridge-nf-call-iptables';
  return existsSync('/sys/class/net/docker0') && existsSync(setting) && readFileSync(setting, 'utf8').trim() === '1';
};

export async function limitationsOf(engine: Engine): Promise<Limitation[]> {
  const { podman, rootless, cgroupVersion } = engine.info;
  if (!podman || process.platform !== 'linux') return [];
  if (!rootless) return bridgesAreFiltered() ? [besideDocker()] : [];
  const missing = withoutControllers((await engine.podmanControllers()) ?? [], cgroupVersion);
  return missing ? [missing] : [];
}
