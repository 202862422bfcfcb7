/**
 * Expands `$(VAR)` references.
 * https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go
 */

/** The variables that a text refers to. */
export const referencesIn = (text: string): string[] =>
  [...text.matchAll(/\$(\$|\(([^()]*)\))/g)].flatMap(([, , name]) => (name === undefined ? [] : [name]));

/** `$$(VAR)` is a literal `$(VAR)`; an unknown reference stays unchanged. */
export const expand = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(/\$(\$|\(([^()]*)\))/g, (whole, _match: string, name: string | undefined) =>
    name === undefined ? '$' : (variables.get(name) ?? whole),
  );
