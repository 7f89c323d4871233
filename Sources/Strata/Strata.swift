// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

public import StrataCore

/// All caches of one plan: builds them, hands them out, reloads and shuts them down.
///
/// ```swift
/// let strata = try await Strata.load("Config/strata.yaml")
/// let users: Cache<Int, User> = try strata.cache("users")
/// let user = users.wrap { id in try await database.user(id) }
/// ```
public final class Strata: Sendable {
  private struct State {
    var assembly: Assembly
    var handles: [String: CacheHandle]
    var uses: [String: CacheUse] = [:]
    var isClosed = false
  }

  private let state: Lock<State>
  let registry: Registry
  /// The doors to the outside.
  public let runtime: CacheRuntime

  /// Builds and starts the caches of `plan`.
  public init(
    plan: Plan, registry: Registry = .builtIn, runtime: CacheRuntime
  ) async throws {
    let assembly = try Assembly(plan, registry: registry, runtime: runtime)
    try await assembly.start()
    var handles: [String: CacheHandle] = [:]
    for cache in plan.caches {
      guard let pipeline = assembly.pipelines[cache.policy.name] else { continue }
      handles[cache.policy.name] = CacheHandle(
        pipeline, format: try Self.codec(cache.policy, registry))
    }
    self.registry = registry
    self.runtime = runtime
    state = Lock(State(assembly: assembly, handles: handles))
  }

  private static func codec(
    _ policy: CachePolicy, _ registry: Registry
  ) throws -> any PayloadCodec {
    guard let type = registry.codecs[policy.codec] else {
      throw CacheError(
        .unknownCache,
        "The cache '\(policy.name)' names the codec '\(policy.codec)', which is unknown.")
    }
    return type.init()
  }

  /// What is doubtful about the running plan, though it works.
  public var warnings: [ConfigurationProblem] { state.withLock { $0.assembly.warnings } }

  /// The names of the caches, in the order of the plan.
  public var cacheNames: [String] {
    state.withLock { $0.assembly.plan.caches.map(\.policy.name) }
  }

  /// The pipelines that run, in the order of the plan.
  var pipelines: [Pipeline] {
    state.withLock { state in
      state.assembly.plan.caches.compactMap { state.assembly.pipelines[$0.policy.name] }
    }
  }

  /// The stores of the running plan by name.
  var stores: [String: any CacheStore] { state.withLock { $0.assembly.stores } }

  // MARK: Caches

  /// The cache called `name`, for keys and values of these types.
  ///
  /// The first call fixes the types: asking for the same cache with others throws.
  public func cache<Key: KeyPart & Hashable & Sendable, Value: Codable & Sendable>(
    _ name: String, key: Key.Type = Key.self, value: Value.Type = Value.self
  ) throws -> Cache<Key, Value> {
    Cache(try handle(name, for: "\(Value.self)", arguments: 1))
  }

  /// The handle of a cache that is used for values of `type` and keys of `arguments` parts.
  func handle(_ name: String, for type: String, arguments: Int) throws -> CacheHandle {
    let use = CacheUse(type: type, arguments: arguments)
    let (handle, known, names) = state.withLock { state in
      let known = state.uses[name]
      if state.handles[name] != nil, known == nil { state.uses[name] = use }
      return (state.handles[name], known, state.handles.keys.sorted())
    }
    guard let handle else {
      let near = nearestWord(to: name, among: names).map { "did you mean '\($0)'?" }
      let advice = near ?? "there are \(names.joined(separator: ", "))"
      throw CacheError(.unknownCache, "The plan has no cache '\(name)'; \(advice)")
    }
    if let known, known.type != type {
      throw CacheError(
        .wrongType, "The cache '\(name)' holds \(known.type), and is asked for as one of \(type).")
    }
    try use.check(handle.road.pipeline.context.policy)
    return handle
  }

  /// The stages of this type in the pipeline of the cache called `name`, outermost first: for what
  /// a stage has to tell beside its reports, such as counts or a quarantine.
  public func stages<Stage: CacheStage>(_ type: Stage.Type, in name: String) -> [Stage] {
    state.withLock { $0.assembly.pipelines[name]?.stages.compactMap { $0 as? Stage } ?? [] }
  }

  // MARK: Life

  /// Replaces the running plan. Entries of stores that the new plan describes in the same way stay;
  /// a plan that cannot be built or opened changes nothing.
  public func replace(plan: Plan, within patience: Duration = .seconds(10)) async throws {
    let old = state.withLock { $0.assembly }
    let uses = state.withLock { $0.uses }
    for cache in plan.caches { try uses[cache.policy.name]?.check(cache.policy) }
    let new = try Assembly(plan, registry: registry, runtime: runtime, replacing: old)
    var formats: [String: any PayloadCodec] = [:]
    for cache in plan.caches {
      formats[cache.policy.name] = try Self.codec(cache.policy, registry)
    }
    try await new.start()
    state.withLock { state in
      state.assembly = new
      for (name, pipeline) in new.pipelines {
        guard let format = formats[name] else { continue }
        if let handle = state.handles[name] {
          handle.replace(with: pipeline, format: format)
        } else {
          state.handles[name] = CacheHandle(pipeline, format: format)
        }
      }
    }
    await old.shutdown(by: runtime.now + patience, successor: new)
  }

  /// Drains and stops every cache, innermost stage first, and closes the stores.
  ///
  /// Returns what had to be cut off after `patience`, as `cache/stage`.
  @discardableResult
  public func shutdown(within patience: Duration = .seconds(10)) async -> [String] {
    let assembly = state.withLock { state -> Assembly? in
      defer { state.isClosed = true }
      return state.isClosed ? nil : state.assembly
    }
    return await assembly?.shutdown(by: runtime.now + patience) ?? []
  }
}

/// How the application uses a cache: what a plan must keep to.
struct CacheUse: Sendable {
  /// The value type's name.
  let type: String
  /// How many parts its keys have.
  let arguments: Int

  /// Throws where the plan's key template wants another number of arguments.
  func check(_ policy: CachePolicy) throws {
    guard let text = policy.keyTemplate else { return }
    let template = try KeyTemplate.parse(text, arguments: policy.keyArguments).get()
    guard template.argumentCount != arguments else { return }
    throw CacheError(
      .unknownCache,
      "The key '\(text)' of cache '\(policy.name)' has \(template.argumentCount) arguments, "
        + "and is used with \(arguments).")
  }
}
