import type { TestApi } from '../api.ts';

interface Table {
  columnDefinitions: { name: string; priority: number }[];
  rows: { cells: unknown[] }[];
}

/** What a table of the list says: the names of the columns, `*` before those of `-o wide`, and the cells. */
export async function tableOf(api: TestApi, path: string): Promise<{ columns: string; rows: string[] }> {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const { body } = await api.request('GET', path, undefined, { accept });
  const { columnDefinitions, rows } = body as Table;
  return {
    columns: columnDefinitions.map(({ name, priority }) => (priority ? `*${name}` : name)).join(' | '),
    rows: rows.map(({ cells }) => cells.join(' | ')),
  };
}
