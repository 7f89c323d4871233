// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors
//
// What a C program with hiredis reaches: peer PORT MODE MILLISECONDS, where MODE is one, pipeline or
// mget. Prints operations per second and, for one at a time, the median latency in microseconds.

#include <hiredis/hiredis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { keys = 1000, depth = 64, most = 1 << 20 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int compare(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

static void take(redisContext *context) {
  redisReply *reply = NULL;
  if (redisGetReply(context, (void **)&reply) != REDIS_OK || reply == NULL) exit(1);
  if (reply->type == REDIS_REPLY_ERROR || reply->type == REDIS_REPLY_NIL) exit(1);
  freeReplyObject(reply);
}

static void append(redisContext *context, unsigned key) {
  char text[32];
  int length = snprintf(text, sizeof text, "key:%u", key % keys);
  const char *words[] = {"GET", text};
  size_t lengths[] = {3, (size_t)length};
  redisAppendCommandArgv(context, 2, words, lengths);
}

static void append_many(redisContext *context, unsigned key) {
  static char text[depth][32];
  const char *words[depth + 1] = {"MGET"};
  size_t lengths[depth + 1] = {4};
  for (unsigned index = 0; index < depth; index++) {
    lengths[index + 1] =
        (size_t)snprintf(text[index], sizeof text[index], "key:%u", (key + index) % keys);
    words[index + 1] = text[index];
  }
  redisAppendCommandArgv(context, depth + 1, words, lengths);
}

int main(int count, char **arguments) {
  if (count != 4) return 2;
  redisContext *context = redisConnect("127.0.0.1", atoi(arguments[1]));
  if (context == NULL || context->err) return 1;
  const char *mode = arguments[2];
  double start = now(), end = start + atof(arguments[3]) / 1000, *latencies = NULL;
  unsigned done = 0, samples = 0;
  if (strcmp(mode, "one") == 0) latencies = malloc(most * sizeof *latencies);
  while (now() < end) {
    if (latencies != NULL) {
      double before = now();
      append(context, done++);
      take(context);
      if (samples < most) latencies[samples++] = now() - before;
    } else if (strcmp(mode, "mget") == 0) {
      append_many(context, done);
      take(context);
      done += depth;
    } else {
      for (unsigned index = 0; index < depth; index++) append(context, done + index);
      for (unsigned index = 0; index < depth; index++) take(context);
      done += depth;
    }
  }
  double rate = done / (now() - start);
  double median = 0;
  if (samples > 0) {
    qsort(latencies, samples, sizeof *latencies, compare);
    median = latencies[samples / 2] * 1e6;
  }
  printf("%f %f\n", rate, median);
  return 0;
}
