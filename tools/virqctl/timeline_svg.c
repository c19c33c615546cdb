// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timeline as a picture for papers: few interrupts, all of them with words.
 */
#include <err.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "timeline.h"

#define MAX_SPANS	2000
#define WIDTH		1000.0
#define MARGIN		12.0
#define GUTTER		96.0
#define HEAD		46.0
#define ROW		18.0
#define BAR		14.0
#define LANE_GAP	8.0
#define HEADING		22.0
#define CHARACTER	5.4	/* width of one, on average */
#define LEGEND		30.0

static const char * const colours[NR_OUTCOMES] = {
	[OUTCOME_EOI]		= "#3b82c4",
	[OUTCOME_TAKEN]		= "#1b9e77",
	[OUTCOME_HANDED]	= "#7688a0",
	[OUTCOME_MERGED]	= "#8e5bd0",
	[OUTCOME_WAITED]	= "#e09c00",
	[OUTCOME_EVICTED]	= "#9a9a9a",
	[OUTCOME_SPURIOUS]	= "#a0642c",
	[OUTCOME_OPEN]		= "#d6409f",
	[OUTCOME_DROPPED]	= "#d22f27",
};

/**
 * struct picture - a picture that is drawn
 * @t: what of
 * @out: where to
 * @lane_y: upper edge of each lane
 * @height: of all
 */
struct picture {
	const struct timeline *t;
	FILE *out;
	double *lane_y;
	double height;
};

/* ---- places ---- */

static double to_x(const struct picture *p, uint64_t ns)
{
	double width = WIDTH - GUTTER - 2 * MARGIN;
	double part = (double)(int64_t)(ns - p->t->from) /
		      (double)(p->t->to - p->t->from);

	return MARGIN + GUTTER + fmin(fmax(part, 0), 1) * width;
}

static double to_y(const struct picture *p, const struct span *span)
{
	return p->lane_y[span->lane] + LANE_GAP / 2 + span->row * ROW;
}

static bool is_in_window(const struct timeline *t, const struct span *span)
{
	return span->start <= t->to && span->end >= t->from;
}

/* Only lanes that have something take room. */
static void lay_out(struct picture *p)
{
	unsigned int group = NR_GROUPS;
	double y = HEAD;
	size_t i = 0, lane;

	for (lane = 0; lane < p->t->nr_lanes; lane++) {
		unsigned int rows = 0;

		for (; i < p->t->nr_spans && p->t->span[i].lane == lane; i++)
			if (is_in_window(p->t, &p->t->span[i]))
				rows = p->t->span[i].row + 1;
		p->lane_y[lane] = -1;
		if (!rows)
			continue;
		if (p->t->lane[lane].group != group)
			y += HEADING;
		group = p->t->lane[lane].group;
		p->lane_y[lane] = y;
		y += rows * ROW + LANE_GAP;
	}
	p->height = y + LEGEND + MARGIN;
}

/* ---- pieces ---- */

/* As much of a text as fits into @width; false if that is nothing. */
static bool put_text(const struct picture *p, double x, double y, double width,
		     const char *colour, const char *text)
{
	int most = width / CHARACTER, len = strlen(text), i;

	if (!len || most < 3 || (most < 8 && len > most))
		return false;
	fprintf(p->out, "<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\">", x, y,
		colour);
	for (i = 0; i < len && i < (len > most ? most - 1 : most); i++) {
		if (text[i] == '<')
			fputs("&lt;", p->out);
		else if (text[i] == '&')
			fputs("&amp;", p->out);
		else
			fputc(text[i], p->out);
	}
	fprintf(p->out, "%s</text>\n", len > most ? "\u2026" : "");
	return true;
}

static void put_bar(const struct picture *p, double left, double right,
		    double y, const char *colour, double opacity)
{
	fprintf(p->out,
		"<rect x=\"%.2f\" y=\"%.1f\" width=\"%.2f\" height=\"%.0f\" rx=\"%d\" fill=\"%s\"",
		left, y, fmax(right - left, 1.5), BAR, right - left > 8 ? 2 : 0,
		colour);
	if (opacity < 1)
		fprintf(p->out, " fill-opacity=\"%.2f\"", opacity);
	fputs("/>\n", p->out);
}

static void put_arrow(const struct picture *p, const struct span *from,
		      const struct span *to)
{
	double x1 = to_x(p, from->end), y1 = to_y(p, from) + BAR;
	double x2 = to_x(p, to->start), y2 = to_y(p, to);
	unsigned int outcome = outcome_of(&p->t->flow[to->flow]);

	fprintf(p->out,
		"<path d=\"M%.2f %.1fC%.2f %.1f %.2f %.1f %.2f %.1f\" class=\"arrow\" stroke=\"%s\" marker-end=\"url(#to%u)\"/>\n",
		x1, y1, x1, (y1 + y2) / 2, x2, (y1 + y2) / 2, x2, y2 - 4,
		colours[outcome], outcome);
}

static void put_reason(char *buf, size_t size, const struct picture *p,
		       const struct virqchip_flow *flow)
{
	const struct whys *whys = &p->t->recording->whys;
	enum outcome outcome = outcome_of(flow);
	struct virqchip_flow plain = *flow;

	*buf = 0;
	plain.merged = 0;
	if (outcome == OUTCOME_DROPPED || outcome == OUTCOME_SPURIOUS)
		flow_end(&plain, whys, buf, size);
	else if (outcome != OUTCOME_MERGED && flow->hold)
		snprintf(buf, size, "%s", why_words(whys, flow->hold));
	if (!strncmp(buf, "dropped: ", 9))
		memmove(buf, buf + 9, strlen(buf + 9) + 1);
}

/*
 * What is known of it in this lane, and the number if there is room for both,
 * and @reason.
 */
static void put_span_name(const struct picture *p, const struct span *span,
			  double x, double y, double width, const char *reason)
{
	const struct virqchip_flow *flow = &p->t->flow[span->flow];
	char what[16] = "", name[64 + FLOW_LINE];
	int len;

	if (span->group == GROUP_CPU && flow->vector)
		snprintf(what, sizeof(what), "0x%02x", flow->vector);
	else if (span->group == GROUP_LINE)
		snprintf(what, sizeof(what), "%s", flow_from(flow));
	len = snprintf(name, sizeof(name), "%s%s#%llu", what, *what ? " " : "",
		       flow->seq);
	if (len * CHARACTER > width && *what)
		strcpy(name, what);
	else if (*reason)
		snprintf(name + len, sizeof(name) - len, " %s", reason);
	/* A name is not cut off, a reason may be. */
	if (strlen(name) * CHARACTER <= width || (len + 8) * CHARACTER <= width)
		put_text(p, x, y, width, "#ffffff", name);
}

/* @next_x is where the next span of the row begins, @holds: here it was held. */
static void put_span(const struct picture *p, const struct span *span,
		     double next_x, bool holds)
{
	const struct virqchip_flow *flow = &p->t->flow[span->flow];
	const char *colour = colours[outcome_of(flow)];
	double left = to_x(p, span->start), right = to_x(p, span->end);
	double split = left, y = to_y(p, span), base = y + BAR - 3.5;
	char reason[FLOW_LINE];
	bool told;

	if (span->group == GROUP_CPU)
		split = to_x(p, span->split);
	if (split > left)
		put_bar(p, left, split, y, colour, 0.38);
	if (split < right || split == left)
		put_bar(p, split, right, y, colour, 1);
	put_reason(reason, sizeof(reason), p, flow);
	told = !holds ||
	       put_text(p, left + 3, base, split - left - 6, "#1c2733",
			reason) ||
	       put_text(p, right + 4, base, next_x - right - 6, colour, reason);
	put_span_name(p, span, split + 3, base, right - split - 5,
		      told ? "" : reason);
}

/* ---- layers ---- */

static void put_head(const struct picture *p)
{
	unsigned int i;

	fprintf(p->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" font-size=\"10\">\n"
		"<style>.arrow { fill: none; stroke-width: 1.1 } .lane { font-size: 11px }</style>\n<defs>\n",
		WIDTH, p->height, WIDTH, p->height);
	for (i = 0; i < NR_OUTCOMES; i++)
		fprintf(p->out,
			"<marker id=\"to%u\" viewBox=\"0 0 6 6\" refX=\"3\" refY=\"3\" markerWidth=\"5\" markerHeight=\"5\" orient=\"auto\"><path d=\"M0 0L6 3L0 6z\" fill=\"%s\"/></marker>\n",
			i, colours[i]);
	fprintf(p->out,
		"</defs>\n<rect width=\"%.0f\" height=\"%.0f\" fill=\"#ffffff\"/>\n",
		WIDTH, p->height);
}

static void put_axis(const struct picture *p)
{
	double length = p->t->to - p->t->from, least = length / 7;
	double step = pow(10, floor(log10(least)));
	double first, tick;
	char text[40];
	int digits;

	step *= step >= least ? 1 : 2 * step >= least ? 2 :
		5 * step >= least ? 5 : 10;
	digits = fmax(0, fmin(9, 9 - floor(log10(step))));
	first = ceil(timeline_since(p->t, p->t->from) / step) * step;
	for (tick = first; tick <= timeline_since(p->t, p->t->to); tick += step) {
		double x = to_x(p, p->t->recording->file.start_ns +
				   (int64_t)tick);

		fprintf(p->out,
			"<path d=\"M%.1f %.0fV%.1f\" stroke=\"#e1e6eb\"/>\n", x,
			HEAD, p->height - LEGEND - MARGIN);
		snprintf(text, sizeof(text), "%.*f s", digits, tick / 1e9);
		if (x < WIDTH - MARGIN - 20)
			fprintf(p->out,
				"<text x=\"%.1f\" y=\"%.0f\" fill=\"#5c6b7a\" text-anchor=\"middle\">%s</text>\n",
				x, HEAD - 5, text);
	}
}

static void put_lanes(const struct picture *p)
{
	unsigned int group = NR_GROUPS;
	size_t lane;

	for (lane = 0; lane < p->t->nr_lanes; lane++) {
		double y = p->lane_y[lane];

		if (y < 0)
			continue;
		if (p->t->lane[lane].group != group) {
			group = p->t->lane[lane].group;
			fprintf(p->out,
				"<text x=\"%.0f\" y=\"%.1f\" font-weight=\"bold\" fill=\"#5c6b7a\">%s</text>\n",
				MARGIN, y - 5, group_names[group]);
		}
		fprintf(p->out,
			"<text class=\"lane\" x=\"%.0f\" y=\"%.1f\" fill=\"#1c2733\">%s</text>\n"
			"<path d=\"M%.0f %.1fH%.0f\" stroke=\"#eef1f4\"/>\n",
			MARGIN + 8, y + LANE_GAP / 2 + BAR - 3,
			p->t->lane[lane].name, MARGIN, y, WIDTH - MARGIN);
	}
}

static double next_start(const struct picture *p, size_t i)
{
	const struct span *span = &p->t->span[i];

	if (i + 1 < p->t->nr_spans && span[1].lane == span->lane &&
	    span[1].row == span->row)
		return to_x(p, span[1].start);
	return WIDTH - MARGIN;
}

/*
 * Whether @span is where it was held: its last one, or with the PIC, which has no
 * IRR, the one before.
 */
static bool is_holder(const struct span *span, const struct span *last,
		      const struct span *before)
{
	if (before && last->group == GROUP_CPU && last->split == last->start)
		return span == before;
	return span == last;
}

static void put_spans(const struct picture *p)
{
	const struct timeline *t = p->t;
	const struct span **last = get_memory(t->nr_flows * sizeof(*last));
	const struct span **previous = get_memory(t->nr_spans * sizeof(*last));
	size_t i;

	/* Spans are ordered by group, and so are the stages. */
	for (i = 0; i < t->nr_spans; i++) {
		previous[i] = last[t->span[i].flow];
		last[t->span[i].flow] = &t->span[i];
	}
	for (i = 0; i < t->nr_spans; i++) {
		const struct span *its_last = last[t->span[i].flow];

		if (is_in_window(t, &t->span[i]))
			put_span(p, &t->span[i], next_start(p, i),
				 is_holder(&t->span[i], its_last,
					   previous[its_last - t->span]));
	}
	for (i = 0; i < t->nr_spans; i++)
		if (previous[i] && is_in_window(t, &t->span[i]) &&
		    is_in_window(t, previous[i]))
			put_arrow(p, previous[i], &t->span[i]);
	free(previous);
	free(last);
}

static void put_legend(const struct picture *p)
{
	bool used[NR_OUTCOMES] = {};
	double x = MARGIN + GUTTER, y = p->height - MARGIN - 8;
	unsigned int i;
	size_t j;

	for (j = 0; j < p->t->nr_spans; j++)
		if (is_in_window(p->t, &p->t->span[j]))
			used[outcome_of(&p->t->flow[p->t->span[j].flow])] = true;
	for (i = 0; i < NR_OUTCOMES; i++) {
		if (!used[i])
			continue;
		fprintf(p->out,
			"<rect x=\"%.1f\" y=\"%.1f\" width=\"10\" height=\"10\" rx=\"2\" fill=\"%s\"/><text x=\"%.1f\" y=\"%.1f\" fill=\"#1c2733\">%s</text>\n",
			x, y - 9, colours[i], x + 14, y, outcome_names[i]);
		x += 30 + strlen(outcome_names[i]) * CHARACTER;
	}
}

static void put_title(const struct picture *p)
{
	char title[96];

	snprintf(title, sizeof(title), "Interrupts of %s",
		 p->t->recording->file.name);
	fputs("<g font-size=\"13\" font-weight=\"bold\">\n", p->out);
	put_text(p, MARGIN, MARGIN + 8, WIDTH, "#1c2733", title);
	fputs("</g>\n", p->out);
}

void timeline_svg_check(const struct timeline *timeline)
{
	size_t nr = 0, i;

	for (i = 0; i < timeline->nr_spans; i++)
		nr += is_in_window(timeline, &timeline->span[i]);
	if (nr > MAX_SPANS)
		errx(EXIT_FAILED,
		     "a picture of %zu spans shows nothing: choose at most %d by --from and --to, --last, --gsi or --seq",
		     nr, MAX_SPANS);
}

void timeline_svg(const struct timeline *timeline, FILE *out)
{
	struct picture p = { .t = timeline, .out = out };

	p.lane_y = get_memory(timeline->nr_lanes * sizeof(*p.lane_y));
	lay_out(&p);
	put_head(&p);
	put_title(&p);
	put_axis(&p);
	put_lanes(&p);
	put_spans(&p);
	put_legend(&p);
	fputs("</svg>\n", out);
	free(p.lane_y);
}
