// What package mpi calls of MPI. At most one exchange is under way; ffjord_test drives it.
#include <mpi.h>

int ffjord_init(int *rank, int *size);
int ffjord_gather(const void *mine, int n, void *all, const int *counts, const int *places);
int ffjord_gather_counts(const long long *mine, long long *all);
int ffjord_sum(double *x, int n);
int ffjord_test(int tries, int *done);
int ffjord_abort(int code);
int ffjord_finalize(void);
void ffjord_error(int rc, char *text);
