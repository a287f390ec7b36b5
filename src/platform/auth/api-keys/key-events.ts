import { type Change, changesOf } from '../../events/change.js';
import type { ApiKey } from './api-key.entity.js';

/** The creation of a key. */
export const keyCreated = ({ scopes, clientId, expiryDatetime, ...key }: ApiKey): Change =>
  changeOf('key.created', key, key.creationDatetime, {
    scopes,
    ...(clientId !== null && { client_id: clientId }),
    ...(expiryDatetime && { expiry_datetime: expiryDatetime }),
  });

/** The expiry that a key gets when it is rotated. */
export const keyLimited = (key: ApiKey, expiryDatetime: Date, now: Date): Change =>
  changeOf('key.limited', key, now, { expiry_datetime: { from: key.expiryDatetime, to: expiryDatetime } });

export const keyRevoked = (key: ApiKey, now: Date): Change => changeOf('key.revoked', key, now, {});

/** Events have the name of a key, as in the actor of other events, and neither its secret nor its digest. */
const changeOf = (type: string, key: Pick<ApiKey, 'id' | 'name'>, now: Date, changes: object): Change =>
  changesOf('api_keys')(type, now, key, { name: key.name, ...changes });
