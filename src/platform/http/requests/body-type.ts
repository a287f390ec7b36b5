import type { Type } from '@nestjs/common';
/** @private-api of @nestjs/common: the metadata of the parameters of a handler */
import { ROUTE_ARGS_METADATA, RouteParamtypes } from '@nestjs/common/internal';

/** Returns the type of a handler's @Body parameter, if any. */
export function bodyTypeOf(controller: Type, handler: string): Type<object> | undefined {
  const sources = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handler) ?? {}) as Record<
    string,
    { index: number }
  >;
  const body = Object.keys(sources).find((source) => source.startsWith(`${RouteParamtypes.BODY}:`));
  if (body === undefined) return undefined;
  const types = Reflect.getMetadata('design:paramtypes', controller.prototype as object, handler) as Type<object>[];
  return types[sources[body]!.index]!;
}
