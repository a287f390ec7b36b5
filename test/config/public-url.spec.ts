import { InvalidEnvironment, readEnvironment } from '../../src/platform/config/environment.js';

describe('PUBLIC_URL', () => {
  it.each(['', '/rental', '/rental/', '/shops/1', 'https://shop.example', 'http://shop.example:8080/rental/'])(
    'may be "%s"',
    (url) => {
      expect(readEnvironment({ PUBLIC_URL: url }).PUBLIC_URL).toBe(url);
    },
  );

  it.each([
    'rental',
    '/',
    '//shop.example',
    '/a b',
    '/rental?x=1',
    'ftp://shop.example',
    'https://',
    'https://desk:s3cret@shop.example',
    'https://shop.example/?x=1',
    'https://shop.example/#top',
  ])('is refused as "%s", with the rule and a valid form, and without its value', (url) => {
    const reading = () => readEnvironment({ PUBLIC_URL: url });
    expect(reading).toThrow(InvalidEnvironment);
    expect(reading).toThrow('PUBLIC_URL must be a URL such as https://shop.example/rental, or a path such as /rental');
    expect(reading).not.toThrow('s3cret');
  });
});
