/** The addresses behind a service: of the service itself, of its slices, of its endpoints in the older form. */
import type { core, discovery, EndpointSlice, Endpoints } from '../../../agent/api/types.ts';
import { StatusPill } from '../../ui/controls.tsx';
import { KindLink } from '../kind-link.tsx';
import { Fact, Facts, Section } from './facts.tsx';

interface Address {
  text: string;
  ready: boolean;
  /** What answers there. */
  target?: core.ObjectReference | undefined;
  node?: string;
}

/** Not told is ready: https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ready */
export const ofSlice = ({ addresses, conditions, targetRef, nodeName }: discovery.Endpoint): Address => ({
  text: addresses.join(', '),
  ready: conditions?.ready !== false,
  target: targetRef,
  node: nodeName,
});

const ofSubset = (ready: boolean) => (address: core.EndpointAddress) => ({
  text: address.ip,
  ready,
  target: address.targetRef,
  node: address.nodeName,
});

interface EndpointTableProps {
  addresses: readonly Address[];
  namespace: string | undefined;
}

export function EndpointTable({ addresses, namespace }: EndpointTableProps) {
  const ready = addresses.filter((address) => address.ready).length;
  return (
    <Section title="Endpoints" note={`${ready} ready of ${addresses.length}`}>
      {addresses.length === 0 ? <p className="muted">No addresses: no pod matches the service’s selector.</p> : null}
      <ul className="mini-table three">
        {addresses.map(({ text, ready, target, node }) => (
          <li key={text}>
            {target ? <KindLink {...target} namespace={namespace} /> : <span className="muted">no pod</span>}
            <StatusPill tone={ready ? 'ok' : 'warn'}>{text}</StatusPill>
            <span className="muted truncate" title={node}>
              {node}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}

interface Port {
  name?: string;
  port?: number;
  protocol?: string;
}

const portText = ({ name, port, protocol = 'TCP' }: Port): string => `${name ? `${name} ` : ''}${port}/${protocol}`;

const Ports = ({ title, type, ports }: { title: string; type?: string; ports: readonly Port[] }) => (
  <Section title={title}>
    <Facts>
      <Fact name="Address type">{type}</Fact>
      <Fact name="Ports">{ports.map(portText).join(', ') || <span className="muted">none</span>}</Fact>
    </Facts>
  </Section>
);

export function EndpointSliceOverview({ slice }: { slice: EndpointSlice }) {
  const { metadata, addressType, ports, endpoints } = slice;
  return (
    <>
      <Ports title="EndpointSlice" type={addressType} ports={ports ?? []} />
      <EndpointTable addresses={(endpoints ?? []).map(ofSlice)} namespace={metadata.namespace} />
    </>
  );
}

export function EndpointsOverview({ endpoints: { metadata, subsets = [] } }: { endpoints: Endpoints }) {
  const addresses = subsets.flatMap(({ addresses = [], notReadyAddresses = [] }) => [
    ...addresses.map(ofSubset(true)),
    ...notReadyAddresses.map(ofSubset(false)),
  ]);
  return (
    <>
      <Ports title="Endpoints" ports={subsets.flatMap(({ ports }) => ports ?? [])} />
      <EndpointTable addresses={addresses} namespace={metadata.namespace} />
    </>
  );
}
