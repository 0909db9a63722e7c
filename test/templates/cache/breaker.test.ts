import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  Breaker,
  BreakerOpen,
  DeadlineExceeded,
  withDeadline,
} from '../../../templates/cache/src/cache/breaker.js';
import { PendingInvalidations } from '../../../templates/cache/src/cache/pending-invalidations.js';

const fail = () => Promise.reject(new Error('connection lost'));
const succeed = () => Promise.resolve('ok');

describe('Breaker', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const start = (probe: () => Promise<void> = fail) => {
    const onOpen = vi.fn();
    return { breaker: new Breaker({ deadlineMs: 50, probe, onOpen }), onOpen };
  };
  const failTimes = async (breaker: Breaker, times: number) => {
    for (let count = 0; count < times; count += 1) await breaker.run(fail).catch(() => undefined);
  };

  it('opens after five failures in a row, and then sends nothing', async () => {
    const { breaker, onOpen } = start();
    await failTimes(breaker, 4);
    await breaker.run(succeed);
    await failTimes(breaker, 4);
    expect(breaker.isOpen).toBe(false);
    await failTimes(breaker, 1);
    expect(onOpen).toHaveBeenCalledTimes(1);
    const command = vi.fn(succeed);
    await expect(breaker.run(command)).rejects.toThrow(BreakerOpen);
    expect(command).not.toHaveBeenCalled();
  });

  it('does not take an error that Redis answers for an outage', async () => {
    const { breaker } = start();
    const refuse = () => Promise.reject(Object.assign(new Error('OOM'), { name: 'ReplyError' }));
    for (let count = 0; count < 10; count += 1) await breaker.run(refuse).catch(() => undefined);
    expect(breaker.isOpen).toBe(false);
  });

  it('closes by itself when its probe succeeds', async () => {
    const probe = vi
      .fn<() => Promise<void>>()
      .mockRejectedValueOnce(new Error('still down'))
      .mockResolvedValue();
    const { breaker } = start(probe);
    breaker.trip();
    await vi.advanceTimersByTimeAsync(300);
    expect([probe.mock.calls.length, breaker.isOpen]).toEqual([1, true]);
    await vi.advanceTimersByTimeAsync(250);
    expect([probe.mock.calls.length, breaker.isOpen]).toEqual([2, false]);
    expect(await breaker.run(succeed)).toBe('ok');
  });

  it('stays open when it is tripped during a probe', async () => {
    let answer: () => void = () => undefined;
    const { breaker } = start(() => new Promise((resolve) => (answer = resolve)));
    breaker.trip();
    await vi.advanceTimersByTimeAsync(250);
    breaker.trip();
    answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(breaker.isOpen).toBe(true);
  });
});

describe('withDeadline', () => {
  it('rejects what takes too long', async () => {
    await expect(withDeadline(new Promise(() => undefined), 5)).rejects.toThrow(DeadlineExceeded);
  });

  it('accepts an answer that waited in the socket while this process was busy', async () => {
    const answer = new Promise((resolve) => setTimeout(() => setImmediate(resolve, 'in time'), 1));
    const limited = withDeadline(answer, 5);
    const end = performance.now() + 20;
    while (performance.now() < end);
    expect(await limited).toBe('in time');
  });
});

describe('PendingInvalidations', () => {
  it('publishes what is added while it publishes, and keeps what could not be published', async () => {
    const pending = new PendingInvalidations();
    pending.add(['a', 'b']);
    await expect(pending.drain(fail)).rejects.toThrow('connection lost');
    expect(pending.size).toBe(2);
    const published: (readonly string[])[] = [];
    await pending.drain(async (tags) => {
      published.push(tags);
      if (published.length === 1) pending.add(['c']);
    });
    expect(published).toEqual([['a', 'b'], ['c']]);
    expect(pending.size).toBe(0);
  });

  it('turns into everything when there are too many', () => {
    const pending = new PendingInvalidations();
    pending.add(Array.from({ length: 10_001 }, (_, at) => `tag ${at}`));
    expect(pending.size).toBe(1);
  });
});
