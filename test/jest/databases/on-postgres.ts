import '../worker.js';

Object.assign(globalThis, { engine: 'postgres' });
