// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What only the whole plan shows: caches that would mix their keys, tiers that share a store,
/// stores that nobody uses, pipelines that keep nothing.
struct PlanCoherence {
  let plan: Plan
  let registry: Registry

  /// What makes the plan unusable.
  func errors() -> [ConfigurationProblem] {
    sharedNamespaces() + plan.caches.flatMap(sharedStores)
  }

  /// What the plan seems to lack, where nothing else is wrong with it.
  func warnings() -> [ConfigurationProblem] {
    unusedStores() + plan.caches.flatMap(missingTiers)
  }

  private func unusedStores() -> [ConfigurationProblem] {
    let used = Set(plan.caches.flatMap(\.pipeline).flatMap(storeNames))
    return plan.stores.filter { !used.contains($0.name) }.map { store in
      ConfigurationProblem(
        .warning, at: store.block.node.location, path: store.block.path,
        "no stage uses this store; it is opened for nothing")
    }
  }

  /// Keys begin with the namespace, and clearing a cache clears all of it.
  private func sharedNamespaces() -> [ConfigurationProblem] {
    var owners: [String: String] = [:]
    return plan.caches.compactMap { cache in
      let policy = cache.policy
      guard let owner = owners[policy.namespace] else {
        owners[policy.namespace] = policy.name
        return nil
      }
      return ConfigurationProblem(
        at: cache.locations["namespace"] ?? cache.location,
        path: "caches.\(policy.name).namespace",
        "the cache \(owner) has this namespace too, so their entries would mix; give each its own")
    }
  }

  private func sharedStores(in cache: CachePlan) -> [ConfigurationProblem] {
    var positions: [String: Int] = [:]
    return cache.pipeline.enumerated().compactMap { position, stage in
      guard isTier(stage), let name = storeNames(of: stage).first else { return nil }
      guard let first = positions[name] else {
        positions[name] = position
        return nil
      }
      return ConfigurationProblem(
        at: stage.location, path: stage.block.path,
        "pipeline[\(first)] keeps its entries in the same store; give each tier its own")
    }
  }

  private func missingTiers(in cache: CachePlan) -> [ConfigurationProblem] {
    if cache.pipeline.contains(where: isTier) { return [] }
    return [
      ConfigurationProblem(
        .warning, at: cache.locations["pipeline"] ?? cache.location,
        path: "caches.\(cache.policy.name).pipeline",
        "no stage keeps entries, so nothing is cached; add local or remote")
    ]
  }

  private func isTier(_ stage: StagePlan) -> Bool {
    registry.stages[stage.id].map { $0 is any TierStage.Type } ?? false
  }

  private func storeNames(of stage: StagePlan) -> [String] {
    (registry.stages[stage.id]?.options ?? []).compactMap { option in
      guard case .store = option.shape, let field = stage.block.node.field(option.name),
        case .scalar(let name, _) = field.value.value
      else { return nil }
      return name
    }
  }
}
