import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { tags } from '../openapi/tags.js';
import { StaticDocument } from './static-document.js';

const html = 'text/html; charset=utf-8';
const css = 'text/css; charset=utf-8';
const javascript = 'text/javascript; charset=utf-8';

/**
 * Returns the page at /docs.
 * @param folder of its assets, relative to the page
 */
function page(folder: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Movie rental: try it out</title>
<link rel="icon" type="image/png" href="${folder}favicon-32x32.png" sizes="32x32">
<link rel="icon" type="image/png" href="${folder}favicon-16x16.png" sizes="16x16">
<link rel="stylesheet" href="${folder}swagger-ui.css">
<link rel="stylesheet" href="${folder}movie-rental.css">
</head>
<body>
<nav class="links">
<a href="${folder}../openapi.json">openapi.json</a>
<a href="${folder}../problems">Types of problems</a>
</nav>
<div id="swagger-ui" data-openapi="${folder}../openapi.json"></div>
<script src="${folder}swagger-ui-bundle.js"></script>
<script src="${folder}movie-rental.js"></script>
</body>
</html>
`;
}

// Hides the selection of a server, since there is only one, and the placeholder contact.
const style = `body { margin: 0; background: #fafafa }
.links { max-width: 1460px; margin: 1rem auto 0; padding: 0 20px; box-sizing: border-box; font: 1rem sans-serif }
.links a { margin-right: 1.5rem }
.swagger-ui :is(.schemes-server-container, .info__contact) { display: none }
.swagger-ui .scheme-container { margin: 0; padding: 0 0 10px; background: none; box-shadow: none }
.swagger-ui .info { margin: 20px 0 }
.swagger-ui .opblock-deprecated .opblock-summary-description::before { content: 'Deprecated. '; font-weight: bold }
.swagger-ui :is(.highlight-code pre, .model-box) { max-height: 12rem; overflow: auto }
.swagger-ui textarea.body-param__text { min-height: 10rem; height: 10rem }
`;

const script = `const root = document.getElementById('swagger-ui');
const tags = ${JSON.stringify(Object.keys(tags))};
const generalHeaders = ['X-Request-Id', 'Vary', 'Cache-Control', 'Idempotency-Replayed'];

// Removes the problems and headers from each operation that the document's description lists for all of them.
function concise(api) {
  const problemOf = (response) => response.content?.['application/problem+json'];
  const common = new Set(Object.values(api.components.responses).map((response) => problemOf(response).schema.$ref));
  const isGeneral = ({ $ref }) => common.has($ref) || /\\/Idempotency\\w+Problem$/.test($ref);
  for (const { responses } of Object.values(api.paths).flatMap((item) => Object.values(item))) {
    for (const [status, response] of Object.entries(responses)) {
      const problem = problemOf(response);
      const own = (problem?.schema.oneOf ?? [problem?.schema]).filter((schema) => schema && !isGeneral(schema));
      if (response.$ref || (problem && own.length === 0)) delete responses[status];
      else if (problem) keepOnly(response, problem, own, api.components.schemas);
      else for (const name of generalHeaders) delete response.headers?.[name];
    }
  }
  return api;
}

function keepOnly(response, problem, own, schemas) {
  const types = own.map(({ $ref }) => schemas[$ref.split('/').at(-1)].properties.type.const.split('/').at(-1));
  problem.schema = own.length === 1 ? own[0] : { oneOf: own };
  problem.examples = Object.fromEntries(types.map((type) => [type, problem.examples[type]]));
  response.description = Object.values(problem.examples).map(({ summary }) => summary).join(', or ') + '.';
  delete response.headers;
}

fetch(root.dataset.openapi)
  .then((response) => response.json())
  .then((api) =>
    SwaggerUIBundle({
      domNode: root,
      // Otherwise Swagger UI normalizes the whole document again for each operation that is opened: a third of the time
      // that takes. There is nothing to normalize: servers, parameters and operation ids are as it would make them.
      spec: { ...concise(api), $$normalized: true },
      deepLinking: true,
      tryItOutEnabled: true,
      displayRequestDuration: true,
      // Highlighting the response of /openapi.json takes seconds.
      syntaxHighlight: false,
      defaultModelsExpandDepth: 0,
      docExpansion: 'list',
      tagsSorter: (one, other) => tags.indexOf(one) - tags.indexOf(other),
      validatorUrl: null,
    }),
  )
  .catch((error) => {
    root.textContent = 'openapi.json could not be shown: ' + error;
  });
`;

const text = (type: string, content: string) => new StaticDocument({ type, load: () => content });

function packaged(type: string, name: string): StaticDocument {
  const load = () => readFileSync(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)));
  return new StaticDocument({ type, load });
}

/** Returns the files of the page at /docs by their paths, a subset of the package's files. */
export function swaggerUiFiles(): ReadonlyMap<string, StaticDocument> {
  return new Map([
    ['docs', text(html, page('./docs/'))],
    ['docs/index.html', text(html, page('./'))],
    ['docs/movie-rental.css', text(css, style)],
    ['docs/movie-rental.js', text(javascript, script)],
    ['docs/swagger-ui.css', packaged(css, 'swagger-ui.css')],
    ['docs/swagger-ui-bundle.js', packaged(javascript, 'swagger-ui-bundle.js')],
    ['docs/favicon-16x16.png', packaged('image/png', 'favicon-16x16.png')],
    ['docs/favicon-32x32.png', packaged('image/png', 'favicon-32x32.png')],
  ]);
}
