// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// A plan that has been built: its stores and pipelines, ready to be opened and started.
public final class Assembly: Sendable {
  /// The plan.
  public let plan: Plan
  /// The stores by name.
  public let stores: [String: any CacheStore]
  /// The pipelines by the name of their cache.
  public let pipelines: [String: Pipeline]
  /// What is doubtful about the plan, though it can be used.
  public let warnings: [ConfigurationProblem]
  private let inherited: Set<String>
  private let shared: KeptState

  /// Checks and builds a plan. Stores and ledgers of `previous` that the new plan describes in the
  /// same way are taken over, so that entries stay.
  public init(
    _ plan: Plan, registry: Registry, runtime: CacheRuntime, replacing previous: Assembly? = nil
  ) throws(ConfigurationError) {
    let problems = PlanCheck(plan, registry: registry).problems()
    if problems.contains(where: { $0.severity == .error }) { throw ConfigurationError(problems) }
    var built: [String: any CacheStore] = [:]
    var inherited: Set<String> = []
    for store in plan.stores {
      if let kept = previous?.store(like: store) {
        built[store.name] = kept
        inherited.insert(store.name)
      } else {
        built[store.name] = try Self.makeStore(store, registry, runtime)
      }
    }
    let shared = previous?.shared ?? KeptState()
    var pipelines: [String: Pipeline] = [:]
    for cache in plan.caches {
      let before = previous?.pipelines[cache.policy.name]?.context
      let context = CacheContext(
        policy: cache.policy, runtime: runtime, ledger: before?.ledger, kept: before?.kept,
        shared: shared)
      pipelines[cache.policy.name] = try Self.makePipeline(cache, context, built, registry)
    }
    self.plan = plan
    self.pipelines = pipelines
    self.inherited = inherited
    self.shared = shared
    stores = built
    warnings = problems
  }

  private static func makeStore(
    _ plan: StorePlan, _ registry: Registry, _ runtime: CacheRuntime
  ) throws(ConfigurationError) -> any CacheStore {
    guard let type = registry.stores[plan.kind] else {
      throw ConfigurationError(
        at: plan.kindLocation, path: plan.block.path, "unknown store kind '\(plan.kind)'")
    }
    return try type.init(
      options: StoreOptions(name: plan.name, block: plan.block), runtime: runtime)
  }

  private static func makePipeline(
    _ plan: CachePlan, _ context: CacheContext, _ stores: [String: any CacheStore],
    _ registry: Registry
  ) throws(ConfigurationError) -> Pipeline {
    var stages: [any CacheStage] = []
    for stage in plan.pipeline {
      guard let type = registry.stages[stage.id] else {
        throw ConfigurationError(
          at: stage.location, path: stage.block.path, "unknown stage '\(stage.id)'")
      }
      let options = StageOptions(
        block: stage.block, cache: context, stores: stores, rules: registry.rules,
        sinks: registry.sinks)
      stages.append(try type.init(options: options, runtime: context.runtime))
    }
    return Pipeline(stages: stages, context: context)
  }

  private func store(like wanted: StorePlan) -> (any CacheStore)? {
    guard let own = plan.stores.first(where: { $0.name == wanted.name }), own.kind == wanted.kind,
      own.block.node.hasSameContent(as: wanted.block.node)
    else { return nil }
    return stores[wanted.name]
  }

  // MARK: Life

  /// Opens the stores that were not taken over, in the order of the plan, and gets every pipeline
  /// ready and starts it.
  ///
  /// If one fails, the stores opened before are closed again.
  public func start() async throws {
    var opened: [any CacheStore] = []
    do {
      for store in plan.stores where !inherited.contains(store.name) {
        guard let built = stores[store.name] else { continue }
        try await built.open()
        opened.append(built)
      }
      for cache in plan.caches { try await pipelines[cache.policy.name]?.prepare() }
    } catch {
      for store in opened.reversed() { await store.close() }
      throw error
    }
    for cache in plan.caches { pipelines[cache.policy.name]?.start() }
  }

  /// Drains and stops the pipelines, then closes the stores that `successor` does not use.
  ///
  /// Returns what had to be cut off at the deadline, as `cache/stage`.
  @discardableResult
  public func shutdown(by deadline: Timestamp, successor: Assembly? = nil) async -> [String] {
    var late: [String] = []
    for cache in plan.caches.reversed() {
      let name = cache.policy.name
      let cut = await pipelines[name]?.shutdown(by: deadline) ?? []
      late += cut.map { "\(name)/\($0)" }
    }
    for plan in plan.stores.reversed() {
      guard let store = stores[plan.name], successor?.stores[plan.name] !== store else { continue }
      await store.close()
    }
    return late
  }
}
