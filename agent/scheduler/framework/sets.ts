/** The intersection of both sets; `right` if `left` is absent. */
export function intersection<T>(left: ReadonlySet<T> | undefined, right: ReadonlySet<T>): ReadonlySet<T> {
  return left ? new Set([...left].filter((each) => right.has(each))) : right;
}
