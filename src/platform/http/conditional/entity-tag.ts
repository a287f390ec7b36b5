import { hash } from 'node:crypto';
import { editableText } from '../dto/derived-members.js';

/**
 * Returns the strong ETag of a document: a digest of its bytes. A document with derived members has a two-part tag,
 * "editable.all"; If-Match of an edit compares only the first part, the digest without derived members. Lists, which
 * are not edited, have one digest. See docs/decisions/0009.
 */
export function entityTag(document: object, text: string): string {
  const editable = Array.isArray(document) ? text : editableText(document);
  return editable === text ? `"${digest(text)}"` : `"${digest(editable)}.${digest(text)}"`;
}

/**
 * An entity tag of this service as clients send it back, with an optional content coding: our own (";gzip"), or that of
 * a compressing proxy: Apache appends "-gzip", nginx makes the tag weak.
 */
const tagForm = /^(?:W\/)?"([\w-]{22})(?:\.([\w-]{22}))?(?:[-;]\w{1,16})?"$/;

/**
 * Whether an If-Match or If-None-Match contains a tag of the same document as `tag`.
 * @param part whether to compare the whole document, or only the members that edits can change
 */
export function hasTag(tags: string, tag: string, part: 'all' | 'editable'): boolean {
  if (tags.trim() === '*') return true;
  const wanted = digestOf(tag, part);
  return splitTags(tags).some((each) => digestOf(each, part) === wanted);
}

/** Whether text is `*` or a list of entity tags (RFC 9110 §8.8.3). Empty list elements are allowed (§5.6.1). */
export function areEntityTags(text: string): boolean {
  if (text.trim() === '*') return true;
  // NUL stands for a tag, since no header can contain it.
  const elements = text.replace(/(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g, '\0').split(',');
  const listed = elements.map((element) => element.trim()).filter((element) => element !== '');
  return listed.length > 0 && listed.every((element) => element === '\0');
}

const splitTags = (tags: string): string[] => tags.match(/(?:W\/)?"[^"]*"/g) ?? [];

function digestOf(tag: string, part: 'all' | 'editable'): string | undefined {
  const [, first, second] = tagForm.exec(tag) ?? [];
  return part === 'all' ? (second ?? first) : first;
}

function digest(text: string): string {
  return hash('sha256', text, 'base64url').slice(0, 22);
}
