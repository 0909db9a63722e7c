import { planToJson } from '../plan/plan-json.js';
import { type CommandResult, exitCodeOf } from './result.js';

/** The result as one JSON object, ending in a line break. Keys that do not apply to the command are absent. */
export function renderJson(result: CommandResult): string {
  const { plan, diff, ...rest } = result;
  const json = {
    ...rest,
    exitCode: exitCodeOf(result),
    ...(plan === undefined ? {} : { plan: planToJson(plan) }),
    ...(diff === undefined ? {} : { diff }),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
