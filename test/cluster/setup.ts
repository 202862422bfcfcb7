/** One cluster and the workload images for every lab, before the first and after the last of them. */
import type { TestProject } from 'vitest/node';
import { buildTestImages } from '../images/build.ts';
import { startTestCluster, type TestCluster } from './harness.ts';

let cluster: TestCluster | undefined;

export async function setup(project: TestProject): Promise<void> {
  await buildTestImages();
  cluster = await startTestCluster(process.env.SKIFF_TEST_PROFILE ?? 'labs', '--wait');
  project.provide('cluster', { kubeconfig: cluster.kubeconfig, home: cluster.home, profile: cluster.profile });
}

export const teardown = async (): Promise<void> => cluster?.delete();
