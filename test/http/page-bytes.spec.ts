import { limitBytes } from '../../src/platform/http/paging/page-bytes.js';

describe('limitBytes', () => {
  // As JSON: ["aa","bb","cc"] has 16 bytes.
  const items = ['aa', 'bb', 'cc'];

  it('keeps all items within the limit', () => {
    expect(limitBytes(items, false, 16)).toEqual({ text: '["aa","bb","cc"]', from: 0, to: 3 });
    expect(limitBytes([], false, 2)).toEqual({ text: '[]', from: 0, to: 0 });
  });

  it('keeps the first items, or the last ones of a backward page', () => {
    expect(limitBytes(items, false, 15)).toEqual({ text: '["aa","bb"]', from: 0, to: 2 });
    expect(limitBytes(items, true, 15)).toEqual({ text: '["bb","cc"]', from: 1, to: 3 });
    expect(limitBytes(items, false, 11)).toEqual({ text: '["aa","bb"]', from: 0, to: 2 });
    expect(limitBytes(items, false, 10)).toEqual({ text: '["aa"]', from: 0, to: 1 });
  });

  it('keeps at least one item', () => {
    expect(limitBytes(items, false, 1)).toEqual({ text: '["aa"]', from: 0, to: 1 });
    expect(limitBytes(items, true, 1)).toEqual({ text: '["cc"]', from: 2, to: 3 });
  });

  it('counts bytes of UTF-8', () => {
    expect(limitBytes(['界界', 'b'], false, 14)).toEqual({ text: '["界界","b"]', from: 0, to: 2 });
    expect(limitBytes(['界界', 'b'], false, 13)).toEqual({ text: '["界界"]', from: 0, to: 1 });
  });
});
