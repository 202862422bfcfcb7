/** Manifests of pods for tests that need many small ones. */

interface ContainerShape {
  image: string;
  name?: string;
  [field: string]: unknown;
}

/** The first container is called `c` where it has no name; what was ended by a test is not waited for. */
export function podManifest(
  name: string,
  spec: { containers: ContainerShape[]; [field: string]: unknown },
  labels = {},
): string {
  const containers = spec.containers.map((container) => ({ name: 'c', ...container }));
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels },
    spec: { terminationGracePeriodSeconds: 2, ...spec, containers },
  });
}
