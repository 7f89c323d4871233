// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

// Readers without locks, in two parts that Swift has no words for: a thread-local slot reached in
// a quarter of a nanosecond, and a barrier that only the rare side pays for.
//
// A reader writes the clock of epochs into its slot before it looks at shared memory, and 0 after.
// Whoever unlinked memory moves the clock on, has every running thread pass a barrier
// (`membarrier`), and looks at the slots: memory that was unlinked before the clock moved may be
// freed once no slot holds that epoch or an older one. Either the reader's slot is seen here, or
// the reader's loads come after the barrier and no longer find what was unlinked. Where the system
// call is missing or forbidden, readers pay for a full fence instead.
//
// Inside a pinned section nothing may suspend, since the slot belongs to the thread.

// The fields are plain because Swift cannot import `_Atomic`; all access is through `__atomic`.

#ifndef STRATA_EPOCH_H
#define STRATA_EPOCH_H

#include <stdbool.h>
#include <stdint.h>

/// One thread's slot, on cache lines of its own. Slots are never freed: a finished thread's slot serves the next new one.
typedef struct strata_reader {
  /// The epoch in which the thread reads; 0 while it does not.
  uint64_t epoch;
  /// How many pinned sections of this thread are nested.
  uint32_t depth;
  /// A small number, different for each living thread; to choose a stripe by.
  uint32_t number;
  bool in_use;
  struct strata_reader *next;
} strata_reader;

extern _Thread_local strata_reader *strata_reader_slot __attribute__((tls_model("initial-exec")));
extern uint64_t strata_epoch_clock;
extern bool strata_epoch_fences;

/// Gives the calling thread a slot. Aborts only when memory is exhausted.
strata_reader *strata_reader_register(void);

/// The calling thread's slot.
static inline strata_reader *strata_reader_current(void) {
  strata_reader *reader = strata_reader_slot;
  return __builtin_expect(reader != 0, 1) ? reader : strata_reader_register();
}

/// Begins a pinned section.
static inline void strata_epoch_enter(strata_reader *reader) {
  if (reader->depth++ != 0) return;
  uint64_t now = __atomic_load_n(&strata_epoch_clock, __ATOMIC_ACQUIRE);
  __atomic_store_n(&reader->epoch, now, __ATOMIC_RELAXED);
  if (__builtin_expect(strata_epoch_fences, 0)) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
  } else {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
  }
}

/// Ends a pinned section.
static inline void strata_epoch_leave(strata_reader *reader) {
  if (--reader->depth != 0) return;
  __atomic_store_n(&reader->epoch, 0, __ATOMIC_RELEASE);
}

/// Moves the clock on, and returns the epoch that ended: the stamp of all that was unlinked before.
static inline uint64_t strata_epoch_advance(void) {
  return __atomic_fetch_add(&strata_epoch_clock, 1, __ATOMIC_SEQ_CST);
}

/// The oldest epoch that any thread reads in; UINT64_MAX when none reads. Costs a few microseconds.
uint64_t strata_epoch_oldest(void);

/// A lock of four bytes: one exchange when free, a short spin and a wait in the kernel when not.
typedef struct {
  uint32_t state;
} strata_lock;

void strata_lock_wait(strata_lock *lock);
void strata_lock_wake(strata_lock *lock);

/// Takes the lock if it is free.
static inline bool strata_lock_try(strata_lock *lock) {
  uint32_t expected = 0;
  return __atomic_compare_exchange_n(
      &lock->state, &expected, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/// Takes the lock.
static inline void strata_lock_take(strata_lock *lock) {
  if (__builtin_expect(!strata_lock_try(lock), 0)) strata_lock_wait(lock);
}

/// Gives the lock back.
static inline void strata_lock_give(strata_lock *lock) {
  if (__atomic_exchange_n(&lock->state, 0, __ATOMIC_RELEASE) == 2) strata_lock_wake(lock);
}

/// Zeroed memory that begins on a cache line. Large pieces come from the system and take room only
/// where they are used; from two megabytes on they ask for huge pages, without which a lookup in a
/// table of hundreds of megabytes pays twice: once for the line and once for its address. Aborts
/// when memory is exhausted.
void *strata_table_allocate(uint64_t bytes);

/// Gives memory of `strata_table_allocate` back; `bytes` must be the same.
void strata_table_free(void *memory, uint64_t bytes);

/// Has the line at `address` fetched meanwhile. The address need not be valid.
static inline void strata_prefetch(const void *address) { __builtin_prefetch(address); }

/// What the allocator gave for the object at `address`, in bytes. Swift's Glibc module lacks it.
uint64_t strata_allocated_size(const void *address);

#endif
