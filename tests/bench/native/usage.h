/* What the measured server has used: CPU time to the nanosecond, all threads, and resident memory. */
#ifndef USAGE_H
#define USAGE_H
#include <stdio.h>
#include <sys/types.h>
#include <time.h>

static inline double monotonic(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Seconds of CPU of a whole process, finished threads too. The kernel's clock for the process is used and not the
 * utime and stime of /proc, which count in ticks of 10 ms. 0 for a process that is gone. */
static inline double cpu_seconds(pid_t process) {
  clockid_t clock;
  struct timespec t;
  if (clock_getcpuclockid(process, &clock) || clock_gettime(clock, &t)) return 0;
  return t.tv_sec + t.tv_nsec * 1e-9;
}

/* Seconds for which the main thread could have run and another process had its core (/proc/PID/schedstat, second
 * figure): how much a measurement was disturbed by what else goes on. */
static inline double waited_seconds(pid_t process) {
  char path[64];
  unsigned long long ran = 0, waited = 0;
  snprintf(path, sizeof path, "/proc/%d/schedstat", (int)process);
  FILE *figures = fopen(path, "r");
  if (!figures) return 0;
  if (fscanf(figures, "%llu %llu", &ran, &waited) != 2) waited = 0;
  fclose(figures);
  return waited * 1e-9;
}

static inline long resident_kb(pid_t process) {
  char path[64], line[256];
  long kb = 0;
  snprintf(path, sizeof path, "/proc/%d/status", (int)process);
  FILE *status = fopen(path, "r");
  if (!status) return 0;
  while (fgets(line, sizeof line, status) && sscanf(line, "VmRSS: %ld", &kb) != 1) continue;
  fclose(status);
  return kb;
}
#endif
