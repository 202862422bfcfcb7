/** Manifests from files that were dropped or picked, as one YAML stream; files of other types are left out. */
export async function readFiles(files: Iterable<File>): Promise<string> {
  const wanted = [...files].filter(({ name }) => /\.(ya?ml|json)$/i.test(name));
  const texts = await Promise.all(wanted.map((file) => file.text()));
  return texts.map((text) => text.trimEnd()).join('\n---\n');
}
