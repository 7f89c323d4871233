// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if defined(__linux__)
#define _GNU_SOURCE
#endif

#include "CEpoch.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__APPLE__)
#include <malloc/malloc.h>
#else
#include <malloc.h>
#endif

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

// Values of <linux/membarrier.h>, which old headers lack.
enum { QUERY = 0, PRIVATE_EXPEDITED = 1 << 3, REGISTER_PRIVATE_EXPEDITED = 1 << 4 };
enum { SPINS = 100, LINE = 128 };
_Static_assert(sizeof(strata_reader) <= LINE, "a slot has its lines for itself");

_Thread_local strata_reader *strata_reader_slot __attribute__((tls_model("initial-exec")));
uint64_t strata_epoch_clock = 1;
bool strata_epoch_fences = true;

static strata_reader *readers;
static uint32_t reader_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t exit_key;

static void release_slot(void *slot) {
  strata_reader *reader = slot;
  __atomic_store_n(&reader->epoch, 0, __ATOMIC_RELEASE);
  __atomic_store_n(&reader->in_use, false, __ATOMIC_RELEASE);
}

static void set_up(void) {
  pthread_key_create(&exit_key, release_slot);
#if defined(__linux__) && defined(SYS_membarrier)
  long commands = syscall(SYS_membarrier, QUERY, 0, 0);
  if (commands > 0 && (commands & PRIVATE_EXPEDITED)) {
    // Before any thread has a slot, so no reader can have skipped a fence that was needed.
    strata_epoch_fences = syscall(SYS_membarrier, REGISTER_PRIVATE_EXPEDITED, 0, 0) != 0;
  }
#endif
}

static strata_reader *take_free_slot(void) {
  strata_reader *reader = __atomic_load_n(&readers, __ATOMIC_ACQUIRE);
  for (; reader != NULL; reader = reader->next) {
    bool expected = false;
    if (__atomic_compare_exchange_n(
            &reader->in_use, &expected, true, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
      return reader;
    }
  }
  return NULL;
}

static strata_reader *make_slot(void) {
  strata_reader *reader = aligned_alloc(LINE, LINE);
  if (reader == NULL) abort();
  reader->epoch = 0;
  reader->in_use = true;
  reader->depth = 0;
  reader->number = __atomic_fetch_add(&reader_count, 1, __ATOMIC_RELAXED);
  reader->next = __atomic_load_n(&readers, __ATOMIC_RELAXED);
  while (!__atomic_compare_exchange_n(
      &readers, &reader->next, reader, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
  }
  return reader;
}

strata_reader *strata_reader_register(void) {
  pthread_once(&once, set_up);
  strata_reader *reader = take_free_slot();
  if (reader == NULL) reader = make_slot();
  reader->depth = 0;
  strata_reader_slot = reader;
  pthread_setspecific(exit_key, reader);
  return reader;
}

uint64_t strata_epoch_oldest(void) {
  pthread_once(&once, set_up);
#if defined(__linux__) && defined(SYS_membarrier)
  if (!strata_epoch_fences) {
    // Cannot fail once registered; if it did, saying "the first epoch" only delays freeing.
    if (syscall(SYS_membarrier, PRIVATE_EXPEDITED, 0, 0) != 0) return 0;
  }
#endif
  __atomic_thread_fence(__ATOMIC_SEQ_CST);
  uint64_t oldest = UINT64_MAX;
  strata_reader *reader = __atomic_load_n(&readers, __ATOMIC_ACQUIRE);
  for (; reader != NULL; reader = reader->next) {
    uint64_t epoch = __atomic_load_n(&reader->epoch, __ATOMIC_ACQUIRE);
    if (epoch != 0 && epoch < oldest) oldest = epoch;
  }
  return oldest;
}

static void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

void strata_lock_wait(strata_lock *lock) {
  for (int spin = 0; spin < SPINS; spin++) {
    pause_briefly();
    if (__atomic_load_n(&lock->state, __ATOMIC_RELAXED) == 0 && strata_lock_try(lock)) return;
  }
  // State 2 says that somebody may sleep; whoever takes the lock here keeps it at 2.
  while (__atomic_exchange_n(&lock->state, 2, __ATOMIC_ACQUIRE) != 0) {
#if defined(__linux__)
    syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
#else
    sched_yield();
#endif
  }
}

void strata_lock_wake(strata_lock *lock) {
#if defined(__linux__)
  syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
#else
  (void)lock;
#endif
}

enum { CACHE_LINE = 64, MAPPED = 64 << 10, HUGE = 2 << 20 };

static void *map_table(uint64_t bytes) {
  uint64_t slack = bytes >= HUGE ? HUGE : 0;
  char *start = mmap(
      NULL, bytes + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) abort();
  if (slack == 0) return start;
  uint64_t before = -(uint64_t)(uintptr_t)start & (HUGE - 1);
  if (before > 0) munmap(start, before);
  if (before < slack) munmap(start + before + bytes, slack - before);
#if defined(MADV_HUGEPAGE)
  madvise(start + before, bytes, MADV_HUGEPAGE);
#endif
  return start + before;
}

static uint64_t whole_pages(uint64_t bytes) {
  return (bytes + (MAPPED - 1)) & ~(uint64_t)(MAPPED - 1);
}

void *strata_table_allocate(uint64_t bytes) {
  if (bytes >= MAPPED) return map_table(whole_pages(bytes));
  uint64_t lines = (bytes + CACHE_LINE) & ~(uint64_t)(CACHE_LINE - 1);
  void *memory = aligned_alloc(CACHE_LINE, lines);
  if (memory == NULL) abort();
  return memset(memory, 0, lines);
}

void strata_table_free(void *memory, uint64_t bytes) {
  if (bytes >= MAPPED) {
    munmap(memory, whole_pages(bytes));
  } else {
    free(memory);
  }
}

uint64_t strata_allocated_size(const void *address) {
#if defined(__APPLE__)
  return malloc_size(address);
#else
  return malloc_usable_size((void *)address);
#endif
}
