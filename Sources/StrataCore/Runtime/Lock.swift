// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if TSAN_LOCKS
  #if canImport(Glibc)
    import Glibc
  #else
    import Darwin
  #endif
#else
  public import Synchronization
#endif

/// A mutual-exclusion lock around a value, held for short synchronous sections only.
///
/// It is `Synchronization.Mutex` in every ordinary build. Thread Sanitizer cannot see into that
/// lock and reports races that are none, so builds with `TSAN_LOCKS` use a pthread mutex instead.
/// `NB:` re-check on toolchains newer than Swift 6.3.
public struct Lock<State: ~Copyable>: ~Copyable, @unchecked Sendable {
  // Sendable: the state is reached only inside `withLock`, under the lock.
  #if TSAN_LOCKS
    private let storage: LockStorage<State>

    /// Creates a lock around `state`.
    public init(_ state: consuming sending State) { storage = LockStorage(state) }

    /// Runs `body` with exclusive access to the state.
    @inline(never)
    public borrowing func withLock<Result: ~Copyable, Failure: Error>(
      _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      pthread_mutex_lock(storage.mutex)
      defer { pthread_mutex_unlock(storage.mutex) }
      return try body(&storage.state)
    }
  #else
    // Inlined into whoever uses it, or each section would run as generic code behind a closure, and
    // cost several times what the lock itself does.
    @usableFromInline let mutex: Mutex<State>

    /// Creates a lock around `state`.
    @inlinable public init(_ state: consuming sending State) { mutex = Mutex(state) }

    /// Runs `body` with exclusive access to the state.
    @inlinable public borrowing func withLock<Result: ~Copyable, Failure: Error>(
      _ body: (inout sending State) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
      try mutex.withLock(body)
    }
  #endif
}

#if TSAN_LOCKS
  private final class LockStorage<State: ~Copyable> {
    let mutex: UnsafeMutablePointer<pthread_mutex_t>
    var state: State

    init(_ state: consuming sending State) {
      mutex = .allocate(capacity: 1)
      pthread_mutex_init(mutex, nil)
      self.state = state
    }

    deinit {
      pthread_mutex_destroy(mutex)
      mutex.deallocate()
    }
  }
#endif
