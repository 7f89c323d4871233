// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore
import StrataTesting
import Testing

/// Cancels a call at every one of its suspension points in turn.
@Suite("Cancellation at every point")
struct CancellationTests {
  static let shapes: [[PipelineShape.Kind]] = [
    [], [.memory], [.shared], [.stampedeGuard], [.memory, .stampedeGuard],
    [.memory, .stampedeGuard, .shared], [.bytes, .stampedeGuard, .memory],
    [.memory, .bytes, .stampedeGuard, .shared],
    [.limits, .memory, .stampedeGuard, .storeBreaker, .shared],
    [.sourceBreaker, .validation, .compression, .encryption, .bytes],
  ]

  static let operations: [CacheOperation] = [
    .read, .write(.one(LoadedValue(LivePayload(9)))), .remove, .expire, .touch(.seconds(5)),
    .lifetime, .invalidate(["tag"]), .clear,
  ]

  @Test(arguments: shapes)
  func `nothing is left of a call that is cancelled anywhere`(
    kinds: [PipelineShape.Kind]
  ) throws {
    for operation in Self.operations {
      for deadline in [nil, Duration.seconds(30)] {
        var step = 1
        while try outlasts(kinds, operation, deadline, cancelledAt: step) { step += 1 }
        #expect(step > 1)
      }
    }
  }

  @Test(arguments: shapes.filter { $0.contains(where: \.isTier) })
  func `a change that was cancelled and returns all the same was carried out`(
    kinds: [PipelineShape.Kind]
  ) throws {
    for operation in Self.operations where operation.isChange {
      if case .touch = operation { continue }
      let undone = try (1...60).filter { try isUndone(kinds, operation, cancelledAt: $0) }
      #expect(undone == [], "steps at which a cancelled \(operation.name) only looks done")
    }
  }

  /// Whether a change returns although the old value is still there.
  private func isUndone(
    _ kinds: [PipelineShape.Kind], _ operation: CacheOperation, cancelledAt step: Int
  ) throws -> Bool {
    try Simulation(seed: UInt64(step)).run { world in
      let scene = try Scene(kinds, world)
      await scene.readAndCheck()
      scene.source.withLock { $0 = 2 }
      let hasReturned = Lock(false)
      let call = world.spawn {
        let isDone = await scene.call(operation, nil)
        hasReturned.withLock { $0 = isDone }
      }
      world.atStep(world.steps + step) { call.cancel() }
      await call.wait()
      guard hasReturned.withLock({ $0 }) else { return false }
      return await scene.read() == 1
    }
  }

  /// Runs one call that is cancelled at its n-th step, beside others that are not. `false` where
  /// the call was over before that.
  private func outlasts(
    _ kinds: [PipelineShape.Kind], _ operation: CacheOperation, _ deadline: Duration?,
    cancelledAt step: Int
  ) throws -> Bool {
    try Simulation(seed: UInt64(step)).run { world in
      let scene = try Scene(kinds, world)
      let isOver = Lock(false)
      let wasOver = Lock(true)
      let call = world.spawn {
        await scene.call(operation, deadline)
        isOver.withLock { $0 = true }
      }
      let others = (0..<2).map { _ in world.spawn { await scene.readAndCheck() } }
      world.atStep(world.steps + step) {
        wasOver.withLock { $0 = isOver.withLock { $0 } }
        call.cancel()
      }
      for task in [call] + others { await task.wait() }
      try await world.sleep(for: .seconds(1))
      let place = "\(operation.name) through \(kinds.map(\.rawValue)), cancelled at step \(step)"
      #expect(scene.subject.remains == [], "\(place)")
      #expect(world.runningTasks == 1, "\(place)")
      #expect(world.clock.pendingTimers == 0, "\(place)")
      #expect(scene.wrongAnswers.withLock { $0 } == [], "\(place)")
      await scene.readAndCheck()
      #expect(scene.wrongAnswers.withLock { $0 } == [], "\(place)")
      return !wasOver.withLock { $0 }
    }
  }
}

/// A pipeline over slow stores, a slow source, and callers.
private final class Scene: Sendable {
  let subject: Subject
  let wrongAnswers = Lock<[String]>([])
  let source = Lock(1)
  private let world: Simulation

  init(_ kinds: [PipelineShape.Kind], _ world: Simulation) throws {
    self.world = world
    let shape = PipelineShape(stages: kinds.map { .init(kind: $0) }, ttl: 60, maxStale: 60)
    subject = try Subject(shape, world.runtime) { store, _ in Self.slow(store, world.runtime) }
  }

  private static func slow(_ store: any CacheStore, _ runtime: CacheRuntime) -> any CacheStore {
    func wrap<Store: CacheStore>(_ store: Store) -> any CacheStore {
      ChaosStore(
        store, runtime: runtime, plan: ChaosPlan().sometimes(.slow(.milliseconds(1)), rate: 1))
    }
    return wrap(store)
  }

  private var loader: Loader {
    .each { context in
      context.tags = ["tag"]
      let value = self.source.withLock { $0 }
      try await self.world.sleep(for: .milliseconds(1))
      return LivePayload(value)
    }
  }

  /// Whether the call returned without throwing.
  @discardableResult
  func call(_ operation: CacheOperation, _ deadline: Duration?) async -> Bool {
    let keys: Batch<CacheKey> =
      switch operation {
      case .invalidate, .clear: .many([])
      case .read: .many([subject.key(1), subject.key(2)])
      default: .one(subject.key(1))
      }
    var request = CacheRequest(operation, keys: keys, loader: loader, coder: WideCoder())
    request.options.timeout = deadline
    return (try? await subject.pipeline.respond(to: request)) != nil
  }

  func read() async -> Int? {
    let request = CacheRequest(
      .read, keys: .one(subject.key(1)), loader: loader, coder: WideCoder())
    let reply = try? await subject.pipeline.respond(to: request).first
    return reply?.entry?.payload?.live(as: Int.self)
  }

  func readAndCheck() async {
    let value = await read()
    if value != 1, value != 9 { wrongAnswers.withLock { $0.append("\(value ?? -1)") } }
  }
}
