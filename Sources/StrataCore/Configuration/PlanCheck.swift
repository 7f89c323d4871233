// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

/// Measures a plan against the registered plugins: every problem at once, in the order of the plan.
public struct PlanCheck {
  private let plan: Plan
  private let registry: Registry
  private let isWhole: Bool

  /// Creates a check of `plan`. Where the plan is not whole, because parts of its file were wrong,
  /// nothing is said about what it seems to lack.
  public init(_ plan: Plan, registry: Registry, isWhole: Bool = true) {
    self.plan = plan
    self.registry = registry
    self.isWhole = isWhole
  }

  /// Everything wrong or doubtful about the plan.
  public func problems() -> [ConfigurationProblem] {
    let coherence = PlanCoherence(plan: plan, registry: registry)
    let found = plan.stores.flatMap(problems) + plan.caches.flatMap(problems) + coherence.errors()
    let isWhole = isWhole && !found.contains { $0.severity == .error }
    return isWhole ? found + coherence.warnings() : found
  }

  private func problems(_ store: StorePlan) -> [ConfigurationProblem] {
    guard let type = registry.stores[store.kind] else {
      let known = registry.stores.keys.map(\.name)
      return [
        ConfigurationProblem(
          at: store.kindLocation, path: "\(store.block.path).kind",
          unknown("store kind", store.kind.name, known))
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
      let own =
        stage.block.problems(type.options) + storeProblems(stage, type.options)
        + sinkProblems(stage, type.options)
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
        unknown("codec", id.name, registry.codecs.keys.map(\.name)))
    ]
  }

  private func unknown(_ stage: StagePlan) -> ConfigurationProblem {
    ConfigurationProblem(
      at: stage.location, path: stage.block.path,
      unknown("stage", stage.id.name, registry.stages.keys.map(\.name)))
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

  /// Sinks that neither the plan defines nor the program has registered.
  private func sinkProblems(
    _ stage: StagePlan, _ options: [any OptionDeclaration]
  ) -> [ConfigurationProblem] {
    options.compactMap { option in
      guard case .sink = option.shape, let field = stage.block.node.field(option.name),
        case .scalar(let name, _) = field.value.value
      else { return nil }
      let sinks = plan.stores.filter {
        registry.stores[$0.kind]?.capabilities.contains(.writes) ?? false
      }
      let known = sinks.map(\.name) + registry.sinks.keys.map(\.name)
      if known.contains(name) { return nil }
      return ConfigurationProblem(
        at: field.value.location, path: "\(stage.block.path).\(option.name)",
        "unknown sink \(field.value.shown); \(advice(name, known))")
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
    let isTier = registry.stages[stage.id].map { $0 is any TierStage.Type } ?? false
    return .init(id: stage.id, block: stage.block, store: described, isTier: isTier)
  }

  private func unknown(_ what: String, _ word: String, _ known: [String]) -> String {
    "unknown \(what) \(ScalarProblem.quoted(word)); \(advice(word, known))"
  }

  private func advice(_ word: String, _ known: [String]) -> String {
    let known = known.sorted()
    // Whoever has hundreds of names is not helped by reading them, nor by the time a search takes.
    let near = known.count > 500 ? nil : nearestWord(to: word, among: known)
    if let near { return "did you mean \"\(near)\"?" }
    let more = known.count > 20 ? " and \(known.count - 20) more" : ""
    return switch known.count {
    case 0: "there are none"
    case 1: "there is only \(known[0])"
    default: "known are \(known.prefix(20).joined(separator: ", "))\(more)"
    }
  }
}
