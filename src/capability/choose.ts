import { ExitCode, UserError } from '../errors.js';
import type { Answer, Answers, Capability, Question } from './capability.js';
import { allCapabilities, completeAnswers } from './registry.js';

/** Throws `UserError` (usage) that lists what there is. */
export function findCapability(id: string): Capability {
  const known = allCapabilities();
  const found = known.find((capability) => capability.id === id);
  if (found !== undefined) return found;
  throw new UserError(`There is no capability "${id}".`, {
    hint: `There are ${known.map((capability) => capability.id).join(', ')}.`,
    exitCode: ExitCode.usage,
  });
}

/** The answers with `capability`, and what it requires, switched on; the rest stays as it is. */
export function answersThatChoose(capability: Capability, answers: Answers): Answers {
  const complete = capability.requires
    .map(findCapability)
    .reduce((sofar, required) => answersThatChoose(required, sofar), completeAnswers(answers));
  if (capability.chosen(complete)) return complete;
  const variants = capability.questions.flatMap((question) =>
    possibleAnswers(question).map((answer) => ({ ...complete, [question.name]: answer })),
  );
  const chosen = variants.find((variant) => capability.chosen(variant));
  if (chosen === undefined) throw new Error(`No answer to a question of "${capability.id}" chooses it.`);
  return chosen;
}

/** Every answer, the default first. */
function possibleAnswers(question: Question): readonly Answer[] {
  if (question.type === 'confirm') return [question.default, !question.default];
  const values = question.choices.map(({ value }) => value);
  return [question.default, ...values.filter((value) => value !== question.default)];
}
