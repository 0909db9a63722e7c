import { ts } from 'ts-morph';
import type { Finding } from './effect-finding.js';
import { textOf } from './source-files.js';

const REFUSING_STATUS = /^(401|403)$/;
const REFUSING_NAME = /unauthori[sz]ed|forbidden|notauthori[sz]ed|accessdenied/i;
const GUARD_NAME =
  /(^|[^a-z])(protect|guard|auth|authn|authz|authori[sz]e|authenticate|permit|restrict|acl|jwt|passport|limiter)|(Auth|Protect|Guard|Limiter|RateLimit)|(^|\.)(is|has|can|check|require|requires|ensure|verify|validate|allow|only)_?(Admin|Auth|Logged|Login|Sign|User|Owner|Role|Perm|Token|Access|Jwt|Session)/;

/** A call or construction that refuses a request: `res.status(401)`, `next(new ApiError(403, ...))`, `new ForbiddenError()`. */
export function denial(node: ts.CallExpression | ts.NewExpression): Finding | undefined {
  const refuses = node.arguments?.some(isRefusal) || REFUSING_NAME.test(calleeName(node.expression));
  return refuses ? { kind: 'denies', what: shortened(node) } : undefined;
}

/** `error.statusCode = 403`. */
export function assignedDenial(node: ts.BinaryExpression): Finding | undefined {
  const assigns = node.operatorToken.kind === ts.SyntaxKind.EqualsToken;
  return assigns && isRefusal(node.right) ? { kind: 'denies', what: shortened(node) } : undefined;
}

/** Judges by its name a middleware whose body is out of reach. */
export function guardByName(text: string): Finding | undefined {
  return GUARD_NAME.test(text) ? { kind: 'denies', what: `${text.slice(0, 60)} (by its name)` } : undefined;
}

function isRefusal(node: ts.Expression): boolean {
  if (ts.isNumericLiteral(node)) return REFUSING_STATUS.test(node.text);
  if (ts.isIdentifier(node))
    return /^[A-Z_]+$/.test(node.text) && REFUSING_NAME.test(node.text.replaceAll('_', ''));
  if (ts.isPropertyAccessExpression(node)) return REFUSING_NAME.test(node.name.text);
  return (
    ts.isObjectLiteralExpression(node) &&
    node.properties.some((property) => ts.isPropertyAssignment(property) && isRefusal(property.initializer))
  );
}

function calleeName(node: ts.Expression): string {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? node.name.text : '';
}

function shortened(node: ts.Node): string {
  const text = textOf(node);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
