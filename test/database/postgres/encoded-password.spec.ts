import { randomUUID } from 'node:crypto';
import { escapeLiteral } from 'pg';
import { openShop } from '../../support/app.js';
import { executeRaw } from '../../support/database/raw-database.js';

describe('a PostgreSQL password with special characters', () => {
  it.each(['s3c/r3t', '%2F%41', 'a#b?c', '@:@', '+ &=', 'ünï\\"\'[]{}'])(
    '%s logs in percent-encoded',
    async (password) => {
      const role = `clerk_${randomUUID().replaceAll('-', '')}`;
      const server = process.env['TEST_DATABASE_URL']!;
      await executeRaw(server, `CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD ${escapeLiteral(password)}`);
      const shop = await openShop({
        reachedBy: (url) => {
          const reached = new URL(url);
          reached.username = role;
          reached.password = '';
          return Promise.resolve(reached.href.replace('@', `:${encodeURIComponent(password)}@`));
        },
      });
      await shop.api.get('/health/ready').expect(200);
      await shop.close();
      await executeRaw(server, `DROP ROLE ${role}`);
    },
  );
});
