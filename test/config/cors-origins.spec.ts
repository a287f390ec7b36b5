import { InvalidEnvironment, readEnvironment } from '../../src/platform/config/environment.js';

describe('CORS_ORIGINS', () => {
  it.each([
    '*',
    'https://desk.example',
    'http://desk.example:8080,https://desk.example,https://desk.example',
    'http://localhost:5173,http://127.0.0.1:5173,http://[::1]:5173',
    'https://xn--caf-dma.example',
  ])('may be %s', (origins) => {
    expect(readEnvironment({ CORS_ORIGINS: origins }).CORS_ORIGINS).toBe(origins);
  });

  it.each([
    ['an upper-case host', 'https://Desk.example', 'write https://desk.example'],
    ['an upper-case scheme', 'HTTPS://desk.example', 'write https://desk.example'],
    ['a trailing slash', 'https://desk.example/', 'write https://desk.example'],
    ['a path', 'https://desk.example/app', 'write https://desk.example'],
    ['a query', 'https://desk.example?x', 'write https://desk.example'],
    ['a fragment', 'https://desk.example#x', 'write https://desk.example'],
    ['the default port of https', 'https://desk.example:443', 'write https://desk.example'],
    ['the default port of http', 'http://desk.example:80', 'write http://desk.example'],
    ['an empty port', 'https://desk.example:', 'write https://desk.example'],
    ['a port with a leading zero', 'https://desk.example:08443', 'write https://desk.example:8443'],
    ['an IDN that is not in punycode', 'https://café.example', 'write https://xn--caf-dma.example'],
    ['another spelling of an IPv4 address', 'http://127.1', 'write http://127.0.0.1'],
    ['another spelling of an IPv6 address', 'http://[0:0::1]', 'write http://[::1]'],
    ['a percent-encoded host', 'https://d%65sk.example', 'write https://desk.example'],
    ['user information', 'https://clerk:s3cret@desk.example', 'user information'],
    ['a wildcard in a host', 'https://*.example', 'wildcard'],
    ['a wildcard beside an origin', 'https://desk.example,*', 'its entry 2 has a wildcard'],
    ['no scheme', 'desk.example', 'has no http:// or https://'],
    ['the scheme of no web page', 'ftp://desk.example', 'has no http:// or https://'],
    ['no host', 'https://', 'has no http:// or https:// before its host'],
    ['a port that is none', 'https://desk.example:99999', 'no valid host or port'],
    ['null', 'null', 'sandboxed page'],
    ['an empty entry', 'https://desk.example,', 'its entry 2 is empty'],
    ['blanks', 'https://desk.example, https://club.example', 'its entry 2 is empty or has blanks around it'],
    ['semicolons', 'https://desk.example;https://club.example', 'its entry 1'],
  ])('with %s is refused with what to write instead, since no browser sends it', (_, origins, remedy) => {
    const reading = () => readEnvironment({ CORS_ORIGINS: origins });
    expect(reading).toThrow(InvalidEnvironment);
    expect(reading).toThrow(/CORS_ORIGINS must be \*, or origins as browsers send them/);
    expect(reading).toThrow(remedy);
    expect(reading).not.toThrow('s3cret');
  });
});
