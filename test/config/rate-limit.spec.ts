import { rateLimitOf, readEnvironment } from '../../src/platform/config/environment.js';

describe('RATE_LIMIT', () => {
  it.each([
    [{}, 0],
    [{ HOST: 'localhost' }, 0],
    [{ HOST: '::1' }, 0],
    [{ HOST: '0.0.0.0' }, 600],
    [{ HOST: '0.0.0.0', RATE_LIMIT: '0' }, 0],
    [{ RATE_LIMIT: '90' }, 90],
  ])('in %j is %i requests a minute', (variables, limit) => {
    expect(rateLimitOf(readEnvironment(variables))).toBe(limit);
  });

  it.each(['-1', '1.5', '1e3', 'many', '10000000'])('is refused as %s', (RATE_LIMIT) => {
    expect(() => readEnvironment({ RATE_LIMIT })).toThrow('RATE_LIMIT must be a whole number of requests per minute');
  });
});

describe('TRUSTED_PROXIES', () => {
  it.each(['', '10.0.0.7', '10.1.0.0/16,::1', '2001:db8::/32'])('may be "%s"', (TRUSTED_PROXIES) => {
    expect(readEnvironment({ TRUSTED_PROXIES }).TRUSTED_PROXIES).toBe(TRUSTED_PROXIES);
  });

  it.each(['proxy', '10.0.0.7, 10.0.0.8', '10.1.0.0/33', '10.1.0.0/', '*', '10.0.0.0/8/8'])(
    'is refused as "%s"',
    (TRUSTED_PROXIES) => {
      expect(() => readEnvironment({ TRUSTED_PROXIES })).toThrow('TRUSTED_PROXIES must be addresses or subnets');
    },
  );
});
