import { hello, serve } from './listen.js';

serve((_request, response) => {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify(hello));
});
