import { ExitCode, UserError } from '../errors.js';
import type { Answer, Answers, Question } from './capability.js';
import type { Prompter } from './prompt.js';

export interface AnswerSources {
  /** Answers given as flags, by question name; absent or undefined is not answered. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Take the defaults for what is not given. */
  readonly defaults: boolean;
  /** Undefined where nobody can be asked. */
  readonly prompter: Prompter | undefined;
}

/**
 * Answers every question: from the flags, else the default, else by asking.
 * Throws `UserError` (usage) that names the flags of what is left open.
 */
export async function resolveAnswers(
  questions: readonly Question[],
  sources: AnswerSources,
): Promise<Answers> {
  const answers: Record<string, Answer> = {};
  for (const question of questions) {
    const given = sources.given[question.name];
    if (given !== undefined) answers[question.name] = validAnswer(question, given);
    else if (sources.defaults || !isOffered(question, answers)) {
      answers[question.name] = defaultAnswer(question, answers);
    }
  }
  const open = questions.filter(({ name }) => answers[name] === undefined);
  if (open.length > 0 && sources.prompter === undefined) throw unanswered(open);
  for (const question of open) {
    const asked = isOffered(question, answers) ? await sources.prompter?.question(question) : undefined;
    answers[question.name] = asked ?? defaultAnswer(question, answers);
  }
  return inOrder(questions, answers);
}

/** What a question that is not asked is answered with, given the answers to those before it. */
export function defaultAnswer(question: Question, earlier: Answers): Answer {
  return isOffered(question, earlier) ? question.default : false;
}

function isOffered(question: Question, earlier: Answers): boolean {
  return question.type !== 'confirm' || question.offered?.(earlier) !== false;
}

/** `redisUrl` is `--redis-url`. */
export function flagName(question: Question): string {
  return question.name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The flags that answer a question, as a person would type them. */
export function flagUsage(question: Question): string {
  const flag = flagName(question);
  if (question.type === 'confirm') return `--${flag} or --no-${flag}`;
  return `--${flag} <${question.choices.map(({ value }) => value).join('|')}>`;
}

/** Throws `UserError` (usage) when `value` is not one of the question's answers. */
export function validAnswer(question: Question, value: unknown): Answer {
  if (question.type === 'confirm' && typeof value === 'boolean') return value;
  if (question.type === 'select' && typeof value === 'string') {
    if (question.choices.some((choice) => choice.value === value)) return value;
  }
  throw new UserError(`"${String(value)}" is not an answer to "${question.message}"`, {
    hint: `Use ${flagUsage(question)}.`,
    exitCode: ExitCode.usage,
  });
}

function unanswered(open: readonly Question[]): UserError {
  const flags = open.map(flagUsage).join(', ');
  return new UserError(`There is no terminal to ask on, and these are not answered: ${flags}.`, {
    hint: 'Pass these flags, or --yes to take the defaults.',
    exitCode: ExitCode.usage,
  });
}

function inOrder(questions: readonly Question[], answers: Readonly<Record<string, Answer>>): Answers {
  return Object.fromEntries(
    questions.map(({ name, default: fallback }) => [name, answers[name] ?? fallback]),
  );
}
