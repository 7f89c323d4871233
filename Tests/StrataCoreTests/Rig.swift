// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import Local
import StampedeGuard
import StrataCore
import StrataTesting

/// A pipeline in a simulated world, with a source that counts.
final class Rig: Sendable {
  let context: CacheContext
  let store: ReferenceStore
  let pipeline: Pipeline
  let loads = Lock(0)

  init(
    _ world: Simulation, ttl: Duration = .seconds(60), maxStale: Duration = .zero,
    _ stages: (StageOptions) throws -> [any CacheStage] = { _ in [] }
  ) throws {
    context = CacheContext(
      policy: CachePolicy(name: "test", ttl: ttl, maxStale: maxStale), runtime: world.runtime)
    store = ReferenceStore(runtime: world.runtime)
    let block = OptionBlock.written(["store": "memory"])
    let options = StageOptions(block: block, cache: context, stores: ["memory": store])
    pipeline = Pipeline(stages: try stages(options), context: context)
  }

  /// Local tier and guard: the smallest pipeline that is safe.
  static func standard(
    _ world: Simulation, ttl: Duration = .seconds(60), maxStale: Duration = .zero
  ) throws -> Rig {
    try Rig(world, ttl: ttl, maxStale: maxStale) { options in
      let plain = StageOptions(block: .written([:]), cache: options.cache)
      return [
        try Local(options: options, runtime: world.runtime),
        try StampedeGuard(options: plain, runtime: world.runtime),
      ]
    }
  }

  func key(_ text: String) -> CacheKey {
    CacheKey(bytes: Array("test:\(text)".utf8), seed: context.runtime.hashSeed)
  }

  func read(
    _ text: String, options: RequestOptions = .standard,
    _ load: (@Sendable (LoadContext) async throws -> Int?)? = nil
  ) async throws -> KeyReply {
    let loader = load.map { load in
      Loader.each { context in
        self.loads.withLock { $0 += 1 }
        return try await load(context).map { LivePayload($0) }
      }
    }
    let request = CacheRequest(.read, keys: .one(key(text)), options: options, loader: loader)
    return try await pipeline.respond(to: request).first
  }

  func change(_ operation: CacheOperation, _ text: String? = nil) async throws -> KeyReply {
    let keys: Batch<CacheKey> = text.map { .one(key($0)) } ?? .many([])
    return try await pipeline.respond(to: CacheRequest(operation, keys: keys)).first
  }
}

extension KeyReply {
  /// The value, where it is the number that tests store.
  var number: Int? { entry?.payload?.live(as: Int.self) }
}
