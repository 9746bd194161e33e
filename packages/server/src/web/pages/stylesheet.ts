/** Where the pages look for the stylesheet. */
export const stylesheetPath = '/assets/sallyport.css'
