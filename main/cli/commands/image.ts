/** The images that the pods of a cluster use: `skiff image ls|load|build|pull|rm`. */
import type { Command } from 'commander';
import { engineImageName } from '../../../agent/api/image-name.ts';
import type { ClusterImages } from '../../cluster/cluster-images.ts';
import type { Report } from '../../engine/images.ts';
import { answer, type Common, command, subcommand, withMachine } from '../command.ts';
import { CommandError, noProfile } from '../failure.ts';
import { imageProgress } from '../image-progress.ts';
import { table } from '../output.ts';

type Use = (images: ClusterImages, report: Report, signal: AbortSignal) => Promise<void>;

/** Runs `use` with the images of the profile; progress goes to stderr. */
const withImages = (options: Common, use: Use): Promise<void> =>
  withMachine(options, async ({ clusters }, signal) => {
    const images = await clusters.inside.images(options.profile, signal);
    if (!images) throw noProfile(options.profile);
    const { isTTY, columns } = process.stderr;
    const write = (text: string) => process.stderr.write(text);
    const { report, end } = imageProgress({ write, isTTY: isTTY && process.env.TERM !== 'dumb', columns });
    try {
      await use(images, report, signal);
    } finally {
      end();
    }
  });

export function addImageCommands(): void {
  const image = command('image', 'list, load, build, pull and remove the images of pods; all nodes share them')
    .argument('[action]', 'one of the commands below; without one, `ls`')
    .action((action: string | undefined, options: Common) =>
      withImages(options, async (images, _, signal) => {
        if (action !== undefined) throw unknownAction(action);
        await list(options, images, signal);
      }),
    );
  addList(image);
  addLoad(image);
  addBuild(image);
  addPull(image);
  addRemove(image);
}

const unknownAction = (action: string) =>
  new CommandError(
    'UnknownAction',
    `\`skiff image ${action}\` is not a command`,
    '`skiff image ls` lists the images, `skiff image --help` the commands.',
  );

const mebibytes = (bytes: number): string => `${Math.max(1, Math.round(bytes / 2 ** 20))} MiB`;

async function list(options: Common, images: ClusterImages, signal: AbortSignal): Promise<void> {
  const found = await images.list(signal);
  const rows = found.map(({ name, id, size }) => [name, id, mebibytes(size)]);
  const none = 'the engine has no images; pods pull what they need, and what you build is there at once';
  answer(options, found, rows.length ? table([['IMAGE', 'ID', 'SIZE'], ...rows]) : none);
}

function addList(image: Command): void {
  subcommand(image, 'ls', 'list the images that pods can use without pulling them')
    .alias('list')
    .action((options: Common) => withImages(options, (images, _, signal) => list(options, images, signal)));
}

function addLoad(image: Command): void {
  subcommand(image, 'load', 'load images from archives of `docker save`')
    .argument('<archive...>', 'files, or `-` for what is piped in')
    .action((archives: string[], options: Common) =>
      withImages(options, async (images, report, signal) => {
        const loaded: string[] = [];
        for (const archive of archives) loaded.push(...(await images.load(archive, process.stdin, report, signal)));
        answer(options, { loaded }, `loaded ${loaded.join(', ') || 'no image with a name'}`);
      }),
    );
}

const collect = (word: string, before: Record<string, string>): Record<string, string> => {
  const at = word.indexOf('=');
  if (at < 0) return { ...before, [word]: process.env[word] ?? '' };
  return { ...before, [word.slice(0, at)]: word.slice(at + 1) };
};

interface BuildOptions extends Common {
  tag: string;
  file?: string;
  buildArg: Record<string, string>;
}

function addBuild(image: Command): void {
  subcommand(image, 'build', 'build an image from a Dockerfile')
    .argument('[folder]', 'what to build from', '.')
    .requiredOption('-t, --tag <name>', 'how to name the image, e.g. web:1.0')
    .option('-f, --file <path>', 'the Dockerfile (default: the one in the folder)')
    .option('--build-arg <name=value>', 'sets an ARG; without a value, to that of the environment', collect, {})
    .action((folder: string, options: BuildOptions) =>
      withImages(options, async (images, report, signal) => {
        const { tag, file, buildArg: args } = options;
        await images.build({ folder, tag, args, ...(file ? { dockerfile: file } : {}) }, report, signal);
        answer(options, { built: engineImageName(tag) }, `built ${engineImageName(tag)}; pods can use it now`);
      }),
    );
}

function addPull(image: Command): void {
  subcommand(image, 'pull', 'pull images from their registries')
    .argument('<image...>', 'names')
    .action((names: string[], options: Common) =>
      withImages(options, async (images, report, signal) => {
        for (const name of names) await images.pull(name, report, signal);
        const pulled = names.map(engineImageName);
        answer(options, { pulled }, `pulled ${pulled.join(', ')}`);
      }),
    );
}

function addRemove(image: Command): void {
  subcommand(image, 'rm', 'remove images that no container was made from')
    .alias('remove')
    .argument('<image...>', 'names')
    .action((names: string[], options: Common) =>
      withImages(options, async (images, _, signal) => {
        for (const name of names) await images.remove(name, signal);
        answer(options, { removed: names }, `removed ${names.join(', ')}`);
      }),
    );
}
