import type { Node } from '../../../agent/api/types.ts';
import { Meter } from '../../ui/controls.tsx';
import { formatBytes, formatCpu } from '../quantity.ts';
import type { Scene } from '../view.ts';
import { allocation, podsOn, roles } from '../views/nodes.tsx';
import { Conditions, Fact, Facts, Section } from './facts.tsx';

export function NodeOverview({ node, scene }: { node: Node; scene: Scene }) {
  const { spec, status } = node;
  const info = status?.nodeInfo;
  const cpu = allocation(node, scene, 'cpu');
  const memory = allocation(node, scene, 'memory');
  const count = podsOn(node, scene).length;
  const most = Number(status?.allocatable?.pods ?? 0);
  return (
    <>
      <Section title="Capacity" note="requested by pods">
        <Facts>
          <Fact name="CPU">
            <Meter
              share={cpu.total ? cpu.used / cpu.total : 0}
              label={`${formatCpu(cpu.used)} of ${formatCpu(cpu.total)}`}
            />
          </Fact>
          <Fact name="Memory">
            <Meter
              share={memory.total ? memory.used / memory.total : 0}
              label={`${formatBytes(memory.used)} of ${formatBytes(memory.total)}`}
            />
          </Fact>
          <Fact name="Pods">
            <Meter share={most ? count / most : 0} label={`${count} of ${most}`} />
          </Fact>
        </Facts>
      </Section>
      <Section title="Node">
        <Facts>
          <Fact name="Roles">{roles(node) || 'worker'}</Fact>
          <Fact name="Addresses">
            {status?.addresses?.map(({ type, address }) => `${type} ${address}`).join(' · ')}
          </Fact>
          <Fact name="Pod CIDR">{spec.podCIDR}</Fact>
          <Fact name="Kubelet">{info?.kubeletVersion}</Fact>
          <Fact name="Runtime">{info?.containerRuntimeVersion}</Fact>
          <Fact name="System">
            {info ? `${info.osImage} · ${info.architecture} · kernel ${info.kernelVersion}` : null}
          </Fact>
          <Fact name="Taints">
            {spec.taints?.map(({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`).join(', ')}
          </Fact>
        </Facts>
      </Section>
      <Conditions conditions={status?.conditions} />
    </>
  );
}
