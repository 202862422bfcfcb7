/** Columns of the server's own table: what `kubectl get` prints of any kind. */
import type { AnyObject } from '../../agent/api/types.ts';
import type { TableCell, TableColumn } from '../../main/contract/resources.ts';
import { parseDuration } from '../data/quantity.ts';
import { cellsOf } from '../data/table-cells.ts';
import { StatusPill } from '../ui/controls.tsx';
import { Age, ageColumn, inWords, labelsColumn, nameColumn, namespaceColumn } from './columns.tsx';
import { toneOfWord } from './status-words.ts';
import type { Column } from './view.ts';

/** The window has its own for these. */
const shared = new Set(['Name', 'Namespace', 'Age', 'Created At']);
const telling = /^(status|state|phase|ready|health|healthy|synced|sync status|available|established|condition)$/i;

const cellAt = (object: AnyObject, index: number): TableCell => cellsOf(object)?.cells[index] ?? null;

/** Maps and lists are told as JSON. */
function textOf(cell: TableCell): string {
  if (cell === null) return '';
  return typeof cell === 'object' ? JSON.stringify(cell) : String(cell);
}

/** Ages come as text, as of when they came: undefined for `<unknown>` and the like. */
function timeOf(object: AnyObject, index: number): string | undefined {
  const found = cellsOf(object);
  const age = parseDuration(textOf(found?.cells[index] ?? null));
  return found && age !== undefined ? new Date(found.at - age).toISOString() : undefined;
}

function dated(index: number): Pick<Column, 'value' | 'cell' | 'width' | 'align'> {
  return {
    width: 84,
    align: 'end',
    value: (object) => {
      const at = timeOf(object, index);
      return at ? -Date.parse(at) : textOf(cellAt(object, index));
    },
    cell: (object) => {
      const at = timeOf(object, index);
      return at ? <Age at={at} /> : undefined;
    },
  };
}

function numeric(index: number): Pick<Column, 'value' | 'width' | 'align'> {
  const value = (object: AnyObject) => {
    const cell = cellAt(object, index);
    return typeof cell === 'number' ? cell : textOf(cell);
  };
  return { width: 76, align: 'end', value };
}

const textual = (index: number): Pick<Column, 'value' | 'width' | 'grow'> => ({
  width: 120,
  grow: 1,
  value: (object) => textOf(cellAt(object, index)),
});

function status(index: number): Pick<Column, 'value' | 'cell' | 'width' | 'grow'> {
  const cell = (object: AnyObject) => {
    const text = textOf(cellAt(object, index));
    const tone = toneOfWord(text);
    return tone ? <StatusPill tone={tone}>{text}</StatusPill> : undefined;
  };
  return { ...textual(index), grow: 0.6, cell };
}

function shapeOf({ name, type }: TableColumn, index: number) {
  if (type === 'date') return dated(index);
  if (type === 'integer' || type === 'number') return numeric(index);
  return telling.test(name) ? status(index) : textual(index);
}

/** Pixels that a title needs beside its arrow. */
const widthOfTitle = (title: string): number => 24 + title.length * 7;

export function serverColumns(namespaced: boolean, columns: readonly TableColumn[] | undefined): readonly Column[] {
  const own = (columns ?? []).flatMap((column, index): Column[] => {
    if (shared.has(column.name) || column.format === 'name') return [];
    const shape = shapeOf(column, index);
    const title = inWords(column.name);
    return [
      {
        id: column.name.toLowerCase().replaceAll(/\s+/g, '-'),
        title,
        ...(column.description ? { about: column.description } : {}),
        ...(column.priority > 0 ? { hidden: true } : {}),
        ...shape,
        width: Math.max(shape.width, Math.min(160, widthOfTitle(title))),
      },
    ];
  });
  return [nameColumn, ...(namespaced ? [namespaceColumn] : []), ...unique(own), labelsColumn, ageColumn];
}

/** A definition may name two columns alike. */
function unique(columns: readonly Column[]): Column[] {
  const seen = new Set(['name', 'namespace', 'labels', 'age']);
  return columns.map((column, at) => {
    const id = seen.has(column.id) ? `${column.id}-${at}` : column.id;
    seen.add(id);
    return { ...column, id };
  });
}
