import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { StaticDocument } from './static-document.js';

const html = 'text/html; charset=utf-8';
const css = 'text/css; charset=utf-8';
const javascript = 'text/javascript; charset=utf-8';

/** The page at /docs. @param folder of what it loads, as seen from its own address */
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
<div id="swagger-ui" data-openapi="${folder}../openapi.json"></div>
<script src="${folder}swagger-ui-bundle.js"></script>
<script src="${folder}movie-rental.js"></script>
</body>
</html>
`;
}

// One server, and a contact that only the operator can fill in: neither says anything here.
const style = `body { margin: 0; background: #fafafa }
.swagger-ui :is(.scheme-container, .info__contact) { display: none }
`;

const script = `const tags = ['Lending', 'Movies', 'Stock', 'Clients', 'Genres', 'Service'];
SwaggerUIBundle({
  domNode: document.getElementById('swagger-ui'),
  url: document.getElementById('swagger-ui').dataset.openapi,
  deepLinking: true,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  docExpansion: 'list',
  tagsSorter: (one, other) => tags.indexOf(one) - tags.indexOf(other),
  validatorUrl: null,
});
`;

const text = (type: string, content: string) => new StaticDocument({ type, load: () => content });

function packaged(type: string, name: string): StaticDocument {
  const load = () => readFileSync(fileURLToPath(import.meta.resolve(`swagger-ui-dist/${name}`)));
  return new StaticDocument({ type, load });
}

/** Returns the files that the page at /docs consists of, by their paths. The package has others, which concern nobody. */
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
