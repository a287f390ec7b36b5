Object.assign(globalThis, { engine: 'sqlite' });
