/** In both; where one is absent, the other. */
export function common<T>(left: ReadonlySet<T> | undefined, right: ReadonlySet<T>): ReadonlySet<T> {
  return left ? new Set([...left].filter((each) => right.has(each))) : right;
}
