// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Brings what waits in a queue to a sink: in order, in batches, again and again.
///
/// One delivery at a time, from the front of the queue. It is done with a write when the sink has
/// taken it, when a later one of the same key will take its place, or when it lies among the dead
/// letters; only then is the queue told. So a crash at any moment repeats, and never leaves out.
struct Delivery: Sendable {
  let queue: any WriteQueue
  let sink: any WriteSink
  let pace: DeliveryPace
  let context: CacheContext
  let state: DeliveryState

  init(
    queue: any WriteQueue, sink: any WriteSink, pace: DeliveryPace, context: CacheContext
  ) {
    self.queue = queue
    self.sink = sink
    self.pace = pace
    self.context = context
    state = context.kept.object { DeliveryStates() }.state(of: queue)
  }

  // MARK: In

  /// Learns what waits from before; returns its keys, the first time.
  @discardableResult
  func load() async throws -> [CacheKey] {
    if state.known.withLock({ $0.isLoaded }) { return [] }
    return try await state.lane.run(.one(DeliveryState.laneKey)) {
      if state.known.withLock({ $0.isLoaded }) { return [] }
      var last: UInt64 = 0
      while true {
        let entries = try await queue.read(after: last, limit: 1_000)
        guard let end = entries.last, let start = entries.first else { break }
        last = end.sequence
        state.add(entries.map { key($0) }, entries.map(\.sequence), at: start.acceptedAt)
      }
      return state.known.withLock { known in
        known.isLoaded = true
        return known.latest.keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
      }
    }
  }

  func key(_ write: SourceWrite) -> CacheKey {
    CacheKey(bytes: write.key, seed: context.runtime.hashSeed)
  }

  /// Puts writes into the queue; returns when they are durable.
  func enqueue(_ writes: [SourceWrite], _ keys: Batch<CacheKey>) async throws {
    while true {
      let rings = state.room.rings
      if queue.status.waiting < pace.limit {
        do {
          let sequences = try await queue.append(writes)
          return state.add(writes.map { key($0) }, sequences, at: context.runtime.now)
        } catch is WriteQueueFull {}
      }
      guard pace.whenFull == .wait, queue.status.waiting > 0 else {
        throw CacheError(
          .overloaded, "Too many writes wait to be delivered.", stage: WriteBehind.id,
          key: keys.first?.digest)
      }
      state.work.ring()
      await state.room.wait(after: rings, until: nil, context.runtime.clock)
      try Task.checkCancellation()
    }
  }

  // MARK: Out

  /// Delivers whenever there is something, until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      let rings = state.work.rings
      guard let due = due else {
        await state.work.wait(after: rings, until: nil, context.runtime.clock)
        continue
      }
      if context.runtime.now < due {
        await state.work.wait(after: rings, until: due, context.runtime.clock)
      } else if await round() == .idle {
        // What waits is not durable yet, or cannot be read.
        let end = context.runtime.now + max(pace.interval, .milliseconds(1))
        await state.work.wait(after: rings, until: end, context.runtime.clock)
      }
    }
  }

  /// When there is something to do; `nil` while nothing waits.
  private var due: Timestamp? {
    let waiting = queue.status.waiting
    if waiting == 0 { return nil }
    return state.known.withLock { known in
      if known.failures > 0 { return known.retryAt }
      if waiting >= pace.batch { return .distantPast }
      // Where none is known yet, the write that waits is only just being made durable.
      return (known.oldest ?? context.runtime.now) + pace.interval
    }
  }

  enum Round { case delivered, idle, failed }

  /// Delivers until nothing waits or something fails.
  func drain() async {
    guard (try? await load()) != nil else { return }
    while queue.status.waiting > 0, await round() == .delivered {}
  }

  /// Delivers one batch.
  private func round() async -> Round {
    do {
      return try await state.lane.run(.one(DeliveryState.laneKey)) {
        let entries = try await queue.read(
          after: queue.status.finishedSequence, limit: pace.window)
        if entries.isEmpty { return .idle }
        let batch = Coalescing(entries, limit: pace.batch)
        try await deliver(batch.writes[...])
        await noteSuccess(batch)
        return .delivered
      }
    } catch {
      if !Task.isCancelled { noteFailure(error) }
      return .failed
    }
  }

  private func noteSuccess(_ batch: Coalescing) async {
    let first = try? await queue.read(after: queue.status.finishedSequence, limit: 1).first
    let failures = state.known.withLock { known in
      known.counts.superseded += UInt64(batch.superseded)
      known.oldest = first?.acceptedAt ?? (known.latest.isEmpty ? nil : context.runtime.now)
      defer { known.failures = 0 }
      return known.failures
    }
    state.room.ring()
    if failures > 0 {
      context.report(
        .info, "delivery works again", source: WriteBehind.id.name,
        details: [("failures", "\(failures)")])
    }
  }

  private func noteFailure(_ error: any Error) {
    let now = context.runtime.now
    let failures = state.known.withLock { known in
      known.failures += 1
      known.counts.failedAttempts += 1
      known.retryAt =
        now
        + pace.backoff.delay(
          afterFailures: known.failures, random: context.runtime.random)
      return known.failures
    }
    // The first, and then ever more rarely: a sink may be away for a night.
    guard failures.nonzeroBitCount == 1 else { return }
    context.report(
      .warning, "delivery failed", source: WriteBehind.id.name,
      details: [("failures", "\(failures)"), ("error", Self.words(for: error))])
  }

  /// What may be said of an error: nothing that could hold a value.
  static func words(for error: any Error) -> String {
    (error as? SinkError)?.description ?? (error as? CacheError)?.code.description
      ?? "\(type(of: error))"
  }
}
