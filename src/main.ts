import { limitYoungGeneration, unlimitYoungGeneration } from './young-generation.js';

limitYoungGeneration();
// Not a static import, which would be loaded before the line above.
await import('./serve.js');
unlimitYoungGeneration();
