import type { Answers, Capability, RenderContext } from './capability.js';
import { renderPackageJson } from './package-json.js';
import { allCapabilities, completeAnswers, resolveCapabilities } from './registry.js';
import { renderFolder } from './template-folder.js';

export interface RenderedProject {
  /** Contents by root-relative path. */
  readonly files: ReadonlyMap<string, string>;
  /** Ids in application order. */
  readonly capabilities: readonly string[];
}

/** Every file of a new project but the manifest. Throws `UserError` (usage) for answers that contradict each other. */
export function renderProject(answers: Answers, name: string): RenderedProject {
  const chosen = resolveCapabilities(answers);
  const context = renderContext(answers, name, 'create');
  const files = new Map([['package.json', renderPackageJson(name, chosen)]]);
  for (const { id, templates } of chosen) {
    for (const [path, content] of renderFolder(templates, context)) {
      if (files.has(path)) throw new Error(`Two capabilities emit ${path}; the second is ${id}.`);
      files.set(path, content);
    }
  }
  return { files, capabilities: chosen.map(({ id }) => id) };
}

/** The files of one capability that a retrofit emits into somebody's repository, as TypeScript. */
export function renderRuntime(capability: Capability, context: RenderContext): Map<string, string> {
  const files = [...renderFolder(capability.templates, context)];
  return new Map(files.filter(([path]) => capability.runtime.some((prefix) => path.startsWith(prefix))));
}

/** What the templates of a project with these answers see. */
export function renderContext(
  answers: Answers,
  name: string,
  situation: RenderContext['situation'],
): RenderContext {
  const complete = completeAnswers(answers);
  const chosen = resolveCapabilities(answers);
  return {
    name,
    situation,
    defaultImports: false,
    answers: complete,
    has: Object.fromEntries(
      allCapabilities().map((capability) => [capability.id, chosen.includes(capability)]),
    ),
    slots: collectSlots(chosen, complete),
    env: chosen.flatMap(({ env }) => env),
    scripts: Object.assign({}, ...chosen.map(({ scripts }) => scripts)),
  };
}

function collectSlots(chosen: readonly Capability[], answers: Answers): RenderContext['slots'] {
  const slots: Record<string, string[]> = {};
  for (const capability of chosen) {
    for (const [name, lines] of Object.entries(capability.slots(answers))) {
      slots[name] = [...(slots[name] ?? []), ...lines];
    }
  }
  return slots;
}
