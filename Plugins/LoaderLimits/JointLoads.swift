// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Joins the misses of one bulk loader that come within a moment into one load.
///
/// The first miss opens a window; when it closes, one load runs for all who came. Each may leave,
/// and when all have left the load is cancelled.
final class JointLoads: Sendable {
  private final class Joint: Sendable {
    private let passengers = Lock<(contexts: [LoadContext], indices: [CacheKey: Int])>(([], [:]))
    let work: SharedWork<[Payload?]>

    init(_ runtime: CacheRuntime) { work = SharedWork(runtime: runtime) }

    var contexts: [LoadContext] { passengers.withLock { $0.contexts } }

    /// Takes these along, unless they are too many together. A key that is there already is loaded
    /// once: the load begins after both asked for it.
    func board(_ contexts: [LoadContext], most: Int) -> [Int]? {
      passengers.withLock { passengers in
        let new = contexts.filter { passengers.indices[$0.key] == nil }
        guard passengers.contexts.count + new.count <= most else { return nil }
        return contexts.map { context in
          if let known = passengers.indices[context.key] { return known }
          passengers.contexts.append(context)
          passengers.indices[context.key] = passengers.contexts.count - 1
          return passengers.contexts.count - 1
        }
      }
    }
  }

  private struct Seat {
    var joint: Joint
    var places: [Int]
    var isFirst: Bool
  }

  private let open = Lock<[ObjectIdentifier: Joint]>([:])
  private let window: Duration
  private let most: Int
  private let runtime: CacheRuntime

  init(window: Duration, most: Int, runtime: CacheRuntime) {
    self.window = window
    self.most = most
    self.runtime = runtime
  }

  /// Loads these together with what others of the same source ask for in this moment.
  func load(
    _ contexts: [LoadContext], _ source: LoadSource,
    _ load: @escaping @Sendable ([LoadContext]) async throws -> [Payload?]
  ) async throws -> [Payload?] {
    if contexts.count >= most { return try await load(contexts) }
    let seat = seat(for: contexts, source)
    if seat.isFirst { start(seat.joint, source, load) }
    let payloads = try await seat.joint.work.value()
    let loaded = seat.joint.contexts
    return zip(contexts, seat.places).map { context, place in
      if loaded[place] !== context { context.adopt(loaded[place]) }
      return payloads[place]
    }
  }

  private func seat(for contexts: [LoadContext], _ source: LoadSource) -> Seat {
    let (most, runtime) = (most, runtime)
    return open.withLock { open in
      let known = open[ObjectIdentifier(source)]
      if let known, let places = known.board(contexts, most: most), known.work.enter() {
        return Seat(joint: known, places: places, isFirst: false)
      }
      let new = Joint(runtime)
      _ = new.work.enter()
      let places = new.board(contexts, most: .max) ?? []
      open[ObjectIdentifier(source)] = new
      return Seat(joint: new, places: places, isFirst: true)
    }
  }

  private func start(
    _ joint: Joint, _ source: LoadSource,
    _ load: @escaping @Sendable ([LoadContext]) async throws -> [Payload?]
  ) {
    let (runtime, window) = (runtime, window)
    joint.work.start("joint load") {
      do {
        try await runtime.clock.sleep(for: window)
      } catch {
        self.close(joint, source)
        throw error
      }
      self.close(joint, source)
      let contexts = joint.contexts
      let payloads = try await load(contexts)
      guard payloads.count == contexts.count else {
        throw CacheError(
          .loaderFailed,
          "The bulk loader returned \(payloads.count) values for \(contexts.count) keys.")
      }
      return payloads
    }
  }

  /// Takes no more into a joint load: what comes now opens a window of its own.
  private func close(_ joint: Joint, _ source: LoadSource) {
    open.withLock { open in
      if open[ObjectIdentifier(source)] === joint { open[ObjectIdentifier(source)] = nil }
    }
  }
}
