import express from 'express';
import { hello, serve } from './listen.js';

const app = express();
app.set('etag', false);
app.get('/', (_request, response) => void response.json(hello));
serve(app);
