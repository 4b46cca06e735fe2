/** The memory map's page as HTML: its elements, its texts, and a policy that allows only its own script and style. */

import { escapeXml } from '../../server/protocol/clean-text.ts';
import { type ColourBy, colourings, type Texts } from '../webview/messages.ts';

export interface MapHtml {
  /** New for every page. */
  readonly nonce: string;
  readonly script: string;
  readonly style: string;
  /** BCP 47. */
  readonly language: string;
  readonly labels: Labels;
  readonly texts: Texts;
}

/** Static texts of the page; `Texts` are used by its script. */
export interface Labels {
  readonly title: string;
  readonly path: string;
  readonly colourBy: string;
  readonly search: string;
  readonly list: string;
  readonly refresh: string;
  readonly legend: string;
  readonly map: string;
  readonly help: string;
}

export function mapHtml({ nonce, script, style, language, labels, texts }: MapHtml): string {
  const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'`;
  const option = (colourBy: ColourBy): string =>
    `<option value="${colourBy}">${escapeXml(texts.colourings[colourBy])}</option>`;
  const label = (name: keyof Labels): string => escapeXml(labels[name]);
  return `<!DOCTYPE html>
<html lang="${escapeXml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${label('title')}</title>
<link nonce="${nonce}" rel="stylesheet" href="${escapeXml(style)}">
</head>
<body data-texts="${escapeXml(JSON.stringify(texts))}">
<header>
<h1>${label('title')}</h1>
<nav aria-label="${label('path')}"><ol id="crumbs"></ol></nav>
<label for="colourBy">${label('colourBy')}</label>
<select id="colourBy">${colourings.map(option).join('')}</select>
<input id="query" type="search" placeholder="${label('search')}" aria-label="${label('search')}">
<span id="found" role="status"></span>
<button id="asList" type="button" aria-pressed="false">${label('list')}</button>
<button id="refresh" type="button">${label('refresh')}</button>
</header>
<main>
<p id="trouble" role="status" hidden></p>
<div id="stage">
<canvas id="tiles" aria-hidden="true"></canvas>
<canvas id="marks" tabindex="0" role="application" aria-label="${label('map')}" aria-describedby="help"></canvas>
</div>
<section id="list" aria-label="${label('map')}" hidden></section>
<p id="help" class="unseen">${label('help')}</p>
<div id="spoken" class="unseen" role="status"></div>
<div id="tooltip" aria-hidden="true" hidden></div>
</main>
<footer aria-label="${label('legend')}"><div id="legend"></div><span id="busy" role="status"></span></footer>
<script nonce="${nonce}" src="${escapeXml(script)}"></script>
</body>
</html>
`;
}
