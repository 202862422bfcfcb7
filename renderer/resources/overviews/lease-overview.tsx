import type { Lease } from '../../../agent/api/types.ts';
import { Age } from '../columns.tsx';
import { Fact, Facts, Section } from './facts.tsx';

/** Who holds it, and whether it still renews it. */
export function LeaseOverview({ lease: { spec } }: { lease: Lease }) {
  const ago = (at: string | undefined) =>
    at ? (
      <span>
        <Age at={at} /> ago
      </span>
    ) : null;
  return (
    <Section title="Lease">
      <Facts>
        <Fact name="Holder">{spec?.holderIdentity ?? <span className="muted">nobody</span>}</Fact>
        <Fact name="Renewed">{ago(spec?.renewTime)}</Fact>
        <Fact name="Acquired">{ago(spec?.acquireTime)}</Fact>
        <Fact name="Lasts">{spec?.leaseDurationSeconds === undefined ? null : `${spec.leaseDurationSeconds} s`}</Fact>
        <Fact name="Changes of hands">{spec?.leaseTransitions}</Fact>
      </Facts>
    </Section>
  );
}
