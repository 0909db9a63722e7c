import { describe, expect, it } from 'vitest';
import type { Answer, Question } from '../../src/capability/capability.js';
import type { Prompter } from '../../src/capability/prompt.js';
import { resolveAnswers } from '../../src/capability/prompt-answers.js';
import { allQuestions } from '../../src/capability/registry.js';
import { ExitCode } from '../../src/errors.js';

function prompter(answers: Readonly<Record<string, Answer>>): Prompter & { readonly asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    question: async (question: Question) => {
      asked.push(question.name);
      return answers[question.name] ?? question.default;
    },
    text: async () => 'unused',
    confirm: async () => true,
  };
}

describe('answers', () => {
  it('come from the flags, and else from the person', async () => {
    const person = prompter({ redis: true, cache: false });
    const answers = await resolveAnswers(allQuestions(), {
      given: { database: 'none' },
      defaults: false,
      prompter: person,
    });
    expect(answers).toEqual({ database: 'none', redis: true, cache: false });
    expect(person.asked).toEqual(['redis', 'cache']);
  });

  it('are not asked for when an earlier one leaves only no', async () => {
    const person = prompter({ redis: false });
    const answers = await resolveAnswers(allQuestions(), { given: {}, defaults: false, prompter: person });
    expect(answers).toMatchObject({ redis: false, cache: false });
    expect(person.asked).toEqual(['database', 'redis']);
  });

  it('are the defaults that fit to the flags', async () => {
    const answers = await resolveAnswers(allQuestions(), {
      given: { redis: false },
      defaults: true,
      prompter: undefined,
    });
    expect(answers).toEqual({ database: 'mongodb', redis: false, cache: false });
  });

  it('are refused without a terminal, naming the flags', async () => {
    const open = resolveAnswers(allQuestions(), {
      given: { redis: false },
      defaults: false,
      prompter: undefined,
    });
    await expect(open).rejects.toMatchObject({
      exitCode: ExitCode.usage,
      message: expect.stringContaining('--database <mongodb|none>'),
    });
    await expect(open).rejects.not.toMatchObject({ message: expect.stringContaining('--cache') });
  });
});
