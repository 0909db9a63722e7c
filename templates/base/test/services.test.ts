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
    const services = [service('first'), service('broken', true), service('last')];
    await startServices(services);
    await expect(stopServices(services)).rejects.toThrow('broken does not stop');
    expect(calls).toEqual([
      'start first',
      'start broken',
      'start last',
      'stop last',
      'stop broken',
      'stop first',
    ]);
  });
});
