import { finished, type Readable, type Writable } from 'node:stream';
import type { PromptObject } from 'prompts';
import { ExitCode, UserError } from '../errors.js';
import type { Answer, Question } from './capability.js';

/** Asks a person. Every method throws `UserError` (cancelled) on Ctrl-C and on a closed input. */
export interface Prompter {
  question(question: Question): Promise<Answer>;
  confirm(message: string, initial: boolean): Promise<boolean>;
  /** `validate` gives `true`, or what is wrong. */
  text(message: string, initial: string, validate: (value: string) => true | string): Promise<string>;
}

/** Questions are drawn on `output`, never on stdout, which belongs to the result. */
export function createPrompter(input: Readable, output: Writable): Prompter {
  const ask = async (prompt: Omit<PromptObject<'answer'>, 'name'>): Promise<unknown> => {
    const { default: prompts } = await import('prompts');
    const streams = { stdin: input, stdout: output };
    const asked: Promise<{ answer?: unknown }> = prompts({ ...prompt, ...streams, name: 'answer' });
    const { answer } = await unlessClosed(input, asked);
    if (answer === undefined) throw cancelled();
    return answer;
  };
  return {
    question: async (question) => (await ask(promptOf(question))) as Answer,
    confirm: async (message, initial) => (await ask({ type: 'confirm', message, initial })) === true,
    text: async (message, initial, validate) =>
      String(
        await ask({ type: 'text', message, initial, validate: (value: string) => validate(value.trim()) }),
      ).trim(),
  };
}

/** Cancelling always happens before anything is written. */
export function cancelled(): UserError {
  return new UserError('Nothing was written.', { exitCode: ExitCode.cancelled });
}

function promptOf(question: Question): Omit<PromptObject<'answer'>, 'name'> {
  if (question.type === 'confirm') {
    return { type: 'confirm', message: question.message, initial: question.default };
  }
  const choices = question.choices.map(({ value, title, description }) => ({
    value,
    title,
    ...(description === undefined ? {} : { description }),
  }));
  const initial = question.choices.findIndex(({ value }) => value === question.default);
  return { type: 'select', message: question.message, choices, initial };
}

/** The prompt's answers, or none when the input ends: then the library never settles. */
function unlessClosed<T extends object>(
  input: Readable,
  prompt: Promise<T>,
): Promise<T | { answer?: undefined }> {
  return new Promise((settle, fail) => {
    const release = finished(input, () => settle({}));
    prompt.then(settle, fail).finally(release);
  });
}
