/** A link to an object that is named by its kind, as owner references and events do. */
import { useRoute } from '../data/route.ts';
import { ObjectLink } from './columns.tsx';
import { useViewOfKind } from './known-views.ts';

interface KindLinkProps {
  apiVersion?: string | undefined;
  kind?: string | undefined;
  name?: string | undefined;
  /** Of who names it: objects of namespaced kinds are in the same one. */
  namespace?: string | undefined;
}

/** Plain text where the context serves no such kind. */
export function KindLink({ apiVersion, kind, name = '', namespace }: KindLinkProps) {
  const view = useViewOfKind(useRoute().context, { apiVersion, kind });
  if (!view) return <span className="truncate">{name}</span>;
  return <ObjectLink page={view.ref} namespace={view.namespaced ? namespace : undefined} name={name} />;
}
