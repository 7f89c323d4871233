// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Runs loaders within time limits, lets them finish behind, and rests after failures.
final class GuardedLoads: Sendable {
  private let context: CacheContext
  private let soft: Duration?
  private let hard: Duration?
  private let throttle: Duration
  private let running = Lock<[CacheKey: RunningLoad]>([:])
  private let resting: RestingKeys

  init(context: CacheContext, soft: Duration?, hard: Duration?, throttle: Duration) {
    self.context = context
    self.soft = soft
    self.hard = hard
    self.throttle = throttle
    resting = RestingKeys()
  }

  /// The same loader, guarded.
  func guarding(_ loader: Loader, _ request: CacheRequest, isPatient: Bool = false) -> Loader {
    switch loader {
    case .each(let load): .each { try await self.loadOne($0, request, isPatient: isPatient, load) }
    case .bulk(let load): .bulk { try await self.loadMany($0, request, isPatient: isPatient, load) }
    case .finished: loader
    }
  }

  // MARK: One

  private func loadOne(
    _ own: LoadContext, _ request: CacheRequest, isPatient: Bool,
    _ load: @escaping @Sendable (LoadContext) async throws -> Payload?
  ) async throws -> Payload? {
    let soft = isPatient ? nil : soft
    if !isPatient, own.stale != nil, resting.contains(own.key, at: context.runtime.now) {
      throw LoadCutOff.throttled
    }
    guard self.soft != nil || hard != nil else {
      do {
        let payload = try await load(own)
        if case .failed = own.ended { rest(own.key) }
        return payload
      } catch {
        if CacheError.isOfSource(error) { rest(own.key) }
        throw error
      }
    }
    let shared = join(own, request, load)
    // What is no longer usable at the end of the soft timeout could not stand in then.
    let softEnd = context.runtime.now + (soft ?? .zero)
    let hasStale = own.stale?.isUsable(at: softEnd) ?? false
    let finished = try await wait(for: shared, soft: hasStale ? soft : nil)
    if shared.first !== own { own.adopt(shared.first) }
    return finished.payload
  }

  /// The load that runs for the key, if nothing was invalidated since it began, or a new one.
  private func join(
    _ own: LoadContext, _ request: CacheRequest,
    _ load: @escaping @Sendable (LoadContext) async throws -> Payload?
  ) -> RunningLoad {
    let epoch = context.ledger.epoch
    let (shared, isNew) = running.withLock { running -> (RunningLoad, Bool) in
      if let known = running[own.key], known.isCurrent(epoch), known.satisfies(request),
        known.work.enter()
      {
        return (known, false)
      }
      let new = RunningLoad(own, epoch: epoch, request: request, runtime: context.runtime)
      _ = new.work.enter()
      running[own.key] = new
      return (new, true)
    }
    guard isNew else { return shared }
    shared.work.start("guarded load") {
      defer { self.end(shared) }
      let payload = try await Self.run(load, own)
      return FinishedLoad(context: own, payload: payload)
    }
    return shared
  }

  private static func run(
    _ load: @escaping @Sendable (LoadContext) async throws -> Payload?, _ own: LoadContext
  ) async throws -> Payload? {
    do {
      return try await LoadContext.$current.withValue(own) { try await load(own) }
    } catch is LoadSignal {
      return nil
    }
  }

  private func end(_ load: RunningLoad) {
    running.withLock { running in
      if running[load.first.key] === load { running[load.first.key] = nil }
    }
  }

  private func wait(for load: RunningLoad, soft: Duration?) async throws -> FinishedLoad {
    let now = context.runtime.now
    let softEnd = soft.map { now + $0 }
    let hardEnd = hard.map { now + $0 }
    let deadline = [softEnd, hardEnd].compactMap(\.self).min()
    // A second place, kept while waiting: it is what keeps a load alive that its caller leaves for
    // taking too long.
    let keeps = deadline != nil && load.work.enter()
    do {
      let finished = try await load.work.value(until: deadline)
      if keeps { load.work.leave() }
      if case .failed = finished.context.ended { rest(load.first.key) }
      return finished
    } catch let error as CacheError where error.code == .deadlineExceeded {
      if keeps { goBehind(load) }
      rest(load.first.key)
      throw deadline == softEnd ? LoadCutOff.softTimeout : LoadCutOff.hardTimeout
    } catch {
      if keeps { load.work.leave() }
      if CacheError.isOfSource(error) { rest(load.first.key) }
      throw error
    }
  }

  /// Lets a load finish though its callers have left, and sends what it brings through the
  /// pipeline.
  ///
  /// Takes over the caller's second place in it.
  private func goBehind(_ load: RunningLoad) {
    guard load.isFirstBehind() else { return load.work.leave() }
    let (context, resting) = (context, resting)
    let isStarted = context.background.start("finish load") {
      guard let finished = try? await load.work.value() else { return }
      if case .failed = finished.context.ended { return }
      resting.forget(load.first.key)
      var request = load.request.refreshing()
      request.keys = .one(load.first.key)
      request.loader = .finished([finished])
      _ = try? await context.reenter(request)
    }
    if !isStarted { load.work.leave() }
  }

  private func rest(_ key: CacheKey) {
    let now = context.runtime.now
    resting.insert(key, until: now + throttle, now: now)
  }

  // MARK: Many

  private func loadMany(
    _ own: [LoadContext], _ request: CacheRequest, isPatient: Bool,
    _ load: @escaping @Sendable ([LoadContext]) async throws -> [Payload?]
  ) async throws -> [Payload?] {
    let now = context.runtime.now
    let soft = isPatient ? nil : soft
    if !isPatient, own.allSatisfy({ $0.stale != nil && resting.contains($0.key, at: now) }) {
      throw LoadCutOff.throttled
    }
    let softTime = now + (soft ?? .zero)
    let hasStale = own.allSatisfy { $0.stale?.isUsable(at: softTime) ?? false }
    let softEnd = hasStale ? soft.map { now + $0 } : nil
    let deadline = [softEnd, hard.map { now + $0 }].compactMap(\.self).min()
    do {
      return try await context.runtime.run("guarded bulk load", until: deadline) {
        try await load(own)
      }
    } catch {
      if CacheError.isOfSource(error) { own.forEach { rest($0.key) } }
      guard let cut = error as? CacheError, cut.code == .deadlineExceeded else { throw error }
      throw deadline == softEnd ? LoadCutOff.softTimeout : LoadCutOff.hardTimeout
    }
  }
}
