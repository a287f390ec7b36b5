import { hash } from 'node:crypto';

/**
 * The strong validator of a document: a digest of its bytes, so that no member can change without it, be it
 * derived or set. See docs/decisions/0009.
 */
export function entityTag(text: string): string {
  return `"${hash('sha256', text, 'base64url').slice(0, 22)}"`;
}

/** Whether the entity tags of an If-Match or If-None-Match have `tag` among them (RFC 9110, 8.8.3.2). */
export function hasTag(tags: string, tag: string, comparison: 'strong' | 'weak'): boolean {
  if (tags.trim() === '*') return true;
  const listed = tags.match(/(W\/)?"[^"]*"/g) ?? [];
  return listed.some((each) => each === tag || (comparison === 'weak' && each === `W/${tag}`));
}
