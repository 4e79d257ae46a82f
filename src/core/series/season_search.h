/*
 * season_search.h: which seasons rows have.
 *
 * A candidate is a length that the calendar suggests, or a lag at which the rows resemble themselves. It is held against
 * the rows cycle by cycle: each cycle is multiplied, place by place, with the mean of all others. The products have a mean
 * of 0 where nothing repeats, however smooth it is, so that neither a trend nor a wandering level passes for a season; and
 * each cycle of each series is one observation, so that series count by their length.
 */
#ifndef LF_SEASON_SEARCH_H
#define LF_SEASON_SEARCH_H

#include "series/decompose.h"
#include "series/window.h"

/* How much of the squares of a cycle the others repeat: sums over cycles, of one series or many. */
typedef struct lf_season_evidence
{
	double		cycles;
	double		gain;			/* 1 for each cycle where all are the same, 0 where nothing repeats */
	double		squares;
} lf_season_evidence;

/* Mean gain, and how many of its standard errors it is above 0; 0 where there are too few cycles to tell. */
double		lf_season_gain(const lf_season_evidence *evidence);
double		lf_season_certainty(const lf_season_evidence *evidence);

/*
 * Adds what the cycles of a series say about a season of this length, beside those that are 'known' and were taken out of it;
 * of a whole number of cycles of one of these only what sets them apart counts. 'number' is that of the series' first row.
 * 'scratch' holds lf_season_evidence_scratch() doubles.
 */
void		lf_season_look(lf_season_evidence *evidence, const lf_parts *parts, const lf_seasons *known, double length,
						   int64_t number, double *scratch);
size_t		lf_season_evidence_scratch(size_t rows);

/*
 * The lag of at most LF_MAX_SEASON rows at which what is left of a series resembles itself most; 1: none stands out.
 * 'scratch' as above.
 */
int			lf_season_lag(const lf_parts *parts, double *scratch);

/* A length that was held against the rows, and what they said. */
typedef struct lf_season_fact
{
	double		length;
	double		cycles;			/* of all series together */
	double		gain;
	double		certainty;
	bool		natural;		/* the calendar suggested it */
	bool		shown;			/* the rows have it */
} lf_season_fact;

#define LF_MAX_SEASON_FACTS 8

/* By how many standard errors a season must show. */
#define LF_LEAST_CERTAINTY 2.5

typedef struct lf_season_facts
{
	lf_seasons	seasons;		/* that are shown */
	bool		logged;			/* logarithms show them more clearly */
	int			count;
	lf_season_fact fact[LF_MAX_SEASON_FACTS];
} lf_season_facts;

/* Series that are looked at, at most, evenly spread over all, and rows of all of them together, about. */
#define LF_MOST_SEASON_SERIES ((size_t) 2000)
#define LF_MOST_SEASON_ROWS ((size_t) 1 << 19)

/* As many seasons as there can be, of as many knots: what lays out memory for any takes these. */
lf_seasons	lf_seasons_most(void);

/* Memory of a search: for series of at most so many rows. */
typedef struct lf_season_search
{
	lf_parts	parts;
	double	   *scratch;
} lf_season_search;

void		lf_season_search_layout(lf_season_search *search, lf_arena *arena, size_t longest);

/*
 * The seasons of a column over all series of a frame, of which no value may be missing. 'natural' are the candidates of
 * the calendar, see lf_natural_seasons(). Worthless where the interrupt (NULL: none) came meanwhile.
 */
void		lf_season_search_run(lf_season_search *search, const lf_frame *frame, int column, const double *natural,
								 int naturals, const volatile sig_atomic_t *interrupt, lf_season_facts *facts);

#endif
