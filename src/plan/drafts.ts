import { UserError } from '../errors.js';
import type { SourceText, Workspace } from '../project/workspace.js';
import { sha256 } from './hash.js';
import type { FileChange, Splice } from './plan.js';
import { addSplice, spliceBetween, spliceText } from './splice.js';

interface NewFile {
  readonly kind: 'create';
  readonly content: string;
  readonly executable: boolean;
}

interface EditedFile {
  readonly kind: 'edit';
  readonly source: SourceText;
  readonly splices: readonly Splice[];
  /** The whole text is ours, not only the splices. */
  readonly replaced: boolean;
}

type Hashes = Readonly<Record<string, string>>;

/** The files of a plan while it is being made. `previous`: hashes of what was emitted before. */
export class Drafts {
  private readonly files = new Map<string, NewFile | EditedFile>();
  private readonly workspace: Workspace;
  private readonly previous: Hashes;

  constructor(workspace: Workspace, previous: Hashes) {
    this.workspace = workspace;
    this.previous = previous;
  }

  create(path: string, content: string, executable: boolean): void {
    const drafted = this.files.get(path);
    if (drafted !== undefined && (drafted.kind === 'edit' || drafted.content !== content)) {
      throw new Error(`${path} is already in the plan, with other contents`);
    }
    this.files.set(path, { kind: 'create', content, executable });
  }

  splice(path: string, splice: Splice): void {
    const edit = this.edit(path);
    if (edit.replaced) throw new Error(`${path} is already replaced as a whole`);
    this.files.set(path, { ...edit, splices: addSplice(edit.splices, splice) });
  }

  replace(path: string, content: string): void {
    const { source, splices } = this.edit(path);
    if (splices.length > 0) throw new Error(`${path} is already edited`);
    this.files.set(path, {
      kind: 'edit',
      source,
      splices: spliceBetween(source.text, content),
      replaced: true,
    });
  }

  /** Text of a file as the plan has it so far; undefined when there is none. */
  text(path: string): string | undefined {
    const draft = this.files.get(path);
    return draft === undefined ? this.workspace.read(path)?.text : textOf(draft);
  }

  /** Gives a file another text on top of what was recorded for it, and creates it when there is none. */
  rewrite(path: string, text: string): void {
    const draft = this.files.get(path);
    if (draft?.kind === 'create' || this.text(path) === undefined) {
      this.files.set(path, { kind: 'create', executable: false, ...draft, content: text } as NewFile);
      return;
    }
    const edit = this.edit(path);
    this.files.set(path, { ...edit, splices: spliceBetween(edit.source.text, text) });
  }

  /** The changes that differ from the workspace, and the hashes of the files that are wholly ours. */
  finish(): { readonly changes: FileChange[]; readonly emitted: Hashes } {
    this.refuseConflicts();
    return {
      changes: [...this.files].flatMap(([path, draft]) => this.changeOf(path, draft)),
      emitted: Object.fromEntries(
        [...this.files]
          .filter(([path, draft]) => this.isOurs(path, draft))
          .map(([path, draft]) => [path, sha256(textOf(draft))]),
      ),
    };
  }

  private edit(path: string): EditedFile {
    const draft = this.files.get(path);
    if (draft?.kind === 'create') throw new Error(`${path} is created by the same plan`);
    if (draft !== undefined) return draft;
    const source = this.workspace.read(path);
    if (source === undefined) throw new UserError(`${path} does not exist`, { where: path });
    return { kind: 'edit', source, splices: [], replaced: false };
  }

  private changeOf(path: string, draft: NewFile | EditedFile): FileChange[] {
    if (draft.kind === 'create') {
      if (this.workspace.exists(path)) return [];
      const { content, executable } = draft;
      return [{ kind: 'create', path, content, ...(executable && { executable }) }];
    }
    const { source, splices } = draft;
    if (textOf(draft) === source.text) return [];
    return [{ kind: 'edit', path, before: source.hash, splices }];
  }

  private refuseConflicts(): void {
    const conflicts = [...this.files].flatMap(([path, draft]) =>
      draft.kind === 'create' && this.conflicts(path, draft.content) ? [path] : [],
    );
    if (conflicts.length === 0) return;
    throw new UserError(`already there with other contents: ${conflicts.join(', ')}`, {
      where: conflicts[0] ?? '',
      hint: 'Move or rename what is there, then run the command again.',
    });
  }

  /** A file that was emitted with this text and edited since is the user's own business. */
  private conflicts(path: string, content: string): boolean {
    if (!this.workspace.exists(path) || this.previous[path] === sha256(content)) return false;
    return this.workspace.read(path)?.text !== content;
  }

  /** Emitted as a whole: now, or before and then edited by nobody but this plan. */
  private isOurs(path: string, draft: NewFile | EditedFile): boolean {
    return draft.kind === 'create' || draft.replaced || this.previous[path] === draft.source.hash;
  }
}

function textOf(draft: NewFile | EditedFile): string {
  return draft.kind === 'create' ? draft.content : spliceText(draft.source.text, draft.splices);
}
