import { describe, expect, it } from 'vitest';
import { ExitCode, UserError } from '../../src/errors.js';
import { describeError, renderErrorBlock } from '../../src/report/error-block.js';
import { createStyle } from '../../src/report/style.js';

const plain = createStyle(false);

describe('renderErrorBlock', () => {
  it('says what, where and what next', () => {
    const error = new UserError('The file is broken.', { where: 'src/app.js:12', hint: 'Correct the line.' });
    expect(renderErrorBlock(error, plain, false)).toBe(
      'error: The file is broken.\n  where: src/app.js:12\n  next:  Correct the line.\n',
    );
  });

  it('leaves out what is not known, and shows the stack on demand only', () => {
    const error = new UserError('The file is broken.');
    expect(renderErrorBlock(error, plain, false)).toBe('error: The file is broken.\n');
    expect(renderErrorBlock(error, plain, true)).toContain('error-block.test.ts');
  });

  it('does not call a cancellation an error', () => {
    const error = new UserError('Nothing was written.', { exitCode: ExitCode.cancelled });
    expect(renderErrorBlock(error, plain, false)).toBe('cancelled: Nothing was written.\n');
  });
});

describe('describeError', () => {
  it.each([
    ['ENOSPC', 'The disk is full'],
    ['EACCES', 'You have no permission'],
    ['EROFS', 'The file system is read-only'],
  ])('%s is the fault of the machine, and says what to do', (code, hint) => {
    const error = Object.assign(new Error(`${code}: no`), { code });
    expect(describeError(error)).toMatchObject({
      exitCode: ExitCode.refused,
      hint: expect.stringContaining(hint),
    });
  });

  it.each([new Error('odd'), Object.assign(new Error('odd'), { code: 'ERR_ODD' }), 'odd'])(
    'everything else is a fault of this tool: %s',
    (error) => {
      expect(describeError(error)).toMatchObject({
        message: 'Unexpected error: odd',
        exitCode: ExitCode.internal,
      });
    },
  );
});
