import { Fragment, type ReactNode } from 'react';

/** What stands between back ticks is something to type. */
export const withCode = (text: string): ReactNode =>
  text.split('`').map((piece, at) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of one text never change places
    <Fragment key={at}>{at % 2 ? <code>{piece}</code> : piece}</Fragment>
  ));
