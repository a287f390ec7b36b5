import { hash } from 'node:crypto';
import { unexpanded } from './expansions.js';

/**
 * The strong validator of a document: a digest of its bytes, so that no member can change without it, be it
 * derived or set. See docs/decisions/0009. One that was expanded has two, of the document itself and of all that is
 * sent, so that it can be changed by whoever read it so: "document.all".
 */
export function entityTag(document: object, text: string): string {
  const plain = unexpanded(document);
  return plain === document ? `"${digest(text)}"` : `"${digest(JSON.stringify(plain))}.${digest(text)}"`;
}

/**
 * Whether the entity tags of an If-Match or If-None-Match have `tag` among them (RFC 9110, 8.8.3.2), for themselves or
 * for a coding of the answer.
 */
export function hasTag(tags: string, tag: string, comparison: 'strong' | 'weak'): boolean {
  if (tags.trim() === '*') return true;
  const listed = tags.replace(/;\w+(?=")/g, '').match(/(W\/)?"[^"]*"/g) ?? [];
  return listed.some((each) => each === tag || (comparison === 'weak' && each === `W/${tag}`));
}

/** The tags of the documents themselves, where expanded ones were read. */
export const ofDocuments = (tags: string): string => tags.replace(/\.[\w-]+(?=")/g, '');

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
