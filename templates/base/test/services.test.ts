import { describe, expect, it } from 'vitest';
import { type Service, startServices, stopServices } from '../src/services/service.js';

describe('services', () => {
  it('start in order and stop in the reverse order, even when one fails to stop', async () => {
    const calls: string[] = [];
    const service = (name: string, failing = false): Service => ({
      name,
      optional: false,
      start: async () => void calls.push(`start ${name}`),
      stop: async () => {
        calls.push(`stop ${name}`);
        if (failing) throw new Error(`${name} does not stop`);
      },
    });
    const services = [service('database'), service('broken', true), service('cache')];
    await startServices(services);
    await expect(stopServices(services)).rejects.toThrow('broken does not stop');
    expect(calls).toEqual([
      'start database',
      'start broken',
      'start cache',
      'stop cache',
      'stop broken',
      'stop database',
    ]);
  });
});
