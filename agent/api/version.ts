/**
 * The upstream release whose API is served: by the API server's `/version`, by nodes, and by `skiff` itself. Its minor
 * is the one whose definitions the package `kubernetes-models` carries; `test/unit/agent/api/one-minor.test.ts` holds
 * the two together.
 */
export const kubernetesVersion = { major: '1', minor: '36', git: 'v1.36.3' } as const;

/** `1.36` */
export const kubernetesMinor = `${kubernetesVersion.major}.${kubernetesVersion.minor}`;
