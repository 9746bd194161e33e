/** Where the pages look for {@link stylesheet}. */
export const stylesheetPath = '/assets/sallyport.css'

/** The look of all pages, as CSS. The panel is a doorway under a segmental arch, set in stone, with a step before it.
 *  Two schemes of colour, each with at least AA contrast (WCAG 2.2); nothing is loaded from anywhere. */
export const stylesheet = `
:root {
  color-scheme: light dark;
  --wall: #e4e8e1;
  --stone: #cbd3c8;
  --joint: #b6c0b3;
  --panel: #fcfdfb;
  --tint: #f0f3ee;
  --ink: #17211c;
  --soft: #4b5a52;
  --edge: #7a877f;
  --hair: #d8dfd5;
  --gate: #14573f;
  --gate-deep: #0d4230;
  --on-gate: #ffffff;
  --lantern: #a65300;
  --alarm: #9c1f1b;
  --alarm-tint: #fcefed;
  --body: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  --carved: Optima, Candara, "Noto Sans", source-sans-pro, system-ui, sans-serif;
  --wire: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}

@media (prefers-color-scheme: dark) {
  :root {
    --wall: #0d1310;
    --stone: #28332d;
    --joint: #3b4a42;
    --panel: #151c18;
    --tint: #1d2621;
    --ink: #e7ede8;
    --soft: #a8b6ad;
    --edge: #74847b;
    --hair: #2d3832;
    --gate: #8fd4b1;
    --gate-deep: #b0e4ca;
    --on-gate: #082016;
    --lantern: #ffb74a;
    --alarm: #ffb1a8;
    --alarm-tint: #351a18;
  }
}

@media (prefers-contrast: more) {
  :root {
    --soft: var(--ink);
    --edge: var(--ink);
    --hair: var(--edge);
  }
}

*,
*::before,
*::after {
  box-sizing: border-box;
}

html {
  font: 100%/1.5 var(--body);
  background: var(--wall);
  color: var(--ink);
  -webkit-text-size-adjust: 100%;
}

body {
  display: grid;
  grid-template-rows: 1fr auto;
  justify-items: center;
  align-items: center;
  gap: 2.25rem;
  min-height: 100vh;
  min-height: 100svh;
  margin: 0;
  padding: 2.5rem 2rem 1.25rem;
}

/* The doorway */

.doorway {
  --rise: 6rem;
  --surround: 0.8rem;
  position: relative;
  width: min(100%, 27rem);
  padding: 1.5rem 2rem 1.75rem;
  border-radius: 50% 50% 0 0 / var(--rise) var(--rise) 0 0;
  background: var(--panel);
  box-shadow:
    0 0 0 1px var(--joint),
    0 0 0 var(--surround) var(--stone);
}

.wide .doorway {
  width: min(100%, 36rem);
}

/* The keystone over the doorway, and the step before it */

.doorway::before,
.doorway::after {
  content: "";
  position: absolute;
}

.doorway::before {
  top: calc(-1.35 * var(--surround));
  left: calc(50% - 1.125rem);
  width: 2.25rem;
  height: calc(1.7 * var(--surround));
  background: var(--joint);
  clip-path: polygon(0 0, 100% 0, 82% 100%, 18% 100%);
}

.doorway::after {
  inset: 100% calc(-2.25 * var(--surround)) auto;
  height: var(--surround);
  background: var(--joint);
}

.mark {
  display: block;
  width: 2.75rem;
  height: 2.75rem;
  margin: 0 auto 1rem;
  fill: none;
  stroke: var(--gate);
  stroke-width: 2.25;
  stroke-linecap: round;
  stroke-linejoin: round;
}

main:focus {
  outline: none;
}

footer {
  font-size: 0.8125rem;
  color: var(--soft);
}

footer p {
  margin: 0;
}

/* Text */

h1 {
  margin: 0 0 0.25rem;
  font: 600 1.625rem/1.2 var(--carved);
  letter-spacing: -0.01em;
  text-align: center;
  text-wrap: balance;
  overflow-wrap: anywhere;
}

h1 + form {
  margin-top: 1.25rem;
}

h2 {
  margin: 0 0 0.75rem;
  font: 600 1.125rem/1.3 var(--carved);
}

p {
  margin: 0 0 1rem;
  text-wrap: pretty;
}

.logo {
  display: block;
  width: 3rem;
  height: 3rem;
  margin: 0 0 0.75rem;
  border-radius: 0.25rem;
  object-fit: contain;
}

.lead {
  margin-bottom: 1.5rem;
  color: var(--soft);
  text-align: center;
  overflow-wrap: anywhere;
}

.lead strong {
  color: var(--ink);
}

strong,
bdi,
blockquote,
.aside {
  font-weight: 600;
  unicode-bidi: isolate;
  overflow-wrap: anywhere;
}

.aside {
  display: block;
  font-size: 0.875rem;
  font-weight: 400;
  color: var(--soft);
}

bdi,
blockquote {
  font-weight: inherit;
}

/* A code that somebody reads from one screen and types on another. */
.code {
  font-family: var(--wire);
  letter-spacing: 0.12em;
}

input.code {
  text-transform: uppercase;
}

code {
  font: 0.875em/1.5 var(--wire);
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}

a {
  color: var(--gate);
  text-underline-offset: 0.15em;
}

a:hover {
  color: var(--gate-deep);
}

:focus-visible {
  outline: 3px solid var(--lantern);
  outline-offset: 2px;
}

.skip {
  position: absolute;
  top: 0.5rem;
  left: 0.5rem;
  z-index: 1;
  padding: 0.5rem 1rem;
  border-radius: 4px;
  background: var(--panel);
}

.skip:not(:focus) {
  width: 1px;
  height: 1px;
  padding: 0;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

/* Forms */

.field {
  margin-bottom: 1.125rem;
}

label {
  display: inline-block;
  margin-bottom: 0.25rem;
  font-weight: 600;
}

.field input {
  display: block;
  width: 100%;
  min-height: 2.875rem;
  padding: 0.5rem 0.75rem;
  border: 1px solid var(--edge);
  border-radius: 4px;
  background: var(--panel);
  color: inherit;
  font: inherit;
}

.field input[aria-invalid] {
  border-color: var(--alarm);
  box-shadow: inset 0 0 0 1px var(--alarm);
}

.fault,
.alert {
  color: var(--alarm);
}

.fault {
  margin: 0.375rem 0 0;
  font-size: 0.9375rem;
}

.alert {
  padding: 0.75rem 0.875rem;
  border: 1px solid var(--alarm);
  border-radius: 4px;
  background: var(--alarm-tint);
  font-size: 0.9375rem;
}

.choice {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  width: fit-content;
  min-height: 2.75rem;
  margin: 0.5rem 0 -0.5rem;
}

.choice label {
  margin: 0;
  padding: 0.375rem 0;
  font-weight: 400;
}

.choice input {
  width: 1.25rem;
  height: 1.25rem;
  margin: 0;
  accent-color: var(--gate);
}

.go,
.stay {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-height: 2.875rem;
  padding: 0.5rem 1.5rem;
  border: 1px solid var(--gate);
  border-radius: 4px;
  font: 600 1rem/1.25 var(--body);
  text-align: center;
  text-decoration: none;
  cursor: pointer;
}

.go,
a.go:hover {
  background: var(--gate);
  color: var(--on-gate);
}

.go:hover,
a.go:hover {
  border-color: var(--gate-deep);
  background: var(--gate-deep);
}

.stay {
  background: transparent;
  color: var(--gate);
}

.stay:hover {
  background: var(--tint);
}

.field ~ .go {
  width: 100%;
  margin-top: 0.375rem;
}

a.go {
  display: flex;
  width: fit-content;
  margin-inline: auto;
}

.elsewhere {
  margin-top: 1.75rem;
  padding-top: 1.25rem;
  border-top: 1px solid var(--hair);
}

.elsewhere h2 {
  margin: 0 0 0.75rem;
  font: 600 0.9375rem/1.4 var(--body);
}

.elsewhere ul {
  display: grid;
  gap: 0.625rem;
  margin: 0;
  padding: 0;
  list-style: none;
}

.elsewhere .stay {
  width: 100%;
  overflow-wrap: anywhere;
}

.hint {
  margin: 0.375rem 0 0;
  font-size: 0.9375rem;
}

.qr {
  display: block;
  width: min(100%, 15rem);
  margin: 1rem auto;
}

.key {
  overflow-wrap: anywhere;
}

/* Frames that call apps, and show nothing. */
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  border: 0;
  opacity: 0;
}

.link {
  min-height: 2rem;
  padding: 0;
  border: 0;
  background: none;
  color: var(--gate);
  font: inherit;
  text-decoration: underline;
  text-underline-offset: 0.15em;
  cursor: pointer;
}

.link:hover {
  color: var(--gate-deep);
}

.decision > * {
  padding-inline: 0.75rem;
}

.decision {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(8rem, 1fr));
  gap: 0.75rem;
  margin: 1.25rem 0 0.75rem;
}

form:not(.decision) + .note {
  margin-top: 1rem;
}

.note {
  margin: 0;
  text-wrap: balance;
  font-size: 0.875rem;
  color: var(--soft);
  text-align: center;
}

/* Lists */

.scopes {
  margin: 0 0 1rem;
  padding: 0;
  list-style: none;
}

.scopes li {
  position: relative;
  padding: 0.375rem 0 0.375rem 1.5rem;
}

.scopes li::before {
  content: "";
  position: absolute;
  top: 0.875rem;
  left: 0.25rem;
  width: 0.5rem;
  height: 0.5rem;
  border-radius: 1px;
  background: var(--gate);
}

.scopes strong,
.scopes span {
  display: block;
}

.scopes span {
  font-size: 0.9375rem;
  color: var(--soft);
}

.facts {
  padding: 0.875rem 1rem;
  border-radius: 4px;
  background: var(--tint);
}

.facts p {
  margin: 0;
}

.facts > p {
  margin-top: 0.75rem;
  padding-top: 0.75rem;
  border-top: 1px solid var(--hair);
}

.person {
  display: flex;
  flex-wrap: wrap;
  justify-content: space-between;
  gap: 0 1rem;
}

.person p {
  flex: 1 1 14rem;
}

.person button {
  min-height: 1.5rem;
  white-space: nowrap;
}

.about {
  margin-top: 1rem;
  font-size: 0.9375rem;
  color: var(--soft);
}

.about p {
  margin: 0;
}

.about a {
  display: inline-block;
}

blockquote {
  margin: 0 0 0.5rem;
  padding-left: 0.75rem;
  border-left: 2px solid var(--hair);
}

dl {
  display: grid;
  grid-template-columns: max-content minmax(0, 1fr);
  gap: 0.5rem 1.25rem;
  margin: 0 0 1.5rem;
}

dt {
  color: var(--soft);
}

dd {
  margin: 0;
  overflow-wrap: anywhere;
}

.wire {
  padding: 0.875rem 1rem;
  border-radius: 4px;
  background: var(--tint);
}

main > :last-child {
  margin-bottom: 0;
}

.explanation {
  padding-top: 1.25rem;
  border-top: 1px solid var(--hair);
}

.explanation dl {
  margin: 0;
}

.found {
  color: var(--alarm);
}

.links {
  margin: 1.5rem 0 0;
  padding: 0.5rem 0 0;
  border-top: 1px solid var(--hair);
  list-style: none;
}

.links li {
  padding: 0.5rem 0;
}

.links a {
  font-weight: 600;
}

.links span {
  display: block;
  font-size: 0.9375rem;
  color: var(--soft);
}

.demo {
  margin-top: 1.5rem;
  padding-top: 0.75rem;
  border-top: 1px solid var(--hair);
  font-size: 0.9375rem;
}

.demo summary {
  width: fit-content;
  min-height: 2rem;
  padding: 0.25rem 0.25rem 0.25rem 0;
  font-weight: 600;
  color: var(--gate);
  cursor: pointer;
}

.demo > p {
  margin: 0.25rem 0 0.5rem;
  color: var(--soft);
}

.demo ul {
  margin: 0;
  padding: 0;
  list-style: none;
}

.demo li {
  padding: 0.75rem 0;
  border-top: 1px solid var(--hair);
}

.demo li p {
  margin: 0 0 0.25rem;
}

.demo dl {
  gap: 0 1rem;
  margin: 0;
}

.demo code {
  user-select: all;
}

/* Where the page is shown */

@media (max-width: 30rem) {
  body {
    align-items: start;
    gap: 2rem;
    padding: 1.75rem 1.125rem 1rem;
  }

  .doorway {
    --rise: 4.75rem;
    --surround: 0.5rem;
    padding: 1.25rem 1.25rem 1.5rem;
  }

  .wire,
  .explanation dl {
    grid-template-columns: 1fr;
    gap: 0;
  }

  .wire dd:not(:last-child),
  .explanation dd:not(:last-child) {
    margin-bottom: 0.625rem;
  }
}

.popup {
  align-items: start;
  gap: 1rem;
  padding: 0 0 0.75rem;
  background: var(--panel);
}

.popup .doorway {
  padding: 1rem 1.25rem;
  border-radius: 0;
  box-shadow: none;
}

.popup .doorway::before,
.popup .doorway::after {
  display: none;
}

.popup .mark {
  width: 1.75rem;
  height: 1.75rem;
  margin-bottom: 0.375rem;
}

.popup h1 {
  font-size: 1.375rem;
}

.popup .lead,
.popup .scopes {
  margin-bottom: 0.875rem;
}

.popup .field {
  margin-bottom: 0.75rem;
}

.popup .scopes li {
  padding-block: 0.25rem;
}

.popup .scopes li::before {
  top: 0.65rem;
}

.popup .decision > * {
  padding-inline: 0.75rem;
}

.decision {
  margin-top: 1rem;
}

.touch {
  font-size: 1.0625rem;
}

.touch .field {
  margin-bottom: 1.5rem;
}

.touch .field input,
.touch .go,
.touch .stay {
  min-height: 3.5rem;
}

.touch .choice,
.touch .link,
.touch .demo summary {
  min-height: 3rem;
}

.touch .choice input {
  width: 1.75rem;
  height: 1.75rem;
}

@media (prefers-reduced-motion: no-preference) {
  .go,
  .stay {
    transition: background-color 120ms ease-out;
  }
}

@media (forced-colors: active) {
  .doorway,
  .facts,
  .wire {
    border: 1px solid;
  }

  .scopes li::before {
    background: CanvasText;
    forced-color-adjust: none;
  }

  .doorway::before,
  .doorway::after {
    display: none;
  }

  .mark {
    stroke: CanvasText;
  }
}

@media print {
  :root {
    color-scheme: light;
    --wall: #fff;
    --panel: #fff;
    --tint: #fff;
    --ink: #000;
    --soft: #333;
    --hair: #999;
    --alarm: #000;
    --gate: #000;
  }

  body {
    display: block;
    padding: 0;
  }

  .doorway {
    width: auto;
    padding: 0;
    box-shadow: none;
  }

  .doorway::before,
  .doorway::after,
  .skip,
  form,
  .demo {
    display: none;
  }
}
`.trimStart()
