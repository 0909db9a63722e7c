import { ts } from 'ts-morph';
import type { Evaluator } from './evaluator.js';
import type { Frame, RouterValue, Value } from './values.js';
import type { Mount } from './wiring.js';

/** The path strings that an expression stands for; undefined when only running the code would tell. */
export function pathStrings(
  evaluator: Evaluator,
  node: ts.Expression,
  frame: Frame | undefined,
): readonly string[] | undefined {
  return ts.isRegularExpressionLiteral(node) ? undefined : stringsIn(evaluator.evaluate(node, frame));
}

function stringsIn(value: Value): readonly string[] | undefined {
  if (value.kind === 'string') return [value.text];
  if (value.kind === 'choice') return value.options.map(stringsIn).find((strings) => strings !== undefined);
  if (value.kind !== 'array') return undefined;
  const strings = value.items.map(stringsIn);
  return strings.every((item) => item !== undefined) ? strings.flat() : undefined;
}

/** Where routers hang: joins the paths of all mounts up to an app that is itself not mounted. */
export class MountPaths {
  readonly #evaluator: Evaluator;
  readonly #mounts = new Map<string, Mount[]>();

  constructor(evaluator: Evaluator, mounts: readonly Mount[]) {
    this.#evaluator = evaluator;
    for (const mount of mounts)
      this.#mounts.set(mount.child.id, [...(this.#mounts.get(mount.child.id) ?? []), mount]);
  }

  /** Paths in front of a router's own, one per mount; empty when it is mounted nowhere that is known. */
  prefixes(router: RouterValue, within: readonly string[] = []): readonly string[] {
    if (within.includes(router.id)) return [];
    const mounts = this.#mounts.get(router.id) ?? [];
    if (mounts.length === 0) return router.isApp ? [''] : [];
    const found = mounts.flatMap((mount) => {
      const parents = this.prefixes(mount.parent, [...within, router.id]);
      const paths =
        mount.path === undefined ? [''] : (pathStrings(this.#evaluator, mount.path, mount.frame) ?? []);
      return parents.flatMap((parent) => paths.map((path) => joinPaths(parent, path)));
    });
    return [...new Set(found)];
  }
}

/** `/api/` and `/users/` make `/api/users`; nothing at all is `/`. */
export function joinPaths(...parts: readonly string[]): string {
  const joined = parts.join('/').replace(/\/+/g, '/').replace(/\/$/, '');
  return joined === '' || joined.startsWith('/') ? joined || '/' : `/${joined}`;
}
