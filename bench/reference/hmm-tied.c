/* The passes of a hidden Markov model over T steps of N states, as hmmlearn's compiled code has them. */
#include <math.h>
#include <stdlib.h>

static double log_sum(const double *x, int n) {
  double top = x[0];
  for (int i = 1; i < n; ++i) top = x[i] > top ? x[i] : top;
  double sum = 0;
  for (int i = 0; i < n; ++i) sum += exp(x[i] - top);
  return top + log(sum);
}

/* Logarithms of forward and backward probabilities a, b [T,N]; the log-likelihood. */
double passes_log(int T, int N, const double *start, const double *A, const double *y, double *a, double *b) {
  double *work = malloc(N * sizeof(double));
  for (int j = 0; j < N; ++j) a[j] = start[j] + y[j];
  for (int t = 1; t < T; ++t)
    for (int j = 0; j < N; ++j) {
      for (int i = 0; i < N; ++i) work[i] = a[(t - 1) * N + i] + A[i * N + j];
      a[t * N + j] = log_sum(work, N) + y[t * N + j];
    }
  for (int i = 0; i < N; ++i) b[(T - 1) * N + i] = 0;
  for (int t = T - 2; t >= 0; --t)
    for (int i = 0; i < N; ++i) {
      for (int j = 0; j < N; ++j) work[j] = A[i * N + j] + y[(t + 1) * N + j] + b[(t + 1) * N + j];
      b[t * N + i] = log_sum(work, N);
    }
  free(work);
  return log_sum(a + (T - 1) * N, N);
}

/* ln of the expected numbers of transitions [N,N], from logarithms. */
void pairs_log(int T, int N, const double *a, const double *A, const double *b, const double *y, double lnp,
               double *sum) {
  for (int i = 0; i < N * N; ++i) sum[i] = -INFINITY;
  for (int t = 0; t < T - 1; ++t)
    for (int i = 0; i < N; ++i)
      for (int j = 0; j < N; ++j) {
        double x = a[t * N + i] + A[i * N + j] + y[(t + 1) * N + j] + b[(t + 1) * N + j] - lnp;
        double s = sum[i * N + j];
        double top = s > x ? s : x;
        sum[i * N + j] = top + log1p(exp((s > x ? x : s) - top));
      }
}

/* The same with probabilities scaled to sum to 1: densities p [T,N]; scales c [T]; pairs [N,N] added up. */
double passes_scaled(int T, int N, const double *start, const double *A, const double *p, double *a, double *b,
                     double *pairs) {
  double lnp = 0;
  double *c = malloc(T * sizeof(double));
  for (int t = 0; t < T; ++t) {
    double sum = 0;
    for (int j = 0; j < N; ++j) a[t * N + j] = t > 0 ? 0 : start[j];
    if (t > 0)
      for (int i = 0; i < N; ++i)
        for (int j = 0; j < N; ++j) a[t * N + j] += a[(t - 1) * N + i] * A[i * N + j];
    for (int j = 0; j < N; ++j) sum += a[t * N + j] *= p[t * N + j];
    c[t] = 1 / sum;
    for (int j = 0; j < N; ++j) a[t * N + j] *= c[t];
    lnp += log(sum);
  }
  for (int i = 0; i < N * N; ++i) pairs[i] = 0;
  for (int i = 0; i < N; ++i) b[(T - 1) * N + i] = c[T - 1];
  for (int t = T - 2; t >= 0; --t)
    for (int i = 0; i < N; ++i) {
      double sum = 0;
      for (int j = 0; j < N; ++j) {
        double way = A[i * N + j] * p[(t + 1) * N + j] * b[(t + 1) * N + j];
        sum += way;
        pairs[i * N + j] += a[t * N + i] * way;
      }
      b[t * N + i] = sum * c[t];
    }
  free(c);
  return lnp;
}
