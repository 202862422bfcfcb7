/** Host names of listeners and routes. Pure. https://gateway-api.sigs.k8s.io/reference/spec/#hostname */

/** A name for the proxy's table: a wildcard of Gateway API stands for one or more labels. */
export const patternOf = (hostname: string | undefined): string => {
  const name = (hostname ?? '').toLowerCase();
  return name.startsWith('*.') ? `*${name}` : name;
};

/** The names that both admit; undefined where there are none. */
function commonName(listener: string, route: string): string | undefined {
  if (listener === route) return route;
  if (listener.startsWith('*.') && route.endsWith(listener.slice(1))) return route;
  return route.startsWith('*.') && listener.endsWith(route.slice(1)) ? listener : undefined;
}

/** The names under which a route is served by a listener, as the table's patterns. */
export function commonPatterns(listener: string | undefined, route: readonly string[] | undefined): string[] {
  if (!route || route.length === 0) return [patternOf(listener)];
  if (!listener) return route.map(patternOf);
  return route.flatMap((name) => {
    const common = commonName(listener.toLowerCase(), name.toLowerCase());
    return common === undefined ? [] : [patternOf(common)];
  });
}
