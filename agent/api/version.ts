/** The upstream release whose API is served: by the API server's `/version`, by nodes, and by `skiff` itself. */
export const kubernetesVersion = { major: '1', minor: '33', git: 'v1.33.4' } as const;
