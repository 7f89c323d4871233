// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

extension PlanReader {
  /// The cache that `field` describes. Values that are wrong are replaced by harmless ones.
  mutating func cache(_ field: ConfigNode.Field) -> CachePlan {
    let block = OptionBlock(field.value, path: "caches.\(field.key)")
    for problem in block.problems(CacheSettings.all) {
      report(problem.message, at: problem.location, problem.path)
    }
    checkDurations(block)
    let locations = field.value.fields.map { ($0.key, $0.value.location) }
    return CachePlan(
      policy: policy(field.key, block), pipeline: stages(block), location: field.location,
      locations: Dictionary(locations) { first, _ in first })
  }

  private mutating func policy(_ name: String, _ block: OptionBlock) -> CachePolicy {
    // A ttl that could not be read must not look shorter than anything that is measured against it.
    let ttl = value(CacheSettings.ttl, block) ?? .seconds(86_400 * DurationText.longestDays)
    var policy = CachePolicy(
      name: name, namespace: namespace(block),
      keyVersion: value(CacheSettings.version, block) ?? nil,
      keyTemplate: value(CacheSettings.key, block) ?? nil, ttl: ttl,
      maxStale: value(CacheSettings.maxStale, block) ?? .zero, codec: codec(block),
      timeout: value(CacheSettings.timeout, block) ?? nil)
    policy.keyArguments = value(CacheSettings.arguments, block) ?? nil
    checkKey(policy, block)
    return policy
  }

  private func value<Value>(_ option: PluginOption<Value>, _ block: OptionBlock) -> Value? {
    try? block.required(option)
  }

  private mutating func codec(_ block: OptionBlock) -> PluginID {
    guard let field = block.node.field(CacheSettings.codec.name) else {
      return PluginID(CacheSettings.codec.defaultValue ?? "")
    }
    guard case .scalar = field.value.value else { return "" }
    return PluginID(word(field.value, "\(block.path).\(field.key)") ?? "")
  }

  private mutating func namespace(_ block: OptionBlock) -> String? {
    guard let field = block.node.field(CacheSettings.namespace.name),
      case .scalar(let text, _) = field.value.value
    else { return nil }
    if !Self.isName(text) {
      report(
        "\(field.value.shown) is no namespace; \(Self.nameAdvice)", at: field.value.location,
        "\(block.path).\(field.key)")
    }
    return text
  }

  private mutating func checkKey(_ policy: CachePolicy, _ block: OptionBlock) {
    guard let text = policy.keyTemplate, let node = block.node.field("key")?.value,
      case .failure(let problem) = KeyTemplate.parse(text, arguments: policy.keyArguments)
    else { return }
    // What is wrong with a template quotes it, so a variable's value must not get that far.
    let message =
      node.isFromEnvironment
      ? "\(node.shown) is no key; \(problem.expected)" : problem.message(for: node)
    report(message, at: node.location, "\(block.path).key")
  }

  private mutating func checkDurations(_ block: OptionBlock) {
    let durations = [value(CacheSettings.ttl, block), value(CacheSettings.timeout, block) ?? nil]
    for (name, duration) in zip(["ttl", "timeout"], durations) where duration == .zero {
      guard let node = block.node.field(name)?.value else { continue }
      report(
        "\(node.shown) is no time at all; \(DurationText.expected)", at: node.location,
        "\(block.path).\(name)")
    }
  }

  // MARK: - Pipelines

  private mutating func stages(_ block: OptionBlock) -> [StagePlan] {
    let path = "\(block.path).pipeline"
    guard let node = block.node.field("pipeline")?.value else { return [] }
    switch node.value {
    case .list(let items):
      return items.enumerated().compactMap { stage($1, ConfigPath.item($0, in: path)) }
    case .map:
      report("a map has no order; write a '-' before each stage", at: node.location, path)
    case .null, .scalar:
      report(
        "\(node.shown) is no list; write one stage a line, each behind a '-'", at: node.location,
        path)
    }
    return []
  }

  /// A stage with its options, or its name alone.
  private mutating func stage(_ item: ConfigNode, _ path: String) -> StagePlan? {
    switch item.value {
    case .scalar(let name, _) where item.isFromEnvironment || name.isEmpty:
      report("\(item.shown) is no name of a stage; write it out", at: item.location, path)
    case .scalar(let name, _):
      return stagePlan(name, at: item.location, ConfigNode(.null, at: item.location), path)
    case .map(let fields):
      guard let field = fields.first, fields.count == 1 else {
        report(Self.severalStages(fields), at: item.location, path)
        return nil
      }
      return stagePlan(field.key, at: field.location, field.value, path)
    case .null: report("names no stage; remove the '-'", at: item.location, path)
    case .list: report("a list inside the list; write one stage an item", at: item.location, path)
    }
    return nil
  }

  private func stagePlan(
    _ name: String, at place: SourceLocation, _ options: ConfigNode, _ path: String
  ) -> StagePlan {
    let block = OptionBlock(options, path: ConfigPath.key(name, in: path))
    return StagePlan(id: StageID(name), location: place, block: block)
  }

  private static func severalStages(_ fields: [ConfigNode.Field]) -> String {
    guard let first = fields.first else { return "names no stage; write its name" }
    if case .null = first.value.value {
      return "the options of \(ScalarProblem.printable(first.key)) stand beside it; "
        + "indent them further than its name"
    }
    return "holds several stages; write a '-' before each"
  }
}
