import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Version of this package; its package.json is the nearest one above, from `src` as from `dist`. */
export function toolVersion(folder: string = import.meta.dirname): string {
  const manifest = join(folder, 'package.json');
  if (!existsSync(manifest)) return toolVersion(dirname(folder));
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}
