/** What people do to the images of a cluster: list, load, build, pull and remove them. All nodes share them. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { referenceFault } from '../../agent/api/image-reference.ts';
import { buildContext } from '../engine/build-context.ts';
import type { Engine } from '../engine/engine.ts';
import { EngineError } from '../engine/errors.ts';
import type { ImageSummary, Report } from '../engine/images.ts';
import { nodeImageLabel } from './names.ts';

export interface ImageOnEngine {
  name: string;
  /** The first twelve digits. */
  id: string;
  /** Bytes. */
  size: number;
}

export interface BuildRequest {
  folder: string;
  tag: string;
  /** Relative to the current folder, as Docker has it; `Dockerfile` in `folder` by default. */
  dockerfile?: string;
  args: Readonly<Record<string, string>>;
}

const namesOf = ({ Id, RepoTags, Size }: ImageSummary): ImageOnEngine[] =>
  (RepoTags ?? [])
    .filter((tag) => tag !== '<none>:<none>')
    .map((tag) => ({ name: tag, id: Id.replace('sha256:', '').slice(0, 12), size: Size }));

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

/** The names that an engine tells while it loads: `Loaded image: web:1.0`, `Loaded image ID: sha256:...`. */
const loadedName = (text: string): string[] => {
  const [, name] = /^Loaded image(?: ID|\(s\))?: (\S+)/.exec(text.trim()) ?? [];
  return name ? [name] : [];
};

function checkName(image: string): void {
  const fault = referenceFault(image);
  if (!fault) return;
  throw new EngineError('BadImageName', `${JSON.stringify(image)} cannot be the name of an image: ${fault}`, {
    hint: 'Names look like `web`, `web:1.0` or `registry.example.com/team/web:1.0`, in lower case.',
  });
}

export class ClusterImages {
  private readonly engine: Engine;

  constructor(engine: Engine) {
    this.engine = engine;
  }

  /** All images that pods can use without pulling, by name, except Skiff's own. */
  async list(signal: AbortSignal): Promise<ImageOnEngine[]> {
    const { images } = this.engine;
    const [all, own] = await Promise.all([images.list([], signal), images.list([nodeImageLabel], signal)]);
    const ours = new Set(own.map(({ Id }) => Id));
    return all
      .filter(({ Id }) => !ours.has(Id))
      .flatMap(namesOf)
      .sort((a, b) => a.name.localeCompare(b.name));
  }

  /**
   * Loads an archive of `docker save` from a file or, with `-`, from `input`; resolves with the images' names. The name
   * of an image that is there already needs no loading.
   */
  async load(source: string, input: NodeJS.ReadableStream, report: Report, signal: AbortSignal): Promise<string[]> {
    const { images } = this.engine;
    if (source !== '-' && !(await isFile(source))) {
      if (!referenceFault(source) && (await images.id(source, signal))) return [source];
      throw new EngineError('ArchiveNotFound', `there is no file ${source}, and the engine has no image of that name`, {
        hint: 'An archive is made by `docker save -o FILE IMAGE`; `skiff image pull IMAGE` gets one from its registry.',
      });
    }
    const names: string[] = [];
    const watch: Report = (progress) => {
      names.push(...loadedName(progress.stream ?? ''));
      report(progress);
    };
    await images.load(source === '-' ? input : createReadStream(source), signal, watch);
    return names;
  }

  /** Rejects if a file or the name is not what it should be. */
  async build({ folder, tag, dockerfile, args }: BuildRequest, report: Report, signal: AbortSignal): Promise<void> {
    checkName(tag);
    const path = dockerfile === undefined ? 'Dockerfile' : relative(folder, resolve(dockerfile));
    if (path.startsWith('..') || isAbsolute(path)) {
      throw new EngineError(
        'DockerfileOutside',
        `${dockerfile} is not in ${folder}, which is what the engine is sent`,
        {
          hint: 'Put the file into that folder, or build from a folder that has it.',
        },
      );
    }
    if (!(await isFile(join(folder, path)))) {
      throw new EngineError('DockerfileNotFound', `there is no file ${join(folder, path)}`, {
        hint: 'Name the folder to build from, and with `--file` the Dockerfile if it has another name.',
      });
    }
    const dockerPath = path.replaceAll('\\', '/');
    const context = buildContext(folder, dockerPath);
    await this.engine.images.build(context, { tag, dockerfile: dockerPath, args }, signal, report);
  }

  async pull(image: string, report: Report, signal: AbortSignal): Promise<void> {
    checkName(image);
    await this.engine.images.pull(image, signal, report);
  }

  async remove(image: string, signal: AbortSignal): Promise<void> {
    checkName(image);
    const id = await this.engine.images.id(image, signal);
    if (!id) {
      throw new EngineError('ImageNotFound', `the engine has no image ${image}`, {
        hint: '`skiff image ls` lists those that it has.',
      });
    }
    const own = await this.engine.images.list([nodeImageLabel], signal);
    if (own.some(({ Id }) => Id === id)) {
      throw new EngineError('OwnImage', `${image} is what Skiff's nodes run`, {
        hint: '`skiff delete` removes it with the last cluster.',
      });
    }
    await this.engine.images.removeName(image, signal);
  }
}
