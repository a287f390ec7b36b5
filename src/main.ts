import { limitYoungGeneration, unlimitYoungGeneration } from './platform/process/young-generation.js';

limitYoungGeneration();
// Not a static import, which would be loaded before the line above. The bundle is made of serve.js by `npm run bundle`.
await import(new URL('./serve.bundle.js', import.meta.url).href);
unlimitYoungGeneration();
