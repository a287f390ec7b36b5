import type { SecurityHeadersOptions } from '@nestjs/common';

/**
 * What browsers are told. /docs lives under it: all that it loads comes from here. What only works over TLS
 * is left to whoever terminates it; over plain HTTP it would keep /docs from loading, or fill its console with errors.
 */
export const securityHeaders: SecurityHeadersOptions = {
  contentSecurityPolicy: {
    directives: {
      fontSrc: ["'self'", 'data:'],
      frameAncestors: ["'none'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      upgradeInsecureRequests: null,
    },
  },
  crossOriginOpenerPolicy: false,
  originAgentCluster: false,
  strictTransportSecurity: false,
  xFrameOptions: { action: 'deny' },
};
