import { Environment } from '../../src/platform/config/environment.js';
import type { UnitOfWork } from '../../src/platform/database/unit-of-work.js';
import { HealthService } from '../../src/platform/monitoring/health.service.js';

describe('readiness', () => {
  let now = 0;
  let checks = 0;
  const running: (() => void)[] = [];
  const finishChecks = (): void => running.splice(0).forEach((finish) => finish());
  const database = {
    assertWritable: () => new Promise<void>((resolve) => (checks++, running.push(resolve))),
    pendingMigrations: () => Promise.resolve([]),
  } as Partial<UnitOfWork> as UnitOfWork;

  it('is checked once for all probes of a second, however many, and then again', async () => {
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
    try {
      const health = new HealthService(database, new Environment());
      const probes = Array.from({ length: 10 }, () => health.assertReady());
      now += 60_000;
      probes.push(health.assertReady());
      finishChecks();
      await Promise.all(probes);
      now += 999;
      const cached = health.assertReady();
      finishChecks();
      await cached;
      expect(checks).toBe(1);
      now += 1;
      const next = health.assertReady();
      finishChecks();
      await next;
      expect(checks).toBe(2);
    } finally {
      clock.mockRestore();
    }
  });
});
