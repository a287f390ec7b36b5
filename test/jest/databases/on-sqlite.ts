import '../worker.js';

Object.assign(globalThis, { engine: 'sqlite' });
