// SPDX-License-Identifier: Apache-2.0
// Copyright the Strata authors

import StrataCore

/// Makes a plan of a configuration tree: what stands where, and what does not belong there.
///
/// It knows the form of a plan and nothing of the plugins' options, which ``PlanCheck`` measures.
/// It makes the best plan it can of a wrong tree, so that the check can find what else is wrong.
struct PlanReader {
  /// The one version of the form of configurations.
  static let version = 1
  static let keys = ["version", "include", "stores", "caches"]

  let registry: Registry
  /// What is wrong, in the order of the tree.
  private(set) var problems: [ConfigurationProblem] = []

  init(registry: Registry) { self.registry = registry }

  /// The plan that `root` describes.
  mutating func plan(from root: ConfigNode) -> Plan {
    checkVersion(root)
    for field in root.fields where !Self.keys.contains(field.key) && !field.key.hasPrefix("x-") {
      let near = nearestWord(to: field.key, among: Self.keys)
      let advice = near.map { "did you mean \"\($0)\"?" }
      report(
        "unknown key \(ScalarProblem.quoted(field.key)); "
          + (advice ?? "the keys are version, include, stores and caches; x-… is yours"),
        at: field.location, ConfigPath.key(field.key, in: ""))
    }
    let stores = named(root.field("stores"), "stores").map { store($0) }
    guard let caches = root.field("caches") else {
      report("is missing; a plan without caches does nothing", at: root.location, "caches")
      return Plan(stores: stores)
    }
    return Plan(stores: stores, caches: named(caches, "caches").map { cache($0) })
  }

  mutating func report(_ message: String, at place: SourceLocation, _ path: String) {
    problems.append(ConfigurationProblem(at: place, path: path, message))
  }

  private mutating func checkVersion(_ root: ConfigNode) {
    guard let field = root.field("version") else {
      return report(
        "is missing; begin with version: \(Self.version)", at: root.location, "version")
    }
    if case .scalar("\(Self.version)", _) = field.value.value { return }
    report(
      "\(field.value.shown) is no version that can be read; write version: \(Self.version)",
      at: field.value.location, "version")
  }

  /// The fields of the map at a key of the root, less those with a name that cannot be used.
  private mutating func named(_ field: ConfigNode.Field?, _ path: String) -> [ConfigNode.Field] {
    guard let field else { return [] }
    switch field.value.value {
    case .null: return []
    case .map(let fields): return fields.filter { hasName($0, path) }
    case .scalar, .list:
      report(
        "\(field.value.shown) is no map; write one name a line with its block",
        at: field.value.location, path)
      return []
    }
  }

  private mutating func hasName(_ field: ConfigNode.Field, _ path: String) -> Bool {
    if Self.isName(field.key) { return true }
    report(
      "\(ScalarProblem.quoted(field.key)) is no name; \(Self.nameAdvice)", at: field.location,
      ConfigPath.key(field.key, in: path))
    return false
  }

  static let nameAdvice = "write up to 64 letters, digits, '-', '_' and '.'"

  /// Whether `name` can stand in keys, metrics and messages as it is.
  static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, name.utf8.count <= 64 else { return false }
    return isLetterOrDigit(first)
      && name.utf8.allSatisfy { isLetterOrDigit($0) || "-_.".utf8.contains($0) }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }

  // MARK: - Stores

  private mutating func store(_ field: ConfigNode.Field) -> StorePlan {
    let path = "stores.\(field.key)"
    var (options, place) = (field.value, field.value.location)
    var kind = PluginID("")
    if case .map(let fields) = options.value {
      options.value = .map(fields.filter { $0.key != "kind" })
      if let written = field.value.field("kind") {
        place = written.value.location
        kind = PluginID(word(written.value, "\(path).kind") ?? "")
      } else {
        report("is missing; \(kindAdvice)", at: place, "\(path).kind")
      }
    } else {
      report("\(options.shown) is no block; write \(field.key): { kind: … }", at: place, path)
      options.value = .map([])
    }
    return StorePlan(
      name: field.key, kind: kind, kindLocation: place, block: OptionBlock(options, path: path))
  }

  private var kindAdvice: String {
    WordText.expected(among: registry.stores.keys.map { "kind: \($0.name)" }.sorted())
  }

  /// The text of a scalar that names a plugin. What came from the environment is checked here,
  /// since nobody later knows that it must not be shown.
  mutating func word(_ node: ConfigNode, _ path: String) -> String? {
    guard case .scalar(let text, _) = node.value else {
      report("\(node.shown) is no name", at: node.location, path)
      return nil
    }
    let id = PluginID(text)
    if node.isFromEnvironment, registry.stores[id] == nil, registry.codecs[id] == nil {
      report("\(node.shown) is unknown", at: node.location, path)
    }
    return text
  }
}
