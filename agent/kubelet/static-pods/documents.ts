/** The documents of a YAML or JSON text. Loaded with the first manifest, because most nodes have none. */
import { parseAllDocuments } from 'yaml';

/** Throws for the first mistake. */
export const documentsIn = (text: string): unknown[] =>
  [...parseAllDocuments(text)].map((document) => {
    const [error] = document.errors;
    if (error) throw error;
    return document.toJS();
  });
