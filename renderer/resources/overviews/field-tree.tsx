/** Any value as a tree of fields. The name of a field with documentation can be pressed, and then tells it. */
import { ChevronRight } from 'lucide-react';
import { useState } from 'react';
import type { FieldSchema, ResourceSchema } from '../../../main/contract/resources.ts';
import { schemaAt } from '../../data/schemas.ts';

type Path = readonly (string | number)[];

interface TreeProps {
  value: unknown;
  schema: ResourceSchema | undefined;
  path: Path;
}

/** More are folded at first. */
const mostOpen = 30;
const openDepth = 3;

const isBranch = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.keys(value).length > 0;

const entriesOf = (value: object): [string | number, unknown][] =>
  Array.isArray(value) ? value.map((item, at) => [at, item]) : Object.entries(value);

export function FieldTree({ value, schema, path }: TreeProps) {
  if (!isBranch(value)) return <Leaf value={value} />;
  return (
    <ul className="field-tree">
      {entriesOf(value).map(([key, item]) => (
        <Field key={key} value={item} schema={schema} path={[...path, key]} />
      ))}
    </ul>
  );
}

function Field({ value, schema, path }: TreeProps) {
  const isDeep = isBranch(value);
  const [open, setOpen] = useState(isDeep && path.length <= openDepth && Object.keys(value).length <= mostOpen);
  const [isTold, setTold] = useState(false);
  const name = nameOf(path.at(-1) ?? '', value);
  const about = schemaAt(schema, path);
  return (
    <li>
      <div className="field-line">
        {isDeep ? (
          <button
            type="button"
            className="field-fold"
            aria-label={`${open ? 'Fold' : 'Unfold'} ${name}`}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <ChevronRight size={12} />
          </button>
        ) : (
          <span className="field-fold" />
        )}
        {about?.description ? (
          <button
            type="button"
            className="field-name documented"
            aria-expanded={isTold}
            title={about.description}
            onClick={() => setTold(!isTold)}
          >
            {name}
          </button>
        ) : (
          <span className="field-name">{name}</span>
        )}
        {isDeep ? open ? null : <span className="muted">{summaryOf(value)}</span> : <Leaf value={value} />}
      </div>
      {isTold && about ? <Documentation about={about} /> : null}
      {isDeep && open ? <FieldTree value={value} schema={schema} path={path} /> : null}
    </li>
  );
}

/** Items of a list are told apart by their own name, where they have one. */
function nameOf(key: string | number, value: unknown): string {
  if (typeof key === 'string') return key;
  const named = isBranch(value) && 'name' in value ? value.name : undefined;
  return typeof named === 'string' ? named : `${key}`;
}

const summaryOf = (value: object): string => {
  const count = Object.keys(value).length;
  const noun = Array.isArray(value) ? 'item' : 'field';
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
};

function Documentation({ about: { type, format, description, enum: values } }: { about: FieldSchema }) {
  return (
    <p className="field-about">
      {type ? <span className="mono">{format ? `${type} (${format})` : type}</span> : null} {description}
      {values?.length ? <span className="muted"> One of {values.map(String).join(', ')}.</span> : null}
    </p>
  );
}

function Leaf({ value }: { value: unknown }) {
  if (value === null || value === undefined) return <span className="muted">null</span>;
  if (typeof value === 'object') return <span className="muted">{Array.isArray(value) ? 'none' : 'empty'}</span>;
  const text = String(value);
  if (text === '') return <span className="muted">""</span>;
  return text.includes('\n') ? (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it
    <pre className="value" tabIndex={0}>
      {text}
    </pre>
  ) : (
    <span className="field-value mono">{text}</span>
  );
}
