#include "binding.h"

#include <sched.h>

static MPI_Request request = MPI_REQUEST_NULL;

int ffjord_init(int *rank, int *size) {
	int provided;
	int rc = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
	if (rc != MPI_SUCCESS) return rc;
	if ((rc = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN)) != MPI_SUCCESS) return rc;
	if ((rc = MPI_Comm_rank(MPI_COMM_WORLD, rank)) != MPI_SUCCESS) return rc;
	return MPI_Comm_size(MPI_COMM_WORLD, size);
}

int ffjord_gather(const void *mine, int n, void *all, const int *counts, const int *places) {
	return MPI_Iallgatherv(mine, n, MPI_BYTE, all, counts, places, MPI_BYTE, MPI_COMM_WORLD, &request);
}

int ffjord_gather_counts(const long long *mine, long long *all) {
	return MPI_Iallgather(mine, 1, MPI_LONG_LONG, all, 1, MPI_LONG_LONG, MPI_COMM_WORLD, &request);
}

int ffjord_sum(double *x, int n) {
	return MPI_Iallreduce(MPI_IN_PLACE, x, n, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD, &request);
}

int ffjord_test(int tries, int *done) {
	int rc = MPI_SUCCESS;
	*done = 0;
	for (int i = 0; i < tries && !*done && rc == MPI_SUCCESS; i++) {
		rc = MPI_Test(&request, done, MPI_STATUS_IGNORE);
		if (!*done) sched_yield();
	}
	return rc;
}

int ffjord_abort(int code) { return MPI_Abort(MPI_COMM_WORLD, code); }

int ffjord_finalize(void) { return MPI_Finalize(); }

void ffjord_error(int rc, char *text) {
	int length;
	if (MPI_Error_string(rc, text, &length) != MPI_SUCCESS) text[0] = 0;
}
