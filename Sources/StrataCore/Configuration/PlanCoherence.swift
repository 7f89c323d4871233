// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// What only the whole plan shows: caches that would mix their keys, tiers that share a store,
/// stores that nobody uses, pipelines that keep nothing.
struct PlanCoherence {
  let plan: Plan
  let registry: Registry

  /// What makes the plan unusable.
  func errors() -> [ConfigurationProblem] {
    sharedNamespaces() + plan.caches.flatMap(sharedStores) + plan.caches.flatMap(unfitStores)
      + plan.caches.flatMap(sharedIssuers)
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

  /// Tiers over something that keeps no entries.
  private func unfitStores(in cache: CachePlan) -> [ConfigurationProblem] {
    cache.pipeline.compactMap { stage in
      guard isTier(stage), let store = store(of: stage), kind(store) is any EntrylessStore.Type
      else {
        return nil
      }
      let location = stage.block.node.field("store")?.value.location ?? stage.location
      return ConfigurationProblem(
        at: location, path: "\(stage.block.path).store",
        "\(store.name) keeps no entries; name a store that does")
    }
  }

  /// Versions of two stores that bear the same issuer would be compared, and mean nothing.
  private func sharedIssuers(in cache: CachePlan) -> [ConfigurationProblem] {
    var owners: [UInt8: String] = [:]
    return cache.pipeline.compactMap { stage in
      guard isTier(stage), let store = store(of: stage),
        kind(store)?.capabilities.contains(.versions) ?? false
      else { return nil }
      let issuer = Version.issuer(of: store.name)
      guard let owner = owners[issuer], owner != store.name else {
        owners[issuer] = store.name
        return nil
      }
      return ConfigurationProblem(
        at: store.block.node.location, path: store.block.path,
        "\(store.name) would issue versions under the same number as \(owner), which this pipeline "
          + "uses too; rename one of them")
    }
  }

  private func store(of stage: StagePlan) -> StorePlan? {
    storeNames(of: stage).first.flatMap { name in plan.stores.first { $0.name == name } }
  }

  private func kind(_ store: StorePlan) -> (any CacheStore.Type)? { registry.stores[store.kind] }

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
      guard option.shape.namesStore, let field = stage.block.node.field(option.name),
        case .scalar(let name, _) = field.value.value
      else { return nil }
      return name
    }
  }
}
