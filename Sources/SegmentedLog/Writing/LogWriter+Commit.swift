// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

extension LogWriter {
  /// Waits until the record with `mark` is as safe as the log's shape promises: durable where it
  /// syncs, with the operating system where it does not. Throws when it may have been lost.
  ///
  /// Whoever waits while the disk is at work shares the next sync with everybody else who does.
  public func commit(_ mark: UInt64) async throws(DiskError) {
    let result = await withUnsafeContinuation { continuation in
      let starts = commits.withLock { $0.wait(for: mark, continuation) }
      if starts { runtime.tasks.spawn("log commit") { self.commitWaiters() } }
    }
    try result.get()
  }

  /// Waits until every record in `marks` is safe. Throws when any may have been lost.
  public func commit(_ marks: [UInt64]) async throws(DiskError) {
    guard let last = marks.max() else { return }
    try await commit(last)
    // What was appended before has been decided as well, though perhaps otherwise.
    let reached = tail.withLock { syncs ? $0.synced : $0.written }
    for mark in marks where mark != last {
      let verdict = commits.withLock { $0.verdict(mark, reached: reached) }
      if let verdict { try verdict.get() }
    }
  }

  /// Makes everything appended so far as safe as the log's shape promises, on this thread.
  public func commitNow(_ mark: UInt64) throws(DiskError) {
    pushThrough()
    let (written, synced) = tail.withLock { ($0.written, $0.synced) }
    let reached = syncs ? synced : written
    let verdict = commits.withLock { $0.verdict(mark, reached: reached) }
    guard let verdict else { throw DiskError(.failed, operation: "commit") }
    try verdict.get()
  }

  /// Hands everything to the disk and syncs where the log does.
  func pushThrough() {
    tail.withLock { tail in
      if syncs { tail.sync() } else { tail.flush() }
    }
    drain()
  }

  /// Each turn takes everybody who came during the one before.
  private func commitWaiters() {
    while commits.withLock({ $0.goesOn() }) { pushThrough() }
  }

  /// Answers those whose records have got somewhere.
  func settle() {
    let (written, synced) = tail.withLock { ($0.written, $0.synced) }
    let settled = commits.withLock { $0.settle(reached: syncs ? synced : written) }
    for (waiter, result) in settled { waiter.resume(returning: result) }
  }
}

/// Who waits for which record, and which records were lost.
struct CommitQueue: Sendable {
  typealias Waiter = UnsafeContinuation<Result<Void, DiskError>, Never>

  /// How many separate losses are remembered. Older ones stand together as one.
  private static let memory = 64

  private var waiters: [(mark: UInt64, waiter: Waiter)] = []
  private var losses: [(marks: ClosedRange<UInt64>, error: DiskError)] = []
  private var forgotten: UInt64 = 0
  private var isCommitting = false

  /// Adds a waiter; returns whether somebody must start committing.
  mutating func wait(for mark: UInt64, _ waiter: Waiter) -> Bool {
    waiters.append((mark, waiter))
    defer { isCommitting = true }
    return !isCommitting
  }

  /// Whether another turn is needed; if not, the next waiter starts one.
  mutating func goesOn() -> Bool {
    isCommitting = !waiters.isEmpty
    return isCommitting
  }

  /// Remembers a loss.
  mutating func lose(_ loss: LogLoss) {
    guard let marks = loss.marks else { return }
    losses.append((marks, loss.error))
    if losses.count > Self.memory {
      forgotten = max(forgotten, losses.removeFirst().marks.upperBound)
    }
  }

  /// What became of the record with `mark`; `nil` while that is open.
  func verdict(_ mark: UInt64, reached: UInt64) -> Result<Void, DiskError>? {
    if let loss = losses.last(where: { $0.marks.contains(mark) }) { return .failure(loss.error) }
    if mark <= forgotten { return .failure(DiskError(.failed, operation: "commit")) }
    return mark <= reached ? .success(()) : nil
  }

  /// Takes out the waiters whose records' fate is known.
  mutating func settle(reached: UInt64) -> [(Waiter, Result<Void, DiskError>)] {
    guard !waiters.isEmpty else { return [] }
    var settled: [(Waiter, Result<Void, DiskError>)] = []
    var open: [(mark: UInt64, waiter: Waiter)] = []
    for entry in waiters {
      if let verdict = verdict(entry.mark, reached: reached) {
        settled.append((entry.waiter, verdict))
      } else {
        open.append(entry)
      }
    }
    waiters = open
    return settled
  }
}
