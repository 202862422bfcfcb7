/** Names of a profile's things in the engine and in the kubeconfig. */
import { EngineError } from '../engine/errors.ts';

export const defaultProfile = 'skiff';

export const labels = {
  profile: 'dev.skiff.profile',
  /**
   * `node` on node containers, `port` on those that publish a service on localhost, `load-balancer` on the one that
   * publishes several API servers.
   */
  role: 'dev.skiff.role',
  node: 'dev.skiff.node',
  /** Hash of what the container was made from; Skiff makes a container with another hash again. */
  recipe: 'dev.skiff.recipe',
  /** The service that a port container publishes: `NAMESPACE/NAME`. */
  service: 'dev.skiff.service',
} as const;

/** On every node image; the Dockerfile sets it too. */
export const nodeImageLabel = 'dev.skiff.image=node';

export const ofProfile = (profile: string): string => `${labels.profile}=${profile}`;

/** `skiff`, or `skiff-PROFILE`. */
export const contextOf = (profile: string): string => (profile === defaultProfile ? 'skiff' : `skiff-${profile}`);

/**
 * `skiff-control-plane`, `skiff-worker`, `skiff-worker2`, ...; `mark` comes after the context. The control planes come
 * first, as many as wanted of all nodes.
 */
export function nodeNames(profile: string, count: number, mark = '', controlPlanes = 1): string[] {
  const prefix = `${contextOf(profile)}${mark}`;
  const named = (role: string, number: number) =>
    Array.from({ length: number }, (_, at) => `${prefix}-${role}${at === 0 ? '' : at + 1}`);
  return [...named('control-plane', controlPlanes), ...named('worker', count - controlPlanes)];
}

/** A profile's name becomes part of host names. */
export const isProfileName = (text: string): boolean => /^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(text);

export function checkProfileName(profile: string): void {
  if (isProfileName(profile)) return;
  throw new EngineError('BadProfileName', `${JSON.stringify(profile)} cannot be the name of a profile`, {
    hint: 'Use up to 32 lower-case letters, digits and dashes, with a letter or digit at both ends.',
  });
}

/** `--profile NAME` unless it is the default one, for commands that a message proposes. */
export const flagOf = (profile: string): string => (profile === defaultProfile ? '' : ` --profile ${profile}`);
