// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Random plans that are right, as trees: whatever the sample plugins declare, with values to fit.
struct RandomPlans {
  private static let place = SourceLocation(file: "<random>", line: 1, column: 1)
  private var random: SplitMix

  init(seed: UInt64) { random = SplitMix(seed: seed) }

  /// The tree of a plan.
  mutating func plan() -> ConfigNode {
    let memories = (0..<(1 + random.below(3))).map { "memory\($0)" }
    let shared = (0..<random.below(3)).map { "redis.\($0)" }
    var stores = memories.map { ($0, store("memory", SamplePlugins.registry)) }
    stores += shared.map { ($0, store("resp", SamplePlugins.registry)) }
    let caches = (0..<random.below(4)).map { number in
      ("cache-\(number)", cache(memories, shared))
    }
    return map([
      ("version", word("1")), ("stores", map(stores)), ("caches", map(caches)),
    ])
  }

  private mutating func store(_ kind: PluginID, _ registry: Registry) -> ConfigNode {
    let options = registry.stores[kind]?.options ?? []
    return map([("kind", word(kind.name))] + fields(options, stores: []))
  }

  private mutating func cache(_ memories: [String], _ shared: [String]) -> ConfigNode {
    var fields = [("ttl", word("\(1 + random.below(99))d")), ("max-stale", word("1h"))]
    if random.below(2) == 0 { fields.append(("key", text("a:{id}:{name|lower}"))) }
    if random.below(2) == 0 { fields.append(("codec", word("json"))) }
    if random.below(2) == 0 { fields.append(("version", word("\(random.below(9))"))) }
    if random.below(2) == 0 { fields.append(("timeout", word("\(1 + random.below(9))s"))) }
    var stages = [stage("local", stores: Array(memories.prefix(1)))]
    if !shared.isEmpty { stages.append(stage("remote", stores: Array(shared.prefix(1)))) }
    for id in ["metrics", "stampede-guard", "refresh-ahead", "validation"]
    where random.below(2) == 0 {
      stages.insert(stage(StageID(id), stores: []), at: random.below(stages.count + 1))
    }
    fields.append(("pipeline", ConfigNode(.list(stages), at: Self.place)))
    return map(fields)
  }

  private mutating func stage(_ id: StageID, stores: [String]) -> ConfigNode {
    let fields = fields(SamplePlugins.registry.stages[id]?.options ?? [], stores: stores)
    if fields.isEmpty, random.below(2) == 0 { return word(id.name) }
    return map([(id.name, fields.isEmpty ? ConfigNode(.null, at: Self.place) : map(fields))])
  }

  private mutating func fields(
    _ options: [any OptionDeclaration], stores: [String]
  ) -> [(String, ConfigNode)] {
    var fields: [(String, ConfigNode)] = []
    for option in options where option.isRequired || random.below(2) == 0 {
      fields.append((option.name, value(option.shape, stores)))
    }
    return fields
  }

  private mutating func value(_ shape: OptionShape, _ stores: [String]) -> ConfigNode {
    switch shape {
    case .duration:
      return word("\(1 + random.below(999))\(["ns", "us", "ms", "s"][random.below(4)])")
    case .size: return word("\(1 + random.below(999))\(["B", "kB", "MiB", "GB"][random.below(4)])")
    case .fraction: return word(random.below(2) == 0 ? "\(random.below(101))%" : "0.25")
    case .integer(let range): return word("\(range.lowerBound + random.below(9))")
    case .boolean: return word(random.below(2) == 0 ? "true" : "false")
    case .text, .secret:
      return text(["redis://host:6379", "a: b #c", "$x", "é\n"][random.below(4)])
    // The sample stores offer no locks, so the scope of a cluster is refused.
    case .choice(let words): return word(words.filter { $0 != "cluster" }[0])
    case .store: return word(stores.first ?? "none")
    // None of the sample plugins writes to a sink.
    case .sink: return word("none")
    case .list(let element):
      let items = (0..<random.below(3)).map { _ in value(element, stores) }
      return ConfigNode(.list(items), at: Self.place)
    case .map(let element): return map([("name", value(element, stores))])
    case .either(let one, let other): return value(random.below(2) == 0 ? one : other, stores)
    case .any: return word("anything")
    }
  }

  private func word(_ text: String) -> ConfigNode {
    ConfigNode(.scalar(text, quoted: false), at: Self.place)
  }

  private func text(_ text: String) -> ConfigNode {
    ConfigNode(.scalar(text, quoted: true), at: Self.place)
  }

  private func map(_ fields: [(String, ConfigNode)]) -> ConfigNode {
    ConfigNode(
      .map(fields.map { .init(key: $0, location: Self.place, value: $1) }), at: Self.place)
  }
}
