/**
 * A set of fields as `metadata.managedFields` keeps it: a tree whose keys are path elements. A leaf is in the set; an inner
 * node is in it where it has the key `.`.
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#fieldsv1-v1-meta
 */
export interface FieldSet {
  readonly [element: string]: FieldSet;
}

/** Of the root: no field at all. Of any other node: the node itself and nothing below it. */
export const noFields: FieldSet = {};

const itself = '.';

const childrenOf = (node: FieldSet): string[] => Object.keys(node).filter((key) => key !== itself);
export const isNoFields = (set: FieldSet): boolean => Object.keys(set).length === 0;
const isMember = (node: FieldSet): boolean => itself in node || isNoFields(node);

function node(member: boolean, children: ReadonlyMap<string, FieldSet>): FieldSet | undefined {
  if (children.size === 0) return member ? noFields : undefined;
  return Object.fromEntries(member ? [[itself, noFields], ...children] : children);
}

const withChildren = (children: ReadonlyMap<string, FieldSet>): FieldSet => node(false, children) ?? noFields;

function unionOfNodes(a: FieldSet, b: FieldSet): FieldSet {
  const children = unionOfChildren(a, b);
  return node(isMember(a) || isMember(b), children) ?? noFields;
}

function unionOfChildren(a: FieldSet, b: FieldSet): Map<string, FieldSet> {
  const children = new Map(childrenOf(a).map((key) => [key, a[key] ?? noFields]));
  for (const key of childrenOf(b)) {
    const [left, right] = [children.get(key), b[key] ?? noFields];
    children.set(key, left ? unionOfNodes(left, right) : right);
  }
  return children;
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => withChildren(unionOfChildren(a, b));

/** What is in `a` alone. `a` itself where nothing of it is in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  const children = differenceOfChildren(a, b);
  return children ? withChildren(children) : a;
}

/** Undefined where nothing goes. */
function differenceOfChildren(a: FieldSet, b: FieldSet): Map<string, FieldSet> | undefined {
  const shared = childrenOf(a).filter((key) => key in b);
  const children = new Map(childrenOf(a).map((key) => [key, a[key] ?? noFields]));
  let changed = false;
  for (const key of shared) {
    const [left, right] = [a[key] ?? noFields, b[key] ?? noFields];
    const rest = differenceOfNodes(left, right);
    if (rest === left) continue;
    changed = true;
    if (rest) children.set(key, rest);
    else children.delete(key);
  }
  return changed ? children : undefined;
}

/** The node itself where nothing goes, undefined where everything goes. */
function differenceOfNodes(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const below = differenceOfChildren(a, b);
  const [before, after] = [isMember(a), isMember(a) && !isMember(b)];
  if (!below && before === after) return a;
  return node(after, below ?? new Map(childrenOf(a).map((key) => [key, a[key] ?? noFields])));
}
