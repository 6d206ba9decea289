import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** The one style element that Swagger UI writes itself; a new version of it may need another, and the test says so. */
const swaggerUiStyle = "'sha256-RL3ie0nH+Lzz2YNqQN83mnU0J1ot4QL7b99vMdIX99w='";

/** All that the pages under /docs may load: from here, nothing else inline, nothing from elsewhere. */
const docsPolicy =
  `default-src 'none'; script-src 'self'; style-src 'self' ${swaggerUiStyle}; img-src 'self' data:; connect-src 'self'; font-src 'self'; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** OpenAPI from the routes' own schemas. Register before the routes. */
export async function installDocumentation(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: '一锁通互认服务 OneLock bridge-service',
        description:
          '交易系统、运营、监管与介质厂商使用的 HTTP 接口。除健康检查、发现与文档页面外，每次调用都需要凭证：`Authorization: Bearer <token>`。\n\n' +
          'The HTTP interface for trading systems, operators, supervisors and vendors. Every call but health, discovery and these pages needs a credential: `Authorization: Bearer <token>`.',
        version: '1.0',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: '判定 Judgements', description: '验证证书与签名 / certificates and signatures' },
        { name: '登录 Logins', description: '登录挑战与登录记录 / challenges and logins' },
        { name: '登记 Registries', description: 'CA、平台与调用方 / CAs, platforms and callers' },
        { name: '申领 Applications', description: '网上申领与续办证书 / applying for certificates online' },
        { name: '监管 Supervision', description: '审计日志 / the audit log' },
        { name: '运行 Operation', description: '健康、就绪与指标 / health, readiness and metrics' },
      ],
      components: { securitySchemes: { caller: { type: 'http', scheme: 'bearer' } } },
    },
  });
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: docsPolicy,
    validatorUrl: false,
    theme: { title: '一锁通互认服务接口 OneLock bridge-service API' },
    // Without the bar that would load other people's documents.
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list', deepLinking: true },
  });
}
