import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { hello } from './listen.js';

@Controller()
class HelloController {
  @Get()
  hello() {
    return hello;
  }
}

@Module({ controllers: [HelloController] })
class HelloModule {}

const app = await NestFactory.create<NestExpressApplication>(HelloModule, { logger: false });
app.set('etag', false);
await app.listen(0, '127.0.0.1');
console.log(await app.getUrl());
