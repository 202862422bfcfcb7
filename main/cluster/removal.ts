/** Removes everything that carries a profile's label, whoever made it: nodes, pods, ports, networks, volumes. */
import type { Engine } from '../engine/engine.ts';
import { labels, ofProfile } from './names.ts';

/** A dying kubelet may still be creating a pod's container, which appears after the first look. */
const rounds = 5;

export async function removeEverything(engine: Engine, profile: string): Promise<void> {
  // Nodes first: they make the other containers.
  const nodes = await engine.containers([ofProfile(profile), `${labels.role}=node`]);
  await Promise.all(nodes.map(({ Id }) => engine.remove(Id)));
  for (let round = 0; round < rounds; round++) {
    const rest = await engine.containers([ofProfile(profile)]);
    if (!rest.length) break;
    await Promise.all(rest.map(({ Id }) => engine.remove(Id)));
  }
  const [networks, volumes] = await Promise.all([engine.networks(), engine.volumes([ofProfile(profile)])]);
  await Promise.all([
    ...networks
      .filter(({ Labels }) => Labels?.[labels.profile] === profile)
      .map(({ Name }) => engine.removeNetwork(Name)),
    ...volumes.map((name) => engine.removeVolume(name)),
  ]);
}
