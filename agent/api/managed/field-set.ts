/**
 * A set of fields as `metadata.managedFields` keeps it: a tree whose keys are path elements. A leaf is in the set; an
 * inner node is in it where it has the key `.`.
 * https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#fieldsv1-v1-meta
 */
import { own, setOwn } from '../own.ts';

export interface FieldSet {
  readonly [element: string]: FieldSet;
}

type Growing = Record<string, FieldSet>;

/** Of the root: no field at all. Of any other node: the node itself and nothing below it. */
export const noFields: FieldSet = {};

const itself = '.';

// Sets are compared on every write: the walks below make nothing for what stays as it is.

export function isNoFields(set: FieldSet): boolean {
  for (const _element in set) return false;
  return true;
}

export const isMember = (node: FieldSet): boolean => itself in node || isNoFields(node);

/** Undefined where it is not in the set and nothing is below it. */
export function nodeOf(member: boolean, children: FieldSet): FieldSet | undefined {
  if (isNoFields(children)) return member ? noFields : undefined;
  return member ? { [itself]: noFields, ...children } : children;
}

/** Of both, without their own memberships. */
function unionOfChildren(a: FieldSet, b: FieldSet): FieldSet {
  const children: Growing = {};
  for (const element in a) if (element !== itself) setOwn(children, element, a[element] ?? noFields);
  for (const element in b) {
    if (element === itself) continue;
    const [left, right] = [own(children, element), b[element] ?? noFields];
    setOwn(children, element, left ? unionOfNodes(left, right) : right);
  }
  return children;
}

/** Whether everything that is in `b` is in `a`, their own memberships aside. */
function hasChildren(a: FieldSet, b: FieldSet): boolean {
  for (const element in b) {
    if (element === itself) continue;
    const [left, right] = [own(a, element), b[element] ?? noFields];
    if (left === right) continue;
    if (!left || (isMember(right) && !isMember(left)) || !hasChildren(left, right)) return false;
  }
  return true;
}

function unionOfNodes(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b) return a;
  return nodeOf(isMember(a) || isMember(b), unionOfChildren(a, b)) ?? noFields;
}

/** `a` itself where it has all of `b`. */
export const union = (a: FieldSet, b: FieldSet): FieldSet => (hasChildren(a, b) ? a : unionOfChildren(a, b));

/** What is in both. */
export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  const common: Growing = {};
  for (const element in a) {
    const right = own(b, element);
    if (element === itself || !right) continue;
    const left = a[element] ?? noFields;
    const node = nodeOf(isMember(left) && isMember(right), intersection(left, right));
    if (node) setOwn(common, element, node);
  }
  return common;
}

/** What is in `a` alone. `a` itself where nothing of it is in `b`. */
export const difference = (a: FieldSet, b: FieldSet): FieldSet => differenceOfChildren(a, b) ?? a;

/** Without the own membership; undefined where nothing goes. */
function differenceOfChildren(a: FieldSet, b: FieldSet): FieldSet | undefined {
  let changed: Map<string, FieldSet | undefined> | undefined;
  for (const element in a) {
    const right = own(b, element);
    if (element === itself || !right) continue;
    const left = a[element] ?? noFields;
    const rest = differenceOfNodes(left, right);
    if (rest === left) continue;
    changed ??= new Map();
    changed.set(element, rest);
  }
  return changed && replaced(a, changed);
}

function replaced(node: FieldSet, changed: ReadonlyMap<string, FieldSet | undefined>): FieldSet {
  const children: Growing = {};
  for (const element in node) {
    if (element === itself) continue;
    const child = changed.has(element) ? changed.get(element) : node[element];
    if (child) setOwn(children, element, child);
  }
  return children;
}

const nothingChanged: ReadonlyMap<string, undefined> = new Map();

/** The node itself where nothing goes, undefined where everything goes. */
function differenceOfNodes(a: FieldSet, b: FieldSet): FieldSet | undefined {
  const below = differenceOfChildren(a, b);
  const [before, after] = [isMember(a), isMember(a) && !isMember(b)];
  if (!below && before === after) return a;
  return nodeOf(after, below ?? replaced(a, nothingChanged));
}
