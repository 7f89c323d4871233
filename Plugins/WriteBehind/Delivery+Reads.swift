// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension Delivery {
  /// The read with what waits in place of what the source has.
  ///
  /// It looks when the load begins, not before: what is queued meanwhile revokes the lease of the
  /// load, so its value is kept nowhere. What it shows is not kept by the tiers either, since the
  /// queue knows neither the tags nor the lifetimes of the call that wrote it.
  func showing(_ request: CacheRequest) -> CacheRequest {
    if isQuiet { return request }
    guard let coder = request.coder, let loader = request.loader else { return request }
    var request = request
    switch loader {
    case .finished: return request
    case .each(let load):
      request.loader = .each { context in
        if let payload = try await pending(context, coder) { return payload }
        return context.isNotFound ? nil : try await load(context)
      }
    case .bulk(let load):
      request.loader = .bulk { contexts in try await pending(contexts, coder, load) }
    }
    // What waits here is no part of a load that other calls share.
    request.source = nil
    return request
  }

  private var isQuiet: Bool { state.known.withLock { $0.isLoaded && $0.latest.isEmpty } }

  private func pending(
    _ contexts: [LoadContext], _ coder: any PayloadCoder,
    _ load: ([LoadContext]) async throws -> [Payload?]
  ) async throws -> [Payload?] {
    var payloads: [Payload?] = []
    var missing: [Int] = []
    for (position, context) in contexts.enumerated() {
      payloads.append(try await pending(context, coder))
      if payloads[position] == nil, !context.isNotFound { missing.append(position) }
    }
    if missing.isEmpty { return payloads }
    let loaded = try await load(missing.map { contexts[$0] })
    guard loaded.count == missing.count else { return loaded }
    for (position, payload) in zip(missing, loaded) { payloads[position] = payload }
    return payloads
  }

  /// What waits for the key; `nil` where nothing does, and where it is deleted, which the context
  /// says then.
  private func pending(_ load: LoadContext, _ coder: any PayloadCoder) async throws -> Payload? {
    try await self.load()
    guard let sequence = state.known.withLock({ $0.latest[load.key] }),
      let write = try await queue.read(after: sequence - 1, limit: 1).first,
      write.sequence == sequence, write.key == load.key.bytes
    else { return nil }
    load.doNotStore()
    switch write.change {
    case .delete:
      load.reportNotFound()
      return nil
    case .upsert(let bytes):
      // A value of a type that has changed since: the source's own is the best there is.
      guard write.codec == coder.codec, write.schema == coder.schema else { return nil }
      return try coder.decode(bytes)
    }
  }

  // MARK: Numbers

  var status: WriteBehindStatus {
    let (oldest, failures, counts) = state.known.withLock { ($0.oldest, $0.failures, $0.counts) }
    return WriteBehindStatus(
      queue: queue.status, age: oldest.map { max(.zero, context.runtime.now - $0) } ?? .zero,
      delivered: counts.delivered, superseded: counts.superseded, buried: counts.buried,
      failedAttempts: counts.failedAttempts, failures: failures)
  }

  func showGauges() {
    context.show(
      CacheGauge("write_behind_depth", "Writes that wait to be delivered.") {
        Double(status.queue.waiting)
      })
    context.show(
      CacheGauge("write_behind_age_seconds", "How long the oldest write has been waiting.") {
        Double(status.age.saturatingNanoseconds) / 1e9
      })
    context.show(
      CacheGauge("write_behind_dead_letters", "Writes that could not be delivered.") {
        Double(status.queue.deadLetters)
      })
    context.show(
      CacheGauge("write_behind_failures", "Deliveries that failed since the last that did not.") {
        Double(status.failures)
      })
  }
}

extension LoadContext {
  fileprivate var isNotFound: Bool { if case .notFound = ended { true } else { false } }
}
