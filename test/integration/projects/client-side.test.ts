import { withKubectls } from '../../obstacles.ts';
import { applyProjects, clientSide } from './journey.ts';

withKubectls("projects on the client's side", (binary) => applyProjects(clientSide, binary));
