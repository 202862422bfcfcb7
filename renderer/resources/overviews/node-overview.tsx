import type { core, Node } from '../../../agent/api/types.ts';
import { formatBytes, formatCpu, toNumber } from '../../data/quantity.ts';
import { Meter } from '../../ui/controls.tsx';
import { allocation, podsOn, roles } from '../nodes/node-facts.ts';
import { taintText } from '../nodes/taints-dialog.tsx';
import type { Scene } from '../view.ts';
import { Copyable } from './copyable.tsx';
import { Conditions, Fact, Facts, Section } from './facts.tsx';
import { PodList } from './pod-list.tsx';

const resources = ['cpu', 'memory', 'ephemeral-storage', 'pods'];

const shown = (resource: string, quantity: core.Quantity | undefined): string => {
  if (quantity === undefined) return '–';
  if (resource === 'cpu') return formatCpu(toNumber(quantity));
  return resource === 'pods' ? String(quantity) : formatBytes(toNumber(quantity));
};

function used(node: Node, scene: Scene, resource: string): { share: number; label: string } | undefined {
  if (resource === 'pods') {
    const most = toNumber(node.status?.allocatable?.pods);
    const count = podsOn(node, scene).length;
    return { share: most ? count / most : 0, label: `${count}` };
  }
  if (resource !== 'cpu' && resource !== 'memory') return undefined;
  const { used: asked, total } = allocation(node, scene, resource);
  const label = resource === 'cpu' ? formatCpu(asked) : formatBytes(asked);
  return { share: total ? asked / total : 0, label };
}

export function NodeOverview({ node, scene }: { node: Node; scene: Scene }) {
  const { spec, status } = node;
  const info = status?.nodeInfo;
  return (
    <>
      <Section title="Resources">
        <table className="grid-table">
          <thead>
            <tr>
              <th>Resource</th>
              <th>Asked for by pods</th>
              <th>Allocatable</th>
              <th>Capacity</th>
            </tr>
          </thead>
          <tbody>
            {resources
              .filter((resource) => status?.capacity?.[resource] !== undefined)
              .map((resource) => {
                const usage = used(node, scene, resource);
                return (
                  <tr key={resource}>
                    <td>{resource}</td>
                    <td>{usage ? <Meter {...usage} /> : <span className="muted">–</span>}</td>
                    <td>{shown(resource, status?.allocatable?.[resource])}</td>
                    <td className="muted">{shown(resource, status?.capacity?.[resource])}</td>
                  </tr>
                );
              })}
          </tbody>
        </table>
      </Section>
      <Section title="Node">
        <Facts>
          <Fact name="Roles">{roles(node) || 'worker'}</Fact>
          <Fact name="Taints">
            {spec.taints?.length ? (
              <span className="chips">
                {spec.taints.map((taint) => (
                  <span key={taintText(taint)} className="chip">
                    {taintText(taint)}
                  </span>
                ))}
              </span>
            ) : null}
          </Fact>
          <Fact name="Addresses">
            <span className="stack">
              {status?.addresses?.map(({ type, address }) => (
                <Copyable key={type} text={address} what={type}>
                  {address} <span className="muted">{type}</span>
                </Copyable>
              ))}
            </span>
          </Fact>
          <Fact name="Pod CIDR">{spec.podCIDR}</Fact>
          <Fact name="Kubelet">{info?.kubeletVersion}</Fact>
          <Fact name="Runtime">{info?.containerRuntimeVersion}</Fact>
          <Fact name="System">
            {info ? `${info.osImage} · ${info.architecture} · kernel ${info.kernelVersion}` : null}
          </Fact>
        </Facts>
      </Section>
      <Conditions conditions={status?.conditions} />
      <PodList pods={podsOn(node, scene)} where={({ metadata }) => metadata.namespace} />
    </>
  );
}
