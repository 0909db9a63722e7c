import { ts } from 'ts-morph';
import { memberOf } from './evaluate-member.js';
import type { Evaluator } from './evaluator.js';
import { type Export, moduleExports } from './module-exports.js';
import { type Declaration, findDeclaration } from './scope.js';
import { isKnown, UNKNOWN, type Value } from './values.js';

/** What an import declaration brings in. */
export function importedValue(evaluator: Evaluator, node: Declaration): Value {
  const from = node.getSourceFile().fileName;
  if (ts.isImportClause(node)) return fromModule(evaluator, from, specifierOf(node.parent), 'default');
  if (ts.isNamespaceImport(node)) return moduleNamed(evaluator, from, specifierOf(node.parent.parent));
  if (ts.isImportSpecifier(node)) {
    return fromModule(
      evaluator,
      from,
      specifierOf(node.parent.parent.parent),
      (node.propertyName ?? node.name).text,
    );
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    const { expression } = node.moduleReference;
    return ts.isStringLiteral(expression) ? moduleNamed(evaluator, from, expression.text) : UNKNOWN;
  }
  return UNKNOWN;
}

function fromModule(evaluator: Evaluator, from: string, specifier: string, name: string): Value {
  return memberOf(evaluator, moduleNamed(evaluator, from, specifier), name);
}

/** What `require(specifier)` or `import * as x from specifier` gives. */
export function moduleNamed(evaluator: Evaluator, from: string, specifier: string): Value {
  const target = evaluator.paths.resolve(from, specifier);
  if (target.kind === 'file') return { kind: 'module', file: target.file };
  if (target.kind === 'package') return { kind: 'external', module: target.name, path: [] };
  return { kind: 'unresolved', what: specifier };
}

/** An export of a file of the repository; `default` of a CommonJS module is all of it. */
export function exportedValue(evaluator: Evaluator, file: string, name: string): Value {
  if (file.endsWith('.json')) return UNKNOWN;
  const tree = evaluator.files.get(file);
  if (tree === undefined) return { kind: 'unresolved', what: `${name} of ${file}` };
  const { named, whole, stars } = moduleExports(tree);
  const found = named.get(name);
  if (found !== undefined) return exportValue(evaluator, found, file);
  if (whole !== undefined) {
    const value = evaluator.settled(whole, undefined);
    return name === 'default' ? value : memberOf(evaluator, value, name);
  }
  for (const specifier of stars) {
    const value = fromModule(evaluator, file, specifier, name);
    if (isKnown(value)) return value;
  }
  const isNamespace = name === 'default' && named.size > 0;
  return isNamespace ? { kind: 'module', file } : { kind: 'unresolved', what: `${name} of ${file}` };
}

function exportValue(evaluator: Evaluator, found: Export, file: string): Value {
  if (found.kind === 'from') {
    const from = moduleNamed(evaluator, file, found.specifier);
    return found.name === undefined ? from : memberOf(evaluator, from, found.name);
  }
  if (found.kind === 'expression') return evaluator.evaluate(found.node, undefined);
  const declaration =
    found.kind === 'local' ? findDeclaration(found.name, found.at) : (found.node as Declaration);
  return declaration === undefined ? UNKNOWN : evaluator.declared(declaration, undefined);
}

function specifierOf({ moduleSpecifier }: ts.ImportDeclaration | ts.JSDocImportTag): string {
  return ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : '';
}
