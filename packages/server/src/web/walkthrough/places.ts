/** Where the walkthrough is. */
export const walkthroughPath = '/walkthrough'
export const walkthroughCallbackPath = '/walkthrough/callback'
export const walkthroughChecksPath = '/walkthrough/checks'
export const walkthroughScriptPath = '/assets/walkthrough.js'
export const walkthroughStylesheetPath = '/assets/walkthrough.css'
