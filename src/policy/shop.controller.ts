import { Body, Controller, Get, Patch, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../platform/http/openapi/operation.decorator.js';
import { Context, RequestContext } from '../platform/http/requests/request-context.js';
import { ShopDto, ShopInput, ShopPatch } from './dto/shop.dto.js';
import { PolicyService } from './policy.service.js';

@ApiTags('Shop')
@Controller('shop')
export class ShopController {
  constructor(private readonly policy: PolicyService) {}

  @Get()
  @Operation({
    access: 'catalog:read',
    summary: "Get the shop's policy",
    description: 'Name, time zone, currency, default terms of rentals, and limits.',
    returns: ShopDto,
  })
  async getShop(@Context() context: RequestContext): Promise<ShopDto> {
    return ShopDto.of(await this.policy.get(context));
  }

  @Put()
  @Operation({
    access: 'admin',
    summary: "Replace the shop's policy",
    description: 'Replaces the whole policy; absent rules are removed. Present rentals keep the terms they began with.',
    returns: ShopDto,
  })
  async replaceShop(@Body() input: ShopInput, @Context() context: RequestContext): Promise<ShopDto> {
    return ShopDto.of(await this.policy.update(input.toFields(), context.command(ShopDto.of)));
  }

  @Patch()
  @Operation({
    access: 'admin',
    summary: "Change the shop's policy",
    description:
      'JSON merge patch (RFC 7396): sets the members in the request, removes rules that are null, and keeps the others.',
    returns: ShopDto,
    requestExamples: { 'Three days, then 1.00 a day': { rental_days: 3, late_fee_per_day: 100 } },
  })
  async changeShop(@Body() patch: ShopPatch, @Context() context: RequestContext): Promise<ShopDto> {
    return ShopDto.of(await this.policy.update(patch.toFields(), context.command(ShopDto.of)));
  }
}
