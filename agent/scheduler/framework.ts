/**
 * What filters and scores see, and what they are. https://kubernetes.io/docs/concepts/scheduling-eviction/scheduling-framework/
 */
import type { core, Node, Pod } from '../api/types.ts';

/** CPU in millicores, everything else in whole units (bytes, counts). */
export type Amounts = Readonly<Record<string, number>>;

/** A pod with what scheduling asks of it again and again. */
export interface PodInfo {
  pod: Pod;
  requests: Amounts;
  /** With upstream's defaults (100m, 200 MB) where a container names nothing; only scores use it. */
  usual: { cpu: number; memory: number };
  hostPorts: readonly Required<Pick<core.ContainerPort, 'hostPort' | 'protocol' | 'hostIP'>>[];
}

export interface NodeInfo {
  name: string;
  /** Absent where pods are there but the node is not (yet, or any more). */
  node?: Node;
  allocatable: Amounts;
  /** Sums over `pods`. */
  requested: Amounts;
  usual: { cpu: number; memory: number };
  pods: ReadonlyMap<string, PodInfo>;
  /** Sizes in bytes by image name. */
  images: ReadonlyMap<string, number>;
}

export type Verdict = 'fits' | Unfit;
export interface Unfit {
  reasons: readonly string[];
  /** Removing pods from the node would not help. */
  unresolvable: boolean;
}

export const fits: Verdict = 'fits';
export const unfit = (reason: string): Unfit => ({ reasons: [reason], unresolvable: false });
export const neverFit = (reason: string): Unfit => ({ reasons: [reason], unresolvable: true });

export interface FilterPlugin {
  name: string;
  filter(pod: PodInfo, node: NodeInfo & { node: Node }): Verdict;
}

export interface ScorePlugin {
  name: string;
  weight: number;
  /** One raw score per node; higher is better, between 0 and 100 after `normalize`. */
  score(pod: PodInfo, nodes: readonly (NodeInfo & { node: Node })[]): readonly number[];
}

export const maxScore = 100;

/** Stretches raw scores so that the largest becomes 100. */
export function normalize(scores: readonly number[]): number[] {
  const most = Math.max(0, ...scores);
  return scores.map((score) => (most === 0 ? 0 : (score * maxScore) / most));
}

/** The other way round: the largest becomes 0, and all are best where all are 0. */
export const normalizeReversed = (scores: readonly number[]): number[] =>
  normalize(scores).map((score) => maxScore - score);
