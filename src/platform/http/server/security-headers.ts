import type { SecurityHeadersOptions } from '@nestjs/common';

/**
 * Security headers that also allow /docs, whose assets are all same-origin. Headers that require TLS are left to the
 * proxy that terminates it; over plain HTTP they would break /docs or fill its console with errors.
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
