// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension Delivery {
  /// Brings writes to the sink, without those that it rejects. Throws where they must be tried
  /// again, as they are or in part.
  func deliver(_ writes: ArraySlice<SourceWrite>) async throws {
    guard !writes.isEmpty else { return }
    do {
      try await apply(WriteBatch(Array(writes), origin: queue.origin))
    } catch {
      guard let rejection = rejection(error, in: writes) else { throw error }
      return try await separate(rejection, from: writes)
    }
    try await end(writes)
    state.known.withLock { $0.counts.delivered += UInt64(writes.count) }
  }

  private func apply(_ batch: WriteBatch) async throws {
    let end = context.runtime.now + pace.timeout
    try await context.runtime.run("deliver", until: end) { [sink] in
      try await sink.apply(batch)
    }
  }

  private struct Rejection {
    var reason: String
    var position: Int?
  }

  /// What must be set aside; `nil` where the batch is to be tried again as it is.
  ///
  /// A sink that cannot be reached, or does not answer, says nothing about the writes, and they
  /// wait. Any other failure that comes again and again is taken for theirs.
  private func rejection(_ error: any Error, in writes: ArraySlice<SourceWrite>) -> Rejection? {
    if Task.isCancelled || error is CancellationError { return nil }
    if let error = error as? SinkError {
      guard error.kind == .rejected else { return nil }
      let position = error.position.flatMap {
        writes.indices.contains(writes.startIndex + $0) ? $0 : nil
      }
      return Rejection(reason: error.reason, position: position)
    }
    if let error = error as? CacheError, error.code == .deadlineExceeded { return nil }
    let failures = state.known.withLock { $0.failures }
    guard failures + 1 >= pace.attempts else { return nil }
    return Rejection(reason: Self.words(for: error))
  }

  /// Finds the write that was rejected, where the sink did not say which, by halves; everything
  /// before it is delivered before, everything behind it afterwards.
  private func separate(
    _ rejection: Rejection, from writes: ArraySlice<SourceWrite>
  ) async throws {
    if writes.count == 1 { return try await bury(writes, rejection.reason) }
    guard let position = rejection.position else {
      let middle = writes.startIndex + writes.count / 2
      try await deliver(writes[..<middle])
      return try await deliver(writes[middle...])
    }
    let place = writes.startIndex + position
    try await deliver(writes[..<place])
    try await bury(writes[place...place], rejection.reason)
    try await deliver(writes[(place + 1)...])
  }

  /// Sets a write aside. The cache forgets it too: the source does not have it.
  private func bury(_ writes: ArraySlice<SourceWrite>, _ reason: String) async throws {
    for write in writes {
      let attempts = state.known.withLock { $0.failures } + 1
      try await queue.bury(
        DeadLetter(
          write: write, reason: reason, attempts: attempts, buriedAt: context.runtime.now))
      state.known.withLock { $0.counts.buried += 1 }
      context.report(
        .error, "write set aside", source: WriteBehind.id.name,
        details: [("reason", reason), ("key", "\(key(write).digest)")])
    }
    try await finish(writes)
    await context.forget(writes.map { key($0) })
  }

  /// The sink has them: whatever was set aside before for their keys is out of date.
  private func end(_ writes: ArraySlice<SourceWrite>) async throws {
    try await queue.settle(writes.map { ($0.key, $0.sequence) })
    try await finish(writes)
  }

  private func finish(_ writes: ArraySlice<SourceWrite>) async throws {
    guard let last = writes.last else { return }
    // First the source has it, then nobody is shown it from here any more.
    for write in writes { state.end(key(write), through: write.sequence) }
    try await queue.finish(through: last.sequence)
  }

  // MARK: Dead letters

  /// Queues dead letters again, each in the turn of its key.
  func replay() async throws -> Int {
    try await load()
    var count = 0
    for letter in try await queue.deadLetters() {
      let key = key(letter.write)
      try await state.turns.run(.one(key)) {
        let isSuperseded = state.known.withLock { $0.latest[key] != nil }
        if !isSuperseded {
          var write = letter.write
          write.acceptedAt = context.runtime.now
          try await enqueue([write], .one(key))
          await context.forget([key])
          count += 1
        }
        try await queue.settle([(letter.write.key, letter.write.sequence)])
      }
    }
    return count
  }
}
