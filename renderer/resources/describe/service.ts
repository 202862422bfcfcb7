/** Services as `kubectl describe` words them. */
import type { core, EndpointSlice, Service } from '../../../agent/api/types.ts';
import { endpointSliceRef } from '../../data/refs.ts';
import { listed } from '../view.ts';
import { type DescribeScene, described, formatLabels, writeAnnotations, writeEvents, writeLabels } from './common.ts';
import type { TabWriter } from './tab-writer.ts';

const mostShown = 3;

/** Ready endpoints of one port, at most three and how many more. */
function endpointText(slices: readonly EndpointSlice[], portName: string): string {
  if (slices.length === 0) return '<none>';
  const all = slices.flatMap(({ ports, endpoints }) =>
    (ports ?? [])
      .filter(({ name }) => (name ?? '') === portName)
      .flatMap(({ port }) =>
        (endpoints ?? [])
          .filter(({ conditions }) => conditions?.ready !== false)
          .flatMap(({ addresses }) => addresses.map((address) => `${address}:${port}`)),
      ),
  );
  const shown = all.slice(0, mostShown).join(',');
  return all.length > mostShown ? `${shown} + ${all.length - mostShown} more...` : shown;
}

function writePort(out: TabWriter, port: core.ServicePort, slices: readonly EndpointSlice[]): void {
  const protocol = port.protocol ?? 'TCP';
  const name = port.name || '<unset>';
  out.line(0, 'Port:', name, `${port.port}/${protocol}`);
  out.line(0, 'TargetPort:', `${port.targetPort ?? port.port}/${protocol}`);
  if (port.nodePort) out.line(0, 'NodePort:', name, `${port.nodePort}/${protocol}`);
  out.line(0, 'Endpoints:', endpointText(slices, port.name ?? ''));
}

export const describeService = (service: Service, scene: DescribeScene): string =>
  described((out) => {
    const { metadata, spec, status } = service;
    const slices = listed<EndpointSlice>(scene, endpointSliceRef).filter(
      (slice) =>
        slice.metadata.namespace === metadata.namespace &&
        slice.metadata.labels?.['kubernetes.io/service-name'] === metadata.name,
    );
    out.line(0, 'Name:', metadata.name);
    out.line(0, 'Namespace:', metadata.namespace ?? '');
    writeLabels(out, 'Labels', metadata.labels);
    writeAnnotations(out, 'Annotations', metadata.annotations);
    out.line(0, 'Selector:', formatLabels(spec.selector));
    out.line(0, 'Type:', spec.type ?? 'ClusterIP');
    if (spec.ipFamilyPolicy) out.line(0, 'IP Family Policy:', spec.ipFamilyPolicy);
    out.line(0, 'IP Families:', spec.ipFamilies?.join(',') || '<none>');
    out.line(0, 'IP:', spec.clusterIP ?? '');
    out.line(0, 'IPs:', spec.clusterIPs?.join(',') || '<none>');
    if (spec.externalIPs?.length) out.line(0, 'External IPs:', spec.externalIPs.join(','));
    if (spec.loadBalancerIP) out.line(0, 'Desired LoadBalancer IP:', spec.loadBalancerIP);
    if (spec.externalName) out.line(0, 'External Name:', spec.externalName);
    const ingress = (status?.loadBalancer?.ingress ?? []).map(
      ({ ip, hostname = '', ipMode }) => `${ip ?? hostname}${ip && ipMode ? ` (${ipMode})` : ''}`,
    );
    if (ingress.length > 0) out.line(0, 'LoadBalancer Ingress:', ingress.join(', '));
    for (const port of spec.ports ?? []) writePort(out, port, slices);
    out.line(0, 'Session Affinity:', spec.sessionAffinity ?? 'None');
    if (spec.externalTrafficPolicy) out.line(0, 'External Traffic Policy:', spec.externalTrafficPolicy);
    if (spec.internalTrafficPolicy) out.line(0, 'Internal Traffic Policy:', spec.internalTrafficPolicy);
    if (spec.healthCheckNodePort) out.line(0, 'HealthCheck NodePort:', spec.healthCheckNodePort);
    if (spec.loadBalancerSourceRanges?.length)
      out.line(0, 'LoadBalancer Source Ranges:', spec.loadBalancerSourceRanges.join(','));
    writeEvents(out, scene);
  });
