import { Column, type ValueTransformer } from 'typeorm';
import { collation } from './text-column.js';

const jsonList: ValueTransformer = {
  // Tools that copy rows give the stored text.
  to: (list: unknown) => (Array.isArray(list) ? JSON.stringify(list) : list),
  from: (text: string | null | undefined) => text && (JSON.parse(text) as unknown),
};

/** A short list that is only read and written as a whole, stored as a JSON array. */
export const ListColumn = ({ length, nullable = false }: { length: number; nullable?: boolean }): PropertyDecorator =>
  Column({ type: 'varchar', length, nullable, collation, transformer: jsonList });
