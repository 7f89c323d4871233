// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import Strata
import StrataConfig
public import StrataTesting

/// One cache of texts, declared in YAML over stores that tests can look into and tamper with.
///
/// Its stores: `memory` holds objects, `bytes` and `shared` hold envelopes and fail on demand.
public final class Depot: Sendable {
  /// A store of envelopes that fails on demand.
  public typealias Bytes = ChaosStore<ReferenceByteStore>

  /// What was built.
  public let assembly: Assembly
  /// How often the source was asked, for each key.
  public let loads = Lock<[String: Int]>([:])
  private let world: Simulation

  /// Builds and starts the cache `texts` with the stages of a YAML list.
  public init(
    _ pipeline: String, _ world: Simulation, settings: String = "ttl: 10m",
    rules: [PluginID: ValueRule] = [:], replacing previous: Depot? = nil
  ) async throws {
    self.world = world
    var registry = try Self.registry
    for (name, rule) in rules { try registry.register(rule: name, rule) }
    let reading = Self.reading([("texts", pipeline)], settings, registry)
    assembly = try Assembly(
      try reading.checked(), registry: registry, runtime: world.runtime,
      replacing: previous?.assembly)
    try await assembly.start()
  }

  /// The warnings and errors of such a plan, one a line.
  public static func problems(_ pipeline: String, settings: String = "ttl: 10m") throws -> [String]
  {
    reading([("texts", pipeline)], settings, try registry).problems.map(\.description)
  }

  /// Several caches over one set of stores, built and not started.
  public static func assembly(
    _ caches: [(name: String, pipeline: String)], _ world: Simulation,
    replacing previous: Assembly? = nil
  ) throws -> Assembly {
    let registry = try registry
    return try Assembly(
      try reading(caches, "ttl: 10m", registry).checked(), registry: registry,
      runtime: world.runtime, replacing: previous)
  }

  private static var registry: Registry {
    get throws {
      var registry = Registry.builtIn
      try registry.register(ReferenceStore.self)
      try registry.register(Bytes.self)
      try registry.register(ChaosStore<ReferenceSharedStore>.self)
      return registry
    }
  }

  private static func reading(
    _ caches: [(name: String, pipeline: String)], _ settings: String, _ registry: Registry
  ) -> PlanReading {
    let kinds = [("memory", "reference"), ("bytes", "reference-bytes")]
    let stores = (kinds + [("shared", "reference-shared")]).filter { name, _ in
      caches.contains { $0.pipeline.contains("store: \(name)") }
    }
    let bodies = caches.map { cache in
      """
        \(cache.name):
          \(settings.split(separator: "\n").joined(separator: "\n    "))
          pipeline:
      \(cache.pipeline.split(separator: "\n").map { "      \($0)" }.joined(separator: "\n"))
      """
    }
    let yaml = """
      version: 1
      stores: { \(stores.map { "\($0): { kind: \($1) }" }.joined(separator: ", ")) }
      caches:
      \(bodies.joined(separator: "\n"))
      """
    let reader = ConfigReader(files: ConfigTexts(["depot.yaml": yaml])) { _ in nil }
    return reader.plan("depot.yaml", registry: registry)
  }

  // MARK: The cache

  /// The pipeline.
  public var pipeline: Pipeline {
    get throws {
      guard let pipeline = assembly.pipelines["texts"] else { throw MissingPart() }
      return pipeline
    }
  }

  /// The first stage of a type.
  public func stage<Stage: CacheStage>(_ type: Stage.Type = Stage.self) throws -> Stage {
    guard let stage = try pipeline.stages.lazy.compactMap({ $0 as? Stage }).first else {
      throw MissingPart()
    }
    return stage
  }

  /// The key that tests call `name`.
  public func key(_ name: String) -> CacheKey {
    CacheKey(bytes: Array("texts:\(name)".utf8), seed: world.runtime.hashSeed)
  }

  /// Reads a text; without `load` the source answers with what `text` says, by default the name.
  public func read(
    _ name: String, options: RequestOptions = .standard, text: String? = nil,
    load: (@Sendable (LoadContext) async throws -> Payload?)? = nil
  ) async throws -> KeyReply {
    let loader = Loader.each { context in
      self.loads.withLock { $0[name, default: 0] += 1 }
      if let load { return try await load(context) }
      return LivePayload(text ?? name)
    }
    let request = CacheRequest(
      .read, keys: .one(key(name)), options: options, loader: loader, coder: TextCoder())
    return try await pipeline.respond(to: request).first
  }

  /// Carries out a change of one key.
  public func change(_ operation: CacheOperation, _ name: String) async throws -> KeyReply {
    let request = CacheRequest(operation, keys: .one(key(name)), coder: TextCoder())
    return try await pipeline.respond(to: request).first
  }

  // MARK: The store

  /// The store of envelopes.
  public var store: Bytes {
    get throws {
      guard let store = assembly.stores["bytes"] as? Bytes else { throw MissingPart() }
      return store
    }
  }

  /// What lies in the store of envelopes.
  public func bytes(_ name: String) async throws -> [UInt8]? {
    let read = try await store.wrapped.get(.one(key(name))).first
    if case .sealed(let bytes) = read?.content { return bytes }
    return nil
  }

  /// Puts bytes into the store of envelopes, as somebody who may write there can.
  public func plant(_ bytes: [UInt8], _ name: String) async throws {
    // A store takes nothing older than what it has.
    _ = try await store.wrapped.remove(.one(key(name)))
    _ = try await store.wrapped.set(
      .one(
        StoreWrite(
          key: key(name), content: .sealed(bytes), expiresAt: .distantFuture, version: Version.none,
          lease: nil)))
  }

  /// Changes each bit of what is stored for `name`, one at a time, as somebody would who makes the
  /// checksum fit, and returns where that was read as if nothing had happened.
  public func bitsTaken(of name: String) async throws -> [String] {
    guard let stored = try await bytes(name) else { throw MissingPart() }
    var taken: [String] = []
    for place in 0..<(stored.count - 8) {
      for bit in 0..<8 {
        var changed = stored
        changed[place] ^= 1 << UInt8(bit)
        try await plant(Envelope.withRightChecksum(changed), name)
        if try await read(name, text: "new").text != "new" {
          taken.append("byte \(place) bit \(bit)")
        }
      }
    }
    return taken
  }
}

/// What a test asked for is not in its plan.
public struct MissingPart: Error {
  /// Creates the error.
  public init() {}
}

/// Texts as their UTF-8.
public struct TextCoder: PayloadCoder {
  /// A number that no codec of a release has.
  public let codec: UInt8 = 254
  /// The fingerprint that stands for `String`.
  public let schema: UInt64 = 0x5445_5854

  /// Creates the coder.
  public init() {}

  /// The text's bytes.
  public func encode(_ payload: Payload) throws -> [UInt8] {
    if let encoded = payload as? EncodedPayload { return encoded.bytes }
    guard let text = payload.live(as: String.self) else { throw MissingPart() }
    return Array(text.utf8)
  }

  /// The text of bytes.
  public func decode(_ bytes: [UInt8]) throws -> Payload {
    LivePayload(String(decoding: bytes, as: UTF8.self))
  }
}

extension KeyReply {
  /// The text, where there is one.
  public var text: String? { entry?.payload?.live(as: String.self) }
}

extension Envelope {
  /// The bytes with a checksum that fits, as somebody who tampers would leave them: what is wrong
  /// with them then is for others to find.
  public static func withRightChecksum(_ bytes: [UInt8]) -> [UInt8] {
    var fixed = Array(bytes.dropLast(8))
    let sum = fixed.withUnsafeBytes { KeyHash.hash($0, seed: 0x5354_5241_5441_0003) }
    withUnsafeBytes(of: sum.littleEndian) { fixed.append(contentsOf: $0) }
    return fixed
  }
}
