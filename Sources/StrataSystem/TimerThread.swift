// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

#if canImport(Glibc)
  private import Glibc
#elseif canImport(Musl)
  private import Musl
#else
  private import Darwin
#endif
internal import StrataCore

/// The thread on which the process's timers fire.
///
/// It waits on a condition for the first deadline. A caller wakes it only for a deadline earlier
/// than the one it waits for, so ordinary timeouts, each later than the last, cost no system call.
final class TimerThread: @unchecked Sendable {
  // Sendable: `timers` and `wakeTime` are touched only with `mutex` held; the rest is constant.
  typealias Action = @Sendable () -> Void

  static let shared = TimerThread()

  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
  private var timers = TimerQueue<Action>()
  /// The deadline for which the thread sleeps; the distant past while it is awake.
  private var wakeTime = Int64.min

  private init() {
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    #if os(Linux)
      pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    #endif
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
    SystemThread.start("strata-timers") { self.run() }
  }

  func schedule(at deadline: Int64, _ action: @escaping Action) -> any CacheTimer {
    pthread_mutex_lock(mutex)
    let ticket = timers.schedule(at: deadline, action)
    let wakes = deadline < wakeTime
    if wakes { wakeTime = deadline }
    pthread_mutex_unlock(mutex)
    if wakes { pthread_cond_signal(changed) }
    return ThreadTimer(thread: self, ticket: ticket)
  }

  fileprivate func cancel(_ ticket: TimerQueue<Action>.Ticket) -> Bool {
    pthread_mutex_lock(mutex)
    let action = timers.cancel(ticket)
    pthread_mutex_unlock(mutex)
    return action != nil  // and is released here, outside the lock: its deinit may schedule
  }

  private func run() {
    pthread_mutex_lock(mutex)
    while true {
      if let action = timers.popDue(at: MonotonicTime.now) {
        pthread_mutex_unlock(mutex)
        action()
        pthread_mutex_lock(mutex)
      } else {
        wait(until: timers.firstDeadline())
      }
    }
  }

  private func wait(until deadline: Int64?) {
    wakeTime = deadline ?? .max
    defer { wakeTime = .min }
    guard let deadline, deadline != .max else {
      pthread_cond_wait(changed, mutex)
      return
    }
    #if os(Linux)
      var time = timespec(
        tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
      pthread_cond_timedwait(changed, mutex, &time)
    #else
      let delay = max(0, deadline - MonotonicTime.now)
      var time = timespec(
        tv_sec: Int(delay / 1_000_000_000), tv_nsec: Int(delay % 1_000_000_000))
      pthread_cond_timedwait_relative_np(changed, mutex, &time)
    #endif
  }
}

/// A pending timer of the shared thread.
private final class ThreadTimer: CacheTimer {
  private let thread: TimerThread
  private let ticket: TimerQueue<TimerThread.Action>.Ticket

  init(thread: TimerThread, ticket: TimerQueue<TimerThread.Action>.Ticket) {
    self.thread = thread
    self.ticket = ticket
  }

  func cancel() -> Bool { thread.cancel(ticket) }
}
