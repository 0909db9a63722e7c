import type { Workspace } from '../project/workspace.js';

const SOURCE = /\.[cm]?[jt]sx?$/;
const NOT_THE_BACKEND =
  /(^|\/)(__tests__|__mocks__|tests?|specs?|e2e|fixtures|examples?|public|static|vendor)\/|\.(test|spec|d|min|config)\.[cm]?[jt]sx?$/;
const WIRES_ROUTES =
  /\bexpress\b|\b\w*(?:app|rout\w*|server)\s*\.\s*(?:get|post|put|patch|delete|all|use|route|listen)\s*\(/i;

const CONNECTS = /\bmongoose\b[^;]{0,40}\.\s*(?:connect|createConnection)\s*\(/;

/** A cheap look at the text: files that may create an app or register routes. Only these, and what they import, are parsed. */
export function filesWorthParsing(workspace: Workspace): string[] {
  return workspace.files().filter((path) => {
    if (!SOURCE.test(path) || NOT_THE_BACKEND.test(path)) return false;
    const text = workspace.read(path)?.text ?? '';
    return WIRES_ROUTES.test(text) || CONNECTS.test(text);
  });
}
