import { capabilities } from '../../generators/index.js';
import { ExitCode, UserError } from '../errors.js';
import type { Answer, Answers, Capability, Question } from './capability.js';
import { defaultAnswer, flagName, validAnswer } from './prompt-answers.js';

export function allCapabilities(): readonly Capability[] {
  return capabilities;
}

/** The questions of every capability, in the order to ask them. */
export function allQuestions(): readonly Question[] {
  return capabilities.flatMap(({ questions }) => questions);
}

/**
 * The capabilities that the answers ask for and those that they require, in application order. Questions that are not
 * answered have their default. Throws `UserError` (usage) for an answer to no question and for answers that contradict
 * each other.
 */
export function resolveCapabilities(
  answers: Answers,
  known: readonly Capability[] = capabilities,
): readonly Capability[] {
  const byId = indexById(known);
  const complete = completeAnswers(answers, known);
  const chosen = known.filter((capability) => capability.chosen(complete));
  for (const capability of chosen) {
    for (const id of capability.requires) {
      const required = lookUp(byId, id, capability.id);
      if (chosen.includes(required)) continue;
      if (required.questions.length > 0) throw contradiction(capability, required, complete);
      chosen.push(required);
    }
  }
  return inOrder(chosen);
}

/** The wanted capabilities and all that they require, in application order. */
export function withRequired(wanted: readonly Capability[]): readonly Capability[] {
  const byId = indexById(capabilities);
  const found = new Set(wanted);
  for (const capability of found) {
    for (const id of capability.requires) found.add(lookUp(byId, id, capability.id));
  }
  return inOrder([...found]);
}

/** Adds the defaults of what is not answered. Throws `UserError` (usage) for an answer that no question has. */
export function completeAnswers(answers: Answers, known: readonly Capability[] = capabilities): Answers {
  const questions = known.flatMap((capability) => capability.questions);
  const stray = Object.keys(answers).find((name) => questions.every((question) => question.name !== name));
  if (stray !== undefined) {
    throw new UserError(`There is no question "${stray}".`, {
      hint: `The questions are ${questions.map(({ name }) => name).join(', ')}.`,
      exitCode: ExitCode.usage,
    });
  }
  const complete: Record<string, Answer> = {};
  for (const question of questions) {
    const answer = answers[question.name] ?? defaultAnswer(question, complete);
    complete[question.name] = validAnswer(question, answer);
  }
  return complete;
}

function indexById(known: readonly Capability[]): ReadonlyMap<string, Capability> {
  const byId = new Map<string, Capability>();
  for (const capability of known) {
    if (byId.has(capability.id)) throw new Error(`Two capabilities have the id "${capability.id}".`);
    byId.set(capability.id, capability);
  }
  return byId;
}

function lookUp(byId: ReadonlyMap<string, Capability>, id: string, wantedBy: string): Capability {
  const found = byId.get(id);
  if (found === undefined) throw new Error(`"${wantedBy}" requires "${id}", which is no capability.`);
  return found;
}

/** Each one after those that it names, else in the given order. */
function inOrder(chosen: readonly Capability[]): readonly Capability[] {
  const ordered: Capability[] = [];
  let waiting = chosen;
  while (waiting.length > 0) {
    const ids = new Set(waiting.map(({ id }) => id));
    const next = waiting.find(({ after }) => after.every((id) => !ids.has(id)));
    if (next === undefined)
      throw new Error(`These capabilities wait for each other: ${[...ids].join(', ')}.`);
    ordered.push(next);
    waiting = waiting.filter((capability) => capability !== next);
  }
  return ordered;
}

function contradiction(wanting: Capability, missing: Capability, answers: Answers): UserError {
  const flags = (capability: Capability) =>
    capability.questions.map((question) => flag(question, answers[question.name]));
  const [wanted, refused] = [flags(wanting).join(' '), flags(missing).join(' ')];
  return new UserError(`${wanted} needs ${missing.title}, but ${refused} leaves it out.`, {
    hint: `Drop one of ${wanted} and ${refused}, or answer it differently.`,
    exitCode: ExitCode.usage,
  });
}

/** The answer as a person would type it: `--cache`, `--no-redis`, `--database none`. */
function flag(question: Question, answer: Answer | undefined): string {
  if (question.type === 'confirm')
    return answer === true ? `--${flagName(question)}` : `--no-${flagName(question)}`;
  return `--${flagName(question)} ${answer}`;
}
