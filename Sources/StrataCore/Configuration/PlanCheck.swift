// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Measures a plan against the registered plugins: every problem at once, in the order of the plan.
public struct PlanCheck {
  private let plan: Plan
  private let registry: Registry

  /// Creates a check of `plan`.
  public init(_ plan: Plan, registry: Registry) {
    self.plan = plan
    self.registry = registry
  }

  /// Everything wrong or doubtful about the plan.
  public func problems() -> [ConfigurationProblem] {
    plan.stores.flatMap(problems) + plan.caches.flatMap(problems)
  }

  private func problems(_ store: StorePlan) -> [ConfigurationProblem] {
    guard let type = registry.stores[store.kind] else {
      let known = registry.stores.keys.map(\.name)
      return [
        ConfigurationProblem(
          at: store.kindLocation, path: "\(store.block.path).kind",
          "unknown store kind \(ScalarProblem.quoted(store.kind.name)); \(advice(store.kind.name, known))"
        )
      ]
    }
    return store.block.problems(type.options)
  }

  private func problems(_ cache: CachePlan) -> [ConfigurationProblem] {
    var problems = codecProblems(cache)
    let neighbours = cache.pipeline.map(neighbour)
    for (position, stage) in cache.pipeline.enumerated() {
      guard let type = registry.stages[stage.id] else {
        problems.append(unknown(stage))
        continue
      }
      let own = stage.block.problems(type.options) + storeProblems(stage, type.options)
      problems += own
      guard own.isEmpty else { continue }
      let placement = StagePlacement(
        policy: cache.policy, pipeline: neighbours, position: position)
      problems += type.check(placement).map { located($0, stage) }
    }
    return problems
  }

  private func codecProblems(_ cache: CachePlan) -> [ConfigurationProblem] {
    let id = cache.policy.codec
    guard registry.codecs[id] == nil, !registry.codecs.isEmpty else { return [] }
    return [
      ConfigurationProblem(
        at: cache.locations["codec"] ?? cache.location, path: "caches.\(cache.policy.name).codec",
        "unknown codec \(ScalarProblem.quoted(id.name)); \(advice(id.name, registry.codecs.keys.map(\.name)))"
      )
    ]
  }

  private func unknown(_ stage: StagePlan) -> ConfigurationProblem {
    ConfigurationProblem(
      at: stage.location, path: stage.block.path,
      "unknown stage \(ScalarProblem.quoted(stage.id.name)); \(advice(stage.id.name, registry.stages.keys.map(\.name)))"
    )
  }

  /// Store names that the plan does not define.
  private func storeProblems(
    _ stage: StagePlan, _ options: [any OptionDeclaration]
  ) -> [ConfigurationProblem] {
    options.compactMap { option in
      guard case .store = option.shape, let field = stage.block.node.field(option.name),
        case .scalar(let name, _) = field.value.value,
        !plan.stores.contains(where: { $0.name == name })
      else { return nil }
      return ConfigurationProblem(
        at: field.value.location, path: "\(stage.block.path).\(option.name)",
        "unknown store \(field.value.shown); \(advice(name, plan.stores.map(\.name)))")
    }
  }

  private func located(
    _ problem: PlacementProblem, _ stage: StagePlan
  ) -> ConfigurationProblem {
    let field = problem.option.flatMap { stage.block.node.field($0) }
    let path = problem.option.map { "\(stage.block.path).\($0)" } ?? stage.block.path
    return ConfigurationProblem(
      problem.severity, at: field?.value.location ?? stage.location, path: path, problem.message)
  }

  private func neighbour(_ stage: StagePlan) -> StagePlacement.Neighbour {
    var described: StagePlacement.StoreDescription?
    for option in registry.stages[stage.id]?.options ?? [] {
      guard case .store = option.shape, let field = stage.block.node.field(option.name),
        case .scalar(let name, _) = field.value.value,
        let store = plan.stores.first(where: { $0.name == name }),
        let type = registry.stores[store.kind]
      else { continue }
      described = .init(name: name, kind: store.kind, capabilities: type.capabilities)
    }
    return .init(id: stage.id, block: stage.block, store: described)
  }

  private func advice(_ word: String, _ known: [String]) -> String {
    if let near = nearestWord(to: word, among: known.sorted()) {
      return "did you mean \"\(near)\"?"
    }
    return known.isEmpty ? "there are none" : "known are \(known.sorted().joined(separator: ", "))"
  }
}
