import { ArrowRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { navigate, type PageRef, pageName } from '../data/route.ts';
import { Button } from '../ui/controls.tsx';

/** A part of an overview; `page` is where there is all of it. */
export function Panel({ title, page, children }: { title: string; page?: PageRef; children: ReactNode }) {
  return (
    <section className="panel">
      <header className="panel-head">
        <h2>{title}</h2>
        {page ? (
          <Button look="quiet" size="small" onClick={() => navigate({ page })} aria-label={`All ${pageName(page)}`}>
            All <ArrowRight size={12} />
          </Button>
        ) : null}
      </header>
      {children}
    </section>
  );
}
