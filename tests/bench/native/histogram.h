/* Latencies in constant memory: a log-linear histogram, exact to 1.6 %, so that a million a second can be kept. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H
#include <stdint.h>
#include <string.h>

enum {
  LINEAR_BITS = 6, /* 64 steps a power of two: at most 1/64 off */
  STEPS = 1 << LINEAR_BITS,
  BUCKETS = (64 - LINEAR_BITS + 1) * STEPS,
};

typedef struct {
  uint64_t bucket[BUCKETS];
  uint64_t count, max;
} histogram;

static inline void histogram_clear(histogram *h) { memset(h, 0, sizeof *h); }

static inline void histogram_add(histogram *h, uint64_t value) {
  int index = value;
  if (value >= STEPS) {
    int shift = 63 - __builtin_clzll(value) - LINEAR_BITS;
    index = (shift + 1) * STEPS + (int)((value >> shift) - STEPS);
  }
  h->bucket[index]++;
  h->count++;
  if (value > h->max) h->max = value;
}

/* The smallest recorded value that `share` (0 to 1) of all values do not exceed; 0 if there are none. */
static inline uint64_t histogram_at(const histogram *h, double share) {
  uint64_t wanted = (uint64_t)(share * h->count), passed = 0;
  for (int index = 0; index < BUCKETS; index++) {
    passed += h->bucket[index];
    if (passed > wanted) {
      if (index < STEPS) return index;
      int shift = index / STEPS - 1;
      return ((uint64_t)(index % STEPS) + STEPS) << shift;
    }
  }
  return h->max;
}
#endif
