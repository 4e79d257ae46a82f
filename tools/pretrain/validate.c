/*
 * validate.c: errors on real series.
 */
#include "validate.h"
#include "sample.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 8000
static double theta_cache[MOST][64], ets_cache[MOST][64];
static int cached;

#define G(x) (lgd ? exp(fmin(x, 50)) : (x))
typedef struct { char name[32]; double mase[8]; int n; double in80, in95, points; double st[64][4]; } Sums;

static double
at_step(const double *q, int h)
{
	/* in units of sqrt(step) */
	int k = 0;
	if (h >= LF_ZERO_FARTHEST) return q[LF_ZERO_STEPS-1] * sqrt(h);
	while (lf_zero_step[k + 1] <= h) k++;
	double a = lf_zero_step[k], b = lf_zero_step[k+1];
	double qa = q[k]*sqrt(a), qb = q[k+1]*sqrt(b);
	return qa + (qb-qa)*(h-a)/(b-a);
}

void
validate(const char *path, int units, const lf_real *weights)
{
	FILE *f = fopen(path, "r");
	static char line[1<<20];
	static double v[200000];
	Sums sums[32]; int nsums = 0;
	lf_head head;
	int number = 0;
	static char *block; static size_t size = 64<<20;
	static char *nblock;
	memset(sums, 0, sizeof sums);
	if (!block) { block = aligned_alloc(64, size); nblock = aligned_alloc(64, size); }
	lf_head_set_levels(&head, lf_zero_level, LF_ZERO_LEVELS);
	while (fgets(line, sizeof line, f))
	{
		char *p = line; char name[32], seas[64]; int h, m, lg, n, used;
		sscanf(p, "%31s %d %d %63s %d %d%n", name, &h, &m, seas, &lg, &n, &used); p += used;
		for (int i = 0; i < n; i++) v[i] = strtod(p, &p);
		int k = n - h;
		lf_seasons seasons = {0};
		for (char *s = strtok(seas, ","); s; s = strtok(NULL, ",")) if (atof(s) > 1) seasons.season[seasons.count++] = lf_season_of(atof(s));
		lf_arena arena = lf_arena_over(block, size);
		lf_partner_room room;
		lf_partner_layout(&room, &arena, k, &seasons, h);
		bool pos = true; for (int i = 0; i < k; i++) pos = pos && v[i] > 0;
		lf_column col = {.values = v, .rows = k, .stride = 1, .logged = lg && pos};
		double spread[64];
		lf_learned learned;
		if (!cached) {
			lf_partner_learn(&room, LF_PARTNER_THETA, &seasons, &col, &learned, NULL);
			lf_partner_forecast(&room, LF_PARTNER_THETA, &seasons, &col, &learned, h, theta_cache[number], spread, NULL);
			lf_partner_learn(&room, LF_PARTNER_ETS, &seasons, &col, &learned, NULL);
			lf_partner_forecast(&room, LF_PARTNER_ETS, &seasons, &col, &learned, h, ets_cache[number], spread, NULL);
		}
		lf_partner_rows_prepare(&room.rows, &seasons, &col, NULL);
		double net[2][64], q[LF_ZERO_LEVELS][LF_ZERO_STEPS], lo80[64], hi80[64], lo95[64], hi95[64];
		int way = 0;
		double *rows = room.rows.adjusted; int cnt = room.rows.count;
		bool lgd = lf_zero_take_logs(rows, cnt); double keep[64]; int mode = 0;
		for (int pass_ = 0; pass_ < 1; pass_++)
		{
			if (pass_ == 1) memcpy(keep, net[0], sizeof keep);
			int first = cnt > LF_ZERO_ROWS ? cnt - LF_ZERO_ROWS : 0;
			double sc = lf_zero_scale(rows + first, cnt - first);
			int P = lf_zero_patches(cnt);
			lf_spec spec; lf_network net_; int layer;
			lf_real x[2*LF_ZERO_PATCHES*LF_ZERO_FEATURES]; const lf_real *y;
			lf_zero_spec(&spec, units, P, false);
			lf_network_create(&net_, &spec, &layer);
			lf_arena na = lf_arena_over(nblock, size);
			lf_network_layout(&net_, &na, 2, false);
			lf_network_bind(&net_, weights, NULL);
			lf_zero_encode(rows, cnt, seasons.count > 0 ? seasons.season[0].length : 1, sc, 1, x);
			lf_zero_encode(rows, cnt, seasons.count > 0 ? seasons.season[0].length : 1, sc, -1, x + P*LF_ZERO_FEATURES);
			lf_pass pass = {.batch = 2};
			lf_network_forward(&net_, &pass, x, &y);
			for (int s = 0; s < LF_ZERO_STEPS; s++) {
				double a[LF_ZERO_LEVELS], b[LF_ZERO_LEVELS];
				lf_head_distribution(&head, y + s*LF_ZERO_LEVELS, a);
				lf_head_distribution(&head, y + (LF_ZERO_STEPS+s)*LF_ZERO_LEVELS, b);
				for (int i = 0; i < LF_ZERO_LEVELS; i++) q[i][s] = (a[i] - b[LF_ZERO_LEVELS-1-i])/2;
			}
			for (int j = 0; j < h; j++) {
				double fac = room.rows.adjusted_scale, off = room.rows.from, se = lf_partner_season(&room.rows, room.rows.next + j);
				if (room.rows.multiplied) fac = exp(fac + se); else off += se;
				net[way][j] = off + fac*G(rows[cnt-1] + sc*at_step(q[4], j+1));
				lo95[j] = off + fac*G(rows[cnt-1] + sc*at_step(q[0], j+1));
				hi95[j] = off + fac*G(rows[cnt-1] + sc*at_step(q[8], j+1));
				lo80[j] = off + fac*G(rows[cnt-1] + sc*at_step(q[1], j+1));
				hi80[j] = off + fac*G(rows[cnt-1] + sc*at_step(q[7], j+1));
			}
		}
		if (mode == 2 && lgd) for (int j = 0; j < h; j++) net[0][j] = (net[0][j]+keep[j])/2;
		if (getenv("LIB")) {
			static lf_zero_room zr; static lf_zero_quantiles zq[64]; lf_arena za = lf_arena_over(nblock, size);
			lf_zero_layout(&zr, &za, k, &seasons, h); lf_zero_use(&zr, weights); lf_zero_forecast(&zr, &seasons, &col, h, zq, NULL);
			for (int j = 0; j < h; j++) { net[0][j] = zq[j].at[4]; lo95[j] = zq[j].at[0]; hi95[j] = zq[j].at[8]; lo80[j] = zq[j].at[1]; hi80[j] = zq[j].at[7]; }
		}
		double unit = 0; for (int i = m; i < k; i++) unit += fabs(v[i]-v[i-m])/(k-m);
		int c = 0; while (c < nsums && strcmp(sums[c].name, name)) c++;
		if (c == nsums) strcpy(sums[nsums++].name, name);
		if (unit > 0) {
			double e[6] = {0};
			for (int j = 0; j < h; j++) {
				double a = v[k+j], t = theta_cache[number][j], x = ets_cache[number][j];
				e[0] += fabs(a-net[0][j])/unit/h; e[1] += fabs(a-t)/unit/h; e[2] += fabs(a-x)/unit/h; e[3] += fabs(a-(t+x)/2)/unit/h;
				e[4] += fabs(a-(net[0][j]+t)/2)/unit/h; e[5] += fabs(a-(2*net[0][j]+t+x)/4)/unit/h;
				sums[c].st[j][0] += fabs(a-net[0][j])/unit; sums[c].st[j][1] += fabs(a-t)/unit; sums[c].st[j][2] += (net[0][j]-a)/unit; sums[c].st[j][3] += (t-a)/unit;
 sums[c].in80 += a >= lo80[j] && a <= hi80[j]; sums[c].in95 += a >= lo95[j] && a <= hi95[j]; sums[c].points++;
			}
			if (getenv("DUMP") && !strcmp(name, getenv("DUMP"))) { fprintf(stderr, "%d %.3f %.3f %d", number, e[0], e[1], k); for (int j = 0; j < h; j++) fprintf(stderr, " %g", net[0][j]); for (int j = 0; j < h; j++) fprintf(stderr, " %g", theta_cache[number][j]); fputs("\n", stderr); }
			for (int i = 0; i < 6; i++) sums[c].mase[i] += e[i];
			sums[c].n++;
		}
		number++;
	}
	cached = 1;
	fclose(f);
	double g = 0, g2 = 0, g3 = 0;
	for (int c = 0; c < nsums; c++) {
		printf("  %-6s net %.3f  in80 %.1f in95 %.1f theta %.3f ets %.3f th+ets %.3f net+th %.3f net+(th+ets) %.3f\n", sums[c].name, sums[c].mase[0]/sums[c].n, 100*sums[c].in80/sums[c].points, 100*sums[c].in95/sums[c].points, sums[c].mase[1]/sums[c].n, sums[c].mase[2]/sums[c].n, sums[c].mase[3]/sums[c].n, sums[c].mase[4]/sums[c].n, sums[c].mase[5]/sums[c].n);
		if (getenv("STEPS")) for (int j = 0; j < 64; j++) if (sums[c].st[j][0] > 0 && (j < 4 || j % 6 == 5)) printf("    step %d: net %.3f theta %.3f bias net %.3f theta %.3f\n", j+1, sums[c].st[j][0]/sums[c].n, sums[c].st[j][1]/sums[c].n, sums[c].st[j][2]/sums[c].n, sums[c].st[j][3]/sums[c].n);
		g += log(sums[c].mase[0]/sums[c].mase[1])/nsums;
		g3 += log(sums[c].mase[4]/sums[c].mase[1])/nsums;
		g2 += log(sums[c].mase[5]/sums[c].mase[3])/nsums;
	}
	printf("  geometric mean of net/theta %.4f, (net+theta)/theta %.4f, (net+theta+ets)/(theta+ets) %.4f\n", exp(g), exp(g3), exp(g2));
}
