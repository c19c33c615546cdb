/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of the page that timeline_html.c fills in, as strings.
 */
	.section .rodata

	.global page_html
page_html:
	.incbin "timeline.html"
	.byte 0

	.global page_css
page_css:
	.incbin "timeline.css"
	.byte 0

	.global page_js
page_js:
	.incbin "timeline.js"
	.byte 0

	.section .note.GNU-stack, "", @progbits
