/*
 * contest_test.c: candidates that contend: their memory, their weights, and what must not change what comes out.
 */
#include "fit_rig.h"
#include "tap.h"
#include "training/contest.h"

#define NETWORKS 3
#define OTHERS 4
#define PARTS (NETWORKS + OTHERS)
#define ROWS 160
#define HORIZON 2
#define LOOKBACK 6
#define SEASON 9
#define MOST_HELD 60

static const lf_forecaster forecasters[OTHERS] = {LF_REPEAT_LAST, LF_SEASONAL_NAIVE, LF_THETA, LF_ETS};

typedef struct contest_rig
{
	fit_rig		first;			/* its rows, frame, and the first network */
	lf_task		task[NETWORKS];
	lf_spec		spec[NETWORKS];
	lf_training training[NETWORKS];
	lf_contender contender[NETWORKS];
	double		usual[PARTS];
	lf_partner_facts facts;
	size_t		start[4];
	int			others;			/* forecasters without a network that contend */
	int			slots;
	lf_thread_pool *pool;
	double		second;			/* of the clock, per call; 0: there is none */
	double		end;
	lf_contest	contest;
	guarded		block;
	lf_model	model;
	lf_model	other[NETWORKS];
} contest_rig;

/* A network, a linear map of the same windows, and a network one step ahead with a shorter window. */
static void
set_up(contest_rig *r)
{
	const lf_preset_arguments arguments = {.units = {4}, .units_count = 1, .activation = LF_TANH, .recurrent_activation = LF_SIGMOID};
	static const double usual[PARTS] = {4, 1, 6, 0.3, 0.3, 1, 1};

	memset(r, 0, sizeof(*r));
	fit_rig_setup(&r->first, LF_VANILLA, 1, 0.4);
	r->first.frame.rows = ROWS;
	for (int i = 0; i < NETWORKS; i++)
	{
		lf_preset	preset = i == 1 ? LF_PRESET_LINEAR : LF_VANILLA;

		r->task[i] = r->first.task;
		r->task[i].lower_limit = -(double) INFINITY;
		r->task[i].upper_limit = (double) INFINITY;
		r->task[i].lookback = i == 2 ? LOOKBACK - 2 : LOOKBACK;
		r->task[i].horizon = i == 2 ? 1 : HORIZON;
		r->training[i] = r->first.training;
		r->training[i].epochs = i == 1 ? 5 : 12;
		r->training[i].optimizer = i == 1 ? LF_LEAST_SQUARES : LF_ADAM;
		r->training[i].normalize = i == 1 ? LF_NORMALIZE_LAST : LF_NORMALIZE_NONE;
		lf_preset_spec(preset, &arguments, &r->task[i], &r->spec[i]);
		r->contender[i] = (lf_contender) {&r->spec[i], &r->task[i], &r->training[i]};
	}
	memcpy(r->usual, usual, sizeof(usual));
	r->others = OTHERS;
	r->facts.seasons = (lf_seasons) {.count = 1, .season = {{.length = SEASON, .knots = SEASON}}};
	r->slots = 1;
}

static void
set_refit(contest_rig *r)
{
	for (int i = 0; i < NETWORKS; i++)
		r->training[i].refit = true;
}

static lf_status
plan_contest(contest_rig *r, lf_arena *arena)
{
	int			which;
	int			layer;

	return lf_contest_layout(&r->contest, arena, r->contender, NETWORKS, forecasters, r->others, r->usual, &r->facts,
							 &r->first.frame, r->slots, &which, &layer);
}

/*
 * Steps to the end in exactly the measured memory, 'less' bytes fewer. Every 'every'-th call finds the interrupt flag set (0:
 * none); it must say so, and is made again.
 */
static lf_status
run(contest_rig *r, int every, size_t less)
{
	volatile sig_atomic_t interrupt = 0;
	lf_arena	arena = lf_arena_measure();
	lf_status	status = plan_contest(r, &arena);

	if (status != LF_OK)
		return status;
	r->block = guarded_new(arena.used - less);
	arena = lf_arena_over(r->block.block, r->block.bytes);
	status = plan_contest(r, &arena);
	if (status != LF_OK)
		return status;
	lf_contest_start(&r->contest, &r->first.frame, r->contender, SEASON);
	lf_contest_use_pool(&r->contest, r->pool);
	for (long call = 1;; call++)
	{
		interrupt = every > 0 && call % every == 0;
		r->end = (double) call * r->second;
		if (r->second > 0)
			lf_contest_tell_time(&r->contest, r->end);
		status = lf_contest_step(&r->contest, &interrupt);
		if (interrupt && status != LF_INTERRUPTED)
			return LF_CORRUPT;
		if (status == LF_FINISHED)
			lf_contest_result(&r->contest, r->contender, &r->model, r->other);
		if (!interrupt && status != LF_OK && status != LF_EPOCH_DONE && status != LF_SCORED)
			return status;
	}
}

static void
close_rig(contest_rig *r)
{
	free(r->block.raw);
	r->block.raw = NULL;
}

/* ---- what must not change what comes out ---- */

static bool
same_network(const lf_model *a, const lf_model *b)
{
	return a->parameters == b->parameters && a->members == b->members && a->epochs == b->epochs &&
		a->validation_windows == b->validation_windows &&
		memcmp(a->weights, b->weights, (size_t) a->members * a->parameters * sizeof(lf_real)) == 0 &&
		memcmp(a->scaler, b->scaler, a->series * (size_t) a->columns * sizeof(lf_scaler)) == 0;
}

static bool
same_model(const lf_model *a, const lf_model *b)
{
	size_t		targets = (size_t) a->task.targets;
	size_t		lists = (size_t) a->errors.steps * targets;
	bool		same = same_network(a, b) && a->others == b->others && a->combination.parts == b->combination.parts &&
		a->errors.steps == b->errors.steps && a->errors.most == b->errors.most &&
		memcmp(a->combination.part, b->combination.part, sizeof(a->combination.part)) == 0 &&
		memcmp(a->combination.weight, b->combination.weight, targets * (size_t) a->combination.parts * sizeof(double)) == 0 &&
		memcmp(a->scores, b->scores, targets * LF_FORECASTERS * sizeof(lf_score)) == 0 &&
		memcmp(a->errors.error, b->errors.error, lists * (size_t) a->errors.most * sizeof(float)) == 0;

	for (size_t i = 0; i < a->series * targets * LF_PARTNERS && same; i++)
		same = a->learned[i].form == b->learned[i].form && a->learned[i].alpha == b->learned[i].alpha &&
			a->learned[i].beta == b->learned[i].beta && a->learned[i].gamma == b->learned[i].gamma &&
			a->learned[i].phi == b->learned[i].phi && a->learned[i].line == b->learned[i].line;
	for (int i = 0; i < a->others && same; i++)
		same = same_network(&a->other[i], &b->other[i]);
	return same;
}

static void
test_memory(void)
{
	static contest_rig r;

	for (int series = 1; series <= 2; series++)
	{
		set_up(&r);
		set_refit(&r);
		if (series == 2)
		{
			r.start[1] = 100;
			r.start[2] = ROWS;
			r.first.frame.series = 2;
			r.first.frame.start = r.start;
		}
		ok(run(&r, 0, 0) == LF_FINISHED && r.contest.phase == LF_CONTEST_DONE, "a contest over %d series ends in exactly the measured memory", series);
		ok(guarded_intact(&r.block), "it leaves its red zones alone");
		close_rig(&r);
		ok(run(&r, 0, LF_ALIGNMENT) == LF_TOO_LARGE, "one cache line less is too little");
		close_rig(&r);
	}
}

/* A series without a row has nothing to learn from, and so the partners know what they would say of any. */
static void
test_empty_series(void)
{
	static contest_rig r;
	bool		sound = true;

	for (int held = 0; held < 2; held++)
	{
		set_up(&r);
		set_refit(&r);
		r.start[1] = r.start[2] = 100;
		r.start[3] = ROWS;
		r.first.frame.series = 3;
		r.first.frame.start = r.start;
		for (int i = 0; i < NETWORKS && held == 0; i++)
			r.training[i].validation = 0;
		ok(run(&r, 0, 0) == LF_FINISHED && guarded_intact(&r.block), "a contest over series of which one has no rows ends%s",
		   held == 0 ? ", where nothing is held out, too" : "");
		for (int i = 0; i < 3 * RIG_COLUMNS * LF_PARTNERS; i++)
			sound = sound && lf_learned_is_sound((lf_partner) (i % LF_PARTNERS), &r.model.learned[i]);
		close_rig(&r);
	}
	ok(sound, "what partners have learned of each series is sound");
}

static void
test_same(void)
{
	static contest_rig one;
	static contest_rig r;
	lf_thread_pool pool;

	set_up(&one);
	set_refit(&one);
	ok(run(&one, 0, 0) == LF_FINISHED && one.model.others == 2 && one.model.combination.parts >= 4 &&
	   one.contest.fit[2].phase == LF_FIT_FINAL && one.model.learned != NULL, "a contest has a combination of networks and partners");
	for (int every = 2; every <= 7; every += 1)
	{
		set_up(&r);
		set_refit(&r);
		ok(run(&r, every, 0) == LF_FINISHED && same_model(&r.model, &one.model) && guarded_intact(&r.block),
		   "interrupted at every %d. step it comes to the same model", every);
		close_rig(&r);
	}
	lf_thread_pool_start(&pool, 2);
	for (int slots = 1; slots <= 3; slots++)
		for (int every = 0; every <= 3; every += 3)
		{
			set_up(&r);
			set_refit(&r);
			r.slots = slots;
			r.pool = &pool;
			ok(run(&r, every, 0) == LF_FINISHED && lf_contest_threads(&r.contest) == slots && same_model(&r.model, &one.model) &&
			   guarded_intact(&r.block), "with threads and %d slots%s, too", slots, every > 0 ? ", and interrupts" : "");
			close_rig(&r);
		}
	lf_thread_pool_stop(&pool);
	/* and what must */
	set_up(&r);
	set_refit(&r);
	r.training[1].seed++;
	r.training[2].seed++;
	ok(run(&r, 0, 0) == LF_FINISHED && same_network(&r.model, &one.model) && !same_model(&r.model, &one.model),
	   "other random numbers of one network are another model, with the same first network");
	close_rig(&r);
	close_rig(&one);
}

/* ---- the weights ---- */

typedef struct measured
{
	size_t		held;
	double		said[MOST_HELD][PARTS][HORIZON][RIG_COLUMNS];
	double		actual[MOST_HELD][HORIZON][RIG_COLUMNS];
	double		unit[RIG_COLUMNS];
} measured;

/* Each candidate's forecast of each held-out window, by itself. */
static void
measure(contest_rig *r, measured *m)
{
	const lf_fit *fit = &r->contest.fit[0];
	size_t		first = fit->split.validation.first[0];
	size_t		before = first + LOOKBACK;	/* rows before those that are held out */
	lf_arena	arena = lf_arena_measure();
	lf_partner_room room;
	lf_learned	learned[RIG_COLUMNS][LF_PARTNERS];
	void	   *block;

	lf_partner_layout(&room, &arena, ROWS, &r->facts.seasons, HORIZON);
	block = malloc(arena.used + LF_ALIGNMENT);
	arena = lf_arena_over((char *) block, arena.used + LF_ALIGNMENT);
	lf_partner_layout(&room, &arena, ROWS, &r->facts.seasons, HORIZON);
	m->held = fit->split.validation_windows;
	for (int j = 0; j < 2; j++)
	{
		int			column = r->task[0].target[j];
		lf_column	rows = {.values = r->first.values + column, .rows = before, .stride = RIG_COLUMNS};
		double		sum = 0;

		for (size_t i = SEASON; i < before; i++)
			sum += fabs(rows.values[i * RIG_COLUMNS] - rows.values[(i - SEASON) * RIG_COLUMNS]);
		m->unit[j] = sum / (double) (before - SEASON);
		for (int p = 0; p < LF_PARTNERS; p++)
			lf_partner_learn(&room, (lf_partner) p, &r->facts.seasons, &rows, &learned[j][p], NULL);
	}
	for (size_t i = 0; i < m->held; i++)
	{
		size_t		known = first + i + LOOKBACK;

		for (int p = 0; p < NETWORKS; p++)
		{
			double		out[HORIZON * RIG_COLUMNS];
			lf_predictor *predictor = &r->contest.fit[p].judge.sight.predictor;

			(void) lf_predict_steps(predictor, NULL, known - (size_t) r->task[p].lookback, 1, 1, HORIZON, out);
			memcpy(m->said[i][p], out, sizeof(out));
		}
		for (size_t j = 0; j < 2; j++)
		{
			size_t		column = (size_t) r->task[0].target[j];
			lf_column	rows = {.values = r->first.values + column, .rows = known, .stride = RIG_COLUMNS};

			for (int p = 0; p < LF_PARTNERS; p++)
			{
				double		mean[HORIZON];
				double		spread[HORIZON];

				lf_partner_forecast(&room, (lf_partner) p, &r->facts.seasons, &rows, &learned[j][p], HORIZON, mean, spread, NULL);
				for (int k = 0; k < HORIZON; k++)
					m->said[i][NETWORKS + 2 + p][k][j] = mean[k];
			}
			for (size_t k = 0; k < HORIZON; k++)
			{
				m->said[i][NETWORKS][k][j] = r->first.values[(known - 1) * RIG_COLUMNS + column];
				m->said[i][NETWORKS + 1][k][j] = r->first.values[(known + k - SEASON) * RIG_COLUMNS + column];
				m->actual[i][k][j] = r->first.values[(known + k) * RIG_COLUMNS + column];
			}
		}
	}
	free(block);
}

static int
compare(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

/* The weights of a target by the errors of held-out windows 'from' to 'to' - 1, by the formula of combination.h. */
static void
plain_weights(const contest_rig *r, const measured *m, size_t from, size_t to, int target, double *weight)
{
	double		loss[PARTS] = {0};

	for (size_t i = from; i < to; i++)
		for (int k = 0; k < HORIZON; k++)
		{
			double		error[PARTS];
			double		sorted[PARTS];

			for (int p = 0; p < PARTS; p++)
				sorted[p] = error[p] = fabs(m->said[i][p][k][target] - m->actual[i][k][target]) / m->unit[target];
			qsort(sorted, PARTS, sizeof(double), compare);
			for (int p = 0; p < PARTS; p++)
				loss[p] += error[p] * error[p] / (sorted[PARTS / 2] + 0.05);
		}
	for (int round = 0; round < 2; round++)
	{
		double		sum = 0;
		double		largest = 0;

		for (int p = 0; p < PARTS && round == 1; p++)
			largest = fmax(largest, weight[p]);
		for (int p = 0; p < PARTS; p++)
		{
			weight[p] = round == 0 ? r->usual[p] * pow(loss[p], -2) : weight[p] < 0.1 * largest ? 0 : weight[p];
			sum += weight[p];
		}
		for (int p = 0; p < PARTS; p++)
			weight[p] /= sum;
	}
}

/* A network rounds otherwise for several windows. */
#define TOLERANCE (sizeof(lf_real) == sizeof(float) ? 1e-3 : 1e-9)

static void
test_weights(void)
{
	static contest_rig r;
	static measured m;
	double		weight[3][2][PARTS];	/* by the older half, the newer and both */
	double		absolute[2] = {0};	/* errors of the combination with the weights of the other half */
	double		own = 0;		/* the same with those of its own */
	double		theta = 0;
	double		share[PARTS] = {0};
	double		least = (double) INFINITY;
	double		worst = 0;
	double		apart = 0;
	double		measured_off = 0;
	bool		kept = true;
	int			part = 0;

	set_up(&r);
	if (!ok(run(&r, 0, 0) == LF_FINISHED && r.contest.fit[0].split.validation_windows == 38, "a contest that is not trained again ends"))
		return;
	measure(&r, &m);
	for (int j = 0; j < 2; j++)
	{
		plain_weights(&r, &m, 0, m.held / 2, j, weight[0][j]);
		plain_weights(&r, &m, m.held / 2, m.held, j, weight[1][j]);
		plain_weights(&r, &m, 0, m.held, j, weight[2][j]);
		for (int p = 0; p < PARTS; p++)
		{
			worst = fmax(worst, fabs(weight[2][j][p] - r.contest.all.weight[j * PARTS + p]));
			worst = fmax(worst, fabs(weight[1][j][p] - r.contest.crossed[0].weight[j * PARTS + p]));
			worst = fmax(worst, fabs(weight[0][j][p] - r.contest.crossed[1].weight[j * PARTS + p]));
			diag("target %d, part %d: %.4f and %.4f by half, %.4f by both", j, p, weight[0][j][p], weight[1][j][p], weight[2][j][p]);
		}
	}
	if (!ok(worst < TOLERANCE, "weights follow from the errors on held-out windows, those of each half from the other"))
		diag("off by %g", worst);
	for (int p = 0; p < PARTS; p++)
	{
		bool		stays = p == 0 || weight[2][0][p] > 0 || weight[2][1][p] > 0;

		if (!stays)
			continue;
		kept = kept && r.model.combination.part[part] == (p < NETWORKS ? LF_NETWORK : forecasters[p - NETWORKS]);
		for (int j = 0; j < 2 && kept; j++)
			kept = fabs(r.model.combination.weight[j * r.model.combination.parts + part] - weight[2][j][p]) < TOLERANCE;
		part++;
	}
	ok(kept && part == r.model.combination.parts && lf_combination_is_sound(&r.model.combination, 2) &&
	   r.model.others == lf_combination_networks(&r.model.combination) - 1, "the model has those that weigh");
	for (size_t i = 0; i < m.held; i++)
		for (int k = 0; k < HORIZON; k++)
			for (int j = 0; j < 2; j++)
			{
				int			half = i >= m.held / 2;
				double		said[2] = {0};
				size_t		n = r.contest.fit[0].judge.measured_windows;
				double		error;

				for (int p = 0; p < PARTS; p++)
				{
					said[0] += weight[!half][j][p] * m.said[i][p][k][j];
					said[1] += weight[half][j][p] * m.said[i][p][k][j];
					share[p] += fabs(m.said[i][p][k][j] - m.actual[i][k][j]) / m.unit[j];
				}
				error = fabs(said[0] - m.actual[i][k][j]);
				absolute[j] += error;
				own += fabs(said[1] - m.actual[i][k][j]);
				theta += j == 0 ? fabs(m.said[i][NETWORKS + 2][k][0] - m.actual[i][k][0]) : 0;
				measured_off = fmax(measured_off, fabs(error - (double) r.contest.fit[0].judge.measured[(size_t) (k * 2 + j) * n + i]));
			}
	ok(fabs(r.model.scores[LF_NETWORK].absolute / absolute[0] - 1) < TOLERANCE &&
	   fabs(r.model.scores[LF_FORECASTERS + LF_NETWORK].absolute / absolute[1] - 1) < TOLERANCE &&
	   r.model.scores[LF_NETWORK].count == (double) (m.held * HORIZON), "scores are those of weights from the other half");
	for (int j = 0; j < 2; j++)
		for (int p = 0; p < PARTS; p++)
			apart = fmax(apart, fabs(weight[0][j][p] - weight[1][j][p]));
	ok(apart > 0.01 && own != absolute[0] + absolute[1], "those of weights from the same half would be others");
	ok(fabs(r.model.scores[LF_THETA].absolute / theta - 1) < TOLERANCE && r.model.scores[LF_THETA].count == (double) (m.held * HORIZON),
	   "a partner stands beside them with scores of its own");
	/* stored in single precision */
	ok(measured_off < fmax(TOLERANCE, 1e-5), "intervals are made of the same forecasts");
	for (int p = 0; p < PARTS; p++)
		least = fmin(least, share[p]);
	worst = 0;
	for (int p = 0; p < PARTS; p++)
		worst = fmax(worst, fabs(r.contest.tried[p] - share[p] / least));
	ok(worst < TOLERANCE * 10, "what was tried has its mean error beside the least");
	close_rig(&r);
}

/* ---- what else may happen ---- */

static void
test_nothing_held(void)
{
	static contest_rig r;
	lf_arena	arena = lf_arena_measure();
	lf_partner_room room;
	void	   *block;
	double		sum = 0;
	double		worst = 0;
	double		quantile;

	set_up(&r);
	for (int i = 0; i < NETWORKS; i++)
		r.training[i].validation = 0;
	if (!ok(run(&r, 5, 0) == LF_FINISHED && guarded_intact(&r.block) && r.contest.fit[0].split.validation_windows == 0,
			"a contest in which nothing is held out ends"))
		return;
	for (int j = 0; j < 2; j++)
	{
		const double *weight = r.contest.all.weight + j * PARTS;

		for (int p = 0; p < PARTS; p++)
			sum += weight[p] / 2;
		for (int p = 1; p < NETWORKS; p++)
			worst = fmax(worst, fabs(weight[p] / weight[0] - r.usual[p] / r.usual[0]));
	}
	ok(worst < 1e-12 && fabs(sum - 1) < 1e-12 && r.model.others == NETWORKS - 1 && isnan(r.contest.tried[0]),
	   "the networks weigh as they usually do, and nothing is known of errors");
	ok(r.contest.fit[0].trainer.train_windows == ROWS - LOOKBACK - 1 && r.contest.fit[2].trainer.train_windows == ROWS - LOOKBACK + 2,
	   "all windows have trained");
	lf_partner_layout(&room, &arena, ROWS, &r.facts.seasons, HORIZON);
	block = malloc(arena.used + LF_ALIGNMENT);
	arena = lf_arena_over(block, arena.used + LF_ALIGNMENT);
	lf_partner_layout(&room, &arena, ROWS, &r.facts.seasons, HORIZON);
	/* a fifth of the rows and one tell as much as that many forecasts: 33 degrees of freedom, by tables */
	quantile = 2.0345153;
	worst = 0;
	for (int j = 0; j < 2; j++)
	{
		lf_column	rows = {.values = r.first.values + r.task[0].target[j], .rows = ROWS, .stride = RIG_COLUMNS};
		double		squares[HORIZON] = {0};

		for (int p = 0; p < LF_PARTNERS; p++)
		{
			double		mean[HORIZON];
			double		spread[HORIZON];
			lf_learned	learned;

			lf_partner_learn(&room, (lf_partner) p, &r.facts.seasons, &rows, &learned, NULL);
			lf_partner_forecast(&room, (lf_partner) p, &r.facts.seasons, &rows, &learned, HORIZON, mean, spread, NULL);
			for (int k = 0; k < HORIZON; k++)
				squares[k] += spread[k] * spread[k] / LF_PARTNERS;
		}
		for (int k = 0; k < HORIZON; k++)
			worst = fmax(worst, fabs(lf_errors_half_width(&r.model.errors, 2, k, j, 0.95) / (quantile * sqrt(squares[k])) - 1));
	}
	ok(r.model.errors.steps == HORIZON && worst < 1e-5, "how far off forecasts will be is what partners suppose");
	free(block);
	close_rig(&r);

	r.others = 2;				/* without partners */
	ok(run(&r, 0, 0) == LF_FINISHED && r.model.errors.steps == 0 && r.model.learned == NULL, "without partners nobody says how far off they will be");
	close_rig(&r);
}

/* Beyond all bounds after the first step. */
static void
let_diverge(contest_rig *r, int network)
{
	r->training[network].learning_rate = 1e200;
	r->training[network].clip_norm = 0;
}

static void
test_lost(void)
{
	static contest_rig one;
	static contest_rig r;
	bool		none = true;

	set_up(&one);
	set_refit(&one);
	(void) run(&one, 0, 0);
	for (int slots = 1; slots <= 2; slots++)
	{
		set_up(&r);
		set_refit(&r);
		let_diverge(&r, 2);
		r.slots = slots;
		ok(run(&r, 0, 0) == LF_FINISHED && r.contest.lost[2] && guarded_intact(&r.block), "a network that diverges does not end the contest");
		for (int j = 0; j < 2; j++)
			none = none && r.contest.all.weight[j * PARTS + 2] == 0 && r.contest.crossed[0].weight[j * PARTS + 2] == 0;
		ok(none && isnan(r.contest.tried[2]) && lf_combination_is_sound(&r.model.combination, 2) && r.model.others <= 1,
		   "it has no weight");
		ok(same_network(&r.model, &one.model), "the others are what they were");
		close_rig(&r);
	}
	set_up(&r);
	let_diverge(&r, 0);
	ok(run(&r, 0, 0) == LF_DIVERGED && r.contest.latest == &r.contest.fit[0], "without the first network there is no model");
	close_rig(&r);

	/* all that was wished for is lost */
	set_up(&r);
	let_diverge(&r, 2);
	for (int p = 0; p < PARTS; p++)
		r.usual[p] = p == 2;
	ok(run(&r, 0, 0) == LF_FINISHED && r.model.combination.parts == 1 && r.model.combination.weight[0] == 1 &&
	   r.model.combination.weight[1] == 1 && r.model.others == 0, "where nothing else is left the first network has all the weight");
	close_rig(&r);
	/* the first has no weight, but carries the others */
	set_up(&r);
	set_refit(&r);
	for (int p = 0; p < PARTS; p++)
		r.usual[p] = p == 1 || p == 5;
	ok(run(&r, 0, 0) == LF_FINISHED && r.model.combination.part[0] == LF_NETWORK && r.model.combination.weight[0] == 0 &&
	   r.model.combination.weight[1] > 0 && r.contest.fit[0].phase == LF_FIT_JUDGE && r.contest.fit[1].phase == LF_FIT_FINAL,
	   "a first network that nobody wished for is there without a weight, and is not trained again");
	close_rig(&r);
	close_rig(&one);
}

/* By a clock that goes on by a second with each call. */
static void
test_time_limit(void)
{
	static contest_rig r;
	double		all;

	set_up(&r);
	set_refit(&r);
	for (int i = 0; i < NETWORKS; i++)
		r.training[i].epochs = 8;
	r.second = 1;
	ok(run(&r, 0, 0) == LF_FINISHED && !r.contest.fit[0].cut_short && !r.contest.fit[2].cut_short && r.contest.fit[2].epochs == 8,
	   "without a limit all epochs are done");
	all = r.end;
	close_rig(&r);
	for (int i = 0; i < NETWORKS; i++)
		r.training[i].max_seconds = all / 3;
	if (!ok(run(&r, 0, 0) == LF_FINISHED && r.contest.fit[0].cut_short && r.contest.fit[2].cut_short && r.contest.fit[0].epochs >= 1 &&
			r.contest.fit[0].epochs < 8 && r.contest.fit[2].epochs >= 1 && r.contest.fit[2].epochs < 8, "networks share the time"))
		diag("%d and %d epochs", r.contest.fit[0].epochs, r.contest.fit[2].epochs);
	/* what follows training takes a call for each batch of held-out windows */
	ok(r.end > all / 5 && r.end < all / 3 + 60, "a third of the time is about what it takes: %g of %g", r.end, all);
	close_rig(&r);
	for (int i = 0; i < NETWORKS; i++)
		r.training[i].max_seconds = 1;
	ok(run(&r, 0, 0) == LF_FINISHED && lf_fit_is_finite(&r.contest.fit[0]) && lf_fit_is_finite(&r.contest.fit[1]) &&
	   lf_fit_is_finite(&r.contest.fit[2]) && guarded_intact(&r.block), "without time there is a model nevertheless");
	close_rig(&r);
}

int
main(void)
{
	test_memory();
	test_empty_series();
	test_same();
	test_weights();
	test_nothing_held();
	test_lost();
	test_time_limit();
	return done_testing();
}
