import { readEnvironment } from '../../src/platform/config/environment.js';

describe('the settings of JSON Web Tokens', () => {
  it.each([
    [{ JWT_ISSUER: 'https://id.example' }, /JWT_AUDIENCE is missing|JWT_JWKS_URL is missing/],
    [{ JWT_JWKS_URL: 'http://id.example/jwks.json' }, /JWT_JWKS_URL must be a URL such as https/],
    [{ JWT_JWKS_URL: 'file:///etc/passwd' }, /JWT_JWKS_URL must be a URL such as https/],
  ])('are refused if they are %j', (variables, message) => {
    expect(() => readEnvironment(variables)).toThrow(message);
  });
});
