/*
 * team.c: the series at hand, for all of a team.
 */
#include "training/team.h"

void
lf_team_show(lf_team *team, const lf_sight *first, size_t series, size_t first_output, const volatile sig_atomic_t *interrupt)
{
	const lf_task *task = first->task;

	for (int i = 1; i < team->networks; i++)
	{
		const lf_sight *alike = NULL;

		for (int k = 0; k < i && alike == NULL; k++)
			if (lf_sights_are_alike(k == 0 ? first : team->sight[k], team->sight[i]))
				alike = k == 0 ? first : team->sight[k];
		lf_sight_show(team->sight[i], series, first_output, alike, interrupt);
	}
	team->combined.learned = team->learned == NULL ? NULL :
		team->learned + series * (size_t) task->targets * LF_PARTNERS;
}

lf_status
lf_team_predict(lf_team *team, const volatile sig_atomic_t *interrupt, int half, size_t first, size_t stride, int count,
				int steps, double *out)
{
	team->combined.combination = &team->crossed[half];
	return lf_combined_predict(&team->combined, interrupt, first, stride, count, steps, out);
}
