import { limitYoungGeneration, unlimitYoungGeneration } from './platform/process/young-generation.js';

limitYoungGeneration();
// A static import would be loaded before the line above. `npm run build` bundles serve.js.
await import(new URL('./serve.bundle.js', import.meta.url).href);
unlimitYoungGeneration();
