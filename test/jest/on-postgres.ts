Object.assign(globalThis, { engine: 'postgres' });
